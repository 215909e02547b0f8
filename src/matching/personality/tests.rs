//! Scoring by hand, the borders of the bands, and the laws of likeness.

use proptest::prelude::*;

use super::*;
use crate::ledger::answers::Answer;

/// Answers by the number of the statement; 0 is none.
fn answers(raw: [i64; 20]) -> Answers {
    let answered = (1..).zip(raw).filter(|(_, raw)| *raw > 0);
    answered.map(|(number, raw)| (format!("ipip_{number}"), Answer::Integer(raw))).collect()
}

/// Answers of which only openness (5, 10, 15, 20) and conscientiousness (3, 8, 13, 18) are given.
fn of_two_traits(openness: [i64; 4], conscientiousness: [i64; 4]) -> Answers {
    let mut raw = [0; 20];
    for (at, place) in [5, 10, 15, 20].into_iter().enumerate() {
        raw[place - 1] = openness[at];
        raw[place - 3] = conscientiousness[at];
    }
    answers(raw)
}

fn bands(openness: Option<Band>, conscientiousness: Option<Band>) -> Option<Bands> {
    Some(Bands { openness, conscientiousness })
}

/// The band of openness whose four scores are these, told by answers that do not reverse
/// themselves.
fn openness(scores: [i64; 4]) -> Option<Band> {
    let reversed = |score: i64| if score == 0 { 0 } else { 6 - score };
    let raw = [scores[0], reversed(scores[1]), reversed(scores[2]), reversed(scores[3])];
    Bands::of(&of_two_traits(raw, [1, 5, 1, 5]))?.openness
}

#[test]
fn the_key_is_that_of_the_instrument() {
    let of =
        |wanted| (1..).zip(KEY).filter(move |(_, (of, _))| *of == wanted).map(|(number, _)| number);
    assert_eq!(of(Trait::Openness).collect::<Vec<i32>>(), [5, 10, 15, 20]);
    assert_eq!(of(Trait::Conscientiousness).collect::<Vec<i32>>(), [3, 8, 13, 18]);
    assert_eq!(of(Trait::Extraversion).collect::<Vec<i32>>(), [1, 6, 11, 16]);
    assert_eq!(of(Trait::Agreeableness).collect::<Vec<i32>>(), [2, 7, 12, 17]);
    assert_eq!(of(Trait::Neuroticism).collect::<Vec<i32>>(), [4, 9, 14, 19]);
    let reversed: Vec<i32> =
        (1..).zip(KEY).filter(|(_, (_, reversed))| *reversed).map(|(number, _)| number).collect();
    assert_eq!(reversed, [6, 7, 8, 9, 10, 15, 16, 17, 18, 19, 20]);
}

#[test]
fn reversed_statements_are_turned_round() {
    // "Have a vivid imagination" 5, the three that deny it 1; "like order" 1, "make a mess of
    // things" 5.
    let dreamer = of_two_traits([5, 1, 1, 1], [1, 5, 1, 5]);
    assert_eq!(Bands::of(&dreamer), bands(Some(Band::High), Some(Band::Low)));
    let orderly = of_two_traits([1, 5, 5, 5], [5, 1, 5, 1]);
    assert_eq!(Bands::of(&orderly), bands(Some(Band::Low), Some(Band::High)));
}

#[test]
fn a_band_begins_and_ends_where_it_is_said() {
    assert_eq!(openness([2, 2, 3, 3]), Some(Band::Low), "a mean of 2.5");
    assert_eq!(openness([2, 3, 3, 3]), Some(Band::Middle), "2.75");
    assert_eq!(openness([3, 3, 4, 4]), Some(Band::Middle), "3.5");
    assert_eq!(openness([3, 4, 4, 4]), Some(Band::High), "3.75");
    assert_eq!(openness([2, 2, 3, 0]), Some(Band::Low), "2.33 of three");
    assert_eq!(openness([3, 3, 2, 0]), Some(Band::Middle), "2.67 of three");
    assert_eq!(openness([4, 4, 3, 0]), Some(Band::Middle), "3.67 of three");
    assert_eq!(openness([4, 4, 4, 0]), Some(Band::High), "4 of three");
}

#[test]
fn one_blank_is_borne_two_are_not() {
    assert_eq!(openness([5, 5, 5, 0]), Some(Band::High));
    assert_eq!(openness([5, 5, 0, 0]), None);
    let half = of_two_traits([5, 0, 0, 1], [5, 0, 1, 0]);
    assert_eq!(Bands::of(&half), None, "nothing is told of either trait");
    assert_eq!(Bands::of(&Answers::default()), None);
    assert_eq!(
        Bands::of(&of_two_traits([9, 1, 1, 1], [5, 1, 5, 0])),
        bands(Some(Band::High), Some(Band::High))
    );
}

#[test]
fn who_answers_everything_alike_has_not_read_it() {
    for alike in 1..=5 {
        assert_eq!(Bands::of(&answers([alike; 20])), None);
        let mut honest = [alike; 20];
        honest[0] = alike % 5 + 1;
        assert!(Bands::of(&answers(honest)).is_some());
    }
}

#[test]
fn the_same_band_is_alike_and_only_the_opposite_one_is_not() {
    let of = |openness, conscientiousness| Bands { openness, conscientiousness };
    let (low, middle, high) = (Some(Band::Low), Some(Band::Middle), Some(Band::High));
    assert_eq!(of(low, high).likeness(of(low, high)), Some(1000));
    assert_eq!(of(low, high).likeness(of(middle, high)), Some(750));
    assert_eq!(of(low, high).likeness(of(high, high)), Some(500));
    assert_eq!(of(low, high).likeness(of(high, middle)), Some(250));
    assert_eq!(of(low, high).likeness(of(high, low)), Some(0));
    assert_eq!(of(low, None).likeness(of(low, high)), Some(750), "a missing trait is neutral");
    assert_eq!(of(low, None).likeness(of(None, high)), None, "nothing is known of both");
}

fn any_answers() -> impl Strategy<Value = Answers> {
    prop::array::uniform20(0_i64..=5).prop_map(answers)
}

proptest! {
    #[test]
    fn likeness_is_mutual_and_within_bounds(one in any_answers(), other in any_answers()) {
        if let (Some(one), Some(other)) = (Bands::of(&one), Bands::of(&other)) {
            prop_assert_eq!(one.likeness(other), other.likeness(one));
            prop_assert!(one.likeness(other).is_none_or(|likeness| likeness <= 1000 && likeness % 250 == 0));
            prop_assert!(one.likeness(one).is_some_and(|own| own >= 750), "everybody is like oneself");
        }
    }

    #[test]
    fn traits_that_are_not_compared_leave_no_trace(all in any_answers(), others in prop::array::uniform12(1_i64..=5)) {
        let mut changed = all.clone();
        for (number, raw) in [1, 2, 4, 6, 7, 9, 11, 12, 14, 16, 17, 19].into_iter().zip(others) {
            changed.insert(&format!("ipip_{number}"), Answer::Integer(raw));
        }
        if let (Some(before), Some(after)) = (Bands::of(&all), Bands::of(&changed)) {
            prop_assert_eq!(before, after);
        }
    }
}

//! The laws of a suggestion, on random programs: every hard rule holds, the order of the rows does
//! not matter, and a mentor more does no harm. And one small program whose suggestions can be read.

use std::collections::BTreeMap;

use compact_str::{CompactString, ToCompactString};
use halaqah_solver::{PersonId, SeatId, Slot, Table};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::board::{Board, GroupSeat, person_of};
use super::compare::{Placement, compare};
use super::instance::{
    GroupSize, Instance, Member, Mentee, MenteeId, Mentor, OpenGroup, ReadingMix, Settings,
};
use super::rules::{Bar, old_enough};
use super::score::{self, Reason};
use super::terms::{TERMS, TermKind, Weights};

use super::*;
use crate::ledger::answers::{Answer, Answers};
use crate::ledger::event::IssuedSuggestions;

const SLOTS: [&str; 4] = ["fri_afternoon", "sat_morning", "sun_morning", "wed_afternoon"];
const INTERESTS: [&str; 5] = ["business", "football", "gaming", "outdoors", "volunteering"];
const TRAITS: [&str; 4] = ["any", "easygoing", "patient_listener", "structured"];
const APPROACHES: [&str; 2] = ["evidence", "stories"];
const READING: [&str; 4] = ["iqra_late", "quran_fluent", "tahsin", "unknown"];

/// A row of a form with everything that the rows of a program's people hold.
#[derive(Debug, Clone)]
struct Row {
    code: CompactString,
    answers: Answers,
    ready: bool,
    adult: bool,
    now: u32,
    slot: Option<usize>,
}

#[derive(Debug, Clone)]
struct Program {
    mentees: Vec<Row>,
    mentors: Vec<Row>,
    must_not: Vec<(usize, usize)>,
    previous: Vec<(usize, usize)>,
    min: u32,
}

fn codes(list: &'static [&'static str], bits: u32) -> Answer {
    let chosen = list.iter().enumerate().filter(|(at, _)| bits & (1 << at) != 0);
    Answer::List(chosen.map(|(_, code)| code.to_compact_string()).collect())
}

fn row(letter: char, years: std::ops::Range<i32>, slots: u32) -> impl Strategy<Value = Row> {
    let person = (any::<bool>(), years, 1u32..13, 1..=slots, 0u32..32, 0u32..8);
    let answers = (0usize..4, 0usize..2, 0usize..4, 0usize..3);
    let standing = (
        prop::bool::weighted(0.85),
        prop::bool::weighted(0.2),
        0u32..9,
        prop::option::of(0usize..4),
    );
    (person, answers, standing).prop_map(move |(person, answers, (ready, adult, now, slot))| {
        let (male, year, month, slots, likes, dislikes) = person;
        let (own_trait, approach, reading, class) = answers;
        let text = |text: &str| Answer::Text(text.into());
        let answers = [
            ("gender", text(if male { "male" } else { "female" })),
            ("birth_date", text(&format!("{year}-{month:02}-15"))),
            ("slots", codes(&SLOTS, slots)),
            ("interests", codes(&INTERESTS, likes)),
            ("dislikes", codes(&INTERESTS, dislikes)),
            (if letter == 'A' { "preferred_mentor" } else { "own_trait" }, text(TRAITS[own_trait])),
            ("study_approach", text(APPROACHES[approach])),
            ("reading_level", text(READING[reading])),
            ("class_name", text(["X-1", "X-2", "XI-1"][class])),
            ("max_mentees", text(["5", "8", "16"][class])),
        ];
        Row {
            code: CompactString::default(),
            answers: answers.into_iter().collect(),
            ready,
            adult,
            now,
            slot,
        }
    })
}

/// Programs whose people choose among the first slots of `SLOTS` (a bit set each).
fn programs(
    mentees: usize,
    mentors: usize,
    slots: u32,
    min: std::ops::Range<u32>,
) -> impl Strategy<Value = Program> {
    let named = |letter: char, rows: Vec<Row>| {
        let numbered = rows.into_iter().enumerate();
        numbered
            .map(|(at, row)| Row { code: CompactString::from(format!("{letter}{at:02}")), ..row })
            .collect()
    };
    (
        prop::collection::vec(row('A', 2009..2012, slots), 0..mentees),
        prop::collection::vec(row('K', 2003..2010, slots), 0..mentors),
        prop::collection::vec((0..mentees, 0..mentors), 0..4),
        prop::collection::vec((0..mentees, 0..mentors), 0..4),
        min,
    )
        .prop_map(move |(mentees, mentors, must_not, previous, min)| {
            let (mentees, mentors) = (named('A', mentees), named('K', mentors));
            Program { mentees, mentors, must_not, previous, min }
        })
}

impl Program {
    /// The instance; a mentor who has members has them in one open group.
    fn instance(&self) -> Instance<'_> {
        let mut instance = Instance::default();
        instance.group_size.min = self.min;
        for row in &self.mentees {
            instance.mentees.extend(Mentee::from_answers(&row.code, &row.answers));
        }
        for row in &self.mentors {
            let mentor = Mentor::from_answers(&row.code, &row.answers).unwrap();
            instance.mentors.push(Mentor {
                ready: row.ready,
                adult_co_mentor: row.adult,
                members_now: row.now,
                ..mentor
            });
            if row.now > 0 {
                let slot = row.slot.map(|slot| SLOTS[slot]);
                let members = vec![Member { code: "A99", answers: &row.answers }];
                instance.groups.push(OpenGroup {
                    name: &row.code,
                    mentor: &row.code,
                    slot,
                    size: row.now,
                    members,
                });
            }
        }
        let pair = |&(mentee, mentor): &(usize, usize)| {
            Some((self.mentees.get(mentee)?.code.as_str(), self.mentors.get(mentor)?.code.as_str()))
        };
        instance.must_not = self.must_not.iter().filter_map(pair).collect();
        instance.previous = self.previous.iter().filter_map(pair).collect();
        instance
    }
}

/// Reads every hard rule off the answer, by other means than those that made it.
fn obeys_the_rules(instance: &Instance, suggestions: &Suggestions) {
    let mut groups: BTreeMap<&SuggestedGroup, (u32, &str, &str)> = BTreeMap::new();
    let mut of_mentor: BTreeMap<&str, u32> = BTreeMap::new();
    for suggestion in &suggestions.placements {
        let mentee =
            instance.mentees.iter().find(|mentee| mentee.code == suggestion.mentee).unwrap();
        let mentor =
            instance.mentors.iter().find(|mentor| mentor.code == suggestion.mentor).unwrap();
        assert_eq!(mentee.gender, mentor.gender);
        assert!(mentor.ready && old_enough(mentee, mentor));
        assert!(!instance.must_not.contains(&(mentee.code, mentor.code)));
        assert!(mentee.slots.contains(&suggestion.slot));
        let open = instance.groups.iter().find(|group| Some(group.name) == suggestion.open_group());
        match open.and_then(|group| group.slot) {
            Some(slot) => assert_eq!(slot, suggestion.slot),
            None => assert!(mentor.slots.contains(&suggestion.slot)),
        }
        let before = open.map_or(0, |group| group.size);
        let group = groups.entry(&suggestion.group).or_insert((
            before,
            &suggestion.slot,
            &suggestion.mentor,
        ));
        group.0 += 1;
        assert_eq!((group.1, group.2), (suggestion.slot.as_str(), suggestion.mentor.as_str()));
        *of_mentor.entry(mentor.code).or_default() += 1;
        let weight: u32 = suggestion.terms.iter().map(|term| term.weight).sum();
        let mean =
            suggestion.terms.iter().map(|term| term.weight * term.value).sum::<u32>() / weight;
        assert!(mean.abs_diff(suggestion.score) <= 1, "the terms that are shown make the score");
        assert!(
            suggestion.score <= 1000
                && suggestion.reasons.len() <= 3
                && !suggestion.reasons.is_empty()
        );
    }
    for (place, (size, ..)) in &groups {
        assert!(*size <= instance.group_size.max);
        assert!(matches!(place, SuggestedGroup::Open(_)) || *size >= instance.group_size.min);
    }
    for mentor in &instance.mentors {
        assert!(of_mentor.get(mentor.code).is_none_or(|new| *new <= mentor.remaining()));
        let slots =
            groups.values().filter(|(_, _, own)| *own == mentor.code).map(|(_, slot, _)| slot);
        let mut slots: Vec<_> = slots.collect();
        slots.sort_unstable();
        assert!(
            slots.windows(2).all(|pair| pair[0] != pair[1]),
            "a mentor is in one place at a time"
        );
    }
    let everybody = suggestions.placements.len() + suggestions.unplaced.len();
    assert_eq!(everybody, instance.mentees.len());
    assert_eq!(suggestions.placed as usize, suggestions.placements.len());
    assert_eq!(
        suggestions.score_total,
        suggestions.placements.iter().map(|one| u64::from(one.score)).sum::<u64>()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_hard_rule_holds(program in programs(24, 7, 15, 1..6)) {
        let instance = program.instance();
        obeys_the_rules(&instance, &suggest(&instance));
    }

    #[test]
    fn a_deadline_that_has_passed_leaves_a_plan_within_the_rules_and_one_that_never_does_changes_nothing(
        program in programs(24, 7, 15, 1..6),
        patience in 0u32..40,
    ) {
        let instance = program.instance();
        let asked = std::sync::atomic::AtomicU32::new(0);
        let late = || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= patience;
        let stopped = suggest_until(&instance, &late);
        obeys_the_rules(&instance, &stopped);
        let whole = suggest(&instance);
        prop_assert!(!whole.stopped && whole.placed >= stopped.placed);
        if !stopped.stopped {
            prop_assert_eq!(whole, stopped);
        }
    }

    #[test]
    fn chance_chooses_within_the_rules_and_three_percent_and_the_same_again(program in programs(24, 7, 15, 1..6)) {
        let best = suggest(&program.instance());
        let instance = Instance { randomise: true, ..program.instance() };
        let chosen = suggest(&instance);
        obeys_the_rules(&instance, &chosen);
        prop_assert_eq!(chosen.placed, best.placed);
        let below = best.objective - chosen.objective;
        prop_assert!(100 * below <= 3 * best.objective.abs(), "{} of {}", chosen.objective, best.objective);
        let randomised = chosen.randomised.clone().unwrap();
        prop_assert_eq!((randomised.best, randomised.seed), (best.objective, chosen.instance_hash.clone()));
        prop_assert!(best.randomised.is_none() && best.instance_hash != chosen.instance_hash);
        prop_assert_eq!(suggest(&instance), chosen);
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter(
        program in programs(20, 6, 15, 1..5),
        seeds in prop::array::uniform3(any::<prop::sample::Index>()),
    ) {
        let instance = program.instance();
        let mut turned = instance.clone();
        let by = |index: prop::sample::Index, len: usize| if len == 0 { 0 } else { index.index(len) };
        turned.mentees.reverse();
        turned.groups.reverse();
        turned.mentees.rotate_left(by(seeds[0], instance.mentees.len()));
        turned.mentors.rotate_left(by(seeds[1], instance.mentors.len()));
        turned.groups.rotate_left(by(seeds[2], instance.groups.len()));
        prop_assert_eq!(suggest(&turned), suggest(&instance));
    }

    #[test]
    fn what_is_suggested_is_at_least_as_good_as_what_somebody_decides_within_the_rules(
        program in programs(20, 5, 7, 1..5),
        picks in prop::collection::vec(0usize..18, 20),
    ) {
        let instance = program.instance();
        let decided = instance.mentees.iter().zip(&picks).filter_map(|(mentee, pick)| {
            let mentor = instance.mentors.get(pick % 6)?;
            Some(Placement { mentee: mentee.code, mentor: Some(mentor.code), group: mentor.code, slot: Some(SLOTS[pick / 6]) })
        });
        let compared = compare(&instance, &decided.collect::<Vec<_>>());
        prop_assert!(compared.suggested.broken.is_empty() && compared.within_rules.broken.is_empty(), "{compared:?}");
        let suggested = (compared.suggested.placed, compared.worth_suggested.unwrap());
        prop_assert!(suggested >= (compared.within_rules.placed, compared.worth_within_rules.unwrap()), "{compared:?}");
        prop_assert_eq!(compared.suggested.score_total, suggest(&instance).score_total);
    }

    /// A change that makes nothing better moves nobody, though the instance is another one.
    #[test]
    fn suggestions_stand_where_nothing_is_gained_by_moving(program in programs(24, 7, 15, 1..6), order in any::<bool>()) {
        let instance = program.instance();
        let first = suggest(&instance);
        let told = issued(&first);
        let mut other = Instance { last: Some(&told), ..instance };
        other.must_not.insert(("nobody", "nobody"));
        if order {
            other.mentees.reverse();
            other.mentors.reverse();
        }
        let second = suggest(&other);
        prop_assert_ne!(&second.instance_hash, &first.instance_hash);
        prop_assert!(second.placed >= first.placed);
        if first.bound == Some(first.objective) {
            prop_assert_eq!(second.placements, first.placements);
        }
    }

    /// Whoever has an open suggestion keeps it when somebody registers, unless a place for one more
    /// depends on it or the whole gains by more than each move costs.
    #[test]
    fn a_newcomer_moves_others_only_for_a_gain(program in programs(18, 6, 7, 1..5)) {
        let all = program.instance();
        prop_assume!(!all.mentees.is_empty());
        let mut before = all.clone();
        before.mentees.pop();
        let first = suggest(&before);
        let told = issued(&first);
        let second = suggest(&Instance { last: Some(&told), ..all.clone() });
        prop_assert!(second.placed >= first.placed);
        let place = |of: &Suggestions, code: &str| {
            of.placements.iter().find(|one| one.mentee == code).map(|one| (one.mentor.clone(), one.slot.clone()))
        };
        let moved = first.placements.iter().filter(|one| place(&second, &one.mentee) != place(&first, &one.mentee)).count();
        if moved > 0 && second.placed == first.placed {
            let worth = |of: &Suggestions| {
                let board = all.sorted();
                compare::worth_of(&Board::new(&board), of)
            };
            if let (Some(gained), Some(stood)) = (worth(&second), worth(&first)) {
                prop_assert!(gained - stood >= 60 * moved as i64, "{moved} moved, {stood} -> {gained}");
            }
        }
    }

    /// With one slot in the week and no minimum the answer is exact, so a mentor more never places
    /// fewer. With a minimum, or with slots to choose, it need not hold, for closing groups and
    /// choosing slots are not exact.
    #[test]
    fn a_mentor_more_never_places_fewer(program in programs(24, 6, 1, 0..2)) {
        let all = program.instance();
        prop_assume!(!all.mentors.is_empty());
        let mut fewer = all.clone();
        let gone = fewer.mentors.remove(0);
        fewer.groups.retain(|group| group.mentor != gone.code);
        prop_assert!(suggest(&all).placed >= suggest(&fewer).placed);
    }
}

/// The most people who can have a place, by trying every slot of every seat and every seating.
fn most_placed(board: &Board) -> usize {
    most_in_slots(board, SeatId(0), &mut Table::filled(None, board.seats.len()))
}

fn most_in_slots(board: &Board, at: SeatId, slots: &mut Table<SeatId, Option<Slot>>) -> usize {
    let Some(seat) = board.seats.get(at) else {
        let mut taken = Table::filled(0, slots.len());
        return most_seated(board, slots, MenteeId(0), &mut taken, 0).unwrap_or_default();
    };
    let next = SeatId(at.0 + 1);
    slots[at] = None;
    let mut most = most_in_slots(board, next, slots);
    for slot in seat.choices.iter() {
        if board.seats_of(seat.mentor).all(|other| other >= at || slots[other] != Some(slot)) {
            slots[at] = Some(slot);
            most = most.max(most_in_slots(board, next, slots));
        }
    }
    most
}

/// With so many seated so far; none if a new group is left below its minimum.
fn most_seated(
    board: &Board,
    slots: &Table<SeatId, Option<Slot>>,
    mentee: MenteeId,
    taken: &mut Table<SeatId, u32>,
    seated: usize,
) -> Option<usize> {
    let Some(who) = board.problem.people.get(person_of(mentee)) else {
        let minimum = board.instance.group_size.min;
        let opens = |(at, seat): (SeatId, &GroupSeat)| {
            taken[at] == 0 || seat.group.is_some() || taken[at] >= minimum
        };
        return board.seats.entries().all(opens).then_some(seated);
    };
    let next = MenteeId(mentee.0 + 1);
    let mut most = most_seated(board, slots, next, taken, seated);
    for fit in &who.fits {
        let at = fit.seat;
        let mentor = board.seats[at].mentor;
        let of_mentor: u32 = board.seats_of(mentor).map(|seat| taken[seat]).sum();
        if slots[at].is_some_and(|slot| who.slots.contains(slot))
            && taken[at] < board.seats[at].capacity
            && of_mentor < board.instance.mentor(mentor).remaining()
        {
            taken[at] += 1;
            most = most.max(most_seated(board, slots, next, taken, seated + 1));
            taken[at] -= 1;
        }
    }
    most
}

/// The search is not exact. On small programs it is measured against enumeration: it never places
/// more people, and nearly always as many.
#[test]
fn nearly_always_as_many_have_a_place_as_can_have_one() {
    let config =
        ProptestConfig { rng_algorithm: RngAlgorithm::ChaCha, ..ProptestConfig::default() };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let (mut as_many, mut tried) = (0, 0);
    while tried < 200 {
        let program = programs(11, 6, 15, 2..5).new_tree(&mut runner).unwrap().current();
        let instance = program.instance().sorted();
        let board = Board::new(&instance);
        if board.seats.len() > 3 || board.problem.people.iter().all(|person| person.fits.is_empty())
        {
            continue;
        }
        let (placed, most) = (suggest(&instance).placed as usize, most_placed(&board));
        assert!(placed <= most);
        tried += 1;
        as_many += u32::from(placed == most);
    }
    println!("of {tried} programs as many as can be have a place in {as_many}");
    assert!(as_many >= 198, "of {tried}: {as_many}");
}

fn answers(pairs: &[(&str, &str)], lists: &[(&str, &[&str])]) -> Answers {
    let texts = pairs.iter().map(|(key, text)| (*key, Answer::Text((*text).into())));
    let lists = lists.iter().map(|(key, codes)| {
        (*key, Answer::List(codes.iter().map(|code| code.to_compact_string()).collect()))
    });
    texts.chain(lists).collect()
}

fn person(gender: &str, birth: &str, slots: &[&str], interests: &[&str]) -> Answers {
    answers(
        &[("gender", gender), ("birth_date", birth), ("max_mentees", "8")],
        &[("slots", slots), ("interests", interests)],
    )
}

/// Suggestions as the ledger has them.
fn issued(suggestions: &Suggestions) -> IssuedSuggestions {
    suggestions.issued(&Settings {
        group_size: GroupSize::default(),
        weights: Weights::default(),
        reading: ReadingMix::default(),
        randomise: false,
        criteria: &[],
    })
}

fn ready<'a>(code: &'a str, answers: &'a Answers) -> Mentor<'a> {
    Mentor { ready: true, ..Mentor::from_answers(code, answers).unwrap() }
}

#[test]
fn reasons_alternatives_and_bars_can_be_read() {
    let gamer = person("male", "2010-01-01", &["sat_morning", "fri_afternoon"], &["gaming"]);
    let girl = person("female", "2010-01-01", &["sat_morning"], &["gaming"]);
    let sunday = person("male", "2010-01-01", &["sun_morning"], &["gaming"]);
    let like =
        person("male", "2000-01-01", &["sat_morning", "fri_afternoon"], &["gaming", "football"]);
    let unlike = person("male", "2000-01-01", &["sat_morning"], &["business"]);
    let mentee = |code, answers| Mentee::from_answers(code, answers).unwrap();
    let group = |name, mentor, slot| OpenGroup {
        name,
        mentor,
        slot: Some(slot),
        size: 5,
        members: Vec::new(),
    };
    let instance = Instance {
        mentees: vec![mentee("A1", &gamer), mentee("A2", &girl), mentee("A3", &sunday)],
        mentors: vec![ready("K1", &like), ready("K2", &unlike)],
        groups: vec![group("Badar", "K1", "fri_afternoon"), group("Uhud", "K2", "sat_morning")],
        ..Instance::default()
    };
    let suggestions = suggest(&instance);
    let placed = &suggestions.placements[0];
    assert_eq!(
        (placed.mentee.as_str(), placed.open_group(), placed.slot.as_str()),
        ("A1", Some("Badar"), "fri_afternoon")
    );
    let shared = Reason::SlotShared { slot: "fri_afternoon".into(), spare: 1 };
    assert_eq!(placed.reasons, [shared, Reason::SharedInterests(vec!["gaming".into()])]);
    let other = placed.alternative.as_ref().unwrap();
    assert_eq!((other.mentor.as_str(), other.lost), ("K2", Lost::LowerScore));
    assert_eq!(other.difference, i64::from(placed.score) - i64::from(other.score));
    let why: Vec<_> =
        suggestions.unplaced.iter().map(|one| (one.mentee.as_str(), one.why)).collect();
    assert_eq!(why, [("A2", Bar::Gender), ("A3", Bar::NoCommonSlot)]);
    let json = serde_json::to_string(&suggestions).unwrap();
    assert_eq!(serde_json::from_str::<Suggestions>(&json).unwrap(), suggestions);
}

#[test]
fn a_new_group_opens_in_the_slot_that_places_most_and_not_below_its_minimum() {
    let mentee = person("female", "2010-01-01", &["sat_morning"], &[]);
    let flexible = person("female", "2010-01-01", &["sat_morning", "fri_afternoon"], &[]);
    let mentor = person("female", "2000-01-01", &["sat_morning", "fri_afternoon"], &[]);
    let codes = ["A1", "A2", "A3", "A4", "A5"];
    let rows = |count: usize| {
        let of = |at: usize| if at < 3 { &mentee } else { &flexible };
        let mentees =
            (0..count).map(|at| Mentee::from_answers(codes[at], of(at)).unwrap()).collect();
        Instance { mentees, mentors: vec![ready("K1", &mentor)], ..Instance::default() }
    };
    let four = suggest(&rows(4));
    assert_eq!((four.placed, four.unplaced[0].why), (0, Bar::TooFewForGroup));
    let five = suggest(&rows(5));
    assert_eq!(five.placed, 5);
    let places = five.placements.iter().map(|one| (one.slot.as_str(), one.new_group_key()));
    assert!(places.eq([("sat_morning", Some("K1-1")); 5]));
}

/// What was suggested for the same program is suggested again, whatever the solver would find now;
/// the model keeps apart whom it is told to; and every answer is at most its bound.
#[test]
fn a_plan_that_was_issued_is_kept_and_people_are_kept_apart() {
    let free = person("male", "2010-01-01", &["sat_morning", "fri_afternoon"], &["gaming"]);
    let older = person("male", "2000-01-01", &["sat_morning", "fri_afternoon"], &["gaming"]);
    let codes = ["A1", "A2", "A3", "A4"];
    let mut instance = Instance {
        mentees: codes.iter().map(|code| Mentee::from_answers(code, &free).unwrap()).collect(),
        mentors: vec![ready("K1", &older), ready("K2", &older)],
        ..Instance::default()
    };
    instance.group_size.min = 1;
    instance.apart.insert(("A1", "A2"));
    let suggestions = suggest(&instance);
    let place =
        |code: &str| &suggestions.placements.iter().find(|one| one.mentee == code).unwrap().group;
    assert_ne!(place("A1"), place("A2"));
    assert!(suggestions.bound.unwrap() >= suggestions.objective);
    let swapped = |mentor: &str| if mentor == "K1" { "K2" } else { "K1" };
    let mut last = issued(&suggestions);
    last.suggestions.iter_mut().for_each(|one| one.mentor = swapped(&one.mentor).into());
    let again = suggest(&Instance { last: Some(&last), ..instance });
    let mentors = |of: &Suggestions| {
        of.placements.iter().map(|one| one.mentor.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        mentors(&again),
        mentors(&suggestions).iter().map(|mentor| swapped(mentor)).collect::<Vec<_>>()
    );
}

/// Three girls wait on Friday and nobody leads: a mentor for a Friday places them, one for another
/// day does not.
#[test]
fn one_more_mentor_is_worth_those_who_would_have_a_place() {
    let girl = person("female", "2010-01-01", &["fri_afternoon"], &[]);
    let codes = ["A1", "A2", "A3"];
    let mut instance = Instance {
        mentees: codes.iter().map(|code| Mentee::from_answers(code, &girl).unwrap()).collect(),
        ..Instance::default()
    };
    assert_eq!(suggest(&instance).worth_of_mentor, [], "three are no group");
    instance.group_size.min = 3;
    let worth = WorthOfMentor { gender: "female".into(), slot: "fri_afternoon".into(), places: 3 };
    assert_eq!(suggest(&instance).worth_of_mentor, [worth]);
}

#[test]
fn who_answered_nothing_is_in_the_middle_and_it_is_said() {
    let (mentee, mentor) =
        (person("male", "2010-01-01", &[], &[]), person("male", "2000-01-01", &[], &[]));
    let instance = Instance {
        mentees: Mentee::from_answers("A1", &mentee).into_iter().collect(),
        mentors: vec![ready("K1", &mentor)],
        ..Instance::default()
    };
    let parts = score::parts(&score::Pairing {
        instance: &instance,
        mentee: &instance.mentees[0],
        of_mentee: &score::Profile::of(&mentee),
        mentor: &instance.mentors[0],
        of_mentor: &score::Profile::of(&mentor),
        mentor_slots: &[],
        group: None,
        slot: None,
    });
    assert_eq!(score::total(&parts), 500);
    assert!(score::terms(&parts).iter().all(|term| term.value == 500));
    assert!(parts.iter().any(|part| part.reason == Reason::Unanswered("interests".into())));
}

#[test]
fn the_fingerprint_changes_with_what_matters_only() {
    let row = person("male", "2010-01-01", &["sat_morning"], &["gaming"]);
    let mut renamed = row.clone();
    renamed.insert("full_name", Answer::Text("Ahmad Satu".into()));
    let mut keener = row.clone();
    keener.insert("interests", codes(&INTERESTS, 3));
    let hash = |answers: &Answers| {
        let mentees = Mentee::from_answers("A1", answers).into_iter().collect();
        suggest(&Instance { mentees, ..Instance::default() }).instance_hash
    };
    assert_eq!(hash(&row), hash(&renamed));
    assert_ne!(hash(&row), hash(&keener));
    assert_eq!(hash(&row), "41452895108b5117", "the same in every version of the program");
}

/// A ledger recognises what it issued by the fingerprint: one with everything in it keeps its bytes,
/// whichever way the numbers are laid out.
#[test]
fn the_fingerprint_of_everything_stays_as_it_is() {
    let row = person("male", "2010-01-01", &["sat_morning", "fri_afternoon"], &["gaming"]);
    let leader = person("male", "2000-01-01", &["sat_morning"], &["gaming", "football"]);
    let bands = personality::Bands {
        openness: Some(personality::Band::High),
        conscientiousness: Some(personality::Band::Middle),
    };
    let criteria = [criteria::Criterion {
        field: "conversation_style".into(),
        with: criteria::With::Members,
        other: "conversation_style".into(),
        measure: criteria::Measure::Mixed,
        weight: 6,
        order: vec!["listener".into(), "talker".into()],
    }];
    let mentee = |code, friend, current| Mentee {
        friend,
        current,
        ..Mentee::from_answers(code, &row).unwrap()
    };
    let instance = Instance {
        mentees: vec![mentee("A1", Some("A2"), None), mentee("A2", None, Some("Badar"))],
        mentors: vec![
            ready("K1", &leader),
            Mentor { adult_co_mentor: true, members_now: 3, ..ready("K2", &leader) },
        ],
        groups: vec![OpenGroup {
            name: "Badar",
            mentor: "K2",
            slot: Some("sat_morning"),
            size: 3,
            members: vec![Member { code: "A7", answers: &row }],
        }],
        must_not: [("A1", "K2")].into(),
        previous: [("A2", "K1")].into(),
        apart: [("A1", "A7")].into(),
        group_size: instance::GroupSize { min: 2, target: 4, max: 7 },
        weights: Weights::by_name(|name| {
            let at = TERMS.iter().position(|term| term.name == name).unwrap();
            at as u32 + 1
        }),
        reading: instance::ReadingMix::Equal,
        randomise: true,
        criteria: &criteria,
        bands: personality::KnownBands {
            mentees: [("A1", bands)].into(),
            mentors: [("K2", bands)].into(),
        },
        ..Instance::default()
    };
    assert_eq!(instance_hash(&instance), "67b2a5ca7d303d37");
}

/// A program that has never asked about personality keeps the fingerprints that its ledger has.
#[test]
fn bands_are_in_the_fingerprint_only_where_two_can_be_compared() {
    let row = person("male", "2010-01-01", &["sat_morning"], &["gaming"]);
    let bands = |openness: Option<personality::Band>| {
        openness.map(|_| personality::Bands { openness, conscientiousness: None })
    };
    let hash =
        |personality: u32, mentee: Option<personality::Band>, mentor: Option<personality::Band>| {
            let bands = personality::KnownBands {
                mentees: bands(mentee).map(|bands| ("A1", bands)).into_iter().collect(),
                mentors: bands(mentor).map(|bands| ("K1", bands)).into_iter().collect(),
            };
            let mentees = Mentee::from_answers("A1", &row).into_iter().collect();
            let mentors = vec![ready("K1", &row)];
            let weights = Weights::default().with(TermKind::Personality, personality);
            instance_hash(&Instance { mentees, mentors, weights, bands, ..Instance::default() })
        };
    let (low, high) = (Some(personality::Band::Low), Some(personality::Band::High));
    assert_eq!(hash(0, high, low), hash(0, None, None), "without weight");
    assert_eq!(hash(10, high, None), hash(10, None, None), "of one of the two alone");
    assert_ne!(hash(10, high, low), hash(10, None, None));
    assert_ne!(hash(10, high, low), hash(10, low, low));
    assert_ne!(hash(10, high, low), hash(10, high, high));
}

/// What is said of people without a place does not depend on whether the plan was found or kept.
#[test]
fn a_kept_plan_says_the_same_of_everybody() {
    let saturday = person("male", "2010-01-01", &["sat_morning"], &["gaming"]);
    let friday = person("male", "2010-01-01", &["fri_afternoon"], &["gaming"]);
    let (on_saturday, on_friday) = (
        person("male", "2000-01-01", &["sat_morning"], &["gaming"]),
        person("male", "2000-01-01", &["fri_afternoon"], &["gaming"]),
    );
    let codes = ["A1", "A2", "A3", "A4", "A5", "A6"];
    let mentees = codes
        .iter()
        .map(|code| Mentee::from_answers(code, if *code == "A6" { &friday } else { &saturday }));
    let instance = Instance {
        mentees: mentees.map(Option::unwrap).collect(),
        mentors: vec![ready("K1", &on_saturday), ready("K2", &on_friday)],
        ..Instance::default()
    };
    let found = suggest(&instance);
    assert_eq!((found.placed, found.unplaced[0].why), (5, Bar::TooFewForGroup));
    let kept = suggest(&Instance { last: Some(&issued(&found)), ..instance });
    assert_eq!(kept, found);
}

/// Classmates who are in a group already keep each other from being alone: nobody has to be sent to
/// them.
#[test]
fn members_of_a_group_are_not_alone_among_classmates() {
    let of_class = |class: &str| {
        let answers = person("male", "2010-01-01", &["sat_morning"], &[]);
        let class = ("class_name".to_owned(), Answer::Text(class.into()));
        answers
            .iter()
            .map(|(key, answer)| (key.to_string(), answer.clone()))
            .chain([class])
            .collect::<Answers>()
    };
    let (classmate, newcomer) = (of_class("X-1"), of_class("X-2"));
    let mentor = person("male", "2000-01-01", &["sat_morning"], &[]);
    let members = ["A1", "A2"].map(|code| Member { code, answers: &classmate });
    let group = OpenGroup {
        name: "Bilal",
        mentor: "K1",
        slot: Some("sat_morning"),
        size: 2,
        members: members.into(),
    };
    let instance = Instance {
        mentees: vec![Mentee::from_answers("A3", &newcomer).unwrap()],
        mentors: vec![ready("K1", &mentor)],
        groups: vec![group],
        ..Instance::default()
    };
    let instance = instance.sorted();
    assert_eq!(
        grouping::problem(&Board::new(&instance)).ties,
        [(PersonId(1), PersonId(2))],
        "the newcomer comes first, then the members"
    );
}

/// Coordinators write down two groups of a mentor in one slot. The whole model answers all the same
/// (a bound says that it did), and nobody is sent to the second.
#[test]
fn a_mentor_with_two_groups_at_once_does_not_spoil_the_plan() {
    let saturday = person("male", "2010-01-01", &["sat_morning"], &["gaming"]);
    let of_mentor = person("male", "2000-01-01", &["sat_morning"], &[]);
    let mentor = Mentor { max_mentees: 16, members_now: 2, ..ready("K1", &of_mentor) };
    let group = |name, code| OpenGroup {
        name,
        mentor: "K1",
        slot: Some("sat_morning"),
        size: 1,
        members: vec![Member { code, answers: &saturday }],
    };
    let instance = Instance {
        mentees: vec![Mentee::from_answers("A3", &saturday).unwrap()],
        mentors: vec![mentor],
        groups: vec![group("Bilal", "A1"), group("Salman", "A2")],
        ..Instance::default()
    };
    let suggestions = suggest(&instance);
    assert_eq!((suggestions.placed, suggestions.placements[0].open_group()), (1, Some("Bilal")));
    assert!(suggestions.bound.is_some());
}

/// Chance does something: among many alike there are others as good. And what was issued is
/// suggested again.
#[test]
fn chance_gives_another_plan_and_keeps_it() {
    let answers: Vec<Answers> = (0..24)
        .map(|at| {
            person("male", "2010-01-01", &["sat_morning", "sun_morning"], &[INTERESTS[at % 5]])
        })
        .collect();
    let of_mentor = person("male", "2000-01-01", &["sat_morning", "sun_morning"], &["gaming"]);
    let codes: Vec<String> = (0..24).map(|at| format!("A{at:02}")).collect();
    let mentees = codes
        .iter()
        .zip(&answers)
        .map(|(code, answers)| Mentee::from_answers(code, answers).unwrap());
    let best = Instance {
        mentees: mentees.collect(),
        mentors: ["K1", "K2", "K3"]
            .map(|code| Mentor { max_mentees: 10, ..ready(code, &of_mentor) })
            .into(),
        ..Instance::default()
    };
    let instance = Instance { randomise: true, ..best.clone() };
    let (best, chosen) = (suggest(&best), suggest(&instance));
    let mentors_in = |suggestions: &Suggestions| {
        suggestions.placements.iter().map(|one| one.mentor.clone()).collect::<Vec<CompactString>>()
    };
    assert_ne!(mentors_in(&best), mentors_in(&chosen));
    assert_eq!(suggest(&Instance { last: Some(&issued(&chosen)), ..instance }), chosen);
}

/// A1 suits both mentors, A2 only the one who is free on Saturday: each takes one.
#[test]
fn an_alternative_may_cost_somebody_else_the_place() {
    let both = person("male", "2010-01-01", &["sat_morning", "sun_morning"], &["gaming"]);
    let saturday = person("male", "2010-01-01", &["sat_morning"], &["gaming"]);
    let (on_saturday, on_sunday) = (
        person("male", "2000-01-01", &["sat_morning"], &["gaming"]),
        person("male", "2000-01-01", &["sun_morning"], &["gaming"]),
    );
    let mut instance = Instance {
        mentees: [("A1", &both), ("A2", &saturday)]
            .map(|(code, own)| Mentee::from_answers(code, own).unwrap())
            .into(),
        mentors: [("K1", &on_saturday), ("K2", &on_sunday)]
            .map(|(code, own)| Mentor { max_mentees: 1, ..ready(code, own) })
            .into(),
        ..Instance::default()
    };
    instance.group_size.min = 1;
    let suggestions = suggest(&instance);
    assert_eq!((suggestions.placed, suggestions.placements[0].mentor.as_str()), (2, "K2"));
    let cost = cost_of_alternative(&instance, &suggestions, "A1", &|| false).unwrap();
    assert_eq!(cost.places, 1, "A2 would have no place: {cost:?}");
    assert_eq!(
        cost_of_alternative(&instance, &suggestions, "A2", &|| false),
        None,
        "A2 has no alternative"
    );
    // With room for both it costs what the plan is worth less, and nobody's place.
    let sunday = person("male", "2010-01-01", &["sun_morning"], &["gaming"]);
    instance.mentees.push(Mentee::from_answers("A3", &sunday).unwrap());
    instance.mentors.iter_mut().for_each(|mentor| mentor.max_mentees = 2);
    let suggestions = suggest(&instance);
    assert_eq!(suggestions.placed, 3);
    let cost = cost_of_alternative(&instance, &suggestions, "A1", &|| false);
    assert!(cost.is_some_and(|cost| cost.places == 0 && cost.worth >= 0), "{cost:?}");
}

/// No plan with the mentee elsewhere is worth more than the best, as far as both are found.
#[test]
fn every_alternative_costs_something_or_nothing() {
    let mut runner = TestRunner::deterministic();
    let mut seen = 0;
    for _ in 0..60 {
        let program = programs(16, 5, 7, 1..4).new_tree(&mut runner).unwrap().current();
        let instance = program.instance();
        let suggestions = suggest(&instance);
        for one in &suggestions.placements {
            if let Some(cost) = cost_of_alternative(&instance, &suggestions, &one.mentee, &|| false)
            {
                seen += 1;
                assert!((cost.places, cost.worth) >= (0, 0), "{cost:?}");
            }
        }
    }
    assert!(seen > 10, "{seen}");
}

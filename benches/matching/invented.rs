//! Invented problems of any size, and an invented program whose weights are changed.

use std::collections::BTreeMap;

use compact_str::ToCompactString;
use halaqah::ledger::answers::{Answer, Answers};
use halaqah::matching::instance::{Instance, Mentee, Mentor, Settings};
use halaqah::matching::{Suggestion, Suggestions, suggest};
use halaqah_solver::{
    Fit, Pair, Person, PersonId, Position, Prices, Problem, Random, Seat, SeatId, Slot, SlotSet,
};

/// How many of a mentee's best mentors are kept.
const BEST: usize = 64;

/// A problem with two genders, twenty slots and scores and pairs that follow from where people
/// stand on five traits; pairs only where people are few enough to have been compared, as in the
/// kit.
pub fn problem(people: usize, mentors: usize) -> Problem {
    let random = &mut Random((people * 31 + mentors) as u64);
    let mut somebody = || {
        let one = SlotSet::of(Slot(random.below(20) as u8));
        let more = (0..20).filter(|_| random.below(100) < 30).map(Slot);
        let slots = one | more.collect();
        (random.below(100) < 45, [0; 5].map(|_| random.below(101) as i64), slots)
    };
    let everybody: Vec<_> = (0..people).map(|_| somebody()).collect();
    let leaders: Vec<_> = (0..mentors).map(|_| somebody()).collect();
    let distance = |one: &[i64; 5], other: &[i64; 5]| {
        one.iter().zip(other).map(|(one, other)| (one - other).abs()).sum::<i64>()
    };
    let average = (2 * people + mentors) / (2 * mentors);
    let seat = |(at, leader): (usize, &(bool, [i64; 5], SlotSet))| {
        let max = 7 + at % 4;
        Seat { slots: leader.2, min: 5, max, target: average.clamp(5, max), ..Seat::default() }
    };
    let seats = leaders.iter().enumerate().map(seat).collect();
    let person = |one: &(bool, [i64; 5], SlotSet)| {
        let open = leaders
            .iter()
            .enumerate()
            .filter(|(_, leader)| leader.0 == one.0 && leader.2.intersects(one.2));
        let fit = |(seat, leader): (usize, &(bool, [i64; 5], SlotSet))| {
            let common = (leader.2 & one.2).len().min(4) as i64;
            let score = 2 * (300 - distance(&one.1, &leader.1)).max(0) + 60 * common;
            Fit { seat: SeatId::at(seat), score: score as u32 }
        };
        let mut fits: Vec<Fit> = open.map(fit).collect();
        fits.sort_unstable_by_key(|fit| (std::cmp::Reverse(fit.score), fit.seat));
        fits.truncate(BEST);
        fits.shrink_to_fit();
        Person { slots: one.2, fits, ..Person::default() }
    };
    let mut problem =
        Problem { people: everybody.iter().map(person).collect(), seats, ..Problem::default() };
    if people <= 2_000 {
        for a in 0..people {
            for b in a + 1..people {
                let worth = (130 - distance(&everybody[a].1, &everybody[b].1)) / 2;
                if everybody[a].0 == everybody[b].0 && worth > 0 {
                    let (a, b) = (PersonId::at(a), PersonId::at(b));
                    problem.pairs.push(Pair { a, b, worth: worth as i32 });
                }
            }
        }
    }
    problem.prices = Prices::OF_INSTANCES;
    problem
}

/// A form's row.
fn answers(random: &mut Random, mentor: bool) -> Answers {
    let text = |text: &str| Answer::Text(text.into());
    let mut some = |codes: &[&str], in_hundred: usize| {
        let kept = codes.iter().filter(|_| random.below(100) < in_hundred);
        Answer::List(kept.map(|code| code.to_compact_string()).collect())
    };
    let slots = some(
        &["fri_afternoon", "sat_afternoon", "sat_morning", "sun_morning", "wed_afternoon"],
        60,
    );
    let interests =
        some(&["business", "football", "gaming", "outdoors", "reading", "volunteering"], 40);
    let mut pick = |codes: &[&str]| text(codes[random.below(codes.len())]);
    [
        ("gender", pick(&["male", "female"])),
        ("birth_date", text(if mentor { "2003-05-15" } else { "2010-05-15" })),
        ("slots", slots),
        ("interests", interests),
        (
            if mentor { "own_trait" } else { "preferred_mentor" },
            pick(&["any", "easygoing", "patient_listener", "structured"]),
        ),
        ("study_approach", pick(&["evidence", "stories"])),
        ("reading_level", pick(&["iqra_late", "quran_fluent", "tahsin"])),
        ("class_name", pick(&["X-1", "X-2", "X-3", "XI-1", "XI-2"])),
        ("max_mentees", text("10")),
    ]
    .into_iter()
    .collect()
}

/// How many of those who had a place have another mentor or another time now.
fn moved(before: &Suggestions, after: &Suggestions) -> usize {
    let place = |one: &Suggestion| (one.mentee.clone(), (one.mentor.clone(), one.slot.clone()));
    let after: BTreeMap<_, _> = after.placements.iter().map(place).collect();
    before
        .placements
        .iter()
        .map(place)
        .filter(|(mentee, place)| after.get(mentee) != Some(place))
        .count()
}

/// Prints how many of a program's pairs change when somebody registers, and when one weight after
/// another grows or shrinks: with the suggestions that stand, as a program has them, and with the
/// plan made anew.
pub fn stability() {
    const MENTEES: usize = 120;
    const NEW: usize = 12;
    let random = &mut Random(7);
    let named = |letter: char, count: usize, random: &mut Random| -> Vec<(String, Answers)> {
        (0..count).map(|at| (format!("{letter}{at:03}"), answers(random, letter == 'K'))).collect()
    };
    let (mentees, mentors) = (named('A', MENTEES, random), named('K', 18, random));
    let mut instance = Instance::default();
    instance
        .mentees
        .extend(mentees.iter().filter_map(|(code, row)| Mentee::from_answers(code, row)));
    for (code, row) in &mentors {
        instance
            .mentors
            .extend(Mentor::from_answers(code, row).map(|mentor| Mentor { ready: true, ..mentor }));
    }
    // In hundredths, so that a percent more or less can be said.
    for (term, weight) in instance.weights.iter() {
        instance.weights = instance.weights.with(term.kind, 100 * weight);
    }
    let before = suggest(&instance);
    let Instance { group_size, weights, reading, randomise, criteria, .. } = instance;
    let told = before.issued(&Settings { group_size, weights, reading, randomise, criteria });
    let places = before.placements.len();

    let newcomers = named('B', NEW, random);
    let mut changed = Vec::new();
    for (code, row) in &newcomers {
        let mut more = Instance { last: Some(&told), ..instance.clone() };
        more.mentees.extend(Mentee::from_answers(code, row));
        changed.push(moved(&before, &suggest(&more)));
    }
    said("somebody registers", &changed, places);

    for percent in [1, 5, 10] {
        let (mut standing, mut anew) = (Vec::new(), Vec::new());
        for (term, weight) in instance.weights.iter().filter(|(_, weight)| *weight > 0) {
            for part in [100 - percent, 100 + percent] {
                let weights = instance.weights.with(term.kind, weight * part / 100);
                let other = Instance { weights, ..instance.clone() };
                anew.push(moved(&before, &suggest(&other)));
                standing.push(moved(&before, &suggest(&Instance { last: Some(&told), ..other })));
            }
        }
        said(&format!("a weight changed by {percent} %"), &standing, places);
        said(&format!("a weight changed by {percent} %, the plan made anew"), &anew, places);
    }
}

fn said(what: &str, changed: &[usize], places: usize) {
    let (most, sum) = (changed.iter().max().copied().unwrap_or(0), changed.iter().sum::<usize>());
    println!(
        "{what}: {:.1} of {places} pairs change, {most} at most",
        sum as f64 / changed.len() as f64
    );
}

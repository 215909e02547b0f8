//! Places that ready mentors still have, against those who wait: by gender and by weekly slot.

use serde_json::{Map, Value, json};

use super::Scene;
use super::evidence::{Asked, Evidence};
use super::numbers::count;
use crate::ledger::codes::{Code, Gender};
use crate::ledger::people::Person;
use crate::ledger::standing::Standing;

/// How many mentees one more mentor is reckoned to take.
const MENTEES_PER_MENTOR: i64 = 8;

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    let mut capacity = Map::new();
    for gender in ["male", "female"] {
        let (demand, supply) = balance(standing, |person| person.gender() == Gender::of(gender));
        let gap = demand - supply;
        let needed = (gap.max(0) + MENTEES_PER_MENTOR - 1) / MENTEES_PER_MENTOR;
        let figures =
            json!({"demand": demand, "supply": supply, "gap": gap, "mentors_needed": needed});
        capacity.insert(gender.to_owned(), figures);
    }
    let slots = standing.program.codes("mentee_registration", "slots");
    let by_slot: Map<String, Value> =
        slots.iter().map(|slot| (slot.clone(), in_slot(standing, slot))).collect();
    capacity.insert("by_slot".to_owned(), by_slot.into());
    capacity.into()
}

fn in_slot(standing: &Standing<'_>, slot: &str) -> Value {
    let of = |gender: &str| {
        let (demand, supply) = balance(standing, |person| {
            person.gender() == Gender::of(gender) && person.can_come(slot)
        });
        json!({"demand": demand, "supply": supply, "gap": demand - supply})
    };
    json!({"male": of("male"), "female": of("female")})
}

/// Those who wait, and free places with ready mentors, among the people who pass a test.
fn balance(standing: &Standing<'_>, fits: impl Fn(&Person<'_>) -> bool) -> (i64, i64) {
    let demand =
        count(standing.waiting.iter().filter(|waiting| fits(&standing.mentees[waiting.mentee])));
    let mentors = standing.mentors.indices().filter(|mentor| fits(&standing.mentors[*mentor]));
    let supply = mentors
        .filter(|mentor| standing.is_ready(*mentor))
        .map(|mentor| standing.free_capacity(mentor))
        .sum();
    (demand, supply)
}

/// The rows behind each figure: those who wait, and against them the mentors who are ready.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let (slot, gender, figure) = match path {
        ["by_slot", slot, gender, figure] => (Some(*slot), Some(*gender), *figure),
        [gender, figure] => (None, Some(*gender), *figure),
        _ => (None, None, ""),
    };
    let fits = |person: &Person<'_>| {
        gender.is_none_or(|gender| person.gender() == Gender::of(gender))
            && slot.is_none_or(|slot| person.can_come(slot))
    };
    let waiting = standing
        .waiting
        .iter()
        .map(|waiting| waiting.mentee)
        .filter(|m| fits(&standing.mentees[*m]));
    let ready: Vec<_> = standing
        .mentors
        .indices()
        .filter(|m| standing.is_ready(*m) && fits(&standing.mentors[*m]))
        .collect();
    let led = asked.groups(|_, group| {
        group.is_open(standing.through) && group.mentor.is_some_and(|m| ready.contains(&m))
    });
    match figure {
        "demand" => asked.mentees(waiting),
        "supply" => asked.mentors(&ready).and(led),
        _ => asked.mentees(waiting).against(asked.mentors(&ready).and(led)),
    }
}

//! Who may be placed and still waits, and for how long.

use serde_json::{Value, json};

use super::Scene;
use super::evidence::{Asked, Evidence};
use super::numbers::{count, median, p90};
use crate::ledger::codes::{Code, Gender};
use crate::ledger::standing::Waiting;

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    let days: Vec<i64> = standing
        .waiting
        .iter()
        .map(|waiting| (standing.through - waiting.since).num_days())
        .collect();
    let of = |gender: &str| {
        count(
            standing
                .waiting
                .iter()
                .filter(|waiting| standing.mentees[waiting.mentee].gender() == Gender::of(gender)),
        )
    };
    json!({
        "count": days.len(),
        "male": of("male"),
        "female": of("female"),
        "median_days": median(&days),
        "p90_days": p90(&days),
        "max_days": days.iter().max(),
        "over_14": count(days.iter().filter(|days| **days > 14)),
        "over_28": count(days.iter().filter(|days| **days > 28)),
        "awaiting_consent": standing.awaiting_consent.len(),
        "refused": standing.refused.len(),
    })
}

/// The rows behind each figure: what those who wait registered, what their guardians said, and
/// groups they were in.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let waiting = |test: &dyn Fn(&Waiting) -> bool| {
        let those: Vec<_> =
            standing.waiting.iter().filter(|w| test(w)).map(|waiting| waiting.mentee).collect();
        asked.mentees(those.iter().copied()).and(asked.placements_of(&those))
    };
    let days = |waiting: &Waiting| (standing.through - waiting.since).num_days();
    match path {
        [gender @ ("male" | "female")] => {
            waiting(&|one| standing.mentees[one.mentee].gender() == Gender::of(gender))
        }
        ["over_14"] => waiting(&|one| days(one) > 14),
        ["over_28"] => waiting(&|one| days(one) > 28),
        ["max_days"] => {
            let longest = standing.waiting.iter().map(days).max();
            waiting(&|one| Some(days(one)) == longest)
        }
        ["awaiting_consent"] => asked.mentees(standing.awaiting_consent.iter().copied()),
        ["refused"] => asked.mentees(standing.refused.iter().copied()),
        _ => waiting(&|_| true),
    }
}

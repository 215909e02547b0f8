//! Who may be placed and still waits, and for how long.

use serde_json::{Value, json};

use super::Scene;
use super::numbers::{count, median, p90};

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    let days: Vec<i64> = standing.waiting.iter().map(|waiting| (standing.through - waiting.since).num_days()).collect();
    let of = |gender: &str| {
        count(standing.waiting.iter().filter(|waiting| standing.mentees[waiting.mentee].gender() == gender))
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

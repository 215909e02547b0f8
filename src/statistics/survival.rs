//! Survival: how long groups live, when some still live (Kaplan and Meier 1958; variance by
//! Greenwood 1926; log-log interval as in Kalbfleisch and Prentice).

use serde_json::Value;

use super::figure::Measure::Computed;
use super::figure::{Codes, Figure, Items, Measure, Unit};
use super::numbers::{Z, round4};
use super::scene::Scene;
use super::subject::{OfGroup, Subject};
use crate::ledger::codes::{Code, Gender};
use crate::ledger::groups::GroupIndex;
use crate::ledger::standing::Standing;

const AGES: &[Codes] = &[Codes::Ages];
const GENDERS: &[Codes] = &[Codes::Genders];

// Which groups broke up follows from why they were closed, which is told to nobody.
pub(super) const FIGURES: &[Figure] = &[
    Figure::count("survival.groups", all),
    Figure::count("survival.events", |scene, _| lives(scene, |life| life.broke_up.is_some()))
        .shown_as("survival.groups"),
    Figure::count("survival.disbanded", |scene, _| broke_up(scene, "disbanded"))
        .shown_as("survival.groups"),
    Figure::count("survival.mentor_changed", |scene, _| broke_up(scene, "mentor_changed"))
        .shown_as("survival.groups"),
    Figure::count("survival.censored", |scene, _| lives(scene, |life| life.broke_up.is_none()))
        .shown_as("survival.groups"),
    Figure::new(
        "survival.*.value",
        Unit::Rate,
        of_all(|scene, codes| at_age(scene, codes[0]).value.map(round4).into()),
    )
    .over(AGES),
    Figure::new(
        "survival.*.low",
        Unit::Rate,
        of_all(|scene, codes| at_age(scene, codes[0]).interval().0.into()),
    )
    .over(AGES),
    Figure::new(
        "survival.*.high",
        Unit::Rate,
        of_all(|scene, codes| at_age(scene, codes[0]).interval().1.into()),
    )
    .over(AGES),
    Figure::count("survival.*.at_risk", |scene, codes| {
        lives(scene, |life| life.days >= 7 * weeks(codes[0]))
    })
    .over(AGES),
    Figure::count("survival.by_gender.*.groups", |scene, codes| {
        lives(scene, |life| life.gender == Gender::of(codes[0]))
    })
    .over(GENDERS),
    Figure::count("survival.by_gender.*.events", |scene, codes| {
        lives(scene, |life| life.gender == Gender::of(codes[0]) && life.broke_up.is_some())
    })
    .over(GENDERS)
    .shown_as("survival.by_gender.*.groups"),
    Figure::new(
        "survival.by_gender.*.weeks_16",
        Unit::Rate,
        Computed {
            value: |scene, codes| {
                let gender = Gender::of(codes[0]);
                survival(scene, 16, |life| life.gender == gender).value.map(round4).into()
            },
            of: |scene, codes| lives(scene, |life| life.gender == Gender::of(codes[0])),
            against: None,
        },
    )
    .over(GENDERS),
];

/// What is computed from the lives of all groups.
const fn of_all(value: fn(&Scene<'_, '_>, &[&str]) -> Value) -> Measure {
    Computed { value, of: all, against: None }
}

fn all<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    lives(scene, |_| true)
}

/// Groups that ever met and whose lives pass a test.
fn lives<'s>(scene: &Scene<'s, '_>, test: impl Fn(&Life<'s>) -> bool) -> Items<'s> {
    const ROWS: &[OfGroup] = &[OfGroup::FirstMeeting, OfGroup::Decisions];
    let those = scene.lives().iter().filter(|(_, life)| test(life));
    those.map(|(group, _)| Subject::Group(*group, ROWS).once()).collect()
}

fn broke_up<'s>(scene: &Scene<'s, '_>, reason: &str) -> Items<'s> {
    lives(scene, |life| life.broke_up == Some(reason))
}

/// The number in `weeks_16`.
fn weeks(code: &str) -> i64 {
    code.strip_prefix("weeks_").and_then(|weeks| weeks.parse().ok()).unwrap_or(0)
}

fn at_age(scene: &Scene<'_, '_>, code: &str) -> Survival {
    survival(scene, weeks(code), |_| true)
}

/// The survival of the groups whose lives pass a test.
fn survival(scene: &Scene<'_, '_>, weeks: i64, test: impl Fn(&Life<'_>) -> bool) -> Survival {
    let all = scene.lives().iter().map(|(_, life)| *life);
    Survival::at(&all.filter(|life| test(life)).collect::<Vec<_>>(), weeks)
}

/// One group's life so far.
#[derive(Debug, Clone, Copy)]
pub struct Life<'a> {
    /// Days from the first held meeting to the closing, or to now; at least 1.
    pub(super) days: i64,
    /// The reason, if it broke up; every other ending only ends the watching.
    pub(super) broke_up: Option<&'a str>,
    gender: Option<Gender>,
}

/// The life of a group that has met.
pub(super) fn life<'a>(standing: &Standing<'a>, group: GroupIndex) -> Option<Life<'a>> {
    let first = standing.meetings.held(group).next()?.date;
    let closed = standing.groups[group].closed;
    let last = closed.map_or(standing.through, |closing| closing.on);
    Some(Life {
        days: (last - first).num_days().max(1),
        broke_up: closed
            .map(|closing| closing.reason)
            .filter(|reason| matches!(*reason, "disbanded" | "mentor_changed")),
        gender: standing.group_gender(group),
    })
}

/// The survival function at one age.
#[derive(Debug, Clone, Copy)]
struct Survival {
    /// None where no group has been watched that long.
    value: Option<f64>,
    /// The Greenwood sum.
    variance: f64,
}

impl Survival {
    fn at(lives: &[Life<'_>], weeks: i64) -> Self {
        let age = 7 * weeks;
        let mut times: Vec<i64> = lives
            .iter()
            .filter(|life| life.broke_up.is_some() && life.days <= age)
            .map(|life| life.days)
            .collect();
        times.sort_unstable();
        let (mut value, mut variance) = (1.0, 0.0);
        for together in times.chunk_by(|a, b| a == b) {
            let at_risk = lives.iter().filter(|life| life.days >= together[0]).count() as f64;
            let ended = together.len() as f64;
            value *= 1.0 - ended / at_risk;
            variance += ended / (at_risk * (at_risk - ended));
        }
        let at_risk = lives.iter().filter(|life| life.days >= age).count();
        let known = at_risk > 0 || (value == 0.0 && !lives.is_empty());
        Self { value: known.then_some(value), variance }
    }

    fn interval(&self) -> (Option<f64>, Option<f64>) {
        let Some(value) = self.value.filter(|value| *value > 0.0 && *value < 1.0) else {
            return (None, None);
        };
        let width = Z * self.variance.sqrt() / value.ln().abs();
        (Some(round4(value.powf(width.exp()))), Some(round4(value.powf((-width).exp()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lives(days: &[(i64, bool)]) -> Vec<Life<'static>> {
        let life = |(days, event): &(i64, bool)| Life {
            days: *days,
            broke_up: event.then_some("disbanded"),
            gender: None,
        };
        days.iter().map(life).collect()
    }

    /// Remission under 6-MP (Freireich 1963), in weeks: S(10) = 0.7529 and S(16) = 0.6275 are in
    /// every textbook.
    #[test]
    fn agrees_with_the_textbook() {
        let weeks = [
            (6, true),
            (6, true),
            (6, true),
            (6, false),
            (7, true),
            (9, false),
            (10, true),
            (10, false),
            (11, false),
            (13, true),
            (16, true),
            (17, false),
            (19, false),
            (20, false),
            (22, true),
            (23, true),
            (25, false),
            (32, false),
            (32, false),
            (34, false),
            (35, false),
        ];
        let lives = lives(&weeks.map(|(weeks, event)| (7 * weeks, event)));
        assert_eq!(Survival::at(&lives, 10).value.map(round4), Some(0.7529));
        assert_eq!(Survival::at(&lives, 16).value.map(round4), Some(0.6275));
    }

    #[test]
    fn nothing_is_said_of_an_age_that_no_group_reached() {
        let young = lives(&[(20, false), (30, true)]);
        assert_eq!(Survival::at(&young, 8).value, Some(0.0));
        assert_eq!(Survival::at(&young[..1], 8).value, None);
        assert_eq!(Survival::at(&[], 8).value, None);
    }
}

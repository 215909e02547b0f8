//! Survival: how long groups live, when some still live (Kaplan and Meier 1958; variance by
//! Greenwood 1926; log-log interval as in Kalbfleisch and Prentice).

use serde_json::{Map, Value, json};

use super::Scene;
use super::evidence::{Asked, Evidence};
use super::numbers::{Z, count, round4};
use crate::ledger::codes::{Code, Gender};
use crate::ledger::groups::GroupIndex;
use crate::ledger::standing::Standing;

/// The ages in weeks at which survival is told.
const WEEKS: [i64; 4] = [8, 16, 26, 52];

/// One group's life so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Life<'a> {
    /// Days from the first held meeting to the closing, or to now; at least 1.
    pub(super) days: i64,
    /// The reason, if it broke up; every other ending only ends the watching.
    pub(super) broke_up: Option<&'a str>,
    gender: Option<Gender>,
}

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    let lives: Vec<Life<'_>> =
        standing.groups.indices().filter_map(|group| life(standing, group)).collect();
    let events = events(&lives);
    let by_reason = |reason| count(lives.iter().filter(|life| life.broke_up == Some(reason)));
    let mut figures = Map::from_iter([
        ("groups".to_owned(), json!(lives.len())),
        ("events".to_owned(), json!(events)),
        ("disbanded".to_owned(), json!(by_reason("disbanded"))),
        ("mentor_changed".to_owned(), json!(by_reason("mentor_changed"))),
        ("censored".to_owned(), json!(lives.len() - events)),
    ]);
    figures.extend(
        WEEKS.map(|weeks| (format!("weeks_{weeks}"), Survival::at(&lives, weeks).figures())),
    );
    let of_gender = ["male", "female"].map(|gender| {
        let lives: Vec<_> =
            lives.iter().copied().filter(|life| life.gender == Gender::of(gender)).collect();
        let at_16 = Survival::at(&lives, 16).value.map(round4);
        let figures =
            json!({"groups": lives.len(), "events": self::events(&lives), "weeks_16": at_16});
        (gender.to_owned(), figures)
    });
    figures.insert("by_gender".to_owned(), Map::from_iter(of_gender).into());
    figures.into()
}

fn events(lives: &[Life<'_>]) -> usize {
    lives.iter().filter(|life| life.broke_up.is_some()).count()
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
    at_risk: usize,
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
        Self { value: known.then_some(value), variance, at_risk }
    }

    fn figures(&self) -> Value {
        let (low, high) = self.interval();
        json!({"value": self.value.map(round4), "low": low, "high": high, "at_risk": self.at_risk})
    }

    fn interval(&self) -> (Option<f64>, Option<f64>) {
        let Some(value) = self.value.filter(|value| *value > 0.0 && *value < 1.0) else {
            return (None, None);
        };
        let width = Z * self.variance.sqrt() / value.ln().abs();
        (Some(round4(value.powf(width.exp()))), Some(round4(value.powf((-width).exp()))))
    }
}

/// The rows behind each figure: the decisions about each group that ever met, and its first
/// meeting.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let lives = |test: &dyn Fn(&Life<'_>) -> bool| {
        let those: Vec<GroupIndex> = standing
            .groups
            .indices()
            .filter(|group| life(standing, *group).is_some_and(|life| test(&life)))
            .collect();
        let first = those
            .iter()
            .filter_map(|group| standing.meetings.held(*group).next())
            .map(|meeting| meeting.record);
        Evidence::of(first).and(asked.groups(|index, _| those.contains(&index)))
    };
    let at_risk = |name: &str| {
        let weeks: i64 =
            name.strip_prefix("weeks_").and_then(|weeks| weeks.parse().ok()).unwrap_or(0);
        lives(&|life| life.days >= 7 * weeks)
    };
    match path {
        [weeks, "at_risk"] => at_risk(weeks),
        ["by_gender", gender, ..] => lives(&|life| life.gender == Gender::of(gender)),
        // Which of them broke up follows from why they were closed, which is told to nobody.
        _ => lives(&|_| true),
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
        assert_eq!(Survival::at(&lives, 10).at_risk, 15);
    }

    #[test]
    fn nothing_is_said_of_an_age_that_no_group_reached() {
        let young = lives(&[(20, false), (30, true)]);
        assert_eq!(Survival::at(&young, 8).value, Some(0.0));
        assert_eq!(Survival::at(&young[..1], 8).value, None);
        assert_eq!(Survival::at(&[], 8).value, None);
    }
}

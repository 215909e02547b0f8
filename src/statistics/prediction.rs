//! Whether what was predicted at placement came true: predicted scores of groups beside what
//! mentees said in week 8, who came until then, and whether the group lived for 26 weeks.
//!
//! Rank correlation by Spearman (1904), with the interval of Bonett and Wright (2000); calibration
//! by thirds. One group is one observation: its members' scores are not independent.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use compact_str::CompactString;
use serde::Serialize;

use super::numbers::{Z, round4};
use super::satisfaction::scores_by_group;
use super::survival::life;
use crate::ledger::groups::GroupIndex;
use crate::ledger::predictions::Predictions;
use crate::ledger::standing::Standing;
use crate::ledger::weeks::Window;

/// With fewer groups nothing is said.
pub const ENOUGH_GROUPS: usize = 20;

/// The week after which mentees are asked, in days from the group's start.
const WEEK_8: i64 = 56;

/// How far from it an answer may be given.
const AROUND_WEEK_8: i64 = 14;

/// How long a group has to live, in days from its first meeting.
const WEEK_26: i64 = 182;

/// What is looked at afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What mentees say of their group around week 8, 1 to 5.
    Feedback,
    /// The share of those expected who came until week 8.
    Attendance,
    /// Whether the group lived for 26 weeks from its first meeting.
    Survival,
}

/// What the groups say about the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Not enough groups yet.
    NotEnough,
    /// All groups have one score, or one outcome.
    NoDifference,
    /// Groups with a higher score did no better.
    DoNotPredict,
    /// They did better, but it may be chance.
    MayBeChance,
    /// They did better, more than chance explains.
    Predict,
}

/// A rank correlation with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Correlation {
    /// Spearman's rho.
    pub rho: f64,
    /// The interval's lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// A third of the groups, by predicted score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Third {
    /// How many groups.
    pub groups: usize,
    /// Their mean predicted score, 0 to 1000.
    pub predicted: f64,
    /// Their mean outcome; of survival the share that lived.
    pub observed: f64,
}

/// The predictions beside one outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// The outcome.
    pub outcome: Outcome,
    /// Groups with a prediction of which the outcome is known.
    pub groups: usize,
    /// What follows.
    pub verdict: Verdict,
    /// Predicted score and outcome; none below [`ENOUGH_GROUPS`], or without a difference.
    pub correlation: Option<Correlation>,
    /// The groups from the lowest predicted to the highest; none below [`ENOUGH_GROUPS`].
    pub thirds: Vec<Third>,
    /// The same correlation for each part of the score.
    pub terms: BTreeMap<CompactString, Option<Correlation>>,
}

/// All that can be said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Groups with at least one placement that followed a suggestion.
    pub groups: usize,
    /// Such placements.
    pub placements: usize,
    /// Different sets of weights among them; with more than one the scores are not quite of one
    /// kind.
    pub weights: usize,
    /// With how many groups something is said.
    pub needed: usize,
    /// By outcome.
    pub compared: Vec<Compared>,
}

/// What was predicted of a group.
#[derive(Debug, Default)]
struct Predicted {
    scores: Vec<f64>,
    terms: BTreeMap<CompactString, Vec<f64>>,
}

/// An outcome as it is ranked, and as it is shown.
#[derive(Debug, Clone, Copy)]
struct Observed {
    ranked: f64,
    shown: f64,
}

/// Sets predictions and outcomes of all groups side by side.
pub fn evaluation(standing: &Standing<'_>, predictions: &Predictions) -> Evaluation {
    let mut predicted: BTreeMap<GroupIndex, Predicted> = BTreeMap::new();
    let mut weights = BTreeSet::new();
    for membership in standing.groups.memberships() {
        let group = &standing.groups[membership.group];
        let Some(mentor) = group.mentor.map(|mentor| standing.mentors[mentor].code.as_str()) else {
            continue;
        };
        let found = predictions.of(
            standing,
            membership.mentee,
            &group.normal_name,
            mentor,
            membership.from,
        );
        let Some(found) = found else { continue };
        let of_group = predicted.entry(membership.group).or_default();
        of_group.scores.push(found.suggestion.score as f64);
        for (term, value) in &found.suggestion.terms {
            of_group.terms.entry(term.clone()).or_default().push(*value as f64);
        }
        weights.insert(
            found
                .weights
                .iter()
                .map(|(name, weight)| (name.clone(), weight.to_bits()))
                .collect::<Vec<_>>(),
        );
    }
    let outcomes = [Outcome::Feedback, Outcome::Attendance, Outcome::Survival];
    Evaluation {
        groups: predicted.len(),
        placements: predicted.values().map(|group| group.scores.len()).sum(),
        weights: weights.len(),
        needed: ENOUGH_GROUPS,
        compared: outcomes.map(|outcome| compared(standing, &predicted, outcome)).into(),
    }
}

fn compared(
    standing: &Standing<'_>,
    predicted: &BTreeMap<GroupIndex, Predicted>,
    outcome: Outcome,
) -> Compared {
    let known: Vec<(&Predicted, Observed)> = predicted
        .iter()
        .filter_map(|(group, own)| Some((own, observed(standing, *group, outcome)?)))
        .collect();
    let groups = known.len();
    if groups < ENOUGH_GROUPS {
        let verdict = Verdict::NotEnough;
        return Compared {
            outcome,
            groups,
            verdict,
            correlation: None,
            thirds: Vec::new(),
            terms: BTreeMap::new(),
        };
    }
    let pairs: Vec<(f64, f64)> =
        known.iter().map(|(own, seen)| (mean(&own.scores), seen.ranked)).collect();
    let correlation = spearman(&pairs).and_then(|rho| with_interval(rho, groups));
    let verdict = match correlation {
        None => Verdict::NoDifference,
        Some(found) if found.rho <= 0.0 => Verdict::DoNotPredict,
        Some(found) if found.low <= 0.0 => Verdict::MayBeChance,
        Some(_) => Verdict::Predict,
    };
    let names: BTreeSet<&CompactString> =
        known.iter().flat_map(|(own, _)| own.terms.keys()).collect();
    let of_term = |name: &CompactString| {
        let pairs: Vec<(f64, f64)> = known
            .iter()
            .filter_map(|(own, seen)| Some((mean(own.terms.get(name)?), seen.ranked)))
            .collect();
        let enough = pairs.len() >= ENOUGH_GROUPS;
        spearman(&pairs).filter(|_| enough).and_then(|rho| with_interval(rho, pairs.len()))
    };
    let terms = names.into_iter().map(|name| (name.clone(), of_term(name))).collect();
    let shown: Vec<(f64, f64)> =
        known.iter().map(|(own, seen)| (mean(&own.scores), seen.shown)).collect();
    Compared { outcome, groups, verdict, correlation, thirds: thirds(shown), terms }
}

/// What became of a group; none if it is too early to tell, or nobody said.
fn observed(standing: &Standing<'_>, group: GroupIndex, outcome: Outcome) -> Option<Observed> {
    let start = standing.groups[group].start;
    let same = |value: f64| Observed { ranked: value, shown: value };
    match outcome {
        Outcome::Feedback => {
            let day = |days: i64| start + TimeDelta::days(days);
            let window =
                Window { from: day(WEEK_8 - AROUND_WEEK_8), to: day(WEEK_8 + AROUND_WEEK_8) };
            let scores = scores_by_group(standing, window).remove(&group)?;
            Some(same(scores.iter().sum::<i64>() as f64 / (5 * scores.len()) as f64))
        }
        Outcome::Attendance => {
            let until = start + TimeDelta::days(WEEK_8);
            if standing.through < until {
                return None;
            }
            let meetings = standing.meetings.held(group).filter(|meeting| meeting.date < until);
            let (mut present, mut roster) = (0, 0);
            for attendance in meetings.filter_map(|meeting| meeting.attendance.as_ref()) {
                present += attendance.present.len();
                roster += attendance.roster.len();
            }
            (roster > 0).then(|| same(present as f64 / roster as f64))
        }
        Outcome::Survival => {
            let first = standing.meetings.held(group).next()?.date;
            // A group that broke up counts only when those that began with it have been watched as
            // long.
            if (standing.through - first).num_days() < WEEK_26 {
                return None;
            }
            let life = life(standing, group)?;
            let lived = life.days >= WEEK_26;
            let known = lived || life.broke_up.is_some();
            let ranked = life.days.min(WEEK_26) as f64;
            known.then_some(Observed { ranked, shown: if lived { 1.0 } else { 0.0 } })
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Thirds of the groups by predicted score; of equal scores those that come first in the ledger are
/// lower.
fn thirds(mut pairs: Vec<(f64, f64)>) -> Vec<Third> {
    pairs.sort_by(|one, other| one.0.total_cmp(&other.0));
    let count = pairs.len();
    let third = |number: usize| {
        let own = &pairs[number * count / 3..(number + 1) * count / 3];
        let of =
            |pick: fn(&(f64, f64)) -> f64| round4(mean(&own.iter().map(pick).collect::<Vec<_>>()));
        Third { groups: own.len(), predicted: of(|pair| pair.0), observed: of(|pair| pair.1) }
    };
    (0..3).map(third).collect()
}

/// Spearman's rho: Pearson's correlation of the ranks, equal values sharing the mean of theirs.
/// None without a difference in either.
pub fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let x = ranks(&pairs.iter().map(|pair| pair.0).collect::<Vec<_>>());
    let y = ranks(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>());
    let middle = (pairs.len() as f64 + 1.0) / 2.0;
    let sum = |a: &[f64], b: &[f64]| {
        a.iter().zip(b).map(|(a, b)| (a - middle) * (b - middle)).sum::<f64>()
    };
    let spread = (sum(&x, &x) * sum(&y, &y)).sqrt();
    (spread > 0.0).then(|| (sum(&x, &y) / spread).clamp(-1.0, 1.0))
}

/// The ranks from 1; equal values have the mean of the ranks that they take together.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|a, b| values[*a].total_cmp(&values[*b]) == Ordering::Equal) {
        let shared = before as f64 + (equal.len() as f64 + 1.0) / 2.0;
        equal.iter().for_each(|at| ranks[*at] = shared);
        before += equal.len();
    }
    ranks
}

/// The 95 % interval by Fisher's transformation with the variance (1 + rho² / 2) / (n - 3) of
/// Bonett and Wright; none for three pairs or fewer.
fn with_interval(rho: f64, count: usize) -> Option<Correlation> {
    let free = count.checked_sub(3).filter(|free| *free > 0)? as f64;
    let width = Z * ((1.0 + rho * rho / 2.0) / free).sqrt();
    let end = |by: f64| round4((rho.atanh() + by).tanh());
    Some(Correlation { rho: round4(rho), low: end(-width), high: end(width) })
}

#[cfg(test)]
mod tests;

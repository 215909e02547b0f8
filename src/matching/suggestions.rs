//! The answer of matching: suggested placements and who has none, each with reasons as data.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::instance::Settings;
use super::rules::Bar;
use super::score::{Reason, Term};
use super::terms::TermNames;
use crate::ledger::event::{IssuedSuggestion, IssuedSuggestions, Randomised};

/// A group that somebody could join: one that meets now, or a new one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuggestedGroup {
    /// The name of a group that meets now.
    Open(CompactString),
    /// A group to be opened: the mentor's code and a number from 1, such as `K07-1`.
    New(CompactString),
}

/// One mentee's suggested group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The mentee's code.
    pub mentee: CompactString,
    /// The mentor's code.
    pub mentor: CompactString,
    /// The group.
    pub group: SuggestedGroup,
    /// The weekly slot in which the group meets or would meet.
    pub slot: CompactString,
    /// How well they fit, 0..=1000.
    pub score: u32,
    /// What the score is made of.
    pub terms: Vec<Term>,
    /// What speaks most for it, at most three, the weightiest first.
    pub reasons: Vec<Reason>,
    /// What speaks most against it, if anything does.
    pub against: Option<Reason>,
    /// The best group of another mentor.
    pub alternative: Option<Alternative>,
}

impl Suggestion {
    /// The name of the group, if it meets already.
    pub fn open_group(&self) -> Option<&str> {
        match &self.group {
            SuggestedGroup::Open(name) => Some(name),
            SuggestedGroup::New(_) => None,
        }
    }

    /// The key of the group, if it is to be opened.
    pub fn new_group_key(&self) -> Option<&str> {
        match &self.group {
            SuggestedGroup::Open(_) => None,
            SuggestedGroup::New(key) => Some(key),
        }
    }
}

/// The best group that was not suggested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// The mentor's code.
    pub mentor: CompactString,
    /// The group.
    pub group: SuggestedGroup,
    /// The weekly slot in which it meets or would meet.
    pub slot: CompactString,
    /// How well the mentee would fit, 0..=1000.
    pub score: u32,
    /// How much better the suggestion scores; negative if the alternative scores higher.
    pub difference: i64,
    /// Why it was not suggested.
    pub lost: Lost,
}

/// What a grouping loses by a change; negative if it gains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// How many people fewer have a place.
    pub places: i64,
    /// How much less it is worth.
    pub worth: i64,
}

/// Why an alternative was not suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lost {
    /// It does not score higher.
    LowerScore,
    /// It scores higher, but its places are worth more to others.
    PlacesTaken,
    /// It scores higher, but the suggested group needs the mentee to reach its minimum.
    NeededElsewhere,
}

/// Somebody without a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unplaced {
    /// The mentee's code.
    pub mentee: CompactString,
    /// The rule that leaves no mentor: every mentor fails it or an earlier one.
    pub why: Bar,
    /// How many mentors fail first at each rule.
    pub bars: BTreeMap<Bar, u32>,
}

/// What one more mentor of a gender in a slot would be worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorthOfMentor {
    /// A code of the list `gender`.
    pub gender: CompactString,
    /// A code of `weekly_slot`.
    pub slot: CompactString,
    /// How many more people would have a place.
    pub places: u32,
}

/// Everything that is suggested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestions {
    /// In order of the mentees' codes.
    pub placements: Vec<Suggestion>,
    /// In order of the mentees' codes.
    pub unplaced: Vec<Unplaced>,
    /// How many have a place.
    pub placed: u32,
    /// The sum of the scores.
    pub score_total: u64,
    /// What the whole grouping is worth: scores and cohesion, less the prices of uneven sizes and
    /// of being alone.
    pub objective: i64,
    /// The bound: no grouping is worth more; none where that could not be computed.
    pub bound: Option<i64>,
    /// Whether the search was stopped before it had done all its work.
    pub stopped: bool,
    /// How chance chose among groupings that are nearly as good as the best, if it did.
    pub randomised: Option<Randomised>,
    /// How many one more mentor would place, by gender and slot; the most first. Mentors who would
    /// place nobody are left out.
    pub worth_of_mentor: Vec<WorthOfMentor>,
    /// The instance, as 16 hexadecimal digits: the same for the same instance.
    pub instance_hash: CompactString,
}

impl Suggestions {
    /// The suggestions as the ledger records them, with the weights that made them.
    pub fn issued(&self, settings: &Settings) -> IssuedSuggestions {
        let names = TermNames::of(settings.criteria);
        let terms = settings.weights.iter().map(|(term, weight)| (term.name.into(), weight));
        let criteria = names.of_criteria().iter().cloned();
        let weights =
            criteria.zip(settings.criteria.iter().map(|criterion| criterion.weight)).chain(terms);
        let issued = self.placements.iter().map(|one| IssuedSuggestion {
            mentee: one.mentee.clone(),
            mentor: one.mentor.clone(),
            group: one.open_group().map(Into::into),
            slot: Some(one.slot.clone()),
            score: i64::from(one.score),
            terms: one
                .terms
                .iter()
                .map(|term| (names.name(term.kind), i64::from(term.value)))
                .collect(),
        });
        IssuedSuggestions {
            instance: self.instance_hash.clone(),
            weights: weights.map(|(name, weight)| (name, f64::from(weight))).collect(),
            suggestions: issued.collect(),
            objective: self.objective,
            bound: self.bound,
            stopped: self.stopped,
            randomised: self.randomised.clone(),
        }
    }

    /// How far the grouping can be below the best possible, in percent rounded up; none without a
    /// bound.
    pub fn gap_percent(&self) -> Option<i64> {
        let (bound, gap) = (self.bound?.max(1), self.bound? - self.objective);
        Some(if gap <= 0 { 0 } else { ((100 * gap + bound - 1) / bound).min(100) })
    }
}

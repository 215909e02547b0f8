//! The terms of a score: the one list of their names and of what each weighs unless the
//! configuration says otherwise.

use std::fmt;

use compact_str::{CompactString, ToCompactString};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::criteria::{self, Criterion};

/// What a score is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermKind {
    /// Slots to spare, should the group have to move.
    Schedule,
    /// The mentor wished for, the way of studying, what is hoped for.
    ValuesExpectations,
    /// Shared likes and dislikes.
    LikesDislikes,
    /// Classmates in the group.
    ClassDistrict,
    /// The mentor of last season and the requested friend.
    ContinuityFriend,
    /// Reading levels of mentee, mentor and group.
    Reading,
    /// How alike mentee and mentor answer about themselves.
    Personality,
    /// A criterion of the configuration, by position.
    Criterion(u16),
}

/// A term that every program has.
#[derive(Debug)]
pub struct TermDefinition {
    /// Which term.
    pub kind: TermKind,
    /// Its name in the configuration and in the ledger.
    pub name: &'static str,
    /// Its weight against the others if the configuration has none.
    pub weight: u32,
}

const fn term(kind: TermKind, name: &'static str, weight: u32) -> TermDefinition {
    TermDefinition { kind, name, weight }
}

/// The terms, in the order in which their parts are shown. The order is part of an instance's
/// fingerprint.
pub const TERMS: [TermDefinition; 7] = [
    term(TermKind::Schedule, "schedule", 25),
    term(TermKind::ValuesExpectations, "values_expectations", 25),
    term(TermKind::LikesDislikes, "likes_dislikes", 15),
    term(TermKind::ClassDistrict, "class_district", 10),
    term(TermKind::ContinuityFriend, "continuity_friend", 10),
    term(TermKind::Reading, "reading", 5),
    // Off until people have consented to it.
    term(TermKind::Personality, "personality", 0),
];

/// The names of all terms.
const NAMES: [&str; TERMS.len()] = {
    let mut names = [""; TERMS.len()];
    let mut at = 0;
    while at < TERMS.len() {
        names[at] = TERMS[at].name;
        at += 1;
    }
    names
};

/// What counts neither for nor against, in thousandths: what was not answered.
pub const NEUTRAL: u32 = 500;

/// The names of terms and criteria in the ledger: a criterion's follows from all criteria.
pub struct TermNames {
    criteria: Vec<CompactString>,
}

impl TermNames {
    /// Names the criteria of a program.
    pub fn of(criteria: &[Criterion]) -> Self {
        Self { criteria: criteria::names(criteria, &NAMES) }
    }

    /// The name of a term.
    pub fn name(&self, kind: TermKind) -> CompactString {
        match kind {
            TermKind::Criterion(at) => {
                self.criteria.get(usize::from(at)).cloned().unwrap_or_default()
            }
            _ => position(kind).map_or("", |at| TERMS[at].name).to_compact_string(),
        }
    }

    /// The names of the criteria, in order.
    pub fn of_criteria(&self) -> &[CompactString] {
        &self.criteria
    }
}

/// What each term of the score weighs against the others; 0 switches a term off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights([u32; TERMS.len()]);

impl Weights {
    /// Returns the weights that terms have by their names.
    pub fn by_name(weight: impl FnMut(&str) -> u32) -> Self {
        Self(NAMES.map(weight))
    }

    /// The weight of a term; a criterion has its own.
    pub fn of(&self, kind: TermKind) -> u32 {
        position(kind).map_or(0, |at| self.0[at])
    }

    /// Returns the same weights but for one term.
    pub fn with(mut self, kind: TermKind, weight: u32) -> Self {
        if let Some(at) = position(kind) {
            self.0[at] = weight;
        }
        self
    }

    /// All terms with their weights, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static TermDefinition, u32)> + use<> {
        TERMS.iter().zip(self.0)
    }
}

impl Default for Weights {
    fn default() -> Self {
        Self(TERMS.each_ref().map(|term| term.weight))
    }
}

fn position(kind: TermKind) -> Option<usize> {
    TERMS.iter().position(|term| term.kind == kind)
}

/// A table of weights by name: a term that is left out has its usual weight.
impl<'de> Deserialize<'de> for Weights {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("Weights", &NAMES, WeightsVisitor)
    }
}

struct WeightsVisitor;

impl<'de> Visitor<'de> for WeightsVisitor {
    type Value = Weights;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("struct Weights")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Weights, A::Error> {
        let mut weights = Weights::default();
        while let Some(name) = map.next_key::<TermName>()? {
            weights.0[name.0] = map.next_value()?;
        }
        Ok(weights)
    }
}

/// The position of a term in `TERMS`, read from its name.
struct TermName(usize);

impl<'de> Deserialize<'de> for TermName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl Visitor<'_> for NameVisitor {
            type Value = TermName;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("field identifier")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<TermName, E> {
                let at = NAMES.iter().position(|known| *known == name);
                at.map(TermName).ok_or_else(|| E::unknown_field(name, &NAMES))
            }
        }

        deserializer.deserialize_identifier(NameVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_is_once_in_the_table_under_its_own_name() {
        for (at, term) in TERMS.iter().enumerate() {
            assert_eq!(position(term.kind), Some(at));
            assert_eq!(serde_json::to_value(term.kind).unwrap(), term.name);
            assert_eq!(TermNames::of(&[]).name(term.kind), term.name);
        }
    }

    #[test]
    fn weights_refuse_names_they_do_not_know() {
        let error = toml::from_str::<Weights>("scedule = 3").unwrap_err();
        assert!(error.message().starts_with("unknown field `scedule`, expected one of `schedule`"));
        assert_eq!(error.span(), Some(0..7));
        let weights: Weights = toml::from_str("schedule = 3").unwrap();
        assert_eq!(weights, Weights::default().with(TermKind::Schedule, 3));
    }
}

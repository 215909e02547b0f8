//! The figures: how the program stands, in numbers (statistics.md sections 4 and 5).
//!
//! One file a family: a function from the scene to a JSON object, and beside it one that says which
//! rows are behind each figure. To add a family, write such a file and name it in [`FAMILIES`].
//! Pure: knows the ledger's standing and nothing of tabs, words or the clock.

use serde_json::{Map, Value};

use crate::ledger::quality::Quality;
use crate::ledger::standing::Standing;

mod budget;
mod capacity;
mod cash;
mod changes;
mod data_quality;
mod documents;
mod evidence;
mod groups;
mod level;
mod meetings;
mod memorization;
mod mentors;
mod mushaf;
mod numbers;
mod partners;
mod prediction;
mod promotion;
mod registration;
mod retention;
mod satisfaction;
mod support;
mod survival;
mod taaruf;
mod waiting;

pub use changes::{Change, changes};
pub use documents::documents;
pub use evidence::{Asked, Behind, Evidence, Lines, about_mentees, evidence};
pub use level::Level;
pub use meetings::{absent_in_a_row, regularity_of};
pub use memorization::{Progress, progress};
pub use mentors::is_silent_now;
pub use mushaf::{BadMushaf, Mushaf};
pub use partners::partners;
pub use prediction::{
    Compared, Correlation, ENOUGH_GROUPS, Evaluation, Outcome, Third, Verdict, evaluation,
};
pub use retention::mentee_retention_before;
pub use satisfaction::{SHOWN_FROM, previous_satisfaction, scores_by_group};

/// What figures are computed from.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'s, 'a> {
    /// How the program stands.
    pub standing: &'s Standing<'a>,
    /// How the rows fared when they were read.
    pub quality: &'s Quality,
    /// The kinds of documents that the next board must receive, as configured.
    pub handover: &'s [String],
    /// Pages and juz of every ayah.
    pub mushaf: &'s Mushaf,
}

/// One family of figures.
pub struct Family {
    /// Its name, with which the paths of its figures begin.
    pub name: &'static str,
    /// Its figures: a JSON object.
    pub figures: fn(&Scene<'_, '_>) -> Value,
    /// The rows behind the figure at a path within the family.
    pub evidence: fn(&Asked<'_, '_>, &[&str]) -> Evidence,
}

/// A family from its module, which has a function of each.
macro_rules! families {
    ($($family:ident),* $(,)?) => {
        &[$(Family { name: stringify!($family), figures: $family::figures, evidence: $family::evidence }),*]
    };
}

/// All families, in the order in which they are defined and printed.
pub const FAMILIES: &[Family] = families![
    registration,
    groups,
    meetings,
    mentors,
    waiting,
    capacity,
    promotion,
    budget,
    cash,
    support,
    memorization,
    satisfaction,
    retention,
    survival,
    partners,
    taaruf,
    documents,
    data_quality,
];

/// All figures of a scene, as the JSON object that `halaqah stats --json` prints.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures(Value);

impl Figures {
    /// Computes every family.
    pub fn of(scene: &Scene<'_, '_>) -> Self {
        let standing = scene.standing;
        let mut figures = Map::new();
        figures.insert("as_of".into(), standing.as_of.to_string().into());
        figures.insert("season".into(), standing.season.code.as_str().into());
        figures.insert("through".into(), standing.through.to_string().into());
        figures.extend(
            FAMILIES.iter().map(|family| (family.name.to_owned(), (family.figures)(scene))),
        );
        Self(figures.into())
    }

    /// The whole object.
    pub fn as_json(&self) -> &Value {
        &self.0
    }

    /// What stands at a path such as `meetings.attendance.present`.
    pub fn value(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(&self.0, |value, key| value.get(key))
    }

    /// The number at a path; none if there are no data for it.
    pub fn number(&self, path: &str) -> Option<f64> {
        self.value(path)?.as_f64()
    }

    /// The whole number at a path; none if there are no data for it.
    pub fn integer(&self, path: &str) -> Option<i64> {
        self.value(path)?.as_i64()
    }

    /// The text at a path, such as a flag.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.value(path)?.as_str()
    }
}

#[cfg(test)]
mod tests;

//! The figures: how the program stands, in numbers (statistics.md sections 4 and 5).
//!
//! A figure is a value: one entry says its path, what it is measured in, how it is measured, and
//! how it is judged. One file a family, with the table of its figures and the selections that they
//! need. To add a figure, add it to its family's table; to add a family, write such a file and name
//! it in [`FAMILIES`]. Pure: knows the ledger's state and standing and nothing of tabs, words or the
//! clock.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

mod budget;
mod capacity;
mod cash;
mod changes;
mod data_quality;
mod documents;
mod evidence;
mod figure;
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
mod scene;
mod subject;
mod support;
mod survival;
mod taaruf;
mod trails;
mod waiting;

pub use changes::{Change, changes};
pub use documents::documents;
pub use evidence::{Behind, Evidence, Lines, Things, about_mentees, evidence};
pub use figure::{Figure, Unit, all as all_figures, at as figure_at};
pub use level::Level;
pub use meetings::{absent_in_a_row, regularity_of};
pub use memorization::{Progress, progress};
pub use mentors::is_silent_now;
pub use mushaf::{BadMushaf, Mushaf};
pub use partners::partners;
pub use prediction::{
    Compared, Correlation, ENOUGH_GROUPS, Evaluation, Outcome, Third, Verdict, evaluation,
};
pub use satisfaction::{SHOWN_FROM, score_level, scores_by_group};
pub use scene::Scene;
pub use taaruf::TAARUF_DAYS;

/// The figures of all families, in the order in which they are defined and computed.
pub const FAMILIES: &[&[Figure]] = &[
    registration::FIGURES,
    groups::FIGURES,
    meetings::FIGURES,
    mentors::FIGURES,
    waiting::FIGURES,
    capacity::FIGURES,
    promotion::FIGURES,
    budget::FIGURES,
    cash::FIGURES,
    support::FIGURES,
    memorization::FIGURES,
    satisfaction::FIGURES,
    retention::FIGURES,
    survival::FIGURES,
    partners::FIGURES,
    taaruf::FIGURES,
    documents::FIGURES,
    data_quality::FIGURES,
];

/// What stands above the figures: the day that was asked for, the season, and the last day that
/// counts.
const HEAD: [&str; 3] = ["as_of", "season", "through"];

/// All figures of a scene, as the JSON object that `halaqah stats --json` prints, and how they are
/// judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    values: Value,
    levels: BTreeMap<String, Level>,
}

impl Figures {
    /// Computes every figure, and then every level.
    pub fn of(scene: &Scene<'_, '_>) -> Self {
        let standing = scene.standing;
        let days = [&standing.as_of, &standing.through].map(|day| Value::from(day.to_string()));
        let [as_of, through] = days;
        let head = HEAD.map(str::to_owned).into_iter();
        let season = Value::from(standing.season.code.as_str());
        let mut figures = Self::from_values(head.zip([as_of, season, through]).collect());
        for family in FAMILIES {
            figures.compute(family, scene);
        }
        figures.judge(scene);
        figures
    }

    /// The figures of one family in the season before, on its comparable days; none without one.
    pub fn before(scene: &Scene<'_, '_>, family: &str) -> Option<Self> {
        let mut figures = Self::from_values(Map::new());
        let those = FAMILIES.iter().find(|figures| figures[0].family() == family)?;
        figures.compute(those, &scene.before()?);
        Some(figures)
    }

    fn from_values(values: Map<String, Value>) -> Self {
        Self { values: values.into(), levels: BTreeMap::new() }
    }

    fn compute(&mut self, family: &[Figure], scene: &Scene<'_, '_>) {
        for figure in family {
            // A map over codes stands there also where there are no codes.
            if let Some((map, _)) = figure.path.split_once(".*") {
                place(&mut self.values, map);
            }
            for codes in figure.all_codes(scene.program()) {
                let value = figure.value(scene, &codes, self);
                *place(&mut self.values, &figure.path_of(&codes)) = value;
            }
        }
    }

    fn judge(&mut self, scene: &Scene<'_, '_>) {
        for figure in all_figures() {
            for codes in figure.all_codes(scene.program()) {
                let path = figure.path_of(&codes);
                if let Some(level) = figure.judged.level(scene, self, &path, &codes) {
                    self.levels.insert(path, level);
                }
            }
        }
    }

    /// The whole object.
    pub fn as_json(&self) -> &Value {
        &self.values
    }

    /// What stands at a path such as `meetings.attendance.present`.
    pub fn value(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(&self.values, |value, key| value.get(key))
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

    /// How the figure at a path is judged; none if it is not, or there are no data for it.
    pub fn level(&self, path: &str) -> Option<Level> {
        self.levels.get(path).copied()
    }
}

/// The place of a path, with the maps on the way to it; an empty map if nothing stood there.
fn place<'v>(values: &'v mut Value, path: &str) -> &'v mut Value {
    path.split('.').fold(values, |value, key| {
        if !value.is_object() {
            *value = Map::new().into();
        }
        let next = value.as_object_mut().expect("it was made an object just now");
        next.entry(key).or_insert_with(|| Map::new().into())
    })
}

#[cfg(test)]
mod tests;

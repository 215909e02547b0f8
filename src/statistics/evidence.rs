//! The rows behind a figure: those of the things that it is measured by.

use std::collections::BTreeSet;

use compact_str::CompactString;

use super::figure::{self, Beside, Figure, Item, Measure, Selection, filled};
use super::scene::Scene;
use super::subject::{OfMentee, Subject};
use super::{Figures, HEAD};
use crate::ledger::record::Record;

/// A row of a form, or a decision in the tab: its first ledger line, its form and its key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Behind {
    /// The first line about it.
    pub seq: u64,
    /// The form.
    pub form: CompactString,
    /// The row's key, which all its lines carry.
    pub key: CompactString,
}

impl From<&Record> for Behind {
    fn from(record: &Record) -> Self {
        Self { seq: record.seq, form: record.form.clone(), key: record.source.key.clone() }
    }
}

/// A set of rows, in the order of the ledger.
pub type Lines = BTreeSet<Behind>;

/// Things that are counted, each with its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Things(pub Vec<Lines>);

impl Things {
    fn of<'s>(items: &[Item<'s>], scene: &Scene<'s, '_>) -> Self {
        Self(items.iter().map(|item| item.subject.rows(scene)).collect())
    }

    /// The rows of all of them.
    pub fn rows(&self) -> Lines {
        self.0.iter().flatten().cloned().collect()
    }

    /// Whether no row is behind them.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Lines::is_empty)
    }

    /// With those of another figure, whose things may be others: row by row, each once.
    #[must_use]
    fn and(self, other: &Self) -> Self {
        let rows = self.0.iter().chain(&other.0).flatten().cloned().collect::<Lines>();
        Self(rows.into_iter().map(|row| Lines::from([row])).collect())
    }
}

/// What a figure is computed from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// What is counted; of a ratio, what stands above the line.
    pub counted: Things,
    /// Of a ratio or a comparison: what stands below the line, or was before.
    pub against: Option<Things>,
    /// Whether a part of it stands in the configuration and not in the ledger.
    pub configured: bool,
    /// Whether it depends on the titles of columns, as last observed.
    pub observed_tabs: bool,
}

impl Evidence {
    /// All its rows.
    pub fn rows(&self) -> Lines {
        let against = self.against.iter().flat_map(|things| &things.0);
        self.counted.0.iter().chain(against).flatten().cloned().collect()
    }

    /// Whether nothing at all is behind it.
    pub fn is_empty(&self) -> bool {
        self.counted.is_empty()
            && self.against.as_ref().is_none_or(Things::is_empty)
            && !self.configured
            && !self.observed_tabs
    }

    /// With more of what is counted and more that it is set against.
    #[must_use]
    fn and(self, other: &Self) -> Self {
        let against = match (self.against, &other.against) {
            (Some(these), Some(those)) => Some(these.and(those)),
            (these, those) => these.or_else(|| those.clone()),
        };
        Self {
            counted: self.counted.and(&other.counted),
            against,
            configured: self.configured || other.configured,
            observed_tabs: self.observed_tabs || other.observed_tabs,
        }
    }

    /// The same, set against all rows of another figure.
    #[must_use]
    fn against(self, other: &Self) -> Self {
        let against = self.against.unwrap_or_default().and(&other.counted);
        Self { against: Some(against), configured: self.configured || other.configured, ..self }
    }
}

/// The rows behind the figure at a path, or behind all figures of a map; none for a path that leads
/// nowhere.
pub fn evidence(scene: &Scene<'_, '_>, figures: &Figures, path: &str) -> Option<Evidence> {
    if let Some(members) = figures.value(path)?.as_object() {
        let parts =
            members.keys().filter_map(|key| evidence(scene, figures, &format!("{path}.{key}")));
        return Some(parts.fold(Evidence::default(), |all, part| all.and(&part)));
    }
    if HEAD.contains(&path) {
        return Some(Evidence { configured: true, ..Evidence::default() });
    }
    let (figure, codes) = figure::at(path)?;
    Some(of_figure(scene, figure, &codes))
}

fn of_path(scene: &Scene<'_, '_>, path: &str) -> Evidence {
    figure::at(path)
        .map_or_else(Evidence::default, |(figure, codes)| of_figure(scene, figure, &codes))
}

fn of_figure(scene: &Scene<'_, '_>, figure: &Figure, codes: &[&str]) -> Evidence {
    if let Some(wider) = figure.shown_as {
        return of_path(scene, &filled(wider, codes));
    }
    if figure.looks_back && scene.standing.previous.is_none() {
        return Evidence::default();
    }
    let things = |selection: Selection| Things::of(&selection(scene, codes), scene);
    let found = match figure.measure {
        Measure::Count(of)
        | Measure::Sum(of)
        | Measure::Mean { of, .. }
        | Measure::Summary(of, _) => Evidence { counted: things(of), ..Evidence::default() },
        Measure::Share(part, whole) | Measure::Ratio(part, whole) => {
            Evidence { counted: things(part), against: Some(things(whole)), ..Evidence::default() }
        }
        Measure::Derived { from, against, .. } => {
            let path = |path: &&str| of_path(scene, &filled(path, codes));
            let found = match from {
                [only] => path(only),
                several => several.iter().map(path).fold(Evidence::default(), |a, b| a.and(&b)),
            };
            against.iter().map(path).fold(found, |found, those| found.against(&those))
        }
        Measure::Computed { of, against, .. } => {
            Evidence { counted: things(of), against: against.map(things), ..Evidence::default() }
        }
    };
    Evidence {
        configured: found.configured || figure.beside == Beside::Configuration,
        observed_tabs: found.observed_tabs || figure.beside == Beside::ObservedTabs,
        ..found
    }
}

/// Everything about the mentees who registered in some of these rows: registrations, consents,
/// placements.
pub fn about_mentees(scene: &Scene<'_, '_>, rows: &Lines) -> Lines {
    const ALL: &[OfMentee] = &[OfMentee::Registrations, OfMentee::Consents, OfMentee::Placements];
    let seqs: BTreeSet<u64> = rows.iter().map(|row| row.seq).collect();
    let registered = scene
        .mentees()
        .filter(|(_, person)| person.records.iter().any(|record| seqs.contains(&record.seq)));
    registered.flat_map(|(mentee, _)| Subject::Mentee(mentee, ALL).rows(scene)).collect()
}

//! The rows behind a figure. Each family says beside its figures which rows they are computed from;
//! here is what they say it with, and the one door to it: [`evidence`].

use std::collections::BTreeSet;

use compact_str::CompactString;

use super::{FAMILIES, Figures, Scene};
use crate::ledger::groups::{Group, GroupIndex};
use crate::ledger::meetings::Meeting;
use crate::ledger::people::{MenteeIndex, MentorIndex};
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;
use crate::ledger::state::{Row, State};
use crate::ledger::weeks::Window;

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

/// What a figure is computed from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The rows that are counted; of a ratio, those above the line.
    pub counted: Lines,
    /// Of a ratio or a comparison: the rows below the line, or before.
    pub against: Option<Lines>,
    /// Whether a part of it stands in the configuration and not in the ledger.
    pub configured: bool,
    /// Whether it depends on the titles of columns, as last observed.
    pub observed_tabs: bool,
}

impl Evidence {
    /// Rows that are counted.
    pub(super) fn of<'r>(records: impl IntoIterator<Item = &'r Record>) -> Self {
        Self { counted: records.into_iter().map(Behind::from).collect(), ..Self::default() }
    }

    /// What stands in the configuration alone.
    pub(super) fn configured() -> Self {
        Self { configured: true, ..Self::default() }
    }

    /// The same over other rows.
    #[must_use]
    pub(super) fn against(self, other: Self) -> Self {
        Self {
            against: Some(other.counted),
            configured: self.configured || other.configured,
            ..self
        }
    }

    /// With more rows.
    #[must_use]
    pub(super) fn and(mut self, other: Self) -> Self {
        self.counted.extend(other.counted);
        if let Some(against) = other.against {
            self.against.get_or_insert_default().extend(against);
        }
        self.configured |= other.configured;
        self.observed_tabs |= other.observed_tabs;
        self
    }

    /// Whether nothing at all is behind it.
    pub fn is_empty(&self) -> bool {
        self.counted.is_empty()
            && self.against.as_ref().is_none_or(Lines::is_empty)
            && !self.configured
            && !self.observed_tabs
    }
}

/// What is asked: the scene of the figures and everything the ledger remembers.
pub struct Asked<'s, 'a> {
    /// What the figures are computed from.
    pub scene: &'s Scene<'s, 'a>,
    /// The rows as they were read, rejected ones too.
    pub state: &'s State,
}

/// The rows behind the figure at a path, or behind all figures of a map; none for a path that leads
/// nowhere.
pub fn evidence(asked: &Asked<'_, '_>, figures: &Figures, path: &str) -> Option<Evidence> {
    if let Some(members) = figures.value(path)?.as_object() {
        let parts =
            members.keys().filter_map(|key| evidence(asked, figures, &format!("{path}.{key}")));
        return Some(parts.fold(Evidence::default(), Evidence::and));
    }
    let parts: Vec<&str> = path.split('.').collect();
    match FAMILIES.iter().find(|family| family.name == parts[0]) {
        Some(family) => Some((family.evidence)(asked, &parts[1..])),
        // The day, the season and its last day are not computed from rows.
        None => Some(Evidence::configured()),
    }
}

/// Everything about the mentees who registered in some of these rows: registrations, consents,
/// placements.
pub fn about_mentees(asked: &Asked<'_, '_>, rows: &Lines) -> Evidence {
    let seqs: BTreeSet<u64> = rows.iter().map(|row| row.seq).collect();
    let mentees = &asked.standing().mentees;
    let is_meant = |mentee: &MenteeIndex| {
        mentees[*mentee].records.iter().any(|record| seqs.contains(&record.seq))
    };
    let those: Vec<MenteeIndex> = mentees.indices().filter(is_meant).collect();
    asked.mentees(those.iter().copied()).and(asked.placements_of(&those))
}

/// What families find rows with. Slow and plain: it is asked for one figure at a time.
impl<'a> Asked<'_, 'a> {
    pub(super) fn standing(&self) -> &Standing<'a> {
        self.scene.standing
    }

    /// The rows of a form in a window.
    pub(super) fn rows(&self, form: &str, window: Window) -> Vec<&'a Record> {
        let all = self.standing().records.of(form).iter().copied();
        all.filter(|record| window.contains(record.event_date)).collect()
    }

    /// Everything that these mentees registered, and what their guardians said.
    pub(super) fn mentees(&self, mentees: impl IntoIterator<Item = MenteeIndex>) -> Evidence {
        let standing = self.standing();
        let those: BTreeSet<MenteeIndex> = mentees.into_iter().collect();
        let is_about = |record: &&Record| {
            standing
                .find_mentee(text(record, "child"))
                .is_some_and(|mentee| those.contains(&mentee))
        };
        let said = standing.records.of("guardian_consent").iter().copied().filter(is_about);
        Evidence::of(
            those
                .iter()
                .flat_map(|mentee| standing.mentees[*mentee].records.iter().copied())
                .chain(said),
        )
    }

    /// Registrations only.
    pub(super) fn registrations(&self, mentees: impl IntoIterator<Item = MenteeIndex>) -> Evidence {
        let standing = self.standing();
        Evidence::of(
            mentees.into_iter().flat_map(|mentee| standing.mentees[mentee].records.iter().copied()),
        )
    }

    /// Every placement decision that names a mentee.
    pub(super) fn placements_of(&self, mentees: &[MenteeIndex]) -> Evidence {
        let standing = self.standing();
        let those: BTreeSet<MenteeIndex> = mentees.iter().copied().collect();
        let names = |record: &&&Record| {
            let mut found =
                record.answers.list("members").iter().filter_map(|name| standing.find_mentee(name));
            found.any(|mentee| those.contains(&mentee))
        };
        Evidence::of(standing.records.of("placement_decision").iter().filter(names).copied())
    }

    /// Every decision about groups that pass a test: their forming, who joined, who left, their
    /// closing.
    pub(super) fn groups(&self, test: impl Fn(GroupIndex, &Group<'a>) -> bool) -> Evidence {
        let standing = self.standing();
        let meant: Vec<&Group<'a>> = standing
            .groups
            .iter()
            .filter(|(index, group)| test(*index, group))
            .map(|(_, group)| group)
            .collect();
        let is_about = |record: &&&Record| {
            let name = crate::ledger::names::normal_name(text(record, "group"));
            meant.iter().any(|group| {
                let lived = group.start <= record.event_date
                    && group.closed.is_none_or(|closing| record.event_date <= closing.on);
                group.normal_name == name && lived
            })
        };
        Evidence::of(standing.records.of("placement_decision").iter().filter(is_about).copied())
    }

    /// The reports of meetings in a window that pass a test.
    pub(super) fn meetings(&self, window: Window, test: impl Fn(&Meeting<'a>) -> bool) -> Evidence {
        let meetings = self.standing().meetings.within(window).iter();
        Evidence::of(meetings.filter(|meeting| test(meeting)).map(|meeting| meeting.record))
    }

    /// The application, the steps and the contacts of mentors.
    pub(super) fn mentors(&self, mentors: &[MentorIndex]) -> Evidence {
        let standing = self.standing();
        let applied =
            mentors.iter().flat_map(|mentor| standing.mentors[*mentor].records.iter().copied());
        let forms = ["mentor_training", "support_follow_up"];
        let about = forms.into_iter().flat_map(|form| standing.records.of(form).iter().copied());
        let about = about.filter(|record| {
            standing
                .find_mentor(text(record, "mentor"))
                .is_some_and(|mentor| mentors.contains(&mentor))
        });
        Evidence::of(applied.chain(about))
    }

    /// The rows that stand in the form tabs and pass a test, rejected ones too, whatever the day.
    pub(super) fn read(&self, test: impl Fn(&str, &Row) -> bool) -> Evidence {
        let all = self
            .state
            .forms
            .iter()
            .flat_map(|(form, rows)| rows.iter().map(move |(key, row)| (form, key, row)));
        let counted = all.filter(|(form, _, row)| test(form, row)).map(|(form, key, row)| Behind {
            seq: row.seq,
            form: form.clone(),
            key: key.clone(),
        });
        Evidence { counted: counted.collect(), ..Evidence::default() }
    }
}

/// The text that answers a question; empty without one.
pub(super) fn text<'r>(record: &'r Record, question: &str) -> &'r str {
    record.answers.text(question).unwrap_or_default()
}

//! What figures are computed from, with what several of them need and is computed once.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::Mushaf;
use super::figure::{Item, Items, each};
use super::memorization::Gain;
use super::subject::Subject;
use super::survival::{Life, life};
use super::trails::Trails;
use crate::ledger::groups::{Group, GroupIndex};
use crate::ledger::index::IndexVec;
use crate::ledger::meetings::Meeting;
use crate::ledger::people::{MenteeIndex, MentorIndex, Person};
use crate::ledger::record::Record;
use crate::ledger::season::Program;
use crate::ledger::standing::Standing;
use crate::ledger::state::State;
use crate::ledger::weeks::Window;

/// What figures are computed from.
#[derive(Debug)]
pub struct Scene<'s, 'a> {
    /// How the program stands.
    pub standing: &'s Standing<'a>,
    /// The rows as they were read, rejected ones too.
    pub state: &'s State,
    /// The kinds of documents that the next board must receive, as configured.
    pub handover: &'s [String],
    /// Pages and juz of every ayah.
    pub mushaf: &'s Mushaf,
    window: Window,
    attended: OnceCell<IndexVec<MenteeIndex, u32>>,
    attended_before: OnceCell<Option<IndexVec<MenteeIndex, u32>>>,
    gains: OnceCell<BTreeMap<MenteeIndex, Gain>>,
    gains_before: OnceCell<BTreeMap<MenteeIndex, Gain>>,
    lives: OnceCell<Vec<(GroupIndex, Life<'s>)>>,
    rejected: OnceCell<Items<'s>>,
    trails: OnceCell<Trails<'s>>,
}

impl<'s, 'a> Scene<'s, 'a> {
    /// A scene of which nothing has been computed yet.
    pub fn new(
        standing: &'s Standing<'a>,
        state: &'s State,
        handover: &'s [String],
        mushaf: &'s Mushaf,
    ) -> Self {
        Self {
            standing,
            state,
            handover,
            mushaf,
            window: standing.window(),
            attended: OnceCell::new(),
            attended_before: OnceCell::new(),
            gains: OnceCell::new(),
            gains_before: OnceCell::new(),
            lives: OnceCell::new(),
            rejected: OnceCell::new(),
            trails: OnceCell::new(),
        }
    }

    /// The same with the season before in the place of the season, up to the comparable day; none
    /// without a season before.
    pub(super) fn before(&self) -> Option<Self> {
        let window = self.before_window()?;
        Some(Self { window, ..Self::new(self.standing, self.state, self.handover, self.mushaf) })
    }

    /// The days that figures look at: the season's up to `through`.
    pub(super) fn window(&self) -> Window {
        self.window
    }

    /// The comparable days of the season before.
    pub(super) fn before_window(&self) -> Option<Window> {
        self.standing.previous.map(|previous| previous.window())
    }

    /// All days of the season before.
    pub(super) fn whole_before(&self) -> Option<Window> {
        self.standing.previous.map(|previous| previous.whole())
    }

    /// The configuration.
    pub(super) fn program(&self) -> &'s Program {
        self.standing.program
    }

    /// The records of a form whose event date lies in the window.
    pub(super) fn rows(&self, form: &str) -> impl Iterator<Item = &'s Record> + use<'s, 'a> {
        let window = self.window;
        let all = self.standing.records.of(form).iter().copied();
        all.filter(move |record| window.contains(record.event_date))
    }

    /// The same, counted row by row.
    pub(super) fn items(&self, form: &str) -> Items<'s> {
        each(self.rows(form))
    }

    /// The meetings in the window, held or not.
    pub(super) fn meetings(&self) -> &'s [Meeting<'a>] {
        self.standing.meetings.within(self.window)
    }

    /// The meetings on the comparable days of the season before; none without one.
    pub(super) fn meetings_before(&self) -> &'s [Meeting<'a>] {
        self.before_window().map_or(&[], |window| self.standing.meetings.within(window))
    }

    /// Everybody who ever registered.
    pub(super) fn mentees(
        &self,
    ) -> impl Iterator<Item = (MenteeIndex, &'s Person<'a>)> + use<'s, 'a> {
        self.standing.mentees.iter()
    }

    /// Everybody who ever applied as a mentor.
    pub(super) fn mentors(
        &self,
    ) -> impl Iterator<Item = (MentorIndex, &'s Person<'a>)> + use<'s, 'a> {
        self.standing.mentors.iter()
    }

    /// All groups ever formed.
    pub(super) fn groups(&self) -> impl Iterator<Item = (GroupIndex, &'s Group<'a>)> + use<'s, 'a> {
        self.standing.groups.iter()
    }

    /// How often a mentee was present in the season.
    pub(super) fn attended(&self, mentee: MenteeIndex) -> u32 {
        self.attended.get_or_init(|| self.standing.attended(self.standing.window()))[mentee]
    }

    /// How often a mentee was present in the whole season before; 0 without one.
    pub(super) fn attended_before(&self, mentee: MenteeIndex) -> u32 {
        let attended = self
            .attended_before
            .get_or_init(|| self.whole_before().map(|window| self.standing.attended(window)));
        attended.as_ref().map_or(0, |attended| attended[mentee])
    }

    /// What everybody who ever recited gained in the season.
    pub(super) fn gains(&self) -> &BTreeMap<MenteeIndex, Gain> {
        self.gains
            .get_or_init(|| Gain::of_all(self, self.standing.season.start, self.standing.through))
    }

    /// The same on the comparable days of the season before; empty without one.
    pub(super) fn gains_before(&self) -> &BTreeMap<MenteeIndex, Gain> {
        self.gains_before.get_or_init(|| {
            let window = self.before_window();
            window.map(|window| Gain::of_all(self, window.from, window.to)).unwrap_or_default()
        })
    }

    /// The lives of all groups that ever met.
    pub(super) fn lives(&self) -> &[(GroupIndex, Life<'s>)] {
        self.lives.get_or_init(|| {
            let lives = self.groups().map(|(group, _)| Some((group, life(self.standing, group)?)));
            lives.flatten().collect()
        })
    }

    /// The rows that stand in the form tabs and were rejected, whatever the day.
    pub(super) fn rejected(&self) -> &[Item<'s>] {
        self.rejected.get_or_init(|| {
            let all = self.state.forms.iter();
            let rows = all.flat_map(|(form, rows)| rows.iter().map(move |row| (form, row)));
            let rejected = rows.filter(|(_, (_, row))| !row.is_accepted());
            rejected.map(|(form, (key, row))| Subject::Read(form, key, row).once()).collect()
        })
    }

    /// Whether the program has a tab for a form. What is noted nowhere is not late.
    pub(super) fn is_on(&self, form: &str) -> bool {
        self.state.tabs.contains_key(form)
    }

    /// Which rows are about whom.
    pub(super) fn trails(&self) -> &Trails<'s> {
        self.trails.get_or_init(|| Trails::of(self))
    }
}

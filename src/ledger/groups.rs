//! Groups and their members, from the placement decisions (statistics.md section 3).

use std::collections::HashMap;

use chrono::NaiveDate;
use compact_str::CompactString;

use super::codes::PlacementAction;
use super::index::{IndexVec, index_type};
use super::names::{NameId, Names, normal_name};
use super::people::{Finder, MenteeIndex, MentorIndex};
use super::record::Record;
use super::references::{PlacementFault, PlacementProblem, References, Referent};

index_type! {
    /// The index of a group in [`Groups`].
    GroupIndex
}

/// A group from its formation to its closing. A name that is used again after the closing means
/// another group.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// The name as written in the decision that formed the group.
    pub name: &'a str,
    /// The normal name.
    pub normal_name: CompactString,
    /// The day on which the group was formed.
    pub start: NaiveDate,
    /// The mentor, if one was named and found.
    pub mentor: Option<MentorIndex>,
    /// The day and reason of the closing.
    pub closed: Option<Closing<'a>>,
    /// The weekly slot of the latest decision that names one.
    pub weekly_slot: Option<&'a str>,
    /// The decision that formed the group.
    pub formed_by: &'a Record,
    memberships: Vec<usize>,
}

/// The end of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing<'a> {
    /// The first day on which the group is not open any more.
    pub on: NaiveDate,
    /// The reason, a code of `group_event`.
    pub reason: &'a str,
}

impl Group<'_> {
    /// Returns whether the group is open on a day.
    pub fn is_open(&self, day: NaiveDate) -> bool {
        self.start <= day && self.closed.is_none_or(|closing| day < closing.on)
    }
}

/// One mentee's time in one group: the days `from <= d < end.on`.
#[derive(Debug, Clone)]
pub struct Membership<'a> {
    /// The member.
    pub mentee: MenteeIndex,
    /// The group that the mentee belongs to.
    pub group: GroupIndex,
    /// The first day of the membership.
    pub from: NaiveDate,
    /// The end of the membership, if it ended.
    pub end: Option<Ending<'a>>,
}

impl Membership<'_> {
    /// Returns whether the membership includes a day.
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.from <= day && self.end.is_none_or(|end| day < end.on)
    }
}

/// The end of a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending<'a> {
    /// The first day on which the mentee is not a member any more.
    pub on: NaiveDate,
    /// What ended the membership.
    pub how: Departure,
    /// The reason, a code of `group_event`; absent if the mentee moved.
    pub reason: Option<&'a str>,
}

/// What ended a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Departure {
    /// The mentee joined another group.
    Moved,
    /// The mentee left.
    Left,
    /// The group was closed.
    Closed,
}

/// All groups in order of formation, and all memberships in order of their beginning.
#[derive(Debug, Clone, Default)]
pub struct Groups<'a> {
    all: IndexVec<GroupIndex, Group<'a>>,
    memberships: Vec<Membership<'a>>,
    by_name: HashMap<CompactString, Vec<GroupIndex>>,
    of_mentee: HashMap<MenteeIndex, Vec<usize>>,
}

impl<'a> Groups<'a> {
    /// Applies all placement decisions, in order of date, submission moment and kind.
    pub(super) fn form(
        decisions: &[&'a Record],
        names: &Names<'a>,
        mentees: &mut Finder<'_, 'a, MenteeIndex>,
        mentors: &mut Finder<'_, 'a, MentorIndex>,
        references: &mut References<'a>,
    ) -> Self {
        let mut decisions: Vec<Decision<'a>> =
            decisions.iter().filter_map(|record| Decision::of(record)).collect();
        decisions.sort_by_key(|decision| {
            (decision.date, decision.record.moment, decision.action, decision.record.seq)
        });
        let mut groups = Self::default();
        for decision in &decisions {
            let members = decision.find_members(names, mentees, references);
            let mentor = decision.find_mentor(names, mentors, references);
            groups.apply(decision, &members, mentor, references);
        }
        groups
    }

    fn apply(
        &mut self,
        decision: &Decision<'a>,
        members: &[(MenteeIndex, &'a str)],
        mentor: Option<MentorIndex>,
        references: &mut References<'a>,
    ) {
        let open = self.last_open(&decision.normal_name);
        let group = match (open, decision.action) {
            // A group that is formed again while it is open is the same group.
            (Some(group), _) => group,
            (None, PlacementAction::FormGroup) => self.open_group(decision, mentor),
            (None, _) => {
                references
                    .placement_problems
                    .push(decision.problem(PlacementFault::GroupNotOpen, decision.group));
                return;
            }
        };
        if let Some(slot) = decision.record.answers.text("weekly_slot") {
            self.all[group].weekly_slot = Some(slot);
        }
        match decision.action {
            PlacementAction::FormGroup | PlacementAction::Join | PlacementAction::Move => {
                members.iter().for_each(|(mentee, _)| self.join(*mentee, group, decision.date));
            }
            PlacementAction::Leave => {
                for &(mentee, reference) in members {
                    if !self.leave(mentee, group, decision) {
                        references
                            .placement_problems
                            .push(decision.problem(PlacementFault::NotAMember, reference));
                    }
                }
            }
            PlacementAction::CloseGroup => self.close(group, decision),
        }
    }

    fn open_group(&mut self, decision: &Decision<'a>, mentor: Option<MentorIndex>) -> GroupIndex {
        let index = self.all.push(Group {
            name: decision.group,
            normal_name: decision.normal_name.clone(),
            start: decision.date,
            mentor,
            closed: None,
            weekly_slot: None,
            formed_by: decision.record,
            memberships: Vec::new(),
        });
        self.by_name.entry(decision.normal_name.clone()).or_default().push(index);
        index
    }

    fn last_open(&self, normal_name: &str) -> Option<GroupIndex> {
        let last = *self.by_name.get(normal_name)?.last()?;
        self.all[last].closed.is_none().then_some(last)
    }

    fn current(&mut self, mentee: MenteeIndex) -> Option<&mut Membership<'a>> {
        let last = *self.of_mentee.get(&mentee)?.last()?;
        Some(&mut self.memberships[last]).filter(|membership| membership.end.is_none())
    }

    fn join(&mut self, mentee: MenteeIndex, group: GroupIndex, date: NaiveDate) {
        if let Some(current) = self.current(mentee) {
            if current.group == group {
                return;
            }
            current.end = Some(Ending { on: date, how: Departure::Moved, reason: None });
        }
        let index = self.memberships.len();
        self.memberships.push(Membership { mentee, group, from: date, end: None });
        self.of_mentee.entry(mentee).or_default().push(index);
        self.all[group].memberships.push(index);
    }

    fn leave(&mut self, mentee: MenteeIndex, group: GroupIndex, decision: &Decision<'a>) -> bool {
        match self.current(mentee).filter(|current| current.group == group) {
            Some(current) => {
                current.end = Some(Ending {
                    on: decision.date,
                    how: Departure::Left,
                    reason: Some(decision.reason()),
                });
                true
            }
            None => false,
        }
    }

    fn close(&mut self, group: GroupIndex, decision: &Decision<'a>) {
        let closing = Closing { on: decision.date, reason: decision.reason() };
        self.all[group].closed = Some(closing);
        for &index in &self.all[group].memberships {
            let membership = &mut self.memberships[index];
            if membership.end.is_none() {
                membership.end = Some(Ending {
                    on: closing.on,
                    how: Departure::Closed,
                    reason: Some(closing.reason),
                });
            }
        }
    }

    /// Returns all groups ever formed, in order of formation.
    pub fn all(&self) -> &[Group<'a>] {
        self.all.as_slice()
    }

    /// Returns all groups with their indices.
    pub fn iter(&self) -> impl Iterator<Item = (GroupIndex, &Group<'a>)> {
        self.all.iter_enumerated()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (GroupIndex, &mut Group<'a>)> {
        self.all.iter_enumerated_mut()
    }

    /// Returns the indices of all groups, in order of formation.
    pub fn indices(&self) -> impl ExactSizeIterator<Item = GroupIndex> + Clone + use<'a> {
        self.all.indices()
    }

    /// Calls `value` with the index of each group, in order, and returns the results by index.
    pub fn map<T>(&self, value: impl FnMut(GroupIndex) -> T) -> IndexVec<GroupIndex, T> {
        self.all.map(value)
    }

    /// Returns all memberships, in order of their beginning.
    pub fn memberships(&self) -> &[Membership<'a>] {
        &self.memberships
    }

    /// Returns the memberships in a group, in order of their beginning.
    pub fn memberships_in(&self, group: GroupIndex) -> impl Iterator<Item = &Membership<'a>> {
        self.all[group].memberships.iter().map(|index| &self.memberships[*index])
    }

    /// Returns the memberships of a mentee, in order of their beginning.
    pub fn memberships_of(
        &self,
        mentee: MenteeIndex,
    ) -> impl DoubleEndedIterator<Item = &Membership<'a>> {
        let indices = self.of_mentee.get(&mentee).map_or(&[] as &[usize], Vec::as_slice);
        indices.iter().map(|index| &self.memberships[*index])
    }

    /// Returns the mentee's membership with the latest `from`; among those with the same `from`,
    /// the one that ends later.
    pub fn latest_membership(&self, mentee: MenteeIndex) -> Option<&Membership<'a>> {
        self.memberships_of(mentee)
            .max_by_key(|m| (m.from, m.end.map_or(NaiveDate::MAX, |end| end.on)))
    }

    /// Returns the group that a mentee belongs to on a day.
    pub fn group_of(&self, mentee: MenteeIndex, day: NaiveDate) -> Option<GroupIndex> {
        self.memberships_of(mentee)
            .find(|membership| membership.covers(day))
            .map(|membership| membership.group)
    }

    /// Returns the members of a group on a day, in order of joining.
    pub fn members_at(
        &self,
        group: GroupIndex,
        day: NaiveDate,
    ) -> impl Iterator<Item = MenteeIndex> {
        self.memberships_in(group)
            .filter(move |membership| membership.covers(day))
            .map(|membership| membership.mentee)
    }

    /// Returns the group with a normal name that is open on a day.
    pub fn open_named(&self, normal_name: &str, day: NaiveDate) -> Option<GroupIndex> {
        self.by_name.get(normal_name)?.iter().copied().find(|index| self.all[*index].is_open(day))
    }

    /// Returns the latest group with a normal name that was formed by a day, open or not.
    pub fn started_named(&self, normal_name: &str, day: NaiveDate) -> Option<GroupIndex> {
        let started = self
            .by_name
            .get(normal_name)?
            .iter()
            .copied()
            .filter(|index| self.all[*index].start <= day);
        started.max_by_key(|index| self.all[*index].start)
    }
}

impl<'a> std::ops::Index<GroupIndex> for Groups<'a> {
    type Output = Group<'a>;

    fn index(&self, index: GroupIndex) -> &Group<'a> {
        &self.all[index]
    }
}

struct Decision<'a> {
    record: &'a Record,
    action: PlacementAction,
    date: NaiveDate,
    group: &'a str,
    normal_name: CompactString,
}

impl<'a> Decision<'a> {
    fn of(record: &'a Record) -> Option<Self> {
        let action = record.answers.code("action")?;
        let group = record.answers.text("group")?;
        Some(Self {
            record,
            action,
            date: record.event_date,
            group,
            normal_name: normal_name(group),
        })
    }

    fn reason(&self) -> &'a str {
        self.record.answers.text("reason").unwrap_or("other")
    }

    fn problem(&self, fault: PlacementFault, reference: &'a str) -> PlacementProblem<'a> {
        PlacementProblem { record: self.record, fault, reference }
    }

    fn find_members(
        &self,
        names: &Names<'a>,
        mentees: &mut Finder<'_, 'a, MenteeIndex>,
        references: &mut References<'a>,
    ) -> Vec<(MenteeIndex, &'a str)> {
        if self.action == PlacementAction::CloseGroup {
            return Vec::new();
        }
        let mut members = Vec::new();
        for reference in self.record.answers.list("members") {
            match mentees.find(names, reference) {
                Some(mentee) => members.push((mentee, reference.as_str())),
                None => references.miss(Referent::Mentee, self.record, "members", reference),
            }
        }
        members
    }

    fn find_mentor(
        &self,
        names: &Names<'a>,
        mentors: &mut Finder<'_, 'a, MentorIndex>,
        references: &mut References<'a>,
    ) -> Option<MentorIndex> {
        if self.action != PlacementAction::FormGroup {
            return None;
        }
        let reference = self.record.answers.text("mentor")?;
        let mentor = mentors.find(names, reference);
        if mentor.is_none() {
            references.miss(Referent::Mentor, self.record, "mentor", reference);
        }
        mentor
    }
}

/// Returns the number of the normal name of the group that a row names.
pub(super) fn group_key<'a>(record: &'a Record, names: &mut Names<'a>) -> NameId {
    names.intern(record.answers.text("group").unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::records::Records;
    use super::super::samples::{Rows, day, nth, program};
    use super::super::standing::Standing;
    use super::*;

    fn three_mentees() -> Rows {
        let mut rows = Rows::default();
        rows.mentee("2026-07-14", "Ahmad Fauzi", "+6281100000001");
        rows.mentee("2026-07-14", "Budi Santoso", "+6281100000002");
        rows.mentee("2026-07-14", "Citra Lestari", "+6281100000003");
        rows.mentor("2026-07-14", "Umar Hadi", "+6281200000001");
        rows
    }

    fn nicknames(standing: &Standing<'_>, group: &str, on: &str) -> Vec<String> {
        let Some(group) = standing.groups.open_named(group, day(on)) else { return Vec::new() };
        standing
            .groups
            .members_at(group, day(on))
            .map(|m| standing.mentees[m].nickname().to_owned())
            .collect()
    }

    #[test]
    fn members_join_move_and_leave_on_the_day_of_the_decision() {
        let mut rows = three_mentees();
        rows.place("2026-07-20", "form_group", "Al Fatih", &["Ahmad", "Budi"]);
        rows.place("2026-07-20", "form_group", "Al Kahfi", &[]);
        rows.place("2026-07-27", "join", "AL-FATIH", &["Citra", "Ahmad"]);
        rows.place("2026-08-03", "move", "Al Kahfi", &["Ahmad"]);
        rows.place("2026-08-10", "leave", "Al Kahfi", &["Ahmad"]);
        let (records, program) = (Records::new(&rows.0), program());
        let standing = Standing::at(&records, &program, day("2026-08-31"), None).unwrap();
        assert_eq!(nicknames(&standing, "al fatih", "2026-07-26"), ["Ahmad", "Budi"]);
        assert_eq!(nicknames(&standing, "al fatih", "2026-08-02"), ["Ahmad", "Budi", "Citra"]);
        assert_eq!(nicknames(&standing, "al fatih", "2026-08-03"), ["Budi", "Citra"]);
        assert_eq!(nicknames(&standing, "al kahfi", "2026-08-03"), ["Ahmad"]);
        assert_eq!(nicknames(&standing, "al kahfi", "2026-08-10"), [""; 0]);
        let ahmad = standing.find_mentee("Ahmad").unwrap();
        let ends: Vec<Departure> = standing
            .groups
            .memberships_of(ahmad)
            .filter_map(|membership| Some(membership.end?.how))
            .collect();
        assert_eq!(ends, [Departure::Moved, Departure::Left]);
        assert!(standing.references.placement_problems.is_empty());
    }

    #[test]
    fn a_name_used_again_after_closing_is_another_group() {
        let mut rows = three_mentees();
        rows.place("2026-07-20", "form_group", "Al Fatih", &["Ahmad"]);
        rows.place("2026-08-03", "close_group", "Al Fatih", &[]);
        rows.place("2026-08-10", "form_group", "Al Fatih", &["Budi"]);
        let (records, program) = (Records::new(&rows.0), program());
        let standing = Standing::at(&records, &program, day("2026-08-31"), None).unwrap();
        assert_eq!(standing.groups.all().len(), 2);
        assert_eq!(
            standing.groups.all()[0].closed,
            Some(Closing { on: day("2026-08-03"), reason: "other" })
        );
        assert_eq!(standing.groups.open_named("al fatih", day("2026-08-05")), None);
        assert_eq!(standing.groups.started_named("al fatih", day("2026-08-05")), Some(nth(0)));
        assert_eq!(standing.find_group("Al Fatih"), Some(nth(1)));
        let ahmad = standing.find_mentee("Ahmad").unwrap();
        assert_eq!(
            standing.groups.latest_membership(ahmad).unwrap().end.unwrap().how,
            Departure::Closed
        );
    }

    #[test]
    fn decisions_without_effect_are_listed_with_their_row() {
        let mut rows = three_mentees();
        rows.place("2026-07-20", "join", "Al Fatih", &["Ahmad"]);
        rows.place("2026-07-21", "form_group", "Al Fatih", &["Budi", "Nobody At All"]);
        rows.place("2026-07-22", "leave", "Al Fatih", &["Citra"]);
        let (records, program) = (Records::new(&rows.0), program());
        let standing = Standing::at(&records, &program, day("2026-08-31"), None).unwrap();
        let problems: Vec<_> = standing
            .references
            .placement_problems
            .iter()
            .map(|problem| (problem.record.seq, problem.fault, problem.reference))
            .collect();
        assert_eq!(
            problems,
            [
                (5, PlacementFault::GroupNotOpen, "Al Fatih"),
                (7, PlacementFault::NotAMember, "Citra")
            ]
        );
        let unmatched = standing.references.unmatched[0];
        assert_eq!(
            (unmatched.kind, unmatched.question, unmatched.reference),
            (Referent::Mentee, "members", "Nobody At All")
        );
    }

    #[test]
    fn on_one_day_and_moment_a_group_closes_before_another_takes_its_name() {
        let mut rows = three_mentees();
        rows.place("2026-07-20", "form_group", "Al Fatih", &["Ahmad"]);
        rows.place("2026-08-03", "form_group", "Al Fatih", &["Budi"]);
        rows.place("2026-08-03", "close_group", "Al Fatih", &[]);
        let (records, program) = (Records::new(&rows.0), program());
        let standing = Standing::at(&records, &program, day("2026-08-31"), None).unwrap();
        assert_eq!(standing.groups.all().len(), 2);
        assert_eq!(nicknames(&standing, "al fatih", "2026-08-31"), ["Budi"]);
    }
}

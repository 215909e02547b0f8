//! What refers to nobody or nothing: the rows that a coordinator must put right (statistics.md
//! section 5).

use super::record::Record;

/// What a reference should have named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Referent {
    /// A mentee.
    Mentee,
    /// A mentor.
    Mentor,
    /// A mentee or a mentor.
    Person,
    /// A group on a day.
    Group,
    /// A request for support by a mentor, of a kind, on a day.
    SupportRequest,
}

/// A reference that was not found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unmatched<'a> {
    /// What it should have named.
    pub kind: Referent,
    /// The row that holds it.
    pub record: &'a Record,
    /// The question whose answer it is.
    pub question: &'static str,
    /// The text as it stands.
    pub reference: &'a str,
}

/// A name on an attendance list that is nobody's in the group on that day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnknownAttendee<'a> {
    /// The meeting report.
    pub record: &'a Record,
    /// `present` or `excused`.
    pub question: &'static str,
    /// The name as it stands.
    pub reference: &'a str,
}

/// Why a placement decision could not be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlacementFault {
    /// No group of that name is open on the day.
    GroupNotOpen,
    /// One who should leave is no member of the group.
    NotAMember,
}

/// A placement decision, or one name in it, that had no effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacementProblem<'a> {
    /// The placement decision.
    pub record: &'a Record,
    /// Why it had no effect.
    pub fault: PlacementFault,
    /// The group's name, or the member's as it stands.
    pub reference: &'a str,
}

/// All that refers to nobody or nothing, and reports that were sent twice.
#[derive(Debug, Clone, Default)]
pub struct References<'a> {
    /// References that were not found.
    pub unmatched: Vec<Unmatched<'a>>,
    /// Names on attendance lists that were not found.
    pub unknown_attendees: Vec<UnknownAttendee<'a>>,
    /// Placement decisions without effect.
    pub placement_problems: Vec<PlacementProblem<'a>>,
    /// Meeting reports that a later one of the same group and date replaces.
    pub duplicate_reports: Vec<&'a Record>,
}

impl<'a> References<'a> {
    pub(super) fn miss(
        &mut self,
        kind: Referent,
        record: &'a Record,
        question: &'static str,
        reference: &'a str,
    ) {
        self.unmatched.push(Unmatched { kind, record, question, reference });
    }

    /// How many references to a kind were not found.
    pub fn count(&self, kind: Referent) -> usize {
        self.unmatched.iter().filter(|unmatched| unmatched.kind == kind).count()
    }

    /// In the order of the ledger, and within a row as written.
    pub(super) fn sort(&mut self) {
        self.unmatched.sort_by_key(|unmatched| unmatched.record.seq);
        self.unknown_attendees.sort_by_key(|attendee| attendee.record.seq);
        self.placement_problems.sort_by_key(|problem| problem.record.seq);
        self.duplicate_reports.sort_by_key(|record| record.seq);
    }
}

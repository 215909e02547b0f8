//! References to nobody or nothing known, in rows that a coordinator must correct (statistics.md
//! section 5).

use super::record::Record;

/// The kind of person or thing that a reference should name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Referent {
    /// A mentee by code, phone or name.
    Mentee,
    /// A mentor by code, phone or name.
    Mentor,
    /// A mentee or a mentor.
    Person,
    /// A group on a day.
    Group,
    /// A request for support by a mentor, of a kind, on a day.
    SupportRequest,
}

/// A reference to nobody or nothing known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unmatched<'a> {
    /// The kind of person or thing that it should name.
    pub kind: Referent,
    /// The row with the reference.
    pub record: &'a Record,
    /// The question that the reference answers.
    pub question: &'static str,
    /// The text as written.
    pub reference: &'a str,
}

/// A name on an attendance list that no member of the group has on that day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnknownAttendee<'a> {
    /// The meeting report.
    pub record: &'a Record,
    /// `present` or `excused`.
    pub question: &'static str,
    /// The name as written.
    pub reference: &'a str,
}

/// Why a placement decision had no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlacementFault {
    /// No group with that name is open on the day.
    GroupNotOpen,
    /// A mentee who should leave is not a member of the group.
    NotAMember,
}

/// A placement decision, or one name in it, that had no effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacementProblem<'a> {
    /// The placement decision.
    pub record: &'a Record,
    /// Why it had no effect.
    pub fault: PlacementFault,
    /// The name of the group or of the member, as written.
    pub reference: &'a str,
}

/// All references to nobody or nothing, and reports that were sent twice.
#[derive(Debug, Clone, Default)]
pub struct References<'a> {
    /// References to nobody or nothing known.
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

    /// Returns the number of unmatched references of a kind.
    pub fn count(&self, kind: Referent) -> usize {
        self.unmatched.iter().filter(|unmatched| unmatched.kind == kind).count()
    }

    /// Sorts everything in the order of the ledger, and within a row as written.
    pub(super) fn sort(&mut self) {
        self.unmatched.sort_by_key(|unmatched| unmatched.record.seq);
        self.unknown_attendees.sort_by_key(|attendee| attendee.record.seq);
        self.placement_problems.sort_by_key(|problem| problem.record.seq);
        self.duplicate_reports.sort_by_key(|record| record.seq);
    }
}

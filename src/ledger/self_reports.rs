//! People's answers about their own personality, and whether they may be used to form groups.

use std::collections::{BTreeMap, BTreeSet};

use super::consent::permits_profile;
use super::names::Names;
use super::people::{Finder, MenteeIndex, MentorIndex, People, PersonIndex};
use super::record::Record;
use super::records::Records;
use super::references::{References, Referent};

/// The form by which people answer about their personality.
const FORM: &str = "personality";

/// The last such row of each person.
#[derive(Debug, Clone, Default)]
pub struct SelfReports<'a> {
    /// The last row of each mentee.
    pub(super) mentees: BTreeMap<MenteeIndex, &'a Record>,
    /// The last row of each mentor.
    pub(super) mentors: BTreeMap<MentorIndex, &'a Record>,
}

impl<'a> SelfReports<'a> {
    /// Assigns the rows to people: to a mentee, else to a mentor.
    pub(super) fn of(
        records: &Records<'a>,
        names: &Names<'a>,
        mentees: &mut Finder<'_, 'a, MenteeIndex>,
        mentors: &mut Finder<'_, 'a, MentorIndex>,
        references: &mut References<'a>,
    ) -> Self {
        let mut reports = Self::default();
        for record in records.of(FORM) {
            let member = record.answers.text("member").unwrap_or_default();
            if let Some(mentee) = mentees.find(names, member) {
                reports.mentees.insert(mentee, record);
            } else if let Some(mentor) = mentors.find(names, member) {
                reports.mentors.insert(mentor, record);
            } else {
                references.miss(Referent::Person, record, "member", member);
            }
        }
        reports
    }
}

/// Returns who permits, by the last row, that the answers are used. `later` are rows that the
/// standing does not count: a permission withdrawn between seasons ends on the day of the
/// withdrawal.
pub(super) fn permitting<'a, I: PersonIndex>(
    people: &People<'a, I>,
    later: &Records<'a>,
    names: &Names<'a>,
) -> BTreeSet<I> {
    let permits = |index: &I| permits_profile(&people[*index].latest().answers);
    let mut permitting: BTreeSet<I> = people.indices().filter(permits).collect();
    for record in later.of(I::FORM).iter().filter(|record| !permits_profile(&record.answers)) {
        let called =
            ["phone", "full_name"].into_iter().filter_map(|question| record.answers.text(question));
        for person in called.filter_map(|called| people.find(names, called)) {
            permitting.remove(&person);
        }
    }
    permitting
}

//! What people said about their own personality, and whether that may be used to form groups.

use std::collections::{BTreeMap, BTreeSet};

use super::consent::permits_profile;
use super::names::Names;
use super::people::{Finder, MenteeIndex, MentorIndex, People, PersonIndex};
use super::record::Record;
use super::records::Records;
use super::references::{References, Referent};

/// The form by which people say it.
const FORM: &str = "personality";

/// The last row of each person.
#[derive(Debug, Clone, Default)]
pub struct SelfReports<'a> {
    /// Of mentees.
    pub(super) mentees: BTreeMap<MenteeIndex, &'a Record>,
    /// Of mentors.
    pub(super) mentors: BTreeMap<MentorIndex, &'a Record>,
}

impl<'a> SelfReports<'a> {
    /// Finds out whose the rows are: a mentee's, else a mentor's.
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

/// Who permits by the last row that the answers are used. `later` are rows that the standing does
/// not count yet: a permission that is taken back between seasons holds from the day it is.
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

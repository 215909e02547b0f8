//! What people said about their own personality, and whether that may be used to form groups.

use std::collections::{BTreeMap, BTreeSet};

use super::consent::permits_profile;
use super::names::Names;
use super::people::{Finder, People, Person, PersonIndex};
use super::record::Record;
use super::records::Records;
use super::references::{References, Referent};

/// The form by which people say it.
const FORM: &str = "personality";

/// The last row of each person.
#[derive(Debug, Clone, Default)]
pub struct SelfReports<'a> {
    /// Of mentees.
    pub(super) mentees: BTreeMap<PersonIndex, &'a Record>,
    /// Of mentors.
    pub(super) mentors: BTreeMap<PersonIndex, &'a Record>,
}

impl<'a> SelfReports<'a> {
    /// Finds out whose the rows are: a mentee's, else a mentor's.
    pub(super) fn of(
        records: &Records<'a>,
        names: &Names<'a>,
        (mentee, mentor): (&mut Finder<'_, 'a>, &mut Finder<'_, 'a>),
        references: &mut References<'a>,
    ) -> Self {
        let mut reports = Self::default();
        for record in records.of(FORM) {
            let member = record.answers.text("member").unwrap_or_default();
            if let Some(mentee) = mentee.find(names, member) {
                reports.mentees.insert(mentee, record);
            } else if let Some(mentor) = mentor.find(names, member) {
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
pub(super) fn permitting<'a>(
    people: &People<'a>,
    later: &[&'a Record],
    names: &Names<'a>,
) -> BTreeSet<PersonIndex> {
    let all = people.all().iter().enumerate();
    let permits =
        |(_, person): &(PersonIndex, &Person<'_>)| permits_profile(&person.latest().answers);
    let mut permitting: BTreeSet<PersonIndex> =
        all.filter(permits).map(|(index, _)| index).collect();
    for record in later.iter().filter(|record| !permits_profile(&record.answers)) {
        let called =
            ["phone", "full_name"].into_iter().filter_map(|question| record.answers.text(question));
        for person in called.filter_map(|called| people.find(names, called)) {
            permitting.remove(&person);
        }
    }
    permitting
}

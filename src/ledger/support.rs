//! Requests for support and their follow-ups (statistics.md section 4, support).

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::codes::SupportStatus;
use super::mentor_steps::MentorSteps;
use super::names::Names;
use super::people::{Finder, MentorIndex};
use super::record::Record;
use super::references::{References, Referent};

/// One request and its follow-ups.
#[derive(Debug, Clone)]
pub struct SupportCase<'a> {
    /// The mentor who asks.
    pub mentor: MentorIndex,
    /// The kind of support, a code of `support_kind`.
    pub kind: &'a str,
    /// The day of the request.
    pub date: NaiveDate,
    /// The latest row of the request.
    pub request: &'a Record,
    /// The follow-ups, in order of date, then of submission.
    pub follow_ups: Vec<&'a Record>,
}

impl SupportCase<'_> {
    /// Returns the day on which the request was resolved or declined.
    pub fn closed_on(&self) -> Option<NaiveDate> {
        let closes = |record: &Record| {
            matches!(
                record.answers.code("status"),
                Some(SupportStatus::Resolved | SupportStatus::Declined)
            )
        };
        self.follow_ups.iter().find(|record| closes(record)).map(|record| record.event_date)
    }

    /// Returns the number of days within which an answer is wanted.
    pub fn urgency_days(&self) -> i64 {
        self.request.answers.integer("urgency_days").unwrap_or(i64::MAX)
    }

    /// Returns whether the request is open on a day and its answer is overdue.
    pub fn is_late(&self, day: NaiveDate) -> bool {
        self.closed_on().is_none() && (day - self.date).num_days() > self.urgency_days()
    }

    /// Returns whether the request is about a person's troubles rather than money or goods.
    pub fn is_personal(&self) -> bool {
        matches!(self.kind, "mentor_personal" | "mentee_family" | "conflict")
    }
}

/// Returns all requests whose mentor was found, by mentor, kind and date. An answer to a request
/// counts as a contact with the mentor.
pub(super) fn support_cases<'a>(
    (requests, follow_ups): (&[&'a Record], &[&'a Record]),
    names: &Names<'a>,
    mentors: &mut Finder<'_, 'a, MentorIndex>,
    steps: &mut MentorSteps<'a>,
    references: &mut References<'a>,
) -> Vec<SupportCase<'a>> {
    let mut cases: BTreeMap<(MentorIndex, &'a str, NaiveDate), SupportCase<'a>> = BTreeMap::new();
    let mut asking = |record: &'a Record, references: &mut References<'a>| {
        let reference = record.answers.text("mentor").unwrap_or_default();
        let mentor = mentors.find(names, reference);
        if mentor.is_none() {
            references.miss(Referent::Mentor, record, "mentor", reference);
        }
        mentor.map(|mentor| (mentor, record.answers.text("support_kind").unwrap_or_default()))
    };
    for request in requests {
        let Some((mentor, kind)) = asking(request, references) else { continue };
        let date = request.submitted_on();
        let case = SupportCase { mentor, kind, date, request, follow_ups: Vec::new() };
        cases.insert((mentor, kind, date), case);
    }
    for follow_up in follow_ups {
        let Some((mentor, kind)) = asking(follow_up, references) else { continue };
        steps.contact(mentor, follow_up.event_date);
        let date = follow_up.answers.date("request_date");
        match date.and_then(|date| cases.get_mut(&(mentor, kind, date))) {
            Some(case) => case.follow_ups.push(follow_up),
            None => {
                let reference = follow_up.answers.text("request_date").unwrap_or_default();
                references.miss(Referent::SupportRequest, follow_up, "request_date", reference);
            }
        }
    }
    let mut cases: Vec<SupportCase<'a>> = cases.into_values().collect();
    cases.iter_mut().for_each(|case| case.follow_ups.sort_by_key(|record| record.event_date));
    cases
}

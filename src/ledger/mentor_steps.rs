//! The steps that a mentor passes before leading a group, and the contacts with the mentor
//! (statistics.md section 4, mentors).

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::codes::StepResult;
use super::names::Names;
use super::people::{Finder, MentorIndex};
use super::record::Record;
use super::references::{References, Referent};

/// The steps that a mentor must pass, in their usual order.
pub const STEPS: [&str; 7] = [
    "identity",
    "reference",
    "interview",
    "reading_test",
    "code_of_ethics",
    "child_protection",
    "basic_training",
];

/// The minimum length of basic training, in hours.
const BASIC_TRAINING_HOURS: f64 = 2.0;

/// The latest record of each mentor and step, and the days of contact.
#[derive(Debug, Clone, Default)]
pub struct MentorSteps<'a> {
    latest: BTreeMap<(MentorIndex, &'a str), &'a Record>,
    contacts: BTreeMap<MentorIndex, Vec<NaiveDate>>,
}

impl<'a> MentorSteps<'a> {
    pub(super) fn taken(
        trainings: &[&'a Record],
        names: &Names<'a>,
        mentors: &mut Finder<'_, 'a, MentorIndex>,
        references: &mut References<'a>,
    ) -> Self {
        let mut steps = Self::default();
        for record in trainings {
            let reference = record.answers.text("mentor").unwrap_or_default();
            let Some(mentor) = mentors.find(names, reference) else {
                references.miss(Referent::Mentor, record, "mentor", reference);
                continue;
            };
            steps.take(mentor, record);
        }
        steps
    }

    fn take(&mut self, mentor: MentorIndex, record: &'a Record) {
        let step = record.answers.text("step").unwrap_or_default();
        // Records come in order of submission, so of two on one date the later one counts.
        let latest = self.latest.entry((mentor, step)).or_insert(record);
        if record.event_date >= latest.event_date {
            *latest = record;
        }
        let teaches = matches!(step, "basic_training" | "advanced_training" | "supervision");
        let result = record.answers.code("result");
        if teaches && matches!(result, Some(StepResult::Passed | StepResult::Conditional)) {
            self.contact(mentor, record.event_date);
        }
    }

    pub(super) fn contact(&mut self, mentor: MentorIndex, on: NaiveDate) {
        self.contacts.entry(mentor).or_default().push(on);
    }

    /// Returns the latest record of a step.
    pub fn latest(&self, mentor: MentorIndex, step: &str) -> Option<&'a Record> {
        self.latest.get(&(mentor, step)).copied()
    }

    /// Returns whether a mentor has passed a step that is still valid on a day.
    pub fn passed(&self, mentor: MentorIndex, step: &str, on: NaiveDate) -> bool {
        self.latest(mentor, step).is_some_and(|record| {
            record.answers.code("result") == Some(StepResult::Passed)
                && record.answers.date("valid_until").is_none_or(|until| until >= on)
                && (step != "basic_training"
                    || record
                        .answers
                        .number("hours")
                        .is_some_and(|hours| hours >= BASIC_TRAINING_HOURS))
        })
    }

    /// Returns the steps that are still to be passed on a day, in their usual order.
    pub fn missing(
        &self,
        mentor: MentorIndex,
        on: NaiveDate,
    ) -> impl Iterator<Item = &'static str> {
        STEPS.into_iter().filter(move |step| !self.passed(mentor, step, on))
    }

    /// Returns whether no step is missing on a day.
    pub fn ready(&self, mentor: MentorIndex, on: NaiveDate) -> bool {
        self.missing(mentor, on).next().is_none()
    }

    /// Returns the last day of contact: training, supervision or an answer to a request.
    pub fn last_contact(&self, mentor: MentorIndex) -> Option<NaiveDate> {
        self.contacts.get(&mentor)?.iter().max().copied()
    }
}

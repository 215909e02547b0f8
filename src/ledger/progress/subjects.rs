//! Who or what a procedure is about, with the rows about each, and when a condition came to hold.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use compact_str::CompactString;

use crate::ledger::codes::{DocumentStatus, PartnerStage};
use crate::ledger::names::normal_name;
use crate::ledger::people::{MenteeIndex, MentorIndex};
use crate::ledger::procedures::{Condition, Procedure, State, Subject};
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;

/// One subject of a procedure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum About<'a> {
    /// A mentee by index.
    Mentee(MenteeIndex),
    /// A mentor by index.
    Mentor(MentorIndex),
    /// A request for support, by its position in `Standing::support`.
    SupportRequest(usize),
    /// A partner, by its latest record.
    Partner(&'a Record),
    /// A document, by its latest record.
    Document(&'a Record),
}

/// One subject with the rows about it that the procedure's conditions may look at.
pub(super) struct Seen<'a> {
    pub(super) about: About<'a>,
    rows: Vec<&'a Record>,
    /// The day of a mentee's first meeting in the season.
    first_meeting: Option<NaiveDate>,
}

impl<'a> Seen<'a> {
    fn new(about: About<'a>, rows: Vec<&'a Record>) -> Self {
        Self { about, rows, first_meeting: None }
    }

    /// Returns the day on which a condition was first met; `None` if it is not met.
    pub(super) fn reached(
        &self,
        standing: &Standing<'a>,
        condition: &Condition,
    ) -> Option<NaiveDate> {
        match (condition, self.about) {
            (Condition::Row { .. }, _) => {
                self.rows.iter().filter(|row| condition.fits(row)).map(|row| row.event_date).min()
            }
            (Condition::Passed(steps), About::Mentor(mentor)) => passed(standing, mentor, steps),
            (Condition::State(state), About::Mentee(mentee)) => {
                self.mentee_state(standing, mentee, *state)
            }
            (Condition::State(state), About::Mentor(mentor)) => {
                mentor_state(standing, mentor, *state)
            }
            (Condition::State(State::Asked), About::SupportRequest(case)) => {
                Some(standing.support[case].date)
            }
            (Condition::State(State::Closed), About::SupportRequest(case)) => {
                standing.support[case].closed_on()
            }
            _ => None,
        }
    }

    /// Returns the day on which the procedure began for the subject, for one that has not reached
    /// the first step.
    pub(super) fn begun(&self, standing: &Standing<'a>) -> Option<NaiveDate> {
        match self.about {
            About::Mentee(mentee) => standing.registration(mentee).map(Record::submitted_on),
            About::Mentor(mentor) => applied(standing, mentor),
            About::SupportRequest(case) => Some(standing.support[case].date),
            About::Partner(_) | About::Document(_) => {
                self.rows.iter().map(|row| row.event_date).min()
            }
        }
    }

    fn mentee_state(
        &self,
        standing: &Standing<'a>,
        mentee: MenteeIndex,
        state: State,
    ) -> Option<NaiveDate> {
        match state {
            State::Registered => standing.registration(mentee).map(Record::submitted_on),
            State::ConsentComplete => standing.consent_complete_on(mentee),
            State::Placed => {
                let (start, through) = (standing.season.start, standing.through);
                let mut of_season = standing
                    .groups
                    .memberships_of(mentee)
                    .filter(|m| m.from <= through && m.end.is_none_or(|end| end.on > start));
                of_season.next().map(|membership| membership.from)
            }
            State::FirstMeeting => self.first_meeting,
            _ => None,
        }
    }
}

fn passed(standing: &Standing<'_>, mentor: MentorIndex, steps: &[&str]) -> Option<NaiveDate> {
    let on = |step: &&str| {
        let holds = standing.steps.passed(mentor, step, standing.through);
        standing.steps.latest(mentor, step).filter(|_| holds).map(|record| record.event_date)
    };
    steps.iter().map(on).collect::<Option<Vec<_>>>()?.into_iter().max()
}

fn mentor_state(standing: &Standing<'_>, mentor: MentorIndex, state: State) -> Option<NaiveDate> {
    match state {
        State::Applied => applied(standing, mentor),
        State::Ready => passed(standing, mentor, &crate::ledger::mentor_steps::STEPS),
        State::LeadsGroup => standing
            .groups
            .all()
            .iter()
            .filter(|group| group.mentor == Some(mentor))
            .map(|group| group.start)
            .min(),
        _ => None,
    }
}

/// Returns the day of a mentor's first application in the season.
fn applied(standing: &Standing<'_>, mentor: MentorIndex) -> Option<NaiveDate> {
    let window = standing.window();
    standing.mentors[mentor]
        .records
        .iter()
        .map(|record| record.submitted_on())
        .find(|day| window.contains(*day))
}

/// Returns all subjects of a procedure.
pub(super) fn of<'a>(standing: &Standing<'a>, procedure: &Procedure) -> Vec<Seen<'a>> {
    let asked: BTreeSet<&str> =
        procedure.steps.iter().filter_map(|step| step.reached_by.form()).collect();
    match procedure.subject {
        Subject::Mentee => mentees(standing, &asked),
        Subject::Mentor => mentors(standing, &asked),
        Subject::SupportRequest => requests(standing),
        Subject::Partner => by_name(standing, "partner_contact", "organization", About::Partner),
        Subject::Document => by_name(standing, "document_record", "title", About::Document),
    }
}

fn mentees<'a>(standing: &Standing<'a>, asked: &BTreeSet<&str>) -> Vec<Seen<'a>> {
    let mut rows: BTreeMap<MenteeIndex, Vec<&'a Record>> = BTreeMap::new();
    for (form, question) in [
        ("guardian_consent", "child"),
        ("memorization_record", "mentee"),
        ("mentee_follow_up", "name"),
    ] {
        for record in standing.records.of(form).iter().filter(|_| asked.contains(form)) {
            let phone = record.answers.text("phone").filter(|_| form == "mentee_follow_up");
            let reference = phone.or(record.answers.text(question)).unwrap_or_default();
            if let Some(mentee) = standing.find_mentee(reference) {
                rows.entry(mentee).or_default().push(record);
            }
        }
    }
    let mut first_meeting: BTreeMap<MenteeIndex, NaiveDate> = BTreeMap::new();
    for meeting in standing.meetings.within(standing.window()) {
        for mentee in meeting.attendance.iter().flat_map(|attendance| &attendance.present) {
            first_meeting.entry(*mentee).or_insert(meeting.date);
        }
    }
    let lined_up: BTreeSet<MenteeIndex> = standing
        .waiting
        .iter()
        .map(|waiting| waiting.mentee)
        .chain(standing.awaiting_consent.iter().copied())
        .chain(standing.all_members())
        .collect();
    let of_one = |mentee: MenteeIndex| {
        let mut about = rows.remove(&mentee).unwrap_or_default();
        about.extend(&standing.mentees[mentee].records);
        let first_meeting = first_meeting.get(&mentee).copied();
        Seen { first_meeting, ..Seen::new(About::Mentee(mentee), about) }
    };
    standing.cohort.iter().copied().filter(|mentee| lined_up.contains(mentee)).map(of_one).collect()
}

fn mentors<'a>(standing: &Standing<'a>, asked: &BTreeSet<&str>) -> Vec<Seen<'a>> {
    let mut rows: BTreeMap<MentorIndex, Vec<&'a Record>> = BTreeMap::new();
    for record in
        standing.records.of("mentor_training").iter().filter(|_| asked.contains("mentor_training"))
    {
        let found = standing.find_mentor(record.answers.text("mentor").unwrap_or_default());
        found.into_iter().for_each(|mentor| rows.entry(mentor).or_default().push(record));
    }
    let applicants =
        standing.mentors.indices().filter(|mentor| applied(standing, *mentor).is_some());
    let of_one = |mentor: MentorIndex| {
        let mut about = rows.remove(&mentor).unwrap_or_default();
        about.extend(&standing.mentors[mentor].records);
        Seen::new(About::Mentor(mentor), about)
    };
    applicants.map(of_one).collect()
}

fn requests<'a>(standing: &Standing<'a>) -> Vec<Seen<'a>> {
    let window = standing.window();
    let cases = standing.support.iter().enumerate();
    let shown = cases.filter(|(_, case)| window.contains(case.date) || case.closed_on().is_none());
    let seen = shown.map(|(index, case)| {
        let rows = std::iter::once(case.request).chain(case.follow_ups.iter().copied()).collect();
        Seen::new(About::SupportRequest(index), rows)
    });
    seen.collect()
}

/// Groups the rows of a form by name into subjects, each known by its latest row. Leaves out what
/// has stopped.
fn by_name<'a>(
    standing: &Standing<'a>,
    form: &str,
    name: &str,
    about: fn(&'a Record) -> About<'a>,
) -> Vec<Seen<'a>> {
    let text =
        |record: &'a Record, question: &str| record.answers.text(question).unwrap_or_default();
    let mut rows: BTreeMap<(&'a str, CompactString), Vec<&'a Record>> = BTreeMap::new();
    for record in standing.records.of(form) {
        let key = (text(record, "document_kind"), normal_name(text(record, name)));
        rows.entry(key).or_default().push(record);
    }
    let mut seen: Vec<Seen<'a>> = Vec::new();
    for mut rows in rows.into_values() {
        if form == "partner_contact" {
            // The latest contact is the one with the latest date; the latest document is the one
            // that was submitted last.
            rows.sort_by_key(|record| record.event_date);
        }
        let Some(&latest) = rows.last() else { continue };
        let ended = latest.answers.code("stage") == Some(PartnerStage::Stopped)
            || matches!(
                latest.answers.code("status"),
                Some(DocumentStatus::Replaced | DocumentStatus::Revoked)
            );
        if !ended {
            seen.push(Seen::new(about(latest), rows));
        }
    }
    seen.sort_by_key(|seen| seen.rows.iter().map(|row| row.seq).min());
    seen
}

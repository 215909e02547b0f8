//! The state of the program on a day: everything that follows from the rows accepted up to then,
//! derived once and used by statistics, matching and views (statistics.md sections 1 to 3).
//!
//! A pure function of records, program, day and season; the order of the records does not matter.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};
use thiserror::Error;

use super::codes::{FinanceKind, Gender};
use super::consent::{ConsentStatus, Guardian, Withdrawal, complete_on};
use super::groups::{Departure, Group, GroupIndex, Groups};
use super::index::IndexVec;
use super::meetings::{Meeting, Meetings};
use super::mentor_steps::MentorSteps;
use super::names::{Names, normal_name};
use super::people::{Finder, MenteeIndex, Mentees, MentorIndex, Mentors};
use super::record::Record;
use super::records::Records;
use super::references::{References, Referent};
use super::season::{Program, Season};
use super::self_reports::{SelfReports, permitting};
use super::support::{SupportCase, support_cases};
use super::weeks::{SchoolWeeks, Window};

/// No season was selected.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoSeason {
    /// The requested season is not in the configuration.
    #[error("no season `{asked}` in the configuration")]
    Unknown {
        /// The requested code.
        asked: String,
        /// The codes in the configuration.
        known: Vec<String>,
    },
    /// No season begins by the requested day.
    #[error("no season begun by {as_of}")]
    NoneBegun {
        /// The requested day.
        as_of: NaiveDate,
    },
}

/// The season before the selected one, up to the day with which it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Previous<'a> {
    /// The season before the selected one.
    pub season: &'a Season,
    /// The day as far into this season as [`Standing::through`] is into the selected one, at most
    /// its end.
    pub through: NaiveDate,
}

impl Previous<'_> {
    /// Returns the season's days up to `through`.
    pub fn window(&self) -> Window {
        Window { from: self.season.start, to: self.through }
    }

    /// Returns all days of the season.
    pub fn whole(&self) -> Window {
        Window { from: self.season.start, to: self.season.end }
    }
}

/// A mentee who may be placed and belongs to no group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// The mentee who waits.
    pub mentee: MenteeIndex,
    /// The day from which the mentee could be placed.
    pub since: NaiveDate,
}

/// The state of the program at the end of a day.
#[derive(Debug, Clone)]
pub struct Standing<'a> {
    /// The requested day (T in statistics.md).
    pub as_of: NaiveDate,
    /// The last day that counts: `as_of`, or the season's end if that is earlier (D in
    /// statistics.md).
    pub through: NaiveDate,
    /// The seasons, calendar and procedures of the configuration.
    pub program: &'a Program,
    /// The selected season.
    pub season: &'a Season,
    /// The season before the selected one, if any.
    pub previous: Option<Previous<'a>>,
    /// The school weeks of all seasons.
    pub weeks: SchoolWeeks,
    /// The records that count: submitted by `as_of` about a day up to `through`, or about a plan.
    pub records: Records<'a>,
    /// All people who ever registered as mentees.
    pub mentees: Mentees<'a>,
    /// All people who ever applied as mentors.
    pub mentors: Mentors<'a>,
    /// All groups and memberships.
    pub groups: Groups<'a>,
    /// All meetings of known groups.
    pub meetings: Meetings<'a>,
    /// The steps and contacts of mentors.
    pub steps: MentorSteps<'a>,
    /// Requests for support of all seasons, by mentor, kind and date.
    pub support: Vec<SupportCase<'a>>,
    /// Memorization records whose mentee was found, in order of submission.
    pub recitations: Vec<(MenteeIndex, &'a Record)>,
    /// Feedback of mentees and mentors, with its group if that was found.
    pub feedback: Vec<(&'a Record, Option<GroupIndex>)>,
    /// The mentees who registered in the season by `through`.
    pub cohort: Vec<MenteeIndex>,
    /// The mentees of the cohort who belong to no group and may be placed.
    pub waiting: Vec<Waiting>,
    /// The mentees of the cohort who belong to no group and whose guardian has not answered.
    pub awaiting_consent: Vec<MenteeIndex>,
    /// The mentees of the cohort who belong to no group and whose guardian does not agree.
    pub refused: Vec<MenteeIndex>,
    /// References to nobody or nothing, and reports that were sent twice.
    pub references: References<'a>,
    names: Names<'a>,
    guardians: IndexVec<MenteeIndex, Guardian>,
    guardians_today: IndexVec<MenteeIndex, Guardian>,
    self_reports: SelfReports<'a>,
    may_profile_mentees: BTreeSet<MenteeIndex>,
    may_profile_mentors: BTreeSet<MentorIndex>,
    first_taaruf: IndexVec<GroupIndex, Option<NaiveDate>>,
    group_of_mentee: IndexVec<MenteeIndex, Option<GroupIndex>>,
    members: IndexVec<GroupIndex, Vec<MenteeIndex>>,
    led_by: IndexVec<MentorIndex, Vec<GroupIndex>>,
    ready: IndexVec<MentorIndex, bool>,
}

impl<'a> Standing<'a> {
    /// Derives the standing on `as_of` in the season with code `season`; without a code, in the
    /// season that includes the day or began last before it.
    ///
    /// # Errors
    /// No season has that code, or none has begun.
    pub fn at(
        records: &Records<'a>,
        program: &'a Program,
        as_of: NaiveDate,
        season: Option<&str>,
    ) -> Result<Self, NoSeason> {
        let season = select(program, as_of, season)?;
        let through = as_of.min(season.end);
        let all_records = records;
        let records = in_scope(records, as_of, through);
        let mut names = Names::default();
        let mentees = Mentees::merge(&records, &mut names);
        let mentors = Mentors::merge(&records, &mut names);
        let mut references = References::default();
        let mut mentee = Finder::among(&mentees);
        let mut mentor = Finder::among(&mentors);
        let guardians = guardians_in(&records, &names, &mentees, &mut mentee, &mut references);
        let guardians_today = if through < as_of {
            // Between seasons figures do not change, but a guardian's answer holds from the day of
            // the answer, so these records are not limited to `through`.
            let until_today = all_records.keep(|record| record.submitted_on() <= as_of);
            guardians_in(&until_today, &names, &mentees, &mut mentee, &mut References::default())
        } else {
            guardians.clone()
        };
        let self_reports =
            SelfReports::of(&records, &names, &mut mentee, &mut mentor, &mut references);
        let later = all_records
            .keep(|record| record.submitted_on() > through && record.submitted_on() <= as_of);
        let may_profile_mentees = permitting(&mentees, &later, &names);
        let may_profile_mentors = permitting(&mentors, &later, &names);
        let decisions = records.of("placement_decision");
        let mut groups = Groups::form(decisions, &names, &mut mentee, &mut mentor, &mut references);
        let mut steps =
            MentorSteps::taken(records.of("mentor_training"), &names, &mut mentor, &mut references);
        let requests = (records.of("support_request"), records.of("support_follow_up"));
        let support = support_cases(requests, &names, &mut mentor, &mut steps, &mut references);
        let recitations = recitations(&records, &names, &mut mentee, &mut references);
        let reports = records.of("meeting_report");
        let meetings = Meetings::held_by(reports, &mut names, &mentees, &groups, &mut references);
        let first_taaruf = taaruf(&records, &mut names, &mut groups, &mut references);
        let feedback = feedback(&records, &mut names, &groups, &mut references);
        references.sort();
        let mut standing = Self {
            as_of,
            through,
            program,
            season,
            previous: previous(program, season, through),
            weeks: SchoolWeeks::of(program),
            group_of_mentee: mentees.map(|mentee| groups.group_of(mentee, through)),
            members: groups.map(|group| groups.members_at(group, through).collect()),
            ready: mentors.map(|mentor| steps.ready(mentor, through)),
            led_by: led_by(&groups, &mentors, through),
            records,
            mentees,
            mentors,
            groups,
            meetings,
            steps,
            support,
            recitations,
            feedback,
            cohort: Vec::new(),
            waiting: Vec::new(),
            awaiting_consent: Vec::new(),
            refused: Vec::new(),
            references,
            names,
            guardians,
            guardians_today,
            self_reports,
            may_profile_mentees,
            may_profile_mentors,
            first_taaruf,
        };
        standing.fill_waiting_lists();
        Ok(standing)
    }

    /// Finds the cohort, and puts its mentees without a group into one of the three waiting lists.
    fn fill_waiting_lists(&mut self) {
        self.cohort =
            self.mentees.indices().filter(|mentee| self.registration(*mentee).is_some()).collect();
        let queue: Vec<MenteeIndex> = self
            .cohort
            .iter()
            .copied()
            .filter(|mentee| self.group_of(*mentee).is_none() && !self.left(*mentee))
            .collect();
        for mentee in queue {
            match self.consent(mentee) {
                ConsentStatus::Missing => self.awaiting_consent.push(mentee),
                ConsentStatus::Refused => self.refused.push(mentee),
                ConsentStatus::Adult | ConsentStatus::Granted => {
                    let ended =
                        self.groups.latest_membership(mentee).and_then(|m| m.end).map(|end| end.on);
                    // Never empty: of-age and granted consent both have a first day.
                    let since = self.consent_complete_on(mentee).into_iter().chain(ended).max();
                    self.waiting.extend(since.map(|since| Waiting { mentee, since }));
                }
            }
        }
    }

    /// Returns whether a mentee's latest membership ended by leaving, in this season.
    fn left(&self, mentee: MenteeIndex) -> bool {
        let end = self.groups.latest_membership(mentee).and_then(|membership| membership.end);
        end.is_some_and(|end| end.how == Departure::Left && end.on >= self.season.start)
    }

    /// Returns the season's days up to `through`.
    pub fn window(&self) -> Window {
        Window { from: self.season.start, to: self.through }
    }

    /// Returns the number of days of the season up to and including `through`; 0 or less before it
    /// begins.
    pub fn days(&self) -> i64 {
        (self.through - self.season.start).num_days() + 1
    }

    /// Returns the records of a form whose event date is in the window.
    pub fn in_window(&self, form: &str) -> impl Iterator<Item = &'a Record> {
        let window = self.window();
        self.records
            .of(form)
            .iter()
            .copied()
            .filter(move |record| window.contains(record.event_date))
    }

    /// Returns the mentee whom a text means (see [`People::find`](super::people::People::find)).
    pub fn find_mentee(&self, text: &str) -> Option<MenteeIndex> {
        self.mentees.find(&self.names, text)
    }

    /// Returns the mentor whom a text means (see [`People::find`](super::people::People::find)).
    pub fn find_mentor(&self, text: &str) -> Option<MentorIndex> {
        self.mentors.find(&self.names, text)
    }

    /// Returns the mentee whom a name means among the members of a group on a day.
    pub fn find_member(&self, group: &str, day: NaiveDate, text: &str) -> Option<MenteeIndex> {
        let group = self.groups.open_named(&normal_name(group), day)?;
        let members: Vec<MenteeIndex> = self.groups.members_at(group, day).collect();
        let (_, name) = self.names.look_up(text);
        self.mentees.find_among(&members, &self.names, text, name?)
    }

    /// Returns the group with a name that is open on `through`.
    pub fn find_group(&self, name: &str) -> Option<GroupIndex> {
        self.groups.open_named(&normal_name(name), self.through)
    }

    /// Returns a mentee's first registration in the window.
    pub fn registration(&self, mentee: MenteeIndex) -> Option<&'a Record> {
        let window = self.window();
        self.mentees[mentee]
            .records
            .iter()
            .copied()
            .find(|record| window.contains(record.submitted_on()))
    }

    /// Returns a mentee's age in full years on `through`.
    pub fn age(&self, mentee: MenteeIndex) -> Option<i32> {
        self.mentees[mentee].age_on(self.through)
    }

    /// Returns the last answer of a mentee's guardian.
    pub fn guardian(&self, mentee: MenteeIndex) -> Guardian {
        self.guardians[mentee]
    }

    /// Returns on `through` whether a mentee may be placed, and why.
    pub fn consent(&self, mentee: MenteeIndex) -> ConsentStatus {
        ConsentStatus::of(&self.mentees[mentee], self.guardians[mentee], self.through)
    }

    /// Returns whether a mentee may be suggested, shown on a group's card or counted as waiting:
    /// not erased, and of age or with the guardian's consent both on `through` and today.
    pub fn may_take_part(&self, mentee: MenteeIndex) -> bool {
        let today =
            ConsentStatus::of(&self.mentees[mentee], self.guardians_today[mentee], self.as_of);
        self.consent(mentee).complete() && today.complete() && !self.mentees[mentee].is_erased()
    }

    /// Returns a mentee's answers about his or her own personality, if they may be used to form
    /// groups: the mentee permits it and, under 18, the guardian too.
    pub fn self_report_of_mentee(&self, mentee: MenteeIndex) -> Option<&'a Record> {
        let is_adult = self.mentees[mentee].age_on(self.as_of).is_some_and(|age| age >= 18);
        let guardian =
            matches!(self.guardians_today[mentee], Guardian::Granted { profile: true, .. });
        let own = self.may_profile_mentees.contains(&mentee) && self.may_take_part(mentee);
        self.self_reports.mentees.get(&mentee).copied().filter(|_| own && (is_adult || guardian))
    }

    /// Returns a mentor's answers about his or her own personality, if they may be used to form
    /// groups. Always `None` for a mentor under 18, whose guardian is not asked.
    pub fn self_report_of_mentor(&self, mentor: MentorIndex) -> Option<&'a Record> {
        let person = &self.mentors[mentor];
        let is_adult = person.age_on(self.as_of).is_some_and(|age| age >= 18);
        let own = self.may_profile_mentors.contains(&mentor) && !person.is_erased();
        self.self_reports.mentors.get(&mentor).copied().filter(|_| own && is_adult)
    }

    /// Returns the consents that guardians withdrew and have not given again by today, the earliest
    /// first.
    pub fn consent_withdrawals(&self) -> Vec<Withdrawal> {
        let of = |mentee: MenteeIndex| match self.guardians_today[mentee] {
            Guardian::Refused { withdrawn: Some(since) } => {
                let is_adult = self.mentees[mentee].age_on(self.as_of).is_some_and(|age| age >= 18);
                (!is_adult).then(|| Withdrawal {
                    mentee,
                    since,
                    still_in: self.groups.group_of(mentee, self.as_of),
                })
            }
            _ => None,
        };
        let mut withdrawals: Vec<Withdrawal> = self.mentees.indices().filter_map(of).collect();
        withdrawals.sort_by_key(|withdrawal| (withdrawal.since, withdrawal.mentee));
        withdrawals
    }

    /// Returns the first day in the season on which a mentee of the cohort could be placed.
    pub fn consent_complete_on(&self, mentee: MenteeIndex) -> Option<NaiveDate> {
        let registered = self.registration(mentee)?.submitted_on();
        complete_on(&self.mentees[mentee], self.guardians[mentee], registered, self.through)
    }

    /// Returns the group that a mentee belongs to on `through`.
    pub fn group_of(&self, mentee: MenteeIndex) -> Option<GroupIndex> {
        self.group_of_mentee[mentee]
    }

    /// Returns all members of open groups.
    pub fn all_members(&self) -> impl Iterator<Item = MenteeIndex> {
        self.mentees.indices().filter(|mentee| self.group_of_mentee[*mentee].is_some())
    }

    /// Returns the groups that are open on `through`.
    pub fn open_groups(&self) -> impl Iterator<Item = (GroupIndex, &Group<'a>)> {
        self.groups.iter().filter(|(_, group)| group.is_open(self.through))
    }

    /// Returns the members of a group on `through`, in order of joining.
    pub fn members(&self, group: GroupIndex) -> &[MenteeIndex] {
        &self.members[group]
    }

    /// Returns the gender of a group, which is its mentor's.
    pub fn group_gender(&self, group: GroupIndex) -> Option<Gender> {
        self.groups[group].mentor.and_then(|mentor| self.mentors[mentor].gender())
    }

    /// Returns the last held meeting of a group, over all seasons.
    pub fn last_held(&self, group: GroupIndex) -> Option<&Meeting<'a>> {
        self.meetings.held(group).next_back()
    }

    /// Returns the number of school weeks that have passed since the week of the last held meeting;
    /// `None` without one.
    pub fn gap(&self, group: GroupIndex) -> Option<usize> {
        self.last_held(group).map(|meeting| self.weeks.passed_since(meeting.date, self.through))
    }

    /// Returns the number of days since a group was formed.
    pub fn days_since_start(&self, group: GroupIndex) -> i64 {
        (self.through - self.groups[group].start).num_days()
    }

    /// Returns the Mondays of the school weeks of the season in which a group was expected to meet.
    pub fn expected_weeks(&self, group: GroupIndex) -> &[NaiveDate] {
        let group = &self.groups[group];
        let first = if group.start >= self.season.start {
            super::season::monday_of(group.start) + TimeDelta::weeks(1)
        } else {
            self.season.start
        };
        let last = group
            .closed
            .map_or(self.through, |closing| self.through.min(closing.on - TimeDelta::days(1)));
        self.weeks.within(self.season, first, last)
    }

    /// Returns the day of a group's first taaruf.
    pub fn first_taaruf(&self, group: GroupIndex) -> Option<NaiveDate> {
        self.first_taaruf[group]
    }

    /// Returns the number of meetings in a window at which each mentee was present.
    pub fn attended(&self, window: Window) -> IndexVec<MenteeIndex, u32> {
        let mut attended = self.mentees.map(|_| 0);
        for meeting in self.meetings.within(window) {
            for mentee in meeting.attendance.iter().flat_map(|attendance| &attendance.present) {
                attended[*mentee] += 1;
            }
        }
        attended
    }

    /// Returns the open groups that a mentor leads.
    pub fn groups_led_by(&self, mentor: MentorIndex) -> &[GroupIndex] {
        &self.led_by[mentor]
    }

    /// Returns the mentors who lead an open group.
    pub fn mentors_with_group(&self) -> impl Iterator<Item = MentorIndex> {
        self.mentors.indices().filter(|mentor| !self.led_by[*mentor].is_empty())
    }

    /// Returns the number of members in a mentor's open groups.
    pub fn mentor_load(&self, mentor: MentorIndex) -> i64 {
        let members: usize =
            self.led_by[mentor].iter().map(|group| self.members[*group].len()).sum();
        i64::try_from(members).unwrap_or(i64::MAX)
    }

    /// Returns the number of further mentees that a mentor would take, ready or not.
    pub fn free_capacity(&self, mentor: MentorIndex) -> i64 {
        (self.mentors[mentor].max_mentees() - self.mentor_load(mentor)).max(0)
    }

    /// Returns whether a mentor has passed all steps.
    pub fn is_ready(&self, mentor: MentorIndex) -> bool {
        self.ready[mentor]
    }

    /// Returns the steps that a mentor still has to pass.
    pub fn missing_steps(&self, mentor: MentorIndex) -> impl Iterator<Item = &'static str> {
        self.steps.missing(mentor, self.through)
    }
}

fn select<'a>(
    program: &'a Program,
    as_of: NaiveDate,
    asked: Option<&str>,
) -> Result<&'a Season, NoSeason> {
    if let Some(code) = asked {
        return program.seasons.iter().find(|season| season.code == code).ok_or_else(|| {
            NoSeason::Unknown {
                asked: code.to_owned(),
                known: program.seasons.iter().map(|season| season.code.clone()).collect(),
            }
        });
    }
    let begun = || program.seasons.iter().filter(|season| season.start <= as_of);
    let holds_day = begun().find(|season| as_of <= season.end);
    holds_day
        .or_else(|| begun().max_by_key(|season| season.start))
        .ok_or(NoSeason::NoneBegun { as_of })
}

fn previous<'a>(program: &'a Program, season: &Season, through: NaiveDate) -> Option<Previous<'a>> {
    let before = program.seasons.iter().filter(|other| other.start < season.start);
    before.max_by_key(|other| other.start).map(|other| Previous {
        season: other,
        through: other.end.min(other.start + (through - season.start)),
    })
}

/// Returns the records submitted by `as_of` about a day up to `through`; plans may be about later
/// days.
fn in_scope<'a>(records: &Records<'a>, as_of: NaiveDate, through: NaiveDate) -> Records<'a> {
    let is_plan = |record: &Record| {
        record.form == "finance_record"
            && record.answers.code("record_type") == Some(FinanceKind::Plan)
    };
    records.keep(|record| {
        record.submitted_on() <= as_of && (record.event_date <= through || is_plan(record))
    })
}

fn guardians_in<'a>(
    records: &Records<'a>,
    names: &Names<'a>,
    mentees: &Mentees<'a>,
    finder: &mut Finder<'_, 'a, MenteeIndex>,
    references: &mut References<'a>,
) -> IndexVec<MenteeIndex, Guardian> {
    let mut guardians = mentees.map(|_| Guardian::Missing);
    for record in records.of("guardian_consent") {
        let child = record.answers.text("child").unwrap_or_default();
        match finder.find(names, child) {
            Some(mentee) => guardians[mentee] = guardians[mentee].after(record),
            None => references.miss(Referent::Mentee, record, "child", child),
        }
    }
    guardians
}

fn recitations<'a>(
    records: &Records<'a>,
    names: &Names<'a>,
    finder: &mut Finder<'_, 'a, MenteeIndex>,
    references: &mut References<'a>,
) -> Vec<(MenteeIndex, &'a Record)> {
    let mut recitations = Vec::new();
    for record in records.of("memorization_record") {
        let mentee = record.answers.text("mentee").unwrap_or_default();
        match finder.find(names, mentee) {
            Some(found) => recitations.push((found, *record)),
            None => references.miss(Referent::Mentee, record, "mentee", mentee),
        }
    }
    recitations
}

/// Returns the group that a row is about: the latest one of its name formed by the row's date.
fn group_meant<'a>(
    record: &'a Record,
    names: &mut Names<'a>,
    groups: &Groups<'a>,
    references: &mut References<'a>,
) -> Option<GroupIndex> {
    let name = record.answers.text("group").unwrap_or_default();
    let key = names.intern(name);
    let group = groups.started_named(names.normal(key), record.event_date);
    if group.is_none() {
        references.miss(Referent::Group, record, "group", name);
    }
    group
}

/// Returns the day of each group's first taaruf. The latest taaruf also sets the weekly slot,
/// unless a decision did.
fn taaruf<'a>(
    records: &Records<'a>,
    names: &mut Names<'a>,
    groups: &mut Groups<'a>,
    references: &mut References<'a>,
) -> IndexVec<GroupIndex, Option<NaiveDate>> {
    let mut first = groups.map(|_| None);
    let mut in_order = records.of("taaruf_record").to_vec();
    in_order.sort_by_key(|record| record.event_date);
    let mut slots = groups.map(|_| None);
    for record in in_order {
        if let Some(group) = group_meant(record, names, groups, references) {
            first[group].get_or_insert(record.event_date);
            slots[group] = record.answers.text("fixed_slot").or(slots[group]);
        }
    }
    for (index, group) in groups.iter_mut() {
        group.weekly_slot = group.weekly_slot.or(slots[index]);
    }
    first
}

fn feedback<'a>(
    records: &Records<'a>,
    names: &mut Names<'a>,
    groups: &Groups<'a>,
    references: &mut References<'a>,
) -> Vec<(&'a Record, Option<GroupIndex>)> {
    let both = records.of("mentee_feedback").iter().chain(records.of("mentor_feedback"));
    both.map(|record| (*record, group_meant(record, names, groups, references))).collect()
}

fn led_by(
    groups: &Groups<'_>,
    mentors: &Mentors<'_>,
    day: NaiveDate,
) -> IndexVec<MentorIndex, Vec<GroupIndex>> {
    let mut led_by = mentors.map(|_| Vec::new());
    for (index, group) in groups.iter().filter(|(_, group)| group.is_open(day)) {
        if let Some(mentor) = group.mentor {
            led_by[mentor].push(index);
        }
    }
    led_by
}

#[cfg(test)]
mod tests;

//! What a figure counts, and which rows are about it. A subject is light, since figures have many;
//! its rows are gathered only when somebody asks.

use compact_str::CompactString;

use super::evidence::{Behind, Lines};
use super::figure::Item;
use super::scene::Scene;
use super::taaruf::first_taaruf;
use super::{budget, memorization, registration};
use crate::ledger::groups::{GroupIndex, Membership};
use crate::ledger::people::{MenteeIndex, MentorIndex};
use crate::ledger::record::Record;
use crate::ledger::state::Row;
use crate::ledger::support::SupportCase;
use crate::ledger::weeks::Window;

/// One thing that is counted, with the kinds of its rows that are behind the figure.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'s> {
    /// A row by itself.
    Row(&'s Record),
    /// A row as it was read, accepted or not: its form, its key and itself.
    Read(&'s CompactString, &'s CompactString, &'s Row),
    /// One of several names in a row that are nobody's: the row, and which of them.
    Name(&'s Record, usize),
    /// A mentee.
    Mentee(MenteeIndex, &'static [OfMentee]),
    /// A mentor.
    Mentor(MentorIndex, &'static [OfMentor]),
    /// A group.
    Group(GroupIndex, &'static [OfGroup]),
    /// A membership that was ended by a decision.
    Ended(&'s Membership<'s>),
    /// A request for support.
    Case(&'s SupportCase<'s>),
    /// One who was contacted: the first contact.
    Prospect(&'s Record),
    /// A phone number of several mentees.
    Phone(&'s str),
    /// A category of the budget.
    Category(&'s str),
}

/// A kind of rows about a mentee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfMentee {
    /// All registrations.
    Registrations,
    /// The first registration in the season.
    Registration,
    /// What guardians said.
    Consents,
    /// Decisions that name the mentee.
    Placements,
    /// Meetings of the season at which the mentee was present.
    Attended,
    /// The same in the whole season before.
    AttendedBefore,
    /// Meetings of the season at which the mentee was missed.
    Missed,
    /// Records of memorization in the season.
    Recited,
    /// Those that may have added ayat.
    Learnt,
    /// The same on the comparable days of the season before.
    LearntBefore,
    /// The same of all seasons.
    LearntEver,
}

/// A kind of rows about a mentor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfMentor {
    /// All applications.
    Applications,
    /// Steps, training and contacts.
    Steps,
    /// Decisions about the open groups that the mentor leads.
    Groups,
    /// Meetings that were held in the season by groups of the mentor.
    Held,
    /// The same in the whole season before.
    HeldBefore,
}

/// A kind of rows about a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfGroup {
    /// All decisions, from its forming to its closing.
    Decisions,
    /// The decision that formed it.
    Forming,
    /// The decision that closed it.
    Closing,
    /// The first meeting that was held.
    FirstMeeting,
    /// The last meeting that was held.
    LastMeeting,
    /// Meetings that were held in the season.
    Held,
    /// Meetings of the season that were reported on time.
    OnTime,
    /// The first taaruf.
    Taaruf,
}

/// Who or what a subject is, whichever rows are shown of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Identity<'s> {
    /// A row, by its first ledger line.
    Row(u64),
    /// A name in a row.
    Name(u64, usize),
    /// A mentee.
    Mentee(MenteeIndex),
    /// A mentor.
    Mentor(MentorIndex),
    /// A group.
    Group(GroupIndex),
    /// A membership, by its mentee, its group and its first day.
    Membership(MenteeIndex, GroupIndex, chrono::NaiveDate),
    /// A phone number.
    Phone(&'s str),
    /// A category of the budget.
    Category(&'s str),
}

impl<'s> Subject<'s> {
    /// The subject, counted once.
    pub(super) fn once(self) -> Item<'s> {
        self.times(1)
    }

    /// The subject with an amount.
    pub(super) fn times(self, amount: i64) -> Item<'s> {
        Item { subject: self, amount }
    }

    /// Who or what it is.
    pub fn identity(&self) -> Identity<'s> {
        match *self {
            Self::Row(record) | Self::Prospect(record) => Identity::Row(record.seq),
            Self::Read(_, _, row) => Identity::Row(row.seq),
            Self::Name(record, nth) => Identity::Name(record.seq, nth),
            Self::Mentee(mentee, _) => Identity::Mentee(mentee),
            Self::Mentor(mentor, _) => Identity::Mentor(mentor),
            Self::Group(group, _) => Identity::Group(group),
            Self::Ended(ended) => Identity::Membership(ended.mentee, ended.group, ended.from),
            Self::Case(case) => Identity::Row(case.request.seq),
            Self::Phone(phone) => Identity::Phone(phone),
            Self::Category(category) => Identity::Category(category),
        }
    }

    /// The rows about it.
    pub(super) fn rows(&self, scene: &Scene<'s, '_>) -> Lines {
        let records: Vec<&Record> = match *self {
            Self::Read(form, key, row) => {
                return Lines::from([Behind {
                    seq: row.seq,
                    form: form.clone(),
                    key: key.clone(),
                }]);
            }
            Self::Row(record) | Self::Name(record, _) => vec![record],
            Self::Mentee(mentee, kinds) => {
                kinds.iter().flat_map(|kind| kind.rows(scene, mentee)).collect()
            }
            Self::Mentor(mentor, kinds) => {
                kinds.iter().flat_map(|kind| kind.rows(scene, mentor)).collect()
            }
            Self::Group(group, kinds) => {
                kinds.iter().flat_map(|kind| kind.rows(scene, group)).collect()
            }
            Self::Ended(ended) => {
                let on = ended.end.map(|end| end.on);
                let placements = scene.trails().placements(ended.mentee).iter().copied();
                placements.filter(|record| Some(record.event_date) == on).collect()
            }
            Self::Case(case) => {
                std::iter::once(case.request).chain(case.follow_ups.iter().copied()).collect()
            }
            Self::Prospect(first) => registration::contacts_with(scene, first),
            Self::Phone(phone) => {
                let shared = scene.standing.mentees.shared_phones();
                let owners = shared.filter(|(found, _)| *found == phone).flat_map(|(_, of)| of);
                owners
                    .flat_map(|mentee| scene.standing.mentees[*mentee].records.iter().copied())
                    .collect()
            }
            Self::Category(category) => {
                let records = [budget::spent, budget::planned_to_date]
                    .map(|selection| selection(scene, &[category]));
                let rows = records.iter().flatten().map(|item| item.subject.rows(scene));
                return rows.flatten().collect();
            }
        };
        records.into_iter().map(Behind::from).collect()
    }
}

impl OfMentee {
    fn rows<'s>(self, scene: &Scene<'s, '_>, mentee: MenteeIndex) -> Vec<&'s Record> {
        let trails = scene.trails();
        let within = |records: &[&'s Record], window: Option<Window>| -> Vec<&'s Record> {
            let is_in = |record: &&&Record| window.is_some_and(|w| w.contains(record.event_date));
            records.iter().filter(is_in).copied().collect()
        };
        let learnt = |window: Option<Window>| -> Vec<&'s Record> {
            let mut records = within(trails.recitations(mentee), window);
            records.retain(|record| memorization::adds_ayat(record));
            records
        };
        let season = Some(scene.standing.window());
        match self {
            Self::Registrations => scene.standing.mentees[mentee].records.clone(),
            Self::Registration => scene.standing.registration(mentee).into_iter().collect(),
            Self::Consents => trails.consents(mentee).to_vec(),
            Self::Placements => trails.placements(mentee).to_vec(),
            Self::Attended => within(trails.attended(mentee), season),
            Self::AttendedBefore => within(trails.attended(mentee), scene.whole_before()),
            Self::Missed => {
                let missed = scene.meetings().iter().filter(|meeting| {
                    meeting.attendance.as_ref().is_some_and(|those| those.was_absent(mentee))
                });
                missed.map(|meeting| meeting.record).collect()
            }
            Self::Recited => within(trails.recitations(mentee), season),
            Self::Learnt => learnt(season),
            Self::LearntBefore => learnt(scene.before_window()),
            Self::LearntEver => {
                let ever = Window { from: chrono::NaiveDate::MIN, to: scene.standing.through };
                learnt(Some(ever))
            }
        }
    }
}

impl OfMentor {
    fn rows<'s>(self, scene: &Scene<'s, '_>, mentor: MentorIndex) -> Vec<&'s Record> {
        let (standing, trails) = (scene.standing, scene.trails());
        let held = |window: Option<Window>| -> Vec<&'s Record> {
            let meetings = window.map_or(&[][..], |window| standing.meetings.within(window));
            let own = meetings.iter().filter(|meeting| {
                meeting.held && standing.groups[meeting.group].mentor == Some(mentor)
            });
            own.map(|meeting| meeting.record).collect()
        };
        match self {
            Self::Applications => standing.mentors[mentor].records.clone(),
            Self::Steps => trails.steps(mentor).to_vec(),
            Self::Groups => {
                let led = standing.groups_led_by(mentor).iter();
                led.flat_map(|group| trails.decisions(scene, *group)).collect()
            }
            Self::Held => held(Some(standing.window())),
            Self::HeldBefore => held(scene.whole_before()),
        }
    }
}

impl OfGroup {
    fn rows<'s>(self, scene: &Scene<'s, '_>, group: GroupIndex) -> Vec<&'s Record> {
        let (standing, window) = (scene.standing, scene.standing.window());
        let in_season = || standing.meetings.of(group).filter(|met| window.contains(met.date));
        match self {
            Self::Decisions => scene.trails().decisions(scene, group),
            Self::Forming => vec![standing.groups[group].formed_by],
            Self::Closing => {
                let on = standing.groups[group].closed.map(|closing| closing.on);
                let mut decisions = scene.trails().decisions(scene, group);
                decisions.retain(|record| {
                    record.answers.text("action") == Some("close_group")
                        && Some(record.event_date) == on
                });
                decisions
            }
            Self::FirstMeeting => {
                standing.meetings.held(group).next().map(|met| met.record).into_iter().collect()
            }
            Self::LastMeeting => {
                standing.last_held(group).map(|met| met.record).into_iter().collect()
            }
            Self::Held => in_season().filter(|met| met.held).map(|met| met.record).collect(),
            Self::OnTime => in_season().filter(|met| met.on_time).map(|met| met.record).collect(),
            Self::Taaruf => first_taaruf(scene, group),
        }
    }
}

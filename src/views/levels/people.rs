//! The levels of mentees and mentors.

use chrono::NaiveDate;

use super::limits::{WAITING_DAYS, waits_long};
use super::{LateStep, Level, Reason, Scene, Verdict, facts};
use crate::ledger::consent::{ConsentStatus, Withdrawal};
use crate::ledger::people::{MenteeIndex, MentorIndex};
use crate::statistics::is_silent_now;

/// Days of waiting for a guardian's consent, above which somebody should ask again.
const CONSENT_DAYS: i64 = 3;

/// Days of school weeks without having been seen at a meeting, above which a member is missed.
const UNSEEN_DAYS: i64 = 28;

/// Days without contact from which a mentor is a warning, and an alert.
const CONTACT_DAYS: (i64, i64) = (30, 45);

/// The number of groups from which a mentor has too many.
const MANY_GROUPS: usize = 3;

/// Why a mentee is not in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::views) enum MenteeReason {
    /// The consent was taken back, and the mentee is still in a group.
    ConsentWithdrawn(Withdrawal),
    /// In a group without the consent that somebody under 18 needs.
    WithoutConsent(ConsentStatus),
    /// May be placed and has waited for long.
    Waiting {
        /// The day since when.
        since: NaiveDate,
        /// Days since then.
        days: i64,
    },
    /// Registered, and the guardian has not answered for long.
    AwaitingConsent {
        /// The day of the registration.
        since: NaiveDate,
        /// Days since then.
        days: i64,
    },
    /// Absent without notice at each of the last three meetings of the season.
    AbsentInARow,
    /// Seen at no meeting for long.
    NotSeen {
        /// The last day at a meeting, or the day of joining the group if that is later.
        since: NaiveDate,
        /// Days since then.
        days: i64,
        /// Whether a list of those present was filled in since then, without the mentee.
        is_missed: bool,
    },
    /// Late at a step of a procedure.
    Step(LateStep),
}

impl Reason for MenteeReason {
    fn level(&self) -> Level {
        match self {
            Self::ConsentWithdrawn(_) | Self::WithoutConsent(_) => Level::Alert,
            Self::Waiting { days, .. } => Level::of(true, *days > WAITING_DAYS.1),
            Self::AwaitingConsent { .. } | Self::AbsentInARow | Self::NotSeen { .. } => {
                Level::Warning
            }
            Self::Step(step) => step.level(),
        }
    }

    fn say(&self, scene: &Scene<'_>) -> String {
        let words = scene.words;
        let since = |key: &str, day: NaiveDate, days: i64| {
            let (day, days) = (words.short_date(day), words.integer(days));
            words.say_with(key, &[("day", &day), ("days", &days)])
        };
        match self {
            Self::WithoutConsent(ConsentStatus::Missing) => words.say("mentee-without-consent"),
            Self::ConsentWithdrawn(_) | Self::WithoutConsent(_) => {
                words.say("mentee-consent-refused")
            }
            Self::Waiting { since: day, days } => since("mentee-waiting", *day, *days),
            Self::AwaitingConsent { since: day, days } => {
                since("mentee-awaiting-consent", *day, *days)
            }
            Self::AbsentInARow => words.say("mentee-long-absent"),
            Self::NotSeen { since: day, days, .. } => since("mentee-not-seen", *day, *days),
            Self::Step(step) => step.say(scene),
        }
    }
}

/// How a mentee stands. Without a reason only those have a level who are in a group or may come
/// into one.
pub(in crate::views) fn mentee(scene: &Scene<'_>, mentee: MenteeIndex) -> Verdict<MenteeReason> {
    let (standing, facts) = (scene.standing, facts(scene));
    let waiting = facts.waiting.get(&mentee).copied();
    let waits = waiting.is_some() && standing.may_take_part(mentee);
    let mut reasons: Vec<MenteeReason> = consent_reason(scene, mentee).into_iter().collect();
    if let Some(since) = waiting.filter(|since| waits && waits_long(standing, *since)) {
        let days = (standing.through - since).num_days();
        reasons.push(MenteeReason::Waiting { since, days });
    }
    let awaits_consent = facts.awaiting_consent.contains(&mentee);
    if let Some(record) = standing.registration(mentee).filter(|_| awaits_consent) {
        let since = record.submitted_on();
        let days = (standing.through - since).num_days();
        if days > CONSENT_DAYS {
            reasons.push(MenteeReason::AwaitingConsent { since, days });
        }
    }
    if facts.absent_in_a_row.contains(&mentee) {
        reasons.push(MenteeReason::AbsentInARow);
    } else {
        reasons.extend(not_seen(scene, mentee));
    }
    reasons.extend(facts.late_steps_of_mentee(mentee).map(MenteeReason::Step));
    let is_member = standing.group_of(mentee).is_some();
    Verdict::of(is_member || waits || awaits_consent, reasons)
}

/// Why a member may not be in a group: the clock of a consent that was taken back, or the lack of
/// one.
pub(super) fn consent_reason(scene: &Scene<'_>, mentee: MenteeIndex) -> Option<MenteeReason> {
    let standing = scene.standing;
    if let Some(clock) = facts(scene).withdrawals.get(&mentee) {
        return Some(MenteeReason::ConsentWithdrawn(*clock));
    }
    let status = standing.consent(mentee);
    let is_member = standing.group_of(mentee).is_some();
    (is_member && !status.complete()).then_some(MenteeReason::WithoutConsent(status))
}

/// Whether a member was seen at no meeting for long. Days off are not counted: in a holiday nobody
/// is seen.
fn not_seen(scene: &Scene<'_>, mentee: MenteeIndex) -> Option<MenteeReason> {
    let (standing, facts) = (scene.standing, facts(scene));
    standing.group_of(mentee)?;
    let mut memberships = standing.groups.memberships_of(mentee);
    let joined = memberships.find(|membership| membership.covers(standing.through))?.from;
    let since = facts.last_seen.get(&mentee).map_or(joined, |seen| joined.max(*seen));
    if standing.weeks.days_since(since, standing.through) <= UNSEEN_DAYS {
        return None;
    }
    let is_missed = facts.last_listed.get(&mentee).is_some_and(|listed| *listed > since);
    let days = (standing.through - since).num_days();
    Some(MenteeReason::NotSeen { since, days, is_missed })
}

/// Why a mentor is not in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::views) enum MentorReason {
    /// Leads a group without having passed these steps.
    Unready(Vec<&'static str>),
    /// No report for three school weeks.
    Silent,
    /// More members than the mentor would take.
    Overloaded {
        /// Members of the mentor's groups.
        members: i64,
        /// How many the mentor would take.
        most: i64,
    },
    /// Leads this many groups.
    ManyGroups(usize),
    /// Days without contact; none if there was never any.
    NoContact(Option<i64>),
    /// Late at a step of a procedure.
    Step(LateStep),
}

impl Reason for MentorReason {
    fn level(&self) -> Level {
        match self {
            Self::Unready(_) | Self::Silent | Self::ManyGroups(_) => Level::Alert,
            Self::Overloaded { members, most } => Level::of(true, 4 * members >= 5 * most),
            Self::NoContact(days) => {
                Level::of(true, days.is_none_or(|days| days >= CONTACT_DAYS.1))
            }
            Self::Step(step) => step.level(),
        }
    }

    fn say(&self, scene: &Scene<'_>) -> String {
        let words = scene.words;
        match self {
            Self::Unready(steps) => {
                words.say_with("mentor-missing", &[("steps", &step_names(scene, steps))])
            }
            Self::Silent => words.say("mentor-silent"),
            Self::Overloaded { .. } | Self::ManyGroups(_) => words.say("mentor-overloaded"),
            Self::NoContact(Some(days)) => {
                words.say_with("mentor-contact", &[("days", &words.integer(*days))])
            }
            Self::NoContact(None) => words.say("mentor-contact-never"),
            Self::Step(step) => step.say(scene),
        }
    }
}

/// The names of steps of screening and training, in one list.
pub(in crate::views) fn step_names(scene: &Scene<'_>, steps: &[&str]) -> String {
    let names: Vec<String> =
        steps.iter().map(|step| scene.words.say(&format!("step-{step}"))).collect();
    names.join(", ")
}

/// How a mentor stands. Without a reason only those have a level who lead a group or could lead
/// one.
pub(in crate::views) fn mentor(scene: &Scene<'_>, mentor: MentorIndex) -> Verdict<MentorReason> {
    let standing = scene.standing;
    let leads = standing.groups_led_by(mentor).len();
    let mut reasons = Vec::new();
    if leads > 0 {
        let missing: Vec<&'static str> = standing.missing_steps(mentor).collect();
        if !missing.is_empty() {
            reasons.push(MentorReason::Unready(missing));
        }
        if is_silent_now(standing, mentor) {
            reasons.push(MentorReason::Silent);
        }
        let (members, most) =
            (standing.mentor_load(mentor), standing.mentors[mentor].max_mentees());
        if members > most {
            reasons.push(MentorReason::Overloaded { members, most });
        }
        if leads >= MANY_GROUPS {
            reasons.push(MentorReason::ManyGroups(leads));
        }
        let contact = standing.steps.last_contact(mentor);
        let days = contact.map(|day| (standing.through - day).num_days());
        if days.is_none_or(|days| days >= CONTACT_DAYS.0) {
            reasons.push(MentorReason::NoContact(days));
        }
    }
    reasons.extend(facts(scene).late_steps_of_mentor(mentor).map(MentorReason::Step));
    Verdict::of(leads > 0 || standing.is_ready(mentor), reasons)
}

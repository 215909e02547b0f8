//! The levels of partners, documents and requests for support.

use chrono::NaiveDate;

use super::limits::{PARTNER_DAYS, partner_days_overdue};
use super::{LateStep, Level, Reason, Scene, Verdict};
use crate::ledger::codes::DocumentStatus;
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;
use crate::ledger::support::SupportCase;

/// A request that is wanted within this many days is an alert when it is late.
const URGENT_DAYS: i64 = 1;

/// Why a partner is not in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::views) enum PartnerReason {
    /// The next step is overdue.
    Overdue {
        /// The day on which it was due.
        due: NaiveDate,
        /// Days since then.
        days: i64,
    },
    /// Late at a step of a procedure.
    Step(LateStep),
}

impl Reason for PartnerReason {
    fn level(&self) -> Level {
        match self {
            Self::Overdue { days, .. } => Level::of(true, *days > PARTNER_DAYS.1),
            Self::Step(step) => step.level(),
        }
    }

    fn say(&self, scene: &Scene<'_>) -> String {
        match self {
            Self::Overdue { days, .. } => scene
                .words
                .say_with("level-partner-overdue", &[("days", &scene.words.integer(*days))]),
            Self::Step(step) => step.say(scene),
        }
    }
}

/// How a partner stands, by its latest record.
pub(in crate::views) fn partner(scene: &Scene<'_>, record: &Record) -> Verdict<PartnerReason> {
    let overdue = partner_overdue(scene.standing, record);
    let steps = super::facts(scene).late_steps_of_record(record.seq).map(PartnerReason::Step);
    Verdict::of(true, overdue.into_iter().chain(steps).collect())
}

/// The next step of a partner, if it is overdue by so much that somebody has to act.
fn partner_overdue(standing: &Standing<'_>, record: &Record) -> Option<PartnerReason> {
    let due = record.answers.date("next_action_date")?;
    partner_days_overdue(standing, record).map(|days| PartnerReason::Overdue { due, days })
}

/// Why a document is not in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::views) enum DocumentReason {
    /// In force, and past the day on which somebody should have looked at it again.
    ReviewOverdue(NaiveDate),
    /// Late at a step of a procedure.
    Step(LateStep),
}

impl Reason for DocumentReason {
    fn level(&self) -> Level {
        Level::Warning
    }

    fn say(&self, scene: &Scene<'_>) -> String {
        match self {
            Self::ReviewOverdue(day) => scene
                .words
                .say_with("level-review-overdue", &[("day", &scene.words.short_date(*day))]),
            Self::Step(step) => step.say(scene),
        }
    }
}

/// How a document stands, by its latest record. Without a reason only one in force has a level.
pub(in crate::views) fn document(scene: &Scene<'_>, record: &Record) -> Verdict<DocumentReason> {
    let in_force = record.answers.code("status") == Some(DocumentStatus::InForce);
    let review = record.answers.date("review_date");
    let overdue = review.filter(|review| in_force && *review < scene.standing.through);
    let steps = super::facts(scene).late_steps_of_record(record.seq).map(DocumentReason::Step);
    let reasons = overdue.map(DocumentReason::ReviewOverdue).into_iter().chain(steps);
    Verdict::of(in_force, reasons.collect())
}

/// The level of a kind of document that the next board must receive.
pub(in crate::views) fn handover_kind(is_missing: bool) -> Level {
    Level::of(is_missing, false)
}

/// Why a request for support is not in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::views) enum RequestReason {
    /// Open for longer than was asked for.
    Late {
        /// Days since the request.
        days: i64,
        /// Whether it was wanted on its day.
        is_urgent: bool,
    },
    /// Late at a step of a procedure.
    Step(LateStep),
}

impl Reason for RequestReason {
    fn level(&self) -> Level {
        match self {
            Self::Late { is_urgent, .. } => Level::of(true, *is_urgent),
            Self::Step(step) => step.level(),
        }
    }

    fn say(&self, scene: &Scene<'_>) -> String {
        match self {
            Self::Late { days, .. } => {
                scene.words.say_with("level-request-late", &[("days", &scene.words.integer(*days))])
            }
            Self::Step(step) => step.say(scene),
        }
    }
}

/// How a request for support stands. A closed one without a reason has no level.
pub(in crate::views) fn support_case(
    scene: &Scene<'_>,
    case: &SupportCase<'_>,
) -> Verdict<RequestReason> {
    let late = request_late(scene.standing, case);
    let steps = super::facts(scene).late_steps_of_record(case.request.seq).map(RequestReason::Step);
    Verdict::of(case.closed_on().is_none(), late.into_iter().chain(steps).collect())
}

/// A request that is late.
fn request_late(standing: &Standing<'_>, case: &SupportCase<'_>) -> Option<RequestReason> {
    let days = (standing.through - case.date).num_days();
    let is_urgent = case.urgency_days() <= URGENT_DAYS;
    case.is_late(standing.through).then_some(RequestReason::Late { days, is_urgent })
}

//! The limits that a level and the steps of procedures share.

use chrono::NaiveDate;

use crate::ledger::codes::PartnerStage;
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;

/// Days of waiting: above the first a warning, above the second an alert.
pub(in crate::views) const WAITING_DAYS: (i64, i64) = (14, 28);

/// Days past a partner's next step: above the first a warning, above the second an alert.
pub(super) const PARTNER_DAYS: (i64, i64) = (7, 30);

/// Whether somebody who waits since then waits for long.
pub(super) fn waits_long(standing: &Standing<'_>, since: NaiveDate) -> bool {
    (standing.through - since).num_days() > WAITING_DAYS.0
}

/// Days by which a partner's next step is overdue; 0 if nothing more is to be done.
pub(in crate::views) fn partner_days_late(standing: &Standing<'_>, record: &Record) -> i64 {
    let stage = record.answers.code("stage");
    let done = matches!(stage, Some(PartnerStage::Delivering | PartnerStage::Stopped));
    let next = record.answers.date("next_action_date").filter(|_| !done);
    next.map_or(0, |next| (standing.through - next).num_days().max(0))
}

/// Days by which a partner's next step is overdue, if somebody has to act.
pub(super) fn partner_days_overdue(standing: &Standing<'_>, record: &Record) -> Option<i64> {
    Some(partner_days_late(standing, record)).filter(|days| *days > PARTNER_DAYS.0)
}

//! The alert levels of statistics.md section 6, where more than one tab needs them.

use super::Scene;
use crate::ledger::record::Record;

/// Whether the program has a tab for a form. What is noted nowhere is not late.
pub(super) fn is_on(scene: &Scene<'_>, form: &str) -> bool {
    scene.state.tabs.contains_key(form)
}

/// Days by which a partner's next step is overdue, unless nothing more is to be done.
pub(super) fn partner_days_late(scene: &Scene<'_>, record: &Record) -> i64 {
    let done = matches!(record.answers.text("stage"), Some("delivering" | "stopped"));
    let next = record.answers.date("next_action_date").filter(|_| !done);
    next.map_or(0, |next| (scene.standing.through - next).num_days().max(0))
}

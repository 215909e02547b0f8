//! The alert levels of statistics.md section 6: one function for each kind of subject, which every
//! tab and the actions use, with the reasons from which the level follows.

mod facts;
mod groups;
mod late_step;
mod limits;
mod office;
mod people;
mod steps;
mod verdict;

use std::collections::BTreeMap;

use chrono::NaiveDate;

pub use facts::Facts;

pub(super) use facts::GroupScore;
pub(super) use groups::{GroupReason, capacity, group, meetings_reason};
pub(super) use late_step::LateStep;
pub(super) use limits::{WAITING_DAYS, partner_days_late};
pub(super) use office::{
    DocumentReason, PartnerReason, RequestReason, document, handover_kind, partner, support_case,
};
pub(super) use people::{MenteeReason, MentorReason, mentee, mentor, step_names};
pub(super) use steps::late_subjects;
pub(super) use verdict::{Reason, Verdict};

use super::{Level, Scene};
use crate::ledger::groups::GroupIndex;
use crate::ledger::people::MenteeIndex;

/// What levels follow from, gathered once a scene.
fn facts<'s>(scene: &'s Scene<'_>) -> &'s Facts {
    scene.level_facts.get_or_init(|| Facts::of(scene.standing))
}

/// The day since when a mentee who may be placed waits; none for others.
pub(super) fn waiting_since(scene: &Scene<'_>, mentee: MenteeIndex) -> Option<NaiveDate> {
    facts(scene).waiting.get(&mentee).copied()
}

/// What the members say of each group with enough answers to be shown.
pub(super) fn group_scores<'s>(scene: &'s Scene<'_>) -> &'s BTreeMap<GroupIndex, GroupScore> {
    &facts(scene).scores
}

/// Whether the program has a tab for a form. What is noted nowhere is not late.
pub(super) fn is_on(scene: &Scene<'_>, form: &str) -> bool {
    scene.state.tabs.contains_key(form)
}

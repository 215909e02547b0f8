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

use chrono::{Days, NaiveDate};

pub use facts::Facts;

pub(super) use facts::GroupScore;
pub(super) use groups::{GroupReason, TAARUF_DAYS, capacity, group, meetings_reason};
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
use crate::statistics::{Figures, mentee_retention_before};

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

/// Below a limit, and below the lower one; none without data.
pub(super) fn below(figures: &Figures, path: &str, warning: f64, alert: f64) -> Option<Level> {
    let value = figures.number(path)?;
    Some(Level::of(value < warning, value < alert))
}

/// The level of a flag of the budget.
pub(super) fn budget(flag: &str) -> Level {
    Level::of(
        matches!(flag, "over" | "under" | "unplanned"),
        matches!(flag, "over_red" | "under_red"),
    )
}

/// The worst flag of all categories; none if nothing was planned and nothing spent.
pub(super) fn budget_worst(scene: &Scene<'_>) -> Option<Level> {
    let categories = scene.standing.program.codes("finance_record", "category").iter();
    let flags =
        categories.filter_map(|category| scene.figures.text(&format!("budget.{category}.flag")));
    flags.filter(|flag| *flag != "none").map(budget).min()
}

/// Less than a month's money is an alert.
pub(super) fn cash(scene: &Scene<'_>) -> Option<Level> {
    below(scene.figures, "cash.months_cover", f64::MIN, 1.0)
}

/// Late requests; one that was needed on its day is an alert.
pub(super) fn support(scene: &Scene<'_>) -> Option<Level> {
    let standing = scene.standing;
    let urgent = standing
        .support
        .iter()
        .any(|case| case.is_late(standing.through) && case.urgency_days() <= 1);
    Some(Level::of(scene.figures.integer("support.late_open")? > 0, urgent))
}

/// Taaruf that is overdue, and long overdue.
pub(super) fn taaruf(scene: &Scene<'_>) -> Option<Level> {
    if !is_on(scene, "taaruf_record") {
        return None;
    }
    let standing = scene.standing;
    let window = standing.window();
    let mut undone = standing.open_groups().filter(|(index, group)| {
        window.contains(group.start) && standing.first_taaruf(*index).is_none()
    });
    let very_late = undone.any(|(index, _)| standing.days_since_start(index) > TAARUF_DAYS.1);
    Some(Level::of(scene.figures.integer("taaruf.overdue")? > 0, very_late))
}

/// Partners whose next step is overdue.
pub(super) fn partners(scene: &Scene<'_>) -> Option<Level> {
    let number = |path: &str| scene.figures.integer(path);
    Some(Level::of(number("partners.overdue_7")? > 0, number("partners.overdue_30")? > 0))
}

/// Whether the next board would receive enough, in the last thirty days of the season: earlier
/// there is time.
pub(super) fn handover(scene: &Scene<'_>) -> Option<Level> {
    let soon = scene.standing.through + Days::new(30) >= scene.standing.season.end;
    let ready = scene
        .figures
        .number("documents.handover_ready")
        .filter(|_| is_on(scene, "document_record"))?;
    Some(Level::of(soon && ready < 0.80, false))
}

/// How many answered the last round.
pub(super) fn response_rate(scene: &Scene<'_>) -> Option<Level> {
    below(scene.figures, "satisfaction.mentee.response_rate", 0.60, f64::MIN)
}

/// What mentees say.
pub(super) fn mentee_score(scene: &Scene<'_>) -> Option<Level> {
    below(scene.figures, "satisfaction.mentee.score", 3.5, 3.0)
}

/// What mentors say.
pub(super) fn mentor_score(scene: &Scene<'_>) -> Option<Level> {
    below(scene.figures, "satisfaction.mentor.score", 3.5, 3.0)
}

/// Mentors who will stop or do not know yet.
pub(super) fn stop_or_unsure(scene: &Scene<'_>) -> Option<Level> {
    let rate = scene.figures.number("satisfaction.mentor.stop_or_unsure_rate")?;
    Some(Level::of(rate >= 0.20, false))
}

/// Mentees who came back, ten points below the season before; none if that season has no such rate.
pub(super) fn retention(scene: &Scene<'_>) -> Option<Level> {
    let now = scene.figures.number("retention.mentees.rate")?;
    // Rates have 4 decimals: compared in ten thousandths, so that ten points are ten points.
    let parts = |rate: f64| (rate * 10_000.0).round();
    let before = mentee_retention_before(scene.standing)?;
    Some(Level::of(parts(before) - parts(now) >= 1000.0, false))
}

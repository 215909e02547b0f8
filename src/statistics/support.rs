//! Support: what mentors asked for, and how soon they were helped.

use serde_json::{Value, json};

use super::evidence::{Asked, Evidence, text};
use super::numbers::{by_code, count, median, ratio, rupiah, size};
use super::{Scene, groups};
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;
use crate::ledger::support::SupportCase;

/// A personal request is answered in time within a day.
const ANSWER_SECONDS: i64 = 86_400;

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    let window = standing.window();
    let cases: Vec<&SupportCase<'_>> =
        standing.support.iter().filter(|case| window.contains(case.date)).collect();
    let kinds =
        standing.program.codes("support_request", "support_kind").iter().map(String::as_str);
    let closed: Vec<(&SupportCase<'_>, i64)> = cases
        .iter()
        .filter_map(|case| case.closed_on().map(|closed| (*case, (closed - case.date).num_days())))
        .collect();
    let days: Vec<i64> = closed.iter().map(|(_, days)| *days).collect();
    let on_time = count(closed.iter().filter(|(case, days)| *days <= case.urgency_days()));
    let late_open = count(cases.iter().filter(|case| case.is_late(standing.through)));
    let due = size(closed.len()) + late_open;
    let paid = amount_paid(standing);
    let personal = count(cases.iter().filter(|case| case.is_personal()));
    let answered =
        count(cases.iter().filter(|case| case.is_personal() && answered_within_a_day(case)));
    json!({
        "requests": cases.len(),
        "by_kind": by_code(kinds, |kind| count(cases.iter().filter(|case| case.kind == kind))),
        "open": cases.len() - closed.len(),
        "closed": closed.len(),
        "median_days": median(&days),
        "on_time": on_time,
        "due": due,
        "on_time_rate": ratio(on_time, due),
        "late_open": late_open,
        "amount_paid": paid,
        "per_mentee": rupiah(paid, 1, groups::members(standing)),
        "personal_requests": personal,
        "personal_answered_24h": answered,
        "personal_answered_rate": ratio(answered, personal),
    })
}

/// Rupiah paid in the window on requests of any season.
fn amount_paid(standing: &Standing<'_>) -> i64 {
    let window = standing.window();
    let pays = |record: &&&Record| {
        record.answers.text("status") == Some("resolved") && window.contains(record.event_date)
    };
    let follow_ups = standing.support.iter().flat_map(|case| &case.follow_ups);
    follow_ups.filter(pays).filter_map(|record| record.answers.integer("amount_paid")).sum()
}

fn answered_within_a_day(case: &SupportCase<'_>) -> bool {
    let first = case.follow_ups.iter().map(|record| record.moment).min();
    first.is_some_and(|first| (first - case.request.moment).num_seconds() <= ANSWER_SECONDS)
}

/// The rows behind each figure: requests with what was done about them.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let window = standing.window();
    let cases = |test: &dyn Fn(&SupportCase<'_>) -> bool| {
        let those = standing.support.iter().filter(|case| window.contains(case.date) && test(case));
        Evidence::of(
            those.flat_map(|case| {
                std::iter::once(case.request).chain(case.follow_ups.iter().copied())
            }),
        )
    };
    let days =
        |case: &SupportCase<'_>| case.closed_on().map(|closed| (closed - case.date).num_days());
    let on_time =
        |case: &SupportCase<'_>| days(case).is_some_and(|days| days <= case.urgency_days());
    let is_due = |case: &SupportCase<'_>| days(case).is_some() || case.is_late(standing.through);
    let paid = || {
        let pays = |record: &&&Record| {
            text(record, "status") == "resolved" && window.contains(record.event_date)
        };
        Evidence::of(
            standing.support.iter().flat_map(|case| &case.follow_ups).filter(pays).copied(),
        )
    };
    match path {
        ["open"] => cases(&|case| case.closed_on().is_none()),
        ["closed" | "median_days"] => cases(&|case| case.closed_on().is_some()),
        ["on_time"] => cases(&on_time),
        ["due"] => cases(&is_due),
        ["on_time_rate"] => cases(&on_time).against(cases(&is_due)),
        ["late_open"] => cases(&|case| case.is_late(standing.through)),
        ["amount_paid"] => paid(),
        ["per_mentee"] => paid().against(asked.groups(|_, group| group.is_open(standing.through))),
        // By kind too: which requests are personal is told to nobody.
        _ => cases(&|_| true),
    }
}

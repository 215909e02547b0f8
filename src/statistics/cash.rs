//! Cash: what is in the treasury, and whether the donations that were reported reached it.

use serde_json::{Value, json};

use super::Scene;
use super::evidence::{Asked, Evidence, text};
use super::meetings;
use super::numbers::round4;
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    let opening = standing.season.cash_opening;
    let is = |record: &Record, question, code| record.answers.text(question) == Some(code);
    let income = sum(standing, |record| is(record, "record_type", "income"));
    let expense = sum(standing, |record| is(record, "record_type", "expense"));
    let recorded = sum(standing, |record| {
        is(record, "record_type", "income") && is(record, "fund", "group_donations")
    });
    let reported = meetings::donations(standing);
    let balance = opening + income - expense;
    let a_month = expense as f64 / standing.days() as f64 * 30.0;
    json!({
        "opening": opening,
        "income": income,
        "expense": expense,
        "balance": balance,
        "donations_reported": reported,
        "donations_recorded": recorded,
        "donations_gap": reported - recorded,
        "months_cover": (expense != 0).then(|| round4(balance as f64 / a_month)),
    })
}

fn sum(standing: &Standing<'_>, counts: impl Fn(&Record) -> bool) -> i64 {
    let records = standing.in_window("finance_record").filter(|record| counts(record));
    records.filter_map(|record| record.answers.integer("amount")).sum()
}

/// The rows behind each figure.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let rows = |kind: &str| {
        Evidence::of(
            standing
                .in_window("finance_record")
                .filter(|record| text(record, "record_type") == kind),
        )
    };
    let recorded = || {
        let income = standing
            .in_window("finance_record")
            .filter(|record| text(record, "record_type") == "income");
        Evidence::of(income.filter(|record| text(record, "fund") == "group_donations"))
    };
    let balance = || rows("income").and(rows("expense")).and(Evidence::configured());
    match path {
        ["opening"] => Evidence::configured(),
        ["income"] => rows("income"),
        ["expense"] => rows("expense"),
        ["donations_reported"] => meetings::donated(asked),
        ["donations_recorded"] => recorded(),
        ["donations_gap"] => meetings::donated(asked).against(recorded()),
        ["months_cover"] => balance().against(rows("expense")),
        _ => balance(),
    }
}

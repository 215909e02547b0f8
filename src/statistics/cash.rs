//! Cash: what is in the treasury, and whether the donations that were reported reached it.

use serde_json::Value;

use super::figure::Measure::Computed;
use super::figure::{Beside, Figure, Items, Unit, amounts_of};
use super::level::Judged;
use super::meetings;
use super::numbers::{both, difference, round4};
use super::scene::Scene;
use crate::ledger::record::Record;

pub(super) const FIGURES: &[Figure] = &[
    Figure::new(
        "cash.opening",
        Unit::Rupiah,
        Computed {
            value: |scene, _| scene.standing.season.cash_opening.into(),
            of: |_, _| Vec::new(),
            against: None,
        },
    )
    .beside(Beside::Configuration),
    Figure::sum("cash.income", Unit::Rupiah, |scene, _| amounts(scene, "income", |_| true)),
    Figure::sum("cash.expense", Unit::Rupiah, |scene, _| amounts(scene, "expense", |_| true)),
    Figure::derived(
        "cash.balance",
        Unit::Rupiah,
        &["cash.opening", "cash.income", "cash.expense"],
        &[],
        balance,
    ),
    Figure::sum("cash.donations_reported", Unit::Rupiah, meetings::donations),
    Figure::sum("cash.donations_recorded", Unit::Rupiah, recorded),
    Figure::derived(
        "cash.donations_gap",
        Unit::Rupiah,
        &["cash.donations_reported"],
        &["cash.donations_recorded"],
        difference,
    ),
    Figure::derived(
        "cash.months_cover",
        Unit::Decimal,
        &["cash.balance"],
        &["cash.expense"],
        months_cover,
    )
    // Less than a month's money is an alert.
    .judged(Judged::Below { warning: f64::MIN, alert: 1.0 }),
];

/// Rows of a kind in the window that pass a test.
fn amounts<'s>(scene: &Scene<'s, '_>, kind: &str, test: impl Fn(&Record) -> bool) -> Items<'s> {
    let rows = scene.rows("finance_record");
    let of_kind = rows.filter(|record| record.answers.text("record_type") == Some(kind));
    amounts_of(of_kind.filter(|record| test(record)), "amount")
}

/// Donations of groups that reached the treasury.
fn recorded<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    amounts(scene, "income", |record| record.answers.text("fund") == Some("group_donations"))
}

fn balance(_: &Scene<'_, '_>, values: &[Option<i64>]) -> Value {
    let [opening, income, expense] = [0, 1, 2].map(|place| values[place].unwrap_or(0));
    (opening + income - expense).into()
}

/// For how many months of the season's expenses the balance is enough; none without expenses.
fn months_cover(scene: &Scene<'_, '_>, values: &[Option<i64>]) -> Value {
    let spending = both(values).filter(|(_, expense)| *expense != 0);
    let months = spending.map(|(balance, expense)| {
        let a_month = expense as f64 / scene.standing.days() as f64 * 30.0;
        round4(balance as f64 / a_month)
    });
    months.into()
}

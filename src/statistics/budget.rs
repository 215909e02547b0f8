//! Budget: plans against expenses, by category.

use chrono::Datelike;
use serde_json::Value;

use super::Figures;
use super::figure::Measure::Derived;
use super::figure::{Codes, Derivation, Figure, Items, Measure, Unit, amounts_of};
use super::level::{Judged, Level};
use super::numbers::{both, difference, rate_of_change, rupiah};
use super::scene::Scene;
use super::subject::Subject;
use crate::ledger::record::Record;
use crate::ledger::weeks::Window;

const CATEGORIES: &[Codes] = &[Codes::ChoicesAndTotal("finance_record", "category")];

pub(super) const FIGURES: &[Figure] = &[
    Figure::sum("budget.*.plan", Unit::Rupiah, planned).over(CATEGORIES),
    Figure::sum("budget.*.plan_to_date", Unit::Rupiah, planned_to_date).over(CATEGORIES),
    Figure::sum("budget.*.actual", Unit::Rupiah, spent).over(CATEGORIES),
    Figure::new("budget.*.variance", Unit::Rupiah, compared(difference)).over(CATEGORIES),
    Figure::new("budget.*.variance_rate", Unit::Rate, compared(rate_of_change))
        .over(CATEGORIES)
        .judged(Judged::By(worst)),
    Figure::derived("budget.*.forecast", Unit::Rupiah, &["budget.*.actual"], &[], forecast)
        .over(CATEGORIES),
    Figure::new(
        "budget.*.flag",
        Unit::Flag,
        compared(|_, values| both(values).map(|(actual, plan)| flag(actual, plan)).into()),
    )
    .over(CATEGORIES)
    .judged(Judged::By(|_, figures, codes| flag_level(figures, codes[0]))),
    Figure::sum("budget.total.over_sum", Unit::Rupiah, |scene, _| off_plan(scene, 1)),
    Figure::sum("budget.total.under_sum", Unit::Rupiah, |scene, _| off_plan(scene, -1)),
];

const fn compared(by: Derivation) -> Measure {
    Derived { from: &["budget.*.actual"], against: &["budget.*.plan_to_date"], by }
}

/// Rows of a kind and category, or of all categories together, that pass a test.
fn amounts<'s>(
    scene: &Scene<'s, '_>,
    category: &str,
    kind: &str,
    test: impl Fn(&Record) -> bool,
) -> Items<'s> {
    let categories = scene.program().codes("finance_record", "category");
    let is_in = |record: &Record| {
        record.answers.text("category").is_some_and(|own| {
            own == category || category == "total" && categories.iter().any(|code| code == own)
        })
    };
    let all = scene.standing.records.of("finance_record").iter().copied();
    let of_kind = all.filter(|record| record.answers.text("record_type") == Some(kind));
    amounts_of(of_kind.filter(|record| is_in(record) && test(record)), "amount")
}

/// Planned for the whole season.
fn planned<'s>(scene: &Scene<'s, '_>, codes: &[&str]) -> Items<'s> {
    let season = Window { from: scene.standing.season.start, to: scene.standing.season.end };
    amounts(scene, codes[0], "plan", |record| season.contains(record.event_date))
}

/// Planned for the months up to now.
pub(super) fn planned_to_date<'s>(scene: &Scene<'s, '_>, codes: &[&str]) -> Items<'s> {
    let season = Window { from: scene.standing.season.start, to: scene.standing.season.end };
    let month = |day: chrono::NaiveDate| (day.year(), day.month());
    let now = month(scene.standing.through);
    amounts(scene, codes[0], "plan", |record| {
        season.contains(record.event_date) && month(record.event_date) <= now
    })
}

/// Spent.
pub(super) fn spent<'s>(scene: &Scene<'s, '_>, codes: &[&str]) -> Items<'s> {
    let window = scene.window();
    amounts(scene, codes[0], "expense", |record| window.contains(record.event_date))
}

/// What will be spent by the end of the season, if it goes on like this.
fn forecast(scene: &Scene<'_, '_>, values: &[Option<i64>]) -> Value {
    let season = scene.standing.season;
    let season_days = (season.end - season.start).num_days() + 1;
    values[0].and_then(|actual| rupiah(actual, season_days, scene.standing.days())).into()
}

/// The variance rate as a word, compared in whole rupiah so that a limit is met exactly.
fn flag(actual: i64, plan: i64) -> &'static str {
    let variance = actual - plan;
    match () {
        () if plan == 0 && actual == 0 => "none",
        () if plan == 0 => "unplanned",
        () if 4 * variance > plan => "over_red",
        () if 10 * variance > plan => "over",
        () if 2 * variance < -plan => "under_red",
        () if 4 * variance < -plan => "under",
        () => "on_track",
    }
}

/// The level of a category's flag; none where nothing was planned and nothing spent.
fn flag_level(figures: &Figures, category: &str) -> Option<Level> {
    Some(match figures.text(&format!("budget.{category}.flag"))? {
        "none" => return None,
        "over" | "under" | "unplanned" => Level::Warning,
        "over_red" | "under_red" => Level::Alert,
        _ => Level::Good,
    })
}

/// The worst level of all categories, which is that of the total.
fn worst(scene: &Scene<'_, '_>, figures: &Figures, codes: &[&str]) -> Option<Level> {
    let categories = scene.program().codes("finance_record", "category").iter();
    let levels = categories.filter_map(|category| flag_level(figures, category));
    levels.min().filter(|_| codes == ["total"])
}

/// Categories with more (1) or less (-1) spent than planned, each with the difference.
fn off_plan<'s>(scene: &Scene<'s, '_>, sign: i64) -> Items<'s> {
    let sum = |items: Items<'s>| items.iter().map(|item| item.amount).sum::<i64>();
    let item = |category: &'s String| {
        let codes = [category.as_str()];
        let variance = sum(spent(scene, &codes)) - sum(planned_to_date(scene, &codes));
        (sign * variance > 0).then(|| Subject::Category(category).times(sign * variance))
    };
    scene.program().codes("finance_record", "category").iter().filter_map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_itself_is_still_on_the_milder_side() {
        let flag = |plan_to_date, actual| flag(actual, plan_to_date);
        assert_eq!((flag(0, 0), flag(0, 1)), ("none", "unplanned"));
        assert_eq!((flag(100, 125), flag(100, 126)), ("over", "over_red"));
        assert_eq!((flag(100, 110), flag(100, 111)), ("on_track", "over"));
        assert_eq!((flag(100, 75), flag(100, 74)), ("on_track", "under"));
        assert_eq!((flag(100, 50), flag(100, 49)), ("under", "under_red"));
    }
}

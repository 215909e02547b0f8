//! Budget: plans against expenses, by category.

use chrono::Datelike;
use serde_json::{Map, Value, json};

use super::Scene;
use super::evidence::{Asked, Evidence, text};
use super::numbers::{ratio, rupiah, with};
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;
use crate::ledger::weeks::Window;

/// Rupiah of one category, or of all.
#[derive(Debug, Clone, Copy, Default)]
struct Line {
    /// Planned for the whole season.
    plan: i64,
    /// Planned for the months up to now.
    plan_to_date: i64,
    /// Spent.
    actual: i64,
}

impl Line {
    fn of(standing: &Standing<'_>, category: &str) -> Self {
        let season = Window { from: standing.season.start, to: standing.season.end };
        let through = standing.through;
        let month_begun = |record: &Record| {
            (record.event_date.year(), record.event_date.month())
                <= (through.year(), through.month())
        };
        let mut line = Self::default();
        for record in standing.records.of("finance_record") {
            if record.answers.text("category") != Some(category) {
                continue;
            }
            let amount = record.answers.integer("amount").unwrap_or(0);
            match record.answers.text("record_type") {
                Some("plan") if season.contains(record.event_date) => {
                    line.plan += amount;
                    line.plan_to_date += if month_begun(record) { amount } else { 0 };
                }
                Some("expense") if standing.window().contains(record.event_date) => {
                    line.actual += amount
                }
                _ => {}
            }
        }
        line
    }

    fn variance(&self) -> i64 {
        self.actual - self.plan_to_date
    }

    /// The variance rate as a word, compared in whole rupiah so that a limit is met exactly.
    fn flag(&self) -> &'static str {
        let (variance, plan) = (self.variance(), self.plan_to_date);
        match () {
            () if plan == 0 && self.actual == 0 => "none",
            () if plan == 0 => "unplanned",
            () if 4 * variance > plan => "over_red",
            () if 10 * variance > plan => "over",
            () if 2 * variance < -plan => "under_red",
            () if 4 * variance < -plan => "under",
            () => "on_track",
        }
    }

    fn figures(&self, standing: &Standing<'_>) -> Value {
        let season_days = (standing.season.end - standing.season.start).num_days() + 1;
        json!({
            "plan": self.plan,
            "plan_to_date": self.plan_to_date,
            "actual": self.actual,
            "variance": self.variance(),
            "variance_rate": ratio(self.variance(), self.plan_to_date),
            "forecast": rupiah(self.actual, season_days, standing.days()),
            "flag": self.flag(),
        })
    }
}

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    let mut figures = Map::new();
    let mut total = Line::default();
    let (mut over, mut under) = (0, 0);
    for category in standing.program.codes("finance_record", "category") {
        let line = Line::of(standing, category);
        total.plan += line.plan;
        total.plan_to_date += line.plan_to_date;
        total.actual += line.actual;
        over += line.variance().max(0);
        under += (-line.variance()).max(0);
        figures.insert(category.clone(), line.figures(standing));
    }
    let sums = Map::from_iter([
        ("over_sum".to_owned(), json!(over)),
        ("under_sum".to_owned(), json!(under)),
    ]);
    figures.insert("total".to_owned(), with(total.figures(standing), sums));
    figures.into()
}

/// The rows behind each figure: expenses, and against them plans.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let season = Window { from: standing.season.start, to: standing.season.end };
    let category = path.first().copied().filter(|category| *category != "total");
    let rows = |kind: &str, window: Window| {
        let fits = |record: &&Record| {
            text(record, "record_type") == kind
                && category.is_none_or(|category| text(record, "category") == category)
        };
        Evidence::of(asked.rows("finance_record", window).into_iter().filter(fits))
    };
    let month = |day: chrono::NaiveDate| (day.year(), day.month());
    let to_date = || {
        let begun = |record: &&Record| month(record.event_date) <= month(standing.through);
        let fits = |record: &&Record| {
            text(record, "record_type") == "plan"
                && category.is_none_or(|category| text(record, "category") == category)
        };
        Evidence::of(asked.rows("finance_record", season).into_iter().filter(fits).filter(begun))
    };
    let spent = || rows("expense", standing.window());
    match path.get(1).copied().unwrap_or_default() {
        "plan" => rows("plan", season),
        "plan_to_date" => to_date(),
        "actual" | "forecast" => spent(),
        _ => spent().against(to_date()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_itself_is_still_on_the_milder_side() {
        let flag = |plan_to_date, actual| Line { plan: plan_to_date, plan_to_date, actual }.flag();
        assert_eq!((flag(0, 0), flag(0, 1)), ("none", "unplanned"));
        assert_eq!((flag(100, 125), flag(100, 126)), ("over", "over_red"));
        assert_eq!((flag(100, 110), flag(100, 111)), ("on_track", "over"));
        assert_eq!((flag(100, 75), flag(100, 74)), ("on_track", "under"));
        assert_eq!((flag(100, 50), flag(100, 49)), ("under", "under_red"));
    }
}

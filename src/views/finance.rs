//! *Keuangan*: the budget by category, with variance in both directions, and what is in the
//! treasury.

use super::{Level, Scene, Sheet, level_colours, money, percent, plain, text};
use crate::table::Cell;
use crate::table::tab::{Chart, Format, Style, Wanted, WantedCell};

/// The column of levels.
const LEVEL_COLUMN: usize = 8;

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let (words, figures) = (scene.words, scene.figures);
    let amount = |path: &str| {
        figures.integer(path).map_or_else(|| words.say("none"), |number| words.rupiah(number))
    };
    let parts = [
        ("balance", amount("cash.balance")),
        ("actual", amount("budget.total.actual")),
        ("plan", amount("budget.total.plan_to_date")),
        ("over", amount("budget.total.over_sum")),
        ("under", amount("budget.total.under_sum")),
    ];
    let lead = words
        .say_with("finance-lead", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let widths = [230, 120, 120, 120, 120, 120, 90, 120, 100, 320];
    let mut sheet = Sheet::new("finance", &widths, words.say("finance-title"), lead);
    let columns =
        ["category", "plan", "due", "spent", "over", "under", "rate", "forecast", "level", "flag"];
    let columns = columns.map(|name| format!("finance-col-{name}"));
    let chart_from = sheet.rows.len();
    sheet.header(words, &columns.each_ref().map(String::as_str));
    sheet.layout.colours = level_colours(LEVEL_COLUMN, words);
    for category in categories(scene) {
        sheet.push(
            Style::Body,
            line(scene, category, scene.labels.choice("finance_record", "category", category)),
        );
    }
    let chart_to = sheet.rows.len();
    sheet.push(Style::Section, line(scene, "total", &words.say("finance-total")));
    sheet.push(Style::Lead, [plain("")]);
    cash(scene, &mut sheet);
    // The chart stands beside the treasury; the rows below make room for it.
    sheet.chart(Chart {
        title: words.say("finance-chart"),
        first_row: chart_from,
        end_row: chart_to,
        labels_column: 0,
        series_columns: vec![2, 3],
        anchor: (chart_to + 2, 3),
    });
    sheet.finish(words.say("tab-finance"))
}

/// Worst first; within a level by the money that is at stake.
fn categories<'s>(scene: &Scene<'s>) -> Vec<&'s str> {
    let mut categories: Vec<&str> = scene
        .standing
        .program
        .codes("finance_record", "category")
        .iter()
        .map(String::as_str)
        .collect();
    categories.sort_by_key(|category| {
        let figures = scene.figures;
        let level = figures.level(&format!("budget.{category}.flag"));
        let stake = figures.integer(&format!("budget.{category}.variance")).unwrap_or(0).abs();
        (level.unwrap_or(Level::Good), level.is_none(), -stake)
    });
    categories
}

fn line(scene: &Scene<'_>, category: &str, label: &str) -> Vec<WantedCell> {
    let (words, figures) = (scene.words, scene.figures);
    let path = |name: &str| format!("budget.{category}.{name}");
    let amount = |name: &str| money(figures.integer(&path(name)));
    let variance = figures.integer(&path("variance")).unwrap_or(0);
    let (over, under) = match category {
        "total" => (figures.integer(&path("over_sum")), figures.integer(&path("under_sum"))),
        _ => (Some(variance.max(0)), Some((-variance).max(0))),
    };
    let flag = figures.text(&path("flag")).unwrap_or("none");
    let flag_word = match flag {
        "over_red" => words.say("flag-over_red"),
        "over" => words.say("flag-over"),
        "under_red" => words.say("flag-under_red"),
        "under" => words.say("flag-under"),
        "unplanned" => words.say("flag-unplanned"),
        "on_track" => words.say("flag-on_track"),
        _ => words.say("flag-none"),
    };
    let level =
        figures.level(&path("flag")).map_or_else(String::new, |level| words.say(level.key()));
    vec![
        text(label),
        amount("plan"),
        amount("plan_to_date"),
        amount("actual"),
        money(over),
        money(under),
        percent(figures.number(&path("variance_rate"))),
        amount("forecast"),
        plain(level),
        text(flag_word),
    ]
}

fn cash(scene: &Scene<'_>, sheet: &mut Sheet) {
    let (words, figures) = (scene.words, scene.figures);
    sheet.push(Style::Section, [text(words.say("finance-cash"))]);
    let lines = [
        ("cash.opening", "cash-opening"),
        ("cash.income", "cash-income"),
        ("cash.expense", "cash-expense"),
        ("cash.balance", "cash-balance"),
        ("cash.donations_reported", "cash-donations_reported"),
        ("cash.donations_recorded", "cash-donations_recorded"),
        ("cash.donations_gap", "cash-donations_gap"),
    ];
    for (path, key) in lines {
        sheet.push(
            Style::Body,
            [text(words.say(key)).with_note(path), money(figures.integer(path))],
        );
    }
    let months = figures.number("cash.months_cover");
    let cell = WantedCell::new(months.map_or(Cell::Blank, Cell::Number), Format::Decimal);
    let warning = if months.is_some_and(|months| months < 1.0) {
        words.say("cash-short")
    } else {
        String::new()
    };
    sheet.push(
        Style::Body,
        [text(words.say("cash-months")).with_note("cash.months_cover"), cell, text(warning)],
    );
}

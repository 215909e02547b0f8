//! The report as one page that prints on A4 and needs nothing beside itself.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::workbook::tone;
use crate::table::tab::{Chart, Format, Style, Tone, Wanted, WantedCell, WantedRow};
use crate::table::{Cell, serial};
use crate::words::{Language, Words};

const STYLE: &str = include_str!("page.css");

/// From so many columns on, a sheet is printed across.
const WIDE_FROM: usize = 7;

/// The chart's size, in its own units.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 180.0;

/// The page.
pub fn page(sheets: &[Wanted], words: &Words) -> String {
    let language = match words.language() {
        Language::Id => "id",
        Language::En => "en",
    };
    let title = sheets.first().and_then(|cover| cover.rows.first()?.cells.first());
    let title = title.map(|cell| cell.value.to_string()).unwrap_or_default();
    let page = html! {
        (DOCTYPE)
        html lang=(language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { @for sheet in sheets { (section(sheet, words)) "\n" } }
        }
    };
    page.into_string()
}

fn section(sheet: &Wanted, words: &Words) -> Markup {
    let columns = sheet.layout.columns.len();
    let is_empty = |row: &&WantedRow| row.cells.iter().all(|cell| cell.value.is_blank());
    let rows = sheet.rows.iter().filter(|row| !is_empty(row));
    let class = if columns >= WIDE_FROM { "wide" } else { "" };
    html! {
        section class=(class) {
            @for row in sheet.rows.iter().filter(|row| row.style == Style::Title) { h1 { (words_of(row)) } }
            table {
                @for row in rows.filter(|row| row.style != Style::Title) { (line(sheet, row, columns, words)) "\n" }
            }
            @for chart in &sheet.layout.charts { (bars(sheet, chart, words)) }
        }
    }
}

fn words_of(row: &WantedRow) -> String {
    row.cells.first().map(|cell| cell.value.to_string()).unwrap_or_default()
}

fn line(sheet: &Wanted, row: &WantedRow, columns: usize, words: &Words) -> Markup {
    let alone = row.cells.iter().skip(1).all(|cell| cell.value.is_blank());
    let cells = || row.cells.iter().enumerate();
    html! {
        @match row.style {
            Style::Title | Style::Lead => tr.lead { td colspan=(columns) { (words_of(row)) } },
            Style::Header => tr { @for (_, cell) in cells() { th { (shown(cell, words)) } " " } },
            Style::Section if alone => tr.section { th colspan=(columns) { (words_of(row)) } },
            style => tr.section[style == Style::Section] {
                @for (column, cell) in cells() {
                    td class=(class(sheet, column, cell)) { (shown(cell, words)) } " "
                }
            },
        }
    }
}

fn class(sheet: &Wanted, column: usize, cell: &WantedCell) -> &'static str {
    match (tone(&sheet.layout, column, &cell.value), &cell.value) {
        (Some(Tone::Good), _) => "good",
        (Some(Tone::Warning), _) => "warning",
        (Some(Tone::Alert), _) => "alert",
        (None, Cell::Number(_)) => "number",
        (None, _) => "",
    }
}

/// A cell as people read it; an address on the web can be followed.
fn shown(cell: &WantedCell, words: &Words) -> Markup {
    let text = said(&cell.value, cell.format, words);
    let is_address = |word: &str| word.starts_with("https://") || word.starts_with("http://");
    if !text.lines().any(is_address) {
        return html! { (text) };
    }
    html! {
        @for line in text.lines() {
            @if is_address(line) { a href=(line) { (line) } } @else { (line) }
            " "
        }
    }
}

/// A value as people read it.
pub fn said(value: &Cell, format: Format, words: &Words) -> String {
    let Some(number) = value.number() else { return value.to_string() };
    match format {
        Format::Integer => words.integer(number as i64),
        Format::Decimal => words.decimal(number),
        Format::Percent => words.percent(number),
        Format::Money => words.rupiah(number as i64),
        Format::Date | Format::DateTime => {
            serial::day(number).map(|day| words.short_date(day)).unwrap_or_default()
        }
        Format::Text | Format::Wrapped => value.to_string(),
    }
}

/// A chart as bars, a colour for each series; each bar says its number when the pointer rests on
/// it.
fn bars(sheet: &Wanted, chart: &Chart, words: &Words) -> Markup {
    let rows = sheet.rows.get(chart.first_row..chart.end_row).unwrap_or_default();
    let Some((names, rows)) = rows.split_first() else { return html! {} };
    let at = |row: &WantedRow, column: usize| row.cells.get(column).cloned().unwrap_or_default();
    let value =
        |row: &WantedRow, column: usize| at(row, column).value.number().unwrap_or(0.0).max(0.0);
    let series = || chart.series_columns.iter().copied().enumerate();
    let most = rows
        .iter()
        .flat_map(|row| series().map(|(_, column)| value(row, column)))
        .fold(0.0, f64::max);
    if most == 0.0 {
        return html! {};
    }
    let step = WIDTH / rows.len() as f64;
    let width = step * 0.8 / chart.series_columns.len() as f64;
    let label = |row: &WantedRow| shown(&at(row, chart.labels_column), words);
    html! {
        figure {
            figcaption {
                (chart.title)
                @for (place, column) in series() { " " span class=(format!("key s{place}")) { (shown(&at(names, column), words)) } }
            }
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(chart.title) {
                @for (index, row) in rows.iter().enumerate() {
                    @for (place, column) in series() {
                        @let tall = (HEIGHT - 4.0) * value(row, column) / most;
                        rect class=(format!("s{place}")) width=(format!("{width:.1}")) height=(format!("{tall:.1}"))
                            x=(format!("{:.1}", index as f64 * step + place as f64 * width))
                            y=(format!("{:.1}", HEIGHT - tall)) {
                            title { (label(row)) ": " (shown(&at(row, column), words)) }
                        }
                    }
                }
                line x1="0" x2=(WIDTH) y1=(HEIGHT) y2=(HEIGHT) {}
            }
            p.ends {
                span { @if let Some(row) = rows.first() { (label(row)) } } " "
                span { @if let Some(row) = rows.last() { (label(row)) } }
            }
        }
    }
}

//! A tab as a table: frozen rows in its head, column widths, formats, dropdowns, notes, charts at
//! their places.

use std::collections::BTreeMap;

use maud::{Markup, PreEscaped, html};
use serde_json::Value;

use super::chart::{self, ChartPosition};
use super::edit::{Protection, offered, typed};
use super::look::{Classes, Rule, rules};
use crate::book::{Area, CellData, Dimension, Sheet, Spreadsheet};
use crate::display;
use crate::formula::Outcome;
use crate::pages::{PageLanguage, Pages};
use halaqah_table::a1;

/// The most rows on one page, the frozen ones aside.
const MOST_ROWS: usize = 500;
/// Blank rows at the end of a tab that people may go on writing in.
const SPARE_ROWS: usize = 5;
/// The width of a column that nobody set, in pixels: wider than Google's, so that a time of day is
/// not cut off.
const UNSET_PX: u32 = 140;
/// The width of the row numbers in pixels.
const NUMBERS_PX: u32 = 44;

/// One cell, being drawn.
struct Drawn<'c> {
    row: usize,
    column: usize,
    cell: &'c CellData,
    shown: &'c str,
    wrap: &'c str,
    /// Whether it is kept from people.
    locked: bool,
    /// Whether its text runs over the blank cells beside it.
    runs_over: bool,
}

/// One tab, being drawn.
struct Grid<'a> {
    book: &'a Spreadsheet,
    sheet: &'a Sheet,
    language: PageLanguage,
    protection: Protection,
    rules: Vec<Rule<'a>>,
    width: usize,
    charts: BTreeMap<(usize, usize), Vec<&'a Value>>,
}

/// The table of a tab from a row on (counted from the first row that is not frozen), and the links
/// to its other rows.
pub fn grid(
    pages: &Pages,
    book: &Spreadsheet,
    sheet: &Sheet,
    from: usize,
    language: PageLanguage,
) -> Markup {
    let protection = Protection::of(book, sheet);
    let spare = if protection.is_none() { SPARE_ROWS } else { 0 };
    let frozen =
        sheet.grid_properties.get("frozenRowCount").and_then(Value::as_u64).unwrap_or(0) as usize;
    let frozen = frozen.min(sheet.row_count());
    let bottom = (sheet.filled_rows() + spare).min(sheet.row_count()).max(frozen);
    let top = (frozen + from.min(bottom)).min(bottom);
    let end = (top + MOST_ROWS).min(bottom);
    let used = sheet.rows().iter().map(|row| row.len()).max().unwrap_or(0);
    let mut grid = Grid {
        book,
        sheet,
        language,
        protection,
        rules: rules(sheet),
        width: (used + usize::from(spare > 0)).clamp(1, sheet.column_count().max(1)),
        charts: BTreeMap::new(),
    };
    let apart = grid.place_charts(frozen, top, end);
    let mut classes = Classes::default();
    let head: Vec<Markup> = (0..frozen).map(|row| grid.row(row, &mut classes)).collect();
    let body: Vec<Markup> = (top..end).map(|row| grid.row(row, &mut classes)).collect();
    let widths: Vec<u32> = (0..grid.width).map(|column| grid.pixels(column)).collect();
    let pixels: u32 = widths.iter().sum();
    html! {
        style { (PreEscaped(classes.css(&grid.rules))) }
        div.pane role="region" tabindex="0" aria-label=(sheet.title) {
            table.grid role="grid" aria-label=(sheet.title) aria-rowcount=(sheet.row_count()) style={ "width:" (pixels + NUMBERS_PX) "px" } {
                colgroup {
                    col.numbers style={ "width:" (NUMBERS_PX) "px" };
                    @for width in &widths { col style={ "width:" (width) "px;--share:" (share(*width, pixels)) "%" }; }
                }
                thead {
                    tr.letters {
                        th.corner { span.unseen { (language.say("Baris", "Row")) } }
                        @for column in 0..grid.width { th scope="col" { (a1::column_letters(column)) } }
                    }
                    @for row in &head { (row) }
                }
                tbody { @for row in &body { (row) } }
            }
            @for chart in apart { (chart::figure(book, sheet, chart, ChartPosition::Below)) }
            @for chart in grid.charts.values().flatten() { (chart::figure(book, sheet, chart, ChartPosition::Paper)) }
        }
        (pager(pages, book, sheet, (frozen, top, end, bottom), language))
    }
}

/// A width as a part of the whole in hundredths, for paper.
fn share(part: u32, whole: u32) -> String {
    format!("{:.2}", f64::from(part) * 100.0 / f64::from(whole.max(1)))
}

/// The links to the rows before and after.
fn pager(
    pages: &Pages,
    book: &Spreadsheet,
    sheet: &Sheet,
    (frozen, top, end, bottom): (usize, usize, usize, usize),
    language: PageLanguage,
) -> Markup {
    if top == frozen && end == bottom {
        return html! {};
    }
    let link = |from: usize| {
        let about = [("tab", sheet.id.to_string()), ("from", from.to_string())];
        let about = about.each_ref().map(|(name, value)| (*name, value.as_str()));
        pages.link(&["view", &book.id], &about, language)
    };
    html! {
        nav.pager aria-label=(language.say("Baris lain", "Other rows")) {
            @if top > frozen { a href=(link((top - frozen).saturating_sub(MOST_ROWS))) rel="prev" { (language.say("Sebelumnya", "Before")) } }
            span { (language.say("Baris ", "Rows ")) (top + 1) "–" (end) (language.say(" dari ", " of ")) (bottom) }
            @if end < bottom { a href=(link(end - frozen)) rel="next" { (language.say("Tampilkan lebih banyak", "Show more")) } }
        }
    }
}

impl<'a> Grid<'a> {
    fn pixels(&self, column: usize) -> u32 {
        self.sheet.properties_of(Dimension::Columns, column).pixel_size.unwrap_or(UNSET_PX)
    }

    /// Puts the charts at their cells; gives those whose cell is not on this page.
    fn place_charts(&mut self, frozen: usize, top: usize, end: usize) -> Vec<&'a Value> {
        let mut apart = Vec::new();
        for chart in &self.sheet.objects.charts {
            let anchor = &chart["position"]["overlayPosition"]["anchorCell"];
            let index = |name: &str| anchor[name].as_u64().unwrap_or(0) as usize;
            let (row, column) = (index("rowIndex"), index("columnIndex"));
            let is_here = row < frozen || (top..end).contains(&row);
            if is_here && column < self.width {
                self.charts.entry((row, column)).or_default().push(chart);
            } else if top == frozen {
                apart.push(chart);
            }
        }
        apart
    }

    fn row(&self, row: usize, classes: &mut Classes) -> Markup {
        let properties = self.sheet.properties_of(Dimension::Rows, row);
        let height = properties.pixel_size.map(|pixels| format!("height:{pixels}px"));
        let mut cells = Vec::new();
        let mut column = 0;
        while column < self.width {
            let (cell, span) = self.cell(row, column, classes);
            cells.push(cell);
            column += span;
        }
        html! {
            tr data-r=(row) style=[height] hidden[properties.hidden] {
                th.number scope="row" { (row + 1) }
                @for cell in &cells { (cell) }
            }
        }
    }

    fn merge_at(&self, row: usize, column: usize) -> Option<&Area> {
        self.sheet.objects.merges.iter().find(|merge| merge.contains(row, column))
    }

    /// One cell and how many columns it takes.
    fn cell(&self, row: usize, column: usize, classes: &mut Classes) -> (Markup, usize) {
        let blank = CellData::default();
        let cell = self.sheet.cell(row, column).unwrap_or(&blank);
        let merge = self.merge_at(row, column);
        if merge.is_some_and(|merge| (merge.top, merge.left) != (row, column)) {
            return (html! {}, 1);
        }
        let value = self.book.value(self.sheet, row, column);
        let shown = display::show(&value, cell.format.as_deref(), &self.book.locale);
        let wrap =
            cell.format_json().and_then(|format| format["wrapStrategy"].as_str()).unwrap_or("");
        let locked = self.protection.holds(self.sheet, row, column);
        let runs_over = merge.is_none()
            && wrap == "OVERFLOW_CELL"
            && locked
            && matches!(value, Outcome::Text(_));
        let span = match merge {
            Some(merge) => merge.width().min(self.width - column),
            None if runs_over => 1 + self.blanks_after(row, column),
            None => 1,
        };
        let mut class = cell.format.as_ref().map(|format| classes.of(format)).unwrap_or_default();
        if let Some(rule) =
            self.rules.iter().position(|rule| rule.fits(self.sheet, row, column, &value, &shown))
        {
            class.push_str(&format!(" c{rule}"));
        }
        match &value {
            Outcome::Number(_) => class.push_str(" num"),
            Outcome::Boolean(_) | Outcome::Error(_) => class.push_str(" mid"),
            _ => {}
        }
        if !locked {
            class.push_str(if self.protection.is_none() { " open" } else { " open people" });
        }
        if cell.note().is_some() {
            class.push_str(" noted");
        }
        let content =
            self.content(&Drawn { row, column, cell, shown: &shown, wrap, locked, runs_over });
        // Only what is not as it is shown has to be told to the one who edits it.
        let typed = (!locked).then(|| typed(self.book, &cell.entry, cell.format.as_deref()));
        let typed = typed.filter(|typed| *typed != shown);
        let markup = html! {
            td class=(class.trim()) data-c=(column) tabindex="-1" aria-readonly=[locked.then_some("true")] data-v=[typed]
                colspan=[(span > 1).then_some(span)] rowspan=[merge.map(Area::height).filter(|height| *height > 1)] {
                (content)
                @if let Some(note) = cell.note() { span.note { (note) } }
                @for chart in self.charts.get(&(row, column)).into_iter().flatten() {
                    (chart::figure(self.book, self.sheet, chart, ChartPosition::Cell))
                }
            }
        };
        (markup, span)
    }

    /// How many cells to the right are blank and no one's, so that a title may run over them.
    fn blanks_after(&self, row: usize, column: usize) -> usize {
        (column + 1..self.width)
            .take_while(|&next| {
                let is_blank = self.sheet.entry(row, next).is_blank();
                let has_note = self.sheet.cell(row, next).is_some_and(|cell| cell.note().is_some());
                is_blank
                    && !has_note
                    && self.protection.holds(self.sheet, row, next)
                    && !self.charts.contains_key(&(row, next))
                    && self.merge_at(row, next).is_none()
            })
            .count()
    }

    fn content(&self, drawn: &Drawn<'_>) -> Markup {
        let Drawn { row, column, cell, shown, wrap, locked, runs_over } = *drawn;
        let rule = cell.validation();
        let hint = rule.and_then(|rule| rule["inputMessage"].as_str());
        if let Some(values) = offered(rule).filter(|_| !locked) {
            let place = format!(
                "{}{}",
                self.language.say("Pilihan, sel ", "Choice, cell "),
                a1::address(row, column)
            );
            let is_offered = shown.is_empty() || values.contains(&shown);
            return html! {
                select aria-label=(place) title=[hint] {
                    option value="" { "—" }
                    @if !is_offered { option value=(shown) selected { (shown) } }
                    @for value in &values { option value=(value) selected[*value == shown] { (value) } }
                }
            };
        }
        if rule.is_some_and(|rule| rule["condition"]["type"] == "BOOLEAN") && !locked {
            let place = format!(
                "{}{}",
                self.language.say("Centang, sel ", "Tick, cell "),
                a1::address(row, column)
            );
            return html! { input type="checkbox" aria-label=(place) checked[shown == "TRUE"]; };
        }
        if shown.is_empty() {
            return html! { @if let Some(hint) = hint.filter(|_| !locked) { span.t.hint { (hint) } } };
        }
        let is_link = (shown.starts_with("https://") || shown.starts_with("http://"))
            && !shown.contains(char::is_whitespace);
        let class = match wrap {
            "WRAP" => "t wrap",
            _ if runs_over => "t over",
            _ => "t",
        };
        // What is cut off can still be read by resting on it.
        let whole = (class == "t" && shown.chars().count() > 12).then_some(shown);
        html! {
            span class=(class) title=[whole] {
                @if is_link { a href=(shown) rel="noreferrer" tabindex="-1" { (shown) } } @else { (shown) }
            }
        }
    }
}

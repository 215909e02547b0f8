//! Puts a tab of ours back in order when people have moved, deleted or inserted columns or rows of
//! its head: columns are found by their titles, and what stands in them goes with them.
//!
//! Columns that are not ours, and lines that somebody wrote above the titles, are moved out of the
//! way and kept.

use std::collections::HashMap;

use super::change::{Change, Plan};
use super::tab::{ReadTab, Wanted, WantedRow};
use super::{Cell, a1, cell_at};

/// Where the columns of a table stand, by their titles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The row of the titles, counted from 0.
    pub row: usize,
    /// For each title asked for: where it stands, from left to right.
    pub places: Vec<Vec<usize>>,
}

impl Found {
    /// The only place of each title; `None` if one is missing or stands there twice.
    pub fn once_each(&self) -> Option<Vec<usize>> {
        let only = |places: &Vec<usize>| match places[..] {
            [place] => Some(place),
            _ => None,
        };
        self.places.iter().map(only).collect()
    }
}

/// Finds the row that has most of the titles, and where each title stands in it; `None` if no row
/// has more than half of them.
pub fn find_titles(rows: &[Vec<Cell>], titles: &[String]) -> Option<Found> {
    let places = |row: &[Cell]| -> Vec<Vec<usize>> {
        let at = |title: &String| {
            (0..row.len()).filter(|&column| same_title(&row[column], title)).collect()
        };
        titles.iter().map(at).collect()
    };
    let found = |places: &[Vec<usize>]| places.iter().filter(|places| !places.is_empty()).count();
    let (row, places) = rows
        .iter()
        .enumerate()
        .map(|(index, row)| (index, places(row)))
        // Of equals the first: a copy of the titles further down is somebody's line.
        .rev()
        .max_by_key(|(_, places)| found(places))?;
    (2 * found(&places) > titles.len()).then_some(Found { row, places })
}

fn same_title(cell: &Cell, title: &str) -> bool {
    let Cell::Text(text) = cell else { return false };
    text.trim() == title
}

/// The titles of a tab's columns, from left to right; empty for a tab without a header.
pub fn titles(tab: &Wanted) -> Vec<String> {
    let Some(header) = tab.layout.header_row.and_then(|row| tab.rows.get(row)) else {
        return Vec::new();
    };
    let title = |column: usize| header.cells.get(column).map(|cell| cell.value.to_string());
    (0..tab.layout.columns.len()).map(|column| title(column).unwrap_or_default()).collect()
}

/// A column as it stands in the tab while it is put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// One of ours, by its place in the layout.
    Ours(usize),
    /// Somebody's own.
    Theirs,
}

/// Plans what puts the head and the columns back in order, and gives the tab as it is then: every
/// column of ours in its place, what was deleted there again and blank, all others to the right.
/// Nothing is planned for a tab that is in order.
///
/// Where the column of keys was deleted, rows have their keys in what is given, though not yet in
/// the tab: the second part says so.
pub(super) fn mend(tab: &Wanted, now: &ReadTab, plan: &mut Plan) -> (ReadTab, bool) {
    let mut now = now.clone();
    let titles = titles(tab);
    // Columns that share a title could not be told from one another.
    let is_known = |title: &String| titles.iter().filter(|other| *other == title).count() == 1;
    let known = titles.iter().filter(|title| !title.is_empty()).all(is_known);
    let Some(header) = tab.layout.header_row.filter(|_| known && !titles.is_empty()) else {
        return (now, false);
    };
    // Without keys nobody's lines can be told from rows of the table.
    let has_keys = tab.key_column.is_some();
    // A tab that nobody touched is not searched for its titles.
    if !is_in_order(&now, header, &titles) {
        let Some(found) = find_titles(&now.rows, &titles) else {
            put_titles_back(tab, &mut now, header, plan);
            return (now, false);
        };
        let order = standing_order(&found, titles.len(), now.rows[found.row].len());
        mend_columns(tab, &mut now, order, plan);
        if has_keys {
            mend_head(tab, &mut now, found.row, header, plan);
        }
    }
    let restored = has_keys && restore_keys(tab, &mut now);
    (now, restored)
}

/// Whether every title stands in its place in the row of titles.
fn is_in_order(now: &ReadTab, header: usize, titles: &[String]) -> bool {
    let row = now.rows.get(header).map_or(&[][..], Vec::as_slice);
    titles.iter().enumerate().all(|(column, title)| {
        let cell = cell_at(row, column);
        same_title(cell, title) || title.is_empty() && cell.is_blank()
    })
}

/// Makes room for the row of titles where it was deleted and a row of the table stands in its place.
fn put_titles_back(tab: &Wanted, now: &mut ReadTab, header: usize, plan: &mut Plan) {
    let Some(key) = tab.key_column else { return };
    let there = now.rows.get(header).map(|row| cell_at(row, key)).filter(|key| !key.is_blank());
    let keys = tab.rows.iter().skip(header + 1).filter_map(|row| row.cells.get(key));
    if there.is_some_and(|there| keys.into_iter().any(|cell| cell.value == *there)) {
        plan.changes.push(Change::InsertRows { sheet_id: now.sheet_id, at: header, count: 1 });
        now.rows.insert(header, Vec::new());
        now.row_count += 1;
    }
}

/// Which column is which. A title that is nowhere, with nothing of ours in its place while all
/// others are in theirs, was only overwritten: the column is still ours.
fn standing_order(found: &Found, count: usize, width: usize) -> Vec<Standing> {
    let mut order = vec![Standing::Theirs; width.max(count)];
    for (column, places) in found.places.iter().enumerate() {
        if let Some(&place) = places.first() {
            order[place] = Standing::Ours(column);
        }
    }
    let in_place = |(column, places): (usize, &Vec<usize>)| {
        places.first().is_none_or(|&place| place == column)
    };
    if found.places.iter().enumerate().all(in_place) {
        (0..count).for_each(|column| order[column] = Standing::Ours(column));
    }
    order
}

fn mend_columns(tab: &Wanted, now: &mut ReadTab, mut order: Vec<Standing>, plan: &mut Plan) {
    let sheet_id = now.sheet_id;
    for column in 0..tab.layout.columns.len() {
        match order.iter().position(|&standing| standing == Standing::Ours(column)) {
            Some(place) if place == column => {}
            Some(place) => {
                order.remove(place);
                order.insert(column, Standing::Ours(column));
                plan.changes.push(Change::MoveColumn { sheet_id, from: place, to: column });
                let (from, to) = (a1::column_letters(place), a1::column_letters(column));
                plan.report.push(format!("{}!{from} → {to}", now.title));
                for row in &mut now.rows {
                    let moved = if place < row.len() { row.remove(place) } else { Cell::Blank };
                    insert(row, column, moved);
                }
            }
            None => {
                order.insert(column, Standing::Ours(column));
                plan.changes.push(if column < now.column_count {
                    Change::InsertColumn { sheet_id, at: column }
                } else {
                    Change::AppendColumns { sheet_id, count: column + 1 - now.column_count }
                });
                let layout = tab.layout.clone();
                plan.changes.push(Change::LayColumn { sheet_id, column, layout });
                plan.report.push(format!("+ {}!{}", now.title, a1::column_letters(column)));
                now.column_count = (now.column_count + 1).max(column + 1);
                now.rows.iter_mut().for_each(|row| insert(row, column, Cell::Blank));
            }
        }
    }
}

/// Puts a cell into a row that is cut after its last cell.
fn insert(row: &mut Vec<Cell>, column: usize, cell: Cell) {
    if column < row.len() {
        row.insert(column, cell);
    } else if !cell.is_blank() {
        row.resize(column, Cell::Blank);
        row.push(cell);
    }
}

/// Brings the titles to their row: lines that somebody put above them go below the table, lines of
/// ours that are gone are put there again.
fn mend_head(tab: &Wanted, now: &mut ReadTab, row: usize, header: usize, plan: &mut Plan) {
    let sheet_id = now.sheet_id;
    if row < header {
        let count = header - row;
        plan.changes.push(Change::InsertRows { sheet_id, at: row, count });
        now.rows.splice(row..row, std::iter::repeat_n(Vec::new(), count));
        now.row_count += count;
    }
    let mut extra = row.saturating_sub(header);
    // From the bottom up, so that the places above stay as they are counted.
    for at in (0..row).rev() {
        let must_go = at < extra;
        if extra == 0 || !must_go && is_ours(&tab.rows[..header], &now.rows[at]) {
            continue;
        }
        move_away(now, at, plan);
        extra -= 1;
    }
}

/// Moves a line below everything else, with a blank one between; a blank line is deleted.
fn move_away(now: &mut ReadTab, at: usize, plan: &mut Plan) {
    let sheet_id = now.sheet_id;
    let line = now.rows.remove(at);
    if line.iter().all(Cell::is_blank) {
        plan.changes.push(Change::DeleteRows { sheet_id, at, count: 1 });
        plan.report.push(format!("- {}!{}", now.title, at + 1));
        now.row_count -= 1;
        return;
    }
    // Counted with the line still in its old place, as the move is.
    let to = now.rows.len() + 2;
    if to > now.row_count {
        let count = to - now.row_count;
        plan.changes.push(Change::AppendRows { sheet_id, count });
        now.row_count += count;
    }
    plan.changes.push(Change::MoveRow { sheet_id, from: at, to });
    plan.report.push(format!("{}!{} → {}", now.title, at + 1, to));
    now.rows.resize(to - 1, Vec::new());
    now.rows.push(line);
}

/// Whether a line of the head is one that the program wrote, as far as can be told.
fn is_ours(head: &[WantedRow], line: &[Cell]) -> bool {
    head.iter().any(|row| row.cells.first().is_some_and(|cell| cell.value == *cell_at(line, 0)))
}

/// Gives rows without a key the key of the row that says the same in all other columns of ours: the
/// column of keys was deleted. Gives whether it was.
fn restore_keys(tab: &Wanted, now: &mut ReadTab) -> bool {
    let (Some(key), Some(header)) = (tab.key_column, tab.layout.header_row) else { return false };
    if now.rows.iter().skip(header).any(|row| !cell_at(row, key).is_blank()) {
        return false;
    }
    let ours: Vec<usize> = (0..tab.layout.columns.len())
        .filter(|&column| column != key && tab.layout.columns[column].people.is_none())
        .collect();
    let mut keys: HashMap<Vec<String>, Option<String>> = HashMap::new();
    for row in tab.rows.iter().skip(header + 1) {
        let cell = |column: usize| row.cells.get(column).map(|cell| cell.value.to_string());
        let said = ours.iter().map(|&column| cell(column).unwrap_or_default()).collect();
        // Two rows that say the same cannot be told from one another.
        keys.entry(said).and_modify(|key| *key = None).or_insert_with(|| cell(key));
    }
    for row in now.rows.iter_mut().skip(header + 1) {
        let said: Vec<String> =
            ours.iter().map(|&column| cell_at(row, column).to_string()).collect();
        if let Some(Some(found)) = keys.get(&said) {
            row.resize(row.len().max(key + 1), Cell::Blank);
            row[key] = found.as_str().into();
        }
    }
    true
}

/// One past the last row of the table: what stands below it, after a blank row, is somebody's own.
pub(super) fn end_of_table(tab: &Wanted, rows: &[Vec<Cell>]) -> usize {
    let (Some(key), Some(header)) = (tab.key_column, tab.layout.header_row) else {
        return rows.len();
    };
    let wanted: Vec<String> = tab
        .rows
        .iter()
        .skip(header + 1)
        .filter_map(|row| row.cells.get(key).map(|cell| cell.value.to_string()))
        .filter(|key| !key.is_empty())
        .collect();
    let is_wanted = |row: &Vec<Cell>| wanted.contains(&cell_at(row, key).to_string());
    let last =
        rows.iter().skip(header + 1).rposition(is_wanted).map_or(header, |at| header + 1 + at);
    let blank = |row: &Vec<Cell>| row.iter().all(Cell::is_blank);
    rows.iter().skip(last + 1).position(blank).map_or(rows.len(), |at| last + 1 + at)
}

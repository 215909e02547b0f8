//! The plan: what has to be written so that the tabs we have become the tabs we want. One value
//! that prints itself, is empty when nothing is to do, and is applied as one atomic batch; applying
//! it leaves no choices open.

use std::collections::{BTreeMap, HashMap};

use similar::{Algorithm, DiffOp, capture_diff_slices};

pub use super::change::{CellWrite, Change, Plan};
use super::mend::{end_of_table, mend};
use super::tab::{Layout, ReadTab, TabInfo, Wanted, WantedRow};
use super::{Cell, a1, cell_at};

/// The sheetId that a tab of this layout has in every spreadsheet: chosen by us, so that a batch
/// sent twice makes no second tab, and so that a tab whose layout has changed is told from the one
/// before. FNV-1a, cut to what Google takes.
pub fn sheet_id(layout: &Layout) -> i64 {
    let text = serde_json::to_string(layout)
        .expect("a layout is made of texts and numbers, which JSON can hold");
    let hash = text
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    i64::from(hash & 0x7fff_ffff).max(1)
}

/// Compares the tabs wanted with the tabs there are, cell by cell. `have` holds the cells of our
/// tabs; `others` are all tabs of the spreadsheet in their order if they were asked for: a tab of
/// ours with an old layout is made anew, and no title is taken twice. No tab that stays is moved.
pub fn plan(wanted: &[Wanted], have: &[ReadTab], others: &[TabInfo]) -> Plan {
    let have: BTreeMap<i64, &ReadTab> = have.iter().map(|tab| (tab.sheet_id, tab)).collect();
    let mut order: Vec<i64> = others.iter().map(|info| info.sheet_id).collect();
    let mut previous = None;
    let mut plan = Plan::default();
    for tab in wanted {
        let id = sheet_id(&tab.layout);
        match have.get(&id) {
            Some(now) => update_tab(tab, now, &mut plan),
            None => {
                let old = tabs_of_view(&tab.layout.view, others);
                let index = index_of_new_tab(&order, &old, previous);
                order.retain(|there| old.iter().all(|info| info.sheet_id != *there));
                order.insert(index, id);
                make_tab(tab, id, index, &have, others, &mut plan);
            }
        }
        previous = Some(id);
    }
    plan
}

/// The tabs that a view made, of any layout.
fn tabs_of_view<'t>(view: &str, tabs: &'t [TabInfo]) -> Vec<&'t TabInfo> {
    tabs.iter().filter(|info| info.view.as_deref() == Some(view)).collect()
}

/// The index at which a new tab is put: where the tab that it replaces stood, else after the
/// previous wanted tab, else first. `order` holds the sheetIds of all tabs as they stand.
fn index_of_new_tab(order: &[i64], old: &[&TabInfo], previous: Option<i64>) -> usize {
    let replaced = order.iter().position(|id| old.iter().any(|info| info.sheet_id == *id));
    let after_previous =
        || order.iter().position(|id| Some(*id) == previous).map(|index| index + 1);
    replaced.or_else(after_previous).unwrap_or(0)
}

fn make_tab(
    tab: &Wanted,
    id: i64,
    index: usize,
    have: &BTreeMap<i64, &ReadTab>,
    others: &[TabInfo],
    plan: &mut Plan,
) {
    let old = tabs_of_view(&tab.layout.view, others);
    let mut kept_by_people = HashMap::new();
    for info in &old {
        if let Some(now) = have.get(&info.sheet_id) {
            // Columns may stand elsewhere in an older layout.
            let (arranged, _) = mend(tab, now, &mut Plan::default());
            kept_by_people.extend(people_values(tab, &arranged.rows));
        }
        plan.report.push(format!("- {}", info.title));
        plan.changes.push(Change::DeleteTab { sheet_id: info.sheet_id, title: info.title.clone() });
    }
    let free =
        |title: &String| !others.iter().any(|info| info.title == *title && !old.contains(&info));
    let numbered = (2..).map(|number| format!("{} (halaqah {number})", tab.layout.title));
    let mut titles = [tab.layout.title.clone(), format!("{} (halaqah)", tab.layout.title)]
        .into_iter()
        .chain(numbered);
    let title = titles.find(free).expect("of endlessly many titles one is free");
    let for_people = tab.layout.columns.iter().any(|column| column.people.is_some());
    let row_count = tab.rows.len() + if for_people { SPARE_ROWS_FOR_PEOPLE } else { SPARE_ROWS };
    plan.report.push(format!("+ {title}"));
    plan.changes.push(Change::AddTab {
        sheet_id: id,
        index,
        title: title.clone(),
        row_count,
        layout: tab.layout.clone(),
    });
    for row in 0..tab.rows.len() {
        write_row(tab, id, &title, row, &[], plan);
    }
    restore(tab, id, &kept_by_people, |_| true, plan);
}

/// Rows to spare when a tab is made, so that a growing tab does not grow its grid at every cycle.
const SPARE_ROWS: usize = 20;
/// The same where people decide: their dropdowns reach as far as the grid did when the tab was
/// made.
const SPARE_ROWS_FOR_PEOPLE: usize = 500;

fn update_tab(tab: &Wanted, now: &ReadTab, plan: &mut Plan) {
    let (now, keys_are_lost) = &mend(tab, now, plan);
    let columns = tab.layout.columns.len();
    if now.column_count < columns {
        plan.changes.push(Change::AppendColumns {
            sheet_id: now.sheet_id,
            count: columns - now.column_count,
        });
    }
    let mut rows: Vec<Vec<Cell>> = now.rows.clone();
    rows.truncate(end_of_table(tab, &rows));
    let mut row_count = now.row_count;
    let mut moved = HashMap::new();
    let mut came_back: Vec<usize> = Vec::new();
    if tab.layout.columns.iter().any(|column| column.people.is_some()) {
        moved = people_values(tab, &rows);
        came_back = align_rows(tab, now, &mut rows, &mut row_count, plan);
    }
    if let Some(key) = tab.key_column.filter(|_| *keys_are_lost) {
        rows.iter_mut().filter_map(|row| row.get_mut(key)).for_each(|cell| *cell = Cell::Blank);
    }
    let needed = tab.rows.len().max(1);
    if needed > row_count {
        let count = needed - row_count + SPARE_ROWS;
        plan.changes.push(Change::AppendRows { sheet_id: now.sheet_id, count });
    }
    for row in 0..tab.rows.len().max(rows.len()) {
        let before = rows.get(row).map_or(&[][..], Vec::as_slice);
        write_row(tab, now.sheet_id, &now.title, row, before, plan);
    }
    restore(tab, now.sheet_id, &moved, |row| came_back.contains(&row), plan);
}

/// The first row that people may write into.
fn first_free_row(tab: &Wanted) -> usize {
    tab.layout.header_row.map_or(0, |header| header + 1)
}

/// The keys of rows below the header.
fn keys(tab: &Wanted, rows: &[Vec<Cell>]) -> Vec<String> {
    let column = tab.key_column.unwrap_or(0);
    rows.iter().skip(first_free_row(tab)).map(|row| cell_at(row, column).to_string()).collect()
}

fn wanted_keys(tab: &Wanted) -> Vec<String> {
    let column = tab.key_column.unwrap_or(0);
    let key = |row: &WantedRow| {
        row.cells.get(column).map(|cell| cell.value.to_string()).unwrap_or_default()
    };
    tab.rows.iter().skip(first_free_row(tab)).map(key).collect()
}

/// What people wrote, by row key and column.
fn people_values(tab: &Wanted, rows: &[Vec<Cell>]) -> HashMap<(String, usize), Cell> {
    let mut values = HashMap::new();
    for (key, row) in keys(tab, rows).into_iter().zip(rows.iter().skip(first_free_row(tab))) {
        for (column, _) in
            tab.layout.columns.iter().enumerate().filter(|(_, column)| column.people.is_some())
        {
            let cell = cell_at(row, column);
            if !key.is_empty() && !cell.is_blank() {
                values.insert((key.clone(), column), cell.clone());
            }
        }
    }
    values
}

/// Inserts and deletes rows so that each row that stays keeps its place beside what people wrote,
/// or are just writing, in it. Gives the rows that were taken away and put back elsewhere.
fn align_rows(
    tab: &Wanted,
    now: &ReadTab,
    rows: &mut Vec<Vec<Cell>>,
    row_count: &mut usize,
    plan: &mut Plan,
) -> Vec<usize> {
    let offset = first_free_row(tab);
    let (mut before, after) = (keys(tab, rows), wanted_keys(tab));
    // What somebody scribbled below the last row has no key; it slides down or stays, and is never
    // taken away.
    while before.last().is_some_and(String::is_empty) {
        before.pop();
    }
    let ops = capture_diff_slices(Algorithm::Myers, &before, &after);
    let taken_away: usize = ops
        .iter()
        .filter(|op| !matches!(op, DiffOp::Equal { .. }))
        .map(|op| op.old_range().len())
        .sum();
    if taken_away > 0 && *row_count <= tab.layout.frozen_rows.max(offset) + taken_away {
        // A tab may never be without a row that is not frozen, not even between two changes of one
        // batch.
        plan.changes.push(Change::AppendRows { sheet_id: now.sheet_id, count: SPARE_ROWS });
        *row_count += SPARE_ROWS;
    }
    let mut inserted = Vec::new();
    // From the bottom up, so that the places above stay as they are counted.
    for op in ops.iter().rev() {
        let (old, new) = (op.old_range(), op.new_range());
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        if !old.is_empty() {
            let at = old.start + offset;
            plan.changes.push(Change::DeleteRows { sheet_id: now.sheet_id, at, count: old.len() });
            let gone = old
                .clone()
                .map(|row| format!("- {}!{}: {}", now.title, row + offset + 1, before[row]));
            plan.report.extend(gone);
            rows.drain(at..at + old.len());
            *row_count -= old.len();
        }
        if !new.is_empty() {
            let at = old.start + offset;
            if at >= *row_count {
                // Rows cannot be inserted past the end of the grid: it grows instead.
                plan.changes.push(Change::AppendRows { sheet_id: now.sheet_id, count: new.len() });
            } else {
                plan.changes.push(Change::InsertRows {
                    sheet_id: now.sheet_id,
                    at,
                    count: new.len(),
                });
            }
            let at = at.min(rows.len());
            rows.splice(at..at, std::iter::repeat_n(Vec::new(), new.len()));
            *row_count += new.len();
            inserted.extend(new.map(|row| row + offset));
        }
    }
    inserted
}

/// Gives people's values back to rows that were put elsewhere.
fn restore(
    tab: &Wanted,
    id: i64,
    values: &HashMap<(String, usize), Cell>,
    affected: impl Fn(usize) -> bool,
    plan: &mut Plan,
) {
    for (index, key) in wanted_keys(tab).into_iter().enumerate() {
        let row = index + first_free_row(tab);
        if !affected(row) {
            continue;
        }
        for column in 0..tab.layout.columns.len() {
            if let Some(value) = values.get(&(key.clone(), column)) {
                plan.changes.push(Change::RestorePeople {
                    sheet_id: id,
                    row,
                    column,
                    value: value.clone(),
                });
            }
        }
    }
}

/// Writes a row if any cell of it differs; then the whole row, for a format cannot be seen among
/// values. People's cells are never written. A row below those wanted is to be blank.
fn write_row(tab: &Wanted, id: i64, title: &str, row: usize, before: &[Cell], plan: &mut Plan) {
    let wanted = tab.rows.get(row);
    let is_peoples = |column: usize| {
        row >= first_free_row(tab)
            && tab.layout.columns.get(column).is_some_and(|column| column.people.is_some())
    };
    let blank = super::tab::WantedCell::default();
    let cell = |column: usize| wanted.and_then(|wanted| wanted.cells.get(column)).unwrap_or(&blank);
    // What stands to the right of our columns is somebody else's.
    let ours: Vec<usize> =
        (0..tab.layout.columns.len()).filter(|&column| !is_peoples(column)).collect();
    let differs = |&&column: &&usize| cell(column).value != *cell_at(before, column);
    let changed: Vec<usize> = ours.iter().filter(differs).copied().collect();
    if changed.is_empty() {
        return;
    }
    plan.cells += changed.len();
    for &column in &changed {
        let place = format!("{title}!{}", a1::address(row, column));
        let (was, is) = (cell_at(before, column), &cell(column).value);
        plan.report.push(if was.is_blank() {
            format!("{place}: {is}")
        } else {
            format!("{place}: {was} → {is}")
        });
    }
    let style = wanted.map(|wanted| wanted.style).unwrap_or_default();
    for run in ours.chunk_by(|a, b| a + 1 == *b) {
        let cells = run.iter().map(|&column| {
            let cell = cell(column);
            CellWrite {
                value: cell.value.clone(),
                format: cell.format,
                style,
                note: cell.note.clone(),
            }
        });
        let cells = cells.collect();
        plan.changes.push(Change::WriteCells { sheet_id: id, row, column: run[0], cells });
    }
}

#[cfg(test)]
mod tests;

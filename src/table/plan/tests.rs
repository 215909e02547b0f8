//! What a plan promises: carried out on a grid it gives the tabs that were wanted, leaves what
//! people wrote beside the row it was written for, and has nothing left to do.

use indexmap::IndexMap;
use proptest::prelude::*;

use super::super::tab::{Column, Dropdown, Style, WantedCell};
use super::*;

/// The columns of the sample tab: key, value, people's, value, people's.
const PEOPLES: [usize; 2] = [2, 4];

fn layout(people: bool, width_px: u32) -> Layout {
    let column = |index: usize| Column {
        width_px,
        people: (people && PEOPLES.contains(&index))
            .then(|| Dropdown { values: vec![], hint: String::new() }),
    };
    Layout {
        view: "sample".into(),
        title: "Usulan".into(),
        columns: (0..5).map(column).collect(),
        frozen_rows: 2,
        header_row: Some(1),
        colours: vec![],
        charts: vec![],
    }
}

/// A tab with a title, a header and a row for each (key, value).
fn wanted(layout: Layout, body: &[(String, u8)]) -> Wanted {
    let cells = |texts: [String; 5]| texts.into_iter().map(WantedCell::from).collect();
    let row = |style, texts| WantedRow { style, cells: cells(texts) };
    let mut rows = vec![
        row(Style::Title, ["Usulan".into(), "".into(), "".into(), "".into(), "".into()]),
        row(
            Style::Header,
            ["Kode", "Nama", "Keputusan", "Alasan", "Mentor lain"].map(String::from),
        ),
    ];
    rows.extend(body.iter().map(|(key, value)| {
        // A value in people's columns is what a view may hold there; it must not be written.
        let texts = [
            key.clone(),
            format!("nama {value}"),
            "BUKAN INI".into(),
            format!("={value}"),
            String::new(),
        ];
        row(Style::Body, texts)
    }));
    Wanted { layout, rows, key_column: Some(0) }
}

/// One tab of a spreadsheet that does as it is told, and refuses what Google refuses.
#[derive(Debug, Clone, PartialEq)]
struct Grid {
    title: String,
    layout: Layout,
    rows: Vec<Vec<Cell>>,
}

/// The tabs of a spreadsheet by sheetId, in the order in which they stand.
#[derive(Debug, Clone, Default, PartialEq)]
struct Book(IndexMap<i64, Grid>);

impl Book {
    fn apply(&mut self, plan: &Plan) {
        for change in &plan.changes {
            self.change(change);
        }
    }

    fn grid(&mut self, id: i64) -> &mut Grid {
        self.0.get_mut(&id).unwrap()
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::AddTab { sheet_id, index, title, row_count, layout } => {
                assert!(self.0.values().all(|grid| grid.title != *title), "a title is taken once");
                let rows = vec![vec![Cell::Blank; layout.columns.len()]; *row_count];
                let grid = Grid { title: title.clone(), layout: layout.clone(), rows };
                assert_eq!(self.0.shift_insert(*index, *sheet_id, grid), None);
            }
            Change::DeleteTab { sheet_id, .. } => {
                assert!(self.0.shift_remove(sheet_id).is_some())
            }
            Change::InsertRows { sheet_id, at, count } => {
                let rows = &mut self.grid(*sheet_id).rows;
                let width = rows.first().map_or(5, Vec::len);
                assert!(*at < rows.len(), "rows are inserted before a row that is there");
                rows.splice(at..at, vec![vec![Cell::Blank; width]; *count]);
            }
            Change::DeleteRows { sheet_id, at, count } => {
                let grid = self.grid(*sheet_id);
                grid.rows.drain(*at..at + count);
                assert!(
                    grid.rows.len() > grid.layout.frozen_rows,
                    "not all rows that are not frozen may go"
                );
            }
            Change::AppendRows { sheet_id, count } => {
                let rows = &mut self.grid(*sheet_id).rows;
                let width = rows.first().map_or(5, Vec::len);
                rows.extend(vec![vec![Cell::Blank; width]; *count]);
            }
            Change::AppendColumns { sheet_id, count } => {
                for row in &mut self.grid(*sheet_id).rows {
                    row.extend(vec![Cell::Blank; *count]);
                }
            }
            Change::InsertColumn { sheet_id, at } => {
                for row in &mut self.grid(*sheet_id).rows {
                    assert!(*at < row.len(), "columns are inserted before a column that is there");
                    row.insert(*at, Cell::Blank);
                }
            }
            Change::LayColumn { sheet_id, column, .. } => {
                let grid = self.grid(*sheet_id);
                assert!(grid.rows.iter().all(|row| *column < row.len()));
            }
            Change::MoveColumn { sheet_id, from, to } => {
                assert!(to < from, "columns are moved to the left");
                for row in &mut self.grid(*sheet_id).rows {
                    let cell = row.remove(*from);
                    row.insert(*to, cell);
                }
            }
            Change::MoveRow { sheet_id, from, to } => {
                let rows = &mut self.grid(*sheet_id).rows;
                assert!(from < to && *to <= rows.len(), "rows are moved down, within the grid");
                let row = rows.remove(*from);
                rows.insert(*to - 1, row);
            }
            Change::WriteCells { sheet_id, row, column, cells } => {
                let grid = self.grid(*sheet_id);
                for (offset, cell) in cells.iter().enumerate() {
                    let is_peoples = grid.layout.columns[column + offset].people.is_some();
                    assert!(
                        !is_peoples || Some(*row) <= grid.layout.header_row,
                        "people's cells are never written"
                    );
                    grid.rows[*row][column + offset] = cell.value.clone();
                }
            }
            Change::RestorePeople { sheet_id, row, column, value } => {
                let cell = &mut self.grid(*sheet_id).rows[*row][*column];
                assert_eq!(*cell, Cell::Blank, "only what was taken away is put back");
                *cell = value.clone();
            }
        }
    }

    /// As the edge reads tabs: trailing blanks are left out.
    fn read(&self) -> Vec<ReadTab> {
        let trimmed = |row: &Vec<Cell>| {
            let end = row.iter().rposition(|cell| *cell != Cell::Blank).map_or(0, |last| last + 1);
            row[..end].to_vec()
        };
        let tab = |(id, grid): (&i64, &Grid)| {
            let mut rows: Vec<Vec<Cell>> = grid.rows.iter().map(trimmed).collect();
            while rows.last().is_some_and(Vec::is_empty) {
                rows.pop();
            }
            let (row_count, column_count) =
                (grid.rows.len(), grid.rows.first().map_or(5, Vec::len));
            ReadTab { sheet_id: *id, title: grid.title.clone(), row_count, column_count, rows }
        };
        self.0.iter().map(tab).collect()
    }

    fn infos(&self) -> Vec<TabInfo> {
        let info = |(id, grid): (&i64, &Grid)| TabInfo {
            sheet_id: *id,
            title: grid.title.clone(),
            row_count: grid.rows.len(),
            column_count: 5,
            view: Some(grid.layout.view.clone()),
        };
        self.0.iter().map(info).collect()
    }

    /// Carries out what is wanted; gives the plan.
    fn become_(&mut self, tab: &Wanted) -> Plan {
        self.become_all(std::slice::from_ref(tab))
    }

    fn become_all(&mut self, tabs: &[Wanted]) -> Plan {
        let plan = plan(tabs, &self.read(), &self.infos());
        self.apply(&plan);
        plan
    }

    /// The titles of the tabs, in order.
    fn titles(&self) -> Vec<&str> {
        self.0.values().map(|grid| grid.title.as_str()).collect()
    }

    /// What people wrote, by key and column.
    fn peoples(&self) -> BTreeMap<(String, usize), Cell> {
        let rows = self.0.values().flat_map(|grid| grid.rows.iter().skip(2));
        let cells = rows.flat_map(|row| {
            PEOPLES.map(|column| ((row[0].to_string(), column), row[column].clone()))
        });
        cells.filter(|(_, cell)| *cell != Cell::Blank).collect()
    }
}

/// Every cell of ours is as wanted, and nothing of ours stands elsewhere.
fn assert_as_wanted(book: &Book, tab: &Wanted) {
    let grid = &book.0[&sheet_id(&tab.layout)];
    assert!(grid.rows.len() >= tab.rows.len());
    for (index, row) in grid.rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            let Some(layout) = tab.layout.columns.get(column) else { continue };
            if index > 1 && layout.people.is_some() || index >= tab.rows.len() {
                continue;
            }
            let wanted =
                tab.rows.get(index).and_then(|row| row.cells.get(column)).map(|cell| &cell.value);
            assert_eq!(cell, wanted.unwrap_or(&Cell::Blank), "row {index}, column {column}");
        }
    }
}

fn any_body() -> impl Strategy<Value = Vec<(String, u8)>> {
    let keys = prop::sample::subsequence((0..12).collect::<Vec<u32>>(), 0..12).prop_shuffle();
    (keys, prop::collection::vec(0_u8..3, 12)).prop_map(|(keys, values)| {
        keys.into_iter().map(|key| format!("A{key}·M1")).zip(values).collect()
    })
}

proptest! {
    #[test]
    fn a_plan_carried_out_gives_what_was_wanted_and_keeps_what_people_wrote(
        people in any::<bool>(), first in any_body(), second in any_body(),
        written in prop::collection::vec((0_usize..12, 0_usize..2), 0..8), trimmed in any::<bool>(),
        scribble in any::<bool>(), sorted in any::<bool>(),
    ) {
        let mut book = Book::default();
        let before = wanted(layout(people, 100), &first);
        book.become_(&before);
        assert_as_wanted(&book, &before);
        prop_assert!(plan(&[before], &book.read(), &[]).is_empty());

        // People write, sort the rows, and trim the grid.
        let grid = book.0.values_mut().next().unwrap();
        if people {
            for (row, column) in written.into_iter().filter(|(row, _)| *row < first.len()) {
                let mark = format!("untuk {}", grid.rows[row + 2][0]);
                grid.rows[row + 2][PEOPLES[column]] = mark.into();
            }
            if sorted {
                grid.rows[2..2 + first.len()].reverse();
            }
        }
        if trimmed {
            grid.rows.truncate((first.len() + 2).max(3));
        }
        if people && scribble && grid.rows.len() > first.len() + 2 {
            grid.rows[first.len() + 2][2] = "coretan".into();
        }
        let wrote = book.peoples();

        let after = wanted(layout(people, 100), &second);
        let plan_of_second = book.become_(&after);
        assert_as_wanted(&book, &after);
        if people {
            let keys: Vec<&String> = second.iter().map(|(key, _)| key).collect();
            let kept = wrote.into_iter().filter(|((key, _), _)| key.is_empty() || keys.contains(&key));
            prop_assert_eq!(book.peoples(), kept.collect::<BTreeMap<_, _>>());
        }
        prop_assert!(plan(std::slice::from_ref(&after), &book.read(), &[]).is_empty());
        prop_assert_eq!(plan_of_second.is_empty(), plan_of_second.to_string().is_empty());
    }

    #[test]
    fn a_tab_with_an_old_layout_is_made_anew_with_what_people_wrote(
        first in any_body(), second in any_body(), written in prop::collection::vec((0_usize..12, 0_usize..2), 0..8),
    ) {
        let mut book = Book::default();
        book.become_(&wanted(layout(true, 100), &first));
        let grid = book.0.values_mut().next().unwrap();
        for (row, column) in written.into_iter().filter(|(row, _)| *row < first.len()) {
            grid.rows[row + 2][PEOPLES[column]] = "Setuju".into();
        }
        let wrote = book.peoples();
        let after = wanted(layout(true, 140), &second);
        book.become_(&after);
        prop_assert_eq!(book.0.len(), 1, "the old one is gone");
        assert_as_wanted(&book, &after);
        let keys: Vec<&String> = second.iter().map(|(key, _)| key).collect();
        let kept = wrote.into_iter().filter(|((key, _), _)| keys.contains(&key));
        prop_assert_eq!(book.peoples(), kept.collect::<BTreeMap<_, _>>());
        prop_assert!(plan(&[after], &book.read(), &book.infos()).is_empty());
    }
}

/// What a person does to the columns of a tab, and to the lines above its titles.
#[derive(Debug, Clone, Copy)]
enum Act {
    Delete(usize),
    Insert(usize, bool),
    Drag(usize, usize),
    Overtype(usize),
    LineAbove(usize, bool),
    LineGone(usize),
}

impl Act {
    fn on(self, rows: &mut Vec<Vec<Cell>>) {
        let width = rows.first().map_or(5, Vec::len);
        match self {
            Self::Delete(column) if width > 1 => {
                rows.iter_mut().for_each(|row| drop(row.remove(column % width)));
            }
            Self::Insert(column, written) => {
                for row in rows.iter_mut() {
                    row.insert(column % (width + 1), Cell::Blank);
                }
                if written {
                    let at = column % (width + 1);
                    (rows[1][at], rows[2][at]) = ("Catatanku".into(), "milikku".into());
                }
            }
            Self::Drag(from, to) => {
                for row in rows.iter_mut() {
                    let cell = row.remove(from % width);
                    row.insert(to % width, cell);
                }
            }
            Self::Overtype(column) => rows[1][column % width] = "judul lain".into(),
            Self::LineAbove(at, written) => {
                let mut line = vec![Cell::Blank; width];
                line[0] = if written { "catatan di atas".into() } else { Cell::Blank };
                rows.insert(at % 2, line);
            }
            Self::LineGone(at) => drop(rows.remove(at % 2)),
            Self::Delete(_) => {}
        }
    }
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0_usize..5).prop_map(Act::Delete),
        (0_usize..6, any::<bool>()).prop_map(|(column, written)| Act::Insert(column, written)),
        (0_usize..5, 0_usize..5).prop_map(|(from, to)| Act::Drag(from, to)),
        (0_usize..5).prop_map(Act::Overtype),
        (0_usize..2, any::<bool>()).prop_map(|(at, written)| Act::LineAbove(at, written)),
        (0_usize..1).prop_map(Act::LineGone),
    ]
}

proptest! {
    /// Whatever somebody does to columns and to the lines above them, the next plan puts the tab in
    /// order, keeps what people wrote beside its row, and has nothing left to do.
    #[test]
    fn a_tab_whose_columns_were_moved_is_put_in_order(
        keys in 3_u32..8, act in any_act(), written in prop::collection::vec((0_usize..8, 0_usize..2), 0..8),
    ) {
        let body: Vec<(String, u8)> = (0..keys).map(|key| (format!("A{key}·M1"), key as u8)).collect();
        let tab = wanted(layout(true, 100), &body);
        let mut book = Book::default();
        book.become_(&tab);
        let grid = book.0.values_mut().next().unwrap();
        for (row, column) in written.into_iter().filter(|(row, _)| *row < body.len()) {
            let mark = format!("untuk {}", grid.rows[row + 2][0]);
            grid.rows[row + 2][PEOPLES[column]] = mark.into();
        }
        let gone = match act {
            Act::Delete(column) => Some(column % 5),
            _ => None,
        };
        let wrote = book.peoples();
        let grid = book.0.values_mut().next().unwrap();
        act.on(&mut grid.rows);
        let plan = book.become_(&tab);
        assert_as_wanted(&book, &tab);
        let kept: BTreeMap<_, _> = wrote.into_iter().filter(|((_, column), _)| Some(*column) != gone).collect();
        prop_assert_eq!(book.peoples().into_iter().filter(|((key, _), _)| key.starts_with('A')).collect::<BTreeMap<_, _>>(), kept);
        let text = |cell: &Cell| cell.to_string();
        let stands = |wanted: &str| book.0.values().flat_map(|grid| grid.rows.iter().flatten()).any(|cell| text(cell) == wanted);
        if let Act::Insert(_, true) = act {
            prop_assert!(stands("Catatanku") && stands("milikku"), "a column of somebody's own is kept");
        }
        if let Act::LineAbove(_, true) = act {
            prop_assert!(stands("catatan di atas"), "a line of somebody's own is kept");
        }
        prop_assert_eq!(plan.is_empty(), plan.to_string().is_empty());
        let again = super::plan(std::slice::from_ref(&tab), &book.read(), &book.infos());
        prop_assert!(again.is_empty(), "{again}\n{:?}", again.changes);
    }
}

fn body(keys: &[&str]) -> Vec<(String, u8)> {
    keys.iter().map(|key| ((*key).to_owned(), 1)).collect()
}

/// A tab of a view of its own, as `layout` has it.
fn tab_of(view: &str, width_px: u32) -> Wanted {
    let layout = Layout { view: view.into(), title: view.into(), ..layout(true, width_px) };
    wanted(layout, &body(&["A1·M1"]))
}

/// The views whose tabs a plan makes and deletes.
fn made_and_deleted(plan: &Plan) -> (Vec<&str>, Vec<&str>) {
    let (mut made, mut deleted) = (Vec::new(), Vec::new());
    for change in &plan.changes {
        match change {
            Change::AddTab { layout, .. } => made.push(layout.view.as_str()),
            Change::DeleteTab { title, .. } => deleted.push(title.as_str()),
            _ => {}
        }
    }
    (made, deleted)
}

#[test]
fn a_new_tab_in_the_middle_remakes_no_other() {
    let mut book = Book::default();
    book.become_all(&["one", "two", "four"].map(|view| tab_of(view, 100)));
    let plan = book.become_all(&["one", "two", "three", "four"].map(|view| tab_of(view, 100)));
    assert_eq!(made_and_deleted(&plan), (vec!["three"], vec![]));
    assert_eq!(book.titles(), ["one", "two", "three", "four"]);
}

#[test]
fn tabs_stand_before_those_of_the_forms_when_they_are_made_and_then_where_people_move_them() {
    let mut book = Book::default();
    let theirs =
        Grid { title: "Form Responses 1".into(), layout: layout(false, 100), rows: vec![] };
    book.0.insert(1, Grid { layout: Layout { view: "theirs".into(), ..theirs.layout }, ..theirs });
    let views = ["one", "two", "four"];
    book.become_all(&views.map(|view| tab_of(view, 100)));
    assert_eq!(book.titles(), ["one", "two", "four", "Form Responses 1"]);

    book.0.move_index(1, 3);
    assert_eq!(book.titles(), ["one", "four", "Form Responses 1", "two"]);
    assert!(book.become_all(&views.map(|view| tab_of(view, 100))).is_empty());

    // A new one comes after the one before it, wherever that stands; one made anew stays in place.
    let plan = book.become_all(
        &[("one", 140), ("two", 100), ("three", 100), ("four", 140)]
            .map(|(view, width_px)| tab_of(view, width_px)),
    );
    assert_eq!(made_and_deleted(&plan), (vec!["one", "three", "four"], vec!["one", "four"]));
    assert_eq!(book.titles(), ["one", "four", "Form Responses 1", "two", "three"]);
}

#[test]
fn a_title_that_somebody_else_has_is_left_to_them() {
    let theirs = |sheet_id, title: &str| TabInfo {
        sheet_id,
        title: title.into(),
        row_count: 1000,
        column_count: 26,
        view: None,
    };
    let tab = wanted(layout(true, 100), &body(&["A1·M1"]));
    let title_beside =
        |others: &[TabInfo]| match &plan(std::slice::from_ref(&tab), &[], others).changes[0] {
            Change::AddTab { title, .. } => title.clone(),
            other => panic!("{other:?}"),
        };
    assert_eq!(title_beside(&[theirs(1, "Form Responses 1")]), "Usulan");
    assert_eq!(title_beside(&[theirs(1, "Usulan")]), "Usulan (halaqah)");
    let both = [theirs(1, "Usulan"), theirs(2, "Usulan (halaqah)")];
    assert_eq!(title_beside(&both), "Usulan (halaqah 2)");
}

#[test]
fn a_tab_that_people_renamed_keeps_their_title() {
    let tab = wanted(layout(true, 100), &body(&["A1·M1"]));
    let mut book = Book::default();
    book.become_(&tab);
    book.0.values_mut().next().unwrap().title = "Usulan bulan ini".into();
    assert!(book.become_(&tab).is_empty());
}

#[test]
fn a_tab_grows_with_rows_to_spare() {
    let many: Vec<(String, u8)> = (0..60).map(|number| (format!("A{number}·M1"), 1)).collect();
    for people in [true, false] {
        let mut book = Book::default();
        book.become_(&wanted(layout(people, 100), &many[..2]));
        let after = wanted(layout(people, 100), &many);
        book.become_(&after);
        assert_as_wanted(&book, &after);
    }
}

#[test]
fn a_plan_prints_what_becomes_of_each_cell() {
    let mut book = Book::default();
    let tab = wanted(layout(true, 100), &body(&["A1·M1"]));
    let plan = book.become_(&tab);
    assert!(plan.to_string().starts_with("+ Usulan\nUsulan!A1: Usulan\n"), "{plan}");
    let mut changed = tab.clone();
    changed.rows[2].cells[1] = "nama 2".into();
    changed.rows.push(WantedRow { style: Style::Body, cells: vec!["A2·M1".into()] });
    insta::assert_snapshot!(book.become_(&changed), @r"
    Usulan!B3: nama 1 → nama 2
    Usulan!A4: A2·M1
    ");
    insta::assert_snapshot!(book.become_(&tab), @r"
    - Usulan!4: A2·M1
    Usulan!B3: nama 2 → nama 1
    ");
}

#[test]
fn the_same_layout_has_the_same_sheet_id_everywhere() {
    assert_eq!(sheet_id(&layout(true, 100)), sheet_id(&layout(true, 100)));
    assert_ne!(sheet_id(&layout(true, 100)), sheet_id(&layout(true, 101)));
    assert_ne!(sheet_id(&layout(true, 100)), sheet_id(&layout(false, 100)));
}

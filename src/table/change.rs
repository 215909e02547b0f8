//! What a plan consists of: changes of one spreadsheet, in the order in which they are applied.

use std::fmt;

use super::Cell;
use super::tab::{Format, Layout, Style};

/// One cell to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct CellWrite {
    /// What is written; text is written as a string, never as a formula.
    pub value: Cell,
    /// How it is shown.
    pub format: Format,
    /// The row's style.
    pub style: Style,
    /// The note; `None` clears it.
    pub note: Option<String>,
}

/// One change. Changes are applied in order; rows and columns count from 0.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each says what its fields are")]
pub enum Change {
    /// Makes a tab with a chosen sheetId as the tab with this index (from 0) of the spreadsheet,
    /// with its layout (widths, frozen rows, colours, dropdowns, protection, charts) and our mark.
    AddTab { sheet_id: i64, index: usize, title: String, row_count: usize, layout: Layout },
    /// Deletes a tab of ours.
    DeleteTab { sheet_id: i64, title: String },
    /// Makes room: new blank rows before `at`.
    InsertRows { sheet_id: i64, at: usize, count: usize },
    /// Takes rows away with whatever people wrote in them.
    DeleteRows { sheet_id: i64, at: usize, count: usize },
    /// Grows the grid at the bottom.
    AppendRows { sheet_id: i64, count: usize },
    /// Grows the grid to the right.
    AppendColumns { sheet_id: i64, count: usize },
    /// Makes room: a new blank column before `at`.
    InsertColumn { sheet_id: i64, at: usize },
    /// Gives a column that is there again its width, its dropdown and its colours.
    LayColumn { sheet_id: i64, column: usize, layout: Layout },
    /// Moves a column to the left, with everything that stands in it.
    MoveColumn { sheet_id: i64, from: usize, to: usize },
    /// Moves a row down, with everything that stands in it, to before the row that is `to` now.
    MoveRow { sheet_id: i64, from: usize, to: usize },
    /// Writes neighbouring cells of one row.
    WriteCells { sheet_id: i64, row: usize, column: usize, cells: Vec<CellWrite> },
    /// Writes people's values back into a tab that is made anew, so that nothing they wrote is
    /// lost.
    RestorePeople { sheet_id: i64, row: usize, column: usize, value: Cell },
}

/// All changes of one cycle to one spreadsheet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// In the order in which they are applied.
    pub changes: Vec<Change>,
    /// How many cells become other ones.
    pub cells: usize,
    /// What people read: the tab's title and, cell by cell, what becomes of it.
    pub report: Vec<String>,
}

impl Plan {
    /// Whether nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// One line a change, as `Ringkasan!B7: 12 → 13`.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.report.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

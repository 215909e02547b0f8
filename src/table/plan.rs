//! The plan: what has to be written so that the tabs we have become the tabs we want. One value that prints itself, is
//! empty when nothing is to do, and is applied as one atomic batch; applying it leaves no choices open.

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
pub enum Change {
    /// Makes a tab with a chosen sheetId, its layout (widths, frozen rows, colours, dropdowns, protection, charts) and our mark.
    AddTab { sheet_id: i64, title: String, row_count: usize, layout: Layout },
    /// Deletes a tab of ours.
    DeleteTab { sheet_id: i64, title: String },
    /// Makes room: new blank rows before `at`.
    InsertRows { sheet_id: i64, at: usize, count: usize },
    /// Takes rows away with whatever people wrote in them.
    DeleteRows { sheet_id: i64, at: usize, count: usize },
    /// Grows the grid at the bottom.
    AppendRows { sheet_id: i64, count: usize },
    /// Writes neighbouring cells of one row.
    WriteCells { sheet_id: i64, row: usize, column: usize, cells: Vec<CellWrite> },
    /// Writes people's values back into a tab that is made anew, so that nothing they wrote is lost.
    RestorePeople { sheet_id: i64, row: usize, column: usize, value: Cell },
}

/// All changes of one cycle to one spreadsheet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// In the order in which they are applied.
    pub changes: Vec<Change>,
}

impl Plan {
    /// Whether nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

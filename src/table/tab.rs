//! A tab as a view wants it and a tab as it was read.

use serde::Serialize;

use super::{Cell, Rows};

/// How the numbers of a cell are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub enum Format {
    /// Text, on one line.
    #[default]
    Text,
    /// Text that wraps.
    Wrapped,
    /// `1.234`.
    Integer,
    /// `12,5`.
    Decimal,
    /// A rate between 0 and 1 shown as `85%`.
    Percent,
    /// `Rp25.000`.
    Money,
    /// A serial number shown as `24 Nov 2026`.
    Date,
    /// A serial number shown with the time of day.
    DateTime,
}

/// What a row is for, shown by its background and weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub enum Style {
    /// The title of the tab.
    Title,
    /// A line of explanation under the title.
    Lead,
    /// The titles of columns.
    Header,
    /// The head of a section, or of a group of rows.
    Section,
    /// An ordinary row.
    #[default]
    Body,
}

/// One cell that a view wants.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WantedCell {
    /// What stands there.
    pub value: Cell,
    /// How it is shown.
    pub format: Format,
    /// What appears when the pointer rests on it.
    pub note: Option<String>,
}

impl WantedCell {
    /// A cell of the given format.
    pub fn new(value: impl Into<Cell>, format: Format) -> Self {
        Self { value: value.into(), format, note: None }
    }

    /// The same cell with a note.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

impl From<&str> for WantedCell {
    fn from(text: &str) -> Self {
        Self::new(text, Format::Text)
    }
}

impl From<String> for WantedCell {
    fn from(text: String) -> Self {
        Self::new(text, Format::Text)
    }
}

/// One row that a view wants. Cells of people's columns are left out of writing, whatever they hold
/// here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WantedRow {
    /// What the row is for.
    pub style: Style,
    /// What stands in its columns; missing cells at the end are blank.
    pub cells: Vec<WantedCell>,
}

/// A column for people: its cells below `Wanted::header_row` are never written, only read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Dropdown {
    /// The values offered; empty: any text.
    pub values: Vec<String>,
    /// What appears when the cell is chosen.
    pub hint: String,
}

/// One column of a tab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its width in pixels.
    pub width_px: u32,
    /// Set for a column that people fill.
    pub people: Option<Dropdown>,
}

impl Column {
    /// A column that the program writes.
    pub fn of_width(width_px: u32) -> Self {
        Self { width_px, people: None }
    }
}

/// What a colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Tone {
    /// In order.
    Good,
    /// Look at it soon.
    Warning,
    /// Look at it now.
    Alert,
}

/// Cells of `column` whose text is exactly `text` are coloured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColourRule {
    /// The column, counted from 0.
    pub column: usize,
    /// The text.
    pub text: String,
    /// The colour.
    pub tone: Tone,
}

/// A column chart drawn from cells of the same tab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chart {
    /// Its title.
    pub title: String,
    /// The first row of data (the row of series names), counted from 0.
    pub first_row: usize,
    /// One past the last row of data.
    pub end_row: usize,
    /// The column of labels.
    pub labels_column: usize,
    /// The columns of series.
    pub series_columns: Vec<usize>,
    /// The cell at whose corner the chart is placed: row, column.
    pub anchor: (usize, usize),
}

/// What does not change while a tab lives: if any of it does, the tab is made anew. Where the tab
/// stands is not part of it: people may move it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Layout {
    /// The view's key, such as `summary`; marks the tab as ours.
    pub view: String,
    /// The title that the tab is made with; people may give it another.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// How many rows at the top stay in sight.
    pub frozen_rows: usize,
    /// The row of column titles, counted from 0. People's columns begin below it.
    pub header_row: Option<usize>,
    /// Colours by text.
    pub colours: Vec<ColourRule>,
    /// Charts.
    pub charts: Vec<Chart>,
}

/// A tab as a view wants it.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// What does not change while the tab lives.
    pub layout: Layout,
    /// All rows from row 1, the title row included.
    pub rows: Vec<WantedRow>,
    /// The column whose text is the row's key below the header row; needed where people's columns
    /// are.
    pub key_column: Option<usize>,
}

/// A tab as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadTab {
    /// Its sheetId.
    pub sheet_id: i64,
    /// Its title now.
    pub title: String,
    /// How many rows the grid has.
    pub row_count: usize,
    /// How many columns the grid has.
    pub column_count: usize,
    /// The cells.
    pub rows: Rows,
}

/// A tab of the workbook without its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabInfo {
    /// Its sheetId.
    pub sheet_id: i64,
    /// Its title now.
    pub title: String,
    /// How many rows the grid has.
    pub row_count: usize,
    /// How many columns the grid has.
    pub column_count: usize,
    /// The view that made it, if it carries our mark.
    pub view: Option<String>,
}

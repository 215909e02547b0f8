//! The spreadsheet model: spreadsheets, their sheets, and the changes that keep them whole. Pure:
//! knows no clock, no file, no HTTP. A `Book` is cheap to clone: what is not changed is shared, so
//! a draft can be thrown away.

pub mod cell;
pub mod range;
pub mod row;
pub mod sheet;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest, Sha256};

pub use self::cell::{CellData, Entry, Format, Formats};
pub use self::range::{Area, Dimension, OpenRange};
pub use self::sheet::Sheet;

use super::errors::Refusal;
use halaqah_table::Cell;

/// The most cells that a spreadsheet may have.
pub const MOST_CELLS: usize = 10_000_000;
/// The most characters in one cell.
pub const MOST_CHARACTERS: usize = 50_000;

/// One spreadsheet.
#[derive(Debug, Clone)]
pub struct Spreadsheet {
    /// The id, as in its address.
    pub id: String,
    /// The name of the file.
    pub title: String,
    /// Such as `en_US` or `in_ID`.
    pub locale: String,
    /// Such as `Asia/Jakarta`.
    pub time_zone: String,
    /// Such as `ON_CHANGE`.
    pub auto_recalc: String,
    /// In the order of the tab bar.
    pub sheets: Vec<Arc<Sheet>>,
    /// `NamedRange`s.
    pub named_ranges: Vec<Value>,
    /// `DeveloperMetadata` of the spreadsheet, its sheets, rows and columns.
    pub metadata: Vec<Value>,
    /// When it was made, milliseconds since 1970.
    pub created_ms: i64,
    /// When it was last changed, milliseconds since 1970.
    pub modified_ms: i64,
    /// The formats in use.
    pub formats: Arc<Formats>,
}

/// All spreadsheets of the sandbox.
#[derive(Debug, Clone, Default)]
pub struct Book {
    spreadsheets: BTreeMap<String, Arc<Spreadsheet>>,
    order: Vec<String>,
    drawn: u64,
}

impl Book {
    /// An empty book.
    pub fn new() -> Self {
        Self::default()
    }

    /// The spreadsheets in the order in which they were made.
    pub fn spreadsheets(&self) -> impl Iterator<Item = &Spreadsheet> {
        self.order.iter().filter_map(|id| self.spreadsheets.get(id)).map(AsRef::as_ref)
    }

    /// A spreadsheet by its id.
    pub fn spreadsheet(&self, id: &str) -> Option<&Spreadsheet> {
        self.spreadsheets.get(id).map(AsRef::as_ref)
    }

    /// A spreadsheet by its id, to be changed.
    pub fn spreadsheet_mut(&mut self, id: &str) -> Option<&mut Spreadsheet> {
        self.spreadsheets.get_mut(id).map(Arc::make_mut)
    }

    /// Makes a spreadsheet with one blank sheet (`Sheet1`, id 0, 1000 by 26), as Google does; gives
    /// its id.
    pub fn create(&mut self, title: &str) -> String {
        let id = self.draw_id();
        let sheet = Sheet::new(0, "Sheet1", 1000, 26);
        self.insert(Spreadsheet {
            id: id.clone(),
            title: title.to_owned(),
            locale: "en_US".to_owned(),
            time_zone: "Etc/GMT".to_owned(),
            auto_recalc: "ON_CHANGE".to_owned(),
            sheets: vec![Arc::new(sheet)],
            named_ranges: Vec::new(),
            metadata: Vec::new(),
            created_ms: 0,
            modified_ms: 0,
            formats: Arc::default(),
        });
        id
    }

    /// Adds a spreadsheet, or puts it in the place of the one with the same id.
    pub fn insert(&mut self, spreadsheet: Spreadsheet) {
        if !self.spreadsheets.contains_key(&spreadsheet.id) {
            self.order.push(spreadsheet.id.clone());
        }
        self.spreadsheets.insert(spreadsheet.id.clone(), Arc::new(spreadsheet));
    }

    /// Copies a whole spreadsheet under a new id and title; gives the id.
    pub fn copy(&mut self, id: &str, title: Option<&str>) -> Option<String> {
        let mut copy = self.spreadsheet(id)?.clone();
        copy.title = title.map_or_else(|| format!("Copy of {}", copy.title), str::to_owned);
        copy.id = self.draw_id();
        let id = copy.id.clone();
        self.insert(copy);
        Some(id)
    }

    /// Takes a spreadsheet away; false if there was none.
    pub fn remove(&mut self, id: &str) -> bool {
        self.order.retain(|known| known != id);
        self.spreadsheets.remove(id).is_some()
    }

    /// A number that was not drawn before from this book; the same book draws the same numbers.
    pub fn draw(&mut self) -> u64 {
        self.drawn += 1;
        let digest = Sha256::digest(self.drawn.to_le_bytes());
        digest.iter().take(8).fold(0, |number, &byte| number << 8 | u64::from(byte))
    }

    fn draw_id(&mut self) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut id = String::from("1");
        while id.len() < 44 {
            let mut number = self.draw();
            for _ in 0..10 {
                id.push(char::from(LETTERS[(number % 64) as usize]));
                number /= 64;
            }
        }
        id.truncate(44);
        id
    }

    /// How many numbers were drawn, for the data file.
    pub(crate) fn drawn(&self) -> u64 {
        self.drawn
    }

    /// Sets how many numbers were drawn, from the data file.
    pub(crate) fn set_drawn(&mut self, drawn: u64) {
        self.drawn = drawn;
    }

    /// The shared spreadsheet itself: two books hold the same one as long as neither changed it.
    pub(crate) fn shared(&self, id: &str) -> Option<&Arc<Spreadsheet>> {
        self.spreadsheets.get(id)
    }

    /// Appends a row as Google Forms does: below the last row that holds anything, growing the
    /// grid. A number in the first column is the response's timestamp and is shown as one. Gives
    /// the row, counted from 0.
    pub fn append_row(
        &mut self,
        spreadsheet: &str,
        sheet_id: i64,
        cells: Vec<Cell>,
    ) -> Result<usize, Refusal> {
        let no_such_book = || Refusal::from("Requested entity was not found.");
        let book = self.spreadsheet_mut(spreadsheet).ok_or_else(no_such_book)?;
        let stamp = book.intern(serde_json::json!({"numberFormat": {"type": "DATE_TIME"}}));
        let sheet = book.sheet_mut(sheet_id)?;
        let row = sheet.filled_rows();
        sheet.grow(row + 1, cells.len());
        for (column, cell) in cells.into_iter().enumerate() {
            // The format of the column above stays, as a response inherits it.
            let above = row
                .checked_sub(1)
                .and_then(|above| sheet.cell(above, column))
                .and_then(|cell| cell.format.clone());
            let is_stamp = column == 0 && matches!(cell, Cell::Number(_));
            sheet.edit(row, column, |place| {
                place.entry = cell.into();
                if place.format.is_none() && row > 1 {
                    place.format = above;
                }
                if is_stamp
                    && place.format.as_ref().is_none_or(|format| format.number().0.is_empty())
                {
                    place.format.clone_from(&stamp);
                }
            });
        }
        book.check_size()?;
        Ok(row)
    }

    /// A sheet of a spreadsheet, to be changed.
    pub fn sheet_mut(&mut self, spreadsheet: &str, sheet_id: i64) -> Result<&mut Sheet, Refusal> {
        let book = self
            .spreadsheet_mut(spreadsheet)
            .ok_or_else(|| Refusal::from("Requested entity was not found."))?;
        book.sheet_mut(sheet_id)
    }
}

impl Spreadsheet {
    /// A sheet by its id.
    pub fn sheet(&self, id: i64) -> Option<&Sheet> {
        self.sheets.iter().find(|sheet| sheet.id == id).map(AsRef::as_ref)
    }

    /// A sheet by its title; the exact title first, then letter case aside.
    pub fn sheet_titled(&self, title: &str) -> Option<&Sheet> {
        let exact = self.sheets.iter().find(|sheet| sheet.title == title);
        exact
            .or_else(|| self.sheets.iter().find(|sheet| same_title(&sheet.title, title)))
            .map(AsRef::as_ref)
    }

    /// A sheet by its id, to be changed.
    pub fn sheet_mut(&mut self, id: i64) -> Result<&mut Sheet, Refusal> {
        let found = self.sheets.iter_mut().find(|sheet| sheet.id == id);
        found.map(Arc::make_mut).ok_or_else(|| Refusal::no_grid(id))
    }

    /// Where a sheet stands in the tab bar.
    pub fn index_of(&self, id: i64) -> Option<usize> {
        self.sheets.iter().position(|sheet| sheet.id == id)
    }

    /// How many cells all grids have together.
    pub fn cell_count(&self) -> usize {
        self.sheets.iter().map(|sheet| sheet.row_count().saturating_mul(sheet.column_count())).sum()
    }

    /// Refuses a spreadsheet that has grown too large.
    pub fn check_size(&self) -> Result<(), Refusal> {
        if self.cell_count() > MOST_CELLS {
            return Err(Refusal(format!(
                "This action would increase the number of cells in the workbook above the limit of {MOST_CELLS} cells."
            )));
        }
        Ok(())
    }

    /// The one shared format equal to `json`.
    pub fn intern(&mut self, json: Value) -> Option<Arc<Format>> {
        Arc::make_mut(&mut self.formats).intern(json)
    }

    /// Changes every formula of the spreadsheet by `change`, which gets the title of the formula's
    /// sheet and its text.
    pub(crate) fn rewrite_formulas(&mut self, change: impl Fn(&str, &str) -> Option<String>) {
        for sheet in &mut self.sheets {
            let changes: Vec<(usize, usize, String)> = sheet
                .rows()
                .iter()
                .enumerate()
                .flat_map(|(row, cells)| {
                    cells.iter().enumerate().map(move |(column, cell)| (row, column, cell))
                })
                .filter_map(|(row, column, cell)| match &cell.entry {
                    Entry::Formula(source) => Some((row, column, change(&sheet.title, source)?)),
                    _ => None,
                })
                .collect();
            if !changes.is_empty() {
                let sheet = Arc::make_mut(sheet);
                for (row, column, source) in changes {
                    sheet.edit(row, column, |cell| cell.entry = Entry::Formula(source.into()));
                }
            }
        }
    }

    /// A named range, `(sheetId, range)`, by its name, letter case aside.
    pub fn named_range(&self, name: &str) -> Option<(i64, OpenRange)> {
        let found = self.named_ranges.iter().find(|range| {
            range["name"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(name))
        })?;
        let range = &found["range"];
        Some((range["sheetId"].as_i64().unwrap_or(0), OpenRange::from_json(range)))
    }

    /// A range in A1 notation, with or without a title: the sheet, the range, and whether it names
    /// one cell without `:`.
    pub fn find_range(&self, text: &str) -> Option<(&Sheet, OpenRange, bool)> {
        let (title, cells) = range::split_title(text);
        if let Some(title) = title {
            let sheet = self.sheet_titled(&title)?;
            if cells.is_empty() {
                return Some((sheet, OpenRange::default(), false));
            }
            // A name keeps its own sheet, whatever title stands before it.
            return match range::parse_cells(cells) {
                Some((range, single)) => Some((sheet, range, single)),
                None => {
                    let (id, range) = self.named_range(cells)?;
                    Some((self.sheet(id)?, range, false))
                }
            };
        }
        if let Some((id, range)) = self.named_range(text) {
            return Some((self.sheet(id)?, range, false));
        }
        // A bare cell reference is one of the first visible sheet; anything else is a title.
        if let Some((range, single)) = range::parse_cells(text) {
            let first =
                self.sheets.iter().find(|sheet| !sheet.hidden).or_else(|| self.sheets.first())?;
            return Some((first.as_ref(), range, single));
        }
        Some((self.sheet_titled(text)?, OpenRange::default(), false))
    }
}

/// Whether two titles are the same to Google, which does not tell letter cases apart.
pub fn same_title(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

/// Refuses a text that is too long for a cell.
pub fn check_length(text: &str) -> Result<(), Refusal> {
    if text.len() > MOST_CHARACTERS && text.chars().count() > MOST_CHARACTERS {
        let message = format!(
            "Your input contains more than the maximum of {MOST_CHARACTERS} characters in a single cell."
        );
        return Err(Refusal(message));
    }
    Ok(())
}

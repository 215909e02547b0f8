//! One row of a grid, which remembers how it reads: a spreadsheet is read far more often than it is
//! changed.

use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use super::cell::CellData;

/// The cells of one row; empty cells at its end are left out. Whoever may change them makes it
/// forget its readings.
#[derive(Debug, Default)]
pub struct Row {
    cells: Vec<CellData>,
    readings: Readings,
}

/// The row as JSON lists, each written when it is first asked for.
#[derive(Debug, Default)]
pub struct Readings {
    /// Of bare values.
    pub unformatted: OnceLock<Box<[u8]>>,
    /// As people of a locale see them, with that locale.
    pub formatted: OnceLock<(Box<str>, Box<[u8]>)>,
}

impl Row {
    /// How it reads.
    pub fn readings(&self) -> &Readings {
        &self.readings
    }
}

impl From<Vec<CellData>> for Row {
    fn from(cells: Vec<CellData>) -> Self {
        Self { cells, readings: Readings::default() }
    }
}

impl FromIterator<CellData> for Row {
    fn from_iter<I: IntoIterator<Item = CellData>>(cells: I) -> Self {
        Vec::from_iter(cells).into()
    }
}

impl Clone for Row {
    fn clone(&self) -> Self {
        self.cells.clone().into()
    }
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.cells == other.cells
    }
}

impl Deref for Row {
    type Target = Vec<CellData>;

    fn deref(&self) -> &Self::Target {
        &self.cells
    }
}

impl DerefMut for Row {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.readings = Readings::default();
        &mut self.cells
    }
}

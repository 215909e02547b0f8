//! One sheet: its grid, its properties and the objects that lie on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::cell::{CellData, Entry};
use super::range::{Area, Dimension, OpenRange, Shift, shift_json};
use super::row::Row;

/// The width of a column and the height of a row in pixels when none was set.
pub const DEFAULT_PIXELS: [u32; 2] = [21, 100];

/// What was set on one row or column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DimensionProperties {
    /// The size in pixels; `None` means the default.
    pub pixel_size: Option<u32>,
    /// Hidden by a user.
    pub hidden: bool,
}

/// The objects on a sheet, each as the API's own JSON with explicit sheet ids.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Objects {
    /// Merged areas in the order in which they were made.
    pub merges: Vec<Area>,
    /// `ProtectedRange`s.
    pub protected: Vec<Value>,
    /// `ConditionalFormatRule`s, the first one wins.
    pub conditional_formats: Vec<Value>,
    /// `EmbeddedChart`s.
    pub charts: Vec<Value>,
    /// The `BasicFilter`.
    pub basic_filter: Option<Value>,
    /// `FilterView`s.
    pub filter_views: Vec<Value>,
    /// `BandedRange`s.
    pub banded: Vec<Value>,
    /// `DimensionGroup`s of rows.
    pub row_groups: Vec<Value>,
    /// `DimensionGroup`s of columns.
    pub column_groups: Vec<Value>,
}

impl Objects {
    /// Every list of JSON objects with its name in the API's `Sheet`.
    pub fn lists(&self) -> [(&'static str, &Vec<Value>); 7] {
        [
            ("protectedRanges", &self.protected),
            ("conditionalFormats", &self.conditional_formats),
            ("charts", &self.charts),
            ("filterViews", &self.filter_views),
            ("bandedRanges", &self.banded),
            ("rowGroups", &self.row_groups),
            ("columnGroups", &self.column_groups),
        ]
    }

    /// The same lists, to be changed.
    pub fn lists_mut(&mut self) -> [(&'static str, &mut Vec<Value>); 7] {
        [
            ("protectedRanges", &mut self.protected),
            ("conditionalFormats", &mut self.conditional_formats),
            ("charts", &mut self.charts),
            ("filterViews", &mut self.filter_views),
            ("bandedRanges", &mut self.banded),
            ("rowGroups", &mut self.row_groups),
            ("columnGroups", &mut self.column_groups),
        ]
    }
}

/// One sheet (tab) of a spreadsheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// The id; it never changes.
    pub id: i64,
    /// The title; unique in the spreadsheet, letter case aside.
    pub title: String,
    /// Not shown in the tab bar.
    pub hidden: bool,
    /// Further fields of `SheetProperties` that are not at their default: `tabColor`,
    /// `tabColorStyle`, `rightToLeft`.
    pub properties: Map<String, Value>,
    /// Further fields of `GridProperties` that are not at their default: `frozenRowCount`,
    /// `hideGridlines`, ….
    pub grid_properties: Map<String, Value>,
    row_count: usize,
    column_count: usize,
    /// Rows from the top; rows below the last kept one are empty.
    rows: Vec<Arc<Row>>,
    row_properties: BTreeMap<usize, DimensionProperties>,
    column_properties: BTreeMap<usize, DimensionProperties>,
    /// What lies on the grid.
    pub objects: Objects,
}

impl Sheet {
    /// A blank grid.
    pub fn new(id: i64, title: impl Into<String>, row_count: usize, column_count: usize) -> Self {
        Self {
            id,
            title: title.into(),
            hidden: false,
            properties: Map::new(),
            grid_properties: Map::new(),
            row_count,
            column_count,
            rows: Vec::new(),
            row_properties: BTreeMap::new(),
            column_properties: BTreeMap::new(),
            objects: Objects::default(),
        }
    }

    /// The height of the grid.
    pub fn row_count(&self) -> usize {
        self.row_count
    }

    /// The width of the grid.
    pub fn column_count(&self) -> usize {
        self.column_count
    }

    /// The number of rows or columns.
    pub fn count(&self, dimension: Dimension) -> usize {
        match dimension {
            Dimension::Rows => self.row_count,
            Dimension::Columns => self.column_count,
        }
    }

    /// The whole grid.
    pub fn area(&self) -> Area {
        Area { top: 0, bottom: self.row_count, left: 0, right: self.column_count }
    }

    /// The rows that hold anything, from the top; each without the empty cells at its end.
    pub fn rows(&self) -> &[Arc<Row>] {
        &self.rows
    }

    /// The cells of a row that hold anything, from the left.
    pub fn row(&self, row: usize) -> &[CellData] {
        self.rows.get(row).map_or(&[], |row| row.as_slice())
    }

    /// A cell, if anything is kept for it.
    pub fn cell(&self, row: usize, column: usize) -> Option<&CellData> {
        self.row(row).get(column)
    }

    /// What was entered into a cell.
    pub fn entry(&self, row: usize, column: usize) -> &Entry {
        self.cell(row, column).map_or(&Entry::Blank, |cell| &cell.entry)
    }

    /// The part of `area` that lies in the grid.
    pub fn clip(&self, area: Area) -> Area {
        Area {
            top: area.top.min(self.row_count),
            bottom: area.bottom.min(self.row_count),
            left: area.left.min(self.column_count),
            right: area.right.min(self.column_count),
        }
    }

    /// An open range closed at the edges of the grid and clipped to it.
    pub fn resolve(&self, range: OpenRange) -> Area {
        self.clip(range.closed(self.row_count, self.column_count))
    }

    /// The row after the last one in which something was entered.
    pub fn filled_rows(&self) -> usize {
        self.rows
            .iter()
            .rposition(|row| row.iter().any(|cell| !cell.entry.is_blank()))
            .map_or(0, |last| last + 1)
    }

    /// Changes one cell; the cell must lie in the grid, else nothing happens.
    pub fn edit(&mut self, row: usize, column: usize, edit: impl FnOnce(&mut CellData)) {
        if row >= self.row_count || column >= self.column_count {
            return;
        }
        let known = self.rows.get(row).is_some_and(|cells| column < cells.len());
        if !known {
            let mut cell = CellData::default();
            edit(&mut cell);
            if cell.is_empty() {
                return;
            }
            if self.rows.len() <= row {
                self.rows.resize_with(row + 1, Arc::default);
            }
            let cells = Arc::make_mut(&mut self.rows[row]);
            cells.resize_with(column, CellData::default);
            cells.push(cell);
            return;
        }
        let cells = Arc::make_mut(&mut self.rows[row]);
        edit(&mut cells[column]);
        trim(cells);
        self.trim_rows();
    }

    /// Changes every cell of an area that lies in the grid.
    pub fn edit_area(&mut self, area: Area, mut edit: impl FnMut(usize, usize, &mut CellData)) {
        let area = self.clip(area);
        for row in area.top..area.bottom {
            for column in area.left..area.right {
                self.edit(row, column, |cell| edit(row, column, cell));
            }
        }
    }

    /// Changes only the cells of an area for which something is kept.
    pub fn edit_kept(&mut self, area: Area, mut edit: impl FnMut(&mut CellData)) {
        let area = self.clip(area);
        for row in area.top..area.bottom.min(self.rows.len()) {
            if self.rows[row].len() <= area.left {
                continue;
            }
            let cells = Arc::make_mut(&mut self.rows[row]);
            let right = area.right.min(cells.len());
            cells[area.left..right].iter_mut().for_each(&mut edit);
            trim(cells);
        }
        self.trim_rows();
    }

    /// Puts a cell in the place of another.
    pub fn put(&mut self, row: usize, column: usize, cell: CellData) {
        self.edit(row, column, |place| *place = cell);
    }

    fn trim_rows(&mut self) {
        while self.rows.last().is_some_and(|row| row.is_empty()) {
            self.rows.pop();
        }
    }

    /// The rows from `top` on, in the order that `order` names them; columns outside `left..right`
    /// stay.
    pub fn permute_rows(&mut self, area: Area, order: &[usize]) {
        let whole = area.left == 0 && area.right >= self.column_count;
        if self.rows.len() < area.bottom {
            self.rows.resize_with(area.bottom, Arc::default);
        }
        let old: Vec<Arc<Row>> = self.rows[area.top..area.bottom].to_vec();
        for (at, &from) in order.iter().enumerate() {
            if whole {
                self.rows[area.top + at] = Arc::clone(&old[from]);
                continue;
            }
            let place = Arc::make_mut(&mut self.rows[area.top + at]);
            let width = area.right.min(place.len().max(old[from].len()));
            if place.len() < width {
                place.resize_with(width, CellData::default);
            }
            for (column, cell) in place.iter_mut().enumerate().take(width).skip(area.left) {
                *cell = old[from].get(column).cloned().unwrap_or_default();
            }
            trim(place);
        }
        self.trim_rows();
    }

    /// Sets the size of the grid; cells outside it are dropped, objects are cut or dropped with
    /// them.
    pub fn resize(&mut self, row_count: usize, column_count: usize) {
        if row_count < self.row_count {
            let at = row_count;
            self.shift_objects(Dimension::Rows, Shift::Delete { at, count: self.row_count - at });
            self.rows.truncate(at);
        }
        if column_count < self.column_count {
            let at = column_count;
            self.shift_objects(
                Dimension::Columns,
                Shift::Delete { at, count: self.column_count - at },
            );
            for row in &mut self.rows {
                if row.len() > at {
                    let cells = Arc::make_mut(row);
                    cells.truncate(at);
                    trim(cells);
                }
            }
        }
        self.trim_rows();
        self.row_count = row_count;
        self.column_count = column_count;
    }

    /// Grows the grid so that it has at least so many rows and columns.
    pub fn grow(&mut self, row_count: usize, column_count: usize) {
        self.row_count = self.row_count.max(row_count);
        self.column_count = self.column_count.max(column_count);
    }

    /// New rows or columns before `at`; `cell` gives what a new cell inherits from the one at (row,
    /// column).
    pub fn insert(
        &mut self,
        dimension: Dimension,
        at: usize,
        count: usize,
        inherit_from: Option<usize>,
    ) {
        match dimension {
            Dimension::Rows => {
                let mut model: Row = inherit_from.map_or_else(Row::default, |row| {
                    self.row(row).iter().map(CellData::heir).collect()
                });
                trim(&mut model);
                if at < self.rows.len() || !model.is_empty() {
                    if self.rows.len() < at {
                        self.rows.resize_with(at, Arc::default);
                    }
                    let model = Arc::new(model);
                    self.rows.splice(at..at, std::iter::repeat_n(model, count));
                }
                self.row_count += count;
            }
            Dimension::Columns => {
                for row in &mut self.rows {
                    let model = inherit_from
                        .and_then(|column| row.get(column))
                        .map(CellData::heir)
                        .unwrap_or_default();
                    if row.len() <= at && model.is_empty() {
                        continue;
                    }
                    let cells = Arc::make_mut(row);
                    if cells.len() < at {
                        cells.resize_with(at, CellData::default);
                    }
                    cells.splice(at..at, std::iter::repeat_n(model, count));
                    trim(cells);
                }
                self.column_count += count;
            }
        }
        self.trim_rows();
        self.shift_objects(dimension, Shift::Insert { at, count });
    }

    /// Takes rows or columns away with all they hold.
    pub fn delete(&mut self, dimension: Dimension, at: usize, count: usize) {
        match dimension {
            Dimension::Rows => {
                let end = (at + count).min(self.rows.len());
                if at < end {
                    self.rows.drain(at..end);
                }
                self.row_count -= count;
            }
            Dimension::Columns => {
                for row in &mut self.rows {
                    if row.len() > at {
                        let cells = Arc::make_mut(row);
                        let end = (at + count).min(cells.len());
                        cells.drain(at..end);
                        trim(cells);
                    }
                }
                self.column_count -= count;
            }
        }
        self.trim_rows();
        self.shift_objects(dimension, Shift::Delete { at, count });
    }

    /// Moves `count` rows or columns from `at` to before what stands at `to` now.
    pub fn relocate(&mut self, dimension: Dimension, at: usize, count: usize, to: usize) {
        let target = if to > at { to - count } else { to };
        let moved = move |index: usize| {
            if (at..at + count).contains(&index) {
                target + (index - at)
            } else if index >= at + count && index < to {
                index - count
            } else if index >= to && index < at {
                index + count
            } else {
                index
            }
        };
        match dimension {
            Dimension::Rows => {
                let reach = (at + count).max(to);
                if self.rows.len() < reach {
                    self.rows.resize_with(reach, Arc::default);
                }
                let taken: Vec<Arc<Row>> = self.rows.drain(at..at + count).collect();
                self.rows.splice(target..target, taken);
                self.row_properties = std::mem::take(&mut self.row_properties)
                    .into_iter()
                    .map(|(i, p)| (moved(i), p))
                    .collect();
            }
            Dimension::Columns => {
                let width = self.column_count;
                for row in &mut self.rows {
                    let cells = Arc::make_mut(row);
                    cells.resize_with(width, CellData::default);
                    let taken: Vec<CellData> = cells.drain(at..at + count).collect();
                    cells.splice(target..target, taken);
                    trim(cells);
                }
                self.column_properties = std::mem::take(&mut self.column_properties)
                    .into_iter()
                    .map(|(i, p)| (moved(i), p))
                    .collect();
            }
        }
        self.trim_rows();
    }

    /// What was set on a row or column.
    pub fn properties_of(&self, dimension: Dimension, index: usize) -> DimensionProperties {
        let map = if dimension == Dimension::Rows {
            &self.row_properties
        } else {
            &self.column_properties
        };
        map.get(&index).cloned().unwrap_or_default()
    }

    /// The size of a row or column in pixels.
    pub fn pixel_size(&self, dimension: Dimension, index: usize) -> u32 {
        self.properties_of(dimension, index)
            .pixel_size
            .unwrap_or(DEFAULT_PIXELS[usize::from(dimension == Dimension::Columns)])
    }

    /// Changes what is set on a row or column.
    pub fn edit_properties(
        &mut self,
        dimension: Dimension,
        index: usize,
        edit: impl FnOnce(&mut DimensionProperties),
    ) {
        let map = if dimension == Dimension::Rows {
            &mut self.row_properties
        } else {
            &mut self.column_properties
        };
        let mut properties = map.remove(&index).unwrap_or_default();
        edit(&mut properties);
        if properties != DimensionProperties::default() {
            map.insert(index, properties);
        }
    }

    /// The rows or columns on which something was set.
    pub fn all_properties(&self, dimension: Dimension) -> &BTreeMap<usize, DimensionProperties> {
        if dimension == Dimension::Rows { &self.row_properties } else { &self.column_properties }
    }

    /// Forgets what was set on rows and columns.
    pub(crate) fn clear_properties(&mut self) {
        self.row_properties.clear();
        self.column_properties.clear();
    }

    fn shift_objects(&mut self, dimension: Dimension, shift: Shift) {
        let id = self.id;
        let map = if dimension == Dimension::Rows {
            &mut self.row_properties
        } else {
            &mut self.column_properties
        };
        *map = std::mem::take(map)
            .into_iter()
            .filter_map(|(index, properties)| Some((shift.span(index, index + 1)?.0, properties)))
            .collect();
        self.objects.merges.retain_mut(|merge| {
            let (start, end) = match dimension {
                Dimension::Rows => (&mut merge.top, &mut merge.bottom),
                Dimension::Columns => (&mut merge.left, &mut merge.right),
            };
            match shift.span(*start, *end) {
                Some((moved_start, moved_end)) => {
                    (*start, *end) = (moved_start, moved_end);
                    merge.height() * merge.width() > 1
                }
                None => false,
            }
        });
        for (_, list) in self.objects.lists_mut() {
            list.retain_mut(|object| shift_json(object, id, dimension, shift));
        }
        if let Some(filter) = &mut self.objects.basic_filter
            && !shift_json(filter, id, dimension, shift)
        {
            self.objects.basic_filter = None;
        }
    }

    /// Sets the size of the grid from the data file, which gives the rows and objects apart.
    pub(crate) fn set_size(&mut self, row_count: usize, column_count: usize) {
        self.row_count = row_count;
        self.column_count = column_count;
    }

    /// The rows themselves, to be put in place from the data file.
    pub(crate) fn rows_mut(&mut self) -> &mut Vec<Arc<Row>> {
        &mut self.rows
    }
}

fn trim(cells: &mut Row) {
    while cells.last().is_some_and(CellData::is_empty) {
        cells.pop();
    }
}

//! The data file: a log of what changed in the book, one checked line a change, synced before the
//! change is acknowledged. Knows nothing of the API.
//!
//! A line is eight hexadecimal digits of the SHA-256 of what follows, a space, and JSON. Two books
//! share what did not change between them, so the difference is found by comparing pointers. When
//! the log has grown far beyond what the book needs, it is written anew beside the old one and
//! renamed over it.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::SandboxError;
use super::book::row::Row;
use super::book::sheet::Sheet;
use super::book::{Area, Book, CellData, Dimension, Formats, Spreadsheet};

const HEADER: &str = "halaqah sandbox 1";
/// A log smaller than this many bytes is never written anew.
const SMALL: u64 = 8 << 20;

/// An open data file.
pub(super) struct Store {
    path: PathBuf,
    file: File,
    /// Bytes in the log.
    length: u64,
    /// Bytes that the book took when it was last written whole.
    whole: u64,
    /// Set when the file does not hold the book that the next change starts from, or when its end
    /// is not known: then the next write is of the whole book, to a new file.
    behind: bool,
}

impl Store {
    /// Opens or makes a data file and reads the book in it. A last line that was cut short by a
    /// crash is dropped; it was never acknowledged.
    pub(super) fn open(path: &Path) -> Result<(Self, Book), SandboxError> {
        let io = |source| SandboxError::Io { path: path.to_owned(), source };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(io)?;
        lock(&file, path)?;
        let (book, length) = read(&file, path)?;
        file.set_len(length).map_err(io)?;
        let mut store = Self { path: path.to_owned(), file, length, whole: 0, behind: false };
        store.file.seek(SeekFrom::Start(length)).map_err(io)?;
        if length == 0 {
            store.rewrite(&book)?;
        }
        Ok((store, book))
    }

    /// Writes and syncs what `new` has that `old` has not.
    pub(super) fn append(&mut self, old: &Book, new: &Book) -> Result<(), SandboxError> {
        if self.behind {
            return self.rewrite(new);
        }
        let change = difference(old, new);
        let line = checked_line(&change.to_string());
        let wrote = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        if let Err(source) = wrote {
            // Cut the torn line off; if even that fails, this file is given up.
            let cut = self
                .file
                .set_len(self.length)
                .and_then(|()| self.file.seek(SeekFrom::Start(self.length)));
            self.behind = cut.is_err();
            return Err(SandboxError::Io { path: self.path.clone(), source });
        }
        self.length += line.len() as u64;
        if self.length > SMALL && self.length > 4 * self.whole.max(1) {
            // The change itself is stored, whatever becomes of this.
            if let Err(error) = self.rewrite(new) {
                tracing::warn!(%error, "the sandbox's data file could not be written anew; it goes on growing");
            }
        }
        Ok(())
    }

    /// Says that the book went on without this file: the next write is of the whole book.
    pub(super) fn lags_behind(&mut self) {
        self.behind = true;
    }

    /// Writes the whole book to a new file, syncs it and puts it in the place of the old one.
    fn rewrite(&mut self, book: &Book) -> Result<(), SandboxError> {
        let path = self.path.clone();
        let io = |source| SandboxError::Io { path: path.clone(), source };
        let mut name = path.clone().into_os_string();
        name.push(".new");
        let beside = PathBuf::from(name);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&beside)
            .map_err(io)?;
        lock(&file, &path)?;
        let mut out = BufWriter::new(&file);
        let mut length = 0;
        let mut put = |line: String| {
            length += line.len() as u64;
            out.write_all(line.as_bytes())
        };
        put(checked_line(&json!({"format": HEADER}).to_string())).map_err(io)?;
        let empty = Book::new();
        for spreadsheet in book.spreadsheets() {
            let put_one =
                json!({"put": [spreadsheet_change(None, spreadsheet)], "drawn": book.drawn()});
            put(checked_line(&put_one.to_string())).map_err(io)?;
        }
        put(checked_line(&difference(&empty, &empty_with(book.drawn())).to_string()))
            .map_err(io)?;
        out.flush().map_err(io)?;
        drop(out);
        file.sync_all().map_err(io)?;
        std::fs::rename(&beside, &path).map_err(io)?;
        // From here on this is the file, even if what follows fails.
        self.file = file;
        self.file.seek(SeekFrom::Start(length)).map_err(io)?;
        (self.length, self.whole) = (length, length);
        let folder =
            path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)?;
        self.behind = false;
        Ok(())
    }
}

fn empty_with(drawn: u64) -> Book {
    let mut book = Book::new();
    book.set_drawn(drawn);
    book
}

fn lock(file: &File, path: &Path) -> Result<(), SandboxError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(SandboxError::InUse { path: path.to_owned() })
        }
        Err(std::fs::TryLockError::Error(source)) => {
            Err(SandboxError::Io { path: path.to_owned(), source })
        }
    }
}

fn checked_line(json: &str) -> String {
    format!("{} {json}\n", check(json))
}

fn check(json: &str) -> String {
    Sha256::digest(json.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// The book in a file and the bytes of its good lines.
fn read(file: &File, path: &Path) -> Result<(Book, u64), SandboxError> {
    let mut book = Book::new();
    let mut reader = BufReader::new(file);
    let (mut good, mut number) = (0, 0);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = reader
            .read_until(b'\n', &mut line)
            .map_err(|source| SandboxError::Io { path: path.to_owned(), source })?;
        if read == 0 {
            return Ok((book, good));
        }
        number += 1;
        let damaged = |reason: &str| SandboxError::Damaged {
            path: path.to_owned(),
            line: number,
            reason: reason.to_owned(),
        };
        let intact = std::str::from_utf8(&line)
            .ok()
            .and_then(|text| text.strip_suffix('\n')?.split_once(' '))
            .filter(|(sum, json)| *sum == check(json))
            .and_then(|(_, json)| serde_json::from_str::<Value>(json).ok());
        match intact {
            Some(change) if number == 1 && change["format"] != json!(HEADER) => {
                return Err(damaged("it is not the data file of a sandbox of this version"));
            }
            Some(change) => apply(&mut book, change)
                .ok_or_else(|| damaged("a change does not fit what stands before it"))?,
            None if number == 1 && line.len() > HEADER.len() + 40 => {
                return Err(damaged("it is not the data file of a sandbox"));
            }
            // A torn line can only be the last.
            None => {
                let more = reader.fill_buf().is_ok_and(|rest| !rest.is_empty());
                return if more { Err(damaged("its checksum is wrong")) } else { Ok((book, good)) };
            }
        }
        good += read as u64;
    }
}

/// What `new` has that `old` has not.
fn difference(old: &Book, new: &Book) -> Value {
    let mut change = Map::new();
    let put: Vec<Value> = new
        .spreadsheets()
        .filter_map(|spreadsheet| {
            match (old.shared(&spreadsheet.id), new.shared(&spreadsheet.id)) {
                (Some(before), Some(after)) if Arc::ptr_eq(before, after) => None,
                (before, _) => Some(spreadsheet_change(before.map(AsRef::as_ref), spreadsheet)),
            }
        })
        .collect();
    let gone: Vec<&str> = old
        .spreadsheets()
        .map(|spreadsheet| spreadsheet.id.as_str())
        .filter(|id| new.shared(id).is_none())
        .collect();
    if !put.is_empty() {
        change.insert("put".to_owned(), Value::Array(put));
    }
    if !gone.is_empty() {
        change.insert("gone".to_owned(), json!(gone));
    }
    change.insert("drawn".to_owned(), json!(new.drawn()));
    Value::Object(change)
}

fn spreadsheet_change(old: Option<&Spreadsheet>, new: &Spreadsheet) -> Value {
    let sheets: Vec<Value> = new
        .sheets
        .iter()
        .filter_map(|sheet| {
            let before = old.and_then(|old| old.sheets.iter().find(|before| before.id == sheet.id));
            match before {
                Some(before) if Arc::ptr_eq(before, sheet) => None,
                before => Some(sheet_change(before.map(AsRef::as_ref), sheet)),
            }
        })
        .collect();
    json!({
        "id": new.id, "title": new.title, "locale": new.locale, "zone": new.time_zone, "recalc": new.auto_recalc,
        "named": new.named_ranges, "metadata": new.metadata, "made": new.created_ms, "changed": new.modified_ms,
        "order": new.sheets.iter().map(|sheet| sheet.id).collect::<Vec<_>>(), "sheets": sheets,
    })
}

fn sheet_change(old: Option<&Sheet>, new: &Sheet) -> Value {
    let mut objects = Map::new();
    for (name, list) in new.objects.lists() {
        if !list.is_empty() {
            objects.insert(name.to_owned(), json!(list));
        }
    }
    let merges: Vec<[usize; 4]> =
        new.objects.merges.iter().map(|m| [m.top, m.bottom, m.left, m.right]).collect();
    let sizes = |dimension| -> Vec<Value> {
        let all = new.all_properties(dimension).iter();
        all.map(|(index, kept)| json!([index, kept.pixel_size, kept.hidden])).collect()
    };
    json!({
        "id": new.id, "title": new.title, "hidden": new.hidden, "size": [new.row_count(), new.column_count()],
        "properties": new.properties, "grid": new.grid_properties, "merges": merges, "objects": objects,
        "filter": new.objects.basic_filter, "rows": sizes(Dimension::Rows), "columns": sizes(Dimension::Columns),
        "cells": rows_change(old.map_or(&[], Sheet::rows), new.rows()),
    })
}

/// `{"set": [[index, row], …], "length": n}` or `{"splice": [at, removed], "with": [row, …]}`,
/// whichever is shorter.
fn rows_change(old: &[Arc<Row>], new: &[Arc<Row>]) -> Value {
    let same = |a: &Arc<Row>, b: &Arc<Row>| Arc::ptr_eq(a, b) || (a.is_empty() && b.is_empty());
    let record = |row: &Row| -> Value { row.iter().map(CellData::to_record).collect() };
    let changed: Vec<usize> = (0..new.len())
        .filter(|&at| old.get(at).map_or(!new[at].is_empty(), |before| !same(before, &new[at])))
        .collect();
    let most = old.len().min(new.len());
    let head = (0..most).take_while(|&at| same(&old[at], &new[at])).count();
    let tail = (0..most - head)
        .take_while(|&back| same(&old[old.len() - 1 - back], &new[new.len() - 1 - back]))
        .count();
    let middle = &new[head..new.len() - tail];
    if changed.len() <= middle.len() {
        let set: Vec<Value> = changed.iter().map(|&at| json!([at, record(&new[at])])).collect();
        return json!({"set": set, "length": new.len()});
    }
    let with: Vec<Value> = middle.iter().map(|row| record(row)).collect();
    json!({"splice": [head, old.len() - tail - head], "with": with})
}

fn apply(book: &mut Book, mut change: Value) -> Option<()> {
    if let Value::Array(puts) = change["put"].take() {
        for put in puts {
            put_spreadsheet(book, put)?;
        }
    }
    for id in change["gone"].as_array().into_iter().flatten() {
        book.remove(id.as_str()?);
    }
    if let Some(drawn) = change["drawn"].as_u64() {
        book.set_drawn(drawn);
    }
    Some(())
}

fn put_spreadsheet(book: &mut Book, mut put: Value) -> Option<()> {
    let text = |put: &Value, name: &str| put[name].as_str().map(str::to_owned);
    let id = text(&put, "id")?;
    let (mut sheets, mut formats) = match book.spreadsheet_mut(&id) {
        Some(known) => (std::mem::take(&mut known.sheets), std::mem::take(&mut known.formats)),
        None => (Vec::new(), Arc::default()),
    };
    if let Value::Array(changes) = put["sheets"].take() {
        for change in changes {
            let sheet_id = change["id"].as_i64()?;
            let at = sheets.iter().position(|sheet| sheet.id == sheet_id).unwrap_or_else(|| {
                sheets.push(Arc::new(Sheet::new(sheet_id, "", 1, 1)));
                sheets.len() - 1
            });
            put_sheet(Arc::make_mut(&mut sheets[at]), change, Arc::make_mut(&mut formats))?;
        }
    }
    let order: Option<Vec<i64>> = put["order"].as_array()?.iter().map(Value::as_i64).collect();
    let ordered: Option<Vec<Arc<Sheet>>> =
        order?.into_iter().map(|id| sheets.iter().find(|sheet| sheet.id == id).cloned()).collect();
    let list = |value: Value| if let Value::Array(list) = value { list } else { Vec::new() };
    book.insert(Spreadsheet {
        title: text(&put, "title")?,
        locale: text(&put, "locale")?,
        time_zone: text(&put, "zone")?,
        auto_recalc: text(&put, "recalc")?,
        sheets: ordered?,
        named_ranges: list(put["named"].take()),
        metadata: list(put["metadata"].take()),
        created_ms: put["made"].as_i64()?,
        modified_ms: put["changed"].as_i64()?,
        formats,
        id,
    });
    Some(())
}

fn put_sheet(sheet: &mut Sheet, mut change: Value, formats: &mut Formats) -> Option<()> {
    sheet.title = change["title"].as_str()?.to_owned();
    sheet.hidden = change["hidden"].as_bool()?;
    let index = |value: &Value| value.as_u64().map(|number| number as usize);
    sheet.set_size(index(&change["size"][0])?, index(&change["size"][1])?);
    let map = |value: Value| if let Value::Object(map) = value { map } else { Map::new() };
    sheet.properties = map(change["properties"].take());
    sheet.grid_properties = map(change["grid"].take());
    let merges = change["merges"].as_array()?.iter().map(|merge| {
        let side = |at: usize| index(&merge[at]);
        Some(Area { top: side(0)?, bottom: side(1)?, left: side(2)?, right: side(3)? })
    });
    sheet.objects.merges = merges.collect::<Option<_>>()?;
    for (name, list) in sheet.objects.lists_mut() {
        *list =
            if let Value::Array(kept) = change["objects"][name].take() { kept } else { Vec::new() };
    }
    sheet.objects.basic_filter = Some(change["filter"].take()).filter(|filter| !filter.is_null());
    sheet.clear_properties();
    for (name, dimension) in [("rows", Dimension::Rows), ("columns", Dimension::Columns)] {
        for kept in change[name].as_array()? {
            sheet.edit_properties(dimension, index(&kept[0])?, |properties| {
                properties.pixel_size = kept[1].as_u64().map(|size| size as u32);
                properties.hidden = kept[2] == json!(true);
            });
        }
    }
    put_rows(sheet.rows_mut(), change["cells"].take(), formats)
}

fn put_rows(rows: &mut Vec<Arc<Row>>, mut change: Value, formats: &mut Formats) -> Option<()> {
    let mut row = |record: Value| -> Option<Arc<Row>> {
        let Value::Array(cells) = record else { return None };
        Some(Arc::new(cells.into_iter().map(|cell| CellData::from_record(cell, formats)).collect()))
    };
    if let Some(length) = change["length"].as_u64() {
        rows.resize_with(length as usize, Arc::default);
        let Value::Array(set) = change["set"].take() else { return None };
        for mut item in set {
            let at = item[0].as_u64()? as usize;
            *rows.get_mut(at)? = row(item[1].take())?;
        }
        return Some(());
    }
    let (at, removed) =
        (change["splice"][0].as_u64()? as usize, change["splice"][1].as_u64()? as usize);
    let Value::Array(with) = change["with"].take() else { return None };
    let with: Option<Vec<Arc<Row>>> = with.into_iter().map(row).collect();
    let end = at.checked_add(removed).filter(|end| *end <= rows.len())?;
    rows.splice(at..end, with?);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::{Sandbox, SandboxError};
    use super::*;
    use halaqah_table::Cell;

    fn shape(sandbox: &Sandbox) -> String {
        sandbox.with_book(|book| difference(&Book::new(), book).to_string())
    }

    fn filled(path: &Path) -> (String, String) {
        let sandbox = Sandbox::open(path).unwrap();
        let id = sandbox.edit_book(|book| Ok::<_, ()>(book.create("Rohis"))).unwrap();
        for row in 0..30 {
            let cells =
                vec![Cell::Number(46_000.0 + f64::from(row)), Cell::text(format!("baris {row}"))];
            sandbox.edit_book(|book| book.append_row(&id, 0, cells)).unwrap();
        }
        sandbox.edit_book(|book| book.set_cell(&id, 0, 3, 1, "=1+1")).unwrap();
        sandbox
            .edit_book(|book| {
                let sheet = book.sheet_mut(&id, 0)?;
                sheet.delete(Dimension::Rows, 5, 3);
                sheet.insert(Dimension::Rows, 2, 4, None);
                sheet.edit(1, 1, |cell| {
                    cell.edit_extra(|extra| extra.note = Some("catatan".into()))
                });
                sheet.edit_properties(Dimension::Columns, 1, |kept| kept.pixel_size = Some(240));
                Ok::<_, super::super::Refusal>(())
            })
            .unwrap();
        (id, shape(&sandbox))
    }

    #[test]
    fn a_book_comes_back_as_it_was_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book");
        let (id, before) = filled(&path);
        let again = Sandbox::open(&path).unwrap();
        assert_eq!(shape(&again), before);
        again.edit_book(|book| if book.remove(&id) { Ok(()) } else { Err(()) }).unwrap();
        drop(again);
        assert_eq!(Sandbox::open(&path).unwrap().with_book(|book| book.spreadsheets().count()), 0);
    }

    #[test]
    fn a_torn_last_line_is_dropped_and_a_damaged_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book");
        let (_, before) = filled(&path);
        let whole = std::fs::read(&path).unwrap();
        for cut in [1, 10, 60] {
            let mut torn = whole.clone();
            torn.extend_from_slice(&whole[whole.len() - 90..whole.len() - cut]);
            std::fs::write(&path, &torn).unwrap();
            assert_eq!(shape(&Sandbox::open(&path).unwrap()), before);
        }
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 4;
        std::fs::write(&path, &damaged).unwrap();
        assert!(matches!(Sandbox::open(&path), Err(SandboxError::Damaged { .. })));
        std::fs::write(
            &path,
            "a,b,c and some other text that is surely no data file of ours\n1,2,3\n",
        )
        .unwrap();
        assert!(matches!(Sandbox::open(&path), Err(SandboxError::Damaged { .. })));
    }

    #[test]
    fn a_file_has_one_sandbox_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book");
        let _first = Sandbox::open(&path).unwrap();
        assert!(matches!(Sandbox::open(&path), Err(SandboxError::InUse { .. })));
    }

    #[test]
    fn rewriting_the_file_keeps_the_book() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book");
        let (_, before) = filled(&path);
        let (mut store, book) = Store::open(&path).unwrap();
        let long = store.length;
        store.rewrite(&book).unwrap();
        assert!(store.length < long);
        drop(store);
        assert_eq!(shape(&Sandbox::open(&path).unwrap()), before);
    }
}

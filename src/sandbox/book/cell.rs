//! One cell of a grid, kept small: most cells hold a short text and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use compact_str::CompactString;
use serde_json::{Value, json};

use halaqah_table::Cell;

/// What was entered into a cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Entry {
    /// Nothing.
    #[default]
    Blank,
    /// A number; dates and times are numbers too.
    Number(f64),
    /// TRUE or FALSE.
    Boolean(bool),
    /// Text.
    Text(CompactString),
    /// A formula with its leading `=`; its value is worked out when it is read.
    Formula(Box<str>),
}

impl Entry {
    /// Whether nothing was entered.
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Blank)
    }
}

impl From<Cell> for Entry {
    fn from(cell: Cell) -> Self {
        match cell {
            Cell::Blank => Self::Blank,
            Cell::Number(number) => Self::Number(number),
            Cell::Boolean(boolean) => Self::Boolean(boolean),
            Cell::Text(text) => Self::Text(text),
        }
    }
}

/// A cell format as the API's `userEnteredFormat`; equal formats of one spreadsheet are one value.
#[derive(Debug, PartialEq)]
pub struct Format {
    /// The `CellFormat`.
    pub json: Value,
}

impl Format {
    /// `(type, pattern)` of the number format, each empty when absent.
    pub fn number(&self) -> (&str, &str) {
        let part = |name: &str| self.json["numberFormat"][name].as_str().unwrap_or("");
        (part("type"), part("pattern"))
    }

    /// Whether numbers are shown as dates or times.
    pub fn is_temporal(&self) -> bool {
        matches!(self.number().0, "DATE" | "TIME" | "DATE_TIME")
    }
}

/// What few cells have.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Extra {
    /// The note (a small corner mark shows it).
    pub note: Option<Box<str>>,
    /// The `DataValidationRule`.
    pub validation: Option<Arc<Value>>,
    /// The remaining fields of `CellData` that are kept as they were given, such as
    /// `textFormatRuns`.
    pub other: BTreeMap<String, Value>,
}

impl Extra {
    fn is_empty(&self) -> bool {
        self.note.is_none() && self.validation.is_none() && self.other.is_empty()
    }
}

/// One cell: what was entered, how it is shown, and what few cells have.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CellData {
    /// What was entered.
    pub entry: Entry,
    /// The format, if one was set.
    pub format: Option<Arc<Format>>,
    extra: Option<Box<Extra>>,
}

impl CellData {
    /// A cell that holds only a value.
    pub fn of(entry: Entry) -> Self {
        Self { entry, format: None, extra: None }
    }

    /// A blank cell with the format and the validation of this one, as a new row or column inherits
    /// them.
    pub fn heir(&self) -> Self {
        let mut heir = Self { entry: Entry::Blank, format: self.format.clone(), extra: None };
        if let Some(rule) = self.extra.as_ref().and_then(|extra| extra.validation.clone()) {
            heir.edit_extra(|extra| extra.validation = Some(rule));
        }
        heir
    }

    /// Whether nothing at all is kept for the cell.
    pub fn is_empty(&self) -> bool {
        self.entry.is_blank() && self.format.is_none() && self.extra.is_none()
    }

    /// The note.
    pub fn note(&self) -> Option<&str> {
        self.extra.as_ref()?.note.as_deref()
    }

    /// The data validation rule (a dropdown or a tick box), as the API's `DataValidationRule`.
    pub fn validation(&self) -> Option<&Value> {
        self.extra.as_ref()?.validation.as_deref()
    }

    /// What few cells have; `None` when this cell has nothing of it.
    pub fn extra(&self) -> Option<&Extra> {
        self.extra.as_deref()
    }

    /// Changes what few cells have, and gives its place back when nothing of it is left.
    pub fn edit_extra(&mut self, edit: impl FnOnce(&mut Extra)) {
        let mut extra = self.extra.take().unwrap_or_default();
        edit(&mut extra);
        if !extra.is_empty() {
            self.extra = Some(extra);
        }
    }

    /// The user-entered format, as the API's `CellFormat`.
    pub fn format_json(&self) -> Option<&Value> {
        self.format.as_ref().map(|format| &format.json)
    }

    /// Compact JSON for the data file; the counterpart of [`CellData::from_record`].
    pub fn to_record(&self) -> Value {
        let plain = match &self.entry {
            Entry::Blank => Value::Null,
            Entry::Number(number) => json!(number),
            Entry::Boolean(boolean) => json!(boolean),
            Entry::Text(text) => json!(text),
            Entry::Formula(source) => json!({"f": source}),
        };
        if self.format.is_none() && self.extra.is_none() {
            return plain;
        }
        let mut record = json!({"v": plain});
        if let Some(format) = &self.format {
            record["s"] = format.json.clone();
        }
        if let Some(extra) = &self.extra {
            if let Some(note) = &extra.note {
                record["n"] = json!(note);
            }
            if let Some(rule) = &extra.validation {
                record["d"] = Value::clone(rule);
            }
            if !extra.other.is_empty() {
                record["o"] = json!(extra.other);
            }
        }
        record
    }

    /// Reads what [`CellData::to_record`] wrote.
    pub fn from_record(record: Value, formats: &mut Formats) -> Self {
        let mut record = match record {
            Value::Object(map) if !map.contains_key("f") => map,
            plain => return Self::of(entry_of_record(plain)),
        };
        let mut cell = Self::of(entry_of_record(record.remove("v").unwrap_or_default()));
        cell.format = record.remove("s").and_then(|json| formats.intern(json));
        cell.edit_extra(|extra| {
            extra.note = record.get("n").and_then(Value::as_str).map(Into::into);
            extra.validation = record.remove("d").map(Arc::new);
            if let Some(Value::Object(other)) = record.remove("o") {
                extra.other = other.into_iter().collect();
            }
        });
        cell
    }
}

fn entry_of_record(record: Value) -> Entry {
    match record {
        Value::Number(number) => Entry::Number(number.as_f64().unwrap_or(0.0)),
        Value::Bool(boolean) => Entry::Boolean(boolean),
        Value::String(text) => Entry::Text(text.into()),
        Value::Object(map) => match map.get("f").and_then(Value::as_str) {
            Some(source) => Entry::Formula(source.into()),
            None => Entry::Blank,
        },
        Value::Null | Value::Array(_) => Entry::Blank,
    }
}

/// The formats of a spreadsheet, each kept once.
#[derive(Debug, Clone, Default)]
pub struct Formats {
    known: BTreeMap<String, Arc<Format>>,
}

impl Formats {
    /// The one shared format equal to `json`; `None` for an empty one.
    pub fn intern(&mut self, json: Value) -> Option<Arc<Format>> {
        if json.as_object().is_none_or(serde_json::Map::is_empty) {
            return None;
        }
        let key = json.to_string();
        let format = self.known.entry(key).or_insert_with(|| Arc::new(Format { json }));
        Some(Arc::clone(format))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_small() {
        assert!(size_of::<CellData>() <= 40, "{}", size_of::<CellData>());
    }

    #[test]
    fn a_cell_goes_through_its_record_unchanged() {
        let mut formats = Formats::default();
        let mut cell = CellData::of(Entry::Formula("=1+1".into()));
        cell.format = formats.intern(json!({"textFormat": {"bold": true}}));
        cell.edit_extra(|extra| extra.note = Some("tanya koordinator".into()));
        for cell in [
            cell,
            CellData::of(Entry::Text("0812".into())),
            CellData::default(),
            CellData::of(Entry::Number(0.1)),
        ] {
            assert_eq!(CellData::from_record(cell.to_record(), &mut formats), cell);
        }
    }
}

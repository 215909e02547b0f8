//! A text entered as if somebody typed it: what it means in the spreadsheet's locale, and the format
//! that its cell gets.

use std::sync::Arc;

use serde_json::Value;

use super::book::{Area, Book, Entry, Format, Spreadsheet, check_length, range};
use super::errors::Refusal;
use super::locale;

impl Book {
    /// Enters a text into a cell as if typed: `50%`, `=A1+1`, `24/11/2026` are understood, `'`
    /// keeps the rest as text.
    pub fn set_cell(
        &mut self,
        spreadsheet: &str,
        sheet_id: i64,
        row: usize,
        column: usize,
        typed: &str,
    ) -> Result<(), Refusal> {
        let book = self
            .spreadsheet_mut(spreadsheet)
            .ok_or_else(|| Refusal::from("Requested entity was not found."))?;
        book.enter(sheet_id, row, column, typed)
    }
}

impl Spreadsheet {
    /// Enters a text as if typed. A cell beyond the grid is refused.
    pub fn enter(
        &mut self,
        sheet_id: i64,
        row: usize,
        column: usize,
        typed: &str,
    ) -> Result<(), Refusal> {
        let sheet = self.sheet(sheet_id).ok_or_else(|| Refusal::no_grid(sheet_id))?;
        if row >= sheet.row_count() || column >= sheet.column_count() {
            let cell = Area { top: row, bottom: row + 1, left: column, right: column + 1 };
            return Err(Refusal(format!(
                "Range ({}) exceeds grid limits. Max rows: {}, max columns: {}",
                range::shown(&sheet.title, &cell),
                sheet.row_count(),
                sheet.column_count()
            )));
        }
        let old = sheet.cell(row, column).and_then(|cell| cell.format.clone());
        let (entry, format) = self.typed(typed, old)?;
        self.sheet_mut(sheet_id)?.edit(row, column, |cell| {
            cell.entry = entry;
            cell.format = format;
        });
        Ok(())
    }

    /// What a typed text becomes in a cell that has the format `old`: the entry and the cell's
    /// format afterwards.
    pub fn typed(
        &mut self,
        text: &str,
        old: Option<Arc<Format>>,
    ) -> Result<(Entry, Option<Arc<Format>>), Refusal> {
        check_length(text)?;
        let as_text = old.as_ref().is_some_and(|format| format.number().0 == "TEXT");
        if as_text && !text.starts_with('=') {
            let entry = if text.is_empty() { Entry::Blank } else { Entry::Text(text.into()) };
            return Ok((entry, old));
        }
        let read = locale::read(text, &self.locale);
        let format = match read.number_format {
            Some(number_format)
                if old.as_ref().is_none_or(|format| format.number().0.is_empty()) =>
            {
                let mut json = old.map_or_else(
                    || Value::Object(serde_json::Map::new()),
                    |format| format.json.clone(),
                );
                json["numberFormat"] = number_format;
                self.intern(json)
            }
            _ => old,
        };
        Ok((read.entry, format))
    }
}

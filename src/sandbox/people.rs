//! What people do in a spreadsheet between two calls: a cell typed into, a tab renamed or deleted.
//! Knows nothing of when that is due.

use serde::Deserialize;
use serde_json::json;

use super::batch;
use super::book::{Book, Spreadsheet};
use super::calls::with_ids;
use super::errors::ApiError;
use super::values;
use halaqah_table::a1;

/// One thing that somebody does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Deed {
    /// Types a text into a cell.
    Type {
        /// The tab.
        tab: Tab,
        /// Such as `B4`.
        cell: String,
        /// As it is typed: `24/11/2026`, `=A1+1`.
        text: String,
    },
    /// Gives a tab another title.
    RenameTab {
        /// The tab.
        tab: Tab,
        /// Its title from now on.
        title: String,
    },
    /// Deletes a tab.
    DeleteTab {
        /// The tab.
        tab: Tab,
    },
}

/// A tab by its sheetId or by its title.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Tab {
    /// Its sheetId.
    Id(i64),
    /// Its title.
    Title(String),
}

impl Tab {
    fn id(&self, spreadsheet: &Spreadsheet) -> Result<i64, ApiError> {
        let found = match self {
            Self::Id(id) => spreadsheet.sheet(*id),
            Self::Title(title) => spreadsheet.sheet_titled(title),
        };
        found.map(|sheet| sheet.id).ok_or_else(ApiError::not_found)
    }
}

/// Does it to a spreadsheet of a draft.
pub(super) fn act(book: &mut Book, id: &str, deed: &Deed) -> Result<(), ApiError> {
    let spreadsheet = book.spreadsheet(id).ok_or_else(ApiError::not_found)?;
    let request = match deed {
        Deed::Type { tab, cell, text } => {
            let sheet_id = tab.id(spreadsheet)?;
            let title = spreadsheet.sheet(sheet_id).map_or("", |sheet| &sheet.title);
            let range = format!("{}!{cell}", a1::quoted_title(title));
            let target = values::target(spreadsheet, &range)?;
            return Ok(book.set_cell(id, sheet_id, target.area.top, target.area.left, text)?);
        }
        Deed::RenameTab { tab, title } => {
            let properties = json!({"sheetId": tab.id(spreadsheet)?, "title": title});
            json!({"updateSheetProperties": {"properties": properties, "fields": "title"}})
        }
        Deed::DeleteTab { tab } => json!({"deleteSheet": {"sheetId": tab.id(spreadsheet)?}}),
    };
    with_ids(book, id, |draft, ids| batch::apply(draft, ids, &[request]))?;
    Ok(())
}

//! A cell changed by hand: what may be changed, and what a cell holds while it is edited.

use axum::extract::{Json, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::look::literal;
use crate::book::{Entry, Format, OpenRange, Sheet, Spreadsheet};
use crate::errors::Refusal;
use crate::pages::{NotChanged, Pages, Pairs, change};
use crate::{Book, display, formula::Outcome, locale};

/// What the page sends.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Edit {
    sheet_id: i64,
    row: usize,
    column: usize,
    value: String,
}

/// Why a cell stays as it was.
#[derive(Debug, PartialEq)]
enum NotEdited {
    Gone,
    Protected,
    NotOffered,
    Refused(Refusal),
}

/// The areas of a sheet that are kept from people, and those within them that are not.
pub struct Protection {
    closed: Vec<(OpenRange, Vec<OpenRange>)>,
}

impl Protection {
    /// As the sheet has it. A range that only warns counts too: whoever is warned is not meant to
    /// write there.
    pub fn of(book: &Spreadsheet, sheet: &Sheet) -> Self {
        let open = |range: &Value| {
            let ranges = range["unprotectedRanges"].as_array();
            ranges.map_or_else(Vec::new, |ranges| ranges.iter().map(OpenRange::from_json).collect())
        };
        let place = |range: &Value| match range["namedRangeId"].as_str() {
            Some(id) => {
                let named = book.named_ranges.iter().find(|named| named["namedRangeId"] == id);
                OpenRange::from_json(named.map_or(&Value::Null, |named| &named["range"]))
            }
            None => OpenRange::from_json(&range["range"]),
        };
        Self {
            closed: sheet
                .objects
                .protected
                .iter()
                .map(|range| (place(range), open(range)))
                .collect(),
        }
    }

    /// Whether the sheet has any.
    pub fn is_none(&self) -> bool {
        self.closed.is_empty()
    }

    /// Whether a cell is kept from people.
    pub fn holds(&self, sheet: &Sheet, row: usize, column: usize) -> bool {
        let inside = |range: &OpenRange| sheet.resolve(*range).contains(row, column);
        self.closed.iter().any(|(closed, open)| inside(closed) && !open.iter().any(inside))
    }
}

/// The texts that a cell offers; `None` when it has no list.
pub fn offered(rule: Option<&Value>) -> Option<Vec<&str>> {
    let condition = &rule?["condition"];
    if condition["type"] != "ONE_OF_LIST" {
        return None;
    }
    let values = condition["values"].as_array()?;
    Some(
        values.iter().filter_map(|value| value["userEnteredValue"].as_str()).map(literal).collect(),
    )
}

/// What is typed into a cell so that it comes to what it holds now.
pub fn typed(book: &Spreadsheet, entry: &Entry, format: Option<&Format>) -> String {
    match entry {
        Entry::Blank => String::new(),
        Entry::Formula(source) => source.to_string(),
        Entry::Boolean(true) => "TRUE".to_owned(),
        Entry::Boolean(false) => "FALSE".to_owned(),
        Entry::Text(text) => {
            let is_plain = locale::read(text, &book.locale).entry == *entry;
            if is_plain { text.to_string() } else { format!("'{text}") }
        }
        Entry::Number(number) => {
            // In the locale's own notation, whatever pattern shows it.
            let kind = format.map_or("", |format| format.number().0);
            let plain = matches!(kind, "DATE" | "TIME" | "DATE_TIME")
                .then(|| Format { json: json!({"numberFormat": {"type": kind}}) });
            display::show(&Outcome::Number(*number), plain.as_ref(), &book.locale)
        }
    }
}

/// Takes one cell as if typed.
pub async fn edit(
    State(pages): State<Pages>,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
    Json(edit): Json<Edit>,
) -> Response {
    let language = pages.language(&pairs);
    let (status, why) = match change(&pages.sandbox, move |book| apply(book, &id, &edit)).await {
        Ok(()) => return Json(json!({})).into_response(),
        Err(NotChanged::Refused(NotEdited::Gone)) => (
            StatusCode::GONE,
            language.say("sel ini sudah tidak ada.", "this cell is not there any more.").to_owned(),
        ),
        Err(NotChanged::Refused(NotEdited::Protected)) => {
            let why = language.say(
                "sel ini ditulis oleh program dan tidak bisa diubah di sini.",
                "the program writes this cell; it cannot be edited here.",
            );
            (StatusCode::FORBIDDEN, why.to_owned())
        }
        Err(NotChanged::Refused(NotEdited::NotOffered)) => {
            let why = language.say("pilih salah satu dari daftarnya.", "choose one of its list.");
            (StatusCode::BAD_REQUEST, why.to_owned())
        }
        Err(NotChanged::Refused(NotEdited::Refused(why))) => {
            (StatusCode::BAD_REQUEST, why.to_string())
        }
        Err(NotChanged::NotStored(why)) => {
            (StatusCode::SERVICE_UNAVAILABLE, why.map(|why| why.to_string()).unwrap_or_default())
        }
    };
    (status, Json(json!({"error": why}))).into_response()
}

fn apply(book: &mut Book, id: &str, edit: &Edit) -> Result<(), NotEdited> {
    let spreadsheet = book.spreadsheet(id).ok_or(NotEdited::Gone)?;
    let sheet = spreadsheet.sheet(edit.sheet_id).ok_or(NotEdited::Gone)?;
    if Protection::of(spreadsheet, sheet).holds(sheet, edit.row, edit.column) {
        return Err(NotEdited::Protected);
    }
    let rule = sheet.cell(edit.row, edit.column).and_then(|cell| cell.validation());
    let is_strict = rule.is_some_and(|rule| rule["strict"] == true);
    if let Some(values) = offered(rule)
        && is_strict
        && !edit.value.is_empty()
    {
        if !values.contains(&edit.value.as_str()) {
            return Err(NotEdited::NotOffered);
        }
        // What is chosen from a list is the list's text, even where typing it would mean something
        // else.
        let entry = Entry::Text(edit.value.as_str().into());
        let is_plain = locale::read(&edit.value, &spreadsheet.locale).entry == entry;
        if !is_plain {
            let sheet = book.sheet_mut(id, edit.sheet_id).map_err(NotEdited::Refused)?;
            sheet.edit(edit.row, edit.column, |cell| cell.entry = entry);
            return Ok(());
        }
    }
    book.set_cell(id, edit.sheet_id, edit.row, edit.column, &edit.value).map_err(NotEdited::Refused)
}

//! The few methods of Drive v3 that spreadsheet clients use: create, get, list, update, copy and
//! delete a file.

use axum::http::Method;
use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value, json};

use super::Sandbox;
use super::book::{Book, Spreadsheet};
use super::call::{Call, Outcome, decoded};
use super::calls::{stored, stored_book};
use super::errors::ApiError;
use super::fields::Mask;

const SPREADSHEET: &str = "application/vnd.google-apps.spreadsheet";

/// Carries out a call below `/drive/v3/files`.
pub(super) fn perform(sandbox: &Sandbox, call: &Call) -> Result<Outcome, ApiError> {
    let path = call.path.trim_end_matches('/');
    let Some(rest) = path.strip_prefix("/drive/v3/files") else {
        return Err(ApiError::not_found());
    };
    let parts: Vec<String> = rest.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match (&call.method, parts.as_slice()) {
        (&Method::POST, []) => create(sandbox, call),
        (&Method::GET, []) => list(sandbox, call),
        (&Method::GET, [id]) => {
            let book = sandbox.book();
            let file = book.spreadsheet(id).ok_or_else(|| ApiError::file_not_found(id))?;
            masked(call, file, "kind,id,name,mimeType")
        }
        (&Method::PATCH, [id]) => rename(sandbox, call, id),
        (&Method::DELETE, [id]) => {
            stored(sandbox, |book| {
                if book.remove(id) { Ok(()) } else { Err(ApiError::file_not_found(id)) }
            })?;
            Ok(Outcome::Nothing)
        }
        (&Method::POST, [id, "copy"]) => {
            let name = call.json()?["name"].as_str().map(str::to_owned);
            call.mask()?;
            let (copy, book) = stored_book(sandbox, |book| {
                book.copy(id, name.as_deref()).ok_or_else(|| ApiError::file_not_found(id))
            })?;
            created(&book, call, &copy)
        }
        (&Method::GET, [id, "comments" | "permissions"]) => {
            let book = sandbox.book();
            book.spreadsheet(id).ok_or_else(|| ApiError::file_not_found(id))?;
            Ok(Outcome::Json(json!({(parts[1]): []})))
        }
        (&Method::POST, [id, "permissions"]) => {
            let book = sandbox.book();
            book.spreadsheet(id).ok_or_else(|| ApiError::file_not_found(id))?;
            let mut permission = call.json()?;
            permission["kind"] = json!("drive#permission");
            permission["id"] = json!("sandbox");
            Ok(Outcome::Json(permission))
        }
        _ => Err(ApiError::not_found()),
    }
}

fn create(sandbox: &Sandbox, call: &Call) -> Result<Outcome, ApiError> {
    let body = call.json()?;
    if body["mimeType"].as_str().is_some_and(|kind| kind != SPREADSHEET) {
        return Err(ApiError::new(400, "INVALID_ARGUMENT", "The sandbox keeps only spreadsheets."));
    }
    let name = body["name"].as_str().unwrap_or("Untitled").to_owned();
    call.mask()?;
    let (id, book) = stored_book(sandbox, |book| Ok(book.create(&name)))?;
    created(&book, call, &id)
}

fn created(book: &Book, call: &Call, id: &str) -> Result<Outcome, ApiError> {
    let file = book.spreadsheet(id).ok_or_else(|| ApiError::file_not_found(id))?;
    masked(call, file, "kind,id,name,mimeType")
}

fn rename(sandbox: &Sandbox, call: &Call, id: &str) -> Result<Outcome, ApiError> {
    let body = call.json()?;
    let name = body["name"].as_str().map(str::to_owned);
    call.mask()?;
    let ((), book) = stored_book(sandbox, |book: &mut Book| {
        let file = book.spreadsheet_mut(id).ok_or_else(|| ApiError::file_not_found(id))?;
        if let Some(name) = name {
            file.title = name;
        }
        Ok(())
    })?;
    created(&book, call, id)
}

fn list(sandbox: &Sandbox, call: &Call) -> Result<Outcome, ApiError> {
    let conditions = conditions(call.parameter("q"))?;
    let book = sandbox.book();
    let files: Vec<Value> = book
        .spreadsheets()
        .filter(|file| conditions.iter().all(|condition| condition.fits(file)))
        .map(resource)
        .collect();
    let body = json!({"kind": "drive#fileList", "incompleteSearch": false, "files": files});
    let mask = match call.mask()? {
        Some(mask) => mask,
        None => {
            Mask::parse("kind,incompleteSearch,files(kind,id,name,mimeType)").unwrap_or_default()
        }
    };
    Ok(Outcome::Json(mask.apply(body)))
}

fn masked(call: &Call, file: &Spreadsheet, usual: &str) -> Result<Outcome, ApiError> {
    let mask = call.mask()?.or_else(|| Mask::parse(usual)).unwrap_or_default();
    Ok(Outcome::Json(mask.apply(resource(file))))
}

fn resource(file: &Spreadsheet) -> Value {
    let time = |ms: i64| {
        DateTime::from_timestamp_millis(ms)
            .map_or_else(String::new, |at| at.to_rfc3339_opts(SecondsFormat::Millis, true))
    };
    let mut map = Map::new();
    for (name, value) in [
        ("kind", json!("drive#file")),
        ("id", json!(file.id)),
        ("name", json!(file.title)),
        ("mimeType", json!(SPREADSHEET)),
        ("createdTime", json!(time(file.created_ms))),
        ("modifiedTime", json!(time(file.modified_ms))),
        ("trashed", json!(false)),
        ("version", json!(file.modified_ms.to_string())),
        ("capabilities", json!({"canEdit": true})),
    ] {
        map.insert(name.to_owned(), value);
    }
    Value::Object(map)
}

/// One condition of a search.
enum Condition {
    Is(String, String),
    Contains(String, String),
    Anything,
    Nothing,
}

impl Condition {
    fn fits(&self, file: &Spreadsheet) -> bool {
        let field = |name: &str| match name {
            "name" => file.title.clone(),
            "mimeType" => SPREADSHEET.to_owned(),
            _ => String::new(),
        };
        match self {
            Self::Is(name, value) => field(name) == *value,
            Self::Contains(name, value) => {
                field(name).to_lowercase().contains(&value.to_lowercase())
            }
            Self::Anything => true,
            Self::Nothing => false,
        }
    }
}

/// `name = 'x' and mimeType = 'y' and trashed = false`.
fn conditions(query: &str) -> Result<Vec<Condition>, ApiError> {
    let invalid = || ApiError::new(400, "INVALID_ARGUMENT", "Invalid Value");
    let mut conditions = Vec::new();
    let mut rest = query.trim();
    while !rest.is_empty() {
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (name, after) = rest.split_at(length);
        let after = after.trim_start();
        let (contains, after) = if let Some(after) = after.strip_prefix("contains") {
            (true, after)
        } else {
            (false, after.strip_prefix('=').ok_or_else(invalid)?)
        };
        let after = after.trim_start();
        let (value, after) = quoted(after).ok_or_else(invalid)?;
        conditions.push(match (name, contains) {
            ("name" | "mimeType", false) => Condition::Is(name.to_owned(), value),
            ("name", true) => Condition::Contains(name.to_owned(), value),
            ("trashed", false) if value == "true" => Condition::Nothing,
            _ => Condition::Anything,
        });
        rest = after.trim_start();
        if !rest.is_empty() {
            rest = rest.strip_prefix("and").ok_or_else(invalid)?.trim_start();
        }
    }
    Ok(conditions)
}

/// A quoted value (with `\` before a quote inside) or a bare word, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mark = text.chars().next()?;
    if mark != '\'' && mark != '"' {
        let end = text.find(' ').unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    }
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
            _ if letter == mark => return Some((value, &text[at + 1..])),
            _ => value.push(letter),
        }
    }
    None
}

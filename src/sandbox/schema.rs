//! The shape of requests: which fields a message has and of what kind. A body is checked and
//! normalised against it before a method sees it, with Google's words for what does not fit.
//!
//! The table in `schema.txt` follows Google's discovery document for Sheets v4. A line is a message
//! and its fields, or an enumeration (`e` and a number) and its words. Kinds: `s` text, `i` 32-bit
//! integer, `l` 64-bit integer, `n` number, `b` true or false, `m` field mask, `*` anything, `[…]`
//! a list.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::errors::ApiError;
use super::fields::{Mask, camel};

type Fields = BTreeMap<&'static str, &'static str>;

// A constant: the table is parsed once and never changes.
static MESSAGES: LazyLock<BTreeMap<&'static str, Fields>> = LazyLock::new(|| {
    lines()
        .filter(|(name, _)| !is_enumeration(name))
        .map(|(name, fields)| (name, fields.filter_map(|f| f.split_once(':')).collect()))
        .collect()
});
static WORDS: LazyLock<BTreeMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    lines()
        .filter(|(name, _)| is_enumeration(name))
        .map(|(name, words)| (name, words.collect()))
        .collect()
});

fn lines() -> impl Iterator<Item = (&'static str, std::str::SplitWhitespace<'static>)> {
    include_str!("schema.txt").lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words))
    })
}

fn is_enumeration(name: &str) -> bool {
    name.strip_prefix('e')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// How deep a message may be nested.
const DEEPEST: usize = 90;

/// The body as the message it should be: field names in camel case, nulls left out, single values
/// of a list wrapped, numbers in text read. Everything that does not fit is told at once. `path` is
/// where the body stands in the request, such as `data`.
pub(super) fn checked(body: Value, message: &str, path: &str) -> Result<Value, ApiError> {
    let mut violations = Vec::new();
    let body = Walk { violations: &mut violations }.message(body, message, path, 0);
    if violations.is_empty() { Ok(body) } else { Err(ApiError::bad_fields(violations)) }
}

/// The first path of a mask that names a field which the message has not.
pub(super) fn unknown_path(mask: &Mask, message: &str) -> Option<String> {
    if mask.is_all() {
        return None;
    }
    let fields = MESSAGES.get(message)?;
    for key in mask.keys().filter(|key| *key != "*") {
        let Some(kind) = fields.get(key) else { return Some(key.to_owned()) };
        let inner = kind.trim_matches(['[', ']']);
        if let Some(path) = mask.child(key).and_then(|child| unknown_path(child, inner)) {
            return Some(format!("{key}.{path}"));
        }
    }
    None
}

struct Walk<'v> {
    violations: &'v mut Vec<(String, String)>,
}

impl Walk<'_> {
    fn complain(&mut self, path: &str, text: String) {
        self.violations.push((path.to_owned(), text));
    }

    fn message(&mut self, value: Value, name: &str, path: &str, depth: usize) -> Value {
        let (fields, map) = match (MESSAGES.get(name), value) {
            (Some(fields), Value::Object(map)) => (fields, map),
            (_, value) => return value,
        };
        if depth > DEEPEST {
            self.complain(path, "Message too deep. Max recursion depth reached.".to_owned());
            return Value::Null;
        }
        let mut kept = Map::new();
        for (key, value) in map {
            let key = camel(&key);
            let Some((known, kind)) = fields.get_key_value(key.as_str()) else {
                let at = if path.is_empty() { String::new() } else { format!(" at '{path}'") };
                self.complain(
                    path,
                    format!("Invalid JSON payload received. Unknown name \"{key}\"{at}: Cannot find field."),
                );
                continue;
            };
            if value.is_null() {
                continue;
            }
            if name == "Request" && !kept.is_empty() {
                let text = format!(
                    "Invalid value at '{path}' (oneof), oneof field 'kind' is already set. Cannot set '{known}'"
                );
                self.complain(path, text);
                continue;
            }
            let below =
                if path.is_empty() { snake(known) } else { format!("{path}.{}", snake(known)) };
            let value = self.field(value, kind, &below, depth + 1);
            kept.insert((*known).to_owned(), value);
        }
        Value::Object(kept)
    }

    fn field(&mut self, value: Value, kind: &str, path: &str, depth: usize) -> Value {
        if kind == "[[*]]" {
            // Lists of values are checked where they are written, with the words of that method.
            return value;
        }
        if let Some(inner) = kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
            let mut items = Vec::new();
            spread(value, &mut items, depth);
            let checked = items
                .into_iter()
                .enumerate()
                .map(|(at, item)| self.field(item, inner, &format!("{path}[{at}]"), depth));
            return Value::Array(checked.collect());
        }
        if value.is_array() && kind != "*" {
            let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
            let at = if parent.is_empty() { String::new() } else { format!(" at '{parent}'") };
            self.complain(
                parent,
                format!("Invalid JSON payload received. Unknown name \"{}\"{at}: Proto field is not repeating, cannot start list.", camel(name)),
            );
            return Value::Null;
        }
        match kind {
            "*" => value,
            "s" | "m" => self.kept(value, Value::is_string, "TYPE_STRING", path),
            "b" => match value.as_str() {
                Some("true") => json!(true),
                Some("false") => json!(false),
                _ => self.kept(value, Value::is_boolean, "TYPE_BOOL", path),
            },
            "n" => match value
                .as_str()
                .and_then(|text| text.parse::<f64>().ok())
                .filter(|number| number.is_finite())
            {
                Some(number) => json!(number),
                None => self.kept(value, Value::is_number, "TYPE_DOUBLE", path),
            },
            "i" | "l" => self.integer(value, kind == "i", path),
            _ if is_enumeration(kind) => self.word(value, kind, path),
            message if value.is_object() => self.message(value, message, path, depth),
            message => {
                let message = if message == "Request" {
                    "BatchUpdateSpreadsheetRequest.Request"
                } else {
                    message
                };
                let kind = format!("type.googleapis.com/google.apps.sheets.v4.{message}");
                self.kept(value, |_| false, &kind, path)
            }
        }
    }

    fn kept(
        &mut self,
        value: Value,
        fits: impl Fn(&Value) -> bool,
        kind: &str,
        path: &str,
    ) -> Value {
        if !fits(&value) {
            self.complain(path, format!("Invalid value at '{path}' ({kind}), {value}"));
        }
        value
    }

    fn integer(&mut self, value: Value, short: bool, path: &str) -> Value {
        let number = match &value {
            Value::Number(number) => number.as_i64().or_else(|| {
                number.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 9e15).map(|n| n as i64)
            }),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| !short || i32::try_from(*number).is_ok());
        match number {
            Some(number) => json!(number),
            None => {
                self.kept(value, |_| false, if short { "TYPE_INT32" } else { "TYPE_INT64" }, path)
            }
        }
    }

    fn word(&mut self, value: Value, kind: &str, path: &str) -> Value {
        let words = WORDS.get(kind).map_or(&[] as &[&str], Vec::as_slice);
        // An enumeration may also be sent as a number.
        if let Some(word) = value.as_u64().and_then(|at| words.get(at as usize)) {
            return json!(word);
        }
        let name = camel(path.rsplit_once('.').map_or(path, |(_, name)| name));
        let name = name[..1].to_ascii_uppercase() + &name[1..];
        let known = |value: &Value| value.as_str().is_some_and(|word| words.contains(&word));
        self.kept(value, known, &format!("type.googleapis.com/google.apps.sheets.v4.{name}"), path)
    }
}

/// The items of a list. Google takes a single value for a list of one, and a list inside a list for
/// its items: pygsheets sends both.
fn spread(value: Value, items: &mut Vec<Value>, depth: usize) {
    match value {
        Value::Array(inner) if depth < DEEPEST => {
            inner.into_iter().for_each(|item| spread(item, items, depth + 1))
        }
        item => items.push(item),
    }
}

/// `rowCount` as `row_count`, as Google's messages name fields.
fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(requests: Value) -> String {
        let body = json!({"requests": requests});
        checked(body, "BatchUpdateSpreadsheetRequest", "").unwrap_err().message().to_owned()
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_place() {
        assert_eq!(
            complaint(json!([{"DeleteRange": {}}])),
            "Invalid JSON payload received. Unknown name \"DeleteRange\" at 'requests[0]': Cannot find field."
        );
        assert_eq!(
            complaint(json!([{"addSheet": {"properties": {"sheetId": "x"}}}])),
            "Invalid value at 'requests[0].add_sheet.properties.sheet_id' (TYPE_INT32), \"x\""
        );
        assert_eq!(
            complaint(json!(["repeatCell"])),
            "Invalid value at 'requests[0]' (type.googleapis.com/google.apps.sheets.v4.BatchUpdateSpreadsheetRequest.Request), \
             \"repeatCell\""
        );
        assert_eq!(
            complaint(json!([{"mergeCells": {"mergeType": "ALL"}}])),
            "Invalid value at 'requests[0].merge_cells.merge_type' (type.googleapis.com/google.apps.sheets.v4.MergeType), \"ALL\""
        );
        assert_eq!(
            complaint(json!([{"addSheet": {}, "deleteSheet": {}}])),
            "Invalid value at 'requests[0]' (oneof), oneof field 'kind' is already set. Cannot set 'deleteSheet'"
        );
    }

    #[test]
    fn what_fits_is_normalised() {
        let body = json!({"requests": {"delete_sheet": {"sheet_id": "7"}}, "includeSpreadsheetInResponse": null});
        let wanted = json!({"requests": [{"deleteSheet": {"sheetId": 7}}]});
        assert_eq!(checked(body, "BatchUpdateSpreadsheetRequest", "").unwrap(), wanted);
        let nested = json!({"requests": [[{"deleteSheet": {"sheetId": 7}}], []]});
        assert_eq!(checked(nested, "BatchUpdateSpreadsheetRequest", "").unwrap(), wanted);
    }

    #[test]
    fn a_mask_is_held_against_the_message() {
        let unknown = |mask: &str| unknown_path(&Mask::parse(mask).unwrap(), "Spreadsheet");
        assert_eq!(unknown("sheets(properties.title,data.rowData.values.note),namedRanges"), None);
        assert_eq!(
            unknown("sheets.properties.colour"),
            Some("sheets.properties.colour".to_owned())
        );
    }
}

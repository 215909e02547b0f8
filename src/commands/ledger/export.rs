//! `ledger export`: what the ledger says, for other programs: JSON that says all of it, or CSV for
//! a spreadsheet.

use chrono::SecondsFormat;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::is_of_kind;
use crate::cli::{ExportFormat, Failure};
use crate::commands::explain::{ProgramFault, in_words};
use crate::commands::print::say;
use crate::edge::log::Line;
use crate::ledger::event::Event;
use crate::memory::each_event;
use crate::setting::Setting;

/// The columns of the CSV: one line for each value of each event.
const COLUMNS: [&str; 8] = ["seq", "at", "type", "tab", "row", "key", "field", "value"];

/// An event as it is exported: without what only the chain needs.
#[derive(Serialize)]
struct Exported<'a> {
    seq: u64,
    at: String,
    r#type: &'a str,
    v: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<ExportedSource<'a>>,
    data: &'a RawValue,
}

/// The row that an event is about.
#[derive(Serialize)]
struct ExportedSource<'a> {
    tab: i64,
    row: u32,
    key: &'a str,
}

/// Why an event could not be exported.
#[derive(Debug, thiserror::Error)]
enum NotExported {
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Csv(#[from] csv::Error),
}

/// Prints every event, or those of a kind, oldest first.
pub fn export(setting: &Setting, format: ExportFormat, kind: Option<&str>) -> Result<(), Failure> {
    let mut printed = 0_u64;
    let mut failed = None;
    if format == ExportFormat::Csv {
        say(COLUMNS.join(","));
    }
    let each = |line: &Line<'_>, event: Event| {
        if failed.is_some() || !kind.is_none_or(|kind| is_of_kind(line, kind)) {
            return;
        }
        let shown = opened_data(line, &event).and_then(|(version, data)| match format {
            ExportFormat::Json => exported(line, version, &data)
                .map(|text| format!("{}{text}", if printed == 0 { "[" } else { "," })),
            ExportFormat::Csv => csv_lines(line, &data),
        });
        match shown {
            Ok(text) => say(text.trim_end()),
            Err(error) => failed = Some(error),
        }
        printed += 1;
    };
    each_event(&setting.config.ledger_dir(), &setting.config.program_code, each)
        .map_err(in_words(&setting.words))?;
    if let Some(error) = failed {
        return Err(in_words(&setting.words)(ProgramFault(error.to_string())));
    }
    match (format, printed) {
        (ExportFormat::Json, 0) => say(format_args!("[]")),
        (ExportFormat::Json, _) => say(format_args!("]")),
        (ExportFormat::Csv, _) => {}
    }
    Ok(())
}

/// The data with what is sealed opened, and their version; of a type that is not known, as they
/// stand in the line.
fn opened_data(line: &Line<'_>, event: &Event) -> Result<(u16, Box<RawValue>), NotExported> {
    match event {
        Event::Unknown(_) => Ok((line.v, line.data.to_owned())),
        known => Ok((known.version(), known.data()?)),
    }
}

fn exported(line: &Line<'_>, v: u16, data: &RawValue) -> Result<String, NotExported> {
    let source = line.source.as_ref();
    let source =
        source.map(|source| ExportedSource { tab: source.tab, row: source.row, key: &source.key });
    let Line { seq, kind, .. } = *line;
    Ok(serde_json::to_string(&Exported {
        seq,
        at: line.at.to_rfc3339_opts(SecondsFormat::Millis, false),
        r#type: kind,
        v,
        source,
        data,
    })?)
}

fn csv_lines(line: &Line<'_>, data: &RawValue) -> Result<String, NotExported> {
    let source = line.source.as_ref();
    let (tab, row) =
        source.map(|source| (source.tab.to_string(), source.row.to_string())).unwrap_or_default();
    let key = source.map(|source| source.key.as_ref()).unwrap_or_default();
    let (seq, at) = (line.seq.to_string(), line.at.to_rfc3339_opts(SecondsFormat::Millis, false));
    let (data, mut values) = (serde_json::from_str(data.get())?, Vec::new());
    flatten(String::new(), &data, &mut values);
    let mut writer = csv::Writer::from_writer(Vec::new());
    for (field, value) in &values {
        writer.write_record([&seq, &at, line.kind, &tab, &row, key, field, &as_text(value)])?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Every value with its path: `answers.full_name`. A list of plain values is one value.
fn flatten<'v>(path: String, value: &'v Value, into: &mut Vec<(String, &'v Value)>) {
    let below =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let is_plain = |value: &Value| !value.is_object() && !value.is_array();
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| flatten(below(name), member, into))
        }
        Value::Array(items) if !items.iter().all(is_plain) => {
            items
                .iter()
                .enumerate()
                .for_each(|(at, item)| flatten(below(&at.to_string()), item, into));
        }
        plain => into.push((path, plain)),
    }
}

/// A value as a cell. What a spreadsheet would take for a formula gets the `'` that makes it text
/// there.
fn as_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => {
            format!("'{text}")
        }
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            as_text(&Value::String(items.iter().map(as_text).collect::<Vec<_>>().join(", ")))
        }
        other => other.to_string(),
    }
}

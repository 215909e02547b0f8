//! The ledger's format is law: the golden lines of `tests/formats/` are read, and written again
//! byte for byte.

use std::collections::BTreeSet;
use std::path::Path;

use halaqah::ledger::event::Event;
use halaqah::ledger::versions::version_of;
use serde_json::Value;

/// Every golden line of every version ever written, with its event type.
fn golden_lines() -> Vec<(String, u16, String)> {
    let formats = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats");
    let folders = std::fs::read_dir(formats).unwrap().map(|folder| folder.unwrap().path());
    folders.flat_map(|folder| golden_lines_in(&folder)).collect()
}

fn golden_lines_in(folder: &Path) -> Vec<(String, u16, String)> {
    let version =
        folder.file_name().unwrap().to_str().unwrap().strip_prefix('v').unwrap().parse().unwrap();
    let mut lines = Vec::new();
    for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        let kind =
            file.file_stem().unwrap().to_str().unwrap().replace("form.", "mentee_registration.");
        let text = std::fs::read_to_string(&file).unwrap();
        lines.extend(text.lines().map(|line| (kind.clone(), version, line.to_owned())));
    }
    lines
}

#[test]
fn every_type_has_golden_lines_that_are_written_as_they_were_read() {
    let mut kinds = BTreeSet::new();
    for (kind, version, line) in golden_lines() {
        let event = Event::read(&kind, version, &line).unwrap();
        assert!(!matches!(event, Event::Unknown(_)), "{kind}");
        assert_eq!(event.kind(), kind);
        if version < event.version() {
            // An old one is only read: what it became is written, and read again as the same.
            let written = event.data().unwrap();
            assert_eq!(
                Event::read(&kind, event.version(), written.get()).unwrap(),
                event,
                "{kind}"
            );
            continue;
        }
        assert_eq!(version, event.version(), "{kind}");
        assert_eq!(event.data().unwrap().get(), line, "{kind}");
        kinds.insert(kind.replace("mentee_registration.", "form."));
    }
    let all = [
        "config_changed",
        "form.amended",
        "form.retracted",
        "form.submitted",
        "person_erased",
        "placement_decided",
        "row_copied",
        "row_rejected",
        "season_closed",
        "season_opened",
        "suggestions_issued",
        "tab_observed",
        "texts_erased",
    ];
    assert_eq!(kinds, all.map(str::to_owned).into(), "a new event type needs a golden line");
}

#[test]
fn a_row_with_sealed_answers_is_of_a_newer_version_than_one_without() {
    let with_sealed = |(_, _, line): &(String, u16, String)| {
        line.starts_with('{') && line.contains("\"sealed\":[")
    };
    let rows = |(kind, _, _): &(String, u16, String)| version_of(kind) == 2;
    let (sealed, open): (Vec<_>, Vec<_>) =
        golden_lines().into_iter().filter(rows).partition(with_sealed);
    let kinds: BTreeSet<&String> = sealed.iter().map(|(kind, _, _)| kind).collect();
    assert_eq!(
        kinds.len(),
        3,
        "every row's type has a golden line of which something is sealed: {kinds:?}"
    );
    assert!(
        sealed.iter().all(|(_, version, _)| *version == 2)
            && open.iter().all(|(_, version, _)| *version == 1)
    );
}

/// Adds a field that this program does not know to every object that has fields (not to maps, whose
/// keys are data).
fn with_fields_of_tomorrow(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                if !matches!(
                    name.as_str(),
                    "answers"
                        | "raw"
                        | "extra"
                        | "weights"
                        | "cells"
                        | "terms"
                        | "left_open"
                        | "remains"
                ) {
                    with_fields_of_tomorrow(field);
                }
            }
            fields.insert("from_tomorrow".to_owned(), serde_json::json!({"a": [1, null]}));
        }
        Value::Array(items) => items.iter_mut().for_each(with_fields_of_tomorrow),
        _ => {}
    }
}

#[test]
fn fields_that_are_not_known_are_passed_over() {
    for (kind, version, line) in golden_lines() {
        let today: Value = serde_json::from_str(&line).unwrap();
        let mut newer = today.clone();
        with_fields_of_tomorrow(&mut newer);
        let known = Event::read(&kind, version, &today.to_string());
        // Also where the version is one that this program has never heard of.
        let tomorrow = if version == version_of(&kind) { version + 1 } else { version };
        let read = Event::read(&kind, tomorrow, &newer.to_string());
        assert_eq!(read.unwrap(), known.unwrap(), "{kind}");
    }
}

#[test]
fn a_type_that_is_not_known_is_no_error_and_damage_is() {
    assert_eq!(Event::read("notice_sent", 1, "{}").unwrap(), Event::Unknown("notice_sent".into()));
    let error =
        Event::read("row_copied", 1, r#"{"form":"mentee_registration"}"#).unwrap_err().to_string();
    assert!(error.contains("row_copied") && error.contains("copies"), "{error}");
}

//! Documents: what is in force, what is due for review, and what the next board would not receive.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde_json::{Value, json};

use super::Scene;
use super::evidence::{Asked, Evidence, text};
use super::numbers::{by_code, count, ratio, size};
use crate::ledger::names::normal_name;
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    let documents = documents(standing);
    let codes =
        |question| standing.program.codes("document_record", question).iter().map(String::as_str);
    let is = |record: &Record, question, code: &str| record.answers.text(question) == Some(code);
    let in_force: Vec<&Record> =
        documents.values().copied().filter(|r| is(r, "status", "in_force")).collect();
    let overdue = |record: &Record| {
        record.answers.date("review_date").is_some_and(|review| review < standing.through)
    };
    let can_be_handed_over = |kind: &str| {
        in_force.iter().any(|record| {
            let linked = record.answers.text("link").is_some_and(|link| link.starts_with("http"));
            is(record, "document_kind", kind) && linked && !overdue(record)
        })
    };
    let missing: Vec<&String> =
        scene.handover.iter().filter(|kind| !can_be_handed_over(kind)).collect();
    json!({
        "total": documents.len(),
        "by_status": by_code(codes("status"), |status| count(documents.values().filter(|r| is(r, "status", status)))),
        "in_force_by_kind": by_code(codes("document_kind"), |kind| {
            count(in_force.iter().filter(|record| is(record, "document_kind", kind)))
        }),
        "review_overdue": count(in_force.iter().filter(|record| overdue(record))),
        "handover_ready": ratio(size(scene.handover.len() - missing.len()), size(scene.handover.len())),
        "handover_missing": missing,
    })
}

/// The latest record of each document, by kind and title.
pub fn documents<'a>(standing: &Standing<'a>) -> BTreeMap<(&'a str, CompactString), &'a Record> {
    let text = |record: &'a Record, question| record.answers.text(question).unwrap_or_default();
    let key =
        |record: &'a Record| (text(record, "document_kind"), normal_name(text(record, "title")));
    standing.records.of("document_record").iter().map(|record| (key(record), *record)).collect()
}

/// The rows behind each figure: the latest record of each document.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let rows = |test: &dyn Fn(&Record) -> bool| {
        Evidence::of(documents(standing).into_values().filter(|r| test(r)))
    };
    let in_force = |record: &Record| text(record, "status") == "in_force";
    let wanted = |record: &Record| {
        asked.scene.handover.iter().any(|kind| *kind == text(record, "document_kind"))
    };
    match path {
        ["by_status", status] => rows(&|record| text(record, "status") == *status),
        ["in_force_by_kind", kind] => {
            rows(&|record| in_force(record) && text(record, "document_kind") == *kind)
        }
        ["review_overdue"] => rows(&|record| {
            in_force(record)
                && record
                    .answers
                    .date("review_date")
                    .is_some_and(|review| review < standing.through)
        }),
        ["handover_ready" | "handover_missing"] => {
            rows(&|record| in_force(record) && wanted(record)).and(Evidence::configured())
        }
        _ => rows(&|_| true),
    }
}

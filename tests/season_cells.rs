//! Every cell of the acceptance kit's `cells.json` gives its value, or the reason why not. Skipped
//! where the kit is not.

use std::path::Path;

use chrono::NaiveDate;
use halaqah::forms::columns::Columns;
use halaqah::forms::{FORMS, Forms, values};
use halaqah::ledger::record::to_the_second;
use halaqah::table::{Cell, serial};
use serde_json::{Value, json};

/// A form of one question, in the place of a real form.
fn form_of_one(case: &Value) -> (String, toml::Table) {
    let kind = case["kind"].as_str().unwrap();
    let field = case["field"].as_str().unwrap_or("answer");
    let key = case["form"].as_str().unwrap_or("support_request").to_owned();
    let source = FORMS.iter().find(|form| form.key == key).unwrap();
    let mut form: toml::Table = source.text.parse().unwrap();
    let question = if case.get("form").is_some() {
        let questions = form["questions"].as_array().unwrap();
        let mut question = questions
            .iter()
            .find(|q| q["key"].as_str() == Some(field))
            .unwrap()
            .as_table()
            .unwrap()
            .clone();
        question.remove("unless");
        question
    } else {
        let mut question: toml::Table = format!(
            "key = \"{field}\"\nkind = \"{kind}\"\nrequired = true\nsensitivity = \"public\"\n"
        )
        .parse()
        .unwrap();
        question.insert("question".into(), toml::toml! { id = "Jawaban" en = "Answer" }.into());
        for bound in ["min", "max"] {
            if let Some(number) = case[bound].as_i64() {
                question.insert(bound.into(), number.into());
            }
        }
        question
    };
    form.insert("identity".into(), toml::Value::Array(vec![]));
    form.remove("event_date");
    form.insert("questions".into(), toml::Value::Array(vec![question.into()]));
    (key, form)
}

/// What one cell gives: `{"value": …}` or `{"reason": …}`, and how many parts were dropped.
fn decode(case: &Value) -> (Value, u64) {
    let cell: Cell = serde_json::from_value(case["cell"].clone()).unwrap();
    if case["kind"] == "timestamp" {
        return match values::timestamp(&cell) {
            Ok(moment) => {
                (json!({"value": to_the_second(moment).format("%Y-%m-%dT%H:%M:%S").to_string()}), 0)
            }
            Err(reason) => (json!({"reason": reason.key()}), 0),
        };
    }
    let (key, definition) = form_of_one(case);
    let file = format!("forms/{key}.toml");
    let forms =
        Forms::load(|name| (name == file).then(|| toml::to_string(&definition).unwrap())).unwrap();
    let form = forms.get(&key).unwrap();
    let titles =
        ["Timestamp".into(), Cell::from(form.definition.questions[0].question.id.as_str())];
    let columns = Columns::of(&forms, form, &titles);
    let submitted = NaiveDate::from_ymd_opt(2026, 8, 1).unwrap().and_hms_opt(0, 0, 0).unwrap();
    match form.read_row(&forms, &columns, &[Cell::Number(serial::of_moment(submitted)), cell]) {
        Ok(accepted) => {
            let answer =
                accepted.answers.iter().next().map_or(Value::Null, |(_, answer)| json!(answer));
            (json!({"value": answer}), accepted.dropped.len() as u64)
        }
        Err(rejected) => (json!({"reason": rejected.problem.reason.key()}), 0),
    }
}

#[test]
fn every_cell_of_the_kit_gives_its_value_or_its_reason() {
    let path = Path::new("../shared/season/cells.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: {} is not here", path.display());
        return;
    };
    let kit: Value = serde_json::from_str(&text).unwrap();
    let mut wrong = Vec::new();
    for case in kit["cells"].as_array().unwrap() {
        let (got, dropped) = decode(case);
        let same = match (case.get("value"), case.get("reason")) {
            (Some(value), _) => same_value(value, &got["value"]),
            (_, reason) => reason == got.get("reason"),
        };
        if !same || dropped != case["dropped"].as_u64().unwrap_or(0) {
            wrong.push(format!("{case} gave {got}, dropped {dropped}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Numbers compare as numbers, and a code that is a number (`8`) as the text of it.
fn same_value(expected: &Value, got: &Value) -> bool {
    match (expected.as_f64(), got.as_f64().or_else(|| got.as_str()?.parse().ok())) {
        (Some(a), Some(b)) => a == b,
        _ => expected == got,
    }
}

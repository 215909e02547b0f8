//! Looking back: what the ledger, the suggestions and the tabs said at an earlier moment, and what
//! changed since.

use std::collections::BTreeMap;

use crate::support::season::registration_row;
use crate::support::{self, Program, Ran, sheet_id_of};
use serde_json::{Value, json};

/// A week after the first cycle.
const LATER: &str = "2026-12-01T07:36:00+07:00";

fn later(program: &Program, arguments: &[&str]) -> Ran {
    support::run(&mut program.command_at(Some(LATER), arguments))
}

/// A program with two cycles, a week apart: in between somebody registered, an answer was
/// corrected, and a suggestion was accepted. Also what `match` (in each of `MATCHES`) and `stats`
/// said after the first one.
struct TwoCycles {
    program: Program,
    matched: Vec<String>,
    figures: Value,
}

/// Everything that `match` can look back at.
const MATCHES: [&[&str]; 5] = [
    &["match"],
    &["match", "--regroup"],
    &["match", "--explain", "A6"],
    &["match", "--compare", "--json"],
    &["match", "--evaluate", "--json"],
];

fn two_cycles(language: &str) -> TwoCycles {
    let program = Program::new().with("language = \"id\"", &format!("language = \"{language}\""));
    program.sync();
    let matched = MATCHES.iter().map(|arguments| program.run(arguments).ok()).collect();
    let figures = serde_json::from_str(&program.run(&["stats", "--json"]).ok()).unwrap();
    program.append("mentee_registration", registration_row(program.start, 20, 9, "Yusuf Ridwan"));
    program.edit_tab(sheet_id_of("mentee_registration"), |sheet| {
        sheet.edit(1, 5, |cell| cell.entry = halaqah::table::Cell::from("X-9").into());
    });
    let title = if language == "id" { "Usulan Kelompok" } else { "Group Suggestions" };
    let tab = program.tab(title).unwrap();
    let row =
        tab.iter().position(|row| row.iter().any(|cell| cell.contains("Emir Salim"))).unwrap();
    let verdict =
        tab[2].iter().position(|title| title == "Keputusan" || title == "Decision").unwrap();
    let sheet_id = program
        .sandbox
        .with_book(|book| book.spreadsheet(&program.id).unwrap().sheet_titled(title).unwrap().id);
    let accept = if language == "id" { "Setuju" } else { "Accept" };
    program
        .sandbox
        .edit_book(|book| book.set_cell(&program.id, sheet_id, row, verdict, accept))
        .unwrap();
    later(&program, &["sync"]).ok();
    assert_eq!(program.count("placement_decided"), 1);
    TwoCycles { program, matched, figures }
}

#[test]
fn the_ledger_is_shown_up_to_a_day_or_a_moment() {
    let TwoCycles { program, .. } = two_cycles("id");
    let lines = |arguments: &[&str]| {
        let all = [&["ledger", "show"], arguments].concat();
        later(&program, &all).ok().lines().count()
    };
    let all = program.events().len();
    assert!(all > 54);
    assert_eq!(lines(&["--as-of", "2026-11-24"]), 54);
    assert_eq!(lines(&["--as-of", "2026-11-24T07:36:00+07:00"]), 54, "a moment is inside");
    assert_eq!(lines(&["--as-of", "2026-11-24T00:35:59Z"]), 0);
    assert_eq!((lines(&["--as-of", "2026-12-01"]), lines(&[])), (all, all));
    let last = later(&program, &["ledger", "show", "--as-of", "2026-11-30", "--last", "1"]).ok();
    assert!(last.starts_with("54 ") && last.contains("config_changed"), "{last}");
    let refused = later(&program, &["ledger", "show", "--as-of", "kemarin"]);
    assert!(
        refused.code == Some(2) && refused.err.contains("2026-11-24T07:36:00+07:00"),
        "{refused:?}"
    );
}

#[test]
fn suggestions_are_given_as_they_were_then() {
    let TwoCycles { program, matched, .. } = two_cycles("id");
    // Of then is also the configuration: what changed since is not looked at.
    let program = program.with(
        "max = 4",
        "max = 5 }\nreading = \"equal\"\nweights = { schedule = 1, likes_dislikes = 90",
    );
    for (arguments, then) in MATCHES.iter().zip(&matched) {
        assert_ne!(later(&program, arguments).out, *then, "much has changed: {arguments:?}");
        let said = later(&program, &[*arguments, &["--as-of", "2026-11-24"]].concat());
        assert_eq!((&said.out, said.err.as_str()), (then, ""), "{arguments:?}");
    }
    later(&program, &["match", "--as-of", "2026-01-01"]).failed(1, &["1 Januari 2026"]);
}

#[test]
fn a_comparison_and_an_evaluation_end_at_the_moment() {
    let TwoCycles { program, .. } = two_cycles("id");
    let counts = |as_of: &str| {
        let json = |what: &str| -> Value {
            serde_json::from_str(
                &later(&program, &["match", what, "--json", "--as-of", as_of]).ok(),
            )
            .unwrap()
        };
        (
            json("--compare")["days"].as_array().unwrap().len(),
            json("--evaluate")["placements"].clone(),
        )
    };
    assert_eq!(counts("2026-11-30"), (1, json!(0)));
    assert_eq!(counts("2026-12-01"), (2, json!(1)), "one suggestion was accepted that day");
}

#[test]
fn a_plan_shows_what_the_tabs_would_have_said_and_changes_nothing() {
    let TwoCycles { program, .. } = two_cycles("id");
    let before = (support::files(program.dir.path()), program.sandbox.revision());
    let said = later(&program, &["plan", "--as-of", "2026-11-24"]).ok();
    assert!(
        (support::files(program.dir.path()), program.sandbox.revision()) == before,
        "nothing is written anywhere"
    );
    assert!(
        said.starts_with(
            "Yang akan ditampilkan tab pada Selasa, 24 November 2026 23.59 (sampai kejadian 54)"
        ),
        "{said}"
    );
    assert!(said.lines().any(|line| line == "  Ringkasan!B5: 10 → 9"), "{said}");
    assert!(said.contains("Emir Salim"), "he was still waiting: {said}");
    let now = later(&program, &["plan", "--as-of", LATER]).ok();
    assert!(now.starts_with("Isi tab sama dengan yang akan ditampilkan"), "{now}");
}

#[test]
fn a_plan_shows_the_tabs_by_the_configuration_of_then() {
    let TwoCycles { program, .. } = two_cycles("id");
    let before = later(&program, &["plan", "--as-of", "2026-11-24"]);
    let calendar =
        "[[calendar]]\nfrom = \"2026-08-01\"\nto = \"2026-11-20\"\nkind = \"holiday\"\n[matching]";
    let changed = program.config.replace("[matching]", calendar).replace("max = 4", "max = 5");
    let changed = format!("handover = {{ kinds = [\"sop\"] }}\n{changed}");
    let program = program.configured(&changed).with("cash_opening = 500000", "cash_opening = 1");
    let after = later(&program, &["plan", "--as-of", "2026-11-24"]);
    assert_eq!((&after.out, after.err.as_str()), (&before.out, ""));
    assert_ne!(later(&program, &["plan"]).ok(), "Tidak ada yang baru.", "today's tabs change");
}

#[test]
fn a_time_from_which_no_configuration_is_recorded_is_seen_with_todays_and_that_is_said() {
    let TwoCycles { program, .. } = two_cycles("id");
    let then = later(&program, &["match", "--as-of", "2026-11-23"]);
    assert!(then.code == Some(0) && then.err.contains("belum mencatat konfigurasi"), "{then:?}");
    let then = later(&program, &["match", "--compare", "--as-of", "2026-11-23"]);
    assert!(then.code == Some(0) && then.err.contains("belum mencatat konfigurasi"), "{then:?}");
}

#[test]
fn a_criterion_that_no_question_fits_any_more_is_said() {
    let criterion = "[[matching.criteria]]\nfield = \"conversation_style\"\nmeasure = \"equality\"\nweight = 5\n";
    let program = Program::new();
    let config = program.config.clone();
    let program = program.configured(&format!("{config}{criterion}"));
    program.sync();
    let forms = program.dir.path().join("forms");
    std::fs::create_dir(&forms).unwrap();
    let form = include_str!("../config/forms/mentee_registration.toml");
    let form = form.replace("key = \"conversation_style\"", "key = \"talking_style\"");
    std::fs::write(forms.join("mentee_registration.toml"), form).unwrap();
    let program = program.configured(&config);
    let then = later(&program, &["match", "--as-of", "2026-11-24"]);
    assert!(then.code == Some(0) && then.err.contains("(penjodohan)"), "{then:?}");
}

/// Every figure by its path.
fn figures(path: &str, value: &Value, into: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, value)| figures(&format!("{path}.{key}"), value, into))
        }
        value => {
            into.insert(path.trim_start_matches('.').to_owned(), value.clone());
        }
    }
}

#[test]
fn a_diff_has_every_figure_that_changed_and_no_other() {
    let TwoCycles { program, figures: first, .. } = two_cycles("id");
    let second: Value = serde_json::from_str(&later(&program, &["stats", "--json"]).ok()).unwrap();
    let [mut before, mut after] = [BTreeMap::new(), BTreeMap::new()];
    figures("", &first, &mut before);
    figures("", &second, &mut after);
    let mut expected = BTreeMap::new();
    for path in before.keys().chain(after.keys()).filter(|path| path.contains('.')) {
        let [old, new] =
            [&before, &after].map(|figures| figures.get(path).cloned().unwrap_or_default());
        if old != new {
            expected.insert(path.clone(), (old, new));
        }
    }
    assert!(expected.len() > 5, "there is something to find: {expected:?}");
    let diff = |from: &str, to: &str| {
        later(&program, &["ledger", "diff", from, to, "--json", "--lines"]).ok()
    };
    let said = diff("2026-11-24", "2026-12-01");
    assert_eq!(said, diff("2026-12-01", "2026-11-24"), "the earlier point comes first");
    let said: Value = serde_json::from_str(&said).unwrap();
    let found = said["figures"].as_array().unwrap().iter();
    let found: BTreeMap<String, (Value, Value)> = found
        .map(|one| {
            (
                one["path"].as_str().unwrap().to_owned(),
                (one["before"].clone(), one["after"].clone()),
            )
        })
        .collect();
    assert_eq!(found, expected);

    let events = program.events();
    let between = &events[54..];
    let lines: Vec<Value> =
        between.iter().map(|e| json!({"event": e["seq"], "type": e["type"]})).collect();
    assert_eq!(said["lines"], json!(lines));
    assert_eq!(said["events"]["mentee_registration.submitted"], 1);
    let of = |path: &str| {
        said["figures"].as_array().unwrap().iter().find(|one| one["path"] == path).unwrap().clone()
    };
    let registered =
        between.iter().find(|event| event["type"] == "mentee_registration.submitted").unwrap();
    assert!(of("registration.people")["events"].as_array().unwrap().contains(&registered["seq"]));
    // Who left the queue is behind its length no more, but what became of them is named.
    let causes = |path: &str| (of(path)["by_events"].clone(), of(path)["by_days"].clone());
    assert_eq!(causes("waiting.count"), (json!(true), json!(false)));
    let placed = between.iter().find(|event| event["type"] == "placement_decided").unwrap();
    assert_eq!(of("waiting.count")["events"], json!([placed["seq"]]));
    assert_eq!(causes("meetings.expected"), (json!(false), json!(true)));
    assert_eq!(of("meetings.expected")["events"], json!([]));
    assert_eq!(causes("registration.people"), (json!(true), json!(false)));
    assert_eq!((&said["from"]["event"], &said["to"]["as_of"]), (&json!(54), &json!("2026-12-01")));
}

#[test]
fn a_diff_is_told_in_the_readers_words() {
    for language in ["id", "en"] {
        let TwoCycles { program, .. } = two_cycles(language);
        let last = program.events().len().to_string();
        insta::assert_snapshot!(
            format!("diff-{language}"),
            later(&program, &["ledger", "diff", "54", &last, "--lines"]).ok()
        );
    }
}

#[test]
fn a_diff_names_changes_of_the_configuration_and_refuses_what_is_no_point() {
    let program = Program::new();
    program.sync();
    let program = program.with("cash_opening = 500000", "cash_opening = 1");
    program.sync();
    let said = program.run(&["ledger", "diff", "54", "55"]).ok();
    assert!(said.contains("konfigurasi berubah (musim)  1"), "{said}");
    assert!(
        said.contains("Rp500.000 → Rp1  cash.balance") && said.contains("(kejadian 55)"),
        "{said}"
    );
    let same = program.run(&["ledger", "diff", "54", "54"]).ok();
    assert!(same.contains("0 angka berubah") && same.contains("di antaranya: 0"), "{same}");
    program.run(&["ledger", "diff", "54", "99"]).failed(1, &["Kejadian 99 tidak ada", "sampai 55"]);
    assert_eq!(program.run(&["ledger", "diff", "54", "kemarin"]).code, Some(2));
}

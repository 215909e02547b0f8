//! What the commands do, seen from outside: what they print, write and leave alone, and with which
//! code they end.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::http::Client;
use crate::support::season::registration_row;
use crate::support::undisturbed;
use crate::support::{self, NOW, OUR_TABS, Program, halaqah, run, sheet_id_of};
use halaqah::forms::Forms;
use halaqah::sandbox::book::Entry;
use halaqah::table::a1;
use serde_json::{Value, json};

/// Every cell of our tabs that holds something, as the plan prints it: `Ringkasan!B5: 9`.
fn cells_of_our_tabs(program: &Program) -> BTreeSet<String> {
    program.sandbox.with_book(|book| {
        let spreadsheet = book.spreadsheet(&program.id).unwrap();
        let ours =
            spreadsheet.sheets.iter().filter(|sheet| OUR_TABS.contains(&sheet.title.as_str()));
        let mut lines = BTreeSet::new();
        for sheet in ours {
            for (row, cells) in sheet.rows().iter().enumerate() {
                for (column, cell) in cells.iter().enumerate() {
                    let place = format!("{}!{}", sheet.title, a1::address(row, column));
                    match &cell.entry {
                        Entry::Blank => None,
                        Entry::Number(number) => Some(format!("{place}: {number}")),
                        Entry::Text(text) => Some(format!("{place}: {text}")),
                        other => panic!("{place} holds {other:?}"),
                    }
                    .map(|line| lines.insert(line));
                }
            }
        }
        lines
    })
}

/// The lines that a plan prints under its two headings: events, then tabs and cells.
fn plan_lines(out: &str) -> (Vec<String>, Vec<String>) {
    let (events, cells) = out.split_once("Akan ditulis").unwrap_or((out, ""));
    let lines = |text: &str| {
        text.lines().filter_map(|line| Some(line.strip_prefix("  ")?.to_owned())).collect()
    };
    (lines(events), lines(cells))
}

/// An event as the plan prints it.
fn event_line(event: &Value) -> String {
    let kind = event["type"].as_str().unwrap();
    let (form, what) = kind
        .split_once('.')
        .map_or((event["data"]["form"].as_str(), kind), |(form, what)| (Some(form), what));
    let what = match what {
        "submitted" => "masuk",
        "amended" => "diubah",
        "tab_observed" => "kolom tab",
        "suggestions_issued" => "usulan diberikan",
        "config_changed" => "konfigurasi berubah",
        other => panic!("{other}"),
    };
    let title =
        form.map(|form| Forms::built_in().unwrap().get(form).unwrap().definition.title.id.clone());
    let said = title.map_or(what.to_owned(), |title| format!("{title}: {what}"));
    match event.get("source").and(form) {
        Some(form) => {
            format!("{said}  {} baris {}", support::title_of(form), event["source"]["row"])
        }
        None => said,
    }
}

#[test]
fn the_first_sync_records_every_row_and_makes_every_tab() {
    let program = Program::new();
    let said = program.sync();
    assert!(said.contains("54 kejadian dicatat"), "{said}");
    let kinds = [
        ("tab_observed", 6),
        ("mentee_registration.submitted", 9),
        ("guardian_consent.submitted", 8),
        ("mentor_application.submitted", 3),
        ("mentor_training.submitted", 21),
        ("placement_decision.submitted", 1),
        ("meeting_report.submitted", 4),
        ("suggestions_issued", 1),
        ("config_changed", 1),
    ];
    for (kind, count) in kinds {
        assert_eq!(program.count(kind), count, "{kind}");
    }
    let titles = program.titles();
    assert!(OUR_TABS.iter().all(|tab| titles.iter().any(|title| title == tab)), "{titles:?}");
    assert!(program.shown("Ringkasan").contains("Adik terdaftar musim ini | 9 |"));
    assert!(program.shown("Kelompok").contains("Al-Fatih | Umar Hakim"));
    assert!(program.shown("Usulan Kelompok").contains("Salman Yusuf"));
    assert!(
        program.shown("Perlu Tindakan").contains("Indah Permata"),
        "her guardian has not agreed yet"
    );
    assert!(program.shown("Status").contains("54"));
}

#[test]
fn the_second_sync_does_nothing() {
    let program = Program::new();
    program.sync();
    let before = (program.ledger(), program.sandbox.revision());
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
    assert!(
        (program.ledger(), program.sandbox.revision()) == before,
        "a quiet cycle leaves no trace"
    );
}

/// Gives every tab of ours another sheetId, as a version of the program whose layouts were others
/// did.
fn age_our_tabs(program: &Program) {
    fn age(value: &mut Value, marked: &BTreeSet<i64>) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| age(item, marked)),
            Value::Object(fields) => {
                for (name, field) in fields {
                    match field.as_i64().filter(|id| name == "sheetId" && marked.contains(id)) {
                        Some(id) => *field = json!(id ^ 1),
                        None => age(field, marked),
                    }
                }
            }
            _ => {}
        }
    }
    let aged = program.sandbox.edit_book(|book| {
        let spreadsheet = book.spreadsheet_mut(&program.id).ok_or(())?;
        let marked: BTreeSet<i64> = spreadsheet
            .metadata
            .iter()
            .filter_map(|mark| mark["location"]["sheetId"].as_i64())
            .collect();
        assert_eq!(marked.len(), OUR_TABS.len());
        spreadsheet.metadata.iter_mut().for_each(|mark| age(mark, &marked));
        for sheet in spreadsheet.sheets.iter_mut().map(std::sync::Arc::make_mut) {
            if marked.contains(&sheet.id) {
                sheet.id ^= 1;
            }
            let objects = &mut sheet.objects;
            let lists =
                [&mut objects.protected, &mut objects.conditional_formats, &mut objects.charts];
            lists.into_iter().flatten().for_each(|object| age(object, &marked));
        }
        Ok::<_, ()>(())
    });
    aged.unwrap();
}

/// Everything in every tab but the numbers that the spreadsheet itself gives to marks and
/// protections.
fn workbook_without_given_ids(program: &Program) -> BTreeMap<String, Value> {
    fn take_ids(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(take_ids),
            Value::Object(fields) => {
                fields.retain(|name, _| name != "metadataId" && name != "protectedRangeId");
                fields.values_mut().for_each(take_ids);
            }
            _ => {}
        }
    }
    let mut workbook = program.workbook();
    workbook.values_mut().for_each(take_ids);
    workbook
}

#[test]
fn tabs_of_an_older_version_are_made_anew_with_what_people_wrote_and_where_they_stood() {
    let program = Program::new();
    program.sync();
    for (title, column, whom, text) in [
        ("Adik", "Catatan", "Emir Salim", "kakaknya alumni"),
        ("Perlu Tindakan", "Catatan", "Emir Salim", "sudah ditelepon"),
        ("Usulan Kelompok", "Mentor lain", "Dimas Prakoso", "M99"),
    ] {
        let tab = program.tab(title).unwrap();
        let titles = tab.iter().position(|row| row.iter().any(|cell| cell == column)).unwrap();
        let column = tab[titles].iter().position(|cell| cell == column).unwrap();
        let is_meant = |row: &Vec<String>| row.iter().any(|cell| cell.contains(whom));
        let row = tab.iter().position(is_meant).unwrap();
        let typed = program.sandbox.edit_book(|book| {
            let sheet_id = book.spreadsheet(&program.id).unwrap().sheet_titled(title).unwrap().id;
            book.set_cell(&program.id, sheet_id, row, column, text)
        });
        typed.unwrap();
    }
    let moved = program.sandbox.edit_book(|book| {
        book.spreadsheet_mut(&program.id).ok_or(())?.sheets.reverse();
        Ok::<_, ()>(())
    });
    moved.unwrap();
    program.sync();
    let (order, events) = (program.titles(), program.events().len());
    let before = workbook_without_given_ids(&program);
    let texts = json!(before).to_string();
    for written in ["kakaknya alumni", "sudah ditelepon", "M99", "basicChart", "booleanRule"] {
        assert!(texts.contains(written), "{written}");
    }

    age_our_tabs(&program);
    assert_ne!(workbook_without_given_ids(&program), before);
    program.sync();
    assert_eq!(program.titles(), order);
    let after = workbook_without_given_ids(&program);
    for (title, tab) in &before {
        assert_eq!(tab, &after[title], "{title}");
    }
    assert_eq!(program.events().len(), events);
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
}

/// What a person does to the columns of a tab, as it arrives through the interface.
fn edit_columns(program: &Program, title: &str, request: impl FnOnce(i64) -> Value) {
    let sheet_id = program
        .sandbox
        .with_book(|book| book.spreadsheet(&program.id).unwrap().sheet_titled(title).unwrap().id);
    let path = format!("/v4/spreadsheets/{}:batchUpdate", program.id);
    let body = json!({"requests": [request(sheet_id)]});
    Client::to(program.address()).call("POST", &path, &body).ok();
}

/// Columns of a tab by their places, counted from 0.
fn columns(sheet_id: i64, start: usize, end: usize) -> Value {
    json!({"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": start, "endIndex": end})
}

#[test]
fn columns_that_somebody_deletes_drags_or_inserts_place_nobody_and_are_put_back() {
    let titles = |program: &Program| program.tab("Usulan Kelompok").unwrap()[2].clone();
    let deletes = (0..11)
        .map(|at| move |id: i64| json!({"deleteDimension": {"range": columns(id, at, at + 1)}}));
    for (at, delete) in deletes.enumerate() {
        let program = Program::new();
        program.sync();
        let before = titles(&program);
        edit_columns(&program, "Usulan Kelompok", delete);
        program.sync();
        assert_eq!(titles(&program), before, "column {at} was deleted");
        assert_eq!(program.count("placement_decided"), 0);
        // What was said beside the table goes, now that it is in order.
        program.sync();
        assert_eq!(program.sync().trim(), "Tidak ada yang baru.", "column {at} was deleted");
    }
    let drag =
        |id: i64| json!({"moveDimension": {"source": columns(id, 4, 5), "destinationIndex": 2}});
    let insert = |id: i64| json!({"insertDimension": {"range": columns(id, 2, 3), "inheritFromBefore": true}});
    let acts: [(&str, &dyn Fn(i64) -> Value); 2] = [("dragged", &drag), ("inserted", &insert)];
    for (act, request) in acts {
        let program = Program::new();
        program.sync();
        let before = titles(&program);
        edit_columns(&program, "Usulan Kelompok", request);
        program.sync();
        // A column of somebody's own stays to the right of ours.
        assert_eq!(titles(&program)[..before.len()], before, "a column was {act}");
        assert_eq!(program.count("placement_decided"), 0);
        assert_eq!(program.sync().trim(), "Tidak ada yang baru.", "a column was {act}");
    }
}

#[test]
fn form_tabs_are_never_written() {
    let program = Program::new();
    let forms = |program: &Program| {
        let mut workbook = program.workbook();
        workbook.retain(|title, _| title.starts_with("Form Responses") || title == "Sheet1");
        workbook
    };
    let before = forms(&program);
    program.sync();
    assert!(forms(&program) == before);
}

#[test]
fn a_plan_says_what_sync_will_do_and_does_none_of_it() {
    let program = Program::new();
    let before = program.sandbox.revision();
    let (events, cells) = plan_lines(&program.run(&["plan"]).ok());
    assert_eq!(program.sandbox.revision(), before, "the spreadsheet is as it was");
    assert!(!program.dir.path().join("data").exists(), "there is no ledger yet");

    let said = program.sync();
    assert_eq!(events, program.events().iter().map(event_line).collect::<Vec<_>>());
    assert!(said.contains(&format!("{} kejadian", events.len())), "{said}");
    let (made, cells): (Vec<String>, Vec<String>) =
        cells.into_iter().partition(|line| line.starts_with("+ "));
    assert_eq!(made, OUR_TABS.map(|tab| format!("+ {tab}")));
    // What the ledger's head will be is not known before it is written.
    let is_fingerprint = |value: &str| {
        value == "…" || value.len() == 64 && value.bytes().all(|b| b.is_ascii_hexdigit())
    };
    let known = |line: &String| {
        let (cell, value) = line.split_once(": ").unwrap();
        let of_head = ["Status!B5", "Status!B6"].contains(&cell);
        !(of_head || cell.starts_with("Status!B") && is_fingerprint(value))
    };
    let planned: BTreeSet<String> = cells.into_iter().filter(known).collect();
    let written: BTreeSet<String> = cells_of_our_tabs(&program).into_iter().filter(known).collect();
    assert_eq!(planned, written);
}

#[test]
fn a_plan_beside_a_ledger_shows_only_what_changes() {
    let program = Program::new();
    program.sync();
    assert_eq!(program.run(&["plan"]).ok().trim(), "Tidak ada yang akan dicatat atau ditulis.");
    program.append("mentee_registration", registration_row(program.start, 20, 9, "Yusuf Ridwan"));
    let before = (support::files(program.dir.path()), program.sandbox.revision());
    let out = program.run(&["plan"]).ok();
    assert!(
        (support::files(program.dir.path()), program.sandbox.revision()) == before,
        "nothing is written anywhere"
    );
    let (events, cells) = plan_lines(&out);
    assert!(
        events
            .iter()
            .any(|event| event == "Pendaftaran Adik Mentor: masuk  Form Responses 1 baris 11")
    );
    assert!(cells.contains(&"Ringkasan!B5: 9 → 10".to_owned()), "{cells:?}");
    assert!(cells.iter().all(|line| !line.starts_with('+')), "{cells:?}");
}

#[test]
fn an_answer_that_is_corrected_is_one_amendment() {
    let program = Program::new();
    program.sync();
    program.edit_tab(sheet_id_of("mentee_registration"), |sheet| {
        sheet.edit(1, 5, |cell| cell.entry = halaqah::table::Cell::from("X-9").into());
    });
    program.sync();
    let amended: Vec<Value> = program
        .events()
        .into_iter()
        .filter(|event| event["type"] == "mentee_registration.amended")
        .collect();
    assert_eq!(amended.len(), 1);
    assert_eq!(amended[0]["data"]["answers"]["class_name"], "X-9");
}

#[test]
fn an_accepted_suggestion_becomes_a_placement() {
    let program = Program::new();
    program.sync();
    let tab = program.tab("Usulan Kelompok").unwrap();
    let verdict = tab[2].iter().position(|title| title == "Keputusan").unwrap();
    let row =
        tab.iter().position(|row| row.iter().any(|cell| cell.contains("Emir Salim"))).unwrap();
    let sheet_id = program.sandbox.with_book(|book| {
        let spreadsheet = book.spreadsheet(&program.id).unwrap();
        spreadsheet.sheet_titled("Usulan Kelompok").unwrap().id
    });
    let typed = program
        .sandbox
        .edit_book(|book| book.set_cell(&program.id, sheet_id, row, verdict, "Setuju"));
    typed.unwrap();
    program.sync();
    assert_eq!(program.count("placement_decided"), 1);
    let group = program.shown("Kelompok");
    assert!(group.contains("Al-Fatih") && group.contains("Emir Salim"), "{group}");
    assert!(!program.shown("Usulan Kelompok").contains("Emir Salim"), "he waits no longer");
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
}

/// "No mentor" alone would not be true: there is one, whom the coordinator has just rejected.
#[test]
fn a_rejected_suggestion_stays_out_and_the_reason_says_that_it_was_rejected() {
    let program = Program::new();
    program.sync();
    let place = |column: &str| {
        let tab = program.tab("Usulan Kelompok").unwrap();
        let row = tab
            .iter()
            .position(|row| row.iter().any(|cell| cell.contains("Dimas Prakoso")))
            .unwrap();
        (row, tab[2].iter().position(|title| title == column).unwrap())
    };
    let sheet_id = program.sandbox.with_book(|book| {
        let spreadsheet = book.spreadsheet(&program.id).unwrap();
        spreadsheet.sheet_titled("Usulan Kelompok").unwrap().id
    });
    let (row, column) = place("Keputusan");
    program
        .sandbox
        .edit_book(|book| book.set_cell(&program.id, sheet_id, row, column, "Tolak"))
        .unwrap();
    program.sync();
    assert_eq!(program.count("placement_decided"), 1);
    let (row, column) = place("Alasan");
    let why = &program.tab("Usulan Kelompok").unwrap()[row][column];
    assert_eq!(
        why,
        "tidak ada mentor pada waktu luangnya (Sabtu pagi); 1 mentor sudah ditolak atau tidak diperbolehkan untuknya"
    );
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
}

#[test]
fn why_lists_the_lines_behind_a_figure_and_no_personal_answer() {
    let program = Program::new();
    program.sync();
    let figures: Value = serde_json::from_str(&program.run(&["stats", "--json"]).ok()).unwrap();
    let people = figures["registration"]["rows"].as_u64().unwrap();
    let said = program.run(&["why", "registration.rows"]).ok();
    assert!(said.starts_with(&format!("registration.rows  {people}\n")), "{said}");
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("  ")).collect();
    assert_eq!(lines.len() as u64, people, "{said}");
    let title = "Pendaftaran Adik Mentor";
    for event in
        program.events().iter().filter(|event| event["type"] == "mentee_registration.submitted")
    {
        let begins = format!("  {}  ", event["seq"]);
        let line = lines
            .iter()
            .find(|line| line.starts_with(&begins))
            .unwrap_or_else(|| panic!("{begins} in {said}"));
        assert!(
            line.contains(title) && line.contains(&format!("#{}", event["source"]["row"])),
            "{line}"
        );
        for personal in ["full_name", "phone"] {
            let answer = event["data"]["answers"][personal].as_str().unwrap();
            assert!(!said.contains(answer), "{answer} in {said}");
        }
    }
    program.run(&["why", "registration.row"]).failed(1, &["registration.row", "registration.rows"]);
}

#[test]
fn stats_gives_every_family() {
    let program = Program::new();
    program.sync();
    let figures: Value = serde_json::from_str(&program.run(&["stats", "--json"]).ok()).unwrap();
    let families = [
        "as_of",
        "budget",
        "capacity",
        "cash",
        "data_quality",
        "documents",
        "groups",
        "meetings",
        "memorization",
        "mentors",
        "partners",
        "promotion",
        "registration",
        "retention",
        "satisfaction",
        "season",
        "support",
        "survival",
        "taaruf",
        "through",
        "waiting",
    ];
    assert_eq!(figures.as_object().unwrap().keys().collect::<Vec<_>>(), families);
    assert_eq!(
        (&figures["as_of"], &figures["season"]),
        (&json!("2026-11-24"), &json!("musim-ini"))
    );
    assert_eq!(figures["meetings"]["held"], 4);

    let earlier =
        program.run(&["stats", "--json", "--as-of", "2026-08-15", "--season", "musim-ini"]).ok();
    let earlier: Value = serde_json::from_str(&earlier).unwrap();
    assert_eq!(earlier["meetings"]["held"], 3);
    let lines = program.run(&["stats"]).ok();
    assert!(lines.lines().any(|line| line == "meetings.held  4"), "{lines}");
    program
        .run(&["stats", "--season", "kemarin"])
        .failed(1, &["Tidak ada musim kemarin", "musim-ini"]);
}

#[test]
fn match_suggests_and_explains() {
    let program = Program::new();
    program.sync();
    let all = program.run(&["match"]).ok();
    assert!(all.contains("A6 → M21  Al-Fatih"), "{all}");
    assert!(all.trim_end().ends_with("5 adik mendapat usulan, 0 belum."), "{all}");
    let one = program.run(&["match", "--explain", "A6"]).ok();
    assert!(
        one.starts_with("A6 → M21") && one.contains("    + ") && one.contains("pilihan lain: M22"),
        "{one}"
    );
    assert!(!one.contains("A5 →"), "{one}");
    program.run(&["match", "--explain", "A99"]).failed(1, &["A99"]);
}

#[test]
fn match_proposes_without_recording() {
    let program = Program::new();
    program.sync();
    let before = program.ledger();
    let all = program.run(&["match", "--regroup"]).ok();
    assert!(all.contains("Tidak ada yang dicatat."), "{all}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("what-if.toml");
    std::fs::write(&file, "leaves = [\"M21\"]\n").unwrap();
    let without = program.run(&["match", "--what-if", file.to_str().unwrap()]).ok();
    assert!(without.contains("A6  M21 Al-Fatih → "), "{without}");
    std::fs::write(&file, "leaves = [\"M99\"]\n").unwrap();
    program.run(&["match", "--what-if", file.to_str().unwrap()]).failed(1, &["M99"]);
    std::fs::write(&file, "leaf = []\n").unwrap();
    program
        .run(&["match", "--what-if", file.to_str().unwrap()])
        .failed(1, &["what-if.toml", "leaf"]);
    assert!(program.ledger() == before);
}

#[test]
fn the_ledger_can_be_verified_and_shown() {
    let program = Program::new();
    program.sync();
    let events = program.events();
    let head = events.last().unwrap()["hash"].as_str().unwrap();
    let verified = program.run(&["ledger", "verify"]).ok();
    assert!(verified.contains("54 kejadian") && verified.contains(head), "{verified}");
    let all = program.run(&["ledger", "show"]).ok();
    assert_eq!(all.lines().count(), 54);
    let last =
        program.run(&["ledger", "show", "--kind", "meeting_report.submitted", "--last", "2"]).ok();
    let last: Vec<&str> = last.lines().collect();
    assert_eq!(last.len(), 2);
    assert!(
        last[1].starts_with("28 2026-11-24T07:36:00+07:00 meeting_report.submitted #5 "),
        "{last:?}"
    );
    let form = program.run(&["ledger", "show", "--kind", "meeting_report"]).ok();
    assert_eq!(form.lines().count(), 4, "the form's name takes all that happened to it");
    let none = program.run(&["ledger", "show", "--kind", "nothing"]);
    assert_eq!(
        (none.code, none.out.as_str(), none.err.trim()),
        (Some(0), "", "Tidak ada kejadian berjenis nothing.")
    );
}

#[test]
fn the_ledger_can_be_exported_whole() {
    let program = Program::new();
    program.sync();
    let exported: Vec<Value> =
        serde_json::from_str(&program.run(&["ledger", "export"]).ok()).unwrap();
    let events = program.events();
    assert_eq!(exported.len(), events.len());
    for (exported, event) in exported.iter().zip(&events) {
        for field in ["seq", "at", "type", "v", "data", "source"] {
            assert_eq!(exported.get(field), event.get(field), "{field} of {event}");
        }
    }
    assert_eq!(program.run(&["ledger", "export", "--kind", "nothing"]).ok().trim(), "[]");

    let text =
        program.run(&["ledger", "export", "--format", "csv", "--kind", "mentee_registration"]).ok();
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap).collect();
    let of_registrations =
        |event: &&Value| event["type"].as_str().unwrap().starts_with("mentee_registration");
    let first = events.iter().find(of_registrations).unwrap();
    let seq = first["seq"].to_string();
    let value = |field: &str| {
        let row = rows.iter().find(|row| row[0] == seq && &row[6] == field);
        row.unwrap_or_else(|| panic!("no {field} in {text}"))[7].to_owned()
    };
    assert_eq!(value("answers.full_name"), first["data"]["answers"]["full_name"].as_str().unwrap());
    assert_eq!(
        value("answers.phone"),
        format!("'{}", first["data"]["answers"]["phone"].as_str().unwrap())
    );
    assert_eq!(value("answers.slots"), "fri_afternoon");
}

#[test]
fn doctor_finds_a_sound_program_sound_and_says_what_is_not() {
    let program = Program::new();
    program.sync();
    let said = program.run(&["doctor"]).ok();
    assert!(!said.contains("PERLU DIPERBAIKI"), "{said}");
    program.delete_tab("Form Responses 6");
    let ran = program.run(&["doctor"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("[PERLU DIPERBAIKI] tab Form Responses 6"), "{}", ran.out);
}

/// Whatever a cycle would stop at, `doctor` finds before it, and changes nothing.
#[test]
fn doctor_finds_what_a_cycle_would_stop_at() {
    let program = Program::new();
    assert!(
        program.run(&["doctor"]).ok().contains("[baik] putaran percobaan"),
        "before the first cycle"
    );
    program.sync();
    let (ledger, tabs) = (program.ledger(), program.workbook());
    let finds = |now: Option<&str>, said: &[&str]| {
        let ran = run(&mut program.command_at(now, &["doctor"]));
        assert_eq!(ran.code, Some(1), "{}", ran.out);
        for part in said {
            assert!(ran.out.contains(part), "{part}: {}", ran.out);
        }
    };
    finds(
        Some("2025-11-24T07:36:00+07:00"),
        &["[PERLU DIPERBAIKI] jam: Senin, 24 November 2025 07.36, padahal"],
    );
    assert!(program.ledger() == ledger && program.workbook() == tabs);

    // The end of the ledger was lost: the next cycle would set the rest of the batch aside, and
    // then refuse.
    std::fs::write(program.segment(), &ledger[..ledger.len() - 40]).unwrap();
    finds(
        Some(NOW),
        &[
            "belum selesai ditulis",
            "[PERLU DIPERBAIKI] putaran percobaan: Tab Status pernah melihat kejadian 54",
        ],
    );
    assert!(program.ledger() == ledger[..ledger.len() - 40] && program.workbook() == tabs);
}

/// A file without bytes can be made on a full disk: only a file with some finds it.
#[test]
#[cfg(unix)]
fn doctor_finds_that_there_is_no_room() {
    let program = Program::new();
    program.sync();
    let doctor = program.command_at(Some(NOW), &["doctor"]);
    // No file may grow past half a megabyte, and a write beyond is an error instead of the end.
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 512; exec \"$0\" \"$@\""])
        .arg(doctor.get_program())
        .args(doctor.get_args());
    command.envs(doctor.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ran = run(&mut command);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.out.contains("[PERLU DIPERBAIKI] tempat penyimpanan: ")
            && ran.out.contains("penuh: kosongkan"),
        "{ran:?}"
    );
    assert!(!program.dir.path().join("data/.halaqah-doctor").exists());
    assert!(program.run(&["doctor"]).ok().contains("[baik] tempat penyimpanan"));
}

#[test]
fn a_day_that_is_none_is_answered_with_how_to_write_one() {
    let program = Program::new();
    program.run(&["stats", "--as-of", "kemarin"]).failed(2, &["bukan tanggal", "2026-11-24"]);
    run(&mut program.command_at(Some("besok"), &["stats"]))
        .failed(2, &["bukan waktu", "2026-11-24T07:36:00+07:00"]);
    program.sync();
    program
        .run(&["match", "--what-if", "none.toml"])
        .failed(1, &["none.toml", "Periksa nama dan foldernya"]);
}

#[test]
fn the_same_moment_gives_the_same_bytes_but_for_what_is_sealed() {
    let (one, other) = (Program::new(), Program::new());
    one.sync();
    other.sync();
    assert!(one.events() != other.events(), "the hashes cover what is sealed");
    assert!(undisturbed::events(&one) == undisturbed::events(&other));
    assert!(undisturbed::tabs(&one) == undisturbed::tabs(&other));
}

#[test]
fn a_new_day_is_written_and_is_no_event() {
    let program = Program::new();
    program.sync();
    let tomorrow = |arguments: &[&str]| {
        run(&mut program.command_at(Some("2026-11-25T07:36:00+07:00"), arguments)).ok()
    };
    tomorrow(&["sync"]);
    assert_eq!(program.events().len(), 54);
    assert!(program.shown("Ringkasan").contains("Keadaan per Rabu, 25 November 2026"));
    assert_eq!(tomorrow(&["sync"]).trim(), "Tidak ada yang baru.");
}

#[test]
fn a_program_in_english_speaks_english() {
    let program = Program::new().with("language = \"id\"", "language = \"en\"");
    assert!(program.sync().contains("Events added to the ledger: 54."));
    let titles = program.titles();
    for title in ["Summary", "To Do", "Group Suggestions", "Groups", "To Fix", "Status"] {
        assert!(titles.iter().any(|known| known == title), "{titles:?}");
    }
    assert_eq!(program.sync().trim(), "Nothing new.");
}

#[test]
fn errors_are_in_the_language_of_the_program() {
    let program = Program::new();
    program.fault(json!({"sharing": "none"}));
    program.run(&["sync"]).failed(1, &["belum dibagikan kepada", "Buka spreadsheet itu"]);
    let doctor = program.run(&["doctor"]);
    assert!(
        doctor.out.contains("[PERLU DIPERBAIKI] spreadsheet: Spreadsheet ")
            && doctor.code == Some(1),
        "{doctor:?}"
    );
    assert!(doctor.out.contains("belum dibagikan kepada"), "{doctor:?}");

    let program = program.with("language = \"id\"", "language = \"en\"");
    program.run(&["sync"]).failed(1, &["is not shared with", "Open the spreadsheet"]);
    program.run(&["stats", "--season", "kemarin"]).failed(1, &["There is no season kemarin"]);
    program.run(&["run"]).failed(1, &["without --now"]);
    assert!(program.run(&["doctor"]).out.contains("is not shared with"));
}

#[test]
fn code_0_is_for_done() {
    let program = Program::new();
    assert_eq!(program.run(&["plan"]).code, Some(0));
    assert_eq!(run(halaqah().arg("--help")).code, Some(0));
}

#[test]
fn code_1_is_for_what_the_user_can_mend() {
    run(halaqah().args(["--config", "/nowhere/halaqah.toml", "sync"]))
        .failed(1, &["/nowhere/halaqah.toml", "--config"]);
}

#[test]
fn code_2_is_for_usage() {
    run(halaqah().arg("fly")).failed(2, &["Tidak ada perintah \"fly\"", "Cara pakai: halaqah"]);
    run(halaqah().args(["--now", "tomorrow", "sync"])).failed(2, &["--now"]);
    run(&mut halaqah()).failed(2, &["Belum disebut apa yang harus dikerjakan", "Usage"]);
}

#[test]
fn a_command_that_is_not_understood_is_answered_in_the_language_of_the_program() {
    let program = Program::new();
    program.run(&["fly"]).failed(2, &["Tidak ada perintah"]);
    let program = program.with("language = \"id\"", "language = \"en\"");
    program.run(&["fly"]).failed(2, &["There is no command \"fly\"", "Usage: halaqah"]);
    // Without a configuration that of the environment.
    let nowhere = |locale: &str| {
        let mut command = halaqah();
        command.env("LANG", locale).args(["--config", "/nowhere/halaqah.toml", "fly"]);
        run(&mut command)
    };
    nowhere("en_GB.UTF-8").failed(2, &["There is no command"]);
    nowhere("id_ID.UTF-8").failed(2, &["Tidak ada perintah"]);
}

#[test]
fn code_3_is_for_try_again_later() {
    let program = Program::new();
    // Both writes (the second after reading again) are answered with "overloaded": nobody knows
    // whether they were made.
    for _ in 0..2 {
        program.requests_let_through(2);
        program.fault(json!({"status": 503}));
        program.requests_let_through(1);
    }
    let ran = program.run(&["sync"]);
    ran.failed(
        3,
        &["Belum diketahui apakah tulisan terakhir sampai ke spreadsheet", "Jalankan lagi nanti"],
    );
}

#[test]
fn code_4_is_for_a_damaged_ledger() {
    let program = Program::new();
    program.sync();
    program.flip_a_bit();
    for command in [
        &["sync"][..],
        &["plan"],
        &["stats"],
        &["match"],
        &["ledger", "verify"],
        &["ledger", "show"],
    ] {
        program.run(command).failed(4, &["Buku catatan rusak: 000001.jsonl, baris "]);
    }
}

#[test]
fn now_is_taken_in_any_time_zone() {
    let program = Program::new();
    run(&mut program.command_at(Some("2026-11-24T00:36:00Z"), &["sync"])).ok();
    assert_eq!(program.events()[0]["at"], "2026-11-24T07:36:00.000+07:00");
}

#[test]
fn run_reads_the_clock_itself() {
    Program::new().run(&["run"]).failed(1, &["tanpa --now"]);
}

#[test]
fn output_that_nobody_reads_ends_quietly() {
    let program = Program::new();
    program.sync();
    let mut command = program.command_at(None, &["ledger", "show"]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let said = child.wait_with_output().unwrap();
    assert_eq!((said.status.code(), String::from_utf8_lossy(&said.stderr).as_ref()), (Some(0), ""));
}

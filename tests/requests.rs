//! What a cycle costs Google, counted by the sandbox: a quiet one at most one request, any other at
//! most four, whatever the number of tabs.

use crate::support::season::registration_row;
use crate::support::{Program, sheet_id_of};

/// A quiet cycle.
const QUIET: u64 = 1;
/// Any other.
const BUSY: u64 = 4;

#[track_caller]
fn costs(program: &Program, most: u64) {
    let spent = program.requests_of(&["sync"]);
    assert!(spent <= most, "{spent} requests, {most} are allowed");
}

#[test]
fn the_first_cycle_is_a_busy_one_and_the_next_is_quiet() {
    let program = Program::new();
    costs(&program, BUSY);
    costs(&program, QUIET);
}

#[test]
fn a_cycle_with_news_reads_once_and_writes_once() {
    let program = Program::new();
    program.sync();
    program.append("mentee_registration", registration_row(program.start, 20, 9, "Yusuf Ridwan"));
    costs(&program, 2);
    costs(&program, QUIET);
}

#[test]
fn a_second_spreadsheet_costs_one_request_more_when_all_is_quiet() {
    let program = Program::new();
    let created = program.sandbox.edit_book(|book| Ok::<_, ()>(book.create("Rahasia")));
    let restricted = created.unwrap();
    let id = program.id.clone();
    let both = format!("spreadsheet_id = \"{id}\"\nrestricted_id = \"{restricted}\"");
    let program = program.with(&format!("spreadsheet_id = \"{id}\""), &both);
    costs(&program, 2 * BUSY);
    costs(&program, QUIET + 1);
    let titles = program.sandbox.with_book(|book| {
        let sheets = &book.spreadsheet(&restricted).unwrap().sheets;
        sheets.iter().map(|sheet| sheet.title.clone()).collect::<Vec<_>>()
    });
    let confidential =
        ["Dukungan Rahasia", "Laporan Keselamatan", "Hasil Seleksi Mentor", "Catatan Rahasia"];
    assert!(confidential.iter().all(|tab| titles.iter().any(|title| title == tab)), "{titles:?}");
    assert!(
        confidential.iter().all(|tab| program.tab(tab).is_none()),
        "nothing of it stands in the shared one"
    );
    // Without a second spreadsheet the shared one stays as it is.
    costs(&program.with(&both, &format!("spreadsheet_id = \"{id}\"")), QUIET);
}

#[test]
fn fifty_more_tabs_cost_nothing() {
    let program = Program::new();
    let added = program.sandbox.edit_book(|book| {
        let spreadsheet = book.spreadsheet_mut(&program.id).ok_or(())?;
        for number in 0..50 {
            let sheet = halaqah::sandbox::book::Sheet::new(
                1000 + number,
                format!("Catatan {number}"),
                100,
                26,
            );
            spreadsheet.sheets.push(sheet.into());
        }
        Ok::<_, ()>(())
    });
    added.unwrap();
    costs(&program, BUSY);
    costs(&program, QUIET);
}

#[test]
fn a_renamed_form_tab_is_found_without_looking_round() {
    let program = Program::new();
    program.sync();
    program.edit_tab(sheet_id_of("meeting_report"), |sheet| sheet.title = "Laporan".to_owned());
    costs(&program, BUSY);
    costs(&program, QUIET);
    assert_eq!(program.count("meeting_report.submitted"), 4);
    assert_eq!(program.count("meeting_report.retracted"), 0);
}

#[test]
fn a_tab_of_ours_deleted_by_hand_comes_back() {
    let program = Program::new();
    program.sync();
    let before = program.workbook();
    for tab in ["Ringkasan", "Usulan Kelompok"] {
        program.delete_tab(tab);
        costs(&program, BUSY);
        costs(&program, QUIET);
    }
    let after = program.workbook();
    assert!(before["Ringkasan"]["rows"] == after["Ringkasan"]["rows"]);
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
}

#[test]
fn a_form_tab_deleted_by_hand_does_not_make_a_cycle_dear() {
    let program = Program::new();
    program.sync();
    program.delete_tab("Form Responses 6");
    costs(&program, BUSY);
    costs(&program, BUSY);
}

#[test]
fn a_plan_costs_no_more_than_the_reading() {
    let program = Program::new();
    assert!(program.requests_of(&["plan"]) <= 2);
    program.sync();
    assert!(program.requests_of(&["plan"]) <= QUIET);
}

#[test]
fn commands_that_only_read_the_ledger_cost_nothing() {
    let program = Program::new();
    program.sync();
    for command in [&["stats"][..], &["match"], &["ledger", "verify"], &["ledger", "show"]] {
        assert_eq!(program.requests_of(command), 0, "{command:?}");
    }
}

//! One person: everything that is held about him is handed out; once he is erased no key opens it,
//! no tab shows it, no edit of the sheet brings it back, and every figure is what it was.

use std::fs;

use crate::support::season::registration_row;
use crate::support::{self, OUR_TABS, Program, sheet_id_of};
use halaqah::sandbox::book::{Dimension, Entry};
use halaqah::table::Cell;
use serde_json::Value;

const NAME: &str = "Ahmad Fauzan";

fn stats(program: &Program) -> Value {
    serde_json::from_str(&program.run(&["stats", "--json"]).ok()).unwrap()
}

/// Makes sure that every figure is what it was.
#[track_caller]
fn all_stand(program: &Program, before: &Value) {
    let now = stats(program);
    let mut moved = Vec::new();
    differences("", before, &now, &mut moved);
    assert!(moved.is_empty(), "{moved:#?}");
}

fn differences(path: &str, before: &Value, now: &Value, into: &mut Vec<String>) {
    match (before, now) {
        (Value::Object(before), Value::Object(now)) => {
            for (key, value) in before {
                differences(&format!("{path}.{key}"), value, &now[key], into);
            }
        }
        _ if before == now => {}
        _ => into.push(format!("{path}: {before} → {now}")),
    }
}

/// The code that the tab of mentees or mentors gives to a name.
fn code_of(program: &Program, name: &str) -> String {
    let rows = [program.tab("Adik").unwrap(), program.tab("Mentor").unwrap()].concat();
    let row = rows.into_iter().find(|row| row.iter().any(|cell| cell == name)).unwrap();
    let is_code = |cell: &&String| cell.starts_with(['A', 'M']) && cell[1..].parse::<u64>().is_ok();
    row.iter().find(is_code).unwrap().clone()
}

/// Where a text stands: our tabs, and the ledger as far as its keys open it.
fn seen(program: &Program, text: &str) -> Vec<String> {
    let tabs =
        OUR_TABS.into_iter().filter(|tab| program.shown(tab).contains(text)).map(str::to_owned);
    let events = program.events().into_iter().filter(|event| event.to_string().contains(text));
    tabs.chain(events.map(|event| event["type"].to_string())).collect()
}

fn row_of(program: &Program, form: &str, text: &str) -> usize {
    let rows = program.tab(&support::title_of(form)).unwrap();
    rows.iter().position(|row| row.iter().any(|cell| cell.contains(text))).unwrap()
}

fn column_of(program: &Program, form: &str, title: &str) -> usize {
    program.tab(&support::title_of(form)).unwrap()[0]
        .iter()
        .position(|cell| cell.contains(title))
        .unwrap()
}

fn write(program: &Program, form: &str, row: usize, column: usize, text: &str) {
    program.edit_tab(sheet_id_of(form), |sheet| {
        sheet.edit(row, column, |cell| cell.entry = Cell::from(text).into())
    });
}

fn cells(program: &Program, form: &str, row: usize) -> Vec<Cell> {
    program.sandbox.with_book(|book| {
        let spreadsheet = book.spreadsheet(&program.id).unwrap();
        let sheet = spreadsheet.sheet(sheet_id_of(form)).unwrap();
        let cell = |column| match sheet.entry(row, column) {
            Entry::Number(number) => Cell::Number(*number),
            Entry::Boolean(boolean) => Cell::Boolean(*boolean),
            Entry::Text(text) => Cell::from(text.as_str()),
            _ => Cell::Blank,
        };
        (0..sheet.row(row).len()).map(cell).collect()
    })
}

fn delete_row(program: &Program, form: &str, row: usize) {
    program.edit_tab(sheet_id_of(form), |sheet| sheet.delete(Dimension::Rows, row, 1));
}

#[test]
fn everything_that_is_held_about_a_person_is_handed_out() {
    let program = Program::new();
    program.sync();
    let code = code_of(&program, NAME);
    let text = program.run(&["person", "export", &code]).ok();
    for shown in [
        NAME,
        "081100000000",
        "Pendaftaran Adik Mentor",
        "Form Responses 6",
        "Form Responses 2 baris 2",
    ] {
        let digits = shown.trim_start_matches('0');
        assert!(text.contains(digits), "{shown:?} is not in\n{text}");
    }
    assert!(!text.contains("Bilal Ramadhan"), "others are not his to see\n{text}");
    let json: Value =
        serde_json::from_str(&program.run(&["person", "export", &code, "--json"]).ok()).unwrap();
    assert_eq!(
        json["rows"].as_array().unwrap().len(),
        2,
        "his registration and his guardian's consent"
    );
    assert_eq!(json["named_in_rows"].as_array().unwrap().len(), 5, "the decision and four reports");
    assert_eq!(json["lines"].as_array().unwrap().len(), 2);
    let registration =
        json["rows"].as_array().unwrap().iter().find(|row| row["form"] == "mentee_registration");
    assert_eq!(registration.unwrap()["answers"]["full_name"], NAME);
    program.run(&["person", "export", "A999"]).failed(1, &["Tidak ada orang berkode A999"]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, from the form to the last line")]
fn an_erased_person_is_nowhere_and_every_figure_stays() {
    let program = Program::new();
    program.sync();
    let (code, before) = (code_of(&program, NAME), stats(&program));
    let note = column_of(&program, "meeting_report", "Catatan");
    let second = row_of(&program, "meeting_report", "Ahmad Fauzan, Cahyo");
    write(&program, "meeting_report", second, note, "Ahmad Fauzan terlambat karena sakit");
    program.run(&["person", "erase", &code, "--yes"]).failed(1, &["1 perubahan", "halaqah sync"]);
    program.sync();
    let events = program.sealed_events().len();
    let asked = program.run(&["person", "erase", &code]);
    assert!(
        asked.out.contains("Form Responses 1 baris 2")
            && asked.out.contains("Form Responses 6 baris 4"),
        "{}",
        asked.out
    );
    asked.failed(1, &["Belum ada yang dihapus", "--yes"]);
    assert_eq!(program.sealed_events().len(), events, "nothing was recorded");

    let receipt = program.run(&["person", "erase", &code, "--yes"]).ok();
    for shown in [
        &code,
        "dihapus pada",
        "Form Responses 1 baris 2",
        "Form Responses 2 baris 2",
        "Form Responses 6 baris 4",
    ] {
        assert!(receipt.contains(shown), "{shown:?} is not in\n{receipt}");
    }
    assert!(!receipt.contains(NAME), "{receipt}");
    let left = program.run(&["person", "export", &code]).ok();
    assert!(
        left.starts_with(&format!("{code} sudah dihapus.")) && left.contains("Kodenya juga ada"),
        "{left}"
    );
    assert!(!left.contains("erased") && !left.contains(NAME), "{left}");
    all_stand(&program, &before);
    assert_eq!(program.sealed_events().last().unwrap()["type"], "person_erased");
    program.run(&["ledger", "verify"]).ok();

    program.sync();
    assert_eq!(seen(&program, NAME), Vec::<String>::new());
    assert_eq!(seen(&program, "81100000000"), Vec::<String>::new());
    all_stand(&program, &before);
    let shown = program.shown("Adik");
    assert!(shown.contains(&format!("{code} | data dihapus | ")), "the code stays: {shown}");
    assert!(
        program.shown(&support::title_of("mentee_registration")).contains(NAME),
        "form tabs are never written"
    );
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
    program.run(&["person", "erase", &code, "--yes"]).failed(1, &["sudah dihapus"]);
    let export = program.run(&["person", "export", &code]).ok();
    assert!(!export.contains(NAME), "{export}");

    // Whatever happens to his rows, he does not come back.
    let row = row_of(&program, "mentee_registration", NAME);
    let class = column_of(&program, "mentee_registration", "Kelas");
    write(&program, "mentee_registration", row, class, "X-9");
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
    let registration = cells(&program, "mentee_registration", row);
    delete_row(&program, "mentee_registration", row);
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
    all_stand(&program, &before);
    program.append("mentee_registration", registration);
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");

    // A row about others is still read; only he is not in it.
    let mood = column_of(&program, "meeting_report", "Suasana");
    write(&program, "meeting_report", second, mood, "2");
    program.sync();
    assert_eq!(program.count("meeting_report.amended"), 2);
    let report = cells(&program, "meeting_report", second);
    delete_row(&program, "meeting_report", second);
    program.sync();
    program.append("meeting_report", report);
    program.sync();
    assert_eq!(seen(&program, NAME), Vec::<String>::new());
    write(
        &program,
        "meeting_report",
        row_of(&program, "meeting_report", "Ahmad Fauzan, Cahyo"),
        mood,
        "4",
    );
    program.sync();
    assert_eq!(seen(&program, NAME), Vec::<String>::new());
    all_stand(&program, &before);

    // The coordinator does what the receipt says.
    for form in ["mentee_registration", "guardian_consent"] {
        delete_row(&program, form, row_of(&program, form, NAME));
    }
    program.sync();
    all_stand(&program, &before);
    assert_eq!(seen(&program, NAME), Vec::<String>::new());

    // Who registers anew after that is somebody new.
    let mut late = registration_row(program.start, 20, 0, "Ahmad Fauzan");
    late[0] =
        Cell::Number(halaqah::table::serial::of_moment("2026-11-24T09:00:00".parse().unwrap()));
    program.append("mentee_registration", late);
    support::run(&mut program.command_at(Some("2026-11-24T10:00:00+07:00"), &["sync"])).ok();
    assert_ne!(code_of(&program, NAME), code);
}

#[test]
fn an_erased_mentor_leaves_the_group_and_its_meetings() {
    let program = Program::new();
    program.sync();
    let (code, before) = (code_of(&program, "Umar Hakim"), stats(&program));
    program.run(&["person", "erase", &code, "--yes"]).ok();
    all_stand(&program, &before);
    program.sync();
    assert_eq!(seen(&program, "Umar Hakim"), Vec::<String>::new());
    all_stand(&program, &before);
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
}

#[test]
fn an_erasure_that_a_crash_cut_short_is_finished_by_the_next_opening() {
    let program = Program::new();
    program.sync();
    let keys = program.ledger_dir().join("keys");
    let code = code_of(&program, NAME);
    let old = fs::read_to_string(&keys).unwrap();
    program.run(&["person", "erase", &code, "--yes"]).ok();
    // The event is on the disk, and the destroyed keys are as well: as if the machine had stopped
    // before they went.
    let mut both = fs::read_to_string(&keys).unwrap();
    let gone: Vec<&str> =
        old.lines().skip(1).filter(|line| !both.contains(line)).map(|line| &line[..24]).collect();
    assert!(!gone.is_empty());
    for line in old.lines().skip(1).filter(|line| gone.iter().any(|begin| line.starts_with(begin)))
    {
        both.push_str(line);
        both.push('\n');
    }
    fs::write(&keys, both).unwrap();
    assert!(!program.run(&["person", "export", &code]).ok().contains(NAME));
    program.sync();
    let after = fs::read_to_string(&keys).unwrap();
    assert!(gone.iter().all(|begin| !after.contains(begin)), "the keys are gone for good");
}

#[test]
fn what_is_kept_too_long_is_listed_and_erased_only_where_the_board_has_said_so() {
    let program = Program::new();
    program.sync();
    let next_year = |program: &Program, arguments: &[&str]| {
        support::run(&mut program.command_at(Some("2027-12-01T07:36:00+07:00"), arguments))
    };
    assert!(
        program
            .run(&["person", "retention"])
            .ok()
            .contains("Tidak ada data yang disimpan terlalu lama")
    );
    let (waiting, member) = (code_of(&program, "Dimas Prakoso"), code_of(&program, NAME));
    let said = next_year(&program, &["person", "retention"]).ok();
    assert!(
        said.contains(&format!("{waiting}, Dimas Prakoso"))
            && said.contains("Belum ada yang dihapus"),
        "{said}"
    );
    assert!(!said.contains(&member), "who is in a group is not due: {said}");
    next_year(&program, &["person", "retention", "--apply"]).failed(1, &["[retention]"]);

    let program = program.with("[matching]", "[retention]\nidentity_months = 12\n[matching]");
    let before = stats(&program);
    next_year(&program, &["sync"]).ok();
    let said = next_year(&program, &["person", "retention", "--apply"]).ok();
    assert!(said.contains(&format!("{waiting} dihapus")), "{said}");
    next_year(&program, &["sync"]).ok();
    assert_eq!(seen(&program, "Dimas Prakoso"), Vec::<String>::new());
    assert!(!seen(&program, NAME).is_empty());
    all_stand(&program, &before);
    assert!(
        next_year(&program, &["person", "retention"])
            .ok()
            .contains("Tidak ada data yang disimpan terlalu lama")
    );
}

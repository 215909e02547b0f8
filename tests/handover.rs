//! The year's report: what the next board receives, and what must not leave with it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::season::MENTEES;
use crate::support::{self, Program};
use calamine::{Data, Reader, Xlsx};

/// The report's sheets, each with its cells as text.
type Sheets = Vec<(String, String)>;

const NAME: &str = "handover-musim-ini-2026-11-24";

/// Makes the report, and gives what the command printed.
fn report(program: &Program, out: &Path) -> String {
    program.run(&["handover", "--out", out.to_str().unwrap()]).ok()
}

fn sheets(out: &Path) -> Sheets {
    let mut workbook: Xlsx<_> = calamine::open_workbook(out.join(format!("{NAME}.xlsx"))).unwrap();
    let text = |cell: &Data| cell.to_string();
    let names = workbook.sheet_names();
    let sheets = names.into_iter().map(|name| {
        let range = workbook.worksheet_range(&name).unwrap();
        let lines: Vec<String> =
            range.rows().map(|row| row.iter().map(text).collect::<Vec<_>>().join(" | ")).collect();
        (name, lines.join("\n"))
    });
    sheets.collect()
}

fn page(out: &Path) -> String {
    std::fs::read_to_string(out.join(format!("{NAME}.html"))).unwrap()
}

/// What people read on the page: a line for each row.
fn text_of(page: &str) -> String {
    let (_, body) = page.split_once("<body>").unwrap();
    let mut text = String::new();
    for (place, part) in body.split('<').enumerate() {
        text.push_str(if place == 0 { part } else { part.split_once('>').unwrap().1 });
    }
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Whether a run of at least nine digits that a phone number could be stands anywhere in the text;
/// the hash is none.
fn has_phone(text: &str) -> bool {
    text.split(|char: char| !char.is_ascii_alphanumeric()).any(|word| {
        word.len() >= 9 && word.len() < 64 && word.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn head(program: &Program) -> String {
    program.events().last().unwrap()["hash"].as_str().unwrap().to_owned()
}

#[test]
fn the_spreadsheet_file_has_every_sheet_and_the_ledgers_head() {
    let program = Program::new();
    program.sync();
    let out = program.dir.path().join("laporan");
    let said = report(&program, &out);
    assert!(
        said.contains(&format!("{NAME}.xlsx")) && said.contains(&format!("{NAME}.html")),
        "{said}"
    );
    let sheets = sheets(&out);
    let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["Sampul", "Ringkasan", "Keuangan", "Evaluasi", "Arsip & Keputusan", "Serah Terima"]
    );
    let cells: BTreeMap<&str, &str> =
        sheets.iter().map(|(name, cells)| (name.as_str(), cells.as_str())).collect();
    let head = head(&program);
    assert!(
        cells["Sampul"].contains(&format!("Sidik catatan terakhir | {head}")),
        "{}",
        cells["Sampul"]
    );
    assert!(cells["Sampul"].contains(&format!("halaqah ledger verify --against {head}")));
    assert!(cells["Sampul"].contains("Banyaknya catatan | 54"));
    assert!(cells["Ringkasan"].contains("Adik terdaftar musim ini | 9"), "{}", cells["Ringkasan"]);
}

#[test]
fn the_page_says_the_same_in_both_languages() {
    for language in ["id", "en"] {
        let program =
            Program::new().with("language = \"id\"", &format!("language = \"{language}\""));
        program.sync();
        let out = program.dir.path().join("out");
        report(&program, &out);
        let page = page(&out);
        assert!(
            page.contains(&format!("<html lang=\"{language}\">")) && page.contains("<rect"),
            "bars are drawn"
        );
        assert!(
            !page.contains("src=") && !page.contains("<script"),
            "it needs nothing beside itself"
        );
        insta::assert_snapshot!(
            format!("page-{language}"),
            text_of(&page).replace(&head(&program), "HASH")
        );
    }
}

#[test]
fn nobody_is_named_and_no_phone_number_is_told() {
    let program = Program::new();
    program.sync();
    let out = program.dir.path().join("out");
    report(&program, &out);
    let (page, sheets) = (text_of(&page(&out)), sheets(&out));
    assert!(program.shown("Perlu Tindakan").contains("Indah Permata"), "there is somebody to name");
    for (name, text) in
        sheets.iter().map(|(name, text)| (name.as_str(), text)).chain([("page", &page)])
    {
        assert!(!has_phone(text), "{name}: {text}");
        for mentee in &MENTEES {
            assert!(!text.contains(mentee.name), "{name} names {}", mentee.name);
        }
    }
}

#[test]
fn the_same_ledger_and_day_give_the_same_bytes_and_leave_the_ledger_alone() {
    let program = Program::new();
    program.sync();
    let before = program.ledger();
    let files = ["one", "other"].map(|folder| {
        let out = program.dir.path().join(folder);
        report(&program, &out);
        support::files(&out).into_values().collect::<Vec<_>>()
    });
    assert_eq!(files[0].len(), 2);
    assert!(files[0] == files[1]);
    assert!(program.ledger() == before);
}

#[test]
fn what_cannot_be_written_is_said() {
    let program = Program::new();
    program.run(&["handover"]).failed(1, &[]);
    program.sync();
    let config = program.config_path();
    program
        .run(&["handover", "--out", config.to_str().unwrap()])
        .failed(1, &["tidak bisa ditulis", "--out"]);
    program.run(&["handover", "--as-of", "1999-01-01"]).failed(1, &["1999"]);
}

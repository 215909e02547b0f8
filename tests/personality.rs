//! Personality through the commands: it counts once the form has a tab, the weight is above 0 and
//! both consents are given, and nobody ever reads what was answered.

use crate::support::{Program, sheet_id_of};
use halaqah::forms::Forms;
use halaqah::forms::definition::FormDefinition;
use halaqah::sandbox::book::Sheet;
use halaqah::table::Cell;
use serde_json::{Value, json};

const TAB: &str = "Kenali Dirimu";
const SHEET: i64 = 301;

/// What Ghina, who waits, and Aisyah, her only mentor, may answer to the statements from 1 to 20.
const ORDERLY: [u8; 20] = [3, 3, 5, 3, 5, 3, 3, 1, 3, 1, 3, 3, 5, 3, 1, 3, 3, 1, 3, 1];
const EASYGOING: [u8; 20] = [3, 3, 1, 3, 1, 3, 3, 5, 3, 5, 3, 3, 1, 3, 5, 3, 3, 5, 3, 5];

const CLOSE: &str = "keduanya menjawab mirip tentang diri sendiri";
const FAR: &str = "keduanya menjawab berbeda tentang diri sendiri";

fn definition(form: &str) -> FormDefinition {
    Forms::load(|_| None).unwrap().get(form).unwrap().definition.clone()
}

/// The small program with a tab for the form, and the weight.
fn program() -> Program {
    let program = Program::new();
    let added = program.sandbox.edit_book(|book| {
        let spreadsheet = book.spreadsheet_mut(&program.id).ok_or(())?;
        spreadsheet.sheets.push(Sheet::new(SHEET, TAB.to_owned(), 100, 26).into());
        Ok::<_, ()>(())
    });
    added.unwrap();
    let titles = definition("personality")
        .questions
        .into_iter()
        .map(|question| Cell::from(question.question.id));
    append(&program, [Cell::from("Timestamp")].into_iter().chain(titles).collect());
    let tab = format!("[forms.personality]\ntab = \"{TAB}\"\n[[seasons]]");
    let program = program.with("[[seasons]]", &tab);
    let weights = format!("{}[matching.weights]\npersonality = 10\n", program.config);
    program.configured(&weights)
}

fn append(program: &Program, cells: Vec<Cell>) {
    program.sandbox.edit_book(|book| book.append_row(&program.id, SHEET, cells)).unwrap();
}

fn answer(program: &Program, member: &str, said: [u8; 20]) {
    let stamp = [Cell::Number(46_300.5), Cell::from(member)];
    append(program, stamp.into_iter().chain(said.map(|said| Cell::Number(said.into()))).collect());
}

/// Ticks the permission in the row of a form, counted from 1 below the titles.
fn permit(program: &Program, form: &str, row: usize) {
    let questions = definition(form).questions;
    let at = questions.iter().position(|question| question.key == "extra_consent").unwrap();
    let choice = questions[at].choices.iter().find(|choice| choice.code == "profile").unwrap();
    let label = Cell::from(choice.id.as_str());
    program.edit_tab(sheet_id_of(form), |sheet| {
        sheet.edit(row, 1 + at, |cell| cell.entry = label.into())
    });
}

const GHINA: (&str, usize) = ("mentee_registration", 7);
const GUARDIAN: (&str, usize) = ("guardian_consent", 7);
const AISYAH: (&str, usize) = ("mentor_application", 3);

/// What `match` explains about Ghina.
fn explained(program: &Program) -> String {
    program.sync();
    let text = program.run(&["match", "--explain", "A8"]).ok();
    assert!(text.starts_with("A8 → M24"), "{text}");
    text
}

/// What the term came to for Ghina, in thousandths, as it was issued last.
fn issued(program: &Program) -> u64 {
    let events = program.events();
    let last = events.iter().rfind(|event| event["type"] == "suggestions_issued").unwrap();
    let all = last["data"]["suggestions"].as_array().unwrap();
    let ghina = all.iter().find(|suggestion| suggestion["mentee"] == "A8").unwrap();
    ghina["terms"]["personality"].as_u64().unwrap()
}

#[test]
fn with_both_consents_the_reason_appears() {
    for (of_aisyah, value, said, unsaid) in
        [(ORDERLY, 1000, CLOSE, FAR), (EASYGOING, 0, FAR, CLOSE)]
    {
        let program = program();
        program.sync();
        [GHINA, GUARDIAN, AISYAH].into_iter().for_each(|(form, row)| permit(&program, form, row));
        answer(&program, "A8", ORDERLY);
        answer(&program, "M24", of_aisyah);
        let text = explained(&program);
        assert_eq!(issued(&program), value, "{text}");
        assert!(text.contains(said) && !text.contains(unsaid), "{text}");
        nobody_reads_it(&program, &text);
    }
}

#[test]
fn without_one_consent_it_counts_as_not_answered() {
    for missing in [GHINA, GUARDIAN, AISYAH] {
        let program = program();
        program.sync();
        for (form, row) in
            [GHINA, GUARDIAN, AISYAH].into_iter().filter(|consent| *consent != missing)
        {
            permit(&program, form, row);
        }
        let before = explained(&program);
        answer(&program, "A8", ORDERLY);
        answer(&program, "M24", ORDERLY);
        let after = explained(&program);
        assert_eq!(after, before, "{missing:?}");
        assert!(![CLOSE, FAR].iter().any(|said| after.contains(said)), "{after}");
        assert_eq!(issued(&program), 500, "{missing:?}: neither for nor against");
        assert_eq!(program.count("personality.submitted"), 2);
    }
}

/// Neither answers nor bands nor names of traits stand in a tab or in what commands say; the ledger
/// has them sealed.
fn nobody_reads_it(program: &Program, explained: &str) {
    let form = definition("personality");
    let traits = ["openness", "conscientiousness", "keterbukaan", "\"high\"", "\"low\""];
    assert!(traits.iter().all(|word| !explained.to_lowercase().contains(word)), "{explained}");
    for title in program.titles().into_iter().filter(|title| title != TAB) {
        let shown = program.shown(&title);
        let statement =
            form.questions.iter().skip(1).find(|question| shown.contains(&question.question.id));
        assert!(statement.is_none(), "{title} shows {statement:?}");
        assert!(traits.iter().all(|word| !shown.to_lowercase().contains(word)), "{title}: {shown}");
    }
    let submitted = program
        .sealed_events()
        .into_iter()
        .filter(|event| event["type"] == "personality.submitted");
    let answers: Vec<Value> = submitted.map(|event| event["data"]["answers"].clone()).collect();
    assert_eq!(answers, [json!({}), json!({})]);
}

#[test]
fn a_bad_answer_is_not_repeated_where_it_is_to_be_put_right() {
    let program = program();
    let mut cells =
        vec![Cell::Number(46_300.5), Cell::from("Ghina Azzahra"), Cell::from("benar-benar aku")];
    cells.extend(ORDERLY[1..].iter().map(|said| Cell::Number((*said).into())));
    append(&program, cells);
    append(&program, vec![Cell::Number(46_301.5), Cell::from("Siapa Ini"), Cell::Number(4.0)]);
    program.sync();
    let to_fix = program.shown("Perlu Diperbaiki");
    let lines: Vec<&str> = to_fix.lines().filter(|line| line.starts_with(TAB)).collect();
    assert_eq!(lines.len(), 2, "{to_fix}");
    assert!(lines.iter().all(|line| line.contains("(rahasia: hubungi koordinator)")), "{lines:#?}");
    assert!(!to_fix.contains("benar-benar aku") && !to_fix.contains("Siapa Ini"), "{to_fix}");
}

#[test]
fn too_much_weight_is_refused_under_its_word() {
    let program = program();
    let heavy = program.config.replace("personality = 10", "personality = 16");
    let program = program.configured(&heavy);
    let refused = program.run(&["sync"]);
    refused.failed(1, &["personality = 16", "paling banyak 15 % dari semua bobot"]);
}

#[test]
fn as_long_as_nothing_is_weighed_the_answers_are_only_kept() {
    let program = program();
    let off = program.config.replace("personality = 10", "personality = 0");
    let program = program.configured(&off);
    program.sync();
    [GHINA, GUARDIAN, AISYAH].into_iter().for_each(|(form, row)| permit(&program, form, row));
    let before = explained(&program);
    answer(&program, "A8", ORDERLY);
    answer(&program, "M24", EASYGOING);
    assert_eq!(explained(&program), before);
    assert_eq!(program.count("personality.submitted"), 2);
}

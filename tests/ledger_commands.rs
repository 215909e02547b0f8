//! What can be done with a ledger that was damaged, kept as a fingerprint, or written by a newer
//! program; and that another program can verify it from the text of ARCHITECTURE.md.

use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{self, Program};
use halaqah::edge::log::{Line, Log, NewEvent, StdDisk};
use halaqah::ledger::line::LineHash;
use halaqah::memory::SNAPSHOT_EVERY;
use serde_json::value::RawValue;

/// The last event's hash.
fn head(program: &Program) -> String {
    program.events().last().unwrap()["hash"].as_str().unwrap().to_owned()
}

#[test]
fn a_damaged_ledger_is_repaired_by_moving_aside_and_grows_again() {
    let program = Program::new();
    program.sync();
    let whole = program.ledger();
    program.run(&["ledger", "repair"]).ok();
    assert_eq!(program.ledger(), whole, "a sound ledger is left alone");

    program.flip_a_bit();
    let damaged = program.ledger();
    program
        .run(&["ledger", "verify"])
        .failed(4, &["Buku catatan rusak: 000001.jsonl, baris 3", "halaqah ledger repair"]);
    let said = program.run(&["ledger", "repair"]).ok();
    let aside = program.ledger_dir().join("moved-1");
    let moved: Vec<_> = fs::read_dir(&aside).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(moved.len(), 1, "{moved:?}");
    let shown = [
        "000001.jsonl mulai baris 3",
        "1 kejadian",
        "hapus tab Status",
        "dicatat lagi",
        moved[0].to_str().unwrap(),
    ];
    for shown in shown {
        assert!(said.contains(shown), "{shown:?} is not in\n{said}");
    }
    assert_eq!(
        [program.ledger(), fs::read(&moved[0]).unwrap()].concat(),
        damaged,
        "every byte stands somewhere"
    );

    let verified = program.run(&["ledger", "verify"]).ok();
    assert!(verified.contains("1 kejadian") && verified.contains(&head(&program)), "{verified}");
    let again = program.run(&["ledger", "repair"]).ok();
    assert!(
        again.starts_with("Tidak ada yang perlu disisihkan.\n") && !again.contains("Status"),
        "{again}"
    );

    program.run(&["sync"]).failed(4, &["Tab Status pernah melihat kejadian 54"]);
    program.delete_tab("Status");
    program.sync();
    assert_eq!(
        program.count("mentee_registration.submitted"),
        9,
        "the rows of the form tabs were recorded again"
    );
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
    program.run(&["ledger", "verify"]).ok();
}

#[test]
fn a_repair_may_leave_no_event_and_says_so_in_english_too() {
    let program = Program::new().with("language = \"id\"", "language = \"en\"");
    program.sync();
    let mut bytes = program.ledger();
    let place = bytes.windows(7).position(|window| window == b"program").unwrap();
    bytes[place] ^= 1;
    fs::write(program.segment(), bytes).unwrap();
    program
        .run(&["ledger", "verify"])
        .failed(4, &["000001.jsonl, line 1", "halaqah ledger repair"]);
    let said = program.run(&["ledger", "repair"]).ok();
    for shown in [
        "the whole file 000001.jsonl",
        "No event is left",
        "delete the tab Status",
        "form tabs again",
    ] {
        assert!(said.contains(shown), "{shown:?} is not in\n{said}");
    }
    program.delete_tab("Status");
    program.sync();
    assert_eq!(program.count("mentee_registration.submitted"), 9);
}

#[test]
fn repair_stands_back_while_another_process_appends_and_where_there_is_no_ledger() {
    let program = Program::new();
    program.run(&["ledger", "repair"]).failed(1, &["Belum ada buku catatan"]);
    program.sync();
    let none = |_: &Line<'_>| Ok::<(), Infallible>(());
    let code = program_code(&program);
    let held = Log::open(&program.ledger_dir(), &code, none).unwrap();
    program.flip_a_bit();
    let damaged = program.ledger();
    program.run(&["ledger", "repair"]).failed(1, &["sedang dipakai halaqah lain"]);
    assert_eq!(program.ledger(), damaged);
    drop(held);
    program.run(&["ledger", "repair"]).ok();
}

fn program_code(program: &Program) -> String {
    let text = String::from_utf8(program.ledger()).unwrap();
    let header: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    header["program"].as_str().unwrap().to_owned()
}

#[test]
fn a_fingerprint_that_was_kept_is_found_or_is_not_in_the_chain() {
    let program = Program::new();
    program.sync();
    let kept = program.events()[27]["hash"].as_str().unwrap().to_owned();
    let said = program.run(&["ledger", "verify", "--against", &kept]).ok();
    for shown in
        ["54 kejadian", "kejadian 28, dicatat Selasa, 24 November 2026", "ada 26 kejadian lagi"]
    {
        assert!(said.contains(shown), "{shown:?} is not in\n{said}");
    }
    let said = program.run(&["ledger", "verify", "--against", &head(&program)]).ok();
    assert!(said.contains("kejadian 54") && said.contains("ada 0 kejadian lagi"), "{said}");

    // The same program from its beginning, recorded at another moment: every line is another.
    let other = Program::new();
    support::run(&mut other.command_at(Some("2026-11-24T08:00:00+07:00"), &["sync"])).ok();
    let strange = other.run(&["ledger", "verify", "--against", &kept]);
    assert!(strange.out.contains("utuh"), "{strange:?}");
    strange.failed(4, &[&kept, "tidak ada di buku catatan ini", "kejadian 54", "salinan lama"]);
    program
        .run(&["ledger", "verify", "--against", "ab12"])
        .failed(2, &["bukan sidik jari", "64 huruf"]);
}

/// Writes the program's ledger anew with every line changed as told, and chained as it must be.
fn rewritten(program: &Program, change: impl Fn(usize, String) -> String) {
    let text = String::from_utf8(program.ledger()).unwrap();
    let (mut written, mut previous) = (String::new(), LineHash::ZERO);
    for (number, line) in text.lines().enumerate() {
        let body = change(number, line.rsplit_once(",\"hash\":").unwrap().0.to_owned());
        previous = LineHash::chained(&previous, body.as_bytes());
        written.push_str(&format!("{body},\"hash\":\"{previous}\"}}\n"));
    }
    fs::write(program.segment(), written).unwrap();
}

#[test]
fn what_a_newer_program_wrote_is_read_and_never_appended_to() {
    // What is newer, where it stands, how it is written today and how tomorrow, and what the writer
    // says of it.
    let of_tomorrow = [
        ("the format", 0, "\"format\":1", "\"format\":2", "memakai format 2"),
        ("a version", 53, "\"v\":1", "\"v\":2", "kejadian dari halaqah yang lebih baru"),
        (
            "a type",
            53,
            "\"suggestions_issued\"",
            "\"notice_queued\"",
            "kejadian dari halaqah yang lebih baru",
        ),
        ("a version early on", 7, "\"v\":2", "\"v\":3", "kejadian dari halaqah yang lebih baru"),
    ];
    for (what, at, today, tomorrow, said) in of_tomorrow {
        let program = Program::new();
        program.sync();
        rewritten(&program, |_, line| line);
        program.run(&["ledger", "verify"]).ok();
        rewritten(&program, |number, line| {
            assert!(number != at || line.contains(today), "{what}: {line}");
            if number == at { line.replacen(today, tomorrow, 1) } else { line }
        });
        program.delete_tab("Status");
        let before = (support::files(&program.ledger_dir()), program.sandbox.revision());
        for reader in
            [&["ledger", "verify"][..], &["ledger", "show"], &["stats"], &["match"], &["plan"]]
        {
            let ran = program.run(reader);
            assert_eq!(ran.code, Some(0), "{what}, {reader:?}: {ran:?}");
        }
        program.run(&["sync"]).failed(1, &[said, "Pasang halaqah yang lebih baru"]);
        let after = (support::files(&program.ledger_dir()), program.sandbox.revision());
        // The lock's file says who looked at it last.
        let without_lock = |mut files: std::collections::BTreeMap<std::path::PathBuf, Vec<u8>>| {
            files.retain(|path, _| !path.ends_with("lock"));
            files
        };
        assert_eq!(
            (without_lock(before.0), before.1),
            (without_lock(after.0), after.1),
            "{what}: nothing was written"
        );
    }
}

/// The verifier in Python: whether it found the ledger whole, and what it said.
fn python_verifies(dir: &Path) -> (bool, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify_ledger.py");
    let ran = Command::new("python3").arg(script).arg(dir).output().unwrap();
    let said = [ran.stdout, ran.stderr].concat();
    (ran.status.success(), String::from_utf8(said).unwrap().trim().to_owned())
}

#[test]
fn another_language_verifies_the_ledger_from_its_description() {
    if Command::new("python3").arg("--version").output().is_err() {
        println!("skipped: there is no python3 here");
        return;
    }
    let program = Program::new();
    program.sync();
    let dir = program.ledger_dir();
    assert_eq!(python_verifies(&dir), (true, format!("54 {}", head(&program))));

    // The program's own writer goes on in further segments, as it does at 64 MiB.
    let event = NewEvent {
        at: "2026-11-25T07:36:00+07:00".parse().unwrap(),
        kind: "row_copied".to_owned(),
        v: 1,
        source: None,
        data: RawValue::from_string(r#"{"form":"meeting_report","copies":1}"#.to_owned()).unwrap(),
    };
    let none = |_: &Line<'_>| Ok::<(), Infallible>(());
    let opened = Log::open_on(Box::new(StdDisk), 1, &dir, &program_code(&program), none);
    let mut log = opened.unwrap().0;
    log.append(&[event.clone(), event.clone()]).unwrap();
    let last = log.append(&[event]).unwrap();
    drop(log);
    assert_eq!(python_verifies(&dir), (true, format!("57 {}", last.hash)));

    for name in ["000001.jsonl", "000055.jsonl", "000057.jsonl"] {
        let path = dir.join(name);
        let whole = fs::read(&path).unwrap();
        for place in [2, whole.len() / 2, whole.len() - 40, whole.len() - 1] {
            let mut flipped = whole.clone();
            flipped[place] ^= 1;
            fs::write(&path, flipped).unwrap();
            let (found_whole, said) = python_verifies(&dir);
            assert!(!found_whole && said.starts_with(name), "{name}, byte {place}: {said}");
        }
        fs::write(&path, whole).unwrap();
    }
    fs::rename(dir.join("000055.jsonl"), dir.join("away")).unwrap();
    assert!(!python_verifies(&dir).0, "a segment is missing");
}

#[test]
fn a_start_from_the_snapshot_comes_to_the_same_and_verify_still_reads_everything() {
    let program = Program::new();
    program.sync();
    let dir = program.ledger_dir();
    let event = NewEvent {
        at: "2026-11-25T07:36:00+07:00".parse().unwrap(),
        kind: "tab_observed".to_owned(),
        v: 1,
        source: None,
        data: RawValue::from_string(
            r#"{"form":"a_form_of_old","tab":9,"title":"Lama","questions":[]}"#.to_owned(),
        )
        .unwrap(),
    };
    let none = |_: &Line<'_>| Ok::<(), Infallible>(());
    let mut log = Log::open(&dir, &program_code(&program), none).unwrap().0;
    log.append(&vec![event; SNAPSHOT_EVERY as usize]).unwrap();
    drop(log);

    let asked = || [&["stats"][..], &["match"], &["plan"]].map(|command| program.run(command).ok());
    let before = asked();
    assert!(!dir.join("snapshot").exists(), "who only reads writes none");
    program.sync();
    assert!(dir.join("snapshot").exists());
    let from_snapshot = asked();
    assert_eq!(from_snapshot[..2], before[..2]);
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");

    // Proof that these did start from it: they do not see what happened to an older line. Who
    // verifies does.
    program.flip_a_bit();
    assert_eq!(asked(), from_snapshot);
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
    for verifier in ["verify", "show"] {
        program
            .run(&["ledger", verifier])
            .failed(4, &["Buku catatan rusak: 000001.jsonl, baris 3"]);
    }
    fs::remove_file(dir.join("snapshot")).unwrap();
    program.run(&["sync"]).failed(4, &["Buku catatan rusak: 000001.jsonl, baris 3"]);
}

//! The program killed at many moments of a cycle, and a ledger whose last write was torn: the next
//! cycle ends in the same ledger and the same tabs as if nothing had happened.

use std::time::Duration;

use crate::support::undisturbed::{heals, undisturbed};
use crate::support::{self, Program, until};
use serde_json::json;

const SOON: Duration = Duration::from_secs(20);

#[test]
fn killed_before_each_request_is_answered() {
    for answered in 0..3 {
        let program = Program::new();
        if answered > 0 {
            program.requests_let_through(answered);
        }
        program.fault(json!({"delay_ms": 600_000}));
        let sync = program.start(&["sync"]);
        // The next request may not have been sent yet: every moment between two answers is fair.
        until(SOON, "the ledger is open", || program.segment().exists());
        until(SOON, "the requests are answered", || program.sandbox.requests() >= answered);
        if answered == 2 {
            until(SOON, "the events are recorded", || {
                program.ledger().len() == undisturbed().ledger.len()
            });
        }
        assert_eq!(sync.kill().code, None, "it was killed");
        heals(&program, &format!("{answered} answers"));
    }
}

#[test]
fn killed_when_a_request_has_just_been_answered() {
    for answered in 1..=3 {
        let program = Program::new();
        let sync = program.start(&["sync"]);
        until(SOON, "the requests are answered", || program.sandbox.requests() >= answered);
        sync.kill();
        heals(&program, &format!("answer {answered}"));
    }
}

#[test]
fn killed_as_soon_as_the_spreadsheet_changes() {
    let program = Program::new();
    let before = program.sandbox.revision();
    let sync = program.start(&["sync"]);
    until(SOON, "the spreadsheet changes", || program.sandbox.revision() > before);
    sync.kill();
    heals(&program, "the write");
}

#[test]
fn killed_as_soon_as_a_file_of_the_ledger_is_there() {
    // A file that lives for a moment only may be missed: then the one that takes its place will do.
    let signs: [(&str, &[&str], u64); 5] = [
        ("the lock", &["lock"], 0),
        ("the unnamed segment", &["000001.jsonl.new", "000001.jsonl"], 0),
        ("the segment", &["000001.jsonl"], 1),
        ("the first events", &["000001.jsonl"], 300),
        ("many events", &["000001.jsonl"], 20_000),
    ];
    for (after, names, bytes) in signs {
        let program = Program::new();
        let sync = program.start(&["sync"]);
        let is_there = |name: &&str| {
            program.ledger_dir().join(name).metadata().is_ok_and(|file| file.len() >= bytes)
        };
        until(SOON, after, || names.iter().any(is_there));
        sync.kill();
        heals(&program, after);
    }
}

/// Moments spread over a whole cycle: each answer of Google's takes a while, so that the cycle
/// takes as long as all of the moments together.
#[test]
fn killed_at_moments_spread_over_the_cycle() {
    for step in 0..12_u64 {
        let program = Program::new();
        program.fault(json!({"delay_ms": 15, "count": 3}));
        let mut sync = program.start(&["sync"]);
        // Steps of unequal length, so that the moments do not fall together with the answers.
        let time = Duration::from_millis(1 + step * 9 + step * step % 7);
        let moment = halaqah::edge::clock::now(chrono_tz::Tz::UTC) + time;
        until(SOON, "the moment", || {
            halaqah::edge::clock::now(chrono_tz::Tz::UTC) >= moment || !sync.is_running()
        });
        sync.kill();
        heals(&program, &format!("{time:?}"));
    }
}

/// The ledger as a write leaves it that stopped in its middle: nothing is in the tabs yet.
#[test]
fn a_torn_write_is_set_aside_and_made_again() {
    let bytes = &undisturbed().ledger;
    let lines: Vec<usize> = bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'\n')
        .map(|(at, _)| at + 1)
        .collect();
    let (header, all) = (lines[0], bytes.len());
    let cuts = [
        ("one byte", all - 1),
        ("two bytes", all - 2),
        ("the last hash", all - 60),
        ("half the last line", usize::midpoint(lines[lines.len() - 2], all)),
        ("the last line", lines[lines.len() - 2]),
        ("half the batch, in a line", all / 2),
        ("half the batch, between lines", lines[20]),
        ("all but a few bytes", header + 5),
        ("all", header),
    ];
    for (missing, end) in cuts {
        let program = Program::new();
        undisturbed().put(&program, &bytes[..end]);
        heals(&program, &format!("a write without {missing}"));
        let aside: Vec<_> = support::files(&program.ledger_dir())
            .into_iter()
            .filter(|(path, _)| path.extension().is_some_and(|extension| extension == "bytes"))
            .collect();
        let torn = &bytes[lines.iter().rev().find(|line| **line <= end).copied().unwrap()..end];
        assert!(
            aside.iter().all(|(_, bytes)| bytes == torn),
            "{missing}: what is set aside is what was torn"
        );
        assert_eq!(aside.len(), usize::from(!torn.is_empty()), "{missing}");
    }
}

/// Bytes that were allocated and never written: what some file systems leave after a power cut.
#[test]
fn a_tail_of_zeroes_is_set_aside() {
    let mut bytes = undisturbed().ledger.clone();
    let half = bytes.len() / 2;
    bytes[half..].fill(0);
    let program = Program::new();
    undisturbed().put(&program, &bytes);
    heals(&program, "a tail of zeroes");
}

#[test]
fn commands_that_read_leave_a_torn_tail_alone() {
    let program = Program::new();
    program.sync();
    let bytes = program.ledger();
    let torn = &bytes[..bytes.len() - 10];
    std::fs::write(program.segment(), torn).unwrap();
    let said = program.run(&["ledger", "verify"]).ok();
    assert!(said.contains("belum selesai ditulis"), "{said}");
    program.run(&["stats"]).ok();
    assert!(program.ledger() == torn);
}

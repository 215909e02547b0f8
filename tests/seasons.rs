//! The board opens and closes its seasons: what is recorded, refused, listed and shown.

use std::convert::Infallible;

use crate::support::{self, Program};
use halaqah::edge::log::{Line, Log};
use serde_json::json;

/// The code of the tests' season, and its last day.
const SEASON: &str = "musim-ini";
const LAST_DAY: &str = "2026-12-20";

/// A season that follows on the one of the tests.
const NEXT: &str = "[[seasons]]\ncode = \"musim-depan\"\nname = \"Musim depan\"\nstart = \"2027-01-04\"\nend = \"2027-06-20\"\n";

fn with_two_seasons(language: &str) -> Program {
    let program = Program::new().with("language = \"id\"", &format!("language = \"{language}\""));
    let config = format!("{}\n{NEXT}", program.config);
    program.configured(&config)
}

#[test]
fn a_season_is_opened_once_and_the_tabs_and_the_list_show_it() {
    for language in ["id", "en"] {
        let program = with_two_seasons(language);
        program.sync();
        let said = [
            program.run(&["season", "list"]).ok(),
            program.run(&["season", "open", SEASON]).ok(),
            program.run(&["season", "list"]).ok(),
        ];
        insta::assert_snapshot!(format!("open-{language}"), said.concat());
        let last = program.events().pop().unwrap();
        assert_eq!((&last["type"], &last["v"]), (&json!("season_opened"), &json!(1)));
        assert_eq!(last["data"], json!({"season": SEASON, "date": "2026-11-24"}));
        program.sync();
        let open = if language == "id" {
            "dibuka Selasa, 24 November 2026"
        } else {
            "open since Tuesday, 24 November"
        };
        assert!(program.shown("Status").contains(open), "{}", program.shown("Status"));
    }
}

#[test]
fn what_makes_no_sense_is_refused_and_leaves_the_ledger_as_it_is() {
    let program = with_two_seasons("id");
    program.sync();
    program.run(&["season", "open", SEASON]).ok();
    let before = program.ledger();
    program
        .run(&["season", "open", "musim-lalu"])
        .failed(1, &["Tidak ada musim musim-lalu", "musim-ini, musim-depan"]);
    program
        .run(&["season", "open", SEASON])
        .failed(1, &["sudah dibuka sejak Selasa, 24 November 2026"]);
    program
        .run(&["season", "open", "musim-depan"])
        .failed(1, &["musim-ini", "season open musim-depan --anyway"]);
    program.run(&["season", "close", "musim-lalu"]).failed(1, &["Tidak ada musim musim-lalu"]);
    program
        .run(&["season", "close", "musim-depan"])
        .failed(1, &["baru mulai Senin, 4 Januari 2027"]);
    assert!(program.ledger() == before);

    let code = program.events()[0]["seq"].clone();
    assert_eq!(code, 1);
    let none = |_: &Line<'_>| Ok::<(), Infallible>(());
    let header: serde_json::Value =
        serde_json::from_slice(program.ledger().split(|byte| *byte == b'\n').next().unwrap())
            .unwrap();
    let held = Log::open(&program.ledger_dir(), header["program"].as_str().unwrap(), none).unwrap();
    program.run(&["season", "close", SEASON]).failed(1, &["sedang dipakai halaqah lain"]);
    program.run(&["season", "list"]).ok();
    drop(held);
    assert!(program.ledger() == before);
}

#[test]
fn a_season_may_be_opened_beside_another_on_purpose() {
    let program = with_two_seasons("id");
    program.run(&["season", "open", SEASON]).ok();
    let said = program.run(&["season", "open", "musim-depan", "--anyway"]).ok();
    assert!(said.contains("Juga masih dibuka: musim-ini."), "{said}");
    assert_eq!(program.events().pop().unwrap()["data"]["beside"], json!([SEASON]));
    program.sync();
    assert!(
        program.shown("Status").contains("juga masih dibuka: Musim depan"),
        "{}",
        program.shown("Status")
    );
}

#[test]
fn closing_lists_what_is_open_records_it_and_says_what_comes_next() {
    for language in ["id", "en"] {
        let program = with_two_seasons(language);
        program.sync();
        program.run(&["season", "open", SEASON]).ok();
        let now = format!("{LAST_DAY}T20:00:00+07:00");
        let close = |program: &Program| {
            support::run(&mut program.command_at(Some(&now), &["season", "close", SEASON]))
        };
        insta::assert_snapshot!(format!("close-{language}"), close(&program).ok());
        let last = program.events().pop().unwrap();
        assert_eq!(
            (&last["type"], &last["data"]["date"]),
            (&json!("season_closed"), &json!(LAST_DAY))
        );
        assert_eq!(last["data"]["left_open"]["groups.open"], 1);
        assert_eq!(last["data"]["left_open"]["waiting.count"], 5);
        close(&program).failed(1, &[SEASON_CLOSED[usize::from(language == "en")]]);

        let list = program.run(&["season", "list"]).ok();
        assert!(
            list.contains("24 November 2026") && list.contains("20 Des") || language == "en",
            "{list}"
        );
        let out = program.dir.path().join("out");
        program.run(&["handover", "--as-of", LAST_DAY, "--out", out.to_str().unwrap()]).ok();
        let page = std::fs::read_to_string(out.join(format!("handover-{SEASON}-{LAST_DAY}.html")))
            .unwrap();
        let closed = if language == "id" {
            "ditutup Ahad, 20 Desember 2026"
        } else {
            "closed on Sunday, 20 December 2026"
        };
        assert!(page.contains(closed), "the next board reads that the season was closed");
        program.run(&["season", "open", "musim-depan"]).ok();
        program.run(&["ledger", "verify"]).ok();
    }
}

/// What a second closing is answered.
const SEASON_CLOSED: [&str; 2] = [
    "sudah ditutup sejak Ahad, 20 Desember 2026",
    "already closed, since Sunday, 20 December 2026",
];

#[test]
fn a_season_that_was_never_opened_can_be_closed_once_it_has_begun() {
    let program = Program::new();
    program.sync();
    program.run(&["season", "close", SEASON]).ok();
    assert_eq!(program.count("season_closed"), 1);
    program.run(&["season", "open", SEASON]).ok();
    assert!(program.run(&["season", "list"]).ok().contains("dibuka Selasa, 24 November 2026"));
    assert!(program.sync().contains("sel"), "the tab Status shows it");
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
}

/// What *Perlu Tindakan* says after a cycle on a day about seasons that should be closed.
fn to_close(program: &Program, day: &str) -> Vec<String> {
    let now = format!("{day}T08:00:00+07:00");
    support::run(&mut program.command_at(Some(&now), &["sync"])).ok();
    let title = if program.titles().iter().any(|title| title == "To Do") {
        "To Do"
    } else {
        "Perlu Tindakan"
    };
    program
        .shown(title)
        .lines()
        .filter(|line| line.contains("season close"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_season_that_has_ended_is_something_to_do_until_it_is_closed() {
    for language in ["id", "en"] {
        let program = with_two_seasons(language);
        program.sync();
        program.run(&["season", "open", SEASON]).ok();
        assert!(to_close(&program, LAST_DAY).is_empty(), "its last day is inside");
        insta::assert_snapshot!(
            format!("ended-{language}"),
            to_close(&program, "2026-12-21").join("\n")
        );
        assert_eq!(to_close(&program, "2027-01-05").len(), 1, "also when the next one runs");
        let close = &mut program
            .command_at(Some("2027-01-05T09:00:00+07:00"), &["season", "close", SEASON]);
        support::run(close).ok();
        assert!(to_close(&program, "2027-01-06").is_empty());
    }
}

#[test]
fn a_season_that_nobody_ever_opened_is_to_be_closed_only_while_it_is_on_show() {
    let program = with_two_seasons("id");
    assert_eq!(to_close(&program, "2026-12-21").len(), 1);
    assert!(
        to_close(&program, "2027-01-05").is_empty(),
        "an old one of a board that closes none is nobody's task"
    );
}

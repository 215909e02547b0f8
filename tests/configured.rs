//! What changes figures or suggestions is recorded from the configuration, last in a cycle's batch,
//! and once.

use crate::support::{self, Program};
use serde_json::{Value, json};

fn last(program: &Program) -> Value {
    program.events().pop().unwrap()
}

#[test]
fn the_first_cycle_records_the_configuration_after_everything_else() {
    let program = Program::new();
    program.sync();
    let event = last(&program);
    assert_eq!((&event["type"], &event["group"]), (&json!("config_changed"), &json!(1)));
    assert_eq!(event["data"]["matching"]["group_size"], json!({"min": 2, "target": 3, "max": 4}));
    assert_eq!(event["data"]["seasons"][0]["code"], "musim-ini");
    let places = ["seasons", "calendar", "matching", "procedures", "handover"];
    assert!(places.iter().all(|part| event["data"].get(part).is_some()), "{event}");
}

#[test]
fn a_change_that_figures_follow_from_is_recorded_once_and_other_changes_are_not() {
    let program = Program::new();
    program.sync();
    let program = program.with("name = \"Rohis SMAN 1\"", "name = \"Rohis SMAN 2\"");
    program.sync();
    assert_eq!(program.count("config_changed"), 1, "the name changes no figure");

    let program =
        program.with("max = 4", "max = 5").with("cash_opening = 500000", "cash_opening = 1");
    let planned = program.run(&["plan"]).ok();
    assert!(planned.lines().any(|line| line == "  konfigurasi berubah"), "{planned}");
    program.append(
        "mentee_registration",
        support::season::registration_row(program.start, 20, 9, "Yusuf Ridwan"),
    );
    program.sync();
    assert_eq!(program.count("config_changed"), 2);
    let event = last(&program);
    assert_eq!(event["type"], "config_changed", "it comes last, so that no code depends on it");
    assert_eq!(
        (
            &event["data"]["matching"]["group_size"]["max"],
            &event["data"]["seasons"][0]["cash_opening"]
        ),
        (&json!(5), &json!(1))
    );
    let before = (program.ledger(), program.sandbox.revision());
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
    assert!((program.ledger(), program.sandbox.revision()) == before, "a quiet cycle stays quiet");
}

#[test]
fn why_names_the_changes_behind_a_figure_that_stands_in_the_configuration() {
    let program = Program::new();
    program.sync();
    let program = program.with("cash_opening = 500000", "cash_opening = 1");
    program.sync();
    let said = program.run(&["why", "cash.opening"]).ok();
    let changes: Vec<&str> =
        said.lines().filter(|line| line.ends_with("konfigurasi berubah")).collect();
    assert_eq!(changes.len(), 2, "{said}");
    assert!(!program.run(&["why", "registration.rows"]).ok().contains("konfigurasi berubah"));
}

//! `match` beside a ledger: decisions beside suggestions, predictions beside outcomes, what an
//! alternative costs, and what the settings of matching leave in the ledger.

use halaqah::matching::terms::TERMS;
use serde_json::{Value, json};

use crate::support::Program;

#[test]
fn decisions_stand_beside_what_would_have_been_suggested() {
    let program = Program::new();
    program.sync();
    let before = program.ledger();
    let compared: Value =
        serde_json::from_str(&program.run(&["match", "--compare", "--json"]).ok()).unwrap();
    let days = compared["days"].as_array().unwrap();
    assert_eq!(days.len(), 1, "one group was formed: {compared}");
    let comparison = &days[0]["comparison"];
    assert!(comparison["made"]["placed"].as_u64() > Some(0), "{comparison}");
    assert_eq!(comparison["suggested"]["broken"], json!({}));
    assert!(comparison["worth_suggested"].as_i64() >= comparison["worth_within_rules"].as_i64());
    let said = program.run(&["match", "--compare"]).ok();
    assert!(said.contains("diputuskan:") && said.contains("akan diusulkan:"), "{said}");
    assert!(program.ledger() == before, "nothing is recorded");
}

#[test]
fn with_few_groups_the_evaluation_says_that_it_is_too_early() {
    let program = Program::new();
    program.sync();
    let before = program.ledger();
    let evaluated: Value =
        serde_json::from_str(&program.run(&["match", "--evaluate", "--json"]).ok()).unwrap();
    assert_eq!(evaluated["needed"], 20);
    let verdicts = evaluated["compared"]
        .as_array()
        .unwrap()
        .iter()
        .map(|compared| compared["verdict"].as_str().unwrap());
    assert_eq!(verdicts.collect::<Vec<_>>(), ["not_enough"; 3]);
    let said = program.run(&["match", "--evaluate"]).ok();
    assert_eq!(said.matches("belum cukup kelompok: 0 dari 20").count(), 3, "{said}");
    assert!(program.ledger() == before, "nothing is recorded");
}

/// The suggestions that the first cycle records.
fn issued(program: &Program) -> Value {
    program.sync();
    let of_kind = |event: &Value| event["type"] == "suggestions_issued";
    program.events().into_iter().find(of_kind).unwrap()["data"].clone()
}

#[test]
fn the_ledger_says_when_the_deadline_was_hit_and_what_chance_chose() {
    let plain = issued(&Program::new());
    assert!(plain.get("stopped").is_none() && plain.get("randomised").is_none(), "{plain}");
    let hurried =
        issued(&Program::new().with("[matching]", "[matching]\ndeadline_s = 0.000000001"));
    assert_eq!(hurried["stopped"], true, "{hurried}");
    let program = Program::new().with("[matching]", "[matching]\nrandomise = true");
    let chosen = issued(&program);
    assert_eq!(chosen["randomised"]["seed"], chosen["instance"], "{chosen}");
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.", "the same is suggested again");
}

/// What `match --explain` says of the alternative of Emir (A6): either group of the mentors M21 and
/// M22 has three members with him, and Al-Fatih suits him better by 42 points (690 and 648).
fn cost_for_emir(program: &Program) -> String {
    // The suggestions are open already: what that is worth must not count.
    program.sync();
    let said = program.run(&["match", "--explain", "A6"]).ok();
    said.lines().last().unwrap().trim().to_owned()
}

#[test]
fn an_alternative_is_said_to_cost_nothing_score_or_somebodys_place() {
    let group_size = "min = 2, target = 3, max = 4";
    let sizes = |size: &str| Program::new().with(group_size, size);
    // Both groups are two away from their targets, whichever he joins: what is lost is his own
    // score.
    let even = "min = 2, target = 4, max = 4";
    let score = "bagi seluruh rencana tidak ada yang kehilangan tempat, tetapi nilainya turun ";
    assert_eq!(cost_for_emir(&sizes(even)), format!("{score}42"));
    // Four and two for a target of three are 20 worse each than three and three.
    assert_eq!(cost_for_emir(&sizes(group_size)), format!("{score}2"));
    // When no score counts, nothing is lost.
    let zero = TERMS.each_ref().map(|term| format!("{} = 0", term.name)).join(", ");
    let indifferent =
        sizes(even).with("[matching]", &format!("[matching]\nweights = {{ {zero} }}"));
    assert_eq!(cost_for_emir(&indifferent), "bagi seluruh rencana tidak merugikan");
    // Without him the other two are too few for a group.
    let full = sizes("min = 3, target = 3, max = 4");
    assert_eq!(cost_for_emir(&full), "bagi seluruh rencana ada yang kehilangan tempat: 2 adik");
    let english = full.with("language = \"id\"", "language = \"en\"");
    assert_eq!(cost_for_emir(&english), "for the whole plan that costs others their place: 2");
}

#[test]
fn what_was_not_answered_is_said_not_to_count() {
    let program = Program::new();
    program.sync();
    let said = program.run(&["match", "--explain", "A6"]).ok();
    let neutral: Vec<&str> =
        said.lines().filter_map(|line| line.trim().strip_prefix("? ")).collect();
    let expected = "belum dijawab, jadi tidak dihitung: Yang kurang kamu suka (paling banyak 3)";
    assert_eq!(neutral, [expected], "{said}");
}

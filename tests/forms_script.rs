//! The script that `halaqah forms script` prints, run with stand-ins for Google's services: it
//! makes every form once, lets it answer into the spreadsheet, and says what the configuration
//! needs. Node runs it; without Node nothing is shown here.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

fn halaqah(arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_halaqah")).args(arguments).output().unwrap();
    let text =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.success(), text)
}

fn example() -> String {
    format!("{}/config/halaqah.toml", env!("CARGO_MANIFEST_DIR"))
}

/// What so many runs of the script make; the first one is stopped after so many questions. None
/// without Node.
fn run(arguments: &[&str], runs: usize, stop_after: Option<usize>) -> Option<Value> {
    if Command::new("node").arg("--version").stdout(Stdio::null()).status().is_err() {
        eprintln!("no Node on this machine: the script was not run");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("forms.gs");
    let config = example();
    let (done, script) = halaqah(&[&["--config", &config, "forms", "script"], arguments].concat());
    assert!(done, "{script}");
    std::fs::write(&file, script).unwrap();
    let stand_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forms_script/apps_script.mjs");
    let mut node = Command::new("node");
    node.arg(stand_in)
        .arg(&file)
        .arg(runs.to_string())
        .args(stop_after.map(|count| count.to_string()));
    let output = node.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn it_makes_every_form_of_the_configuration_once_and_says_what_to_write_there() {
    let Some(made) = run(&[], 1, None) else { return };
    let forms = made["forms"].as_array().unwrap();
    let titles: Vec<_> = forms.iter().map(|form| form["title"].as_str().unwrap()).collect();
    assert_eq!(titles.len(), 6, "{titles:?}");
    assert_eq!(made["settings"], serde_json::json!({ "zone": "Asia/Jakarta", "locale": "id_ID" }));
    insta::assert_snapshot!("log", made["log"][0].as_str().unwrap());
    assert_eq!(run(&[], 3, None).unwrap()["forms"], made["forms"], "a second run makes nothing");
}

#[test]
fn a_run_that_is_stopped_halfway_is_ended_by_the_next() {
    let Some(made) = run(&[], 1, None) else { return };
    for stop_after in [0, 1, 20, 60] {
        let resumed = run(&[], 2, Some(stop_after)).unwrap();
        assert_eq!(resumed["forms"], made["forms"], "stopped after {stop_after} questions");
        assert_eq!(resumed["sheets"], made["sheets"], "stopped after {stop_after} questions");
    }
}

#[test]
fn every_form_can_be_made() {
    let (_, unknown) = halaqah(&["--config", &example(), "forms", "script", "no_such_form"]);
    let known = unknown.rsplit_once(": ").unwrap().1.trim_end_matches(['.', '\n']);
    let all: Vec<&str> = known.split(", ").collect();
    assert_eq!(all.len(), 19, "{unknown}");
    let Some(made) = run(&all, 1, None) else { return };
    for form in made["forms"].as_array().unwrap() {
        let items = form["items"].as_array().unwrap();
        assert!(
            !items.is_empty() && items.iter().all(|item| item["title"].as_str().is_some()),
            "{form}"
        );
    }
    assert_eq!(made["forms"].as_array().unwrap().len(), all.len());
}

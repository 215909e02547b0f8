//! `match --instance`: a matching problem from a folder, answered with a bound, and what is said of
//! a folder that holds none.

use std::fs;
use std::path::Path;

use crate::support::{Ran, halaqah, run};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Four mentees and two mentors. Mentor 0 has a group in slot 1, mentee 0 stays in it; mentor 1
/// opens one with two or more. Mentees 2 and 3 are free only when mentor 1 is, and 1 is worth most
/// with 0.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mentees = [
        json!({"id": 0, "slots": [1], "current": 0, "pinned": true, "gender": "f"}),
        json!({"id": 1, "slots": [1, 2], "current": null, "pinned": false}),
        json!({"id": 2, "slots": [2], "current": null, "pinned": false}),
        json!({"id": 3, "slots": [2], "current": null, "pinned": false}),
    ];
    let mentors = [
        json!({"id": 0, "slots": [0, 1], "min": 1, "max": 2, "exists": true, "keep": true, "slot": 1}),
        json!({"id": 1, "slots": [2], "min": 2, "max": 3, "exists": false, "keep": false, "slot": null}),
    ];
    let lines = |rows: &[Value]| rows.iter().map(|row| format!("{row}\n")).collect::<String>();
    fs::write(folder.path().join("mentees.jsonl"), lines(&mentees)).unwrap();
    fs::write(folder.path().join("mentors.jsonl"), lines(&mentors)).unwrap();
    fs::write(
        folder.path().join("edges.tsv"),
        "0\t0\t300\n1\t0\t500\n1\t1\t550\n2\t1\t400\n3\t1\t700\n",
    )
    .unwrap();
    fs::write(folder.path().join("pairs.tsv"), "0\t1\t60\n2\t3\t40\n").unwrap();
    folder
}

fn matched(folder: &Path, more: &[&str]) -> Ran {
    run(halaqah().args(["match", "--json", "--instance"]).arg(folder).args(more))
}

#[test]
fn an_instance_is_answered_with_a_bound() {
    let folder = folder();
    for more in [&[][..], &["--deadline", "30"]] {
        let mut answer: Value = serde_json::from_str(&matched(folder.path(), more).ok()).unwrap();
        let elapsed = answer.as_object_mut().unwrap().remove("elapsed_ms").unwrap();
        assert!(elapsed.is_u64(), "{elapsed}");
        // Two in each group, as is wished: 300 + 500 + 60 and 400 + 700 + 40.
        let expected = json!({"assign": [0, 0, 1, 1], "slot": [1, 2], "objective": 2000, "bound": 2000, "gap": 0.0});
        assert_eq!(answer, expected);
    }
}

#[test]
fn a_large_problem_has_its_edges_in_a_file_of_numbers() {
    let folder = folder();
    for table in ["edges.tsv", "pairs.tsv"] {
        fs::remove_file(folder.path().join(table)).unwrap();
    }
    let mut bytes = b"MGE1".to_vec();
    [4u32, 2, 5, 0, 2, 3, 1, 2].iter().for_each(|number| bytes.extend(number.to_le_bytes()));
    [0u64, 1, 3, 4, 5].iter().for_each(|start| bytes.extend(start.to_le_bytes()));
    [0u16, 0, 1, 1, 1, 300, 500, 550, 400, 700]
        .iter()
        .for_each(|number| bytes.extend(number.to_le_bytes()));
    fs::write(folder.path().join("edges.bin"), &bytes).unwrap();
    let answer: Value = serde_json::from_str(&matched(folder.path(), &[]).ok()).unwrap();
    // Without pairs mentee 1 had better go: 300 + 550 + 400 + 700, less 20 for each group that is
    // not of two.
    assert_eq!(answer["assign"], json!([0, 1, 1, 1]));
    assert_eq!((&answer["objective"], &answer["bound"]), (&json!(1910), &json!(1910)), "{answer}");
    assert_eq!(answer["edges_of_a_mentee"], 64, "the answer says what it is the best of");
    fs::write(folder.path().join("edges.bin"), &bytes[..bytes.len() - 1]).unwrap();
    matched(folder.path(), &[]).failed(1, &["edges.bin", "longer or shorter"]);
}

#[test]
fn a_deadline_of_nothing_still_gives_an_answer_that_breaks_no_rule() {
    let answer: Value =
        serde_json::from_str(&matched(folder().path(), &["--deadline", "0"]).ok()).unwrap();
    assert_eq!(answer["assign"][0], 0, "the pinned mentee stays");
    assert!(answer["bound"].as_i64() >= Some(2000), "{answer}");
}

#[test]
fn a_mistake_in_an_instance_is_named_by_file_and_line() {
    let cases = [
        ("edges.tsv", "0\t0\t300\n1\t7\t500\n", "edges.tsv:2: tidak ada mentor 7; banyaknya 2"),
        (
            "edges.tsv",
            "0\t0\t300\n0\t0\t300\n",
            "edges.tsv:2: adik 0 dan mentor 0 ada di dua baris",
        ),
        ("edges.tsv", "0\t0\t-3\n", "edges.tsv:1: \"0\t0\t-3\" bukan dua nomor dan satu nilai"),
        (
            "edges.tsv",
            "1\t0\t500\n",
            "tidak punya jawaban (keterangan teknis: person 0 is pinned, but cannot stay",
        ),
        ("pairs.tsv", "1\t1\t5\n", "pairs.tsv:1: adik 1 dipasangkan dengan dirinya sendiri"),
        (
            "mentees.jsonl",
            "{\"slots\": [1]}\n",
            "mentees.jsonl:1: baris ini tidak terbaca (keterangan teknis: missing field `pinned`",
        ),
        (
            "mentors.jsonl",
            "{\"slots\": [128], \"min\": 1, \"max\": 2, \"exists\": false, \"keep\": false}\n",
            "mentors.jsonl:1: waktu 128 di atas 127",
        ),
    ];
    for (file, text, said) in cases {
        let folder = folder();
        fs::write(folder.path().join(file), text).unwrap();
        matched(folder.path(), &[]).failed(1, &[said]);
    }
    let folder = folder();
    fs::remove_file(folder.path().join("pairs.tsv")).unwrap();
    matched(folder.path(), &[]).failed(1, &["pairs.tsv"]);
}

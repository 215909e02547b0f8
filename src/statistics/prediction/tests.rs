//! Rank correlation against published values and brute force, and what is said of groups made by
//! hand.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::ledger::event::{
    Event, IssuedSuggestion, IssuedSuggestions, PlacementDecision, Submission, Verdict as Decided,
};
use crate::ledger::records::Records;
use crate::ledger::samples::{Rows, day, program};

/// Rank by its definition: one more than how many are smaller, and half a place for each other that
/// is equal.
fn rank_by_counting(values: &[f64], own: f64) -> f64 {
    let smaller = values.iter().filter(|other| **other < own).count() as f64;
    let equal = values.iter().filter(|other| **other == own).count() as f64;
    1.0 + smaller + (equal - 1.0) / 2.0
}

fn pearson(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (x, y) =
        (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
    let sum = |f: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>();
    sum(&|p| (p.0 - x) * (p.1 - y))
        / (sum(&|p| (p.0 - x).powi(2)) * sum(&|p| (p.1 - y).powi(2))).sqrt()
}

#[test]
fn spearman_gives_published_values() {
    // Intelligence and hours of television, the worked example of the encyclopedias: -29/165.
    let quotient = [106.0, 100.0, 86.0, 101.0, 99.0, 103.0, 97.0, 113.0, 112.0, 110.0];
    let hours = [7.0, 27.0, 2.0, 50.0, 28.0, 29.0, 20.0, 12.0, 6.0, 17.0];
    let pairs: Vec<(f64, f64)> = quotient.into_iter().zip(hours).collect();
    assert!((spearman(&pairs).unwrap() + 29.0 / 165.0).abs() < 1e-12);
    // Ties by hand: ranks 1, 2.5, 2.5, 4 against 1, 3, 2, 4 are 4.5 / sqrt(4.5 * 5).
    let tied = [(1.0, 1.0), (2.0, 3.0), (2.0, 2.0), (3.0, 4.0)];
    assert!((spearman(&tied).unwrap() - 4.5 / 22.5_f64.sqrt()).abs() < 1e-12);
    assert_eq!(spearman(&[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]), None, "nothing differs");
    assert_eq!(spearman(&[]), None);
}

/// Every list of five values of four, so with all kinds of ties, against three lists with and
/// without ties.
#[test]
fn spearman_is_the_correlation_of_the_ranks_by_brute_force() {
    for others in [[1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 1.0, 2.0, 5.0, 5.0], [3.0, 3.0, 3.0, 1.0, 3.0]]
    {
        for number in 0..4_u32.pow(5) {
            let values: Vec<f64> =
                (0..5).map(|digit| f64::from(number / 4_u32.pow(digit) % 4)).collect();
            let pairs: Vec<(f64, f64)> = values.iter().copied().zip(others).collect();
            let ranked: Vec<(f64, f64)> = pairs
                .iter()
                .map(|(x, y)| (rank_by_counting(&values, *x), rank_by_counting(&others, *y)))
                .collect();
            match spearman(&pairs) {
                None => assert!(values.iter().all(|value| *value == values[0])),
                Some(rho) => assert!((rho - pearson(&ranked)).abs() < 1e-12, "{pairs:?}"),
            }
        }
    }
}

#[test]
fn the_interval_is_that_of_bonett_and_wright() {
    // By hand: atanh(0.5) = 0.549306, width 1.959964 * sqrt(1.125 / 25) = 0.415771.
    let found = with_interval(0.5, 28).unwrap();
    assert_eq!(
        (found.rho, found.low, found.high),
        (0.5, round4(0.133_535_f64.tanh()), round4(0.965_077_f64.tanh()))
    );
    assert_eq!(with_interval(1.0, 20), Some(Correlation { rho: 1.0, low: 1.0, high: 1.0 }));
    assert_eq!(with_interval(0.5, 3), None);
}

const GROUPS: usize = 24;

/// Groups of one mentee each, formed in July 2025, whose mentees say `said(group)` in week 8; every
/// third breaks up early if `dies` says so. The score predicted of a group is its number.
fn evaluated(
    groups: usize,
    said: impl Fn(usize) -> i64,
    dies: impl Fn(usize) -> bool,
) -> Evaluation {
    let mut rows = Rows::default();
    let names: Vec<String> = (0..groups)
        .map(|group| {
            let letter = |number: usize| char::from(b'a' + number as u8);
            format!("{0}{0}{0}{1}{1}{1}", letter(group / 5), letter(group % 5))
        })
        .collect();
    for (number, name) in names.iter().enumerate() {
        rows.mentee("2025-07-14", &format!("{name} mentee"), &format!("+6281100000{number:03}"));
        rows.mentor("2025-07-14", &format!("{name} mentor"), &format!("+6281200000{number:03}"));
        let form = json!({"action": "form_group", "group": name, "date": "2025-07-21",
            "members": [format!("{name} mentee")], "mentor": format!("{name} mentor")});
        rows.add("placement_decision", "2025-07-21", form);
        rows.met("2025-07-25", name, &[&format!("{name} mentee")]);
        let said = said(number);
        let feedback = json!({"group": name, "listened": said, "safe": said, "relevant": said, "mentor_fit": said,
            "ignored": 6 - said, "cohesion": 3, "recommend": 7, "next_season": "same_group"});
        rows.add("mentee_feedback", "2025-09-15", feedback);
        if dies(number) {
            let close = json!({"action": "close_group", "group": name, "date": "2025-10-20", "reason": "disbanded"});
            rows.add("placement_decision", "2025-10-20", close);
        }
    }
    let (records, program) = (Records::new(&rows.0), program());
    let standing = Standing::at(&records, &program, day("2026-10-01"), None).unwrap();
    let suggestion = |(number, name): (usize, &String)| IssuedSuggestion {
        mentee: standing.mentees[standing.find_mentee(&format!("{name} mentee")).unwrap()]
            .code
            .clone(),
        mentor: standing.mentors[standing.find_mentor(&format!("{name} mentor")).unwrap()]
            .code
            .clone(),
        group: None,
        slot: None,
        score: 400 + number as i64,
        terms: BTreeMap::from([("schedule".into(), 900 - number as i64), ("reading".into(), 500)]),
    };
    let suggestions: Vec<IssuedSuggestion> = names.iter().enumerate().map(suggestion).collect();
    let mut predictions = Predictions::default();
    predictions.take(Event::SuggestionsIssued(IssuedSuggestions {
        instance: "0".into(),
        weights: BTreeMap::from([("schedule".into(), 25.0)]),
        suggestions: suggestions.clone(),
        objective: 0,
        bound: None,
        stopped: false,
        randomised: None,
    }));
    // Half are decided by rows of the form, half in the tab.
    for (number, record) in
        rows.0.iter().filter(|record| record.form == "placement_decision").enumerate()
    {
        let answers = record.answers.clone();
        let at = names.iter().position(|name| answers.text("group") == Some(name)).unwrap();
        if number % 2 == 0 {
            let (form, date) = (record.form.clone(), record.event_date);
            let row = Submission {
                timestamp: None,
                date,
                identity: "0".into(),
                answers,
                dropped: Vec::new(),
                raw: BTreeMap::new(),
                extra: BTreeMap::new(),
                sealed: Vec::new(),
            };
            predictions.take(Event::Submitted(form, row));
        } else {
            predictions.take(Event::PlacementDecided(PlacementDecision {
                verdict: Decided::Accepted,
                mentees: vec![suggestions[at].mentee.clone()],
                mentor: suggestions[at].mentor.clone(),
                group: answers.text("group").map(Into::into),
                forms_group: true,
                slot: None,
                date: record.event_date,
                suggested: vec![suggestions[at].clone()],
            }));
        }
    }
    evaluation(&standing, &predictions)
}

#[test]
fn groups_that_do_better_the_higher_they_were_predicted_say_that_the_weights_predict() {
    let evaluation = evaluated(GROUPS, |group| 1 + group as i64 / 5, |_| false);
    assert_eq!((evaluation.groups, evaluation.placements, evaluation.weights), (GROUPS, GROUPS, 1));
    let feedback = &evaluation.compared[0];
    assert_eq!(
        (feedback.outcome, feedback.groups, feedback.verdict),
        (Outcome::Feedback, GROUPS, Verdict::Predict)
    );
    assert!(feedback.correlation.unwrap().rho > 0.97, "{feedback:?}");
    assert!(
        feedback.terms["schedule"].unwrap().rho < -0.97,
        "a part that runs against the outcome is seen"
    );
    assert_eq!(feedback.terms["reading"], None, "a part in which nobody differs says nothing");
    let thirds: Vec<(usize, f64, f64)> = feedback
        .thirds
        .iter()
        .map(|third| (third.groups, third.predicted, third.observed))
        .collect();
    assert_eq!(thirds, [(8, 403.5, 1.375), (8, 411.5, 2.875), (8, 419.5, 4.5)]);
    let others: Vec<Verdict> =
        evaluation.compared[1..].iter().map(|compared| compared.verdict).collect();
    assert_eq!(others, [Verdict::NoDifference; 2], "everybody came, and every group lived");
}

#[test]
fn weights_that_do_not_predict_are_called_so() {
    let evaluation = evaluated(GROUPS, |group| 5 - group as i64 / 5, |group| group >= 16);
    let verdicts: Vec<Verdict> =
        evaluation.compared.iter().map(|compared| compared.verdict).collect();
    assert_eq!(verdicts, [Verdict::DoNotPredict, Verdict::NoDifference, Verdict::DoNotPredict]);
    let lived: Vec<f64> =
        evaluation.compared[2].thirds.iter().map(|third| third.observed).collect();
    assert_eq!(lived, [1.0, 1.0, 0.0], "the share of each third that lived for 26 weeks");
    let by_chance = evaluated(GROUPS, |group| [3, 1, 5, 2, 4][group % 5], |_| false);
    assert_eq!(
        by_chance.compared[0].verdict,
        Verdict::MayBeChance,
        "{:?}",
        by_chance.compared[0].correlation
    );
}

#[test]
fn below_twenty_groups_nothing_is_said() {
    let evaluation = evaluated(ENOUGH_GROUPS - 1, |group| 1 + group as i64 / 5, |_| false);
    for compared in &evaluation.compared {
        assert_eq!((compared.groups, compared.verdict), (ENOUGH_GROUPS - 1, Verdict::NotEnough));
        assert!(
            compared.correlation.is_none()
                && compared.thirds.is_empty()
                && compared.terms.is_empty()
        );
    }
}

/// Decisions that followed no suggestion say nothing about the weights.
#[test]
fn without_a_suggestion_there_is_no_prediction() {
    let (rows, program) = (Rows::default(), program());
    let records = Records::new(&rows.0);
    let standing = Standing::at(&records, &program, day("2026-10-01"), None).unwrap();
    let evaluation = evaluation(&standing, &Predictions::default());
    assert_eq!((evaluation.groups, evaluation.compared.len()), (0, 3));
}

//! Steps and clocks of small hand-made programs.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::ledger::procedures::*;
use crate::ledger::records::Records;
use crate::ledger::samples::{Rows, day, program};

fn procedure(subject: Subject, steps: &[(&str, Option<u32>)]) -> Procedure {
    let step = |(reached_by, days): &(&str, Option<u32>)| Step {
        key: (*reached_by).to_owned(),
        name: (*reached_by).to_owned(),
        reached_by: Condition::read(reached_by, subject).unwrap(),
        days: *days,
    };
    let steps = steps.iter().map(step).collect();
    Procedure { key: subject.to_string(), name: subject.to_string(), subject, steps }
}

/// (the step that comes next, since when, days late) of everybody.
fn seen(rows: &Rows, procedure: &Procedure, on: &str) -> Vec<(Option<usize>, String, i64)> {
    let (records, program) = (Records::new(&rows.0), program());
    let standing = Standing::at(&records, &program, day(on), None).unwrap();
    let found = progress(&standing, procedure);
    found.into_iter().map(|one| (one.step, one.since.to_string(), one.days_late)).collect()
}

fn recruitment() -> Procedure {
    let steps = [
        ("registered", None),
        ("consent_complete", Some(3)),
        ("row:mentee_follow_up", Some(3)),
        ("placed", Some(14)),
        ("first_meeting", Some(14)),
    ];
    procedure(Subject::Mentee, &steps)
}

#[test]
fn a_mentee_goes_from_step_to_step_and_each_clock_begins_with_the_step_before() {
    let mut rows = Rows::default();
    rows.mentee("2026-07-14", "Ahmad Fauzi", "+6281100000001").mentor(
        "2026-07-14",
        "Umar Hadi",
        "+6281200000001",
    );
    let at = |rows: &Rows, on: &str| seen(rows, &recruitment(), on).remove(0);
    assert_eq!(at(&rows, "2026-07-17"), (Some(1), "2026-07-14".into(), 0));
    assert_eq!(at(&rows, "2026-07-18"), (Some(1), "2026-07-14".into(), 1));
    rows.add(
        "guardian_consent",
        "2026-07-19",
        json!({"child": "Ahmad Fauzi", "consent": "granted"}),
    );
    assert_eq!(at(&rows, "2026-07-25"), (Some(2), "2026-07-19".into(), 3));
    rows.add("mentee_follow_up", "2026-07-26", json!({"name": "Ahmad Fauzi"}));
    assert_eq!(at(&rows, "2026-08-01"), (Some(3), "2026-07-26".into(), 0));
    rows.place("2026-08-02", "form_group", "Al Fatih", &["Ahmad"]);
    assert_eq!(at(&rows, "2026-08-17"), (Some(4), "2026-08-02".into(), 1));
    rows.met("2026-08-18", "Al Fatih", &["Ahmad"]);
    assert_eq!(at(&rows, "2026-10-30"), (None, "2026-08-18".into(), 0));
}

#[test]
fn a_step_that_was_skipped_holds_nobody_up_and_who_left_is_waited_for_no_more() {
    let mut rows = Rows::default();
    rows.mentee("2026-07-14", "Ahmad Fauzi", "+6281100000001").mentor(
        "2026-07-14",
        "Umar Hadi",
        "+6281200000001",
    );
    rows.place("2026-07-20", "form_group", "Al Fatih", &["Ahmad"]);
    assert_eq!(seen(&rows, &recruitment(), "2026-08-01"), [(Some(4), "2026-07-20".into(), 0)]);
    rows.place("2026-08-05", "leave", "Al Fatih", &["Ahmad"]);
    assert_eq!(seen(&rows, &recruitment(), "2026-09-01"), []);
}

#[test]
fn a_mentor_passes_steps_together() {
    let steps =
        [("applied", None), ("passed:interview,reading_test", Some(14)), ("ready", Some(7))];
    let procedure = procedure(Subject::Mentor, &steps);
    let mut rows = Rows::default();
    rows.mentor("2026-07-14", "Umar Hadi", "+6281200000001");
    let step = |rows: &mut Rows, on: &str, step: &str| {
        let taken = json!({"mentor": "Umar Hadi", "date": on, "step": step, "result": "passed", "hours": 4});
        rows.add("mentor_training", on, taken);
    };
    step(&mut rows, "2026-07-16", "interview");
    assert_eq!(seen(&rows, &procedure, "2026-07-30"), [(Some(1), "2026-07-14".into(), 2)]);
    step(&mut rows, "2026-07-31", "reading_test");
    assert_eq!(seen(&rows, &procedure, "2026-08-08"), [(Some(2), "2026-07-31".into(), 1)]);
    for rest in ["identity", "reference", "code_of_ethics", "child_protection", "basic_training"] {
        step(&mut rows, "2026-08-09", rest);
    }
    assert_eq!(seen(&rows, &procedure, "2026-09-08"), [(None, "2026-08-09".into(), 0)]);
}

#[test]
fn requests_partners_and_documents_have_clocks_too() {
    let mut rows = Rows::default();
    rows.mentor("2026-07-14", "Umar Hadi", "+6281200000001");
    rows.add(
        "support_request",
        "2026-08-01",
        json!({"mentor": "Umar Hadi", "support_kind": "books", "urgency_days": "7"}),
    );
    let support = procedure(
        Subject::SupportRequest,
        &[
            ("asked", None),
            ("row:support_follow_up.status=acknowledged,resolved", Some(1)),
            ("closed", Some(7)),
        ],
    );
    assert_eq!(seen(&rows, &support, "2026-08-04"), [(Some(1), "2026-08-01".into(), 2)]);
    let follow_up = |on: &str, status: &str| json!({"mentor": "Umar Hadi", "request_date": "2026-08-01", "support_kind": "books", "date": on, "status": status});
    rows.add("support_follow_up", "2026-08-04", follow_up("2026-08-04", "acknowledged"));
    assert_eq!(seen(&rows, &support, "2026-08-04"), [(Some(2), "2026-08-04".into(), 0)]);
    rows.add("support_follow_up", "2026-08-05", follow_up("2026-08-05", "declined"));
    assert_eq!(seen(&rows, &support, "2026-08-30"), [(None, "2026-08-05".into(), 0)]);

    let contact =
        |on: &str, stage: &str| json!({"organization": "LDK UI", "date": on, "stage": stage});
    let partner = procedure(
        Subject::Partner,
        &[("row:partner_contact", None), ("row:partner_contact.stage=met", Some(7))],
    );
    rows.add("partner_contact", "2026-08-01", contact("2026-08-01", "prospect"));
    assert_eq!(seen(&rows, &partner, "2026-08-10"), [(Some(1), "2026-08-01".into(), 2)]);
    rows.add("partner_contact", "2026-08-09", contact("2026-08-09", "stopped"));
    assert_eq!(seen(&rows, &partner, "2026-08-10"), []);

    let document =
        |status: &str| json!({"document_kind": "module", "title": "Modul 1", "status": status});
    let steps = [("row:document_record", None), ("row:document_record.status=in_force", Some(14))];
    let review = procedure(Subject::Document, &steps);
    rows.add("document_record", "2026-08-01", document("draft"));
    assert_eq!(seen(&rows, &review, "2026-08-16"), [(Some(1), "2026-08-01".into(), 1)]);
    rows.add("document_record", "2026-08-16", document("in_force"));
    assert_eq!(seen(&rows, &review, "2026-09-16"), [(None, "2026-08-16".into(), 0)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A subject is late exactly while more days have passed than its step allows, and never once
    /// it is reached.
    #[test]
    fn one_is_late_exactly_while_the_clock_has_run_out(registered in 0..40_u64, consented in prop::option::of(0..60_u64), today in 0..90_u64) {
        let from = day("2026-07-13");
        let on = |days: u64| (from + Days::new(days)).to_string();
        let mut rows = Rows::default();
        rows.mentee(&on(registered), "Ahmad Fauzi", "+6281100000001");
        if let Some(days) = consented {
            rows.add("guardian_consent", &on(days), json!({"child": "Ahmad Fauzi", "consent": "granted"}));
        }
        let procedure = procedure(Subject::Mentee, &[("registered", None), ("consent_complete", Some(3))]);
        let found = seen(&rows, &procedure, &on(today));
        if today < registered {
            prop_assert_eq!(found, []);
        } else if consented.is_some_and(|days| days <= today) {
            prop_assert_eq!(found[0].0, None);
            prop_assert_eq!(found[0].2, 0);
        } else {
            prop_assert_eq!(found[0].0, Some(1));
            prop_assert_eq!(found[0].2, (today - registered).saturating_sub(3) as i64);
        }
    }
}

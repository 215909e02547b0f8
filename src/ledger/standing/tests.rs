//! The rules of the standing, each shown on a few rows.

use serde_json::json;

use super::super::samples::{Rows, day, nth, program};
use super::*;

#[test]
fn the_season_is_the_one_asked_for_else_the_one_of_the_day_else_the_last_begun() {
    let (records, program) = (Records::default(), program());
    let season = |on, asked| {
        Standing::at(&records, &program, day(on), asked).map(|s| (s.season.code.clone(), s.through))
    };
    assert_eq!(season("2026-08-01", None).unwrap(), ("2026-1".into(), day("2026-08-01")));
    assert_eq!(season("2026-01-01", None).unwrap(), ("2025-1".into(), day("2025-11-02")));
    assert_eq!(season("2026-08-01", Some("2025-1")).unwrap(), ("2025-1".into(), day("2025-11-02")));
    assert_eq!(
        season("2020-01-01", None).unwrap_err(),
        NoSeason::NoneBegun { as_of: day("2020-01-01") }
    );
    let known = vec!["2025-1".to_owned(), "2026-1".to_owned()];
    let unknown = NoSeason::Unknown { asked: "x".to_owned(), known };
    assert_eq!(season("2026-08-01", Some("x")).unwrap_err(), unknown);
}

#[test]
fn the_past_is_cut_at_the_comparable_day() {
    let (records, program) = (Records::default(), program());
    let standing = Standing::at(&records, &program, day("2026-07-20"), None).unwrap();
    assert_eq!(
        standing.previous.unwrap().window(),
        Window { from: day("2025-07-14"), to: day("2025-07-21") }
    );
    assert_eq!(standing.days(), 8);
}

#[test]
fn rows_of_later_days_are_not_seen_but_plans_are() {
    let mut rows = Rows::default();
    rows.mentee("2026-08-02", "Ahmad Fauzi", "+6281100000001");
    for kind in ["plan", "expense"] {
        rows.add(
            "finance_record",
            "2026-07-14",
            json!({"record_type": kind, "date": "2026-10-01", "amount": 1}),
        );
    }
    let (records, program) = (Records::new(&rows.0), program());
    let standing = Standing::at(&records, &program, day("2026-08-01"), None).unwrap();
    assert_eq!((standing.mentees.len(), standing.records.of("finance_record").len()), (0, 1));
}

fn consent(rows: &mut Rows, on: &str, answer: &str) {
    rows.add("guardian_consent", on, json!({"child": "Ahmad Fauzi", "consent": answer}));
}

#[test]
fn a_mentee_waits_since_the_first_yes_after_the_last_no() {
    let mut rows = Rows::default();
    rows.mentee("2026-07-14", "Ahmad Fauzi", "+6281100000001");
    consent(&mut rows, "2026-07-15", "granted");
    consent(&mut rows, "2026-07-16", "refused");
    consent(&mut rows, "2026-07-20", "granted");
    consent(&mut rows, "2026-07-25", "granted");
    let (records, program) = (Records::new(&rows.0), program());
    let on = |on| Standing::at(&records, &program, day(on), None).unwrap();
    assert_eq!(on("2026-07-14").awaiting_consent, [nth(0)]);
    assert_eq!((on("2026-07-16").refused, on("2026-07-16").waiting), (vec![nth(0)], vec![]));
    assert_eq!(
        on("2026-08-01").guardian(nth(0)),
        Guardian::Granted { since: day("2026-07-20"), profile: false }
    );
    assert_eq!(on("2026-08-01").waiting, [Waiting { mentee: nth(0), since: day("2026-07-20") }]);
}

#[test]
fn a_consent_that_was_taken_back_starts_a_clock_of_72_hours() {
    let mut rows = Rows::default();
    rows.mentee("2026-07-14", "Ahmad Fauzi", "+6281100000001").mentee(
        "2026-07-14",
        "Budi Santoso",
        "+6281100000002",
    );
    consent(&mut rows, "2026-07-15", "granted");
    rows.add("guardian_consent", "2026-07-15", json!({"child": "Budi", "consent": "refused"}));
    rows.place("2026-07-20", "form_group", "Al Fatih", &["Ahmad"]);
    consent(&mut rows, "2026-08-03T20:15:00", "refused");
    consent(&mut rows, "2026-08-04", "refused");
    rows.place("2026-08-05", "leave", "Al Fatih", &["Ahmad"]);
    consent(&mut rows, "2026-08-10", "granted");
    let (records, program) = (Records::new(&rows.0), program());
    let on = |on| Standing::at(&records, &program, day(on), None).unwrap();
    assert!(
        on("2026-08-02").consent_withdrawals().is_empty(),
        "one who never agreed has taken nothing back"
    );
    let at = |text: &str| text.parse::<chrono::NaiveDateTime>().unwrap();
    let clock = on("2026-08-04").consent_withdrawals()[0];
    assert_eq!(
        (clock.mentee, clock.since, clock.still_in),
        (nth(0), at("2026-08-03T20:15:00"), Some(nth(0)))
    );
    assert_eq!(clock.deadline(), at("2026-08-06T20:15:00"));
    assert!(on("2026-08-02").may_take_part(nth(0)) && !on("2026-08-03").may_take_part(nth(0)));
    assert_eq!(
        on("2026-08-06").consent_withdrawals()[0].still_in,
        None,
        "the group has let him go"
    );
    assert!(
        on("2026-08-10").consent_withdrawals().is_empty() && on("2026-08-10").may_take_part(nth(0))
    );
}

#[test]
fn between_seasons_a_consent_can_be_taken_back_too() {
    let mut rows = Rows::default();
    rows.mentee("2026-07-14", "Ahmad Fauzi", "+6281100000001");
    consent(&mut rows, "2026-07-15", "granted");
    rows.place("2026-07-20", "form_group", "Al Fatih", &["Ahmad"]);
    consent(&mut rows, "2026-11-10", "refused");
    let (records, program) = (Records::new(&rows.0), program());
    let standing = Standing::at(&records, &program, day("2026-11-12"), None).unwrap();
    assert_eq!(
        (standing.through, standing.consent(nth(0))),
        (day("2026-11-01"), ConsentStatus::Granted)
    );
    assert!(!standing.may_take_part(nth(0)));
    assert_eq!(standing.consent_withdrawals()[0].still_in, Some(nth(0)));
}

#[test]
fn one_who_comes_of_age_needs_nobodys_consent_from_the_birthday_on() {
    let mut rows = Rows::default();
    let answers = json!({"full_name": "Ahmad Fauzi", "nickname": "Ahmad", "birth_date": "2008-08-01", "phone": "+6281100000001"});
    rows.add("mentee_registration", "2026-07-14", answers);
    let (records, program) = (Records::new(&rows.0), program());
    let on = |on| Standing::at(&records, &program, day(on), None).unwrap();
    assert_eq!(
        (on("2026-07-31").consent(nth(0)), on("2026-08-01").consent(nth(0))),
        (ConsentStatus::Missing, ConsentStatus::Adult)
    );
    assert_eq!(on("2026-08-09").waiting, [Waiting { mentee: nth(0), since: day("2026-08-01") }]);
    assert_eq!(on("2026-08-09").age(nth(0)), Some(18));
}

#[test]
fn one_whose_group_closed_waits_again_but_one_who_left_does_not() {
    let mut rows = Rows::default();
    rows.mentee("2026-07-14", "Ahmad Fauzi", "+6281100000001").mentee(
        "2026-07-14",
        "Budi Santoso",
        "+6281100000002",
    );
    consent(&mut rows, "2026-07-15", "granted");
    rows.add("guardian_consent", "2026-07-15", json!({"child": "Budi", "consent": "granted"}));
    rows.place("2026-07-20", "form_group", "Al Fatih", &["Ahmad", "Budi"]);
    rows.place("2026-08-03", "leave", "Al Fatih", &["Budi"]).place(
        "2026-08-10",
        "close_group",
        "Al Fatih",
        &[],
    );
    let (records, program) = (Records::new(&rows.0), program());
    let standing = Standing::at(&records, &program, day("2026-08-20"), None).unwrap();
    assert_eq!(standing.waiting, [Waiting { mentee: nth(0), since: day("2026-08-10") }]);
}

#[test]
fn weeks_are_expected_from_the_monday_after_forming_to_the_day_before_closing() {
    let mut rows = Rows::default();
    rows.place("2026-07-22", "form_group", "Al Fatih", &[]).place(
        "2026-07-01",
        "form_group",
        "Al Kahfi",
        &[],
    );
    rows.place("2026-08-17", "close_group", "Al Fatih", &[]);
    let (records, program) = (Records::new(&rows.0), program());
    let standing = Standing::at(&records, &program, day("2026-08-31"), None).unwrap();
    let name = |group: GroupIndex| standing.groups[group].name;
    assert_eq!((name(nth(0)), standing.expected_weeks(nth(0)).len()), ("Al Kahfi", 7));
    assert_eq!(
        (name(nth(1)), standing.expected_weeks(nth(1))),
        ("Al Fatih", &[day("2026-07-27"), day("2026-08-03"), day("2026-08-10")][..])
    );
}

#[test]
fn a_gap_counts_the_school_weeks_that_ended_since_the_last_held_meeting() {
    let mut rows = Rows::default();
    rows.place("2026-07-20", "form_group", "Al Fatih", &[]);
    rows.met("2026-07-24", "Al Fatih", &[]);
    rows.add(
        "meeting_report",
        "2026-08-07",
        json!({"group": "Al Fatih", "date": "2026-08-07", "status": "cancelled"}),
    );
    let (records, program) = (Records::new(&rows.0), program());
    let gap = |on| Standing::at(&records, &program, day(on), None).unwrap().gap(nth(0));
    assert_eq!(
        (gap("2026-07-23"), gap("2026-08-01"), gap("2026-08-02"), gap("2026-08-16")),
        (None, Some(0), Some(1), Some(3))
    );
}

#[test]
fn a_mentor_is_ready_when_every_step_holds_and_training_was_long_enough() {
    let mut rows = Rows::default();
    rows.mentor("2026-07-14", "Umar Hadi", "+6281200000001");
    for step in super::super::mentor_steps::STEPS {
        let hours = if step == "basic_training" { 1.5 } else { 0.0 };
        rows.add(
            "mentor_training",
            "2026-07-15",
            json!({"mentor": "Umar", "step": step, "date": "2026-07-15",
            "result": "passed", "hours": hours, "valid_until": "2026-08-31"}),
        );
    }
    rows.add(
        "mentor_training",
        "2026-07-20",
        json!({"mentor": "M1", "step": "basic_training", "date": "2026-07-20", "result": "passed", "hours": 2}),
    );
    rows.place("2026-07-20", "form_group", "Al Fatih", &[]);
    let (records, program) = (Records::new(&rows.0), program());
    let on = |on| Standing::at(&records, &program, day(on), None).unwrap();
    assert_eq!(on("2026-07-19").missing_steps(nth(0)).collect::<Vec<_>>(), ["basic_training"]);
    assert!(on("2026-08-31").is_ready(nth(0)));
    assert_eq!(
        on("2026-09-01").missing_steps(nth(0)).count(),
        6,
        "what is valid until August has run out"
    );
    let standing = on("2026-08-01");
    assert_eq!(
        (
            standing.groups_led_by(nth(0)),
            standing.mentor_load(nth(0)),
            standing.free_capacity(nth(0))
        ),
        (&[nth(0)][..], 0, 8)
    );
    assert_eq!(standing.group_gender(nth(0)), Some(Gender::Male));
    assert_eq!(standing.steps.last_contact(nth(0)), Some(day("2026-07-20")));
}

#[test]
fn the_weekly_slot_is_the_decisions_last_else_the_taarufs_last() {
    let mut rows = Rows::default();
    let placed = |group, date: &str, slot| json!({"action": "form_group", "group": group, "date": date, "weekly_slot": slot});
    let taaruf =
        |group, date: &str, slot| json!({"group": group, "date": date, "fixed_slot": slot});
    rows.add(
        "placement_decision",
        "2026-07-20",
        placed("Al Fatih", "2026-07-20", json!("fri_midday")),
    );
    rows.add(
        "placement_decision",
        "2026-07-21",
        placed("Al Kahfi", "2026-07-21", json!("fri_midday")),
    );
    rows.add(
        "placement_decision",
        "2026-07-22",
        placed("Al Kahfi", "2026-07-22", json!("sat_morning")),
    );
    rows.place("2026-07-23", "form_group", "An Nur", &[]);
    rows.add("taaruf_record", "2026-08-05", taaruf("an nur", "2026-08-04", "sun_morning"));
    rows.add("taaruf_record", "2026-08-06", taaruf("An Nur", "2026-07-30", "mon_afternoon"));
    rows.add("taaruf_record", "2026-08-06", taaruf("Al Kahfi", "2026-08-01", "mon_afternoon"));
    let (records, program) = (Records::new(&rows.0), program());
    let standing = Standing::at(&records, &program, day("2026-08-31"), None).unwrap();
    let slots: Vec<_> =
        standing.groups.all().iter().map(|group| group.weekly_slot.unwrap()).collect();
    assert_eq!(slots, ["fri_midday", "sat_morning", "sun_morning"]);
    assert_eq!(standing.first_taaruf(nth(2)), Some(day("2026-07-30")));
}

#[test]
fn a_follow_up_belongs_to_its_mentors_request_of_that_day_and_kind() {
    let mut rows = Rows::default();
    rows.mentor("2026-07-14", "Umar Hadi", "+6281200000001");
    rows.add(
        "support_request",
        "2026-07-20",
        json!({"mentor": "Umar", "support_kind": "books", "urgency_days": "7"}),
    );
    let answer = |kind, status, date| {
        json!({"mentor": "Umar", "support_kind": kind, "status": status,
        "request_date": "2026-07-20", "date": date})
    };
    rows.add("support_follow_up", "2026-07-24", answer("books", "resolved", "2026-07-24"));
    rows.add("support_follow_up", "2026-07-22", answer("books", "acknowledged", "2026-07-22"));
    rows.add("support_follow_up", "2026-07-22", answer("transport", "resolved", "2026-07-22"));
    let (records, program) = (Records::new(&rows.0), program());
    let standing = Standing::at(&records, &program, day("2026-07-31"), None).unwrap();
    assert_eq!(
        (standing.support.len(), standing.support[0].closed_on()),
        (1, Some(day("2026-07-24")))
    );
    assert_eq!(standing.references.count(Referent::SupportRequest), 1);
    let early = Standing::at(&records, &program, day("2026-07-23"), None).unwrap();
    assert!(
        !early.support[0].is_late(day("2026-07-27")) && early.support[0].is_late(day("2026-07-28"))
    );
}

/// A mentee and a mentor who answered the form about personality, and what has been permitted: by
/// the mentee, by the guardian, by the mentor.
fn self_reports(born: &str, mentee: bool, guardian: bool, mentor: bool) -> Rows {
    let mut rows = Rows::default();
    let ticked =
        |permits: bool| if permits { json!(["photo", "profile"]) } else { json!(["photo"]) };
    let person = |name: &str, born: &str, permits| json!({"full_name": name, "birth_date": born, "extra_consent": ticked(permits)});
    rows.add("mentee_registration", "2026-07-14", person("Ahmad Fauzi", born, mentee));
    rows.add("mentor_application", "2026-07-14", person("Hasan Basri", "2004-02-01", mentor));
    let consent =
        json!({"child": "Ahmad Fauzi", "consent": "granted", "extra_consent": ticked(guardian)});
    rows.add("guardian_consent", "2026-07-15", consent);
    for member in ["Ahmad Fauzi", "Hasan Basri"] {
        rows.add("personality", "2026-07-16", json!({"member": member, "ipip_1": 4}));
    }
    rows
}

fn may_be_used(rows: &Rows, on: &str) -> [bool; 2] {
    let (records, program) = (Records::new(&rows.0), program());
    let standing = Standing::at(&records, &program, day(on), None).unwrap();
    [
        standing.self_report_of_mentee(nth(0)).is_some(),
        standing.self_report_of_mentor(nth(0)).is_some(),
    ]
}

#[test]
fn answers_about_personality_are_used_only_with_every_permission() {
    let minor = "2010-08-17";
    assert_eq!(may_be_used(&self_reports(minor, true, true, true), "2026-08-01"), [true, true]);
    assert_eq!(may_be_used(&self_reports(minor, false, true, false), "2026-08-01"), [false, false]);
    assert_eq!(may_be_used(&self_reports(minor, true, false, true), "2026-08-01"), [false, true]);
    // Who comes of age needs the guardian no more, from the birthday on.
    let nearly = self_reports("2008-08-01", true, false, true);
    assert_eq!(may_be_used(&nearly, "2026-07-31"), [false, true]);
    assert_eq!(may_be_used(&nearly, "2026-08-01"), [true, true]);
    // The last row counts, and so many of another's tab are not asked for.
    let mut again = self_reports(minor, true, true, true);
    again.add("personality", "2026-07-20", json!({"member": "+62 811 0000 0009", "ipip_1": 4}));
    let (records, program) = (Records::new(&again.0), program());
    let standing = Standing::at(&records, &program, day("2026-08-01"), None).unwrap();
    assert_eq!(standing.references.unmatched[0].kind, Referent::Person);
}

#[test]
fn a_permission_that_is_taken_back_is_heeded_at_once() {
    let minor = "2010-08-17";
    let with = |form: &str, on: &str, answers: serde_json::Value, asked: &str| {
        let mut rows = self_reports(minor, true, true, true);
        rows.add(form, on, answers);
        may_be_used(&rows, asked)
    };
    let guardian =
        |consent: &str| json!({"child": "Ahmad Fauzi", "consent": consent, "extra_consent": []});
    let refused =
        json!({"child": "Ahmad Fauzi", "consent": "refused", "extra_consent": ["profile"]});
    assert_eq!(
        with("guardian_consent", "2026-07-20", guardian("granted"), "2026-07-20"),
        [false, true]
    );
    assert_eq!(with("guardian_consent", "2026-07-20", refused, "2026-07-20"), [false, true]);
    let anew = |name: &str, born: &str| json!({"full_name": name, "birth_date": born});
    assert_eq!(
        with("mentee_registration", "2026-07-20", anew("Ahmad Fauzi", minor), "2026-07-20"),
        [false, true]
    );
    assert_eq!(
        with("mentor_application", "2026-07-20", anew("Hasan Basri", "2004-02-01"), "2026-07-20"),
        [true, false]
    );
    // After the season's last day its figures stand still; a permission does not.
    let (before, after) = ("2026-11-09", "2026-11-12");
    for form in ["guardian_consent", "mentee_registration"] {
        let row = if form == "guardian_consent" {
            guardian("granted")
        } else {
            anew("Ahmad Fauzi", minor)
        };
        assert_eq!(with(form, "2026-11-10", row.clone(), before), [true, true], "{form}");
        assert_eq!(with(form, "2026-11-10", row, after), [false, true], "{form}");
    }
    assert_eq!(
        with("mentor_application", "2026-11-10", anew("Hasan Basri", "2004-02-01"), after),
        [true, false]
    );
}

#[test]
fn a_mentor_under_18_has_no_guardian_to_ask() {
    let mut rows = self_reports("2010-08-17", true, true, true);
    let young = json!({"full_name": "Ilham Akbar", "birth_date": "2009-03-01", "extra_consent": ["profile"]});
    rows.add("mentor_application", "2026-07-15", young);
    rows.add("personality", "2026-07-16", json!({"member": "Ilham Akbar", "ipip_1": 4}));
    let (records, program) = (Records::new(&rows.0), program());
    let standing = Standing::at(&records, &program, day("2026-08-01"), None).unwrap();
    let ilham = standing.find_mentor("Ilham Akbar").unwrap();
    assert!(standing.self_report_of_mentor(ilham).is_none());
    assert!(standing.self_report_of_mentor(standing.find_mentor("Hasan Basri").unwrap()).is_some());
}

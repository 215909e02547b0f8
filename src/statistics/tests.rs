//! Figures of small hand-made seasons, and laws that hold for every season.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Figures, Mushaf, Scene};
use crate::ledger::quality::Quality;
use crate::ledger::records::Records;
use crate::ledger::samples::{Rows, day, program};
use crate::ledger::season::Program;
use crate::ledger::standing::Standing;

fn vocabulary() -> Program {
    let mut program = program();
    let mut add = |form: &str, question: &str, codes: &[&str]| {
        program.choice_codes.insert(
            (form.into(), question.into()),
            codes.iter().map(|code| (*code).into()).collect(),
        );
    };
    add("mentee_registration", "slots", &["fri_afternoon", "sat_morning"]);
    add("placement_decision", "reason", &["disbanded", "other"]);
    add("promotion_activity", "channel", &["friend", "flyer"]);
    add("finance_record", "category", &["gifts", "modules"]);
    add("support_request", "support_kind", &["books"]);
    add("partner_contact", "stage", &["prospect", "delivering"]);
    add("document_record", "status", &["draft", "in_force"]);
    add("document_record", "document_kind", &["module", "report"]);
    program.enabled_forms = vec!["mentee_registration".into(), "meeting_report".into()];
    program
}

fn figures(rows: &Rows, on: &str) -> Figures {
    let (records, program, mushaf) = (Records::new(&rows.0), vocabulary(), Mushaf::built_in());
    let standing = Standing::at(&records, &program, day(on), None).unwrap();
    let handover = ["module".to_owned(), "report".to_owned()];
    Figures::of(&Scene {
        standing: &standing,
        quality: &Quality::default(),
        handover: &handover,
        mushaf: &mushaf,
    })
}

/// Two mentees with consent in a group that met twice, a third who waits.
fn small_season() -> Rows {
    let mut rows = Rows::default();
    for (n, name) in ["Ahmad Fauzi", "Budi Santoso", "Citra Lestari"].into_iter().enumerate() {
        rows.mentee("2026-07-14", name, &format!("+628110000000{n}"));
        rows.add("guardian_consent", "2026-07-16", json!({"child": name, "consent": "granted"}));
    }
    rows.mentor("2026-07-14", "Umar Hadi", "+6281200000001");
    rows.place("2026-07-20", "form_group", "Al Fatih", &["Ahmad", "Budi"]);
    rows.met("2026-07-31", "Al Fatih", &["Ahmad", "Budi"]).met(
        "2026-08-07",
        "Al Fatih",
        &["Ahmad"],
    );
    rows
}

#[test]
fn a_small_season_by_hand() {
    let figures = figures(&small_season(), "2026-08-09");
    let numbers =
        |paths: &[&str]| paths.iter().map(|path| figures.number(path)).collect::<Vec<_>>();
    assert_eq!(figures.text("season"), Some("2026-1"));
    assert_eq!(
        numbers(&["registration.new", "registration.funnel.placed"]),
        [Some(3.0), Some(2.0)]
    );
    assert_eq!(
        numbers(&["groups.open", "groups.active", "groups.below_5"]),
        [Some(1.0), Some(0.0), Some(1.0)]
    );
    // Formed in the week of 20 July, so two weeks are expected: 27 July and 3 August.
    assert_eq!(numbers(&["meetings.expected", "meetings.regularity"]), [Some(2.0), Some(1.0)]);
    assert_eq!(
        numbers(&["meetings.attendance_rate", "meetings.compliance"]),
        [Some(0.75), Some(1.0)]
    );
    assert_eq!(numbers(&["waiting.count", "waiting.max_days"]), [Some(1.0), Some(24.0)]);
    // Umar has passed no step, so nobody offers a place.
    assert_eq!(
        numbers(&["capacity.male.gap", "capacity.male.mentors_needed"]),
        [Some(1.0), Some(1.0)]
    );
    assert_eq!(figures.integer("capacity.by_slot.fri_afternoon.male.demand"), Some(1));
    assert_eq!(figures.integer("mentors.unready_with_group"), Some(1));
    assert_eq!(
        figures.number("promotion.friend.conversion"),
        None,
        "nobody was reached, so there is no rate"
    );
}

#[test]
fn a_season_without_rows_has_zeros_and_nulls_and_every_key() {
    let figures = figures(&Rows::default(), "2026-08-09");
    assert_eq!(figures.integer("registration.people"), Some(0));
    assert_eq!(figures.value("meetings.attendance_rate"), Some(&Value::Null));
    assert_eq!(
        figures.value("groups.closed_by_reason"),
        Some(&json!({"disbanded": 0, "other": 0}))
    );
    assert_eq!(figures.value("documents.handover_missing"), Some(&json!(["module", "report"])));
    assert_eq!(figures.value("no.such.path"), None);
}

#[test]
fn without_a_previous_season_every_comparison_is_null() {
    let figures = figures(&Rows::default(), "2025-08-09");
    for path in ["registration.previous_new", "meetings.held_trend", "retention.mentors.rate"] {
        assert_eq!(figures.value(path), Some(&Value::Null), "{path}");
    }
}

#[test]
fn three_absences_in_a_row_are_noticed_and_an_excuse_breaks_them() {
    let mut rows = small_season();
    rows.met("2026-08-14", "Al Fatih", &["Ahmad"]);
    assert_eq!(figures(&rows, "2026-08-16").integer("meetings.absent_3"), Some(0));
    rows.met("2026-08-21", "Al Fatih", &["Ahmad"]);
    assert_eq!(figures(&rows, "2026-08-23").integer("meetings.absent_3"), Some(1));
    let excused = json!({"group": "Al Fatih", "date": "2026-08-28", "status": "held", "present": ["Ahmad"], "excused": ["Budi"]});
    rows.add("meeting_report", "2026-08-28", excused);
    assert_eq!(figures(&rows, "2026-08-30").integer("meetings.absent_3"), Some(0));
}

#[test]
fn ayat_are_gained_once_and_only_if_recited_well() {
    let mut rows = small_season();
    let recited = |from, to, fluency| {
        json!({"mentee": "Ahmad", "date": "2026-08-01", "record_kind": "new", "surah": 112, "ayah_from": from,
            "ayah_to": to, "fluency": fluency})
    };
    for (from, to, fluency) in [(1, 2, "fluent"), (2, 3, "fair"), (1, 4, "repeat")] {
        rows.add("memorization_record", "2026-08-01", recited(from, to, fluency));
    }
    let figures = figures(&rows, "2026-08-09");
    assert_eq!(figures.integer("memorization.new_ayat"), Some(3));
    assert_eq!(figures.number("memorization.share_gaining"), Some(0.5));
    assert_eq!(figures.number("memorization.median_gain"), Some(1.5));
}

#[test]
fn a_whole_juz_is_completed_once() {
    let mut rows = small_season();
    for surah in 78..=114 {
        let recited = json!({"mentee": "Ahmad", "date": "2026-08-01", "record_kind": "new", "surah": surah,
            "ayah_from": 1, "fluency": "fluent"});
        rows.add("memorization_record", "2026-08-01", recited);
    }
    let figures = figures(&rows, "2026-08-09");
    assert_eq!(figures.integer("memorization.juz_completed"), Some(1));
    assert_eq!(figures.integer("memorization.new_ayat"), Some(564));
}

prop_compose! {
    /// Rows from a small vocabulary, so that names collide, references miss and groups open and
    /// close.
    fn seasons()(steps in prop::collection::vec((0..7_u8, 0..4_usize, 0..3_usize, 0..60_u64), 1..40)) -> Rows {
        const PEOPLE: [&str; 4] = ["Ahmad Fauzi", "Ahmed Fauzi", "Budi Santoso", "Citra Lestari"];
        const GROUPS: [&str; 3] = ["Al Fatih", "al-fatih", "Al Kahfi"];
        const ACTIONS: [&str; 4] = ["form_group", "move", "leave", "close_group"];
        let mut rows = Rows::default();
        for (n, (what, who, group, days)) in steps.into_iter().enumerate() {
            let on = day("2026-07-14") + chrono::Days::new(days);
            let (on, person, group) = (on.to_string(), PEOPLE[who], GROUPS[group]);
            let moment = format!("{on}T10:{n:02}:00");
            match what {
                0 | 1 => rows.mentee(&moment, person, &format!("+62811000000{}", who / 2)),
                2 => rows.add("guardian_consent", &moment, json!({"child": person, "consent": if days % 3 == 0 { "refused" } else { "granted" }})),
                3 => rows.mentor(&moment, "Umar Hadi", "+6281200000001"),
                4 | 5 => rows.add("placement_decision", &moment, json!({"action": ACTIONS[who], "group": group, "date": on,
                    "members": [PEOPLE[n % 4], PEOPLE[who]], "mentor": "Umar"})),
                _ => rows.add("meeting_report", &moment, json!({"group": group, "date": on, "status": "held", "present": [person],
                    "excused": [PEOPLE[n % 4]]})),
            };
        }
        rows
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Figures depend on which rows there are, not on the order in which they come.
    #[test]
    fn the_order_of_the_rows_makes_no_difference(rows in seasons(), seed in any::<u64>()) {
        let before = figures(&rows, "2026-09-20");
        let mut shuffled = rows.0.clone();
        shuffled.sort_by_key(|record| (record.seq.wrapping_mul(seed | 1)).rotate_left(17));
        prop_assert_eq!(before, figures(&Rows(shuffled), "2026-09-20"));
    }

    /// Parts never exceed their whole; one who registered is in a group, on one waiting list, or
    /// has left.
    #[test]
    fn parts_add_up(rows in seasons()) {
        let figures = figures(&rows, "2026-09-20");
        let n = |path: &str| figures.integer(path).unwrap();
        prop_assert_eq!(n("meetings.attendance.roster"), n("meetings.attendance.present") + n("meetings.attendance.excused")
            + n("meetings.attendance.absent"));
        prop_assert_eq!(n("registration.people"), n("registration.new") + n("registration.returning"));
        prop_assert_eq!(n("registration.people"), n("registration.by_gender.male") + n("registration.by_gender.female"));
        prop_assert!(n("groups.members") + n("waiting.count") + n("waiting.awaiting_consent") + n("waiting.refused")
            <= n("registration.people"));
        prop_assert!(n("meetings.attendance.absent") >= 0 && n("groups.active") <= n("groups.open"));
        let rate = figures.number("meetings.regularity").unwrap_or(0.0);
        prop_assert!((0.0..=1.0).contains(&rate));
    }
}

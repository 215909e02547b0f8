//! Figures of small hand-made seasons, and laws that hold for every season.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::figure::{Figure, Item, Measure, filled};
use super::subject::Identity;
use super::{Figures, Mushaf, Scene, all_figures, evidence, figure_at};
use crate::ledger::event::RejectedRow;
use crate::ledger::problem::{Problem, Reason};
use crate::ledger::record::Record;
use crate::ledger::records::Records;
use crate::ledger::samples::{Rows, day, program};
use crate::ledger::season::Program;
use crate::ledger::standing::Standing;
use crate::ledger::state::{Fate, Row, State};
use crate::table::Cell;

fn vocabulary() -> Program {
    let mut program = program();
    let mut add = |form: &str, question: &str, codes: &[&str]| {
        program.choice_codes.insert(
            (form.into(), question.into()),
            codes.iter().map(|code| (*code).into()).collect(),
        );
    };
    add("mentee_registration", "slots", &["fri_afternoon", "sat_morning"]);
    add("placement_decision", "reason", &["disbanded", "graduated", "other"]);
    add("promotion_activity", "channel", &["friend", "flyer"]);
    add("finance_record", "category", &["gifts", "modules"]);
    add("support_request", "support_kind", &["books", "conflict"]);
    add("partner_contact", "stage", &["prospect", "delivering"]);
    add("document_record", "status", &["draft", "in_force"]);
    add("document_record", "document_kind", &["module", "report"]);
    program.enabled_forms = vec!["mentee_registration".into(), "meeting_report".into()];
    program
}

/// The rows as they were read: every fifth has a copy, every seventh a value that was dropped, and
/// every ninth stands beside one that was rejected.
fn state(rows: &Rows) -> State {
    let mut state = State::default();
    for record in &rows.0 {
        let (seq, source) = (record.seq, record.source.clone());
        let mut dropping = record.clone();
        dropping.dropped = u32::from(seq % 7 == 0);
        let accepted = Fate::Accepted { record: dropping, dropped: Vec::new() };
        put(&mut state, record, seq, u32::from(seq % 5 == 0), accepted);
        if seq % 9 == 0 {
            let problem = Problem {
                question: "date".into(),
                cell: Cell::Blank,
                reason: Reason::ALL[seq as usize % Reason::ALL.len()],
            };
            let rejected = RejectedRow {
                form: record.form.clone(),
                timestamp: None,
                identity: "".into(),
                problem,
                cells: Vec::new(),
                extra: Default::default(),
                sealed: Vec::new(),
            };
            put(&mut state, record, 10_000 + seq, 0, Fate::Rejected(source, rejected));
        }
    }
    state
}

fn put(state: &mut State, record: &Record, seq: u64, copies: u32, fate: Fate) {
    let row = Row { seq, moment: None, identity: 0, content: 0, copies, fate };
    let form = state.forms.entry(record.form.clone()).or_default();
    form.insert(seq.to_string().into(), row);
}

fn with_scene<T>(rows: &Rows, on: &str, look: impl FnOnce(&Scene<'_, '_>) -> T) -> T {
    let (records, program, mushaf) = (Records::new(&rows.0), vocabulary(), Mushaf::built_in());
    let standing = Standing::at(&records, &program, day(on), None).unwrap();
    let handover = ["module".to_owned(), "report".to_owned()];
    look(&Scene::new(&standing, &state(rows), &handover, &mushaf))
}

fn figures(rows: &Rows, on: &str) -> Figures {
    with_scene(rows, on, Figures::of)
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
        Some(&json!({"disbanded": 0, "graduated": 0, "other": 0}))
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

const PEOPLE: [&str; 4] = ["Ahmad Fauzi", "Ahmed Fauzi", "Budi Santoso", "Citra Lestari"];
const GROUPS: [&str; 3] = ["Al Fatih", "al-fatih", "Al Kahfi"];

/// How many kinds of rows [`add`] knows.
const KINDS: u8 = 22;

/// One step of a season: a kind of row, two choices, and a day.
type Step = (u8, usize, usize, u64);

/// A row of a form of the office.
fn office_row(
    n: usize,
    (what, who, days): (u8, usize, u64),
    group: &str,
    on: &str,
) -> (&'static str, Value) {
    let (person, amount) = (PEOPLE[who], ((days + 1) * 1_000).to_string());
    let pick = |codes: [&'static str; 4]| codes[who];
    let second = |codes: [&'static str; 2]| codes[n % 2];
    let scale = (1 + days % 5).to_string();
    match what {
        12 => (
            "mentee_feedback",
            json!({"group": group, "listened": scale, "safe": scale,
            "relevant": "4", "ignored": "2", "mentor_fit": "3", "cohesion": scale,
            "recommend": (days % 11).to_string(), "unsafe": pick(["no", "no", "contact_me", "note_only"]),
            "next_season": pick(["same_group", "other_group", "unsure", "stop"])}),
        ),
        13 => (
            "mentor_feedback",
            json!({"group": group, "enjoys": scale, "no_time": "2",
            "mentee_fit": scale, "openness": "4", "supported": "3", "training_helps": "2",
            "recommend": (days % 11).to_string(), "next_season": pick(["same_group", "stop", "unsure", "stop"])}),
        ),
        14 | 15 => (
            "finance_record",
            json!({"amount": amount, "category": second(["gifts", "modules"]),
            "record_type": pick(["plan", "expense", "income", "expense"]), "fund": "group_donations"}),
        ),
        16 => (
            "support_request",
            json!({"mentor": "Umar", "urgency_days": (days % 9).to_string(),
            "support_kind": second(["books", "conflict"])}),
        ),
        17 => (
            "support_follow_up",
            json!({"mentor": "Umar", "request_date": on,
            "support_kind": second(["books", "conflict"]), "amount_paid": amount,
            "status": pick(["resolved", "open", "declined", "resolved"])}),
        ),
        18 => (
            "partner_contact",
            json!({"organization": second(["UI", "Masjid"]), "promised_male": scale,
            "stage": pick(["prospect", "delivering", "prospect", "delivering"]),
            "next_action_date": "2026-08-01"}),
        ),
        19 => (
            "promotion_activity",
            json!({"channel": second(["friend", "flyer"]), "target": "mentee",
            "reach": scale, "cost": amount}),
        ),
        20 => (
            "document_record",
            json!({"document_kind": second(["module", "report"]), "title": person,
            "status": pick(["draft", "in_force", "in_force", "in_force"]), "link": "https://x.org",
            "review_date": "2026-08-01"}),
        ),
        _ if days % 2 == 0 => ("taaruf_record", json!({"group": group})),
        _ => ("mentee_follow_up", json!({"name": person})),
    }
}

/// Adds a row from a small vocabulary, so that names collide, references miss and groups open and
/// close.
fn add(rows: &mut Rows, n: usize, (what, who, group, days): Step) {
    // Some rows are about the season before.
    let first = if n.is_multiple_of(4) { "2025-07-14" } else { "2026-07-14" };
    let on = (day(first) + chrono::Days::new(days)).to_string();
    let (person, other, group) = (PEOPLE[who], PEOPLE[n % 4], GROUPS[group]);
    let moment = format!("{on}T10:{:02}:00", n % 60);
    let amount = ((days + 1) * 1_000).to_string();
    let pick = |codes: [&'static str; 4]| codes[who];
    let (form, mut answers) = match what {
        0 | 1 => {
            rows.mentee(&moment, person, &format!("+62811000000{}", who / 2));
            return;
        }
        2 => (
            "guardian_consent",
            json!({"child": person,
            "consent": if days % 3 == 0 { "refused" } else { "granted" }}),
        ),
        3 => {
            rows.mentor(&moment, "Umar Hadi", "+6281200000001");
            return;
        }
        4 | 5 => (
            "placement_decision",
            json!({"group": group, "members": [other, person],
            "mentor": "Umar", "action": pick(["form_group", "move", "leave", "close_group"]),
            "reason": if days % 2 == 0 { "disbanded" } else { "graduated" }}),
        ),
        6..=9 => (
            "meeting_report",
            json!({"group": group, "present": [person, "Nobody"],
            "excused": [other], "status": if days % 9 == 0 { "cancelled" } else { "held" },
            "donation": amount}),
        ),
        10 => {
            let steps = crate::ledger::mentor_steps::STEPS;
            for step in steps {
                rows.add(
                    "mentor_training",
                    &moment,
                    json!({"mentor": "Umar", "step": step,
                    "date": on, "result": "passed", "hours": "3"}),
                );
            }
            return;
        }
        11 => (
            "memorization_record",
            json!({"mentee": person, "surah": 112, "ayah_from": 1 + who,
            "record_kind": pick(["new", "new", "review", "exam"]), "fluency": "fluent"}),
        ),
        _ => office_row(n, (what, who, days), group, &on),
    };
    answers["date"] = json!(on);
    rows.add(form, &moment, answers);
}

prop_compose! {
    fn seasons()(steps in prop::collection::vec((0..KINDS, 0..4_usize, 0..3_usize, 0..60_u64), 1..80)) -> Rows {
        let mut rows = Rows::default();
        steps.into_iter().enumerate().for_each(|(n, step)| add(&mut rows, n, step));
        rows
    }
}

/// A season with rows of every kind, many times.
fn full_season() -> Rows {
    let mut rows = small_season();
    for n in 0..900_usize {
        let mixed = n * 7919 + n / 7;
        let step = ((mixed % usize::from(KINDS)) as u8, n / 3 % 4, n / 5 % 3, (mixed % 60) as u64);
        add(&mut rows, n, step);
    }
    rows
}

/// The things of two selections by who or what they are, each once, with their amounts.
fn by_identity<'s>(
    items: &[Item<'s>],
    path: &str,
) -> std::collections::BTreeMap<Identity<'s>, i64> {
    let found: std::collections::BTreeMap<_, _> =
        items.iter().map(|item| (item.subject.identity(), item.amount)).collect();
    assert_eq!(found.len(), items.len(), "{path} counts a thing twice");
    found
}

/// The value of a figure is that of the things that `why` lists; a part belongs to its whole.
fn check(scene: &Scene<'_, '_>, figures: &Figures, figure: &Figure, codes: &[&str]) {
    let path = &filled(figure.path, codes);
    let (value, found) = (figures.value(path).unwrap(), evidence(scene, figures, path).unwrap());
    if let Some(wider) = figure.shown_as {
        let whole = evidence(scene, figures, &filled(wider, codes));
        assert_eq!(Some(&found), whole.as_ref(), "{path}");
    }
    if figure.looks_back && scene.standing.previous.is_none() {
        return assert!(value.is_null() && found.is_empty(), "{path}");
    }
    let things = |items: &[Item<'_>], listed: &super::Things| {
        let identities = by_identity(items, path);
        if figure.shown_as.is_none() {
            assert_eq!(items.len(), listed.0.len(), "{path} lists other things than it counts");
            for (item, rows) in items.iter().zip(&listed.0) {
                assert!(!rows.is_empty(), "{path}: no row is behind {item:?}");
            }
        }
        identities.into_values().collect::<Vec<i64>>()
    };
    let sum = |amounts: &[i64]| amounts.iter().sum::<i64>();
    let as_float = |part: i64, whole: i64| super::numbers::ratio(part, whole);
    match figure.measure {
        Measure::Count(of) => {
            let amounts = things(&of(scene, codes), &found.counted);
            assert!(amounts.iter().all(|amount| *amount == 1), "{path}");
            assert_eq!(value.as_i64(), Some(amounts.len() as i64), "{path}");
        }
        Measure::Sum(of) => {
            let amounts = things(&of(scene, codes), &found.counted);
            assert_eq!(value.as_i64(), Some(sum(&amounts)), "{path}");
        }
        Measure::Mean { of, parts } => {
            let amounts = things(&of(scene, codes), &found.counted);
            let mean = as_float(sum(&amounts), parts * amounts.len() as i64);
            assert_eq!(value.as_f64(), mean, "{path}");
        }
        Measure::Summary(of, summary) => {
            let amounts = things(&of(scene, codes), &found.counted);
            assert_eq!(*value, summary(&amounts), "{path}");
        }
        Measure::Share(part, whole) | Measure::Ratio(part, whole) => {
            let (part, whole) = (part(scene, codes), whole(scene, codes));
            let above = things(&part, &found.counted);
            let below = things(&whole, &found.against.unwrap_or_default());
            assert_eq!(value.as_f64(), as_float(sum(&above), sum(&below)), "{path}");
            if matches!(figure.measure, Measure::Share(..)) {
                let whole = by_identity(&whole, path);
                for (one, amount) in by_identity(&part, path) {
                    let most = whole.get(&one).copied().unwrap_or(0);
                    assert!(amount <= most, "{path}: {one:?} is no part of the whole");
                }
            }
        }
        Measure::Derived { from, against, .. } => {
            for of in from.iter().chain(against).map(|path| filled(path, codes)) {
                let behind = evidence(scene, figures, &of).unwrap().rows();
                assert!(behind.is_subset(&found.rows()), "{path} does not list the rows of {of}");
            }
        }
        Measure::Computed { .. } => {}
    }
}

fn check_all(rows: &Rows, on: &str) {
    with_scene(rows, on, |scene| {
        let figures = Figures::of(scene);
        for figure in all_figures() {
            for codes in figure.all_codes(scene.program()) {
                check(scene, &figures, figure, &codes);
            }
        }
    });
}

#[test]
fn figures_follow_from_what_is_listed_and_a_full_season_reaches_every_family() {
    let rows = full_season();
    check_all(&rows, "2026-09-20");
    check_all(&rows, "2025-09-20");
    let figures = figures(&rows, "2026-09-20");
    for family in super::FAMILIES {
        let some = family.iter().filter(|figure| {
            let reached = |path: &str| figures.number(path).is_some_and(|number| number != 0.0);
            figure.all_codes(&vocabulary()).iter().any(|codes| reached(&figure.path_of(codes)))
        });
        let (reached, all) = (some.count(), family.len());
        assert!(3 * reached >= all, "{}: {reached} of {all}", family[0].family());
    }
}

#[test]
fn a_figure_follows_from_figures_before_it() {
    let place = |path: &str| all_figures().position(|figure| figure.path == path);
    for figure in all_figures() {
        let wider = figure.shown_as.into_iter();
        let (from, against) = match figure.measure {
            Measure::Derived { from, against, .. } => (from, against),
            _ => (&[][..], &[][..]),
        };
        for path in from.iter().chain(against) {
            assert!(place(path) < place(figure.path) && place(path).is_some(), "{path}");
        }
        for path in wider {
            assert!(figure_at(path).is_some(), "{path}");
        }
    }
    let paths: std::collections::BTreeSet<_> = all_figures().map(|figure| figure.path).collect();
    assert_eq!(paths.len(), all_figures().count(), "no path stands twice");
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

    /// What `why` lists gives the figure.
    #[test]
    fn figures_follow_from_what_is_listed(rows in seasons()) {
        check_all(&rows, "2026-09-20");
    }

    /// Parts never exceed their whole; one who registered is on one waiting list at most.
    #[test]
    fn parts_add_up(rows in seasons()) {
        let figures = figures(&rows, "2026-09-20");
        let n = |path: &str| figures.integer(path).unwrap();
        prop_assert_eq!(n("meetings.attendance.roster"), n("meetings.attendance.present") + n("meetings.attendance.excused")
            + n("meetings.attendance.absent"));
        prop_assert_eq!(n("registration.people"), n("registration.new") + n("registration.returning"));
        prop_assert_eq!(n("registration.people"), n("registration.by_gender.male") + n("registration.by_gender.female"));
        prop_assert!(n("waiting.count") + n("waiting.awaiting_consent") + n("waiting.refused")
            <= n("registration.people"));
        prop_assert!(n("meetings.attendance.absent") >= 0 && n("groups.active") <= n("groups.open"));
        for (whole, parts) in [
            ("registration.people", &["registration.consent.adult", "registration.consent.granted",
                "registration.consent.refused", "registration.consent.missing"][..]),
            ("registration.rows", &["registration.people", "registration.duplicates"]),
            ("meetings.reports", &["meetings.held", "meetings.cancelled"]),
            ("waiting.count", &["waiting.male", "waiting.female"]),
            ("support.requests", &["support.open", "support.closed"]),
            ("support.due", &["support.closed", "support.late_open"]),
            ("retention.mentees.previous_active", &["retention.mentees.graduated",
                "retention.mentees.eligible"]),
            ("survival.groups", &["survival.events", "survival.censored"]),
            ("survival.events", &["survival.disbanded", "survival.mentor_changed"]),
            ("partners.total", &["partners.by_stage.prospect", "partners.by_stage.delivering"]),
            ("documents.total", &["documents.by_status.draft", "documents.by_status.in_force"]),
            ("budget.total.plan", &["budget.gifts.plan", "budget.modules.plan"]),
            ("budget.total.actual", &["budget.gifts.actual", "budget.modules.actual"]),
            ("budget.total.over_sum", &["budget.total.variance", "budget.total.under_sum"]),
            ("cash.donations_reported", &["meetings.donations"]),
            ("data_quality.rows.read", &["data_quality.rows.accepted", "data_quality.rows.copied",
                "data_quality.rows.rejected"]),
        ] {
            let sum: i64 = parts.iter().map(|path| n(path)).sum();
            prop_assert_eq!(n(whole), sum, "{}", whole);
        }
        let reasons = figures.value("data_quality.rejected_by_reason").unwrap().as_object().unwrap();
        let rejected: i64 = reasons.values().filter_map(Value::as_i64).sum();
        prop_assert_eq!(n("data_quality.rows.rejected"), rejected);
        let rate = figures.number("meetings.regularity").unwrap_or(0.0);
        prop_assert!((0.0..=1.0).contains(&rate));
    }
}

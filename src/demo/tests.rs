//! The demo is read by the real reader, and what follows from it is alive, on whatever day of the
//! year it is seen.

use std::collections::BTreeMap;

use super::*;
use crate::config::Config;
use crate::cycle::{figures, scene, standing, suggestions};
use crate::forms::intake::intake;
use crate::ledger::state::{LedgerHead, State};
use crate::setting::Setting;
use crate::table::tab::{ReadTab, Style, Wanted, WantedRow};
use crate::views;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Every weekday, both ends of a year, and a leap day.
pub(crate) fn days() -> impl Iterator<Item = NaiveDate> {
    [
        "2026-11-23",
        "2026-11-24",
        "2026-12-31",
        "2027-01-01",
        "2027-02-28",
        "2028-02-29",
        "2027-07-11",
        "2027-08-14",
    ]
    .into_iter()
    .map(day)
}

pub(crate) fn setting(today: NaiveDate) -> Setting {
    let forms = Forms::built_in().unwrap();
    let text = configuration(
        "http://127.0.0.1:8460",
        ("demo", "secret"),
        Path::new("/tmp/a \"demo\""),
        today,
        &tabs(&forms, today),
    );
    Setting::of(Config::parse(Path::new("/demo/halaqah.toml"), &text).unwrap()).unwrap()
}

/// All tabs taken in, as the first cycle does.
pub(crate) fn taken_in(setting: &Setting, today: NaiveDate) -> State {
    let mut state = State::default();
    let mut seq = 0;
    for (tab, sheet_id) in tabs(&setting.forms, today).into_iter().zip(1..) {
        let form = setting.forms.get(&tab.form).unwrap();
        let (row_count, column_count) = (tab.rows.len(), tab.rows[0].len());
        let read =
            ReadTab { sheet_id, title: tab.title.clone(), row_count, column_count, rows: tab.rows };
        let taken = intake(&setting.forms, form, &state, &read, &tab.title, false);
        assert_eq!(taken.held, None, "{}", tab.form);
        for (source, event) in taken.events {
            seq += 1;
            state.apply(seq, source, event).unwrap();
        }
    }
    state
}

/// Rejected rows by reason and by form, and copies.
fn wrong_rows(state: &State) -> Vec<(String, u64)> {
    let quality = state.quality();
    let reasons = quality.rejected_by_reason.into_iter().chain(quality.rejected_by_form);
    reasons.filter(|(_, rows)| *rows > 0).chain([("copied".to_owned(), quality.copied)]).collect()
}

#[test]
fn the_same_day_gives_the_same_cells() {
    let forms = Forms::built_in().unwrap();
    for today in days() {
        assert_eq!(tabs(&forms, today), tabs(&forms, today));
    }
    assert_ne!(tabs(&forms, day("2026-11-24")), tabs(&forms, day("2026-12-01")));
}

#[test]
fn every_enabled_form_has_a_tab_with_life_in_it() {
    let forms = Forms::built_in().unwrap();
    let tabs = tabs(&forms, day("2026-11-24"));
    let enabled: Vec<&str> =
        forms.iter().filter(|form| form.definition.enabled).map(Form::key).collect();
    assert_eq!(tabs.iter().map(|tab| tab.form.as_str()).collect::<Vec<_>>(), enabled);
    for (tab, number) in tabs.iter().zip(1..) {
        assert_eq!(tab.title, format!("Form Responses {number}"));
        assert_eq!(tab.rows[0][0].to_string(), "Timestamp");
        assert!(tab.rows.len() > 5, "{} has {} rows", tab.form, tab.rows.len() - 1);
    }
}

#[test]
fn only_the_rows_that_are_wrong_on_purpose_are_rejected() {
    for today in days() {
        let setting = setting(today);
        let state = taken_in(&setting, today);
        let expected = [
            ("bad_date", 1),
            ("bad_phone", 1),
            ("unknown_choice", 1),
            ("finance_record", 1),
            ("mentee_registration", 2),
            ("copied", 1),
        ];
        assert_eq!(
            wrong_rows(&state),
            expected.map(|(what, rows)| (what.to_owned(), rows)),
            "{today}"
        );
        assert_eq!(state.quality().dropped_values, 0, "{today}");
        let typed: Vec<_> = state.records().filter(|record| !record.has_timestamp).collect();
        assert_eq!(typed.len(), 1, "{today}");
        assert!(
            state.records().all(|record| record.moment.date() < today),
            "nothing comes from the future: {today}"
        );
    }
}

#[test]
fn every_tab_has_life_in_it() {
    for today in days() {
        let setting = setting(today);
        let state = taken_in(&setting, today);
        let standing = standing(&setting, &state, today).unwrap();
        let (figures, suggestions) =
            (figures(&setting, &state, &standing), suggestions(&setting, &state, &standing));
        let head = LedgerHead::default();
        let scene = scene(&setting, &state, &head, &standing, &figures, &suggestions);
        let empty = empty(&setting, today);
        for (tab, empty) in
            views::tabs(&scene).iter().chain(&views::restricted_tabs(&scene)).zip(&empty)
        {
            let lines =
                |tab: &Wanted| tab.rows.iter().filter(|row| row.style == Style::Body).count();
            assert!(
                tab.rows != empty.rows,
                "{today}: {} shows what it shows to nobody",
                tab.layout.title
            );
            assert!(lines(tab) > 0, "{today}: {} has no line", tab.layout.title);
        }
    }
}

/// Nobody expects a recitation of whoever left: the share of idle members does not count them
/// either.
#[test]
fn who_left_the_groups_is_no_concern_of_the_memorization_tab() {
    let today = day("2026-11-24");
    let setting = setting(today);
    let state = taken_in(&setting, today);
    let standing = standing(&setting, &state, today).unwrap();
    let (figures, suggestions) =
        (figures(&setting, &state, &standing), suggestions(&setting, &state, &standing));
    let head = LedgerHead::default();
    let scene = scene(&setting, &state, &head, &standing, &figures, &suggestions);
    let tabs = views::tabs(&scene);
    let tab =
        tabs.iter().find(|tab| tab.layout.title == setting.words.say("tab-memorization")).unwrap();
    let said = |row: &WantedRow, column: usize| {
        row.cells.get(column).map_or_else(String::new, |cell| cell.value.to_string())
    };
    let people: Vec<&WantedRow> = tab.rows.iter().filter(|row| row.style == Style::Body).collect();
    let left: Vec<&&WantedRow> = people.iter().filter(|row| said(row, 2).is_empty()).collect();
    assert!(!left.is_empty() && left.len() < people.len());
    assert!(left.iter().all(|row| said(row, 3).is_empty()));
    assert!(
        people.iter().filter(|row| !said(row, 2).is_empty()).all(|row| !said(row, 3).is_empty())
    );
}

/// The tabs of a program without a row.
fn empty(setting: &Setting, today: NaiveDate) -> Vec<Wanted> {
    let (state, head) = (State::default(), LedgerHead::default());
    let standing = standing(setting, &state, today).unwrap();
    let (figures, suggestions) =
        (figures(setting, &state, &standing), suggestions(setting, &state, &standing));
    let scene = scene(setting, &state, &head, &standing, &figures, &suggestions);
    views::tabs(&scene).into_iter().chain(views::restricted_tabs(&scene)).collect()
}

#[test]
fn a_reworded_form_changes_the_cells_and_nothing_else() {
    let today = day("2026-11-24");
    let reworded = |file: &str| {
        let lists = crate::forms::CHOICE_LISTS
            .replace("Laki-laki (ikhwan)", "Ikhwan")
            .replace("Jumat sore", "Jumat petang");
        (file == "forms/choices.toml").then_some(lists)
    };
    let mut setting = setting(today);
    let before = taken_in(&setting, today);
    setting.forms = Forms::load(reworded).unwrap();
    let after = taken_in(&setting, today);
    assert_eq!(wrong_rows(&after), wrong_rows(&before));
    let answers =
        |state: &State| state.records().map(|record| record.answers.clone()).collect::<Vec<_>>();
    assert_eq!(answers(&after), answers(&before));
}

#[test]
fn the_figures_are_alive_on_any_day() {
    for today in days() {
        let setting = setting(today);
        let state = taken_in(&setting, today);
        let standing = standing(&setting, &state, today).unwrap();
        let figures = figures(&setting, &state, &standing);
        let exact = [
            ("groups.open", 7),
            ("groups.active", 4),
            ("groups.faltering", 1),
            ("groups.stalled", 1),
            ("groups.not_started", 1),
            ("groups.leaves", 1),
            ("groups.moves", 2),
            ("mentors.applied", 9),
            ("mentors.ready", 7),
            ("mentors.silent", 1),
            ("waiting.count", 12),
            ("waiting.awaiting_consent", 4),
            ("waiting.refused", 1),
            ("registration.people", 59),
            ("registration.duplicates", 1),
            ("meetings.absent_3", 1),
            ("meetings.duplicate_reports", 1),
            ("support.late_open", 1),
            ("satisfaction.mentee.safety_reports", 1),
            ("taaruf.overdue", 1),
            ("documents.review_overdue", 1),
            ("data_quality.attendance_unmatched", 1),
            ("data_quality.minors_in_group_without_consent", 1),
            ("data_quality.placement_problems", 0),
            ("data_quality.unknown_columns", 0),
            ("data_quality.unmatched.mentee", 0),
            ("data_quality.unmatched.mentor", 0),
            ("data_quality.unmatched.group", 0),
            ("data_quality.unmatched.support_request", 0),
        ];
        for (path, expected) in exact {
            assert_eq!(figures.integer(path), Some(expected), "{path} on {today}");
        }
        let positive = [
            "meetings.held",
            "meetings.previous_held",
            "meetings.attendance_rate",
            "memorization.new_ayat",
            "memorization.previous_new_ayat",
            "retention.mentees.rate",
            "survival.weeks_8.value",
            "promotion.orientation_demo.active",
            "partners.by_stage.delivering",
            "registration.follow_up.converted",
            "registration.previous_new",
            "budget.total.actual",
            "cash.balance",
            "support.closed",
        ];
        for path in positive {
            assert!(figures.number(path).is_some_and(|number| number > 0.0), "{path} on {today}");
        }
    }
}

#[test]
fn everybody_who_waits_is_suggested_a_group_and_one_group_is_new() {
    for today in days() {
        let setting = setting(today);
        let state = taken_in(&setting, today);
        let standing = standing(&setting, &state, today).unwrap();
        let suggestions = suggestions(&setting, &state, &standing);
        let mut sizes: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        for placement in &suggestions.placements {
            *sizes.entry(placement.open_group()).or_default() += 1;
        }
        let expected =
            [(None, 6), (Some("Aisyah"), 3), (Some("Ar-Rasyid"), 1), (Some("Khadijah"), 2)];
        assert_eq!(sizes, BTreeMap::from(expected), "{today}");
        assert!(suggestions.unplaced.is_empty(), "{today}");
    }
}

#[test]
fn the_configuration_names_every_tab_and_two_seasons_around_the_day() {
    for today in days() {
        let setting = setting(today);
        let config = &setting.config;
        assert_eq!(config.forms.len(), tabs(&setting.forms, today).len());
        assert_eq!(config.data_dir, Path::new("/tmp/a \"demo\""));
        let [before, now] = &config.seasons[..] else { panic!("two seasons") };
        assert!(before.end < now.start && now.start < today && today < now.end, "{today}");
        assert_eq!(config.calendar.len(), 2);
    }
}

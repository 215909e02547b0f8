//! Every figure answers for itself: which rows are behind it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::*;
use super::desk::Desk;
use super::office::office;
use crate::statistics::{Evidence, all_figures, evidence};
use crate::words::Language;

/// Everything that a path can lead to, leaves and maps.
fn paths(path: &str, value: &Value, found: &mut Vec<(String, Value)>) {
    if !path.is_empty() {
        found.push((path.to_owned(), value.clone()));
    }
    for (key, member) in value.as_object().into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        paths(&path, member, found);
    }
}

fn counts_something(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !matches!(text.as_str(), "none" | "flat" | "on_track"),
        Value::Object(members) => members.values().any(counts_something),
        Value::Bool(_) | Value::Null => false,
        Value::Array(items) => !items.is_empty(),
    }
}

fn ask<T>(desk: &Desk, with: impl FnOnce(&dyn Fn(&str) -> Option<Evidence>, &Figures) -> T) -> T {
    let (setting, state) = (&desk.setting, &desk.memory.state);
    let standing = standing(setting, state, desk.today).unwrap();
    let figures = figures(setting, state, &standing);
    let handover = &setting.config.handover_kinds;
    let scene = statistics::Scene::new(&standing, state, handover, &setting.mushaf);
    with(&|path| evidence(&scene, &figures, path), &figures)
}

#[test]
fn every_figure_that_is_not_zero_has_lines_behind_it_and_they_are_in_the_ledger() {
    for on in ["2026-08-28", "2026-10-06", "2026-12-20"] {
        let mut desk = office(Language::Id);
        desk.today = on.parse().unwrap();
        desk.turn();
        let last = desk.memory.state.seq;
        ask(&desk, |evidence, figures| {
            let mut all = Vec::new();
            paths("", figures.as_json(), &mut all);
            assert!(all.len() > 400, "{}", all.len());
            for (path, value) in all {
                let found = evidence(&path).unwrap_or_else(|| panic!("{path} has no answer"));
                assert!(
                    !counts_something(&value) || !found.is_empty(),
                    "nothing behind {path} = {value} on {on}"
                );
                for row in found.rows() {
                    assert!(row.seq >= 1 && row.seq <= last, "{path}: {row:?}");
                }
            }
        });
    }
}

#[test]
fn where_rows_are_counted_the_rows_are_as_many_as_the_figure() {
    let desk = office(Language::Id);
    let counted = [
        "registration.rows",
        "groups.formed",
        "groups.closed",
        "meetings.reports",
        "meetings.held",
        "meetings.cancelled",
        "meetings.on_time",
        "meetings.duplicate_reports",
        "memorization.records",
        "memorization.exams",
        "satisfaction.mentee.responses",
        "satisfaction.mentor.responses",
        "partners.total",
        "partners.overdue_7",
        "documents.total",
        "documents.review_overdue",
        "data_quality.rows.accepted",
        "data_quality.rows.rejected",
        "data_quality.rejected_by_form.meeting_report",
    ];
    ask(&desk, |evidence, figures| {
        let mut some = BTreeSet::new();
        for path in counted {
            let found = evidence(path).unwrap();
            let rows = found.counted.rows().len() as i64;
            assert_eq!(Some(rows), figures.integer(path), "{path}");
            assert_eq!(found.against, None, "{path}");
            some.extend((rows > 0).then_some(path));
        }
        assert!(some.len() > 13, "the small program has these: {some:?}");
    });
}

#[test]
fn a_ratio_has_rows_above_and_below_the_line_and_all_above_are_below() {
    let desk = office(Language::Id);
    ask(&desk, |evidence, figures| {
        for path in [
            "meetings.attendance_rate",
            "meetings.on_time_rate",
            "support.on_time_rate",
            "partners.conversion",
            "taaruf.rate",
        ] {
            let found = evidence(path).unwrap();
            let against = found.against.unwrap_or_else(|| panic!("{path} is a ratio"));
            let (above, below) = (found.counted.rows(), against.rows());
            assert!(above.is_subset(&below), "{path}");
            assert!(figures.number(path).is_none() || !against.is_empty(), "{path}");
        }
        assert_eq!(evidence("meetings.no_such_thing"), None);
        assert_eq!(evidence(""), None);
        let whole = evidence("meetings.attendance").unwrap();
        assert_eq!(
            whole.counted.rows(),
            evidence("meetings.attendance.roster").unwrap().counted.rows(),
            "a map has the rows of its parts"
        );
    });
}

/// What somebody answered in confidence cannot be told from which rows are listed.
#[test]
fn a_list_is_never_narrowed_by_what_is_confidential() {
    let desk = office(Language::Id);
    ask(&desk, |evidence, figures| {
        let mut all = Vec::new();
        paths("", figures.as_json(), &mut all);
        let beneath = |start: &'static str| {
            all.iter().map(|(path, _)| path).filter(move |path| path.starts_with(start))
        };
        for (narrow, whole) in [
            ("satisfaction.mentee.safety_reports", "satisfaction.mentee.responses"),
            ("satisfaction.mentee.groups_hidden", "satisfaction.mentee.responses"),
            ("satisfaction.mentee.stop_rate", "satisfaction.mentee.responses"),
            ("support.by_kind.", "support.requests"),
            ("support.personal_", "support.requests"),
            ("groups.closed_by_reason.", "groups.closed"),
            ("survival.disbanded", "survival.groups"),
            ("survival.events", "survival.groups"),
        ] {
            assert!(beneath(narrow).count() > 0, "{narrow}");
            for path in beneath(narrow) {
                assert_eq!(evidence(path).unwrap(), evidence(whole).unwrap(), "{path}");
            }
        }
        for figure in all_figures().filter(|figure| figure.shown_as.is_some() && figure.is_single())
        {
            let whole = figure.shown_as.and_then(evidence);
            assert_eq!(evidence(figure.path), whole, "{}", figure.path);
        }
    });
}

/// A figure that counts things lists as many.
#[test]
fn as_many_things_are_listed_as_are_counted() {
    let desk = office(Language::Id);
    ask(&desk, |evidence, figures| {
        for path in [
            "registration.people",
            "registration.consent.granted",
            "registration.funnel.attended_1",
            "groups.open",
            "groups.members",
            "mentors.ready",
            "waiting.count",
            "support.requests",
            "support.open",
            "taaruf.formed",
            "survival.groups",
        ] {
            let things = evidence(path).unwrap().counted.0;
            assert!(things.iter().all(|rows| !rows.is_empty()), "{path}");
            assert_eq!(Some(things.len() as i64), figures.integer(path), "{path}");
        }
    });
}

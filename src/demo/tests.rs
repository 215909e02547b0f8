//! The demo is read by the real reader, and what follows from it is alive, on whatever day of the year it is seen.

use std::collections::BTreeMap;

use super::*;
use crate::config::Config;
use crate::cycle::{figures, standing, suggestions};
use crate::forms::intake::intake;
use crate::ledger::event::Event;
use crate::ledger::state::State;
use crate::setting::Setting;
use crate::table::tab::ReadTab;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Every weekday, both ends of a year, and a leap day.
fn days() -> impl Iterator<Item = NaiveDate> {
    ["2026-11-23", "2026-11-24", "2026-12-31", "2027-01-01", "2027-02-28", "2028-02-29", "2027-07-11", "2027-08-14"]
        .into_iter()
        .map(day)
}

fn setting(today: NaiveDate) -> Setting {
    let forms = Forms::built_in().unwrap();
    let text = configuration("http://127.0.0.1:8460", "demo", Path::new("/tmp/a \"demo\""), today, &tabs(&forms, today));
    Setting::of(Config::parse(Path::new("/demo/halaqah.toml"), &text).unwrap()).unwrap()
}

/// All tabs taken in, as the first cycle does.
fn taken_in(setting: &Setting, today: NaiveDate) -> State {
    let mut state = State::default();
    let mut seq = 0;
    for (tab, sheet_id) in tabs(&setting.forms, today).into_iter().zip(1..) {
        let form = setting.forms.get(&tab.form).unwrap();
        let (row_count, column_count) = (tab.rows.len(), tab.rows[0].len());
        let read = ReadTab { sheet_id, title: tab.title.clone(), row_count, column_count, rows: tab.rows };
        let taken = intake(&setting.forms, form, &state, &read, &tab.title, false);
        assert_eq!(taken.held, None, "{}", tab.form);
        for (source, event) in taken.events {
            seq += 1;
            state.apply(seq, source, event).unwrap();
        }
    }
    state
}

#[test]
fn show() {
    let today = day("2026-11-24");
    let setting = setting(today);
    let state = taken_in(&setting, today);
    let standing = standing(&setting, &state, today).unwrap();
    println!("{}", serde_json::to_string_pretty(figures(&setting, &state, &standing).as_json()).unwrap());
    let s = suggestions(&setting, &state, &standing);
    for p in &s.placements { println!("{} {} {:?} {} {}", p.mentee, p.mentor, p.group(), p.slot, p.score); }
    for p in &s.unplaced { println!("{p:?}"); }
    println!("{:?}", standing.references);
}

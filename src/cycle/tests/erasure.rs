//! Everybody of a whole season is erased, one by one and all together: no figure moves, no name is
//! left in the state, and the sheet, which still has them all, says nothing new.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::*;
use super::desk::Desk;
use super::office::office;
use crate::config::Config;
use crate::forms::Forms;
use crate::forms::person::{about, support_texts};
use crate::statistics::changes;
use crate::words::Language;

/// A program with its form tabs as they were read.
struct Whole {
    setting: Setting,
    forms: BTreeMap<String, ReadTab>,
    state: State,
    today: NaiveDate,
}

impl Whole {
    /// The season that the demo invents.
    fn demo() -> Self {
        let today = "2026-11-24".parse().unwrap();
        let tabs = crate::demo::tabs(&Forms::built_in().unwrap(), today);
        let text = crate::demo::configuration(
            "http://127.0.0.1:1",
            ("a", "b"),
            Path::new("/tmp"),
            today,
            &tabs,
        );
        let setting = Setting::of(Config::parse(Path::new("demo.toml"), &text).unwrap()).unwrap();
        let read = |(tab, sheet_id): (crate::demo::DemoTab, i64)| {
            let (row_count, column_count) = (tab.rows.len() + 10, 40);
            (
                tab.form,
                ReadTab { sheet_id, title: tab.title, row_count, column_count, rows: tab.rows },
            )
        };
        let mut whole = Self {
            setting,
            forms: tabs.into_iter().zip(1..).map(read).collect(),
            state: State::default(),
            today,
        };
        let mut state = State::default();
        whole.take_in(&mut state);
        whole.state = state;
        whole
    }

    /// The tests' own program with every form.
    fn office() -> Self {
        let mut desk: Desk = office(Language::Id);
        desk.turn();
        let Desk { setting, memory, forms, today, .. } = desk;
        Self { setting, forms, state: memory.state, today }
    }

    /// What the sheet says that the state does not have: how many events about rows.
    fn take_in(&self, state: &mut State) -> usize {
        let mut count = 0;
        for form in self.setting.forms.iter() {
            let Some(tab) = self.forms.get(form.key()) else { continue };
            let taken = intake(&self.setting.forms, form, state, tab, &tab.title, true);
            for (source, event) in taken.events {
                count += usize::from(source.is_some());
                state.apply(state.seq + 1, source, event).unwrap();
            }
        }
        count
    }

    fn figures(&self, state: &State) -> Figures {
        figures(&self.setting, state, &standing(&self.setting, state, self.today).unwrap())
    }

    /// Everybody's code and full name.
    fn people(&self) -> Vec<(CompactString, String)> {
        let owners = self.setting.private.owners(self.state.records());
        let everybody = owners.everybody();
        everybody.map(|(_, person)| (person.code.clone(), person.full_name().to_owned())).collect()
    }

    fn erase(&self, state: &mut State, code: &str) {
        let at = self.today.and_hms_opt(12, 0, 0).unwrap();
        let erased = {
            let standing = standing(&self.setting, state, self.today).unwrap();
            about(&self.setting.private, state, &standing, code).unwrap().erasure(
                &self.setting.private,
                state,
                at,
            )
        };
        state.apply(state.seq + 1, None, Event::PersonErased(erased)).unwrap();
    }
}

/// Erases one in so many alone, then all of them; gives what moved.
fn erased_one_by_one(whole: &Whole, one_in: usize) -> Vec<String> {
    let before = whole.figures(&whole.state);
    let people = whole.people();
    let mut wrong = Vec::new();
    let mut all = whole.state.clone();
    for (at, (code, name)) in people.iter().enumerate() {
        whole.erase(&mut all, code);
        if !at.is_multiple_of(one_in) {
            continue;
        }
        let mut state = whole.state.clone();
        whole.erase(&mut state, code);
        let moved = changes(&before, &whole.figures(&state));
        wrong.extend(moved.into_iter().map(|moved| format!("{code} {name}: {moved:?}")));
        let events = whole.take_in(&mut state);
        if events > 0 {
            wrong.push(format!("{code} {name}: {events} events of the same sheet"));
        }
        let namesakes = people.iter().filter(|(_, other)| other == name).count();
        let left = state
            .records()
            .filter(|record| namesakes == 1 && format!("{record:?}").contains(name.as_str()));
        wrong.extend(left.map(|record| format!("{code} {name} is left in {record:?}")));
    }
    let moved = changes(&before, &whole.figures(&all));
    wrong.extend(moved.into_iter().map(|moved| format!("all: {moved:?}")));
    let events = whole.take_in(&mut all);
    if events > 0 {
        wrong.push(format!("all: {events} events of the same sheet"));
    }
    wrong
}

#[test]
fn no_figure_moves_whoever_of_the_demo_is_erased() {
    let whole = Whole::demo();
    assert!(whole.people().len() > 40);
    assert_eq!(whole.take_in(&mut whole.state.clone()), 0, "the sheet was taken in");
    let wrong = erased_one_by_one(&whole, 5);
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_figure_moves_whoever_of_the_office_is_erased() {
    let wrong = erased_one_by_one(&Whole::office(), 1);
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_figure_moves_when_the_stories_of_closed_requests_go() {
    let whole = Whole::demo();
    let mut state = whole.state.clone();
    let at = whole.today.and_hms_opt(12, 0, 0).unwrap();
    let texts = |state: &State| {
        let standing = standing(&whole.setting, state, whole.today).unwrap();
        support_texts(&whole.setting.private, state, &standing, whole.today, at)
    };
    let erased = texts(&state);
    let stories: Vec<String> = state.forms["support_request"].values().filter_map(story).collect();
    assert!(!erased.rows.is_empty() && stories.len() > 1);
    state.apply(state.seq + 1, None, Event::TextsErased(erased)).unwrap();
    let left = state.forms["support_request"].values().filter_map(story).count();
    assert!(left < stories.len(), "{left} of {}", stories.len());
    assert_eq!(changes(&whole.figures(&state), &whole.figures(&whole.state)), []);
    assert_eq!(whole.take_in(&mut state), 0, "the sheet still has them");
    assert_eq!(texts(&state).rows, [], "nothing is left to do");
}

fn story(row: &crate::ledger::state::Row) -> Option<String> {
    let crate::ledger::state::Fate::Accepted { record, .. } = &row.fate else { return None };
    record.answers.text("story").map(str::to_owned)
}

//! What may follow on what: every step that cannot be is refused, and the refusal names the row and its state.

use super::*;
use crate::ledger::event::{Copies, Retraction};
use crate::ledger::problem::Reason;
use crate::table::Cell;

const FORM: &str = "meeting_report";

fn row() -> Option<Source> {
    Some(Source { tab: 7, row: 2, key: "k1".into() })
}

fn report(group: &str) -> Submission {
    let answers = [("group", Answer::Text(group.into()))].into_iter().collect();
    let date = "2026-08-07".parse().unwrap();
    let identity = "00000000000000a1".into();
    Submission {
        timestamp: None,
        date,
        identity,
        answers,
        dropped: vec![],
        raw: BTreeMap::new(),
        extra: BTreeMap::new(),
        sealed: vec![],
    }
}

fn submitted() -> Event {
    Event::Submitted(FORM.into(), report("Al Fatih"))
}

fn amended() -> Event {
    Event::Amended(FORM.into(), report("Al Kahfi"))
}

fn retracted() -> Event {
    Event::Retracted(FORM.into(), Retraction { accepted: true })
}

fn copied() -> Event {
    Event::RowCopied(Copies { form: FORM.into(), copies: 1 })
}

fn rejected() -> Event {
    let problem = Problem { question: "date".into(), cell: Cell::Blank, reason: Reason::MissingRequired };
    Event::RowRejected(RejectedRow {
        form: FORM.into(),
        timestamp: None,
        identity: "00000000000000a1".into(),
        problem,
        cells: vec![],
        extra: BTreeMap::new(),
        sealed: vec![],
    })
}

/// Folds events about one row; the last one's refusal, if it was refused.
fn refusal(events: impl IntoIterator<Item = Event>) -> Option<String> {
    let mut state = State::default();
    let mut last = None;
    for (seq, event) in (1..).zip(events) {
        assert_eq!(last, None, "only the last step may be illegal");
        let before = state.clone();
        last = state.apply(seq, row(), event).err().map(|illegal| illegal.to_string());
        if last.is_some() {
            assert_eq!(state, before, "an illegal step changes nothing");
        }
    }
    last
}

#[test]
fn an_illegal_step_names_the_line_the_row_and_the_state_that_forbids_it() {
    let cannot = |events: &[Event]| refusal(events.iter().cloned()).unwrap();
    assert_eq!(
        cannot(&[submitted(), submitted()]),
        r#"line 2: "meeting_report.submitted" about row "k1" cannot follow: the row was already accepted"#
    );
    assert_eq!(
        cannot(&[rejected(), amended()]),
        r#"line 2: "meeting_report.amended" about row "k1" cannot follow: the row was rejected, not accepted"#
    );
    assert_eq!(
        cannot(&[submitted(), retracted(), amended()]),
        r#"line 3: "meeting_report.amended" about row "k1" cannot follow: the row does not stand in the tab"#
    );
    assert_eq!(
        cannot(&[submitted(), retracted(), retracted()]),
        r#"line 3: "meeting_report.retracted" about row "k1" cannot follow: the row does not stand in the tab"#
    );
    assert_eq!(cannot(&[copied()]), r#"line 1: "row_copied" about row "k1" cannot follow: the form has no rows"#);
    let mut state = State::default();
    let homeless = state.apply(1, None, submitted()).unwrap_err().to_string();
    assert_eq!(homeless, r#"line 1: "meeting_report.submitted" about row "" cannot follow: it names no row"#);
}

#[test]
fn every_other_step_is_legal() {
    for events in [
        vec![submitted(), amended(), rejected(), submitted(), retracted(), submitted()],
        vec![rejected(), rejected(), retracted(), rejected(), submitted()],
        vec![submitted(), copied(), amended(), copied(), Event::Unknown("season_opened".into())],
    ] {
        assert_eq!(refusal(events), None);
    }
}

#[test]
fn a_row_keeps_its_first_line_and_its_copies_whatever_becomes_of_it() {
    let mut state = State::default();
    for (seq, event) in (10..).zip([rejected(), copied(), submitted(), amended(), rejected(), submitted()]) {
        state.apply(seq, row(), event).unwrap();
        let row = &state.forms[FORM]["k1"];
        assert_eq!(row.seq, 10);
    }
    assert_eq!(state.forms[FORM]["k1"].copies, 1);
    assert_eq!(state.records().next().unwrap().seq, 10);
    assert_eq!(state.seq, 15);
}

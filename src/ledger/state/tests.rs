//! What may follow on what: every step that cannot be is refused, and the refusal names the row and
//! its state.

use super::*;
use crate::ledger::event::{Copies, Retraction};
use crate::ledger::problem::Reason;
use crate::ledger::season_state::{SeasonClosing, SeasonOpening};
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
    let problem =
        Problem { question: "date".into(), cell: Cell::Blank, reason: Reason::MissingRequired };
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
    assert_eq!(
        cannot(&[copied()]),
        r#"line 1: "row_copied" about row "k1" cannot follow: the form has no rows"#
    );
    let mut state = State::default();
    let homeless = state.apply(1, None, submitted()).unwrap_err().to_string();
    assert_eq!(
        homeless,
        r#"line 1: "meeting_report.submitted" about row "" cannot follow: it names no row"#
    );
}

#[test]
fn every_other_step_is_legal() {
    for events in [
        vec![submitted(), amended(), rejected(), submitted(), retracted(), submitted()],
        vec![rejected(), rejected(), retracted(), rejected(), submitted()],
        vec![submitted(), copied(), amended(), copied(), Event::Unknown("notice_sent".into())],
    ] {
        assert_eq!(refusal(events), None);
    }
}

#[test]
fn a_row_keeps_its_first_line_and_its_copies_whatever_becomes_of_it() {
    let mut state = State::default();
    for (seq, event) in
        (10..).zip([rejected(), copied(), submitted(), amended(), rejected(), submitted()])
    {
        state.apply(seq, row(), event).unwrap();
        let row = &state.forms[FORM]["k1"];
        assert_eq!(row.seq, 10);
    }
    assert_eq!(state.forms[FORM]["k1"].copies, 1);
    assert_eq!(state.records().next().unwrap().seq, 10);
    assert_eq!(state.seq, 15);
}

fn opened(season: &str, day: &str) -> Event {
    Event::SeasonOpened(SeasonOpening {
        season: season.into(),
        date: day.parse().unwrap(),
        beside: vec![],
    })
}

fn closed(season: &str, day: &str) -> Event {
    Event::SeasonClosed(SeasonClosing {
        season: season.into(),
        date: day.parse().unwrap(),
        left_open: BTreeMap::new(),
    })
}

/// Folds events that are about no row.
fn fold(events: impl IntoIterator<Item = Event>) -> Result<State, String> {
    let mut state = State::default();
    for (seq, event) in (1..).zip(events) {
        state.apply(seq, None, event).map_err(|illegal| illegal.to_string())?;
    }
    Ok(state)
}

#[test]
fn a_season_is_open_from_its_opening_to_its_closing_and_may_be_opened_again() {
    let (first, second) = ("2026-ganjil", "2027-genap");
    let state = fold([
        opened(first, "2026-07-13"),
        opened(second, "2027-01-04"),
        closed(first, "2027-01-05"),
    ])
    .unwrap();
    assert_eq!(state.seasons.open().collect::<Vec<_>>(), [second]);
    let of_first = state.seasons.of(first);
    assert_eq!(
        (of_first.opened, of_first.closed),
        ("2026-07-13".parse().ok(), "2027-01-05".parse().ok())
    );
    let again = fold([
        opened(first, "2026-07-13"),
        closed(first, "2027-01-05"),
        opened(first, "2027-01-06"),
    ])
    .unwrap();
    assert!(again.seasons.of(first).is_open());
    assert!(
        !fold([closed(first, "2026-12-20")]).unwrap().seasons.of(first).is_open(),
        "closed without an opening"
    );
}

#[test]
fn a_season_is_neither_opened_nor_closed_twice() {
    let twice = [opened("a", "2026-07-13"), opened("a", "2026-07-14")];
    assert!(fold(twice).unwrap_err().ends_with("cannot follow: the season is already open"));
    let twice = [closed("a", "2026-07-13"), closed("a", "2026-07-14")];
    assert!(fold(twice).unwrap_err().ends_with("cannot follow: the season is already closed"));
}

#[test]
fn the_newest_days_keep_the_last_event_that_the_clock_put_on_them() {
    let mut head = LedgerHead::default();
    let day = |day: u32| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
    let mut note =
        |seq, on| head.note_day(Checkpoint { day: day(on), seq, hash: Some(LineHash::ZERO) });
    for (seq, on) in (1..).zip((1..=20).flat_map(|day| [day, day])) {
        note(seq, on);
    }
    // The clock is set back, to a day at hand and to one that is too old to be shown.
    note(41, 18);
    note(42, 2);
    let kept: Vec<(NaiveDate, u64)> =
        head.checkpoints.iter().map(|kept| (kept.day, kept.seq)).collect();
    let expected = (7..=20).map(|on| (day(on), if on == 18 { 41 } else { 2 * u64::from(on) }));
    assert_eq!(kept, expected.collect::<Vec<_>>());
    let closed = |today| head.closed_before(today).map(|kept| kept.seq);
    assert_eq!((closed(day(20)), closed(day(21)), closed(day(7))), (Some(38), Some(40), None));
}

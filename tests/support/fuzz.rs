//! What the fuzz targets do with any bytes, and what must be true then; the tests replay their
//! corpus.
#![allow(dead_code, reason = "every fuzz target uses a part of it")]

#[path = "medium.rs"]
pub mod medium;

use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use chrono::{DateTime, TimeZone};
use halaqah::commands::matching::changes;
use halaqah::config::{Config, EXAMPLE};
use halaqah::edge::log::{Line, Log, NewEvent};
use halaqah::forms::columns::Columns;
use halaqah::forms::intake::intake;
use halaqah::forms::{FORMS, Form, Forms};
use halaqah::ledger::answers::{Answer, Answers};
use halaqah::ledger::event::{Event, SealedPart};
use halaqah::ledger::line::{Chain, Header, Tail};
use halaqah::ledger::record::Source;
use halaqah::ledger::sealed::{Owner, Privacy, put_together, sealed_lists, take_apart};
use halaqah::ledger::snapshot::{self, PartReader};
use halaqah::ledger::state::State;
use halaqah::matching::instance::{Instance, Mentee, Mentor};
use halaqah::matching::suggest;
use halaqah::table::a1::{address, column_index, column_letters, quoted_title, title_of_range};
use halaqah::table::tab::ReadTab;
use halaqah::table::{Cell, cell_at};
use medium::{Medium, quick_dir};
use serde_json::value::RawValue;

const PROGRAM: &str = "sman1";
const SMALL: u64 = 800;
const EVENTS: u32 = 11;

/// Any bytes, read as a line, as a header, as an event's data, and as the end of a segment.
pub fn line(bytes: &[u8]) {
    if let Ok(line) = Line::parse(bytes) {
        assert!(bytes.ends_with(format!(",\"hash\":\"{}\"}}\n", line.hash).as_bytes()));
        // What an event cannot be read from is an error, never a panic.
        let _ = Event::read(line.kind, line.v, line.data.get());
    }
    if let Ok(header) = Header::parse(bytes) {
        assert_eq!(Header::format_of(bytes), Some(header.format));
    }
    let mut chain = Chain::default();
    if let Err(fault) = chain.line(bytes) {
        assert_eq!(chain, Chain::default(), "a line that fails moves nothing");
        if let Ok(mut tail) = Tail::new(&chain, fault) {
            // Torn or damaged: both are answers.
            let _ = bytes
                .split_inclusive(|byte| *byte == b'\n')
                .try_for_each(|stretch| tail.examine(stretch));
        }
    }
}

/// Any bytes as a ledger's directory. An odd first byte: the rest says how a good ledger is
/// changed. An even one: the rest are segments, parted by zeros, each its number and a line break
/// and then its bytes.
pub fn open(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let place = quick_dir();
    let dir = &place.path().join("ledger");
    if first % 2 == 1 {
        good_ledger(dir);
        // Not more of them: a line without an end that is doubled again and again fills any disk.
        rest.chunks_exact(4).take(12).for_each(|change| one_change(dir, change));
        // Whatever was done to it: what still reads is a beginning of what was written.
        if let Some(ids) = opens(dir) {
            assert!((1..=EVENTS).collect::<Vec<_>>().starts_with(&ids), "{ids:?}");
        }
    } else {
        fs::create_dir(dir).unwrap();
        for part in rest.split(|byte| *byte == 0).take(4) {
            let (number, content) =
                part.split_at(part.iter().position(|byte| *byte == b'\n').unwrap_or(0));
            let number: String = number
                .iter()
                .filter(|byte| byte.is_ascii_digit())
                .take(20)
                .map(|b| *b as char)
                .collect();
            fs::write(dir.join(format!("{number}.jsonl")), content.get(1..).unwrap_or_default())
                .unwrap();
        }
        opens(dir);
    }
}

/// A ledger that reads also opens, grows, and reads again. Gives the numbers that its events hold,
/// if it reads.
fn opens(dir: &Path) -> Option<Vec<u32>> {
    let numbers = |ids: &mut Vec<u32>, line: &Line<'_>| {
        ids.extend(line.data.get().parse::<u32>());
        Ok::<(), Infallible>(())
    };
    let mut ids = Vec::new();
    let read = Log::read(dir, Some(PROGRAM), |line| numbers(&mut ids, line));
    let none = |_: &Line<'_>| Ok::<(), Infallible>(());
    let opened = Log::open_on(Box::new(Medium::new(dir)), SMALL, dir, PROGRAM, none);
    let Ok(read) = read else {
        // An empty directory is no ledger to a reader, and a new one to a writer.
        assert!(opened.map_or(true, |(log, _)| log.head().seq == 0));
        return None;
    };
    // A format of tomorrow is read and not opened.
    let Ok((mut log, opened)) = opened else {
        assert!(read.format > 1);
        return Some(ids);
    };
    assert_eq!(opened.head, read.head);
    let head = log.append(&[event(7)]).unwrap();
    drop(log);
    let again = Log::read(dir, Some(PROGRAM), none).unwrap();
    assert_eq!((again.head, again.torn), (head, None));
    Some(ids)
}

fn event(id: u32) -> NewEvent {
    NewEvent {
        at: DateTime::parse_from_rfc3339("2026-11-24T07:36:11.123+07:00").unwrap(),
        kind: "note.submitted".to_owned(),
        v: 1,
        source: None,
        data: RawValue::from_string(id.to_string()).unwrap(),
    }
}

/// Three segments of small batches.
fn good_ledger(dir: &Path) {
    let none = |_: &Line<'_>| Ok::<(), Infallible>(());
    let (mut log, _) = Log::open_on(Box::new(Medium::new(dir)), SMALL, dir, PROGRAM, none).unwrap();
    for batch in [&[1, 2, 3][..], &[4], &[5, 6], &[7, 8], &[9], &[10, EVENTS]] {
        log.append(&batch.iter().map(|id| event(*id)).collect::<Vec<_>>()).unwrap();
    }
}

/// Four bytes are one change: which segment and what, where (two bytes), and with which byte.
fn one_change(dir: &Path, change: &[u8]) {
    let (what, with) = (change[0], change[3]);
    let path = dir.join(["000001.jsonl", "000005.jsonl", "000009.jsonl"][usize::from(what % 3)]);
    let Ok(mut bytes) = fs::read(&path) else { return };
    let at = usize::from(u16::from_le_bytes([change[1], change[2]])) % (bytes.len() + 1);
    let line = |bytes: &[u8]| {
        let start = bytes[..at.min(bytes.len())]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let end = bytes[start..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(bytes.len(), |end| start + end + 1);
        start..end
    };
    match what / 3 % 7 {
        0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= with),
        1 => bytes.truncate(at),
        2 => bytes.insert(at, with),
        3 => drop(bytes.drain(line(&bytes))),
        4 => {
            let (range, copy) = (line(&bytes), bytes[line(&bytes)].to_vec());
            bytes.splice(range.end..range.end, copy);
        }
        5 => bytes.iter_mut().skip(at).take(usize::from(with)).for_each(|byte| *byte = 0),
        _ => {
            fs::remove_file(&path).unwrap();
            return;
        }
    }
    fs::write(path, bytes).unwrap();
}

static BUILT_IN: LazyLock<Forms> = LazyLock::new(|| Forms::built_in().unwrap());

/// Any cells as a form's tab: the first byte says which form, the rest are the tab as it was read
/// once, and again after people had been at it, parted by form feeds. Lines are rows, tabulators
/// part cells. A line that begins with `@` has the titles.
pub fn cells(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let form = BUILT_IN.get(FORMS[usize::from(*first) % FORMS.len()].key).unwrap();
    let (mut live, mut lines) = (State::default(), Vec::new());
    let tabs: Vec<ReadTab> =
        String::from_utf8_lossy(rest).split('\u{c}').take(4).map(|text| tab(form, text)).collect();
    for tab in &tabs {
        for again in [false, true] {
            for (source, event) in take_in(form, &live, tab) {
                // Rows that read alike and are not written alike may change places once more, with
                // the numbers of their copies.
                assert!(
                    !again || matches!(event, Event::RowCopied(_)),
                    "what was taken in is no news: {event:?}"
                );
                nothing_is_left_out(form, tab, source.as_ref(), &event);
                is_written_and_read(source.as_ref(), &event);
                lines.push((source.clone(), event.kind(), event.data().unwrap()));
                live.apply(live.seq + 1, source, event).unwrap();
            }
        }
        assert_eq!(take_in(form, &live, tab), [], "what was taken in is no news");
    }
    let mut replayed = State::default();
    for (seq, (source, kind, data)) in (1..).zip(lines) {
        replayed.apply(seq, source, Event::read(&kind, 1, data.get()).unwrap()).unwrap();
    }
    assert_eq!(replayed, live, "the ledger comes to what was folded as it was written");
    if let Some(tab) = tabs.last() {
        assert_eq!(take_in(form, &replayed, tab), [], "a start from the ledger brings no news");
    }
}

fn take_in(form: &Form, state: &State, tab: &ReadTab) -> Vec<(Option<Source>, Event)> {
    intake(&BUILT_IN, form, state, tab, "Form Responses 1", true).events
}

fn tab(form: &Form, text: &str) -> ReadTab {
    let questions = &form.definition.questions;
    let titles = std::iter::once("Timestamp")
        .chain(questions.iter().map(|question| question.question.id.as_str()));
    let mut rows: Vec<Vec<Cell>> = vec![titles.map(Cell::from).collect()];
    for line in text.split('\n').take(40) {
        match line.strip_prefix('@') {
            Some(titles) => rows[0] = titles.split('\t').map(cell).collect(),
            None => rows.push(line.split('\t').map(cell).collect()),
        }
    }
    for row in &mut rows {
        row.truncate(1 + row.iter().rposition(|cell| *cell != Cell::Blank).unwrap_or(0));
    }
    ReadTab {
        sheet_id: 7,
        title: "Form Responses 1".to_owned(),
        row_count: 1000,
        column_count: 26,
        rows,
    }
}

/// A number after `#`, a tick box after `!`, `*2000*a,` is a text many times, anything else a text
/// (its line breaks are `\v`).
fn cell(text: &str) -> Cell {
    let many = |text: &str| {
        let (times, text) = text.split_once('*')?;
        Some(Cell::from(
            text.repeat(times.parse::<usize>().ok().filter(|times| times * text.len() <= 50_000)?),
        ))
    };
    match text.split_at_checked(1) {
        Some(("#", number)) => number
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .map_or(Cell::Blank, Cell::Number),
        Some(("!", ticked)) => Cell::Boolean(ticked == "t"),
        Some(("*", rest)) => many(rest).unwrap_or_else(|| Cell::from(text)),
        _ => Cell::from(text.replace('\u{b}', "\n")),
    }
}

/// Every cell that stands in no question's column is in the event.
fn nothing_is_left_out(form: &Form, tab: &ReadTab, source: Option<&Source>, event: &Event) {
    let extra = match event {
        Event::Submitted(_, row) | Event::Amended(_, row) => &row.extra,
        Event::RowRejected(row) => &row.extra,
        _ => return,
    };
    let (columns, row) =
        (Columns::of(&BUILT_IN, form, &tab.rows[0]), &tab.rows[source.unwrap().row as usize - 1]);
    let unmapped = (0..row.len())
        .filter(|column| !columns.mapped.contains(column) && !cell_at(row, *column).is_blank());
    assert_eq!(extra.len(), unmapped.count(), "{extra:?}");
}

/// Everything is private, and every name is somebody's.
struct Closed;

impl Privacy for Closed {
    fn is_private(&self, _: &str, question: &str) -> bool {
        !question.len().is_multiple_of(4)
    }

    fn subject(&mut self, _: &str, _: &str, _: &Answers) -> Option<Owner> {
        None
    }

    fn named(&mut self, form: &str, question: &str, name: &str) -> Option<Owner> {
        question.len().is_multiple_of(2).then(|| vec![(form.into(), name.into())])
    }
}

/// Written and read an event is the same, and so it is when it was taken apart in between.
fn is_written_and_read(source: Option<&Source>, event: &Event) {
    let read = |event: &Event| {
        Event::read(&event.kind(), event.version(), event.data().unwrap().get()).unwrap()
    };
    assert_eq!(read(event), *event);
    let mut apart = event.clone();
    let parts =
        take_apart(&mut apart, source.map_or("", |source| source.key.as_str()), &mut Closed);
    for (place, list) in sealed_lists(&mut apart).into_iter().zip(parts) {
        let sealed = |private| SealedPart {
            key: "0123456789abcdef".into(),
            text: serde_json::to_string(private).unwrap(),
        };
        place.extend(list.iter().map(|(_, private)| sealed(private)));
    }
    let mut together = read(&apart);
    put_together(&mut together, |part| serde_json::from_str(&part.text).map(Some)).unwrap();
    assert_eq!(together.data().unwrap().get(), event.data().unwrap().get());
}

/// Any text as the configuration. An odd first byte: the next two say where the example is changed,
/// one how much of it goes, and the rest is what comes there.
pub fn config(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let text = match (first % 2, rest) {
        (1, [low, high, gone, new @ ..]) => {
            let mut example = EXAMPLE.as_bytes().to_vec();
            let at = usize::from(u16::from_le_bytes([*low, *high])) % example.len();
            example.splice(at..(at + usize::from(*gone)).min(example.len()), new.iter().copied());
            example
        }
        _ => rest.to_vec(),
    };
    let Ok(text) = String::from_utf8(text) else { return };
    let path = Path::new("nowhere/halaqah.toml");
    let config = match Config::parse(path, &text) {
        Ok(config) => config,
        Err(mistakes) => {
            let shown = mistakes.to_string();
            assert!(shown.starts_with("nowhere/halaqah.toml:"), "{shown}");
            return;
        }
    };
    // What the ledger records of it is read again, and comes to the same.
    let recorded = config.recorded();
    let read = serde_json::from_str(&serde_json::to_string(&recorded).unwrap()).unwrap();
    assert_eq!(recorded, read);
    let (again, kept) = Config::parse(path, EXAMPLE).unwrap().as_recorded(&read, &BUILT_IN);
    assert_eq!((again.recorded(), kept), (recorded, Vec::new()));
    let now = config.timezone.with_ymd_and_hms(2026, 11, 24, 7, 0, 0).unwrap();
    assert!(
        config.schedule.next_after(now).is_some_and(|next| next > now),
        "{}",
        config.schedule.text()
    );
}

/// Any text as a file of changes that somebody thinks about: a mistake, or a plan.
pub fn what_if(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let changes = match changes(text) {
        Ok(changes) => changes,
        Err(wrong) => return assert!(!wrong.to_string().is_empty()),
    };
    let answers = |pairs: &[(&str, &str)]| {
        let slots = ("slots", Answer::List(["fri_afternoon".into(), "sat_morning".into()].into()));
        pairs
            .iter()
            .map(|(key, text)| (*key, Answer::Text((*text).into())))
            .chain([slots])
            .collect::<Answers>()
    };
    let young = answers(&[("gender", "male"), ("birth_date", "2010-01-01")]);
    let old = answers(&[("gender", "male"), ("birth_date", "2004-01-01"), ("max_mentees", "8")]);
    let mentor = |code| Mentor { ready: true, ..Mentor::from_answers(code, &old).unwrap() };
    let now = Instance {
        mentees: ["A1", "A2", "A3", "A4", "A5", "A6"]
            .map(|code| Mentee::from_answers(code, &young).unwrap())
            .to_vec(),
        mentors: ["M1", "M2"].map(mentor).to_vec(),
        ..Instance::default()
    };
    let newcomers = changes.newcomers();
    let named = changes.leaves.iter().chain(changes.slots.iter().map(|new| &new.code));
    match changes.applied(&now, &newcomers) {
        Err(code) => assert!(named.into_iter().any(|named| named == code)),
        Ok(then) => {
            let plan = suggest(&then);
            assert_eq!(plan.placed as usize + plan.unplaced.len(), then.mentees.len());
        }
    }
}

/// Any text as a title, as the letters of a column and as a range.
pub fn a1(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    assert_eq!(title_of_range(&format!("{}!A1:Z9", quoted_title(text))), text);
    title_of_range(text);
    if let Some(column) = column_index(text) {
        let letters = column_letters(column);
        assert_eq!(letters, text.to_ascii_uppercase());
        assert_eq!(address(0, column), format!("{letters}1"));
    }
}

/// Any bytes as the state in a snapshot, or (an odd first byte) a good one that is changed, four
/// bytes a change: where, what goes and what comes. What is read is a state, and is written as it
/// was read.
pub fn state(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let mut bytes = rest.to_vec();
    if first % 2 == 1 {
        bytes = GOOD_STATE.clone();
        for change in rest.chunks_exact(4) {
            let at = usize::from(u16::from_le_bytes([change[0], change[1]])) % bytes.len();
            bytes.splice(at..(at + usize::from(change[2] % 8)).min(bytes.len()), [change[3]]);
        }
    }
    if let Ok(state) = snapshot::read(&mut PartReader::of(&bytes)) {
        let bytes = written(&state);
        let again = snapshot::read(&mut PartReader::of(&bytes)).unwrap();
        assert_eq!(written(&again), bytes);
    }
}

static GOOD_STATE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut state = State::default();
    for key in ["mentor_training", "weekly_devotion", "finance_record"] {
        let form = BUILT_IN.get(key).unwrap();
        for (source, event) in take_in(
            form,
            &state,
            &tab(form, "#46250.5\tBudi\t#3\t#2\tya\n\n#46251.5\tCitra\t\tTadarus"),
        ) {
            state.apply(state.seq + 1, source, event).unwrap();
        }
    }
    written(&state)
});

fn written(state: &State) -> Vec<u8> {
    let mut bytes = Vec::new();
    snapshot::write(state, &mut bytes).unwrap();
    bytes
}

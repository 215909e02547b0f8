//! The laws of taking in a tab: whatever people do to a sheet without changing an answer is no
//! news, and whatever they change is told once. Tabs of two real forms, with rows good and bad,
//! copies, equal timestamps and rows typed by hand.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::forms::definition::{Kind, Question};
use crate::ledger::problem::Reason;

static FORMS: LazyLock<Forms> = LazyLock::new(|| Forms::built_in().unwrap());

const REGISTRATION: &str = "mentee_registration";
const REPORT: &str = "meeting_report";
/// A title that no form has.
const STRANGE: &str = "Catatan panitia";

/// A tab as people see it: titles and rows.
#[derive(Debug, Clone, PartialEq)]
struct Sheet {
    form: &'static str,
    title: String,
    titles: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl Sheet {
    fn of(form: &'static str, rows: Vec<Vec<Cell>>) -> Self {
        let questions = &FORMS.get(form).unwrap().definition.questions;
        let titles = std::iter::once("Timestamp".to_owned())
            .chain(questions.iter().map(|q| q.question.id.clone()));
        Self { form, title: "Form Responses 1".into(), titles: titles.collect(), rows }
    }

    fn column(&self, question: &str) -> usize {
        1 + FORMS
            .get(self.form)
            .unwrap()
            .definition
            .questions
            .iter()
            .position(|q| q.key == question)
            .unwrap()
    }

    fn set(&mut self, row: usize, question: &str, cell: impl Into<Cell>) {
        let column = self.column(question);
        self.rows[row][column] = cell.into();
    }

    fn read(&self) -> ReadTab {
        let titles = self.titles.iter().map(|title| Cell::from(title.as_str())).collect();
        ReadTab {
            sheet_id: 7,
            title: self.title.clone(),
            row_count: 1000,
            column_count: 26,
            rows: std::iter::once(titles).chain(self.rows.iter().cloned()).collect(),
        }
    }
}

/// A ledger in miniature: every event goes through JSON, as it would through the log.
#[derive(Default)]
struct Ledger {
    state: State,
    lines: Vec<(Option<Source>, String, String)>,
}

impl Ledger {
    fn take(&mut self, sheet: &Sheet) -> Vec<Event> {
        let taken = self.take_with(sheet, false);
        assert_eq!(taken.1, None, "nothing holds the tab");
        taken.0
    }

    fn take_with(&mut self, sheet: &Sheet, accept_retractions: bool) -> (Vec<Event>, Option<Held>) {
        let form = FORMS.get(sheet.form).unwrap();
        let taken = intake(
            &FORMS,
            form,
            &self.state,
            &sheet.read(),
            "Form Responses 1",
            accept_retractions,
        );
        let mut events = Vec::new();
        for (source, event) in taken.events {
            self.lines.push((source.clone(), event.kind(), event.data().unwrap().get().to_owned()));
            self.state.apply(self.state.seq + 1, source, event.clone()).unwrap();
            events.push(event);
        }
        for (key, row) in taken.positions {
            self.state.note_position(sheet.form, &key, 7, row);
        }
        (events, taken.held)
    }

    /// The kinds of what happened to rows; that the tab looks otherwise is not about a row.
    fn row_kinds(&mut self, sheet: &Sheet) -> Vec<String> {
        let kinds = self.take(sheet).iter().map(Event::kind).collect::<Vec<_>>();
        kinds.into_iter().filter(|kind| kind != "tab_observed").collect()
    }

    fn replayed(&self) -> State {
        let mut state = State::default();
        for (seq, (source, kind, data)) in (1..).zip(&self.lines) {
            state.apply(seq, source.clone(), Event::read(kind, 1, data).unwrap()).unwrap();
        }
        state
    }

    fn accepted(&self, form: &str) -> usize {
        self.state.forms[form].values().filter(|row| row.is_accepted()).count()
    }
}

fn ledger_of(sheet: &Sheet) -> Ledger {
    let mut ledger = Ledger::default();
    ledger.take(sheet);
    ledger
}

/// An acceptable answer to a question, one of several by `pick`.
fn good_cell(question: &Question, pick: u32) -> Cell {
    let pick = pick as usize;
    let of = |texts: &[&str]| Cell::from(texts[pick % texts.len()]);
    if !question.required && pick.is_multiple_of(3) {
        return Cell::Blank;
    }
    match question.kind {
        Kind::Text | Kind::Person | Kind::Group => {
            of(&["Ahmad Fauzi", " budi  santoso ", "=1+1", "Citra", "Kelompok Hasan", "12"])
        }
        Kind::Paragraph => of(&["Alhamdulillah lancar", "baris satu\nbaris dua"]),
        Kind::Choice => {
            let choice = &question.choices[pick % question.choices.len()];
            [&choice.id, &choice.en, &choice.code][pick % 3].as_str().into()
        }
        Kind::MultiChoice => {
            let label = |offset: usize| {
                question.choices[(pick + offset) % question.choices.len()].id.clone()
            };
            if pick.is_multiple_of(2) {
                label(0).into()
            } else {
                format!("{}, {}", label(0), label(1)).into()
            }
        }
        Kind::Scale => Cell::Number((pick % 5 + 1) as f64),
        Kind::Integer | Kind::Number => Cell::Number(pick as f64),
        Kind::Date if question.age.is_some() => {
            [Cell::Number(40_179.0), "17/8/2010".into()][pick % 2].clone()
        }
        Kind::Date => [Cell::Number(46_230.0), "28 Juli 2026".into(), Cell::Number(46_237.0)]
            [pick % 3]
            .clone(),
        Kind::Money => {
            [Cell::Number(25_000.0), "25rb".into(), "Rp25.000,-".into()][pick % 3].clone()
        }
        Kind::Phone => [Cell::Number(81_234_567_890.0), "0812-3456-7891".into()][pick % 2].clone(),
        Kind::Surah => "Al-Ikhlas".into(),
        Kind::MemberList => of(&["Ahmad, Budi", "1. Citra\n2. Dewi"]),
    }
}

/// A cell that no required question accepts, or a blank one.
fn bad_cell(question: &Question, pick: u32) -> Cell {
    match question.kind {
        Kind::Text | Kind::Person | Kind::Group | Kind::Paragraph | Kind::MemberList => Cell::Blank,
        _ => [Cell::Blank, "entahlah".into(), Cell::Boolean(true)][pick as usize % 3].clone(),
    }
}

/// The row of some picks: a moment (few, so that many rows share one; the last are blank or
/// unreadable), a pick for each question, and perhaps a question with a bad answer.
fn row_of(form: &'static str, moment: u32, picks: &[u32], bad: Option<(usize, u32)>) -> Vec<Cell> {
    let questions = &FORMS.get(form).unwrap().definition.questions;
    let timestamp = match moment {
        0..=3 => Cell::Number(46_250.0 + f64::from(moment) * 0.123_456_789),
        4..=5 => Cell::Blank,
        _ => "kemarin".into(),
    };
    let mut row = vec![timestamp];
    row.extend(questions.iter().zip(picks).map(|(question, &pick)| good_cell(question, pick)));
    if let Some((question, pick)) = bad {
        let question = question % questions.len();
        row[question + 1] = bad_cell(&questions[question], pick);
    }
    row
}

fn any_sheet() -> impl Strategy<Value = Sheet> {
    prop::sample::select(vec![REGISTRATION, REPORT]).prop_flat_map(|form| {
        let bad = prop::option::weighted(0.25, (0_usize..40, 0_u32..3));
        let row = (0_u32..7, prop::collection::vec(0_u32..12, 24), bad)
            .prop_map(move |(moment, picks, bad)| row_of(form, moment, &picks, bad));
        let copies = prop::collection::vec(
            (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
            0..4,
        );
        (prop::collection::vec(row, 1..9), copies).prop_map(move |(mut rows, copies)| {
            for (which, to) in copies {
                let copy = rows[which.index(rows.len())].clone();
                rows.insert(to.index(rows.len() + 1), copy);
            }
            Sheet::of(form, rows)
        })
    })
}

/// An order of `len` things by a seed.
fn shuffled(len: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_by_key(|index| {
        let mut hasher = DefaultHasher::new();
        (index, seed).hash(&mut hasher);
        hasher.finish()
    });
    order
}

fn sorted(mut sheet: Sheet, seed: u64) -> Sheet {
    sheet.rows =
        shuffled(sheet.rows.len(), seed).into_iter().map(|row| sheet.rows[row].clone()).collect();
    sheet
}

fn with_blank_rows(mut sheet: Sheet, seed: u64) -> Sheet {
    for (count, at) in shuffled(sheet.rows.len() + 1, seed).into_iter().take(3).enumerate() {
        let blank = if count == 0 { vec![] } else { vec![Cell::from("  "), Cell::Blank] };
        sheet.rows.insert(at, blank);
    }
    sheet
}

fn with_columns_moved(mut sheet: Sheet, seed: u64) -> Sheet {
    let order = shuffled(sheet.titles.len(), seed);
    sheet.titles = order.iter().map(|&column| sheet.titles[column].clone()).collect();
    for row in &mut sheet.rows {
        *row = order.iter().map(|&column| cell_at(row, column).clone()).collect();
    }
    sheet
}

fn with_trailing_blanks(mut sheet: Sheet) -> Sheet {
    for (index, row) in sheet.rows.iter_mut().enumerate() {
        while row.last() == Some(&Cell::Blank) {
            row.pop();
        }
        if index.is_multiple_of(2) && row.len() >= sheet.titles.len() {
            row.extend([Cell::Blank, Cell::from(" ")]);
        }
    }
    sheet
}

fn reworded(mut sheet: Sheet) -> Sheet {
    for question in &FORMS.get(sheet.form).unwrap().definition.questions {
        let column = sheet.column(&question.key);
        sheet.titles[column] =
            question.aliases.first().unwrap_or(&question.question.en).to_uppercase();
    }
    sheet.titles[0] = "Cap waktu".into();
    sheet
}

fn with_a_strange_column(mut sheet: Sheet) -> Sheet {
    sheet.titles.insert(1, STRANGE.into());
    for (index, row) in sheet.rows.iter_mut().enumerate() {
        row.insert(1, format!("sudah dicek {index}").into());
    }
    sheet
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_tab_read_again_is_no_news(sheet in any_sheet()) {
        let mut ledger = ledger_of(&sheet);
        prop_assert_eq!(ledger.take(&sheet), []);
    }

    #[test]
    fn sorting_inserting_blank_rows_and_moving_columns_is_no_news(sheet in any_sheet(), seed in any::<u64>()) {
        let mut ledger = ledger_of(&sheet);
        prop_assert_eq!(ledger.take(&sorted(sheet.clone(), seed)), []);
        prop_assert_eq!(ledger.take(&with_blank_rows(sheet.clone(), seed)), []);
        prop_assert_eq!(ledger.take(&with_columns_moved(sheet.clone(), seed)), []);
        prop_assert_eq!(ledger.take(&with_trailing_blanks(sheet)), []);
    }

    #[test]
    fn a_new_title_a_new_wording_and_a_strange_column_are_news_of_the_tab_alone(sheet in any_sheet()) {
        let renamed = Sheet { title: "Pendaftaran 2026".into(), ..sheet.clone() };
        for changed in [renamed, reworded(sheet.clone()), with_a_strange_column(sheet.clone())] {
            let mut ledger = ledger_of(&sheet);
            let events = ledger.take(&changed);
            prop_assert!(matches!(events[..], [Event::TabObserved(_)]), "{:?}", events);
        }
    }

    #[test]
    fn everything_at_once_is_no_news_of_any_row(sheet in any_sheet(), seed in any::<u64>()) {
        let mut ledger = ledger_of(&sheet);
        let changed = with_columns_moved(with_a_strange_column(reworded(sorted(sheet, seed))), seed);
        let changed = with_trailing_blanks(with_blank_rows(changed, seed));
        prop_assert_eq!(ledger.row_kinds(&changed), Vec::<String>::new());
    }

    #[test]
    fn a_strange_column_may_be_filled_in_without_news(sheet in any_sheet()) {
        let strange = with_a_strange_column(sheet);
        let mut ledger = ledger_of(&strange);
        let mut noted = strange;
        noted.rows.iter_mut().for_each(|row| row[1] = "lain lagi".into());
        prop_assert_eq!(ledger.take(&noted), []);
    }

    #[test]
    fn a_row_edited_and_edited_back_is_amended_twice_and_leaves_no_trace(
        sheet in any_sheet(), row in any::<prop::sample::Index>(), name in any::<bool>(),
    ) {
        let question = match (sheet.form, name) {
            (REGISTRATION, true) => "full_name",
            (REGISTRATION, false) => "referral_code",
            (_, true) => "group",
            (_, false) => "lesson_title",
        };
        let mut ledger = ledger_of(&sheet);
        let row = row.index(sheet.rows.len());
        // A copy that is edited is another row from then on, and a bad row stays a bad row.
        prop_assume!(sheet.rows.iter().filter(|other| **other == sheet.rows[row]).count() == 1);
        let number = u32::try_from(row + 2).unwrap();
        prop_assume!(ledger.state.forms[sheet.form].values().any(|r| r.is_accepted() && r.source().row == number));
        let before = ledger.state.clone();
        let mut edited = sheet.clone();
        edited.set(row, question, "Sesuatu yang lain sama sekali");
        let amended = [format!("{}.amended", sheet.form)];
        prop_assert_eq!(ledger.row_kinds(&edited), amended.clone());
        prop_assert_eq!(ledger.row_kinds(&sheet), amended);
        let after = State { seq: before.seq, ..ledger.state };
        prop_assert_eq!(after, before);
    }

    #[test]
    fn every_row_is_accepted_rejected_or_counted_as_a_copy(sheet in any_sheet()) {
        let ledger = ledger_of(&sheet);
        prop_assert_eq!(ledger.state.quality().read, sheet.rows.len() as u64);
        prop_assert_eq!(ledger.state.quality().accepted, ledger.accepted(sheet.form) as u64);
    }

    #[test]
    fn identical_rows_are_counted_and_not_merged(sheet in any_sheet(), more in 1_usize..4) {
        let mut ledger = ledger_of(&sheet);
        let first = sheet.rows[0].clone();
        let has_timestamp = !first[0].is_blank();
        let mut grown = sheet.clone();
        grown.rows.extend(vec![first; more]);
        let kinds = ledger.row_kinds(&grown);
        if has_timestamp {
            prop_assert_eq!(kinds, ["row_copied"]);
        } else {
            prop_assert_eq!(kinds.len(), more, "two rows typed by hand are two things that happened");
        }
        prop_assert_eq!(ledger.state.quality().read, grown.rows.len() as u64);
        let kinds = ledger.row_kinds(&sheet);
        prop_assert_eq!(kinds.len(), if has_timestamp { 1 } else { more });
        prop_assert_eq!(ledger.state.quality().read, sheet.rows.len() as u64);
    }

    #[test]
    fn replay_gives_the_same_state(first in any_sheet(), seed in any::<u64>()) {
        let mut ledger = ledger_of(&first);
        let mut second = sorted(first, seed);
        let half = second.rows.len() / 2;
        second.rows.truncate(half.max(1));
        second.set(0, if second.form == REGISTRATION { "nickname" } else { "note" }, "Disunting");
        ledger.take_with(&second, true);
        let mut replayed = ledger.replayed();
        // Where a row stands is not an event; it is noted at every reading.
        for (form, rows) in &ledger.state.forms {
            for (key, row) in rows {
                replayed.note_position(form, key, row.source().tab, row.source().row);
            }
        }
        prop_assert_eq!(replayed, ledger.state);
    }

    #[test]
    fn any_reading_after_any_other_is_taken_in_and_then_no_news(
        form in prop::sample::select(vec![REGISTRATION, REPORT]), sheets in prop::collection::vec(any_sheet(), 2..4),
    ) {
        let mut ledger = Ledger::default();
        for sheet in sheets.iter().filter(|sheet| sheet.form == form) {
            ledger.take_with(sheet, true);
            prop_assert_eq!(ledger.take(sheet), []);
            prop_assert_eq!(ledger.state.quality().read, sheet.rows.len() as u64);
        }
    }
}

/// One good row of a form.
fn good_row(form: &'static str, moment: u32) -> Vec<Cell> {
    row_of(form, moment, &[1; 24], None)
}

/// `count` good registrations of different people.
fn registrations(count: u32) -> Sheet {
    let mut sheet =
        Sheet::of(REGISTRATION, (0..count).map(|_| good_row(REGISTRATION, 0)).collect());
    for row in 0..sheet.rows.len() {
        sheet.set(row, "full_name", format!("Adik Nomor {row}"));
        sheet.rows[row][0] = Cell::Number(46_250.0 + row as f64 / 100.0);
    }
    sheet
}

/// The first line about the only row of a form.
fn only_seq(ledger: &Ledger, form: &str) -> u64 {
    let rows = &ledger.state.forms[form];
    assert_eq!(rows.len(), 1);
    rows.values().next().unwrap().seq
}

#[test]
fn a_rejected_row_put_right_is_submitted_once() {
    for broken in ["full_name", "phone", "birth_date", "gender"] {
        let good = Sheet::of(REGISTRATION, vec![good_row(REGISTRATION, 0)]);
        let mut bad = good.clone();
        bad.set(0, broken, Cell::Blank);
        let mut ledger = Ledger::default();
        assert_eq!(ledger.row_kinds(&bad), ["row_rejected"], "{broken}");
        assert_eq!(ledger.row_kinds(&good), ["mentee_registration.submitted"], "{broken}");
        assert_eq!(ledger.row_kinds(&good), [""; 0]);
    }
}

#[test]
fn an_accepted_row_spoilt_is_rejected_and_keeps_its_first_line() {
    for broken in ["full_name", "phone", "birth_date", "gender", "timestamp"] {
        let good = Sheet::of(REGISTRATION, vec![good_row(REGISTRATION, 0)]);
        let mut bad = good.clone();
        if broken == "timestamp" {
            bad.rows[0][0] = "kemarin".into();
        } else {
            bad.set(0, broken, Cell::Blank);
        }
        let mut ledger = ledger_of(&good);
        let first = only_seq(&ledger, REGISTRATION);
        assert_eq!(ledger.row_kinds(&bad), ["row_rejected"], "{broken}");
        assert_eq!(ledger.row_kinds(&good), ["mentee_registration.submitted"], "{broken}");
        assert_eq!(
            only_seq(&ledger, REGISTRATION),
            first,
            "a mentee's code outlives a slip in a cell: {broken}"
        );
        assert_eq!(ledger.state.records().next().unwrap().seq, first);
    }
}

#[test]
fn a_row_cut_and_put_back_is_the_same_row() {
    let sheet = registrations(3);
    let mut ledger = ledger_of(&sheet);
    let codes =
        |ledger: &Ledger| ledger.state.records().map(|record| record.seq).collect::<Vec<_>>();
    let before = codes(&ledger);
    let mut cut = sheet.clone();
    cut.rows.remove(1);
    assert_eq!(ledger.row_kinds(&cut), ["mentee_registration.retracted"]);
    assert_eq!(ledger.row_kinds(&sheet), ["mentee_registration.submitted"]);
    assert_eq!(codes(&ledger), before);
}

#[test]
fn a_report_typed_by_hand_and_spoilt_is_the_same_row() {
    let mut good = Sheet::of(REPORT, vec![good_row(REPORT, 4)]);
    good.set(0, "present", "Ahmad, Budi");
    let mut bad = good.clone();
    bad.set(0, "date", "kapan-kapan");
    let mut ledger = ledger_of(&good);
    assert_eq!(ledger.row_kinds(&bad), ["row_rejected"]);
    assert_eq!(ledger.row_kinds(&good), ["meeting_report.submitted"]);
}

#[test]
fn a_response_edited_in_the_form_itself_is_amended() {
    let sheet = registrations(3);
    let mut ledger = ledger_of(&sheet);
    let mut edited = sheet.clone();
    // Google renews the timestamp of a response that is edited.
    edited.rows[1][0] = Cell::Number(46_260.5);
    edited.set(1, "nickname", "Nomor Satu");
    assert_eq!(ledger.row_kinds(&edited), ["mentee_registration.amended"]);
}

#[test]
fn the_fuse_holds_where_more_than_a_tenth_and_more_than_five_are_gone() {
    for (count, taken_away, holds) in
        [(20, 5, false), (20, 6, true), (70, 7, false), (70, 8, true), (6, 6, true)]
    {
        let full = registrations(count);
        let mut ledger = ledger_of(&full);
        let mut cut = full.clone();
        cut.rows.drain(..taken_away);
        let (events, held) = ledger.take_with(&cut, false);
        if holds {
            assert_eq!(held, Some(Held::TooManyGone { gone: taken_away, of: count as usize }));
            assert_eq!(events, [], "{taken_away} of {count}");
            let (events, held) = ledger.take_with(&cut, true);
            assert_eq!((events.len(), held), (taken_away, None));
        } else {
            assert_eq!((events.len(), held), (taken_away, None), "{taken_away} of {count}");
        }
        assert_eq!(ledger.accepted(REGISTRATION), count as usize - taken_away);
    }
}

#[test]
fn the_fuse_counts_rows_that_can_no_longer_be_accepted_and_lets_new_rows_in() {
    let mut full = registrations(21);
    // One row was never acceptable; it is not retracted while the fuse holds either.
    full.set(20, "phone", "rahasia");
    let mut ledger = ledger_of(&full);
    let before = ledger.state.clone();
    let mut spoilt = full.clone();
    for row in 0..6 {
        spoilt.set(row, "gender", "entahlah");
    }
    spoilt.rows.pop();
    let (events, held) = ledger.take_with(&spoilt, false);
    assert_eq!((events, held), (vec![], Some(Held::TooManyGone { gone: 6, of: 20 })));
    assert_eq!(ledger.state, before);
    let mut with_a_new_row = spoilt.clone();
    with_a_new_row.rows.push(good_row(REGISTRATION, 3));
    let (events, _) = ledger.take_with(&with_a_new_row, false);
    assert_eq!(
        events.iter().map(Event::kind).collect::<Vec<_>>(),
        ["mentee_registration.submitted"]
    );
    // The sheet is as it was: nothing happened.
    with_a_new_row.rows.splice(..20, full.rows.iter().cloned());
    assert_eq!(ledger.row_kinds(&with_a_new_row), [""; 0]);
}

#[test]
fn a_tab_without_a_required_question_is_left_alone() {
    let sheet = registrations(2);
    let mut ledger = ledger_of(&sheet);
    let before = ledger.state.clone();
    let mut renamed = sheet.clone();
    let column = renamed.column("phone");
    renamed.titles[column] = "Kontak".into();
    let (events, held) = ledger.take_with(&renamed, true);
    assert_eq!(events, []);
    assert_eq!(held, Some(Held::QuestionsMissing(vec!["phone".into()])));
    assert_eq!(ledger.state, before);
    let empty = Sheet { titles: vec![], rows: vec![], ..sheet };
    assert!(
        matches!(ledger.take_with(&empty, true), (events, Some(Held::QuestionsMissing(_))) if events.is_empty())
    );
}

#[test]
fn twin_columns_answer_one_question() {
    let mut sheet = registrations(3);
    sheet.titles.push("No WA".into());
    let old = sheet.column("phone");
    sheet.rows[0].push("0812-9999-0000".into());
    sheet.rows[1].push("0812-9999-0001".into());
    sheet.rows[1][old] = Cell::Blank;
    let ledger = ledger_of(&sheet);
    let phones: Vec<_> = ledger
        .state
        .records()
        .map(|record| record.answers.text("phone").unwrap().to_owned())
        .collect();
    assert_eq!(phones, ["+6281299990000", "+6281299990001", "+6281234567891"]);

    // Lists are put together.
    let mut report = Sheet::of(REPORT, vec![good_row(REPORT, 0)]);
    report.titles.push("Adik yang hadir".into());
    report.set(0, "present", "Ahmad, Budi");
    report.rows[0].push("Citra".into());
    let ledger = ledger_of(&report);
    assert_eq!(
        ledger.state.records().next().unwrap().answers.list("present"),
        ["Ahmad", "Budi", "Citra"]
    );
}

#[test]
fn what_stands_under_no_title_or_one_of_two_is_kept_too() {
    let mut sheet = with_a_strange_column(with_a_strange_column(registrations(2)));
    let width = sheet.titles.len();
    for (row, note) in sheet.rows.iter_mut().zip(["catatan lain", "catatan tepi"]) {
        row.resize(width, Cell::Blank);
        row.push(note.into());
    }
    // The first question of the second row: that one is rejected.
    sheet.rows[1][3] = Cell::Blank;
    let extras: Vec<_> = Ledger::default()
        .take(&sheet)
        .into_iter()
        .filter_map(|event| match event {
            Event::Submitted(_, Submission { extra, .. })
            | Event::RowRejected(RejectedRow { extra, .. }) => Some(extra),
            _ => None,
        })
        .collect();
    assert_eq!(extras.len(), 2);
    for (extra, note) in extras.iter().zip(["catatan lain", "catatan tepi"]) {
        assert_eq!(extra.len(), 3, "{extra:?}");
        assert!(
            extra.iter().any(|(title, cell)| title.starts_with('[') && cell.to_string() == note),
            "{extra:?}"
        );
        assert_eq!(extra.keys().filter(|title| title.starts_with(STRANGE)).count(), 2, "{extra:?}");
    }
}

#[test]
fn a_title_that_looks_like_a_columns_letters_hides_no_cell() {
    let mut sheet = registrations(1);
    let column = column_letters(sheet.titles.len() + 2);
    sheet.titles.extend([format!("Catatan [{column}]"), "Catatan".into(), "Catatan".into()]);
    sheet.rows[0].resize(sheet.titles.len() - 3, Cell::Blank);
    sheet.rows[0].extend(["satu", "dua", "tiga"].map(Cell::from));
    let events = Ledger::default().take(&sheet);
    let Some(Event::Submitted(_, row)) = events.last() else { panic!("{events:?}") };
    assert_eq!(
        row.extra.values().map(ToString::to_string).collect::<BTreeSet<_>>().len(),
        3,
        "{:?}",
        row.extra
    );
}

#[test]
fn a_cell_of_endless_ticks_is_not_noted_for_each_of_them() {
    let mut sheet = registrations(1);
    sheet.set(0, "slots", "kapan, ".repeat(7_000) + "Jumat sore");
    let events = Ledger::default().take(&sheet);
    let noted = events.iter().map(|event| match event {
        Event::Submitted(_, row) => row.dropped.len(),
        _ => 0,
    });
    assert_eq!(noted.sum::<usize>(), 100);
}

#[test]
fn what_no_question_explains_is_kept_beside_the_answers() {
    let mut sheet = with_a_strange_column(registrations(2));
    sheet.rows[1][2] = Cell::Blank;
    let mut ledger = Ledger::default();
    let extra = |events: &[Event]| {
        let extras = events.iter().filter_map(|event| match event {
            Event::Submitted(_, row) => Some(row.extra[STRANGE].to_string()),
            Event::RowRejected(row) => Some(row.extra[STRANGE].to_string()),
            _ => None,
        });
        extras.collect::<Vec<_>>()
    };
    assert_eq!(extra(&ledger.take(&sheet)), ["sudah dicek 0", "sudah dicek 1"]);
}

/// A tab of the form about personality with one row: what the member says of statement 1, 2, 3…
fn self_report(said: &[&str]) -> Sheet {
    let mut row = vec![Cell::Blank; 22];
    row[0] = Cell::Number(46_250.0);
    row[1] = "Ahmad Fauzi".into();
    for (cell, said) in row[2..].iter_mut().zip(said) {
        *cell = said.parse().map_or_else(|_| Cell::from(*said), Cell::Number);
    }
    Sheet::of("personality", vec![row])
}

fn only_event(sheet: &Sheet) -> Event {
    let events = Ledger::default().take(sheet);
    events.into_iter().find(|event| event.kind() != "tab_observed").unwrap()
}

#[test]
fn a_blank_or_unreadable_statement_does_not_reject_the_others() {
    let Event::Submitted(_, row) = only_event(&self_report(&["4", "", "9", "kadang", "2"])) else {
        panic!("the row is accepted");
    };
    let answered =
        ["ipip_1", "ipip_2", "ipip_3", "ipip_4", "ipip_5"].map(|key| row.answers.integer(key));
    assert_eq!(answered, [Some(4), None, None, None, Some(2)]);
    let dropped: Vec<_> =
        row.dropped.iter().map(|problem| (problem.question.as_str(), problem.reason)).collect();
    assert_eq!(dropped, [("ipip_3", Reason::OutOfRange), ("ipip_4", Reason::BadNumber)]);
}

#[test]
fn a_row_that_answers_no_statement_is_rejected_for_the_question() {
    for said in [&[][..], &["9", "kadang"]] {
        let Event::RowRejected(row) = only_event(&self_report(said)) else { panic!("{said:?}") };
        assert_eq!(
            (row.problem.question.as_str(), row.problem.reason),
            ("ipip", Reason::MissingRequired)
        );
    }
}

#[test]
fn the_columns_of_a_grid_are_the_statements() {
    let question = "Seberapa sesuai kalimat ini dengan dirimu sekarang?";
    let mut sheet = self_report(&["1", "2", "3", "4", "5"]);
    for title in &mut sheet.titles[2..] {
        *title = format!("{question} [{title}]");
    }
    let Event::Submitted(_, row) = only_event(&sheet) else { panic!("the row is accepted") };
    assert_eq!(row.answers.integer("ipip_5"), Some(5));
    assert!(row.extra.is_empty(), "{:?}", row.extra);
}

#[test]
fn a_tab_without_any_statement_is_left_alone() {
    let mut sheet = self_report(&["4"]);
    sheet.titles.truncate(2);
    let (events, held) = Ledger::default().take_with(&sheet, false);
    assert_eq!((events.len(), held), (0, Some(Held::QuestionsMissing(vec!["ipip".into()]))));
    // One is enough: a school may ask fewer.
    sheet.titles.push("Saya mudah kesal.".into());
    assert_eq!(Ledger::default().take_with(&sheet, false).1, None);
}

#[test]
fn two_statements_never_share_a_number() {
    let text = PERSONALITY.replace("{ number = 2,", "{ number = 1,");
    let error =
        Forms::load(|name| (name == "forms/personality.toml").then(|| text.clone())).err().unwrap();
    assert!(error.to_string().contains("\"ipip\": two statements with the same number"), "{error}");
}

const PERSONALITY: &str = include_str!("../../../config/forms/personality.toml");

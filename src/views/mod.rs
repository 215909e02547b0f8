//! The summary tabs: how the program stands, as tables for people. One file a tab, one line a tab
//! in `VIEWS`.
//!
//! A view is a function of the scene alone. It computes no figure and decides nothing; it knows
//! neither forms nor Google.

pub mod actions;
pub mod archive;
mod cards;
pub mod decisions;
pub mod evaluation;
pub mod finance;
pub mod glossary;
pub mod groups;
pub mod handover;
pub mod labels;
mod levels;
pub mod meetings;
pub mod memorization;
pub mod mentees;
pub mod mentors;
pub mod partners;
pub mod promotion;
pub mod report;
pub mod restricted;
pub mod seasons;
pub mod status;
mod suggested;
pub mod suggestions;
pub mod summary;
pub mod support;
pub mod taaruf;
pub mod to_fix;
pub mod waiting;

use std::cell::OnceCell;

use chrono::NaiveDate;

pub use labels::Labels;
pub use levels::Facts as LevelFacts;

pub use crate::statistics::Level;

use crate::ledger::codes::{Code, Gender};
use crate::ledger::people::Person;
use crate::ledger::standing::Standing;
use crate::ledger::state::{LedgerHead, State};
use crate::matching::Suggestions;
use crate::statistics::{Figures, Mushaf};
use crate::table::tab::{
    Chart, ColourRule, Column, Dropdown, Format, Layout, Style, Tone, Wanted, WantedCell, WantedRow,
};
use crate::table::{Cell, serial};
use crate::words::Words;

/// Everything that a tab may show.
pub struct Scene<'a> {
    /// The program's name.
    pub program_name: &'a str,
    /// The day of the cycle.
    pub today: NaiveDate,
    /// Everything the ledger remembers.
    pub state: &'a State,
    /// How the program stands today.
    pub standing: &'a Standing<'a>,
    /// The figures of today.
    pub figures: &'a Figures,
    /// Who fits whom.
    pub suggestions: &'a Suggestions,
    /// Pages and juz of every ayah.
    pub mushaf: &'a Mushaf,
    /// Titles and labels of the forms.
    pub labels: &'a Labels,
    /// Sentences.
    pub words: &'a Words,
    /// Tabs, or parts of them, that could not be taken in.
    pub held: &'a [HeldTab],
    /// Decisions in the tab of suggestions that could not be carried out.
    pub refused: &'a [decisions::Refused],
    /// Placements of many people at once that wait to be confirmed.
    pub mass: Option<&'a decisions::MassDecision>,
    /// The kinds of documents that the next board must receive, as configured.
    pub handover: &'a [String],
    /// The ledger's head and when its last event was recorded.
    pub head: &'a LedgerHead,
    /// What levels follow from, gathered when the first of them is asked for.
    pub level_facts: OnceCell<LevelFacts>,
}

/// Why a form tab, or a part of it, was left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldTab {
    /// The form.
    pub form: String,
    /// The tab's title, as it was last known.
    pub tab: String,
    /// What is wrong.
    pub why: HeldWhy,
}

/// What is wrong with a form tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeldWhy {
    /// It is not in the spreadsheet.
    NoTab,
    /// Required questions (their keys) have no column.
    QuestionsMissing(Vec<String>),
    /// So many of so many rows are gone that none was retracted.
    #[expect(missing_docs, reason = "it says what its fields are")]
    TooManyGone { gone: usize, of: usize },
}

impl HeldTab {
    /// What is wrong, and what to do.
    pub fn sentences(&self, labels: &Labels, words: &Words) -> (String, String) {
        match &self.why {
            HeldWhy::NoTab => {
                (words.say_with("held-tab", &[("tab", &self.tab)]), words.say("do-held-tab"))
            }
            HeldWhy::QuestionsMissing(keys) => {
                let titles: Vec<&str> =
                    keys.iter().map(|key| labels.question(&self.form, key)).collect();
                let questions = titles.join("; ");
                (
                    words.say_with("held-questions", &[("questions", &questions)]),
                    words.say("do-held-questions"),
                )
            }
            HeldWhy::TooManyGone { gone, of } => {
                let (gone, of) = (gone.to_string(), of.to_string());
                (
                    words.say_with("held-gone", &[("gone", &gone), ("of", &of)]),
                    words.say("do-held-gone"),
                )
            }
        }
    }
}

/// A tab as it has to be, from the scene alone.
pub type View = fn(&Scene<'_>) -> Wanted;

/// The form whose answers stand in no tab: nobody reads one by one what people say about their
/// personality.
const IN_NO_TAB: &str = "personality";

/// All tabs. In a new spreadsheet they stand in this order, and one that is added later comes after
/// the one before it here.
pub const VIEWS: &[View] = &[
    summary::view,
    actions::view,
    suggestions::view,
    groups::view,
    mentees::view,
    mentors::view,
    waiting::view,
    meetings::view,
    memorization::view,
    finance::view,
    support::view,
    promotion::view,
    partners::view,
    taaruf::view,
    evaluation::view,
    archive::view,
    handover::view,
    to_fix::view,
    glossary::view,
    status::view,
];

/// The tabs of the second spreadsheet, which only those see who answer for what is confidential.
pub const RESTRICTED_VIEWS: &[View] =
    &[restricted::support, restricted::safety, restricted::screening, restricted::notes];

/// Every tab.
pub fn tabs(scene: &Scene<'_>) -> Vec<Wanted> {
    VIEWS.iter().map(|view| view(scene)).collect()
}

/// Every tab of the second spreadsheet.
pub fn restricted_tabs(scene: &Scene<'_>) -> Vec<Wanted> {
    RESTRICTED_VIEWS.iter().map(|view| view(scene)).collect()
}

/// The colours of a column of levels.
fn level_colours(column: usize, words: &Words) -> Vec<ColourRule> {
    [(Level::Alert, Tone::Alert), (Level::Warning, Tone::Warning), (Level::Good, Tone::Good)]
        .into_iter()
        .map(|(level, tone)| ColourRule { column, text: words.say(level.key()), tone })
        .collect()
}

/// How many rows a chart covers.
const CHART_ROWS: usize = 20;

/// A tab with a title, a line under it, a header and rows: what most tabs are.
struct Sheet {
    layout: Layout,
    rows: Vec<WantedRow>,
}

impl Sheet {
    /// Begins a tab: its title and the line under it. `widths` are the columns' widths in pixels.
    fn new(view: &str, widths: &[u32], title: String, lead: String) -> Self {
        let layout = Layout {
            view: view.to_owned(),
            title: String::new(),
            columns: widths.iter().map(|&width| Column::of_width(width)).collect(),
            frozen_rows: 0,
            header_row: None,
            colours: Vec::new(),
            charts: Vec::new(),
        };
        let rows = vec![row(Style::Title, [title.into()]), row(Style::Lead, [lead.into()])];
        Self { layout, rows }
    }

    /// Adds the titles of columns, from the keys of their words; the rows above stay in sight with
    /// them.
    fn header(&mut self, words: &Words, keys: &[&str]) {
        self.layout.header_row = Some(self.rows.len());
        self.rows.push(row(Style::Header, keys.iter().map(|key| words.say(key).into())));
        self.layout.frozen_rows = self.rows.len();
    }

    fn push(&mut self, style: Style, cells: impl IntoIterator<Item = WantedCell>) {
        self.rows.push(row(style, cells));
    }

    /// Puts a chart on the tab, and rows below the last one until it has room.
    fn chart(&mut self, chart: Chart) {
        let end = chart.anchor.0 + CHART_ROWS;
        self.layout.charts.push(chart);
        while self.rows.len() < end {
            self.push(Style::Body, [plain("")]);
        }
    }

    /// Ends a tab that is made with this title.
    fn finish(self, title: String) -> Wanted {
        Wanted { layout: Layout { title, ..self.layout }, rows: self.rows, key_column: None }
    }
}

fn row(style: Style, cells: impl IntoIterator<Item = WantedCell>) -> WantedRow {
    WantedRow { style, cells: cells.into_iter().collect() }
}

fn text(text: impl Into<String>) -> WantedCell {
    WantedCell::new(Cell::from(text.into()), Format::Wrapped)
}

/// A number, or nothing where there are no data.
fn maybe(number: Option<f64>, format: Format) -> WantedCell {
    WantedCell::new(number.map_or(Cell::Blank, Cell::Number), format)
}

/// A day, or a dash where there is none.
fn maybe_day(found: Option<NaiveDate>, words: &Words) -> WantedCell {
    found.map_or_else(|| WantedCell::from(words.say("none")), day)
}

/// The word of a level, or nothing where none applies.
fn level_cell(level: Option<Level>, words: &Words) -> WantedCell {
    level.map_or_else(WantedCell::default, |level| words.say(level.key()).into())
}

/// The word of a subject's level, with the reasons as a note: for tabs without a column of reasons.
fn verdict_cell<R: levels::Reason>(scene: &Scene<'_>, verdict: &levels::Verdict<R>) -> WantedCell {
    let cell = level_cell(verdict.level, scene.words);
    if verdict.reasons.is_empty() {
        return cell;
    }
    cell.with_note(verdict.sentences(scene).join("; "))
}

/// A column in which people write what they like.
fn notes(words: &Words) -> Option<Dropdown> {
    Some(Dropdown { values: Vec::new(), hint: words.say("notes-hint") })
}

fn count(number: i64) -> WantedCell {
    WantedCell::new(number as f64, Format::Integer)
}

/// Text on one line.
fn plain(text: impl Into<String>) -> WantedCell {
    WantedCell::new(Cell::from(text.into()), Format::Text)
}

/// Rupiah, or nothing.
fn money(amount: Option<i64>) -> WantedCell {
    WantedCell::new(amount.map_or(Cell::Blank, |amount| Cell::Number(amount as f64)), Format::Money)
}

/// A rate, or nothing.
fn percent(rate: Option<f64>) -> WantedCell {
    WantedCell::new(rate.map_or(Cell::Blank, Cell::Number), Format::Percent)
}

/// The number at a path, or nothing.
fn figure_or_blank(figures: &Figures, path: &str, format: Format) -> WantedCell {
    WantedCell::new(figures.number(path).map_or(Cell::Blank, Cell::Number), format)
}

fn day(day: NaiveDate) -> WantedCell {
    WantedCell::new(serial::of_day(day), Format::Date)
}

/// `Ahmad Satu (A12)`.
fn named(person: &Person<'_>, words: &Words) -> String {
    words.say_with("mentee-named", &[("name", &name_of(person, words)), ("code", &person.code)])
}

/// A person's full name; of one who was erased that it was.
fn name_of(person: &Person<'_>, words: &Words) -> String {
    if person.is_erased() { words.say("erased-name") } else { person.full_name().to_owned() }
}

/// At most `most` of a list, and how many more there are.
fn short_list(items: &[String], most: usize, words: &Words) -> String {
    if items.len() <= most {
        return items.join(", ");
    }
    let more = (items.len() - most).to_string();
    words.say_with("and-more", &[("list", &items[..most].join(", ")), ("count", &more)])
}

/// The word for a gender; nothing where it is not known.
fn gender_word(gender: Option<Gender>, words: &Words) -> String {
    gender.map(|gender| words.say(gender.code())).unwrap_or_default()
}

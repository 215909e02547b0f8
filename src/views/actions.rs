//! *Perlu Tindakan*: who has to do what, by when and why, worst first. An action disappears when it
//! is done. What is said about a subject is made from the reasons of its level, and has their level.
//!
//! `people` finds what is to be done about somebody, `office` about money, partners, documents and
//! answers, `steps` who is late at a step of a procedure.

mod office;
mod people;
mod steps;

use chrono::NaiveDate;

use super::{Level, Scene, Sheet, day, level_colours, notes, plain, text};
use crate::table::tab::{Style, Wanted, WantedCell};

/// What an action is about. Its number is part of the row's key, which people's notes follow: it
/// never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    NoTab = 1,
    QuestionsMissing = 2,
    RowsGone = 3,
    Withdrawn = 4,
    ConsentInGroup = 5,
    WaitingLong = 6,
    Waiting = 7,
    Recruit = 8,
    Stalled = 9,
    NotStarted = 10,
    Unready = 11,
    Silent = 12,
    Overloaded = 13,
    NoContact = 14,
    Absent = 15,
    Rejected = 16,
    ThreeGroups = 17,
    Taaruf = 18,
    Support = 19,
    SupportHidden = 20,
    Partner = 21,
    Review = 22,
    Handover = 23,
    Budget = 24,
    Cash = 25,
    ResponseRate = 26,
    MenteeScore = 27,
    StopOrUnsure = 28,
    Retention = 29,
    Step = 30,
    MentorScore = 31,
    SeasonEnded = 32,
    GroupScore = 33,
    NotSeen = 34,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Action {
    /// How urgent it is.
    pub level: Level,
    /// By when.
    pub due: NaiveDate,
    /// Whom it is about.
    pub who: String,
    /// What to do.
    pub what: String,
    /// Why.
    pub why: String,
    /// The number to act on.
    pub phone: String,
    /// The row's key: the same as long as the matter is the same.
    pub key: String,
}

/// A row's key: whom it is about, and the kind of matter.
fn key_of(about: &str, kind: Kind) -> String {
    format!("{about}·{}", kind as u8)
}

/// The actions found so far, each after whether it can wait behind a deadline of the law.
#[derive(Default)]
struct Found(Vec<(bool, Action)>);

impl Found {
    /// Adds one. `about` tells it from others of its kind.
    fn add(
        &mut self,
        (about, kind): (&str, Kind),
        (level, due): (Level, NaiveDate),
        [who, what, why, phone]: [String; 4],
    ) {
        let action = Action { level, due, who, what, why, phone, key: key_of(about, kind) };
        self.0.push((kind != Kind::Withdrawn, action));
    }
}

/// Everything to be done, worst first. The 72 hours of a consent that was taken back come before
/// all that is older.
pub fn actions(scene: &Scene<'_>) -> Vec<Action> {
    let mut found = Found::default();
    people::find(scene, &mut found);
    office::find(scene, &mut found);
    steps::find(scene, &mut found);
    found.0.sort();
    found.0.into_iter().map(|(_, action)| action).collect()
}

/// The column of keys, and the one in which people write.
const KEY: usize = 6;
const NOTE: usize = 7;

/// The cells of a row with its key. Every row at the end of the tab has one: notes beside it follow
/// it.
fn keyed(cells: impl IntoIterator<Item = WantedCell>, key: String) -> Vec<WantedCell> {
    let mut cells: Vec<WantedCell> = cells.into_iter().collect();
    cells.resize(KEY, WantedCell::default());
    cells.push(plain(key));
    cells
}

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let words = scene.words;
    let widths = [90, 220, 300, 110, 360, 140, 130, 240];
    let mut sheet =
        Sheet::new("actions", &widths, words.say("actions-title"), words.say("actions-lead"));
    let columns = ["level", "who", "what", "due", "why", "phone", "key", "note"]
        .map(|name| format!("actions-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    sheet.layout.colours = level_colours(0, words);
    sheet.layout.columns[NOTE].people = notes(words);
    let actions = actions(scene);
    if actions.is_empty() {
        sheet.push(Style::Lead, keyed([plain(words.say("actions-none"))], words.say("none")));
    }
    for action in actions {
        let (who, what, why) = (text(action.who), text(action.what), text(action.why));
        let level = words.say(action.level.key()).into();
        sheet.push(
            Style::Body,
            keyed([level, who, what, day(action.due), why, plain(action.phone)], action.key),
        );
    }
    steps::section(scene, &mut sheet);
    Wanted { key_column: Some(KEY), ..sheet.finish(words.say("tab-actions")) }
}

//! `why`: the ledger lines behind one figure, the rows of one thing that is counted together. Answers that are about somebody are not printed: a
//! line can be shown to anyone.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::Value;

use super::explain::in_words;
use super::print::{say, warn_if_shut};
use crate::cli::Failure;
use crate::cycle::figures;
use crate::edge::log::{Line, Log};
use crate::ledger::answers::{Answer, Answers};
use crate::ledger::event::{Event, UnreadableEvent};
use crate::ledger::records::Records;
use crate::ledger::standing::Standing;
use crate::ledger::state::{Fate, State};
use crate::memory::Memory;
use crate::setting::Setting;
use crate::statistics::{Behind, Evidence, Lines, Scene, Things, evidence};

/// At most so many letters of what a row says.
const SHORT: usize = 90;

/// So many paths are named in the place of one that leads nowhere.
const NEAREST: usize = 3;

/// Prints the lines behind the figure at a path.
pub fn why(
    setting: &Setting,
    path: &str,
    as_of: NaiveDate,
    season: Option<&str>,
) -> Result<(), Failure> {
    let words = &setting.words;
    let read = Memory::read(&setting.config.ledger_dir(), &setting.config.program_code);
    let (memory, _) = read.map_err(in_words(words))?;
    warn_if_shut(&memory, &setting.words);
    let standing =
        Standing::at(&Records::new(memory.state.records()), &setting.program, as_of, season)
            .map_err(in_words(words))?;
    let figures = figures(setting, &memory.state, &standing);
    let handover = &setting.config.handover_kinds;
    let scene = Scene::new(&standing, &memory.state, handover, &setting.mushaf);
    let found = evidence(&scene, &figures, path);
    let (Some(found), Some(value)) = (found, figures.value(path)) else {
        let parts = [("path", path), ("near", &nearest(figures.as_json(), path))];
        return Err(Failure::Mend(words.say_with("why-nothing", &parts)));
    };
    say(format_args!("{path}  {value}"));
    print(setting, &memory.state, &found)
}

/// The paths that are most like one that leads nowhere.
fn nearest(figures: &Value, path: &str) -> String {
    let mut paths = Vec::new();
    leaves("", figures, &mut paths);
    paths.sort_by_key(|known| strsim::damerau_levenshtein(known, path));
    paths.truncate(NEAREST);
    paths.join(", ")
}

fn leaves(path: &str, value: &Value, into: &mut Vec<String>) {
    let Some(members) = value.as_object() else {
        return into.push(path.trim_start_matches('.').to_owned());
    };
    members.iter().for_each(|(key, member)| leaves(&format!("{path}.{key}"), member, into));
}

fn print(setting: &Setting, state: &State, found: &Evidence) -> Result<(), Failure> {
    let about = lines_about(setting, found)?;
    let listing = Listing::of(setting, state, &about);
    if found.configured {
        say(setting.words.say("why-configured"));
        listing.print_lines(about.iter().filter(|line| line.configures));
    }
    match &found.against {
        None if found.observed_tabs => {
            listing.print_lines(about.iter().filter(|line| !line.configures));
        }
        None => listing.print("why-rows", "why-things", &found.counted),
        Some(against) => {
            listing.print("why-counted", "why-counted-things", &found.counted);
            listing.print("why-against", "why-against-things", against);
        }
    }
    Ok(())
}

/// The lines of the ledger about some rows, and how they are found.
struct Listing<'l> {
    setting: &'l Setting,
    state: &'l State,
    lines: &'l [Shown],
    by_seq: BTreeMap<u64, usize>,
    by_row: BTreeMap<(&'l str, &'l str), Vec<usize>>,
}

impl<'l> Listing<'l> {
    fn of(setting: &'l Setting, state: &'l State, lines: &'l [Shown]) -> Self {
        let by_seq = lines.iter().enumerate().map(|(at, line)| (line.seq, at)).collect();
        let mut by_row: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.key.is_empty()) {
            by_row.entry((&line.form, &line.key)).or_default().push(at);
        }
        Self { setting, state, lines, by_seq, by_row }
    }

    /// Prints things under a title: row by row if each is one row, else thing by thing.
    fn print(&self, title: &str, title_of_things: &str, things: &Things) {
        let words = &self.setting.words;
        let rows = things.rows();
        let each_is_one = things.0.iter().all(|thing| thing.len() == 1);
        let count = words.integer(rows.len() as i64);
        if each_is_one && rows.len() == things.0.len() {
            say(words.say_with(title, &[("count", &count)]));
            return self.lines_of(&rows).for_each(|line| say(format_args!("  {line}")));
        }
        let number = words.integer(things.0.len() as i64);
        say(words.say_with(title_of_things, &[("things", &number), ("count", &count)]));
        for (place, thing) in (1..).zip(&things.0) {
            let mut lines: Vec<String> = self.lines_of(thing).collect();
            if lines.is_empty() {
                lines.push(words.say("none"));
            }
            for (nth, line) in lines.iter().enumerate() {
                let mark = if nth == 0 { format!("{place})") } else { String::new() };
                say(format_args!("  {mark:5} {line}"));
            }
        }
    }

    /// The lines about some rows, in the order of the ledger, each with what its row says now.
    fn lines_of(&self, rows: &Lines) -> impl Iterator<Item = String> {
        let mut found: BTreeMap<usize, &Behind> = BTreeMap::new();
        for row in rows {
            let of_row = self.by_row.get(&(row.form.as_str(), row.key.as_str()));
            for at in self.by_seq.get(&row.seq).into_iter().chain(of_row.into_iter().flatten()) {
                found.entry(*at).or_insert(row);
            }
        }
        found.into_iter().map(|(at, row)| {
            let said = what_it_says(self.setting, self.state, row);
            format!("{}  {said}", self.lines[at].shown).trim_end().to_owned()
        })
    }

    fn print_lines(&self, lines: impl Iterator<Item = &'l Shown>) {
        lines.for_each(|line| say(format_args!("  {}", line.shown)));
    }
}

/// One line of the ledger as it is printed, with the row it is about.
struct Shown {
    seq: u64,
    form: String,
    key: String,
    /// Whether it records a change of the configuration.
    configures: bool,
    shown: String,
}

/// Every line about the rows, in the order of the ledger: the first one, and each that changed it.
fn lines_about(setting: &Setting, found: &Evidence) -> Result<Vec<Shown>, Failure> {
    let rows = found.rows();
    let seqs: BTreeSet<u64> = rows.iter().map(|row| row.seq).collect();
    let keys: BTreeSet<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    let mut lines = Vec::new();
    let each = |line: &Line<'_>| -> Result<(), UnreadableEvent> {
        let key = line.source.as_ref().map(|source| source.key.to_string()).unwrap_or_default();
        let event = Event::read(line.kind, line.v, line.data.get())?;
        let observed = found.observed_tabs && matches!(event, Event::TabObserved(_));
        let configures = found.configured && matches!(event, Event::ConfigChanged(_));
        if !observed && !configures && !seqs.contains(&line.seq) && !keys.contains(key.as_str()) {
            return Ok(());
        }
        let form = event.form().unwrap_or("placement_decision").to_owned();
        let shown = shown_line(setting, line, &event);
        lines.push(Shown { seq: line.seq, form, key, configures, shown });
        Ok(())
    };
    Log::read(&setting.config.ledger_dir(), Some(&setting.config.program_code), each)
        .map_err(in_words(&setting.words))?;
    Ok(lines)
}

/// A line in a few words: its number, its day, what happened, and the row it is about. No answer
/// stands in it.
pub(super) fn shown_line(setting: &Setting, line: &Line<'_>, event: &Event) -> String {
    let place = line.source.as_ref().map(|source| format!("  #{}", source.row)).unwrap_or_default();
    format!(
        "{}  {}  {}{place}",
        line.seq,
        line.at.format("%Y-%m-%d"),
        what_happened(setting, line.kind, event.form())
    )
}

/// What happened, by the event's type, with the title of the form it is about.
pub(super) fn what_happened(setting: &Setting, kind: &str, form: Option<&str>) -> String {
    let Some(happened) = happened(kind) else { return kind.to_owned() };
    let happened = setting.words.say(happened);
    let form = if kind == "placement_decided" { Some("placement_decision") } else { form };
    form.map_or(happened.clone(), |form| format!("{}: {happened}", setting.labels.form(form)))
}

/// The key of the word for what happened; none for a type that this program does not know.
fn happened(kind: &str) -> Option<&'static str> {
    let key = match kind.rsplit_once('.').map_or(kind, |(_, what)| what) {
        "submitted" => "why-submitted",
        "amended" => "why-amended",
        "retracted" => "why-retracted",
        "row_rejected" => "why-rejected",
        "row_copied" => "why-copied",
        "tab_observed" => "why-observed",
        "season_opened" => "why-season-opened",
        "season_closed" => "why-season-closed",
        "config_changed" => "why-config-changed",
        "suggestions_issued" => "why-suggested",
        "person_erased" | "texts_erased" => "why-erased",
        "placement_decided" => "why-decided",
        _ => return None,
    };
    Some(key)
}

/// What a row says now, in a few words: its day and the answers that are about nobody.
fn what_it_says(setting: &Setting, state: &State, row: &Behind) -> String {
    let found = state.forms.get(&row.form).and_then(|rows| rows.get(&row.key));
    let of_decision = || state.decisions.iter().find(|record| record.seq == row.seq);
    let record = match found.map(|row| &row.fate) {
        Some(Fate::Accepted { record, .. }) => Some(record),
        Some(Fate::Rejected(_, rejected)) => {
            return setting.words.say(&format!("what-{}", rejected.problem.reason.key()));
        }
        None => of_decision(),
    };
    let Some(record) = record else { return String::new() };
    let said = format!("{}: {}", record.event_date, public(setting, &row.form, &record.answers));
    let mut short: String = said.trim_end_matches([':', ' ']).chars().take(SHORT).collect();
    if said.chars().count() > SHORT {
        short.push('…');
    }
    short
}

fn public(setting: &Setting, form: &str, answers: &Answers) -> String {
    let public = answers.iter().filter(|(question, _)| setting.labels.is_public(form, question));
    let short = public.filter(|(question, _)| *question != "date");
    short
        .map(|(question, answer)| answer_words(setting, form, question, answer))
        .collect::<Vec<_>>()
        .join("; ")
}

/// An answer as people read it: choices by their labels.
pub(super) fn answer_words(
    setting: &Setting,
    form: &str,
    question: &str,
    answer: &Answer,
) -> String {
    let label = |code: &str| setting.labels.choice(form, question, code).to_owned();
    match answer {
        Answer::Text(text) => label(text),
        Answer::Integer(number) => setting.words.integer(*number),
        Answer::Number(number) => Value::from(*number).to_string(),
        Answer::List(list) => list.iter().map(|code| label(code)).collect::<Vec<_>>().join(", "),
    }
}

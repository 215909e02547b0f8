//! `ledger diff`: which figures changed between two points of the ledger, and by which events.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::{Value, json};

use crate::cli::Failure;
use crate::commands::explain::{NoSuchEvent, in_words};
use crate::commands::handover::said;
use crate::commands::look_back::{Basis, basis_then, part_names};
use crate::commands::print::say;
use crate::commands::why::{shown_line, what_happened};
use crate::edge::log::{Line, Log};
use crate::ledger::configured::Configured;
use crate::ledger::event::{Event, UnreadableEvent};
use crate::ledger::point::Point;
use crate::ledger::records::Records;
use crate::ledger::standing::Standing;
use crate::memory::Memory;
use crate::setting::Setting;
use crate::statistics::{
    Change, Evidence, Figures, Lines, Scene, Unit, about_mentees, changes, evidence, figure_at,
};
use crate::views::glossary;

/// Behind one figure so many events are named, and then how many more there are.
const NAMED: usize = 5;

/// Prints what changed between two points, the earlier one first.
pub fn diff(
    setting: &Setting,
    points: [Point; 2],
    lines: bool,
    as_json: bool,
) -> Result<(), Failure> {
    let [one, other] = [Side::at(setting, points[0])?, Side::at(setting, points[1])?];
    let later = |side: &Side| (side.memory.head.seq, side.at);
    let (from, to) = if later(&one) <= later(&other) { (one, other) } else { (other, one) };
    let (before, after) = (Picture::of(setting, &from)?, Picture::of(setting, &to)?);
    let between = Between::read(setting, &from.memory, &to.memory)?;
    let found = causes(setting, &before, &after, &between)?;
    if as_json {
        say(format_args!("{:#}", to_json(&before, &after, &found, &between, lines)));
    } else {
        print(setting, &before, &after, &found, &between);
        if lines {
            between.lines.iter().for_each(|line| say(format_args!("  {}", line.shown)));
        }
    }
    Ok(())
}

/// A figure that changed, and why.
struct Found {
    change: Change,
    /// Whether it would have changed in these days without any event.
    by_days: bool,
    /// Whether it would be another one on the last day without the events.
    by_events: bool,
    /// The events about the rows that it is computed from.
    events: Vec<u64>,
}

/// Every figure that changed, with its causes: the figures that the ledger as it was would give on
/// the last day tell what events did from what the passing of days did.
fn causes(
    setting: &Setting,
    before: &Picture<'_>,
    after: &Picture<'_>,
    between: &Between,
) -> Result<Vec<Found>, Failure> {
    let without_events = Picture::on(setting, before.side, after.side.day)?.figures;
    let (scene_before, scene_after) = (before.scene(setting), after.scene(setting));
    let found = |change: Change| {
        let alone = without_events.value(&change.path).cloned().unwrap_or_default();
        let (by_days, by_events) = (alone != change.before, alone != change.after);
        let behind = [
            evidence(&scene_before, &before.figures, &change.path),
            evidence(&scene_after, &after.figures, &change.path),
        ];
        let events = match behind {
            _ if !by_events => Vec::new(),
            [Some(was), is] => {
                let events = between.about(is.iter().chain([&was]));
                // Who is counted no more is not behind the figure any more: look at what became of
                // them.
                if events.is_empty() {
                    between.about_rows(&about_mentees(&scene_after, &was.counted.rows()))
                } else {
                    events
                }
            }
            [None, is] => between.about(is.iter()),
        };
        Found { change, by_days, by_events, events }
    };
    Ok(changes(&before.figures, &after.figures).into_iter().map(found).collect())
}

/// One of the two points: the ledger as it stood, what else figures followed from, and their day.
struct Side {
    memory: Memory,
    basis: Basis,
    at: NaiveDateTime,
    day: NaiveDate,
}

impl Side {
    fn at(setting: &Setting, point: Point) -> Result<Self, Failure> {
        let (config, words, zone) = (&setting.config, &setting.words, setting.config.timezone);
        let read = Memory::read_until(&config.ledger_dir(), &config.program_code, |line| {
            point.holds(line.seq, line.at, zone)
        });
        let (memory, opened) = read.map_err(in_words(words))?;
        let at = match point {
            Point::Event(asked) if asked > opened.head.seq => {
                return Err(in_words(words)(NoSuchEvent { asked, last: opened.head.seq }));
            }
            // The day of an event is the one on which it was recorded.
            Point::Event(_) => memory.head.at.unwrap_or_default(),
            Point::At(as_of) => as_of.moment(zone).naive_local(),
        };
        let basis = basis_then(setting, &memory.state);
        Ok(Self { memory, basis, at, day: at.date() })
    }
}

/// How the program stood at a point, in figures.
struct Picture<'s> {
    side: &'s Side,
    standing: Standing<'s>,
    figures: Figures,
}

impl<'s> Picture<'s> {
    fn of(setting: &'s Setting, side: &'s Side) -> Result<Self, Failure> {
        Self::on(setting, side, side.day)
    }

    /// The figures that the ledger of a point gives on another day.
    fn on(setting: &'s Setting, side: &'s Side, day: NaiveDate) -> Result<Self, Failure> {
        let records = Records::new(side.memory.state.records());
        let standing = Standing::at(&records, &side.basis.program, day, None);
        let standing = standing.map_err(in_words(&setting.words))?;
        let figures = Figures::of(&scene(setting, side, &standing));
        Ok(Self { side, standing, figures })
    }

    fn scene<'p>(&'p self, setting: &'p Setting) -> Scene<'p, 's> {
        scene(setting, self.side, &self.standing)
    }

    fn to_json(&self) -> Value {
        let head = &self.side.memory.head;
        json!({
            "event": head.seq,
            "moment": self.side.at.to_string(),
            "as_of": self.side.day.to_string(),
            "season": self.standing.season.code,
        })
    }
}

fn scene<'p, 's>(
    setting: &'p Setting,
    side: &'p Side,
    standing: &'p Standing<'s>,
) -> Scene<'p, 's> {
    Scene::new(standing, &side.memory.state, &side.basis.handover, &setting.mushaf)
}

/// A line between the two points.
struct LineBetween {
    seq: u64,
    kind: String,
    about: Option<(String, String)>,
    configures: bool,
    observes: bool,
    happened: String,
    shown: String,
}

/// All lines after the first point, up to the second.
struct Between {
    lines: Vec<LineBetween>,
}

impl Between {
    fn read(setting: &Setting, from: &Memory, to: &Memory) -> Result<Self, Failure> {
        let (first, last) = (from.head.seq, to.head.seq);
        let (mut lines, mut configured) = (Vec::new(), from.state.configured.clone());
        let each = |line: &Line<'_>| -> Result<(), UnreadableEvent> {
            if line.seq <= first || line.seq > last {
                return Ok(());
            }
            let event = Event::read(line.kind, line.v, line.data.get())?;
            let key = line.source.as_ref().map(|source| source.key.to_string());
            let happened = match &event {
                Event::ConfigChanged(now) => {
                    configuration_words(setting, configured.replace(now.clone()), now)
                }
                event => what_happened(setting, line.kind, event.form()),
            };
            lines.push(LineBetween {
                seq: line.seq,
                kind: line.kind.to_owned(),
                about: event.form().map(str::to_owned).zip(key),
                configures: matches!(event, Event::ConfigChanged(_)),
                observes: matches!(event, Event::TabObserved(_)),
                happened,
                shown: shown_line(setting, line, &event),
            });
            Ok(())
        };
        let read =
            Log::read(&setting.config.ledger_dir(), Some(&setting.config.program_code), each);
        read.map_err(in_words(&setting.words))?;
        Ok(Self { lines })
    }

    /// The numbers of those that are about what is behind a figure.
    fn about<'e>(&self, behind: impl Iterator<Item = &'e Evidence> + Clone) -> Vec<u64> {
        let configured = behind.clone().any(|found| found.configured);
        let observed = behind.clone().any(|found| found.observed_tabs);
        let rows = behind.flat_map(Evidence::rows).collect();
        let with_rows = self.about_rows(&rows);
        let is_about = |line: &&LineBetween| {
            with_rows.binary_search(&line.seq).is_ok()
                || (configured && line.configures)
                || (observed && line.observes)
        };
        self.lines.iter().filter(is_about).map(|line| line.seq).collect()
    }

    /// The numbers of those that are about some rows.
    fn about_rows(&self, rows: &Lines) -> Vec<u64> {
        let seqs: BTreeSet<u64> = rows.iter().map(|row| row.seq).collect();
        let keys: BTreeSet<(&str, &str)> =
            rows.iter().map(|row| (row.form.as_str(), row.key.as_str())).collect();
        let is_about = |line: &&LineBetween| {
            let row = line.about.as_ref().map(|(form, key)| (form.as_str(), key.as_str()));
            seqs.contains(&line.seq) || row.is_some_and(|row| keys.contains(&row))
        };
        self.lines.iter().filter(is_about).map(|line| line.seq).collect()
    }
}

/// That the configuration changed, and in which parts.
fn configuration_words(setting: &Setting, before: Option<Configured>, now: &Configured) -> String {
    let parts = part_names(setting, &now.changed(before.as_ref()));
    setting.words.say_with("diff-configured", &[("parts", &parts)])
}

fn print(
    setting: &Setting,
    before: &Picture<'_>,
    after: &Picture<'_>,
    found: &[Found],
    between: &Between,
) {
    let words = &setting.words;
    let moment = |picture: &Picture<'_>| words.moment(picture.side.at);
    let seq = |picture: &Picture<'_>| picture.side.memory.head.seq.to_string();
    let parts = [
        ("from", moment(before)),
        ("first", seq(before)),
        ("to", moment(after)),
        ("last", seq(after)),
        ("figures", words.integer(found.len() as i64)),
    ];
    say(words.say_with("diff-head", &parts.each_ref().map(|(name, part)| (*name, part.as_str()))));
    let (old, new) = (before.standing.season, after.standing.season);
    let season = if old.code == new.code {
        new.name.clone()
    } else {
        format!("{} → {}", old.name, new.name)
    };
    let mut family = "";
    for one in found {
        let this = one.change.path.split('.').next().unwrap_or_default();
        if this != family {
            family = this;
            let title = words.say(&format!("family-{family}"));
            say(words.say_with("diff-family", &[("family", &title), ("season", &season)]));
        }
        say(format_args!("  {}", change_words(setting, one)));
    }
    say(words.say_with("diff-events", &[("count", &words.integer(between.lines.len() as i64))]));
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for line in &between.lines {
        *counts.entry(&line.happened).or_default() += 1;
    }
    for (happened, count) in counts {
        say(format_args!("  {happened}  {}", words.integer(count)));
    }
}

/// `9 → 10  registration.people  People who registered.  (events 54, 56)`.
fn change_words(setting: &Setting, found: &Found) -> String {
    let (words, change) = (&setting.words, &found.change);
    let figure = figure_at(&change.path).map(|(figure, _)| figure);
    let value = |value: &Value| {
        let unit = figure.map_or(Unit::Count, |figure| figure.unit);
        let cell = glossary::value_cell(Some(value), unit, &setting.labels, words);
        said(&cell.value, cell.format, words)
    };
    let meaning = figure.map(|figure| words.say(&figure.definition())).unwrap_or_default();
    let (mut was, mut is) = (value(&change.before), value(&change.after));
    if was == is {
        // Rounded they are the same.
        (was, is) = (change.before.to_string(), change.after.to_string());
    }
    let line = format!("{was} → {is}  {}  {meaning}", change.path);
    format!("{}  ({})", line.trim_end(), cause_words(setting, found))
}

fn cause_words(setting: &Setting, found: &Found) -> String {
    let words = &setting.words;
    let mut causes = Vec::new();
    if !found.events.is_empty() {
        let mut named =
            found.events.iter().take(NAMED).map(u64::to_string).collect::<Vec<_>>().join(", ");
        if found.events.len() > NAMED {
            let more = (found.events.len() - NAMED).to_string();
            named = words.say_with("and-more", &[("list", &named), ("count", &more)]);
        }
        causes.push(words.say_with("diff-by", &[("events", &named)]));
    } else if found.by_events {
        causes.push(words.say("diff-by-others"));
    }
    if found.by_days {
        causes.push(words.say("diff-by-days"));
    }
    causes.join("; ")
}

fn to_json(
    before: &Picture<'_>,
    after: &Picture<'_>,
    found: &[Found],
    between: &Between,
    lines: bool,
) -> Value {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for line in &between.lines {
        *counts.entry(&line.kind).or_default() += 1;
    }
    let figure = |found: &Found| {
        let Found { change, by_days, by_events, events } = found;
        json!({"path": change.path, "before": change.before, "after": change.after, "by_days": by_days,
            "by_events": by_events, "events": events})
    };
    let mut answer = json!({
        "from": before.to_json(),
        "to": after.to_json(),
        "figures": found.iter().map(figure).collect::<Vec<_>>(),
        "events": counts,
    });
    if lines {
        let line = |line: &LineBetween| json!({"event": line.seq, "type": line.kind});
        answer["lines"] = between.lines.iter().map(line).collect();
    }
    answer
}

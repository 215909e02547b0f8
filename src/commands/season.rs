//! `season`: the board opens and closes its seasons. Which there are stands in the configuration;
//! here only the decision and its day are recorded. Knows nothing of Google: the tabs show it at
//! the next cycle.

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;

use super::explain::{Explain, in_words};
use super::print::say;
use super::sync::say_torn;
use crate::cli::{Failure, SeasonCommand};
use crate::cycle::{CycleError, figures, scene, suggestions};
use crate::edge::log::{Log, LogErrorKind, NewEvent};
use crate::ledger::event::Event;
use crate::ledger::records::Records;
use crate::ledger::season::Season;
use crate::ledger::season_state::{SeasonClosing, SeasonOpening, SeasonStates};
use crate::ledger::standing::{NoSeason, Standing};
use crate::ledger::versions::version_of;
use crate::memory::Memory;
use crate::setting::Setting;
use crate::views::Level;
use crate::views::actions::actions;
use crate::views::handover::{Matter, left_open};
use crate::views::seasons::{named_with_state, state_words};
use crate::words::{Sentences, Words};

/// Carries out a command about the seasons.
pub fn season(
    setting: &Setting,
    now: DateTime<Tz>,
    command: &SeasonCommand,
) -> Result<(), Failure> {
    match command {
        SeasonCommand::Open { code, anyway } => open(setting, now, code, *anyway),
        SeasonCommand::Close { code } => close(setting, now, code),
        SeasonCommand::List => list(setting),
    }
}

/// Why a season is neither opened nor closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is open.
    AlreadyOpen {
        /// Its name.
        name: String,
        /// Since when.
        since: NaiveDate,
    },
    /// Others are open.
    OthersOpen {
        /// Its code.
        code: String,
        /// The codes of those.
        others: Vec<String>,
    },
    /// It is closed.
    AlreadyClosed {
        /// Its name.
        name: String,
        /// Since when.
        since: NaiveDate,
    },
    /// It was never opened, and by the configuration it has not begun.
    NotBegun {
        /// Its name.
        name: String,
        /// Its first day.
        start: NaiveDate,
    },
}

impl Explain for Refusal {
    fn sentences(&self, words: &Words) -> Sentences {
        match self {
            Self::AlreadyOpen { name, since } => Sentences::new(
                "season-already-open",
                [("name", name.clone()), ("day", words.long_date(*since))],
            ),
            Self::OthersOpen { code, others } => Sentences::new(
                "season-others-open",
                [("code", code.clone()), ("others", others.join(", "))],
            ),
            Self::AlreadyClosed { name, since } => Sentences::new(
                "season-already-closed",
                [("name", name.clone()), ("day", words.long_date(*since))],
            ),
            Self::NotBegun { name, start } => Sentences::new(
                "season-not-begun",
                [("name", name.clone()), ("day", words.long_date(*start))],
            ),
        }
    }

    fn fails(&self, message: String) -> Failure {
        Failure::Mend(message)
    }
}

/// Records that a season is open.
fn open(setting: &Setting, now: DateTime<Tz>, code: &str, anyway: bool) -> Result<(), Failure> {
    let words = &setting.words;
    let season = configured(setting, code).map_err(in_words(words))?;
    let (mut memory, mut log) = open_ledger(setting)?;
    let beside = may_open(&memory.state.seasons, season, anyway).map_err(in_words(words))?;
    let opening = SeasonOpening {
        season: season.code.as_str().into(),
        date: now.date_naive(),
        beside: beside.iter().map(|code| code.as_str().into()).collect(),
    };
    record(setting, &mut memory, &mut log, now, Event::SeasonOpened(opening))?;
    say(words.say_with(
        "season-opened",
        &[("name", &season.name), ("code", code), ("day", &words.long_date(now.date_naive()))],
    ));
    if !beside.is_empty() {
        say(words.say_with("season-beside", &[("others", &beside.join(", "))]));
    }
    say(words.say("season-next-cycle"));
    Ok(())
}

/// The codes of the seasons that stay open beside one that may be opened.
fn may_open(states: &SeasonStates, season: &Season, anyway: bool) -> Result<Vec<String>, Refusal> {
    let state = states.of(&season.code);
    if let Some(since) = state.opened.filter(|_| state.is_open()) {
        return Err(Refusal::AlreadyOpen { name: season.name.clone(), since });
    }
    let others: Vec<String> = states.open().map(str::to_owned).collect();
    if !others.is_empty() && !anyway {
        return Err(Refusal::OthersOpen { code: season.code.clone(), others });
    }
    Ok(others)
}

/// Lists what is still open, records that a season is closed, and says what comes next.
fn close(setting: &Setting, now: DateTime<Tz>, code: &str) -> Result<(), Failure> {
    let words = &setting.words;
    let season = configured(setting, code).map_err(in_words(words))?;
    let (mut memory, mut log) = open_ledger(setting)?;
    let state = memory.state.seasons.of(code);
    let name = season.name.clone();
    if let Some(since) = state.closed {
        return Err(in_words(words)(Refusal::AlreadyClosed { name, since }));
    }
    let today = now.date_naive();
    if state.opened.is_none() && today < season.start {
        return Err(in_words(words)(Refusal::NotBegun { name, start: season.start }));
    }
    let matters = say_left_open(setting, &memory, season, today)?;
    let closing = SeasonClosing {
        season: season.code.as_str().into(),
        date: today,
        left_open: matters.iter().map(|matter| (matter.path.into(), matter.number)).collect(),
    };
    record(setting, &mut memory, &mut log, now, Event::SeasonClosed(closing))?;
    say(words.say_with(
        "season-closed",
        &[("name", &season.name), ("code", code), ("day", &words.long_date(today))],
    ));
    // After its last day a season is found by any day in it.
    let as_of = today.min(season.end).to_string();
    say(words.say_with("season-handover", &[("day", &as_of)]));
    if let Some(next) = setting.config.seasons.iter().find(|next| next.start > season.start) {
        say(words.say_with("season-next", &[("code", &next.code)]));
    }
    Ok(())
}

/// Says what is still open in a season; gives it.
fn say_left_open(
    setting: &Setting,
    memory: &Memory,
    season: &Season,
    today: NaiveDate,
) -> Result<Vec<Matter>, Failure> {
    let (words, state) = (&setting.words, &memory.state);
    let standing =
        Standing::at(&Records::new(state.records()), &setting.program, today, Some(&season.code))
            .map_err(in_words(words))?;
    let figures = figures(setting, state, &standing);
    let suggestions = suggestions(setting, state, &standing);
    let scene = scene(setting, state, &memory.head, &standing, &figures, &suggestions);
    let matters = left_open(&scene);
    if matters.is_empty() {
        say(words.say("season-nothing-open"));
        return Ok(matters);
    }
    say(words.say_with("season-still-open", &[("name", &season.name)]));
    for matter in &matters {
        let parts = [("count", &matter.count), ("what", &matter.what), ("tab", &matter.tab)];
        say(format_args!(
            "  {}",
            words.say_with(
                "season-open-matter",
                &parts.each_ref().map(|(name, part)| (*name, part.as_str()))
            )
        ));
        if !matter.names.is_empty() {
            say(format_args!("    {}", matter.names.join(", ")));
        }
    }
    let actions = actions(&scene);
    let of_level = |level: Level| {
        words.integer(actions.iter().filter(|action| action.level == level).count() as i64)
    };
    let parts = [("alert", of_level(Level::Alert)), ("warning", of_level(Level::Warning))];
    say(words.say_with(
        "season-open-actions",
        &parts.each_ref().map(|(name, part)| (*name, part.as_str())),
    ));
    Ok(matters)
}

/// Prints every season with its days and how it stands.
fn list(setting: &Setting) -> Result<(), Failure> {
    let words = &setting.words;
    let states = match Memory::read(&setting.config.ledger_dir(), &setting.config.program_code) {
        Ok((memory, _)) => memory.state.seasons,
        // Before the first cycle nobody has decided anything.
        Err(error) if error.kind() == LogErrorKind::Missing => SeasonStates::default(),
        Err(error) => return Err(in_words(words)(error)),
    };
    for season in &setting.config.seasons {
        let days =
            [("start", words.short_date(season.start)), ("end", words.short_date(season.end))];
        let days = words
            .say_with("season-days", &days.each_ref().map(|(name, part)| (*name, part.as_str())));
        say(format_args!(
            "{}  {days}  {}",
            season.code,
            named_with_state(season, states.of(&season.code), words)
        ));
    }
    // A season that somebody took out of the configuration is still in the ledger.
    let known = |code: &str| setting.config.seasons.iter().any(|season| season.code == code);
    for code in states.open().filter(|code| !known(code)) {
        let state = state_words(states.of(code), words);
        say(words.say_with("season-not-configured", &[("code", code), ("state", &state)]));
    }
    Ok(())
}

/// The season of a code.
fn configured<'s>(setting: &'s Setting, code: &str) -> Result<&'s Season, NoSeason> {
    let seasons = &setting.config.seasons;
    seasons.iter().find(|season| season.code == code).ok_or_else(|| NoSeason::Unknown {
        asked: code.to_owned(),
        known: seasons.iter().map(|season| season.code.clone()).collect(),
    })
}

/// Opens the ledger for appending; one that a newer program has written to is refused, as a cycle
/// does.
fn open_ledger(setting: &Setting) -> Result<(Memory, Log), Failure> {
    let words = &setting.words;
    let opened = Memory::open(&setting.config.ledger_dir(), &setting.config.program_code);
    let (memory, log, opened) = opened.map_err(in_words(words))?;
    say_torn(&opened, words);
    if memory.newer {
        return Err(in_words(words)(CycleError::Newer));
    }
    Ok((memory, log))
}

/// Appends one event of now.
fn record(
    setting: &Setting,
    memory: &mut Memory,
    log: &mut Log,
    now: DateTime<Tz>,
    event: Event,
) -> Result<(), Failure> {
    let words = &setting.words;
    let data = event.data().map_err(CycleError::Data).map_err(in_words(words))?;
    let kind = event.kind();
    let line = NewEvent { at: now.fixed_offset(), v: version_of(&kind), kind, source: None, data };
    // What the state does not take must never reach the ledger.
    memory.apply(None, event).map_err(CycleError::Illegal).map_err(in_words(words))?;
    log.append(&[line]).map_err(in_words(words))?;
    Ok(())
}

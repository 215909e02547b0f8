//! `doctor`: everything that must be right before a cycle can be, each ok or what to do.

use std::io::ErrorKind;
use std::path::Path;

use chrono::{DateTime, FixedOffset, NaiveDateTime};
use chrono_tz::Tz;

use super::connect::connect;
use super::explain::{Explain, cause_words, not_ready, words_before};
use super::moment;
use super::print::say;
use crate::cli::Failure;
use crate::config::{Config, TabName};
use crate::cycle::{Options, cycle};
use crate::edge::google::{Google, Overview};
use crate::edge::log::{LogError, LogErrorKind, Opened};
use crate::edge::seal::{ProgramKey, SealError, Seals};
use crate::forms::columns::Columns;
use crate::memory::Memory;
use crate::setting::Setting;
use crate::words::Words;

/// Checks everything and prints a line each; fails if any is wrong.
pub async fn doctor(config: &Path, now: Option<DateTime<FixedOffset>>) -> Result<(), Failure> {
    let setting =
        Setting::load(config).map_err(|error| not_ready(&error, &words_before(config)))?;
    let (words, config) = (&setting.words, &setting.config);
    let mut findings = Findings { words, wrong: 0 };
    findings.fine("doctor-config", &config.path.display().to_string());
    let now = moment(now, config.timezone);
    let known = Memory::replay(&config.ledger_dir(), &config.program_code);
    schedule(
        &mut findings,
        config,
        now,
        known.as_ref().ok().and_then(|(memory, _)| memory.head.at),
    );
    disk(&mut findings, config);
    ledger(&mut findings, known);
    program_key(&mut findings, config);
    match connect(config, true).await {
        Err(error) => findings.wrong("doctor-google", &error.explained(words)),
        Ok(google) => match google.overview(&config.spreadsheet_id).await {
            Err(error) => findings.wrong("doctor-google", &error.explained(words)),
            Ok(overview) => {
                findings.fine(
                    "doctor-google",
                    &words.say_with("doctor-google-fine", &[("title", &overview.title)]),
                );
                time_zone(&mut findings, config, &overview);
                tabs(&mut findings, &setting, &google, &overview).await;
                restricted(&mut findings, config, &google).await;
                // What is wrong already would be said a second time.
                if findings.wrong == 0 {
                    rehearsal(&mut findings, &setting, &google, now).await;
                }
            }
        },
    }
    if findings.wrong == 0 {
        return Ok(());
    }
    let count = findings.wrong.to_string();
    Err(Failure::Mend(format!("{}: {count}", words.say("doctor-wrong"))))
}

/// Whether the second spreadsheet, if there is one, can be opened.
async fn restricted(findings: &mut Findings<'_>, config: &Config, google: &Google) {
    let Some(id) = &config.restricted_id else { return };
    let words = findings.words;
    match google.overview(id).await {
        Err(error) => findings.wrong("doctor-restricted", &error.explained(words)),
        Ok(overview) => {
            findings.fine(
                "doctor-restricted",
                &words.say_with("doctor-google-fine", &[("title", &overview.title)]),
            );
        }
    }
}

/// Whether a cycle would come through: one that records and writes nothing.
async fn rehearsal(
    findings: &mut Findings<'_>,
    setting: &Setting,
    google: &Google,
    now: DateTime<Tz>,
) {
    let (config, words) = (&setting.config, &setting.words);
    let mut memory = match Memory::read(&config.ledger_dir(), &config.program_code) {
        Ok((memory, _)) => memory,
        Err(error) if error.kind() == LogErrorKind::Missing => Memory::default(),
        Err(error) => return findings.wrong("doctor-cycle", &error.explained(words)),
    };
    match cycle(setting, google, &mut memory, None, now, Options::default()).await {
        Err(error) => findings.wrong("doctor-cycle", &error.explained(words)),
        Ok(report) => {
            for held in &report.held {
                let (what, advice) = held.sentences(&setting.labels, words);
                findings.tab(&held.tab, Err(format!("{what}. {advice}")));
            }
            let (events, cells) =
                (report.events.len() as i64, (report.plan.cells + report.restricted.cells) as i64);
            let parts = [("events", words.integer(events)), ("cells", words.integer(cells))];
            let parts = parts.each_ref().map(|(name, part)| (*name, part.as_str()));
            findings.fine("doctor-cycle", &words.say_with("doctor-cycle-fine", &parts));
        }
    }
}

/// Prints findings and counts what is wrong.
struct Findings<'a> {
    words: &'a Words,
    wrong: usize,
}

impl Findings<'_> {
    fn fine(&mut self, what: &str, how: &str) {
        say(format_args!("[{}] {}: {how}", self.words.say("doctor-ok"), self.words.say(what)));
    }

    fn wrong(&mut self, what: &str, how: &str) {
        self.wrong += 1;
        say(format_args!("[{}] {}: {how}", self.words.say("doctor-wrong"), self.words.say(what)));
    }

    fn tab(&mut self, tab: &str, how: Result<String, String>) {
        let what = self.words.say_with("doctor-tab", &[("tab", tab)]);
        match how {
            Ok(how) => say(format_args!("[{}] {what}: {how}", self.words.say("doctor-ok"))),
            Err(how) => {
                self.wrong += 1;
                say(format_args!("[{}] {what}: {how}", self.words.say("doctor-wrong")));
            }
        }
    }
}

/// The clock, which has to be past the last event, and when it will be time for a cycle.
fn schedule(
    findings: &mut Findings<'_>,
    config: &Config,
    now: DateTime<Tz>,
    last_event: Option<NaiveDateTime>,
) {
    let shown = findings.words.moment(now.naive_local());
    match last_event.filter(|last| *last > now.naive_local()) {
        None => findings.fine("doctor-clock", &shown),
        Some(last) => {
            let parts = [("now", shown.as_str()), ("last", &findings.words.moment(last))];
            findings.wrong("doctor-clock", &findings.words.say_with("doctor-clock-behind", &parts));
        }
    }
    let mut times = Vec::new();
    let mut from = now;
    while let Some(due) = config.schedule.next_after(from).filter(|_| times.len() < 3) {
        times.push(findings.words.moment(due.naive_local()));
        from = due;
    }
    let times = findings.words.say_with("doctor-schedule-next", &[("times", &times.join("; "))]);
    findings.fine("doctor-schedule", &format!("{} ({times})", config.schedule.text()));
}

/// More than a cycle records in a busy week: a file without bytes can be made on a full disk too.
const ROOM: usize = 1 << 20;

/// Whether a file can be made where the ledger lives, and whether there is room for what comes.
fn disk(findings: &mut Findings<'_>, config: &Config) {
    let dir = &config.data_dir;
    let probe = dir.join(".halaqah-doctor");
    let written = std::fs::create_dir_all(dir).and_then(|()| std::fs::write(&probe, vec![0; ROOM]));
    // Whatever was written goes, even if it was not all.
    let removed = if probe.exists() { std::fs::remove_file(&probe) } else { Ok(()) };
    let tried = written.and(removed);
    let shown = dir.display().to_string();
    match tried {
        Ok(()) => findings
            .fine("doctor-disk", &findings.words.say_with("doctor-disk-fine", &[("dir", &shown)])),
        Err(error) => {
            let full = [ErrorKind::StorageFull, ErrorKind::QuotaExceeded, ErrorKind::FileTooLarge];
            let key =
                if full.contains(&error.kind()) { "doctor-disk-full" } else { "doctor-disk-wrong" };
            let parts = [("dir", shown.as_str()), ("cause", &cause_words(&error, findings.words))];
            findings.wrong("doctor-disk", &findings.words.say_with(key, &parts));
        }
    }
}

fn ledger(findings: &mut Findings<'_>, known: Result<(Memory, Opened), LogError>) {
    match known {
        Ok((memory, opened)) => {
            let count = findings.words.integer(i64::try_from(opened.lines).unwrap_or(i64::MAX));
            let parts = [("count", count.as_str()), ("hash", memory.head.hash.as_str())];
            let mut how = findings.words.say_with("doctor-ledger-fine", &parts);
            if let Some(torn) = opened.torn {
                how += &format!(
                    ". {}",
                    findings.words.say_with("verify-torn", &[("bytes", &torn.bytes.to_string())])
                );
            }
            findings.fine("doctor-ledger", &how);
        }
        Err(error) if error.kind() == LogErrorKind::Missing => {
            findings.fine("doctor-ledger", &findings.words.say("doctor-ledger-new"));
        }
        Err(error) => findings.wrong("doctor-ledger", &error.explained(findings.words)),
    }
}

/// Whether the program key is there, for its owner alone, and opens the ledger's keys.
fn program_key(findings: &mut Findings<'_>, config: &Config) {
    match Seals::of(&config.ledger_dir(), &config.program_code) {
        Err(error) => findings.wrong("doctor-key", &error.explained(findings.words)),
        Ok(seals) => match seals.key() {
            Some(key) => {
                let count =
                    findings.words.integer(i64::try_from(seals.count()).unwrap_or(i64::MAX));
                let parts = [("origin", key.origin.to_string()), ("count", count)];
                let parts = parts.each_ref().map(|(name, part)| (*name, part.as_str()));
                findings.fine("doctor-key", &findings.words.say_with("doctor-key-fine", &parts));
            }
            None if !seals.has_store() => {
                findings.fine("doctor-key", &findings.words.say("doctor-key-new"))
            }
            None => {
                let missing = SealError::NoKey { file: ProgramKey::file(&config.ledger_dir()) };
                findings.wrong("doctor-key", &missing.explained(findings.words));
            }
        },
    }
}

fn time_zone(findings: &mut Findings<'_>, config: &Config, overview: &Overview) {
    let ours = config.timezone.name();
    if overview.time_zone == ours {
        findings.fine("doctor-timezone", ours);
    } else {
        let parts = [("theirs", overview.time_zone.as_str()), ("ours", ours)];
        findings
            .wrong("doctor-timezone", &findings.words.say_with("doctor-timezone-differs", &parts));
    }
}

/// Every configured form: whether its tab is there, and whether every required question has a
/// column.
async fn tabs(
    findings: &mut Findings<'_>,
    setting: &Setting,
    google: &Google,
    overview: &Overview,
) {
    let words = &setting.words;
    let remembered = Memory::read(&setting.config.ledger_dir(), &setting.config.program_code).ok();
    for (form, name) in &setting.config.forms {
        let known =
            remembered.as_ref().and_then(|(memory, _)| memory.state.tabs.get(form.as_str()));
        let tab = overview.tabs.iter().find(|tab| match name {
            TabName::SheetId(id) => tab.sheet_id == *id,
            TabName::Title(title) => tab.title == *title,
        });
        let tab = tab.or_else(|| {
            overview.tabs.iter().find(|tab| known.is_some_and(|known| known.tab == tab.sheet_id))
        });
        let name = name.to_string();
        let Some(tab) = tab else {
            let missing = words.say_with("held-tab", &[("tab", &name)]);
            findings.tab(&name, Err(format!("{missing}. {}", words.say("do-held-tab"))));
            continue;
        };
        let read = google.read(&setting.config.spreadsheet_id, &[tab.sheet_id]).await;
        let how = match (read, setting.forms.get(form)) {
            (Ok(read), Some(form)) => {
                let rows = read.first().map_or(&[][..], |tab| tab.rows.as_slice());
                let columns =
                    Columns::of(&setting.forms, form, rows.first().map_or(&[][..], Vec::as_slice));
                let missing = columns.missing_questions(form);
                if missing.is_empty() {
                    let rows = words.integer(rows.len().saturating_sub(1) as i64);
                    let unknown = columns.unknown.len().to_string();
                    Ok(words.say_with("doctor-tab-fine", &[("rows", &rows), ("unknown", &unknown)]))
                } else {
                    let titles: Vec<&str> = missing
                        .iter()
                        .map(|question| setting.labels.question(form.key(), question))
                        .collect();
                    Err(words.say_with("doctor-questions", &[("questions", &titles.join("; "))]))
                }
            }
            (Err(error), _) => Err(error.explained(words)),
            (Ok(_), None) => Err(words.say_with("doctor-no-form", &[("form", form)])),
        };
        findings.tab(&name, how);
    }
}

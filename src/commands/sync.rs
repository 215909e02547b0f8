//! `sync` and `plan`: one cycle, and the same without doing it.

use chrono::DateTime;
use chrono_tz::Tz;

use super::connect::connect;
use super::explain::in_words;
use super::look_back::ledger_then;
use super::print::{place, say};
use super::why::what_happened;
use crate::cli::Failure;
use crate::cycle::{CycleError, Happening, Options, Report, cycle, tabs_then};
use crate::edge::log::{LogErrorKind, Opened};
use crate::ledger::point::AsOf;
use crate::ledger::state::State;
use crate::memory::Memory;
use crate::setting::Setting;
use crate::words::Words;

/// One cycle. A write of which nobody knows whether it arrived, or that somebody who deleted a tab
/// came before, is followed by one more: it reads what is there.
pub async fn sync(
    setting: &Setting,
    now: DateTime<Tz>,
    accept_retractions: bool,
) -> Result<(), Failure> {
    let (config, words) = (&setting.config, &setting.words);
    let opened = Memory::open(&config.ledger_dir(), &config.program_code);
    let (mut memory, mut log, opened) = opened.map_err(in_words(words))?;
    say_torn(&opened, words);
    let google = connect(config, false).await.map_err(in_words(words))?;
    let options = Options { accept_retractions };
    let before = memory.head.seq;
    let mut result = cycle(setting, &google, &mut memory, Some(&mut log), now, options).await;
    if let Err(CycleError::Google(error)) = &result
        && error.is_overtaken()
    {
        result = cycle(setting, &google, &mut memory, Some(&mut log), now, options).await;
    }
    let report = result.map_err(in_words(words))?;
    // Counted by the ledger: after such a write the report is that of the second cycle, the events
    // are the first one's.
    print_report(setting, &report, memory.head.seq - before);
    Ok(())
}

/// Prints what `sync` would record and write.
pub async fn plan(
    setting: &Setting,
    now: DateTime<Tz>,
    accept_retractions: bool,
) -> Result<(), Failure> {
    let (config, words) = (&setting.config, &setting.words);
    let mut memory = match Memory::read(&config.ledger_dir(), &config.program_code) {
        Ok((memory, _)) => memory,
        // Before the first cycle there is no ledger; the plan is then what the first cycle would
        // do.
        Err(error) if error.kind() == LogErrorKind::Missing => Memory::default(),
        Err(error) => return Err(in_words(words)(error)),
    };
    let google = connect(config, true).await.map_err(in_words(words))?;
    let options = Options { accept_retractions };
    let report =
        cycle(setting, &google, &mut memory, None, now, options).await.map_err(in_words(words))?;
    print_plan(setting, &memory.state, &report);
    Ok(())
}

/// Prints what the tabs would have said at a moment, against what is there now.
pub async fn plan_as_of(mut setting: Setting, as_of: AsOf) -> Result<(), Failure> {
    let (memory, then) = ledger_then(&mut setting, as_of)?;
    let (config, words) = (&setting.config, &setting.words);
    let google = connect(config, true).await.map_err(in_words(words))?;
    let report = tabs_then(&setting, &google, &memory, then).await.map_err(in_words(words))?;
    let parts =
        [("moment", words.moment(then.naive_local())), ("seq", memory.head.seq.to_string())];
    let parts = parts.each_ref().map(|(name, part)| (*name, part.as_str()));
    if report.plan.is_empty() && report.restricted.is_empty() {
        say(words.say_with("plan-then-same", &parts));
        return Ok(());
    }
    say(words.say_with("plan-then", &parts));
    for line in report.plan.report.iter().chain(&report.restricted.report) {
        say(format_args!("  {line}"));
    }
    Ok(())
}

/// Says what a crash had left behind.
pub fn say_torn(opened: &Opened, words: &Words) {
    if let Some(torn) = &opened.torn {
        let file =
            torn.moved_to.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        say(words.say_with("sync-torn", &[("bytes", &torn.bytes.to_string()), ("file", &file)]));
    }
}

fn print_held(setting: &Setting, report: &Report) {
    for held in &report.held {
        let (what, advice) = held.sentences(&setting.labels, &setting.words);
        let parts = [("tab", held.tab.as_str()), ("what", &what), ("do", &advice)];
        say(setting.words.say_with("sync-held", &parts));
    }
}

fn print_report(setting: &Setting, report: &Report, recorded: u64) {
    let words = &setting.words;
    print_held(setting, report);
    if recorded == 0 && report.plan.is_empty() && report.restricted.is_empty() {
        say(words.say("sync-nothing"));
        return;
    }
    let (events, cells) = (
        i64::try_from(recorded).unwrap_or(i64::MAX),
        (report.plan.cells + report.restricted.cells) as i64,
    );
    say(words.say_with("sync-appended", &[("count", &words.integer(events))]));
    say(words.say_with("sync-written", &[("count", &words.integer(cells))]));
}

fn print_plan(setting: &Setting, state: &State, report: &Report) {
    let words = &setting.words;
    print_held(setting, report);
    if report.events.is_empty() && report.plan.is_empty() && report.restricted.is_empty() {
        say(words.say("plan-nothing"));
        return;
    }
    say(words.say_with("plan-events", &[("count", &words.integer(report.events.len() as i64))]));
    for Happening { kind, form, source } in &report.events {
        let what = what_happened(setting, kind, form.as_deref());
        match source {
            Some(source) => say(format_args!("  {what}  {}", place(source, state, words))),
            None => say(format_args!("  {what}")),
        }
    }
    say(words.say_with(
        "plan-cells",
        &[("count", &words.integer((report.plan.cells + report.restricted.cells) as i64))],
    ));
    for line in report.plan.report.iter().chain(&report.restricted.report) {
        say(format_args!("  {line}"));
    }
}

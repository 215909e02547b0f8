//! `run`: the daemon.

use std::time::Duration;

use chrono::NaiveDate;
use tokio::pin;

use super::connect::connect;
use super::explain::{CheckpointNotSent, Explain, in_words};
use super::sync;
use crate::cli::Failure;
use crate::cycle::{CycleError, Options, Report, cycle};
use crate::daemon::{GRACE, Next, next, stop_signal};
use crate::edge::google::Google;
use crate::edge::heartbeat::DayHead;
use crate::edge::log::{Log, LogError, LogErrorKind};
use crate::edge::{clock, heartbeat};
use crate::ledger::state::{Checkpoint, LedgerHead};
use crate::memory::Memory;
use crate::setting::Setting;

/// How long the heartbeat may take.
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the webhook may take.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(10);

/// Keeps the schedule until it is told to stop.
pub async fn run(setting: &Setting) -> Result<(), Failure> {
    let stop = stop_signal();
    pin!(stop);
    let zone = setting.config.timezone;
    let words = &setting.words;
    let google = connect(&setting.config, false).await.map_err(in_words(words))?;
    let mut open = Some(open(setting).map_err(in_words(words))?);
    let now = clock::now(zone);
    let due = setting
        .config
        .schedule
        .next_after(now)
        .map_or_else(String::new, |due| words.moment(due.naive_local()));
    tracing::info!("{}", words.say_with("run-started", &[("time", &due)]));

    let mut last = None;
    let mut sent_day = None;
    loop {
        match next(&setting.config.schedule, last, clock::now(zone)) {
            Next::Sleep(time) => {
                tokio::select! {
                    () = &mut stop => break,
                    () = tokio::time::sleep(time) => {}
                }
            }
            Next::Run => {
                last = Some(clock::now(zone));
                let turn = turn(setting, &google, &mut open, &mut sent_day);
                pin!(turn);
                tokio::select! {
                    done = &mut turn => done?,
                    () = &mut stop => {
                        // What is recorded is recorded; a write that is cut off here, the next
                        // start makes good.
                        if let Ok(done) = tokio::time::timeout(GRACE, turn).await { done? }
                        break;
                    }
                }
            }
        }
    }
    tracing::info!("{}", words.say("run-stopped"));
    Ok(())
}

/// The ledger as it is held between cycles.
struct Open {
    memory: Memory,
    log: Log,
}

fn open(setting: &Setting) -> Result<Open, LogError> {
    let (memory, log, opened) =
        Memory::open(&setting.config.ledger_dir(), &setting.config.program_code)?;
    sync::say_torn(&opened, &setting.words);
    Ok(Open { memory, log })
}

/// One cycle with what belongs around it. Only a ledger that is damaged or taken by somebody else
/// ends the daemon: everything else may be mended while it waits for the next cycle.
async fn turn(
    setting: &Setting,
    google: &Google,
    held: &mut Option<Open>,
    sent_day: &mut Option<NaiveDate>,
) -> Result<(), Failure> {
    let open = match held {
        Some(open) => open,
        None => match open(setting) {
            Ok(opened) => held.insert(opened),
            Err(error) if matches!(error.kind(), LogErrorKind::NoSpace | LogErrorKind::Io) => {
                tracing::error!(%error, "{}", error.explained(&setting.words));
                return Ok(());
            }
            Err(error) => return Err(in_words(&setting.words)(error)),
        },
    };
    let before = google.requests_sent();
    let mut result = once(setting, google, open).await;
    if matches!(&result, Err(CycleError::Google(error)) if error.is_overtaken()) {
        result = once(setting, google, open).await;
    }
    match result {
        Ok(report) => {
            let (events, cells, held) = (
                report.events.len(),
                report.plan.cells + report.restricted.cells,
                report.held.len(),
            );
            let requests = google.requests_sent() - before;
            tracing::info!(events, cells, requests, held, "cycle");
            beat(setting).await;
            send_checkpoint(setting, &open.memory.head, sent_day).await;
        }
        // A ledger that the tabs were not written from does not become the right one by waiting.
        Err(error @ CycleError::Behind { .. }) => return Err(in_words(&setting.words)(error)),
        Err(error) => {
            // For people, and beside it for whoever searches the log.
            tracing::error!(%error, "{}", error.explained(&setting.words));
            // The memory may be ahead of the disk, and after a failed append nobody knows what the
            // disk holds: both are read again. A failure of Google's comes before anything is taken
            // in, or after it is recorded.
            if !matches!(error, CycleError::Google(_)) {
                *held = None;
            }
        }
    }
    Ok(())
}

async fn once(setting: &Setting, google: &Google, open: &mut Open) -> Result<Report, CycleError> {
    let now = clock::now(setting.config.timezone);
    cycle(setting, google, &mut open.memory, Some(&mut open.log), now, Options::default()).await
}

/// Sends the head of the last finished day to the webhook, unless this process has sent it. The
/// ledger does not record that it was sent: that would add an event to every quiet day, and so
/// another checkpoint. A new process sends the same checkpoint again. Days on which no process ran
/// are covered by the chain.
async fn send_checkpoint(setting: &Setting, head: &LedgerHead, sent_day: &mut Option<NaiveDate>) {
    let Some(url) = &setting.config.checkpoint_url else { return };
    let today = clock::now(setting.config.timezone).date_naive();
    let Some(Checkpoint { day, seq, hash: Some(hash) }) = head.closed_before(today).copied() else {
        return;
    };
    if *sent_day == Some(day) {
        return;
    }
    let message = DayHead { program: &setting.config.program_code, day, seq, hash };
    match heartbeat::send_checkpoint(url, WEBHOOK_TIMEOUT, &message).await {
        Ok(()) => *sent_day = Some(day),
        Err(cause) => {
            let error = CheckpointNotSent { day, cause };
            tracing::warn!(%error, "{}", error.explained(&setting.words));
        }
    }
}

/// Tells the outside that all is well: its silence is the alarm.
async fn beat(setting: &Setting) {
    let Some(url) = &setting.config.heartbeat_url else { return };
    if let Err(error) = heartbeat::send_heartbeat(url, HEARTBEAT_TIMEOUT).await {
        tracing::warn!(%error, "{}", error.explained(&setting.words));
    }
}

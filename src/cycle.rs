//! THE ONE CYCLE, from top to bottom: read the tabs, say what happened, record it, and write what
//! follows from it.
//!
//! The only room that knows both the pure rooms and the edge. It ends in the same tabs whatever
//! happened before it: what a crash left undone, the next cycle does.

mod happened;
mod workbook;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use compact_str::CompactString;

use crate::edge::clock::Stopwatch;
use crate::edge::google::{Google, GoogleError};
use crate::edge::log::{Log, LogError};
use crate::forms::intake::{Held, intake};
use crate::ledger::event::Event;
use crate::ledger::records::Records;
use crate::ledger::standing::{NoSeason, Standing};
use crate::ledger::state::{Illegal, LedgerHead, State};
use crate::matching::instance::Instance;
use crate::matching::{Suggestions, instance_hash, instance_of, suggest_until};
use crate::memory::Memory;
use crate::setting::Setting;
use crate::statistics::{self, Figures};
use crate::table::plan::{Plan, plan, sheet_id};
use crate::table::tab::{ReadTab, Wanted};
use crate::views::decisions::{Decisions, Reader, decisions, is_written_in};
use crate::views::suggestions::VIEW as SUGGESTIONS;
use crate::views::{HeldTab, HeldWhy, Scene, restricted_tabs, status, tabs};

use happened::Happened;
pub use happened::Happening;
use workbook::{Workbook, read_workbook};

/// How a cycle goes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Lets through a reading that retracts many rows at once.
    pub accept_retractions: bool,
}

/// What a cycle did, or (as a rehearsal) would do.
#[derive(Debug, Default)]
pub struct Report {
    /// What happened, as it was recorded.
    pub events: Vec<Happening>,
    /// What was written.
    pub plan: Plan,
    /// What was written to the second spreadsheet, which few may read.
    pub restricted: Plan,
    /// Tabs, or parts of them, that were left alone.
    pub held: Vec<HeldTab>,
}

/// Why a cycle could not be carried through.
#[derive(Debug, thiserror::Error)]
pub enum CycleError {
    /// Google.
    #[error(transparent)]
    Google(#[from] GoogleError),
    /// The ledger.
    #[error(transparent)]
    Log(#[from] LogError),
    /// No season holds the day.
    #[error(transparent)]
    NoSeason(#[from] NoSeason),
    /// An event that cannot follow on the state: a mistake in this program, not in the sheet.
    #[error("impossible event: {0}")]
    Illegal(#[from] Illegal),
    /// An event's data cannot be written as JSON: a mistake in this program, not in the sheet.
    #[error("cannot write an event's data as JSON: {0}")]
    Data(#[from] serde_json::Error),
    /// The tab *Status* has seen a ledger that this one does not continue.
    #[error(
        "tab Status has seen event {seen} (hash {seen_hash}), not held by the ledger of {seq} events"
    )]
    Behind {
        /// The event that was seen.
        seen: u64,
        /// Its hash.
        seen_hash: String,
        /// The last event of the ledger.
        seq: u64,
    },
    /// A newer program has written to the ledger.
    #[error("events of a newer halaqah in the ledger")]
    Newer,
}

/// One cycle. With `log` it records and writes; without, it is a rehearsal that changes nothing
/// outside `memory`.
pub async fn cycle(
    setting: &Setting,
    google: &Google,
    memory: &mut Memory,
    log: Option<&mut Log>,
    now: DateTime<Tz>,
    options: Options,
) -> Result<Report, CycleError> {
    if memory.newer && log.is_some() {
        return Err(CycleError::Newer);
    }
    let today = now.date_naive();
    memory.seals.require_program_key().map_err(LogError::from)?;
    let mut workbook = read_workbook(setting, google, memory, today).await?;
    check_witnessed_head(&workbook, &memory.head)?;

    let mut happened = Happened::at(now);
    let held = take_in(setting, &mut workbook, memory, &mut happened, options)?;
    let decided = take_decisions(setting, &workbook, memory, &mut happened, today)?;

    let standing = standing(setting, &memory.state, today)?;
    let suggestions = suggestions_again(setting, memory, &standing);
    happened.note_issue(&setting.config, &memory.state, &suggestions);
    happened.note_config(&setting.config, &memory.state);
    let rehearsal = log.is_none();
    let head = match log {
        Some(log) => happened.record(log, &memory.head, &mut memory.seals, || {
            setting.private.owners(memory.state.records())
        })?,
        None => happened.foretell(&memory.head),
    };

    let figures = figures(setting, &memory.state, &standing);
    let scene = Scene {
        held: &held,
        refused: &decided.refused,
        mass: decided.mass.as_ref(),
        ..scene(setting, &memory.state, &head, &standing, &figures, &suggestions)
    };
    let plan = plan(&tabs(&scene), &workbook.ours, &workbook.tabs);
    let confidential =
        setting.config.restricted_id.as_ref().map(|id| (id, restricted_tabs(&scene)));
    let events = happened.settle(memory)?;
    memory.head = head;
    memory.matched = Some(suggestions);
    if !rehearsal {
        google.apply(&setting.config.spreadsheet_id, &plan).await?;
    }
    let restricted = match confidential {
        Some((id, wanted)) => write_restricted(google, id, &wanted, rehearsal).await?,
        None => Plan::default(),
    };
    Ok(Report { events, plan, restricted, held })
}

/// Writes the tabs of the second spreadsheet; one request if nothing is to be written. It comes
/// last: if it cannot be reached, everything else is done.
async fn write_restricted(
    google: &Google,
    id: &str,
    wanted: &[Wanted],
    rehearsal: bool,
) -> Result<Plan, CycleError> {
    let plan = plan_of(google, id, wanted).await?;
    if !rehearsal {
        google.apply(id, &plan).await?;
    }
    Ok(plan)
}

/// What the tabs would have said at a moment, by what the memory holds of it, against what is there
/// now. Writes nothing.
pub async fn tabs_then(
    setting: &Setting,
    google: &Google,
    memory: &Memory,
    then: DateTime<Tz>,
) -> Result<Report, CycleError> {
    let (state, config) = (&memory.state, &setting.config);
    let standing = standing(setting, state, then.date_naive())?;
    let (figures, suggestions) =
        (figures(setting, state, &standing), suggestions(setting, state, &standing));
    let scene = scene(setting, state, &memory.head, &standing, &figures, &suggestions);
    let plan = plan_of(google, &config.spreadsheet_id, &tabs(&scene)).await?;
    let restricted = match &config.restricted_id {
        Some(id) => plan_of(google, id, &restricted_tabs(&scene)).await?,
        None => Plan::default(),
    };
    Ok(Report { plan, restricted, ..Report::default() })
}

/// The plan of tabs of ours against what a spreadsheet has of them.
async fn plan_of(google: &Google, id: &str, wanted: &[Wanted]) -> Result<Plan, CycleError> {
    let ids: Vec<i64> = wanted.iter().map(|tab| sheet_id(&tab.layout)).collect();
    match google.read(id, &ids).await {
        Ok(ours) => Ok(plan(wanted, &ours, &[])),
        // Somebody deleted a tab, or one of ours was never made.
        Err(GoogleError::NoSuchGrid { .. }) => {
            let tabs = google.overview(id).await?.tabs;
            let ids: Vec<i64> =
                tabs.iter().filter(|tab| tab.view.is_some()).map(|tab| tab.sheet_id).collect();
            Ok(plan(wanted, &google.read(id, &ids).await?, &tabs))
        }
        Err(error) => Err(error.into()),
    }
}

/// Checks that the ledger holds the head that the tab *Status* shows. A ledger that ends before it,
/// or otherwise, is not the one that the tabs were written from: an old copy was brought back, or
/// the data are gone.
fn check_witnessed_head(workbook: &Workbook, head: &LedgerHead) -> Result<(), CycleError> {
    let is_status =
        |tab: &&ReadTab| workbook.views.get(&tab.sheet_id).is_some_and(|view| view == status::VIEW);
    let Some((seq, hash)) = workbook.ours.iter().find(is_status).and_then(status::witnessed_head)
    else {
        return Ok(());
    };
    if seq > head.seq || (seq == head.seq && hash != head.hash) {
        return Err(CycleError::Behind { seen: seq, seen_hash: hash, seq: head.seq });
    }
    Ok(())
}

/// Compares every form tab with what is known of it.
fn take_in(
    setting: &Setting,
    workbook: &mut Workbook,
    memory: &mut Memory,
    happened: &mut Happened,
    options: Options,
) -> Result<Vec<HeldTab>, CycleError> {
    let mut held: Vec<HeldTab> = workbook
        .missing
        .iter()
        .map(|(form, tab)| HeldTab { form: form.clone(), tab: tab.clone(), why: HeldWhy::NoTab })
        .collect();
    for form in setting.forms.iter() {
        // Each tab is let go as soon as it is taken in: together they are the largest thing in
        // memory.
        let Some(tab) = workbook.forms.remove(form.key()) else { continue };
        let configured = setting.config.forms[form.key()].to_string();
        let taken = intake(
            &setting.forms,
            form,
            &memory.state,
            &tab,
            &configured,
            options.accept_retractions,
        );
        for (source, event) in taken.events {
            happened.add(memory, source, event)?;
        }
        for (key, row) in &taken.positions {
            memory.state.note_position(form.key(), key, tab.sheet_id, *row);
        }
        if let Some(why) = taken.held {
            let why = match why {
                Held::QuestionsMissing(keys) => {
                    HeldWhy::QuestionsMissing(keys.iter().map(CompactString::to_string).collect())
                }
                Held::TooManyGone { gone, of } => HeldWhy::TooManyGone { gone, of },
            };
            held.push(HeldTab { form: form.key().to_owned(), tab: tab.title.clone(), why });
        }
    }
    Ok(held)
}

/// Reads what the coordinator decided in the tab of suggestions; gives what was not carried out.
fn take_decisions(
    setting: &Setting,
    workbook: &Workbook,
    memory: &mut Memory,
    happened: &mut Happened,
    today: NaiveDate,
) -> Result<Decisions, CycleError> {
    let words = &setting.words;
    let shows_suggestions =
        |tab: &&ReadTab| workbook.views.get(&tab.sheet_id).is_some_and(|view| view == SUGGESTIONS);
    let tab = workbook.ours.iter().find(shows_suggestions);
    let Some(tab) = tab.filter(|tab| is_written_in(tab, words)) else {
        return Ok(Decisions::default());
    };
    let standing = standing(setting, &memory.state, today)?;
    let mut decisions = decisions(
        tab,
        &Reader {
            state: &memory.state,
            standing: &standing,
            words,
            labels: &setting.labels,
            today,
            most_placed: setting.config.most_placed,
        },
    );
    for decision in std::mem::take(&mut decisions.made) {
        happened.add(memory, None, Event::PlacementDecided(decision))?;
    }
    Ok(decisions)
}

/// How the program stands on a day.
pub fn standing<'a>(
    setting: &'a Setting,
    state: &'a State,
    day: NaiveDate,
) -> Result<Standing<'a>, NoSeason> {
    Standing::at(&Records::new(state.records()), &setting.program, day, None)
}

/// The figures of a standing.
pub fn figures(setting: &Setting, state: &State, standing: &Standing<'_>) -> Figures {
    let handover = &setting.config.handover_kinds;
    Figures::of(&statistics::Scene::new(standing, state, handover, &setting.mushaf))
}

/// Everything that a tab may show, when no form tab was left alone and no decision refused.
pub fn scene<'a>(
    setting: &'a Setting,
    state: &'a State,
    head: &'a LedgerHead,
    standing: &'a Standing<'a>,
    figures: &'a Figures,
    suggestions: &'a Suggestions,
) -> Scene<'a> {
    Scene {
        program_name: &setting.config.program_name,
        today: standing.as_of,
        state,
        standing,
        figures,
        suggestions,
        mushaf: &setting.mushaf,
        labels: &setting.labels,
        words: &setting.words,
        held: &[],
        refused: &[],
        mass: None,
        handover: &setting.config.handover_kinds,
        head,
        level_facts: std::cell::OnceCell::new(),
    }
}

/// Who fits whom.
pub fn suggestions(setting: &Setting, state: &State, standing: &Standing<'_>) -> Suggestions {
    suggest_in_time(setting, &instance_of(standing, state, setting.config.matching()))
}

/// What is suggested for an instance by the deadline of the configuration, if it has one.
pub fn suggest_in_time(setting: &Setting, instance: &Instance) -> Suggestions {
    suggest_until(instance, &deadline_of(setting))
}

/// Whether the deadline for matching has passed, counted from now.
pub fn deadline_of(setting: &Setting) -> impl Fn() -> bool + Sync + use<> {
    let (watch, deadline) = (Stopwatch::start(), setting.config.matching_deadline);
    move || deadline.is_some_and(|deadline| watch.elapsed() >= deadline)
}

/// The same, without matching again if nothing that matters to it has changed since the last cycle.
fn suggestions_again(setting: &Setting, memory: &Memory, standing: &Standing<'_>) -> Suggestions {
    let instance = instance_of(standing, &memory.state, setting.config.matching());
    match &memory.matched {
        Some(matched) if matched.instance_hash == instance_hash(&instance) => matched.clone(),
        _ => suggest_in_time(setting, &instance),
    }
}

#[cfg(test)]
mod tests;

//! THE ONE CYCLE, from top to bottom: read the tabs, say what happened, record it, and write what follows from it.
//!
//! The only file that knows both the pure rooms and the edge. It ends in the same tabs whatever happened before it: what a
//! crash left undone, the next cycle does.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use compact_str::CompactString;

use crate::config::TabName;
use crate::edge::google::{Google, GoogleError, Overview};
use crate::edge::log::{Log, LogError, NewEvent};
use crate::forms::intake::{Held, intake};
use crate::ledger::event::{Event, IssuedSuggestion, IssuedSuggestions, VERSION};
use crate::ledger::record::Source;
use crate::ledger::records::Records;
use crate::ledger::standing::{NoSeason, Standing};
use crate::ledger::state::{Illegal, State};
use crate::matching::instance::{Instance, Member, Mentee, Mentor, OpenGroup, ReadingMix};
use crate::matching::{Suggestions, suggest};
use crate::memory::Memory;
use crate::setting::Setting;
use crate::statistics::{self, Figures};
use crate::table::plan::{Plan, plan, sheet_id};
use crate::table::tab::{ReadTab, TabInfo, Wanted};
use crate::views::suggestions::{Decisions, decisions};
use crate::views::{HeldTab, HeldWhy, LedgerHead, Scene, tabs};

/// How a cycle goes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Lets through a reading that retracts many rows at once.
    pub accept_retractions: bool,
}

/// What a cycle did, or (as a rehearsal) would do.
#[derive(Debug, Default)]
pub struct Report {
    /// What happened, as it was recorded: the event's type, and its row.
    pub events: Vec<(String, Option<Source>)>,
    /// What was written.
    pub plan: Plan,
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
    #[error("this should not happen, please report it: {0}")]
    Illegal(#[from] Illegal),
    /// An event's data cannot be written as JSON: a mistake in this program, not in the sheet.
    #[error("this should not happen, please report it: {0}")]
    Data(#[from] serde_json::Error),
    /// A newer program has written to the ledger.
    #[error(
        "the ledger has events of a newer version of halaqah; this one may read it, but not append to it. Install the newer version."
    )]
    Newer,
}

/// One cycle. With `log` it records and writes; without, it is a rehearsal that changes nothing outside `memory`.
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
    let workbook = read_workbook(setting, google, memory, today).await?;

    let mut happened = Happened::default();
    let held = take_in(setting, &workbook, memory, &mut happened, options)?;
    let refused = take_decisions(setting, &workbook, memory, &mut happened, today)?;
    take_suggestions(setting, memory, &mut happened, today)?;

    let rehearsal = log.is_none();
    let report_of_events: Vec<_> = happened.0.iter().map(|(source, event)| (event.kind(), source.clone())).collect();
    if let Some(log) = log {
        happened.record(memory, log, now)?;
    }

    let standing = standing(setting, &memory.state, today)?;
    let wanted = wanted_tabs(setting, memory, &standing, &held, &refused.refused, today);
    let plan = plan(&wanted, &workbook.ours, &workbook.tabs);
    if !rehearsal {
        google.apply(&setting.config.spreadsheet_id, &plan).await?;
    }
    Ok(Report { events: report_of_events, plan, held })
}

/// The spreadsheet as it was read.
struct Workbook {
    /// The form tabs, by form.
    forms: BTreeMap<String, ReadTab>,
    /// Forms whose tab is not there, with the tab's name.
    missing: Vec<(String, String)>,
    /// Our tabs.
    ours: Vec<ReadTab>,
    /// All tabs, if they had to be asked for.
    tabs: Vec<TabInfo>,
}

/// Reads every form tab and every tab of ours: one request if the ledger knows where they are, else a look round first.
async fn read_workbook(
    setting: &Setting,
    google: &Google,
    memory: &Memory,
    today: NaiveDate,
) -> Result<Workbook, CycleError> {
    let id = &setting.config.spreadsheet_id;
    let our_ids = our_sheet_ids(setting, today)?;
    if let Some(known) = known_form_tabs(setting, &memory.state) {
        let ids: Vec<i64> = unique(known.values().chain(&our_ids).copied());
        match google.read(id, &ids).await {
            Ok(read) => return Ok(sort_out(read, known, Vec::new(), &our_ids, Vec::new())),
            Err(GoogleError::NoSuchGrid { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let overview = google.overview(id).await?;
    let (found, missing) = find_form_tabs(setting, &memory.state, &overview);
    // Old tabs of ours are read too: what people wrote in them goes into the new ones.
    let ours = overview.tabs.iter().filter(|tab| tab.view.is_some()).map(|tab| tab.sheet_id);
    let our_ids: Vec<i64> = ours.collect();
    let ids: Vec<i64> = unique(found.values().chain(&our_ids).copied());
    let read = if ids.is_empty() { Vec::new() } else { google.read(id, &ids).await? };
    Ok(sort_out(read, found, missing, &our_ids, overview.tabs))
}

fn unique(ids: impl Iterator<Item = i64>) -> Vec<i64> {
    ids.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

/// The sheetIds of our tabs: they follow from the layouts, and no layout depends on what the ledger holds.
fn our_sheet_ids(setting: &Setting, today: NaiveDate) -> Result<Vec<i64>, NoSeason> {
    let nothing = Memory::default();
    let standing = standing(setting, &nothing.state, today)?;
    let tabs = wanted_tabs(setting, &nothing, &standing, &[], &[], today);
    Ok(tabs.iter().map(|tab| sheet_id(&tab.layout)).collect())
}

/// The sheetId of every configured form's tab, if all are known without asking.
fn known_form_tabs(setting: &Setting, state: &State) -> Option<BTreeMap<String, i64>> {
    let tab_of = |(form, name): (&String, &TabName)| {
        let remembered = state.tabs.get(form.as_str()).filter(|tab| tab.configured == name.to_string());
        Some((form.clone(), remembered?.tab))
    };
    setting.config.forms.iter().map(tab_of).collect()
}

/// The sheetId of every configured form's tab, by what the spreadsheet has; and the forms whose tab is not there.
fn find_form_tabs(
    setting: &Setting,
    state: &State,
    overview: &Overview,
) -> (BTreeMap<String, i64>, Vec<(String, String)>) {
    let (mut found, mut missing) = (BTreeMap::new(), Vec::new());
    for (form, name) in &setting.config.forms {
        let remembered = state.tabs.get(form.as_str()).filter(|tab| tab.configured == name.to_string());
        let by_id = |id: i64| overview.tabs.iter().find(|tab| tab.sheet_id == id && tab.view.is_none());
        let tab = remembered.and_then(|tab| by_id(tab.tab)).or_else(|| match name {
            TabName::SheetId(id) => by_id(*id),
            TabName::Title(title) => overview.tabs.iter().find(|tab| tab.title == *title && tab.view.is_none()),
        });
        match tab {
            Some(tab) => {
                found.insert(form.clone(), tab.sheet_id);
            }
            None => missing.push((form.clone(), name.to_string())),
        }
    }
    (found, missing)
}

fn sort_out(
    read: Vec<ReadTab>,
    form_ids: BTreeMap<String, i64>,
    missing: Vec<(String, String)>,
    our_ids: &[i64],
    tabs: Vec<TabInfo>,
) -> Workbook {
    let mut by_id: BTreeMap<i64, ReadTab> = read.into_iter().map(|tab| (tab.sheet_id, tab)).collect();
    let ours = our_ids.iter().filter_map(|id| by_id.remove(id)).collect();
    let forms = form_ids.into_iter().filter_map(|(form, id)| Some((form, by_id.get(&id)?.clone()))).collect();
    Workbook { forms, missing, ours, tabs }
}

/// What has happened in this cycle so far, in order.
#[derive(Default)]
struct Happened(Vec<(Option<Source>, Event)>);

impl Happened {
    /// Takes in an event, so that what comes after sees it.
    fn add(&mut self, memory: &mut Memory, source: Option<Source>, event: Event) -> Result<(), Illegal> {
        memory.take(source.clone(), event.clone())?;
        self.0.push((source, event));
        Ok(())
    }

    /// Records all of it: one batch, on disk before anything is written to a tab.
    fn record(self, memory: &mut Memory, log: &mut Log, now: DateTime<Tz>) -> Result<(), CycleError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let line = |(source, event): (Option<Source>, Event)| {
            Ok(NewEvent { at: now.fixed_offset(), kind: event.kind(), v: VERSION, source, data: event.data()? })
        };
        let lines = self.0.into_iter().map(line).collect::<Result<Vec<_>, serde_json::Error>>()?;
        memory.append(log, &lines, now.naive_local())?;
        Ok(())
    }
}

/// Compares every form tab with what is known of it.
fn take_in(
    setting: &Setting,
    workbook: &Workbook,
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
        let Some(tab) = workbook.forms.get(form.key()) else { continue };
        let configured = setting.config.forms[form.key()].to_string();
        let taken = intake(&setting.forms, form, &memory.state, tab, &configured, options.accept_retractions);
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

/// Reads what the coordinator decided in the tab of suggestions.
fn take_decisions(
    setting: &Setting,
    workbook: &Workbook,
    memory: &mut Memory,
    happened: &mut Happened,
    today: NaiveDate,
) -> Result<Decisions, CycleError> {
    let mut all = Decisions::default();
    for tab in &workbook.ours {
        if !is_suggestions_tab(setting, workbook, tab, today)? {
            continue;
        }
        let standing = standing(setting, &memory.state, today)?;
        all = decisions(tab, &memory.state, &standing, &setting.words, today);
        break;
    }
    for decision in &all.made {
        happened.add(memory, None, Event::PlacementDecided(decision.clone()))?;
    }
    Ok(all)
}

fn is_suggestions_tab(
    setting: &Setting,
    workbook: &Workbook,
    tab: &ReadTab,
    today: NaiveDate,
) -> Result<bool, NoSeason> {
    if let Some(info) = workbook.tabs.iter().find(|info| info.sheet_id == tab.sheet_id) {
        return Ok(info.view.as_deref() == Some("suggestions"));
    }
    let nothing = Memory::default();
    let standing = standing(setting, &nothing.state, today)?;
    let tabs = wanted_tabs(setting, &nothing, &standing, &[], &[], today);
    Ok(tabs.iter().any(|wanted| wanted.layout.view == "suggestions" && sheet_id(&wanted.layout) == tab.sheet_id))
}

/// Matches, and records what is suggested if it is not what was suggested last.
fn take_suggestions(
    setting: &Setting,
    memory: &mut Memory,
    happened: &mut Happened,
    today: NaiveDate,
) -> Result<(), CycleError> {
    let standing = standing(setting, &memory.state, today)?;
    let suggestions = suggestions(setting, &memory.state, &standing);
    let issued = issued(setting, &suggestions);
    let before = memory.state.issued.as_ref().map_or(&[][..], |issued| &issued.suggestions);
    if issued.suggestions != before {
        happened.add(memory, None, Event::SuggestionsIssued(issued))?;
    }
    Ok(())
}

fn issued(setting: &Setting, suggestions: &Suggestions) -> IssuedSuggestions {
    let weights = setting.config.weights;
    let weights = [
        ("schedule", weights.schedule),
        ("values_expectations", weights.values_expectations),
        ("likes_dislikes", weights.likes_dislikes),
        ("class_district", weights.class_district),
        ("continuity_friend", weights.continuity_friend),
        ("reading", weights.reading),
        ("personality", weights.personality),
    ];
    let issued = suggestions.placements.iter().map(|suggestion| IssuedSuggestion {
        mentee: suggestion.mentee.clone(),
        mentor: suggestion.mentor.clone(),
        group: suggestion.group().map(Into::into),
        slot: Some(suggestion.slot.clone()),
        score: i64::from(suggestion.score),
    });
    let total = i64::try_from(suggestions.score_total).unwrap_or(i64::MAX);
    IssuedSuggestions {
        instance: suggestions.instance_hash.clone(),
        weights: weights.into_iter().map(|(name, weight)| (name.into(), f64::from(weight))).collect(),
        suggestions: issued.collect(),
        objective: total,
        bound: None,
    }
}

/// How the program stands on a day.
pub fn standing<'a>(setting: &'a Setting, state: &'a State, day: NaiveDate) -> Result<Standing<'a>, NoSeason> {
    Standing::at(&Records::new(state.records()), &setting.program, day, None)
}

/// The figures of a standing.
pub fn figures(setting: &Setting, state: &State, standing: &Standing<'_>) -> Figures {
    let quality = state.quality();
    let handover = &setting.config.handover_kinds;
    Figures::of(&statistics::Scene { standing, quality: &quality, handover, mushaf: &setting.mushaf })
}

/// Who fits whom.
pub fn suggestions(setting: &Setting, state: &State, standing: &Standing<'_>) -> Suggestions {
    suggest(&instance(setting, state, standing))
}

/// What matching is asked: everybody who waits, every mentor, every open group.
fn instance<'a>(setting: &Setting, state: &'a State, standing: &'a Standing<'_>) -> Instance<'a> {
    let mentee = |index: usize| {
        let person = &standing.mentees[index];
        let mentee = Mentee::from_answers(&person.code, &person.latest().answers)?;
        let friend = person.latest().answers.text("preferred_friend").and_then(|name| standing.find_mentee(name));
        Some(Mentee { friend: friend.map(|friend| standing.mentees[friend].code.as_str()), ..mentee })
    };
    let mentor = |index: usize| {
        let person = &standing.mentors[index];
        let mentor = Mentor::from_answers(&person.code, &person.latest().answers)?;
        let members_now = u32::try_from(standing.mentor_load(index)).unwrap_or(u32::MAX);
        Some(Mentor { members_now, ready: standing.is_ready(index), ..mentor })
    };
    let groups = standing.open_groups().filter_map(|(index, group)| {
        let members = standing.members(index);
        let member = |&index: &usize| {
            let person = &standing.mentees[index];
            Member { code: person.code.as_str(), answers: &person.latest().answers }
        };
        Some(OpenGroup {
            name: group.name,
            mentor: standing.mentors[group.mentor?].code.as_str(),
            slot: group.weekly_slot,
            size: u32::try_from(members.len()).unwrap_or(u32::MAX),
            members: members.iter().map(member).collect(),
        })
    });
    let previous = standing.waiting.iter().filter_map(|waiting| {
        let latest = standing.groups.latest_membership(waiting.mentee)?;
        let mentor = standing.groups[latest.group].mentor?;
        Some((standing.mentees[waiting.mentee].code.as_str(), standing.mentors[mentor].code.as_str()))
    });
    Instance {
        mentees: standing.waiting.iter().filter_map(|waiting| mentee(waiting.mentee)).collect(),
        mentors: (0..standing.mentors.len()).filter_map(mentor).collect(),
        groups: groups.collect(),
        must_not: state.rejected_pairs.iter().map(|(mentee, mentor)| (mentee.as_str(), mentor.as_str())).collect(),
        previous: previous.collect(),
        group_size: setting.config.group_size,
        weights: setting.config.weights,
        reading: ReadingMix::default(),
    }
}

/// Every tab as it should be.
fn wanted_tabs(
    setting: &Setting,
    memory: &Memory,
    standing: &Standing<'_>,
    held: &[HeldTab],
    refused: &[crate::views::suggestions::Refused],
    today: NaiveDate,
) -> Vec<Wanted> {
    let state = &memory.state;
    let head: &LedgerHead = &memory.head;
    tabs(&Scene {
        program_name: &setting.config.program_name,
        today,
        state,
        standing,
        figures: &figures(setting, state, standing),
        suggestions: &suggestions(setting, state, standing),
        labels: &setting.labels,
        words: &setting.words,
        held,
        refused,
        head,
    })
}

#[cfg(test)]
mod tests;

//! THE ONE CYCLE, from top to bottom: read the tabs, say what happened, record it, and write what
//! follows from it.
//!
//! The only file that knows both the pure rooms and the edge. It ends in the same tabs whatever
//! happened before it: what a crash left undone, the next cycle does.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use compact_str::CompactString;

use crate::config::{Config, TabName};
use crate::edge::clock::Stopwatch;
use crate::edge::google::{Google, GoogleError, Overview};
use crate::edge::log::{Log, LogError};
use crate::edge::seal::Seals;
use crate::forms::intake::{Held, intake};
use crate::ledger::codes::PlacementAction;
use crate::ledger::configured::Configured;
use crate::ledger::event::{Event, IssuedSuggestion, IssuedSuggestions};
use crate::ledger::line::LineHash;
use crate::ledger::people::{MenteeIndex, MentorIndex};
use crate::ledger::record::{Record, Source};
use crate::ledger::records::Records;
use crate::ledger::sealed::Privacy;
use crate::ledger::standing::{NoSeason, Standing};
use crate::ledger::state::{Checkpoint, Illegal, LedgerHead, State};
use crate::matching::compare::{Comparison, Placement, compare};
use crate::matching::criteria::names as criterion_names;
use crate::matching::instance::{Instance, Member, Mentee, Mentor, OpenGroup};
use crate::matching::personality::{Bands, KnownBands};
use crate::matching::score::TermKind;
use crate::matching::{Suggestions, instance_hash, suggest_until};
use crate::memory::{Memory, save_keys};
use crate::setting::Setting;
use crate::statistics::{self, Figures};
use crate::table::plan::{Plan, plan, sheet_id};
use crate::table::tab::{ReadTab, TabInfo, Wanted};
use crate::views::decisions::{Refused, decisions, is_written_in};
use crate::views::suggestions::VIEW as SUGGESTIONS;
use crate::views::{HeldTab, HeldWhy, Scene, restricted_tabs, status, tabs};

/// How a cycle goes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Lets through a reading that retracts many rows at once.
    pub accept_retractions: bool,
}

/// One thing that happened.
#[derive(Debug)]
pub struct Happening {
    /// The event's type.
    pub kind: String,
    /// The form it is about.
    pub form: Option<CompactString>,
    /// The row it is about.
    pub source: Option<Source>,
}

impl Happening {
    fn of(source: Option<Source>, event: &Event) -> Self {
        Self { kind: event.kind(), form: event.form().map(CompactString::from), source }
    }
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
    #[error("this should not happen, please report it: {0}")]
    Illegal(#[from] Illegal),
    /// An event's data cannot be written as JSON: a mistake in this program, not in the sheet.
    #[error("this should not happen, please report it: {0}")]
    Data(#[from] serde_json::Error),
    /// The tab *Status* has seen a ledger that this one does not continue.
    #[error(
        "the tab Status has seen event {seen} (hash {seen_hash}), but the ledger ends with event {seq} and does not hold it: \
         it is an old copy, or another one. Bring back the newest backup of the ledger. If this ledger is the right one, \
         delete the tab Status in the spreadsheet and run again"
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
    #[error(
        "the ledger has events of a newer version of halaqah; this one may read it, but not append to it. Install the newer version."
    )]
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
    memory.seals.must_be_open().map_err(LogError::from)?;
    let mut workbook = read_workbook(setting, google, memory, today).await?;
    hear_witness(&workbook, &memory.head)?;

    let mut happened = Happened::at(now);
    let held = take_in(setting, &mut workbook, memory, &mut happened, options)?;
    let refused = take_decisions(setting, &workbook, memory, &mut happened, today)?;

    let standing = standing(setting, &memory.state, today)?;
    let suggestions = suggestions_again(setting, memory, &standing);
    happened.note_issue(setting, &memory.state, &suggestions);
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
        refused: &refused,
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

/// The spreadsheet as it was read.
struct Workbook {
    /// The form tabs, by form.
    forms: BTreeMap<String, ReadTab>,
    /// Forms whose tab is not there, with the tab's name.
    missing: Vec<(String, String)>,
    /// Our tabs.
    ours: Vec<ReadTab>,
    /// The view of each of our tabs, by sheetId.
    views: BTreeMap<i64, String>,
    /// All tabs, if they had to be asked for.
    tabs: Vec<TabInfo>,
}

/// Reads every form tab and every tab of ours: one request if the ledger knows where they are, else
/// a look round first.
async fn read_workbook(
    setting: &Setting,
    google: &Google,
    memory: &Memory,
    today: NaiveDate,
) -> Result<Workbook, CycleError> {
    let id = &setting.config.spreadsheet_id;
    if let Some(forms) = known_form_tabs(setting, &memory.state) {
        let views = views_by_sheet_id(setting, today)?;
        match google.read(id, &unique(forms.values().chain(views.keys()))).await {
            Ok(read) => return Ok(sort_out(read, forms, Vec::new(), views, Vec::new())),
            // Somebody deleted a tab, or one of ours was never made.
            Err(GoogleError::NoSuchGrid { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let overview = google.overview(id).await?;
    let (forms, missing) = find_form_tabs(setting, &memory.state, &overview);
    // Old tabs of ours are read too: what people wrote in them goes into the new ones.
    let views = overview.tabs.iter().filter_map(|tab| Some((tab.sheet_id, tab.view.clone()?)));
    let views: BTreeMap<i64, String> = views.collect();
    let ids = unique(forms.values().chain(views.keys()));
    let read = if ids.is_empty() { Vec::new() } else { google.read(id, &ids).await? };
    Ok(sort_out(read, forms, missing, views, overview.tabs))
}

fn unique<'i>(ids: impl Iterator<Item = &'i i64>) -> Vec<i64> {
    ids.copied().collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

/// The view of each of our tabs by the sheetId it has. Both follow from the layouts, and no layout
/// depends on what the ledger holds: so an empty program has the same ones.
fn views_by_sheet_id(
    setting: &Setting,
    today: NaiveDate,
) -> Result<BTreeMap<i64, String>, NoSeason> {
    let state = State::default();
    let standing = standing(setting, &state, today)?;
    let (figures, suggestions) =
        (figures(setting, &state, &standing), suggestions(setting, &state, &standing));
    let head = LedgerHead::default();
    let tabs = tabs(&scene(setting, &state, &head, &standing, &figures, &suggestions));
    Ok(tabs.into_iter().map(|tab| (sheet_id(&tab.layout), tab.layout.view)).collect())
}

/// The sheetId of every configured form's tab, if all are known without asking.
fn known_form_tabs(setting: &Setting, state: &State) -> Option<BTreeMap<String, i64>> {
    let tab_of = |(form, name): (&String, &TabName)| {
        let remembered =
            state.tabs.get(form.as_str()).filter(|tab| tab.configured == name.to_string());
        Some((form.clone(), remembered?.tab))
    };
    setting.config.forms.iter().map(tab_of).collect()
}

/// The sheetId of every configured form's tab, by what the spreadsheet has; and the forms whose tab
/// is not there.
fn find_form_tabs(
    setting: &Setting,
    state: &State,
    overview: &Overview,
) -> (BTreeMap<String, i64>, Vec<(String, String)>) {
    let (mut found, mut missing) = (BTreeMap::new(), Vec::new());
    for (form, name) in &setting.config.forms {
        let remembered =
            state.tabs.get(form.as_str()).filter(|tab| tab.configured == name.to_string());
        let by_id =
            |id: i64| overview.tabs.iter().find(|tab| tab.sheet_id == id && tab.view.is_none());
        let tab = remembered.and_then(|tab| by_id(tab.tab)).or_else(|| match name {
            TabName::SheetId(id) => by_id(*id),
            TabName::Title(title) => {
                overview.tabs.iter().find(|tab| tab.title == *title && tab.view.is_none())
            }
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
    views: BTreeMap<i64, String>,
    tabs: Vec<TabInfo>,
) -> Workbook {
    let mut by_id: BTreeMap<i64, ReadTab> =
        read.into_iter().map(|tab| (tab.sheet_id, tab)).collect();
    let ours = views.keys().filter_map(|id| by_id.remove(id)).collect();
    let forms =
        form_ids.into_iter().filter_map(|(form, id)| Some((form, by_id.remove(&id)?))).collect();
    Workbook { forms, missing, ours, views, tabs }
}

/// What has happened in this cycle so far, in order, as the ledger will have it. The memory has
/// taken in all of it but an issue of suggestions and the configuration: these change nothing that
/// the tabs show, and so need not be waited for.
struct Happened {
    at: DateTime<Tz>,
    lines: Vec<(Option<Source>, Event)>,
    /// What of it was recorded.
    recorded: Vec<Happening>,
    issue: Option<IssuedSuggestions>,
    configured: Option<Configured>,
}

impl Happened {
    fn at(now: DateTime<Tz>) -> Self {
        Self { at: now, lines: Vec::new(), recorded: Vec::new(), issue: None, configured: None }
    }

    /// Takes in an event, so that what comes after sees it.
    fn add(
        &mut self,
        memory: &mut Memory,
        source: Option<Source>,
        event: Event,
    ) -> Result<(), CycleError> {
        self.lines.push((source.clone(), event.clone()));
        memory.take(source, event)?;
        Ok(())
    }

    /// Notes what is suggested, if it is not what was suggested last.
    fn note_issue(&mut self, setting: &Setting, state: &State, suggestions: &Suggestions) {
        let issued = issued(setting, suggestions);
        let before = state.issued.as_ref().map_or(&[][..], |issued| &issued.suggestions);
        if issued.suggestions != before {
            self.lines.push((None, Event::SuggestionsIssued(issued.clone())));
            self.issue = Some(issued);
        }
    }

    /// Notes the configuration, if figures or suggestions follow from another one than was last
    /// recorded. It comes last in the batch: people's codes are the numbers of their first lines,
    /// and must not depend on it.
    fn note_config(&mut self, config: &Config, state: &State) {
        let configured = config.recorded();
        if state.configured.as_ref() != Some(&configured) {
            self.lines.push((None, Event::ConfigChanged(configured.clone())));
            self.configured = Some(configured);
        }
    }

    /// Records all of it: what is private is sealed, the keys are on disk before the events, and
    /// the events (one batch) before anything is written to a tab. Gives the ledger's new head.
    fn record<P: Privacy>(
        &mut self,
        log: &mut Log,
        head: &LedgerHead,
        seals: &mut Seals,
        privacy: impl FnOnce() -> P,
    ) -> Result<LedgerHead, CycleError> {
        if self.lines.is_empty() {
            return Ok(head.clone());
        }
        let lines = std::mem::take(&mut self.lines);
        self.recorded =
            lines.iter().map(|(source, event)| Happening::of(source.clone(), event)).collect();
        let sealed =
            seals.seal(self.at.fixed_offset(), lines, &mut privacy()).map_err(LogError::from)?;
        save_keys(seals, log)?;
        let appended = log.append(&sealed)?;
        Ok(self.moved_on(head, appended.seq, Some(appended.hash)))
    }

    /// The head that the ledger would have: of its hash nobody can know more than that it would be
    /// another.
    fn foretell(&self, head: &LedgerHead) -> LedgerHead {
        match self.lines.len() as u64 {
            0 => head.clone(),
            count => self.moved_on(head, head.seq + count, None),
        }
    }

    fn moved_on(&self, head: &LedgerHead, seq: u64, hash: Option<LineHash>) -> LedgerHead {
        let at = self.at.naive_local();
        let text = hash.map_or_else(|| "…".to_owned(), |hash| hash.to_string());
        let mut head = LedgerHead { seq, hash: text, at: Some(at), ..head.clone() };
        head.note_day(Checkpoint { day: at.date(), seq, hash });
        head
    }

    /// Lets the memory take in what is left, and gives the report of all.
    fn settle(self, memory: &mut Memory) -> Result<Vec<Happening>, CycleError> {
        if let Some(issue) = self.issue {
            memory.take(None, Event::SuggestionsIssued(issue))?;
        }
        if let Some(configured) = self.configured {
            memory.take(None, Event::ConfigChanged(configured))?;
        }
        let foretold = self.lines.into_iter().map(|(source, event)| Happening::of(source, &event));
        Ok(self.recorded.into_iter().chain(foretold).collect())
    }
}

/// The head that the tab *Status* shows was in the ledger once. A ledger that ends before it, or
/// otherwise, is not the one that the tabs were written from: an old copy was brought back, or the
/// data are gone.
fn hear_witness(workbook: &Workbook, head: &LedgerHead) -> Result<(), CycleError> {
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

/// Reads what the coordinator decided in the tab of suggestions; gives what could not be carried
/// out.
fn take_decisions(
    setting: &Setting,
    workbook: &Workbook,
    memory: &mut Memory,
    happened: &mut Happened,
    today: NaiveDate,
) -> Result<Vec<Refused>, CycleError> {
    let shows_suggestions =
        |tab: &&ReadTab| workbook.views.get(&tab.sheet_id).is_some_and(|view| view == SUGGESTIONS);
    let Some(tab) = workbook.ours.iter().find(shows_suggestions).filter(|tab| is_written_in(tab))
    else {
        return Ok(Vec::new());
    };
    let standing = standing(setting, &memory.state, today)?;
    let decisions = decisions(tab, &memory.state, &standing, &setting.words, today);
    for decision in decisions.made {
        happened.add(memory, None, Event::PlacementDecided(decision))?;
    }
    Ok(decisions.refused)
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
    let names = criterion_names(&setting.config.criteria, &weights.map(|(name, _)| name));
    let asked = names.iter().zip(&setting.config.criteria);
    let asked = asked.map(|(name, criterion)| (name.clone(), f64::from(criterion.weight)));
    let issued = suggestions.placements.iter().map(|suggestion| IssuedSuggestion {
        mentee: suggestion.mentee.clone(),
        mentor: suggestion.mentor.clone(),
        group: suggestion.group().map(Into::into),
        slot: Some(suggestion.slot.clone()),
        score: i64::from(suggestion.score),
        terms: suggestion
            .terms
            .iter()
            .map(|term| (term_name(&names, term.kind), i64::from(term.value)))
            .collect(),
    });
    IssuedSuggestions {
        instance: suggestions.instance_hash.clone(),
        weights: weights
            .into_iter()
            .map(|(name, weight)| (name.into(), f64::from(weight)))
            .chain(asked)
            .collect(),
        suggestions: issued.collect(),
        objective: suggestions.objective,
        bound: suggestions.bound,
        stopped: suggestions.stopped,
        randomised: suggestions.randomised.clone(),
    }
}

/// The name of a term as the weights have it.
fn term_name(criteria: &[CompactString], kind: TermKind) -> CompactString {
    let name = match kind {
        TermKind::Schedule => "schedule",
        TermKind::ValuesExpectations => "values_expectations",
        TermKind::LikesDislikes => "likes_dislikes",
        TermKind::ClassDistrict => "class_district",
        TermKind::ContinuityFriend => "continuity_friend",
        TermKind::Reading => "reading",
        TermKind::Personality => "personality",
        TermKind::Asked(at) => criteria.get(usize::from(at)).map_or("", CompactString::as_str),
    };
    name.into()
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
        handover: &setting.config.handover_kinds,
        head,
    }
}

/// Who fits whom.
pub fn suggestions(setting: &Setting, state: &State, standing: &Standing<'_>) -> Suggestions {
    suggest_in_time(setting, &instance(setting, state, standing))
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
    let instance = instance(setting, &memory.state, standing);
    match &memory.matched {
        Some(matched) if matched.instance_hash == instance_hash(&instance) => matched.clone(),
        _ => suggest_in_time(setting, &instance),
    }
}

/// What matching is asked: everybody who waits, every mentor, every open group.
pub fn instance<'a>(
    setting: &'a Setting,
    state: &'a State,
    standing: &'a Standing<'_>,
) -> Instance<'a> {
    let mentee = |index: MenteeIndex| {
        let person = &standing.mentees[index];
        let mentee = Mentee::from_answers(&person.code, &person.latest().answers)?;
        let friend = person
            .latest()
            .answers
            .text("preferred_friend")
            .and_then(|name| standing.find_mentee(name));
        Some(Mentee {
            friend: friend.map(|friend| standing.mentees[friend].code.as_str()),
            ..mentee
        })
    };
    let mentor = |index: MentorIndex| {
        let person = &standing.mentors[index];
        let mentor = Mentor::from_answers(&person.code, &person.latest().answers)?;
        let members_now = u32::try_from(standing.mentor_load(index)).unwrap_or(u32::MAX);
        Some(Mentor {
            members_now,
            ready: standing.is_ready(index) && !person.is_erased(),
            ..mentor
        })
    };
    let groups = standing.open_groups().filter_map(|(index, group)| {
        let members = standing.members(index);
        let member = |&index: &MenteeIndex| {
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
    let waiting =
        || standing.waiting.iter().filter(|waiting| standing.may_take_part(waiting.mentee));
    let previous = waiting().filter_map(|waiting| {
        let latest = standing.groups.latest_membership(waiting.mentee)?;
        let mentor = standing.groups[latest.group].mentor?;
        Some((
            standing.mentees[waiting.mentee].code.as_str(),
            standing.mentors[mentor].code.as_str(),
        ))
    });
    Instance {
        mentees: waiting().filter_map(|waiting| mentee(waiting.mentee)).collect(),
        mentors: standing.mentors.indices().filter_map(mentor).collect(),
        groups: groups.collect(),
        must_not: state
            .rejected_pairs
            .iter()
            .map(|(mentee, mentor)| (mentee.as_str(), mentor.as_str()))
            .collect(),
        previous: previous.collect(),
        group_size: setting.config.group_size,
        weights: setting.config.weights,
        reading: setting.config.reading,
        randomise: setting.config.randomise,
        criteria: &setting.config.criteria,
        bands: if setting.config.weights.personality > 0 {
            known_bands(standing)
        } else {
            KnownBands::default()
        },
        last: state.issued.as_ref(),
        ..Instance::default()
    }
}

/// What matching may know of people's personality: bands, and only of those who permit it.
fn known_bands<'a>(standing: &'a Standing<'_>) -> KnownBands<'a> {
    let mentees = standing.mentees.indices().filter_map(|index| {
        let report = standing.self_report_of_mentee(index)?;
        Some((standing.mentees[index].code.as_str(), Bands::of(&report.answers)?))
    });
    let mentors = standing.mentors.indices().filter_map(|index| {
        let report = standing.self_report_of_mentor(index)?;
        Some((standing.mentors[index].code.as_str(), Bands::of(&report.answers)?))
    });
    KnownBands { mentees: mentees.collect(), mentors: mentors.collect() }
}

/// What was decided on each day of a season so far on which somebody who waited was placed, beside
/// what would have been suggested that morning. What was suggested or rejected since does not
/// count.
pub fn comparisons(
    setting: &Setting,
    state: &State,
    today: &Standing<'_>,
) -> Result<Vec<(NaiveDate, Comparison)>, NoSeason> {
    let window = today.window();
    let began = today.groups.memberships().iter().map(|membership| membership.from);
    let days: BTreeSet<NaiveDate> = began.filter(|day| window.contains(*day)).collect();
    let records = Records::new(state.records());
    let mut comparisons = Vec::new();
    for day in days {
        let places = |record: &Record| {
            let ends = matches!(
                record.answers.code("action"),
                Some(PlacementAction::Leave | PlacementAction::CloseGroup)
            );
            record.form == "placement_decision" && !ends
        };
        let eve = records.keep(|record| record.event_date < day || !places(record));
        let eve = Standing::at(&eve, &setting.program, day, Some(&today.season.code))?;
        let asked =
            Instance { last: None, must_not: BTreeSet::new(), ..instance(setting, state, &eve) };
        let placed = today.groups.memberships().iter().filter(|membership| membership.from == day);
        let placed = placed.filter_map(|membership| {
            let group = &today.groups[membership.group];
            let mentee = today.mentees[membership.mentee].code.as_str();
            // Who had a group that morning was moved, not placed.
            let had = eve.find_mentee(mentee).is_some_and(|mentee| eve.group_of(mentee).is_some());
            (!had).then(|| Placement {
                mentee,
                mentor: group.mentor.map(|mentor| today.mentors[mentor].code.as_str()),
                group: group.name,
                slot: group.formed_by.answers.text("weekly_slot"),
            })
        });
        let placed: Vec<Placement> = placed.collect();
        if !placed.is_empty() {
            comparisons.push((day, compare(&asked, &placed)));
        }
    }
    Ok(comparisons)
}

#[cfg(test)]
mod tests;

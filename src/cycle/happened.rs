//! What happens in a cycle: taken into the memory at once, recorded as one batch, reported.

use chrono::DateTime;
use chrono_tz::Tz;
use compact_str::CompactString;

use super::CycleError;
use crate::config::Config;
use crate::edge::log::{Log, LogError};
use crate::edge::seal::Seals;
use crate::ledger::configured::Configured;
use crate::ledger::event::{Event, IssuedSuggestions};
use crate::ledger::line::LineHash;
use crate::ledger::record::Source;
use crate::ledger::sealed::Privacy;
use crate::ledger::state::{Checkpoint, LedgerHead, State};
use crate::matching::Suggestions;
use crate::memory::{Memory, save_keys};

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

/// What has happened in this cycle so far, in order, as the ledger will have it. The memory has
/// taken in all of it but an issue of suggestions and the configuration: these change nothing that
/// the tabs show, and so need not be waited for.
pub struct Happened {
    at: DateTime<Tz>,
    /// What is not recorded yet.
    pub lines: Vec<(Option<Source>, Event)>,
    /// What of it was recorded.
    recorded: Vec<Happening>,
    issue: Option<IssuedSuggestions>,
    configured: Option<Configured>,
}

impl Happened {
    pub fn at(now: DateTime<Tz>) -> Self {
        Self { at: now, lines: Vec::new(), recorded: Vec::new(), issue: None, configured: None }
    }

    /// Takes in an event, so that what comes after sees it.
    pub fn add(
        &mut self,
        memory: &mut Memory,
        source: Option<Source>,
        event: Event,
    ) -> Result<(), CycleError> {
        self.lines.push((source.clone(), event.clone()));
        memory.apply(source, event)?;
        Ok(())
    }

    /// Notes what is suggested, if it is not what was suggested last.
    pub fn note_issue(&mut self, config: &Config, state: &State, suggestions: &Suggestions) {
        let issued = suggestions.issued(&config.matching());
        let before = state.issued.as_ref().map_or(&[][..], |issued| &issued.suggestions);
        if issued.suggestions != before {
            self.lines.push((None, Event::SuggestionsIssued(issued.clone())));
            self.issue = Some(issued);
        }
    }

    /// Notes the configuration, if figures or suggestions follow from another one than was last
    /// recorded. It comes last in the batch: people's codes are the numbers of their first lines,
    /// and must not depend on it.
    pub fn note_config(&mut self, config: &Config, state: &State) {
        let configured = config.recorded();
        if state.configured.as_ref() != Some(&configured) {
            self.lines.push((None, Event::ConfigChanged(configured.clone())));
            self.configured = Some(configured);
        }
    }

    /// Records all of it: what is private is sealed, the keys are on disk before the events, and
    /// the events (one batch) before anything is written to a tab. Gives the ledger's new head.
    pub fn record<P: Privacy>(
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
    pub fn foretell(&self, head: &LedgerHead) -> LedgerHead {
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
    pub fn settle(self, memory: &mut Memory) -> Result<Vec<Happening>, CycleError> {
        if let Some(issue) = self.issue {
            memory.apply(None, Event::SuggestionsIssued(issue))?;
        }
        if let Some(configured) = self.configured {
            memory.apply(None, Event::ConfigChanged(configured))?;
        }
        let foretold = self.lines.into_iter().map(|(source, event)| Happening::of(source, &event));
        Ok(self.recorded.into_iter().chain(foretold).collect())
    }
}

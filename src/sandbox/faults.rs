//! Faults on demand, to try clients: errors before or after the work is done, cut and foreign
//! bodies, silence, tokens that run out, people who type meanwhile. Knows which call meets which
//! fault, not how an answer is made.
//!
#![doc = include_str!("faults.txt")]

use std::collections::VecDeque;

use serde::Deserialize;
use serde::de::Error;

use super::call::Kind;
use super::people::Deed;

/// The table of faults as `halaqah sandbox --help` prints it.
pub const FAULTS_HELP: &str = concat!("Faults on demand:\n\n", include_str!("faults.txt"));

/// How many seconds a token is good, as with Google.
const TOKEN_SECONDS: u64 = 3600;

/// What the next calls meet.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// The calls that meet it; all when left out.
    pub on: Option<Kind>,
    /// How many of these calls are let through first.
    pub skip: u64,
    /// How many calls meet it; one when left out.
    pub count: Option<u64>,
    /// Whether the request is carried out first.
    pub after: bool,
    /// The HTTP status to answer with, 400 to 599.
    #[serde(deserialize_with = "status_of_an_error")]
    pub status: Option<u16>,
    /// Whether a 429 is worded as from 2018 to 2020.
    pub old_wording: bool,
    /// A page of HTML where JSON is due.
    pub html: bool,
    /// An answer that breaks off in the middle.
    pub cut_body: bool,
    /// Milliseconds of silence.
    pub delay_ms: u64,
    /// What people do in the spreadsheet.
    pub people: Vec<Deed>,
    /// Switch: what is shared with the caller from now on.
    pub sharing: Option<Sharing>,
    /// Switch: how many seconds a token is good from now on.
    pub token_seconds: Option<u64>,
}

/// What is shared with the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sharing {
    /// Everything.
    All,
    /// Nothing any more.
    None,
}

fn status_of_an_error<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<u16>, D::Error> {
    match Option::<u16>::deserialize(deserializer)? {
        Some(status) if !(400..600).contains(&status) => {
            Err(D::Error::custom(format!("status {status} is no error: give one from 400 to 599")))
        }
        status => Ok(status),
    }
}

impl Fault {
    /// The faults in a JSON text: one, or an array of them. The error names the line and what was
    /// expected.
    pub fn list(json: &str) -> Result<Vec<Self>, serde_json::Error> {
        if json.trim_start().starts_with('[') {
            return serde_json::from_str(json);
        }
        serde_json::from_str(json).map(|one| vec![one])
    }

    /// Whether the answer is an error in the place of the real one.
    pub(super) fn fails(&self) -> bool {
        self.status.is_some() || self.html
    }

    /// Whether it is more than a switch.
    fn bites(&self) -> bool {
        self.fails() || self.cut_body || self.delay_ms > 0 || !self.people.is_empty()
    }

    fn is_for(&self, kind: Kind, on_a_spreadsheet: bool) -> bool {
        self.on.is_none_or(|on| on == kind) && (self.people.is_empty() || on_a_spreadsheet)
    }
}

/// The faults that are still to come, first to last, and the switches.
#[derive(Debug)]
pub(super) struct Faults {
    waiting: VecDeque<Fault>,
    nothing_shared: bool,
    token_seconds: u64,
}

impl Default for Faults {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), nothing_shared: false, token_seconds: TOKEN_SECONDS }
    }
}

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        if let Some(sharing) = fault.sharing {
            self.nothing_shared = sharing == Sharing::None;
        }
        if let Some(seconds) = fault.token_seconds {
            self.token_seconds = seconds;
        }
        if fault.bites() && fault.count != Some(0) {
            self.waiting.push_back(fault);
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn nothing_shared(&self) -> bool {
        self.nothing_shared
    }

    pub(super) fn token_seconds(&self) -> u64 {
        self.token_seconds
    }

    /// The fault that this call meets. People act only in the spreadsheet of a call that is about
    /// one.
    pub(super) fn next(&mut self, kind: Kind, on_a_spreadsheet: bool) -> Option<Fault> {
        let at = self.waiting.iter().position(|fault| fault.is_for(kind, on_a_spreadsheet))?;
        let first = &mut self.waiting[at];
        if first.skip > 0 {
            first.skip -= 1;
            return None;
        }
        let left = first.count.unwrap_or(1);
        if left > 1 {
            first.count = Some(left - 1);
            return Some(first.clone());
        }
        self.waiting.remove(at)
    }
}

#[cfg(test)]
mod tests {
    use super::super::people::Tab;
    use super::*;

    #[test]
    fn a_fault_is_met_as_often_as_it_was_asked_for() {
        let mut faults = Faults::default();
        faults.add(Fault { status: Some(429), count: Some(2), ..Fault::default() });
        faults.add(Fault { cut_body: true, ..Fault::default() });
        let met: Vec<_> = std::iter::from_fn(|| faults.next(Kind::Read, true)).collect();
        let met: Vec<_> = met.iter().map(|fault| (fault.status, fault.cut_body)).collect();
        assert_eq!(met, [(Some(429), false), (Some(429), false), (None, true)]);
        faults.add(Fault {
            sharing: Some(Sharing::None),
            token_seconds: Some(2),
            ..Fault::default()
        });
        assert!(faults.nothing_shared() && faults.next(Kind::Read, true).is_none());
        assert_eq!(faults.token_seconds(), 2);
        faults.clear();
        assert!(!faults.nothing_shared());
        assert_eq!(faults.token_seconds(), 3600);
    }

    #[test]
    fn a_fault_waits_for_the_calls_that_it_is_for() {
        let mut faults = Faults::default();
        faults.add(Fault { status: Some(503), on: Some(Kind::Write), skip: 1, ..Fault::default() });
        let deed = Deed::DeleteTab { tab: Tab::Id(7) };
        faults.add(Fault { people: vec![deed], on: Some(Kind::Read), ..Fault::default() });
        assert_eq!(faults.next(Kind::Read, false), None);
        assert_eq!(faults.next(Kind::Write, true), None, "the first write is let through");
        assert!(faults.next(Kind::Read, true).is_some_and(|fault| !fault.people.is_empty()));
        assert!(faults.next(Kind::Write, true).is_some_and(|fault| fault.status == Some(503)));
        assert_eq!(faults.next(Kind::Write, true), None);
    }

    #[test]
    fn the_table_of_faults_is_true() {
        // Every example line of the table is JSON that is understood.
        let fields = FAULTS_HELP
            .lines()
            .filter_map(|line| line.strip_prefix("  \""))
            .filter(|line| !line.contains("..."));
        let mut read = 0;
        for line in fields {
            let example = line.split("  ").next().unwrap().split(" or ").next().unwrap();
            Fault::list(&format!("{{\"{example}}}"))
                .unwrap_or_else(|error| panic!("{example}: {error}"));
            read += 1;
        }
        assert_eq!(read, 11);
        let deeds = FAULTS_HELP.lines().filter_map(|line| line.strip_prefix("      {"));
        for deed in deeds {
            let deed = deed.split("   ").next().unwrap();
            let json = format!("{{\"people\": [{{{deed}]}}");
            assert_eq!(
                Fault::list(&json).unwrap_or_else(|error| panic!("{json}: {error}"))[0]
                    .people
                    .len(),
                1
            );
        }
        let script = &FAULTS_HELP[FAULTS_HELP.find("  [{").unwrap()..];
        assert_eq!(Fault::list(script).unwrap().len(), 2);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let said = |json: &str| Fault::list(json).unwrap_err().to_string();
        assert!(
            said(r#"[{"stauts": 503}]"#)
                .starts_with("unknown field `stauts`, expected one of `on`, `skip`")
        );
        assert!(said(r#"{"status": 200}"#).starts_with("status 200 is no error"));
        assert!(said(r#"{"sharing": "some"}"#).contains("expected `all` or `none`"));
        assert!(
            said("[{\"people\": [{\"type\": {\"tab\": 1}}]}]").contains("missing field `cell`")
        );
        assert!(said("[{},\n {]").contains("line 2"));
    }
}

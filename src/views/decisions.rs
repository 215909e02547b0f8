//! What the coordinator decided in the tab *Usulan Kelompok*, read back as it was shown: accepted,
//! rejected, or another mentor, for one mentee or for a whole group. A decision that the hard rules
//! forbid is refused, and the tab *Perlu Diperbaiki* says why.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use compact_str::CompactString;

use super::suggestions::{DOT, GROUP, KEY, OTHER, VERDICT, new_group_name};
use crate::ledger::event::{IssuedSuggestion, PlacementDecision, Verdict};
use crate::ledger::people::{MenteeIndex, MentorIndex};
use crate::ledger::standing::Standing;
use crate::ledger::state::State;
use crate::table::cell_at;
use crate::table::tab::ReadTab;
use crate::words::Words;

/// A decision that could not be carried out: where it stands and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The row as people count it.
    pub row: u32,
    /// What the coordinator wrote.
    pub cell: String,
    /// Why not.
    pub why: Refusal,
}

/// What stands in the column for the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Nothing,
    Accept,
    Reject,
    /// Neither of the two words.
    Unclear,
}

impl Said {
    fn of(text: &str, words: &Words) -> Self {
        let is = |key: &str| text.to_lowercase() == words.say(key).to_lowercase();
        match text {
            "" => Self::Nothing,
            _ if is("verdict-accept") => Self::Accept,
            _ if is("verdict-reject") => Self::Reject,
            _ => Self::Unclear,
        }
    }
}

/// Why a decision could not be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The verdict is neither of the two words.
    UnclearVerdict,
    /// A verdict about a mentee for whom nothing is suggested.
    NothingSuggested,
    /// No mentor has this code or name.
    UnknownMentor,
    /// The mentor is of the other gender.
    Gender,
    /// The mentor has not passed every step.
    NotScreened,
    /// The mentor is not two school years older.
    AgeGap,
    /// The mentor takes no more.
    Full,
}

impl Refused {
    /// The key of the column's title.
    pub fn column(&self) -> &'static str {
        match self.why {
            Refusal::UnclearVerdict | Refusal::NothingSuggested => "suggestions-col-verdict",
            _ => "suggestions-col-other",
        }
    }

    /// What is wrong, and what to do.
    pub fn sentences(&self, words: &Words) -> (String, String) {
        let barred = |why: &str| {
            let why = words.say(why);
            (
                words.say_with("what-verdict-barred", &[("why", &why)]),
                words.say("do-verdict-barred"),
            )
        };
        match self.why {
            Refusal::UnknownMentor => {
                (words.say("what-verdict-unknown-mentor"), words.say("do-verdict-unknown-mentor"))
            }
            Refusal::UnclearVerdict => {
                (words.say("what-verdict-unclear"), words.say("do-verdict-unclear"))
            }
            Refusal::NothingSuggested => {
                (words.say("what-verdict-of-none"), words.say("do-verdict-of-none"))
            }
            Refusal::Gender => barred("barred-gender"),
            Refusal::NotScreened => barred("barred-not-screened"),
            Refusal::AgeGap => barred("barred-age-gap"),
            Refusal::Full => barred("barred-full"),
        }
    }
}

/// Whether anybody has written into the columns for decisions.
pub fn is_written_in(tab: &ReadTab) -> bool {
    let decided =
        |row: &Vec<_>| !cell_at(row, VERDICT).is_blank() || !cell_at(row, OTHER).is_blank();
    tab.rows
        .iter()
        .any(|row| parts_of_key(&cell_at(row, KEY).to_string()).is_some() && decided(row))
}

/// The two parts of a key: whom or which group it is about, and the mentor. A mentee without a
/// suggestion has a code alone; what is no key at all (a title, a header) has none.
fn parts_of_key(key: &str) -> Option<(&str, &str)> {
    let code =
        key.strip_prefix('A').is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()));
    key.split_once(DOT).or_else(|| code.then_some((key, "")))
}

/// What the coordinator decided.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decisions {
    /// Decisions to be recorded, in the order of the tab.
    pub made: Vec<PlacementDecision>,
    /// Decisions that could not be carried out.
    pub refused: Vec<Refused>,
}

/// One suggested row of the tab as it stands there.
struct Shown {
    mentee: MenteeIndex,
    mentor: CompactString,
    group: String,
    verdict: Said,
    other: String,
}

/// Reads what the coordinator decided in the tab. Whoever has a group by now, and a pair that was
/// rejected before, is passed over, so that a decision read twice is made once.
pub fn decisions(
    tab: &ReadTab,
    state: &State,
    standing: &Standing<'_>,
    words: &Words,
    today: NaiveDate,
) -> Decisions {
    let said = |text: &str| Said::of(text, words);
    let mut decisions = Decisions::default();
    // The verdict and the other mentor of the group that the rows stand under.
    let mut of_group = (Said::Nothing, String::new());
    let mut joined: BTreeMap<MentorIndex, i64> = BTreeMap::new();
    for (index, cells) in tab.rows.iter().enumerate() {
        let key = cell_at(cells, KEY).to_string();
        let Some((first, mentor)) = parts_of_key(&key) else { continue };
        let row = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let (verdict, other) =
            (cell_at(cells, VERDICT).to_string(), cell_at(cells, OTHER).to_string());
        let own = (said(&verdict), other);
        if own.0 == Said::Unclear {
            decisions.refused.push(Refused {
                row,
                cell: verdict.clone(),
                why: Refusal::UnclearVerdict,
            });
        }
        let Some(mentee) = standing.find_mentee(first).filter(|_| first.starts_with('A')) else {
            of_group = own;
            continue;
        };
        let decided = if own.0 == Said::Nothing && own.1.is_empty() && !mentor.is_empty() {
            of_group.clone()
        } else {
            own
        };
        let group = cell_at(cells, GROUP).to_string();
        let shown =
            Shown { mentee, mentor: mentor.into(), group, verdict: decided.0, other: decided.1 };
        match decide(&shown, state, standing, words, today, &mut joined) {
            Ok(Some(decision)) => decisions.made.push(decision),
            Ok(None) => {}
            Err(why) => {
                let cell = if why == Refusal::NothingSuggested { verdict } else { shown.other };
                decisions.refused.push(Refused { row, cell, why });
            }
        }
    }
    decisions
}

/// The decision about one row; none if nothing was decided or it has been carried out already.
fn decide(
    shown: &Shown,
    state: &State,
    standing: &Standing<'_>,
    words: &Words,
    today: NaiveDate,
    joined: &mut BTreeMap<MentorIndex, i64>,
) -> Result<Option<PlacementDecision>, Refusal> {
    let mentee = standing.mentees[shown.mentee].code.clone();
    let pair = (mentee.clone(), shown.mentor.clone());
    let issued = state.issued.iter().flat_map(|issued| &issued.suggestions);
    let issued =
        issued.filter(|suggestion| (&suggestion.mentee, &suggestion.mentor) == (&pair.0, &pair.1));
    let suggested: Vec<IssuedSuggestion> = issued.cloned().collect();
    let waits = standing.waiting.iter().any(|waiting| waiting.mentee == shown.mentee);
    let waits = waits && standing.may_take_part(shown.mentee);
    if !waits || placed_later(shown, state, standing) {
        return Ok(None);
    }
    let slot = suggested.first().and_then(|suggestion| suggestion.slot.clone());
    let decision =
        |verdict, mentor: CompactString, group: Option<String>, slot| PlacementDecision {
            verdict,
            mentees: vec![mentee.clone()],
            mentor,
            forms_group: group.as_ref().is_some_and(|group| standing.find_group(group).is_none()),
            group: group.map(Into::into),
            slot,
            date: today,
            suggested: suggested.clone(),
        };
    if !shown.other.is_empty() {
        let mentor = standing.find_mentor(&shown.other).ok_or(Refusal::UnknownMentor)?;
        let code = standing.mentors[mentor].code.clone();
        // Rejected and sent to another mentor is sent to that one; rejected and sent to the
        // rejected one is rejected.
        if shown.verdict != Said::Reject || code != shown.mentor {
            bar(standing, shown.mentee, mentor, joined)?;
            *joined.entry(mentor).or_default() += 1;
            let group = group_of_mentor(standing, mentor, words);
            let verdict =
                if code == shown.mentor { Verdict::Accepted } else { Verdict::Redirected };
            return Ok(Some(decision(verdict, code, Some(group), None)));
        }
    }
    match shown.verdict {
        Said::Accept | Said::Reject if shown.mentor.is_empty() => Err(Refusal::NothingSuggested),
        Said::Accept => {
            let mentor = standing.find_mentor(&shown.mentor).ok_or(Refusal::UnknownMentor)?;
            bar(standing, shown.mentee, mentor, joined)?;
            *joined.entry(mentor).or_default() += 1;
            Ok(Some(decision(
                Verdict::Accepted,
                shown.mentor.clone(),
                Some(shown.group.clone()),
                slot,
            )))
        }
        Said::Reject if !state.rejected_pairs.contains(&pair) => {
            Ok(Some(decision(Verdict::Rejected, shown.mentor.clone(), None, None)))
        }
        Said::Reject | Said::Nothing | Said::Unclear => Ok(None),
    }
}

/// Whether a decision has placed a mentee that takes effect only after the days the standing knows:
/// between two seasons nobody is placed until the next one begins, but the decision was made.
fn placed_later(shown: &Shown, state: &State, standing: &Standing<'_>) -> bool {
    let code = &standing.mentees[shown.mentee].code;
    let later =
        state.decisions.iter().rev().take_while(|decision| decision.event_date > standing.through);
    later.into_iter().any(|decision| decision.answers.list("members").contains(code))
}

/// The group that a mentee sent to this mentor joins: the smallest open one, else a new one.
fn group_of_mentor(standing: &Standing<'_>, mentor: MentorIndex, words: &Words) -> String {
    let led = standing.groups_led_by(mentor).iter();
    let smallest = led.min_by_key(|&&group| (standing.members(group).len(), group));
    match smallest {
        Some(&group) => standing.groups[group].name.to_owned(),
        None => {
            let called = standing.mentors[mentor].nickname();
            new_group_name(called, words, |name| standing.find_group(name).is_none())
        }
    }
}

/// The hard rules that hold for a coordinator too.
fn bar(
    standing: &Standing<'_>,
    mentee: MenteeIndex,
    mentor: MentorIndex,
    joined: &BTreeMap<MentorIndex, i64>,
) -> Result<(), Refusal> {
    let (younger, older) = (&standing.mentees[mentee], &standing.mentors[mentor]);
    if younger.gender() != older.gender() {
        return Err(Refusal::Gender);
    }
    if !standing.is_ready(mentor) {
        return Err(Refusal::NotScreened);
    }
    let years = younger.birth_date().zip(older.birth_date());
    if years.is_some_and(|(younger, older)| !crate::matching::rules::years_apart(younger, older)) {
        return Err(Refusal::AgeGap);
    }
    if standing.free_capacity(mentor) <= joined.get(&mentor).copied().unwrap_or(0) {
        return Err(Refusal::Full);
    }
    Ok(())
}

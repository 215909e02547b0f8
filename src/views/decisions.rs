//! What the coordinator decided in the tab *Usulan Kelompok*: accepted, rejected, or another
//! mentor, for one mentee or for a whole group.
//!
//! Columns are found by their titles, and a decision holds only if the cells of its row agree with
//! one another and with a suggestion that stands: what the person read is what is done. Everything
//! else is answered in *Perlu Diperbaiki* and not carried out.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use compact_str::CompactString;

use super::Labels;
use super::suggested::{DOT, group_hash, new_group_base, new_group_name};
use crate::ledger::event::{IssuedSuggestion, PlacementDecision, Verdict};
use crate::ledger::people::{MenteeIndex, MentorIndex};
use crate::ledger::standing::Standing;
use crate::ledger::state::State;
use crate::table::mend::find_titles;
use crate::table::tab::ReadTab;
use crate::table::{Cell, cell_at};
use crate::words::Words;

/// What begins the key of the row in which a mass decision is confirmed.
pub(super) const CONFIRM: char = '✓';

/// What decisions are read with.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// Everything the ledger remembers.
    pub state: &'a State,
    /// How the program stands today.
    pub standing: &'a Standing<'a>,
    /// Sentences.
    pub words: &'a Words,
    /// Titles and labels of the forms.
    pub labels: &'a Labels,
    /// The day of the cycle.
    pub today: NaiveDate,
    /// More people than this, or than two whole groups, are not placed by one reading without
    /// being asked again.
    pub most_placed: usize,
}

/// What the coordinator decided.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decisions {
    /// Decisions to be recorded, in the order of the tab.
    pub made: Vec<PlacementDecision>,
    /// Decisions that were not carried out.
    pub refused: Vec<Refused>,
    /// Placements that wait to be confirmed, because they are many.
    pub mass: Option<MassDecision>,
}

/// Placements of many people by one reading, which wait until they are confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MassDecision {
    /// The key of the row in which they are confirmed: it stands for exactly these placements.
    pub key: String,
    /// How many people would be placed.
    pub people: usize,
}

/// A decision that was not carried out: where it stands and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The row as people count it.
    pub row: u32,
    /// The row's key.
    pub key: String,
    /// The column it stands in, by the key of its title.
    pub column: &'static str,
    /// What the coordinator wrote.
    pub cell: String,
    /// Why not.
    pub why: Refusal,
    /// What stands in the row, where its cells do not agree.
    pub stood: Option<Stood>,
}

/// Cells of a row that do not agree with one another. They stay as they are while the decision
/// stands beside them: put right, the row would say what nobody decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stood {
    /// Who was read.
    pub mentee: String,
    /// The group.
    pub group: String,
    /// The mentor.
    pub mentor: String,
    /// The slot.
    pub slot: String,
}

/// Why a decision was not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A column that decisions are read from is not in the table: nothing was read.
    ColumnMissing,
    /// A column that decisions are read from stands there twice: nothing was read.
    ColumnTwice,
    /// The verdict is neither of the two words.
    UnclearVerdict,
    /// A verdict about a mentee for whom nothing is suggested.
    NothingSuggested,
    /// A verdict on a suggestion that does not stand any more.
    NotOpen,
    /// The cells of the row speak of different people, groups or slots.
    Disagrees,
    /// A verdict on a whole group of which this member's row is not in the table.
    RowGone,
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
    /// What is wrong, and what to do.
    pub fn sentences(&self, words: &Words) -> (String, String) {
        let (what, advice) = match self.why {
            Refusal::ColumnMissing => ("what-verdict-column-missing", "do-verdict-column-missing"),
            Refusal::ColumnTwice => ("what-verdict-column-twice", "do-verdict-column-twice"),
            Refusal::UnclearVerdict => ("what-verdict-unclear", "do-verdict-unclear"),
            Refusal::NothingSuggested => ("what-verdict-of-none", "do-verdict-of-none"),
            Refusal::NotOpen => ("what-verdict-not-open", "do-verdict-not-open"),
            Refusal::Disagrees => ("what-verdict-disagrees", "do-verdict-disagrees"),
            Refusal::RowGone => ("what-verdict-row-gone", "do-verdict-row-gone"),
            Refusal::UnknownMentor => ("what-verdict-unknown-mentor", "do-verdict-unknown-mentor"),
            Refusal::Gender => return barred("barred-gender", words),
            Refusal::NotScreened => return barred("barred-not-screened", words),
            Refusal::AgeGap => return barred("barred-age-gap", words),
            Refusal::Full => return barred("barred-full", words),
        };
        (words.say(what), words.say(advice))
    }
}

fn barred(why: &str, words: &Words) -> (String, String) {
    let why = words.say(why);
    (words.say_with("what-verdict-barred", &[("why", &why)]), words.say("do-verdict-barred"))
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
        let is = |key: &str| text.trim().to_lowercase() == words.say(key).to_lowercase();
        match text.trim() {
            "" => Self::Nothing,
            _ if is("verdict-accept") => Self::Accept,
            _ if is("verdict-reject") => Self::Reject,
            _ => Self::Unclear,
        }
    }
}

/// The columns that decisions are read from, by the keys of their titles.
const COLUMNS: [&str; 7] = [
    "suggestions-col-key",
    "suggestions-col-mentee",
    VERDICT,
    OTHER,
    "suggestions-col-group",
    "suggestions-col-mentor",
    "suggestions-col-slot",
];

const VERDICT: &str = "suggestions-col-verdict";
const OTHER: &str = "suggestions-col-other";

/// The place of every column of [`COLUMNS`] in a row.
type Places = [usize; 7];

/// One row of the table as it stands there.
#[derive(Debug, Clone)]
struct Row {
    /// The row as people count it.
    number: u32,
    key: String,
    mentee: String,
    verdict: String,
    other: String,
    group: String,
    mentor: String,
    slot: String,
}

impl Row {
    fn at(index: usize, cells: &[Cell], places: Places) -> Self {
        let [key, mentee, verdict, other, group, mentor, slot] =
            places.map(|place| cell_at(cells, place).to_string());
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        Self { number, key, mentee, verdict, other, group, mentor, slot }
    }

    fn is_decided(&self) -> bool {
        !self.verdict.trim().is_empty() || !self.other.trim().is_empty()
    }

    fn refused(&self, column: &'static str, why: Refusal) -> Refused {
        let cell = if column == OTHER { &self.other } else { &self.verdict };
        let stood = Stood {
            mentee: self.mentee.clone(),
            group: self.group.clone(),
            mentor: self.mentor.clone(),
            slot: self.slot.clone(),
        };
        let stood = (why == Refusal::Disagrees).then_some(stood);
        Refused { row: self.number, key: self.key.clone(), column, cell: cell.clone(), why, stood }
    }
}

/// The rows of the table below its titles; or, for each column that is not there once, why nothing
/// can be read.
fn rows(tab: &ReadTab, words: &Words) -> Result<Vec<Row>, Vec<Refused>> {
    let titles = COLUMNS.map(|column| words.say(column));
    let Some(found) = find_titles(&tab.rows, &titles) else {
        return Err(COLUMNS.map(|name| no_column(0, name, Refusal::ColumnMissing)).into());
    };
    if let Some(places) = found.once_each().and_then(|places| Places::try_from(places).ok()) {
        let below = tab.rows.iter().enumerate().skip(found.row + 1);
        return Ok(below.map(|(index, cells)| Row::at(index, cells, places)).collect());
    }
    let wrong = COLUMNS.into_iter().zip(&found.places).filter(|(_, places)| places.len() != 1);
    let fault = |(name, places): (&'static str, &Vec<usize>)| {
        let why = if places.is_empty() { Refusal::ColumnMissing } else { Refusal::ColumnTwice };
        no_column(found.row + 1, name, why)
    };
    Err(wrong.map(fault).collect())
}

fn no_column(row: usize, column: &'static str, why: Refusal) -> Refused {
    let row = u32::try_from(row).unwrap_or(u32::MAX);
    Refused { row, key: String::new(), column, cell: String::new(), why, stood: None }
}

/// Whether anybody has written into the columns for decisions, or taken one of them away.
pub fn is_written_in(tab: &ReadTab, words: &Words) -> bool {
    match rows(tab, words) {
        Ok(rows) => rows.iter().any(|row| parts_of_key(&row.key).is_some() && row.is_decided()),
        // A tab that was just made has nothing in it yet.
        Err(_) => !tab.rows.is_empty(),
    }
}

/// The two parts of a key: whom or which group it is about, and the mentor. A mentee without a
/// suggestion has a code alone; what is no key at all (a title, a header) has none.
fn parts_of_key(key: &str) -> Option<(&str, &str)> {
    let code =
        key.strip_prefix('A').is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()));
    key.split_once(DOT).or_else(|| code.then_some((key, "")))
}

/// Reads what the coordinator decided in the tab. Whoever has a group by now, and a pair that was
/// rejected before, is passed over, so that a decision read twice is made once.
pub fn decisions(tab: &ReadTab, reader: &Reader<'_>) -> Decisions {
    match rows(tab, reader.words) {
        Ok(rows) => Reading::of(reader, &rows).decisions(),
        Err(refused) => Decisions { refused, ..Decisions::default() },
    }
}

/// The decision that a row of a mentee comes to: its own, or that on the whole group.
struct Chosen<'r> {
    row: &'r Row,
    /// The row in which it was written.
    written: &'r Row,
    mentee: MenteeIndex,
    mentor: &'r str,
}

impl Chosen<'_> {
    fn verdict(&self, words: &Words) -> Said {
        Said::of(&self.written.verdict, words)
    }
}

/// One reading of the table.
struct Reading<'r> {
    reader: &'r Reader<'r>,
    rows: &'r [Row],
    /// The rows of mentees, by key; a key that stands there twice has both.
    by_key: BTreeMap<&'r str, Vec<&'r Row>>,
    found: Decisions,
    /// How many more each mentor has by what was decided so far.
    joined: BTreeMap<MentorIndex, i64>,
    /// How many each whole group that was accepted has.
    of_groups: Vec<usize>,
}

impl<'r> Reading<'r> {
    fn of(reader: &'r Reader<'r>, rows: &'r [Row]) -> Self {
        let mut by_key: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        rows.iter().for_each(|row| by_key.entry(&row.key).or_default().push(row));
        Self {
            reader,
            rows,
            by_key,
            found: Decisions::default(),
            joined: BTreeMap::new(),
            of_groups: Vec::new(),
        }
    }

    fn decisions(mut self) -> Decisions {
        let chosen = self.chosen();
        for one in &chosen {
            match self.decide(one) {
                Ok(Some(decision)) => self.found.made.push(decision),
                Ok(None) => {}
                Err(why) => {
                    let of_verdict = matches!(
                        why,
                        Refusal::NothingSuggested | Refusal::NotOpen | Refusal::Disagrees
                    ) || one.written.other.is_empty();
                    let column = if of_verdict { VERDICT } else { OTHER };
                    let cell = one.written.refused(column, why).cell;
                    self.found.refused.push(Refused { cell, ..one.row.refused(column, why) });
                }
            }
        }
        self.hold_mass_decision();
        self.found
    }

    /// The mentees about whom something was decided, in the order of the table.
    fn chosen(&mut self) -> Vec<Chosen<'r>> {
        let words = self.reader.words;
        let mut of_group: BTreeMap<String, &'r Row> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.is_decided()) {
            let Some((first, _)) = parts_of_key(&row.key) else { continue };
            if Said::of(&row.verdict, words) == Said::Unclear {
                let unclear = row.refused(VERDICT, Refusal::UnclearVerdict);
                self.found.refused.push(unclear);
            }
            if !first.starts_with('A') && !first.starts_with(CONFIRM) {
                self.whole_group(row, &mut of_group);
            }
        }
        let mut chosen = Vec::new();
        for row in self.rows {
            let Some((first, mentor)) = parts_of_key(&row.key) else { continue };
            let Some(mentee) = self.reader.standing.find_mentee(first) else { continue };
            let written =
                if row.is_decided() { Some(row) } else { of_group.get(&row.key).copied() };
            let own = first.starts_with('A');
            if let Some(written) = written.filter(|_| own) {
                chosen.push(Chosen { row, written, mentee, mentor });
            }
        }
        chosen
    }

    /// Notes what was decided about a whole group beside the key of each of its members. Who is in
    /// it follows from the suggestions as they were issued, not from where rows stand.
    fn whole_group(&mut self, row: &'r Row, of_group: &mut BTreeMap<String, &'r Row>) {
        let Some(members) = self.issued_group(row) else {
            if self.is_carried_out(row) {
                return;
            }
            let why =
                if self.agrees_about_group(row) { Refusal::NotOpen } else { Refusal::Disagrees };
            self.found.refused.push(row.refused(VERDICT, why));
            return;
        };
        if Said::of(&row.verdict, self.reader.words) == Said::Accept || !row.other.is_empty() {
            self.of_groups.push(members.len());
        }
        for member in members {
            let key = format!("{}{DOT}{}", member.mentee, member.mentor);
            if self.by_key.contains_key(key.as_str()) {
                of_group.insert(key, row);
            } else {
                let gone = Refused { key, ..row.refused(VERDICT, Refusal::RowGone) };
                self.found.refused.push(gone);
            }
        }
    }

    /// Whether everybody who stands in the table for the same group has a place by now, or was
    /// rejected: the tab could not be written since the decision was carried out.
    fn is_carried_out(&self, group: &Row) -> bool {
        let Reader { standing, state, .. } = self.reader;
        let Some((mentor, _)) = parts_of_key(&group.key) else { return false };
        let same = |row: &&Row| {
            let about = parts_of_key(&row.key);
            let same =
                (&row.mentor, &row.group, &row.slot) == (&group.mentor, &group.group, &group.slot);
            same && about.is_some_and(|(first, of)| first.starts_with('A') && of == mentor)
        };
        let mut members = self.rows.iter().filter(same).peekable();
        members.peek().is_some()
            && members.all(|row| {
                let mentee =
                    parts_of_key(&row.key).and_then(|(code, _)| standing.find_mentee(code));
                mentee.is_none_or(|mentee| {
                    let pair = (standing.mentees[mentee].code.clone(), mentor.into());
                    !standing.waiting.iter().any(|waiting| waiting.mentee == mentee)
                        || state.rejected_pairs.contains(&pair)
                })
            })
    }

    fn issued(&self) -> impl Iterator<Item = &'r IssuedSuggestion> {
        self.reader.state.issued.iter().flat_map(|issued| &issued.suggestions)
    }

    /// The members of the group of suggestions that a row of a whole group stands for, if one is
    /// open and the row agrees with it.
    fn issued_group(&self, row: &Row) -> Option<Vec<&'r IssuedSuggestion>> {
        let (mentor, _) = parts_of_key(&row.key)?;
        let mut groups: BTreeMap<_, Vec<&IssuedSuggestion>> = BTreeMap::new();
        for one in self.issued().filter(|one| one.mentor == mentor) {
            groups.entry((&one.group, &one.slot)).or_default().push(one);
        }
        groups.into_values().find(|members| {
            let codes = members.iter().map(|one| one.mentee.as_str());
            let (key, first) = (group_hash(mentor, codes), members[0]);
            key == row.key && self.agrees_about_group(row) && self.agrees_with(row, first)
        })
    }

    /// Whether the mentor whom a row names is the one whom its key means.
    fn agrees_about_group(&self, row: &Row) -> bool {
        parts_of_key(&row.key).is_some_and(|(mentor, _)| speaks_of(&row.mentor, mentor))
    }

    /// Whether group and slot in a row are those of a suggestion.
    fn agrees_with(&self, row: &Row, issued: &IssuedSuggestion) -> bool {
        let Reader { standing, words, labels, .. } = self.reader;
        let slot = issued.slot.as_deref().unwrap_or_default();
        let slot_agrees = row.slot == labels.choice("mentee_registration", "slots", slot);
        let group_agrees = match &issued.group {
            Some(group) => row.group == *group,
            None => {
                let mentor = standing.find_mentor(&issued.mentor);
                let called =
                    mentor.map_or(issued.mentor.as_str(), |m| standing.mentors[m].nickname());
                row.group.starts_with(&new_group_base(called, words))
                    && standing.find_group(&row.group).is_none()
            }
        };
        slot_agrees && group_agrees
    }

    /// The decision about one row; none if nothing was decided or it has been carried out already.
    fn decide(&mut self, chosen: &Chosen<'_>) -> Result<Option<PlacementDecision>, Refusal> {
        let Reader { state, standing, words, .. } = *self.reader;
        let mentee = standing.mentees[chosen.mentee].code.clone();
        let waits = standing.waiting.iter().any(|waiting| waiting.mentee == chosen.mentee);
        let waits = waits && standing.may_take_part(chosen.mentee);
        if !waits || placed_later(&mentee, state, standing) {
            return Ok(None);
        }
        let verdict = chosen.verdict(words);
        let pair = (mentee.clone(), CompactString::from(chosen.mentor));
        let rejected_before = state.rejected_pairs.contains(&pair);
        if verdict == Said::Reject && rejected_before && chosen.written.other.is_empty() {
            return Ok(None);
        }
        let suggested = self.agreed_suggestion(chosen)?;
        if !chosen.written.other.is_empty() {
            let mentor =
                standing.find_mentor(&chosen.written.other).ok_or(Refusal::UnknownMentor)?;
            let code = standing.mentors[mentor].code.clone();
            // Rejected and sent to another mentor is sent to that one; rejected and sent to the
            // rejected one is rejected.
            if verdict != Said::Reject || code != chosen.mentor {
                self.join(chosen.mentee, mentor)?;
                let group = group_of_mentor(standing, mentor, words);
                let verdict =
                    if code == chosen.mentor { Verdict::Accepted } else { Verdict::Redirected };
                let place = (code, Some(group), None);
                return Ok(Some(self.decision(verdict, mentee, place, suggested)));
            }
        }
        match (verdict, suggested) {
            (Said::Accept | Said::Reject, None) => Err(Refusal::NothingSuggested),
            (Said::Accept, suggested) => {
                let mentor = standing.find_mentor(chosen.mentor).ok_or(Refusal::UnknownMentor)?;
                self.join(chosen.mentee, mentor)?;
                let slot = suggested.as_ref().and_then(|suggestion| suggestion.slot.clone());
                let place = (pair.1, Some(chosen.row.group.clone()), slot);
                Ok(Some(self.decision(Verdict::Accepted, mentee, place, suggested)))
            }
            (Said::Reject, suggested) => {
                Ok(Some(self.decision(Verdict::Rejected, mentee, (pair.1, None, None), suggested)))
            }
            (Said::Nothing | Said::Unclear, _) => Ok(None),
        }
    }

    /// The open suggestion that a row shows, if its cells agree with it and with one another; none
    /// where nothing is suggested for the mentee.
    fn agreed_suggestion(&self, chosen: &Chosen<'_>) -> Result<Option<IssuedSuggestion>, Refusal> {
        let (row, code) = (chosen.row, &self.reader.standing.mentees[chosen.mentee].code);
        let twice = self.by_key.get(row.key.as_str()).is_some_and(|rows| rows.len() > 1);
        if twice || !speaks_of(&row.mentee, code) {
            return Err(Refusal::Disagrees);
        }
        if chosen.mentor.is_empty() {
            return Ok(None);
        }
        if !speaks_of(&row.mentor, chosen.mentor) {
            return Err(Refusal::Disagrees);
        }
        let is_it = |one: &&IssuedSuggestion| one.mentee == *code && one.mentor == chosen.mentor;
        let issued = self.issued().find(is_it).ok_or(Refusal::NotOpen)?;
        if !self.agrees_with(row, issued) {
            return Err(Refusal::Disagrees);
        }
        Ok(Some(issued.clone()))
    }

    fn decision(
        &self,
        verdict: Verdict,
        mentee: CompactString,
        (mentor, group, slot): (CompactString, Option<String>, Option<CompactString>),
        suggested: Option<IssuedSuggestion>,
    ) -> PlacementDecision {
        let standing = self.reader.standing;
        PlacementDecision {
            verdict,
            mentees: vec![mentee],
            forms_group: group.as_ref().is_some_and(|group| standing.find_group(group).is_none()),
            slot,
            mentor,
            group: group.map(Into::into),
            date: self.reader.today,
            suggested: suggested.into_iter().collect(),
        }
    }

    /// Counts a mentee to a mentor, unless a hard rule is against it.
    fn join(&mut self, mentee: MenteeIndex, mentor: MentorIndex) -> Result<(), Refusal> {
        bar(self.reader.standing, mentee, mentor, &self.joined)?;
        *self.joined.entry(mentor).or_default() += 1;
        Ok(())
    }

    /// Holds the placements if they are more than may be made by one reading, until the row that
    /// stands for exactly these says yes.
    fn hold_mass_decision(&mut self) {
        self.of_groups.sort_unstable();
        let two_groups: usize = self.of_groups.iter().rev().take(2).sum();
        let is_placed = |decision: &PlacementDecision| decision.verdict != Verdict::Rejected;
        let placed = self.found.made.iter().filter(|decision| is_placed(decision));
        let all: BTreeSet<String> = placed
            .map(|decision| {
                let group = decision.group.as_deref().unwrap_or_default();
                format!("{} {} {group}", decision.mentees.join(" "), decision.mentor)
            })
            .collect();
        if all.len() <= self.reader.most_placed.max(two_groups) {
            return;
        }
        let key = group_hash(&CONFIRM.to_string(), all.iter().map(String::as_str));
        let confirms = |row: &&Row| Said::of(&row.verdict, self.reader.words) == Said::Accept;
        let rows = self.by_key.get(key.as_str());
        if !rows.is_some_and(|rows| rows.iter().any(confirms)) {
            self.found.made.retain(|decision| !is_placed(decision));
            self.found.mass = Some(MassDecision { key, people: all.len() });
        }
    }
}

/// Whether a cell such as `Ahmad Satu (A12)` speaks of the person with this code.
fn speaks_of(cell: &str, code: &str) -> bool {
    cell.trim_end()
        .strip_suffix(')')
        .and_then(|cell| cell.strip_suffix(code))
        .is_some_and(|rest| rest.ends_with('('))
}

/// Whether a decision has placed a mentee that takes effect only after the days the standing knows:
/// between two seasons nobody is placed until the next one begins, but the decision was made.
fn placed_later(code: &CompactString, state: &State, standing: &Standing<'_>) -> bool {
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

//! One person: every row in which he stands, and what is left of these rows when he is erased.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use compact_str::{CompactString, ToCompactString};

use super::privacy::{MenteeOrMentor, Owners, Private, Who};
use crate::ledger::answers::{Answer, Answers};
use crate::ledger::erased::{ERASED, everywhere, fingerprint, in_row};
use crate::ledger::event::{ErasedPerson, ErasedRow, Remains};
use crate::ledger::names::normal_name;
use crate::ledger::people::Person;
use crate::ledger::problem::Problem;
use crate::ledger::record::{Record, Source};
use crate::ledger::sealed::RowOf;
use crate::ledger::standing::Standing;
use crate::ledger::state::{Fate, State};
use crate::table::Cell;

/// The school or university that sent a mentor: no person's name, and figures count by it.
const INSTITUTION: &str = "institution";

/// A row in which a person stands.
#[derive(Debug, Clone, PartialEq)]
pub struct RowAbout {
    /// The form.
    pub form: CompactString,
    /// Where the row stands.
    pub source: Source,
    /// Whether it is about the person.
    pub own: bool,
    /// Answers that name the person: the question, the place in its list, the name as it is
    /// written.
    pub named: Vec<(CompactString, usize, CompactString)>,
    /// Questions whose free text names the person; of a rejected row the titles of such cells.
    pub texts: Vec<CompactString>,
    /// Whether it was accepted.
    pub accepted: bool,
}

impl RowAbout {
    /// The form and the row's key.
    pub fn row(&self) -> RowOf {
        (self.form.clone(), self.source.key.clone())
    }
}

/// A person with every row in which he stands.
pub struct About<'a> {
    /// The person.
    pub person: Person<'a>,
    /// The rows, in the order of form and key.
    pub rows: Vec<RowAbout>,
    /// What others are called too: fingerprints.
    shared: BTreeSet<CompactString>,
}

/// Everything about the person with a code; none if nobody has it.
pub fn about<'a>(
    private: &Private,
    state: &'a State,
    standing: &Standing<'_>,
    code: &str,
) -> Option<About<'a>> {
    let mut owners = private.owners(state.records());
    let (found, person) =
        owners.everybody().find(|(_, person)| person.code.eq_ignore_ascii_case(code))?;
    let person = person.clone();
    let shared = called_by_others(&owners, found);
    let called =
        names_of(&person).map(fingerprint).filter(|print| !shared.contains(print)).collect();
    let mut search =
        Search { called, private, state, standing, owners: &mut owners, found, person: &person };
    let rows = search.rows();
    Some(About { person, rows, shared })
}

/// All that a person is called.
fn names_of<'p>(person: &'p Person<'_>) -> impl Iterator<Item = &'p str> {
    let texts = |record: &'p Record| {
        ["full_name", "nickname", "phone"].map(|question| record.answers.text(question))
    };
    person
        .records
        .iter()
        .flat_map(move |record| texts(record))
        .flatten()
        .filter(|text| !text.is_empty())
}

fn called_by_others(owners: &Owners<'_, '_>, one: MenteeOrMentor) -> BTreeSet<CompactString> {
    let others = owners.everybody().filter(|(other, _)| *other != one);
    others.flat_map(|(_, person)| names_of(person)).map(fingerprint).collect()
}

struct Search<'s, 'o, 'p, 'a> {
    private: &'s Private,
    state: &'a State,
    standing: &'s Standing<'s>,
    owners: &'s mut Owners<'o, 'a>,
    found: MenteeOrMentor,
    person: &'p Person<'a>,
    /// By what the person alone is called.
    called: BTreeSet<CompactString>,
}

impl Search<'_, '_, '_, '_> {
    fn rows(&mut self) -> Vec<RowAbout> {
        let mut rows = Vec::new();
        // In rows that are not about the person only what nobody else is called: a brother may have
        // the same phone.
        let full: Vec<String> =
            self.words_of(&["full_name", "phone"], |print| self.called.contains(print));
        let all: Vec<String> = self.words_of(&["full_name", "phone", "nickname"], |_| true);
        for (form, known) in &self.state.forms {
            for (key, row) in known {
                let mut about = RowAbout {
                    form: form.clone(),
                    source: row.source().clone(),
                    own: false,
                    named: Vec::new(),
                    texts: Vec::new(),
                    accepted: row.is_accepted(),
                };
                match &row.fate {
                    Fate::Accepted { record, .. } => {
                        about.own =
                            self.owners.person_of(form, key, &record.answers) == Some(self.found);
                        about.named = self.named_in(record);
                        let words = if about.own || !about.named.is_empty() { &all } else { &full };
                        about.texts = self.texts_in(record, words);
                    }
                    Fate::Rejected(_, rejected) => {
                        let cells = rejected
                            .cells
                            .iter()
                            .filter(|(_, cell)| says(cell, &full) || self.lists(cell));
                        about.texts = cells.map(|(title, _)| title.clone()).collect();
                        about.own = Private::introduces(form) && !about.texts.is_empty();
                    }
                }
                if about.own || !about.named.is_empty() || !about.texts.is_empty() {
                    rows.push(about);
                }
            }
        }
        rows
    }

    /// Whether a cell is one of the person's names, or a list in which one stands.
    fn lists(&self, cell: &Cell) -> bool {
        cell.to_string().split(',').any(|name| self.called.contains(&fingerprint(name.trim())))
    }

    /// What the person is called, as words are compared.
    fn words_of(&self, questions: &[&str], keep: impl Fn(&CompactString) -> bool) -> Vec<String> {
        let texts = self
            .person
            .records
            .iter()
            .flat_map(|record| questions.iter().filter_map(|q| record.answers.text(q)));
        let kept = texts.filter(|text| keep(&fingerprint(text)));
        let mut words: Vec<String> =
            kept.map(as_words).filter(|words| words.trim().len() > 1).collect();
        words.sort();
        words.dedup();
        words
    }

    fn named_in(&mut self, record: &Record) -> Vec<(CompactString, usize, CompactString)> {
        let mut named = Vec::new();
        for (question, answer) in record.answers.iter() {
            let Some(who) = self.private.names(&record.form, question) else { continue };
            match answer {
                Answer::Text(text) if self.means(record, who, text) => {
                    named.push((question.into(), 0, text.clone()))
                }
                Answer::List(list) => {
                    for (place, text) in list.iter().enumerate() {
                        if self.means(record, who, text) {
                            named.push((question.into(), place, text.clone()));
                        }
                    }
                }
                _ => {}
            }
        }
        named
    }

    /// Whether a name means the person: among all, or among the members of the group that the row
    /// is about.
    fn means(&mut self, record: &Record, who: Who, text: &str) -> bool {
        if let Some(found) = self.owners.find(who, text) {
            return found == self.found;
        }
        let is_mentee = matches!(self.found, MenteeOrMentor::Mentee(_));
        let Some(group) = record.answers.text("group").filter(|_| is_mentee) else { return false };
        let member = self.standing.find_member(group, record.event_date, text);
        member.is_some_and(|member| self.standing.mentees[member].code == self.person.code)
    }

    fn texts_in(&self, record: &Record, words: &[String]) -> Vec<CompactString> {
        let free = record.answers.iter().filter(|(question, _)| {
            self.private.is_text(&record.form, question)
                && self.private.names(&record.form, question).is_none()
        });
        let says = free.filter(|(_, answer)| match answer {
            Answer::Text(text) => says(&Cell::Text(text.clone()), words),
            _ => false,
        });
        says.map(|(question, _)| question.into()).collect()
    }
}

/// A text between blanks, so that whole words can be found in it; a phone by its last digits,
/// however it is written.
fn as_words(text: &str) -> String {
    format!(" {} ", normal_name(text))
}

fn says(cell: &Cell, words: &[String]) -> bool {
    let text = as_words(&cell.to_string());
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    words.iter().any(|word| {
        let number = word
            .trim()
            .strip_prefix("62")
            .filter(|rest| rest.len() >= 8 && rest.bytes().all(|b| b.is_ascii_digit()));
        text.contains(word.as_str()) || number.is_some_and(|number| digits.contains(number))
    })
}

impl About<'_> {
    /// The erasure of the person: what is left of every row. The keys are for whoever has them.
    pub fn erasure(&self, private: &Private, state: &State, at: NaiveDateTime) -> ErasedPerson {
        let code = &self.person.code;
        let born = self.person.birth_date().map(|born| blurred(born, at.date()));
        let mut called: BTreeSet<CompactString> = names_of(&self.person)
            .filter(|name| !self.shared.contains(&fingerprint(name)))
            .map(everywhere)
            .collect();
        let mut rows = Vec::new();
        for about in &self.rows {
            let row = about.row();
            called.extend(about.named.iter().map(|(.., name)| in_row(name, &row)));
            let Some(known) = state.forms.get(&row.0).and_then(|rows| rows.get(&row.1)) else {
                continue;
            };
            let remains = match &known.fate {
                Fate::Accepted { record, dropped } => {
                    let answers = if about.own {
                        left_of_own(private, about, &record.answers, code, born)
                    } else {
                        left_of_other(about, &record.answers, code)
                    };
                    let blank =
                        |problem: &Problem| Problem { cell: Cell::Blank, ..problem.clone() };
                    let dropped = if about.own {
                        dropped.iter().map(blank).collect()
                    } else {
                        dropped.clone()
                    };
                    Remains::Accepted { answers, dropped }
                }
                Fate::Rejected(_, rejected) => {
                    let kept = rejected
                        .cells
                        .iter()
                        .filter(|(title, _)| !about.own && !about.texts.contains(title));
                    Remains::Rejected { cells: kept.cloned().collect() }
                }
            };
            let blanked = if about.own { Vec::new() } else { about.texts.clone() };
            rows.push(ErasedRow {
                form: row.0,
                key: row.1,
                // A rejected row in which nobody can tell whose it is stays to be put right,
                // without the cells that named.
                own: about.own,
                blanked,
                remains,
                sealed: Vec::new(),
            });
        }
        ErasedPerson {
            code: code.clone(),
            at,
            keys: Vec::new(),
            called: called.into_iter().collect(),
            rows,
            sealed: Vec::new(),
        }
    }
}

/// Of a row about the person stay codes and numbers, and what stands in the place of a name so that
/// figures know who is one and the same.
fn left_of_own(
    private: &Private,
    about: &RowAbout,
    answers: &Answers,
    code: &CompactString,
    born: Option<NaiveDate>,
) -> Answers {
    let introduces = Private::introduces(&about.form);
    let mut left = Answers::default();
    for (question, answer) in answers.iter() {
        let named = about.named.iter().any(|(name, ..)| name == question);
        match (question, answer) {
            ("full_name", _) if introduces => left.insert(question, Answer::Text(code.clone())),
            ("birth_date", _) if introduces => {
                if let Some(born) = born {
                    left.insert(question, Answer::Text(born.to_compact_string()));
                }
            }
            (_, Answer::Text(_)) if named => left.insert(question, Answer::Text(code.clone())),
            (_, Answer::Text(_) | Answer::List(_))
                if private.is_text(&about.form, question) && question != INSTITUTION => {}
            _ if private.is_of_instrument(&about.form, question) => {}
            _ => left.insert(question, answer.clone()),
        }
    }
    if introduces {
        left.insert(ERASED, Answer::Text("yes".into()));
    }
    left
}

/// Of a row about others stays everything but the person's name and texts in which it stands.
fn left_of_other(about: &RowAbout, answers: &Answers, code: &CompactString) -> Answers {
    let mut left = Answers::default();
    for (question, answer) in
        answers.iter().filter(|(question, _)| !about.texts.iter().any(|text| text == question))
    {
        let mut answer = answer.clone();
        for (_, place, _) in about.named.iter().filter(|(name, ..)| name == question) {
            match &mut answer {
                Answer::Text(text) => text.clone_from(code),
                Answer::List(list) => list[*place].clone_from(code),
                Answer::Integer(_) | Answer::Number(_) => {}
            }
        }
        left.insert(question, answer);
    }
    left
}

/// The last day on which anything happened with each person who is in no group now and was not
/// erased: the code, the name, the day. Nothing is kept longer than the board has said.
pub fn last_seen(
    private: &Private,
    state: &State,
    standing: &Standing<'_>,
) -> Vec<(CompactString, String, NaiveDate)> {
    let mut owners = private.owners(state.records());
    let mut days: BTreeMap<MenteeOrMentor, NaiveDate> = BTreeMap::new();
    let mut seen = |person: Option<MenteeOrMentor>, day: NaiveDate| {
        if let Some(person) = person {
            let last = days.entry(person).or_insert(day);
            *last = day.max(*last);
        }
    };
    for record in state.records() {
        let day = record.event_date.max(record.submitted_on());
        seen(owners.person_of(&record.form, &record.source.key, &record.answers), day);
        for (question, answer) in record.answers.iter() {
            let Some(who) = private.names(&record.form, question) else { continue };
            match answer {
                Answer::Text(name) => seen(owners.find(who, name), day),
                Answer::List(names) => {
                    names.iter().for_each(|name| seen(owners.find(who, name), day))
                }
                Answer::Integer(_) | Answer::Number(_) => {}
            }
        }
    }
    let busy: BTreeSet<&str> = (standing
        .all_members()
        .map(|mentee| standing.mentees[mentee].code.as_str()))
    .chain(standing.mentors_with_group().map(|mentor| standing.mentors[mentor].code.as_str()))
    .collect();
    let ended = |code: &str| {
        let (mentee, _) = standing.mentees.iter().find(|(_, mentee)| mentee.code == code)?;
        Some(standing.groups.latest_membership(mentee)?.end?.on)
    };
    let person = |(one, day): (MenteeOrMentor, NaiveDate)| {
        let person = owners.person(one);
        let kept = person.is_erased() || busy.contains(person.code.as_str());
        let last = ended(&person.code).map_or(day, |ended| ended.max(day));
        (!kept).then(|| (person.code.clone(), person.full_name().to_owned(), last))
    };
    days.into_iter().filter_map(person).collect()
}

/// The rows of requests for support that were closed by a day and still have free text, without
/// that text.
pub fn support_texts(
    private: &Private,
    state: &State,
    standing: &Standing<'_>,
    by: NaiveDate,
    at: NaiveDateTime,
) -> ErasedPerson {
    let dropped_of = |record: &Record| {
        let row = state.forms.get(&record.form).and_then(|rows| rows.get(&record.source.key));
        match row.map(|row| &row.fate) {
            Some(Fate::Accepted { dropped, .. }) => dropped.clone(),
            _ => Vec::new(),
        }
    };
    let mut rows = Vec::new();
    for case in
        standing.support.iter().filter(|case| case.closed_on().is_some_and(|closed| closed <= by))
    {
        for record in std::iter::once(&case.request).chain(&case.follow_ups) {
            let is_free = |question: &str| {
                private.is_text(&record.form, question)
                    && private.names(&record.form, question).is_none()
            };
            let blanked: Vec<CompactString> = record
                .answers
                .iter()
                .filter(|(question, _)| is_free(question))
                .map(|(question, _)| question.into())
                .collect();
            if blanked.is_empty() {
                continue;
            }
            let left = record.answers.iter().filter(|(question, _)| !is_free(question));
            let answers = left.map(|(question, answer)| (question, answer.clone())).collect();
            rows.push(ErasedRow {
                form: record.form.clone(),
                key: record.source.key.clone(),
                own: false,
                blanked,
                remains: Remains::Accepted { answers, dropped: dropped_of(record) },
                sealed: Vec::new(),
            });
        }
    }
    rows.sort_by(|a, b| (&a.form, &a.key).cmp(&(&b.form, &b.key)));
    rows.dedup_by(|a, b| (&a.form, &a.key) == (&b.form, &b.key));
    ErasedPerson {
        code: CompactString::default(),
        at,
        keys: Vec::new(),
        called: Vec::new(),
        rows,
        sealed: Vec::new(),
    }
}

/// A day of birth without its day: the first of the month, or the last one where the birthday is
/// still to come this month, so that the age on the day of the erasure stays what it is.
fn blurred(born: NaiveDate, today: NaiveDate) -> NaiveDate {
    let first = born.with_day(1).unwrap_or(born);
    if born.month() == today.month() && born.day() > today.day() {
        return first
            .checked_add_months(chrono::Months::new(1))
            .and_then(|next| next.pred_opt())
            .unwrap_or(born);
    }
    first
}

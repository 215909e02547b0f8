//! Separates the private parts of an event before it is written, and puts them back when it is
//! read. Decides whose each part is; keys and ciphers are at the edge.
//!
//! Taking an event apart and putting it together restores it to the byte: a row whose answers came
//! back in another order would count as amended.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::answers::{Answer, Answers};
use super::event::{ErasedRow, Event, RejectedRow, Remains, SealedPart, Submission};
use super::problem::Problem;
use crate::table::Cell;

/// The content of one sealed part. Positions count from 0 in the order of the event.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Private {
    /// Answers, as the position among all answers, the question and the answer. Names that are
    /// sealed under another key are blank here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<(u32, CompactString, Answer)>,
    /// Names from answers of another part, as the question, the position in its list (0 if it is
    /// not a list) and the name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<(CompactString, u32, CompactString)>,
    /// The cells of dropped values, by position.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<(u32, Cell)>,
    /// Cells that hold more than their typed value, by question.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub raw: BTreeMap<CompactString, Cell>,
    /// Cells of columns that belong to no question, by title.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<CompactString, Cell>,
    /// All cells of a rejected row, by column title.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<(CompactString, Cell)>,
    /// The cell for which a row was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Cell>,
    /// The names of an erased person, as fingerprints (`ledger::erased`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub called: Vec<CompactString>,
}

impl Private {
    /// Returns whether the part holds nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A row of a form tab: the form and the row's key.
pub type RowOf = (CompactString, CompactString);

/// The owner of an answer: all rows about the same person, or the row of the answer itself if it is
/// about nobody known.
pub type Owner = Vec<RowOf>;

/// Decides which answers are private, and whose they are.
pub trait Privacy {
    /// Returns whether the answer to a question is private.
    fn is_private(&self, form: &str, question: &str) -> bool;
    /// Returns the owner of a row; `None` if it is about nobody or about somebody unknown.
    fn subject(&mut self, form: &str, key: &str, answers: &Answers) -> Option<Owner>;
    /// Returns the owner of a name in an answer, if the name is known.
    fn named(&mut self, form: &str, question: &str, name: &str) -> Option<Owner>;
}

/// The private parts of one row, with the row's own part first.
pub type Parts = Vec<(Owner, Private)>;

/// Moves the private parts out of an event. Each list of parts belongs to one row. Most events have
/// one list; an erasure has one for the names and one for each of its rows.
pub fn take_apart(event: &mut Event, key: &str, privacy: &mut impl Privacy) -> Vec<Parts> {
    match event {
        Event::Submitted(form, row) | Event::Amended(form, row) => {
            vec![submission(form, key, row, privacy)]
        }
        Event::RowRejected(row) => vec![rejected(key, row, privacy)],
        Event::PersonErased(erased) | Event::TextsErased(erased) => {
            let called =
                Private { called: std::mem::take(&mut erased.called), ..Private::default() };
            let own =
                vec![(format!("person_erased.{}", erased.code).into(), CompactString::default())];
            let mut all = vec![if called.is_empty() { Vec::new() } else { vec![(own, called)] }];
            all.extend(erased.rows.iter_mut().map(|row| remains(row, privacy)));
            all
        }
        _ => Vec::new(),
    }
}

/// Puts the sealed parts of an event back into it. `open` returns `None` for a part that cannot be
/// opened any more.
pub fn put_together<E>(
    event: &mut Event,
    mut open: impl FnMut(&SealedPart) -> Result<Option<Private>, E>,
) -> Result<(), E> {
    let mut all = |sealed: &mut Vec<SealedPart>| -> Result<Vec<Private>, E> {
        let mut parts = Vec::with_capacity(sealed.len());
        for part in std::mem::take(sealed) {
            parts.extend(open(&part)?);
        }
        Ok(parts)
    };
    match event {
        Event::Submitted(_, row) | Event::Amended(_, row) => {
            let parts = all(&mut row.sealed)?;
            put_answers(&mut row.answers, &mut row.dropped, &parts);
            for part in parts {
                row.raw.extend(part.raw);
                row.extra.extend(part.extra);
            }
        }
        Event::RowRejected(row) => {
            for part in all(&mut row.sealed)? {
                row.problem.cell = part.problem.unwrap_or(Cell::Blank);
                row.cells.extend(part.cells);
                row.extra.extend(part.extra);
            }
        }
        Event::PersonErased(erased) | Event::TextsErased(erased) => {
            erased.called.extend(all(&mut erased.sealed)?.into_iter().flat_map(|part| part.called));
            for row in &mut erased.rows {
                let parts = all(&mut row.sealed)?;
                match &mut row.remains {
                    Remains::Accepted { answers, dropped } => put_answers(answers, dropped, &parts),
                    Remains::Rejected { cells } => {
                        cells.extend(parts.into_iter().flat_map(|part| part.cells))
                    }
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// Returns the lists of sealed parts of an event, in the order of [`take_apart`].
pub fn sealed_lists(event: &mut Event) -> Vec<&mut Vec<SealedPart>> {
    match event {
        Event::Submitted(_, row) | Event::Amended(_, row) => vec![&mut row.sealed],
        Event::RowRejected(row) => vec![&mut row.sealed],
        Event::PersonErased(erased) | Event::TextsErased(erased) => {
            let rows = erased.rows.iter_mut().map(|row| &mut row.sealed);
            std::iter::once(&mut erased.sealed).chain(rows).collect()
        }
        _ => Vec::new(),
    }
}

fn submission(form: &str, key: &str, row: &mut Submission, privacy: &mut impl Privacy) -> Parts {
    let own = Private {
        raw: std::mem::take(&mut row.raw),
        extra: std::mem::take(&mut row.extra),
        ..Private::default()
    };
    let owner =
        privacy.subject(form, key, &row.answers).unwrap_or_else(|| vec![(form.into(), key.into())]);
    answers(owner, form, &mut row.answers, &mut row.dropped, own, privacy)
}

/// Takes apart the remains of an erased row. They get a key of the row's own, since the key of the
/// person is destroyed.
fn remains(row: &mut ErasedRow, privacy: &mut impl Privacy) -> Parts {
    let owner = vec![(row.form.clone(), row.key.clone())];
    match &mut row.remains {
        Remains::Accepted { answers: kept, dropped } => {
            answers(owner, &row.form, kept, dropped, Private::default(), privacy)
        }
        Remains::Rejected { cells } => {
            let own = Private { cells: std::mem::take(cells), ..Private::default() };
            if own.is_empty() { Vec::new() } else { vec![(owner, own)] }
        }
    }
}

fn rejected(key: &str, row: &mut RejectedRow, privacy: &mut impl Privacy) -> Parts {
    let own = Private {
        cells: std::mem::take(&mut row.cells),
        extra: std::mem::take(&mut row.extra),
        problem: Some(std::mem::replace(&mut row.problem.cell, Cell::Blank)),
        ..Private::default()
    };
    let owner = privacy.subject(&row.form, key, &Answers::default());
    vec![(owner.unwrap_or_else(|| vec![(row.form.clone(), key.into())]), own)]
}

fn answers(
    owner: Owner,
    form: &str,
    all: &mut Answers,
    dropped: &mut [Problem],
    mut own: Private,
    privacy: &mut impl Privacy,
) -> Parts {
    // Names are sealed under the key of the person whom they name, so that erasing that person
    // erases the name in every row.
    let mut others: BTreeMap<Owner, Private> = BTreeMap::new();
    let mut plain = Answers::default();
    for (place, (question, answer)) in (0..).zip(all.iter()) {
        if !privacy.is_private(form, question) {
            plain.insert(question, answer.clone());
            continue;
        }
        let mut answer = answer.clone();
        let mut give = |place: u32, name: &mut CompactString| {
            if let Some(other) = privacy.named(form, question, name).filter(|other| *other != owner)
            {
                let names = &mut others.entry(other).or_default().names;
                names.push((question.into(), place, std::mem::take(name)));
            }
        };
        match &mut answer {
            Answer::Text(text) => give(0, text),
            Answer::List(list) => {
                (0..).zip(list.iter_mut()).for_each(|(place, name)| give(place, name))
            }
            Answer::Integer(_) | Answer::Number(_) => {}
        }
        own.answers.push((place, question.into(), answer));
    }
    *all = plain;
    for (place, problem) in (0..).zip(dropped.iter_mut()) {
        own.dropped.push((place, std::mem::replace(&mut problem.cell, Cell::Blank)));
    }
    let mut parts = Vec::new();
    if !own.is_empty() {
        parts.push((owner, own));
    }
    parts.extend(others);
    parts
}

fn put_answers(all: &mut Answers, dropped: &mut [Problem], parts: &[Private]) {
    let mut private: Vec<&(u32, CompactString, Answer)> =
        parts.iter().flat_map(|part| &part.answers).collect();
    if !private.is_empty() {
        private.sort_by_key(|(place, ..)| *place);
        // The private answers go back to their positions; the plain ones fill the gaps in order.
        let mut whole = Answers::default();
        let mut plain = all.iter().peekable();
        let mut place = 0;
        for (at, question, answer) in private {
            while place < *at
                && let Some((question, answer)) = plain.next()
            {
                whole.insert(question, answer.clone());
                place += 1;
            }
            whole.insert(question, answer.clone());
            place += 1;
        }
        plain.for_each(|(question, answer)| whole.insert(question, answer.clone()));
        *all = whole;
    }
    for (question, place, name) in parts.iter().flat_map(|part| &part.names) {
        match all.get(question) {
            Some(Answer::Text(_)) => all.insert(question, Answer::Text(name.clone())),
            Some(Answer::List(list)) => {
                let mut list = list.clone();
                if let Some(entry) = list.get_mut(*place as usize) {
                    entry.clone_from(name);
                }
                all.insert(question, Answer::List(list));
            }
            // The answer itself is in a part that cannot be opened any more.
            _ => {}
        }
    }
    for (place, cell) in parts.iter().flat_map(|part| &part.dropped) {
        if let Some(problem) = dropped.get_mut(*place as usize) {
            problem.cell.clone_from(cell);
        }
    }
}

#[cfg(test)]
mod tests;

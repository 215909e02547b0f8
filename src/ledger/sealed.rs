//! What of an event is private: taken out of it before it is written, put back when it is read.
//! Knows what belongs to whom, but no key and no cipher: those are at the edge.
//!
//! An event that was taken apart and put together again is the same to the byte: a row whose
//! answers stood in another order would count as amended.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::answers::{Answer, Answers};
use super::event::{ErasedRow, Event, RejectedRow, Remains, Submission};
use super::problem::Problem;
use crate::table::Cell;

/// One sealed part of a line, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedPart {
    /// The key that opens it, as 16 hex digits.
    pub key: CompactString,
    /// The nonce and the sealed bytes, in base64.
    #[serde(rename = "box")]
    pub text: String,
}

/// What one part holds. Places count from 0 in the order of the event.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Private {
    /// Answers: the place among all answers, the question, the answer. Names that are sealed under
    /// another key are blank.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<(u32, CompactString, Answer)>,
    /// Names in answers of another part: the question, the place in its list (0 where it is no
    /// list), the name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<(CompactString, u32, CompactString)>,
    /// The cells of dropped values, by place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<(u32, Cell)>,
    /// Cells whose typed value says less than they do.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub raw: BTreeMap<CompactString, Cell>,
    /// Cells of columns that no question explains.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<CompactString, Cell>,
    /// All cells of a rejected row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<(CompactString, Cell)>,
    /// The cell for which it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Cell>,
    /// What an erased person was called, as the erased are recognised by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub called: Vec<CompactString>,
}

impl Private {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A row of a form tab: the form and the row's key.
pub type RowOf = (CompactString, CompactString);

/// Whose an answer is: any of the rows that are about the person. One that belongs to nobody is the
/// row's own.
pub type Owner = Vec<RowOf>;

/// Says what is private in the rows of one form, and whose it is.
pub trait Privacy {
    /// Whether the answer to a question is private.
    fn is_private(&self, form: &str, question: &str) -> bool;
    /// Whose row it is; none for a row that is about nobody or about somebody unknown.
    fn subject(&mut self, form: &str, key: &str, answers: &Answers) -> Option<Owner>;
    /// Whose name it is, if that is known.
    fn named(&mut self, form: &str, question: &str, name: &str) -> Option<Owner>;
}

/// What is taken out of one row: the row's own part first.
pub type Parts = Vec<(Owner, Private)>;

/// Takes what is private out of an event. Each list of parts belongs to one row: of most events
/// there is one, an erasure has one for the names and one for each of its rows.
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

/// Puts back what the sealed parts of an event held; `open` gives nothing for a part that cannot be
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

/// The lists of sealed parts of an event, in the order of [`take_apart`].
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

/// What is left is the row's own: the key of the person it was about is gone.
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
            // The row's own part cannot be opened any more: nothing is left that the name could
            // stand in.
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

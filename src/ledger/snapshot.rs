//! Writes the state as bytes and reads it back, for a cache that only the same build reads: this is
//! not a lasting format.
//!
//! Equal states give equal bytes. Rows that share a list of questions share it again after reading.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate};
use compact_str::CompactString;
use rmp_serde::decode::ReadRefReader;
use serde::{Deserialize, Serialize};

use super::answers::{Answer, Answers, QuestionLists};
use super::problem::Problem;
use super::record::{Record, Source};
use super::state::{Fate, FormRows, Row, State};

/// Why a state could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The state cannot be serialized or written.
    #[error("the state cannot be written: {0}")]
    Write(#[from] rmp_serde::encode::Error),
    /// The bytes are not those of a state.
    #[error("the state cannot be read: {0}")]
    Read(#[from] rmp_serde::decode::Error),
    /// The state holds a row under a form or key other than its own.
    #[error("the row \"{0}\" stands under another key")]
    Misplaced(CompactString),
    /// A row refers to a list of questions that does not exist.
    #[error("there is no list of questions {0}")]
    NoList(u32),
    /// A number is out of the range of days or moments.
    #[error("{0} is no day")]
    NoDay(i64),
}

/// Returns a hash of a fixed value by the standard library. The state holds such hashes (see
/// [`Row::content`]), and they may differ between compilers.
pub fn hash_probe() -> u64 {
    let mut hasher = DefaultHasher::new();
    ("a row's content", 1_u64).hash(&mut hasher);
    hasher.finish()
}

/// Reads the parts of a snapshot in the order in which [`put`] wrote them.
pub struct PartReader<'b>(rmp_serde::Deserializer<ReadRefReader<'b, [u8]>>);

impl<'b> PartReader<'b> {
    /// Begins at the first part.
    pub fn of(bytes: &'b [u8]) -> Self {
        Self(rmp_serde::Deserializer::from_read_ref(bytes))
    }

    /// Reads the next part.
    pub fn take<T: Deserialize<'b>>(&mut self) -> Result<T, SnapshotError> {
        Ok(T::deserialize(&mut self.0)?)
    }
}

/// Writes one part.
pub fn put(out: &mut impl Write, value: &impl Serialize) -> Result<(), SnapshotError> {
    // Structs are written with field names, since empty fields of some are left out.
    Ok(value.serialize(&mut rmp_serde::Serializer::new(out).with_struct_map())?)
}

/// Writes a state.
pub fn write(state: &State, out: &mut impl Write) -> Result<(), SnapshotError> {
    // All fields are named, so that a new one is not forgotten.
    let State {
        seq,
        forms,
        gone,
        tabs,
        decisions,
        rejected_pairs,
        issued,
        seasons,
        configured,
        erased,
        question_lists,
    } = state;
    put(out, &(seq, gone, tabs, rejected_pairs, issued))?;
    put(out, &(seasons, configured, erased))?;
    let lists: Vec<&[CompactString]> = question_lists.iter().map(AsRef::as_ref).collect();
    put(out, &lists)?;
    let places = (0..).zip(&lists).map(|(place, list)| (list.as_ptr(), place)).collect();
    put(out, &forms.len())?;
    for (form, rows) in forms {
        put(out, &(form, rows.len()))?;
        for (key, row) in rows {
            write_row(out, (form, key), row, &places)?;
        }
    }
    put(out, &decisions.len())?;
    for record in decisions {
        put(out, &(&record.form, &record.source.key))?;
        write_record(out, record, &places)?;
    }
    Ok(())
}

/// The number of each shared list of questions, by its address: rows that share a list have the
/// same address.
type Places = BTreeMap<*const CompactString, u32>;

fn write_row(
    out: &mut impl Write,
    (form, key): (&CompactString, &CompactString),
    row: &Row,
    places: &Places,
) -> Result<(), SnapshotError> {
    let Row { seq, moment, identity, content, copies, fate } = row;
    let accepted = row.is_accepted();
    put(out, &(key, seq, moment, identity, content, copies, accepted))?;
    match fate {
        Fate::Accepted { record, dropped } => {
            if (&record.form, &record.source.key) != (form, key) {
                return Err(SnapshotError::Misplaced(key.clone()));
            }
            write_record(out, record, places)?;
            put(out, dropped)
        }
        Fate::Rejected(source, rejected) => put(out, &(source, rejected)),
    }
}

fn write_record(
    out: &mut impl Write,
    record: &Record,
    places: &Places,
) -> Result<(), SnapshotError> {
    // The form and the key were written before the record.
    let Record { form: _, source, seq, moment, has_timestamp, event_date, answers, dropped } =
        record;
    let moment = moment.and_utc();
    let moment = (moment.timestamp(), moment.timestamp_subsec_nanos());
    let (questions, answers) = answers.parts();
    let list = places.get(&questions.as_ptr());
    put(
        out,
        &(
            source.tab,
            source.row,
            seq,
            moment,
            has_timestamp,
            event_date.num_days_from_ce(),
            dropped,
            list,
        ),
    )?;
    match list {
        Some(_) => put(out, &answers),
        None => put(out, &(questions, answers)),
    }
}

/// Reads a state.
pub fn read(parts: &mut PartReader<'_>) -> Result<State, SnapshotError> {
    let (seq, gone, tabs, rejected_pairs, issued) = parts.take()?;
    let (seasons, configured, erased) = parts.take()?;
    let lists: Vec<Arc<[CompactString]>> =
        parts.take::<Vec<Vec<CompactString>>>()?.into_iter().map(Arc::from).collect();
    let mut forms = BTreeMap::new();
    for _ in 0..parts.take::<usize>()? {
        let (form, rows): (CompactString, usize) = parts.take()?;
        let rows =
            (0..rows).map(|_| read_row(parts, &form, &lists)).collect::<Result<FormRows, _>>()?;
        forms.insert(form, rows);
    }
    let mut decisions = Vec::new();
    for _ in 0..parts.take::<usize>()? {
        let (form, key) = parts.take()?;
        decisions.push(read_record(parts, form, key, &lists)?);
    }
    let question_lists = lists.into_iter().collect::<QuestionLists>();
    Ok(State {
        seq,
        forms,
        gone,
        tabs,
        decisions,
        rejected_pairs,
        issued,
        seasons,
        configured,
        erased,
        question_lists,
    })
}

fn read_row(
    parts: &mut PartReader<'_>,
    form: &CompactString,
    lists: &[Arc<[CompactString]>],
) -> Result<(CompactString, Row), SnapshotError> {
    let (key, seq, moment, identity, content, copies, accepted): (
        CompactString,
        _,
        _,
        _,
        _,
        _,
        bool,
    ) = parts.take()?;
    let fate = if accepted {
        let record = read_record(parts, form.clone(), key.clone(), lists)?;
        Fate::Accepted { record, dropped: parts.take::<Vec<Problem>>()? }
    } else {
        let (source, rejected) = parts.take()?;
        Fate::Rejected(source, rejected)
    };
    Ok((key, Row { seq, moment, identity, content, copies, fate }))
}

fn read_record(
    parts: &mut PartReader<'_>,
    form: CompactString,
    key: CompactString,
    lists: &[Arc<[CompactString]>],
) -> Result<Record, SnapshotError> {
    let (tab, row, seq, (seconds, nanos), has_timestamp, days, dropped, list): RecordNumbers =
        parts.take()?;
    let answers = match list {
        Some(number) => {
            let list = lists.get(number as usize).ok_or(SnapshotError::NoList(number))?;
            Answers::with_questions(Arc::clone(list), parts.take::<Vec<Answer>>()?)
        }
        None => {
            let (questions, answers): (Vec<CompactString>, Vec<Answer>) = parts.take()?;
            questions.into_iter().zip(answers).collect()
        }
    };
    let moment =
        DateTime::from_timestamp(seconds, nanos).ok_or(SnapshotError::NoDay(seconds))?.naive_utc();
    let event_date =
        NaiveDate::from_num_days_from_ce_opt(days).ok_or(SnapshotError::NoDay(days.into()))?;
    Ok(Record {
        form,
        source: Source { tab, row, key },
        seq,
        moment,
        has_timestamp,
        event_date,
        answers,
        dropped,
    })
}

/// Tab, row, first line, moment, whether it has a timestamp, event date, dropped values, list of
/// questions if it is shared.
type RecordNumbers = (i64, u32, u64, (i64, u32), bool, i32, u32, Option<u32>);

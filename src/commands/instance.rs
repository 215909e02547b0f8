//! `match --instance`: answers the matching problem in a folder: `mentees.jsonl`, `mentors.jsonl`,
//! `edges.tsv` and `pairs.tsv`, people and mentors by position from 0. Other fields and files are
//! passed over.
//!
//! A large problem has `edges.bin` instead of the two tables, and no pairs: of it each mentee's
//! `BEST` edges are read, and the bound is one on answers that use only these.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use halaqah_solver::{
    Effort, Fit, Pair, Person, PersonId, Position, Prices, Problem, Seat, SeatId, Slot, SlotSet,
    solve,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::print::say;
use crate::edge::clock::Stopwatch;

/// Why there is no answer to the problem in a folder.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    /// A file is missing or cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A line with a mistake.
    #[error("{}:{line}: {mistake}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        mistake: LineMistake,
    },
    /// The solver does not take the problem.
    #[error("no answer to {}: {cause}", folder.display())]
    NoAnswer {
        /// The folder.
        folder: PathBuf,
        /// Why, in the solver's words.
        cause: String,
    },
}

/// What is wrong with a line of a problem.
#[derive(Debug, thiserror::Error)]
pub enum LineMistake {
    /// No JSON, or a field is missing or of another type: the parser's message.
    #[error("{0}")]
    Malformed(String),
    /// A mentor's minimum is above the maximum.
    #[error("min {min} above max {max}")]
    MinAboveMax {
        /// The minimum.
        min: u32,
        /// The maximum.
        max: u32,
    },
    /// No mentor has this position.
    #[error("no mentor {at} among {count}")]
    NoMentor {
        /// The position, from 0.
        at: u32,
        /// How many mentors there are.
        count: u32,
    },
    /// No mentee has this position.
    #[error("no mentee {at} among {count}")]
    NoMentee {
        /// The position, from 0.
        at: u32,
        /// How many mentees there are.
        count: u32,
    },
    /// A mentee is pinned without a current mentor.
    #[error("pinned without a current mentor")]
    PinnedNowhere,
    /// The same mentee and mentor on two lines.
    #[error("mentee {mentee} and mentor {mentor} twice")]
    Twice {
        /// The mentee's position.
        mentee: u32,
        /// The mentor's position.
        mentor: u32,
    },
    /// A pair of one mentee.
    #[error("mentee {0} paired with itself")]
    PairedWithItself(u32),
    /// A slot that a set of slots cannot hold.
    #[error("slot {0} above 127")]
    Slot(u8),
    /// Other than two positions and a number.
    #[error("not two positions and a number up to {most}: `{text}`")]
    NotThreeNumbers {
        /// The line.
        text: String,
        /// The highest number.
        most: u32,
    },
}

#[derive(Deserialize)]
struct MenteeLine {
    slots: Vec<u8>,
    current: Option<u32>,
    pinned: bool,
}

#[derive(Deserialize)]
struct MentorLine {
    slots: Vec<u8>,
    min: u32,
    max: u32,
    exists: bool,
    keep: bool,
    slot: Option<u8>,
}

/// How many edges of a mentee are read from `edges.bin`, the highest scores first.
pub const BEST: usize = 64;

/// The highest score and the highest worth of a pair.
const HIGHEST: u32 = 1_000_000;

/// Prints the answer to the problem in a folder, with the bound above which no answer is, as JSON.
pub fn answer_to(folder: &Path, deadline: Option<Duration>) -> Result<(), InstanceError> {
    let (problem, all) = read(folder)?;
    let watch = Stopwatch::start();
    let late = || deadline.is_some_and(|deadline| watch.elapsed() >= deadline);
    let work = if deadline.is_some() { u64::MAX } else { Effort::for_size(&problem).work };
    let solution = solve(&problem, Effort { work, stop: &late }).map_err(|broken| {
        InstanceError::NoAnswer { folder: folder.to_owned(), cause: broken.to_string() }
    })?;
    let seats = solution.seating.seat_of.iter().map(|seat| seat.map(|SeatId(at)| at));
    let slots = solution.seating.slot_of.iter().map(|slot| slot.map(|Slot(at)| at));
    let mut answer = json!({
        "assign": seats.collect::<Vec<_>>(),
        "slot": slots.collect::<Vec<_>>(),
        "objective": solution.objective,
        "bound": solution.bound,
        "gap": solution.gap(),
        "elapsed_ms": watch.elapsed().as_millis() as u64,
    });
    if !all {
        answer["edges_of_a_mentee"] = json!(BEST);
    }
    say(answer);
    Ok(())
}

/// Reads the problem in a folder, and whether all its edges were taken.
pub fn read(folder: &Path) -> Result<(Problem, bool), InstanceError> {
    let mentors = Lines::of(folder.join("mentors.jsonl"))?;
    let mut seats = mentors.read_each(|text| {
        let mentor: MentorLine = parsed(text)?;
        if mentor.min > mentor.max {
            return Err(LineMistake::MinAboveMax { min: mentor.min, max: mentor.max });
        }
        let slot = mentor.slot.map(|slot| slots_in(&[slot]).map(|_| Slot(slot))).transpose()?;
        let MentorLine { min, max, exists, keep, .. } = mentor;
        let (min, max) = (min as usize, max as usize);
        let slots = slots_in(&mentor.slots)?;
        Ok(Seat { slots, min, max, exists, slot, keep, ..Seat::default() })
    })?;
    let mentor_at = position_below(seats.len(), |at, count| LineMistake::NoMentor { at, count });
    let mut people = Lines::of(folder.join("mentees.jsonl"))?.read_each(|text| {
        let mentee: MenteeLine = parsed(text)?;
        let current = mentee.current.map(&mentor_at).transpose()?;
        if mentee.pinned && mentee.current.is_none() {
            return Err(LineMistake::PinnedNowhere);
        }
        let (slots, current) = (slots_in(&mentee.slots)?, current.map(SeatId));
        Ok(Person { slots, current, pinned: mentee.pinned, ..Person::default() })
    })?;
    set_targets(&mut seats, people.len());
    let bin = folder.join("edges.bin");
    if bin.exists() && !folder.join("edges.tsv").exists() {
        read_best(&bin, &mut people, seats.len())
            .map_err(|error| InstanceError::Unreadable { path: bin, error })?;
        return Ok((problem(people, seats, Vec::new()), false));
    }
    let mentee_at = position_below(people.len(), |at, count| LineMistake::NoMentee { at, count });
    // A bit for each mentee and mentor, to see a line that stands there twice.
    let mut seen: Vec<Vec<u64>> = vec![vec![0; seats.len().div_ceil(64)]; people.len()];
    Lines::of(folder.join("edges.tsv"))?.read_each(|text| {
        let [position, seat, score] = three_numbers(text)?;
        let (mentee, mentor) = (mentee_at(position)? as usize, mentor_at(seat)?);
        let (word, bit) = (mentor as usize / 64, 1 << (mentor % 64));
        if seen[mentee][word] & bit != 0 {
            return Err(LineMistake::Twice { mentee: position, mentor: seat });
        }
        seen[mentee][word] |= bit;
        people[mentee].fits.push(Fit { seat: SeatId(mentor), score });
        Ok(())
    })?;
    let pairs = Lines::of(folder.join("pairs.tsv"))?.read_each(|text| {
        let [a, b, worth] = three_numbers(text)?;
        mentee_at(a.max(b))?;
        if a == b {
            return Err(LineMistake::PairedWithItself(a));
        }
        Ok(Pair { a: PersonId(a), b: PersonId(b), worth: worth.cast_signed() })
    })?;
    Ok((problem(people, seats, pairs), true))
}

fn problem(people: Vec<Person>, seats: Vec<Seat>, pairs: Vec<Pair>) -> Problem {
    let (people, seats) = (people.into(), seats.into());
    Problem { people, seats, pairs, prices: Prices::OF_INSTANCES, ..Problem::default() }
}

/// Reads `edges.bin`: `MGE1`, the numbers of mentees, mentors (u32) and edges (u64), each mentor's
/// maximum and minimum (u32), where each mentee's edges begin and the last ones end (u64), the
/// mentors of all edges and their scores (u16); all little endian. Its edges are too many to be
/// held: two readers go along the mentors and the scores.
fn read_best(path: &Path, people: &mut [Person], seats: usize) -> io::Result<()> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut mentors = BufReader::with_capacity(1 << 16, File::open(path)?);
    let mut head = [0u8; 20];
    mentors.read_exact(&mut head)?;
    let four = |at: usize| {
        u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]) as usize
    };
    if &head[..4] != b"MGE1" || four(4) != people.len() || four(8) != seats {
        return Err(wrong(
            "it does not begin with MGE1 and the numbers of mentees and mentors in the other files",
        ));
    }
    let edges = four(12) as u64 | (four(16) as u64) << 32;
    mentors.seek_relative(8 * seats as i64)?;
    let mut starts = vec![0u8; 8 * (people.len() + 1)];
    mentors.read_exact(&mut starts)?;
    let starts: Vec<u64> =
        starts.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
    if starts.last() != Some(&edges) || !starts.is_sorted() || starts[0] != 0 {
        return Err(wrong("the edges of mentees do not follow each other"));
    }
    let mut scores = BufReader::with_capacity(1 << 16, File::open(path)?);
    let from = mentors.stream_position()?;
    if File::open(path)?.metadata()?.len() != from.saturating_add(edges.saturating_mul(4)) {
        return Err(wrong("it is longer or shorter than its edges"));
    }
    scores.seek(SeekFrom::Start(from + 2 * edges))?;
    for (person, of_mentee) in people.iter_mut().zip(starts.windows(2)) {
        let mut row = vec![0u8; 4 * (of_mentee[1] - of_mentee[0]) as usize];
        let (to, worth) = row.split_at_mut(2 * (of_mentee[1] - of_mentee[0]) as usize);
        mentors.read_exact(to)?;
        scores.read_exact(worth)?;
        let numbers = |bytes: &[u8]| -> Vec<u32> {
            bytes.as_chunks::<2>().0.iter().map(|two| u32::from(u16::from_le_bytes(*two))).collect()
        };
        let pairs = numbers(to).into_iter().zip(numbers(worth));
        let mut fits: Vec<Fit> =
            pairs.map(|(seat, score)| Fit { seat: SeatId(seat), score }).collect();
        if !fits.is_sorted_by(|one, next| one.seat < next.seat)
            || fits.last().is_some_and(|fit| fit.seat.index() >= seats)
        {
            return Err(wrong(
                "the mentors of a mentee are not in order, or there are not so many",
            ));
        }
        fits.sort_by_key(|fit| {
            (person.current != Some(fit.seat), std::cmp::Reverse(fit.score), fit.seat)
        });
        fits.truncate(BEST);
        fits.shrink_to_fit();
        person.fits = fits;
    }
    Ok(())
}

/// Every group had best have as many members as there are people to a mentor, halves up, within
/// what it takes.
fn set_targets(seats: &mut [Seat], people: usize) {
    let average = (2 * people + seats.len()).checked_div(2 * seats.len()).unwrap_or(0);
    for seat in seats {
        seat.target = average.clamp(seat.min, seat.max);
    }
}

/// A file and what stands in it.
struct Lines {
    path: PathBuf,
    text: String,
}

impl Lines {
    fn of(path: PathBuf) -> Result<Self, InstanceError> {
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Self { path, text }),
            Err(error) => Err(InstanceError::Unreadable { path, error }),
        }
    }

    fn read_each<T>(
        &self,
        mut read: impl FnMut(&str) -> Result<T, LineMistake>,
    ) -> Result<Vec<T>, InstanceError> {
        let line_error =
            |at, mistake| InstanceError::Line { path: self.path.clone(), line: at + 1, mistake };
        self.text
            .lines()
            .enumerate()
            .map(|(at, text)| read(text).map_err(|mistake| line_error(at, mistake)))
            .collect()
    }
}

/// A check that a position is one of `count`.
fn position_below(
    count: usize,
    mistake: fn(u32, u32) -> LineMistake,
) -> impl Fn(u32) -> Result<u32, LineMistake> {
    move |at| if (at as usize) < count { Ok(at) } else { Err(mistake(at, count as u32)) }
}

fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, LineMistake> {
    serde_json::from_str(text).map_err(|error| LineMistake::Malformed(error.to_string()))
}

fn slots_in(slots: &[u8]) -> Result<SlotSet, LineMistake> {
    match slots.iter().find(|slot| SlotSet::of(Slot(**slot)).is_empty()) {
        Some(slot) => Err(LineMistake::Slot(*slot)),
        None => Ok(slots.iter().copied().map(Slot).collect()),
    }
}

/// Two positions and a number, as `edges.tsv` and `pairs.tsv` have them.
fn three_numbers(text: &str) -> Result<[u32; 3], LineMistake> {
    let numbers: Vec<u32> = text.split_whitespace().map_while(|part| part.parse().ok()).collect();
    let count = text.split_whitespace().count();
    match <[u32; 3]>::try_from(numbers) {
        Ok(numbers) if count == 3 && numbers[2] <= HIGHEST => Ok(numbers),
        _ => Err(LineMistake::NotThreeNumbers { text: text.to_owned(), most: HIGHEST }),
    }
}

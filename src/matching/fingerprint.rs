//! A stable number for an instance, so that the same one is recognised and need not be solved
//! again.

use std::hash::Hasher;

use chrono::{Datelike, NaiveDate};
use compact_str::{CompactString, format_compact};

use super::criteria::Criterion;
use super::instance::{Instance, ReadingMix};
use super::score;
use super::terms::TermKind;
use crate::ledger::answers::{Answer, Answers};

/// FNV-1a with 64 bits (Fowler, Noll and Vo): the same on every machine and in every version of the
/// program.
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

impl Fnv {
    fn number(&mut self, number: u64) {
        self.write(&number.to_le_bytes());
    }

    /// Adds a text, its length first: no two lists of texts give the same bytes.
    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.write(text.as_bytes());
    }

    fn maybe(&mut self, text: Option<&str>) {
        self.number(u64::from(text.is_some()));
        self.text(text.unwrap_or_default());
    }

    fn day(&mut self, day: NaiveDate) {
        self.number(u64::from(day.num_days_from_ce().unsigned_abs()));
    }

    /// Adds a set of codes; their order does not matter.
    fn set(&mut self, codes: &[CompactString]) {
        let mut codes: Vec<&str> = codes.iter().map(CompactString::as_str).collect();
        codes.sort_unstable();
        codes.dedup();
        self.number(codes.len() as u64);
        codes.into_iter().for_each(|code| self.text(code));
    }

    /// Adds the answers that the score reads; all others may change freely.
    fn answers(&mut self, answers: &Answers, criteria: &[Criterion]) {
        let asked = criteria
            .iter()
            .flat_map(|criterion| [criterion.field.as_str(), criterion.other.as_str()]);
        for key in score::KEYS.iter().copied().chain(asked) {
            match answers.get(key) {
                None => self.number(0),
                Some(Answer::List(codes)) => {
                    self.number(1);
                    self.set(codes);
                }
                Some(Answer::Text(text)) => {
                    self.number(2);
                    self.text(text);
                }
                Some(Answer::Integer(number)) => {
                    self.number(3);
                    self.number(number.cast_unsigned());
                }
                Some(Answer::Number(number)) => {
                    self.number(4);
                    self.number(number.to_bits());
                }
            }
        }
    }
}

/// The fingerprint of an instance: equal for equal instances, in whatever order their rows come.
pub fn instance_hash(instance: &Instance) -> CompactString {
    of(&instance.sorted())
}

/// The fingerprint of a sorted instance, as 16 hexadecimal digits.
pub fn of(instance: &Instance) -> CompactString {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    people(&mut hash, instance);
    groups(&mut hash, instance);
    wishes(&mut hash, instance);
    personality(&mut hash, instance);
    format_compact!("{:016x}", hash.finish())
}

fn people(hash: &mut Fnv, instance: &Instance) {
    hash.number(instance.mentees.len() as u64);
    for mentee in &instance.mentees {
        hash.text(mentee.code);
        hash.day(mentee.birth_date);
        hash.text(mentee.gender);
        hash.set(mentee.slots);
        hash.maybe(mentee.friend);
        mentee.current.into_iter().for_each(|group| hash.text(group));
        hash.answers(mentee.answers, instance.criteria);
    }
    hash.number(instance.mentors.len() as u64);
    for mentor in &instance.mentors {
        hash.text(mentor.code);
        hash.day(mentor.birth_date);
        hash.text(mentor.gender);
        hash.set(mentor.slots);
        hash.number(mentor.max_mentees.into());
        hash.number(mentor.members_now.into());
        hash.number(u64::from(mentor.ready) + 2 * u64::from(mentor.adult_co_mentor));
        hash.answers(mentor.answers, instance.criteria);
    }
}

fn groups(hash: &mut Fnv, instance: &Instance) {
    hash.number(instance.groups.len() as u64);
    for group in &instance.groups {
        hash.text(group.name);
        hash.text(group.mentor);
        hash.maybe(group.slot);
        hash.number(group.size.into());
        hash.number(group.members.len() as u64);
        for member in &group.members {
            hash.text(member.code);
            hash.answers(member.answers, instance.criteria);
        }
    }
}

fn wishes(hash: &mut Fnv, instance: &Instance) {
    for (one, other) in &instance.apart {
        hash.text(one);
        hash.text(other);
    }
    for pairs in [instance.must_not.iter().copied().collect::<Vec<_>>(), pairs_of(instance)] {
        hash.number(pairs.len() as u64);
        for (mentee, mentor) in pairs {
            hash.text(mentee);
            hash.text(mentor);
        }
    }
    let size = instance.group_size;
    let sizes = [size.min, size.target, size.max];
    let weights = instance.weights.iter().map(|(_, weight)| weight);
    let reads_alike = u32::from(instance.reading == ReadingMix::Equal);
    for number in sizes.into_iter().chain(weights).chain([reads_alike]) {
        hash.number(number.into());
    }
    // Added only if set, so that suggestions made before there was chance are still recognised.
    if instance.randomise {
        hash.text("randomise");
    }
    for criterion in instance.criteria {
        hash.text(&criterion.field);
        hash.text(&criterion.other);
        hash.number(criterion.measure as u64);
        hash.number(criterion.with as u64);
        hash.number(criterion.weight.into());
        hash.number(criterion.order.len() as u64);
        criterion.order.iter().for_each(|code| hash.text(code));
    }
}

/// Adds the bands of those who could be suggested, if two could be compared: suggestions made
/// without bands are still recognised.
fn personality(hash: &mut Fnv, instance: &Instance) {
    let of_mentees = instance.mentees.iter().map(|mentee| instance.bands.mentees.get(mentee.code));
    let of_mentors = instance.mentors.iter().map(|mentor| instance.bands.mentors.get(mentor.code));
    let known = of_mentees.clone().any(|bands| bands.is_some())
        && of_mentors.clone().any(|bands| bands.is_some());
    if instance.weights.of(TermKind::Personality) > 0 && known {
        hash.text("personality");
        of_mentees
            .chain(of_mentors)
            .for_each(|bands| hash.number(bands.map_or(0, |bands| bands.number())));
    }
}

fn pairs_of<'a>(instance: &Instance<'a>) -> Vec<(&'a str, &'a str)> {
    instance.previous.iter().map(|(mentee, mentor)| (*mentee, *mentor)).collect()
}

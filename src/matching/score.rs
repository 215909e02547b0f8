//! How well a mentee fits a group: each term between 0 and 1 with the reasons that made it, weighed
//! into 0..=1000.
//!
//! Whole thousandths throughout, so that the same answers give the same score on every machine. An
//! answer that is missing counts neither for nor against (500 thousandths), and the reason says
//! that it is missing.

use compact_str::{CompactString, ToCompactString};
use serde::{Deserialize, Serialize};

use super::criteria::{Criterion, Measure, With, measured};
use super::instance::{Instance, Mentee, Mentor, OpenGroup, ReadingMix};
use super::rules;
use super::terms::{NEUTRAL, TermKind};
use crate::ledger::answers::Answers;

/// What makes a term high or low, with the answers it follows from (codes, never sentences).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The group meets in a slot that suits both; other slots that would too are to spare.
    SlotShared {
        /// The slot of the group.
        slot: CompactString,
        /// How many others mentee and mentor share.
        spare: u32,
    },
    /// The mentor is as the mentee wished (code of `mentor_trait`).
    MentorAsWished(CompactString),
    /// The mentee wished for another kind of mentor.
    MentorNotAsWished {
        /// The mentee's wish.
        wished: CompactString,
        /// What the mentor says of himself or herself.
        found: CompactString,
    },
    /// Any kind of mentor suits.
    AnyMentorSuits,
    /// Both like the same way of studying.
    SameStudyApproach(CompactString),
    /// They like different ways of studying.
    OtherStudyApproach {
        /// The mentee's.
        mentee: CompactString,
        /// The mentor's.
        mentor: CompactString,
    },
    /// The mentor's answers promise what the mentee hopes for (codes of `expectation`).
    ExpectationsMet(Vec<CompactString>),
    /// The mentor's answers do not promise what the mentee hopes for.
    ExpectationsNotMet(Vec<CompactString>),
    /// Interests in common with the mentor.
    SharedInterests(Vec<CompactString>),
    /// No interest in common with the mentor.
    NoSharedInterest,
    /// Neither likes these.
    SharedDislikes(Vec<CompactString>),
    /// One likes what the other does not.
    OpposedTastes(Vec<CompactString>),
    /// Neither shares nor opposes a dislike.
    NoDislikeInCommon,
    /// Members of the group are in the mentee's class.
    SameClass {
        /// The class.
        class: CompactString,
        /// How many members.
        members: u32,
    },
    /// Nobody of the class, but members of the same school year.
    SameSchoolYear {
        /// How many members.
        members: u32,
    },
    /// Nobody in the group is of the mentee's class or year.
    NobodyOfTheYear,
    /// A new group, whose members are not known yet.
    NewGroup,
    /// The mentee had this mentor before.
    PreviousMentor,
    /// The mentee had another mentor before, who still leads.
    PreviousMentorElsewhere(CompactString),
    /// The requested friend is in this group.
    FriendInGroup(CompactString),
    /// The requested friend is in another group.
    FriendElsewhere(CompactString),
    /// The requested friend waits for a group too.
    FriendWaits(CompactString),
    /// There is no earlier mentor and no requested friend to come together with.
    NothingToContinue,
    /// The mentor reads the Quran better than the mentee, or both have studied tajwid.
    MentorReadsBetter {
        /// The mentee's reading level.
        mentee: CompactString,
        /// The mentor's.
        mentor: CompactString,
    },
    /// Both read at the same level.
    MentorReadsAlike(CompactString),
    /// The mentee reads better than the mentor.
    MenteeReadsBetter {
        /// The mentee's reading level.
        mentee: CompactString,
        /// The mentor's.
        mentor: CompactString,
    },
    /// How far the mentee's reading level is from the mean of the group.
    ReadingDistance {
        /// The distance in levels, rounded.
        levels: u32,
        /// What the program prefers.
        wanted: ReadingMix,
    },
    /// What a criterion of the configuration found.
    Measured {
        /// The mentee's question.
        question: CompactString,
        /// How it was compared.
        measure: Measure,
        /// With whom.
        with: With,
        /// What came out, in thousandths.
        value: u32,
    },
    /// Both answered alike about themselves. The reason never tells what they answered.
    PersonalityClose,
    /// They answered differently about themselves.
    PersonalityFar,
    /// They answered neither alike nor differently about themselves.
    PersonalityBetween,
    /// The question (its key) was not answered by one of them: neither for nor against.
    Unanswered(CompactString),
}

/// One part of a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The term it belongs to.
    pub term: TermKind,
    /// What it follows from.
    pub reason: Reason,
    /// How good it is, in thousandths: 500 is neither for nor against.
    pub value: u32,
    /// Its share of the term, in thousandths; the shares of a term add up to 1000.
    pub share: u32,
    /// The weight of the term against the others.
    pub weight: u32,
}

/// A term of a score with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// Which term.
    pub kind: TermKind,
    /// Its value in thousandths of 1.
    pub value: u32,
    /// Its weight against the others.
    pub weight: u32,
    /// What it follows from.
    pub reasons: Vec<Reason>,
}

/// The answers of one person that the score reads, looked up once.
#[derive(Debug, Clone, Copy)]
pub struct Profile<'a> {
    interests: &'a [CompactString],
    dislikes: &'a [CompactString],
    study_approach: Option<&'a str>,
    /// What a mentee wishes for or what a mentor is.
    mentor_trait: Option<&'a str>,
    expectations: &'a [CompactString],
    class_name: Option<&'a str>,
    year: Option<i32>,
    reading_level: Option<&'a str>,
    answers: &'a Answers,
}

/// The keys of all answers that the score reads. Other answers do not change an instance's
/// fingerprint.
pub const KEYS: &[&str] = &[
    "birth_date",
    "class_name",
    "dislikes",
    "expectations",
    "interests",
    "memorization_level",
    "occupation",
    "own_trait",
    "preferred_mentor",
    "reading_level",
    "study_approach",
];

/// Reading levels from the lowest to the highest; `unknown` is none of them.
const READING_LEVELS: [&str; 5] =
    ["iqra_early", "iqra_late", "quran_halting", "quran_fluent", "tahsin"];

/// What a mentee may hope for, with the mentor's question and the answers that promise it. A hope
/// that no answer can promise (more regular worship) is not in the list and counts neither for nor
/// against.
const PROMISED_BY: [(&str, &str, &[&str]); 6] = [
    ("friends", "own_trait", &["easygoing"]),
    ("quran_reading", "reading_level", &["quran_fluent", "tahsin"]),
    ("memorization", "memorization_level", &["most_of_juz_30", "juz_30", "over_1_juz"]),
    ("knowledge", "study_approach", &["evidence", "discussion"]),
    ("confiding", "own_trait", &["patient_listener"]),
    ("study_support", "occupation", &["undergraduate", "working", "teacher"]),
];

impl<'a> Profile<'a> {
    /// Looks up what the score reads.
    pub fn of(answers: &'a Answers) -> Self {
        Self {
            interests: answers.list("interests"),
            dislikes: answers.list("dislikes"),
            study_approach: answers.text("study_approach"),
            mentor_trait: answers.text("preferred_mentor").or_else(|| answers.text("own_trait")),
            expectations: answers.list("expectations"),
            class_name: answers.text("class_name"),
            year: answers.date("birth_date").map(rules::year_group),
            reading_level: answers.text("reading_level"),
            answers,
        }
    }

    fn reading(&self) -> Option<u32> {
        let own = self.reading_level?;
        READING_LEVELS.iter().position(|level| *level == own).map(|at| at as u32)
    }
}

/// A mentee and a group whose fit is scored.
#[derive(Debug, Clone, Copy)]
pub struct Pairing<'s, 'a> {
    /// All there is, in order of the codes.
    pub instance: &'s Instance<'a>,
    /// Who would join.
    pub mentee: &'s Mentee<'a>,
    /// The mentee's answers.
    pub of_mentee: &'s Profile<'a>,
    /// Who leads.
    pub mentor: &'s Mentor<'a>,
    /// The mentor's answers.
    pub of_mentor: &'s Profile<'a>,
    /// The mentor's slots, as `rules::slots_of_mentor` gives them.
    pub mentor_slots: &'s [&'a str],
    /// The group, if it is open already, and its members' answers.
    pub group: Option<(&'s OpenGroup<'a>, &'s [Profile<'a>])>,
    /// The slot in which the group meets, once it is chosen.
    pub slot: Option<&'s str>,
}

/// Scores one part: what it follows from, and how good it is in thousandths.
type Scoring = fn(&Pairing) -> (Reason, u32);

/// How the parts of a term are scored, each with its share in thousandths.
fn scorings(kind: TermKind) -> &'static [(u32, Scoring)] {
    match kind {
        TermKind::Schedule => &[(1000, slots_to_spare)],
        TermKind::ValuesExpectations => {
            &[(334, mentor_wished), (333, study_approach), (333, expectations)]
        }
        TermKind::LikesDislikes => &[(500, likes), (500, dislikes)],
        TermKind::ClassDistrict => &[(1000, classmates)],
        TermKind::ContinuityFriend => &[(1000, continuity)],
        TermKind::Reading => &[(500, reading_of_mentor), (500, reading_of_group)],
        TermKind::Personality => &[(1000, personality)],
        TermKind::Criterion(_) => &[],
    }
}

/// The parts of all terms, in the order of the terms; criteria come last.
pub fn parts(pair: &Pairing) -> Vec<Part> {
    let mut parts = Vec::new();
    for (term, weight) in pair.instance.weights.iter() {
        parts.extend(scorings(term.kind).iter().map(|(share, scoring)| {
            let (reason, value) = scoring(pair);
            Part { term: term.kind, reason, value, share: *share, weight }
        }));
    }
    parts.extend((0..).zip(pair.instance.criteria).map(|(at, criterion)| {
        let (reason, value) = answers_compared(pair, criterion);
        let term = TermKind::Criterion(at);
        Part { term, reason, value, share: 1000, weight: criterion.weight }
    }));
    parts
}

/// What a criterion of the configuration finds.
fn answers_compared(pair: &Pairing, criterion: &Criterion) -> (Reason, u32) {
    let members = pair.group.map_or(&[][..], |(_, members)| members);
    let mentee = pair.of_mentee.answers;
    let value = match criterion.with {
        With::Mentor => measured(criterion, mentee, std::iter::once(pair.of_mentor.answers)),
        With::Members if members.is_empty() => return (Reason::NewGroup, NEUTRAL),
        With::Members => measured(criterion, mentee, members.iter().map(|member| member.answers)),
    };
    let Criterion { measure, with, .. } = *criterion;
    match value {
        Some(value) => {
            (Reason::Measured { question: criterion.field.clone(), measure, with, value }, value)
        }
        None => unanswered(&criterion.field),
    }
}

/// The weighted mean of all parts in thousandths, halves up; 0 if every weight is 0.
pub fn total(parts: &[Part]) -> u32 {
    let sum: u64 = parts.iter().map(|part| u64::from(part.value) * weighed(part)).sum();
    let weight: u64 = parts.iter().map(weighed).sum();
    if weight == 0 { 0 } else { ((2 * sum + weight) / (2 * weight)) as u32 }
}

/// How much a part lifts the score above the score of unanswered questions, in thousandths of a
/// point; negative if it lowers the score. `whole` are all parts.
pub fn points(part: &Part, whole: &[Part]) -> i64 {
    let weight = whole.iter().map(weighed).sum::<u64>() as i64 / 1000;
    let lift = i64::from(part.value) - i64::from(NEUTRAL);
    if weight == 0 { 0 } else { lift * weighed(part) as i64 / weight }
}

/// The parts gathered by term; terms without weight are left out.
pub fn terms(parts: &[Part]) -> Vec<Term> {
    let of_term = parts.chunk_by(|one, next| one.term == next.term).filter(|own| own[0].weight > 0);
    of_term
        .map(|own| {
            let value: u32 = own.iter().map(|part| part.value * part.share).sum();
            let reasons = own.iter().map(|part| part.reason.clone()).collect();
            Term { kind: own[0].term, value: (value + 500) / 1000, weight: own[0].weight, reasons }
        })
        .collect()
}

fn weighed(part: &Part) -> u64 {
    u64::from(part.weight) * u64::from(part.share)
}

fn unanswered(key: &str) -> (Reason, u32) {
    (Reason::Unanswered(key.to_compact_string()), NEUTRAL)
}

fn common(some: &[CompactString], others: &[CompactString]) -> Vec<CompactString> {
    let mut both: Vec<_> = some.iter().filter(|code| others.contains(code)).cloned().collect();
    both.sort_unstable();
    both.dedup();
    both
}

/// Scores the shared slots: one is what the hard rule asks; with three the group can move when the
/// school's schedule does.
fn slots_to_spare(pair: &Pairing) -> (Reason, u32) {
    let mut shared = rules::common_slots(pair.mentee, pair.mentor_slots);
    let Some(slot) = pair.slot.or_else(|| shared.next()) else { return unanswered("slots") };
    let spare = rules::common_slots(pair.mentee, pair.mentor_slots)
        .filter(|other| *other != slot)
        .count() as u32;
    (Reason::SlotShared { slot: slot.to_compact_string(), spare }, (spare.min(2) + 1) * 1000 / 3)
}

fn mentor_wished(pair: &Pairing) -> (Reason, u32) {
    let Some(wished) = pair.of_mentee.mentor_trait else { return unanswered("preferred_mentor") };
    if wished == "any" {
        return (Reason::AnyMentorSuits, NEUTRAL);
    }
    match pair.of_mentor.mentor_trait {
        None | Some("any") => unanswered("own_trait"),
        Some(found) if found == wished => (Reason::MentorAsWished(wished.into()), 1000),
        Some(found) => {
            (Reason::MentorNotAsWished { wished: wished.into(), found: found.into() }, 0)
        }
    }
}

fn study_approach(pair: &Pairing) -> (Reason, u32) {
    match (pair.of_mentee.study_approach, pair.of_mentor.study_approach) {
        (Some(mentee), Some(mentor)) if mentee == mentor => {
            (Reason::SameStudyApproach(mentee.into()), 1000)
        }
        (Some(mentee), Some(mentor)) => {
            (Reason::OtherStudyApproach { mentee: mentee.into(), mentor: mentor.into() }, 0)
        }
        _ => unanswered("study_approach"),
    }
}

fn expectations(pair: &Pairing) -> (Reason, u32) {
    let (mut met, mut not_met) = (Vec::new(), Vec::new());
    for (hope, key, promising) in PROMISED_BY {
        if !pair.of_mentee.expectations.iter().any(|hoped| hoped == hope) {
            continue;
        }
        match pair.of_mentor.answers.text(key) {
            Some(answer) if promising.contains(&answer) => met.push(hope.to_compact_string()),
            Some(answer) if answer != "unknown" => not_met.push(hope.to_compact_string()),
            _ => {}
        }
    }
    if met.is_empty() && not_met.is_empty() {
        return unanswered("expectations");
    }
    let value = (1000 * met.len() / (met.len() + not_met.len())) as u32;
    let reason = if met.is_empty() {
        Reason::ExpectationsNotMet(not_met)
    } else {
        Reason::ExpectationsMet(met)
    };
    (reason, value)
}

/// The overlap coefficient: interests in common over those of whoever named fewer
/// (Szymkiewicz–Simpson).
fn likes(pair: &Pairing) -> (Reason, u32) {
    let (mentee, mentor) = (pair.of_mentee.interests, pair.of_mentor.interests);
    let fewer = mentee.len().min(mentor.len());
    if fewer == 0 {
        return unanswered("interests");
    }
    match common(mentee, mentor) {
        shared if shared.is_empty() => (Reason::NoSharedInterest, 0),
        shared => {
            let value = (1000 * shared.len() / fewer).min(1000) as u32;
            (Reason::SharedInterests(shared), value)
        }
    }
}

/// Scores dislikes: shared ones bind more than shared likes do; each shared or opposed one counts a
/// quarter.
fn dislikes(pair: &Pairing) -> (Reason, u32) {
    let (mentee, mentor) = (pair.of_mentee, pair.of_mentor);
    if mentee.dislikes.is_empty() && mentor.dislikes.is_empty() {
        return unanswered("dislikes");
    }
    let shared = common(mentee.dislikes, mentor.dislikes);
    let mut opposed = common(mentee.dislikes, mentor.interests);
    opposed.extend(common(mentee.interests, mentor.dislikes));
    opposed.sort_unstable();
    opposed.dedup();
    let value =
        (500 + 250 * shared.len() as i64 - 250 * opposed.len() as i64).clamp(0, 1000) as u32;
    let reason = match (shared.len(), opposed.len()) {
        (0, 0) => Reason::NoDislikeInCommon,
        (shared_count, opposed_count) if shared_count >= opposed_count => {
            Reason::SharedDislikes(shared)
        }
        _ => Reason::OpposedTastes(opposed),
    };
    (reason, value)
}

fn classmates(pair: &Pairing) -> (Reason, u32) {
    let Some((_, members)) = pair.group.filter(|(_, members)| !members.is_empty()) else {
        return (Reason::NewGroup, NEUTRAL);
    };
    let Some(class) = pair.of_mentee.class_name else { return unanswered("class_name") };
    let count = |same: &dyn Fn(&Profile) -> bool| {
        members.iter().filter(|member| same(member)).count() as u32
    };
    let own = class.trim().to_lowercase();
    let of_class =
        count(&|member| member.class_name.is_some_and(|other| other.trim().to_lowercase() == own));
    if of_class > 0 {
        return (Reason::SameClass { class: class.into(), members: of_class }, 1000);
    }
    let year = Some(rules::year_group(pair.mentee.birth_date));
    match count(&|member| member.year == year) {
        0 => (Reason::NobodyOfTheYear, 0),
        members => (Reason::SameSchoolYear { members }, NEUTRAL),
    }
}

/// Scores continuity: a change of mentor does harm, so the mentor of last season comes first, then
/// the friend.
fn continuity(pair: &Pairing) -> (Reason, u32) {
    let (instance, mentee) = (pair.instance, pair.mentee);
    let previous = instance.previous.get(mentee.code).copied();
    if previous == Some(pair.mentor.code) {
        return (Reason::PreviousMentor, 1000);
    }
    let is_in =
        |group: &OpenGroup, code: &str| group.members.iter().any(|member| member.code == code);
    let friend = mentee.friend;
    if let Some(friend) =
        friend.filter(|friend| pair.group.is_some_and(|(group, _)| is_in(group, friend)))
    {
        return (Reason::FriendInGroup(friend.into()), 1000);
    }
    if let Some(previous) = previous.filter(|code| instance.find_mentor(code).is_some()) {
        return (Reason::PreviousMentorElsewhere(previous.into()), 0);
    }
    match friend {
        Some(friend) if instance.groups.iter().any(|group| is_in(group, friend)) => {
            (Reason::FriendElsewhere(friend.into()), 0)
        }
        Some(friend) if instance.find_mentee(friend).is_some() => {
            (Reason::FriendWaits(friend.into()), NEUTRAL)
        }
        _ => (Reason::NothingToContinue, NEUTRAL),
    }
}

fn reading_of_mentor(pair: &Pairing) -> (Reason, u32) {
    let (Some(mentee), Some(mentor)) = (pair.of_mentee.reading(), pair.of_mentor.reading()) else {
        return unanswered("reading_level");
    };
    let name = |level: u32| CompactString::const_new(READING_LEVELS[level as usize]);
    let highest = READING_LEVELS.len() as u32 - 1;
    let both = (name(mentee), name(mentor));
    match mentor.cmp(&mentee) {
        std::cmp::Ordering::Equal if mentor < highest => {
            (Reason::MentorReadsAlike(both.0), NEUTRAL)
        }
        std::cmp::Ordering::Less => {
            (Reason::MenteeReadsBetter { mentee: both.0, mentor: both.1 }, 0)
        }
        _ => (Reason::MentorReadsBetter { mentee: both.0, mentor: both.1 }, 1000),
    }
}

fn reading_of_group(pair: &Pairing) -> (Reason, u32) {
    let Some((_, members)) = pair.group else { return (Reason::NewGroup, NEUTRAL) };
    let levels: Vec<u32> = members.iter().filter_map(Profile::reading).collect();
    let (Some(own), false) = (pair.of_mentee.reading(), levels.is_empty()) else {
        return unanswered("reading_level");
    };
    let mean = 1000 * levels.iter().sum::<u32>() / levels.len() as u32;
    let distance = mean.abs_diff(1000 * own);
    let wanted = pair.instance.reading;
    let apart = distance / (READING_LEVELS.len() as u32 - 1);
    let value = match wanted {
        ReadingMix::Mixed => apart.min(1000),
        ReadingMix::Equal => 1000 - apart.min(1000),
    };
    (Reason::ReadingDistance { levels: (distance + 500) / 1000, wanted }, value)
}

fn personality(pair: &Pairing) -> (Reason, u32) {
    let Some(likeness) = pair.instance.bands.likeness(pair.mentee.code, pair.mentor.code) else {
        return unanswered("ipip");
    };
    let reason = match likeness.cmp(&NEUTRAL) {
        std::cmp::Ordering::Greater => Reason::PersonalityClose,
        std::cmp::Ordering::Equal => Reason::PersonalityBetween,
        std::cmp::Ordering::Less => Reason::PersonalityFar,
    };
    (reason, likeness)
}

#[cfg(test)]
mod tests;

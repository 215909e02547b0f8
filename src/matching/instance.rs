//! What matching is asked: who waits, who can lead a group, which groups have room, and what the
//! program wants.
//!
//! Plain borrowed data; it knows nothing of where the answers came from.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use compact_str::CompactString;
use halaqah_solver::{Position, positions};
use serde::{Deserialize, Serialize};

use super::criteria::Criterion;
use super::personality::KnownBands;
use super::terms::Weights;
use crate::ledger::answers::Answers;
use crate::ledger::event::IssuedSuggestions;

positions! {
    /// The position of a mentee in a sorted instance.
    MenteeId;
    /// The position of a mentor in a sorted instance.
    MentorId;
    /// The position of an open group in a sorted instance.
    OpenGroupId;
}

/// Somebody who waits for a group. The caller gives only people whose consent is complete.
#[derive(Debug, Clone, Copy)]
pub struct Mentee<'a> {
    /// The person's code; unique among mentees.
    pub code: &'a str,
    /// The answers to `mentee_registration`.
    pub answers: &'a Answers,
    /// The day of birth.
    pub birth_date: NaiveDate,
    /// A code of the list `gender`.
    pub gender: &'a str,
    /// Codes of `weekly_slot`.
    pub slots: &'a [CompactString],
    /// The code of the friend the mentee asked to be grouped with, if the caller could tell who is
    /// meant.
    pub friend: Option<&'a str>,
    /// The group the mentee is in now; set only when everybody is grouped anew.
    pub current: Option<&'a str>,
}

impl<'a> Mentee<'a> {
    /// Takes gender, day of birth and slots from the answers; `None` without a gender or a day of
    /// birth.
    pub fn from_answers(code: &'a str, answers: &'a Answers) -> Option<Self> {
        let (birth_date, gender) = (answers.date("birth_date")?, answers.text("gender")?);
        Some(Self {
            code,
            answers,
            birth_date,
            gender,
            slots: answers.list("slots"),
            friend: None,
            current: None,
        })
    }
}

/// Somebody who leads groups or could.
#[derive(Debug, Clone, Copy)]
pub struct Mentor<'a> {
    /// The person's code; unique among mentors.
    pub code: &'a str,
    /// The answers to `mentor_application`.
    pub answers: &'a Answers,
    /// The day of birth.
    pub birth_date: NaiveDate,
    /// A code of the list `gender`.
    pub gender: &'a str,
    /// Codes of `weekly_slot`.
    pub slots: &'a [CompactString],
    /// How many mentees the mentor takes at most, over all groups.
    pub max_mentees: u32,
    /// How many the mentor has now, over all groups.
    pub members_now: u32,
    /// Whether the mentor has been screened and may begin.
    pub ready: bool,
    /// Whether an adult leads along, so that the mentor need not be older than the mentees.
    pub adult_co_mentor: bool,
}

impl<'a> Mentor<'a> {
    /// Takes gender, day of birth, slots and maximum from the answers, as somebody not yet screened
    /// and without members; `None` without a gender, a day of birth or a maximum.
    pub fn from_answers(code: &'a str, answers: &'a Answers) -> Option<Self> {
        Some(Self {
            code,
            answers,
            birth_date: answers.date("birth_date")?,
            gender: answers.text("gender")?,
            slots: answers.list("slots"),
            max_mentees: u32::try_from(answers.integer("max_mentees")?).ok()?,
            members_now: 0,
            ready: false,
            adult_co_mentor: false,
        })
    }

    /// How many more mentees the mentor takes.
    pub fn remaining(&self) -> u32 {
        self.max_mentees.saturating_sub(self.members_now)
    }
}

/// One who is in an open group now.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The mentee's code.
    pub code: &'a str,
    /// The answers to `mentee_registration`.
    pub answers: &'a Answers,
}

/// A group that meets already.
#[derive(Debug, Clone)]
pub struct OpenGroup<'a> {
    /// Its name; unique.
    pub name: &'a str,
    /// The code of its mentor.
    pub mentor: &'a str,
    /// The weekly slot it meets in, if it is known.
    pub slot: Option<&'a str>,
    /// The number of members; greater than that of `members` if not all of them are known.
    pub size: u32,
    /// The members that are known.
    pub members: Vec<Member<'a>>,
}

/// How large a group may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroupSize {
    /// A new group with fewer is not opened.
    pub min: u32,
    /// The size that serves best.
    pub target: u32,
    /// No group grows beyond it.
    pub max: u32,
}

impl Default for GroupSize {
    fn default() -> Self {
        Self { min: 5, target: 8, max: 10 }
    }
}

/// Whether a group should have one reading level or the fluent should sit with the beginners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingMix {
    /// The fluent help those who are not.
    #[default]
    Mixed,
    /// Everybody reads at about the same level.
    Equal,
}

/// What a program wants of its groups, as the configuration has it.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// How large a group may be.
    pub group_size: GroupSize,
    /// What each term of the score weighs.
    pub weights: Weights,
    /// Whether groups should read alike.
    pub reading: ReadingMix,
    /// Whether chance chooses among groupings that are nearly as good as the best.
    pub randomise: bool,
    /// Criteria on any question, beside the terms that `weights` weighs.
    pub criteria: &'a [Criterion],
}

/// Everything that a suggestion follows from. The order of the rows does not matter.
#[derive(Debug, Clone, Default)]
pub struct Instance<'a> {
    /// Everybody who waits.
    pub mentees: Vec<Mentee<'a>>,
    /// Everybody who leads or could lead a group.
    pub mentors: Vec<Mentor<'a>>,
    /// The groups that meet now.
    pub groups: Vec<OpenGroup<'a>>,
    /// Pairs (mentee, mentor) that were rejected or are forbidden.
    pub must_not: BTreeSet<(&'a str, &'a str)>,
    /// The mentor that each mentee had before, by the mentee's code.
    pub previous: BTreeMap<&'a str, &'a str>,
    /// How large a group may be.
    pub group_size: GroupSize,
    /// What each term of the score weighs.
    pub weights: Weights,
    /// Whether groups should read alike.
    pub reading: ReadingMix,
    /// Whether chance chooses among groupings that are nearly as good as the best.
    pub randomise: bool,
    /// Criteria on any question, beside the terms that `weights` weighs.
    pub criteria: &'a [Criterion],
    /// Pairs of mentees who are never put in one group.
    pub apart: BTreeSet<(&'a str, &'a str)>,
    /// What may be used of people's personality.
    pub bands: KnownBands<'a>,
    /// What was suggested last: an open suggestion is not changed without a reason. No part of the
    /// instance's fingerprint.
    pub last: Option<&'a IssuedSuggestions>,
}

impl<'a> Instance<'a> {
    /// The same instance with every list in order of its codes: ties break by this order.
    pub(super) fn sorted(&self) -> Instance<'a> {
        let mut sorted = self.clone();
        sorted.mentees.sort_by_key(|mentee| mentee.code);
        sorted.mentors.sort_by_key(|mentor| mentor.code);
        sorted.groups.sort_by_key(|group| group.name);
        for group in &mut sorted.groups {
            group.members.sort_by_key(|member| member.code);
        }
        sorted
    }

    /// The instance in which all members are grouped anew. The groups stay, and staying in one's
    /// own group is worth something.
    pub fn regrouped(&self) -> Instance<'a> {
        let mut anew = self.clone();
        anew.last = None;
        for group in &mut anew.groups {
            let mentees = group
                .members
                .iter()
                .filter_map(|member| Mentee::from_answers(member.code, member.answers));
            let mut leaving: Vec<Mentee> =
                mentees.map(|mentee| Mentee { current: Some(group.name), ..mentee }).collect();
            group.members.retain(|member| !leaving.iter().any(|mentee| mentee.code == member.code));
            let gone = u32::try_from(leaving.len()).unwrap_or(u32::MAX);
            group.size = group.size.saturating_sub(gone);
            let mentor = anew.mentors.iter_mut().find(|mentor| mentor.code == group.mentor);
            if let Some(mentor) = mentor {
                mentor.members_now = mentor.members_now.saturating_sub(gone);
            }
            anew.mentees.append(&mut leaving);
        }
        anew
    }

    /// The groups that a mentor leads now.
    pub(super) fn groups_of(&self, mentor: &str) -> impl Iterator<Item = &OpenGroup<'a>> {
        self.groups.iter().filter(move |group| group.mentor == mentor)
    }

    /// A mentee by position.
    pub(super) fn mentee(&self, mentee: MenteeId) -> &Mentee<'a> {
        &self.mentees[mentee.index()]
    }

    /// A mentor by position.
    pub(super) fn mentor(&self, mentor: MentorId) -> &Mentor<'a> {
        &self.mentors[mentor.index()]
    }

    /// An open group by position.
    pub(super) fn group(&self, group: OpenGroupId) -> &OpenGroup<'a> {
        &self.groups[group.index()]
    }

    /// The positions of all mentees, in order.
    pub(super) fn mentee_ids(&self) -> impl Iterator<Item = MenteeId> + use<> {
        (0..self.mentees.len()).map(MenteeId::at)
    }

    /// The positions of all mentors, in order.
    pub(super) fn mentor_ids(&self) -> impl Iterator<Item = MentorId> + use<> {
        (0..self.mentors.len()).map(MentorId::at)
    }

    /// The positions of all open groups, in order.
    pub(super) fn group_ids(&self) -> impl Iterator<Item = OpenGroupId> + use<> {
        (0..self.groups.len()).map(OpenGroupId::at)
    }

    /// The mentee of a code; the instance is sorted.
    pub(super) fn find_mentee(&self, code: &str) -> Option<MenteeId> {
        let found = self.mentees.binary_search_by_key(&code, |mentee| mentee.code);
        found.ok().map(MenteeId::at)
    }

    /// The mentor of a code; the instance is sorted.
    pub(super) fn find_mentor(&self, code: &str) -> Option<MentorId> {
        let found = self.mentors.binary_search_by_key(&code, |mentor| mentor.code);
        found.ok().map(MentorId::at)
    }
}

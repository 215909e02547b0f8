//! What matching is asked: who waits, who can lead a group, which groups have room, and what the
//! program wants.
//!
//! Plain borrowed data; it knows nothing of where the answers came from.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::criteria::Criterion;
use super::personality::KnownBands;
use crate::ledger::answers::Answers;
use crate::ledger::event::IssuedSuggestions;

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
    /// The group the mentee is in now: only when everybody is to be grouped anew.
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
    /// How many members it has; more than `members` if not all of them are known.
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

/// What each term of the score weighs against the others; 0 switches a term off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Weights {
    /// Slots to spare, should the group have to move.
    pub schedule: u32,
    /// The mentor wished for, the way of studying, what is hoped for.
    pub values_expectations: u32,
    /// Shared likes and dislikes.
    pub likes_dislikes: u32,
    /// Classmates in the group.
    pub class_district: u32,
    /// The mentor of last season and the requested friend.
    pub continuity_friend: u32,
    /// Reading levels of mentee, mentor and group.
    pub reading: u32,
    /// Personality, off until people have consented to it.
    pub personality: u32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            schedule: 25,
            values_expectations: 25,
            likes_dislikes: 15,
            class_district: 10,
            continuity_friend: 10,
            reading: 5,
            personality: 0,
        }
    }
}

/// Whether a group should read alike or the fluent should sit with the beginners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingMix {
    /// The fluent help those who are not.
    #[default]
    Mixed,
    /// Everybody reads at about the same level.
    Equal,
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
    /// Whether chance chooses among plans that are nearly as good as the best.
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
    /// The same instance with every list in order of its codes, on which all later steps rely to
    /// break ties.
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

    /// The same program with all members to be grouped anew; the groups stay, and staying in one's
    /// own is worth something.
    pub fn regrouped(&self) -> Instance<'a> {
        let mut anew = self.clone();
        anew.last = None;
        for group in &mut anew.groups {
            let of_group = group
                .members
                .iter()
                .filter_map(|member| Mentee::from_answers(member.code, member.answers));
            let mut leaving: Vec<Mentee> =
                of_group.map(|mentee| Mentee { current: Some(group.name), ..mentee }).collect();
            group.members.retain(|member| !leaving.iter().any(|mentee| mentee.code == member.code));
            group.size =
                group.size.saturating_sub(u32::try_from(leaving.len()).unwrap_or(u32::MAX));
            let mentor = anew.mentors.iter_mut().find(|mentor| mentor.code == group.mentor);
            if let Some(mentor) = mentor {
                let gone = u32::try_from(leaving.len()).unwrap_or(u32::MAX);
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

    /// Whether a mentor of this code is there; the instance is sorted.
    pub(super) fn has_mentor(&self, code: &str) -> bool {
        self.mentors.binary_search_by_key(&code, |mentor| mentor.code).is_ok()
    }

    /// Whether a mentee of this code waits; the instance is sorted.
    pub(super) fn waits(&self, code: &str) -> bool {
        self.mentees.binary_search_by_key(&code, |mentee| mentee.code).is_ok()
    }
}

//! What the levels of all mentees, mentors and groups follow from, gathered once a scene.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::late_step::LateStep;
use super::steps::late_subjects;
use crate::ledger::consent::Withdrawal;
use crate::ledger::groups::GroupIndex;
use crate::ledger::people::{MenteeIndex, MentorIndex};
use crate::ledger::progress::About;
use crate::ledger::standing::Standing;
use crate::statistics::{SHOWN_FROM, absent_in_a_row, scores_by_group};

/// Whom a late step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Mentee(MenteeIndex),
    Mentor(MentorIndex),
    /// A request, a partner or a document, by the number of its latest line.
    Record(u64),
}

/// What the members of a group said of it in the season.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::views) struct GroupScore {
    /// The mean score from 1 to 5, in thousandths.
    pub thousandths: i64,
    /// How many answers there are.
    pub answers: i64,
}

impl GroupScore {
    /// The mean score from 1 to 5.
    pub fn value(self) -> f64 {
        self.thousandths as f64 / 1000.0
    }
}

/// What levels follow from.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Those who may be placed, and the day since when.
    pub(super) waiting: BTreeMap<MenteeIndex, NaiveDate>,
    /// Those whose guardian has not answered.
    pub(super) awaiting_consent: BTreeSet<MenteeIndex>,
    /// Consents taken back from mentees who are still in a group.
    pub(super) withdrawals: BTreeMap<MenteeIndex, Withdrawal>,
    /// Members who missed the last three meetings of the season without notice.
    pub(super) absent_in_a_row: BTreeSet<MenteeIndex>,
    /// The last day on which a mentee was at a meeting, of any season.
    pub(super) last_seen: BTreeMap<MenteeIndex, NaiveDate>,
    /// The last day on which a mentee was expected at a meeting whose list was filled in.
    pub(super) last_listed: BTreeMap<MenteeIndex, NaiveDate>,
    /// What is said of the groups with enough answers to be shown.
    pub(super) scores: BTreeMap<GroupIndex, GroupScore>,
    late_steps: BTreeMap<Key, Vec<LateStep>>,
}

impl Facts {
    /// The facts of a day.
    pub(super) fn of(standing: &Standing<'_>) -> Self {
        let (mut last_seen, mut last_listed) = (BTreeMap::new(), BTreeMap::new());
        for meeting in standing.meetings.all() {
            let Some(attendance) = &meeting.attendance else { continue };
            last_seen.extend(attendance.present.iter().map(|mentee| (*mentee, meeting.date)));
            last_listed.extend(attendance.roster.iter().map(|mentee| (*mentee, meeting.date)));
        }
        let withdrawals = standing.consent_withdrawals().into_iter();
        let absent = absent_in_a_row(standing, standing.meetings.within(standing.window()));
        Self {
            waiting: standing.waiting.iter().map(|one| (one.mentee, one.since)).collect(),
            awaiting_consent: standing.awaiting_consent.iter().copied().collect(),
            withdrawals: withdrawals
                .filter(|clock| clock.still_in.is_some())
                .map(|clock| (clock.mentee, clock))
                .collect(),
            absent_in_a_row: absent.collect(),
            last_seen,
            last_listed,
            scores: group_scores(standing),
            late_steps: late_steps(standing),
        }
    }

    pub(super) fn late_steps_of_mentee(
        &self,
        mentee: MenteeIndex,
    ) -> impl Iterator<Item = LateStep> {
        self.late_steps_of(Key::Mentee(mentee))
    }

    pub(super) fn late_steps_of_mentor(
        &self,
        mentor: MentorIndex,
    ) -> impl Iterator<Item = LateStep> {
        self.late_steps_of(Key::Mentor(mentor))
    }

    /// The late steps of a request, a partner or a document, by the number of its latest line.
    pub(super) fn late_steps_of_record(&self, seq: u64) -> impl Iterator<Item = LateStep> {
        self.late_steps_of(Key::Record(seq))
    }

    fn late_steps_of(&self, key: Key) -> impl Iterator<Item = LateStep> {
        self.late_steps.get(&key).into_iter().flatten().copied()
    }
}

fn group_scores(standing: &Standing<'_>) -> BTreeMap<GroupIndex, GroupScore> {
    let by_group = scores_by_group(standing, standing.window()).into_iter();
    let shown = by_group.filter(|(_, sums)| sums.len() >= SHOWN_FROM);
    let mean = |(group, sums): (GroupIndex, Vec<i64>)| {
        let answers = sums.len() as i64;
        // A score is a fifth of a sum.
        let thousandths = sums.iter().sum::<i64>() * 200 / answers;
        (group, GroupScore { thousandths, answers })
    };
    shown.map(mean).collect()
}

fn late_steps(standing: &Standing<'_>) -> BTreeMap<Key, Vec<LateStep>> {
    let mut late_steps: BTreeMap<Key, Vec<LateStep>> = BTreeMap::new();
    for late in late_subjects(standing) {
        let key = match late.progress.about {
            About::Mentee(mentee) => Key::Mentee(mentee),
            About::Mentor(mentor) => Key::Mentor(mentor),
            About::SupportRequest(case) => Key::Record(standing.support[case].request.seq),
            About::Partner(record) | About::Document(record) => Key::Record(record.seq),
        };
        let days = late.progress.days_late;
        let step = LateStep { procedure: late.procedure, step: late.step, days };
        late_steps.entry(key).or_default().push(step);
    }
    late_steps
}

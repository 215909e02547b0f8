//! Which rows are about whom: what is needed to show the rows behind a figure, and not to compute
//! it.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::scene::Scene;
use crate::ledger::groups::GroupIndex;
use crate::ledger::names::normal_name;
use crate::ledger::people::{MenteeIndex, MentorIndex};
use crate::ledger::record::Record;

/// Rows by whom or what they are about, in the order of their forms.
#[derive(Debug)]
pub struct Trails<'s> {
    consents: BTreeMap<MenteeIndex, Vec<&'s Record>>,
    placements: BTreeMap<MenteeIndex, Vec<&'s Record>>,
    attended: BTreeMap<MenteeIndex, Vec<&'s Record>>,
    recitations: BTreeMap<MenteeIndex, Vec<&'s Record>>,
    steps: BTreeMap<MentorIndex, Vec<&'s Record>>,
    decisions: BTreeMap<CompactString, Vec<&'s Record>>,
    taaruf: BTreeMap<CompactString, Vec<&'s Record>>,
}

impl<'s> Trails<'s> {
    pub(super) fn of(scene: &Scene<'s, '_>) -> Self {
        let standing = scene.standing;
        let rows = |form: &str| standing.records.of(form).iter().copied();
        let text = |record: &'s Record, question| record.answers.text(question).unwrap_or_default();
        let about_mentee =
            |record: &'s Record, question| standing.find_mentee(text(record, question));
        let members = |record: &'s Record| {
            let names = record.answers.list("members").iter();
            names.filter_map(|name| standing.find_mentee(name)).map(move |mentee| (mentee, record))
        };
        let present = standing.meetings.all().iter().flat_map(|meeting| {
            let present = meeting.attendance.iter().flat_map(|attendance| &attendance.present);
            present.map(|mentee| (*mentee, meeting.record))
        });
        let of_group = |record: &'s Record| (normal_name(text(record, "group")), record);
        let about_mentor = |record: &'s Record| {
            standing.find_mentor(text(record, "mentor")).map(|mentor| (mentor, record))
        };
        Self {
            consents: gathered(
                rows("guardian_consent").filter_map(|record| {
                    about_mentee(record, "child").map(|mentee| (mentee, record))
                }),
            ),
            placements: gathered(rows("placement_decision").flat_map(members)),
            attended: gathered(present),
            recitations: gathered(standing.recitations.iter().copied()),
            steps: gathered(
                rows("mentor_training").chain(rows("support_follow_up")).filter_map(about_mentor),
            ),
            decisions: gathered(rows("placement_decision").map(of_group)),
            taaruf: gathered(rows("taaruf_record").map(of_group)),
        }
    }

    /// What guardians said about a mentee.
    pub(super) fn consents(&self, mentee: MenteeIndex) -> &[&'s Record] {
        of(&self.consents, &mentee)
    }

    /// Decisions that name a mentee.
    pub(super) fn placements(&self, mentee: MenteeIndex) -> &[&'s Record] {
        of(&self.placements, &mentee)
    }

    /// Meetings at which a mentee was present.
    pub(super) fn attended(&self, mentee: MenteeIndex) -> &[&'s Record] {
        of(&self.attended, &mentee)
    }

    /// A mentee's records of memorization.
    pub(super) fn recitations(&self, mentee: MenteeIndex) -> &[&'s Record] {
        of(&self.recitations, &mentee)
    }

    /// A mentor's steps, training and contacts.
    pub(super) fn steps(&self, mentor: MentorIndex) -> &[&'s Record] {
        of(&self.steps, &mentor)
    }

    /// Decisions about a group, from its forming to its closing.
    pub(super) fn decisions(&self, scene: &Scene<'s, '_>, group: GroupIndex) -> Vec<&'s Record> {
        let group = &scene.standing.groups[group];
        let lived = |record: &&&Record| {
            group.start <= record.event_date
                && group.closed.is_none_or(|closing| record.event_date <= closing.on)
        };
        of(&self.decisions, &group.normal_name).iter().filter(lived).copied().collect()
    }

    /// Records of taaruf with a group's name.
    pub(super) fn taaruf(&self, name: &CompactString) -> &[&'s Record] {
        of(&self.taaruf, name)
    }
}

fn gathered<'s, K: Ord>(
    found: impl Iterator<Item = (K, &'s Record)>,
) -> BTreeMap<K, Vec<&'s Record>> {
    let mut rows: BTreeMap<K, Vec<&'s Record>> = BTreeMap::new();
    found.for_each(|(key, record)| rows.entry(key).or_default().push(record));
    rows
}

fn of<'t, 's, K: Ord>(rows: &'t BTreeMap<K, Vec<&'s Record>>, key: &K) -> &'t [&'s Record] {
    rows.get(key).map_or(&[], Vec::as_slice)
}

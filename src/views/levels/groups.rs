//! The levels of groups and of the places in them.

use super::people::consent_reason;
use super::{GroupScore, Level, Reason, Scene, Verdict, facts};
use crate::ledger::groups::GroupIndex;
use crate::ledger::standing::Standing;
use crate::statistics::TAARUF_DAYS;

/// School weeks without a meeting: from the first faltering, from the second stalled.
const GAP_WEEKS: (usize, usize) = (3, 6);

/// Days after forming by which a group should have met.
const FIRST_MEETING_DAYS: i64 = 14;

/// Scores by mentees, in thousandths: below the first low, below the second very low.
const SCORES: (i64, i64) = (3_500, 3_000);

/// Missing places above which a gender or a slot is an alert.
const GAP_ALERT: i64 = 8;

/// Why a group is not in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::views) enum GroupReason {
    /// School weeks without a meeting.
    NoMeeting {
        /// Weeks since the last one.
        weeks: usize,
    },
    /// Never met since it was formed, days ago.
    NotStarted {
        /// Days since then.
        days: i64,
    },
    /// Members under 18 without consent.
    WithoutConsent {
        /// How many.
        members: usize,
    },
    /// Taaruf is late.
    LateTaaruf {
        /// Days since the group was formed.
        days: i64,
    },
    /// The members who answered give a low score.
    LowScore(GroupScore),
}

impl GroupReason {
    /// Whether the group has stopped meeting.
    pub fn is_stalled(&self) -> bool {
        matches!(self, Self::NoMeeting { weeks } if *weeks >= GAP_WEEKS.1)
    }
}

impl Reason for GroupReason {
    fn level(&self) -> Level {
        match self {
            Self::NoMeeting { .. } => Level::of(true, self.is_stalled()),
            Self::NotStarted { .. } => Level::Warning,
            Self::WithoutConsent { .. } => Level::Alert,
            Self::LateTaaruf { days } => Level::of(true, *days > TAARUF_DAYS.1),
            Self::LowScore(score) => Level::of(true, score.thousandths < SCORES.1),
        }
    }

    fn say(&self, scene: &Scene<'_>) -> String {
        let words = scene.words;
        match self {
            Self::NoMeeting { weeks } => {
                words.say_with("groups-gap", &[("weeks", &weeks.to_string())])
            }
            Self::NotStarted { .. } => words.say("groups-not-started"),
            Self::WithoutConsent { members } => {
                words.say_with("groups-without-consent", &[("count", &members.to_string())])
            }
            Self::LateTaaruf { days } => {
                words.say_with("groups-late-taaruf", &[("days", &words.integer(*days))])
            }
            Self::LowScore(score) => {
                words.say_with("groups-low-score", &[("score", &words.decimal(score.value()))])
            }
        }
    }
}

/// How a group stands; one that was closed has no level.
pub(in crate::views) fn group(scene: &Scene<'_>, group: GroupIndex) -> Verdict<GroupReason> {
    let standing = scene.standing;
    if !standing.groups[group].is_open(standing.through) {
        return Verdict::of(false, Vec::new());
    }
    let mut reasons: Vec<GroupReason> = meetings_reason(standing, group).into_iter().collect();
    let members = standing.members(group).iter();
    let without = members.filter(|mentee| consent_reason(scene, **mentee).is_some()).count();
    if without > 0 {
        reasons.push(GroupReason::WithoutConsent { members: without });
    }
    reasons.extend(taaruf_reason(scene, group));
    let score = facts(scene).scores.get(&group).copied();
    reasons.extend(score.filter(|s| s.thousandths < SCORES.0).map(GroupReason::LowScore));
    Verdict::of(true, reasons)
}

/// Whether a group has not met for long, or never.
pub(in crate::views) fn meetings_reason(
    standing: &Standing<'_>,
    group: GroupIndex,
) -> Option<GroupReason> {
    match standing.gap(group) {
        Some(weeks) => (weeks >= GAP_WEEKS.0).then_some(GroupReason::NoMeeting { weeks }),
        None => {
            let days = standing.days_since_start(group);
            (days > FIRST_MEETING_DAYS).then_some(GroupReason::NotStarted { days })
        }
    }
}

/// Whether an open group of the season has not got to know each other within the days for it. What
/// is noted nowhere is not late.
fn taaruf_reason(scene: &Scene<'_>, group: GroupIndex) -> Option<GroupReason> {
    let standing = scene.standing;
    let days = standing.days_since_start(group);
    let is_late = super::is_on(scene, "taaruf_record")
        && standing.window().contains(standing.groups[group].start)
        && standing.first_taaruf(group).is_none()
        && days > TAARUF_DAYS.0;
    is_late.then_some(GroupReason::LateTaaruf { days })
}

/// The level of a gender, or of a gender in a slot, with this many places missing.
pub(in crate::views) fn capacity(gap: i64) -> Level {
    Level::of(gap > 0, gap > GAP_ALERT)
}

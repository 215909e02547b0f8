//! Promotion: what each channel cost and how many of those it brought stayed.

use serde_json::{Map, Value, json};

use super::Scene;
use super::evidence::{Asked, Evidence, text};
use super::numbers::{count, ratio, rupiah, size, wilson};
use crate::ledger::index::IndexVec;
use crate::ledger::people::MenteeIndex;
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;

/// Fewer registrations than this say little about a channel.
const ENOUGH_DATA: i64 = 20;

/// One who attended this often is active.
const ACTIVE_MEETINGS: u32 = 4;

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    let attended = standing.attended(standing.window());
    let channels = standing.program.codes("promotion_activity", "channel");
    let figures: Map<String, Value> = channels
        .iter()
        .map(|channel| (channel.clone(), of_channel(standing, channel, &attended)))
        .collect();
    figures.into()
}

fn of_channel(
    standing: &Standing<'_>,
    channel: &str,
    attended: &IndexVec<MenteeIndex, u32>,
) -> Value {
    let answers = |record: &Record, question, code| record.answers.text(question) == Some(code);
    let activities: Vec<&Record> = standing
        .in_window("promotion_activity")
        .filter(|record| answers(record, "target", "mentee") && answers(record, "channel", channel))
        .collect();
    let total = |question| {
        activities.iter().filter_map(|record| record.answers.integer(question)).sum::<i64>()
    };
    let (reach, cost) = (total("reach"), total("cost"));
    let brought: Vec<MenteeIndex> =
        standing.cohort.iter().copied().filter(|p| came_by(standing, *p, channel)).collect();
    let registered = size(brought.len());
    let active = count(brought.iter().filter(|mentee| attended[**mentee] >= ACTIVE_MEETINGS));
    let (low, high) = wilson(active, registered);
    json!({
        "activities": activities.len(),
        "reach": reach,
        "cost": cost,
        "registered": registered,
        "active": active,
        "conversion": ratio(registered, reach),
        "active_rate": ratio(active, registered),
        "active_rate_low": low,
        "active_rate_high": high,
        "cost_per_active": rupiah(cost, 1, active),
        "enough_data": registered >= ENOUGH_DATA,
    })
}

fn came_by(standing: &Standing<'_>, mentee: MenteeIndex, channel: &str) -> bool {
    standing.registration(mentee).and_then(|record| record.answers.text("source")) == Some(channel)
}

/// The rows behind each figure.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let window = standing.window();
    let channel = path.first().copied();
    let is_it = |found: &str| channel.is_none_or(|channel| channel == found);
    let activities =
        || {
            let all = standing.in_window("promotion_activity");
            Evidence::of(all.filter(|record| {
                text(record, "target") == "mentee" && is_it(text(record, "channel"))
            }))
        };
    let source = |mentee: MenteeIndex| {
        standing.registration(mentee).map_or("", |record| text(record, "source"))
    };
    let brought: Vec<MenteeIndex> =
        standing.cohort.iter().copied().filter(|mentee| is_it(source(*mentee))).collect();
    let registered =
        || Evidence::of(brought.iter().filter_map(|mentee| standing.registration(*mentee)));
    let active = || {
        let attended = standing.attended(window);
        let active: Vec<MenteeIndex> =
            brought.iter().copied().filter(|p| attended[*p] >= ACTIVE_MEETINGS).collect();
        let came = asked
            .meetings(window, |meeting| active.iter().any(|mentee| meeting.was_present(*mentee)));
        Evidence::of(active.iter().filter_map(|mentee| standing.registration(*mentee))).and(came)
    };
    match path.get(1).copied().unwrap_or_default() {
        "activities" | "reach" | "cost" => activities(),
        "registered" | "enough_data" => registered(),
        "active" => active(),
        "conversion" => registered().against(activities()),
        "active_rate" | "active_rate_low" | "active_rate_high" => active().against(registered()),
        "cost_per_active" => activities().against(active()),
        _ => activities().and(registered()),
    }
}

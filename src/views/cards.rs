//! A group's card: the lines that its mentor is sent, one below the other in one column, so that
//! they are copied as a message. Only what a mentor may see: no phone, no guardian, and nobody
//! under 18 without a guardian's consent.

use chrono::{Datelike, NaiveDate, TimeDelta};

use super::levels::{self, GroupReason};
use super::{Scene, named};
use crate::ledger::groups::GroupIndex;
use crate::ledger::people::MenteeIndex;
use crate::ledger::season::monday_of;

/// The members who may be named on a card.
pub(super) fn may_be_named(scene: &Scene<'_>, group: GroupIndex) -> Vec<MenteeIndex> {
    let members = scene.standing.members(group).iter().copied();
    members.filter(|mentee| scene.standing.may_take_part(*mentee)).collect()
}

/// The first line: the group, and whom to send the card to.
pub(super) fn head(scene: &Scene<'_>, group: GroupIndex) -> [String; 3] {
    let found = &scene.standing.groups[group];
    let mentor = found.mentor.map(|mentor| &scene.standing.mentors[mentor]);
    let name = mentor
        .map_or_else(|| scene.words.say("groups-no-mentor"), |mentor| named(mentor, scene.words));
    let phone = mentor.and_then(|mentor| mentor.phone()).unwrap_or_default();
    [found.name.to_owned(), name, phone.to_owned()]
}

/// The lines to be copied. Every card has equally many, so that one group's news does not move the
/// others' cards.
pub(super) fn lines(scene: &Scene<'_>, group: GroupIndex) -> [String; 7] {
    let (words, standing) = (scene.words, scene.standing);
    let found = &standing.groups[group];
    let members = may_be_named(scene, group);
    let called = found.mentor.map_or("", |mentor| standing.mentors[mentor].nickname());
    let slot = found.weekly_slot.map_or_else(
        || words.say("card-no-slot"),
        |slot| scene.labels.choice("mentor_application", "slots", slot).to_owned(),
    );
    let names: Vec<&str> =
        members.iter().map(|&member| standing.mentees[member].full_name()).collect();
    let names = if names.is_empty() { words.say("none") } else { names.join(", ") };
    let link = scene.labels.link_for_group("meeting_report", found.name);
    [
        words.say_with("card-greeting", &[("mentor", called), ("group", found.name)]),
        words.say_with("card-slot", &[("slot", &slot)]),
        words.say_with("card-members", &[("count", &members.len().to_string()), ("list", &names)]),
        words.say_with("card-birthdays", &[("list", &birthdays(scene, &members))]),
        words.say_with("card-last", &[("last", &last_meeting(scene, group, &members))]),
        format!("{} {}", next_week(scene), state(scene, group)),
        link.map_or_else(
            || words.say("card-report"),
            |link| words.say_with("card-report-link", &[("link", &link)]),
        ),
    ]
}

/// Who has a birthday in this month, by day.
fn birthdays(scene: &Scene<'_>, members: &[MenteeIndex]) -> String {
    let born =
        |mentee: &MenteeIndex| Some((scene.standing.mentees[*mentee].birth_date()?, *mentee));
    let this_month = |(born, _): &(NaiveDate, MenteeIndex)| born.month() == scene.today.month();
    let mut found: Vec<_> = members.iter().filter_map(born).filter(this_month).collect();
    found.sort_by_key(|(born, mentee)| (born.day(), *mentee));
    let said = found.into_iter().map(|(born, mentee)| {
        let name = scene.standing.mentees[mentee].nickname();
        scene.words.say_with("card-birthday", &[("name", name), ("day", &born.day().to_string())])
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() { scene.words.say("card-nobody") } else { said.join(", ") }
}

/// When they last met, and how many came of those who may be named.
fn last_meeting(scene: &Scene<'_>, group: GroupIndex, members: &[MenteeIndex]) -> String {
    let words = scene.words;
    let Some(meeting) = scene.standing.last_held(group) else { return words.say("card-never-met") };
    let day = words.long_date(meeting.date);
    match &meeting.attendance {
        Some(attendance) => {
            let of = |list: &[MenteeIndex]| {
                list.iter().filter(|mentee| members.contains(mentee)).count().to_string()
            };
            let parts = [
                ("day", day),
                ("present", of(&attendance.present)),
                ("roster", of(&attendance.roster)),
            ];
            words.say_with("card-met", &parts.each_ref().map(|(name, part)| (*name, part.as_str())))
        }
        None => day,
    }
}

/// The next week in which the school meets: after this one, in any season.
fn next_week(scene: &Scene<'_>) -> String {
    let this = monday_of(scene.today);
    let weeks = scene.standing.weeks.begun_by(this + TimeDelta::days(366));
    match weeks.iter().find(|monday| **monday > this) {
        Some(monday) => {
            scene.words.say_with("card-next", &[("day", &scene.words.long_date(*monday))])
        }
        None => scene.words.say("card-no-next"),
    }
}

/// How the group stands, as one says it to its mentor.
fn state(scene: &Scene<'_>, group: GroupIndex) -> String {
    let words = scene.words;
    match levels::meetings_reason(scene.standing, group) {
        Some(GroupReason::NoMeeting { weeks }) => {
            words.say_with("card-gap", &[("weeks", &weeks.to_string())])
        }
        Some(_) => words.say("card-not-started"),
        None => words.say("card-well"),
    }
}

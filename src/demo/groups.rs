//! Which groups there are, who belonged to them when, and the decisions by which that came about.

use std::collections::BTreeMap;

use super::people::{MENTORS, Mentee, Mentor, mentees};
use super::sheet::Sheet;

/// How a group meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// Week by week, with a meeting missed here and there.
    Lively,
    /// Until a week; then every meeting is reported as cancelled.
    FaltersAfter(i64),
    /// Until a week; then nothing is heard.
    SilentAfter(i64),
    /// Never: what was planned is reported as cancelled.
    NeverMet,
}

/// One group.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: &'static str,
    /// The mentor's nickname.
    mentor: &'static str,
    pub(super) slot: &'static str,
    /// The week in which it was formed, on a Wednesday.
    pub(super) formed: i64,
    /// The week in which it was closed, on a Wednesday, and a code of `group_event`.
    pub(super) closed: Option<(i64, &'static str)>,
    pub(super) life: Life,
}

/// The groups, in the order of their forming.
pub(super) const GROUPS: &[Group] = &[
    Group {
        name: "Al-Fatih",
        mentor: "Fajar",
        slot: "fri_midday",
        formed: -25,
        closed: None,
        life: Life::Lively,
    },
    Group {
        name: "Usamah",
        mentor: "Rizky",
        slot: "tue_afternoon",
        formed: -25,
        closed: Some((-14, "disbanded")),
        life: Life::Lively,
    },
    Group {
        name: "Fatimah",
        mentor: "Aulia",
        slot: "thu_afternoon",
        formed: -25,
        closed: None,
        life: Life::SilentAfter(1),
    },
    Group {
        name: "Ar-Rasyid",
        mentor: "Rizky",
        slot: "fri_afternoon",
        formed: 1,
        closed: None,
        life: Life::Lively,
    },
    Group {
        name: "Khadijah",
        mentor: "Nabila",
        slot: "fri_midday",
        formed: 1,
        closed: None,
        life: Life::Lively,
    },
    Group {
        name: "Umar bin Khattab",
        mentor: "Hanif",
        slot: "wed_afternoon",
        formed: 2,
        closed: None,
        life: Life::FaltersAfter(8),
    },
    Group {
        name: "Aisyah",
        mentor: "Salsa",
        slot: "wed_afternoon",
        formed: 2,
        closed: None,
        life: Life::Lively,
    },
    Group {
        name: "Bilal",
        mentor: "Dimas",
        slot: "sun_morning",
        formed: 9,
        closed: None,
        life: Life::NeverMet,
    },
];

/// Who leaves which group in which week (on a Wednesday), and why: a code of `group_event`.
const LEAVES: &[(&str, &str, i64, &str)] = &[
    ("Arif Budiman", "Al-Fatih", -7, "graduated"),
    ("Teguh Prasetyo", "Al-Fatih", -7, "graduated"),
    ("Sri Rahayu Ningsih", "Fatimah", -7, "graduated"),
    ("Fitri Wahyuni", "Aisyah", 9, "schedule"),
];

/// Decisions are made, and hold, on Wednesdays.
const DECISION_DAY: i64 = 2;

impl Group {
    /// Who leads it.
    pub(super) fn mentor(&self) -> Option<(usize, &'static Mentor)> {
        MENTORS.iter().enumerate().find(|(_, mentor)| mentor.nickname == self.mentor)
    }

    /// The day of the week on which it meets; 0 is Monday. A slot's code begins with the day.
    pub(super) fn weekday(&self) -> i64 {
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        days.iter().position(|day| self.slot.starts_with(day)).unwrap_or(4) as i64
    }

    /// The members on the day of the meeting in a week: those who came by a decision of an earlier
    /// week or day.
    pub(super) fn roster(&self, week: i64) -> Vec<&'static Mentee> {
        let held_by =
            |decided: i64| decided < week || (decided == week && DECISION_DAY <= self.weekday());
        let belongs = |mentee: &Mentee| {
            let latest = mentee.stays.iter().rev().find(|(_, joined)| held_by(*joined));
            latest.is_some_and(|(group, _)| *group == self.name)
                && !LEAVES.iter().any(|(name, group, left, _)| {
                    *name == mentee.name && *group == self.name && held_by(*left)
                })
        };
        mentees().map(|(_, _, mentee)| mentee).filter(|mentee| belongs(mentee)).collect()
    }
}

/// The slot of a group.
pub(super) fn slot_of(group: &str) -> Option<&'static str> {
    GROUPS.iter().find(|known| known.name == group).map(|known| known.slot)
}

/// The placement decisions of the coordinator.
pub(super) fn decisions(sheet: &mut Sheet<'_>) {
    for group in GROUPS {
        for ((week, action), names) in arrivals(group) {
            let mut decision = decision(sheet, action, group, week, &names);
            if action == "form_group" {
                let mentor = group.mentor().map_or("", |(_, mentor)| mentor.name);
                decision = decision.text("mentor", mentor).choice("weekly_slot", group.slot);
            }
            sheet.send(sheet.dates.day(week, DECISION_DAY), decision);
        }
        for (name, _, week, reason) in LEAVES.iter().filter(|leave| leave.1 == group.name) {
            let leave = decision(sheet, "leave", group, *week, &[name]).choice("reason", reason);
            sheet.send(sheet.dates.day(*week, DECISION_DAY), leave);
        }
        if let Some((week, reason)) = group.closed {
            let close = decision(sheet, "close_group", group, week, &[]).choice("reason", reason);
            sheet.send(sheet.dates.day(week, DECISION_DAY), close);
        }
    }
}

/// Who came into a group, by week and by the decision that says so.
fn arrivals(group: &Group) -> BTreeMap<(i64, &'static str), Vec<&'static str>> {
    let mut arrivals: BTreeMap<(i64, &str), Vec<&str>> = BTreeMap::new();
    for (_, _, mentee) in mentees() {
        for (number, (_, week)) in
            mentee.stays.iter().enumerate().filter(|(_, stay)| stay.0 == group.name)
        {
            let action = match number {
                _ if *week == group.formed => "form_group",
                0 => "join",
                _ if was_closed(mentee.stays[number - 1].0) => "join",
                _ => "move",
            };
            arrivals.entry((*week, action)).or_default().push(mentee.name);
        }
    }
    arrivals
}

fn was_closed(name: &str) -> bool {
    GROUPS.iter().any(|group| group.name == name && group.closed.is_some())
}

fn decision<'f>(
    sheet: &Sheet<'f>,
    action: &str,
    group: &Group,
    week: i64,
    names: &[&str],
) -> super::sheet::Answers<'f> {
    sheet
        .answers()
        .choice("action", action)
        .text("group", group.name)
        .names("members", names)
        .day("date", sheet.dates.day(week, DECISION_DAY))
        .text("approved_by", "Koordinator mentoring")
}

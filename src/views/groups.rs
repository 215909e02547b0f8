//! *Kelompok*: every open group with its mentor, its members and how it fares, worst first.

use super::{Level, Scene, Sheet, count, day, level_colours, text};
use crate::ledger::groups::GroupIndex;
use crate::table::Cell;
use crate::table::tab::{Format, Style, Wanted, WantedCell};

/// The column of levels.
const LEVEL_COLUMN: usize = 8;

/// The tab.
pub fn view(scene: &Scene<'_>, position: usize) -> Wanted {
    let (words, standing) = (scene.words, scene.standing);
    let mut groups: Vec<(Level, &str, GroupIndex)> =
        standing.open_groups().map(|(index, group)| (level(scene, index), group.name, index)).collect();
    groups.sort_unstable();
    let parts = [("count", words.integer(groups.len() as i64)), ("day", words.long_date(standing.as_of))];
    let lead = words.say_with("groups-lead", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let widths = [190, 190, 130, 110, 80, 100, 120, 90, 100, 420];
    let mut sheet = Sheet::new("groups", position, &widths, words.say("groups-title"), lead);
    let columns = ["name", "mentor", "phone", "slot", "size", "start", "last", "attendance", "level", "members"];
    let columns = columns.map(|name| format!("groups-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    sheet.layout.colours = level_colours(LEVEL_COLUMN, words);
    if groups.is_empty() {
        sheet.push(Style::Lead, [WantedCell::from(words.say("groups-none"))]);
    }
    for (level, _, index) in groups {
        sheet.push(Style::Body, cells(scene, level, index));
    }
    sheet.finish(words.say("tab-groups"))
}

/// Stalled is an alert; faltering or not started is a warning.
fn level(scene: &Scene<'_>, index: GroupIndex) -> Level {
    let standing = scene.standing;
    match standing.gap(index) {
        Some(gap) => Level::of(gap >= 3, gap >= 6),
        None => Level::of(standing.days_since_start(index) > 14, false),
    }
}

fn cells(scene: &Scene<'_>, level: Level, index: GroupIndex) -> [WantedCell; 10] {
    let (words, standing) = (scene.words, scene.standing);
    let group = &standing.groups[index];
    let mentor = group.mentor.map(|mentor| &standing.mentors[mentor]);
    let mentor_name = match mentor {
        Some(mentor) => super::named(mentor, words),
        None => words.say("groups-no-mentor"),
    };
    let phone = mentor.and_then(|mentor| mentor.phone()).unwrap_or_default();
    let slot = group.weekly_slot.map_or("", |slot| scene.labels.choice("mentor_application", "slots", slot));
    let members = standing.members(index);
    let names: Vec<String> = members.iter().map(|&member| super::named(&standing.mentees[member], words)).collect();
    let last = standing.last_held(index).map_or(WantedCell::from(words.say("none")), |meeting| day(meeting.date));
    [
        text(group.name),
        text(mentor_name),
        WantedCell::new(phone, Format::Text),
        text(slot),
        count(members.len() as i64),
        day(group.start),
        last,
        attendance(scene, index),
        words.say(level.key()).into(),
        text(names.join(", ")),
    ]
}

/// Present over roster, of the group's meetings in the season so far.
fn attendance(scene: &Scene<'_>, index: GroupIndex) -> WantedCell {
    let window = scene.standing.window();
    let (mut present, mut roster) = (0, 0);
    for attendance in
        scene.standing.meetings.held(index).filter(|m| window.contains(m.date)).filter_map(|m| m.attendance.as_ref())
    {
        present += attendance.present.len();
        roster += attendance.roster.len();
    }
    let rate = if roster == 0 { Cell::Blank } else { Cell::Number(present as f64 / roster as f64) };
    WantedCell::new(rate, Format::Percent)
}

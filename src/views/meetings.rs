//! *Pertemuan*: which group met in which of the last weeks, how regularly and how well attended;
//! worst first. How regularly is a number: the level is the group's own.

use chrono::{Days, NaiveDate};

use super::{
    Level, Scene, Sheet, day, groups, level_colours, levels, maybe, named, row, text, verdict_cell,
};
use crate::ledger::groups::GroupIndex;
use crate::ledger::season::monday_of;
use crate::statistics::regularity_of;
use crate::table::tab::{ColourRule, Format, Style, Tone, Wanted, WantedCell};

/// So many weeks are shown, the running one last.
const WEEKS: usize = 8;
const FIRST_WEEK_COLUMN: usize = 3;
const LEVEL_COLUMN: usize = 2;

/// What became of a group's week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Week {
    Held,
    Online,
    Cancelled,
    Missing,
    Off,
    /// Not expected yet: the group was just formed, or the week is not over.
    Open,
}

impl Week {
    const SAID: [(Self, &'static str, Option<Tone>); 5] = [
        (Self::Held, "week-held", Some(Tone::Good)),
        (Self::Online, "week-online", Some(Tone::Good)),
        (Self::Cancelled, "week-cancelled", Some(Tone::Warning)),
        (Self::Missing, "week-missing", Some(Tone::Alert)),
        (Self::Off, "week-off", None),
    ];

    fn cell(self, scene: &Scene<'_>) -> WantedCell {
        let said = Self::SAID.iter().find(|(week, ..)| *week == self);
        said.map_or_else(WantedCell::default, |(_, key, _)| scene.words.say(key).into())
    }
}

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let (words, standing) = (scene.words, scene.standing);
    let mut widths = vec![160, 190, 100];
    widths.extend([88; WEEKS]);
    widths.extend([110, 100]);
    let percent = |path: &str| {
        scene.figures.number(path).map_or_else(|| words.say("none"), |rate| words.percent(rate))
    };
    let held = words.integer(scene.figures.integer("meetings.held").unwrap_or(0));
    let parts = [
        ("held", held),
        ("regularity", percent("meetings.regularity")),
        ("rate", percent("meetings.attendance_rate")),
    ];
    let lead = words
        .say_with("meetings-lead", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let mut sheet = Sheet::new("meetings", &widths, words.say("meetings-title"), lead);
    sheet.layout.colours = level_colours(LEVEL_COLUMN, words);
    for column in FIRST_WEEK_COLUMN..FIRST_WEEK_COLUMN + WEEKS {
        let rule = |(_, key, tone): &(Week, &str, Option<Tone>)| {
            Some(ColourRule { column, text: words.say(key), tone: (*tone)? })
        };
        sheet.layout.colours.extend(Week::SAID.iter().filter_map(rule));
    }
    let mondays = mondays(scene);
    sheet.layout.header_row = Some(sheet.rows.len());
    let title = |key: &str| WantedCell::from(words.say(key));
    let before = ["meetings-col-group", "meetings-col-mentor", "meetings-col-level"].map(title);
    let after = ["meetings-col-regularity", "meetings-col-attendance"].map(title);
    let header = before.into_iter().chain(mondays.iter().map(|monday| day(*monday))).chain(after);
    sheet.rows.push(row(Style::Header, header));
    sheet.layout.frozen_rows = sheet.rows.len();
    let mut lines: Vec<(Option<Level>, Option<i64>, &str, GroupIndex)> = standing
        .open_groups()
        .map(|(index, group)| {
            let regular = regularity_of(standing, index).map(|rate| (rate * 1000.0) as i64);
            (levels::group(scene, index).level, regular, group.name, index)
        })
        .collect();
    // Who is not expected to meet yet comes last among those of a level.
    lines.sort_by_key(|(level, regular, name, _)| (*level, regular.is_none(), *regular, *name));
    if lines.is_empty() {
        sheet.push(Style::Lead, [WantedCell::from(words.say("groups-none"))]);
    }
    for (.., group) in lines {
        sheet.push(Style::Body, cells(scene, group, &mondays));
    }
    sheet.finish(words.say("tab-meetings"))
}

/// The Mondays of the last weeks, the latest last.
fn mondays(scene: &Scene<'_>) -> [NaiveDate; WEEKS] {
    let last = monday_of(scene.standing.through);
    std::array::from_fn(|index| last - Days::new(7 * (WEEKS - 1 - index) as u64))
}

fn week(scene: &Scene<'_>, group: GroupIndex, monday: NaiveDate) -> Week {
    let standing = scene.standing;
    let sunday = monday + Days::new(6);
    let mut of_week = standing.meetings.of(group).rev().skip_while(|meeting| meeting.date > sunday);
    let mut found = of_week.by_ref().take_while(|meeting| meeting.date >= monday);
    // Of several meetings in one week the best counts: a group that was put off and met has met.
    let best = found.by_ref().map(|meeting| match (meeting.held, meeting.online()) {
        (true, false) => Week::Held,
        (true, true) => Week::Online,
        (false, _) => Week::Cancelled,
    });
    let best = best.min_by_key(|week| *week as u8);
    match best {
        Some(week) => week,
        None if standing.weeks.begun_by(monday).last() != Some(&monday) => Week::Off,
        None if sunday > standing.through || standing.groups[group].start > monday => Week::Open,
        None => Week::Missing,
    }
}

fn cells(scene: &Scene<'_>, group: GroupIndex, mondays: &[NaiveDate]) -> Vec<WantedCell> {
    let (words, standing) = (scene.words, scene.standing);
    let found = &standing.groups[group];
    let mentor = found.mentor.map_or_else(
        || words.say("groups-no-mentor"),
        |mentor| named(&standing.mentors[mentor], words),
    );
    let level = verdict_cell(scene, &levels::group(scene, group));
    let mut cells = vec![text(found.name), text(mentor), level];
    cells.extend(mondays.iter().map(|monday| week(scene, group, *monday).cell(scene)));
    cells.push(maybe(regularity_of(standing, group), Format::Percent));
    cells.push(groups::attendance(scene, group));
    cells
}

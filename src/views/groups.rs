//! *Kelompok*: every open group and how it fares, worst first; below, a card for each that its
//! mentor can be sent.

use super::levels::{self, GroupReason, Verdict};
use super::{
    Level, Scene, Sheet, cards, count, day, gender_word, level_cell, level_colours, maybe,
    maybe_day, text,
};
use crate::ledger::groups::GroupIndex;
use crate::table::tab::{Format, Style, Wanted, WantedCell};

/// The column of levels.
const LEVEL_COLUMN: usize = 8;

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let (words, standing) = (scene.words, scene.standing);
    let mut groups: Vec<(Option<Level>, &str, GroupIndex)> = standing
        .open_groups()
        .map(|(index, group)| (levels::group(scene, index).level, group.name, index))
        .collect();
    groups.sort_unstable();
    let parts =
        [("count", words.integer(groups.len() as i64)), ("day", words.long_date(standing.as_of))];
    let lead =
        words.say_with("groups-lead", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let widths = [170, 190, 150, 110, 80, 100, 120, 90, 100, 380];
    let mut sheet = Sheet::new("groups", &widths, words.say("groups-title"), lead);
    let columns = [
        "name",
        "mentor",
        "phone",
        "slot",
        "size",
        "start",
        "last",
        "attendance",
        "level",
        "remarks",
    ];
    let columns = columns.map(|name| format!("groups-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    sheet.layout.colours = level_colours(LEVEL_COLUMN, words);
    if groups.is_empty() {
        sheet.push(Style::Lead, [WantedCell::from(words.say("groups-none"))]);
        return sheet.finish(words.say("tab-groups"));
    }
    for &(_, _, index) in &groups {
        sheet.push(Style::Body, cells(scene, index));
    }
    sheet.push(Style::Body, []);
    sheet.push(Style::Title, [WantedCell::from(words.say("cards-title"))]);
    sheet.push(Style::Lead, [WantedCell::from(words.say("cards-lead"))]);
    // By name: a card is looked for, not ranked.
    groups.sort_unstable_by_key(|(_, name, index)| (*name, *index));
    for (_, _, index) in groups {
        card(scene, &mut sheet, index);
    }
    sheet.finish(words.say("tab-groups"))
}

/// The card of a group: whom it is for, and the lines to be copied from the first column.
fn card(scene: &Scene<'_>, sheet: &mut Sheet, index: GroupIndex) {
    let [group, mentor, phone] = cards::head(scene, index);
    sheet.push(Style::Section, [text(group), text(mentor), WantedCell::new(phone, Format::Text)]);
    for line in cards::lines(scene, index) {
        sheet.push(Style::Lead, [WantedCell::from(line)]);
    }
}

fn cells(scene: &Scene<'_>, index: GroupIndex) -> [WantedCell; 10] {
    let (words, standing) = (scene.words, scene.standing);
    let group = &standing.groups[index];
    let verdict = levels::group(scene, index);
    let [name, mentor, phone] = cards::head(scene, index);
    let slot = group
        .weekly_slot
        .map_or("", |slot| scene.labels.choice("mentor_application", "slots", slot));
    [
        text(name),
        text(mentor),
        WantedCell::new(phone, Format::Text),
        text(slot),
        count(standing.members(index).len() as i64),
        day(group.start),
        maybe_day(standing.last_held(index).map(|meeting| meeting.date), words),
        attendance(scene, index),
        level_cell(verdict.level, words),
        text(remarks(scene, index, &verdict)),
    ]
}

/// Why a group has its level, and what else the coordinator has to know; empty where all is well.
fn remarks(scene: &Scene<'_>, group: GroupIndex, verdict: &Verdict<GroupReason>) -> String {
    let (words, standing) = (scene.words, scene.standing);
    let mut said = verdict.sentences(scene);
    if let Some(gender) = standing.group_gender(group) {
        let members = standing.members(group).iter();
        let others =
            members.filter(|mentee| standing.mentees[**mentee].gender() != Some(gender)).count();
        if others > 0 {
            let (count, word) = (others.to_string(), gender_word(Some(gender), words));
            said.push(words.say_with("groups-mixed", &[("count", &count), ("gender", &word)]));
        }
    }
    said.join("; ")
}

/// Present over roster, of the group's meetings in the season so far.
pub(super) fn attendance(scene: &Scene<'_>, index: GroupIndex) -> WantedCell {
    let window = scene.standing.window();
    let (mut present, mut roster) = (0, 0);
    for attendance in scene
        .standing
        .meetings
        .held(index)
        .filter(|m| window.contains(m.date))
        .filter_map(|m| m.attendance.as_ref())
    {
        present += attendance.present.len();
        roster += attendance.roster.len();
    }
    maybe((roster > 0).then(|| present as f64 / roster as f64), Format::Percent)
}

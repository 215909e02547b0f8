//! *Taaruf*: which new groups have got to know each other, which have not yet, the longest overdue
//! first.

use super::{Scene, Sheet, count, day, level_colours, levels, named, plain, text, verdict_cell};
use crate::ledger::groups::GroupIndex;
use crate::ledger::names::normal_name;
use crate::ledger::record::Record;
use crate::table::Cell;
use crate::table::tab::{Format, Style, Wanted, WantedCell};

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let (words, figures, standing) = (scene.words, scene.figures, scene.standing);
    let number = |path: &str| words.integer(figures.integer(path).unwrap_or(0));
    let parts = ["formed", "done", "pending", "overdue"]
        .map(|part| (part, number(&format!("taaruf.{part}"))));
    let lead =
        words.say_with("taaruf-lead", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let widths = [100, 190, 200, 110, 110, 80, 200, 80, 180, 260];
    let mut sheet = Sheet::new("taaruf", &widths, words.say("taaruf-title"), lead);
    let columns = [
        "level",
        "group",
        "mentor",
        "formed",
        "done",
        "days",
        "activities",
        "mood",
        "chosen",
        "goal",
    ];
    let columns = columns.map(|name| format!("taaruf-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    sheet.layout.colours = level_colours(0, words);
    let window = standing.window();
    let is_shown = |group: GroupIndex| {
        let found = &standing.groups[group];
        window.contains(found.start)
            && (found.is_open(standing.through) || standing.first_taaruf(group).is_some())
    };
    let mut groups: Vec<GroupIndex> =
        standing.groups.iter().map(|(index, _)| index).filter(|&group| is_shown(group)).collect();
    groups.sort_by_key(|&group| {
        (standing.first_taaruf(group).is_some(), standing.groups[group].start, group)
    });
    if groups.is_empty() {
        sheet.push(Style::Lead, [plain(words.say("taaruf-none"))]);
    }
    for group in groups {
        sheet.push(Style::Body, cells(scene, group));
    }
    sheet.finish(words.say("tab-taaruf"))
}

fn cells(scene: &Scene<'_>, index: GroupIndex) -> Vec<WantedCell> {
    let (words, standing) = (scene.words, scene.standing);
    let group = &standing.groups[index];
    let done = standing.first_taaruf(index);
    let days = done
        .map_or_else(|| standing.days_since_start(index), |done| (done - group.start).num_days());
    let mentor =
        group.mentor.map_or_else(String::new, |mentor| named(&standing.mentors[mentor], words));
    let record = done.and_then(|done| record_of(scene, index, done));
    let answer = |question: &str| {
        text(record.and_then(|record| record.answers.text(question)).unwrap_or_default())
    };
    let activities = record.map_or(&[][..], |record| record.answers.list("activities"));
    let activities: Vec<&str> = activities
        .iter()
        .map(|code| scene.labels.choice("taaruf_record", "activities", code))
        .collect();
    let mood = record.and_then(|record| record.answers.integer("mood"));
    vec![
        verdict_cell(scene, &levels::group(scene, index)),
        text(group.name),
        text(mentor),
        day(group.start),
        done.map_or_else(|| plain(words.say("taaruf-not-yet")), day),
        count(days),
        text(activities.join(", ")),
        WantedCell::new(
            mood.map_or(Cell::Blank, |mood| Cell::Number(mood as f64)),
            Format::Integer,
        ),
        answer("chosen_name"),
        answer("goal"),
    ]
}

/// The record of a group's first taaruf.
fn record_of<'s>(
    scene: &Scene<'s>,
    group: GroupIndex,
    done: chrono::NaiveDate,
) -> Option<&'s Record> {
    let name = &scene.standing.groups[group].normal_name;
    let is_it = |record: &&&Record| {
        record.event_date == done
            && normal_name(record.answers.text("group").unwrap_or_default()) == *name
    };
    scene.standing.records.of("taaruf_record").iter().find(is_it).copied()
}

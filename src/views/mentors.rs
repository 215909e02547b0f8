//! *Mentor*: everybody who applied: which steps are passed, which groups they lead, when they were
//! last heard; worst first.

use chrono::NaiveDate;

use super::levels::{self, MentorReason, Reason, Verdict, step_names};
use super::{
    Level, Scene, Sheet, count, gender_word, level_cell, level_colours, maybe_day, name_of, notes,
    text,
};
use crate::ledger::mentor_steps::STEPS;
use crate::ledger::people::MentorIndex;
use crate::table::tab::{Format, Style, Wanted, WantedCell};

const KEY: usize = 0;
const LEVEL_COLUMN: usize = 4;
const NOTE_COLUMN: usize = 12;
const COLUMNS: [&str; 13] = [
    "code", "name", "phone", "gender", "level", "state", "steps", "group", "load", "max", "spoken",
    "heard", "note",
];

/// The keys of the columns' titles.
fn column_titles() -> [String; 13] {
    COLUMNS.map(|name| format!("mentors-col-{name}"))
}

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let (words, standing) = (scene.words, scene.standing);
    let widths = [70, 190, 150, 80, 100, 280, 90, 220, 70, 90, 110, 110, 240];
    let figure = |path: &str| words.integer(scene.figures.integer(path).unwrap_or(0));
    let parts =
        [("count", "applied"), ("ready", "ready"), ("leading", "with_group"), ("silent", "silent")];
    let parts = parts.map(|(name, path)| (name, figure(&format!("mentors.{path}"))));
    let lead = words
        .say_with("mentors-lead", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let mut sheet = Sheet::new("mentors", &widths, words.say("mentors-title"), lead);
    sheet.header(words, &column_titles().each_ref().map(String::as_str));
    sheet.layout.colours = level_colours(LEVEL_COLUMN, words);
    sheet.layout.columns[NOTE_COLUMN].people = notes(words);
    if standing.mentors.is_empty() {
        sheet.push(Style::Lead, [words.say("none").into(), words.say("mentors-none").into()]);
    }
    let mut lines: Vec<_> =
        standing.mentors.indices().map(|mentor| (levels::mentor(scene, mentor), mentor)).collect();
    lines.sort_by_key(|(verdict, mentor)| (verdict.level.is_none(), verdict.level, *mentor));
    for (verdict, mentor) in lines {
        sheet.push(Style::Body, cells(scene, &verdict, mentor));
    }
    Wanted { key_column: Some(KEY), ..sheet.finish(words.say("tab-mentors")) }
}

/// Why a mentor has his or her level, worst first, and which steps are missing before a first group.
fn remarks(scene: &Scene<'_>, mentor: MentorIndex, verdict: &Verdict<MentorReason>) -> String {
    let (words, standing) = (scene.words, scene.standing);
    let mut found: Vec<(Level, String)> =
        verdict.reasons.iter().map(|reason| (reason.level(), reason.say(scene))).collect();
    if standing.groups_led_by(mentor).is_empty() {
        let missing: Vec<&str> = standing.missing_steps(mentor).collect();
        if missing.is_empty() {
            found.push((Level::Good, words.say("mentor-free")));
        } else {
            let steps = step_names(scene, &missing);
            found.push((Level::Good, words.say_with("mentor-missing", &[("steps", &steps)])));
        }
    }
    found.sort();
    let mut said: Vec<String> = found.into_iter().map(|(_, said)| said).collect();
    said.dedup();
    said.join("; ")
}

fn cells(
    scene: &Scene<'_>,
    verdict: &Verdict<MentorReason>,
    mentor: MentorIndex,
) -> [WantedCell; 12] {
    let (words, standing) = (scene.words, scene.standing);
    let person = &standing.mentors[mentor];
    let led = standing.groups_led_by(mentor);
    let groups: Vec<&str> = led.iter().map(|group| standing.groups[*group].name).collect();
    let passed = STEPS.len() - standing.missing_steps(mentor).count();
    let reported: Option<NaiveDate> = led
        .iter()
        .filter_map(|group| standing.meetings.of(*group).next_back())
        .map(|meeting| meeting.date)
        .max();
    [
        person.code.as_str().into(),
        text(name_of(person, words)),
        WantedCell::new(person.phone().unwrap_or_default(), Format::Text),
        text(gender_word(person.gender(), words)),
        level_cell(verdict.level, words),
        text(remarks(scene, mentor, verdict)),
        text(words.say_with(
            "mentor-steps",
            &[("passed", &passed.to_string()), ("all", &STEPS.len().to_string())],
        )),
        text(groups.join(", ")),
        count(standing.mentor_load(mentor)),
        count(person.max_mentees()),
        maybe_day(standing.steps.last_contact(mentor), words),
        maybe_day(reported, words),
    ]
}

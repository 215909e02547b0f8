//! *Hafalan*: what each member gained this season, and who has not recited for four weeks; these
//! first. That somebody does not recite stands in words: the level is the mentee's own.

use std::collections::BTreeSet;

use super::{
    Scene, Sheet, count, level_colours, levels, maybe, maybe_day, name_of, text, verdict_cell,
};
use crate::ledger::people::MenteeIndex;
use crate::statistics::{Progress, progress};
use crate::table::tab::{Format, Style, Wanted, WantedCell};

const LEVEL_COLUMN: usize = 3;

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let (words, standing, figures) = (scene.words, scene.standing, scene.figures);
    let widths = [80, 200, 160, 100, 100, 110, 90, 120, 240];
    let figure =
        |name: &str| words.integer(figures.integer(&format!("memorization.{name}")).unwrap_or(0));
    let parts = ["reciters", "new_ayat", "juz_completed"].map(|name| (name, figure(name)));
    let lead = words.say_with(
        "memorization-lead",
        &parts.each_ref().map(|(name, part)| (*name, part.as_str())),
    );
    let mut sheet = Sheet::new("memorization", &widths, words.say("memorization-title"), lead);
    let columns = ["code", "name", "group", "level", "ayat", "pages", "juz", "last", "state"];
    let columns = columns.map(|name| format!("memorization-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    sheet.layout.colours = level_colours(LEVEL_COLUMN, words);
    let progress = progress(standing, scene.mushaf);
    if progress.is_empty() {
        sheet.push(Style::Lead, [WantedCell::from(words.say("memorization-none"))]);
        return sheet.finish(words.say("tab-memorization"));
    }
    sheet.push(Style::Section, total(scene));
    let recited = progress
        .iter()
        .filter(|(_, p)| p.last.is_some_and(|last| standing.window().contains(last)));
    let people: BTreeSet<MenteeIndex> =
        standing.all_members().chain(recited.map(|(mentee, _)| *mentee)).collect();
    let mut lines: Vec<(bool, i64, MenteeIndex, Progress)> = people
        .into_iter()
        .map(|mentee| {
            let one = progress
                .get(&mentee)
                .copied()
                .unwrap_or(Progress { idle: true, ..Progress::default() });
            (!needs_care(scene, mentee, &one), one.ayat, mentee, one)
        })
        .collect();
    lines.sort_by_key(|(others, ayat, mentee, _)| (*others, *ayat, *mentee));
    for (_, _, mentee, one) in lines {
        sheet.push(Style::Body, cells(scene, mentee, &one));
    }
    sheet.finish(words.say("tab-memorization"))
}

fn is_member(scene: &Scene<'_>, mentee: MenteeIndex) -> bool {
    scene.standing.group_of(mentee).is_some()
}

/// Of whoever left, nobody expects a recitation: the share of idle members does not count them
/// either.
fn needs_care(scene: &Scene<'_>, mentee: MenteeIndex, one: &Progress) -> bool {
    one.idle && is_member(scene, mentee)
}

/// The program's own figures, in the columns of what they sum up.
fn total(scene: &Scene<'_>) -> Vec<WantedCell> {
    let figure = |name: &str| scene.figures.number(&format!("memorization.{name}"));
    let idle = figure("share_idle_28d").map_or_else(String::new, |share| {
        scene.words.say_with("memorization-idle-share", &[("share", &scene.words.percent(share))])
    });
    vec![
        WantedCell::default(),
        scene.words.say("memorization-total").into(),
        WantedCell::default(),
        WantedCell::default(),
        maybe(figure("new_ayat"), Format::Integer).with_note("memorization.new_ayat"),
        maybe(figure("new_pages"), Format::Decimal).with_note("memorization.new_pages"),
        maybe(figure("juz_completed"), Format::Integer).with_note("memorization.juz_completed"),
        WantedCell::default(),
        idle.into(),
    ]
}

fn cells(scene: &Scene<'_>, mentee: MenteeIndex, one: &Progress) -> [WantedCell; 9] {
    let (words, standing) = (scene.words, scene.standing);
    let person = &standing.mentees[mentee];
    let group = standing.group_of(mentee).map_or("", |group| standing.groups[group].name);
    let state = match one {
        Progress { last: None, .. } => "memorization-never",
        Progress { idle: true, .. } => "memorization-idle",
        _ => "memorization-active",
    };
    [
        person.code.as_str().into(),
        text(name_of(person, words)),
        text(group),
        verdict_cell(scene, &levels::mentee(scene, mentee)),
        count(one.ayat),
        maybe(Some(one.pages), Format::Decimal),
        count(one.juz as i64),
        maybe_day(one.last, words),
        text(words.say(state)),
    ]
}

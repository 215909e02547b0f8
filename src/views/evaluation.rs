//! *Evaluasi*: what mentees and mentors say of the program, against last season. A group with fewer
//! than four answers is not shown, so that nobody can be guessed; what somebody wrote freely stands
//! here only where the form calls it public.

use super::glossary::format_of;
use super::{Scene, Sheet, count, level_cell, level_colours, levels, plain, text};
use crate::ledger::groups::GroupIndex;
use crate::statistics::{self, Figures, SHOWN_FROM, figure_at, scores_by_group};
use crate::table::Cell;
use crate::table::tab::{Format, Style, Wanted, WantedCell};

/// The column of levels.
const LEVEL_COLUMN: usize = 4;

/// A figure: its path, its name and its meaning.
type Line = (&'static str, [&'static str; 2]);

const MENTEES: &[Line] = &[
    ("satisfaction.mentee.responses", ["eval-responses", "eval-responses-meaning"]),
    ("satisfaction.mentee.response_rate", ["eval-response-rate", "eval-response-rate-meaning"]),
    ("satisfaction.mentee.score", ["eval-score", "eval-score-meaning"]),
    ("satisfaction.mentee.cohesion", ["eval-cohesion", "eval-cohesion-meaning"]),
    ("satisfaction.mentee.nps", ["eval-nps", "eval-nps-meaning"]),
    ("satisfaction.mentee.continue_rate", ["eval-continue", "eval-continue-meaning"]),
    ("satisfaction.mentee.unsure_rate", ["eval-unsure", "eval-unsure-meaning"]),
    ("satisfaction.mentee.stop_rate", ["eval-stop", "eval-stop-meaning"]),
];

const MENTORS: &[Line] = &[
    ("satisfaction.mentor.responses", ["eval-responses", "eval-responses-meaning"]),
    ("satisfaction.mentor.score", ["eval-score-mentor", "eval-score-mentor-meaning"]),
    ("satisfaction.mentor.nps", ["eval-nps", "eval-nps-meaning"]),
    (
        "satisfaction.mentor.stop_or_unsure_rate",
        ["eval-stop-or-unsure", "eval-stop-or-unsure-meaning"],
    ),
];

/// Free text that may stand on a shared tab if its question is public.
const FREE_TEXT: [(&str, &str); 4] = [
    ("mentee_feedback", "most_helpful"),
    ("mentee_feedback", "improve"),
    ("mentor_feedback", "training_needed"),
    ("mentor_feedback", "suggestion"),
];

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let mut sheet = scores(scene);
    voices(scene, &mut sheet);
    sheet.finish(scene.words.say("tab-evaluation"))
}

/// The tab without what somebody wrote freely.
pub fn without_voices(scene: &Scene<'_>) -> Wanted {
    scores(scene).finish(scene.words.say("tab-evaluation"))
}

fn scores(scene: &Scene<'_>) -> Sheet {
    let (words, figures) = (scene.words, scene.figures);
    let number = |path: &str| words.integer(figures.integer(path).unwrap_or(0));
    let score = figures.number("satisfaction.mentee.score");
    let parts = [
        ("mentees", number("satisfaction.mentee.responses")),
        ("mentors", number("satisfaction.mentor.responses")),
        ("score", score.map_or_else(|| words.say("none"), |score| words.decimal(score))),
    ];
    let lead =
        words.say_with("eval-lead", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let widths = [330, 110, 110, 110, 100, 420];
    let mut sheet = Sheet::new("evaluation", &widths, words.say("eval-title"), lead);
    let columns = ["figure", "value", "previous", "change", "level", "meaning"]
        .map(|name| format!("eval-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    sheet.layout.colours = level_colours(LEVEL_COLUMN, words);
    safety(scene, &mut sheet);
    let previous = Figures::before(
        &statistics::Scene::new(scene.standing, scene.state, scene.handover, scene.mushaf),
        "satisfaction",
    );
    for (section, lines) in [("eval-mentees", MENTEES), ("eval-mentors", MENTORS)] {
        sheet.push(Style::Section, [text(words.say(section))]);
        for line in lines {
            sheet.push(Style::Body, cells(scene, line, previous.as_ref()));
        }
    }
    groups(scene, &mut sheet);
    sheet
}

/// How many do not feel safe, and whom to call; never what they wrote.
fn safety(scene: &Scene<'_>, sheet: &mut Sheet) {
    let words = scene.words;
    let path = "satisfaction.mentee.safety_reports";
    let reports = scene.figures.integer(path).unwrap_or(0);
    let advice = if reports > 0 { "eval-safety-do" } else { "eval-safety-none" };
    let level = scene.figures.level(path).map_or_else(String::new, |level| words.say(level.key()));
    let cells =
        [text(words.say("eval-safety")).with_note(path), count(reports), plain(""), plain("")];
    sheet.push(Style::Body, cells.into_iter().chain([plain(level), text(words.say(advice))]));
}

fn cells(
    scene: &Scene<'_>,
    (path, [key, meaning]): &Line,
    previous: Option<&Figures>,
) -> [WantedCell; 6] {
    let words = scene.words;
    let now = scene.figures.number(path);
    let before = previous.and_then(|previous| previous.number(path));
    let format = figure_at(path).map_or(Format::Integer, |(figure, _)| format_of(figure.unit));
    let shown = |value: Option<f64>| match value {
        Some(value) => WantedCell::new(value, format),
        None => plain(words.say("none")),
    };
    let change = now.zip(before).map(|(now, before)| now - before);
    let level = scene.figures.level(path).map_or_else(String::new, |level| words.say(level.key()));
    [
        text(words.say(key)).with_note(*path),
        shown(now),
        shown(before),
        shown(change),
        plain(level),
        text(words.say(meaning)),
    ]
}

/// The score of each group with enough answers, lowest first.
fn groups(scene: &Scene<'_>, sheet: &mut Sheet) {
    let (words, standing) = (scene.words, scene.standing);
    sheet.push(Style::Section, [text(words.say("eval-groups"))]);
    let by_group = scores_by_group(standing, standing.window());
    let hidden = by_group.values().filter(|scores| scores.len() < SHOWN_FROM).count();
    let mut shown: Vec<(i64, i64, &str, GroupIndex)> = levels::group_scores(scene)
        .iter()
        .map(|(group, score)| {
            (score.thousandths, score.answers, standing.groups[*group].name, *group)
        })
        .collect();
    shown.sort_unstable();
    for (thousandths, answers, name, group) in shown {
        let verdict = levels::group(scene, group);
        let answers = words.say_with("eval-group-answers", &[("count", &words.integer(answers))]);
        let mut said = vec![answers];
        said.extend(verdict.sentences(scene));
        sheet.push(
            Style::Body,
            [
                text(name),
                WantedCell::new(thousandths as f64 / 1000.0, Format::Decimal),
                plain(""),
                plain(""),
                level_cell(verdict.level, words),
                text(said.join("; ")),
            ],
        );
    }
    let key = if hidden > 0 { "eval-groups-hidden" } else { "eval-groups-all" };
    let sentence = words.say_with(key, &[("count", &words.integer(hidden as i64))]);
    sheet.push(Style::Lead, [plain(sentence)]);
}

/// What was written freely and is public, newest first, without whose it is.
fn voices(scene: &Scene<'_>, sheet: &mut Sheet) {
    let (standing, labels) = (scene.standing, scene.labels);
    sheet.push(Style::Section, [text(scene.words.say("eval-voices"))]);
    let before = sheet.rows.len();
    for (form, question) in
        FREE_TEXT.iter().filter(|(form, question)| labels.is_public(form, question))
    {
        let mut said: Vec<&str> =
            standing.in_window(form).filter_map(|r| r.answers.text(question)).collect();
        said.reverse();
        for sentence in said {
            let blank = [Cell::Blank, Cell::Blank, Cell::Blank, Cell::Blank]
                .map(|cell| WantedCell::new(cell, Format::Text));
            let cells = [text(labels.question(form, question))]
                .into_iter()
                .chain(blank)
                .chain([text(sentence)]);
            sheet.push(Style::Body, cells);
        }
    }
    if sheet.rows.len() == before {
        sheet.push(Style::Lead, [plain(scene.words.say("eval-voices-none"))]);
    }
}

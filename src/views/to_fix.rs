//! *Perlu Diperbaiki*: every row or value that could not be taken in: where it stands, what is
//! wrong, what to do.

use super::{IN_NO_TAB, Scene, Sheet, count, text};
use crate::ledger::problem::{Problem, Reason};
use crate::ledger::record::Source;
use crate::ledger::references::{PlacementFault, Referent};
use crate::ledger::state::Fate;
use crate::table::tab::{Format, Style, Wanted, WantedCell};
use crate::table::{Cell, serial};

/// One line of the tab.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    tab: String,
    row: Option<u32>,
    question: String,
    cell: String,
    what: String,
    advice: String,
    effect: &'static str,
}

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let words = scene.words;
    let widths = [170, 70, 240, 200, 250, 320, 190];
    let mut sheet = Sheet::new("to_fix", &widths, words.say("fix-title"), words.say("fix-lead"));
    let columns = ["tab", "row", "question", "cell", "what", "do", "effect"]
        .map(|name| format!("fix-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    let lines = lines(scene);
    if lines.is_empty() {
        sheet.push(Style::Lead, [WantedCell::from(words.say("fix-none"))]);
    }
    for line in lines {
        let row = line
            .row
            .map_or(WantedCell::new(Cell::Blank, Format::Integer), |row| count(i64::from(row)));
        let rest = [line.question, line.cell, line.what, line.advice, words.say(line.effect)];
        sheet
            .push(Style::Body, [text(line.tab), row].into_iter().chain(rest.into_iter().map(text)));
    }
    sheet.finish(words.say("tab-to-fix"))
}

fn lines(scene: &Scene<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    for held in scene.held {
        let (what, advice) = held.sentences(scene.labels, scene.words);
        let (question, cell) = (String::new(), String::new());
        lines.push(Line {
            tab: held.tab.clone(),
            row: None,
            question,
            cell,
            what,
            advice,
            effect: "fix-effect-tab",
        });
    }
    rows(scene, &mut lines);
    references(scene, &mut lines);
    for refused in scene.refused {
        let (what, advice) = refused.sentences(scene.words);
        lines.push(Line {
            tab: scene.words.say("tab-suggestions"),
            row: Some(refused.row).filter(|row| *row > 0),
            question: scene.words.say(refused.column),
            cell: refused.cell.clone(),
            what,
            advice,
            effect: "fix-effect-value",
        });
    }
    if let Some(mass) = scene.mass {
        let count = scene.words.integer(i64::try_from(mass.people).unwrap_or(i64::MAX));
        lines.push(Line {
            tab: scene.words.say("tab-suggestions"),
            row: None,
            question: scene.words.say("suggestions-col-verdict"),
            cell: String::new(),
            what: scene.words.say_with("suggestions-mass", &[("count", &count)]),
            advice: scene.words.say_with("suggestions-mass-how", &[("count", &count)]),
            effect: "fix-effect-value",
        });
    }
    lines.sort();
    lines
}

fn tab_title(scene: &Scene<'_>, form: &str) -> String {
    scene.state.tabs.get(form).map_or_else(|| form.to_owned(), |tab| tab.title.to_string())
}

/// The cell as it was written; what is confidential, or said about one's personality, is not
/// repeated on a shared tab.
fn shown_cell(scene: &Scene<'_>, form: &str, question: &str, cell: &Cell) -> String {
    if form == IN_NO_TAB || scene.labels.is_confidential(form, question) {
        scene.words.say("fix-hidden")
    } else if cell.is_blank() {
        scene.words.say("fix-blank")
    } else {
        cell.to_string()
    }
}

/// A day is a number in a cell, but nobody would know 46266 for 1 September 2026.
fn as_people_see_it(scene: &Scene<'_>, problem: &Problem) -> Cell {
    let is_day = matches!(problem.reason, Reason::DateInFuture | Reason::DateOutOfRange);
    let day = problem.cell.number().filter(|_| is_day).and_then(serial::day);
    day.map_or_else(|| problem.cell.clone(), |day| scene.words.short_date(day).into())
}

fn rows(scene: &Scene<'_>, lines: &mut Vec<Line>) {
    for (form, rows) in &scene.state.forms {
        for row in rows.values() {
            match &row.fate {
                Fate::Accepted { record, dropped } => {
                    for problem in dropped {
                        lines.push(line_of(
                            scene,
                            form,
                            &record.source,
                            problem,
                            "fix-effect-value",
                        ));
                    }
                }
                Fate::Rejected(source, rejected) => {
                    lines.push(line_of(scene, form, source, &rejected.problem, "fix-effect-row"));
                }
            }
        }
    }
}

fn line_of(
    scene: &Scene<'_>,
    form: &str,
    source: &Source,
    problem: &Problem,
    effect: &'static str,
) -> Line {
    let question = if matches!(problem.reason, Reason::MissingTimestamp | Reason::BadTimestamp) {
        scene.words.say("fix-timestamp")
    } else {
        scene.labels.question(form, &problem.question).to_owned()
    };
    Line {
        tab: tab_title(scene, form),
        row: Some(source.row),
        question,
        cell: shown_cell(scene, form, &problem.question, &as_people_see_it(scene, problem)),
        what: scene.words.say(&format!("what-{}", problem.reason.key())),
        advice: scene.words.say(&format!("do-{}", problem.reason.key())),
        effect,
    }
}

fn references(scene: &Scene<'_>, lines: &mut Vec<Line>) {
    let references = &scene.standing.references;
    let mut push = |form: &str, source: &Source, question: &str, cell: &str, key: &str| {
        // A decision made in the tab of suggestions stands in no form.
        if source.tab == 0 && source.row == 0 {
            return;
        }
        lines.push(Line {
            tab: tab_title(scene, form),
            row: Some(source.row),
            question: scene.labels.question(form, question).to_owned(),
            cell: shown_cell(scene, form, question, &Cell::from(cell)),
            what: scene.words.say(&format!("what-{key}")),
            advice: scene.words.say(&format!("do-{key}")),
            effect: "fix-effect-reference",
        });
    };
    for unmatched in &references.unmatched {
        let key = match unmatched.kind {
            Referent::Mentee => "unmatched-mentee",
            Referent::Mentor => "unmatched-mentor",
            Referent::Person => "unmatched-person",
            Referent::Group => "unmatched-group",
            Referent::SupportRequest => "unmatched-support_request",
        };
        push(
            &unmatched.record.form,
            &unmatched.record.source,
            unmatched.question,
            unmatched.reference,
            key,
        );
    }
    for attendee in &references.unknown_attendees {
        let record = attendee.record;
        push(
            &record.form,
            &record.source,
            attendee.question,
            attendee.reference,
            "unknown-attendee",
        );
    }
    for problem in &references.placement_problems {
        let (question, key) = match problem.fault {
            PlacementFault::GroupNotOpen => ("group", "group-not-open"),
            PlacementFault::NotAMember => ("members", "not-a-member"),
        };
        push(&problem.record.form, &problem.record.source, question, problem.reference, key);
    }
}

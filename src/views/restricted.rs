//! The tabs of the second spreadsheet, for those alone who answer for what is confidential: the
//! coordinator and whom the school has named. Answers to the form about personality stand in no
//! tab, here neither.

use std::cmp::Reverse;

use super::support::{Readers, cases, needed, readers, state};
use super::{
    IN_NO_TAB, Scene, Sheet, day, level_colours, levels, named, plain, text, verdict_cell,
};
use crate::ledger::answers::Answer;
use crate::ledger::codes::Unsafe;
use crate::ledger::record::Record;
use crate::ledger::support::SupportCase;
use crate::table::Cell;
use crate::table::tab::{Format, Style, Wanted, WantedCell};

/// Forms with a tab of their own here.
const ELSEWHERE: [&str; 4] =
    ["support_request", "support_follow_up", "mentee_feedback", "mentor_training"];

/// *Dukungan Rahasia*: every request with its story. What only the teacher may read stands here
/// without name or story.
pub fn support(scene: &Scene<'_>) -> Wanted {
    let words = scene.words;
    let cases = cases(scene, |_| true);
    let open = cases.iter().filter(|case| case.closed_on().is_none()).count();
    let parts =
        [("open", words.integer(open as i64)), ("total", words.integer(cases.len() as i64))];
    let lead = words.say_with(
        "restricted-support-lead",
        &parts.each_ref().map(|(name, part)| (*name, part.as_str())),
    );
    let widths = [100, 200, 110, 230, 110, 110, 180, 360, 300, 300];
    let mut sheet =
        Sheet::new("restricted_support", &widths, words.say("restricted-support-title"), lead);
    let columns = [
        "level",
        "mentor",
        "phone",
        "kind",
        "since",
        "needed",
        "beneficiary",
        "story",
        "state",
        "notes",
    ];
    let columns = columns.map(|name| format!("restricted-support-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    sheet.layout.colours = level_colours(0, words);
    if cases.is_empty() {
        sheet.push(Style::Lead, [plain(words.say("support-none"))]);
    }
    for case in cases {
        sheet.push(Style::Body, support_cells(scene, case));
    }
    sheet.finish(words.say("tab-restricted-support"))
}

fn support_cells(scene: &Scene<'_>, case: &SupportCase<'_>) -> Vec<WantedCell> {
    let words = scene.words;
    let level = verdict_cell(scene, &levels::support_case(scene, case));
    if readers(case) == Readers::Adviser {
        let hidden = words.say("restricted-adviser");
        let nothing = || plain("");
        return vec![
            level,
            text(hidden),
            nothing(),
            nothing(),
            day(case.date),
            text(needed(scene, case)),
            nothing(),
            nothing(),
            nothing(),
            nothing(),
        ];
    }
    let mentor = &scene.standing.mentors[case.mentor];
    let notes: Vec<&str> =
        case.follow_ups.iter().filter_map(|record| record.answers.text("note")).collect();
    let said = |question: &str| text(case.request.answers.text(question).unwrap_or_default());
    vec![
        level,
        text(named(mentor, words)),
        WantedCell::new(mentor.phone().unwrap_or_default(), Format::Text),
        text(scene.labels.choice("support_request", "support_kind", case.kind)),
        day(case.date),
        text(needed(scene, case)),
        said("beneficiary"),
        said("story"),
        text(state(scene, case)),
        text(notes.join("\n")),
    ]
}

/// *Laporan Keselamatan*: who does not feel safe, and the groups whose mentor asks for somebody to
/// look; newest first.
pub fn safety(scene: &Scene<'_>) -> Wanted {
    let words = scene.words;
    let feedback = scene.standing.in_window("mentee_feedback");
    let unsafe_ones = feedback.filter(|record| {
        matches!(record.answers.code("unsafe"), Some(Unsafe::ContactMe | Unsafe::NoteOnly))
    });
    let needs = scene
        .standing
        .in_window("meeting_report")
        .filter(|record| record.answers.list("needs").iter().any(|need| need != "funds"));
    let mut records: Vec<&Record> = unsafe_ones.chain(needs).collect();
    records.sort_by_key(|record| {
        (
            record.form != "mentee_feedback",
            record.answers.code("unsafe") != Some(Unsafe::ContactMe),
            Reverse(record.event_date),
        )
    });
    let reports = scene.figures.integer("satisfaction.mentee.safety_reports").unwrap_or(0);
    let needs = records.len() as i64 - reports;
    let parts = [("reports", words.integer(reports)), ("needs", words.integer(needs))];
    let lead =
        words.say_with("safety-lead", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let mut sheet = Sheet::new(
        "restricted_safety",
        &[110, 190, 220, 330, 240, 360],
        words.say("safety-title"),
        lead,
    );
    let columns = ["day", "group", "form", "what", "contact", "note"]
        .map(|name| format!("safety-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    if records.is_empty() {
        sheet.push(Style::Lead, [plain(words.say("safety-none"))]);
    }
    for record in records {
        let what = ["unsafe", "needs"].map(|question| shown(scene, record, question));
        sheet.push(
            Style::Body,
            [
                day(record.event_date),
                text(record.answers.text("group").unwrap_or_default()),
                text(scene.labels.form(&record.form)),
                text(what.concat()),
                text(record.answers.text("contact").unwrap_or_default()),
                text(
                    ["improve", "note"]
                        .iter()
                        .find_map(|question| record.answers.text(question))
                        .unwrap_or_default(),
                ),
            ],
        );
    }
    sheet.finish(words.say("tab-restricted-safety"))
}

/// *Hasil Seleksi Mentor*: what every mentor was found to be in each step, those with steps missing
/// first.
pub fn screening(scene: &Scene<'_>) -> Wanted {
    let (words, standing) = (scene.words, scene.standing);
    let number = |path: &str| words.integer(scene.figures.integer(path).unwrap_or(0));
    let parts = [("applied", number("mentors.applied")), ("ready", number("mentors.ready"))];
    let lead = words
        .say_with("screening-lead", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let widths = [220, 230, 110, 170, 80, 200, 360];
    let mut sheet = Sheet::new("restricted_screening", &widths, words.say("screening-title"), lead);
    let columns = ["mentor", "step", "day", "result", "score", "assessor", "note"];
    let columns = columns.map(|name| format!("screening-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    let mut records: Vec<(bool, String, &Record)> = Vec::new();
    for &record in standing.records.of("mentor_training") {
        let reference = record.answers.text("mentor").unwrap_or_default();
        let mentor = standing.find_mentor(reference);
        let name = mentor
            .map_or_else(|| reference.to_owned(), |mentor| named(&standing.mentors[mentor], words));
        records.push((mentor.is_some_and(|mentor| standing.is_ready(mentor)), name, record));
    }
    records.sort_by(|a, b| {
        (a.0, &a.1, a.2.event_date, a.2.seq).cmp(&(b.0, &b.1, b.2.event_date, b.2.seq))
    });
    if records.is_empty() {
        sheet.push(Style::Lead, [plain(words.say("screening-none"))]);
    }
    for (_, name, record) in records {
        let score =
            record.answers.integer("score").map_or(Cell::Blank, |score| Cell::Number(score as f64));
        sheet.push(
            Style::Body,
            [
                text(name),
                text(shown(scene, record, "step")),
                day(record.event_date),
                text(shown(scene, record, "result")),
                WantedCell::new(score, Format::Integer),
                text(record.answers.text("assessor").unwrap_or_default()),
                text(record.answers.text("note").unwrap_or_default()),
            ],
        );
    }
    sheet.finish(words.say("tab-restricted-screening"))
}

/// *Catatan Rahasia*: every other answer that a form calls confidential, newest first.
pub fn notes(scene: &Scene<'_>) -> Wanted {
    let words = scene.words;
    let mut sheet = Sheet::new(
        "restricted_notes",
        &[110, 260, 220, 300, 480],
        words.say("notes-title"),
        words.say("notes-lead"),
    );
    let columns =
        ["day", "form", "about", "question", "answer"].map(|name| format!("notes-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    let mut lines: Vec<(Reverse<chrono::NaiveDate>, &Record, &str)> = Vec::new();
    for (form, question) in &scene.labels.confidential {
        if form == IN_NO_TAB || ELSEWHERE.contains(&form.as_str()) {
            continue;
        }
        let answered =
            scene.standing.in_window(form).filter(|record| record.answers.get(question).is_some());
        lines
            .extend(answered.map(|record| (Reverse(record.event_date), record, question.as_str())));
    }
    lines.sort_by_key(|(day, record, question)| (*day, record.seq, *question));
    if lines.is_empty() {
        sheet.push(Style::Lead, [plain(words.say("notes-none"))]);
    }
    for (_, record, question) in lines {
        let about = ["group", "child", "mentee", "full_name", "name", "mentor"];
        let about =
            about.iter().find_map(|question| record.answers.text(question)).unwrap_or_default();
        sheet.push(
            Style::Body,
            [
                day(record.event_date),
                text(scene.labels.form(&record.form)),
                text(about),
                text(scene.labels.question(&record.form, question)),
                text(shown(scene, record, question)),
            ],
        );
    }
    sheet.finish(words.say("tab-restricted-notes"))
}

/// An answer as people read it: a choice by its label, several on one line.
fn shown(scene: &Scene<'_>, record: &Record, question: &str) -> String {
    let label = |code: &str| scene.labels.choice(&record.form, question, code).to_owned();
    match record.answers.get(question) {
        None => String::new(),
        Some(Answer::Text(code)) => label(code),
        Some(Answer::Integer(number)) => scene.words.integer(*number),
        Some(Answer::Number(number)) => scene.words.decimal(*number),
        Some(Answer::List(codes)) => {
            codes.iter().map(|code| label(code)).collect::<Vec<_>>().join(", ")
        }
    }
}

//! Who is late at which step of the board's procedures, and how many stand at each.

use std::collections::BTreeMap;

use super::office::owner;
use super::people::number_of;
use super::{Found, Kind, keyed};
use crate::ledger::people::MentorIndex;
use crate::ledger::procedures::{Condition, Procedure, State, Subject};
use crate::ledger::progress::{About, Progress, progress};
use crate::table::tab::Style;
use crate::views::support::{Readers, readers};
use crate::views::{Level, Scene, Sheet, levels, named, plain, short_list, text};

/// More than so many who are late at one step share one row.
const APART: usize = 5;

/// The actions of late steps. Where an alert already speaks about somebody, the step does not say
/// it again.
pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    let mut late: BTreeMap<(usize, usize), Vec<Progress<'_>>> = BTreeMap::new();
    for one in levels::late_subjects(scene.standing) {
        late.entry((one.procedure, one.step)).or_default().push(one.progress);
    }
    for ((number, step), late) in late {
        let procedure = &scene.standing.program.procedures[number];
        let place = format!("S{}.{}", number + 1, step + 1);
        if late.len() > APART {
            together(scene, found, procedure, step, (&place, &late));
        } else {
            late.iter().for_each(|one| apart(scene, found, procedure, step, (&place, one)));
        }
    }
}

fn apart(
    scene: &Scene<'_>,
    found: &mut Found,
    procedure: &Procedure,
    step: usize,
    (place, one): (&str, &Progress<'_>),
) {
    let (code, who, phone) = named_with_number(scene, one);
    let words = scene.words;
    let parts = [
        ("procedure", procedure.name.clone()),
        ("day", words.short_date(one.since)),
        ("late", words.integer(one.days_late)),
    ];
    let why = words
        .say_with("action-step-why", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let when = (Level::Warning, one.due.unwrap_or(scene.today));
    found.add(
        (&format!("{code} {place}"), Kind::Step),
        when,
        [who, what(scene, procedure, step), why, phone],
    );
}

fn together(
    scene: &Scene<'_>,
    found: &mut Found,
    procedure: &Procedure,
    step: usize,
    (place, late): (&str, &[Progress<'_>]),
) {
    let words = scene.words;
    let names: Vec<String> = late.iter().map(|one| named_with_number(scene, one).1).collect();
    let longest = late.iter().map(|one| one.days_late).max().unwrap_or(0);
    let key = match procedure.subject {
        Subject::Mentee => "action-step-mentees",
        Subject::Mentor => "action-step-mentors",
        Subject::SupportRequest => "action-step-requests",
        Subject::Partner => "action-step-partners",
        Subject::Document => "action-step-documents",
    };
    let who = words.say_with(key, &[("count", &words.integer(late.len() as i64))]);
    let parts = [
        ("procedure", procedure.name.clone()),
        ("late", words.integer(longest)),
        ("list", short_list(&names, APART, words)),
    ];
    let why = words.say_with(
        "action-step-many-why",
        &parts.each_ref().map(|(name, part)| (*name, part.as_str())),
    );
    let due = late.iter().filter_map(|one| one.due).min().unwrap_or(scene.today);
    let sentences = [who, what(scene, procedure, step), why, String::new()];
    found.add((place, Kind::Step), (Level::Warning, due), sentences);
}

fn what(scene: &Scene<'_>, procedure: &Procedure, step: usize) -> String {
    let step = &procedure.steps[step];
    match step.reached_by {
        Condition::State(State::ConsentComplete) => scene.words.say("action-consent"),
        _ => scene.words.say_with("action-step", &[("step", &step.name)]),
    }
}

/// What tells somebody from others, the name, and the number to call. A request that few may read
/// has neither.
fn named_with_number(scene: &Scene<'_>, one: &Progress<'_>) -> (String, String, String) {
    let (standing, words) = (scene.standing, scene.words);
    let answer = |record: &crate::ledger::record::Record, question: &str| {
        record.answers.text(question).unwrap_or_default().to_owned()
    };
    let of_mentor = |mentor: MentorIndex| {
        let mentor = &standing.mentors[mentor];
        (named(mentor, words), mentor.phone().unwrap_or_default().to_owned())
    };
    match one.about {
        About::Mentee(mentee) => {
            let person = &standing.mentees[mentee];
            (person.code.to_string(), named(person, words), number_of(scene, mentee))
        }
        About::Mentor(mentor) => {
            let (name, phone) = of_mentor(mentor);
            (standing.mentors[mentor].code.to_string(), name, phone)
        }
        About::SupportRequest(case) => {
            let case = &standing.support[case];
            let (name, phone) = match readers(case) {
                Readers::Team => of_mentor(case.mentor),
                Readers::Coordinator => (words.say("action-step-hidden"), String::new()),
                Readers::Adviser => (words.say("action-step-hidden-adviser"), String::new()),
            };
            (format!("R{}", case.request.seq), name, phone)
        }
        About::Partner(record) => {
            (format!("P{}", record.seq), answer(record, "organization"), answer(record, "phone"))
        }
        About::Document(record) => {
            let name = format!("{}: {}", owner(scene, record), answer(record, "title"));
            (format!("D{}", record.seq), name, String::new())
        }
    }
}

/// Below the actions: how many stand at each step, and how many of them are late.
pub(super) fn section(scene: &Scene<'_>, sheet: &mut Sheet) {
    let words = scene.words;
    let all: Vec<(&Procedure, Vec<Progress<'_>>)> = scene
        .standing
        .program
        .procedures
        .iter()
        .map(|p| (p, progress(scene.standing, p)))
        .collect();
    if all.iter().all(|(_, found)| found.is_empty()) {
        return;
    }
    sheet.push(Style::Body, []);
    sheet.push(Style::Title, [plain(words.say("actions-steps"))]);
    for (number, (procedure, found)) in (1..).zip(&all).filter(|(_, (_, found))| !found.is_empty())
    {
        let through = found.iter().filter(|one| one.step.is_none()).count();
        let parts =
            [("done", words.integer(through as i64)), ("all", words.integer(found.len() as i64))];
        let done = words.say_with(
            "actions-steps-done",
            &parts.each_ref().map(|(name, part)| (*name, part.as_str())),
        );
        let head = [plain(""), text(procedure.name.as_str()), text(done)];
        sheet.push(Style::Section, keyed(head, format!("S{number}")));
        for (index, step) in procedure.steps.iter().enumerate() {
            let here: Vec<&Progress<'_>> =
                found.iter().filter(|one| one.step == Some(index)).collect();
            if here.is_empty() {
                continue;
            }
            let late: Vec<i64> =
                here.iter().map(|one| one.days_late).filter(|days| *days > 0).collect();
            let state = match late.iter().max() {
                Some(longest) => {
                    let parts = [
                        ("count", words.integer(late.len() as i64)),
                        ("days", words.integer(*longest)),
                    ];
                    words.say_with(
                        "actions-steps-late",
                        &parts.each_ref().map(|(name, part)| (*name, part.as_str())),
                    )
                }
                None => words.say("actions-steps-fine"),
            };
            let count = words
                .say_with("actions-steps-here", &[("count", &words.integer(here.len() as i64))]);
            let level = Level::of(!late.is_empty(), false);
            let cells = [
                plain(words.say(level.key())),
                text(step.name.as_str()),
                text(count),
                plain(""),
                text(state),
            ];
            sheet.push(Style::Body, keyed(cells, format!("S{number}.{}", index + 1)));
        }
    }
}

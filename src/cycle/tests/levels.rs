//! A subject has one level: whoever or whatever is judged in several tabs, and in the actions, is
//! judged the same everywhere.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::super::*;
use super::desk::{Desk, as_text};
use super::office::office;
use crate::demo::tests as demo;
use crate::ledger::names::normal_name;
use crate::ledger::season::CalendarEntry;
use crate::ledger::standing::Standing;
use crate::table::tab::{Style, Wanted, WantedRow};
use crate::table::{Cell, serial};
use crate::views::Level;
use crate::words::{Language, Words};

/// Where a subject was given a level.
type Judged = BTreeMap<String, BTreeMap<Level, BTreeSet<String>>>;

/// The three levels.
const LEVELS: [Level; 3] = [Level::Alert, Level::Warning, Level::Good];

/// The views that judge subjects, and the column in which each names them. The others judge
/// figures, budget items, steps of procedures or kinds of documents.
const SUBJECT_COLUMN: [(&str, usize); 12] = [
    ("groups", 0),
    ("mentees", 0),
    ("mentors", 0),
    ("waiting", 0),
    ("meetings", 0),
    ("memorization", 0),
    ("support", 1),
    ("restricted_support", 1),
    ("partners", 1),
    ("taaruf", 1),
    ("evaluation", 0),
    ("archive", 2),
];

fn said(row: &WantedRow, column: usize) -> String {
    row.cells.get(column).map(|cell| cell.value.to_string()).unwrap_or_default()
}

/// The level that a row shows, in the column that its tab colours by levels.
fn level_of(tab: &Wanted, row: &WantedRow, words: &Words) -> Option<Level> {
    let alert = words.say(Level::Alert.key());
    let column = tab.layout.colours.iter().find(|rule| rule.text == alert)?.column;
    LEVELS.into_iter().find(|level| words.say(level.key()) == said(row, column))
}

/// What a row is about, under a name that is the same in every tab.
fn subject_of(standing: &Standing<'_>, tab: &Wanted, row: &WantedRow) -> Option<String> {
    let view = tab.layout.view.as_str();
    let column = SUBJECT_COLUMN.iter().find(|(name, _)| *name == view)?.1;
    let name = said(row, column);
    let is_code = |name: &str| standing.find_mentee(name).is_some();
    match view {
        "mentors" => Some(format!("mentor {name}")),
        "mentees" | "memorization" => Some(format!("mentee {name}")),
        "waiting" if is_code(&name) => Some(format!("mentee {name}")),
        "waiting" => Some(format!("capacity {name}")),
        "groups" | "meetings" | "taaruf" => Some(format!("group {name}")),
        "evaluation" => standing.find_group(&name).map(|_| format!("group {name}")),
        "support" | "restricted_support" => {
            let since = said(row, if view == "support" { 2 } else { 4 });
            // Who asks the teacher alone stands in no tab.
            let mentor = codes_in(&name).pop()?.replace("mentor ", "request ");
            Some(format!("{mentor} {since}"))
        }
        "partners" => Some(format!("partner {}", normal_name(&name))),
        _ => Some(format!("document {name}")),
    }
}

/// The subjects of an action: the one in its key, before `·` and the number of its kind; of an
/// action about several those whom its reason names.
fn subjects_of_action(standing: &Standing<'_>, row: &WantedRow) -> Vec<String> {
    let key = said(row, 6);
    let Some((about, _)) = key.split_once('·') else { return Vec::new() };
    if let Some(name) = about.strip_prefix("P ") {
        return vec![format!("partner {name}")];
    }
    let about = about.split(' ').next().unwrap_or_default();
    let number = about.get(1..).and_then(|number| number.parse::<u64>().ok());
    match number {
        Some(number) => subject_of_key(standing, about, number).into_iter().collect(),
        None => codes_in(&said(row, 4)),
    }
}

/// The subject that a letter and a number name: the code of a person, or the line of a group, a
/// request, a partner or a document.
fn subject_of_key(standing: &Standing<'_>, about: &str, number: u64) -> Option<String> {
    let answer = |form: &str, question: &str| {
        let mut records = standing.records.of(form).iter();
        let record = records.find(|record| record.seq == number)?;
        record.answers.text(question).map(str::to_owned)
    };
    match &about[..1] {
        "A" => Some(format!("mentee {about}")),
        "M" => Some(format!("mentor {about}")),
        "G" => {
            let mut groups = standing.groups.iter();
            let (_, group) = groups.find(|(_, group)| group.formed_by.seq == number)?;
            Some(format!("group {}", group.name))
        }
        "R" => {
            let case = standing.support.iter().find(|case| case.request.seq == number)?;
            let code = &standing.mentors[case.mentor].code;
            Some(format!("request {code} {}", Cell::Number(serial::of_day(case.date))))
        }
        "P" => answer("partner_contact", "organization")
            .map(|name| format!("partner {}", normal_name(&name))),
        "D" => answer("document_record", "title").map(|title| format!("document {title}")),
        _ => None,
    }
}

/// The mentees and mentors whose codes stand in brackets in a text.
fn codes_in(text: &str) -> Vec<String> {
    let codes = text.split('(').skip(1).filter_map(|part| part.split(')').next());
    codes
        .filter_map(|code| match (code.get(..1)?, code.get(1..)?.parse::<u64>()) {
            ("A", Ok(_)) => Some(format!("mentee {code}")),
            ("M", Ok(_)) => Some(format!("mentor {code}")),
            _ => None,
        })
        .collect()
}

/// Every level that the tabs give to a subject, and apart from them the levels of the actions.
fn judged(standing: &Standing<'_>, tabs: &[Wanted], words: &Words) -> (Judged, Judged) {
    let (mut in_tabs, mut in_actions) = (Judged::new(), Judged::new());
    for tab in tabs {
        for row in tab.rows.iter().filter(|row| row.style == Style::Body) {
            let Some(level) = level_of(tab, row, words) else { continue };
            let (found, subjects) = if tab.layout.view == "actions" {
                (&mut in_actions, subjects_of_action(standing, row))
            } else {
                (&mut in_tabs, subject_of(standing, tab, row).into_iter().collect())
            };
            for subject in subjects {
                let places = found.entry(subject).or_default().entry(level).or_default();
                places.insert(tab.layout.title.clone());
            }
        }
    }
    (in_tabs, in_actions)
}

/// What disagrees, as a sentence for each subject; empty if nothing does.
fn disagreements(standing: &Standing<'_>, tabs: &[Wanted], words: &Words) -> Vec<String> {
    let (in_tabs, in_actions) = judged(standing, tabs, words);
    let mut found = Vec::new();
    for (subject, levels) in &in_tabs {
        if levels.len() > 1 {
            found.push(format!("{subject} has several levels: {levels:?}"));
        }
    }
    for (subject, levels) in &in_actions {
        let worst = levels.keys().next();
        let shown = in_tabs.get(subject).and_then(|levels| levels.keys().next());
        // Somebody who is an alert may be a warning for another reason too.
        let is_worse = shown.is_none_or(|shown| worst.is_some_and(|worst| worst < shown));
        if is_worse {
            found.push(format!("{subject} is {worst:?} by the actions and {shown:?} in the tabs"));
        }
    }
    found.extend(alerts_without_action(standing, tabs, words, (&in_tabs, &in_actions)));
    found
}

/// The subjects that are an alert in a tab while no action says so.
fn alerts_without_action(
    standing: &Standing<'_>,
    tabs: &[Wanted],
    words: &Words,
    (in_tabs, in_actions): (&Judged, &Judged),
) -> Vec<String> {
    let actions = tabs.iter().find(|tab| tab.layout.view == "actions").unwrap();
    let alerts: Vec<&WantedRow> = actions
        .rows
        .iter()
        .filter(|row| level_of(actions, row, words) == Some(Level::Alert))
        .collect();
    // Those who wait share an action with the others of their gender, as do requests that few may
    // read; a group whose member is an alert is named in the action about the member; a slot has
    // no action.
    let is_said = |subject: &str| {
        let is_about = |what: &str| alerts.iter().any(|row| said(row, 6).ends_with(what));
        match subject.split_once(' ').unwrap() {
            ("mentee", code) => {
                let waits = standing.find_mentee(code).is_some_and(|mentee| {
                    standing.waiting.iter().any(|waiting| waiting.mentee == mentee)
                });
                waits && is_about("·6")
            }
            ("request", _) => is_about("·20"),
            ("group", name) => alerts.iter().any(|row| {
                ["·4", "·5"].iter().any(|kind| said(row, 6).ends_with(kind))
                    && (said(row, 2).contains(name) || said(row, 4).contains(name))
            }),
            ("capacity", _) => true,
            _ => false,
        }
    };
    in_tabs
        .iter()
        .filter(|(subject, levels)| {
            let alert = |levels: &BTreeMap<Level, _>| levels.contains_key(&Level::Alert);
            alert(levels) && !in_actions.get(*subject).is_some_and(alert) && !is_said(subject)
        })
        .map(|(subject, _)| format!("{subject} is an alert, and no action says so"))
        .collect()
}

fn assert_one_level_each(desk: &Desk) {
    let standing = standing(&desk.setting, &desk.memory.state, desk.today).unwrap();
    let tabs: Vec<Wanted> = desk.wanted.iter().cloned().chain(desk.restricted()).collect();
    let found = disagreements(&standing, &tabs, &desk.setting.words);
    assert!(found.is_empty(), "on {}:\n{}", desk.today, found.join("\n"));
}

#[test]
fn nobody_has_two_levels_in_the_demo() {
    for today in demo::days() {
        let setting = demo::setting(today);
        let state = demo::taken_in(&setting, today);
        let standing = standing(&setting, &state, today).unwrap();
        let (figures, suggestions) =
            (figures(&setting, &state, &standing), suggestions(&setting, &state, &standing));
        let head = LedgerHead::default();
        let scene = scene(&setting, &state, &head, &standing, &figures, &suggestions);
        let tabs: Vec<Wanted> = tabs(&scene).into_iter().chain(restricted_tabs(&scene)).collect();
        let found = disagreements(&standing, &tabs, &setting.words);
        assert!(found.is_empty(), "on {today}:\n{}", found.join("\n"));
    }
}

#[test]
fn nobody_has_two_levels_in_the_season_of_the_office() {
    let mut desk = office(Language::Id);
    let first: NaiveDate = "2026-08-20".parse().unwrap();
    for days in (0..125).step_by(7) {
        desk.today = first + chrono::Days::new(days);
        desk.turn();
        assert_one_level_each(&desk);
    }
}

/// A meeting of a generated season: the days after the first of August, whether its list was
/// filled in, and who of the three members was there.
type GeneratedMeeting = (u32, bool, [bool; 3]);

/// What a generated season holds besides the small program.
#[derive(Debug, Clone)]
struct Generated {
    days: u64,
    meetings: Vec<GeneratedMeeting>,
    consents: Vec<bool>,
    score: u8,
    partner: (u8, u64),
    review: u64,
    urgency: u8,
}

fn generated() -> impl Strategy<Value = Generated> {
    let meeting = (0..120_u32, any::<bool>(), any::<[bool; 3]>());
    (
        0..125_u64,
        proptest::collection::vec(meeting, 0..12),
        proptest::collection::vec(any::<bool>(), 3),
        1..=5_u8,
        (0..4_u8, 0..120_u64),
        0..120_u64,
        0..3_u8,
    )
        .prop_map(|(days, meetings, consents, score, partner, review, urgency)| Generated {
            days,
            meetings,
            consents,
            score,
            partner,
            review,
            urgency,
        })
}

const MEMBERS: [&str; 3] = ["Rudi Satu", "Sani Dua", "Tio Tiga"];

/// A day of a generated season, so many days after the first of August, as a form writes it.
fn written(days: u64) -> String {
    let first: NaiveDate = "2026-08-01".parse().unwrap();
    (first + chrono::Days::new(days)).format("%-d/%-m/%Y").to_string()
}

/// The program of the office with one more group, as generated.
fn season(generated: &Generated) -> Desk {
    let mut desk = office(Language::Id);
    for (name, consent) in MEMBERS.iter().zip(&generated.consents) {
        desk.mentee("16/7/2026 10.00", name, "L", "17/8/2010", "X-1");
        if *consent {
            desk.consent("17/7/2026 19.00", name);
        }
    }
    desk.add(
        "placement_decision",
        "1/8/2026 15.00",
        &[
            ("action", "Bentuk kelompok baru"),
            ("group", "Badar"),
            ("mentor", "Ibrahim Malik"),
            ("members", &MEMBERS.join(", ")),
            ("date", "1/8/2026"),
            ("weekly_slot", "Jumat sore"),
            ("approved_by", "Koordinator"),
        ],
    );
    for (days, is_listed, present) in &generated.meetings {
        let names = MEMBERS.iter().zip(present).filter(|(_, present)| **present);
        let names: Vec<&str> = names.map(|(name, _)| *name).collect();
        let list = if *is_listed { names.join(", ") } else { String::new() };
        desk.met(&written(u64::from(*days)), "Badar", &list);
    }
    feedback_about(&mut desk, "Badar", generated.score);
    let (stage, next) = generated.partner;
    let stage = ["Calon", "Sudah dihubungi", "Sepakat", "Tidak lanjut"][usize::from(stage)];
    desk.add(
        "partner_contact",
        "2/8/2026 16.00",
        &[
            ("organization", "Alumni 2015"),
            ("partner_kind", "LDK atau rohis kampus"),
            ("contact_name", "Narahubung"),
            ("phone", "0817-0000-0002"),
            ("date", "2/8/2026"),
            ("stage", stage),
            ("school_approval", "Sudah"),
            ("next_action_date", &written(next)),
        ],
    );
    desk.add(
        "document_record",
        "2/8/2026 10.00",
        &[
            ("document_kind", "SOP"),
            ("title", "SOP taaruf"),
            ("link", "https://drive.example.org/2"),
            ("owner", "Sekretaris"),
            ("status", if generated.score > 3 { "Berlaku" } else { "Draf" }),
            ("effective_date", "2/8/2026"),
            ("review_date", &written(generated.review)),
        ],
    );
    let urgency = ["Hari ini", "Pekan ini", "Bulan ini"][usize::from(generated.urgency)];
    desk.add(
        "support_request",
        "4/8/2026 09.00",
        &[
            ("mentor", "Ibrahim Malik"),
            ("support_kind", "Modul atau mushaf"),
            ("urgency_days", urgency),
            ("story", "RAHASIA"),
            ("readers", "Pengurus inti"),
        ],
    );
    desk.today = "2026-08-20".parse::<NaiveDate>().unwrap() + chrono::Days::new(generated.days);
    desk.turn();
    desk
}

/// Four answers of mentees about a group.
fn feedback_about(desk: &mut Desk, group: &str, score: u8) {
    for minute in 0..4 {
        let (high, low) = (score.to_string(), (6 - score).to_string());
        let mut answers = vec![
            ("group", group),
            ("recommend", "7"),
            ("next_season", "Lanjut di kelompok yang sama"),
            ("unsafe", "Tidak ada"),
            ("ignored", low.as_str()),
        ];
        let scales = ["listened", "safe", "relevant", "cohesion", "mentor_fit"];
        answers.extend(scales.map(|question| (question, high.as_str())));
        desk.add("mentee_feedback", &format!("19/8/2026 10.0{minute}"), &answers);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nobody_has_two_levels_in_a_generated_season(generated in generated()) {
        assert_one_level_each(&season(&generated));
    }
}

/// The level and the state that *Adik* shows of a mentee on a day.
fn mentee_on(desk: &mut Desk, day: &str, name: &str) -> (String, String) {
    desk.today = day.parse().unwrap();
    desk.turn();
    let rows = desk.wanted("mentees").rows.iter();
    let row = rows.filter(|row| row.style == Style::Body).find(|row| said(row, 1) == name).unwrap();
    (said(row, 4), said(row, 5))
}

#[test]
fn a_member_who_was_seen_at_no_meeting_for_four_weeks_is_a_warning() {
    let mut desk = Desk::small(Language::Id);
    let fine = ("Baik".to_owned(), "di kelompok".to_owned());
    // Seen on 31 July.
    assert_eq!(mentee_on(&mut desk, "2026-08-28", "Budi Santoso"), fine);
    let (level, state) = mentee_on(&mut desk, "2026-08-29", "Budi Santoso");
    assert_eq!(level, "Perhatian");
    assert_eq!(state, "di kelompok, tidak tercatat hadir sejak 31 Jul 2026 (29 hari)");
    // A list of 7 August says that he was not there: somebody asks after him.
    let actions = as_text(desk.wanted("actions"), &desk.setting.words);
    let line = actions.lines().find(|line| line.ends_with("·34")).unwrap();
    assert!(line.starts_with("Perhatian | Budi Santoso") && line.contains("29 hari"), "{line}");
    assert_one_level_each(&desk);
}

#[test]
fn days_off_do_not_count_as_days_without_having_been_seen() {
    let mut desk = Desk::small(Language::Id);
    let [from, to] = ["2026-08-10", "2026-08-16"].map(|day| day.parse().unwrap());
    desk.setting.program.calendar.push(CalendarEntry { from, to });
    let level = |desk: &mut Desk, day| mentee_on(desk, day, "Budi Santoso").0;
    assert_eq!(level(&mut desk, "2026-09-04"), "Baik");
    assert_eq!(level(&mut desk, "2026-09-05"), "Perhatian");
}

#[test]
fn a_low_score_of_a_group_is_a_reason_in_every_tab() {
    let mut desk = office(Language::Id);
    feedback_about(&mut desk, "Al Fatih", 1);
    desk.turn();
    for (view, reason) in [
        ("groups", "nilai dari adik 2,5 dari 5"),
        ("evaluation", "nilai dari adik 2,5 dari 5"),
        ("actions", "Nilai dari adik 2,5 dari 5 (8 jawaban)"),
    ] {
        let text = as_text(desk.wanted(view), &desk.setting.words);
        let line = text.lines().find(|line| line.contains(reason));
        assert!(line.is_some_and(|line| line.contains("Gawat")), "{view}: {text}");
    }
    assert_one_level_each(&desk);
}

#[test]
fn a_document_late_at_a_step_is_a_warning_in_the_archive_too() {
    let mut desk = office(Language::Id);
    desk.add(
        "document_record",
        "1/8/2026 10.00",
        &[
            ("document_kind", "SOP"),
            ("title", "SOP taaruf"),
            ("link", "https://drive.example.org/2"),
            ("owner", "Sekretaris"),
            ("status", "Draf"),
            ("effective_date", "1/8/2026"),
        ],
    );
    desk.turn();
    let mut archive = desk.wanted("archive").rows.iter();
    let row = archive.find(|row| said(row, 2) == "SOP taaruf").unwrap();
    assert_eq!(said(row, 0), "Perhatian");
    assert_eq!(row.cells[0].note.as_deref(), Some("langkah Berlaku terlambat 13 hari"));
    let actions = as_text(desk.wanted("actions"), &desk.setting.words);
    assert!(actions.contains("Perhatian | Sekretaris: SOP taaruf"), "{actions}");
}

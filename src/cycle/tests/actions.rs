//! *Perlu Tindakan*: what it says, and that an action stands in it exactly while its reason holds.

use std::collections::BTreeMap;

use super::super::*;
use super::desk::{Desk, as_text};
use super::office::office;
use crate::ledger::progress::progress;
use crate::table::Cell;
use crate::words::Language;

const WHO: usize = 1;
const KEY: usize = 6;
const NOTE: usize = 7;

/// The keys of the actions and of the steps below them, with who each is about.
fn rows(desk: &Desk) -> Vec<(String, String)> {
    let tab = desk.wanted("actions");
    let text = |row: &crate::table::tab::WantedRow, column: usize| {
        row.cells.get(column).map(|cell| cell.value.to_string()).unwrap_or_default()
    };
    tab.rows
        .iter()
        .skip(3)
        .map(|row| (text(row, KEY), text(row, WHO)))
        .filter(|(key, _)| !key.is_empty())
        .collect()
}

/// How many actions there are of a kind.
fn of_kind(desk: &Desk, kind: u8) -> i64 {
    rows(desk)
        .iter()
        .filter(|(key, _)| {
            key.rsplit_once('·').is_some_and(|(_, number)| number == kind.to_string())
        })
        .count() as i64
}

#[test]
fn what_is_to_do_in_a_program_with_every_form() {
    for language in [Language::Id, Language::En] {
        let mut desk = office(language);
        desk.today = "2026-10-06".parse().unwrap();
        desk.turn();
        let name = format!("actions-office-{}", if language == Language::Id { "id" } else { "en" });
        insta::assert_snapshot!(name, as_text(desk.wanted("actions"), &desk.setting.words));
    }
}

/// Day by day through a season: as many actions of each kind as its figure counts, and no key
/// twice.
#[test]
fn an_action_stands_there_exactly_while_its_figure_counts_it() {
    let mut desk = office(Language::Id);
    let first: NaiveDate = "2026-08-20".parse().unwrap();
    let mut seen = BTreeMap::<&str, i64>::new();
    for days in (0..125).step_by(4) {
        desk.today = first + chrono::Days::new(days);
        desk.turn();
        let (setting, state) = (&desk.setting, &desk.memory.state);
        let standing = standing(setting, state, desk.today).unwrap();
        let figures = figures(setting, state, &standing);
        let counted = [
            ("groups.not_started", 10),
            ("mentors.unready_with_group", 11),
            ("mentors.silent", 12),
            ("mentors.overloaded", 13),
            ("mentors.no_contact_30d", 14),
            ("meetings.absent_3", 15),
            ("mentors.three_groups", 17),
            ("taaruf.overdue", 18),
            ("partners.overdue_7", 21),
            ("documents.review_overdue", 22),
            ("data_quality.minors_in_group_without_consent", 5),
        ];
        for (path, kind) in counted {
            let number = figures.integer(path).unwrap();
            assert_eq!(of_kind(&desk, kind), number, "{path} on {}", desk.today);
            *seen.entry(path).or_default() += number;
        }
        let gaps = figures.integer("groups.faltering").unwrap()
            + figures.integer("groups.stalled").unwrap();
        assert_eq!(of_kind(&desk, 9), gaps, "{}", desk.today);
        let late = standing.support.iter().filter(|case| case.is_late(standing.through)).count();
        assert_eq!(of_kind(&desk, 19) + of_kind(&desk, 20) > 0, late > 0, "{}", desk.today);
        let anybody_late = standing
            .program
            .procedures
            .iter()
            .flat_map(|p| progress(&standing, p))
            .any(|one| one.days_late > 0);
        assert!(anybody_late || of_kind(&desk, 30) == 0, "{}", desk.today);
        let mut keys: Vec<String> = rows(&desk).into_iter().map(|(key, _)| key).collect();
        let all = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), all, "a key stands twice on {}", desk.today);
    }
    let never: Vec<_> =
        seen.iter().filter(|(_, number)| **number == 0).map(|(path, _)| *path).collect();
    assert_eq!(
        never,
        [
            "data_quality.minors_in_group_without_consent",
            "groups.not_started",
            "meetings.absent_3",
            "mentors.overloaded",
            "mentors.three_groups",
            "mentors.unready_with_group",
            "taaruf.overdue"
        ],
        "the small program has none of these; all others were there at some time"
    );
}

#[test]
fn the_72_hours_run_until_the_mentee_is_out_of_the_group() {
    let mut desk = Desk::small_and_shown(Language::Id);
    desk.consent("28/8/2026 08.00", "Ahmad Fauzi");
    let row = desk.forms["guardian_consent"].rows.len() - 1;
    desk.change("guardian_consent", row, "consent", "Tidak");
    desk.turn();
    let clock = as_text(desk.wanted("actions"), &desk.setting.words);
    let clock = clock.lines().find(|line| line.contains("·4")).unwrap();
    insta::assert_snapshot!(clock, @"Gawat | Ahmad Fauzi (A2) | Keluarkan dari Al Fatih dan berhenti memakai datanya | 31 Agu 2026 | Orang tua menarik izin Jumat, 28 Agustus 2026 08.00; batas 72 jam: Senin, 31 Agustus 2026 08.00 | +6281500000001 | A2·4");
    assert_eq!(of_kind(&desk, 5), 0, "said once");
    desk.add(
        "placement_decision",
        "28/8/2026 10.00",
        &[
            ("action", "Adik keluar dari kelompok"),
            ("group", "Al Fatih"),
            ("members", "Ahmad Fauzi"),
            ("date", "28/8/2026"),
            ("reason", "Lainnya"),
            ("approved_by", "Koordinator"),
        ],
    );
    desk.turn();
    assert_eq!((of_kind(&desk, 4), of_kind(&desk, 5)), (0, 0));
}

#[test]
fn a_note_stays_beside_its_matter_while_others_come_and_go() {
    let mut desk = office(Language::Id);
    desk.today = "2026-09-20".parse().unwrap();
    desk.turn();
    let id = sheet_id(&desk.wanted("actions").layout);
    let tab = desk.ours.iter_mut().find(|tab| tab.sheet_id == id).unwrap();
    let row = tab
        .rows
        .iter_mut()
        .rfind(|row| row.get(KEY).is_some_and(|key| key.to_string().contains('·')))
        .unwrap();
    row.resize(NOTE + 1, Cell::Blank);
    row[NOTE] = "sudah ditelepon".into();
    let key = row[KEY].clone();
    desk.today = "2026-09-24".parse().unwrap();
    desk.turn();
    let tab = desk.ours.iter().find(|tab| tab.sheet_id == id).unwrap();
    let noted: Vec<_> =
        tab.rows.iter().filter(|row| row.get(NOTE) == Some(&"sudah ditelepon".into())).collect();
    assert_eq!(noted.len(), 1);
    assert_eq!(noted[0][KEY], key);
    assert!(plan(&desk.wanted, &desk.ours, &[]).is_empty());
}

#[test]
fn the_72_hours_stand_above_every_older_alert() {
    let mut desk = office(Language::Id);
    desk.today = "2026-10-06".parse().unwrap();
    desk.consent("6/10/2026 08.00", "Ahmad Fauzi");
    let row = desk.forms["guardian_consent"].rows.len() - 1;
    desk.change("guardian_consent", row, "consent", "Tidak");
    desk.turn();
    let first = &rows(&desk)[0];
    assert!(first.0.ends_with("·4") && first.1.starts_with("Ahmad Fauzi"), "{first:?}");
    assert!(of_kind(&desk, 21) > 0, "a partner's step is due since July");
}

#[test]
fn what_mentors_say_is_an_action_only_while_their_score_is_below_its_limit() {
    let mut desk = office(Language::Id);
    // All answers are 3 of 5: the score is 3,0.
    assert_eq!(of_kind(&desk, 31), 1);
    for question in ["enjoys", "mentee_fit", "openness", "supported", "training_helps"] {
        desk.change("mentor_feedback", 1, question, "4");
    }
    desk.turn();
    // 23 of 30.
    assert_eq!(of_kind(&desk, 31), 0);
}

#[test]
fn many_who_wait_for_one_step_are_one_action_that_says_who_they_are() {
    let indonesian = [
        "6 adik",
        "Kirim ulang tautan izin",
        "Penerimaan adik, terlambat paling lama 24 hari: Joko Susilo (A8)",
    ];
    let english = [
        "Mentees: 6",
        "Send the consent link",
        "Recruitment of mentees, up to 24 days late: Joko Susilo (A8)",
    ];
    for (language, expected) in [(Language::Id, indonesian), (Language::En, english)] {
        let mut desk = Desk::small(language);
        for (day, name) in
            (1..).zip(["Rudi Satu", "Rudi Dua", "Rudi Tiga", "Rudi Empat", "Rudi Lima"])
        {
            desk.mentee(&format!("{day}/8/2026 10.00"), name, "L", "17/8/2010", "X-1");
        }
        desk.turn();
        let shown = as_text(desk.wanted("actions"), &desk.setting.words);
        let line = shown.lines().find(|line| line.ends_with("| S1.2·30")).unwrap();
        assert!(expected.iter().all(|said| line.contains(said)), "{line}");
    }
}

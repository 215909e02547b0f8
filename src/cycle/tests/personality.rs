//! Personality through whole cycles: it counts with every permission, changes nothing without one,
//! and stands in no tab.

use proptest::prelude::*;

use super::super::*;
use super::desk::{Desk, as_text};
use crate::matching::terms::TermKind;
use crate::words::Language;

/// Who has permitted that the answers are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Permissions {
    mentee: bool,
    guardian: bool,
    mentor: bool,
}

const ALL: Permissions = Permissions { mentee: true, guardian: true, mentor: true };

/// Answers to the statements from 1 to 20: nothing where 0 stands.
type Said = [u8; 20];

/// The small program, in which Dimas waits and Hasan leads, with what both say about themselves.
fn desk(weight: u32, permissions: Permissions, said: Option<(Said, Said)>) -> Desk {
    let mut desk = Desk::small(Language::En);
    let weights = &mut desk.setting.config.weights;
    *weights = weights.with(TermKind::Personality, weight);
    desk.turn_on("personality");
    let (dimas, hasan) = (4, 1);
    if permissions.mentee {
        let label = "Jawaban kepribadian boleh dipakai untuk menyusun kelompok";
        desk.change("mentee_registration", dimas, "extra_consent", label);
    }
    if permissions.guardian {
        desk.change(
            "guardian_consent",
            dimas,
            "extra_consent",
            "Jawaban kepribadian dipakai untuk menyusun kelompok",
        );
    }
    if permissions.mentor {
        let label = "Jawaban kepribadian boleh dipakai untuk menyusun kelompok";
        desk.change("mentor_application", hasan, "extra_consent", label);
    }
    for (member, said) in said
        .map(|(of_dimas, of_hasan)| [("Dimas Pratama", of_dimas), ("Hasan Basri", of_hasan)])
        .into_iter()
        .flatten()
    {
        tell(&mut desk, member, said);
    }
    desk
}

fn tell(desk: &mut Desk, member: &str, said: Said) {
    let texts = said.map(|said| if said == 0 { String::new() } else { said.to_string() });
    let keys: Vec<String> = (1..=20).map(|number| format!("ipip_{number}")).collect();
    let answers = keys.iter().zip(&texts).map(|(key, text)| (key.as_str(), text.as_str()));
    desk.add(
        "personality",
        "20/8/2026 20.00",
        &[("member", member)].into_iter().chain(answers).collect::<Vec<_>>(),
    );
}

fn suggested(desk: &mut Desk) -> Suggestions {
    desk.turn();
    let standing = standing(&desk.setting, &desk.memory.state, desk.today).unwrap();
    suggestions(&desk.setting, &desk.memory.state, &standing)
}

/// What the term of Dimas came to.
fn value(desk: &mut Desk) -> u32 {
    let suggestions = suggested(desk);
    let standing = standing(&desk.setting, &desk.memory.state, desk.today).unwrap();
    let code = &standing.mentees[standing.find_mentee("Dimas Pratama").unwrap()].code;
    let dimas = suggestions.placements.iter().find(|placement| placement.mentee == *code).unwrap();
    assert_eq!(dimas.open_group(), Some("Al Fatih"));
    dimas.terms.iter().find(|term| term.kind == TermKind::Personality).unwrap().value
}

/// Somebody orderly and curious, and somebody who is neither.
const ORDERLY: Said = [3, 3, 5, 3, 5, 3, 3, 1, 3, 1, 3, 3, 5, 3, 1, 3, 3, 1, 3, 1];
const EASYGOING: Said = [3, 3, 1, 3, 1, 3, 3, 5, 3, 5, 3, 3, 1, 3, 5, 3, 3, 5, 3, 5];

#[test]
fn with_every_permission_likeness_counts() {
    assert_eq!(value(&mut desk(10, ALL, Some((ORDERLY, ORDERLY)))), 1000);
    assert_eq!(value(&mut desk(10, ALL, Some((ORDERLY, EASYGOING)))), 0);
    assert_eq!(value(&mut desk(10, ALL, None)), 500);
}

#[test]
fn a_later_answer_takes_the_place_of_the_earlier() {
    let mut desk = desk(10, ALL, Some((ORDERLY, ORDERLY)));
    let row = desk.forms["personality"].rows.len() - 2;
    tell(&mut desk, "dimas pratama", EASYGOING);
    assert_eq!(value(&mut desk), 0);
    desk.forms.get_mut("personality").unwrap().rows.remove(row + 2);
    assert_eq!(value(&mut desk), 1000);
}

#[test]
fn what_is_said_stands_in_no_tab() {
    for language in [Language::Id, Language::En] {
        let mut desk = desk(10, ALL, Some((ORDERLY, EASYGOING)));
        desk.setting.words = crate::words::Words::new(language, None).unwrap();
        desk.add(
            "personality",
            "21/8/2026 20.00",
            &[("member", "KEPRIBADIANKU siapa"), ("ipip_1", "5")],
        );
        desk.add(
            "personality",
            "21/8/2026 20.01",
            &[("member", "Dimas Pratama"), ("ipip_1", "KEPRIBADIANKU"), ("ipip_3", "5")],
        );
        desk.add(
            "personality",
            "21/8/2026 20.02",
            &[("member", "Dimas Pratama"), ("ipip_1", "KEPRIBADIANKU")],
        );
        desk.turn();
        let to_fix = as_text(desk.wanted("to_fix"), &desk.setting.words);
        let hidden = desk.setting.words.say("fix-hidden");
        let lines: Vec<&str> =
            to_fix.lines().filter(|line| line.starts_with("personality |")).collect();
        assert!(lines.len() == 3 && lines.iter().all(|line| line.contains(&hidden)), "{to_fix}");
        let tabs: Vec<_> = desk
            .wanted
            .iter()
            .chain(&desk.restricted())
            .map(|tab| as_text(tab, &desk.setting.words))
            .collect();
        assert!(tabs.iter().all(|tab| !tab.contains("KEPRIBADIANKU")), "{tabs:#?}");
    }
}

#[test]
fn an_erased_person_has_said_nothing_about_himself() {
    let mut desk = desk(10, ALL, Some((ORDERLY, ORDERLY)));
    desk.turn();
    let private = &desk.setting.private;
    let standing = standing(&desk.setting, &desk.memory.state, desk.today).unwrap();
    let code = standing.mentees[standing.find_mentee("Dimas Pratama").unwrap()].code.clone();
    let about = crate::forms::person::about(private, &desk.memory.state, &standing, &code).unwrap();
    let erased =
        about.erasure(private, &desk.memory.state, desk.today.and_hms_opt(12, 0, 0).unwrap());
    let left = erased.rows.iter().find(|row| row.form == "personality").unwrap();
    let crate::ledger::event::Remains::Accepted { answers, .. } = &left.remains else {
        panic!("{left:?}")
    };
    assert_eq!(answers.iter().map(|(question, _)| question).collect::<Vec<_>>(), ["member"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn without_one_of_the_permissions_or_without_weight_no_answer_changes_a_suggestion(
        dimas in prop::array::uniform20(0_u8..=5),
        hasan in prop::array::uniform20(0_u8..=5),
        (weight, permissions) in prop_oneof![
            Just((0, ALL)),
            Just((10, Permissions { mentee: false, ..ALL })),
            Just((10, Permissions { guardian: false, ..ALL })),
            Just((10, Permissions { mentor: false, ..ALL })),
        ],
    ) {
        let mut desk = desk(weight, permissions, None);
        let silent = suggested(&mut desk);
        tell(&mut desk, "Dimas Pratama", dimas);
        tell(&mut desk, "Hasan Basri", hasan);
        prop_assert_eq!(suggested(&mut desk), silent);
    }
}

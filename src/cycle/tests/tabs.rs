//! What the tabs say: each of them as text, in both languages; and what must never stand in one.

use std::collections::BTreeSet;

use super::super::workbook::views_by_sheet_id;
use super::super::*;
use super::desk::{Desk, as_text};
use crate::table::Cell;
use crate::table::tab::Wanted;
use crate::views::decisions::{Refusal, Refused};
use crate::words::{Language, Words};

const LANGUAGES: [Language; 2] = [Language::Id, Language::En];

#[test]
fn every_tab_of_a_program_small() {
    for language in LANGUAGES {
        let desk = Desk::small_and_shown(language);
        for tab in &desk.wanted {
            let name = format!(
                "{}-{}",
                tab.layout.view,
                language.file().replace("words/", "").replace(".ftl", "")
            );
            insta::assert_snapshot!(name, as_text(tab, &desk.setting.words));
        }
    }
}

#[test]
fn every_tab_of_a_program_that_has_just_begun() {
    for language in LANGUAGES {
        let mut desk = Desk::empty(language);
        desk.turn();
        let texts: String =
            desk.wanted.iter().map(|tab| as_text(tab, &desk.setting.words)).collect();
        insta::assert_snapshot!(
            format!("empty-{}", language.file().replace("words/", "").replace(".ftl", "")),
            texts
        );
    }
}

/// A scene in which everything goes wrong that a tab can say.
fn worst(language: Language) -> (Desk, Vec<Wanted>) {
    let mut desk = Desk::small(language);
    desk.today = "2026-10-20".parse().unwrap();
    desk.turn();
    let held = [
        HeldWhy::NoTab,
        HeldWhy::QuestionsMissing(vec!["phone".into()]),
        HeldWhy::TooManyGone { gone: 9, of: 20 },
    ];
    let held = held.map(|why| HeldTab {
        form: "mentee_registration".into(),
        tab: "Form Responses 1".into(),
        why,
    });
    let refusals = [
        Refusal::UnknownMentor,
        Refusal::Gender,
        Refusal::NotScreened,
        Refusal::AgeGap,
        Refusal::Full,
    ];
    let refused = refusals.map(|why| Refused {
        row: 5,
        key: "A5·M20".into(),
        column: if why == Refusal::UnclearVerdict {
            "suggestions-col-verdict"
        } else {
            "suggestions-col-other"
        },
        cell: "Zaid".into(),
        why,
        stood: None,
    });
    let tabs = desk.tabs_with(&held, &refused);
    (desk, tabs)
}

#[test]
fn what_is_to_do_and_to_fix_on_the_worst_of_days() {
    for language in LANGUAGES {
        let (desk, tabs) = worst(language);
        let shown = tabs
            .iter()
            .filter(|tab| ["actions", "groups", "to_fix"].contains(&tab.layout.view.as_str()));
        let texts: String = shown.map(|tab| as_text(tab, &desk.setting.words)).collect();
        insta::assert_snapshot!(
            format!("worst-{}", language.file().replace("words/", "").replace(".ftl", "")),
            texts
        );
    }
}

/// Every text of a tab with its place, notes and hints too.
fn texts(tab: &Wanted) -> Vec<(String, String)> {
    let mut texts = vec![("title".to_owned(), tab.layout.title.clone())];
    for (index, row) in tab.rows.iter().enumerate() {
        for (column, cell) in row.cells.iter().enumerate() {
            if let Cell::Text(text) = &cell.value {
                texts.push((crate::table::a1::address(index, column), text.to_string()));
            }
        }
    }
    let dropdowns = tab.layout.columns.iter().filter_map(|column| column.people.as_ref());
    for dropdown in dropdowns {
        texts.extend(
            dropdown
                .values
                .iter()
                .chain([&dropdown.hint])
                .map(|text| ("dropdown".to_owned(), text.clone())),
        );
    }
    texts
}

/// Whether a text still is, or holds, a key of words such as `figure-waiting-count`, known or not.
fn has_key(text: &str, known: &BTreeSet<&str>) -> bool {
    let part_of_key = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let parts: Vec<&str> = text.split('-').collect();
    // Indonesian doubles words: sama-sama.
    let is_key =
        parts.len() > 1 && parts.iter().all(|part| part_of_key(part)) && parts[0] != parts[1];
    is_key || text.split([' ', ':', ',', ';', '.', '(', ')']).any(|word| known.contains(word))
}

#[test]
fn no_tab_shows_a_key_a_name_of_the_program_or_what_is_confidential() {
    let keys =
        crate::words::ENGLISH.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key);
    let known: BTreeSet<&str> =
        keys.filter(|key| key.contains('-') && !key.starts_with('-')).collect();
    for language in LANGUAGES {
        let (desk, worst_tabs) = worst(language);
        let small = Desk::small_and_shown(language);
        for tab in worst_tabs.iter().chain(&desk.wanted).chain(&small.wanted) {
            // The glossary names the paths of the figures, and nothing else of the program's own.
            let is_path = |place: &str| tab.layout.view == "glossary" && place.starts_with('C');
            for (place, text) in texts(tab).into_iter().filter(|(place, _)| !is_path(place)) {
                let place = format!("{}!{place}: {text}", tab.layout.title);
                assert!(!has_key(&text, &known), "{place}");
                assert!(!text.contains(['_', '{', '}']), "{place}");
                assert!(!text.contains("::") && !text.contains("Some("), "{place}");
                assert!(!text.contains("RAHASIA"), "{place}");
            }
        }
    }
}

#[test]
fn a_program_that_says_halaqah_or_liqo_reads_of_no_group_in_its_tabs() {
    for term in ["halaqah", "liqo"] {
        let capital = format!("{}{}", term[..1].to_uppercase(), &term[1..]);
        let rewording = format!("-group = {term}\n-Group = {capital}\n");
        let mut desk = Desk::small(Language::Id);
        desk.setting.words = Words::new(Language::Id, Some(&rewording)).unwrap();
        desk.turn();
        assert_eq!(desk.wanted("groups").layout.title, capital);
        // Titles of forms and questions are shown as they stand on the form.
        let forms = desk.setting.forms.iter().map(|form| &form.definition);
        let titles: Vec<&str> = forms
            .flat_map(|form| {
                std::iter::once(&form.title).chain(form.questions.iter().map(|one| &one.question))
            })
            .map(|title| title.id.as_str())
            .collect();
        for tab in &desk.wanted {
            for (place, text) in texts(tab) {
                let is_title = titles.contains(&text.as_str());
                assert!(
                    is_title || !text.to_lowercase().contains("kelompok"),
                    "{}!{place}: {text}",
                    tab.layout.title
                );
            }
        }
    }
}

#[test]
fn text_that_looks_like_a_formula_stays_text() {
    let desk = Desk::small_and_shown(Language::Id);
    let to_fix = desk.wanted("to_fix");
    let formula = Cell::Text("=IMPORTXML(\"x\")".into());
    assert!(to_fix.rows.iter().any(|row| row.cells.iter().any(|cell| cell.value == formula)));
}

#[test]
fn no_layout_depends_on_what_the_ledger_holds() {
    for language in LANGUAGES {
        let ids =
            |tabs: &[Wanted]| tabs.iter().map(|tab| sheet_id(&tab.layout)).collect::<Vec<_>>();
        let mut empty = Desk::empty(language);
        empty.turn();
        let (worst_desk, worst_tabs) = worst(language);
        assert_eq!(ids(&empty.wanted), ids(&Desk::small_and_shown(language).wanted));
        assert_eq!(ids(&empty.wanted), ids(&worst_tabs));
        let expected = views_by_sheet_id(&worst_desk.setting, worst_desk.today).unwrap();
        assert_eq!(
            ids(&empty.wanted).into_iter().collect::<BTreeSet<_>>(),
            expected.into_keys().collect()
        );
    }
}

#[test]
fn a_second_cycle_has_nothing_to_record_and_nothing_to_write() {
    let mut desk = Desk::small_and_shown(Language::Id);
    let turn = desk.turn();
    assert_eq!(turn.events, []);
    assert!(plan(&desk.wanted, &desk.ours, &[]).is_empty());
}

#[test]
fn the_phone_of_a_mentee_or_guardian_stands_only_where_somebody_has_to_call_it() {
    for language in LANGUAGES {
        let (desk, worst_tabs) = worst(language);
        for tab in worst_tabs.iter().chain(&desk.wanted).filter(|tab| tab.layout.view != "actions")
        {
            for (place, text) in texts(tab) {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                let found =
                    ["8120000", "8130000"].into_iter().any(|number| digits.contains(number));
                assert!(!found, "{}!{place}: {text}", tab.layout.title);
            }
        }
    }
}

/// Everything that a tab says, from the row that holds `from` on.
fn said(desk: &Desk, view: &str, from: &str) -> String {
    let text = as_text(desk.wanted(view), &desk.setting.words);
    text.find(from).map(|at| text[at..].to_owned()).unwrap_or_default()
}

#[test]
fn a_minor_without_consent_is_suggested_nowhere_and_neither_waits_nor_stands_on_a_card() {
    let desk = Desk::small_and_shown(Language::Id);
    let waiting = said(&desk, "waiting", "Siapa yang menunggu");
    assert!(waiting.contains("Candra Wijaya") && !waiting.contains("Joko"), "{waiting}");
    assert!(!said(&desk, "suggestions", "").contains("Joko"));
    assert!(
        said(&desk, "mentees", "").contains("Joko Susilo"),
        "the list of mentees says what is missing"
    );
}

#[test]
fn a_consent_taken_back_takes_effect_in_the_next_cycle() {
    let mut desk = Desk::small_and_shown(Language::Id);
    assert!(said(&desk, "groups", "Kartu untuk mentor").contains("Ahmad Fauzi"));
    for (child, at) in [("Ahmad Fauzi", "28/8/2026 08.00"), ("Candra Wijaya", "28/8/2026 08.05")] {
        desk.consent(at, child);
        let row = desk.forms["guardian_consent"].rows.len() - 1;
        desk.change("guardian_consent", row, "consent", "Tidak");
    }
    desk.turn();
    let cards = said(&desk, "groups", "Kartu untuk mentor");
    assert!(cards.contains("Budi Santoso") && !cards.contains("Ahmad"), "{cards}");
    assert!(!said(&desk, "waiting", "Siapa yang menunggu").contains("Candra"));
    assert!(!said(&desk, "suggestions", "").contains("Candra"));
    let standing = standing(&desk.setting, &desk.memory.state, desk.today).unwrap();
    let clocks: Vec<_> = standing
        .consent_withdrawals()
        .iter()
        .map(|clock| {
            (
                standing.mentees[clock.mentee].nickname(),
                clock.still_in.is_some(),
                clock.deadline().to_string(),
            )
        })
        .collect();
    assert_eq!(
        clocks,
        [
            ("Ahmad", true, "2026-08-31 08:00:00".into()),
            ("Candra", false, "2026-08-31 08:05:00".into())
        ]
    );
}

#[test]
fn a_card_names_no_phone_and_carries_the_link_that_the_configuration_gives() {
    let mut desk = Desk::small_and_shown(Language::Id);
    desk.setting
        .labels
        .links
        .insert("meeting_report".into(), "https://forms.example/r?g={group}".into());
    let tabs = desk.tabs_with(&[], &[]);
    let groups = tabs.iter().find(|tab| tab.layout.view == "groups").unwrap();
    assert!(as_text(groups, &desk.setting.words).contains("https://forms.example/r?g=Al%20Fatih"));
}

/// Columns are known by their titles, so no two of a tab may have one.
#[test]
fn every_column_of_a_tab_has_a_title_of_its_own() {
    for language in [Language::Id, Language::En] {
        let mut desk = Desk::small(language);
        desk.turn();
        for tab in desk.wanted.iter().chain(&desk.restricted()) {
            let titles = crate::table::mend::titles(tab);
            let said: Vec<&String> = titles.iter().filter(|title| !title.is_empty()).collect();
            let different: BTreeSet<&&String> = said.iter().collect();
            assert_eq!(different.len(), said.len(), "{}: {titles:?}", tab.layout.view);
        }
    }
}

//! *Antrean & Kapasitas*: which mentors (gender, slot) are missing, and who waits, since when and
//! for which slots.
//!
//! One table: first the balance of each gender and slot, then the people. Both have keys, so that a
//! note stays beside what it is about.

use super::{
    Level, Scene, Sheet, count, day, gender_word, level_colours, levels, name_of, notes, text,
    verdict_cell,
};
use crate::ledger::codes::{Code, Gender};
use crate::ledger::standing::Waiting;
use crate::table::tab::{Style, Wanted, WantedCell};

const KEY: usize = 0;
const LEVEL_COLUMN: usize = 6;
const NOTE_COLUMN: usize = 8;

/// What is asked for, what there is, and what is missing, of one gender in one slot or in all.
struct Balance {
    level: Level,
    gap: i64,
    demand: i64,
    supply: i64,
    gender: Gender,
    slot: Option<String>,
}

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let (words, standing) = (scene.words, scene.standing);
    let widths = [170, 190, 105, 90, 110, 110, 100, 330, 260];
    let figure = |path: &str| words.integer(scene.figures.integer(path).unwrap_or(0));
    let parts = ["count", "over_14", "awaiting_consent"]
        .map(|name| (name, figure(&format!("waiting.{name}"))));
    let lead = words
        .say_with("waiting-lead", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let mut sheet = Sheet::new("waiting", &widths, words.say("waiting-title"), lead);
    let columns = ["slot", "need", "demand", "supply", "gap", "worth", "level", "meaning", "note"];
    let columns = columns.map(|name| format!("waiting-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    // The people below have titles of their own.
    sheet.layout.frozen_rows = 0;
    sheet.layout.colours = level_colours(LEVEL_COLUMN, words);
    sheet.layout.columns[NOTE_COLUMN].people = notes(words);
    for balance in balances(scene) {
        sheet.push(Style::Body, balance_cells(scene, &balance));
    }
    let people = ["code", "name", "gender", "class", "since", "days", "level", "slots"];
    let people = people.map(|name| format!("waiting-col-{name}"));
    sheet.push(Style::Section, [words.say("waiting-people").into()]);
    if standing.waiting.is_empty() {
        sheet.push(Style::Lead, [WantedCell::from(words.say("waiting-none"))]);
    } else {
        sheet.push(Style::Header, people.iter().map(|key| words.say(key).into()));
    }
    let mut waiting: Vec<&Waiting> =
        standing.waiting.iter().filter(|waiting| standing.may_take_part(waiting.mentee)).collect();
    waiting.sort_by_key(|waiting| (waiting.since, waiting.mentee));
    for waiting in waiting {
        sheet.push(Style::Body, waiting_cells(scene, waiting));
    }
    Wanted { key_column: Some(KEY), ..sheet.finish(words.say("tab-waiting")) }
}

/// Both genders over all slots, then each slot, the greatest lack first.
fn balances(scene: &Scene<'_>) -> Vec<Balance> {
    let of = |gender: Gender, slot: Option<&String>| {
        let place = slot.map_or_else(
            || format!("capacity.{gender}"),
            |slot| format!("capacity.by_slot.{slot}.{gender}"),
        );
        let figure = |name: &str| scene.figures.integer(&format!("{place}.{name}")).unwrap_or(0);
        let (demand, supply, gap) = (figure("demand"), figure("supply"), figure("gap"));
        let level = levels::capacity(gap);
        Balance { level, gap, demand, supply, gender, slot: slot.cloned() }
    };
    let slots = scene.standing.program.codes("mentee_registration", "slots");
    let mut by_slot: Vec<Balance> = Gender::ALL
        .iter()
        .flat_map(|&gender| slots.iter().map(move |slot| of(gender, Some(slot))))
        .collect();
    // Stable: equal ones keep the order of the week.
    by_slot.sort_by_key(|balance| -balance.gap.max(0));
    Gender::ALL.iter().map(|&gender| of(gender, None)).chain(by_slot).collect()
}

/// One line of the balance.
fn balance_cells(scene: &Scene<'_>, balance: &Balance) -> [WantedCell; 8] {
    let words = scene.words;
    let gender = gender_word(Some(balance.gender), words);
    let slot = balance.slot.as_ref().map_or_else(
        || words.say("waiting-all-slots"),
        |slot| scene.labels.choice("mentee_registration", "slots", slot).to_owned(),
    );
    let meaning = if balance.gap > 0 {
        let parts = [("count", words.integer(balance.gap)), ("gender", gender.clone())];
        words.say_with("waiting-lack", &parts.each_ref().map(|(name, part)| (*name, part.as_str())))
    } else if balance.demand == 0 {
        words.say("waiting-no-demand")
    } else {
        words.say("waiting-enough")
    };
    [
        words.say_with("waiting-key", &[("gender", &gender), ("slot", &slot)]).into(),
        text(needed(scene, balance)),
        count(balance.demand),
        count(balance.supply),
        count(balance.gap),
        worth(scene, balance).map_or_else(WantedCell::default, count),
        words.say(balance.level.key()).into(),
        text(meaning),
    ]
}

/// How many more would have a place with one more mentor of this gender in this slot.
fn worth(scene: &Scene<'_>, balance: &Balance) -> Option<i64> {
    let slot = balance.slot.as_deref()?;
    let found = scene
        .suggestions
        .worth_of_mentor
        .iter()
        .find(|one| one.gender == balance.gender.code() && one.slot == slot);
    found.map(|one| i64::from(one.places))
}

/// How many mentors are missing; said for all slots together, for one who is missing may be missed
/// in several slots.
fn needed(scene: &Scene<'_>, balance: &Balance) -> String {
    let path = format!("capacity.{}.mentors_needed", balance.gender);
    let needed =
        scene.figures.integer(&path).filter(|needed| *needed > 0 && balance.slot.is_none());
    let Some(needed) = needed else { return String::new() };
    let gender = gender_word(Some(balance.gender), scene.words);
    scene
        .words
        .say_with("action-recruit", &[("count", &scene.words.integer(needed)), ("gender", &gender)])
}

fn waiting_cells(scene: &Scene<'_>, waiting: &Waiting) -> [WantedCell; 8] {
    let (words, standing) = (scene.words, scene.standing);
    let person = &standing.mentees[waiting.mentee];
    let days = (standing.through - waiting.since).num_days();
    let slots: Vec<&str> = person
        .slots()
        .iter()
        .map(|slot| scene.labels.choice("mentee_registration", "slots", slot))
        .collect();
    [
        person.code.as_str().into(),
        text(name_of(person, words)),
        text(gender_word(person.gender(), words)),
        text(person.latest().answers.text("class_name").unwrap_or_default()),
        day(waiting.since),
        count(days),
        verdict_cell(scene, &levels::mentee(scene, waiting.mentee)),
        text(slots.join(", ")),
    ]
}

//! `match`: who fits whom, in the terminal.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;

use super::explain::{cause_words, in_words, wrong_toml};
use super::print::say;
use crate::cli::Failure;
use crate::config::is_group_size;
use crate::cycle::{deadline_of, figures, scene, standing, suggest_in_time, suggestions};
use crate::matching::what_if::WhatIf;
use crate::matching::{Cost, Suggestions, cost_of_alternative, instance_of};
use crate::memory::Memory;
use crate::setting::Setting;
use crate::views::suggestions::{
    change_words, gap_words, group_names, reason_words, unanswered_words, unplaced_words,
    worth_words,
};
use crate::words::Words;

/// Prints the suggestions, or everything about one.
pub fn suggestions_of(
    setting: &Setting,
    memory: &Memory,
    today: NaiveDate,
    explain: Option<&str>,
) -> Result<(), Failure> {
    let standing = standing(setting, &memory.state, today).map_err(in_words(&setting.words))?;
    let suggestions = suggestions(setting, &memory.state, &standing);
    let figures = figures(setting, &memory.state, &standing);
    let (words, labels) = (&setting.words, &setting.labels);
    let scene = scene(setting, &memory.state, &memory.head, &standing, &figures, &suggestions);
    let names = group_names(&standing, &suggestions.placements, words);
    let wanted = |code: &str| explain.is_none_or(|wanted| wanted.eq_ignore_ascii_case(code));
    let mut found = false;
    for suggestion in suggestions.placements.iter().filter(|suggestion| wanted(&suggestion.mentee))
    {
        found = true;
        let slot = labels.choice("mentee_registration", "slots", &suggestion.slot);
        let (mentee, mentor, score) = (&suggestion.mentee, &suggestion.mentor, suggestion.score);
        say(format_args!("{mentee} → {mentor}  {}  {slot}  {score}", names[&suggestion.group]));
        for reason in &suggestion.reasons {
            say(format_args!("    + {}", reason_words(&scene, reason)));
        }
        if let Some(reason) = &suggestion.against {
            say(format_args!("    - {}", reason_words(&scene, reason)));
        }
        if let Some(unanswered) = unanswered_words(&scene, suggestion) {
            say(format_args!("    ? {unanswered}"));
        }
        if let Some(alternative) = &suggestion.alternative {
            let parts = [
                ("mentor", alternative.mentor.to_string()),
                ("score", alternative.score.to_string()),
            ];
            let parts = parts.each_ref().map(|(name, part)| (*name, part.as_str()));
            say(format_args!("    {}", words.say_with("match-alternative", &parts)));
            if explain.is_some() {
                let asked = instance_of(&standing, &memory.state, setting.config.matching());
                let cost = cost_of_alternative(
                    &asked,
                    &suggestions,
                    &suggestion.mentee,
                    &deadline_of(setting),
                );
                cost.into_iter()
                    .for_each(|cost| say(format_args!("      {}", cost_words(cost, words))));
            }
        }
    }
    for person in suggestions.unplaced.iter().filter(|person| wanted(&person.mentee)) {
        found = true;
        let why = unplaced_words(&scene, person);
        say(format_args!(
            "{}  {}",
            person.mentee,
            words.say_with("match-unplaced", &[("why", &why)])
        ));
        if let Some(change) = change_words(&scene, &person.mentee) {
            say(format_args!("    {change}"));
        }
    }
    if let Some(code) = explain.filter(|_| !found) {
        return Err(Failure::Mend(words.say_with("match-nobody", &[("code", code)])));
    }
    if explain.is_none() {
        for worth in &suggestions.worth_of_mentor {
            say(worth_words(&scene, worth));
        }
        let gap = gap_words(&suggestions, words);
        if !gap.is_empty() {
            say(gap);
        }
        let (placed, unplaced) = (i64::from(suggestions.placed), suggestions.unplaced.len() as i64);
        let (placed, unplaced) = (words.integer(placed), words.integer(unplaced));
        say(words.say_with("match-placed", &[("placed", &placed), ("unplaced", &unplaced)]));
    }
    Ok(())
}

fn cost_words(cost: Cost, words: &Words) -> String {
    let (places, worth) = (words.integer(cost.places.max(0)), words.integer(cost.worth.max(0)));
    match cost {
        Cost { places: ..=0, worth: ..=0 } => words.say("match-cost-nothing"),
        Cost { places: ..=0, .. } => words.say_with("match-cost-worth", &[("worth", &worth)]),
        Cost { .. } => words.say_with("match-cost-places", &[("places", &places)]),
    }
}

/// Prints what would move with the changes of a file, or if everybody were grouped anew. Records
/// nothing.
pub fn proposal(
    setting: &Setting,
    memory: &Memory,
    today: NaiveDate,
    what_if: Option<&Path>,
) -> Result<(), Failure> {
    let standing = standing(setting, &memory.state, today).map_err(in_words(&setting.words))?;
    let words = &setting.words;
    let now = instance_of(&standing, &memory.state, setting.config.matching());
    let changes = what_if.map(|path| read_changes(path, words)).transpose()?.unwrap_or_default();
    let newcomers = changes.newcomers();
    let then = match what_if {
        None => now.regrouped(),
        Some(_) => changes.applied(&now, &newcomers).map_err(|code| {
            Failure::Mend(words.say_with("match-what-if-nobody", &[("code", code)]))
        })?,
    };
    // Where everybody is or would be now: members in their groups, the others as suggested.
    let mut before = homes(&suggest_in_time(setting, &now));
    for group in &now.groups {
        let home = (group.mentor.to_owned(), Some(group.name.to_owned()));
        before.extend(group.members.iter().map(|member| (member.code.to_owned(), home.clone())));
    }
    let suggestions = suggest_in_time(setting, &then);
    let after = homes(&suggestions);
    let shown = |home: Option<&(String, Option<String>)>| match home {
        Some((mentor, group)) => {
            format!("{mentor} {}", group.as_deref().unwrap_or_default()).trim_end().to_owned()
        }
        None => words.say("none"),
    };
    let mut moved = 0;
    for mentee in &then.mentees {
        let (from, to) = (before.get(mentee.code), after.get(mentee.code));
        if from != to {
            moved += 1;
            say(format_args!("{}  {} → {}", mentee.code, shown(from), shown(to)));
        }
    }
    let (placed, unplaced) = (i64::from(suggestions.placed), suggestions.unplaced.len() as i64);
    let parts = [
        ("moved", words.integer(moved)),
        ("placed", words.integer(placed)),
        ("unplaced", words.integer(unplaced)),
    ];
    say(words
        .say_with("match-proposal", &parts.each_ref().map(|(name, part)| (*name, part.as_str()))));
    let gap = gap_words(&suggestions, words);
    if !gap.is_empty() {
        say(gap);
    }
    Ok(())
}

/// The mentor, and the group if it is open, of everybody who is suggested a place.
fn homes(suggestions: &Suggestions) -> BTreeMap<String, (String, Option<String>)> {
    let placements = suggestions.placements.iter();
    placements
        .map(|one| {
            (one.mentee.to_string(), (one.mentor.to_string(), one.open_group().map(str::to_owned)))
        })
        .collect()
}

/// Reads the changes; a mistake in the file is shown at its line.
fn read_changes(path: &Path, words: &Words) -> Result<WhatIf, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let parts = [("file", path.display().to_string()), ("cause", cause_words(&error, words))];
        let parts = parts.each_ref().map(|(name, part)| (*name, part.as_str()));
        Failure::Mend(words.say_with("match-no-what-if", &parts))
    })?;
    changes(&text).map_err(|wrong| {
        let what = match wrong {
            WrongChanges::Toml(error) => return wrong_toml(path, &text, &error, words),
            WrongChanges::GroupSize => words.say("match-what-if-size"),
            WrongChanges::TooMany(wanted) => {
                let (wanted, most) =
                    (words.integer(wanted.into()), words.integer(MOST_MENTEES.into()));
                words.say_with("match-what-if-most", &[("wanted", &wanted), ("most", &most)])
            }
        };
        Failure::Mend(format!("{}: {what}", path.display()))
    })
}

/// Why a file of changes cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WrongChanges {
    /// It is no TOML, or has a key or a type that is not known.
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
    /// Its size of groups is none.
    #[error("group sizes out of order")]
    GroupSize,
    /// A mentor who comes would take this many mentees: places are made for all of them.
    #[error("mentor with {0} mentees")]
    TooMany(u32),
}

/// The most mentees that a mentor who comes may take.
const MOST_MENTEES: u32 = 100;

/// The changes that the text of a file asks for.
pub fn changes(text: &str) -> Result<WhatIf, WrongChanges> {
    let changes: WhatIf = toml::from_str(text)?;
    if changes.group_size.is_some_and(|size| !is_group_size(size)) {
        return Err(WrongChanges::GroupSize);
    }
    match changes.comes.iter().find(|coming| coming.max_mentees > MOST_MENTEES) {
        Some(coming) => Err(WrongChanges::TooMany(coming.max_mentees)),
        None => Ok(changes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::WHAT_IF_HELP;

    #[test]
    fn changes_that_make_more_places_than_there_can_be_are_refused() {
        let comes = |most: u64| {
            changes(&format!(
                "[[comes]]\ngender = \"male\"\nslots = [\"fri_afternoon\"]\nmax_mentees = {most}\n"
            ))
        };
        assert_eq!(comes(100).unwrap().comes.len(), 1);
        assert!(matches!(comes(4_000_000_000), Err(WrongChanges::TooMany(4_000_000_000))));
        assert!(matches!(comes(5_000_000_000), Err(WrongChanges::Toml(_))));
        for (size, fits) in [
            ("min = 2, target = 3, max = 5", true),
            ("min = 0", false),
            ("min = 6, target = 5", false),
        ] {
            assert_eq!(changes(&format!("group_size = {{ {size} }}")).is_ok(), fits, "{size}");
        }
    }

    #[test]
    fn the_file_in_the_help_is_read_and_leaves_out_no_part() {
        let (_, file) = WHAT_IF_HELP.split_once("\n\n").unwrap();
        let file = file.replace("# birth_date", "birth_date").replace("# adult", "adult");
        let changes = changes(&file).unwrap();
        assert!(
            !changes.leaves.is_empty() && !changes.slots.is_empty() && changes.group_size.is_some()
        );
        assert!(changes.comes[0].adult_co_mentor && changes.comes[0].birth_date.is_some());
    }
}

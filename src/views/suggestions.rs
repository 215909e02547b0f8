//! *Usulan Kelompok*: who could join whom, why, and the columns in which the coordinator decides.
//!
//! Each row's key says which mentee and which mentor it is about, so that a decision is read back
//! as what was shown, even if the suggestions have changed since. The key of a whole group also
//! stands for who is in it: a group suggested anew with other members is another row, and an old
//! "accept" never speaks for people it was not shown with.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::decisions::{MassDecision, Refusal, Refused, Stood};
use super::suggested::{DOT, group_hash, new_group_name};
use super::{Scene, Sheet, count, gender_word, short_list, text};
use crate::ledger::codes::{Code, Gender};
use crate::ledger::standing::Standing;
use crate::matching::criteria::{Measure, With};
use crate::matching::instance::ReadingMix;
use crate::matching::rules::Bar;
use crate::matching::score::Reason;
use crate::matching::{SuggestedGroup, Suggestion, Suggestions, Unplaced, WorthOfMentor};
use crate::table::tab::{Dropdown, Style, Wanted, WantedCell, WantedRow};
use crate::words::Words;

/// The key of this view.
pub const VIEW: &str = "suggestions";

const KEY: usize = 0;
const VERDICT: usize = 2;
const OTHER: usize = 3;
const MENTEE: usize = 1;
const GROUP: usize = 4;
const MENTOR: usize = 5;
const SLOT: usize = 6;
const REASONS: usize = 9;

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let words = scene.words;
    // Up to the reasons it is as wide as a small screen: nobody decides on a name alone.
    let widths = [96, 150, 96, 104, 104, 140, 84, 72, 100, 290, 240];
    let no_column =
        |refused: &Refused| matches!(refused.why, Refusal::ColumnMissing | Refusal::ColumnTwice);
    let lead = match scene.refused.iter().find(|refused| no_column(refused)) {
        Some(refused) => {
            words.say_with("suggestions-lead-column", &[("column", &words.say(refused.column))])
        }
        None => words.say("suggestions-lead"),
    };
    let lead = format!("{lead} {}", gap_words(scene.suggestions, words));
    let mut sheet =
        Sheet::new(VIEW, &widths, words.say("suggestions-title"), lead.trim_end().to_owned());
    let columns = [
        "key", "mentee", "verdict", "other", "group", "mentor", "slot", "class", "score",
        "reasons", "against",
    ];
    let columns = columns.map(|name| format!("suggestions-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    let verdicts = vec![words.say("verdict-accept"), words.say("verdict-reject")];
    let dropdown = |values, hint: &str| Some(Dropdown { values, hint: words.say(hint) });
    sheet.layout.columns[VERDICT].people = dropdown(verdicts, "suggestions-hint-verdict");
    sheet.layout.columns[OTHER].people = dropdown(Vec::new(), "suggestions-hint-other");
    if let Some(mass) = scene.mass {
        sheet.push(Style::Section, mass_row(mass, words));
    }
    let mut groups: BTreeMap<(&SuggestedGroup, &str), Vec<&Suggestion>> = BTreeMap::new();
    for suggestion in &scene.suggestions.placements {
        groups.entry((&suggestion.group, &suggestion.mentor)).or_default().push(suggestion);
    }
    if groups.is_empty() && scene.suggestions.unplaced.is_empty() {
        sheet.push(Style::Lead, [words.say("none").into(), words.say("suggestions-none").into()]);
    }
    let names = group_names(scene.standing, &scene.suggestions.placements, words);
    for ((group, _), members) in groups {
        let name = &names[group];
        sheet.push(Style::Section, group_row(scene, name, &members));
        for suggestion in members {
            sheet.push(Style::Body, suggestion_row(scene, name, suggestion));
        }
    }
    unplaced(scene, &mut sheet);
    leave_disagreeing_rows(scene, &mut sheet);
    Wanted { key_column: Some(KEY), ..sheet.finish(words.say("tab-suggestions")) }
}

/// The name of each suggested group: its own if it is open, else a new one after its mentor that no
/// open group has.
pub fn group_names(
    standing: &Standing<'_>,
    placements: &[Suggestion],
    words: &Words,
) -> BTreeMap<SuggestedGroup, String> {
    let mut names: BTreeMap<SuggestedGroup, String> = BTreeMap::new();
    for suggestion in placements {
        if names.contains_key(&suggestion.group) {
            continue;
        }
        let name = match &suggestion.group {
            SuggestedGroup::Open(name) => name.to_string(),
            SuggestedGroup::New(_) => {
                let mentor =
                    standing.find_mentor(&suggestion.mentor).map(|index| &standing.mentors[index]);
                let called = mentor.map_or(suggestion.mentor.as_str(), |mentor| mentor.nickname());
                let free = |name: &String| {
                    standing.find_group(name).is_none() && !names.values().any(|n| n == name)
                };
                new_group_name(called, words, free)
            }
        };
        names.insert(suggestion.group.clone(), name);
    }
    names
}

fn mentee_key(mentee: &str, mentor: &str) -> String {
    format!("{mentee}{DOT}{mentor}")
}

fn mentor_name(scene: &Scene<'_>, code: &str) -> String {
    let mentor = scene.standing.find_mentor(code).map(|index| &scene.standing.mentors[index]);
    mentor.map_or_else(|| code.to_owned(), |mentor| super::named(mentor, scene.words))
}

fn slot_label<'a>(scene: &'a Scene<'_>, slot: &'a str) -> &'a str {
    scene.labels.choice("mentee_registration", "slots", slot)
}

/// Puts rows whose cells do not agree in the place of those with their keys.
fn leave_disagreeing_rows(scene: &Scene<'_>, sheet: &mut Sheet) {
    for refused in scene.refused {
        let Some(stood) = &refused.stood else { continue };
        let has_key = |row: &&mut WantedRow| {
            row.cells.get(KEY).is_some_and(|cell| cell.value.to_string() == refused.key)
        };
        if let Some(row) = sheet.rows.iter_mut().find(has_key) {
            row.cells = disagreeing_row(refused, stood, scene.words);
        }
    }
}

/// The row in which many placements at once are confirmed.
fn mass_row(mass: &MassDecision, words: &Words) -> Vec<WantedCell> {
    let count = words.integer(i64::try_from(mass.people).unwrap_or(i64::MAX));
    let mut cells = vec![WantedCell::default(); REASONS + 1];
    cells[KEY] = mass.key.as_str().into();
    cells[MENTEE] = text(words.say_with("suggestions-mass", &[("count", &count)]));
    cells[REASONS] = text(words.say_with("suggestions-mass-how", &[("count", &count)]));
    cells
}

/// A row whose cells do not agree, as it stands, and what to do.
fn disagreeing_row(refused: &Refused, stood: &Stood, words: &Words) -> Vec<WantedCell> {
    let (what, advice) = refused.sentences(words);
    let mut cells = vec![WantedCell::default(); REASONS + 1];
    cells[KEY] = refused.key.as_str().into();
    cells[MENTEE] = text(stood.mentee.as_str());
    cells[GROUP] = text(stood.group.as_str());
    cells[MENTOR] = text(stood.mentor.as_str());
    cells[SLOT] = text(stood.slot.as_str());
    cells[REASONS] = text(format!("{what}: {advice}"));
    cells
}

fn group_row(scene: &Scene<'_>, name: &str, members: &[&Suggestion]) -> Vec<WantedCell> {
    let words = scene.words;
    let first = members[0];
    let kind = match &first.group {
        SuggestedGroup::Open(group) => {
            let size = scene
                .standing
                .find_group(group)
                .map_or(0, |group| scene.standing.members(group).len());
            words.say_with("suggestions-open-group", &[("size", &size.to_string())])
        }
        SuggestedGroup::New(_) => words.say("suggestions-new-group"),
    };
    let whole = words.say_with("suggestions-whole-group", &[("count", &members.len().to_string())]);
    vec![
        group_hash(&first.mentor, members.iter().map(|one| one.mentee.as_str())).into(),
        whole.into(),
        WantedCell::default(),
        WantedCell::default(),
        name.into(),
        mentor_name(scene, &first.mentor).into(),
        slot_label(scene, &first.slot).into(),
        WantedCell::default(),
        WantedCell::default(),
        kind.into(),
    ]
}

fn suggestion_row(scene: &Scene<'_>, name: &str, suggestion: &Suggestion) -> Vec<WantedCell> {
    let mentee =
        scene.standing.find_mentee(&suggestion.mentee).map(|index| &scene.standing.mentees[index]);
    let class =
        mentee.and_then(|mentee| mentee.latest().answers.text("class_name")).unwrap_or_default();
    let mentee = mentee
        .map_or_else(|| suggestion.mentee.to_string(), |mentee| super::named(mentee, scene.words));
    let reasons: Vec<String> =
        suggestion.reasons.iter().map(|reason| reason_words(scene, reason)).collect();
    let against = suggestion.against.as_ref().map(|reason| reason_words(scene, reason));
    let against: Vec<String> =
        against.into_iter().chain(unanswered_words(scene, suggestion)).collect();
    vec![
        mentee_key(&suggestion.mentee, &suggestion.mentor).into(),
        text(mentee),
        WantedCell::default(),
        WantedCell::default(),
        text(name),
        text(mentor_name(scene, &suggestion.mentor)),
        text(slot_label(scene, &suggestion.slot)),
        text(class),
        count(i64::from(suggestion.score)),
        text(reasons.join("; ")),
        text(against.join("; ")),
    ]
}

fn unplaced(scene: &Scene<'_>, sheet: &mut Sheet) {
    if scene.suggestions.unplaced.is_empty() {
        return;
    }
    let words = scene.words;
    sheet
        .push(Style::Section, [words.say("none").into(), words.say("suggestions-unplaced").into()]);
    for person in &scene.suggestions.unplaced {
        let mentee =
            scene.standing.find_mentee(&person.mentee).map(|index| &scene.standing.mentees[index]);
        let class = mentee
            .and_then(|mentee| mentee.latest().answers.text("class_name"))
            .unwrap_or_default();
        let name =
            mentee.map_or_else(|| person.mentee.to_string(), |mentee| super::named(mentee, words));
        let blank = WantedCell::default;
        let why = unplaced_words(scene, person);
        let change = change_words(scene, &person.mentee).unwrap_or_default();
        sheet.push(
            Style::Body,
            [
                person.mentee.as_str().into(),
                text(name),
                blank(),
                blank(),
                blank(),
                blank(),
                blank(),
                text(class),
                blank(),
                text(why),
                text(change),
            ],
        );
    }
    for worth in &scene.suggestions.worth_of_mentor {
        sheet.push(Style::Lead, [words.say("none").into(), worth_words(scene, worth).into()]);
    }
}

/// How far the plan can be below the best possible, in plain words; nothing where nothing is
/// suggested or known.
pub fn gap_words(suggestions: &Suggestions, words: &Words) -> String {
    match suggestions.gap_percent().filter(|_| suggestions.placed > 0) {
        None => String::new(),
        Some(0) => words.say("suggestions-best"),
        Some(gap) => {
            words.say_with("suggestions-gap", &[("percent", &words.percent(gap as f64 / 100.0))])
        }
    }
}

/// What one more mentor would place.
pub fn worth_words(scene: &Scene<'_>, worth: &WorthOfMentor) -> String {
    let (gender, places) = (
        gender_word(Gender::of(&worth.gender), scene.words),
        scene.words.integer(worth.places.into()),
    );
    let parts = [
        ("gender", gender.as_str()),
        ("slot", slot_label(scene, &worth.slot)),
        ("places", &places),
    ];
    scene.words.say_with("suggestions-one-more-mentor", &parts)
}

/// The smallest change that would place somebody: one more mentor in the slot of theirs in which
/// most would have a place.
pub fn change_words(scene: &Scene<'_>, mentee: &str) -> Option<String> {
    let mentee = &scene.standing.mentees[scene.standing.find_mentee(mentee)?];
    let suits = |worth: &&WorthOfMentor| {
        Gender::of(&worth.gender) == mentee.gender()
            && mentee.slots().iter().any(|slot| slot.as_str() == worth.slot)
    };
    scene.suggestions.worth_of_mentor.iter().find(suits).map(|worth| worth_words(scene, worth))
}

/// Why somebody has no place, and that others were ruled out by a decision: "no mentor" alone would
/// not be true of them.
pub fn unplaced_words(scene: &Scene<'_>, person: &Unplaced) -> String {
    let why = bar_words(scene, person.why, &person.mentee);
    match person.bars.get(&Bar::MustNotJoin) {
        Some(count) if person.why != Bar::MustNotJoin => scene
            .words
            .say_with("bar-and-ruled-out", &[("why", &why), ("count", &count.to_string())]),
        _ => why,
    }
}

fn bar_words(scene: &Scene<'_>, bar: Bar, mentee: &str) -> String {
    let words = scene.words;
    let mentee = scene.standing.find_mentee(mentee).map(|index| &scene.standing.mentees[index]);
    match bar {
        Bar::NoMentor => words.say("bar-no-mentor"),
        Bar::Gender => {
            let gender =
                mentee.map_or_else(String::new, |mentee| gender_word(mentee.gender(), words));
            words.say_with("bar-gender", &[("gender", &gender)])
        }
        Bar::NotScreened => words.say("bar-not-screened"),
        Bar::MustNotJoin => words.say("bar-must-not-join"),
        Bar::AgeGap => words.say("bar-age-gap"),
        Bar::NoCommonSlot => {
            let slots = mentee.map_or(&[][..], |mentee| mentee.slots());
            let slots: Vec<&str> = slots.iter().map(|slot| slot_label(scene, slot)).collect();
            words.say_with("bar-no-common-slot", &[("slots", &slots.join(", "))])
        }
        Bar::MentorFull => words.say("bar-mentor-full"),
        Bar::GroupFull => words.say("bar-group-full"),
        Bar::OtherSlot => words.say("bar-other-slot"),
        Bar::TooFewForGroup => words.say("bar-too-few"),
        Bar::PlacesTaken => words.say("bar-places-taken"),
    }
}

/// A reason as a sentence.
pub fn reason_words(scene: &Scene<'_>, reason: &Reason) -> String {
    let words = scene.words;
    let label = |question: &str, code: &str| {
        scene.labels.choice("mentee_registration", question, code).to_lowercase()
    };
    let list = |question: &str, codes: &[CompactString]| {
        codes.iter().map(|code| label(question, code)).collect::<Vec<_>>().join(", ")
    };
    let interests = |key: &str, codes: &[CompactString]| {
        words.say_with(key, &[("list", &list("interests", codes))])
    };
    let hopes = |key: &str, codes: &[CompactString]| {
        words.say_with(key, &[("list", &list("expectations", codes))])
    };
    let about = |key: &str, code: &str| words.say_with(key, &[("code", code)]);
    match reason {
        Reason::SlotShared { slot, .. } => {
            words.say_with("reason-slot-shared", &[("slot", slot_label(scene, slot))])
        }
        Reason::MentorAsWished(code) => words
            .say_with("reason-mentor-as-wished", &[("trait", &label("preferred_mentor", code))]),
        Reason::MentorNotAsWished { wished, found } => {
            let (wished, found) =
                (label("preferred_mentor", wished), label("preferred_mentor", found));
            words.say_with("reason-mentor-not-as-wished", &[("wished", &wished), ("found", &found)])
        }
        Reason::AnyMentorSuits => words.say("reason-any-mentor-suits"),
        Reason::SameStudyApproach(code) => words.say_with(
            "reason-same-study-approach",
            &[("approach", &label("study_approach", code))],
        ),
        Reason::OtherStudyApproach { .. } => words.say("reason-other-study-approach"),
        Reason::ExpectationsMet(codes) => hopes("reason-expectations-met", codes),
        Reason::ExpectationsNotMet(codes) => hopes("reason-expectations-not-met", codes),
        Reason::SharedInterests(codes) => interests("reason-shared-interests", codes),
        Reason::NoSharedInterest => words.say("reason-no-shared-interest"),
        Reason::SharedDislikes(codes) => interests("reason-shared-dislikes", codes),
        Reason::OpposedTastes(codes) => interests("reason-opposed-tastes", codes),
        Reason::NoDislikeInCommon => words.say("reason-no-dislike-in-common"),
        Reason::SameClass { class, members } => words
            .say_with("reason-same-class", &[("class", class), ("count", &members.to_string())]),
        Reason::SameSchoolYear { members } => {
            words.say_with("reason-same-school-year", &[("count", &members.to_string())])
        }
        Reason::NobodyOfTheYear => words.say("reason-nobody-of-the-year"),
        Reason::NewGroup => words.say("reason-new-group"),
        Reason::PreviousMentor => words.say("reason-previous-mentor"),
        Reason::PreviousMentorElsewhere(code) => about("reason-previous-mentor-elsewhere", code),
        Reason::FriendInGroup(code) => about("reason-friend-in-group", code),
        Reason::FriendElsewhere(code) => about("reason-friend-elsewhere", code),
        Reason::FriendWaits(code) => about("reason-friend-waits", code),
        Reason::NothingToContinue => words.say("reason-nothing-to-continue"),
        Reason::MentorReadsBetter { .. } => words.say("reason-mentor-reads-better"),
        Reason::MentorReadsAlike(_) => words.say("reason-mentor-reads-alike"),
        Reason::MenteeReadsBetter { .. } => words.say("reason-mentee-reads-better"),
        // What is said is what was found: of readers who are alike, "mixed levels" would be said
        // falsely.
        Reason::ReadingDistance { levels: 0, wanted: ReadingMix::Mixed } => {
            words.say("reason-reading-alike")
        }
        Reason::ReadingDistance { levels: 0, wanted: ReadingMix::Equal } => {
            words.say("reason-reading-equal")
        }
        Reason::ReadingDistance { wanted: ReadingMix::Mixed, .. } => {
            words.say("reason-reading-mixed")
        }
        Reason::ReadingDistance { wanted: ReadingMix::Equal, .. } => {
            words.say("reason-reading-apart")
        }
        Reason::Measured { question, measure, with, value } => {
            let title = scene.labels.question("mentee_registration", question);
            let with = words.say(if *with == With::Mentor {
                "reason-with-mentor"
            } else {
                "reason-with-members"
            });
            let key = match (measure, *value >= 500) {
                (Measure::AtLeast, true) => "reason-measured-enough",
                (Measure::AtLeast, false) => "reason-measured-not-enough",
                (Measure::Mixed, true) => "reason-measured-mixed",
                (_, true) => "reason-measured-alike",
                (_, false) => "reason-measured-apart",
            };
            words.say_with(key, &[("question", title), ("with", &with)])
        }
        Reason::PersonalityClose => words.say("reason-personality-close"),
        Reason::PersonalityFar => words.say("reason-personality-far"),
        Reason::PersonalityBetween => words.say("reason-personality-between"),
        Reason::Unanswered(question) => {
            words.say_with("reason-unanswered", &[("list", title_of(scene, question))])
        }
    }
}

/// The questions of which a suggestion's score knows no answer, so that they count neither for nor
/// against; none if all are answered.
pub fn unanswered_words(scene: &Scene<'_>, suggestion: &Suggestion) -> Option<String> {
    let mut titles: Vec<String> = Vec::new();
    for reason in suggestion.terms.iter().flat_map(|term| &term.reasons) {
        if let Reason::Unanswered(question) = reason {
            let title = title_of(scene, question).to_owned();
            if !titles.contains(&title) {
                titles.push(title);
            }
        }
    }
    let list = short_list(&titles, MOST_UNANSWERED, scene.words);
    (!titles.is_empty()).then(|| scene.words.say_with("reason-unanswered", &[("list", &list)]))
}

/// Of so many questions without an answer the titles are said.
const MOST_UNANSWERED: usize = 2;

fn title_of<'a>(scene: &'a Scene<'_>, question: &'a str) -> &'a str {
    scene
        .labels
        .question_in(&["mentee_registration", "mentor_application", "personality"], question)
}

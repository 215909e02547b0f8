//! What is to be done about a mentee, a mentor or a group.

use chrono::{Days, NaiveDate};

use super::{Found, Kind};
use crate::ledger::codes::{Code, Gender};
use crate::ledger::consent::{ConsentStatus, Withdrawal};
use crate::ledger::groups::GroupIndex;
use crate::ledger::people::{MenteeIndex, MentorIndex};
use crate::statistics::TAARUF_DAYS;
use crate::views::levels::{
    self, GroupReason, MenteeReason, MentorReason, Reason, WAITING_DAYS, step_names,
};
use crate::views::{Level, Scene, gender_word, named, short_list};

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    let mut waiting = Vec::new();
    for mentee in scene.standing.mentees.indices() {
        let reasons = levels::mentee(scene, mentee).reasons;
        let is_only_reason = reasons.len() == 1;
        for reason in reasons {
            match reason {
                MenteeReason::ConsentWithdrawn(clock) => withdrawn(scene, found, &clock),
                MenteeReason::WithoutConsent(status) => {
                    consent_in_group(scene, found, mentee, status);
                }
                MenteeReason::Waiting { since, .. } => {
                    waiting.push((reason.level(), mentee, since))
                }
                MenteeReason::AbsentInARow => absent(scene, found, mentee),
                MenteeReason::NotSeen { days, is_missed: true, .. } if is_only_reason => {
                    not_seen(scene, found, mentee, days);
                }
                MenteeReason::AwaitingConsent { .. }
                | MenteeReason::NotSeen { .. }
                | MenteeReason::Step(_) => {}
            }
        }
    }
    for &gender in Gender::ALL {
        for level in [Level::Alert, Level::Warning] {
            waiting_for_long(scene, found, gender, (level, &waiting));
        }
        recruit(scene, found, gender);
    }
    for (group, _) in scene.standing.open_groups() {
        for reason in levels::group(scene, group).reasons {
            about_group(scene, found, group, &reason);
        }
    }
    for mentor in scene.standing.mentors_with_group() {
        for reason in levels::mentor(scene, mentor).reasons {
            about_mentor(scene, found, mentor, &reason);
        }
    }
}

/// The number to reach a mentee by: of age their own, else the guardian's.
pub(super) fn number_of(scene: &Scene<'_>, mentee: MenteeIndex) -> String {
    let standing = scene.standing;
    let question =
        if standing.consent(mentee) == ConsentStatus::Adult { "phone" } else { "guardian_phone" };
    standing.mentees[mentee].latest().answers.text(question).unwrap_or_default().to_owned()
}

/// A group's name with its mentor, and the mentor's number.
fn group_and_phone(scene: &Scene<'_>, group: GroupIndex) -> (String, String) {
    let found = &scene.standing.groups[group];
    match found.mentor.map(|mentor| &scene.standing.mentors[mentor]) {
        Some(mentor) => (
            format!("{}: {}", found.name, named(mentor, scene.words)),
            mentor.phone().unwrap_or_default().to_owned(),
        ),
        None => (found.name.to_owned(), String::new()),
    }
}

/// What tells a group from all others, also from one of its name.
fn code_of(scene: &Scene<'_>, group: GroupIndex) -> String {
    format!("G{}", scene.standing.groups[group].formed_by.seq)
}

/// The 72 hours of a consent that was taken back, until the mentee is out of the group.
fn withdrawn(scene: &Scene<'_>, found: &mut Found, clock: &Withdrawal) {
    let (standing, words) = (scene.standing, scene.words);
    let Some(group) = clock.still_in else { return };
    let mentee = &standing.mentees[clock.mentee];
    let (_, phone) = group_and_phone(scene, group);
    let name = standing.groups[group].name;
    let parts = [("since", words.moment(clock.since)), ("until", words.moment(clock.deadline()))];
    let parts = parts.each_ref().map(|(name, part)| (*name, part.as_str()));
    let what = words.say_with("action-withdrawn", &[("group", name)]);
    let why = words.say_with("action-withdrawn-why", &parts);
    found.add(
        (mentee.code.as_str(), Kind::Withdrawn),
        (Level::Alert, clock.deadline().date()),
        [named(mentee, words), what, why, phone],
    );
}

/// A member under 18 without consent; whose was taken back has a clock of its own.
fn consent_in_group(
    scene: &Scene<'_>,
    found: &mut Found,
    mentee: MenteeIndex,
    status: ConsentStatus,
) {
    let (standing, words) = (scene.standing, scene.words);
    let status = match status {
        ConsentStatus::Refused => "consent-refused",
        _ => "consent-missing",
    };
    let person = &standing.mentees[mentee];
    let group = standing.group_of(mentee).map_or("", |group| standing.groups[group].name);
    let why = words.say_with(
        "action-consent-in-group-why",
        &[("group", group), ("status", &words.say(status))],
    );
    let what = words.say("action-consent-in-group");
    found.add(
        (person.code.as_str(), Kind::ConsentInGroup),
        (Level::Alert, scene.today),
        [named(person, words), what, why, number_of(scene, mentee)],
    );
}

/// Those of a gender who have waited for long enough to have a level.
fn waiting_for_long(
    scene: &Scene<'_>,
    found: &mut Found,
    gender: Gender,
    (level, waiting): (Level, &[(Level, MenteeIndex, NaiveDate)]),
) {
    let (standing, words) = (scene.standing, scene.words);
    let (kind, from) = match level {
        Level::Alert => (Kind::WaitingLong, WAITING_DAYS.1),
        _ => (Kind::Waiting, WAITING_DAYS.0),
    };
    let late: Vec<_> = waiting
        .iter()
        .filter(|(of, mentee, _)| {
            *of == level && standing.mentees[*mentee].gender() == Some(gender)
        })
        .collect();
    let Some(earliest) = late.iter().map(|(.., since)| *since).min() else { return };
    let names: Vec<String> =
        late.iter().map(|(_, mentee, _)| named(&standing.mentees[*mentee], words)).collect();
    let longest = (standing.through - earliest).num_days();
    let parts = [
        ("days", from.to_string()),
        ("longest", words.integer(longest)),
        ("list", short_list(&names, 5, words)),
    ];
    let why = words
        .say_with("action-place-why", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let (number, word) = (words.integer(late.len() as i64), gender_word(Some(gender), words));
    let who = words.say_with("action-place-who", &[("count", &number), ("gender", &word)]);
    let due = earliest + Days::new(from.unsigned_abs());
    found.add(
        (initial(gender), kind),
        (level, due),
        [who, words.say("action-place"), why, String::new()],
    );
}

fn recruit(scene: &Scene<'_>, found: &mut Found, gender: Gender) {
    let words = scene.words;
    let word = gender_word(Some(gender), words);
    let figure =
        |name: &str| scene.figures.integer(&format!("capacity.{gender}.{name}")).unwrap_or(0);
    if figure("gap") <= 0 {
        return;
    }
    let needed = words.integer(figure("mentors_needed"));
    let what = words.say_with("action-recruit", &[("count", &needed), ("gender", &word)]);
    let parts =
        [("demand", words.integer(figure("demand"))), ("supply", words.integer(figure("supply")))];
    let why = words.say_with(
        "action-recruit-why",
        &parts.each_ref().map(|(name, part)| (*name, part.as_str())),
    );
    let when = (levels::capacity(figure("gap")), scene.today + Days::new(14));
    found.add(
        (initial(gender), Kind::Recruit),
        when,
        [words.say("action-recruit-who"), what, why, String::new()],
    );
}

/// What is to be done for one reason about a group. About members without consent something is to
/// be done for each of them.
fn about_group(scene: &Scene<'_>, found: &mut Found, index: GroupIndex, reason: &GroupReason) {
    let (standing, words) = (scene.standing, scene.words);
    let start = standing.groups[index].start;
    let (kind, due, what, why) = match reason {
        GroupReason::NoMeeting { weeks } => {
            let key = if reason.is_stalled() { "action-stalled" } else { "action-faltering" };
            let last = standing.last_held(index).map_or(start, |meeting| meeting.date);
            let why = words.say_with("action-stalled-why", &[("weeks", &weeks.to_string())]);
            (Kind::Stalled, last + Days::new(21), words.say(key), why)
        }
        GroupReason::NotStarted { days } => {
            let days = words.integer(*days);
            let why = words.say_with("action-not-started-why", &[("days", &days)]);
            (Kind::NotStarted, start + Days::new(14), words.say("action-not-started"), why)
        }
        GroupReason::LateTaaruf { days } => {
            let why = words.say_with("action-taaruf-why", &[("days", &words.integer(*days))]);
            let due = start + Days::new(TAARUF_DAYS.0.unsigned_abs());
            (Kind::Taaruf, due, words.say("action-taaruf"), why)
        }
        GroupReason::LowScore(score) => {
            let parts =
                [("score", words.decimal(score.value())), ("count", words.integer(score.answers))];
            let parts = parts.each_ref().map(|(name, part)| (*name, part.as_str()));
            let why = words.say_with("action-group-score-why", &parts);
            (Kind::GroupScore, scene.today, words.say("action-group-score"), why)
        }
        GroupReason::WithoutConsent { .. } => return,
    };
    let (who, phone) = group_and_phone(scene, index);
    found.add((&code_of(scene, index), kind), (reason.level(), due), [who, what, why, phone]);
}

/// What is to be done for one reason about a mentor who leads a group.
fn about_mentor(scene: &Scene<'_>, found: &mut Found, index: MentorIndex, reason: &MentorReason) {
    let words = scene.words;
    let (kind, what, why) = match reason {
        MentorReason::Unready(steps) => {
            let steps = step_names(scene, steps);
            let what = words.say_with("action-unready", &[("steps", &steps)]);
            (Kind::Unready, what, words.say("action-unready-why"))
        }
        MentorReason::Silent => {
            (Kind::Silent, words.say("action-silent"), words.say("action-silent-why"))
        }
        MentorReason::Overloaded { members, most } => {
            let parts = [("members", words.integer(*members)), ("most", words.integer(*most))];
            let parts = parts.each_ref().map(|(name, value)| (*name, value.as_str()));
            let why = words.say_with("action-overloaded-why", &parts);
            (Kind::Overloaded, words.say("action-overloaded"), why)
        }
        MentorReason::ManyGroups(count) => {
            let why = words.say_with("action-three-groups-why", &[("count", &count.to_string())]);
            (Kind::ThreeGroups, words.say("action-three-groups"), why)
        }
        MentorReason::NoContact(days) => {
            let why = match days {
                Some(days) => {
                    words.say_with("action-contact-why", &[("days", &words.integer(*days))])
                }
                None => words.say("action-contact-why-never"),
            };
            (Kind::NoContact, words.say("action-contact"), why)
        }
        MentorReason::Step(_) => return,
    };
    let mentor = &scene.standing.mentors[index];
    let (who, phone) = (named(mentor, words), mentor.phone().unwrap_or_default().to_owned());
    found.add((mentor.code.as_str(), kind), (reason.level(), scene.today), [who, what, why, phone]);
}

fn absent(scene: &Scene<'_>, found: &mut Found, mentee: MenteeIndex) {
    let group = scene.standing.group_of(mentee);
    let name = group.map_or("", |group| scene.standing.groups[group].name);
    let why = scene.words.say_with("action-absent-why", &[("group", name)]);
    ask_after(scene, found, (mentee, Kind::Absent), why);
}

fn not_seen(scene: &Scene<'_>, found: &mut Found, mentee: MenteeIndex, days: i64) {
    let days = scene.words.integer(days);
    let why = scene.words.say_with("action-not-seen-why", &[("days", &days)]);
    ask_after(scene, found, (mentee, Kind::NotSeen), why);
}

/// Asks after a member by way of the mentor.
fn ask_after(
    scene: &Scene<'_>,
    found: &mut Found,
    (mentee, kind): (MenteeIndex, Kind),
    why: String,
) {
    let Some(group) = scene.standing.group_of(mentee) else { return };
    let (_, phone) = group_and_phone(scene, group);
    let person = &scene.standing.mentees[mentee];
    let who = named(person, scene.words);
    found.add(
        (person.code.as_str(), kind),
        (Level::Warning, scene.today),
        [who, scene.words.say("action-absent"), why, phone],
    );
}

/// What stands for a gender in a key: the same in every language, so that notes stay where they
/// are.
fn initial(gender: Gender) -> &'static str {
    match gender {
        Gender::Male => "m",
        Gender::Female => "f",
    }
}

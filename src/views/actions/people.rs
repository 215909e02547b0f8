//! What is to be done about a mentee, a mentor or a group.

use chrono::{Days, NaiveDate};

use super::{Found, Kind};
use crate::ledger::codes::{Code, Gender};
use crate::ledger::consent::ConsentStatus;
use crate::ledger::groups::GroupIndex;
use crate::ledger::people::MenteeIndex;
use crate::statistics::{TAARUF_DAYS, absent_in_a_row, is_silent_now};
use crate::views::levels::is_on;
use crate::views::{Level, Scene, gender_word, named, short_list};

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    withdrawn(scene, found);
    consent_in_group(scene, found);
    waiting(scene, found);
    groups(scene, found);
    taaruf(scene, found);
    mentors(scene, found);
    absent(scene, found);
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
fn withdrawn(scene: &Scene<'_>, found: &mut Found) {
    let (standing, words) = (scene.standing, scene.words);
    for clock in standing.consent_withdrawals() {
        let Some(group) = clock.still_in else { continue };
        let mentee = &standing.mentees[clock.mentee];
        let (_, phone) = group_and_phone(scene, group);
        let name = standing.groups[group].name;
        let parts =
            [("since", words.moment(clock.since)), ("until", words.moment(clock.deadline()))];
        let parts = parts.each_ref().map(|(name, part)| (*name, part.as_str()));
        let what = words.say_with("action-withdrawn", &[("group", name)]);
        let (about, when) =
            ((mentee.code.as_str(), Kind::Withdrawn), (Level::Alert, clock.deadline().date()));
        found.add(
            about,
            when,
            [named(mentee, words), what, words.say_with("action-withdrawn-why", &parts), phone],
        );
    }
}

/// Members under 18 without consent; whose was taken back has a clock of its own.
fn consent_in_group(scene: &Scene<'_>, found: &mut Found) {
    let (standing, words) = (scene.standing, scene.words);
    let on_the_clock: Vec<MenteeIndex> = standing
        .consent_withdrawals()
        .iter()
        .filter(|clock| clock.still_in.is_some())
        .map(|clock| clock.mentee)
        .collect();
    for mentee in standing.all_members().filter(|mentee| !on_the_clock.contains(mentee)) {
        let status = match standing.consent(mentee) {
            ConsentStatus::Missing => "consent-missing",
            ConsentStatus::Refused => "consent-refused",
            ConsentStatus::Adult | ConsentStatus::Granted => continue,
        };
        let person = &standing.mentees[mentee];
        let group = standing.group_of(mentee).map_or("", |group| standing.groups[group].name);
        let why = words.say_with(
            "action-consent-in-group-why",
            &[("group", group), ("status", &words.say(status))],
        );
        let (about, when) =
            ((person.code.as_str(), Kind::ConsentInGroup), (Level::Alert, scene.today));
        let what = words.say("action-consent-in-group");
        found.add(about, when, [named(person, words), what, why, number_of(scene, mentee)]);
    }
}

fn waiting(scene: &Scene<'_>, found: &mut Found) {
    for &gender in Gender::ALL {
        for (level, kind, from, to) in [
            (Level::Alert, Kind::WaitingLong, 28, i64::MAX),
            (Level::Warning, Kind::Waiting, 14, 28),
        ] {
            waiting_since(scene, found, gender, (level, kind), (from, to));
        }
        recruit(scene, found, gender);
    }
}

/// Those of a gender who have waited more than so many days, and not more than so many.
fn waiting_since(
    scene: &Scene<'_>,
    found: &mut Found,
    gender: Gender,
    (level, kind): (Level, Kind),
    (from, to): (i64, i64),
) {
    let (standing, words) = (scene.standing, scene.words);
    let word = gender_word(Some(gender), words);
    let days = |since: NaiveDate| (standing.through - since).num_days();
    let late: Vec<_> = standing
        .waiting
        .iter()
        .filter(|waiting| days(waiting.since) > from && days(waiting.since) <= to)
        .filter(|waiting| standing.mentees[waiting.mentee].gender() == Some(gender))
        .filter(|waiting| standing.may_take_part(waiting.mentee))
        .collect();
    let Some(earliest) = late.iter().map(|waiting| waiting.since).min() else { return };
    let names: Vec<String> =
        late.iter().map(|waiting| named(&standing.mentees[waiting.mentee], words)).collect();
    let parts = [
        ("days", from.to_string()),
        ("longest", words.integer(days(earliest))),
        ("list", short_list(&names, 5, words)),
    ];
    let why = words
        .say_with("action-place-why", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let number = words.integer(late.len() as i64);
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
    let when = (Level::of(true, figure("gap") > 8), scene.today + Days::new(14));
    found.add(
        (initial(gender), Kind::Recruit),
        when,
        [words.say("action-recruit-who"), what, why, String::new()],
    );
}

fn groups(scene: &Scene<'_>, found: &mut Found) {
    let (standing, words) = (scene.standing, scene.words);
    for (index, group) in standing.open_groups() {
        let (who, phone) = group_and_phone(scene, index);
        let (kind, level, due, what, why) = match standing.gap(index) {
            Some(weeks) if weeks >= 3 => {
                let (level, key) = if weeks >= 6 {
                    (Level::Alert, "action-stalled")
                } else {
                    (Level::Warning, "action-faltering")
                };
                let last = standing.last_held(index).map_or(group.start, |meeting| meeting.date);
                let why = words.say_with("action-stalled-why", &[("weeks", &weeks.to_string())]);
                (Kind::Stalled, level, last + Days::new(21), words.say(key), why)
            }
            None if standing.days_since_start(index) > 14 => {
                let days = words.integer(standing.days_since_start(index));
                let why = words.say_with("action-not-started-why", &[("days", &days)]);
                let due = group.start + Days::new(14);
                (Kind::NotStarted, Level::Warning, due, words.say("action-not-started"), why)
            }
            _ => continue,
        };
        found.add((&code_of(scene, index), kind), (level, due), [who, what, why, phone]);
    }
}

/// Open groups of the season that have not got to know each other within the days for it.
fn taaruf(scene: &Scene<'_>, found: &mut Found) {
    let (standing, words) = (scene.standing, scene.words);
    let window = standing.window();
    for (index, group) in standing.open_groups().filter(|(_, group)| window.contains(group.start)) {
        let days = standing.days_since_start(index);
        if standing.first_taaruf(index).is_some()
            || days <= TAARUF_DAYS.0
            || !is_on(scene, "taaruf_record")
        {
            continue;
        }
        let (who, phone) = group_and_phone(scene, index);
        let why = words.say_with("action-taaruf-why", &[("days", &words.integer(days))]);
        let when = (
            Level::of(true, days > TAARUF_DAYS.1),
            group.start + Days::new(TAARUF_DAYS.0.unsigned_abs()),
        );
        found.add(
            (&code_of(scene, index), Kind::Taaruf),
            when,
            [who, words.say("action-taaruf"), why, phone],
        );
    }
}

fn mentors(scene: &Scene<'_>, found: &mut Found) {
    let (standing, words) = (scene.standing, scene.words);
    for index in standing.mentors_with_group() {
        let mentor = &standing.mentors[index];
        let mut push = |kind: Kind, level: Level, what: String, why: String| {
            let (who, phone) =
                (named(mentor, words), mentor.phone().unwrap_or_default().to_owned());
            found.add((mentor.code.as_str(), kind), (level, scene.today), [who, what, why, phone]);
        };
        if !standing.is_ready(index) {
            let steps: Vec<String> = standing
                .missing_steps(index)
                .map(|step| words.say(&format!("step-{step}")))
                .collect();
            let what = words.say_with("action-unready", &[("steps", &steps.join(", "))]);
            push(Kind::Unready, Level::Alert, what, words.say("action-unready-why"));
        }
        if is_silent_now(standing, index) {
            push(
                Kind::Silent,
                Level::Alert,
                words.say("action-silent"),
                words.say("action-silent-why"),
            );
        }
        let (load, most) = (standing.mentor_load(index), mentor.max_mentees());
        if load > most {
            let parts = [("members", words.integer(load)), ("most", words.integer(most))];
            let parts = parts.each_ref().map(|(name, value)| (*name, value.as_str()));
            let level = Level::of(true, 4 * load >= 5 * most);
            push(
                Kind::Overloaded,
                level,
                words.say("action-overloaded"),
                words.say_with("action-overloaded-why", &parts),
            );
        }
        let led = standing.groups_led_by(index).len();
        if led >= 3 {
            let why = words.say_with("action-three-groups-why", &[("count", &led.to_string())]);
            push(Kind::ThreeGroups, Level::Alert, words.say("action-three-groups"), why);
        }
        let silent_days =
            standing.steps.last_contact(index).map(|day| (standing.through - day).num_days());
        if silent_days.is_none_or(|days| days >= 30) {
            let level = Level::of(true, silent_days.is_none_or(|days| days >= 45));
            let why = match silent_days {
                Some(days) => {
                    words.say_with("action-contact-why", &[("days", &words.integer(days))])
                }
                None => words.say("action-contact-why-never"),
            };
            push(Kind::NoContact, level, words.say("action-contact"), why);
        }
    }
}

fn absent(scene: &Scene<'_>, found: &mut Found) {
    let (standing, words) = (scene.standing, scene.words);
    for mentee in absent_in_a_row(standing, standing.meetings.within(standing.window())) {
        let Some(group) = standing.group_of(mentee) else { continue };
        let (_, phone) = group_and_phone(scene, group);
        let person = &standing.mentees[mentee];
        let why = words.say_with("action-absent-why", &[("group", standing.groups[group].name)]);
        let (about, when) = ((person.code.as_str(), Kind::Absent), (Level::Warning, scene.today));
        found.add(about, when, [named(person, words), words.say("action-absent"), why, phone]);
    }
}

/// What stands for a gender in a key: the same in every language, so that notes stay where they
/// are.
fn initial(gender: Gender) -> &'static str {
    match gender {
        Gender::Male => "m",
        Gender::Female => "f",
    }
}

//! *Perlu Tindakan*: who has to do what, by when and why, worst first. An action disappears when it is done.

use chrono::{Days, NaiveDate};

use super::{Level, Scene, Sheet, day, gender_word, level_colours, named, short_list, text};
use crate::ledger::consent::ConsentStatus;
use crate::ledger::people::PersonIndex;
use crate::statistics::{absent_in_a_row, is_silent_now};
use crate::table::tab::{Format, Style, Wanted, WantedCell};

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Action {
    /// How urgent it is.
    pub level: Level,
    /// By when.
    pub due: NaiveDate,
    /// Whom it is about.
    pub who: String,
    /// What to do.
    pub what: String,
    /// Why.
    pub why: String,
    /// The number to act on.
    pub phone: String,
}

/// Days in which a guardian's consent is awaited before somebody asks again.
const CONSENT_DAYS: u64 = 3;

/// Everything to be done, worst first.
pub fn actions(scene: &Scene<'_>) -> Vec<Action> {
    let mut actions = Vec::new();
    held_tabs(scene, &mut actions);
    consent(scene, &mut actions);
    waiting(scene, &mut actions);
    groups(scene, &mut actions);
    mentors(scene, &mut actions);
    absent(scene, &mut actions);
    rejected_rows(scene, &mut actions);
    actions.sort();
    actions
}

/// The tab.
pub fn view(scene: &Scene<'_>, position: usize) -> Wanted {
    let words = scene.words;
    let widths = [90, 220, 300, 110, 360, 140];
    let mut sheet = Sheet::new("actions", position, &widths, words.say("actions-title"), words.say("actions-lead"));
    let columns = ["level", "who", "what", "due", "why", "phone"].map(|name| format!("actions-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    sheet.layout.colours = level_colours(0, words);
    let actions = actions(scene);
    if actions.is_empty() {
        sheet.push(Style::Lead, [WantedCell::from(words.say("actions-none"))]);
    }
    for action in actions {
        let level = WantedCell::from(words.say(action.level.key()));
        let phone = WantedCell::new(action.phone.as_str(), Format::Text);
        let cells = [level, text(action.who), text(action.what), day(action.due), text(action.why), phone];
        sheet.push(Style::Body, cells);
    }
    sheet.finish(words.say("tab-actions"))
}

fn held_tabs(scene: &Scene<'_>, actions: &mut Vec<Action>) {
    for held in scene.held {
        let (why, _) = held.sentences(scene.labels, scene.words);
        actions.push(Action {
            level: Level::Alert,
            due: scene.today,
            who: scene.words.say("action-held-who"),
            what: scene.words.say_with("action-held", &[("tab", &held.tab)]),
            why,
            phone: String::new(),
        });
    }
}

fn consent(scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let (standing, words) = (scene.standing, scene.words);
    let guardian_phone = |mentee: PersonIndex| {
        let latest = standing.mentees[mentee].latest();
        latest.answers.text("guardian_phone").unwrap_or_default().to_owned()
    };
    for mentee in standing.all_members() {
        let status = match standing.consent(mentee) {
            ConsentStatus::Missing => "consent-missing",
            ConsentStatus::Refused => "consent-refused",
            ConsentStatus::Adult | ConsentStatus::Granted => continue,
        };
        let group = standing.group_of(mentee).map_or("", |group| standing.groups[group].name);
        actions.push(Action {
            level: Level::Alert,
            due: scene.today,
            who: named(&standing.mentees[mentee], words),
            what: words.say("action-consent-in-group"),
            why: words.say_with("action-consent-in-group-why", &[("group", group), ("status", &words.say(status))]),
            phone: guardian_phone(mentee),
        });
    }
    for &mentee in &standing.awaiting_consent {
        let Some(record) = standing.registration(mentee) else { continue };
        let due = record.submitted_on() + Days::new(CONSENT_DAYS);
        if due > scene.today {
            continue;
        }
        actions.push(Action {
            level: Level::Warning,
            due,
            who: named(&standing.mentees[mentee], words),
            what: words.say("action-consent"),
            why: words.say_with("action-consent-why", &[("day", &words.short_date(record.submitted_on()))]),
            phone: guardian_phone(mentee),
        });
    }
}

fn waiting(scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let (standing, words, figures) = (scene.standing, scene.words, scene.figures);
    for gender in ["male", "female"] {
        let word = gender_word(gender, words);
        for (level, from, to) in [(Level::Alert, 28, i64::MAX), (Level::Warning, 14, 28)] {
            let days = |since: NaiveDate| (standing.through - since).num_days();
            let late: Vec<_> = standing
                .waiting
                .iter()
                .filter(|waiting| days(waiting.since) > from && days(waiting.since) <= to)
                .filter(|waiting| standing.mentees[waiting.mentee].gender() == gender)
                .collect();
            let Some(earliest) = late.iter().map(|waiting| waiting.since).min() else { continue };
            let names: Vec<String> =
                late.iter().map(|waiting| named(&standing.mentees[waiting.mentee], words)).collect();
            let number = words.integer(late.len() as i64);
            actions.push(Action {
                level,
                due: earliest + Days::new(from.unsigned_abs()),
                who: words.say_with("action-place-who", &[("count", &number), ("gender", &word)]),
                what: words.say("action-place"),
                why: words.say_with(
                    "action-place-why",
                    &[
                        ("days", &from.to_string()),
                        ("longest", &words.integer(days(earliest))),
                        ("list", &short_list(&names, 5, words)),
                    ],
                ),
                phone: String::new(),
            });
        }
        let figure = |name: &str| figures.integer(&format!("capacity.{gender}.{name}")).unwrap_or(0);
        if figure("gap") > 0 {
            let needed = words.integer(figure("mentors_needed"));
            actions.push(Action {
                level: if figure("gap") > 8 { Level::Alert } else { Level::Warning },
                due: scene.today + Days::new(14),
                who: words.say("action-recruit-who"),
                what: words.say_with("action-recruit", &[("count", &needed), ("gender", &word)]),
                why: words.say_with(
                    "action-recruit-why",
                    &[("demand", &words.integer(figure("demand"))), ("supply", &words.integer(figure("supply")))],
                ),
                phone: String::new(),
            });
        }
    }
}

/// A group's name with its mentor, and the mentor's number.
fn group_and_phone(scene: &Scene<'_>, group: usize) -> (String, String) {
    let found = &scene.standing.groups[group];
    match found.mentor.map(|mentor| &scene.standing.mentors[mentor]) {
        Some(mentor) => {
            (format!("{}: {}", found.name, named(mentor, scene.words)), mentor.phone().unwrap_or_default().to_owned())
        }
        None => (found.name.to_owned(), String::new()),
    }
}

fn groups(scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let (standing, words) = (scene.standing, scene.words);
    for (index, group) in standing.open_groups() {
        let (who, phone) = group_and_phone(scene, index);
        let (level, due, what, why) = match standing.gap(index) {
            Some(weeks) if weeks >= 3 => {
                let (level, key) =
                    if weeks >= 6 { (Level::Alert, "action-stalled") } else { (Level::Warning, "action-faltering") };
                let last = standing.last_held(index).map_or(group.start, |meeting| meeting.date);
                let why = words.say_with("action-stalled-why", &[("weeks", &weeks.to_string())]);
                (level, last + Days::new(21), words.say(key), why)
            }
            None if standing.days_since_start(index) > 14 => {
                let days = words.integer(standing.days_since_start(index));
                let why = words.say_with("action-not-started-why", &[("days", &days)]);
                (Level::Warning, group.start + Days::new(14), words.say("action-not-started"), why)
            }
            _ => continue,
        };
        actions.push(Action { level, due, who, what, why, phone });
    }
}

fn mentors(scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let (standing, words) = (scene.standing, scene.words);
    for index in standing.mentors_with_group() {
        let mentor = &standing.mentors[index];
        let mut push = |level: Level, what: String, why: String| {
            let (who, phone) = (named(mentor, words), mentor.phone().unwrap_or_default().to_owned());
            actions.push(Action { level, due: scene.today, who, what, why, phone });
        };
        if !standing.is_ready(index) {
            let steps: Vec<String> =
                standing.missing_steps(index).map(|step| words.say(&format!("step-{step}"))).collect();
            push(
                Level::Alert,
                words.say_with("action-unready", &[("steps", &steps.join(", "))]),
                words.say("action-unready-why"),
            );
        }
        if is_silent_now(standing, index) {
            push(Level::Alert, words.say("action-silent"), words.say("action-silent-why"));
        }
        let load = standing.mentor_load(index);
        if load > mentor.max_mentees() {
            let parts = [("members", words.integer(load)), ("most", words.integer(mentor.max_mentees()))];
            let parts = parts.each_ref().map(|(name, value)| (*name, value.as_str()));
            push(Level::Warning, words.say("action-overloaded"), words.say_with("action-overloaded-why", &parts));
        }
        let silent_days = standing.steps.last_contact(index).map(|day| (standing.through - day).num_days());
        if silent_days.is_none_or(|days| days >= 30) {
            let level = if silent_days.is_none_or(|days| days >= 45) { Level::Alert } else { Level::Warning };
            let why = match silent_days {
                Some(days) => words.say_with("action-contact-why", &[("days", &words.integer(days))]),
                None => words.say("action-contact-why-never"),
            };
            push(level, words.say("action-contact"), why);
        }
    }
}

fn absent(scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let (standing, words) = (scene.standing, scene.words);
    for mentee in absent_in_a_row(standing, standing.meetings.within(standing.window())) {
        let Some(group) = standing.group_of(mentee) else { continue };
        let (_, phone) = group_and_phone(scene, group);
        let name = standing.groups[group].name;
        actions.push(Action {
            level: Level::Warning,
            due: scene.today,
            who: named(&standing.mentees[mentee], words),
            what: words.say("action-absent"),
            why: words.say_with("action-absent-why", &[("group", name)]),
            phone,
        });
    }
}

fn rejected_rows(scene: &Scene<'_>, actions: &mut Vec<Action>) {
    let rejected = scene.figures.integer("data_quality.rows.rejected").unwrap_or(0);
    if rejected > 0 {
        actions.push(Action {
            level: Level::Warning,
            due: scene.today,
            who: scene.words.say_with("action-fix-who", &[("count", &scene.words.integer(rejected))]),
            what: scene.words.say("action-fix"),
            why: scene.words.say("action-fix-why"),
            phone: String::new(),
        });
    }
}

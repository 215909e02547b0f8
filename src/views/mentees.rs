//! *Adik*: everybody who ever registered, by code: where each stands, comes and recites; worst
//! first.

use chrono::NaiveDate;

use super::levels::{self, MenteeReason, Reason, Verdict};
use super::{
    Level, Scene, Sheet, count, gender_word, level_cell, level_colours, maybe, maybe_day, name_of,
    notes, text,
};
use crate::ledger::consent::ConsentStatus;
use crate::ledger::groups::Departure;
use crate::ledger::index::IndexVec;
use crate::ledger::people::MenteeIndex;
use crate::statistics::{Progress, progress};
use crate::table::tab::{Format, Style, Wanted, WantedCell};

const KEY: usize = 0;
const LEVEL_COLUMN: usize = 4;
const NOTE_COLUMN: usize = 10;

/// Where a mentee stands, in the order in which it is listed within a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stand {
    WithoutConsent(ConsentStatus),
    Waiting(NaiveDate),
    AwaitingConsent(NaiveDate),
    Refused,
    Placed,
    Left(NaiveDate),
    Graduated(NaiveDate),
    /// Registered in an earlier season and not in this one.
    Earlier,
}

/// How often a mentee was expected and came in the season, and the last day ever.
#[derive(Debug, Clone, Copy, Default)]
struct Coming {
    roster: u32,
    present: u32,
    last: Option<NaiveDate>,
}

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let (words, standing) = (scene.words, scene.standing);
    let widths = [80, 190, 80, 70, 100, 270, 150, 90, 110, 90, 260];
    let lists = [
        ("count", standing.cohort.len()),
        ("placed", standing.all_members().count()),
        ("waiting", standing.waiting.len()),
        ("missing", standing.awaiting_consent.len()),
    ];
    let parts = lists.map(|(name, number)| (name, words.integer(number as i64)));
    let lead = words
        .say_with("mentees-lead", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let mut sheet = Sheet::new("mentees", &widths, words.say("mentees-title"), lead);
    let columns = [
        "code",
        "name",
        "gender",
        "class",
        "level",
        "state",
        "group",
        "attendance",
        "seen",
        "gain",
        "note",
    ];
    let columns = columns.map(|name| format!("mentees-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    sheet.layout.colours = level_colours(LEVEL_COLUMN, words);
    sheet.layout.columns[NOTE_COLUMN].people = notes(words);
    if standing.mentees.is_empty() {
        sheet.push(Style::Lead, [words.say("none").into(), words.say("mentees-none").into()]);
    }
    let (coming, progress) = (coming(scene), progress(standing, scene.mushaf));
    let mut lines: Vec<(Rank, Stand, MenteeIndex)> = standing
        .mentees
        .indices()
        .map(|mentee| {
            let verdict = levels::mentee(scene, mentee);
            (Rank(verdict.level), stand(scene, &verdict, mentee), mentee)
        })
        .collect();
    lines.sort_unstable();
    for (_, stand, mentee) in lines {
        sheet.push(Style::Body, cells(scene, stand, mentee, coming[mentee], progress.get(&mentee)));
    }
    Wanted { key_column: Some(KEY), ..sheet.finish(words.say("tab-mentees")) }
}

/// A level in the order of rows: those whom none concerns come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rank(Option<Level>);

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0.is_none(), self.0).cmp(&(other.0.is_none(), other.0))
    }
}

fn coming(scene: &Scene<'_>) -> IndexVec<MenteeIndex, Coming> {
    let window = scene.standing.window();
    let mut coming = scene.standing.mentees.map(|_| Coming::default());
    for meeting in scene.standing.meetings.all() {
        let Some(attendance) = &meeting.attendance else { continue };
        let counts = u32::from(window.contains(meeting.date));
        attendance.roster.iter().for_each(|mentee| coming[*mentee].roster += counts);
        for mentee in &attendance.present {
            coming[*mentee].present += counts;
            coming[*mentee].last = Some(meeting.date);
        }
    }
    coming
}

fn stand(scene: &Scene<'_>, verdict: &Verdict<MenteeReason>, mentee: MenteeIndex) -> Stand {
    let standing = scene.standing;
    match verdict.reasons.first() {
        Some(MenteeReason::ConsentWithdrawn(_)) => {
            return Stand::WithoutConsent(ConsentStatus::Refused);
        }
        Some(MenteeReason::WithoutConsent(status)) => return Stand::WithoutConsent(*status),
        _ => {}
    }
    if standing.group_of(mentee).is_some() {
        return Stand::Placed;
    }
    let end = standing.groups.latest_membership(mentee).and_then(|membership| membership.end);
    let ended = |end: crate::ledger::groups::Ending<'_>| match end.reason {
        Some("graduated") => Stand::Graduated(end.on),
        _ if end.how == Departure::Left => Stand::Left(end.on),
        _ => Stand::Earlier,
    };
    if let Some(since) = levels::waiting_since(scene, mentee) {
        return if standing.may_take_part(mentee) { Stand::Waiting(since) } else { Stand::Refused };
    }
    match standing.registration(mentee) {
        Some(_)
            if end.is_some_and(|end| {
                end.how == Departure::Left && end.on >= standing.season.start
            }) =>
        {
            end.map_or(Stand::Earlier, ended)
        }
        Some(record) => match standing.consent(mentee) {
            ConsentStatus::Refused => Stand::Refused,
            _ => Stand::AwaitingConsent(record.submitted_on()),
        },
        None => end.map_or(Stand::Earlier, ended),
    }
}

/// Where a mentee stands, or that a member does not come; after it the steps at which somebody is
/// late who is in order otherwise.
fn state_words(scene: &Scene<'_>, stand: Stand, verdict: &Verdict<MenteeReason>) -> String {
    match verdict.reasons.first() {
        Some(reason @ (MenteeReason::AbsentInARow | MenteeReason::NotSeen { .. })) => {
            reason.say(scene)
        }
        Some(MenteeReason::Step(_)) => {
            let mut said = vec![stand_words(scene, stand)];
            said.extend(verdict.sentences(scene));
            said.join("; ")
        }
        _ => stand_words(scene, stand),
    }
}

fn stand_words(scene: &Scene<'_>, stand: Stand) -> String {
    let words = scene.words;
    let since = |key: &str, day: NaiveDate| {
        let days = words.integer((scene.standing.through - day).num_days());
        words.say_with(key, &[("day", &words.short_date(day)), ("days", &days)])
    };
    match stand {
        Stand::WithoutConsent(status) => MenteeReason::WithoutConsent(status).say(scene),
        Stand::Waiting(day) => since("mentee-waiting", day),
        Stand::AwaitingConsent(day) => since("mentee-awaiting-consent", day),
        Stand::Refused => words.say("mentee-refused"),
        Stand::Placed => words.say("mentee-placed"),
        Stand::Left(day) => since("mentee-left", day),
        Stand::Graduated(day) => since("mentee-graduated", day),
        Stand::Earlier => words.say("mentee-earlier"),
    }
}

fn cells(
    scene: &Scene<'_>,
    stand: Stand,
    mentee: MenteeIndex,
    coming: Coming,
    progress: Option<&Progress>,
) -> [WantedCell; 10] {
    let (words, standing) = (scene.words, scene.standing);
    let person = &standing.mentees[mentee];
    let verdict = levels::mentee(scene, mentee);
    let group = standing.group_of(mentee).map_or("", |group| standing.groups[group].name);
    let rate = (coming.roster > 0).then(|| f64::from(coming.present) / f64::from(coming.roster));
    [
        person.code.as_str().into(),
        text(name_of(person, words)),
        text(gender_word(person.gender(), words)),
        text(person.latest().answers.text("class_name").unwrap_or_default()),
        level_cell(verdict.level, words),
        text(state_words(scene, stand, &verdict)),
        text(group),
        maybe(rate, Format::Percent),
        maybe_day(coming.last, words),
        progress.map_or_else(WantedCell::default, |progress| count(progress.ayat)),
    ]
}

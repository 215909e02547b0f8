//! What is to be done about tabs and rows, requests, partners, documents, seasons, money, and what
//! people say.

use chrono::Days;

use super::{Found, Kind};
use crate::ledger::record::Record;
use crate::ledger::support::SupportCase;
use crate::statistics::{documents, partners};
use crate::views::levels::{DocumentReason, PartnerReason, Reason, RequestReason};
use crate::views::support::{Readers, cases, needed, readers};
use crate::views::{HeldWhy, Level, Scene, levels, named};

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    held_tabs(scene, found);
    rejected_rows(scene, found);
    support(scene, found);
    overdue_partners(scene, found);
    reviews(scene, found);
    handover(scene, found);
    ended_seasons(scene, found);
    budget(scene, found);
    answers(scene, found);
}

fn held_tabs(scene: &Scene<'_>, found: &mut Found) {
    for held in scene.held {
        let (why, _) = held.sentences(scene.labels, scene.words);
        let kind = match held.why {
            HeldWhy::NoTab => Kind::NoTab,
            HeldWhy::QuestionsMissing(_) => Kind::QuestionsMissing,
            HeldWhy::TooManyGone { .. } => Kind::RowsGone,
        };
        let form = scene.labels.forms.iter().position(|(form, _)| *form == held.form).unwrap_or(0);
        let who = scene.words.say("action-held-who");
        let what = scene.words.say_with("action-held", &[("tab", &held.tab)]);
        found.add(
            (&format!("T{form}"), kind),
            (Level::Alert, scene.today),
            [who, what, why, String::new()],
        );
    }
}

fn rejected_rows(scene: &Scene<'_>, found: &mut Found) {
    let (words, rejected) =
        (scene.words, scene.figures.integer("data_quality.rows.rejected").unwrap_or(0));
    if rejected > 0 {
        let who = words.say_with("action-fix-who", &[("count", &words.integer(rejected))]);
        let sentences = [who, words.say("action-fix"), words.say("action-fix-why"), String::new()];
        found.add(("T", Kind::Rejected), (Level::Warning, scene.today), sentences);
    }
}

/// Requests that are late. Those that few may read are only counted.
fn support(scene: &Scene<'_>, found: &mut Found) {
    let words = scene.words;
    let mut hidden: Vec<(Readers, Level)> = Vec::new();
    for case in cases(scene, |_| true) {
        for reason in levels::support_case(scene, case).reasons {
            match (reason, readers(case)) {
                (RequestReason::Late { days, .. }, Readers::Team) => {
                    late_request(scene, found, case, (reason.level(), days));
                }
                (RequestReason::Late { .. }, readers) => hidden.push((readers, reason.level())),
                (RequestReason::Step(_), _) => {}
            }
        }
    }
    for (who, code, key) in
        [(Readers::Coordinator, "C", "coordinator"), (Readers::Adviser, "A", "adviser")]
    {
        let late: Vec<Level> =
            hidden.iter().filter(|(readers, _)| *readers == who).map(|(_, level)| *level).collect();
        let Some(&level) = late.iter().min() else { continue };
        let count = words.integer(late.len() as i64);
        let what = words.say_with("action-support-hidden", &[("count", &count)]);
        let sentences =
            [words.say(key), what, words.say("action-support-hidden-why"), String::new()];
        found.add((code, Kind::SupportHidden), (level, scene.today), sentences);
    }
}

fn late_request(
    scene: &Scene<'_>,
    found: &mut Found,
    case: &SupportCase<'_>,
    (level, days): (Level, i64),
) {
    let words = scene.words;
    let mentor = &scene.standing.mentors[case.mentor];
    let parts = [
        ("day", words.short_date(case.date)),
        ("needed", needed(scene, case)),
        ("days", words.integer(days)),
    ];
    let why = words.say_with(
        "action-support-why",
        &parts.each_ref().map(|(name, part)| (*name, part.as_str())),
    );
    let due = case
        .date
        .checked_add_days(Days::new(case.urgency_days().unsigned_abs()))
        .unwrap_or(scene.today);
    let phone = mentor.phone().unwrap_or_default().to_owned();
    found.add(
        (&format!("R{}", case.request.seq), Kind::Support),
        (level, due),
        [named(mentor, words), words.say("action-support"), why, phone],
    );
}

fn overdue_partners(scene: &Scene<'_>, found: &mut Found) {
    let words = scene.words;
    for (name, record) in partners(scene.standing) {
        let reasons = levels::partner(scene, record).reasons;
        let overdue = reasons.iter().find_map(|reason| match reason {
            PartnerReason::Overdue { due, days } => Some((*due, *days, reason.level())),
            PartnerReason::Step(_) => None,
        });
        let Some((due, late, level)) = overdue else { continue };
        let text = |question: &str| record.answers.text(question).unwrap_or_default();
        let stage = scene.labels.choice("partner_contact", "stage", text("stage")).to_owned();
        let parts = [("stage", stage), ("days", words.integer(late))];
        let why = words.say_with(
            "action-partner-why",
            &parts.each_ref().map(|(name, part)| (*name, part.as_str())),
        );
        let who = match text("contact_name") {
            "" => text("organization").to_owned(),
            contact => format!("{}: {contact}", text("organization")),
        };
        let sentences = [who, words.say("action-partner"), why, text("phone").to_owned()];
        found.add((&format!("P {name}"), Kind::Partner), (level, due), sentences);
    }
}

/// Documents in force whose review is past.
fn reviews(scene: &Scene<'_>, found: &mut Found) {
    let words = scene.words;
    for record in documents(scene.standing).into_values() {
        let text = |question: &str| record.answers.text(question).unwrap_or_default();
        let reasons = levels::document(scene, record).reasons;
        let review = reasons.iter().find_map(|reason| match reason {
            DocumentReason::ReviewOverdue(review) => Some(*review),
            DocumentReason::Step(_) => None,
        });
        let Some(review) = review else { continue };
        let what = words.say_with("action-review", &[("title", text("title"))]);
        let why = words.say_with("action-review-why", &[("day", &words.short_date(review))]);
        let sentences = [owner(scene, record), what, why, String::new()];
        found.add((&format!("D{}", record.seq), Kind::Review), (Level::Warning, review), sentences);
    }
}

/// Who looks after a document; the coordinator where nobody is named.
pub(super) fn owner(scene: &Scene<'_>, record: &Record) -> String {
    record.answers.text("owner").map_or_else(|| scene.words.say("coordinator"), str::to_owned)
}

fn handover(scene: &Scene<'_>, found: &mut Found) {
    let words = scene.words;
    let missing =
        scene.figures.value("documents.handover_missing").and_then(serde_json::Value::as_array);
    let kinds: Vec<&str> =
        missing.into_iter().flatten().filter_map(serde_json::Value::as_str).collect();
    if scene.figures.level("documents.handover_ready") == Some(Level::Warning) {
        let kinds: Vec<&str> = kinds
            .iter()
            .map(|kind| scene.labels.choice("document_record", "document_kind", kind))
            .collect();
        let why = words.say_with("action-handover-why", &[("kinds", &kinds.join(", "))]);
        let sentences =
            [words.say("coordinator"), words.say("action-handover"), why, String::new()];
        found.add(("D", Kind::Handover), (Level::Warning, scene.standing.season.end), sentences);
    }
}

/// Seasons that have ended and are not closed: those that the board opened, and the one that is on
/// show whether or not anybody ever said that it was open.
fn ended_seasons(scene: &Scene<'_>, found: &mut Found) {
    let (words, standing) = (scene.words, scene.standing);
    for season in standing.program.seasons.iter().filter(|season| season.end < scene.today) {
        let state = scene.state.seasons.of(&season.code);
        let is_on_show = state.closed.is_none() && season.code == standing.season.code;
        if !state.is_open() && !is_on_show {
            continue;
        }
        let what =
            words.say_with("action-season", &[("name", &season.name), ("code", &season.code)]);
        let why = words.say_with("action-season-why", &[("day", &words.long_date(season.end))]);
        let sentences = [words.say("coordinator"), what, why, String::new()];
        found.add(
            (&format!("S {}", season.code), Kind::SeasonEnded),
            (Level::Warning, season.end),
            sentences,
        );
    }
}

fn budget(scene: &Scene<'_>, found: &mut Found) {
    let (words, figures) = (scene.words, scene.figures);
    for (index, category) in
        scene.standing.program.codes("finance_record", "category").iter().enumerate()
    {
        let path = format!("budget.{category}.flag");
        let flag = figures.text(&path).unwrap_or_default();
        let Some(level) = figures.level(&path).filter(|level| *level != Level::Good) else {
            continue;
        };
        let amount = |name: &str| {
            words.rupiah(figures.integer(&format!("budget.{category}.{name}")).unwrap_or(0))
        };
        let name = scene.labels.choice("finance_record", "category", category);
        let key = match flag {
            "under" | "under_red" => "action-budget-under",
            "unplanned" => "action-budget-unplanned",
            _ => "action-budget-over",
        };
        let parts = [("plan", amount("plan_to_date")), ("spent", amount("actual"))];
        let why = words.say_with(
            "action-budget-why",
            &parts.each_ref().map(|(name, part)| (*name, part.as_str())),
        );
        let what = words.say_with(key, &[("category", name)]);
        let sentences = [words.say("treasurer"), what, why, String::new()];
        found.add((&format!("K{index}"), Kind::Budget), (level, scene.today), sentences);
    }
    if figures.level("cash.months_cover") == Some(Level::Alert) {
        let balance = words.rupiah(figures.integer("cash.balance").unwrap_or(0));
        let months = words.decimal(figures.number("cash.months_cover").unwrap_or(0.0));
        let why = words.say_with("action-cash-why", &[("balance", &balance), ("months", &months)]);
        let sentences = [words.say("treasurer"), words.say("action-cash"), why, String::new()];
        found.add(("K", Kind::Cash), (Level::Alert, scene.today), sentences);
    }
}

/// What mentees and mentors say, and who came back, where it is below its limit.
fn answers(scene: &Scene<'_>, found: &mut Found) {
    let words = scene.words;
    let percent = |path: &str| words.percent(scene.figures.number(path).unwrap_or(0.0));
    let mut add = |kind: Kind, path: &str, key: &str, why: String| {
        if let Some(level) = scene.figures.level(path).filter(|level| *level != Level::Good) {
            let sentences = [words.say("coordinator"), words.say(key), why, String::new()];
            found.add(("U", kind), (level, scene.today), sentences);
        }
    };
    let rate = percent("satisfaction.mentee.response_rate");
    let why = words.say_with("action-response-why", &[("rate", &rate)]);
    add(Kind::ResponseRate, "satisfaction.mentee.response_rate", "action-response", why);
    let score = words.decimal(scene.figures.number("satisfaction.mentee.score").unwrap_or(0.0));
    let why = words.say_with("action-score-why", &[("score", &score)]);
    add(Kind::MenteeScore, "satisfaction.mentee.score", "action-score", why);
    let score = words.decimal(scene.figures.number("satisfaction.mentor.score").unwrap_or(0.0));
    let why = words.say_with("action-mentor-score-why", &[("score", &score)]);
    add(Kind::MentorScore, "satisfaction.mentor.score", "action-mentor-score", why);
    let rate = percent("satisfaction.mentor.stop_or_unsure_rate");
    let why = words.say_with("action-unsure-why", &[("rate", &rate)]);
    add(Kind::StopOrUnsure, "satisfaction.mentor.stop_or_unsure_rate", "action-unsure", why);
    let rate = percent("retention.mentees.rate");
    let why = words.say_with("action-retention-why", &[("rate", &rate)]);
    add(Kind::Retention, "retention.mentees.rate", "action-retention", why);
}

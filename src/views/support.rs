//! *Dukungan*: who asked for support and how far it is, open requests first, the late ones on top.
//! What was asked for is confidential and stands in the second spreadsheet; requests that only the
//! coordinator or the teacher may know of stand here as a number and whom to ask.

use super::{
    Scene, Sheet, count, day, level_colours, levels, money, named, plain, text, verdict_cell,
};
use crate::ledger::support::SupportCase;
use crate::table::tab::{Style, Wanted, WantedCell};

/// Who may read a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Everybody who sees the shared spreadsheet.
    Team,
    /// The coordinator alone.
    Coordinator,
    /// The supervising teacher alone.
    Adviser,
}

/// What the mentor chose; a personal matter is never for all, whatever was ticked.
pub(super) fn readers(case: &SupportCase<'_>) -> Readers {
    match case.request.answers.text("readers") {
        Some("adviser") => Readers::Adviser,
        Some("core_team") if !case.is_personal() => Readers::Team,
        _ => Readers::Coordinator,
    }
}

/// The requests of the season, and those of earlier ones that are still open, worst first.
pub(super) fn cases<'s, 'a>(
    scene: &Scene<'s>,
    wanted: impl Fn(&SupportCase<'a>) -> bool,
) -> Vec<&'s SupportCase<'a>>
where
    's: 'a,
    'a: 's,
{
    let standing = scene.standing;
    let shown = |case: &&SupportCase<'a>| {
        standing.window().contains(case.date) || case.closed_on().is_none()
    };
    let mut cases: Vec<&SupportCase<'a>> =
        standing.support.iter().filter(shown).filter(|case| wanted(case)).collect();
    cases.sort_by_key(|case| {
        let closed = case.closed_on();
        (
            closed.is_some(),
            levels::support_case(scene, case).level,
            closed.map(std::cmp::Reverse),
            case.date,
        )
    });
    cases
}

/// How far it is, in words: nobody has answered, who is at it, or how it ended.
pub(super) fn state(scene: &Scene<'_>, case: &SupportCase<'_>) -> String {
    let (form, words) = ("support_follow_up", scene.words);
    let Some(last) = case.follow_ups.last() else { return words.say("support-unanswered") };
    let status = last.answers.text("status").unwrap_or_default();
    let by = last.answers.text("handled_by").unwrap_or_default();
    let status = scene.labels.choice(form, "status", status);
    words.say_with(
        "support-state",
        &[("status", status), ("who", by), ("day", &words.short_date(last.event_date))],
    )
}

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let (words, figures) = (scene.words, scene.figures);
    let number = |path: &str| words.integer(figures.integer(path).unwrap_or(0));
    let rate = figures
        .number("support.on_time_rate")
        .map_or_else(|| words.say("none"), |rate| words.percent(rate));
    let parts = [
        ("open", number("support.open")),
        ("late", number("support.late_open")),
        ("total", number("support.requests")),
    ];
    let mut parts: Vec<(&str, &str)> =
        parts.iter().map(|(name, part)| (*name, part.as_str())).collect();
    parts.push(("rate", &rate));
    let mut lead = words.say_with("support-lead", &parts);
    // The figures are the season's, the rows are not only.
    let earlier = cases(scene, |case| case.date < scene.standing.season.start).len();
    if earlier > 0 {
        lead.push(' ');
        lead.push_str(
            &words.say_with("support-earlier", &[("count", &words.integer(earlier as i64))]),
        );
    }
    let widths = [100, 220, 110, 110, 80, 130, 380];
    let mut sheet = Sheet::new("support", &widths, words.say("support-title"), lead);
    let columns = ["level", "mentor", "since", "needed", "days", "cost", "state"];
    let columns = columns.map(|name| format!("support-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    sheet.layout.colours = level_colours(0, words);
    hidden(scene, &mut sheet);
    let cases = cases(scene, |case| readers(case) == Readers::Team);
    if cases.is_empty() {
        sheet.push(Style::Lead, [plain(words.say("support-none"))]);
    }
    for case in cases {
        sheet.push(Style::Body, cells(scene, case));
    }
    sheet.finish(words.say("tab-support"))
}

/// How many there are that stand not here, and whom to ask.
fn hidden(scene: &Scene<'_>, sheet: &mut Sheet) {
    for (who, key) in
        [(Readers::Coordinator, "support-hidden"), (Readers::Adviser, "support-hidden-adviser")]
    {
        let hidden = cases(scene, |case| readers(case) == who);
        if hidden.is_empty() {
            continue;
        }
        let open = hidden.iter().filter(|case| case.closed_on().is_none()).count();
        let (total, open) =
            (scene.words.integer(hidden.len() as i64), scene.words.integer(open as i64));
        let sentence = scene.words.say_with(key, &[("count", &total), ("open", &open)]);
        sheet.push(Style::Section, [plain(sentence)]);
    }
}

fn cells(scene: &Scene<'_>, case: &SupportCase<'_>) -> [WantedCell; 7] {
    let words = scene.words;
    let closed = case.closed_on();
    let until = closed.unwrap_or(scene.standing.through);
    let cost = case.request.answers.integer("estimated_cost");
    [
        verdict_cell(scene, &levels::support_case(scene, case)),
        text(named(&scene.standing.mentors[case.mentor], words)),
        day(case.date),
        text(needed(scene, case)),
        count((until - case.date).num_days()),
        money(cost),
        text(state(scene, case)),
    ]
}

/// By when it is needed, as the form words it.
pub(super) fn needed(scene: &Scene<'_>, case: &SupportCase<'_>) -> String {
    let code = case.urgency_days().to_string();
    scene.labels.choice("support_request", "urgency_days", &code).to_owned()
}

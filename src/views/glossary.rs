//! *Kamus*: every figure in plain words, with its path and what it is today.

use serde_json::Value;

use super::{Labels, Scene, Sheet, plain, text};
use crate::table::tab::{Format, Style, Wanted, WantedCell};
use crate::words::Words;

/// The figures of each family, in the order in which they are computed. A star stands for any code:
/// a map over codes is described once.
pub const FIGURES: &[(&str, &[&str])] = &[
    (
        "registration",
        &[
            "rows",
            "people",
            "new",
            "returning",
            "duplicates",
            "by_gender.*",
            "consent.adult",
            "consent.granted",
            "consent.refused",
            "consent.missing",
            "funnel.reached",
            "funnel.registered",
            "funnel.consented",
            "funnel.placed",
            "funnel.attended_1",
            "funnel.attended_4",
            "follow_up.contacts",
            "follow_up.people",
            "follow_up.converted",
            "follow_up.rate",
            "previous_new",
            "new_change",
            "new_change_rate",
            "new_trend",
        ],
    ),
    (
        "groups",
        &[
            "open",
            "active",
            "not_started",
            "faltering",
            "stalled",
            "formed",
            "closed",
            "closed_by_reason.*",
            "members",
            "mean_size",
            "below_5",
            "above_10",
            "moves",
            "leaves",
        ],
    ),
    (
        "meetings",
        &[
            "reports",
            "held",
            "online",
            "cancelled",
            "without_attendance",
            "duplicate_reports",
            "expected",
            "regularity",
            "attendance.roster",
            "attendance.present",
            "attendance.excused",
            "attendance.absent",
            "attendance_rate",
            "excused_rate",
            "on_time",
            "on_time_rate",
            "compliance",
            "absent_3",
            "donations",
            "previous_held",
            "held_change",
            "held_change_rate",
            "held_trend",
        ],
    ),
    (
        "mentors",
        &[
            "applied",
            "ready",
            "ready_male",
            "ready_female",
            "with_group",
            "unready_with_group",
            "load",
            "overloaded",
            "three_groups",
            "silent",
            "no_contact_30d",
            "no_contact_45d",
        ],
    ),
    (
        "waiting",
        &[
            "count",
            "male",
            "female",
            "median_days",
            "p90_days",
            "max_days",
            "over_14",
            "over_28",
            "awaiting_consent",
            "refused",
        ],
    ),
    (
        "capacity",
        &[
            "*.demand",
            "*.supply",
            "*.gap",
            "*.mentors_needed",
            "by_slot.*.*.demand",
            "by_slot.*.*.supply",
            "by_slot.*.*.gap",
        ],
    ),
    (
        "promotion",
        &[
            "*.activities",
            "*.reach",
            "*.cost",
            "*.registered",
            "*.active",
            "*.conversion",
            "*.active_rate",
            "*.active_rate_low",
            "*.active_rate_high",
            "*.cost_per_active",
            "*.enough_data",
        ],
    ),
    (
        "budget",
        &[
            "*.plan",
            "*.plan_to_date",
            "*.actual",
            "*.variance",
            "*.variance_rate",
            "*.forecast",
            "*.flag",
            "total.over_sum",
            "total.under_sum",
        ],
    ),
    (
        "cash",
        &[
            "opening",
            "income",
            "expense",
            "balance",
            "donations_reported",
            "donations_recorded",
            "donations_gap",
            "months_cover",
        ],
    ),
    (
        "support",
        &[
            "requests",
            "by_kind.*",
            "open",
            "closed",
            "median_days",
            "on_time",
            "due",
            "on_time_rate",
            "late_open",
            "amount_paid",
            "per_mentee",
            "personal_requests",
            "personal_answered_24h",
            "personal_answered_rate",
        ],
    ),
    (
        "memorization",
        &[
            "records",
            "reciters",
            "exams",
            "new_ayat",
            "new_pages",
            "review_pages",
            "juz_completed",
            "median_gain",
            "share_gaining",
            "share_idle_28d",
            "previous_new_ayat",
            "ayat_change",
            "ayat_change_rate",
            "ayat_trend",
        ],
    ),
    (
        "satisfaction",
        &[
            "mentee.responses",
            "mentee.score",
            "mentee.cohesion",
            "mentee.nps",
            "mentee.continue_rate",
            "mentee.unsure_rate",
            "mentee.stop_rate",
            "mentee.safety_reports",
            "mentee.response_rate",
            "mentee.groups_shown",
            "mentee.groups_hidden",
            "mentee.groups_low",
            "mentor.responses",
            "mentor.score",
            "mentor.nps",
            "mentor.stop_or_unsure_rate",
        ],
    ),
    (
        "retention",
        &[
            "mentees.previous_active",
            "mentees.graduated",
            "mentees.eligible",
            "mentees.retained",
            "mentees.rate",
            "mentors.previous_active",
            "mentors.retained",
            "mentors.rate",
        ],
    ),
    (
        "survival",
        &[
            "groups",
            "events",
            "disbanded",
            "mentor_changed",
            "censored",
            "*.value",
            "*.low",
            "*.high",
            "*.at_risk",
            "by_gender.*.groups",
            "by_gender.*.events",
            "by_gender.*.weeks_16",
        ],
    ),
    (
        "partners",
        &[
            "total",
            "by_stage.*",
            "conversion",
            "promised_male",
            "promised_female",
            "delivered",
            "overdue",
            "overdue_7",
            "overdue_30",
        ],
    ),
    ("taaruf", &["formed", "done", "within_14", "pending", "overdue", "rate"]),
    (
        "documents",
        &[
            "total",
            "by_status.*",
            "in_force_by_kind.*",
            "review_overdue",
            "handover_ready",
            "handover_missing",
        ],
    ),
    (
        "data_quality",
        &[
            "rows.read",
            "rows.copied",
            "rows.accepted",
            "rows.rejected",
            "rejected_by_reason.*",
            "rejected_by_form.*",
            "unknown_columns",
            "dropped_values",
            "unmatched.mentee",
            "unmatched.mentor",
            "unmatched.group",
            "unmatched.support_request",
            "attendance_unmatched",
            "placement_problems",
            "duplicate_registrations",
            "shared_phones",
            "minors_in_group_without_consent",
        ],
    ),
];

/// The key of a figure's definition: `define-budget-any-plan`.
pub fn key(family: &str, figure: &str) -> String {
    format!("define-{family}-{}", figure.replace('.', "-").replace('*', "any"))
}

/// The keys of all definitions and families.
pub fn keys() -> impl Iterator<Item = String> {
    let families = FIGURES.iter().map(|(family, _)| format!("family-{family}"));
    families.chain(
        FIGURES
            .iter()
            .flat_map(|(family, figures)| figures.iter().map(|figure| key(family, figure))),
    )
}

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let words = scene.words;
    let widths = [620, 130, 330];
    let mut sheet =
        Sheet::new("glossary", &widths, words.say("glossary-title"), words.say("glossary-lead"));
    let columns = ["meaning", "value", "path"].map(|name| format!("glossary-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    for (family, figures) in FIGURES {
        sheet.push(Style::Section, [text(words.say(&format!("family-{family}")))]);
        for figure in *figures {
            let path = format!("{family}.{figure}");
            sheet.push(
                Style::Body,
                [text(words.say(&key(family, figure))), value(scene, &path), plain(path)],
            );
        }
    }
    sheet.finish(words.say("tab-glossary"))
}

/// What a figure is today. A map over codes has many values; they stand in the tab of their own.
fn value(scene: &Scene<'_>, path: &str) -> WantedCell {
    let words = scene.words;
    if path.contains('*') {
        return plain(words.say("glossary-many"));
    }
    value_cell(scene.figures.value(path), path, scene.labels, words)
}

/// The value of a figure at a path, in the format that it is shown in.
pub fn value_cell(value: Option<&Value>, path: &str, labels: &Labels, words: &Words) -> WantedCell {
    match value {
        Some(Value::Number(number)) => {
            WantedCell::new(number.as_f64().unwrap_or_default(), format_of(path))
        }
        Some(Value::Array(codes)) => {
            let label = |code: &Value| {
                let code = code.as_str().unwrap_or_default();
                labels.choice("document_record", "document_kind", code).to_owned()
            };
            text(codes.iter().map(label).collect::<Vec<_>>().join(", "))
        }
        Some(Value::String(trend)) => plain(match trend.as_str() {
            "up" => words.say("trend-up"),
            "down" => words.say("trend-down"),
            "flat" => words.say("trend-flat"),
            flag => words.say(&format!("flag-{flag}")),
        }),
        _ => plain(words.say("none")),
    }
}

/// How the number at a path is shown.
fn format_of(path: &str) -> Format {
    let (family, name) = path.split_once('.').unwrap_or(("", path));
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_rate = last.ends_with("rate")
        || last.ends_with("rate_low")
        || last.ends_with("rate_high")
        || last.starts_with("share_")
        || matches!(last, "regularity" | "compliance" | "load" | "conversion" | "handover_ready");
    match (family, last) {
        _ if is_rate => Format::Percent,
        ("survival", "value" | "low" | "high" | "weeks_16") => Format::Percent,
        ("cash", "months_cover") => Format::Decimal,
        ("cash" | "budget", _)
        | ("meetings", "donations")
        | ("support", "amount_paid" | "per_mentee") => Format::Money,
        (_, "mean_size" | "median_days" | "new_pages" | "review_pages" | "median_gain") => {
            Format::Decimal
        }
        (_, "score" | "cohesion" | "nps") => Format::Decimal,
        _ => Format::Integer,
    }
}

/// The key of the definition of a path that the statistics emit, part by part; none if nothing
/// describes it.
pub fn describes(path: &[&str]) -> Option<String> {
    let (family, rest) = path.split_first()?;
    let (_, figures) = FIGURES.iter().find(|(name, _)| name == family)?;
    let fits = |figure: &&&str| {
        let parts: Vec<&str> = figure.split('.').collect();
        parts.len() == rest.len()
            && parts.iter().zip(rest).all(|(part, name)| *part == "*" || part == name)
    };
    figures.iter().find(fits).map(|figure| key(family, figure))
}

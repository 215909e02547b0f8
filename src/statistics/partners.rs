//! Partners: which organisations help, and what was promised and delivered.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde_json::{Value, json};

use super::Scene;
use super::evidence::{Asked, Evidence, text};
use super::numbers::{by_code, count, ratio, size};
use crate::ledger::names::normal_name;
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    let partners = partners(standing);
    let stage = |record: &Record, stages: &[&str]| {
        record.answers.text("stage").is_some_and(|stage| stages.contains(&stage))
    };
    let in_stage = |code: &str| count(partners.values().filter(|record| stage(record, &[code])));
    let promised = |question| {
        let agreed = partners.values().filter(|record| stage(record, &["agreed", "delivering"]));
        agreed.filter_map(|record| record.answers.integer(question)).sum::<i64>()
    };
    let days_overdue: Vec<i64> = partners
        .values()
        .filter(|record| !stage(record, &["delivering", "stopped"]))
        .filter_map(|record| record.answers.date("next_action_date"))
        .map(|next| (standing.through - next).num_days())
        .filter(|days| *days > 0)
        .collect();
    let over = |limit: i64| count(days_overdue.iter().filter(|days| **days > limit));
    let from_partner = standing.mentors.all().iter().filter(|mentor| {
        let institution = mentor.latest().answers.text("institution").unwrap_or_default();
        partners.contains_key(&normal_name(institution))
    });
    let stages = standing.program.codes("partner_contact", "stage").iter().map(String::as_str);
    json!({
        "total": partners.len(),
        "by_stage": by_code(stages, in_stage),
        "conversion": ratio(in_stage("delivering"), size(partners.len())),
        "promised_male": promised("promised_male"),
        "promised_female": promised("promised_female"),
        "delivered": count(from_partner),
        "overdue": days_overdue.len(),
        "overdue_7": over(7),
        "overdue_30": over(30),
    })
}

/// The latest contact with each organisation, by date, then by submission; by the organisation's
/// normal name.
pub fn partners<'a>(standing: &Standing<'a>) -> BTreeMap<CompactString, &'a Record> {
    let mut contacts = standing.records.of("partner_contact").to_vec();
    contacts.sort_by_key(|record| record.event_date);
    let named =
        |record: &'a Record| normal_name(record.answers.text("organization").unwrap_or_default());
    contacts.into_iter().map(|record| (named(record), record)).collect()
}

/// The rows behind each figure: the latest contact with each organisation.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let rows = |test: &dyn Fn(&Record) -> bool| {
        Evidence::of(partners(standing).into_values().filter(|r| test(r)))
    };
    let in_stage = |stages: &[&str]| rows(&|record| stages.contains(&text(record, "stage")));
    let overdue = |limit: i64| {
        rows(&|record| {
            let next = record.answers.date("next_action_date");
            !matches!(text(record, "stage"), "delivering" | "stopped")
                && next.is_some_and(|next| (standing.through - next).num_days() > limit)
        })
    };
    match path {
        ["by_stage", stage] => in_stage(&[stage]),
        ["conversion"] => in_stage(&["delivering"]).against(rows(&|_| true)),
        ["promised_male" | "promised_female"] => in_stage(&["agreed", "delivering"]),
        ["delivered"] => {
            let known = partners(standing);
            let from =
                |record: &&Record| known.contains_key(&normal_name(text(record, "institution")));
            Evidence::of(standing.mentors.all().iter().map(|mentor| mentor.latest()).filter(from))
        }
        ["overdue"] => overdue(0),
        ["overdue_7"] => overdue(7),
        ["overdue_30"] => overdue(30),
        _ => rows(&|_| true),
    }
}

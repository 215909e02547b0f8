//! Partners: which organisations help, and what was promised and delivered.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::figure::{Codes, Figure, Items, Unit, amounts_of, each};
use super::level::Judged;
use super::scene::Scene;
use crate::ledger::names::normal_name;
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;

pub(super) const FIGURES: &[Figure] = &[
    Figure::count("partners.total", total),
    Figure::count("partners.by_stage.*", in_stage)
        .over(&[Codes::Choices("partner_contact", "stage")]),
    Figure::rate("partners.conversion", |scene, _| in_stage(scene, &["delivering"]), total),
    Figure::sum("partners.promised_male", Unit::Count, |scene, _| promised(scene, "promised_male")),
    Figure::sum("partners.promised_female", Unit::Count, |scene, _| {
        promised(scene, "promised_female")
    }),
    Figure::count("partners.delivered", delivered),
    Figure::count("partners.overdue", |scene, _| overdue(scene, 0)),
    Figure::count("partners.overdue_7", |scene, _| overdue(scene, 7))
        .judged(Judged::Escalates("partners.overdue_30")),
    Figure::count("partners.overdue_30", |scene, _| overdue(scene, 30)),
];

/// The latest contact with each organisation, by date, then by submission; by the organisation's
/// normal name.
pub fn partners<'a>(standing: &Standing<'a>) -> BTreeMap<CompactString, &'a Record> {
    let mut contacts = standing.records.of("partner_contact").to_vec();
    contacts.sort_by_key(|record| record.event_date);
    let named =
        |record: &'a Record| normal_name(record.answers.text("organization").unwrap_or_default());
    contacts.into_iter().map(|record| (named(record), record)).collect()
}

fn total<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    each(partners(scene.standing).into_values())
}

fn is_in_stage(record: &Record, stages: &[&str]) -> bool {
    record.answers.text("stage").is_some_and(|stage| stages.contains(&stage))
}

fn in_stage<'s>(scene: &Scene<'s, '_>, stages: &[&str]) -> Items<'s> {
    let all = partners(scene.standing).into_values();
    each(all.filter(|record| is_in_stage(record, stages)))
}

fn promised<'s>(scene: &Scene<'s, '_>, question: &str) -> Items<'s> {
    let all = partners(scene.standing).into_values();
    let agreed = all.filter(|record| is_in_stage(record, &["agreed", "delivering"]));
    amounts_of(agreed, question)
}

/// Mentors whose institution is a partner.
fn delivered<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let partners = partners(scene.standing);
    let institution = |record: &Record| record.answers.text("institution").map(normal_name);
    let applications = scene.mentors().map(|(_, mentor)| mentor.latest());
    each(
        applications
            .filter(|record| partners.contains_key(&institution(record).unwrap_or_default())),
    )
}

/// Partners whose next step is overdue by more than some days.
fn overdue<'s>(scene: &Scene<'s, '_>, limit: i64) -> Items<'s> {
    let through = scene.standing.through;
    let all = partners(scene.standing).into_values();
    each(all.filter(|record| {
        !is_in_stage(record, &["delivering", "stopped"])
            && record
                .answers
                .date("next_action_date")
                .is_some_and(|next| (through - next).num_days() > limit)
    }))
}

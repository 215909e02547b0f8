//! How trustworthy the rows are: rejected rows, references to nobody, phones that are shared.

use serde_json::{Value, json};

use super::Scene;
use super::evidence::{Asked, Evidence};
use super::numbers::{by_code, count, size};
use super::registration;
use crate::ledger::problem::Reason;
use crate::ledger::references::Referent;
use crate::ledger::standing::Standing;
use crate::ledger::state::{Fate, Row};

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let (standing, quality) = (scene.standing, scene.quality);
    let rejected = |counts: &std::collections::BTreeMap<String, u64>, key: &str| {
        i64::try_from(counts.get(key).copied().unwrap_or(0)).unwrap_or(i64::MAX)
    };
    let forms = standing.program.enabled_forms.iter().map(String::as_str);
    json!({
        "rows": {
            "read": quality.read,
            "copied": quality.copied,
            "accepted": quality.accepted,
            "rejected": quality.rejected,
        },
        "rejected_by_reason": by_code(Reason::ALL.map(Reason::key), |reason| rejected(&quality.rejected_by_reason, reason)),
        "rejected_by_form": by_code(forms, |form| rejected(&quality.rejected_by_form, form)),
        "unknown_columns": quality.unknown_columns,
        "dropped_values": quality.dropped_values,
        "unmatched": unmatched(standing),
        "attendance_unmatched": standing.references.unknown_attendees.len(),
        "placement_problems": standing.references.placement_problems.len(),
        "duplicate_registrations": registration::duplicates(standing),
        "shared_phones": count(standing.mentees.shared_phones()),
        "minors_in_group_without_consent": minors_without_consent(standing),
    })
}

fn unmatched(standing: &Standing<'_>) -> Value {
    let count = |kind| size(standing.references.count(kind));
    json!({
        "mentee": count(Referent::Mentee),
        "mentor": count(Referent::Mentor),
        "group": count(Referent::Group),
        "support_request": count(Referent::SupportRequest),
    })
}

fn minors_without_consent(standing: &Standing<'_>) -> i64 {
    count(standing.all_members().filter(|mentee| !standing.consent(*mentee).complete()))
}

/// The rows behind each figure; rejected rows and copies too.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let references = &standing.references;
    let rejected = |row: &Row| match &row.fate {
        Fate::Rejected(_, rejected) => Some(rejected.problem.reason.key()),
        Fate::Accepted { .. } => None,
    };
    let unmatched = |kind: Referent| {
        let those = references.unmatched.iter().filter(|found| found.kind == kind);
        Evidence::of(those.map(|found| found.record))
    };
    match path {
        ["rows", "copied"] => asked.read(|_, row| row.copies > 0),
        ["rows", "accepted"] => asked.read(|_, row| row.is_accepted()),
        ["rows", "rejected"] => asked.read(|_, row| !row.is_accepted()),
        ["rejected_by_reason", reason] => asked.read(|_, row| rejected(row) == Some(reason)),
        ["rejected_by_form", form] => asked.read(|found, row| found == *form && !row.is_accepted()),
        ["unknown_columns"] => Evidence { observed_tabs: true, ..Evidence::default() },
        ["dropped_values"] => asked.read(
            |_, row| matches!(&row.fate, Fate::Accepted { record, .. } if record.dropped > 0),
        ),
        ["unmatched", kind] => unmatched(match *kind {
            "mentee" => Referent::Mentee,
            "mentor" => Referent::Mentor,
            "group" => Referent::Group,
            _ => Referent::SupportRequest,
        }),
        ["attendance_unmatched"] => {
            Evidence::of(references.unknown_attendees.iter().map(|found| found.record))
        }
        ["placement_problems"] => {
            Evidence::of(references.placement_problems.iter().map(|found| found.record))
        }
        ["duplicate_registrations"] => registration::evidence(asked, &["duplicates"]),
        ["shared_phones"] => {
            let sharing =
                standing.mentees.shared_phones().flat_map(|(_, people)| people.iter().copied());
            asked.registrations(sharing)
        }
        ["minors_in_group_without_consent"] => {
            let those: Vec<_> = standing
                .all_members()
                .filter(|mentee| !standing.consent(*mentee).complete())
                .collect();
            asked.mentees(those.iter().copied()).and(asked.placements_of(&those))
        }
        _ => asked.read(|_, _| true),
    }
}

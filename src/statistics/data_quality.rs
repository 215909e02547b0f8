//! How trustworthy the rows are: rejected rows, references to nobody, phones that are shared.

use serde_json::{Value, json};

use super::Scene;
use super::numbers::{by_code, count, size};
use super::registration;
use crate::ledger::problem::Reason;
use crate::ledger::references::Referent;
use crate::ledger::standing::Standing;

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

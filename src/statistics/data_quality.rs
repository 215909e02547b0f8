//! How trustworthy the rows are: rejected rows, references to nobody, phones that are shared.

use super::figure::Measure::Computed;
use super::figure::{Beside, Codes, Figure, Item, Items, Unit};
use super::level::{Judged, Level};
use super::registration;
use super::scene::Scene;
use super::subject::Subject;
use super::waiting::WAITING;
use crate::ledger::record::Record;
use crate::ledger::references::Referent;
use crate::ledger::state::{Fate, Row};

pub(super) const FIGURES: &[Figure] = &[
    Figure::sum("data_quality.rows.read", Unit::Count, |scene, _| {
        read(scene, |row| 1 + i64::from(row.copies))
    }),
    Figure::sum("data_quality.rows.copied", Unit::Count, |scene, _| {
        read(scene, |row| i64::from(row.copies))
    }),
    Figure::count("data_quality.rows.accepted", |scene, _| {
        read(scene, |row| i64::from(row.is_accepted()))
    }),
    Figure::count("data_quality.rows.rejected", |scene, _| rejected(scene, |_, _| true))
        .judged(Judged::Any(Level::Warning)),
    Figure::count("data_quality.rejected_by_reason.*", |scene, codes| {
        rejected(scene, |_, reason| reason == codes[0])
    })
    .over(&[Codes::Reasons]),
    Figure::count("data_quality.rejected_by_form.*", |scene, codes| {
        rejected(scene, |form, _| form == codes[0])
    })
    .over(&[Codes::Forms]),
    Figure::new(
        "data_quality.unknown_columns",
        Unit::Count,
        Computed {
            value: |scene, _| {
                scene
                    .state
                    .tabs
                    .values()
                    .map(|tab| i64::from(tab.unknown_columns()))
                    .sum::<i64>()
                    .into()
            },
            of: |_, _| Vec::new(),
            against: None,
        },
    )
    .beside(Beside::ObservedTabs),
    Figure::sum("data_quality.dropped_values", Unit::Count, |scene, _| read(scene, dropped)),
    Figure::count("data_quality.unmatched.mentee", |scene, _| unmatched(scene, Referent::Mentee)),
    Figure::count("data_quality.unmatched.mentor", |scene, _| unmatched(scene, Referent::Mentor)),
    Figure::count("data_quality.unmatched.group", |scene, _| unmatched(scene, Referent::Group)),
    Figure::count("data_quality.unmatched.support_request", |scene, _| {
        unmatched(scene, Referent::SupportRequest)
    }),
    Figure::count("data_quality.attendance_unmatched", |scene, _| {
        names(scene.standing.references.unknown_attendees.iter().map(|found| found.record))
    }),
    Figure::count("data_quality.placement_problems", |scene, _| {
        names(scene.standing.references.placement_problems.iter().map(|found| found.record))
    }),
    Figure::count("data_quality.duplicate_registrations", registration::duplicates),
    Figure::count("data_quality.shared_phones", |scene, _| {
        let phones = scene.standing.mentees.shared_phones();
        phones.map(|(phone, _)| Subject::Phone(phone).once()).collect()
    }),
    Figure::count("data_quality.minors_in_group_without_consent", without_consent)
        .judged(Judged::Any(Level::Alert)),
];

/// The rows that stand in the form tabs, whatever the day, with a number of each.
fn read<'s>(scene: &Scene<'s, '_>, number: fn(&Row) -> i64) -> Items<'s> {
    let state = scene.state;
    let rows = state.forms.iter().flat_map(|(form, rows)| {
        rows.iter().map(move |(key, row)| (Subject::Read(form, key, row), row))
    });
    let numbered = rows.map(|(subject, row)| subject.times(number(row)));
    numbered.filter(|item| item.amount > 0).collect()
}

/// How many values of an accepted row were dropped.
fn dropped(row: &Row) -> i64 {
    match &row.fate {
        Fate::Accepted { record, .. } => i64::from(record.dropped),
        Fate::Rejected(..) => 0,
    }
}

/// Rejected rows by form and reason.
fn rejected<'s>(scene: &Scene<'s, '_>, test: impl Fn(&str, &str) -> bool) -> Items<'s> {
    let is_it = |item: &&Item<'s>| match item.subject {
        Subject::Read(form, _, Row { fate: Fate::Rejected(_, row), .. }) => {
            test(form, row.problem.reason.key())
        }
        _ => false,
    };
    scene.rejected().iter().filter(is_it).copied().collect()
}

/// References of a kind that name nobody or nothing.
fn unmatched<'s>(scene: &Scene<'s, '_>, kind: Referent) -> Items<'s> {
    let all = scene.standing.references.unmatched.iter();
    names(all.filter(|found| found.kind == kind).map(|found| found.record))
}

/// Names that are nobody's, from the rows in which they stand; a row comes once for each.
fn names<'s>(records: impl Iterator<Item = &'s Record>) -> Items<'s> {
    records.enumerate().map(|(nth, record)| Subject::Name(record, nth).once()).collect()
}

/// Members under 18 whose guardians do not agree, or have not answered.
fn without_consent<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let standing = scene.standing;
    let members = standing.all_members().filter(|mentee| !standing.consent(*mentee).complete());
    members.map(|mentee| Subject::Mentee(mentee, WAITING).once()).collect()
}

//! Late steps of the board's procedures.

use super::limits::{partner_days_overdue, waits_long};
use crate::ledger::procedures::{Condition, State};
use crate::ledger::progress::{About, Progress, progress};
use crate::ledger::standing::Standing;

/// A subject that is late at a step of a procedure.
#[derive(Debug, Clone, Copy)]
pub(in crate::views) struct LateSubject<'a> {
    /// The procedure's place in the configuration.
    pub procedure: usize,
    /// The step's place in the procedure.
    pub step: usize,
    /// Who or what is late, and by how much.
    pub progress: Progress<'a>,
}

/// Everybody who is late at a step, in the order of procedures and of the ledger. Left out is
/// whoever has another reason for the same matter: it is not said twice.
pub(in crate::views) fn late_subjects<'a>(standing: &Standing<'a>) -> Vec<LateSubject<'a>> {
    let mut late = Vec::new();
    for (number, procedure) in standing.program.procedures.iter().enumerate() {
        for one in progress(standing, procedure).into_iter().filter(|one| one.days_late > 0) {
            let Some(step) = one.step else { continue };
            if !has_other_reason(standing, &procedure.steps[step].reached_by, &one) {
                late.push(LateSubject { procedure: number, step, progress: one });
            }
        }
    }
    late
}

/// Whether another reason is about the same subject and the same matter.
fn has_other_reason(standing: &Standing<'_>, condition: &Condition, one: &Progress<'_>) -> bool {
    match one.about {
        About::Mentee(mentee) => match condition {
            Condition::State(State::Placed) => standing
                .waiting
                .iter()
                .any(|waiting| waiting.mentee == mentee && waits_long(standing, waiting.since)),
            _ => !standing.may_take_part(mentee) && standing.group_of(mentee).is_some(),
        },
        About::Mentor(mentor) => !standing.groups_led_by(mentor).is_empty(),
        About::SupportRequest(case) => standing.support[case].is_late(standing.through),
        About::Partner(record) => partner_days_overdue(standing, record).is_some(),
        About::Document(_) => false,
    }
}

//! How far each subject of a procedure has come, and which deadlines are missed. A pure function of
//! the standing and the procedure.

use chrono::{Days, NaiveDate};

use super::procedures::Procedure;
use super::standing::Standing;

mod subjects;
#[cfg(test)]
mod tests;

pub use self::subjects::About;

/// How far one subject has come in a procedure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress<'a> {
    /// The subject.
    pub about: About<'a>,
    /// The next step, counted from 0; `None` if all steps are done.
    pub step: Option<usize>,
    /// The day on which the last step was reached.
    pub since: NaiveDate,
    /// The last day allowed for the next step; `None` without a deadline.
    pub due: Option<NaiveDate>,
    /// The number of days past the deadline; 0 in time.
    pub days_late: i64,
}

/// How far everybody has come, in the order of the ledger.
///
/// Whoever has reached a step has done with all before it: a mentee who is in a group need not be
/// contacted first. So one clock runs for each subject, from the last step reached to the next.
pub fn progress<'a>(standing: &Standing<'a>, procedure: &Procedure) -> Vec<Progress<'a>> {
    let seen = subjects::of(standing, procedure);
    seen.into_iter().filter_map(|subject| advance(standing, procedure, &subject)).collect()
}

fn advance<'a>(
    standing: &Standing<'a>,
    procedure: &Procedure,
    subject: &subjects::Seen<'a>,
) -> Option<Progress<'a>> {
    let reached: Vec<Option<NaiveDate>> =
        procedure.steps.iter().map(|step| subject.reached(standing, &step.reached_by)).collect();
    let last = reached.iter().rposition(Option::is_some);
    let since = match last {
        Some(_) => reached.iter().flatten().max().copied(),
        None => subject.begun(standing),
    }?;
    let step = last.map_or(0, |last| last + 1);
    let next = procedure.steps.get(step);
    let due = next
        .and_then(|step| step.days)
        .and_then(|days| since.checked_add_days(Days::new(u64::from(days))));
    Some(Progress {
        about: subject.about,
        step: next.map(|_| step),
        since,
        due,
        days_late: due.map_or(0, |due| (standing.through - due).num_days().max(0)),
    })
}

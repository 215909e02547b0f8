//! Faults on demand, to try clients: errors before or after the work is done, cut and foreign bodies, slow answers.

use std::collections::VecDeque;

use serde::Deserialize;

/// What the next calls meet.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// The HTTP status to answer with.
    pub status: Option<u16>,
    /// Whether the request is carried out first.
    pub after: bool,
    /// How many calls meet it; one when left out.
    pub count: Option<u64>,
    /// A body that stops in the middle.
    pub cut_body: bool,
    /// A page of HTML where JSON is due.
    pub html: bool,
    /// Milliseconds to wait before the answer.
    pub delay_ms: u64,
    /// `none`: nothing is shared with the caller any more; `all`: everything is again.
    pub sharing: Option<String>,
}

/// The faults that are still to come, first to last.
#[derive(Debug, Default)]
pub(super) struct Faults {
    waiting: VecDeque<Fault>,
    nothing_shared: bool,
}

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        match fault.sharing.as_deref() {
            Some("none") => self.nothing_shared = true,
            Some("all") => self.nothing_shared = false,
            _ => {}
        }
        let bites = fault.status.is_some() || fault.cut_body || fault.html || fault.delay_ms > 0;
        if bites && fault.count != Some(0) {
            self.waiting.push_back(fault);
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn nothing_shared(&self) -> bool {
        self.nothing_shared
    }

    /// The fault that this call meets.
    pub(super) fn next(&mut self) -> Option<Fault> {
        let first = self.waiting.front_mut()?;
        let left = first.count.unwrap_or(1);
        if left > 1 {
            first.count = Some(left - 1);
            return Some(first.clone());
        }
        self.waiting.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_met_as_often_as_it_was_asked_for() {
        let mut faults = Faults::default();
        faults.add(Fault { status: Some(429), count: Some(2), ..Fault::default() });
        faults.add(Fault { cut_body: true, ..Fault::default() });
        let met: Vec<_> = std::iter::from_fn(|| faults.next()).map(|fault| (fault.status, fault.cut_body)).collect();
        assert_eq!(met, [(Some(429), false), (Some(429), false), (None, true)]);
        faults.add(Fault { sharing: Some("none".to_owned()), ..Fault::default() });
        assert!(faults.nothing_shared() && faults.next().is_none());
    }
}

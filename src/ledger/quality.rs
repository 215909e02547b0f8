//! How the rows of all tabs fared when they were read (statistics.md section 5).

use std::collections::BTreeMap;

/// Counts of rows and values, over all tabs that are mapped to a form, whatever the day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quality {
    /// Rows below the titles that are not blank: copied, accepted and rejected together.
    pub read: u64,
    /// Rows that repeat another row.
    pub copied: u64,
    /// Rows that became records.
    pub accepted: u64,
    /// Rows that did not.
    pub rejected: u64,
    /// Rejected rows by reason (see [`Reason`](super::problem::Reason)); a reason that never
    /// occurred may be left out.
    pub rejected_by_reason: BTreeMap<String, u64>,
    /// Rejected rows by form; a form without any may be left out.
    pub rejected_by_form: BTreeMap<String, u64>,
    /// Titles that no question explains.
    pub unknown_columns: u64,
    /// Values of accepted rows that were not acceptable and dropped.
    pub dropped_values: u64,
}

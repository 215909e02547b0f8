//! Counts of accepted and rejected rows (statistics.md section 5).

use std::collections::BTreeMap;

/// Counts of rows and values over all tabs that are mapped to a form, independent of the day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quality {
    /// The number of rows below the titles that are not blank: copied, accepted and rejected.
    pub read: u64,
    /// The number of rows that repeat another row.
    pub copied: u64,
    /// The number of rows that became records.
    pub accepted: u64,
    /// The number of rows that were rejected.
    pub rejected: u64,
    /// Rejected rows by the key of the reason (see [`Reason`](super::problem::Reason)), without
    /// zeros.
    pub rejected_by_reason: BTreeMap<String, u64>,
    /// Rejected rows by form, without zeros.
    pub rejected_by_form: BTreeMap<String, u64>,
    /// The number of columns that belong to no question.
    pub unknown_columns: u64,
    /// The number of values in accepted rows that were not acceptable and dropped.
    pub dropped_values: u64,
}

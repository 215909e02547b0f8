//! The accepted rows of all tabs, by form. Does not know what the answers mean.

use std::collections::BTreeMap;

use super::record::Record;

/// Accepted records by form; within a form by submission moment, then by sequence number.
#[derive(Debug, Clone, Default)]
pub struct Records<'a> {
    by_form: BTreeMap<&'a str, Vec<&'a Record>>,
}

impl<'a> Records<'a> {
    /// Groups records by form. Their order does not matter.
    pub fn new(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut by_form: BTreeMap<&'a str, Vec<&'a Record>> = BTreeMap::new();
        for record in records {
            by_form.entry(record.form.as_str()).or_default().push(record);
        }
        for records in by_form.values_mut() {
            records.sort_by_key(|record| (record.moment, record.seq));
        }
        Self { by_form }
    }

    /// Returns the records of a form; empty for a form without records.
    pub fn of(&self, form: &str) -> &[&'a Record] {
        self.by_form.get(form).map_or(&[], Vec::as_slice)
    }

    /// Returns the records that pass a test, in the same order.
    pub fn keep(&self, test: impl Fn(&Record) -> bool) -> Self {
        let kept = |records: &Vec<&'a Record>| {
            records.iter().copied().filter(|record| test(record)).collect()
        };
        Self {
            by_form: self.by_form.iter().map(|(form, records)| (*form, kept(records))).collect(),
        }
    }
}

//! Plans, expenses and income of the treasury.

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "finance_record",
    text: include_str!("../../config/forms/finance_record.toml"),
    check: None,
};

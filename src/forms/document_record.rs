//! A document or a decision, in force or replaced.

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "document_record",
    text: include_str!("../../config/forms/document_record.toml"),
    check: None,
};

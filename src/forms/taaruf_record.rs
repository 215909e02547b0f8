//! A group's getting acquainted.

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "taaruf_record",
    text: include_str!("../../config/forms/taaruf_record.toml"),
    check: None,
};

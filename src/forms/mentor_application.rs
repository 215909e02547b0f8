//! Somebody offers to be a mentor.

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "mentor_application",
    text: include_str!("../../config/forms/mentor_application.toml"),
    check: None,
};

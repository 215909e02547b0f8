//! A new student registers: the start of every mentee.

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "mentee_registration",
    text: include_str!("../../config/forms/mentee_registration.toml"),
    check: None,
};

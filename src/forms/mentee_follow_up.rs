//! One contact with a prospective mentee.

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "mentee_follow_up",
    text: include_str!("../../config/forms/mentee_follow_up.toml"),
    check: None,
};

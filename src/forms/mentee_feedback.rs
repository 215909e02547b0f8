//! What mentees say of their group, without their names.

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "mentee_feedback",
    text: include_str!("../../config/forms/mentee_feedback.toml"),
    check: None,
};

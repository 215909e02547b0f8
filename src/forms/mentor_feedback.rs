//! What mentors say of their group and of the program.

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "mentor_feedback",
    text: include_str!("../../config/forms/mentor_feedback.toml"),
    check: None,
};

//! The coordinator says what was done about a request.

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "support_follow_up",
    text: include_str!("../../config/forms/support_follow_up.toml"),
    check: None,
};

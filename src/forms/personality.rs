//! Know yourself (optional, off by default): asked only with both permissions.

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "personality",
    text: include_str!("../../config/forms/personality.toml"),
    check: None,
};

//! Weekly devotion (optional, off by default).

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "weekly_devotion",
    text: include_str!("../../config/forms/weekly_devotion.toml"),
    check: None,
};

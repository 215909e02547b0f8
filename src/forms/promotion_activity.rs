//! What was done to make the program known, whom it reached and what it cost.

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "promotion_activity",
    text: include_str!("../../config/forms/promotion_activity.toml"),
    check: None,
};

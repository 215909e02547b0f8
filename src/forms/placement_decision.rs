//! The coordinator forms, fills, changes or closes a group.

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "placement_decision",
    text: include_str!("../../config/forms/placement_decision.toml"),
    check: None,
};

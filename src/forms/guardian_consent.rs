//! A parent or guardian allows, or refuses, that a child takes part and the child's data are
//! processed.

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "guardian_consent",
    text: include_str!("../../config/forms/guardian_consent.toml"),
    check: None,
};

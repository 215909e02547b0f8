//! One step of a mentor's screening or training.

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "mentor_training",
    text: include_str!("../../config/forms/mentor_training.toml"),
    check: None,
};

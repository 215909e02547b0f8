//! A mentor reports a meeting of the group: held or not, who came, what was done.

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "meeting_report",
    text: include_str!("../../config/forms/meeting_report.toml"),
    check: None,
};

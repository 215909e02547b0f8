//! A mentor asks for help: money, a visit, somebody to talk to.

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "support_request",
    text: include_str!("../../config/forms/support_request.toml"),
    check: None,
};

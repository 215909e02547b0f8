//! The latest contact with an outside partner.

use super::FormSource;

/// The form as it is compiled in.
pub const FORM: FormSource = FormSource {
    key: "partner_contact",
    text: include_str!("../../config/forms/partner_contact.toml"),
    check: None,
};

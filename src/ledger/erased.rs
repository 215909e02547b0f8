//! What is left of people who were erased: how their rows are known again, and by what name they
//! are not called any more.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::names::{looks_like_phone, normal_name, phone_of};
use super::sealed::RowOf;

/// The pseudo question whose answer marks what is left of an erased person.
pub const ERASED: &str = "erased";

/// A row in which an erased person stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedMark {
    /// Whether the row is about the person.
    pub own: bool,
    /// Questions whose answers are not read any more.
    pub blanked: Vec<CompactString>,
    /// The moment of the erasure: what was sent later is another matter.
    pub at: NaiveDateTime,
}

/// All who were erased.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Erased {
    /// The rows in which they stood, by form and key.
    pub rows: BTreeMap<RowOf, ErasedMark>,
    /// The code that takes the place of a name, by the name's fingerprint.
    called: BTreeMap<CompactString, CompactString>,
    /// The same in one row alone.
    called_in: BTreeMap<(RowOf, CompactString), CompactString>,
}

impl Erased {
    /// Whether nobody was.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.called.is_empty()
    }

    /// Remembers by what somebody was called: see [`everywhere`] and [`in_row`].
    pub fn remember(&mut self, code: &CompactString, called: &[CompactString]) {
        for entry in called {
            let mut parts = entry.split(' ');
            let print = CompactString::from(parts.next().unwrap_or_default());
            match (parts.next(), parts.next()) {
                (Some(form), Some(key)) => {
                    self.called_in.insert(((form.into(), key.into()), print), code.clone());
                }
                _ => {
                    self.called.insert(print, code.clone());
                }
            }
        }
    }

    /// The code of the erased person whom a text means: anywhere, or in one row.
    pub fn code_of(&self, print: &CompactString, row: Option<&RowOf>) -> Option<&CompactString> {
        let in_row = row.and_then(|row| self.called_in.get(&(row.clone(), print.clone())));
        in_row.or_else(|| self.called.get(print))
    }

    /// Whether a name is only known in one row.
    pub fn is_known_in(&self, print: &CompactString, row: &RowOf) -> bool {
        self.called_in.contains_key(&(row.clone(), print.clone()))
    }
}

/// The first 64 bits of the SHA-256 of a phone or a normal name: enough to know a name again, and
/// sealed in the ledger.
pub fn fingerprint(text: &str) -> CompactString {
    let phone = if looks_like_phone(text) { phone_of(text) } else { None };
    let digest = Sha256::digest(phone.unwrap_or_else(|| normal_name(text)).as_bytes());
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A name by which somebody is not called any more in any row.
pub fn everywhere(text: &str) -> CompactString {
    fingerprint(text)
}

/// A name by which somebody is not called any more in one row: others have the name too.
pub fn in_row(text: &str, (form, key): &RowOf) -> CompactString {
    format!("{} {form} {key}", fingerprint(text)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_again_however_it_is_written_and_in_its_row_alone_if_others_have_it() {
        let row: RowOf = ("meeting_report".into(), "1.2.3".into());
        let mut erased = Erased::default();
        erased.remember(
            &"A12".into(),
            &[everywhere("Ahmad Fauzi"), everywhere("+6281234567890"), in_row("Ali", &row)],
        );
        for text in ["ahmad  FAUZI", "0812-3456-7890"] {
            assert_eq!(erased.code_of(&fingerprint(text), None).unwrap(), "A12", "{text}");
        }
        assert_eq!(erased.code_of(&fingerprint("Ali"), None), None);
        assert_eq!(erased.code_of(&fingerprint("ali"), Some(&row)).unwrap(), "A12");
        assert_eq!(erased.code_of(&fingerprint("Ahmad Fauzan"), Some(&row)), None);
    }
}

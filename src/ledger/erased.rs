//! Erased people: how their rows and names are recognised, so that later readings of the sheet do
//! not bring them back.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::names::{looks_like_phone, normal_name, phone_of};
use super::sealed::RowOf;

/// The pseudo question whose answer marks the remains of an erased person's row.
pub const ERASED: &str = "erased";

/// The effect of an erasure on one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedMark {
    /// Whether the row is about the erased person, rather than naming the person.
    pub own: bool,
    /// The questions whose answers are not read any more.
    pub blanked: Vec<CompactString>,
    /// The moment of the erasure; rows that were submitted later are not affected.
    pub at: NaiveDateTime,
}

/// All erasures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Erased {
    /// The rows about erased people or naming them, by form and row key.
    pub rows: BTreeMap<RowOf, ErasedMark>,
    /// The code that replaces a name in all rows, by the name's fingerprint.
    called: BTreeMap<CompactString, CompactString>,
    /// The code that replaces a name in one row only.
    called_in: BTreeMap<(RowOf, CompactString), CompactString>,
}

impl Erased {
    /// Returns whether nothing was erased.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.called.is_empty()
    }

    /// Adds the names of an erased person: entries made by [`everywhere`] and [`in_row`].
    pub fn add_names(&mut self, code: &CompactString, called: &[CompactString]) {
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

    /// Returns the code of the erased person with a name, given by its fingerprint: in all rows, or
    /// in the given one.
    pub fn code_of(&self, print: &CompactString, row: Option<&RowOf>) -> Option<&CompactString> {
        let in_row = row.and_then(|row| self.called_in.get(&(row.clone(), print.clone())));
        in_row.or_else(|| self.called.get(print))
    }

    /// Returns whether a name is replaced in this row, whatever it means elsewhere.
    pub fn is_known_in(&self, print: &CompactString, row: &RowOf) -> bool {
        self.called_in.contains_key(&(row.clone(), print.clone()))
    }
}

/// Returns the first 64 bits of the SHA-256 of a phone or a normal name, as 16 hex digits: enough
/// to recognise a name. The ledger stores fingerprints sealed.
pub fn fingerprint(text: &str) -> CompactString {
    let phone = if looks_like_phone(text) { phone_of(text) } else { None };
    let digest = Sha256::digest(phone.unwrap_or_else(|| normal_name(text)).as_bytes());
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the entry of a name that is to be replaced in all rows.
pub fn everywhere(text: &str) -> CompactString {
    fingerprint(text)
}

/// Returns the entry of a name that is to be replaced in one row only, since others have the same
/// name.
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
        erased.add_names(
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

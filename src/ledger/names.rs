//! The comparison of names: normal names, their distance, and phone numbers used as references.
//!
//! Definitions: statistics.md section 3 ("normal name", "distance") and section 2 ("phone").

use std::collections::HashMap;

use compact_str::CompactString;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Returns the normal name of a text: NFKC, lower case, a space in place of everything but letters
/// and digits, white space collapsed and trimmed.
pub fn normal_name(text: &str) -> CompactString {
    let folded = text.nfkc().collect::<CompactString>().to_lowercase();
    let mut normal = CompactString::with_capacity(folded.len());
    for c in folded.chars() {
        // Rust counts the vowel marks of some scripts as alphabetic; the definition does not.
        if c.is_alphanumeric() && !is_combining_mark(c) {
            normal.push(c);
        } else if !normal.is_empty() && !normal.ends_with(' ') {
            normal.push(' ');
        }
    }
    if normal.ends_with(' ') {
        normal.pop();
    }
    normal
}

/// Returns whether two normal names are at most `limit` insertions, deletions and substitutions
/// apart (Levenshtein distance).
pub fn within(a: &str, b: &str, limit: usize) -> bool {
    // One edit changes the length by at most 4 bytes, so this difference already exceeds the limit.
    if a.len().abs_diff(b.len()) > 4 * limit {
        return false;
    }
    a == b || strsim::levenshtein(a, b) <= limit
}

/// Returns whether a text is meant as a phone number: at least 9 digits and no letter.
pub fn looks_like_phone(text: &str) -> bool {
    !text.chars().any(char::is_alphabetic) && text.chars().filter(char::is_ascii_digit).count() >= 9
}

/// Returns the E.164 number that a text means, such as `+6281234567890`; `None` if it cannot be an
/// Indonesian mobile number.
pub fn phone_of(text: &str) -> Option<CompactString> {
    let digits: CompactString = text.chars().filter(char::is_ascii_digit).collect();
    let national = digits.strip_prefix("62").unwrap_or(&digits);
    let national = national.strip_prefix('0').unwrap_or(national);
    let fits = national.starts_with('8') && (8..=13).contains(&national.len());
    fits.then(|| {
        let mut phone = CompactString::const_new("+62");
        phone.push_str(national);
        phone
    })
}

/// A number that stands for a normal name: equal names have equal numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(u32);

/// A table of names that gives each normal name a number. Each distinct text is normalised once.
#[derive(Debug, Clone, Default)]
pub struct Names<'a> {
    of_text: HashMap<&'a str, NameId>,
    of_normal: HashMap<CompactString, NameId>,
    normal: Vec<CompactString>,
}

impl<'a> Names<'a> {
    /// Returns the number of a text's normal name; adds the name if it is new.
    pub fn intern(&mut self, text: &'a str) -> NameId {
        if let Some(id) = self.of_text.get(text) {
            return *id;
        }
        let normal = normal_name(text);
        let next = NameId(
            u32::try_from(self.normal.len())
                .expect("a workbook holds fewer than four billion names"),
        );
        let id = *self.of_normal.entry(normal.clone()).or_insert(next);
        if id == next {
            self.normal.push(normal);
        }
        self.of_text.insert(text, id);
        id
    }

    /// Returns the normal name of a text, and its number if the table has the name; adds nothing.
    pub fn look_up(&self, text: &str) -> (CompactString, Option<NameId>) {
        if let Some(id) = self.of_text.get(text) {
            return (self.normal[id.0 as usize].clone(), Some(*id));
        }
        let normal = normal_name(text);
        let known = self.of_normal.get(&normal).copied();
        (normal, known)
    }

    /// Returns the normal name that a number stands for.
    pub fn normal(&self, id: NameId) -> &str {
        &self.normal[id.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_normal_name_forgets_case_width_marks_and_spacing() {
        assert_eq!(normal_name("  Ａｈｍａｄ \t NUR-hidayat, S.Pd. "), "ahmad nur hidayat s pd");
        assert_eq!(normal_name("Siti 🌸 'Aisyah"), "siti aisyah");
        assert_eq!(normal_name("مُحَمَّد"), "م ح م د");
        assert_eq!(normal_name("---"), "");
    }

    #[test]
    fn distance_counts_characters_not_bytes() {
        assert!(
            within("ahmad", "ahmed", 1)
                && within("ahmad", "ahmadi", 1)
                && within("ahmad", "amad", 1)
        );
        assert!(!within("ahmad", "hamad", 1) && within("ahmad", "hamad", 2));
        assert!(within("محمد", "محمود", 1));
        assert!(!within("ab", "abcdefghijkl", 2));
    }

    #[test]
    fn a_phone_is_found_in_every_notation() {
        for text in [
            "0812-3456-7890",
            "+62 812 3456 7890",
            "6281234567890",
            "81234567890",
            "62081234567890",
        ] {
            assert!(looks_like_phone(text), "{text}");
            assert_eq!(phone_of(text).as_deref(), Some("+6281234567890"), "{text}");
        }
        assert_eq!(phone_of("021 5551234567"), None);
        assert_eq!(phone_of("0812345"), None);
        assert!(!looks_like_phone("WA 081234567890") && !looks_like_phone("08123456"));
    }

    #[test]
    fn each_name_has_one_number() {
        let mut names = Names::default();
        let a = names.intern("Al Fatih");
        assert_eq!(names.intern("al-fatih"), a);
        assert_ne!(names.intern("Al Kahfi"), a);
        assert_eq!(names.normal(a), "al fatih");
        assert_eq!(names.look_up("AL FATIH"), ("al fatih".into(), Some(a)));
        assert_eq!(names.look_up("No-body"), ("no body".into(), None));
    }
}

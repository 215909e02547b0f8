//! Texts made comparable: titles, labels and names that people type in many ways.

use compact_str::CompactString;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfkc_quick};

/// NFKC, white space collapsed, trimmed, lower case: how titles and labels are compared.
pub fn fold(text: &str) -> String {
    if text.is_ascii() || is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        fold_normalized(text)
    } else {
        fold_normalized(&text.nfkc().collect::<String>())
    }
}

fn fold_normalized(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    folded
}

/// NFC with white space at both ends removed: how free text is kept.
pub fn tidy(text: &str) -> CompactString {
    let text = text.trim();
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text.into()
    } else {
        text.nfc().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_width_and_spacing_do_not_matter() {
        assert_eq!(fold("  Kapan\u{a0}saja\n KAMU bisa? "), "kapan saja kamu bisa?");
        assert_eq!(fold("Ｋｅｌａｓ"), "kelas");
    }
}

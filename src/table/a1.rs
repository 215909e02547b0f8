//! A1 notation: column letters, quoted tab titles, ranges.

/// The letters of a column counted from 0: 0 is `A`, 25 is `Z`, 26 is `AA`.
pub fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().map(|&letter| char::from(letter)).collect()
}

/// The column counted from 0 that letters such as `AA` name; `None` if they are not letters.
pub fn column_index(letters: &str) -> Option<usize> {
    let mut column = 0_usize;
    for letter in letters.bytes() {
        if !letter.is_ascii_alphabetic() {
            return None;
        }
        let digit = usize::from(letter.to_ascii_uppercase() - b'A') + 1;
        column = column.checked_mul(26)?.checked_add(digit)?;
    }
    column.checked_sub(1)
}

/// The address of a cell, both counted from 0: (0, 0) is `A1`.
pub fn address(row: usize, column: usize) -> String {
    format!("{}{}", column_letters(column), row + 1)
}

/// A tab title as it stands before `!`: in single quotes, doubled inside.
pub fn quoted_title(title: &str) -> String {
    format!("'{}'", title.replace('\'', "''"))
}

/// The tab title of a range such as `'Jawaban ''26'!A1:Z100` or `Sheet1!A1`; the whole text if
/// there is no `!`.
pub fn title_of_range(range: &str) -> String {
    let title = range.rsplit_once('!').map_or(range, |(title, _)| title);
    match title.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inner) => inner.replace("''", "'"),
        None => title.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_index_are_inverse() {
        for column in [0, 1, 25, 26, 51, 52, 701, 702, 18_277] {
            assert_eq!(column_index(&column_letters(column)), Some(column));
        }
        assert_eq!(column_letters(701), "ZZ");
        assert_eq!(column_letters(702), "AAA");
        assert_eq!(column_index("A1"), None);
        assert_eq!(column_index(""), None);
    }

    #[test]
    fn titles_survive_quotes_and_exclamation_marks() {
        for title in ["Form Responses 1", "Jawaban '26", "Sudah?!", "a!b"] {
            assert_eq!(title_of_range(&format!("{}!A1:Z100", quoted_title(title))), title);
        }
        assert_eq!(title_of_range("Sheet1!A1"), "Sheet1");
    }
}

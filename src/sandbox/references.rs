//! The references in a formula, and how they follow rows and columns that come and go and tabs that
//! get a new title.

use super::book::range::{Dimension, Shift, shown_title};
use super::book::{Spreadsheet, same_title};
use super::errors::Refusal;
use halaqah_table::a1::{column_index, column_letters};

impl Spreadsheet {
    /// Gives a sheet another title; formulas that name it follow.
    pub(crate) fn retitle(&mut self, id: i64, title: String) -> Result<(), Refusal> {
        let old = std::mem::replace(&mut self.sheet_mut(id)?.title, title.clone());
        self.rewrite_formulas(|_, source| retitled(source, &old, &title));
        Ok(())
    }
}

/// A piece of a formula's text.
enum Piece<'t> {
    /// A reference: the title before `!` if there is one, and the cells as written.
    Reference { title: Option<String>, cells: &'t str },
    /// Anything else.
    Other(&'t str),
}

/// One end of a reference: `$B$3`, `B` or `3`, each part with its `$`.
#[derive(Clone, Copy)]
struct Corner {
    column: Option<(bool, usize)>,
    row: Option<(bool, usize)>,
}

/// The formula after rows or columns came or went on the tab `changed`; `None` if it stays as it
/// is. `home` is the title of the tab on which the formula stands.
pub fn shifted(
    source: &str,
    home: &str,
    changed: &str,
    dimension: Dimension,
    shift: Shift,
) -> Option<String> {
    rewritten(source, |title, cells| {
        if !same_title(title.unwrap_or(home), changed) {
            return None;
        }
        let cells = shifted_cells(cells, dimension, shift);
        Some(match (title, cells.as_str()) {
            (_, "#REF!") | (None, _) => cells,
            (Some(title), _) => format!("{}!{cells}", shown_title(title)),
        })
    })
}

/// The formula as it reads when it is copied so many rows down and columns to the right: references
/// without `$` go along, and one that would leave the grid is lost. `None` if it stays as it is.
pub fn moved(source: &str, down: isize, right: isize) -> Option<String> {
    rewritten(source, |title, cells| {
        let corners = cells
            .split(':')
            .map(|cells| moved_corner(corner(cells)?, down, right).map(|corner| written(&corner)));
        let cells = corners
            .collect::<Option<Vec<String>>>()
            .map_or_else(|| "#REF!".to_owned(), |ends| ends.join(":"));
        Some(match (title, cells.as_str()) {
            (_, "#REF!") | (None, _) => cells,
            (Some(title), _) => format!("{}!{cells}", shown_title(title)),
        })
    })
}

fn moved_corner(corner: Corner, down: isize, right: isize) -> Option<Corner> {
    let part = |part: Option<(bool, usize)>, by: isize| match part {
        Some((false, index)) => index.checked_add_signed(by).map(|index| Some((false, index))),
        fixed => Some(fixed),
    };
    Some(Corner { column: part(corner.column, right)?, row: part(corner.row, down)? })
}

/// The formula after a tab was renamed; `None` if it stays as it is.
pub fn retitled(source: &str, old: &str, new: &str) -> Option<String> {
    rewritten(source, |title, cells| {
        title
            .filter(|title| same_title(title, old))
            .map(|_| format!("{}!{cells}", shown_title(new)))
    })
}

fn rewritten(
    source: &str,
    mut change: impl FnMut(Option<&str>, &str) -> Option<String>,
) -> Option<String> {
    let mut out = String::with_capacity(source.len());
    let mut changed = false;
    for piece in pieces(source) {
        match piece {
            Piece::Other(text) => out.push_str(text),
            Piece::Reference { title, cells } => match change(title.as_deref(), cells) {
                Some(text) => {
                    changed = true;
                    out.push_str(&text);
                }
                None => {
                    if let Some(title) = &title {
                        out.push_str(&shown_title(title));
                        out.push('!');
                    }
                    out.push_str(cells);
                }
            },
        }
    }
    (changed && out != source).then_some(out)
}

fn pieces(source: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let (piece, length) = match first {
            '"' => (None, string_length(rest)),
            '\'' => titled_reference(rest).unwrap_or((None, 1)),
            _ if is_word(first) => word(rest),
            _ => (None, first.len_utf8()),
        };
        pieces.push(piece.unwrap_or(Piece::Other(&rest[..length])));
        rest = &rest[length..];
    }
    pieces
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '$' | '_' | '.')
}

/// The length of a text in double quotes; a doubled quote inside is read as the end of one text and
/// the start of the next.
fn string_length(text: &str) -> usize {
    text[1..].find('"').map_or(text.len(), |end| end + 2)
}

fn word_length(text: &str) -> usize {
    text.chars().take_while(|letter| is_word(*letter)).map(char::len_utf8).sum()
}

/// `'My tab'!A1:B2` at the start of a text.
fn titled_reference(text: &str) -> Option<(Option<Piece<'_>>, usize)> {
    let mut end = 1;
    loop {
        end += text[end..].find('\'')? + 1;
        if !text[end..].starts_with('\'') {
            break;
        }
        end += 1;
    }
    let title = text[1..end - 1].replace("''", "'");
    let cells = text[end..].strip_prefix('!')?;
    let length = cells_length(cells)?;
    Some((Some(Piece::Reference { title: Some(title), cells: &cells[..length] }), end + 1 + length))
}

/// A function's name, a title with its cells, bare cells, or any other word.
fn word(text: &str) -> (Option<Piece<'_>>, usize) {
    let length = word_length(text);
    let after = &text[length..];
    if let Some(cells) = after.strip_prefix('!')
        && let Some(span) = cells_length(cells)
    {
        let title = Some(text[..length].to_owned());
        return (Some(Piece::Reference { title, cells: &cells[..span] }), length + 1 + span);
    }
    if after.trim_start().starts_with('(') {
        return (None, length);
    }
    match cells_length(text) {
        Some(span) => (Some(Piece::Reference { title: None, cells: &text[..span] }), span),
        None => (None, length),
    }
}

/// The length of `A1`, `A1:B2`, `A:C` or `2:3` at the start of a text.
fn cells_length(text: &str) -> Option<usize> {
    let first = word_length(text);
    let from = corner(&text[..first])?;
    if let Some(rest) = text[first..].strip_prefix(':') {
        let second = word_length(rest);
        if corner(&rest[..second]).is_some() {
            return Some(first + 1 + second);
        }
    }
    (from.row.is_some() && from.column.is_some()).then_some(first)
}

fn corner(text: &str) -> Option<Corner> {
    let (column_fixed, rest) = text.strip_prefix('$').map_or((false, text), |rest| (true, rest));
    let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    if letters > 3 {
        return None;
    }
    let column =
        if letters > 0 { Some((column_fixed, column_index(&rest[..letters])?)) } else { None };
    let rest = &rest[letters..];
    let (row_fixed, digits) = match rest.strip_prefix('$') {
        Some(digits) => (true, digits),
        // `$3` was taken for a column's mark.
        None => (letters == 0 && column_fixed, rest),
    };
    let row = match digits {
        "" => None,
        digits if digits.len() <= 8 => {
            Some((row_fixed, digits.parse::<usize>().ok()?.checked_sub(1)?))
        }
        _ => return None,
    };
    (column.is_some() || row.is_some()).then_some(Corner { column, row })
}

fn shifted_cells(cells: &str, dimension: Dimension, shift: Shift) -> String {
    let (from, to) = match cells.split_once(':') {
        Some((from, to)) => (corner(from), corner(to)),
        None => (corner(cells), None),
    };
    let Some(mut from) = from else { return cells.to_owned() };
    let Some(mut to) = to else {
        let place = if dimension == Dimension::Rows { &mut from.row } else { &mut from.column };
        let Some((_, index)) = place else { return cells.to_owned() };
        return match shift.span(*index, *index + 1) {
            Some((moved, _)) => {
                *index = moved;
                written(&from)
            }
            None => "#REF!".to_owned(),
        };
    };
    let (start, end) = match dimension {
        Dimension::Rows => (&mut from.row, &mut to.row),
        Dimension::Columns => (&mut from.column, &mut to.column),
    };
    match (start, end) {
        (Some((_, start)), Some((_, end))) => {
            match shift.span((*start).min(*end), (*start).max(*end) + 1) {
                Some((first, after)) => (*start, *end) = (first, after - 1),
                None => return "#REF!".to_owned(),
            }
        }
        // An open end stays open; the named one moves alone.
        (Some((_, index)), None) | (None, Some((_, index))) => {
            *index = shift.span(*index, *index + 1).map_or(*index, |(moved, _)| moved);
        }
        (None, None) => {}
    }
    format!("{}:{}", written(&from), written(&to))
}

fn written(corner: &Corner) -> String {
    let mark = |fixed: bool| if fixed { "$" } else { "" };
    let column = corner
        .column
        .map(|(fixed, at)| format!("{}{}", mark(fixed), column_letters(at)))
        .unwrap_or_default();
    let row =
        corner.row.map(|(fixed, at)| format!("{}{}", mark(fixed), at + 1)).unwrap_or_default();
    format!("{column}{row}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(source: &str, shift: Shift) -> String {
        shifted(source, "Isi", "Isi", Dimension::Rows, shift).unwrap_or_else(|| source.to_owned())
    }

    #[test]
    fn references_follow_their_rows() {
        let insert = Shift::Insert { at: 2, count: 2 };
        assert_eq!(after("=A2+$B$3*sum(C1:C5)", insert), "=A2+$B$5*sum(C1:C7)");
        assert_eq!(
            after("=\"A3\"&Isi!A3&Lain!A3&'Isi'!A:A", insert),
            "=\"A3\"&Isi!A5&Lain!A3&Isi!A:A"
        );
        assert_eq!(after("=LOG10(3)+A3:A", insert), "=LOG10(3)+A5:A");
        let delete = Shift::Delete { at: 2, count: 2 };
        assert_eq!(after("=A3+SUM(B1:B10)+SUM(B3:B4)", delete), "=#REF!+SUM(B1:B8)+SUM(#REF!)");
        let column =
            shifted("=A1+C$1", "Isi", "Isi", Dimension::Columns, Shift::Insert { at: 1, count: 1 });
        assert_eq!(column.as_deref(), Some("=A1+D$1"));
    }

    #[test]
    fn references_go_along_with_a_copy() {
        assert_eq!(
            moved("=A1+$B$1+C$2*SUM(A2:B3)", 2, 1).as_deref(),
            Some("=B3+$B$1+D$2*SUM(B4:C5)")
        );
        assert_eq!(moved("='Isi lain'!A2&\"A2\"", 1, 0).as_deref(), Some("='Isi lain'!A3&\"A2\""));
        assert_eq!(moved("=A1+A3:A", -1, 0).as_deref(), Some("=#REF!+A2:A"));
        assert_eq!(moved("=$A$1", 5, 5), None);
    }

    #[test]
    fn references_follow_a_new_title() {
        assert_eq!(
            retitled("=Isi!A1+'isi'!B2+Lain!C3", "Isi", "Isi Baru").as_deref(),
            Some("='Isi Baru'!A1+'Isi Baru'!B2+Lain!C3")
        );
        assert_eq!(retitled("=A1&\"Isi!A1\"", "Isi", "Isi Baru"), None);
    }
}

//! Ranges of a grid: half-open boxes, A1 notation in and out, and how they move when rows or
//! columns come and go.

use serde_json::{Map, Value, json};

use halaqah_table::a1;

/// Rows or columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// Rows, from top to bottom.
    Rows,
    /// Columns, from left to right.
    Columns,
}

impl Dimension {
    /// From the API's word; `None` for any other.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "ROWS" => Some(Self::Rows),
            "COLUMNS" => Some(Self::Columns),
            _ => None,
        }
    }

    /// The API's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rows => "ROWS",
            Self::Columns => "COLUMNS",
        }
    }
}

/// A box of cells of one sheet, counted from 0, ends excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Area {
    /// The first row.
    pub top: usize,
    /// The row after the last.
    pub bottom: usize,
    /// The first column.
    pub left: usize,
    /// The column after the last.
    pub right: usize,
}

impl Area {
    /// How many rows.
    pub fn height(&self) -> usize {
        self.bottom.saturating_sub(self.top)
    }

    /// How many columns.
    pub fn width(&self) -> usize {
        self.right.saturating_sub(self.left)
    }

    /// Whether the cell lies inside.
    pub fn contains(&self, row: usize, column: usize) -> bool {
        (self.top..self.bottom).contains(&row) && (self.left..self.right).contains(&column)
    }

    /// Whether the whole of `other` lies inside.
    pub fn encloses(&self, other: &Self) -> bool {
        self.top <= other.top
            && other.bottom <= self.bottom
            && self.left <= other.left
            && other.right <= self.right
    }

    /// Whether a cell lies in both.
    pub fn meets(&self, other: &Self) -> bool {
        self.top < other.bottom
            && other.top < self.bottom
            && self.left < other.right
            && other.left < self.right
    }

    /// As a `GridRange` that names its sheet and all four sides.
    pub fn to_json(self, sheet_id: i64) -> Value {
        json!({
            "sheetId": sheet_id, "startRowIndex": self.top, "endRowIndex": self.bottom,
            "startColumnIndex": self.left, "endColumnIndex": self.right,
        })
    }
}

/// A range whose sides may be left open, as the API's `GridRange` and A1 notation allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenRange {
    /// The first row; open means the top.
    pub top: Option<usize>,
    /// The row after the last; open means the bottom.
    pub bottom: Option<usize>,
    /// The first column; open means the left edge.
    pub left: Option<usize>,
    /// The column after the last; open means the right edge.
    pub right: Option<usize>,
}

impl OpenRange {
    /// Closed at the edges of a grid; a side beyond the grid stays where it is.
    pub fn closed(&self, rows: usize, columns: usize) -> Area {
        Area {
            top: self.top.unwrap_or(0),
            bottom: self.bottom.unwrap_or(rows),
            left: self.left.unwrap_or(0),
            right: self.right.unwrap_or(columns),
        }
    }

    /// From the fields of a `GridRange`.
    pub fn from_json(range: &Value) -> Self {
        let side = |name: &str| range.get(name).and_then(Value::as_u64).map(|n| n as usize);
        Self {
            top: side("startRowIndex"),
            bottom: side("endRowIndex"),
            left: side("startColumnIndex"),
            right: side("endColumnIndex"),
        }
    }
}

/// What an A1 text names, before the sheet is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct A1 {
    /// The title before `!`, unquoted; `None` when there is none.
    pub title: Option<String>,
    /// The cells; wholly open for a bare title.
    pub range: OpenRange,
    /// Whether it names one cell without `:`; a write may then run on from it.
    pub single: bool,
}

/// Splits `'My tab'!A1:B2` into the unquoted title and the rest; a quoted title alone has an empty
/// rest.
pub fn split_title(text: &str) -> (Option<String>, &str) {
    if let Some(quoted) = text.strip_prefix('\'') {
        let mut title = String::new();
        let mut chars = quoted.char_indices().peekable();
        while let Some((at, letter)) = chars.next() {
            if letter != '\'' {
                title.push(letter);
            } else if chars.peek().is_some_and(|&(_, next)| next == '\'') {
                title.push('\'');
                chars.next();
            } else {
                let rest = &quoted[at + 1..];
                return match rest.strip_prefix('!') {
                    Some(cells) => (Some(title), cells),
                    None if rest.is_empty() => (Some(title), ""),
                    None => (None, text),
                };
            }
        }
        return (None, text);
    }
    match text.rsplit_once('!') {
        Some((title, cells)) => (Some(title.to_owned()), cells),
        None => (None, text),
    }
}

/// The part after `!`: `A1`, `A1:B2`, `A:C`, `2:3`, `A2:C`, `$A$1`; `None` if it is none of these.
pub fn parse_cells(text: &str) -> Option<(OpenRange, bool)> {
    let (from, to) = match text.split_once(':') {
        Some((from, to)) => (corner(from)?, Some(corner(to)?)),
        None => (corner(text)?, None),
    };
    let Some(to) = to else {
        let (Some(row), Some(column)) = from else { return None };
        let range = OpenRange {
            top: Some(row),
            bottom: Some(row + 1),
            left: Some(column),
            right: Some(column + 1),
        };
        return Some((range, true));
    };
    let (top, bottom) = side(from.0, to.0);
    let (left, right) = side(from.1, to.1);
    if [top, bottom, left, right].iter().all(Option::is_none) {
        return None;
    }
    Some((OpenRange { top, bottom, left, right }, false))
}

/// Both ends of a side, the smaller first, the end excluded; an end that is not named stays open.
fn side(from: Option<usize>, to: Option<usize>) -> (Option<usize>, Option<usize>) {
    match (from, to) {
        (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b) + 1)),
        (Some(a), None) => (Some(a), None),
        (None, Some(b)) => (Some(b), None),
        (None, None) => (None, None),
    }
}

/// `(row, column)` of `B3`, `B` or `3`, counted from 0.
fn corner(text: &str) -> Option<(Option<usize>, Option<usize>)> {
    let text = text.trim();
    let text = text.strip_prefix('$').unwrap_or(text);
    let letters: &str = &text[..text.bytes().take_while(u8::is_ascii_alphabetic).count()];
    let digits = &text[letters.len()..];
    let digits = digits.strip_prefix('$').unwrap_or(digits);
    if letters.len() > 3 || digits.len() > 8 || (letters.is_empty() && digits.is_empty()) {
        return None;
    }
    let column = if letters.is_empty() { None } else { Some(a1::column_index(letters)?) };
    let row = if digits.is_empty() {
        None
    } else if digits.bytes().all(|digit| digit.is_ascii_digit()) {
        Some(digits.parse::<usize>().ok()?.checked_sub(1)?)
    } else {
        return None;
    };
    Some((row, column))
}

/// A title as Google writes it before `!`: bare if it is one plain word that cannot be taken for a
/// cell.
pub fn shown_title(title: &str) -> String {
    let plain = title.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && title.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let like_a_cell = corner(title).is_some_and(|(row, _)| row.is_some());
    let like_r1c1 = {
        let rest = title.to_ascii_uppercase();
        rest.strip_prefix('R').is_some_and(|rest| {
            let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
            rest.is_empty()
                || rest
                    .strip_prefix('C')
                    .is_some_and(|rest| rest.bytes().all(|digit| digit.is_ascii_digit()))
        }) || rest == "C"
    };
    if plain && !like_a_cell && !like_r1c1 { title.to_owned() } else { a1::quoted_title(title) }
}

/// `Sheet1!A1:C3`, or `Sheet1!A1` for one cell.
pub fn shown(title: &str, area: &Area) -> String {
    let from = a1::address(area.top, area.left);
    let title = shown_title(title);
    if area.height() <= 1 && area.width() <= 1 {
        return format!("{title}!{from}");
    }
    format!(
        "{title}!{from}:{}",
        a1::address(area.bottom.saturating_sub(1), area.right.saturating_sub(1))
    )
}

/// What happens to the indices of one dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each says what its fields are")]
pub enum Shift {
    /// `count` new ones before `at`.
    Insert { at: usize, count: usize },
    /// Those from `at` on, `count` of them, are gone.
    Delete { at: usize, count: usize },
}

impl Shift {
    /// Where the span `start..end` lies afterwards; `None` when nothing of it is left.
    pub fn span(self, start: usize, end: usize) -> Option<(usize, usize)> {
        match self {
            Self::Insert { at, count } => {
                let start = if at <= start { start + count } else { start };
                let end = if at < end { end + count } else { end };
                Some((start, end))
            }
            Self::Delete { at, count } => {
                let moved = |index: usize| {
                    if index <= at { index } else { at.max(index.saturating_sub(count)) }
                };
                let (start, end) = (moved(start), moved(end));
                (start < end).then_some((start, end))
            }
        }
    }
}

/// Moves every `GridRange` and `DimensionRange` of the sheet inside `value`; false when one of them
/// vanished.
pub fn shift_json(value: &mut Value, sheet_id: i64, dimension: Dimension, shift: Shift) -> bool {
    match value {
        Value::Array(items) => {
            let before = items.len();
            items.retain_mut(|item| shift_json(item, sheet_id, dimension, shift));
            before == 0 || !items.is_empty()
        }
        Value::Object(map) => {
            if !shift_object(map, sheet_id, dimension, shift) {
                return false;
            }
            map.values_mut().all(|inner| shift_json(inner, sheet_id, dimension, shift))
        }
        _ => true,
    }
}

fn shift_object(
    map: &mut Map<String, Value>,
    sheet_id: i64,
    dimension: Dimension,
    shift: Shift,
) -> bool {
    let of_sheet = map.get("sheetId").and_then(Value::as_i64).unwrap_or(0) == sheet_id;
    if !of_sheet {
        return true;
    }
    let (start_key, end_key) = match dimension {
        Dimension::Rows => ("startRowIndex", "endRowIndex"),
        Dimension::Columns => ("startColumnIndex", "endColumnIndex"),
    };
    let anchor_key = if dimension == Dimension::Rows { "rowIndex" } else { "columnIndex" };
    if let Some(at) = map.get(anchor_key).and_then(Value::as_u64)
        && map.contains_key("sheetId")
    {
        let at = at as usize;
        let moved = shift.span(at, at + 1).map_or(at, |(start, _)| start);
        map.insert(anchor_key.to_owned(), json!(moved));
    }
    let (start_key, end_key) =
        if map.get("dimension").and_then(Value::as_str) == Some(dimension.word()) {
            ("startIndex", "endIndex")
        } else {
            (start_key, end_key)
        };
    let Some(end) = map.get(end_key).and_then(Value::as_u64) else { return true };
    let start = map.get(start_key).and_then(Value::as_u64).unwrap_or(0);
    match shift.span(start as usize, end as usize) {
        Some((start, end)) => {
            map.insert(start_key.to_owned(), json!(start));
            map.insert(end_key.to_owned(), json!(end));
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> [Option<usize>; 4] {
        let (range, _) = parse_cells(text).unwrap();
        [range.top, range.bottom, range.left, range.right]
    }

    #[test]
    fn cells_are_read_in_every_spelling() {
        assert_eq!(range("A1"), [Some(0), Some(1), Some(0), Some(1)]);
        assert_eq!(range("D4:B2"), [Some(1), Some(4), Some(1), Some(4)]);
        assert_eq!(range("$A$1:$B$2"), [Some(0), Some(2), Some(0), Some(2)]);
        assert_eq!(range("A:C"), [None, None, Some(0), Some(3)]);
        assert_eq!(range("A2:C"), [Some(1), None, Some(0), Some(3)]);
        assert_eq!(range("A1:1"), [Some(0), Some(1), Some(0), None]);
        assert_eq!(range("2:3"), [Some(1), Some(3), None, None]);
        for text in ["", "A", "7", "A0", "Sheet1", "A1:B2:C3", "A-1"] {
            assert_eq!(parse_cells(text), None, "{text}");
        }
    }

    #[test]
    fn titles_are_quoted_only_when_they_must_be() {
        for bare in ["Sheet1", "Ringkasan", "_x", "ABCD1"] {
            assert_eq!(shown_title(bare), bare);
        }
        for quoted in ["D3", "Form Responses 1", "R1C1", "1a", "Kelas-7"] {
            assert_eq!(shown_title(quoted), format!("'{quoted}'"));
        }
        assert_eq!(split_title("'Jawaban ''26'!A1"), (Some("Jawaban '26".to_owned()), "A1"));
        assert_eq!(split_title("'a!b'"), (Some("a!b".to_owned()), ""));
    }

    #[test]
    fn spans_follow_the_rows_they_stand_on() {
        assert_eq!(Shift::Insert { at: 2, count: 3 }.span(2, 4), Some((5, 7)));
        assert_eq!(Shift::Insert { at: 3, count: 3 }.span(2, 4), Some((2, 7)));
        assert_eq!(Shift::Insert { at: 4, count: 3 }.span(2, 4), Some((2, 4)));
        assert_eq!(Shift::Delete { at: 0, count: 2 }.span(2, 4), Some((0, 2)));
        assert_eq!(Shift::Delete { at: 3, count: 5 }.span(2, 4), Some((2, 3)));
        assert_eq!(Shift::Delete { at: 1, count: 5 }.span(2, 4), None);
    }
}

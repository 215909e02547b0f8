//! One cell as the Sheets API gives it with `UNFORMATTED_VALUE` and `SERIAL_NUMBER`.

use std::borrow::Cow;
use std::fmt;

use compact_str::CompactString;
use serde::de::{Deserializer, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

/// The raw value of a cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing is written there.
    #[default]
    Blank,
    /// A number; a date is a number too: days since 1899-12-30 in the spreadsheet's own time zone.
    Number(f64),
    /// A tick box.
    Boolean(bool),
    /// Text, exactly as written.
    Text(CompactString),
}

impl Cell {
    /// A text cell; text that is empty is a blank cell.
    pub fn text(text: impl Into<CompactString>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Blank } else { Self::Text(text) }
    }

    /// Whether nothing, or only white space, is written there.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Blank => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Number(_) | Self::Boolean(_) => false,
        }
    }

    /// The cell as text: trimmed, a number by its digits, a boolean as `TRUE` or `FALSE`.
    pub fn as_text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text.trim()),
            other => Cow::Owned(other.to_string()),
        }
    }

    /// The number in a number cell.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// The cell at `column` of a row whose trailing blanks were left out.
pub fn cell_at(row: &[Cell], column: usize) -> &Cell {
    row.get(column).unwrap_or(&Cell::Blank)
}

/// Text is trimmed; a number becomes its digits (no exponent, no `.0`); a boolean `TRUE` or
/// `FALSE`.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blank => Ok(()),
            // `f64`'s Display never uses an exponent and leaves `.0` away; -0 is 0, as JSON has it.
            Self::Number(number) => write!(f, "{}", number + 0.0),
            Self::Boolean(true) => f.write_str("TRUE"),
            Self::Boolean(false) => f.write_str("FALSE"),
            Self::Text(text) => f.write_str(text.trim()),
        }
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

/// As in the API: blank is `""`, the others are JSON's own number, boolean and string.
impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Blank => serializer.serialize_str(""),
            // Whole numbers without `.0`, as the API writes them.
            Self::Number(n) if n.fract() == 0.0 && n.abs() < 9.0e15 => {
                serializer.serialize_i64(*n as i64)
            }
            Self::Number(n) => serializer.serialize_f64(*n),
            Self::Boolean(b) => serializer.serialize_bool(*b),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CellVisitor;
        impl Visitor<'_> for CellVisitor {
            type Value = Cell;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a cell: text, a number, true, false or null")
            }
            fn visit_unit<E>(self) -> Result<Cell, E> {
                Ok(Cell::Blank)
            }
            fn visit_bool<E>(self, b: bool) -> Result<Cell, E> {
                Ok(Cell::Boolean(b))
            }
            fn visit_i64<E>(self, n: i64) -> Result<Cell, E> {
                Ok(Cell::Number(n as f64))
            }
            fn visit_u64<E>(self, n: u64) -> Result<Cell, E> {
                Ok(Cell::Number(n as f64))
            }
            fn visit_f64<E>(self, n: f64) -> Result<Cell, E> {
                Ok(Cell::Number(n))
            }
            fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
                Ok(Cell::text(text))
            }
        }
        deserializer.deserialize_any(CellVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_shows_its_digits_and_no_more() {
        assert_eq!(Cell::Number(81100000001.0).to_string(), "81100000001");
        assert_eq!(Cell::Number(6.2811e15).to_string(), "6281100000000000");
        assert_eq!(Cell::Number(12500.5).to_string(), "12500.5");
        assert_eq!(Cell::Number(-0.0).to_string(), "0");
    }

    #[test]
    fn json_goes_round() {
        let text = r#"["",81100000001,12500.5,true,"=1+1"]"#;
        let cells: Vec<Cell> = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&cells).unwrap(), text);
    }
}

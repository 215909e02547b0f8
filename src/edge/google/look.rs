//! The appearance of cells: number formats, fonts and colours, as types of the API. Pure.

use google_sheets4::api::{
    CellData, CellFormat, Color, ColorStyle, ExtendedValue, NumberFormat, TextFormat,
};

use crate::table::Cell;
use crate::table::plan::CellWrite;
use crate::table::tab::{Format, Style, Tone};

/// All fields that [`cell_data`] sets. The API clears those of them that a cell leaves out.
pub(super) const CELL_FIELDS: &str = "userEnteredValue,userEnteredFormat(numberFormat,wrapStrategy,verticalAlignment,\
    backgroundColor,backgroundColorStyle,textFormat,horizontalAlignment),note";

/// An opaque colour: red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Paint(u8, u8, u8);

const WHITE: Paint = Paint(0xff, 0xff, 0xff);
const DARK_TEAL: Paint = Paint(0x1f, 0x4e, 0x4a);
const PALE_TEAL: Paint = Paint(0xe2, 0xec, 0xea);
const GREY: Paint = Paint(0x5f, 0x63, 0x68);

impl Paint {
    fn color(self) -> Color {
        let part = |byte: u8| Some(f32::from(byte) / 255.0);
        Color { red: part(self.0), green: part(self.1), blue: part(self.2), alpha: None }
    }

    fn style(self) -> ColorStyle {
        ColorStyle { rgb_color: Some(self.color()), theme_color: None }
    }
}

/// Sets both the deprecated field and its replacement, so that every client shows the colour.
fn with_background(format: CellFormat, paint: Paint) -> CellFormat {
    CellFormat {
        background_color: Some(paint.color()),
        background_color_style: Some(paint.style()),
        ..format
    }
}

fn with_text_colour(text: TextFormat, paint: Paint) -> TextFormat {
    TextFormat {
        foreground_color: Some(paint.color()),
        foreground_color_style: Some(paint.style()),
        ..text
    }
}

/// Returns a cell to be written, with value, format and note.
pub(super) fn cell_data(cell: &CellWrite) -> CellData {
    CellData {
        user_entered_value: value(&cell.value),
        user_entered_format: Some(cell_format(cell.style, cell.format)),
        note: cell.note.clone(),
        ..CellData::default()
    }
}

/// Returns a value as the API accepts it; text is never read as a formula. `None` clears the cell.
pub(super) fn value(cell: &Cell) -> Option<ExtendedValue> {
    let value = ExtendedValue::default();
    match cell {
        Cell::Blank => None,
        // JSON has no infinite numbers and no NaN.
        Cell::Number(number) if !number.is_finite() => None,
        Cell::Number(number) => Some(ExtendedValue { number_value: Some(*number), ..value }),
        Cell::Boolean(boolean) => Some(ExtendedValue { bool_value: Some(*boolean), ..value }),
        Cell::Text(text) => Some(ExtendedValue { string_value: Some(text.to_string()), ..value }),
    }
}

fn cell_format(style: Style, format: Format) -> CellFormat {
    let plain = CellFormat {
        number_format: number_format(format),
        wrap_strategy: wrap_strategy(style, format).map(str::to_owned),
        vertical_alignment: Some(if style == Style::Body { "TOP" } else { "MIDDLE" }.to_owned()),
        ..CellFormat::default()
    };
    let bold = TextFormat { bold: Some(true), ..TextFormat::default() };
    match style {
        Style::Title => {
            CellFormat { text_format: Some(TextFormat { font_size: Some(16), ..bold }), ..plain }
        }
        Style::Lead => {
            let italic = TextFormat { italic: Some(true), ..TextFormat::default() };
            CellFormat { text_format: Some(with_text_colour(italic, GREY)), ..plain }
        }
        Style::Header => {
            let centred = CellFormat { horizontal_alignment: Some("CENTER".to_owned()), ..plain };
            CellFormat {
                text_format: Some(with_text_colour(bold, WHITE)),
                ..with_background(centred, DARK_TEAL)
            }
        }
        Style::Section => {
            CellFormat { text_format: Some(bold), ..with_background(plain, PALE_TEAL) }
        }
        Style::Body => plain,
    }
}

fn number_format(format: Format) -> Option<NumberFormat> {
    let (kind, pattern) = match format {
        Format::Text | Format::Wrapped => return None,
        Format::Integer => ("NUMBER", "#,##0"),
        Format::Decimal => ("NUMBER", "#,##0.0#"),
        Format::Percent => ("PERCENT", "0%"),
        Format::Money => ("CURRENCY", "\"Rp\"#,##0"),
        Format::Date => ("DATE", "d mmm yyyy"),
        Format::DateTime => ("DATE_TIME", "d mmm yyyy hh:mm"),
    };
    Some(NumberFormat { type_: Some(kind.to_owned()), pattern: Some(pattern.to_owned()) })
}

/// Titles and explanations may extend over the blank cells beside them; text in a table may not.
fn wrap_strategy(style: Style, format: Format) -> Option<&'static str> {
    match (style, format) {
        (Style::Header, _) | (_, Format::Wrapped) => Some("WRAP"),
        (Style::Title | Style::Lead | Style::Section, Format::Text) => Some("OVERFLOW_CELL"),
        (Style::Body, Format::Text) => Some("CLIP"),
        _ => None,
    }
}

/// Returns the text and background colours of a tone; each pair has a contrast above 4.5 : 1 (WCAG
/// 2.2, 1.4.3).
fn tone_paints(tone: Tone) -> (Paint, Paint) {
    match tone {
        Tone::Good => (Paint(0x1b, 0x5e, 0x20), Paint(0xe6, 0xf4, 0xea)),
        Tone::Warning => (Paint(0x7a, 0x4f, 0x01), Paint(0xfe, 0xf7, 0xe0)),
        Tone::Alert => (Paint(0x8c, 0x1d, 0x18), Paint(0xfc, 0xe8, 0xe6)),
    }
}

/// Returns the format of cells that a colour rule applies to.
pub(super) fn tone_format(tone: Tone) -> CellFormat {
    let (text, background) = tone_paints(tone);
    let format = CellFormat {
        text_format: Some(with_text_colour(TextFormat::default(), text)),
        ..CellFormat::default()
    };
    with_background(format, background)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance and contrast as in WCAG 2.2.
    fn contrast(one: Paint, other: Paint) -> f64 {
        let part = |byte: u8| {
            let part = f64::from(byte) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let luminance =
            |paint: Paint| 0.2126 * part(paint.0) + 0.7152 * part(paint.1) + 0.0722 * part(paint.2);
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_text_can_be_read_on_its_background() {
        let tones = [Tone::Good, Tone::Warning, Tone::Alert].map(tone_paints);
        for (text, background) in tones.into_iter().chain([
            (WHITE, DARK_TEAL),
            (GREY, WHITE),
            (Paint(0, 0, 0), PALE_TEAL),
        ]) {
            assert!(contrast(text, background) >= 4.5, "{text:?} on {background:?}");
        }
    }

    #[test]
    fn text_is_a_string_whatever_it_looks_like() {
        for text in ["=IMPORTXML(\"http://x\")", "+62811", "'a", "TRUE", "1.500"] {
            let value = value(&Cell::from(text)).unwrap();
            assert_eq!(value.string_value.as_deref(), Some(text));
            assert!(value.formula_value.is_none());
        }
        assert!(value(&Cell::Blank).is_none());
        assert!(value(&Cell::Number(f64::NAN)).is_none());
    }
}

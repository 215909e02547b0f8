//! How a cell looks: the API's `CellFormat` as CSS, and the conditional rules that apply to it.
//! Pure.

use std::fmt::Write;
use std::sync::Arc;

use serde_json::Value;

use crate::book::{Format, OpenRange, Sheet};
use crate::formula::Outcome;

/// The classes of the formats on a page, each format once.
#[derive(Default)]
pub struct Classes {
    known: Vec<Arc<Format>>,
}

impl Classes {
    /// The class of a format.
    pub fn of(&mut self, format: &Arc<Format>) -> String {
        let known = self.known.iter().position(|known| Arc::ptr_eq(known, format));
        let at = known.unwrap_or_else(|| {
            self.known.push(Arc::clone(format));
            self.known.len() - 1
        });
        format!("f{at}")
    }

    /// The rules of all classes. They hold numbers and fixed words only, so nothing in them has to
    /// be escaped.
    pub fn css(&self, rules: &[Rule<'_>]) -> String {
        let mut css = String::new();
        for (at, format) in self.known.iter().enumerate() {
            let _ = write!(css, ".grid td.f{at}{{{}}}", declarations(&format.json));
        }
        // Rules of a sheet come first to last; the first one that fits wins, and only one class is
        // given.
        for (at, rule) in rules.iter().enumerate() {
            let _ = write!(css, ".grid td.c{at}{{{}}}", declarations(rule.format));
        }
        css
    }
}

/// A colour, `#rrggbb`: the newer field first.
pub fn colour(format: &Value, name: &str) -> Option<String> {
    let style = &format[format!("{name}Style")]["rgbColor"];
    let colour = if style.is_object() { style } else { &format[name] };
    let part =
        |name: &str| (colour[name].as_f64().unwrap_or(0.0).clamp(0.0, 1.0) * 255.0).round() as u8;
    colour
        .is_object()
        .then(|| format!("#{:02x}{:02x}{:02x}", part("red"), part("green"), part("blue")))
}

/// The CSS declarations of a `CellFormat`.
pub fn declarations(format: &Value) -> String {
    let mut css = String::new();
    let mut put = |property: &str, value: &str| {
        let _ = write!(css, "{property}:{value};");
    };
    if let Some(colour) = colour(format, "backgroundColor") {
        put("background-color", &colour);
    }
    let text = &format["textFormat"];
    if let Some(colour) = colour(text, "foregroundColor") {
        put("color", &colour);
    }
    if text["bold"] == true {
        put("font-weight", "700");
    }
    if text["italic"] == true {
        put("font-style", "italic");
    }
    match (text["underline"] == true, text["strikethrough"] == true) {
        (true, true) => put("text-decoration", "underline line-through"),
        (true, false) => put("text-decoration", "underline"),
        (false, true) => put("text-decoration", "line-through"),
        (false, false) => {}
    }
    if let Some(size) = text["fontSize"].as_u64() {
        // Ten points are the size of ordinary cells.
        put("font-size", &format!("{:.2}em", size.clamp(5, 72) as f64 / 10.0));
    }
    match format["horizontalAlignment"].as_str() {
        Some("LEFT") => put("text-align", "left"),
        Some("CENTER") => put("text-align", "center"),
        Some("RIGHT") => put("text-align", "right"),
        _ => {}
    }
    match format["verticalAlignment"].as_str() {
        Some("TOP") => put("vertical-align", "top"),
        Some("MIDDLE") => put("vertical-align", "middle"),
        Some("BOTTOM") => put("vertical-align", "bottom"),
        _ => {}
    }
    css
}

/// A conditional format with a condition.
pub struct Rule<'s> {
    ranges: Vec<OpenRange>,
    condition: &'s Value,
    format: &'s Value,
}

/// The rules of a sheet, in order.
pub fn rules(sheet: &Sheet) -> Vec<Rule<'_>> {
    let of = |rule: &'_ Value| -> Vec<OpenRange> {
        rule["ranges"]
            .as_array()
            .map_or_else(Vec::new, |ranges| ranges.iter().map(OpenRange::from_json).collect())
    };
    let rules =
        sheet.objects.conditional_formats.iter().filter(|rule| rule["booleanRule"].is_object());
    rules
        .map(|rule| Rule {
            ranges: of(rule),
            condition: &rule["booleanRule"]["condition"],
            format: &rule["booleanRule"]["format"],
        })
        .collect()
}

impl Rule<'_> {
    /// Whether the rule colours a cell.
    pub fn fits(
        &self,
        sheet: &Sheet,
        row: usize,
        column: usize,
        value: &Outcome,
        shown: &str,
    ) -> bool {
        let inside = |range: &OpenRange| sheet.resolve(*range).contains(row, column);
        self.ranges.iter().any(inside) && self.holds(value, shown)
    }

    fn holds(&self, value: &Outcome, shown: &str) -> bool {
        let typed = self.condition["values"][0]["userEnteredValue"].as_str().unwrap_or("");
        let text = literal(typed).to_lowercase();
        let number = if let Outcome::Number(number) = value { Some(*number) } else { None };
        let against = typed.replace(',', ".").parse::<f64>().ok();
        let compare = |holds: fn(f64, f64) -> bool| {
            number.zip(against).is_some_and(|(one, other)| holds(one, other))
        };
        match self.condition["type"].as_str().unwrap_or("") {
            "TEXT_EQ" => shown.to_lowercase() == text,
            "TEXT_CONTAINS" => shown.to_lowercase().contains(&text),
            "TEXT_NOT_CONTAINS" => !shown.to_lowercase().contains(&text),
            "TEXT_STARTS_WITH" => shown.to_lowercase().starts_with(&text),
            "TEXT_ENDS_WITH" => shown.to_lowercase().ends_with(&text),
            "BLANK" => *value == Outcome::Blank,
            "NOT_BLANK" => *value != Outcome::Blank,
            "NUMBER_GREATER" => compare(|one, other| one > other),
            "NUMBER_GREATER_THAN_EQ" => compare(|one, other| one >= other),
            "NUMBER_LESS" => compare(|one, other| one < other),
            "NUMBER_LESS_THAN_EQ" => compare(|one, other| one <= other),
            "NUMBER_EQ" => compare(|one, other| one == other),
            "NUMBER_NOT_EQ" => compare(|one, other| one != other),
            _ => false,
        }
    }
}

/// A value of a condition: what stands after an apostrophe is text.
pub fn literal(typed: &str) -> &str {
    typed.strip_prefix('\'').unwrap_or(typed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_format_becomes_declarations() {
        let format = json!({
            "backgroundColorStyle": {"rgbColor": {"red": 0.1216, "green": 0.3059, "blue": 0.2902}},
            "textFormat": {"bold": true, "fontSize": 16, "foregroundColor": {"red": 1, "green": 1, "blue": 1}},
            "horizontalAlignment": "CENTER", "verticalAlignment": "<script>",
        });
        assert_eq!(
            declarations(&format),
            "background-color:#1f4e4a;color:#ffffff;font-weight:700;font-size:1.60em;text-align:center;"
        );
    }

    #[test]
    fn a_rule_colours_its_text_in_its_range_only() {
        let mut sheet = Sheet::new(7, "Status", 10, 3);
        sheet.objects.conditional_formats.push(json!({
            "ranges": [{"sheetId": 7, "startRowIndex": 2, "startColumnIndex": 1, "endColumnIndex": 2}],
            "booleanRule": {"condition": {"type": "TEXT_EQ", "values": [{"userEnteredValue": "'Baik"}]}, "format": {}},
        }));
        let rules = rules(&sheet);
        let fits = |row, column, text: &str| {
            rules[0].fits(&sheet, row, column, &Outcome::Text(text.into()), text)
        };
        assert!(fits(2, 1, "baik"));
        assert!(!fits(1, 1, "Baik") && !fits(2, 2, "Baik") && !fits(2, 1, "Baik sekali"));
    }
}

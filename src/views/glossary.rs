//! *Kamus*: every figure in plain words, with its path and what it is today.

use serde_json::Value;

use super::{Labels, Scene, Sheet, plain, text};
use crate::statistics::{FAMILIES, Figure, Unit, all_figures};
use crate::table::tab::{Format, Style, Wanted, WantedCell};
use crate::words::Words;

/// The keys of all definitions and families.
pub fn keys() -> impl Iterator<Item = String> {
    let families = FAMILIES.iter().map(|figures| format!("family-{}", figures[0].family()));
    families.chain(all_figures().map(Figure::definition))
}

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let words = scene.words;
    let widths = [620, 130, 330];
    let mut sheet =
        Sheet::new("glossary", &widths, words.say("glossary-title"), words.say("glossary-lead"));
    let columns = ["meaning", "value", "path"].map(|name| format!("glossary-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    for figures in FAMILIES {
        let family = figures[0].family();
        sheet.push(Style::Section, [text(words.say(&format!("family-{family}")))]);
        for figure in *figures {
            let meaning = text(words.say(&figure.definition()));
            sheet.push(Style::Body, [meaning, value(scene, figure), plain(figure.path)]);
        }
    }
    sheet.finish(words.say("tab-glossary"))
}

/// What a figure is today. A map over codes has many values; they stand in the tab of their own.
fn value(scene: &Scene<'_>, figure: &Figure) -> WantedCell {
    if figure.is_single() {
        let value = scene.figures.value(figure.path);
        value_cell(value, figure.unit, scene.labels, scene.words)
    } else {
        plain(scene.words.say("glossary-many"))
    }
}

/// The value of a figure, in the format in which its unit is shown.
pub fn value_cell(value: Option<&Value>, unit: Unit, labels: &Labels, words: &Words) -> WantedCell {
    match (value, unit) {
        (Some(Value::Number(number)), unit) => {
            WantedCell::new(number.as_f64().unwrap_or_default(), format_of(unit))
        }
        (Some(Value::Array(codes)), Unit::Codes(form, question)) => {
            let codes = codes.iter().filter_map(Value::as_str);
            let labels: Vec<&str> = codes.map(|code| labels.choice(form, question, code)).collect();
            text(labels.join(", "))
        }
        (Some(Value::String(code)), Unit::Trend) => plain(words.say(match code.as_str() {
            "up" => "trend-up",
            "down" => "trend-down",
            _ => "trend-flat",
        })),
        (Some(Value::String(code)), Unit::Flag) => plain(words.say(&format!("flag-{code}"))),
        _ => plain(words.say("none")),
    }
}

/// How a number of a unit is shown.
pub fn format_of(unit: Unit) -> Format {
    match unit {
        Unit::Rate => Format::Percent,
        Unit::Rupiah => Format::Money,
        Unit::Decimal => Format::Decimal,
        Unit::Count | Unit::Days | Unit::Trend | Unit::Flag | Unit::YesNo | Unit::Codes(..) => {
            Format::Integer
        }
    }
}

//! A value as people see it: number formats and their patterns. Knows no spreadsheet.

use chrono::{Datelike, NaiveDate};

use super::book::{Format, Sheet, Spreadsheet};
use super::formula::Outcome;
use super::locale::{Customs, customs, date_of};

impl Spreadsheet {
    /// A cell as a user sees it.
    pub fn shown(&self, sheet: &Sheet, row: usize, column: usize) -> String {
        let format = sheet.cell(row, column).and_then(|cell| cell.format.as_deref());
        show(&self.value(sheet, row, column), format, &self.locale)
    }
}

/// The value under its format and locale, as the API's `formattedValue`.
pub fn show(value: &Outcome, format: Option<&Format>, locale: &str) -> String {
    match value {
        Outcome::Blank => String::new(),
        Outcome::Text(text) => text.to_string(),
        Outcome::Boolean(true) => "TRUE".to_owned(),
        Outcome::Boolean(false) => "FALSE".to_owned(),
        Outcome::Error(word) => (*word).to_owned(),
        Outcome::Number(number) => show_number(*number, format, &customs(locale)),
    }
}

fn show_number(number: f64, format: Option<&Format>, customs: &Customs) -> String {
    let (kind, pattern) = format.map_or(("", ""), Format::number);
    let money = format!("[${}]#,##0.00", customs.currency);
    let pattern = match (pattern, kind) {
        ("", "NUMBER") => "#,##0.00",
        ("", "PERCENT") => "0.00%",
        ("", "CURRENCY") => &money,
        ("", "DATE") => customs.date,
        ("", "TIME") => customs.time,
        ("", "DATE_TIME") => customs.date_time,
        ("", "SCIENTIFIC") => "0.00E+00",
        (pattern, _) => pattern,
    };
    if pattern.is_empty()
        || kind == "TEXT"
        || pattern.eq_ignore_ascii_case("general")
        || pattern == "@"
    {
        return general(number, customs);
    }
    if matches!(kind, "DATE" | "TIME" | "DATE_TIME") {
        return moment(number, pattern, customs).unwrap_or_else(|| general(number, customs));
    }
    let sections: Vec<&str> = sections(pattern);
    match (number, sections.as_slice()) {
        (n, [_, negative, ..]) if n < 0.0 => patterned(-n, negative, customs),
        (n, [_, _, zero, ..]) if n == 0.0 => patterned(n, zero, customs),
        (n, [positive, ..]) if n < 0.0 => format!("-{}", patterned(-n, positive, customs)),
        (n, [positive, ..]) => patterned(n, positive, customs),
        (n, []) => general(n, customs),
    }
}

/// A number without a pattern: all digits of a whole one, ten significant digits of a fraction.
fn general(number: f64, customs: &Customs) -> String {
    let size = number.abs();
    if size >= 1e15 || (size > 0.0 && size < 1e-9) {
        return scientific(number, 5, customs, true);
    }
    if number.fract() == 0.0 {
        return format!("{number:.0}");
    }
    // The shortest text that gives the number back is the same where ten digits are enough for it.
    let shortest = number.to_string();
    if size >= 1e-4 && shortest.bytes().filter(u8::is_ascii_digit).count() <= 10 {
        return if customs.decimal == '.' {
            shortest
        } else {
            shortest.replace('.', &customs.decimal.to_string())
        };
    }
    let whole_digits = size.log10().floor() as i32 + 1;
    let decimals = usize::try_from((10 - whole_digits).clamp(0, 17)).unwrap_or(0);
    let text = format!("{number:.decimals$}");
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.replace('.', &customs.decimal.to_string())
}

fn scientific(number: f64, decimals: usize, customs: &Customs, shortest: bool) -> String {
    let text = format!("{number:.decimals$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = if shortest && mantissa.contains('.') {
        mantissa.trim_end_matches('0').trim_end_matches('.')
    } else {
        mantissa
    };
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{}E{sign}{digits:0>2}", mantissa.replace('.', &customs.decimal.to_string()))
}

/// The sections of a pattern, split at `;` outside quotes.
fn sections(pattern: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quoted) = (Vec::new(), 0, false);
    for (at, letter) in pattern.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            ';' if !quoted => {
                parts.push(&pattern[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&pattern[start..]);
    parts
}

/// A piece of a number pattern.
enum Piece {
    Literal(String),
    Digits,
    Exponent,
}

struct NumberPattern {
    pieces: Vec<Piece>,
    whole_zeros: usize,
    decimals_least: usize,
    decimals_most: usize,
    grouped: bool,
    percent: bool,
}

fn parse_pattern(pattern: &str) -> NumberPattern {
    let mut parsed = NumberPattern {
        pieces: Vec::new(),
        whole_zeros: 0,
        decimals_least: 0,
        decimals_most: 0,
        grouped: false,
        percent: false,
    };
    let mut chars = pattern.chars().peekable();
    let mut in_fraction = false;
    let mut literal = String::new();
    while let Some(letter) = chars.next() {
        match letter {
            '"' => literal.extend(chars.by_ref().take_while(|&inner| inner != '"')),
            '\\' => literal.extend(chars.next()),
            '_' => {
                chars.next();
                literal.push(' ');
            }
            '*' => {
                chars.next();
            }
            '[' => {
                let inner: String = chars.by_ref().take_while(|&inner| inner != ']').collect();
                if let Some(money) = inner.strip_prefix('$') {
                    literal.push_str(money.split('-').next().unwrap_or(money));
                }
            }
            '0' | '#' | '?' | '.' | ',' => {
                if !parsed.pieces.iter().any(|piece| matches!(piece, Piece::Digits)) {
                    parsed.pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                    parsed.pieces.push(Piece::Digits);
                }
                match letter {
                    '.' => in_fraction = true,
                    ',' => parsed.grouped = true,
                    _ if in_fraction => {
                        parsed.decimals_most += 1;
                        if letter == '0' {
                            parsed.decimals_least = parsed.decimals_most;
                        }
                    }
                    '0' => parsed.whole_zeros += 1,
                    _ => {}
                }
            }
            'E' | 'e' if matches!(chars.peek(), Some('+' | '-')) => {
                chars.next();
                while chars.next_if(|&next| next == '0').is_some() {}
                parsed.pieces.push(Piece::Exponent);
            }
            '%' => {
                parsed.percent = true;
                literal.push('%');
            }
            other => literal.push(other),
        }
    }
    parsed.pieces.push(Piece::Literal(literal));
    parsed
}

fn patterned(number: f64, pattern: &str, customs: &Customs) -> String {
    let parsed = parse_pattern(pattern);
    if parsed.pieces.iter().any(|piece| matches!(piece, Piece::Exponent)) {
        return scientific(number, parsed.decimals_most, customs, false);
    }
    let number = if parsed.percent { number * 100.0 } else { number };
    parsed
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Digits => digits(number, &parsed, customs),
            Piece::Exponent => String::new(),
        })
        .collect()
}

fn digits(number: f64, pattern: &NumberPattern, customs: &Customs) -> String {
    let fixed = format!("{:.*}", pattern.decimals_most, rounded(number, pattern.decimals_most));
    let (whole, fraction) = fixed.split_once('.').unwrap_or((&fixed, ""));
    let mut whole = if whole == "0" { String::new() } else { whole.to_owned() };
    while whole.len() < pattern.whole_zeros {
        whole.insert(0, '0');
    }
    let mut fraction = fraction.to_owned();
    while fraction.len() > pattern.decimals_least && fraction.ends_with('0') {
        fraction.pop();
    }
    if pattern.grouped {
        whole = group(&whole, customs.group);
    }
    if fraction.is_empty() { whole } else { format!("{whole}{}{fraction}", customs.decimal) }
}

/// Rounds half away from zero, as spreadsheets do, on the shortest decimal digits of the number.
fn rounded(number: f64, decimals: usize) -> f64 {
    let scale = 10_f64.powi(i32::try_from(decimals.min(15)).unwrap_or(15));
    let scaled = number * scale;
    // A double such as 1.005 lies a hair below what was typed.
    if scaled.is_finite() && scaled.abs() < 1e15 {
        (scaled + scaled.signum() * 1e-9).round() / scale
    } else {
        number
    }
}

fn group(whole: &str, mark: char) -> String {
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(mark);
        }
        grouped.push(digit);
    }
    grouped
}

/// A date or time under a pattern such as `dd/MM/yyyy H:mm:ss`.
fn moment(number: f64, pattern: &str, customs: &Customs) -> Option<String> {
    // To the millisecond, so that 07:30:00 does not become 07:29:59 by a rounding error.
    let milliseconds = (number * 86_400_000.0).round();
    let days = (milliseconds / 86_400_000.0).floor();
    let date = date_of(days as i64)?;
    let rest = (milliseconds - days * 86_400_000.0) as u64;
    let half_day = pattern.to_ascii_lowercase().contains("am/pm")
        || pattern.to_ascii_lowercase().contains("a/p");
    let mut out = String::new();
    let mut letters = pattern.chars().peekable();
    let mut after_hour = false;
    while let Some(letter) = letters.next() {
        let lower = letter.to_ascii_lowercase();
        match lower {
            '"' => out.extend(letters.by_ref().take_while(|&inner| inner != '"')),
            '\\' => out.extend(letters.next()),
            'y' | 'm' | 'd' | 'h' | 's' => {
                let mut length = 1;
                while letters.next_if(|next| next.to_ascii_lowercase() == lower).is_some() {
                    length += 1;
                }
                let ahead: String =
                    letters.clone().take_while(|next| !next.is_ascii_digit()).collect();
                let minute = lower == 'm'
                    && letter == 'm'
                    && length <= 2
                    && (after_hour
                        || ahead
                            .to_ascii_lowercase()
                            .trim_start_matches([':', '.', ' '])
                            .starts_with('s'));
                token(&mut out, lower, length, minute, date, rest, half_day, customs);
                after_hour = lower == 'h'
                    || (after_hour && !minute && lower != 'd' && lower != 'y' && lower != 's');
            }
            'a' => {
                let ahead: String =
                    letters.clone().take(4).collect::<String>().to_ascii_lowercase();
                let noon = rest >= 43_200_000;
                if ahead == "m/pm" {
                    letters.by_ref().take(4).for_each(|_| ());
                    out.push_str(if noon { "PM" } else { "AM" });
                } else if ahead.starts_with("/p") {
                    letters.by_ref().take(2).for_each(|_| ());
                    out.push(if noon { 'P' } else { 'A' });
                } else {
                    out.push(letter);
                }
            }
            '.' if letters.peek() == Some(&'0')
                && out.ends_with(|last: char| last.is_ascii_digit()) =>
            {
                let mut places = 0;
                while letters.next_if(|&next| next == '0').is_some() {
                    places += 1;
                }
                out.push(customs.decimal);
                out.push_str(&format!("{:03}", rest % 1000)[..places.min(3)]);
            }
            _ => out.push(letter),
        }
    }
    Some(out)
}

#[allow(clippy::too_many_arguments)]
fn token(
    out: &mut String,
    token: char,
    length: usize,
    minute: bool,
    date: NaiveDate,
    milliseconds: u64,
    half_day: bool,
    customs: &Customs,
) {
    let two = |number: u64| if length >= 2 { format!("{number:02}") } else { number.to_string() };
    let name = |names: &[&str], at: u32| names.get(at as usize).copied().unwrap_or("").to_owned();
    let short = |name: String| name.chars().take(3).collect::<String>();
    let text = match (token, length) {
        ('y', 1..=2) => format!("{:02}", date.year().rem_euclid(100)),
        ('y', _) => format!("{:04}", date.year()),
        ('m', _) if minute => two(milliseconds / 60_000 % 60),
        ('m', 3) => short(name(customs.months, date.month0())),
        ('m', 4..) => name(customs.months, date.month0()),
        ('m', _) => two(u64::from(date.month())),
        ('d', 3) => short(name(customs.days, date.weekday().num_days_from_sunday())),
        ('d', 4..) => name(customs.days, date.weekday().num_days_from_sunday()),
        ('d', _) => two(u64::from(date.day())),
        ('h', _) => {
            let hour = milliseconds / 3_600_000;
            two(if !half_day { hour } else { (hour + 11) % 12 + 1 })
        }
        _ => two(milliseconds / 1000 % 60),
    };
    out.push_str(&text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(number: f64, kind: &str, pattern: &str, locale: &str) -> String {
        let format = Format { json: json!({"numberFormat": {"type": kind, "pattern": pattern}}) };
        show(&Outcome::Number(number), Some(&format), locale)
    }

    fn plain(number: f64, locale: &str) -> String {
        show(&Outcome::Number(number), None, locale)
    }

    #[test]
    fn plain_numbers_show_ten_digits() {
        assert_eq!(plain(81100000001.0, "en_US"), "81100000001");
        assert_eq!(plain(1.0 / 1024.0, "en_US"), "0.0009765625");
        assert_eq!(plain(1.0 / 3.0, "en_US"), "0.3333333333");
        assert_eq!(plain(1.5, "id_ID"), "1,5");
        assert_eq!(plain(1e20, "en_US"), "1E+20");
        assert_eq!(plain(0.1 + 0.2, "en_US"), "0.3");
        assert_eq!(plain(-12_345_678.25, "id_ID"), "-12345678,25");
        assert_eq!(plain(12_345_678.255, "en_US"), "12345678.26");
    }

    #[test]
    fn patterns_use_the_marks_of_the_locale() {
        assert_eq!(shown(2000000.01, "NUMBER", "#,##0.00", "en_US"), "2,000,000.01");
        assert_eq!(shown(50000.0, "CURRENCY", "[$Rp]#,##0", "id_ID"), "Rp50.000");
        assert_eq!(shown(-1234.5, "NUMBER", "#,##0.0;(#,##0.0)", "en_US"), "(1,234.5)");
        assert_eq!(shown(0.853, "PERCENT", "0%", "id_ID"), "85%");
        assert_eq!(shown(0.125, "PERCENT", "", "en_US"), "12.50%");
        assert_eq!(shown(7.0, "NUMBER", "000", "en_US"), "007");
        assert_eq!(shown(12.0, "NUMBER", "0 \"kelompok\"", "id_ID"), "12 kelompok");
    }

    #[test]
    fn dates_and_times_follow_their_patterns() {
        assert_eq!(shown(43831.0, "DATE", "yyyy-mm-dd", "en_US"), "2020-01-01");
        assert_eq!(
            shown(43831.3125, "DATE_TIME", "dd/MM/yyyy H:mm:ss", "id_ID"),
            "01/01/2020 7:30:00"
        );
        assert_eq!(shown(43831.8125, "DATE_TIME", "", "en_US"), "1/1/2020 19:30:00");
        assert_eq!(shown(46166.0, "DATE", "d MMMM yyyy", "id_ID"), "24 Mei 2026");
        assert_eq!(shown(0.8125, "TIME", "h:mm am/pm", "en_US"), "7:30 PM");
        assert_eq!(shown(43831.0, "DATE", "ddd, d mmm", "id_ID"), "Rab, 1 Jan");
    }
}

//! What a typed text means in a spreadsheet's locale: numbers, percentages, money, dates, times.
//! Knows no spreadsheet.

use chrono::{NaiveDate, NaiveTime, Timelike};
use serde_json::{Value, json};

use super::book::Entry;

/// The customs of a locale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Customs {
    /// Before the fraction.
    pub decimal: char,
    /// Between groups of three digits.
    pub group: char,
    /// Whether a date begins with the month.
    pub month_first: bool,
    /// The mark of money.
    pub currency: &'static str,
    /// The pattern of a date.
    pub date: &'static str,
    /// The pattern of a time of day.
    pub time: &'static str,
    /// The pattern of a date with a time.
    pub date_time: &'static str,
    /// The names of the months.
    pub months: &'static [&'static str; 12],
    /// The names of the days, from Sunday.
    pub days: &'static [&'static str; 7],
}

const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const INDONESIAN_MONTHS: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];
const ENGLISH_DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const INDONESIAN_DAYS: [&str; 7] = ["Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"];

const AMERICAN: Customs = Customs {
    decimal: '.',
    group: ',',
    month_first: true,
    currency: "$",
    date: "M/d/yyyy",
    time: "h:mm:ss am/pm",
    date_time: "M/d/yyyy H:mm:ss",
    months: &ENGLISH_MONTHS,
    days: &ENGLISH_DAYS,
};

/// The customs of a locale such as `en_US`, `id_ID` or `in_ID` (Google's own name for Indonesian).
pub fn customs(locale: &str) -> Customs {
    let (language, country) = locale.split_once(['_', '-']).unwrap_or((locale, ""));
    let continental = Customs {
        decimal: ',',
        group: '.',
        month_first: false,
        currency: "€",
        date: "dd/MM/yyyy",
        time: "H:mm:ss",
        date_time: "dd/MM/yyyy H:mm:ss",
        ..AMERICAN
    };
    match (language, country) {
        ("id" | "in", _) => Customs {
            currency: "Rp",
            months: &INDONESIAN_MONTHS,
            days: &INDONESIAN_DAYS,
            ..continental
        },
        ("en", "US" | "") => AMERICAN,
        ("en" | "ms", _) => Customs {
            month_first: false,
            date: "dd/MM/yyyy",
            time: "H:mm:ss",
            date_time: "dd/MM/yyyy H:mm:ss",
            ..AMERICAN
        },
        ("fr", _) => Customs { group: '\u{202f}', ..continental },
        ("ja" | "zh" | "ko", _) => Customs {
            date: "yyyy/MM/dd",
            time: "H:mm:ss",
            date_time: "yyyy/MM/dd H:mm:ss",
            ..AMERICAN
        },
        _ => continental,
    }
}

/// What a typed text became.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// The value.
    pub entry: Entry,
    /// The `NumberFormat` that the way of writing implies, such as a date's.
    pub number_format: Option<Value>,
}

impl Typed {
    fn plain(entry: Entry) -> Self {
        Self { entry, number_format: None }
    }

    fn number(number: f64, kind: &str, pattern: &str) -> Self {
        Self {
            entry: Entry::Number(number),
            number_format: Some(json!({"type": kind, "pattern": pattern})),
        }
    }
}

/// Reads a text as if it were typed into a cell.
pub fn read(text: &str, locale: &str) -> Typed {
    if text.is_empty() {
        return Typed::plain(Entry::Blank);
    }
    if let Some(kept) = text.strip_prefix('\'') {
        return Typed::plain(if kept.is_empty() { Entry::Blank } else { Entry::Text(kept.into()) });
    }
    if text.starts_with('=') && text.len() > 1 {
        return Typed::plain(Entry::Formula(text.into()));
    }
    let trimmed = text.trim();
    if trimmed.eq_ignore_ascii_case("true") {
        return Typed::plain(Entry::Boolean(true));
    }
    if trimmed.eq_ignore_ascii_case("false") {
        return Typed::plain(Entry::Boolean(false));
    }
    let customs = customs(locale);
    number(trimmed, &customs)
        .or_else(|| moment(trimmed, &customs))
        .unwrap_or_else(|| Typed::plain(Entry::Text(text.into())))
}

fn number(text: &str, customs: &Customs) -> Option<Typed> {
    let (negative, rest) = sign(text);
    let (money, rest) = match rest.strip_prefix(customs.currency) {
        Some(rest) => (true, rest.strip_prefix('.').unwrap_or(rest).trim_start()),
        None => (false, rest),
    };
    let (late_minus, rest) = if money { sign(rest) } else { (false, rest) };
    let (percent, rest) = match rest.strip_suffix('%') {
        Some(rest) => (true, rest.trim_end()),
        None => (false, rest),
    };
    let (digits, exponent) = match rest.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, Some(exponent.parse::<i32>().ok()?)),
        None => (rest, None),
    };
    let (whole, fraction) = match digits.split_once(customs.decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let grouped = whole.contains(customs.group);
    let whole = if grouped { ungrouped(whole, customs.group)? } else { whole.to_owned() };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fraction_digits = fraction.unwrap_or("");
    if !all_digits(&whole)
        || !all_digits(fraction_digits)
        || (whole.is_empty() && fraction_digits.is_empty())
    {
        return None;
    }
    let value: f64 =
        format!("0{whole}.{fraction_digits}0e{}", exponent.unwrap_or(0)).parse().ok()?;
    let value = if negative != late_minus { -value } else { value };
    let decimals = if fraction_digits.is_empty() { "" } else { ".00" };
    Some(if percent {
        Typed::number(value / 100.0, "PERCENT", &format!("0{decimals}%"))
    } else if money {
        Typed::number(value, "CURRENCY", &format!("[${}]#,##0{decimals}", customs.currency))
    } else if exponent.is_some() {
        Typed::number(value, "SCIENTIFIC", "0.00E+00")
    } else if grouped {
        Typed::number(value, "NUMBER", &format!("#,##0{decimals}"))
    } else {
        Typed::plain(Entry::Number(value))
    })
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The digits without their group marks; `None` unless every group but the first has three.
fn ungrouped(text: &str, group: char) -> Option<String> {
    let mut parts = text.split(group);
    let first = parts.next()?;
    if first.is_empty() || first.len() > 3 || parts.any(|part| part.len() != 3) {
        return None;
    }
    Some(text.replace(group, ""))
}

fn moment(text: &str, customs: &Customs) -> Option<Typed> {
    if let Some((time, pattern)) = time_of_day(text) {
        return Some(Typed::number(time, "TIME", pattern.unwrap_or(customs.time)));
    }
    if let Some((days, iso)) = date(text, customs) {
        return Some(Typed::number(days, "DATE", if iso { "yyyy-mm-dd" } else { customs.date }));
    }
    let cut = text.find('T').filter(|&at| at == 10).or_else(|| {
        let colon = text.find(':')?;
        text[..colon].rfind(' ')
    })?;
    let (days, iso) = date(text[..cut].trim(), customs)?;
    let (time, _) = time_of_day(text[cut + 1..].trim())?;
    let pattern = if iso { "yyyy-mm-dd h:mm:ss" } else { customs.date_time };
    Some(Typed::number(days + time, "DATE_TIME", pattern))
}

/// A time of day as a fraction of a day, and its pattern if it was written in one.
fn time_of_day(text: &str) -> Option<(f64, Option<&'static str>)> {
    let lower = text.to_ascii_lowercase();
    let (clock, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(rest), _) => (rest.trim_end(), Some(0)),
        (_, Some(rest)) => (rest.trim_end(), Some(12)),
        _ => (lower.as_str(), None),
    };
    let parts: Vec<&str> = clock.split(':').collect();
    if !(2..=3).contains(&parts.len()) || parts.iter().any(|part| part.is_empty() || part.len() > 6)
    {
        return None;
    }
    let hour: u32 = parts[0].parse().ok()?;
    let minute: u32 = parts[1].parse().ok()?;
    let second: f64 = parts.get(2).map_or(Some(0.0), |part| part.parse().ok())?;
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
    let time = NaiveTime::from_hms_opt(hour, minute, 0)?;
    if !(0.0..60.0).contains(&second) {
        return None;
    }
    let pattern = match (half.is_some(), parts.len()) {
        (false, 2) => Some("H:mm"),
        (true, 2) => Some("h:mm am/pm"),
        _ => None,
    };
    Some(((f64::from(time.num_seconds_from_midnight()) + second) / 86_400.0, pattern))
}

/// A date as days since 1899-12-30, and whether it was written year first.
fn date(text: &str, customs: &Customs) -> Option<(f64, bool)> {
    let separator = text.chars().find(|letter| matches!(letter, '-' | '/' | ' '))?;
    let parts: Vec<&str> = text
        .split(separator)
        .map(|part| part.trim_end_matches(','))
        .filter(|p| !p.is_empty())
        .collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let small = |part: &str| part.len() <= 2;
    let number = |part: &str| {
        if part.bytes().all(|b| b.is_ascii_digit()) { part.parse::<u32>().ok() } else { None }
    };
    let (year, month, day, iso) = if let (4, Some(year)) = (first.len(), number(first)) {
        (year, number(second)?, number(third)?, true)
    } else if let Some(month) = month_named(second, customs) {
        (full_year(number(third)?, third), month, number(first).filter(|_| small(first))?, false)
    } else if let Some(month) = month_named(first, customs) {
        (full_year(number(third)?, third), month, number(second).filter(|_| small(second))?, false)
    } else if separator != ' ' && small(first) && small(second) {
        let (a, b) = (number(first)?, number(second)?);
        let (month, day) = if customs.month_first { (a, b) } else { (b, a) };
        (full_year(number(third)?, third), month, day, false)
    } else {
        return None;
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some((serial_of(date) as f64, iso))
}

fn month_named(text: &str, customs: &Customs) -> Option<u32> {
    let text = text.to_lowercase();
    if text.len() < 3 {
        return None;
    }
    let named = |names: &[&str; 12]| {
        names.iter().position(|name| {
            let name = name.to_lowercase();
            name == text || name.get(..3) == Some(text.as_str())
        })
    };
    let at = named(customs.months).or_else(|| named(&ENGLISH_MONTHS))?;
    u32::try_from(at + 1).ok()
}

fn full_year(year: u32, written: &str) -> u32 {
    match written.len() {
        1 | 2 if year < 50 => 2000 + year,
        1 | 2 => 1900 + year,
        _ => year,
    }
}

/// Days from 1899-12-30 to a date.
pub fn serial_of(date: NaiveDate) -> i64 {
    // 1899-12-30 is day 693594 of the common era as chrono counts it.
    i64::from(chrono::Datelike::num_days_from_ce(&date)) - 693_594
}

/// The date so many days after 1899-12-30.
pub fn date_of(serial: i64) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(serial + 693_594).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, locale: &str) -> String {
        let read = read(text, locale);
        let kind = read.number_format.map(|format| format["type"].as_str().unwrap().to_owned());
        match read.entry {
            Entry::Number(number) => {
                format!("{number} {}", kind.unwrap_or_default()).trim_end().to_owned()
            }
            Entry::Text(text) => format!("text {text}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn the_same_digits_mean_other_numbers_elsewhere() {
        assert_eq!(typed("2,000,000.01", "en_US"), "2000000.01 NUMBER");
        assert_eq!(typed("1.500", "en_US"), "1.5");
        assert_eq!(typed("1.500", "in_ID"), "1500 NUMBER");
        assert_eq!(typed("1,5", "id_ID"), "1.5");
        assert_eq!(typed("Rp 50.000", "id_ID"), "50000 CURRENCY");
        assert_eq!(typed("Rp50.000", "en_US"), "text Rp50.000");
        assert_eq!(typed("0812", "id_ID"), "812");
        assert_eq!(typed("85%", "id_ID"), "0.85 PERCENT");
        assert_eq!(typed(".5", "en_US"), "0.5");
        assert_eq!(typed("1e3", "en_US"), "1000 SCIENTIFIC");
        assert_eq!(typed("12,34", "en_US"), "text 12,34");
    }

    #[test]
    fn dates_follow_the_order_of_the_locale() {
        assert_eq!(typed("2020-01-01", "en_US"), "43831 DATE");
        assert_eq!(typed("1/2/2020", "en_US"), "43832 DATE");
        assert_eq!(typed("1/2/2020", "id_ID"), "43862 DATE");
        assert_eq!(typed("24 Mei 2026", "id_ID"), "46166 DATE");
        assert_eq!(typed("24/11/2026", "en_US"), "text 24/11/2026");
        assert_eq!(typed("2020-01-01 12:00", "en_US"), "43831.5 DATE_TIME");
        assert_eq!(typed("7:30", "id_ID"), "0.3125 TIME");
        assert_eq!(typed("7:30 PM", "en_US"), "0.8125 TIME");
        assert_eq!(typed("25:00", "id_ID"), "text 25:00");
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(typed("'0812", "en_US"), "text 0812");
        assert_eq!(typed("XII-3", "id_ID"), "text XII-3");
        assert_eq!(typed("true", "en_US"), "Boolean(true)");
        assert_eq!(typed("-", "en_US"), "text -");
        assert_eq!(typed("Rp", "id_ID"), "text Rp");
    }
}

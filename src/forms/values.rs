//! One cell becomes one typed value, or the reason why not (statistics.md section 2, "Values by
//! kind").

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime};

use crate::ledger::problem::Reason;
use crate::table::{Cell, serial};

/// The last serial number of a day that a spreadsheet knows: 9999-12-31.
const LAST_SERIAL: f64 = 2_958_465.0;

/// The names of the months in Indonesian and English, with the short forms that people type.
const MONTHS: [&[&str]; 12] = [
    &["januari", "january", "jan"],
    &["februari", "february", "feb", "pebruari"],
    &["maret", "march", "mar"],
    &["april", "apr"],
    &["mei", "may"],
    &["juni", "june", "jun"],
    &["juli", "july", "jul"],
    &["agustus", "august", "agu", "aug", "agt"],
    &["september", "sep", "sept"],
    &["oktober", "october", "okt", "oct"],
    &["november", "nov", "nopember"],
    &["desember", "december", "des", "dec"],
];

fn real_day(year: i32, month: u32, day: u32) -> Result<NaiveDate, Reason> {
    NaiveDate::from_ymd_opt(year, month, day).ok_or(Reason::BadDate)
}

/// One or two digits.
fn short_number(text: &str) -> Option<u32> {
    let digits = text.len() <= 2 && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// Four digits.
fn year_number(text: &str) -> Option<i32> {
    let digits = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// `d/m/yyyy`, `d-m-yyyy`, `yyyy-mm-dd` or `d Month yyyy`.
fn day_in_text(text: &str) -> Result<NaiveDate, Reason> {
    let text = text.trim();
    for separator in ['/', '-'] {
        let parts: Vec<&str> = text.split(separator).collect();
        let [first, month, last] = parts[..] else { continue };
        if let (Some(day), Some(month), Some(year)) =
            (short_number(first), short_number(month), year_number(last))
        {
            return real_day(year, month, day);
        }
        if separator == '-'
            && let (Some(year), Some(month), Some(day)) =
                (year_number(first), short_number(month), short_number(last))
        {
            return real_day(year, month, day);
        }
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let [day, month, year] = words[..] else { return Err(Reason::BadDate) };
    let month = month.strip_suffix('.').unwrap_or(month).to_lowercase();
    let month = MONTHS.iter().position(|names| names.contains(&month.as_str()));
    match (short_number(day), month, year_number(year)) {
        (Some(day), Some(month), Some(year)) => real_day(year, month as u32 + 1, day),
        _ => Err(Reason::BadDate),
    }
}

/// A day: a serial number or text; its year must lie in 1940..=2100.
pub fn date(cell: &Cell) -> Result<NaiveDate, Reason> {
    let day = match cell {
        Cell::Number(serial) if (1.0..LAST_SERIAL + 1.0).contains(serial) => {
            serial::epoch() + Days::new(serial.floor() as u64)
        }
        Cell::Text(text) => day_in_text(text)?,
        _ => return Err(Reason::BadDate),
    };
    if (1940..=2100).contains(&day.year()) { Ok(day) } else { Err(Reason::DateOutOfRange) }
}

/// A moment of submission, to the millisecond, in local time.
pub fn timestamp(cell: &Cell) -> Result<NaiveDateTime, Reason> {
    let moment = match cell {
        Cell::Number(serial) if (1.0..=LAST_SERIAL).contains(serial) => {
            let milliseconds = (serial * 86_400_000.0).round() as i64;
            serial::epoch().and_time(NaiveTime::MIN) + chrono::TimeDelta::milliseconds(milliseconds)
        }
        Cell::Text(text) => moment_in_text(text.trim()).ok_or(Reason::BadTimestamp)?,
        _ => return Err(Reason::BadTimestamp),
    };
    if (2015..=2100).contains(&moment.year()) { Ok(moment) } else { Err(Reason::BadTimestamp) }
}

/// `d/m/yyyy h:mm[:ss]` (also `.` in the time), `yyyy-mm-dd h:mm[:ss]`, or either without time.
fn moment_in_text(text: &str) -> Option<NaiveDateTime> {
    let (day, time) = match text.rsplit_once([' ', 'T']) {
        Some((day, time)) => (day.trim_end_matches([' ', 'T']), time_in_text(time)?),
        None => (text, NaiveTime::MIN),
    };
    let day_is_numeric = day.matches('/').count() == 2 || year_number(day.get(..4)?).is_some();
    if day_is_numeric { Some(day_in_text(day).ok()?.and_time(time)) } else { None }
}

/// `h:mm` or `h:mm:ss`, with `:` or `.`.
fn time_in_text(text: &str) -> Option<NaiveTime> {
    let parts: Vec<&str> = text.split([':', '.']).collect();
    let two_digits = |part: &str| if part.len() == 2 { short_number(part) } else { None };
    match parts[..] {
        [hour, minute] => NaiveTime::from_hms_opt(short_number(hour)?, two_digits(minute)?, 0),
        [hour, minute, second] => {
            NaiveTime::from_hms_opt(short_number(hour)?, two_digits(minute)?, two_digits(second)?)
        }
        _ => None,
    }
}

/// An Indonesian mobile number as `+62…`; lost leading zeros and country codes are made good.
pub fn phone(cell: &Cell) -> Result<String, Reason> {
    let digits: String = cell.as_text().chars().filter(char::is_ascii_digit).collect();
    let rest = digits.strip_prefix("62").unwrap_or(&digits);
    let rest = rest.strip_prefix('0').unwrap_or(rest);
    if rest.starts_with('8') && (8..=13).contains(&rest.len()) {
        Ok(format!("+62{rest}"))
    } else {
        Err(Reason::BadPhone)
    }
}

/// Whole rupiah, rounded half up.
pub fn money(cell: &Cell) -> Result<i64, Reason> {
    match cell {
        Cell::Number(amount) if *amount >= 0.0 && *amount < 9.0e15 => {
            Ok((amount + 0.5).floor() as i64)
        }
        Cell::Text(text) => money_in_text(text).ok_or(Reason::BadMoney),
        _ => Err(Reason::BadMoney),
    }
}

fn money_in_text(text: &str) -> Option<i64> {
    let lower: String = text.to_lowercase().split_whitespace().collect();
    let amount = lower
        .strip_prefix("rp")
        .map_or(lower.as_str(), |rest| rest.strip_prefix('.').unwrap_or(rest));
    let amount = amount.strip_suffix(",-").or_else(|| amount.strip_suffix(".-")).unwrap_or(amount);
    let suffixes =
        [("rb", 1_000_i64), ("ribu", 1_000), ("k", 1_000), ("jt", 1_000_000), ("juta", 1_000_000)];
    let (digits, multiplier) = suffixes
        .iter()
        .find_map(|(suffix, multiplier)| Some((amount.strip_suffix(suffix)?, *multiplier)))
        .unwrap_or((amount, 1));
    let hundredths = hundredths_in_text(digits)?;
    let product = hundredths.checked_mul(multiplier)?.checked_add(50)?;
    Some(product / 100)
}

/// Digits; groups of three with `.` and decimals after `,`, or the other way round; or digits with
/// one or two decimals.
fn hundredths_in_text(text: &str) -> Option<i64> {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if is_digits(text) {
        return text.parse::<i64>().ok()?.checked_mul(100);
    }
    for (group_mark, decimal_mark) in [('.', ','), (',', '.')] {
        let (whole, decimals) = match text.split_once(decimal_mark) {
            Some((whole, decimals)) if (1..=2).contains(&decimals.len()) && is_digits(decimals) => {
                (whole, decimals)
            }
            Some(_) => continue,
            None => (text, ""),
        };
        let mut groups = whole.split(group_mark);
        let first = groups.next()?;
        let rest: Vec<&str> = groups.collect();
        let grouped =
            !rest.is_empty() && first.len() <= 3 && rest.iter().all(|group| group.len() == 3);
        let plain = rest.is_empty() && !decimals.is_empty();
        if is_digits(first) && rest.iter().all(|group| is_digits(group)) && (grouped || plain) {
            let whole: i64 = whole.replace(group_mark, "").parse().ok()?;
            let hundredths: i64 = format!("{decimals:0<2}").parse().ok()?;
            return whole.checked_mul(100)?.checked_add(hundredths);
        }
    }
    None
}

/// A whole number: a number without decimals, or text of digits with an optional sign.
pub fn integer(cell: &Cell) -> Result<i64, Reason> {
    match cell {
        Cell::Number(number) if number.fract() == 0.0 && number.abs() < 9.0e15 => {
            Ok(*number as i64)
        }
        Cell::Text(text) => text.trim().parse().map_err(|_| Reason::BadNumber),
        _ => Err(Reason::BadNumber),
    }
}

/// A number, in text with an optional decimal part after `,` or `.`.
pub fn number(cell: &Cell) -> Result<f64, Reason> {
    match cell {
        Cell::Number(number) => Ok(*number),
        Cell::Text(text) => {
            let text = text.trim().replace(',', ".");
            let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
            let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
            let is_digits =
                |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            if is_digits(whole) && is_digits(decimals) {
                // So many digits that they are more than any number has are infinity, which a
                // ledger cannot say.
                text.parse().ok().filter(|number: &f64| number.is_finite()).ok_or(Reason::BadNumber)
            } else {
                Err(Reason::BadNumber)
            }
        }
        _ => Err(Reason::BadNumber),
    }
}

/// Names separated by `,` `;` or line breaks; a leading `12.`, `12)` or `-` of each is removed.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', '\n', '\r'])
        .map(|part| {
            let part = part.trim();
            let after_digits = part.trim_start_matches(|c: char| c.is_ascii_digit());
            let numbered = if after_digits.len() < part.len() {
                after_digits.strip_prefix(['.', ')'])
            } else {
                None
            };
            let bulleted = part.strip_prefix('-');
            numbered.or(bulleted).unwrap_or(part).trim()
        })
        .filter(|name| !name.is_empty())
}

/// Splits ticked boxes at `,` and line breaks into the labels they are. A label that itself holds a
/// comma is put together again. `known` says whether a text is a label; none has more than `most`
/// parts.
pub fn ticked(text: &str, most: usize, known: impl Fn(&str) -> bool) -> Vec<String> {
    let parts: Vec<&str> =
        text.split([',', '\n', '\r']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let mut labels = Vec::with_capacity(parts.len());
    let mut start = 0;
    while start < parts.len() {
        let end = if known(parts[start]) {
            start + 1
        } else {
            let last = parts.len().min(start + most);
            (start + 2..=last)
                .find(|&end| known(&parts[start..end].join(", ")))
                .unwrap_or(start + 1)
        };
        labels.push(parts[start..end].join(", "));
        start = end;
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::record::to_the_second;

    #[test]
    fn money_is_read_as_people_write_it() {
        for (text, rupiah) in [
            ("25.000", 25_000),
            ("Rp25.000,-", 25_000),
            ("25 ribu", 25_000),
            ("1,5jt", 1_500_000),
            ("Rp1.250.000,50", 1_250_001),
            ("25,000.00", 25_000),
            ("12,5rb", 12_500),
        ] {
            assert_eq!(money(&Cell::from(text)), Ok(rupiah), "{text}");
        }
        for text in ["-5000", "seikhlasnya", "25.00.0", "1.2.3", "1234.567", ",5"] {
            assert_eq!(money(&Cell::from(text)), Err(Reason::BadMoney), "{text}");
        }
    }

    #[test]
    fn a_number_of_endless_digits_is_none() {
        assert_eq!(number(&"12,5".into()), Ok(12.5));
        assert_eq!(number(&"9".repeat(308).into()).map(f64::is_finite), Ok(true));
        assert_eq!(number(&"9".repeat(400).into()), Err(Reason::BadNumber));
    }

    #[test]
    fn phones_regain_what_a_spreadsheet_takes_away() {
        for cell in [
            Cell::Number(81_234_567_890.0),
            "0812-3456-7890 (ibu)".into(),
            "+62 0812 3456 7890".into(),
        ] {
            assert_eq!(phone(&cell).as_deref(), Ok("+6281234567890"));
        }
        assert_eq!(phone(&"0212345678".into()), Err(Reason::BadPhone));
    }

    #[test]
    fn dates_are_days_that_exist() {
        let day = NaiveDate::from_ymd_opt(2026, 8, 28);
        for cell in
            [Cell::Number(46262.4), "28/08/2026".into(), "28-8-2026".into(), "2026-08-28".into()]
        {
            assert_eq!(date(&cell).ok(), day, "{cell}");
        }
        assert_eq!(date(&"28 Agt. 2026".into()).ok(), day);
        assert_eq!(date(&"31/02/2010".into()), Err(Reason::BadDate));
        assert_eq!(date(&"28/8-2026".into()), Err(Reason::BadDate));
        assert_eq!(date(&"1/1/1900".into()), Err(Reason::DateOutOfRange));
    }

    #[test]
    fn timestamps_keep_their_milliseconds_and_round_to_seconds() {
        let moment = timestamp(&Cell::Number(46_217.416_666_667)).unwrap();
        assert_eq!(to_the_second(moment).to_string(), "2026-07-14 10:00:00");
        let typed = timestamp(&"14/7/2026 10.00".into()).unwrap();
        assert_eq!(typed.to_string(), "2026-07-14 10:00:00");
        assert_eq!(
            timestamp(&"2026-07-14T10:00:05".into()).unwrap().to_string(),
            "2026-07-14 10:00:05"
        );
        assert_eq!(timestamp(&"kemarin".into()), Err(Reason::BadTimestamp));
        assert_eq!(serial::of_moment(typed), 46_217.0 + 10.0 / 24.0);
    }

    #[test]
    fn a_label_with_a_comma_is_put_together_again() {
        let known = |label: &str| ["Games", "Design, photo and video"].contains(&label);
        assert_eq!(
            ticked("Games, Design, photo and video", 2, known),
            ["Games", "Design, photo and video"]
        );
        // The longest text that a cell holds is not put together in every possible way.
        assert_eq!(ticked(&"a,".repeat(25_000), 2, known).len(), 25_000);
    }
}

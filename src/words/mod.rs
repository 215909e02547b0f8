//! Every sentence, number and date that people read, in Bahasa Indonesia or English.
//!
//! Sentences stand in `config/words/{id,en}.ftl` (Fluent); a file beside the configuration may
//! reword any of them, or only the term `-group` (kelompok, halaqah, liqo). This room knows no
//! other room.

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};

mod language;
mod sentences;

pub use self::language::Language;
pub use self::sentences::Sentences;

/// The words as they are compiled in.
pub const INDONESIAN: &str = include_str!("../../config/words/id.ftl");
/// The words as they are compiled in.
pub const ENGLISH: &str = include_str!("../../config/words/en.ftl");

/// Words that cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("cannot read {file} near \"{near}\": {what}")]
pub struct BadWords {
    /// The file's name.
    pub file: String,
    /// The line that cannot be read.
    pub near: String,
    /// What the parser says.
    pub what: String,
}

/// The words of one language.
pub struct Words {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl Words {
    /// The words of a language; `rewording` is the text of a file whose messages take the place of
    /// those built in.
    pub fn new(language: Language, rewording: Option<&str>) -> Result<Self, BadWords> {
        let mut bundle = FluentBundle::new(vec![unic_langid::LanguageIdentifier::default()]);
        // Isolation marks are for mixed directions; in a cell they are only invisible characters.
        bundle.set_use_isolating(false);
        for text in std::iter::once(language.built_in()).chain(rewording) {
            bundle.add_resource_overriding(parse(language, text)?);
        }
        Ok(Self { language, bundle })
    }

    /// The words of a language as they are compiled in.
    pub fn built_in(language: Language) -> Self {
        Self::new(language, None)
            .expect("the words that are compiled in can be read, as tests show")
    }

    /// The language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// A sentence without parts. A key that no file has shows as itself (a test finds such keys).
    pub fn say(&self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// A sentence with parts, each by name.
    pub fn say_with(&self, key: &str, parts: &[(&str, &str)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let args: FluentArgs =
            parts.iter().map(|(name, part)| (*name, FluentValue::from(*part))).collect();
        let mut errors = Vec::new();
        self.bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned()
    }

    /// `1.234` (Indonesian) or `1,234`.
    pub fn integer(&self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let mark = if self.language == Language::Id { '.' } else { ',' };
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
        if number < 0 {
            grouped.push('-');
        }
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push(mark);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// A rate between 0 and 1 as `85%`.
    pub fn percent(&self, rate: f64) -> String {
        format!("{}%", self.integer((rate * 100.0).round() as i64))
    }

    /// `Rp25.000`, `-Rp25.000`.
    pub fn rupiah(&self, amount: i64) -> String {
        format!("{}Rp{}", if amount < 0 { "-" } else { "" }, self.integer(amount.saturating_abs()))
    }

    /// One decimal: `3,5`.
    pub fn decimal(&self, number: f64) -> String {
        self.decimals(number, 1)
    }

    /// So many decimals: `0,25`.
    pub fn decimals(&self, number: f64, places: usize) -> String {
        let text = format!("{number:.places$}");
        if self.language == Language::Id { text.replace('.', ",") } else { text }
    }

    /// `Selasa, 24 November 2026`.
    pub fn long_date(&self, day: NaiveDate) -> String {
        let (days, months) = self.names();
        let weekday = days[day.weekday().num_days_from_monday() as usize];
        format!("{weekday}, {} {} {}", day.day(), months[day.month0() as usize], day.year())
    }

    /// `24 Nov 2026`.
    pub fn short_date(&self, day: NaiveDate) -> String {
        let (_, months) = self.names();
        let month: String = months[day.month0() as usize].chars().take(3).collect();
        format!("{} {month} {}", day.day(), day.year())
    }

    /// `Selasa, 24 November 2026 07.36`.
    pub fn moment(&self, moment: NaiveDateTime) -> String {
        let time = if self.language == Language::Id {
            moment.format("%H.%M")
        } else {
            moment.format("%H:%M")
        };
        format!("{} {time}", self.long_date(moment.date()))
    }

    fn names(&self) -> (&'static [&'static str; 7], &'static [&'static str; 12]) {
        match self.language {
            Language::Id => (&INDONESIAN_DAYS, &INDONESIAN_MONTHS),
            Language::En => (&ENGLISH_DAYS, &ENGLISH_MONTHS),
        }
    }
}

const INDONESIAN_DAYS: [&str; 7] = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Ahad"];
const ENGLISH_DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// The months in Bahasa Indonesia.
pub const INDONESIAN_MONTHS: [&str; 12] = [
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
/// The months in English.
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

fn parse(language: Language, text: &str) -> Result<FluentResource, BadWords> {
    FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| {
        let first = errors.first();
        let at = first.map_or(0, |error| error.pos.start).min(text.len());
        let start = text[..at].rfind('\n').map_or(0, |end_of_line| end_of_line + 1);
        let near = text[start..].lines().next().unwrap_or_default();
        BadWords {
            file: language.file().to_owned(),
            near: near.to_owned(),
            what: first.map(ToString::to_string).unwrap_or_default(),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn numbers_and_dates_are_written_as_each_language_does() {
        let (id, en) = (Words::built_in(Language::Id), Words::built_in(Language::En));
        let day = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        assert_eq!(id.long_date(day), "Selasa, 24 November 2026");
        assert_eq!(en.long_date(day), "Tuesday, 24 November 2026");
        assert_eq!(
            (id.integer(1_234_567), en.integer(-1_234_567)),
            ("1.234.567".into(), "-1,234,567".into())
        );
        assert_eq!(id.moment(day.and_hms_opt(7, 36, 0).unwrap()), "Selasa, 24 November 2026 07.36");
    }

    #[test]
    fn a_program_may_call_its_groups_halaqah() {
        let words = Words::new(Language::Id, Some("-group = halaqah\n-Group = Halaqah\n")).unwrap();
        assert_eq!(words.say_with("group-named", &[("mentor", "Hasan")]), "Halaqah Hasan");
    }

    #[test]
    fn words_that_cannot_be_read_say_where() {
        let error = Words::new(Language::Id, Some("tab summary\n")).err().unwrap();
        assert!(error.to_string().contains("tab summary"), "{error}");
    }

    /// Keys with the names of their parts.
    fn messages(text: &str) -> BTreeMap<String, Vec<String>> {
        let mut messages: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut current = String::new();
        for line in text.lines() {
            if let Some((key, _)) = line.split_once(" =").filter(|_| !line.starts_with([' ', '#']))
            {
                current = key.to_owned();
                messages.entry(current.clone()).or_default();
            }
            for part in line.split("{ $").skip(1).filter_map(|rest| rest.split([' ', '}']).next()) {
                messages.entry(current.clone()).or_default().push(part.to_owned());
            }
        }
        for parts in messages.values_mut() {
            parts.sort_unstable();
            parts.dedup();
        }
        messages
    }

    #[test]
    fn both_languages_have_every_sentence_with_the_same_parts() {
        assert_eq!(messages(INDONESIAN), messages(ENGLISH));
    }
}

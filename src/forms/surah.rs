//! The surahs of the Quran: numbers, names as people spell them, and how many ayat each has.

use std::collections::BTreeMap;

use super::values;
use crate::ledger::problem::Reason;
use crate::table::Cell;

/// Surah numbers by name, and ayah counts by number.
#[derive(Debug, Clone, Default)]
pub struct Surahs {
    by_name: BTreeMap<String, i64>,
    ayah_counts: BTreeMap<i64, i64>,
}

/// Letters only, lower case: `An-Nas`, `an nas` and `112. An Nas` are one name.
fn letters(name: &str) -> String {
    name.to_lowercase().chars().filter(char::is_ascii_lowercase).collect()
}

impl Surahs {
    /// Reads `surah.csv` (columns number, name, aliases, ayah_count, …). Lines that are no surah
    /// are an error.
    pub fn from_csv(text: &str) -> Result<Self, csv::Error> {
        let mut surahs = Self::default();
        for row in csv::Reader::from_reader(text.as_bytes()).deserialize::<SurahRow>() {
            let row = row?;
            surahs.ayah_counts.insert(row.number, row.ayah_count);
            for name in
                std::iter::once(row.name.as_str()).chain(row.aliases.split(['|', ';', '/', ',']))
            {
                let name = letters(name);
                if !name.is_empty() {
                    surahs.by_name.entry(name).or_insert(row.number);
                }
            }
        }
        Ok(surahs)
    }

    /// How many ayat a surah has; `None` for a number that is no surah.
    pub fn ayah_count(&self, surah: i64) -> Option<i64> {
        self.ayah_counts.get(&surah).copied()
    }

    /// The surah that a cell names by number or name.
    pub fn find(&self, cell: &Cell) -> Result<i64, Reason> {
        let text = cell.to_string();
        let name = match text.split_once('.') {
            Some((number, rest))
                if !matches!(cell, Cell::Number(_))
                    && !rest.trim().is_empty()
                    && !number.trim().is_empty()
                    && number.trim().bytes().all(|b| b.is_ascii_digit()) =>
            {
                rest.trim()
            }
            _ => text.as_str(),
        };
        let found = match values::integer(&Cell::from(name)) {
            Ok(number) if !name.starts_with(['+', '-']) => {
                Some(number).filter(|n| self.ayah_counts.contains_key(n))
            }
            _ => self.by_name.get(&letters(name)).copied(),
        };
        found.ok_or(Reason::UnknownSurah)
    }
}

#[derive(serde::Deserialize)]
struct SurahRow {
    number: i64,
    name: String,
    aliases: String,
    ayah_count: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surah_is_found_however_it_is_spelt() {
        let surahs = Surahs::from_csv(include_str!("../../config/data/surah.csv")).unwrap();
        for cell in [Cell::Number(112.0), "112. Al-Ikhlas".into(), "al ikhlas".into(), "112".into()]
        {
            assert_eq!(surahs.find(&cell), Ok(112), "{cell}");
        }
        assert_eq!(surahs.find(&Cell::Number(115.0)), Err(Reason::UnknownSurah));
        assert_eq!(surahs.find(&"".into()), Err(Reason::UnknownSurah));
        assert_eq!(surahs.ayah_count(2), Some(286));
    }
}

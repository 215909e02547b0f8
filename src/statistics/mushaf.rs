//! The mushaf: how many ayat each surah has, and on which page and in which juz each ayah stands.

use std::ops::Range;

use thiserror::Error;

/// A table of the mushaf that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{table}, line {line}: {fault}")]
pub struct BadMushaf {
    table: &'static str,
    line: usize,
    fault: &'static str,
}

/// Pages and juz of every ayah; an ayah is counted from 0 for the first of the first surah.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mushaf {
    /// The first ayah of each surah, and after the last the number of all ayat.
    surah_starts: Vec<usize>,
    /// The page of each ayah, from 0.
    page_of: Vec<u16>,
    page_sizes: Vec<u32>,
    juz: Vec<Range<usize>>,
}

impl Mushaf {
    /// Reads the three tables (comma-separated, with a title row).
    ///
    /// # Errors
    /// A line that lacks a number, or pages or juz that do not follow each other without gaps.
    pub fn parse(surah: &str, pages: &str, juz: &str) -> Result<Self, BadMushaf> {
        let mut surah_starts = vec![0];
        for (line, row) in rows(surah) {
            let ayat = number("surah.csv", line, &row, 3)?;
            surah_starts.push(surah_starts[surah_starts.len() - 1] + ayat);
        }
        let pages = spans("mushaf_pages.csv", pages, &surah_starts)?;
        let juz = spans("juz.csv", juz, &surah_starts)?;
        let page_sizes =
            pages.iter().map(|page| u32::try_from(page.len()).unwrap_or(u32::MAX)).collect();
        let page_of = (0_u16..)
            .zip(&pages)
            .flat_map(|(index, page)| page.clone().map(move |_| index))
            .collect();
        Ok(Self { surah_starts, page_of, page_sizes, juz })
    }

    /// The tables that come with the program.
    pub fn built_in() -> Self {
        Self::parse(
            include_str!("../../config/data/surah.csv"),
            include_str!("../../config/data/mushaf_pages.csv"),
            include_str!("../../config/data/juz.csv"),
        )
        .expect("the tables that are compiled in are whole, as a test shows")
    }

    /// How many ayat there are.
    pub fn ayat(&self) -> usize {
        self.page_of.len()
    }

    /// The ayat of a surah (from 1), from one to another (from 1), both inside; `None` is the last.
    /// Cut to the surah.
    pub fn passage(&self, surah: i64, from: i64, to: Option<i64>) -> Range<usize> {
        let bounds = usize::try_from(surah).ok().filter(|surah| *surah >= 1).and_then(|surah| {
            Some((*self.surah_starts.get(surah - 1)?, *self.surah_starts.get(surah)?))
        });
        let Some((start, end)) = bounds else { return 0..0 };
        let ayah = |n: i64| start.saturating_add(usize::try_from(n).unwrap_or(0)).min(end);
        ayah(from.saturating_sub(1))..to.map_or(end, ayah)
    }

    /// The share of its page that an ayah takes: one by the number of ayat on the page.
    pub fn page_share(&self, ayah: usize) -> f64 {
        1.0 / f64::from(self.page_sizes[usize::from(self.page_of[ayah])])
    }

    /// The ayat of each juz.
    pub fn juz(&self) -> &[Range<usize>] {
        &self.juz
    }
}

fn rows(table: &str) -> impl Iterator<Item = (usize, Vec<&str>)> {
    let lines = table.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(index, line)| (index + 1, line.split(',').map(str::trim).collect()))
}

fn number(
    table: &'static str,
    line: usize,
    row: &[&str],
    column: usize,
) -> Result<usize, BadMushaf> {
    let text = row.get(column).copied().unwrap_or_default();
    text.parse().map_err(|_| BadMushaf { table, line, fault: "a number is missing" })
}

/// The ayat from `surah_first, ayah_first` to `surah_last, ayah_last` (columns 1 to 4) of each
/// line.
fn spans(
    table: &'static str,
    text: &str,
    surah_starts: &[usize],
) -> Result<Vec<Range<usize>>, BadMushaf> {
    let total = surah_starts[surah_starts.len() - 1];
    let mut spans: Vec<Range<usize>> = Vec::new();
    let mut last_line = 1;
    for (line, row) in rows(text) {
        let ayah = |surah: usize, ayah: usize| {
            let (surah, ayah) =
                (number(table, line, &row, surah)?, number(table, line, &row, ayah)?);
            let start = surah.checked_sub(1).and_then(|index| surah_starts.get(index));
            start.map(|start| start + ayah).ok_or(BadMushaf {
                table,
                line,
                fault: "there is no such surah",
            })
        };
        let (first, end) = (ayah(1, 2)?, ayah(3, 4)?);
        let follows =
            spans.last().map_or(0, |span| span.end) + 1 == first && first <= end && end <= total;
        if !follows {
            return Err(BadMushaf {
                table,
                line,
                fault: "it does not begin where the line before ends",
            });
        }
        spans.push(first - 1..end);
        last_line = line;
    }
    match spans.last() {
        Some(span) if span.end == total => Ok(spans),
        _ => Err(BadMushaf {
            table,
            line: last_line,
            fault: "the table does not reach the last ayah",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_tables_are_whole() {
        let mushaf = Mushaf::built_in();
        assert_eq!((mushaf.ayat(), mushaf.page_sizes.len(), mushaf.juz.len()), (6236, 604, 30));
        assert_eq!(mushaf.passage(112, 1, None).len(), 4);
        assert_eq!(mushaf.passage(114, 1, None).end, 6236);
        assert_eq!(mushaf.passage(2, 5, Some(7)), 7 + 4..7 + 7);
        assert_eq!(mushaf.passage(115, 1, None), 0..0);
        let all: f64 = (0..6236).map(|ayah| mushaf.page_share(ayah)).sum();
        assert!((all - 604.0).abs() < 1e-6);
    }

    #[test]
    fn a_broken_table_is_refused_with_its_line() {
        let surah = "number,name,aliases,ayah_count\n1,A,,3\n2,B,,2\n";
        let good = "n,sf,af,sl,al\n1,1,1,1,3\n2,2,1,2,2\n";
        assert!(Mushaf::parse(surah, good, good).is_ok());
        let gap = Mushaf::parse(surah, "n,sf,af,sl,al\n1,1,1,1,2\n2,2,1,2,2\n", good).unwrap_err();
        assert_eq!((gap.table, gap.line), ("mushaf_pages.csv", 3));
        assert!(Mushaf::parse(surah, "n,sf,af,sl,al\n1,1,1,1,3\n", good).is_err());
        assert!(Mushaf::parse(surah, "n,sf,af,sl,al\n1,9,1,1,3\n", good).is_err());
    }
}

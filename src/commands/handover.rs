//! `handover`: the year's report for the next board, as a spreadsheet file and a page to print. The
//! same ledger and day give the same bytes.

mod page;
mod workbook;

pub use page::said;

use std::fs;
use std::path::Path;

use chrono::NaiveDate;

use super::explain::{cause_words, in_words};
use super::print::say;
use crate::cli::Failure;
use crate::cycle::{figures, scene, standing, suggestions};
use crate::memory::Memory;
use crate::setting::Setting;
use crate::table::tab::Wanted;
use crate::views::report::report;

/// Writes the report of a day into a folder.
pub fn handover(setting: &Setting, as_of: NaiveDate, out: &Path) -> Result<(), Failure> {
    let words = &setting.words;
    let (season, sheets) = sheets(setting, as_of)?;
    let workbook = workbook::workbook(&sheets, as_of).map_err(|error| {
        Failure::Mend(words.say_with("report-not-made", &[("why", &error.to_string())]))
    })?;
    let page = page::page(&sheets, words);
    let name = format!("handover-{season}-{as_of}");
    write(setting, &out.join(format!("{name}.xlsx")), &workbook)?;
    write(setting, &out.join(format!("{name}.html")), page.as_bytes())
}

/// The code of the season that holds the day, and the report's sheets.
fn sheets(setting: &Setting, as_of: NaiveDate) -> Result<(String, Vec<Wanted>), Failure> {
    let read =
        Memory::read_with_answers(&setting.config.ledger_dir(), &setting.config.program_code);
    let (memory, _) = read.map_err(in_words(&setting.words))?;
    let standing = standing(setting, &memory.state, as_of).map_err(in_words(&setting.words))?;
    let figures = figures(setting, &memory.state, &standing);
    let suggestions = suggestions(setting, &memory.state, &standing);
    let scene = scene(setting, &memory.state, &memory.head, &standing, &figures, &suggestions);
    Ok((standing.season.code.to_string(), report(&scene)))
}

fn write(setting: &Setting, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let file = path.display().to_string();
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder.and_then(|()| fs::write(path, bytes)).map_err(|error| {
        let cause = cause_words(&error, &setting.words);
        let parts = [("file", file.as_str()), ("why", cause.as_str())];
        Failure::Mend(setting.words.say_with("report-not-written", &parts))
    })?;
    say(setting.words.say_with("report-written", &[("file", &file)]));
    Ok(())
}

//! *Arsip & Keputusan*: what is in force and where it lies; for a decision why it was taken and
//! what it replaced.

use super::{Level, Scene, Sheet, day, level_colours, levels, plain, text, verdict_cell};
use crate::ledger::codes::DocumentStatus;
use crate::ledger::record::Record;
use crate::statistics::documents;
use crate::table::tab::{Style, Wanted, WantedCell};

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let (words, figures) = (scene.words, scene.figures);
    let number = |path: &str| words.integer(figures.integer(path).unwrap_or(0));
    let parts = [
        ("total", number("documents.total")),
        ("force", number("documents.by_status.in_force")),
        ("overdue", number("documents.review_overdue")),
    ];
    let lead = words
        .say_with("archive-lead", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let widths = [100, 150, 260, 110, 110, 110, 150, 230, 170, 280, 280, 150];
    let mut sheet = Sheet::new("archive", &widths, words.say("archive-title"), lead);
    let columns = [
        "level",
        "kind",
        "title",
        "status",
        "from",
        "review",
        "owner",
        "link",
        "replaces",
        "problem",
        "alternatives",
        "approved",
    ];
    let columns = columns.map(|name| format!("archive-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    sheet.layout.colours = level_colours(0, words);
    let mut records: Vec<&Record> = documents(scene.standing).into_values().collect();
    if records.is_empty() {
        sheet.push(Style::Lead, [plain(words.say("archive-none"))]);
    }
    records.sort_by_key(|record| {
        (
            levels::document(scene, record).level != Some(Level::Warning),
            record.answers.code::<DocumentStatus>("status"),
            record.answers.text("document_kind"),
            record.answers.text("title"),
        )
    });
    for record in records {
        sheet.push(Style::Body, cells(scene, record));
    }
    sheet.finish(words.say("tab-archive"))
}

fn cells(scene: &Scene<'_>, record: &Record) -> Vec<WantedCell> {
    let (words, answers) = (scene.words, &record.answers);
    let said = |question: &str| text(answers.text(question).unwrap_or_default());
    let choice = |question: &str| {
        let code = answers.text(question).unwrap_or_default();
        text(scene.labels.choice("document_record", question, code))
    };
    vec![
        verdict_cell(scene, &levels::document(scene, record)),
        choice("document_kind"),
        said("title"),
        choice("status"),
        day(record.event_date),
        answers.date("review_date").map_or_else(|| plain(words.say("none")), day),
        said("owner"),
        said("link"),
        said("replaces"),
        said("problem"),
        said("alternatives"),
        said("approved_by"),
    ]
}

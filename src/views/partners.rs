//! *Mitra*: every organisation, the overdue ones first, what it promised and what came of it.

use super::{Scene, Sheet, count, day, level_colours, levels, plain, text, verdict_cell};
use crate::ledger::codes::PartnerStage;
use crate::ledger::names::normal_name;
use crate::ledger::record::Record;
use crate::statistics::partners;
use crate::table::Cell;
use crate::table::tab::{Format, Style, Wanted, WantedCell};

/// The column of levels.
const LEVEL_COLUMN: usize = 0;

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let (words, figures) = (scene.words, scene.figures);
    let number = |path: &str| figures.integer(path).unwrap_or(0);
    let promised = number("partners.promised_male") + number("partners.promised_female");
    let parts = [
        ("total", number("partners.total")),
        ("overdue", number("partners.overdue")),
        ("promised", promised),
        ("delivered", number("partners.delivered")),
    ];
    let parts = parts.map(|(name, value)| (name, words.integer(value)));
    let lead = words
        .say_with("partners-lead", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let widths = [100, 230, 190, 150, 110, 120, 100, 90, 90, 90, 150, 300];
    let mut sheet = Sheet::new("partners", &widths, words.say("partners-title"), lead);
    let columns = [
        "level",
        "name",
        "kind",
        "stage",
        "last",
        "next",
        "late",
        "male",
        "female",
        "delivered",
        "approval",
        "contact",
    ];
    let columns = columns.map(|name| format!("partners-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    sheet.layout.colours = level_colours(LEVEL_COLUMN, words);
    let mut records: Vec<&Record> = partners(scene.standing).into_values().collect();
    if records.is_empty() {
        sheet.push(Style::Lead, [plain(words.say("partners-none"))]);
    }
    // Those who are no partners any more are the last stage.
    records.sort_by_key(|record| {
        let stage: Option<PartnerStage> = record.answers.code("stage");
        (-levels::partner_days_late(scene.standing, record), stage)
    });
    for record in records {
        sheet.push(Style::Body, cells(scene, record));
    }
    sheet.finish(words.say("tab-partners"))
}

fn cells(scene: &Scene<'_>, record: &Record) -> Vec<WantedCell> {
    let (words, answers) = (scene.words, &record.answers);
    let late = levels::partner_days_late(scene.standing, record);
    let choice = |question: &str| {
        let code = answers.text(question).unwrap_or_default();
        text(scene.labels.choice("partner_contact", question, code))
    };
    let number = |question: &str| count(answers.integer(question).unwrap_or(0));
    let organization = answers.text("organization").unwrap_or_default();
    let name = normal_name(organization);
    let mentors = scene.standing.mentors.all().iter();
    let delivered = mentors.filter(|mentor| {
        normal_name(mentor.latest().answers.text("institution").unwrap_or_default()) == name
    });
    let contact = [answers.text("contact_name"), answers.text("phone")];
    vec![
        verdict_cell(scene, &levels::partner(scene, record)),
        text(organization),
        choice("partner_kind"),
        choice("stage"),
        day(record.event_date),
        answers.date("next_action_date").map_or_else(|| plain(words.say("none")), day),
        WantedCell::new(
            if late > 0 { Cell::Number(late as f64) } else { Cell::Blank },
            Format::Integer,
        ),
        number("promised_male"),
        number("promised_female"),
        count(delivered.count() as i64),
        choice("school_approval"),
        text(contact.into_iter().flatten().collect::<Vec<_>>().join(", ")),
    ]
}

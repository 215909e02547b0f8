//! *Serah Terima*: what the next board receives, what is still missing, and what is open.

use super::levels::is_on;
use super::{Scene, Sheet, count, level_colours, levels, plain, text};
use crate::ledger::record::Record;
use crate::statistics::documents;
use crate::table::tab::{Style, Wanted, WantedCell};

/// Open matters: the figure that counts them, their words, and where they stand.
const OPEN: [(&str, &str, &str); 7] = [
    ("support.open", "handover-support", "tab-support"),
    ("waiting.count", "handover-waiting", "tab-suggestions"),
    ("groups.stalled", "handover-stalled", "tab-groups"),
    ("taaruf.overdue", "handover-taaruf", "tab-taaruf"),
    ("partners.overdue", "handover-partners", "tab-partners"),
    ("documents.review_overdue", "handover-review", "tab-archive"),
    ("data_quality.rows.rejected", "handover-rejected", "tab-to-fix"),
];

/// What must be settled before a season is closed: the figure, its words, and where it stands.
const CLOSING: [(&str, &str, &str); 10] = [
    ("waiting.count", "handover-waiting", "tab-suggestions"),
    ("groups.open", "closing-groups", "tab-groups"),
    ("support.open", "handover-support", "tab-support"),
    ("taaruf.overdue", "handover-taaruf", "tab-taaruf"),
    ("taaruf.pending", "closing-taaruf", "tab-taaruf"),
    ("cash.donations_gap", "closing-donations", "tab-finance"),
    ("documents.handover_missing", "closing-documents", "tab-handover"),
    ("documents.review_overdue", "handover-review", "tab-archive"),
    ("partners.overdue", "handover-partners", "tab-partners"),
    ("data_quality.rows.rejected", "handover-rejected", "tab-to-fix"),
];

/// Something that is still open at the end of a season.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matter {
    /// The figure that counts it.
    pub path: &'static str,
    /// How many, or how many rupiah.
    pub number: i64,
    /// The number as people read it.
    pub count: String,
    /// What it is.
    pub what: String,
    /// The tab that shows it.
    pub tab: String,
    /// Which ones, where they have names that anybody may read.
    pub names: Vec<String>,
}

/// Everything of the scene's season that is still open: groups that no decision closed too.
pub fn left_open(scene: &Scene<'_>) -> Vec<Matter> {
    let words = scene.words;
    let matter = |&(path, key, tab): &(&'static str, &str, &str)| {
        // Where a form is off nobody could ever have handed it in.
        let form = if path.starts_with("taaruf") { "taaruf_record" } else { "placement_decision" };
        let number = match path {
            "documents.handover_missing" => missing(scene).len() as i64,
            path => scene.figures.integer(path).unwrap_or(0),
        };
        let count =
            if path.starts_with("cash") { words.rupiah(number) } else { words.integer(number) };
        let names = match path {
            "documents.handover_missing" => {
                let label = |kind: &str| {
                    scene.labels.choice("document_record", "document_kind", kind).to_owned()
                };
                missing(scene).into_iter().map(label).collect()
            }
            "groups.open" => {
                scene.standing.open_groups().map(|(_, group)| group.name.to_owned()).collect()
            }
            _ => Vec::new(),
        };
        (number != 0 && is_on(scene, form)).then(|| Matter {
            path,
            number,
            count,
            what: words.say(key),
            tab: words.say(tab),
            names,
        })
    };
    CLOSING.iter().filter_map(matter).collect()
}

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let words = scene.words;
    let (missing, kinds) = (missing(scene), scene.handover);
    let (ready, all) = (kinds.len() - missing.len(), kinds.len());
    let parts = [
        ("ready", words.integer(ready as i64)),
        ("all", words.integer(all as i64)),
        ("end", words.long_date(scene.standing.season.end)),
    ];
    let lead = words
        .say_with("handover-lead", &parts.each_ref().map(|(name, part)| (*name, part.as_str())));
    let widths = [320, 110, 320, 460];
    let mut sheet = Sheet::new("handover", &widths, words.say("handover-title"), lead);
    let columns = ["what", "level", "state", "link"].map(|name| format!("handover-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    sheet.layout.colours = level_colours(1, words);
    let mut kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    kinds.sort_by_key(|kind| !missing.contains(kind));
    sheet.push(Style::Section, [text(words.say("handover-documents"))]);
    if kinds.is_empty() {
        sheet.push(Style::Lead, [plain(words.say("handover-no-kinds"))]);
    }
    for kind in kinds {
        sheet.push(Style::Body, document(scene, kind, missing.contains(&kind)));
    }
    sheet.push(Style::Section, [text(words.say("handover-open"))]);
    let open =
        OPEN.map(|(path, key, tab)| (scene.figures.integer(path).unwrap_or(0), path, key, tab));
    for (number, path, key, tab) in open.iter().filter(|open| open.0 > 0) {
        let place = words.say_with("handover-see", &[("tab", &words.say(tab))]);
        sheet.push(
            Style::Body,
            [text(words.say(key)).with_note(*path), count(*number), text(place)],
        );
    }
    if open.iter().all(|open| open.0 == 0) {
        sheet.push(Style::Lead, [plain(words.say("handover-nothing-open"))]);
    }
    ledger(scene, &mut sheet);
    sheet.finish(words.say("tab-handover"))
}

/// The kinds without a document that could be handed over.
fn missing<'s>(scene: &Scene<'s>) -> Vec<&'s str> {
    let missing =
        scene.figures.value("documents.handover_missing").and_then(serde_json::Value::as_array);
    missing.into_iter().flatten().filter_map(serde_json::Value::as_str).collect()
}

fn document(scene: &Scene<'_>, kind: &str, is_missing: bool) -> [WantedCell; 4] {
    let words = scene.words;
    let is =
        |record: &Record, question: &str, code: &str| record.answers.text(question) == Some(code);
    let all = documents(scene.standing);
    let of_kind: Vec<&Record> =
        all.into_values().filter(|record| is(record, "document_kind", kind)).collect();
    let in_force: Vec<&&Record> =
        of_kind.iter().filter(|record| is(record, "status", "in_force")).collect();
    let titles: Vec<&str> =
        in_force.iter().filter_map(|record| record.answers.text("title")).collect();
    let state = match (is_missing, in_force.is_empty()) {
        (false, _) => titles.join(", "),
        // Something is there, but it is past its review or cannot be opened.
        (true, false) => words.say_with("handover-unfit", &[("titles", &titles.join(", "))]),
        (true, true) if of_kind.is_empty() => words.say("handover-none"),
        (true, true) => words.say("handover-not-in-force"),
    };
    let links: Vec<&str> =
        in_force.iter().filter_map(|record| record.answers.text("link")).collect();
    let level = levels::handover_kind(is_missing);
    [
        text(scene.labels.choice("document_record", "document_kind", kind)),
        plain(words.say(level.key())),
        text(state),
        text(links.join("\n")),
    ]
}

/// What goes with the documents. Where the ledger ends stands in one place alone, in the tab of the
/// status.
fn ledger(scene: &Scene<'_>, sheet: &mut Sheet) {
    let words = scene.words;
    let place = words.say_with("handover-see", &[("tab", &words.say("tab-status"))]);
    sheet.push(Style::Section, [text(words.say("handover-ledger"))]);
    sheet.push(Style::Body, [text(words.say("handover-head")), plain(""), text(place)]);
}

//! *Status*: where the ledger stands, how each form tab was read, and the ledger's checkpoints by
//! day.

use super::{Scene, Sheet, count, text};
use crate::ledger::state::Fate;
use crate::table::cell_at;
use crate::table::tab::{Format, ReadTab, Style, Wanted, WantedCell};

/// The key of this view.
pub const VIEW: &str = "status";

/// The rows of the ledger's length and hash, counted from 0.
const EVENTS_ROW: usize = 5;
const HEAD_ROW: usize = 6;

/// The ledger's head as the tab shows it; none if somebody wrote something else there.
pub fn witnessed_head(tab: &ReadTab) -> Option<(u64, String)> {
    let seq = cell_at(tab.rows.get(EVENTS_ROW)?, 1)
        .number()
        .filter(|seq| *seq >= 1.0 && seq.fract() == 0.0)?;
    let hash = cell_at(tab.rows.get(HEAD_ROW)?, 1).to_string();
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then_some((seq as u64, hash))
}

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let words = scene.words;
    let mut sheet =
        Sheet::new(VIEW, &[290, 560], words.say("status-title"), words.say("status-lead"));
    sheet.header(words, &["status-col-what", "status-col-value"]);
    let at = scene.head.at.map_or_else(|| words.say("none"), |moment| words.moment(moment));
    sheet.push(Style::Body, [text(words.say("status-program")), text(scene.program_name)]);
    sheet.push(Style::Body, [text(words.say("status-last-event")), text(at)]);
    sheet.push(
        Style::Body,
        [
            text(words.say("status-events")),
            count(i64::try_from(scene.head.seq).unwrap_or(i64::MAX)),
        ],
    );
    sheet.push(
        Style::Body,
        [text(words.say("status-head")), WantedCell::new(scene.head.hash.as_str(), Format::Text)],
    );
    sheet.push(Style::Body, [text(words.say("status-season")), text(super::seasons::line(scene))]);
    sheet.push(Style::Section, [text(words.say("status-forms"))]);
    for (form, title) in &scene.labels.forms {
        sheet.push(Style::Body, [text(title.as_str()), text(form_line(scene, form))]);
    }
    sheet.push(
        Style::Section,
        [text(words.say("status-checkpoints")), text(words.say("status-checkpoints-hint"))],
    );
    for checkpoint in scene.head.checkpoints.iter().rev() {
        let (day, seq) = (words.short_date(checkpoint.day), checkpoint.seq.to_string());
        let label = words.say_with("status-checkpoint", &[("day", &day), ("seq", &seq)]);
        // The fingerprint stands alone in its cell, so that it can be copied into `ledger verify
        // --against`.
        let hash = checkpoint.hash.map_or_else(|| "…".to_owned(), |hash| hash.to_string());
        sheet.push(Style::Body, [text(label), WantedCell::new(hash.as_str(), Format::Text)]);
    }
    sheet.finish(words.say("tab-status"))
}

/// How a form's tab was read, in one line.
fn form_line(scene: &Scene<'_>, form: &str) -> String {
    let words = scene.words;
    let Some(tab) = scene.state.tabs.get(form) else {
        let held = scene.held.iter().any(|held| held.form == form);
        return words.say(if held { "status-form-waiting" } else { "status-form-off" });
    };
    let (mut accepted, mut rejected, mut copied) = (0, 0, 0);
    for row in scene.state.forms.get(form).into_iter().flat_map(|rows| rows.values()) {
        copied += i64::from(row.copies);
        match row.fate {
            Fate::Accepted { .. } => accepted += 1,
            Fate::Rejected(..) => rejected += 1,
        }
    }
    let parts = [("accepted", accepted), ("rejected", rejected), ("copied", copied)];
    let parts = parts.map(|(name, number)| (name, words.integer(number)));
    let mut line = words.say_with(
        "status-form-rows",
        &parts.each_ref().map(|(name, number)| (*name, number.as_str())),
    );
    let unknown = tab.questions.iter().filter(|(_, question)| question.is_none());
    let unknown: Vec<&str> = unknown.map(|(title, _)| title.as_str()).collect();
    if !unknown.is_empty() {
        line.push_str("; ");
        line.push_str(&words.say_with("status-form-unknown", &[("titles", &unknown.join(", "))]));
    }
    line
}

//! The year's report for the next board: a cover, and those tabs that name no mentee, without what
//! anybody wrote freely. Data alone; the command makes a spreadsheet file and a page of it.

use super::seasons::state_words;
use super::{
    Level, Scene, Sheet, archive, count, evaluation, finance, handover, plain, summary, text,
};
use crate::table::Cell;
use crate::table::tab::{Style, Wanted};

/// The shortest run of digits that is taken for a phone number.
const PHONE_DIGITS: usize = 9;

/// The report: its sheets, the cover first.
pub fn report(scene: &Scene<'_>) -> Vec<Wanted> {
    let sheets =
        [summary::view, finance::view, evaluation::without_voices, archive::view, handover::view];
    let mut report = vec![cover(scene)];
    report.extend(sheets.iter().map(|view| view(scene)));
    for sheet in &mut report[1..] {
        for cell in sheet.rows.iter_mut().flat_map(|row| &mut row.cells) {
            if let Cell::Text(text) = &cell.value {
                cell.value = Cell::text(without_phones(text));
            }
        }
    }
    report
}

/// Which program and season this is, how much is open, and by what the ledger is known again.
fn cover(scene: &Scene<'_>) -> Wanted {
    let (words, season) = (scene.words, scene.standing.season);
    let title = words
        .say_with("report-title", &[("program", scene.program_name), ("season", &season.name)]);
    let lead = words.say_with("report-lead", &[("day", &words.long_date(scene.today))]);
    let mut sheet = Sheet::new("report", &[300, 620], title, lead);
    let period = [("start", words.long_date(season.start)), ("end", words.long_date(season.end))];
    let period = words
        .say_with("report-period", &period.each_ref().map(|(name, part)| (*name, part.as_str())));
    sheet.push(Style::Section, [text(words.say("report-season"))]);
    sheet.push(Style::Body, [text(season.name.as_str()), text(period)]);
    let state = state_words(scene.state.seasons.of(&season.code), words);
    sheet.push(Style::Body, [text(words.say("report-season-state")), text(state)]);
    sheet.push(Style::Section, [text(words.say("report-open"))]);
    let actions = super::actions::actions(scene);
    for (level, key) in
        [(Level::Alert, "report-open-alert"), (Level::Warning, "report-open-warning")]
    {
        let number = actions.iter().filter(|action| action.level == level).count();
        sheet.push(Style::Body, [text(words.say(key)), count(number as i64)]);
    }
    sheet.push(Style::Section, [text(words.say("report-ledger"))]);
    let (head, none) = (scene.head, words.say("none"));
    let last = head.at.map_or_else(|| none.clone(), |moment| words.moment(moment));
    sheet.push(Style::Body, [text(words.say("report-last-event")), text(last)]);
    let events = i64::try_from(head.seq).unwrap_or(i64::MAX);
    sheet.push(Style::Body, [text(words.say("report-events")), count(events)]);
    sheet.push(Style::Body, [text(words.say("report-hash")), plain(head.hash.as_str())]);
    let verify = words.say_with("report-verify-how", &[("hash", &head.hash)]);
    sheet.push(Style::Body, [text(words.say("report-verify")), text(verify)]);
    sheet.finish(words.say("tab-report"))
}

/// The text with a dash for whatever looks like a phone number: people write them into titles and
/// decisions. An address on the web is left whole, for its digits are no phone.
fn without_phones(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let begins = out.chars().next_back().is_none_or(|before| !before.is_alphanumeric());
        if begins && (rest.starts_with("https://") || rest.starts_with("http://")) {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            out.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        let length = if begins { phone_length(rest) } else { 0 };
        if length > 0 {
            out.push('–');
            rest = &rest[length..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

/// How many bytes of phone number the text begins with; 0 if it begins with none. Indonesian
/// numbers begin with 0, 62 or 8, with or without a plus sign; all others with a plus sign.
fn phone_length(text: &str) -> usize {
    let known = ["+", "0", "62", "8", "(0", "(+"];
    if !known.iter().any(|start| text.starts_with(start)) {
        return 0;
    }
    let (mut digits, mut length) = (0, 0);
    for (at, char) in text.char_indices() {
        match char {
            '0'..='9' => (digits, length) = (digits + 1, at + 1),
            ' ' | '-' | '.' | '(' | ')' | '+' | '\u{a0}' => {}
            _ => break,
        }
    }
    if digits >= PHONE_DIGITS { length } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::without_phones;

    #[test]
    fn a_phone_number_does_not_leave_with_the_report() {
        for phone in [
            "081234567890",
            "+62 812-3456-7890",
            "62812 3456 7890",
            "8123456789",
            "(0274) 555 1234",
        ] {
            assert_eq!(without_phones(&format!("Hubungi {phone}, ya")), "Hubungi –, ya", "{phone}");
        }
    }

    #[test]
    fn other_numbers_stay() {
        for text in [
            "Rp1.500.000.000",
            "24 Nov 2026",
            "2026-11-24",
            "https://x.org/d/081234567890/e",
            "08.30 - 10.00",
        ] {
            assert_eq!(without_phones(text), text);
        }
    }
}

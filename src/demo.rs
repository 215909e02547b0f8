//! A whole small season as it would stand in the form response tabs of a spreadsheet, for whoever
//! tries the program.
//!
//! Everything is invented, and everything lies relative to the day on which it is seen, so that the
//! program looks alive in any month: it is about week 12 of the running season, and a smaller
//! season lies behind. A few rows are wrong on purpose, for a coordinator to mend. Pure: the same
//! forms and the same day give the same cells. It may know forms and cells; it may not know the
//! clock, files or Google.

mod dates;
mod enrolment;
mod groups;
mod meetings;
mod office;
mod people;
mod random;
mod screening;
mod sheet;

#[cfg(test)]
pub(crate) mod tests;

use std::path::Path;

use chrono::NaiveDate;

use crate::forms::{Form, Forms};
use crate::table::Rows;
use dates::{CALENDAR, Dates};
use sheet::Sheet;

/// The tab of one form.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoTab {
    /// The form's key.
    pub form: String,
    /// The tab's title, as Google names it: `Form Responses 1`.
    pub title: String,
    /// The rows; row 0 holds the titles: the timestamp's and the questions in Bahasa Indonesia.
    pub rows: Rows,
}

/// Fills the tab of one form.
type Writer = fn(&mut Sheet<'_>);

/// What is written into which form; a form that stands here no longer, or not yet, has a tab with
/// titles only.
const WRITERS: &[(&str, Writer)] = &[
    ("mentee_registration", enrolment::registrations),
    ("guardian_consent", enrolment::consents),
    ("mentee_follow_up", enrolment::follow_ups),
    ("mentor_application", screening::applications),
    ("mentor_training", screening::steps),
    ("placement_decision", groups::decisions),
    ("meeting_report", meetings::reports),
    ("taaruf_record", meetings::taaruf),
    ("memorization_record", meetings::recitations),
    ("mentee_feedback", meetings::mentee_feedback),
    ("mentor_feedback", meetings::mentor_feedback),
    ("support_request", office::support_requests),
    ("support_follow_up", office::support_follow_ups),
    ("finance_record", office::finance),
    ("promotion_activity", office::promotion),
    ("partner_contact", office::partners),
    ("document_record", office::documents),
];

/// The tabs of all forms that are on, for a program seen on `today`; the last rows are of the day
/// before.
pub fn tabs(forms: &Forms, today: NaiveDate) -> Vec<DemoTab> {
    let dates = Dates::seen_on(today);
    let enabled = forms.iter().filter(|form| form.definition.enabled);
    enabled.zip(1..).map(|(form, number)| tab(form, number, dates)).collect()
}

fn tab(form: &Form, number: u32, dates: Dates) -> DemoTab {
    let mut sheet = Sheet::new(form, dates);
    if let Some((_, write)) = WRITERS.iter().find(|(key, _)| *key == form.key()) {
        write(&mut sheet);
    }
    DemoTab {
        form: form.key().to_owned(),
        title: format!("Form Responses {number}"),
        rows: sheet.into_rows(),
    }
}

/// The configuration of the demo as TOML: `endpoint` is the sandbox's address, `data_dir` where the
/// ledger will live, `tabs` what [`tabs`] gave for the same day.
pub fn configuration(
    endpoint: &str,
    (spreadsheet_id, restricted_id): (&str, &str),
    data_dir: &Path,
    today: NaiveDate,
    tabs: &[DemoTab],
) -> String {
    let dates = Dates::seen_on(today);
    let mut text = format!(
        "# A demo: invented people in a sandbox. config/halaqah.toml shows every key that may stand here.\n\
         language = \"id\"\n\
         timezone = \"Asia/Jakarta\"\n\
         data_dir = {}\n\
         \n[program]\nname = \"Rohis SMA Contoh\"\ncode = \"demo\"\n\
         \n[google]\nendpoint = {}\n\
         \n[workbook]\nspreadsheet_id = {}\nrestricted_id = {}\n\
         \n[schedule]\nsync = \"* * * * *\"\n\n",
        quoted(&data_dir.to_string_lossy()),
        quoted(endpoint),
        quoted(spreadsheet_id),
        quoted(restricted_id),
    );
    for tab in tabs {
        text += &format!("[forms.{}]\ntab = {}\n", tab.form, quoted(&tab.title));
        if tab.form == "meeting_report" {
            let link = format!("{endpoint}/forms/{spreadsheet_id}/meeting_report?group={{group}}");
            text += &format!("link = {}\n", quoted(&link));
        }
    }
    for (first_week, cash_opening) in [(dates::BEFORE, 250_000), (0, 1_100_000)] {
        let (start, end) = (dates.monday(first_week), dates.season_end(first_week));
        text += &format!(
            "\n[[seasons]]\ncode = \"{}\"\nname = \"Musim {}\"\nstart = \"{start}\"\nend = \"{end}\"\n\
             cash_opening = {cash_opening}\n",
            start.format("%Y-%m"),
            dates::month_and_year(start),
        );
    }
    for free in CALENDAR {
        let (from, to) = (dates.day(free.from.0, free.from.1), dates.day(free.to.0, free.to.1));
        text += &format!(
            "\n[[calendar]]\nfrom = \"{from}\"\nto = \"{to}\"\nkind = \"{}\"\nname = \"{}\"\n",
            free.kind, free.name
        );
    }
    text += "\n[handover]\nkinds = [\"procedure\", \"module\", \"decision\", \"report\", \"contacts\"]\n";
    text
}

/// A TOML basic string; JSON's escapes are among TOML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

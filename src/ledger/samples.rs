//! Small hand-made rows for the tests of rooms that build on the ledger.

use chrono::{NaiveDate, NaiveDateTime};
use compact_str::CompactString;
use serde_json::Value;

use super::answers::Answers;
use super::index::Idx;
use super::record::{Record, Source};
use super::season::{Program, Season};

/// A day from `2026-07-14`.
pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Two seasons of 16 weeks, no free days.
pub(crate) fn program() -> Program {
    let season = |code: &str, start, end| Season {
        code: code.to_owned(),
        name: code.to_owned(),
        start: day(start),
        end: day(end),
        cash_opening: 500_000,
    };
    Program {
        seasons: vec![
            season("2025-1", "2025-07-14", "2025-11-02"),
            season("2026-1", "2026-07-13", "2026-11-01"),
        ],
        ..Program::default()
    }
}

/// Rows, numbered in the order in which they are added.
#[derive(Debug, Default)]
pub(crate) struct Rows(pub Vec<Record>);

impl Rows {
    /// A row of a form submitted on a day or moment (`2026-07-14`, `2026-07-14T08:00:00`); an
    /// answer `date` is its event.
    pub fn add(&mut self, form: &str, moment: &str, answers: Value) -> &mut Self {
        let moment = moment
            .parse::<NaiveDateTime>()
            .unwrap_or_else(|_| day(moment).and_hms_opt(12, 0, 0).unwrap());
        let answers: Answers = serde_json::from_value(answers).unwrap();
        let seq = self.0.len() as u64 + 1;
        self.0.push(Record {
            form: form.into(),
            source: Source { tab: 1, row: 2, key: CompactString::default() },
            seq,
            moment,
            has_timestamp: true,
            event_date: answers.date("date").unwrap_or(moment.date()),
            answers,
            dropped: 0,
        });
        self
    }

    /// A mentee of 15 or 16 who registers; the nickname is the first word of the name.
    pub fn mentee(&mut self, moment: &str, name: &str, phone: &str) -> &mut Self {
        let nickname = name.split(' ').next().unwrap_or_default();
        self.add(
            "mentee_registration",
            moment,
            serde_json::json!({"full_name": name, "nickname": nickname, "gender": "male", "birth_date": "2011-01-01",
                "phone": phone, "slots": ["fri_afternoon"], "source": "friend"}),
        )
    }

    /// A mentor who applies and takes 8 mentees.
    pub fn mentor(&mut self, moment: &str, name: &str, phone: &str) -> &mut Self {
        let nickname = name.split(' ').next().unwrap_or_default();
        self.add(
            "mentor_application",
            moment,
            serde_json::json!({"full_name": name, "nickname": nickname, "gender": "male", "birth_date": "2003-01-01",
                "phone": phone, "slots": ["fri_afternoon"], "max_mentees": "8", "institution": "UI"}),
        )
    }

    /// A placement decision submitted on its date.
    pub fn place(&mut self, date: &str, action: &str, group: &str, members: &[&str]) -> &mut Self {
        self.add(
            "placement_decision",
            date,
            serde_json::json!({"action": action, "group": group, "members": members, "date": date, "mentor": "Umar"}),
        )
    }

    /// A meeting report submitted on the day of the meeting.
    pub fn met(&mut self, date: &str, group: &str, present: &[&str]) -> &mut Self {
        self.add(
            "meeting_report",
            date,
            serde_json::json!({"group": group, "date": date, "status": "held", "present": present}),
        )
    }
}

/// The index of the one that came `position`-th, counted from 0.
pub(crate) fn nth<I: Idx>(position: usize) -> I {
    I::at(position)
}

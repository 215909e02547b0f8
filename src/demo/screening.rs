//! Mentors come in: applications, the steps until they are ready, and the talks that keep them
//! going.

use chrono::TimeDelta;

use super::dates::BEFORE;
use super::people::{MENTORS, Mentor, Screening, phone};
use super::sheet::{Answers, Sheet};
use crate::ledger::codes::Code;

/// The hundred of the mentors' invented phone numbers.
const MENTOR_PHONES: u32 = 6;

/// The steps in their order; days after the first one.
const STEPS: [(&str, i64); 7] = [
    ("identity", 0),
    ("reference", 1),
    ("interview", 3),
    ("reading_test", 3),
    ("code_of_ethics", 7),
    ("child_protection", 8),
    ("basic_training", 8),
];

impl Mentor {
    /// The week of the application.
    fn applied(&self) -> i64 {
        match self.screening {
            Screening::Before => BEFORE - 3,
            Screening::Ready => -3,
            Screening::Underway => 8,
            Screening::Applied => 11,
        }
    }

    /// How many of the steps have been taken.
    fn steps(&self) -> usize {
        match self.screening {
            Screening::Before | Screening::Ready => STEPS.len(),
            Screening::Underway => 3,
            Screening::Applied => 0,
        }
    }
}

/// `mentor_application`.
pub(super) fn applications(sheet: &mut Sheet<'_>) {
    for (number, mentor) in MENTORS.iter().enumerate() {
        let interests = sheet.some("interests", 3);
        let experience =
            if mentor.screening == Screening::Before { "two_or_more" } else { "one_season" };
        let birthday = sheet.dates.birthday(mentor.age, (number % 12) as u32 + 1, 15);
        let mut row = sheet
            .answers()
            .text("full_name", mentor.name)
            .text("nickname", mentor.nickname)
            .choice("gender", mentor.gender.code())
            .day("birth_date", birthday)
            .text("phone", &phone(MENTOR_PHONES, number + 1))
            .choice("occupation", mentor.occupation)
            .text("institution", mentor.institution)
            .number("graduation_year", i64::from(chrono::Datelike::year(&birthday)) + 18)
            .ticks("slots", mentor.slots)
            .choice("max_mentees", mentor.max_mentees)
            .choice("experience", experience)
            .choice("reading_level", if number % 3 == 0 { "tahsin" } else { "quran_fluent" })
            .choice("memorization_level", if number % 2 == 0 { "juz_30" } else { "over_1_juz" })
            .ticks("interests", &interests)
            .text("motivation", "Ingin menemani adik-adik bertumbuh seperti dulu saya ditemani.")
            .text("reference_contact", "Ustadz Hasan Basri - 0811-0000-0699")
            .all_ticks("pledges");
        for question in ["conversation_style", "study_approach", "own_trait", "commitment"] {
            row = row.choice(question, sheet.any(question));
        }
        sheet.send(sheet.dates.day(mentor.applied(), 1 + (number % 4) as i64), row);
    }
}

/// `mentor_training`.
pub(super) fn steps(sheet: &mut Sheet<'_>) {
    for mentor in MENTORS {
        let first = sheet.dates.day(mentor.applied() + 1, 0);
        for (step, after) in STEPS.iter().take(mentor.steps()) {
            let day = first + TimeDelta::days(*after);
            let mut row = step_row(sheet, mentor, step, "passed").day("date", day);
            row = match *step {
                "basic_training" => row.number("hours", 4),
                "child_protection" => row.day("valid_until", day + TimeDelta::weeks(52)),
                "interview" | "reading_test" => {
                    row.number("score", 4 + sheet.random.below(2) as i64)
                }
                _ => row,
            };
            sheet.send(day, row);
        }
        if mentor.screening == Screening::Underway {
            // Read well, but is to come once more.
            let day = first + TimeDelta::days(8);
            let row = step_row(sheet, mentor, "reading_test", "conditional")
                .day("date", day)
                .number("score", 3);
            sheet.send(day, row);
        }
        if let Some(days) = mentor.supervised_days_ago {
            let day = sheet.dates.days_ago(days);
            let row = step_row(sheet, mentor, "supervision", "passed")
                .day("date", day)
                .number("hours", 1);
            sheet.send(
                day,
                row.text("note", "Ngobrol santai soal kabar kelompok dan kabar mentor."),
            );
        }
    }
    let refresher = sheet.dates.day(5, 5);
    for mentor in MENTORS.iter().filter(|mentor| mentor.screening == Screening::Ready) {
        let row = step_row(sheet, mentor, "advanced_training", "passed")
            .day("date", refresher)
            .number("hours", 3);
        sheet.send_at(refresher, 15, row);
    }
}

fn step_row<'f>(sheet: &Sheet<'f>, mentor: &Mentor, step: &str, result: &str) -> Answers<'f> {
    sheet
        .answers()
        .text("mentor", mentor.name)
        .choice("step", step)
        .choice("result", result)
        .text("assessor", "Seksi pembinaan mentor")
}

//! What a respondent typed: which questions it leaves open, what it becomes in a row, and what it
//! was in one. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::forms::Form;
use crate::forms::asking::is_needed;
use crate::forms::definition::{Choice, Kind, Question};
use crate::forms::text::fold;
use crate::sandbox::locale::{date_of, serial_of};
use crate::sandbox::pages::{PageLanguage, Pairs};
use crate::table::Cell;

/// What follows a question's key in the field for names that are not on the list.
pub const OTHERS: &str = ".others";

/// The fewest digits of a phone number.
const SHORTEST_PHONE: usize = 8;

/// Answers as typed, by question key; choices by their codes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Typed {
    values: BTreeMap<String, Vec<String>>,
}

impl Typed {
    /// Answers from the fields of a form or the parameters of a link. A choice may be named by code
    /// or label.
    pub fn posted(form: &Form, pairs: &Pairs) -> Self {
        let mut typed = Self::default();
        for (name, value) in pairs {
            let key = name.strip_suffix(OTHERS).unwrap_or(name);
            let Some(question) = form.question(key) else { continue };
            let value = value.replace("\r\n", "\n");
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            let value = choice(question, value).map_or(value, |choice| choice.code.as_str());
            typed.values.entry(key.to_owned()).or_default().push(value.to_owned());
        }
        typed
    }

    /// Answers from a row: for each question the cell that holds its answer.
    pub fn from_row<'c>(form: &Form, answer: impl Fn(usize) -> &'c Cell) -> Self {
        let mut typed = Self::default();
        for (index, question) in form.definition.questions.iter().enumerate() {
            let values = values_of(question, answer(index));
            if !values.is_empty() {
                typed.values.insert(question.key.clone(), values);
            }
        }
        typed
    }

    /// The answers to a question.
    pub fn all(&self, key: &str) -> &[String] {
        self.values.get(key).map_or(&[], Vec::as_slice)
    }

    /// The first answer to a question; empty when there is none.
    pub fn first(&self, key: &str) -> &str {
        self.all(key).first().map_or("", String::as_str)
    }

    /// Whether the page shows a question after these answers.
    pub fn shows(&self, question: &Question) -> bool {
        let fits = |(key, codes): (&String, &Vec<String>)| {
            self.all(key).iter().any(|value| codes.contains(value))
        };
        question.show_if.is_empty() || question.show_if.iter().any(fits)
    }

    /// What is wrong, by question key, in the reader's language.
    pub fn errors(&self, form: &Form, language: PageLanguage) -> BTreeMap<String, String> {
        let questions = form.definition.questions.iter().filter(|question| self.shows(question));
        questions
            .filter_map(|question| Some((question.key.clone(), self.error(question, language)?)))
            .collect()
    }

    fn error(&self, question: &Question, language: PageLanguage) -> Option<String> {
        let values = self.all(&question.key);
        let Some(value) = values.first() else {
            let missing = || match question.kind {
                Kind::Choice | Kind::Scale => language.say("Pilih salah satu.", "Choose one."),
                Kind::MultiChoice => {
                    language.say("Pilih paling sedikit satu.", "Choose at least one.")
                }
                _ => language.say("Pertanyaan ini wajib diisi.", "This question is required."),
            };
            return is_needed(question).then(|| missing().to_owned());
        };
        let say = |id: &'static str, en: &'static str| Some(language.say(id, en).to_owned());
        match question.kind {
            Kind::MultiChoice => too_many(question, values.len(), language),
            Kind::Date if value.parse::<NaiveDate>().is_err() => say(
                "Isi tanggal yang benar, misalnya 24/11/2026.",
                "Give a date, for example 2026-11-24.",
            ),
            Kind::Integer | Kind::Scale => match value.parse::<i64>() {
                Ok(number) => out_of_range(question, number as f64, language),
                Err(_) => {
                    say("Isi angka bulat, misalnya 12.", "Give a whole number, for example 12.")
                }
            },
            Kind::Number => match number(value) {
                Some(number) => out_of_range(question, number, language),
                None => say("Isi angka, misalnya 2,5.", "Give a number, for example 2.5."),
            },
            Kind::Money if !value.contains(|letter: char| letter.is_ascii_digit()) => say(
                "Isi jumlah rupiah, misalnya 25.000.",
                "Give an amount in rupiah, for example 25000.",
            ),
            Kind::Phone if value.chars().filter(char::is_ascii_digit).count() < SHORTEST_PHONE => {
                say(
                    "Nomornya kurang lengkap, misalnya 0812 3456 7890.",
                    "The number is too short; 0812 3456 7890 is one.",
                )
            }
            Kind::Choice if choice(question, value).is_none() => {
                say("Pilih salah satu.", "Choose one.")
            }
            _ => None,
        }
    }

    /// What Google Forms writes for a question; blank when it is hidden or open.
    pub fn cell(&self, question: &Question, language: PageLanguage) -> Cell {
        let values = self.all(&question.key);
        let Some(value) = values.first().filter(|_| self.shows(question)) else {
            return Cell::Blank;
        };
        match question.kind {
            Kind::Choice | Kind::MultiChoice => {
                let label = |value: &String| match choice(question, value) {
                    Some(choice) => label(choice, language).to_owned(),
                    None => value.clone(),
                };
                Cell::from(values.iter().map(label).collect::<Vec<_>>().join(", "))
            }
            Kind::MemberList => Cell::from(values.join(", ")),
            Kind::Date => match value.parse::<NaiveDate>() {
                Ok(day) => Cell::Number(serial_of(day) as f64),
                Err(_) => Cell::from(value.as_str()),
            },
            Kind::Scale | Kind::Integer | Kind::Number => {
                number(value).map_or_else(|| Cell::from(value.as_str()), Cell::Number)
            }
            // Digits alone become a number in the spreadsheet: a phone number loses its leading
            // zero there.
            Kind::Phone | Kind::Money if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                value.parse().map_or_else(|_| Cell::from(value.as_str()), Cell::Number)
            }
            _ => Cell::from(value.as_str()),
        }
    }
}
/// A choice by its code or one of its labels.
pub fn choice<'q>(question: &'q Question, text: &str) -> Option<&'q Choice> {
    let folded = fold(text);
    let known = |choice: &&Choice| {
        [&choice.code, &choice.id, &choice.en]
            .into_iter()
            .chain(&choice.former)
            .any(|label| fold(label) == folded)
    };
    question
        .choices
        .iter()
        .find(|choice| choice.code == text)
        .or_else(|| question.choices.iter().find(known))
}

/// The label of a choice.
pub fn label(choice: &Choice, language: PageLanguage) -> &str {
    match language {
        PageLanguage::Id => &choice.id,
        PageLanguage::En => &choice.en,
    }
}

fn number(text: &str) -> Option<f64> {
    let plain = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_plain = plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',');
    text.replace(',', ".").parse().ok().filter(|_| is_plain)
}

fn too_many(question: &Question, ticks: usize, language: PageLanguage) -> Option<String> {
    let most = question.max.and_then(|most| usize::try_from(most).ok())?;
    (ticks > most).then(|| match language {
        PageLanguage::Id => format!("Pilih paling banyak {most}; sekarang {ticks}."),
        PageLanguage::En => format!("Choose at most {most}; you chose {ticks}."),
    })
}

fn out_of_range(question: &Question, number: f64, language: PageLanguage) -> Option<String> {
    let too_small = question.min.filter(|least| number < *least as f64);
    let too_great = question.max.filter(|most| number > *most as f64);
    too_small.or(too_great)?;
    Some(match (question.min, question.max, language) {
        (Some(least), Some(most), PageLanguage::Id) => {
            format!("Isi angka dari {least} sampai {most}.")
        }
        (Some(least), Some(most), PageLanguage::En) => {
            format!("Give a number from {least} to {most}.")
        }
        (Some(least), None, PageLanguage::Id) => format!("Isi angka paling sedikit {least}."),
        (Some(least), None, PageLanguage::En) => format!("Give a number of at least {least}."),
        (_, most, PageLanguage::Id) => {
            format!("Isi angka paling banyak {}.", most.unwrap_or_default())
        }
        (_, most, PageLanguage::En) => {
            format!("Give a number of at most {}.", most.unwrap_or_default())
        }
    })
}

/// A cell as its control holds it.
fn values_of(question: &Question, cell: &Cell) -> Vec<String> {
    let text = cell.to_string();
    if text.is_empty() {
        return Vec::new();
    }
    let code = |label: &str| {
        choice(question, label).map_or_else(|| label.to_owned(), |choice| choice.code.clone())
    };
    match question.kind {
        Kind::Choice => vec![code(&text)],
        Kind::MultiChoice => text.split(", ").map(code).collect(),
        Kind::MemberList => text.split([',', '\n']).map(|name| name.trim().to_owned()).collect(),
        Kind::Date => {
            let day = cell.number().and_then(|serial| date_of(serial.floor() as i64));
            vec![day.map_or(text, |day| day.format("%Y-%m-%d").to_string())]
        }
        Kind::Phone if matches!(cell, Cell::Number(_)) && text.starts_with('8') => {
            vec![format!("0{text}")]
        }
        _ => vec![text],
    }
}

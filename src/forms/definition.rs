//! What a form asks: read from `config/forms/<form>.toml`, with the shared lists of
//! `config/forms/choices.toml`.
//!
//! One definition serves several readers: parsing a response row, the sandbox's form pages, and
//! documentation.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::words::Language;

/// A text in the two languages that people see.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Localized {
    /// Bahasa Indonesia.
    pub id: String,
    /// English.
    pub en: String,
}

impl Localized {
    /// The text in one of them.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Id => &self.id,
            Language::En => &self.en,
        }
    }
}

/// How an answer is read and which control a form page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A line of text.
    Text,
    /// Several lines of text.
    Paragraph,
    /// One of a list.
    Choice,
    /// Any of a list; the form joins them with `, `.
    MultiChoice,
    /// A whole number between `min` and `max`, shown as a row of circles.
    Scale,
    /// A day.
    Date,
    /// A whole number.
    Integer,
    /// A number that may have decimals.
    Number,
    /// Rupiah.
    Money,
    /// An Indonesian mobile number.
    Phone,
    /// A mentee or mentor, by code, phone or name.
    Person,
    /// The name of a group.
    Group,
    /// A surah by number or name.
    Surah,
    /// Names, ticked or typed.
    MemberList,
}

/// One answer that may be chosen. A code never changes; wording may.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What the ledger writes.
    pub code: String,
    /// The label in Bahasa Indonesia. No comma, for ticked boxes are joined with `, `.
    pub id: String,
    /// The label in English.
    pub en: String,
    /// Labels it had before.
    #[serde(default)]
    pub former: Vec<String>,
}

impl Choice {
    /// The label in one language.
    pub fn label(&self, language: Language) -> &str {
        match language {
            Language::Id => &self.id,
            Language::En => &self.en,
        }
    }
}

/// How freely an answer may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// May stand on a shared tab.
    Public,
    /// About a child, a family, health or money (law 27/2022 article 4).
    Personal,
    /// Safety and complaints: only the appointed coordinator.
    Confidential,
}

/// An age in full years, both ends inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeRange {
    /// The youngest.
    pub min: i32,
    /// The oldest.
    pub max: i32,
}

/// One of several statements of which a question asks how far each fits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Its number in the instrument, which ends its key in the ledger; never changes.
    pub number: u32,
    /// The statement in Bahasa Indonesia.
    pub id: String,
    /// The statement in English.
    pub en: String,
}

/// A question that asked about several statements (an item battery), after each of them became a
/// question of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Battery {
    /// The key that the question had.
    pub key: String,
    /// The question as people read it.
    pub question: Localized,
    /// Whether a row that answers none of the statements is rejected.
    pub required: bool,
    /// The keys of the statements, in the order of the page.
    pub statements: Vec<String>,
}

/// One question of a form.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The key that the ledger writes; never changes.
    pub key: String,
    /// How the answer is read.
    pub kind: Kind,
    /// Whether a row without it is rejected.
    pub required: bool,
    /// How freely the answer may be shown.
    pub sensitivity: Sensitivity,
    /// The question as people read it: the title of its column.
    pub question: Localized,
    /// Titles that the column had before.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Whose name a `person` is: `mentee`, `mentor` or `any`.
    pub who: Option<String>,
    /// The least number, or the fewest ticks.
    pub min: Option<i64>,
    /// The greatest number, or the most ticks (more are accepted).
    pub max: Option<i64>,
    /// The answer of a blank required question.
    pub default: Option<i64>,
    /// The ages that a date of birth may give.
    pub age: Option<AgeRange>,
    /// The date may not be later than the submission…
    #[serde(default)]
    pub not_after_submission: bool,
    /// …unless one of these questions has one of these answers.
    #[serde(default)]
    pub unless: IndexMap<String, Vec<String>>,
    /// The page shows the question only if one of these questions has one of these answers.
    #[serde(default)]
    pub show_if: IndexMap<String, Vec<String>>,
    /// The list in `choices.toml` that this question offers.
    pub choices_from: Option<String>,
    /// The answers offered; filled from `choices_from` when the form is read.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// Where a page takes its suggestions from: `classes`, `lessons` or `surah.csv`.
    pub options_from: Option<String>,
    /// The statements that the question asks about; when the form is read, a question for each
    /// takes its place.
    #[serde(default)]
    pub statements: Vec<Statement>,
    /// A scale on which less is better.
    #[serde(default)]
    pub reverse: bool,
    /// What the answer is used for.
    #[serde(default)]
    pub used_for: Vec<String>,
    /// The wording on a campus.
    pub campus_question: Option<Localized>,
    /// Whether it is required on a campus.
    pub campus_required: Option<bool>,
    /// For whoever edits the form.
    pub note: Option<String>,
}

/// One form.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormDefinition {
    /// The form's key: the first word of its event types.
    pub key: String,
    /// The form's title.
    pub title: Localized,
    /// What the form says above the first question.
    pub intro: Option<Localized>,
    /// Who fills it.
    pub filled_by: String,
    /// How long filling it may take, in seconds.
    pub time_limit_s: u32,
    /// Whether the form is on unless the configuration says otherwise.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The question that says when the thing happened; without one it happened when it was
    /// submitted.
    pub event_date: Option<String>,
    /// The questions that say whose row it is (part of the row key).
    pub identity: Vec<String>,
    /// For whoever edits the form.
    pub note: Option<String>,
    /// When the form is sent.
    pub schedule: Option<String>,
    /// What must hold before a person may be asked.
    pub condition: Option<String>,
    /// The published instrument that the form asks.
    pub instrument: Option<String>,
    /// The questions, in the order of the page.
    pub questions: Vec<Question>,
    /// The questions that became several when the form was read.
    #[serde(skip)]
    pub batteries: Vec<Battery>,
}

impl FormDefinition {
    /// Puts a question for each statement in the place of a question that asks about several, so
    /// that nobody else has to know of such questions. None of them alone is required. Gives the
    /// key of a question whose statements cannot be told apart.
    pub(super) fn spread_statements(&mut self) -> Result<(), String> {
        for question in std::mem::take(&mut self.questions) {
            if question.statements.is_empty() {
                self.questions.push(question);
                continue;
            }
            let key_of = |statement: &Statement| format!("{}_{}", question.key, statement.number);
            let keys: Vec<String> = question.statements.iter().map(key_of).collect();
            if (1..keys.len()).any(|at| keys[..at].contains(&keys[at])) {
                return Err(question.key);
            }
            for (statement, key) in question.statements.iter().zip(&keys) {
                let title = Localized { id: statement.id.clone(), en: statement.en.clone() };
                // How a grid of a form titles the column of one of its rows.
                let in_grid = |whole: &str, row: &str| format!("{whole} [{row}]");
                let whole = [&question.question.id, &question.question.en]
                    .into_iter()
                    .chain(&question.aliases);
                let in_grids =
                    whole.flat_map(|whole| [in_grid(whole, &title.id), in_grid(whole, &title.en)]);
                self.questions.push(Question {
                    key: key.clone(),
                    required: false,
                    aliases: in_grids.collect(),
                    question: title,
                    statements: Vec::new(),
                    ..question.clone()
                });
            }
            let Question { key, question, required, .. } = question;
            self.batteries.push(Battery { key, question, required, statements: keys });
        }
        Ok(())
    }
}

fn yes() -> bool {
    true
}

/// The lists that several forms share: `config/forms/choices.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceLists {
    /// The titles that a timestamp column may have.
    pub timestamp_titles: Vec<String>,
    /// The lists by name.
    pub lists: IndexMap<String, Vec<Choice>>,
}

//! A row becomes typed answers, or the reasons why not. This room knows what forms ask; it knows
//! nothing of Google, of matching or of the summary tabs, and reading never fails: it gives answers
//! and problems.

pub mod answers;
pub mod asking;
pub mod columns;
pub mod definition;
pub mod intake;
mod memorization_record;
pub mod person;
pub mod privacy;
pub mod script;
pub mod surah;
pub mod text;
pub mod values;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

pub use surah::Surahs;

use crate::ledger::answers::{Answer, Answers};
use crate::ledger::problem::Reason;
use definition::{ChoiceLists, FormDefinition, Kind, Question};
use memorization_record::ayat_lie_in_the_surah;
use text::fold;

/// A rule of one form that goes beyond its definition: question key, its answer, the answers before
/// it.
pub type Check = fn(&str, &Answer, &Answers, &Surahs) -> Result<(), Reason>;

/// A form as it is compiled in.
pub struct FormSource {
    /// The form's key.
    pub key: &'static str,
    /// Its definition, `config/forms/<key>.toml`.
    pub text: &'static str,
    /// What its definition cannot say.
    pub check: Option<Check>,
}

/// The form whose definition is `config/forms/<key>.toml`.
macro_rules! form {
    ($key:literal) => {
        FormSource {
            key: $key,
            text: include_str!(concat!("../../config/forms/", $key, ".toml")),
            check: None,
        }
    };
}

/// Every form the program knows, in the order of `domain/forms.yaml`. A new form is its definition
/// and one line here.
pub const FORMS: &[FormSource] = &[
    form!("mentee_registration"),
    form!("guardian_consent"),
    form!("personality"),
    form!("mentor_application"),
    form!("meeting_report"),
    form!("support_request"),
    form!("support_follow_up"),
    form!("placement_decision"),
    form!("mentee_follow_up"),
    form!("mentee_feedback"),
    form!("mentor_feedback"),
    form!("finance_record"),
    form!("promotion_activity"),
    form!("partner_contact"),
    form!("mentor_training"),
    form!("taaruf_record"),
    form!("document_record"),
    FormSource { check: Some(ayat_lie_in_the_surah), ..form!("memorization_record") },
    form!("weekly_devotion"),
];

/// The shared lists of choices as they are compiled in.
pub const CHOICE_LISTS: &str = include_str!("../../config/forms/choices.toml");

/// The surahs as they are compiled in.
pub const SURAHS: &str = include_str!("../../config/data/surah.csv");

/// A definition that cannot be used: which file, what is wrong.
#[derive(Debug, thiserror::Error)]
pub enum FormsError {
    /// The file is no TOML, or has a key or a type that is not known.
    #[error("{file}: {}", source.message())]
    Toml {
        /// The file's name.
        file: String,
        /// The file's text.
        text: String,
        /// What the parser says, with the place.
        source: Box<toml::de::Error>,
    },
    /// A key or a question of the file cannot be used.
    #[error("{file}: \"{word}\": {mistake}")]
    Meaning {
        /// The file's name.
        file: String,
        /// The key that is wrong, of a question or of the form.
        word: String,
        /// What is wrong with it.
        mistake: FormMistake,
    },
    /// The table of surahs cannot be read.
    #[error("surah.csv: {0}")]
    Surahs(#[from] csv::Error),
}

/// What is wrong with a key or a question of a form's definition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormMistake {
    /// The form's key is not that of its file.
    #[error("not the form's key {0}")]
    OtherKey(&'static str),
    /// The list of choices that the question names does not exist.
    #[error("no list \"{0}\" in choices.toml")]
    NoList(String),
    /// A question that needs choices has none.
    #[error("question without choices")]
    NoChoices,
    /// Two statements of the question have the same number.
    #[error("two statements with the same number")]
    StatementNumber,
    /// The file names a question that it does not ask.
    #[error("no question with this key")]
    NoQuestion,
}

/// One form, ready to read rows.
pub struct Form {
    /// What it asks.
    pub definition: FormDefinition,
    check: Option<Check>,
    questions_by_title: BTreeMap<String, usize>,
    /// For each question: label, as it is written and folded, to index in its choices.
    choices_by_label: Vec<BTreeMap<String, usize>>,
    /// For each question: of how many parts with commas between them the longest of those labels
    /// is.
    most_parts: Vec<usize>,
}

impl Form {
    /// The form's key.
    pub fn key(&self) -> &str {
        &self.definition.key
    }

    /// The index of the question whose column has this title, now or before.
    fn question_titled(&self, title: &str) -> Option<usize> {
        self.questions_by_title.get(&fold(title)).copied()
    }

    /// The choice of a question that a text is the label of; most texts are a label to the letter.
    fn choice_labelled(&self, question: usize, text: &str) -> Option<usize> {
        let labels = &self.choices_by_label[question];
        labels.get(text).or_else(|| labels.get(&fold(text))).copied()
    }

    /// The question with this key.
    pub fn question(&self, key: &str) -> Option<&Question> {
        self.definition.questions.iter().find(|question| question.key == key)
    }
}

/// All forms, with what they share.
pub struct Forms {
    forms: IndexMap<String, Form>,
    timestamp_titles: BTreeSet<String>,
    surahs: Surahs,
}

impl Forms {
    /// Reads all definitions. `file` gives the text of a file of `config/` (such as
    /// `forms/choices.toml`) that stands beside the configuration and takes the place of the one
    /// compiled in.
    pub fn load(file: impl Fn(&str) -> Option<String>) -> Result<Self, FormsError> {
        let text_of =
            |name: &str, built_in: &str| file(name).unwrap_or_else(|| built_in.to_owned());
        let lists: ChoiceLists =
            parse("forms/choices.toml", &text_of("forms/choices.toml", CHOICE_LISTS))?;
        let surahs = Surahs::from_csv(&text_of("data/surah.csv", SURAHS))?;
        let mut forms = IndexMap::new();
        for source in FORMS {
            let name = format!("forms/{}.toml", source.key);
            let definition = parse(&name, &text_of(&name, source.text))?;
            forms.insert(source.key.to_owned(), build(&name, definition, &lists, source)?);
        }
        let timestamp_titles = lists.timestamp_titles.iter().map(|title| fold(title)).collect();
        Ok(Self { forms, timestamp_titles, surahs })
    }

    /// The forms as they are compiled in.
    pub fn built_in() -> Result<Self, FormsError> {
        Self::load(|_| None)
    }

    /// The form with this key.
    pub fn get(&self, key: &str) -> Option<&Form> {
        self.forms.get(key)
    }

    /// All forms, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Form> {
        self.forms.values()
    }

    /// The choice codes of every question, by (form, question).
    pub fn choice_codes(&self) -> BTreeMap<(String, String), Vec<String>> {
        let mut codes = BTreeMap::new();
        for form in self.iter() {
            for question in
                form.definition.questions.iter().filter(|question| !question.choices.is_empty())
            {
                let key = (form.key().to_owned(), question.key.clone());
                codes.insert(
                    key,
                    question.choices.iter().map(|choice| choice.code.clone()).collect(),
                );
            }
        }
        codes
    }
}

fn parse<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, FormsError> {
    toml::from_str(text).map_err(|source| FormsError::Toml {
        file: file.to_owned(),
        text: text.to_owned(),
        source: Box::new(source),
    })
}

fn build(
    file: &str,
    mut definition: FormDefinition,
    lists: &ChoiceLists,
    source: &FormSource,
) -> Result<Form, FormsError> {
    let wrong = |word: &str, mistake| FormsError::Meaning {
        file: file.to_owned(),
        word: word.to_owned(),
        mistake,
    };
    if definition.key != source.key {
        return Err(wrong(&definition.key, FormMistake::OtherKey(source.key)));
    }
    for question in &mut definition.questions {
        if let Some(list) = &question.choices_from {
            let choices = lists.lists.get(list);
            let unknown = || wrong(&question.key, FormMistake::NoList(list.clone()));
            question.choices = choices.ok_or_else(unknown)?.clone();
        }
        let needs_choices = matches!(question.kind, Kind::Choice | Kind::MultiChoice);
        if needs_choices && question.choices.is_empty() {
            return Err(wrong(&question.key, FormMistake::NoChoices));
        }
    }
    if let Err(question) = definition.spread_statements() {
        return Err(wrong(&question, FormMistake::StatementNumber));
    }
    let exists = |key: &String| definition.questions.iter().any(|question| question.key == *key);
    let named = definition.identity.iter().chain(&definition.event_date);
    let conditions = definition
        .questions
        .iter()
        .flat_map(|question| question.unless.keys().chain(question.show_if.keys()));
    if let Some(missing) = named.chain(conditions).find(|key| !exists(key)) {
        return Err(wrong(missing, FormMistake::NoQuestion));
    }
    let mut questions_by_title = BTreeMap::new();
    for (index, question) in definition.questions.iter().enumerate() {
        for title in
            [&question.question.id, &question.question.en].into_iter().chain(&question.aliases)
        {
            questions_by_title.entry(fold(title)).or_insert(index);
        }
    }
    let choices_by_label: Vec<BTreeMap<String, usize>> =
        definition.questions.iter().map(labels_of).collect();
    let parts = |label: &String| 1 + label.matches(',').count();
    let most_parts =
        choices_by_label.iter().map(|labels| labels.keys().map(parts).max().unwrap_or(1)).collect();
    Ok(Form { definition, check: source.check, questions_by_title, choices_by_label, most_parts })
}

/// Every text by which a choice is recognised: labels, former labels and the code.
fn labels_of(question: &Question) -> BTreeMap<String, usize> {
    let mut labels = BTreeMap::new();
    for (index, choice) in question.choices.iter().enumerate() {
        for label in [&choice.id, &choice.en, &choice.code].into_iter().chain(&choice.former) {
            labels.entry(fold(label)).or_insert(index);
        }
    }
    for (index, choice) in question.choices.iter().enumerate() {
        for label in [&choice.id, &choice.en] {
            labels.entry(label.clone()).or_insert(index);
        }
    }
    labels
}

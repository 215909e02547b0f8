//! What people call forms, questions and choices, as plain data: views know no form definitions.

use std::collections::{BTreeMap, BTreeSet};

/// The titles and labels of one language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    /// Form titles by form, in the order of the forms.
    pub forms: Vec<(String, String)>,
    /// Questions by form and question.
    pub questions: BTreeMap<(String, String), String>,
    /// Choices by form, question and code.
    pub choices: BTreeMap<(String, String, String), String>,
    /// Questions whose answers never stand on a shared tab, by form and question.
    pub confidential: BTreeSet<(String, String)>,
    /// Questions whose answers are about nobody in particular, by form and question.
    pub public: BTreeSet<(String, String)>,
}

impl Labels {
    /// The question as people read it; its key if it is not known.
    pub fn question<'a>(&'a self, form: &str, question: &'a str) -> &'a str {
        self.questions.get(&(form.to_owned(), question.to_owned())).map_or(question, String::as_str)
    }

    /// The choice as people read it; its code if it is not known.
    pub fn choice<'a>(&'a self, form: &str, question: &str, code: &'a str) -> &'a str {
        let key = (form.to_owned(), question.to_owned(), code.to_owned());
        self.choices.get(&key).map_or(code, String::as_str)
    }

    /// Whether an answer may stand anywhere.
    pub fn is_public(&self, form: &str, question: &str) -> bool {
        self.public.contains(&(form.to_owned(), question.to_owned()))
    }

    /// Whether an answer must not be shown.
    pub fn is_confidential(&self, form: &str, question: &str) -> bool {
        self.confidential.contains(&(form.to_owned(), question.to_owned()))
    }
}

//! What people call forms, questions and choices, as plain data: views know no form definitions.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The titles and labels of one language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    /// Form titles by form, in the order of the forms.
    pub forms: Vec<(String, String)>,
    /// Questions by form and question.
    pub questions: BTreeMap<(String, String), String>,
    /// Choices by form, question and code.
    pub choices: BTreeMap<(String, String, String), String>,
    /// The links to forms that the configuration gives, by form; `{group}` stands where a group's
    /// name is filled in.
    pub links: BTreeMap<String, String>,
    /// Questions whose answers never stand on a shared tab, by form and question.
    pub confidential: BTreeSet<(String, String)>,
    /// Questions whose answers are about nobody in particular, by form and question.
    pub public: BTreeSet<(String, String)>,
}

impl Labels {
    /// The form's title; its key if it is not known.
    pub fn form<'a>(&'a self, form: &'a str) -> &'a str {
        self.forms.iter().find(|(key, _)| key == form).map_or(form, |(_, title)| title)
    }

    /// The question as people read it; its key if it is not known.
    pub fn question<'a>(&'a self, form: &str, question: &'a str) -> &'a str {
        self.questions.get(&(form.to_owned(), question.to_owned())).map_or(question, String::as_str)
    }

    /// The question as people read it in the first of the forms that asks it; its key if none does.
    pub fn question_in<'a>(&'a self, forms: &[&str], question: &'a str) -> &'a str {
        let found = |form: &&str| self.questions.get(&((*form).to_owned(), question.to_owned()));
        forms.iter().find_map(found).map_or(question, String::as_str)
    }

    /// The choice as people read it; its code if it is not known.
    pub fn choice<'a>(&'a self, form: &str, question: &str, code: &'a str) -> &'a str {
        let key = (form.to_owned(), question.to_owned(), code.to_owned());
        self.choices.get(&key).map_or(code, String::as_str)
    }

    /// The link to a form with a group's name filled in, if the configuration has one.
    pub fn link_for_group(&self, form: &str, group: &str) -> Option<String> {
        let name = utf8_percent_encode(group, NON_ALPHANUMERIC).to_string();
        self.links.get(form).map(|link| link.replace("{group}", &name))
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

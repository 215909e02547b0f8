//! The form pages as HTML. Knows how a form looks, not how its row is written.

use std::collections::BTreeMap;

use axum::response::Html;
use maud::{Markup, html};

use super::controls::{self, Suggestions};
use super::row;
use super::tabs::{self, FormTab, Group};
use super::typed::Typed;
use super::{FormPages, in_language};
use crate::forms::asking::surah_names;
use crate::forms::definition::Kind;
use crate::forms::{Form, SURAHS};
use crate::sandbox::book::Spreadsheet;
use crate::sandbox::pages::{PageLanguage, Pages, Pairs, frame, parameter};

/// One form of one spreadsheet, ready to be shown.
pub struct Sheet<'a> {
    pages: &'a Pages,
    spreadsheet: &'a Spreadsheet,
    form: &'a Form,
    pairs: &'a Pairs,
    language: PageLanguage,
    tab: Option<FormTab>,
    groups: Vec<Group>,
}

impl<'a> Sheet<'a> {
    /// Looks up the form's tab and the groups that may be named.
    pub fn new(
        FormPages { pages, forms }: &'a FormPages,
        spreadsheet: &'a Spreadsheet,
        form: &'a Form,
        pairs: &'a Pairs,
        language: PageLanguage,
    ) -> Self {
        let tab = tabs::of_form(spreadsheet, forms, form);
        let groups = tabs::groups(spreadsheet);
        Self { pages, spreadsheet, form, pairs, language, tab, groups }
    }

    /// The form to be filled, with what the link fills in.
    pub fn blank(&self, pairs: &Pairs) -> Html<String> {
        self.filled(&Typed::posted(self.form, pairs), &BTreeMap::new(), None)
    }

    /// The form with an earlier response; `None` if that is not there any more.
    pub fn earlier(&self, receipt: &str) -> Option<Html<String>> {
        let typed = row::earlier(self.spreadsheet, self.form, self.tab.as_ref()?, receipt)?;
        Some(self.filled(&typed, &BTreeMap::new(), Some(receipt)))
    }

    /// The form with what was typed and what is wrong with it.
    pub fn again(
        &self,
        typed: &Typed,
        errors: &BTreeMap<String, String>,
        edit: Option<&str>,
    ) -> Html<String> {
        self.filled(typed, errors, edit)
    }

    fn say(&self, id: &'static str, en: &'static str) -> &'static str {
        self.language.say(id, en)
    }

    fn path(&self) -> [&str; 3] {
        ["forms", &self.spreadsheet.id, self.form.key()]
    }

    fn title(&self) -> &str {
        in_language(&self.form.definition.title, self.language)
    }

    fn filled(
        &self,
        typed: &Typed,
        errors: &BTreeMap<String, String>,
        edit: Option<&str>,
    ) -> Html<String> {
        if self.tab.is_none() {
            return self.without_tab();
        }
        let about: Vec<(&str, &str)> = edit.iter().map(|edit| ("edit", *edit)).collect();
        let suggestions = self.suggestions(typed);
        let questions = &self.form.definition.questions;
        let body = html! {
            (stand_in(self.language))
            main {
                (self.head())
                @if edit.is_some() {
                    p.card.notice { (self.say("Kamu sedang mengubah jawaban yang sudah terkirim.", "You are editing a response that was sent.")) }
                }
                @if !errors.is_empty() {
                    div.card.errors role="alert" tabindex="-1" autofocus {
                        h2 { (self.say("Ada yang perlu dilengkapi", "Something is missing")) }
                        ul {
                            @for question in questions.iter().filter(|question| errors.contains_key(&question.key)) {
                                li { a href={ "#q-" (question.key) } { (in_language(&question.question, self.language)) } }
                            }
                        }
                    }
                }
                form method="post" action=(self.pages.link(&self.path(), &about, self.language)) novalidate
                    data-path=(self.pages.link(&self.path(), &[], self.language)) {
                    @for question in questions {
                        (controls::question(question, typed, errors.get(&question.key), &suggestions, self.language))
                    }
                    p.end {
                        button type="submit" {
                            @if edit.is_some() { (self.say("Simpan perubahan", "Save the changes")) }
                            @else { (self.say("Kirim", "Send")) }
                        }
                    }
                }
            }
        };
        frame(self.language, "form", self.title(), &body)
    }

    fn head(&self) -> Markup {
        let definition = &self.form.definition;
        let minutes = definition.time_limit_s.div_ceil(60).to_string();
        html! {
            header.card.head {
                h1 { (self.title()) }
                @if let Some(intro) = &definition.intro { p { (in_language(intro, self.language)) } }
                p.meta {
                    (self.say("Kira-kira ", "About ")) (minutes)
                    @if minutes == "1" { (self.say(" menit", " minute")) } @else { (self.say(" menit", " minutes")) }
                    " · " span.star aria-hidden="true" { "*" } (self.say(" wajib diisi", " required"))
                }
                (self.pages.switch(&self.path(), self.pairs, self.language))
            }
        }
    }

    /// Says that no tab takes the responses.
    pub fn without_tab(&self) -> Html<String> {
        let body = html! {
            (stand_in(self.language))
            main {
                (self.head())
                div.card.errors role="alert" {
                    h2 { (self.say("Formulir ini belum punya tab", "This form has no tab yet")) }
                    p {
                        (self.say(
                            "Tidak ada tab di spreadsheet ini yang judul kolomnya cocok dengan pertanyaan formulir ini. Buat tab dengan judul kolom sesuai pertanyaannya, lalu buka lagi halaman ini.",
                            "No tab of this spreadsheet has column titles that match the questions of this form. Make a tab whose column titles are the questions, then open this page again.",
                        ))
                    }
                    p { a href=(self.pages.link(&["view", &self.spreadsheet.id], &[], self.language)) { (self.say("Buka spreadsheet", "Open the spreadsheet")) } }
                }
            }
        };
        frame(self.language, "form", self.title(), &body)
    }

    /// The page after a response was sent.
    pub fn thanks(&self, pairs: &Pairs) -> Html<String> {
        let group: Vec<(&str, &str)> =
            parameter(pairs, "group").map(|group| ("group", group)).into_iter().collect();
        let body = html! {
            (stand_in(self.language))
            main {
                div.card.head {
                    h1 { (self.title()) }
                    p role="status" { (self.say("Terima kasih, jawabanmu sudah terkirim.", "Thank you, your response was sent.")) }
                    ul.actions {
                        li { a.button href=(self.pages.link(&self.path(), &group, self.language)) { (self.say("Kirim jawaban lain", "Send another response")) } }
                        @if let Some(edit) = parameter(pairs, "edit") {
                            li { a href=(self.pages.link(&self.path(), &[("edit", edit)], self.language)) { (self.say("Ubah jawaban", "Edit your response")) } }
                        }
                        li { a href=(self.pages.link(&["forms", &self.spreadsheet.id], &[], self.language)) { (self.say("Semua formulir", "All forms")) } }
                        li { a href=(self.row_link()) { (self.say("Lihat di spreadsheet", "See it in the spreadsheet")) } }
                    }
                }
            }
        };
        frame(self.language, "form", self.title(), &body)
    }

    fn row_link(&self) -> String {
        let tab = self.tab.as_ref().map(|tab| tab.sheet_id.to_string());
        let about: Vec<(&str, &str)> = tab.iter().map(|id| ("tab", id.as_str())).collect();
        self.pages.link(&["view", &self.spreadsheet.id], &about, self.language)
    }

    fn suggestions(&self, typed: &Typed) -> Suggestions {
        let mut lists = BTreeMap::new();
        for (index, question) in self.form.definition.questions.iter().enumerate() {
            let list = match (question.kind, question.options_from.as_deref()) {
                (Kind::Group, _) if !self.groups.is_empty() => {
                    self.groups.iter().map(|group| group.name.clone()).collect()
                }
                // Names of members are for those who lead them, not for whoever opens a public
                // form.
                (Kind::Person, _)
                    if self.is_internal() && question.who.as_deref() != Some("mentor") =>
                {
                    self.groups.iter().flat_map(|group| group.members.iter().cloned()).collect()
                }
                (Kind::Surah, _) | (_, Some("surah.csv")) => surah_names(SURAHS),
                (Kind::Group, _) | (Kind::Text, Some(_)) => self
                    .tab
                    .as_ref()
                    .map(|tab| tabs::known_values(self.spreadsheet, tab, index))
                    .unwrap_or_default(),
                _ => Vec::new(),
            };
            if !list.is_empty() {
                lists.insert(question.key.clone(), list);
            }
        }
        let name = typed.first("group");
        let group = self.groups.iter().find(|group| group.name.eq_ignore_ascii_case(name));
        let roster = group
            .filter(|_| self.is_internal())
            .map(|group| group.members.clone())
            .unwrap_or_default();
        Suggestions { lists, roster, has_rosters: !self.groups.is_empty() }
    }

    /// Whether only people of the program fill the form.
    fn is_internal(&self) -> bool {
        matches!(
            self.form.definition.filled_by.as_str(),
            "mentor" | "coordinator" | "organiser" | "treasurer"
        )
    }
}

fn stand_in(language: PageLanguage) -> Markup {
    html! {
        p.stand-in role="note" {
            (language.say(
                "Ini tiruan Google Forms di komputer ini. Jawaban hanya masuk ke spreadsheet tiruannya.",
                "This stands in for Google Forms on this computer. Responses go to its stand-in spreadsheet only.",
            ))
        }
    }
}

fn filled_by(who: &str, language: PageLanguage) -> &str {
    match (who, language) {
        ("mentee", PageLanguage::Id) => "diisi adik mentor",
        ("mentor", PageLanguage::Id) => "diisi mentor",
        ("guardian", PageLanguage::Id) => "diisi orang tua atau wali",
        ("coordinator", PageLanguage::Id) => "diisi koordinator",
        ("organiser", PageLanguage::Id) => "diisi pengurus",
        ("treasurer", PageLanguage::Id) => "diisi bendahara",
        ("prospective_mentor", PageLanguage::Id) => "diisi calon mentor",
        ("mentee_and_mentor", PageLanguage::Id) => "diisi adik dan mentor",
        ("mentee", PageLanguage::En) => "filled by mentees",
        ("mentor", PageLanguage::En) => "filled by mentors",
        ("guardian", PageLanguage::En) => "filled by parents or guardians",
        ("coordinator", PageLanguage::En) => "filled by the coordinator",
        ("organiser", PageLanguage::En) => "filled by organisers",
        ("treasurer", PageLanguage::En) => "filled by the treasurer",
        ("prospective_mentor", PageLanguage::En) => "filled by future mentors",
        ("mentee_and_mentor", PageLanguage::En) => "filled by mentees and mentors",
        (other, _) => other,
    }
}

/// All forms of a spreadsheet, with a link for every group where a form asks for one.
pub fn list(
    FormPages { pages, forms }: &FormPages,
    spreadsheet: &Spreadsheet,
    pairs: &Pairs,
    language: PageLanguage,
) -> Html<String> {
    let tabs = tabs::of_forms(spreadsheet, forms);
    let groups = tabs::groups(spreadsheet);
    let title = language.say("Formulir", "Forms");
    let link = |form: &Form, about: &[(&str, &str)]| {
        pages.link(&["forms", &spreadsheet.id, form.key()], about, language)
    };
    let (with, without): (Vec<&Form>, Vec<&Form>) =
        forms.iter().partition(|form| tabs.contains_key(form.key()));
    let body = html! {
        (stand_in(language))
        main {
            header.card.head {
                h1 { (title) }
                p { (spreadsheet.title) }
                p { a href=(pages.link(&["view", &spreadsheet.id], &[], language)) { (language.say("Buka spreadsheet", "Open the spreadsheet")) } }
                (pages.switch(&["forms", &spreadsheet.id], pairs, language))
            }
            ul.list {
                @for form in with {
                    li.card {
                        a.name href=(link(form, &[])) { (in_language(&form.definition.title, language)) }
                        span.meta { (filled_by(&form.definition.filled_by, language)) }
                        @if form.question("group").is_some() && !groups.is_empty() {
                            details {
                                summary { (language.say("Tautan per kelompok", "Links by group")) }
                                ul { @for group in &groups { li { a href=(link(form, &[("group", &group.name)])) { (group.name) } } } }
                            }
                        }
                    }
                }
            }
            @if !without.is_empty() {
                section.card {
                    h2 { (language.say("Belum punya tab di spreadsheet ini", "Without a tab in this spreadsheet")) }
                    ul.quiet { @for form in without { li { (in_language(&form.definition.title, language)) } } }
                }
            }
        }
    };
    frame(language, "form", title, &body)
}

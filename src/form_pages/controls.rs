//! One question as HTML: the right control for its kind, its hint, its error. Knows no spreadsheet.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::in_language;
use super::typed::{OTHERS, Typed, label};
use crate::forms::asking::{MOST_CIRCLES, ends, hint, is_needed};
use crate::forms::definition::{Kind, Question};
use crate::sandbox::pages::PageLanguage;

/// What may be offered while somebody types.
pub struct Suggestions {
    /// By question key.
    pub lists: BTreeMap<String, Vec<String>>,
    /// The members of the group that is filled in.
    pub roster: Vec<String>,
    /// Whether another group would bring another roster.
    pub has_rosters: bool,
}

/// What a question's control needs to know.
struct Asked<'a> {
    question: &'a Question,
    typed: &'a Typed,
    suggestions: &'a Suggestions,
    language: PageLanguage,
    /// The ids of the hint and the error, for those who hear the page.
    described_by: Option<String>,
    wrong: bool,
}

/// The whole question.
pub fn question(
    question: &Question,
    typed: &Typed,
    error: Option<&String>,
    suggestions: &Suggestions,
    language: PageLanguage,
) -> Markup {
    let key = &question.key;
    let hint = hint(question, !suggestions.roster.is_empty());
    let hint = hint.as_ref().map(|hint| in_language(hint, language));
    let mut described: Vec<String> = hint.iter().map(|_| format!("h-{key}")).collect();
    described.extend(error.map(|_| format!("e-{key}")));
    let described_by = (!described.is_empty()).then(|| described.join(" "));
    let asked =
        Asked { question, typed, suggestions, language, described_by, wrong: error.is_some() };
    let title = html! {
        (in_language(&question.question, language))
        @if is_needed(question) { " " span.star aria-hidden="true" { "*" } span.unseen { (language.say("wajib diisi", "required")) } }
    };
    let notes = html! {
        @if let Some(hint) = &hint { p.hint id={ "h-" (key) } { (hint) } }
        @if let Some(error) = error { p.error id={ "e-" (key) } { (error) } }
    };
    let shown_if =
        (!question.show_if.is_empty()).then(|| serde_json::json!(question.show_if).to_string());
    let class = if error.is_some() { "card question wrong" } else { "card question" };
    let circles = match question.kind {
        Kind::Choice => question.choices.len() <= MOST_CIRCLES,
        Kind::MultiChoice | Kind::Scale => true,
        Kind::MemberList => !suggestions.roster.is_empty(),
        _ => false,
    };
    html! {
        @if circles {
            fieldset class=(class) id={ "q-" (key) } data-show-if=[shown_if] aria-describedby=[&asked.described_by] {
                legend { (title) }
                (notes)
                (asked.circles())
            }
        } @else {
            div class=(class) id={ "q-" (key) } data-show-if=[shown_if] {
                label for={ "c-" (key) } { (title) }
                (notes)
                (asked.field())
            }
        }
    }
}

impl Asked<'_> {
    fn say(&self, id: &'static str, en: &'static str) -> &'static str {
        self.language.say(id, en)
    }

    fn circles(&self) -> Markup {
        match self.question.kind {
            Kind::Scale => self.scale(),
            Kind::MemberList => self.members(),
            Kind::MultiChoice => html! {
                div.choices data-most=[self.question.max] { @for choice in &self.question.choices {
                    (self.option("checkbox", &choice.code, label(choice, self.language)))
                } }
            },
            _ => html! {
                div.choices { @for choice in &self.question.choices {
                    (self.option("radio", &choice.code, label(choice, self.language)))
                } }
            },
        }
    }

    fn option(&self, kind: &str, value: &str, label: &str) -> Markup {
        let chosen = self.typed.all(&self.question.key).iter().any(|typed| typed == value);
        html! {
            label.option {
                input type=(kind) name=(self.question.key) value=(value) checked[chosen];
                span { (label) }
            }
        }
    }

    fn scale(&self) -> Markup {
        let (least, most) = (self.question.min.unwrap_or(1), self.question.max.unwrap_or(5));
        let ends = ends(self.question, in_language(&self.question.question, self.language));
        html! {
            div.scale.long[most - least > 5] {
                @for number in least..=most {
                    label { input type="radio" name=(self.question.key) value=(number) checked[self.typed.first(&self.question.key) == number.to_string()]; span { (number) } }
                }
            }
            @if let Some((low, high)) = &ends { p.ends { span { (least) " = " (in_language(low, self.language)) } span { (most) " = " (in_language(high, self.language)) } } }
        }
    }

    fn members(&self) -> Markup {
        let key = &self.question.key;
        let roster = &self.suggestions.roster;
        let others: Vec<&str> = self
            .typed
            .all(key)
            .iter()
            .filter(|name| !roster.contains(name))
            .map(String::as_str)
            .collect();
        html! {
            div.choices { @for name in roster { (self.option("checkbox", name, name)) } }
            label.others for={ "c-" (key) } { (self.say("Nama lain", "Other names")) }
            input id={ "c-" (key) } type="text" name={ (key) (OTHERS) } value=(others.join(", ")) autocomplete="off";
        }
    }

    fn field(&self) -> Markup {
        let key = &self.question.key;
        let value = self.typed.first(key);
        let id = format!("c-{key}");
        let invalid = self.wrong.then_some("true");
        let required = is_needed(self.question).then_some("true");
        let described = &self.described_by;
        match self.question.kind {
            Kind::Paragraph | Kind::MemberList => {
                let text = self.typed.all(key).join("\n");
                return html! {
                    textarea id=(id) name=(key) rows="4" aria-describedby=[described] aria-invalid=[invalid] aria-required=[required] { (text) }
                };
            }
            Kind::Choice => return self.list(&id, value, invalid, required),
            _ => {}
        }
        let (kind, mode) = match self.question.kind {
            Kind::Date => ("date", None),
            Kind::Integer => ("number", Some("numeric")),
            Kind::Number => ("number", Some("decimal")),
            Kind::Money => ("text", Some("numeric")),
            Kind::Phone => ("tel", Some("tel")),
            _ => ("text", None),
        };
        let is_number = kind == "number";
        let step = (self.question.kind == Kind::Number).then_some("any");
        let list = self.suggestions.lists.get(key);
        let list_id = list.map(|_| format!("l-{key}"));
        let roster =
            (self.question.kind == Kind::Group && self.suggestions.has_rosters).then_some("");
        html! {
            span.money[self.question.kind == Kind::Money] {
                @if self.question.kind == Kind::Money { span.unit aria-hidden="true" { "Rp" } }
                input id=(id) type=(kind) name=(key) value=(value) inputmode=[mode] step=[step] list=[&list_id]
                    min=[self.question.min.filter(|_| is_number)] max=[self.question.max.filter(|_| is_number)]
                    data-roster=[roster] aria-describedby=[described] aria-invalid=[invalid] aria-required=[required]
                    autocomplete=[(list.is_some()).then_some("off")];
            }
            @if let (Some(list), Some(id)) = (list, &list_id) {
                datalist id=(id) { @for item in list { option value=(item) {} } }
            }
        }
    }

    fn list(&self, id: &str, value: &str, invalid: Option<&str>, required: Option<&str>) -> Markup {
        html! {
            select id=(id) name=(self.question.key) aria-describedby=[&self.described_by] aria-invalid=[invalid] aria-required=[required] {
                option value="" { (self.say("Pilih…", "Choose…")) }
                @for choice in &self.question.choices {
                    option value=(choice.code) selected[choice.code == value] { (label(choice, self.language)) }
                }
            }
        }
    }
}

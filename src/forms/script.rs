//! The Apps Script that creates the real Google Forms: one definition, asked as Google asks it.
//!
//! The script is a list of what to ask, made here, and `script.js`, which asks it. It is run once
//! by whoever owns the spreadsheet; a second run makes only what is missing.

use serde::Serialize;

use super::asking::{MOST_CIRCLES, ends, hint, is_needed, surah_names};
use super::definition::{Kind, Localized, Question};
use super::{Form, SURAHS};
use crate::words::{Language, Words};

const MAKER: &str = include_str!("script.js");

/// A phone number as people type it; the reader of rows decides whether it is one.
const PHONE: &str = "[+0-9][0-9 ().-]{7,19}";

/// Where the forms belong.
#[derive(Debug, Clone, Copy)]
pub struct Destination<'a> {
    /// The spreadsheet that takes the answers; none: the one that the script belongs to, or a new
    /// one.
    pub spreadsheet_id: Option<&'a str>,
    /// The program's name, for a new spreadsheet.
    pub program: &'a str,
    /// Its time zone, such as `Asia/Jakarta`.
    pub timezone: &'a str,
}

/// A form as the script has it.
#[derive(Serialize)]
struct ScriptForm<'a> {
    key: &'a str,
    title: &'a str,
    intro: &'a str,
    may_be_edited: bool,
    group_question: Option<&'a str>,
    questions: Vec<ScriptQuestion<'a>>,
}

/// A question as the script has it.
#[derive(Serialize)]
struct ScriptQuestion<'a> {
    title: &'a str,
    help: String,
    required: bool,
    control: Control,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<[String; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<Check>,
}

/// What a respondent sees.
#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Control {
    Text,
    Paragraph,
    Circles,
    List,
    Boxes,
    Scale,
    Date,
}

/// What an answer must be before it may be sent: only what every honest answer fulfils. The reader
/// of rows judges everything else.
#[derive(Serialize, Default)]
struct Check {
    #[serde(skip_serializing_if = "Option::is_none")]
    most_ticks: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    least: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    greatest: Option<i64>,
}

/// The script that makes `forms`, in the language of `words`.
pub fn script<'f>(
    forms: impl IntoIterator<Item = &'f Form>,
    destination: Destination<'_>,
    words: &Words,
) -> serde_json::Result<String> {
    let asked: Vec<ScriptForm<'_>> =
        forms.into_iter().map(|form| script_form(form, words)).collect();
    let say = serde_json::json!({
        "done": words.say("script-done"),
        "thanks": words.say("script-thanks"),
        "no_tab": words.say("script-no-tab"),
    });
    let locale = match words.language() {
        Language::Id => "id_ID",
        Language::En => "en_US",
    };
    let lead: String =
        words.say("script-lead").split('|').map(|line| format!("// {}\n", line.trim())).collect();
    let constants = [
        ("SPREADSHEET_ID", serde_json::to_string(&destination.spreadsheet_id)?),
        ("PROGRAM", serde_json::to_string(destination.program)?),
        ("TIME_ZONE", serde_json::to_string(destination.timezone)?),
        ("LOCALE", serde_json::to_string(locale)?),
        ("SAY", serde_json::to_string_pretty(&say)?),
        ("FORMS", serde_json::to_string_pretty(&asked)?),
    ];
    let constants: String =
        constants.map(|(name, value)| format!("const {name} = {value};\n")).concat();
    Ok(format!("{lead}\n{constants}{MAKER}"))
}

fn script_form<'f>(form: &'f Form, words: &Words) -> ScriptForm<'f> {
    let definition = &form.definition;
    let of = |text: &'f Localized| text.of(words.language());
    ScriptForm {
        key: &definition.key,
        title: of(&definition.title),
        intro: definition.intro.as_ref().map_or("", of),
        // Who answers without a name could be found out by a link that shows the answers again.
        may_be_edited: !definition.identity.is_empty(),
        group_question: definition
            .questions
            .first()
            .filter(|one| one.kind == Kind::Group)
            .map(|one| of(&one.question)),
        questions: definition
            .questions
            .iter()
            .map(|question| script_question(form, question, words))
            .collect(),
    }
}

fn script_question<'f>(
    form: &'f Form,
    question: &'f Question,
    words: &Words,
) -> ScriptQuestion<'f> {
    let language = words.language();
    let title = question.question.of(language);
    let hint = hint(question, false).map(|hint| hint.of(language).to_owned());
    let shown_if = shown_if(form, question, words);
    let control = control(question);
    let choices = match question.kind {
        Kind::Surah => surah_names(SURAHS),
        Kind::Choice | Kind::MultiChoice => {
            question.choices.iter().map(|choice| choice.label(language).to_owned()).collect()
        }
        _ => Vec::new(),
    };
    let scale = question.kind == Kind::Scale;
    let told = ends(question, title);
    ScriptQuestion {
        title,
        help: shown_if.into_iter().chain(hint).collect::<Vec<_>>().join(" "),
        required: is_needed(question) && question.show_if.is_empty(),
        control,
        choices,
        min: scale.then(|| question.min.unwrap_or(1)),
        max: scale.then(|| question.max.unwrap_or(5)),
        ends: scale.then(|| {
            told.map_or_else(Default::default, |(low, high)| {
                [low, high].map(|end| end.of(language).to_owned())
            })
        }),
        check: check(question),
    }
}

fn control(question: &Question) -> Control {
    match question.kind {
        Kind::Paragraph | Kind::MemberList => Control::Paragraph,
        Kind::Choice if question.choices.len() <= MOST_CIRCLES => Control::Circles,
        Kind::Choice | Kind::Surah => Control::List,
        Kind::MultiChoice => Control::Boxes,
        Kind::Scale => Control::Scale,
        Kind::Date => Control::Date,
        Kind::Text
        | Kind::Integer
        | Kind::Number
        | Kind::Money
        | Kind::Phone
        | Kind::Person
        | Kind::Group => Control::Text,
    }
}

fn check(question: &Question) -> Option<Check> {
    match question.kind {
        Kind::MultiChoice => {
            question.max.map(|most| Check { most_ticks: Some(most), ..Check::default() })
        }
        Kind::Phone => Some(Check { pattern: Some(PHONE), ..Check::default() }),
        Kind::Integer | Kind::Number => {
            Some(Check { least: question.min, greatest: question.max, ..Check::default() })
        }
        _ => None,
    }
}

/// Google shows every question of a page: whom this one is for has to be said.
fn shown_if(form: &Form, question: &Question, words: &Words) -> Option<String> {
    let language = words.language();
    let (key, codes) = question.show_if.first()?;
    let asked = form.question(key)?;
    let labels = asked
        .choices
        .iter()
        .filter(|choice| codes.contains(&choice.code))
        .map(|choice| choice.label(language));
    let labels = labels.collect::<Vec<_>>().join(" / ");
    Some(words.say_with(
        "script-only-if",
        &[("question", asked.question.of(language)), ("answers", &labels)],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::Forms;

    fn made(language: Language) -> String {
        let (forms, words) = (Forms::built_in().unwrap(), Words::new(language, None).unwrap());
        let destination =
            Destination { spreadsheet_id: None, program: "Rohis \"1\"", timezone: "Asia/Jakarta" };
        script(forms.iter(), destination, &words).unwrap()
    }

    #[test]
    fn a_form_is_asked_as_its_definition_says() {
        let (forms, words) = (Forms::built_in().unwrap(), Words::new(Language::Id, None).unwrap());
        let shown: Vec<_> = ["meeting_report", "mentee_feedback", "personality"]
            .map(|key| script_form(forms.get(key).unwrap(), &words))
            .into();
        insta::assert_json_snapshot!(shown);
    }

    #[test]
    fn every_title_finds_its_question_again_and_every_choice_its_code() {
        for language in [Language::Id, Language::En] {
            let (forms, words) = (Forms::built_in().unwrap(), Words::new(language, None).unwrap());
            for form in forms.iter() {
                for (index, question) in script_form(form, &words).questions.iter().enumerate() {
                    assert_eq!(
                        form.question_titled(question.title),
                        Some(index),
                        "{}: {}",
                        form.key(),
                        question.title
                    );
                    let found = |label: &String| form.choice_labelled(index, label).is_some();
                    let listed = form.definition.questions[index].kind != Kind::Surah;
                    assert!(
                        !listed || question.choices.iter().all(found),
                        "{}: {}",
                        form.key(),
                        question.title
                    );
                }
            }
        }
    }

    #[test]
    fn the_script_begins_with_what_to_do_and_with_constants() {
        let script = made(Language::En);
        let head: Vec<&str> =
            script.lines().take_while(|line| !line.starts_with("const FORMS")).collect();
        insta::assert_snapshot!(head.join("\n"));
    }
}

//! The procedures in the configuration: every mistake at its word. Without any, those of
//! `config/procedures.toml` hold.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::Mistake;
use crate::forms::Forms;
use crate::ledger::procedures::{Condition, NotUnderstood, Procedure, Step, Subject};
use crate::words::Language;

/// The procedures as they are compiled in.
const BUILT_IN: &str = include_str!("../../config/procedures.toml");

/// One procedure as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProcedureTable {
    key: Spanned<String>,
    name: Name,
    subject: Spanned<String>,
    steps: Spanned<Vec<StepTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepTable {
    key: Spanned<String>,
    name: Name,
    reached_by: Spanned<String>,
    days: Option<u32>,
}

/// One name, or one in each language.
#[derive(Deserialize)]
#[serde(untagged)]
enum Name {
    One(String),
    Each { id: String, en: String },
}

impl Name {
    fn in_language(self, language: Language) -> String {
        match (self, language) {
            (Self::One(name), _)
            | (Self::Each { id: name, .. }, Language::Id)
            | (Self::Each { en: name, .. }, Language::En) => name,
        }
    }
}

#[derive(Deserialize)]
struct BuiltIn {
    procedures: Vec<ProcedureTable>,
}

/// The procedures of a file, or those that are built in. `folder` is where forms that take the
/// place of others stand.
pub(super) fn check(
    tables: Option<Vec<ProcedureTable>>,
    language: Language,
    folder: &Path,
    mistakes: &mut Vec<Mistake>,
) -> Vec<Procedure> {
    let own = tables.is_some();
    let tables = tables.unwrap_or_else(|| {
        toml::from_str::<BuiltIn>(BUILT_IN).map(|file| file.procedures).unwrap_or_default()
    });
    // A form that cannot be read is a mistake of its own, said where forms are read.
    let forms = own
        .then(|| Forms::load(|name| std::fs::read_to_string(folder.join(name)).ok()).ok())
        .flatten();
    let mut keys = BTreeSet::new();
    tables
        .into_iter()
        .filter_map(|table| procedure(table, language, forms.as_ref(), &mut keys, mistakes))
        .collect()
}

fn procedure(
    table: ProcedureTable,
    language: Language,
    forms: Option<&Forms>,
    keys: &mut BTreeSet<String>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Procedure> {
    let mut wrong = |span, what: String, hint: String| mistakes.push(Mistake { span, what, hint });
    if !keys.insert(table.key.get_ref().clone()) {
        let hint = "every procedure has a key of its own".to_owned();
        wrong(table.key.span(), "another procedure has this key".to_owned(), hint);
    }
    if table.steps.get_ref().is_empty() {
        let hint = "{ key = \"asked\", name = \"Asked\", reached_by = \"asked\" }".to_owned();
        wrong(table.steps.span(), "a procedure has at least one step".to_owned(), hint);
    }
    let subject = match table.subject.get_ref().parse::<Subject>() {
        Ok(subject) => subject,
        Err(NotUnderstood { what, hint }) => {
            wrong(table.subject.span(), what, hint);
            return None;
        }
    };
    let mut steps = Vec::new();
    let mut step_keys = BTreeSet::new();
    for step in table.steps.into_inner() {
        if !step_keys.insert(step.key.get_ref().clone()) {
            let hint = "every step has a key of its own".to_owned();
            wrong(step.key.span(), "another step of this procedure has this key".to_owned(), hint);
        }
        let read = Condition::read(step.reached_by.get_ref(), subject)
            .and_then(|condition| exists(&condition, forms).map(|()| condition));
        match read {
            Ok(reached_by) => {
                let (key, name) = (step.key.into_inner(), step.name.in_language(language));
                steps.push(Step { key, name, reached_by, days: step.days });
            }
            Err(NotUnderstood { what, hint }) => wrong(step.reached_by.span(), what, hint),
        }
    }
    Some(Procedure {
        key: table.key.into_inner(),
        name: table.name.in_language(language),
        subject,
        steps,
    })
}

/// Whether the question and the codes that a condition names are there.
fn exists(condition: &Condition, forms: Option<&Forms>) -> Result<(), NotUnderstood> {
    let Condition::Row { form, answer: Some((question, codes)) } = condition else { return Ok(()) };
    let Some(form) = forms.and_then(|forms| forms.get(form)) else { return Ok(()) };
    let Some(asked) = form.question(question) else {
        let keys: Vec<&str> =
            form.definition.questions.iter().map(|question| question.key.as_str()).collect();
        return Err(NotUnderstood {
            what: format!("{} asks no \"{question}\"", form.key()),
            hint: format!("its questions are {}", keys.join(", ")),
        });
    };
    let known: Vec<&str> = asked.choices.iter().map(|choice| choice.code.as_str()).collect();
    match codes.iter().find(|code| !known.is_empty() && !known.contains(&code.as_str())) {
        None => Ok(()),
        Some(code) => Err(NotUnderstood {
            what: format!("\"{question}\" has no choice \"{code}\""),
            hint: format!("its choices are {}", known.join(", ")),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, ConfigError, EXAMPLE};
    use super::*;

    fn parse(procedures: &str) -> Result<Config, ConfigError> {
        Config::parse(Path::new("config/halaqah.toml"), &format!("{EXAMPLE}\n{procedures}"))
    }

    #[test]
    fn those_that_are_built_in_are_understood_in_both_languages_and_ask_for_what_there_is() {
        let built_in: BuiltIn = toml::from_str(BUILT_IN).unwrap();
        let mut mistakes = Vec::new();
        let found =
            check(Some(built_in.procedures), Language::En, Path::new("config"), &mut mistakes);
        assert!(
            mistakes.is_empty(),
            "{:?}",
            mistakes.iter().map(|mistake| &mistake.what).collect::<Vec<_>>()
        );
        assert_eq!(
            found.iter().map(|procedure| procedure.steps.len()).collect::<Vec<_>>(),
            [5, 4, 3, 5, 2]
        );
        assert_eq!(parse("").unwrap().procedures.len(), 5);
        assert_eq!(parse("").unwrap().procedures[0].steps[3].name, "Ditempatkan");
    }

    #[test]
    fn a_board_writes_its_own_in_their_place() {
        let own = "[[procedures]]\nkey = \"buddies\"\nname = \"Teman baru\"\nsubject = \"mentee\"\n\
            [[procedures.steps]]\nkey = \"asked\"\nname = \"Ditanya\"\nreached_by = \"row:mentee_follow_up.result=interested,registered\"\ndays = 2\n";
        let procedures = parse(own).unwrap().procedures;
        assert_eq!(procedures.len(), 1);
        assert_eq!(
            (procedures[0].name.as_str(), procedures[0].steps[0].days),
            ("Teman baru", Some(2))
        );
    }

    #[test]
    fn every_mistake_is_shown_under_its_word() {
        let own = "[[procedures]]\nkey = \"a\"\nname = \"A\"\nsubject = \"mentor\"\nsteps = [\n\
            { key = \"x\", name = \"X\", reached_by = \"placed\" },\n\
            { key = \"x\", name = \"X\", reached_by = \"passed:swimming\" },\n\
            { key = \"y\", name = \"Y\", reached_by = \"row:mentor_training.result=excellent\" },\n\
            { key = \"z\", name = \"Z\", reached_by = \"row:finance_record\" },\n]\n\
            [[procedures]]\nkey = \"a\"\nname = \"B\"\nsubject = \"teacher\"\nsteps = []\n";
        insta::assert_snapshot!(parse(own).unwrap_err().to_string());
    }
}

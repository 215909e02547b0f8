//! The procedures in the configuration: every mistake at its word. Without any, those of
//! `config/procedures.toml` hold.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::{Mistake, MistakeKind};
use crate::forms::Forms;
use crate::ledger::procedures::{Condition, ConditionError, Procedure, Step, Subject};
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
    if !keys.insert(table.key.get_ref().clone()) {
        mistakes.push(MistakeKind::ProcedureKey.at(&table.key));
    }
    if table.steps.get_ref().is_empty() {
        mistakes.push(MistakeKind::ProcedureSteps.at(&table.steps));
    }
    let subject = match table.subject.get_ref().parse::<Subject>() {
        Ok(subject) => subject,
        Err(error) => {
            mistakes.push(MistakeKind::from(error).at(&table.subject));
            return None;
        }
    };
    let mut steps = Vec::new();
    let mut step_keys = BTreeSet::new();
    for step in table.steps.into_inner() {
        if !step_keys.insert(step.key.get_ref().clone()) {
            mistakes.push(MistakeKind::StepKey.at(&step.key));
        }
        let read = Condition::read(step.reached_by.get_ref(), subject)
            .and_then(|condition| exists(&condition, forms).map(|()| condition));
        match read {
            Ok(reached_by) => {
                let (key, name) = (step.key.into_inner(), step.name.in_language(language));
                steps.push(Step { key, name, reached_by, days: step.days });
            }
            Err(error) => mistakes.push(MistakeKind::from(error).at(&step.reached_by)),
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
fn exists(condition: &Condition, forms: Option<&Forms>) -> Result<(), ConditionError> {
    let Condition::Row { form, answer: Some((question, codes)) } = condition else { return Ok(()) };
    let Some(form) = forms.and_then(|forms| forms.get(form)) else { return Ok(()) };
    let Some(asked) = form.question(question) else {
        let questions = form.definition.questions.iter();
        return Err(ConditionError::Question {
            form: form.key().to_owned(),
            question: question.clone(),
            known: questions.map(|question| question.key.clone()).collect(),
        });
    };
    let known: Vec<String> = asked.choices.iter().map(|choice| choice.code.clone()).collect();
    match codes.iter().find(|code| !known.is_empty() && !known.contains(code)) {
        None => Ok(()),
        Some(code) => {
            Err(ConditionError::Choice { question: question.clone(), code: code.clone(), known })
        }
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
            mistakes.iter().map(|mistake| &mistake.kind).collect::<Vec<_>>()
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
    fn every_mistake_is_found_at_its_word() {
        let own = "[[procedures]]\nkey = \"a\"\nname = \"A\"\nsubject = \"mentor\"\nsteps = [\n\
            { key = \"x\", name = \"X\", reached_by = \"placed\" },\n\
            { key = \"x\", name = \"X\", reached_by = \"passed:swimming\" },\n\
            { key = \"y\", name = \"Y\", reached_by = \"row:mentor_training.result=excellent\" },\n\
            { key = \"z\", name = \"Z\", reached_by = \"row:finance_record\" },\n]\n\
            [[procedures]]\nkey = \"a\"\nname = \"B\"\nsubject = \"teacher\"\nsteps = []\n";
        let error = parse(own).unwrap_err().to_string();
        insta::assert_snapshot!(error.replace(", config", "\nconfig"), @r#"
        config/halaqah.toml:124: unknown condition "placed" of a mentor
        config/halaqah.toml:125: two steps with the same key
        config/halaqah.toml:125: unknown step of a mentor "swimming"
        config/halaqah.toml:126: no choice "excellent" of the question result
        config/halaqah.toml:127: no row of "finance_record" is about a mentor
        config/halaqah.toml:130: two procedures with the same key
        config/halaqah.toml:133: procedure without a step
        config/halaqah.toml:132: unknown subject "teacher"
        "#);
    }
}

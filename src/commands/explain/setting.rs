//! What keeps the program from being made ready: mistakes in the configuration and in the files
//! beside it. All of them are said before the words of the program are known, so they are said in
//! the built-in words of the language that can be guessed.

use std::io;
use std::path::Path;

use super::toml::{parser_error, parser_sentences, shown};
use super::{Explain, cause_words};
use crate::cli::Failure;
use crate::config::{ConfigError, DOCUMENT_KINDS, Mistake, MistakeKind, Mistakes};
use crate::forms::{FORMS, FormMistake, FormsError};
use crate::ledger::mentor_steps::STEPS;
use crate::ledger::procedures::{ConditionError, Subject};
use crate::matching::criteria::Measure;
use crate::schedule::BadSchedule;
use crate::setting::SettingError;
use crate::words::{BadWords, Language, Sentences, Words};

/// The words for what is said before the configuration in this file is read.
pub fn words_before(config: &Path) -> Words {
    let text = std::fs::read_to_string(config).ok();
    // As the C library looks for the language of messages.
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|locale| !locale.is_empty()));
    Words::built_in(Language::before_configuration(text.as_deref(), locale.as_deref()))
}

/// The failure that a setting which cannot be made ready comes to.
pub fn not_ready(error: &SettingError, words: &Words) -> Failure {
    Failure::Mend(match error {
        SettingError::Config(ConfigError::Unreadable { path, source }) => {
            unreadable(path, source, words).say(words)
        }
        SettingError::Config(ConfigError::Mistakes(Mistakes { path, text, list })) => {
            let mistakes =
                list.iter().map(|Mistake { span, kind }| (span.clone(), mistake(kind, words)));
            shown(&path.display().to_string(), text, mistakes, words)
        }
        SettingError::Forms(error) => return error.fails(error.explained(words)),
        SettingError::Words(error) => return error.fails(error.explained(words)),
    })
}

/// The configuration cannot be read at all.
pub(super) fn unreadable(path: &Path, cause: &io::Error, words: &Words) -> Sentences {
    let parts = [("path", path.display().to_string()), ("cause", cause_words(cause, words))];
    Sentences::new("config-unreadable", parts)
}

/// What is wrong with a word in the configuration, and what may stand there.
pub(super) fn mistake(kind: &MistakeKind, words: &Words) -> Sentences {
    match kind {
        MistakeKind::Toml(message) => parser_sentences(message, words),
        MistakeKind::TimeZone(name) => Sentences::new("config-time-zone", [("name", name.clone())]),
        MistakeKind::ProgramCode => Sentences::new("config-program-code", []),
        MistakeKind::KeyInFile => Sentences::new("config-key-in-file", []),
        MistakeKind::Link => Sentences::new("config-link", []),
        MistakeKind::Address => Sentences::new("config-address", []),
        MistakeKind::Timeout => Sentences::new("config-timeout", []),
        MistakeKind::SpreadsheetId => Sentences::new("config-spreadsheet-id", []),
        MistakeKind::RestrictedIsShared => Sentences::new("config-restricted-is-shared", []),
        MistakeKind::Schedule(error) => schedule(error),
        MistakeKind::Form(form) => {
            let known = FORMS.iter().map(|form| form.key).collect::<Vec<_>>().join(", ");
            Sentences::new("config-form", [("form", form.clone()), ("known", known)])
        }
        MistakeKind::TabTitle => Sentences::new("config-tab-title", []),
        MistakeKind::SharedTab => Sentences::new("config-shared-tab", []),
        MistakeKind::DocumentKind(kind) => {
            let known = DOCUMENT_KINDS.join(", ");
            Sentences::new("config-document-kind", [("kind", kind.clone()), ("known", known)])
        }
        MistakeKind::GroupSize => Sentences::new("config-size", []),
        MistakeKind::Deadline => Sentences::new("config-deadline", []),
        MistakeKind::Personality { share, most } => Sentences::new(
            "config-personality",
            [("share", share.to_string()), ("most", most.to_string())],
        ),
        MistakeKind::Day(day) => Sentences::new("config-day", [("day", day.clone())]),
        MistakeKind::SeasonStart => Sentences::new("config-season-start", []),
        MistakeKind::SeasonEnd => Sentences::new("config-season-end", []),
        MistakeKind::SeasonCode => Sentences::new("config-season-code", []),
        MistakeKind::SeasonOverlap(code) => {
            Sentences::new("config-season-overlap", [("code", code.clone())])
        }
        MistakeKind::NoSeason => Sentences::new("config-no-season", []),
        MistakeKind::CalendarEnd => Sentences::new("config-calendar-end", []),
        MistakeKind::CriterionField { form, field, known } => Sentences::new(
            "config-criterion-field",
            [("form", (*form).to_owned()), ("field", field.clone()), ("known", known.join(", "))],
        ),
        MistakeKind::CriterionOther { form, other } => Sentences::new(
            "config-criterion-other",
            [("form", (*form).to_owned()), ("field", other.clone())],
        ),
        MistakeKind::CriterionMeasure(measure) => match measure {
            Measure::Equality => Sentences::new("config-measure-equality", []),
            Measure::Overlap | Measure::Jaccard => Sentences::new("config-measure-lists", []),
            Measure::GapInYears => Sentences::new("config-measure-years", []),
            Measure::Distance | Measure::AtLeast | Measure::Mixed => {
                Sentences::new("config-measure-scale", [])
            }
        },
        MistakeKind::CriterionUnusable => Sentences::new("config-criterion-unusable", []),
        MistakeKind::ProcedureKey => Sentences::new("config-procedure-key", []),
        MistakeKind::ProcedureSteps => Sentences::new("config-procedure-steps", []),
        MistakeKind::StepKey => Sentences::new("config-step-key", []),
        MistakeKind::Condition(error) => condition(error),
    }
}

fn schedule(error: &BadSchedule) -> Sentences {
    match error {
        BadSchedule::Fields(count) => {
            Sentences::new("schedule-fields", [("count", count.to_string())])
        }
        BadSchedule::Weekday(text) => Sentences::new("schedule-weekday", [("text", text.clone())]),
        BadSchedule::Syntax(cause) => {
            let cause = cause.lines().collect::<Vec<_>>().join(", ");
            Sentences::new("schedule-syntax", [("cause", cause)])
        }
        BadSchedule::Never => Sentences::new("schedule-never", []),
    }
}

fn condition(error: &ConditionError) -> Sentences {
    match error {
        ConditionError::Subject(text) => Sentences::new(
            "condition-subject",
            [("text", text.clone()), ("known", Subject::ALL.map(Subject::key).join(", "))],
        ),
        ConditionError::MentorStep(step) => Sentences::new(
            "condition-mentor-step",
            [("step", step.clone()), ("known", STEPS.join(", "))],
        ),
        ConditionError::State { subject, text } => Sentences::new(
            "condition-state",
            [
                ("subject", subject.to_string()),
                ("text", text.clone()),
                ("known", subject.conditions().join(", ")),
            ],
        ),
        ConditionError::Form { subject, form } => Sentences::new(
            "condition-form",
            [
                ("subject", subject.to_string()),
                ("form", form.clone()),
                ("known", subject.forms().join(", ")),
            ],
        ),
        ConditionError::Codes => Sentences::new("condition-codes", []),
        ConditionError::Question { form, question, known } => Sentences::new(
            "condition-question",
            [("form", form.clone()), ("question", question.clone()), ("known", known.join(", "))],
        ),
        ConditionError::Choice { question, code, known } => Sentences::new(
            "condition-choice",
            [("question", question.clone()), ("code", code.clone()), ("known", known.join(", "))],
        ),
    }
}

impl Explain for FormsError {
    fn sentences(&self, words: &Words) -> Sentences {
        match self {
            Self::Toml { source, .. } => parser_sentences(source.message(), words),
            Self::Meaning { file, word, mistake } => {
                let (file, word) = (("file", file.clone()), ("word", word.clone()));
                match mistake {
                    FormMistake::OtherKey(key) => {
                        Sentences::new("form-key", [file, word, ("key", (*key).to_owned())])
                    }
                    FormMistake::NoList(list) => {
                        Sentences::new("form-list", [file, word, ("list", list.clone())])
                    }
                    FormMistake::NoChoices => Sentences::new("form-choices", [file, word]),
                    FormMistake::StatementNumber => Sentences::new("form-statements", [file, word]),
                    FormMistake::NoQuestion => Sentences::new("form-question", [file, word]),
                }
            }
            Self::Surahs(cause) => Sentences::new("form-surahs", [("cause", cause.to_string())]),
        }
    }

    fn fails(&self, message: String) -> Failure {
        Failure::Mend(message)
    }

    fn explained(&self, words: &Words) -> String {
        match self {
            Self::Toml { file, text, source } => parser_error(file, text, source, words),
            Self::Meaning { .. } | Self::Surahs(_) => self.sentences(words).say(words),
        }
    }
}

impl Explain for BadWords {
    fn sentences(&self, _: &Words) -> Sentences {
        let (file, near) = (self.file.clone(), self.near.clone());
        Sentences::new("words-file", [("file", file), ("near", near), ("cause", self.what.clone())])
    }

    fn fails(&self, message: String) -> Failure {
        Failure::Mend(message)
    }
}

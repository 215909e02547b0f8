//! Everything that stays the same while the program runs, loaded once: the configuration, the
//! forms, the words.

use std::path::Path;

use crate::config::{Config, ConfigError};
use crate::forms::definition::{Localized, Sensitivity};
use crate::forms::privacy::Private;
use crate::forms::{Forms, FormsError};
use crate::ledger::procedures::Procedure;
use crate::ledger::season::Program;
use crate::statistics::Mushaf;
use crate::views::Labels;
use crate::words::{BadWords, Language, Words};

/// The configuration and everything that follows from it alone.
pub struct Setting {
    /// The configuration as read from its file.
    pub config: Config,
    /// All forms, enabled or not.
    pub forms: Forms,
    /// The sentences in the configured language.
    pub words: Words,
    /// The rules for which answers are sealed in the ledger.
    pub private: Private,
    /// Titles and labels of the forms in the configured language.
    pub labels: Labels,
    /// The part of the configuration that the pure rooms use.
    pub program: Program,
    /// The page and juz of every ayah.
    pub mushaf: Mushaf,
}

/// Why the program cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// The configuration cannot be read, or is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A form file beside the configuration is wrong.
    #[error(transparent)]
    Forms(#[from] FormsError),
    /// The words file beside the configuration is wrong.
    #[error(transparent)]
    Words(#[from] BadWords),
}

impl Setting {
    /// Reads the configuration, and the files beside it that replace built-in ones.
    pub fn load(path: &Path) -> Result<Self, SettingError> {
        Self::of(Config::read(path)?)
    }

    /// Loads everything that follows from a configuration.
    pub fn of(config: Config) -> Result<Self, SettingError> {
        let beside = |name: &str| std::fs::read_to_string(config.folder().join(name)).ok();
        let forms = Forms::load(beside)?;
        let words = Words::new(config.language, beside(config.language.file()).as_deref())?;
        let labels = Labels { links: config.form_links.clone(), ..labels(&forms, config.language) };
        let enabled = |key: &str| config.forms.contains_key(key);
        let enabled_forms = forms
            .iter()
            .filter(|form| form.definition.enabled || enabled(form.key()))
            .map(|form| form.key().to_owned());
        let program = Program {
            seasons: config.seasons.clone(),
            calendar: config.calendar.clone(),
            choice_codes: forms.choice_codes(),
            enabled_forms: enabled_forms.collect(),
            procedures: procedures(&config),
        };
        let private = Private::of(&forms);
        Ok(Self { config, forms, words, private, labels, program, mushaf: Mushaf::built_in() })
    }

    /// Replaces the configuration by another of the same program. They may differ only in the parts
    /// that the ledger records (`config_changed`).
    pub fn configure(&mut self, config: Config) {
        self.program.seasons.clone_from(&config.seasons);
        self.program.calendar.clone_from(&config.calendar);
        self.program.procedures = procedures(&config);
        self.config = config;
    }
}

/// Returns the configured procedures without steps that look at a form without a tab: nobody could
/// ever reach these.
pub(crate) fn procedures(config: &Config) -> Vec<Procedure> {
    let mut procedures = config.procedures.clone();
    for procedure in &mut procedures {
        procedure.steps.retain(|step| {
            step.reached_by.form().is_none_or(|form| config.forms.contains_key(form))
        });
    }
    procedures.retain(|procedure| !procedure.steps.is_empty());
    procedures
}

fn labels(forms: &Forms, language: Language) -> Labels {
    let pick = |text: &Localized| match language {
        Language::Id => text.id.clone(),
        Language::En => text.en.clone(),
    };
    let mut labels = Labels::default();
    for form in forms.iter() {
        labels.forms.push((form.key().to_owned(), pick(&form.definition.title)));
        for question in &form.definition.questions {
            let key = (form.key().to_owned(), question.key.clone());
            for choice in &question.choices {
                let label = match language {
                    Language::Id => choice.id.clone(),
                    Language::En => choice.en.clone(),
                };
                labels.choices.insert((key.0.clone(), key.1.clone(), choice.code.clone()), label);
            }
            if question.sensitivity == Sensitivity::Confidential {
                labels.confidential.insert(key.clone());
            }
            if question.sensitivity == Sensitivity::Public {
                labels.public.insert(key.clone());
            }
            labels.questions.insert(key, pick(&question.question));
        }
        for battery in &form.definition.batteries {
            let key = (form.key().to_owned(), battery.key.clone());
            labels.questions.insert(key, pick(&battery.question));
        }
    }
    labels
}

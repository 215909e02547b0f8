//! `forms script`: the Apps Script that creates the real Google Forms.

use super::explain::{ProgramFault, in_words};
use super::print::say;
use crate::cli::Failure;
use crate::config::EXAMPLE_SPREADSHEET_ID;
use crate::forms::Form;
use crate::forms::script::{Destination, script as apps_script};
use crate::setting::Setting;

/// Prints the script for the forms named, or for those that have a tab.
pub fn script(setting: &Setting, named: &[String]) -> Result<(), Failure> {
    let (config, words) = (&setting.config, &setting.words);
    if let Some(unknown) = named.iter().find(|key| setting.forms.get(key).is_none()) {
        let known = setting.forms.iter().map(Form::key).collect::<Vec<_>>().join(", ");
        return Err(Failure::Mend(
            words.say_with("script-unknown", &[("form", unknown.as_str()), ("known", &known)]),
        ));
    }
    let is_wanted = |form: &&Form| {
        if named.is_empty() {
            config.forms.contains_key(form.key())
        } else {
            named.contains(&form.definition.key)
        }
    };
    let destination = Destination {
        spreadsheet_id: Some(config.spreadsheet_id.as_str())
            .filter(|id| *id != EXAMPLE_SPREADSHEET_ID),
        program: &config.program_name,
        timezone: config.timezone.name(),
    };
    let script = apps_script(setting.forms.iter().filter(is_wanted), destination, words);
    say(script.map_err(|error| in_words(words)(ProgramFault(error.to_string())))?);
    Ok(())
}

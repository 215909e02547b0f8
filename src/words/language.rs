//! Which language people read, and how it is found before there is a configuration to ask.

use serde::{Deserialize, Serialize};

use super::{ENGLISH, INDONESIAN};

/// What people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Bahasa Indonesia.
    #[default]
    Id,
    /// English.
    En,
}

impl Language {
    /// The name of the file of words.
    pub fn file(self) -> &'static str {
        match self {
            Self::Id => "words/id.ftl",
            Self::En => "words/en.ftl",
        }
    }

    pub(super) fn built_in(self) -> &'static str {
        match self {
            Self::Id => INDONESIAN,
            Self::En => ENGLISH,
        }
    }

    /// The language for what is said before the configuration is read, or because it cannot be
    /// read: the one that its text names, even where the text is no TOML; else that of the user's
    /// environment (the value of `LC_ALL`, or of `LANG`); else Bahasa Indonesia.
    pub fn before_configuration(configuration: Option<&str>, locale: Option<&str>) -> Self {
        let of_locale = || locale.filter(|locale| locale.starts_with("en")).map(|_| Self::En);
        configuration.and_then(Self::named_in).or_else(of_locale).unwrap_or_default()
    }

    /// The value of the key `language` in the first lines of a TOML file, before any table.
    fn named_in(configuration: &str) -> Option<Self> {
        let lines = configuration.lines().map(str::trim_start);
        let value = lines.take_while(|line| !line.starts_with('[')).find_map(|line| {
            line.strip_prefix("language")?.trim_start().strip_prefix('=').map(str::trim_start)
        })?;
        let code = value.trim_start_matches(['"', '\'']).split(['"', '\'', '#', ' ', '\t']).next();
        match code? {
            "id" => Some(Self::Id),
            "en" => Some(Self::En),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_names_the_language_even_where_it_cannot_be_read() {
        let named = |text: &str| Language::before_configuration(Some(text), Some("en_US.UTF-8"));
        assert_eq!(named("# comment\n language = \"id\" # or en\ntimezone = \"x\""), Language::Id);
        assert_eq!(named("timezone = = =\nlanguage='id'\n[[["), Language::Id);
        assert_eq!(named("language = id"), Language::Id, "the quotes were forgotten");
        assert_eq!(named("[forms]\nlanguage = \"id\"\n"), Language::En, "a key of another table");
        assert_eq!(named("language = \"jv\"\n"), Language::En, "no language that halaqah has");
        assert_eq!(named("languages = \"id\"\n"), Language::En);
        let english = Language::before_configuration(Some("language = \"en\""), None);
        assert_eq!(english, Language::En);
    }

    #[test]
    fn without_a_configuration_the_environment_decides() {
        let of = |locale| Language::before_configuration(None, locale);
        assert_eq!(of(Some("en_GB.UTF-8")), Language::En);
        assert_eq!(of(Some("en")), Language::En);
        assert_eq!(of(Some("id_ID.UTF-8")), Language::Id);
        assert_eq!(of(Some("C.UTF-8")), Language::Id);
        assert_eq!(of(None), Language::Id);
    }
}

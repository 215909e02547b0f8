//! The two sentences that say an error to people.

use super::Words;

/// Which sentences say an error: `error-NAME` what happened and where, `mend-NAME` what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentences {
    /// The name that the keys of both sentences end with.
    pub name: &'static str,
    parts: Vec<(&'static str, String)>,
}

impl Sentences {
    /// The sentences of this name, with their parts.
    pub fn new<const N: usize>(name: &'static str, parts: [(&'static str, String); N]) -> Self {
        Self { name, parts: parts.into() }
    }

    /// What happened, and where.
    pub fn error(&self, words: &Words) -> String {
        self.sentence("error", words)
    }

    /// What to do.
    pub fn mend(&self, words: &Words) -> String {
        self.sentence("mend", words)
    }

    /// What happened, then what to do, on one line.
    pub fn say(&self, words: &Words) -> String {
        format!("{} {}", self.error(words), self.mend(words))
    }

    fn sentence(&self, family: &str, words: &Words) -> String {
        let parts: Vec<(&str, &str)> =
            self.parts.iter().map(|(name, part)| (*name, part.as_str())).collect();
        words.say_with(&format!("{family}-{}", self.name), &parts)
    }
}

//! The level of one subject and the reasons from which it follows.

use super::{Level, Scene};

/// One reason why a subject is not in order.
pub(in crate::views) trait Reason {
    /// The level that the reason alone gives.
    fn level(&self) -> Level;

    /// The reason in words.
    fn say(&self, scene: &Scene<'_>) -> String;
}

/// The level of one subject and why it has it. An action about the subject is made from each of the
/// reasons, or says that another action covers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::views) struct Verdict<R> {
    /// The worst of the reasons' levels; good without reasons; none for a subject that nobody has
    /// to look after.
    pub level: Option<Level>,
    /// The reasons, in the order in which they are found.
    pub reasons: Vec<R>,
}

impl<R: Reason> Verdict<R> {
    /// The verdict that follows from the reasons. Without any it is good if the subject
    /// `is_looked_after`, else there is no level.
    pub fn of(is_looked_after: bool, reasons: Vec<R>) -> Self {
        let worst = reasons.iter().map(Reason::level).min();
        Self { level: worst.or(is_looked_after.then_some(Level::Good)), reasons }
    }

    /// All reasons in words, each once.
    pub fn sentences(&self, scene: &Scene<'_>) -> Vec<String> {
        let mut said: Vec<String> = Vec::new();
        for sentence in self.reasons.iter().map(|reason| reason.say(scene)) {
            if !said.contains(&sentence) {
                said.push(sentence);
            }
        }
        said
    }
}

//! A late step as a reason.

use super::{Level, Reason, Scene};

/// A step at which a subject is late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::views) struct LateStep {
    /// The procedure's place in the configuration.
    pub procedure: usize,
    /// The step's place in the procedure.
    pub step: usize,
    /// Days past the last day allowed.
    pub days: i64,
}

impl Reason for LateStep {
    fn level(&self) -> Level {
        Level::Warning
    }

    fn say(&self, scene: &Scene<'_>) -> String {
        let step = &scene.standing.program.procedures[self.procedure].steps[self.step];
        let days = scene.words.integer(self.days);
        scene.words.say_with("level-late-step", &[("step", &step.name), ("days", &days)])
    }
}

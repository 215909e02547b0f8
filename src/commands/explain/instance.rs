//! What can be wrong with the files of a matching problem.

use super::{Explain, cause_words};
use crate::cli::Failure;
use crate::commands::instance::{InstanceError, LineMistake};
use crate::words::{Sentences, Words};

impl Explain for InstanceError {
    fn sentences(&self, words: &Words) -> Sentences {
        match self {
            Self::Unreadable { path, error } => Sentences::new(
                "instance-unreadable",
                [("file", path.display().to_string()), ("cause", cause_words(error, words))],
            ),
            Self::Line { path, line, mistake } => Sentences::new(
                "instance-line",
                [
                    ("file", path.display().to_string()),
                    ("line", line.to_string()),
                    ("what", mistake_words(mistake, words)),
                ],
            ),
            Self::NoAnswer { folder, cause } => Sentences::new(
                "instance-no-answer",
                [("folder", folder.display().to_string()), ("cause", cause.clone())],
            ),
        }
    }

    fn fails(&self, message: String) -> Failure {
        Failure::Mend(message)
    }
}

/// What is wrong with a line, as a part of a sentence.
pub(super) fn mistake_words(mistake: &LineMistake, words: &Words) -> String {
    let numbers = |key: &str, one: (&str, u32), other: (&str, u32)| {
        words.say_with(key, &[(one.0, &one.1.to_string()), (other.0, &other.1.to_string())])
    };
    match mistake {
        LineMistake::Malformed(cause) => words.say_with("instance-malformed", &[("cause", cause)]),
        LineMistake::MinAboveMax { min, max } => {
            numbers("instance-min-above-max", ("min", *min), ("max", *max))
        }
        LineMistake::NoMentor { at, count } => {
            numbers("instance-no-mentor", ("at", *at), ("count", *count))
        }
        LineMistake::NoMentee { at, count } => {
            numbers("instance-no-mentee", ("at", *at), ("count", *count))
        }
        LineMistake::PinnedNowhere => words.say("instance-pinned"),
        LineMistake::Twice { mentee, mentor } => {
            numbers("instance-twice", ("mentee", *mentee), ("mentor", *mentor))
        }
        LineMistake::PairedWithItself(mentee) => {
            words.say_with("instance-paired-with-itself", &[("mentee", &mentee.to_string())])
        }
        LineMistake::Slot(slot) => words.say_with("instance-slot", &[("slot", &slot.to_string())]),
        LineMistake::NotThreeNumbers { text, most } => {
            words.say_with("instance-numbers", &[("text", text), ("most", &most.to_string())])
        }
    }
}

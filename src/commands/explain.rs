//! What people read when something failed: what happened and where, and what to do, in the
//! sentences of the words room. The errors' own texts are English fragments for logs.

mod declined;
mod google;
mod instance;
mod ledger;
mod sandbox;
mod setting;
#[cfg(test)]
mod tests;
mod toml;

use std::io;

use chrono::NaiveDate;

pub use self::declined::Declined;
pub use self::sandbox::NotServed;
pub use self::setting::{not_ready, words_before};
pub use self::toml::wrong_toml;
use super::connect::ConnectError;
use crate::cli::Failure;
use crate::cycle::CycleError;
use crate::edge::google::GoogleError;
use crate::edge::heartbeat::HeartbeatError;
use crate::edge::log::LogError;
use crate::edge::seal::SealError;
use crate::ledger::standing::NoSeason;
use crate::words::{Sentences, Words};

/// An error that has sentences for people.
pub trait Explain {
    /// Its sentences.
    fn sentences(&self, words: &Words) -> Sentences;

    /// The failure that a command makes of it, with this message.
    fn fails(&self, message: String) -> Failure;

    /// What happened, where, and what to do.
    fn explained(&self, words: &Words) -> String {
        self.sentences(words).say(words)
    }
}

/// Makes a command's failure of an error: `….map_err(in_words(words))?`.
pub fn in_words<E: Explain>(words: &Words) -> impl Fn(E) -> Failure {
    |error| error.fails(error.explained(words))
}

/// A mistake in this program, not in what it was given.
pub struct ProgramFault(pub String);

impl Explain for ProgramFault {
    fn sentences(&self, _: &Words) -> Sentences {
        // What went wrong inside is for those who are told of it.
        Sentences::new("cycle-fault", [("cause", self.0.clone())])
    }

    fn fails(&self, message: String) -> Failure {
        Failure::Mend(message)
    }
}

impl Explain for io::Error {
    fn sentences(&self, words: &Words) -> Sentences {
        Sentences::new("system", [("cause", cause_words(self, words))])
    }

    fn fails(&self, message: String) -> Failure {
        Failure::Mend(message)
    }
}

/// `run` was given a moment.
pub struct NowGiven;

impl Explain for NowGiven {
    fn sentences(&self, _: &Words) -> Sentences {
        Sentences::new("run-now", [])
    }

    fn fails(&self, message: String) -> Failure {
        Failure::Mend(message)
    }
}

/// A fingerprint that somebody kept is not in the ledger.
pub struct NotInChain {
    /// The fingerprint.
    pub hash: String,
    /// The ledger's last event.
    pub seq: u64,
}

impl Explain for NotInChain {
    fn sentences(&self, _: &Words) -> Sentences {
        Sentences::new(
            "ledger-not-in-chain",
            [("hash", self.hash.clone()), ("seq", self.seq.to_string())],
        )
    }

    fn fails(&self, message: String) -> Failure {
        Failure::Damaged(message)
    }
}

/// An event that the ledger does not have.
pub struct NoSuchEvent {
    /// Its number.
    pub asked: u64,
    /// The ledger's last event.
    pub last: u64,
}

impl Explain for NoSuchEvent {
    fn sentences(&self, _: &Words) -> Sentences {
        let parts = [("asked", self.asked.to_string()), ("last", self.last.to_string())];
        Sentences::new("ledger-no-such-event", parts)
    }

    fn fails(&self, message: String) -> Failure {
        Failure::Mend(message)
    }
}

impl Explain for GoogleError {
    fn sentences(&self, words: &Words) -> Sentences {
        google::sentences(self, words)
    }

    fn fails(&self, message: String) -> Failure {
        Failure::google(self, message)
    }
}

impl Explain for LogError {
    fn sentences(&self, words: &Words) -> Sentences {
        ledger::sentences(self, words)
    }

    fn fails(&self, message: String) -> Failure {
        Failure::ledger(self, message)
    }
}

impl Explain for SealError {
    fn sentences(&self, words: &Words) -> Sentences {
        ledger::seal(self, words)
    }

    fn fails(&self, message: String) -> Failure {
        Failure::seal(self, message)
    }
}

impl Explain for CycleError {
    fn sentences(&self, words: &Words) -> Sentences {
        match self {
            Self::Google(error) => error.sentences(words),
            Self::Log(error) => error.sentences(words),
            Self::NoSeason(error) => error.sentences(words),
            Self::Illegal(error) => ProgramFault(error.to_string()).sentences(words),
            Self::Data(error) => ProgramFault(error.to_string()).sentences(words),
            Self::Behind { seen, seen_hash, seq } => {
                let parts = [
                    ("seen", seen.to_string()),
                    ("hash", seen_hash.clone()),
                    ("seq", seq.to_string()),
                ];
                Sentences::new("cycle-behind", parts)
            }
            Self::Newer => Sentences::new("cycle-newer", []),
        }
    }

    fn fails(&self, message: String) -> Failure {
        Failure::cycle(self, message)
    }
}

impl Explain for NoSeason {
    fn sentences(&self, words: &Words) -> Sentences {
        match self {
            Self::Unknown { asked, known } => Sentences::new(
                "season-unknown",
                [("asked", asked.clone()), ("known", known.join(", "))],
            ),
            Self::NoneBegun { as_of } => {
                Sentences::new("season-none-begun", [("day", words.long_date(*as_of))])
            }
        }
    }

    fn fails(&self, message: String) -> Failure {
        Failure::Mend(message)
    }
}

impl Explain for ConnectError {
    fn sentences(&self, words: &Words) -> Sentences {
        match self {
            Self::NoKey => Sentences::new("key-none", []),
            Self::KeyUnreadable { path, cause } => {
                let parts =
                    [("path", path.display().to_string()), ("cause", cause_words(cause, words))];
                Sentences::new("key-unreadable", parts)
            }
            Self::Google(error) => error.sentences(words),
        }
    }

    fn fails(&self, message: String) -> Failure {
        match self {
            Self::NoKey | Self::KeyUnreadable { .. } => Failure::Mend(message),
            Self::Google(error) => error.fails(message),
        }
    }
}

impl Explain for HeartbeatError {
    fn sentences(&self, _: &Words) -> Sentences {
        match self {
            Self::BadAddress => Sentences::new("heartbeat-address", []),
            Self::Unreachable(reason) => {
                Sentences::new("heartbeat-unreachable", [("reason", reason.clone())])
            }
            Self::Refused(status) => {
                Sentences::new("heartbeat-refused", [("status", status.to_string())])
            }
        }
    }

    fn fails(&self, message: String) -> Failure {
        Failure::Later(message)
    }
}

/// A day's checkpoint that did not reach its webhook.
#[derive(Debug, thiserror::Error)]
#[error("checkpoint of {day} not sent: {cause}")]
pub struct CheckpointNotSent {
    /// The day.
    pub day: NaiveDate,
    /// Why.
    pub cause: HeartbeatError,
}

impl Explain for CheckpointNotSent {
    fn sentences(&self, words: &Words) -> Sentences {
        let (day, reason) = (words.long_date(self.day), self.cause.to_string());
        Sentences::new("checkpoint-not-sent", [("day", day), ("reason", reason)])
    }

    fn fails(&self, message: String) -> Failure {
        Failure::Later(message)
    }
}

/// What the system says of a file; what is rare is left in the system's own words.
pub fn cause_words(cause: &io::Error, words: &Words) -> String {
    match cause.kind() {
        io::ErrorKind::NotFound => words.say("cause-not-found"),
        io::ErrorKind::PermissionDenied => words.say("cause-permission"),
        io::ErrorKind::ReadOnlyFilesystem => words.say("cause-read-only"),
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            words.say("cause-not-a-folder")
        }
        io::ErrorKind::IsADirectory => words.say("cause-a-folder"),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => words.say("cause-full"),
        io::ErrorKind::AddrInUse => words.say("cause-in-use"),
        _ => cause.to_string(),
    }
}

//! What keeps the sandbox and the demo from serving.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::{Explain, cause_words};
use crate::cli::Failure;
use crate::sandbox::SandboxError;
use crate::words::{Sentences, Words};

/// Why the sandbox does not begin to serve.
pub enum NotServed {
    /// The address can be reached from other computers.
    NotLoopback(SocketAddr),
    /// The system gives no connection at the address.
    Busy(SocketAddr, io::Error),
    /// The file of faults cannot be read.
    FaultsUnreadable(PathBuf, io::Error),
    /// The file of faults is not understood: the parser's message.
    FaultsMalformed(PathBuf, String),
}

impl Explain for NotServed {
    fn sentences(&self, words: &Words) -> Sentences {
        match self {
            Self::NotLoopback(address) => {
                Sentences::new("sandbox-not-loopback", [("address", address.to_string())])
            }
            Self::Busy(address, cause) => Sentences::new(
                "sandbox-busy",
                [("address", address.to_string()), ("cause", cause_words(cause, words))],
            ),
            Self::FaultsUnreadable(path, cause) => Sentences::new(
                "sandbox-faults-unreadable",
                [("file", path.display().to_string()), ("cause", cause_words(cause, words))],
            ),
            Self::FaultsMalformed(path, cause) => Sentences::new(
                "sandbox-faults",
                [("file", path.display().to_string()), ("cause", cause.clone())],
            ),
        }
    }

    fn fails(&self, message: String) -> Failure {
        Failure::Mend(message)
    }
}

impl Explain for SandboxError {
    fn sentences(&self, words: &Words) -> Sentences {
        match self {
            Self::Io { path, source } => Sentences::new(
                "sandbox-data-io",
                [("file", path.display().to_string()), ("cause", cause_words(source, words))],
            ),
            Self::Damaged { path, line, reason } => Sentences::new(
                "sandbox-data-damaged",
                [
                    ("file", path.display().to_string()),
                    ("line", line.to_string()),
                    ("cause", reason.clone()),
                ],
            ),
            Self::InUse { path } => {
                Sentences::new("sandbox-data-in-use", [("file", path.display().to_string())])
            }
        }
    }

    fn fails(&self, message: String) -> Failure {
        Failure::Mend(message)
    }
}

//! `demo`: a sandbox, an invented season and the daemon's cycle every few seconds; nothing leaves this computer.

use std::net::SocketAddr;

use chrono::{DateTime, FixedOffset};

use crate::cli::Failure;

/// Shows a filled program until it is told to stop.
pub async fn demo(_listen: SocketAddr, _now: Option<DateTime<FixedOffset>>) -> Result<(), Failure> {
    Err(Failure::Mend("demo: wired in a later step".to_owned()))
}

//! `sandbox`: the local stand-in for Google Sheets alone.

use std::net::SocketAddr;
use std::path::Path;

use tokio::net::TcpListener;

use crate::cli::Failure;
use crate::daemon::stop_signal;
use crate::sandbox::Sandbox;

/// Serves until it is told to stop.
pub async fn sandbox(listen: SocketAddr, data: Option<&Path>, _config: &Path) -> Result<(), Failure> {
    if !listen.ip().is_loopback() {
        return Err(Failure::Mend(format!(
            "{listen} is not loopback: the sandbox asks nobody who they are, so it listens at 127.0.0.1 only"
        )));
    }
    let sandbox = match data {
        Some(path) => Sandbox::open(path)?,
        None => Sandbox::in_memory(),
    };
    let listener = TcpListener::bind(listen).await.map_err(|error| Failure::Mend(format!("{listen}: {error}")))?;
    println!("http://{}", listener.local_addr()?);
    sandbox.serve(listener, stop_signal()).await?;
    Ok(())
}

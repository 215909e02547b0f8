//! `sandbox`: the local stand-in for Google Sheets alone, with a page for each form and a viewer of
//! the tabs.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use chrono_tz::Tz;
use tokio::net::TcpListener;

use super::print::say;
use crate::cli::Failure;
use crate::daemon::stop_signal;
use crate::edge::clock;
use crate::forms::Forms;
use crate::sandbox::{Fault, PageSettings, Sandbox, pages, serve_router};

/// Serves until it is told to stop. The forms are those compiled in: a sandbox alone has no
/// configuration.
pub async fn sandbox(
    listen: SocketAddr,
    data: Option<&Path>,
    faults: Option<&Path>,
) -> Result<(), Failure> {
    let faults = faults.map_or_else(|| Ok(Vec::new()), faults_in)?;
    let sandbox = match data {
        Some(path) => Sandbox::open(path)?,
        None => Sandbox::in_memory(),
    };
    faults.into_iter().for_each(|fault| sandbox.add_fault(fault));
    let forms = Arc::new(Forms::built_in().map_err(|error| Failure::Mend(error.to_string()))?);
    let (closing, closed) = tokio::sync::watch::channel(false);
    let settings = PageSettings {
        closing: Some(closed),
        ..PageSettings::with_clock(Arc::new(|| clock::now(Tz::Asia__Jakarta)))
    };
    let router = sandbox.router().merge(pages(&sandbox, forms, settings));
    let listener = bind(listen).await?;
    say(format_args!("http://{}", listener.local_addr()?));
    let stop = async move {
        stop_signal().await;
        // Nobody looks at a page any more: then nobody needs to be told.
        let _ = closing.send(true);
    };
    serve_router(router, listener, stop).await?;
    Ok(())
}

/// The faults in a file.
fn faults_in(path: &Path) -> Result<Vec<Fault>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::Mend(format!("the faults {} cannot be read: {error}", path.display()))
    })?;
    Fault::list(&text).map_err(|error| {
        let place = path.display();
        Failure::Mend(format!(
            "the faults {place} are not understood: {error}. See halaqah sandbox --help."
        ))
    })
}

/// Listens on loopback; anywhere else is refused, for the sandbox asks nobody who they are.
pub async fn bind(listen: SocketAddr) -> Result<TcpListener, Failure> {
    if !listen.ip().is_loopback() {
        let what =
            format!("{listen} is not this computer alone: the sandbox asks nobody who they are");
        return Err(Failure::Mend(format!("{what}. Let it listen at 127.0.0.1:8460.")));
    }
    let busy = |error| {
        Failure::Mend(format!(
            "{listen}: {error}. Choose another port with --listen 127.0.0.1:PORT."
        ))
    };
    TcpListener::bind(listen).await.map_err(busy)
}

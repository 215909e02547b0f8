//! `sandbox`: the local stand-in for Google Sheets alone, with a page for each form and a viewer of
//! the tabs.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use chrono_tz::Tz;
use tokio::net::TcpListener;

use super::explain::{NotServed, in_words};
use super::print::say;
use crate::cli::Failure;
use crate::daemon::stop_signal;
use crate::edge::clock;
use crate::form_pages;
use crate::forms::Forms;
use crate::sandbox::{Fault, PageSettings, Pages, Sandbox, page_router, serve_router};
use crate::words::Words;

/// Serves until it is told to stop. The forms are those compiled in: a sandbox alone has no
/// configuration.
pub async fn sandbox(
    listen: SocketAddr,
    data: Option<&Path>,
    faults: Option<&Path>,
    words: &Words,
) -> Result<(), Failure> {
    let faults = faults.map_or_else(|| Ok(Vec::new()), faults_in).map_err(in_words(words))?;
    let sandbox = match data {
        Some(path) => Sandbox::open(path).map_err(in_words(words))?,
        None => Sandbox::in_memory(),
    };
    faults.into_iter().for_each(|fault| sandbox.add_fault(fault));
    let forms = Arc::new(Forms::built_in().map_err(in_words(words))?);
    let (closing, closed) = tokio::sync::watch::channel(false);
    let settings = PageSettings {
        closing: Some(closed),
        ..PageSettings::with_clock(Arc::new(|| clock::now(Tz::Asia__Jakarta)))
    };
    let pages = Pages { sandbox: sandbox.clone(), settings };
    let router =
        sandbox.router().merge(page_router(pages.clone())).merge(form_pages::router(pages, forms));
    let listener = bind(listen).await.map_err(in_words(words))?;
    say(format_args!("http://{}", listener.local_addr().map_err(in_words(words))?));
    let stop = async move {
        stop_signal().await;
        // Nobody looks at a page any more: then nobody needs to be told.
        let _ = closing.send(true);
    };
    serve_router(router, listener, stop).await.map_err(in_words(words))
}

/// The faults in a file.
fn faults_in(path: &Path) -> Result<Vec<Fault>, NotServed> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| NotServed::FaultsUnreadable(path.to_owned(), error))?;
    Fault::list(&text)
        .map_err(|error| NotServed::FaultsMalformed(path.to_owned(), error.to_string()))
}

/// Listens on loopback; anywhere else is refused, for the sandbox asks nobody who they are.
pub async fn bind(listen: SocketAddr) -> Result<TcpListener, NotServed> {
    if !listen.ip().is_loopback() {
        return Err(NotServed::NotLoopback(listen));
    }
    TcpListener::bind(listen).await.map_err(|error| NotServed::Busy(listen, error))
}

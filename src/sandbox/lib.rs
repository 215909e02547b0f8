//! A local stand-in for Google: spreadsheets behind the Sheets v4 API (and the few Drive v3 methods
//! that clients use), with Google's defaults, normalisation and error bodies. For development and
//! trial; it may not know what the tabs mean.

pub mod batch;
pub mod book;
pub mod display;
pub mod errors;
pub mod fields;
pub mod format;
pub mod formula;
pub mod locale;
pub mod pages;
pub mod render;
pub mod values;
pub mod viewer;

mod api;
mod call;
mod calls;
mod drive;
mod faults;
mod people;
mod references;
mod schema;
mod store;
#[cfg(test)]
mod tests;
mod typing;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use axum::serve::ListenerExt;
use tokio::sync::watch;

pub use self::book::Book;
pub use self::call::Kind;
pub use self::errors::{ApiError, Refusal};
pub use self::faults::{FAULTS_HELP, Fault, Sharing};
pub use self::pages::{PageLanguage, PageSettings, Pages};
pub use self::people::{Deed, Tab};

use self::faults::Faults;
use self::store::Store;

/// What keeps the sandbox from its data file.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The file cannot be read or written.
    #[error("cannot use the data file {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not one of ours, or is damaged before its end.
    #[error("data file {}, line {line}: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// Another process has the file open.
    #[error("data file {} in use by another sandbox", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
}

/// Why an edit of the book was not made.
#[derive(Debug)]
pub enum EditError<E> {
    /// The edit itself was refused.
    Refused(E),
    /// The edit could not be stored.
    NotStored(SandboxError),
}

/// The stand-in: one book, its data file, its switches. Clones share them.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    /// What readers see. They do not wait for a change that is being stored.
    published: RwLock<Arc<Book>>,
    faults: Mutex<Faults>,
    requests: AtomicU64,
    changed: watch::Sender<u64>,
}

struct State {
    book: Arc<Book>,
    revision: u64,
    store: Option<Store>,
}

impl Sandbox {
    /// A sandbox that forgets everything when it is dropped.
    pub fn in_memory() -> Self {
        Self::new(Book::new(), None)
    }

    /// A sandbox whose book lives in a file; the file is made if it is not there.
    pub fn open(data: &Path) -> Result<Self, SandboxError> {
        let (store, book) = Store::open(data)?;
        Ok(Self::new(book, Some(store)))
    }

    fn new(book: Book, store: Option<Store>) -> Self {
        let book = Arc::new(book);
        let inner = Inner {
            published: RwLock::new(Arc::clone(&book)),
            state: Mutex::new(State { book, revision: 0, store }),
            faults: Mutex::default(),
            requests: AtomicU64::new(0),
            changed: watch::Sender::new(0),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The API as a router; pages may be merged into it.
    pub fn router(&self) -> axum::Router {
        api::router(self.clone())
    }

    /// Serves the API until `stop` is done.
    pub async fn serve(
        self,
        listener: tokio::net::TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        serve_router(self.router(), listener, stop).await
    }

    /// How many Google API calls were answered; pages, `/token` and `/sandbox/…` do not count.
    pub fn requests(&self) -> u64 {
        self.inner.requests.load(Ordering::Relaxed)
    }

    /// A number that grows with every change of the book.
    pub fn revision(&self) -> u64 {
        *self.inner.changed.borrow()
    }

    /// Tells of every change of the book by its revision.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.inner.changed.subscribe()
    }

    /// Looks at the book.
    pub fn with_book<T>(&self, look: impl FnOnce(&Book) -> T) -> T {
        look(&self.book())
    }

    /// Changes the book, all or nothing: on an `Err` it stays as it was. The change is stored
    /// before this returns; if the data file fails, the change lives on in memory only and an error
    /// is logged (see [`Sandbox::commit`]); the next change that can be stored is stored together
    /// with it.
    pub fn edit_book<T, E>(&self, edit: impl FnOnce(&mut Book) -> Result<T, E>) -> Result<T, E> {
        let mut state = self.state();
        let mut draft = Book::clone(&state.book);
        let result = edit(&mut draft)?;
        stamp(&state.book, &mut draft);
        if let Err(error) = state.save(&draft) {
            tracing::error!(%error, "a change of the sandbox is not stored");
            if let Some(store) = &mut state.store {
                store.lags_behind();
            }
        }
        self.publish(&mut state, draft);
        Ok(result)
    }

    /// As [`Sandbox::edit_book`], but a change that cannot be stored is not made.
    pub fn commit<T, E>(
        &self,
        edit: impl FnOnce(&mut Book) -> Result<T, E>,
    ) -> Result<T, EditError<E>> {
        self.committed(edit).map(|(result, _)| result)
    }

    /// As [`Sandbox::commit`]; gives also the book as this change left it, whatever others change
    /// meanwhile.
    fn committed<T, E>(
        &self,
        edit: impl FnOnce(&mut Book) -> Result<T, E>,
    ) -> Result<(T, Arc<Book>), EditError<E>> {
        let mut state = self.state();
        let mut draft = Book::clone(&state.book);
        let result = edit(&mut draft).map_err(EditError::Refused)?;
        stamp(&state.book, &mut draft);
        state.save(&draft).map_err(EditError::NotStored)?;
        self.publish(&mut state, draft);
        Ok((result, Arc::clone(&state.book)))
    }

    /// Adds a fault to those that the next API calls meet.
    pub fn add_fault(&self, fault: Fault) {
        self.faults().add(fault);
    }

    fn publish(&self, state: &mut State, draft: Book) {
        state.book = Arc::new(draft);
        state.revision += 1;
        *self.inner.published.write().unwrap_or_else(PoisonError::into_inner) =
            Arc::clone(&state.book);
        self.inner.changed.send_replace(state.revision);
    }

    /// The book as it is now; it does not change in the reader's hands.
    fn book(&self) -> Arc<Book> {
        Arc::clone(&self.inner.published.read().unwrap_or_else(PoisonError::into_inner))
    }

    // A panic while the lock is held leaves the old book in place: drafts are swapped in whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.inner.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count_request(&self) {
        self.inner.requests.fetch_add(1, Ordering::Relaxed);
    }
}

/// The home page and the viewer, to be merged into [`Sandbox::router`]. They link to form pages
/// under `/forms/{spreadsheet}`, which whoever serves them adds.
pub fn page_router(pages: Pages) -> axum::Router {
    pages::router().merge(viewer::router()).with_state(pages)
}

/// Serves a router, such as the API with pages merged into it, until `stop` is done. Calls that are
/// under way are answered first, but streams that never end (server-sent events) hold nobody up for
/// more than a moment.
pub async fn serve_router(
    router: axum::Router,
    listener: tokio::net::TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);
    // A small answer, or the end of a large one, is not held back until the client has confirmed
    // what came before.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
    });
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        // An error means that the other half is gone: time to stop as well.
        told.await.unwrap_or(());
    });
    tokio::select! {
        served = server => served,
        () = async {
            stop.await;
            // The server may be gone already.
            let _ = tell.send(());
            tokio::time::sleep(PATIENCE).await;
        } => Ok(()),
    }
}

impl State {
    fn save(&mut self, draft: &Book) -> Result<(), SandboxError> {
        match &mut self.store {
            Some(store) => store.append(&self.book, draft),
            None => Ok(()),
        }
    }
}

/// Notes the time on the spreadsheets that a draft made or changed.
fn stamp(old: &Book, draft: &mut Book) {
    let now = now_ms();
    let changed: Vec<(String, bool)> = draft
        .spreadsheets()
        .filter_map(|spreadsheet| {
            let id = &spreadsheet.id;
            match (old.shared(id), draft.shared(id)) {
                (Some(old), Some(new)) if Arc::ptr_eq(old, new) => None,
                (before, _) => Some((id.clone(), before.is_none())),
            }
        })
        .collect();
    for (id, is_new) in changed {
        if let Some(spreadsheet) = draft.spreadsheet_mut(&id) {
            spreadsheet.modified_ms = now;
            if is_new {
                spreadsheet.created_ms = now;
            }
        }
    }
}

// The stand-in plays an outside service, which has a clock of its own.
#[allow(clippy::disallowed_methods)]
fn now_ms() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

//! Keeps open viewers up to date: a stream of events, one for every change of the spreadsheet.
//! Knows no cells.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use tokio::sync::watch;

use super::cycle_line;
use crate::book::Spreadsheet;
use crate::pages::{PageLanguage, Pages, Pairs};

/// How often the time of the last cycle is told again; it also finds viewers that went away.
const BEAT: Duration = Duration::from_secs(10);

struct Viewer {
    pages: Pages,
    id: String,
    language: PageLanguage,
    changes: watch::Receiver<u64>,
    /// The spreadsheet as the viewer last knew it; the same value as long as nothing changed.
    known: Option<Arc<Spreadsheet>>,
    greeted: bool,
}

impl Viewer {
    fn now(&self) -> Option<Arc<Spreadsheet>> {
        self.pages.sandbox.with_book(|book| book.shared(&self.id).cloned())
    }

    fn cycle(&self) -> Event {
        Event::default().event("cycle").data(cycle_line(&self.pages, self.language))
    }

    /// The next event; `None` when the server stops or the spreadsheet is gone.
    async fn next(&mut self) -> Option<Event> {
        if !self.greeted {
            self.greeted = true;
            let revision = *self.changes.borrow_and_update();
            self.known = self.now();
            return Some(Event::default().event("revision").data(revision.to_string()));
        }
        let mut closing = self.pages.settings.closing.clone();
        loop {
            tokio::select! {
                () = closed(&mut closing) => return None,
                changed = self.changes.changed() => changed.ok()?,
                () = tokio::time::sleep(BEAT) => return Some(self.cycle()),
            }
            let revision = *self.changes.borrow_and_update();
            let now = self.now()?;
            if !self.known.as_ref().is_some_and(|known| Arc::ptr_eq(known, &now)) {
                self.known = Some(now);
                return Some(Event::default().event("revision").data(revision.to_string()));
            }
        }
    }
}

/// Waits until the server is told to stop; forever if nobody will tell.
async fn closed(closing: &mut Option<watch::Receiver<bool>>) {
    if let Some(closing) = closing
        && closing.wait_for(|closing| *closing).await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

/// `revision` when the spreadsheet changed, `cycle` with the line about the last cycle.
pub async fn events(
    State(pages): State<Pages>,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Response {
    let language = pages.language(&pairs);
    let changes = pages.sandbox.changed();
    let viewer = Viewer { pages, id, language, changes, known: None, greeted: false };
    let stream = unfold(viewer, |mut viewer| async move {
        let event = viewer.next().await?;
        Some((Ok::<_, Infallible>(event), viewer))
    });
    Sse::new(stream).into_response()
}

//! The viewer: the tabs of a spreadsheet as people see them, kept up to date, editable where the
//! spreadsheet allows it. Knows the book and its resources; it does not know what the tabs mean.

mod chart;
mod edit;
mod grid;
mod live;
mod look;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use maud::{Markup, html};

use super::book::{Sheet, Spreadsheet};
use super::pages::{PageLanguage, Pages, Pairs, frame, no_spreadsheet, parameter};

pub(crate) fn router() -> Router<Pages> {
    Router::new()
        .route("/view/{id}", get(view))
        .route("/view/{id}/tab", get(fragment))
        .route("/view/{id}/events", get(live::events))
        .route("/view/{id}/edit", post(edit::edit))
}

/// The whole page.
async fn view(
    State(pages): State<Pages>,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Response {
    let language = pages.language(&pairs);
    pages.sandbox.with_book(|book| match book.spreadsheet(&id) {
        Some(spreadsheet) => page(&pages, spreadsheet, &pairs, language).into_response(),
        None => no_spreadsheet(language),
    })
}

/// The tab alone, to be swapped in when it has changed.
async fn fragment(
    State(pages): State<Pages>,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Response {
    let language = pages.language(&pairs);
    pages.sandbox.with_book(|book| match book.spreadsheet(&id) {
        Some(spreadsheet) => {
            Html(tab(&pages, spreadsheet, &pairs, language).into_string()).into_response()
        }
        None => no_spreadsheet(language),
    })
}

fn page(
    pages: &Pages,
    spreadsheet: &Spreadsheet,
    pairs: &Pairs,
    language: PageLanguage,
) -> Html<String> {
    let id = &spreadsheet.id;
    let body = html! {
        header.bar {
            div.title {
                h1 { (spreadsheet.title) }
                p { (language.say("Tiruan Google Sheets di komputer ini", "Stands in for Google Sheets on this computer")) }
            }
            p #cycle .cycle { (cycle_line(pages, language)) }
            nav.links aria-label=(language.say("Halaman lain", "Other pages")) {
                a href=(pages.link(&["forms", id], &[], language)) { (language.say("Formulir", "Forms")) }
                (pages.switch(&["view", id], pairs, language))
            }
        }
        p #status .status role="status" aria-live="polite" {}
        div #live data-base=(format!("/view/{}", super::pages::encoded(id))) data-lang=(language.code())
            data-saved=(language.say("Tersimpan.", "Saved."))
            data-failed=(language.say("Tidak tersimpan: ", "Not saved: "))
            data-offline=(language.say("Sambungan terputus; halaman ini menunggu.", "The connection is cut; this page waits.")) {
            (tab(pages, spreadsheet, pairs, language))
        }
        noscript {
            p.status { (language.say("Untuk mengubah sel, nyalakan JavaScript.", "To edit cells, switch JavaScript on.")) }
        }
    };
    frame(language, "viewer", &spreadsheet.title, &body)
}

/// When the last cycle ran; nothing while none is known.
fn cycle_line(pages: &Pages, language: PageLanguage) -> String {
    let last = (pages.settings.last_cycle)();
    last.map(|last| format!("{} {last}", language.say("Siklus terakhir:", "Last cycle:")))
        .unwrap_or_default()
}

/// The tab that a link means: by id, else by title (a tab that was made anew keeps it), else the
/// first one shown.
fn chosen<'b>(spreadsheet: &'b Spreadsheet, pairs: &Pairs) -> Option<&'b Sheet> {
    let by_id = parameter(pairs, "tab").and_then(|id| spreadsheet.sheet(id.parse().ok()?));
    let by_title = || parameter(pairs, "title").and_then(|title| spreadsheet.sheet_titled(title));
    let first = || spreadsheet.sheets.iter().find(|sheet| !sheet.hidden).map(AsRef::as_ref);
    by_id.or_else(by_title).or_else(first)
}

fn tab(pages: &Pages, spreadsheet: &Spreadsheet, pairs: &Pairs, language: PageLanguage) -> Markup {
    let Some(sheet) = chosen(spreadsheet, pairs) else { return html! {} };
    let from = parameter(pairs, "from").and_then(|from| from.parse().ok()).unwrap_or(0);
    let to_tab = |sheet: &Sheet| {
        pages.link(&["view", &spreadsheet.id], &[("tab", &sheet.id.to_string())], language)
    };
    html! {
        div #sheet data-tab=(sheet.id) data-title=(sheet.title) data-revision=(pages.sandbox.revision()) {
            (grid::grid(pages, spreadsheet, sheet, from, language))
        }
        nav.tabs aria-label=(language.say("Tab", "Tabs")) {
            @for one in spreadsheet.sheets.iter().filter(|one| !one.hidden) {
                a href=(to_tab(one)) aria-current=[(one.id == sheet.id).then_some("page")] { (one.title) }
            }
        }
    }
}

#[cfg(test)]
mod tests;

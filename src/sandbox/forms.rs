//! The form pages: what a respondent would fill on a phone, and the response row that Google Forms
//! would write. Knows form definitions and the book; knows no summary tab but the roster of groups,
//! from which names are suggested.

mod controls;
mod page;
mod row;
mod tabs;
mod typed;

use axum::Router;
use axum::extract::{Form as Posted, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use self::page::Sheet;
use self::row::NotSent;
use self::typed::Typed;
use super::pages::{
    NotChanged, PageLanguage, Pages, Pairs, change, message, no_spreadsheet, parameter,
};

pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route("/forms/{spreadsheet}", get(list))
        .route("/forms/{spreadsheet}/{form}", get(show).post(send))
        .route("/forms/{spreadsheet}/{form}/sent", get(sent))
}

/// All forms of a spreadsheet.
async fn list(
    State(pages): State<Pages>,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Response {
    let language = pages.language(&pairs);
    pages.sandbox.with_book(|book| match book.spreadsheet(&id) {
        Some(spreadsheet) => page::list(&pages, spreadsheet, &pairs, language).into_response(),
        None => no_spreadsheet(language),
    })
}

/// A form to be filled, or a response to be edited (`?edit=`).
async fn show(
    State(pages): State<Pages>,
    Path(place): Path<(String, String)>,
    Query(pairs): Query<Pairs>,
) -> Response {
    let language = pages.language(&pairs);
    sheet(&pages, &place, &pairs, language, |sheet| match parameter(&pairs, "edit") {
        None => sheet.blank(&pairs).into_response(),
        Some(edit) => match sheet.earlier(edit) {
            Some(page) => page.into_response(),
            None => not_there(language),
        },
    })
}

/// Takes what was filled in: a row, or the page again with what is wrong.
async fn send(
    State(pages): State<Pages>,
    Path(place): Path<(String, String)>,
    Query(query): Query<Pairs>,
    Posted(fields): Posted<Pairs>,
) -> Response {
    let language = pages.language(&query);
    let Some(form) = pages.forms.get(&place.1) else { return no_form(language) };
    let typed = Typed::posted(form, &fields);
    let errors = typed.errors(form, language);
    if !errors.is_empty() {
        let again = |sheet: &Sheet<'_>| {
            sheet.again(&typed, &errors, parameter(&query, "edit")).into_response()
        };
        let mut page = sheet(&pages, &place, &query, language, again);
        if page.status() == StatusCode::OK {
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        }
        return page;
    }
    let now = (pages.settings.now)();
    let (forms, (id, key)) = (pages.forms.clone(), place.clone());
    let edit = parameter(&query, "edit").map(str::to_owned);
    let group = typed.first("group").to_owned();
    let result = change(&pages.sandbox, move |book| {
        let form = forms.get(&key).ok_or(NotSent::NoTab)?;
        let edit = edit.as_deref();
        row::send(
            book,
            &id,
            &row::Response { forms: &forms, form, typed: &typed, language, now, edit },
        )
    });
    match result.await {
        Ok(receipt) => {
            let mut about = vec![("edit", receipt.as_str())];
            if !group.is_empty() {
                about.push(("group", group.as_str()));
            }
            Redirect::to(&pages.link(&["forms", &place.0, &place.1, "sent"], &about, language))
                .into_response()
        }
        Err(NotChanged::Refused(NotSent::NoSpreadsheet)) => no_spreadsheet(language),
        Err(NotChanged::Refused(NotSent::NoTab)) => {
            sheet(&pages, &place, &query, language, |sheet| sheet.without_tab().into_response())
        }
        Err(NotChanged::Refused(NotSent::Gone)) => not_there(language),
        Err(NotChanged::Refused(NotSent::Refused(why))) => not_kept(language, &why.to_string()),
        Err(NotChanged::NotStored(why)) => {
            not_kept(language, &why.map(|error| error.to_string()).unwrap_or_default())
        }
    }
}

/// Thanks, another response, or a correction.
async fn sent(
    State(pages): State<Pages>,
    Path(place): Path<(String, String)>,
    Query(pairs): Query<Pairs>,
) -> Response {
    let language = pages.language(&pairs);
    sheet(&pages, &place, &pairs, language, |sheet| sheet.thanks(&pairs).into_response())
}

/// Lends the form's page.
fn sheet(
    pages: &Pages,
    (id, key): &(String, String),
    pairs: &Pairs,
    language: PageLanguage,
    make: impl FnOnce(&Sheet<'_>) -> Response,
) -> Response {
    let Some(form) = pages.forms.get(key) else { return no_form(language) };
    pages.sandbox.with_book(|book| match book.spreadsheet(id) {
        Some(spreadsheet) => make(&Sheet::new(pages, spreadsheet, form, pairs, language)),
        None => no_spreadsheet(language),
    })
}

fn no_form(language: PageLanguage) -> Response {
    let title = language.say("Formulir tidak ada", "No such form");
    let text = language.say("Tidak ada formulir dengan nama ini.", "No form has this name.");
    message(StatusCode::NOT_FOUND, language, title, text)
}

fn not_there(language: PageLanguage) -> Response {
    let title = language.say("Jawaban tidak ditemukan", "The response is not there");
    let text = language.say(
        "Baris jawaban ini sudah diubah atau dihapus di spreadsheet. Kirim jawaban baru saja.",
        "The row of this response was changed or deleted in the spreadsheet. Please send a new response.",
    );
    message(StatusCode::GONE, language, title, text)
}

fn not_kept(language: PageLanguage, why: &str) -> Response {
    let title = language.say("Jawaban belum tersimpan", "The response is not kept");
    message(StatusCode::SERVICE_UNAVAILABLE, language, title, why)
}

#[cfg(test)]
mod tests;

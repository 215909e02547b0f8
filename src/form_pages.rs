//! The form pages: what a respondent would fill on a phone, and the response row that Google Forms
//! would write. Knows form definitions and the book; knows no summary tab but the roster of groups,
//! from which names are suggested.

mod controls;
mod page;
mod row;
mod tabs;
mod typed;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Form as Posted, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use self::page::Sheet;
use self::row::NotSent;
use self::typed::Typed;
use crate::forms::Forms;
use crate::forms::definition::Localized;
use crate::sandbox::pages::{
    NotChanged, PageLanguage, Pages, Pairs, change, message, no_spreadsheet, parameter,
};

/// What the form pages can reach.
#[derive(Clone)]
struct FormPages {
    pages: Pages,
    forms: Arc<Forms>,
}

/// The form pages, to be merged into the sandbox's router beside its own pages.
pub fn router(pages: Pages, forms: Arc<Forms>) -> Router {
    Router::new()
        .route("/forms/{spreadsheet}", get(list))
        .route("/forms/{spreadsheet}/{form}", get(show).post(send))
        .route("/forms/{spreadsheet}/{form}/sent", get(sent))
        .with_state(FormPages { pages, forms })
}

/// All forms of a spreadsheet.
async fn list(
    State(state): State<FormPages>,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Response {
    let language = state.pages.language(&pairs);
    state.pages.sandbox.with_book(|book| match book.spreadsheet(&id) {
        Some(spreadsheet) => page::list(&state, spreadsheet, &pairs, language).into_response(),
        None => no_spreadsheet(language),
    })
}

/// A form to be filled, or a response to be edited (`?edit=`).
async fn show(
    State(state): State<FormPages>,
    Path(place): Path<(String, String)>,
    Query(pairs): Query<Pairs>,
) -> Response {
    let language = state.pages.language(&pairs);
    sheet(&state, &place, &pairs, language, |sheet| match parameter(&pairs, "edit") {
        None => sheet.blank(&pairs).into_response(),
        Some(edit) => match sheet.earlier(edit) {
            Some(page) => page.into_response(),
            None => not_there(language),
        },
    })
}

/// Takes what was filled in: a row, or the page again with what is wrong.
async fn send(
    State(state): State<FormPages>,
    Path(place): Path<(String, String)>,
    Query(query): Query<Pairs>,
    Posted(fields): Posted<Pairs>,
) -> Response {
    let language = state.pages.language(&query);
    let Some(form) = state.forms.get(&place.1) else { return no_form(language) };
    let typed = Typed::posted(form, &fields);
    let errors = typed.errors(form, language);
    if !errors.is_empty() {
        let again = |sheet: &Sheet<'_>| {
            sheet.again(&typed, &errors, parameter(&query, "edit")).into_response()
        };
        let mut page = sheet(&state, &place, &query, language, again);
        if page.status() == StatusCode::OK {
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        }
        return page;
    }
    let now = (state.pages.settings.now)();
    let (forms, (id, key)) = (state.forms.clone(), place.clone());
    let edit = parameter(&query, "edit").map(str::to_owned);
    let group = typed.first("group").to_owned();
    let result = change(&state.pages.sandbox, move |book| {
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
            Redirect::to(&state.pages.link(
                &["forms", &place.0, &place.1, "sent"],
                &about,
                language,
            ))
            .into_response()
        }
        Err(NotChanged::Refused(NotSent::NoSpreadsheet)) => no_spreadsheet(language),
        Err(NotChanged::Refused(NotSent::NoTab)) => {
            sheet(&state, &place, &query, language, |sheet| sheet.without_tab().into_response())
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
    State(state): State<FormPages>,
    Path(place): Path<(String, String)>,
    Query(pairs): Query<Pairs>,
) -> Response {
    let language = state.pages.language(&pairs);
    sheet(&state, &place, &pairs, language, |sheet| sheet.thanks(&pairs).into_response())
}

/// Lends the form's page.
fn sheet(
    state: &FormPages,
    (id, key): &(String, String),
    pairs: &Pairs,
    language: PageLanguage,
    make: impl FnOnce(&Sheet<'_>) -> Response,
) -> Response {
    let Some(form) = state.forms.get(key) else { return no_form(language) };
    state.pages.sandbox.with_book(|book| match book.spreadsheet(id) {
        Some(spreadsheet) => make(&Sheet::new(state, spreadsheet, form, pairs, language)),
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

/// A text of a form in the language of the page.
fn in_language(text: &Localized, language: PageLanguage) -> &str {
    match language {
        PageLanguage::Id => &text.id,
        PageLanguage::En => &text.en,
    }
}

#[cfg(test)]
mod tests;

//! What the pages for people share: their settings, their frame, their language, their one style
//! sheet and one script. Knows neither forms nor cells; makes no Google API call, so nothing here
//! counts as one.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use chrono::DateTime;
use chrono_tz::Tz;
use maud::{DOCTYPE, Markup, html};
use tokio::sync::watch;

use super::{EditError, Sandbox, SandboxError};

const STYLE: &str = include_str!("assets/pages.css");
const SCRIPT: &str = include_str!("assets/pages.js");

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PageLanguage {
    /// Bahasa Indonesia.
    #[default]
    Id,
    /// English.
    En,
}

impl PageLanguage {
    /// One of two wordings.
    pub fn say(self, id: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Id => id,
            Self::En => en,
        }
    }

    /// As in the attribute `lang` and in links.
    pub fn code(self) -> &'static str {
        self.say("id", "en")
    }

    fn other(self) -> Self {
        match self {
            Self::Id => Self::En,
            Self::En => Self::Id,
        }
    }
}

/// What the pages take from whoever serves them.
#[derive(Clone)]
pub struct PageSettings {
    /// This moment; the time of a response is taken from it.
    pub now: Arc<dyn Fn() -> DateTime<Tz> + Send + Sync>,
    /// When the last cycle ran, ready to be read; `None` while none is known.
    pub last_cycle: Arc<dyn Fn() -> Option<String> + Send + Sync>,
    /// The language of a page whose link names none.
    pub language: PageLanguage,
    /// Set to true when the server is to stop, so that open viewers do not hold it back.
    pub closing: Option<watch::Receiver<bool>>,
}

impl PageSettings {
    /// Settings with a clock alone: Indonesian, no known cycle.
    pub fn with_clock(now: Arc<dyn Fn() -> DateTime<Tz> + Send + Sync>) -> Self {
        Self {
            now,
            last_cycle: Arc::new(|| None),
            language: PageLanguage::default(),
            closing: None,
        }
    }
}

/// What every page can reach.
#[derive(Clone)]
pub struct Pages {
    /// The book that is shown and changed.
    pub sandbox: Sandbox,
    /// What the pages take from whoever serves them.
    pub settings: PageSettings,
}

/// The home page, the links to a spreadsheet, the style sheet and the script.
pub(crate) fn router() -> Router<Pages> {
    Router::new()
        .route("/", get(home))
        .route("/spreadsheets/d/{id}", get(opened))
        .route("/spreadsheets/d/{id}/{rest}", get(opened_for))
        .route("/assets/pages.css", get(|| async { asset("text/css; charset=UTF-8", STYLE) }))
        .route(
            "/assets/pages.js",
            get(|| async { asset("text/javascript; charset=UTF-8", SCRIPT) }),
        )
}

/// The parameters of a link or the fields of a form, decoded, in order.
pub type Pairs = Vec<(String, String)>;

/// The value of a parameter; the last one counts.
pub fn parameter<'p>(pairs: &'p Pairs, name: &str) -> Option<&'p str> {
    pairs.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

impl Pages {
    /// The language that a link asks for.
    pub fn language(&self, pairs: &Pairs) -> PageLanguage {
        match parameter(pairs, "lang") {
            Some("en") => PageLanguage::En,
            Some("id") => PageLanguage::Id,
            _ => self.settings.language,
        }
    }

    /// A link that keeps the language.
    pub fn link(&self, path: &[&str], pairs: &[(&str, &str)], language: PageLanguage) -> String {
        let mut link = String::new();
        for part in path {
            link.push('/');
            link.push_str(&encoded(part));
        }
        let own = (language != self.settings.language).then(|| ("lang", language.code()));
        for (at, (name, value)) in pairs.iter().copied().chain(own).enumerate() {
            link.push(if at == 0 { '?' } else { '&' });
            link.push_str(&format!("{}={}", encoded(name), encoded(value)));
        }
        if link.is_empty() { "/".to_owned() } else { link }
    }

    /// The link to the same page in the other language.
    pub fn switch(&self, path: &[&str], pairs: &Pairs, language: PageLanguage) -> Markup {
        let kept: Vec<(&str, &str)> = pairs
            .iter()
            .filter(|(name, _)| name != "lang")
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let other = language.other();
        html! {
            a.switch href=(self.link(path, &kept, other)) lang=(other.code()) hreflang=(other.code()) {
                (other.say("Bahasa Indonesia", "English"))
            }
        }
    }
}

/// A text as it may stand in a link.
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The frame of every page.
pub fn frame(language: PageLanguage, class: &str, title: &str, body: &Markup) -> Html<String> {
    let page = html! {
        (DOCTYPE)
        html lang=(language.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/assets/pages.css";
                script src="/assets/pages.js" defer {}
            }
            body class=(class) { (body) }
        }
    };
    Html(page.into_string())
}

/// A page that says one thing: what was not found, or why something was not done.
pub fn message(status: StatusCode, language: PageLanguage, title: &str, text: &str) -> Response {
    let body = html! {
        main {
            div.card { h1 { (title) } p { (text) } p { a href="/" { (language.say("Ke halaman awal", "To the start")) } } }
        }
    };
    (status, frame(language, "form", title, &body)).into_response()
}

/// No spreadsheet has this id.
pub fn no_spreadsheet(language: PageLanguage) -> Response {
    let title = language.say("Tidak ada di sini", "Not here");
    let text = language.say(
        "Tidak ada spreadsheet dengan alamat ini di tiruan lokal.",
        "The local stand-in has no spreadsheet at this address.",
    );
    message(StatusCode::NOT_FOUND, language, title, text)
}

/// Changes the book away from the thread that serves everyone: the lock and the data file may
/// block.
pub async fn change<T, E>(
    sandbox: &Sandbox,
    edit: impl FnOnce(&mut super::Book) -> Result<T, E> + Send + 'static,
) -> Result<T, NotChanged<E>>
where
    T: Send + 'static,
    E: Send + 'static,
{
    let sandbox = sandbox.clone();
    match tokio::task::spawn_blocking(move || sandbox.commit(edit)).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(EditError::Refused(why))) => Err(NotChanged::Refused(why)),
        Ok(Err(EditError::NotStored(error))) => Err(NotChanged::NotStored(Some(error))),
        Err(_) => Err(NotChanged::NotStored(None)),
    }
}

/// Why a change that somebody made on a page was not kept.
pub enum NotChanged<E> {
    /// It is not allowed.
    Refused(E),
    /// It could not be stored.
    NotStored(Option<SandboxError>),
}

fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text)
}

async fn home(
    State(pages): State<Pages>,
    axum::extract::Query(pairs): axum::extract::Query<Pairs>,
) -> Response {
    let language = pages.language(&pairs);
    let known: Vec<(String, String)> = pages.sandbox.with_book(|book| {
        book.spreadsheets()
            .map(|spreadsheet| (spreadsheet.id.clone(), spreadsheet.title.clone()))
            .collect()
    });
    if let [(only, _)] = known.as_slice() {
        return Redirect::to(&pages.link(&["view", only], &[], language)).into_response();
    }
    let title = language.say("Spreadsheet di tiruan lokal", "Spreadsheets of the local stand-in");
    let body = html! {
        main {
            header.card {
                h1 { (title) }
                p {
                    (language.say(
                        "Ini tiruan Google Sheets dan Google Forms di komputer ini, untuk mencoba-coba.",
                        "This stands in for Google Sheets and Google Forms on this computer, for trying things out.",
                    ))
                }
                (pages.switch(&[], &pairs, language))
            }
            @if known.is_empty() {
                p.card { (language.say("Belum ada spreadsheet.", "There is no spreadsheet yet.")) }
            }
            ul.list {
                @for (id, name) in &known {
                    li.card {
                        a.name href=(pages.link(&["view", id], &[], language)) { (name) }
                        a href=(pages.link(&["forms", id], &[], language)) { (language.say("Formulir", "Forms")) }
                    }
                }
            }
        }
    };
    frame(language, "form", title, &body).into_response()
}

/// The address that the API gives a spreadsheet.
async fn opened(State(pages): State<Pages>, Path(id): Path<String>) -> Redirect {
    Redirect::to(&pages.link(&["view", &id], &[], pages.settings.language))
}

async fn opened_for(State(pages): State<Pages>, Path((id, _)): Path<(String, String)>) -> Redirect {
    Redirect::to(&pages.link(&["view", &id], &[], pages.settings.language))
}

//! What a sent form becomes, over HTTP and in the row itself.

use std::sync::Arc;

use axum::Router;
use chrono::{DateTime, TimeZone};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::row::{self, NotSent};
use super::tabs;
use super::typed::Typed;
use crate::forms::Forms;
use crate::sandbox::book::{Entry, Spreadsheet};
use crate::sandbox::pages::{PageLanguage, PageSettings, Pages, Pairs};
use crate::sandbox::{Book, Sandbox};

fn forms() -> Forms {
    Forms::built_in().unwrap()
}

/// Tuesday 24 November 2026, 02:15:30 UTC: 09:15:30 in Jakarta.
fn now() -> DateTime<Tz> {
    Tz::UTC.with_ymd_and_hms(2026, 11, 24, 2, 15, 30).unwrap()
}

/// The serial number of that moment in Jakarta.
const STAMP: f64 = 46_350.0 + 33_330.0 / 86_400.0;

/// A spreadsheet whose first sheet has these titles in its first row.
fn book_with(titles: &[&str]) -> (Book, String) {
    let mut book = Book::new();
    let id = book.create("Mentoring");
    let spreadsheet = book.spreadsheet_mut(&id).unwrap();
    spreadsheet.time_zone = "Asia/Jakarta".to_owned();
    spreadsheet.locale = "in_ID".to_owned();
    let sheet = spreadsheet.sheet_mut(0).unwrap();
    for (column, title) in titles.iter().enumerate() {
        sheet.edit(0, column, |cell| cell.entry = Entry::Text((*title).into()));
    }
    (book, id)
}

fn titles_of<'f>(forms: &'f Forms, form: &str) -> Vec<&'f str> {
    let questions = &forms.get(form).unwrap().definition.questions;
    std::iter::once("Timestamp")
        .chain(questions.iter().map(|question| question.question.id.as_str()))
        .collect()
}

fn pairs(fields: &[(&str, &str)]) -> Pairs {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn send(
    book: &mut Book,
    id: &str,
    form: &str,
    fields: &[(&str, &str)],
    edit: Option<&str>,
) -> Result<String, NotSent> {
    let forms = forms();
    let form = forms.get(form).unwrap();
    let typed = Typed::posted(form, &pairs(fields));
    row::send(
        book,
        id,
        &row::Response {
            forms: &forms,
            form,
            typed: &typed,
            language: PageLanguage::Id,
            now: now(),
            edit,
        },
    )
}

/// The cells under their titles, as `title: entry`, blank ones left out.
fn row_of(spreadsheet: &Spreadsheet, row: usize) -> Vec<String> {
    let sheet = spreadsheet.sheet(0).unwrap();
    let cells = sheet.row(row).iter().enumerate().filter(|(_, cell)| !cell.entry.is_blank());
    cells
        .map(|(column, cell)| {
            let title =
                if let Entry::Text(title) = sheet.entry(0, column) { title.as_str() } else { "" };
            match &cell.entry {
                Entry::Number(number) => format!("{title}: number {number}"),
                Entry::Text(text) => format!("{title}: {text}"),
                other => format!("{title}: {other:?}"),
            }
        })
        .collect()
}

#[test]
fn every_kind_is_written_as_google_forms_writes_it() {
    let forms = forms();
    let (mut book, id) = book_with(&titles_of(&forms, "meeting_report"));
    let fields = [
        ("group", "Al Fatih"),
        ("date", "2026-11-23"),
        ("status", "held"),
        ("cancel_reason", "holiday"),
        ("duration_min", "60"),
        ("present", "Ahmad Satu"),
        ("present", "Cahyo Tiga"),
        ("present.others", "Dedi Empat"),
        ("agenda", "recitation"),
        ("agenda", "donation"),
        ("mood", "4"),
        ("donation", "25000"),
        ("note", "baris satu\r\nbaris dua"),
    ];
    send(&mut book, &id, "meeting_report", &fields, None).unwrap();
    let spreadsheet = book.spreadsheet(&id).unwrap();
    // What the answer "Ya bertemu" hides was never asked.
    insta::assert_snapshot!(row_of(spreadsheet, 1).join("\n"), @r"
    Timestamp: number 46350.38576388889
    Kelompok: Al Fatih
    Tanggal pertemuan: number 46349
    Jadi bertemu?: Ya bertemu
    Lamanya: 45 sampai 75 menit
    Siapa yang hadir?: Ahmad Satu, Cahyo Tiga, Dedi Empat
    Yang dilakukan: Tilawah, Infaq
    Suasana kelompok (1 kaku - 5 akrab): number 4
    Infaq terkumpul (rupiah): number 25000
    Catatan singkat (tanpa rincian pribadi): baris satu
    baris dua
    ");
    let sheet = spreadsheet.sheet(0).unwrap();
    assert_eq!(*sheet.entry(1, 0), Entry::Number(STAMP));
    assert_eq!(spreadsheet.shown(sheet, 1, 0), "24/11/2026 9:15:30");
    assert_eq!(spreadsheet.shown(sheet, 1, 2), "23/11/2026");
}

#[test]
fn a_phone_of_digits_loses_its_zero_and_one_with_marks_stays_text() {
    let (mut book, id) = book_with(&["Cap waktu", "Nomor HP/WA", "Nama", "Tgl lahir"]);
    let forms = forms();
    let form = forms.get("mentee_registration").unwrap();
    let cell = |phone: &str| {
        let typed = Typed::posted(form, &pairs(&[("phone", phone)]));
        typed.cell(form.question("phone").unwrap(), PageLanguage::Id).to_string()
    };
    assert_eq!(cell("081200000001"), "81200000001");
    assert_eq!(cell("0812-0000-0001"), "0812-0000-0001");
    assert_eq!(cell("+6281200000001"), "+6281200000001");
    // Three of twenty titles are no tab of this form.
    assert_eq!(
        send(&mut book, &id, "mentee_registration", &[("phone", "1")], None),
        Err(NotSent::NoTab)
    );
}

#[test]
fn columns_are_found_by_title_in_any_order_and_a_new_question_gets_one() {
    let forms = forms();
    let mut book_titles: Vec<&str> =
        titles_of(&forms, "meeting_report").into_iter().rev().collect();
    book_titles.retain(|title| *title != "Lamanya");
    let (mut book, id) = book_with(&book_titles);
    let fields = [("group", "Al Fatih"), ("status", "Ya bertemu"), ("duration_min", "30")];
    send(&mut book, &id, "meeting_report", &fields, None).unwrap();
    assert_eq!(
        row_of(book.spreadsheet(&id).unwrap(), 1),
        [
            "Jadi bertemu?: Ya bertemu",
            "Kelompok: Al Fatih",
            &format!("Timestamp: number {STAMP}"),
            "Lamanya: Kurang dari 45 menit",
        ]
    );
}

#[test]
fn text_that_looks_like_a_formula_stays_text() {
    let (mut book, id) = book_with(&titles_of(&forms(), "meeting_report"));
    send(&mut book, &id, "meeting_report", &[("group", "=1+1"), ("donation", "25.000")], None)
        .unwrap();
    let row = row_of(book.spreadsheet(&id).unwrap(), 1);
    assert_eq!(row[1], "Kelompok: =1+1");
}

#[test]
fn an_edited_response_is_written_again_in_its_place() {
    let (mut book, id) = book_with(&titles_of(&forms(), "meeting_report"));
    let first = [("group", "Al Fatih"), ("status", "held"), ("mood", "4")];
    let receipt = send(&mut book, &id, "meeting_report", &first, None).unwrap();
    send_later(&mut book, &id);
    // Somebody puts a row above it.
    book.sheet_mut(&id, 0).unwrap().insert(crate::sandbox::book::Dimension::Rows, 1, 1, None);
    let forms = forms();
    let form = forms.get("meeting_report").unwrap();
    let spreadsheet = book.spreadsheet(&id).unwrap();
    let tab = tabs::of_form(spreadsheet, &forms, form).unwrap();
    let earlier = row::earlier(spreadsheet, form, &tab, &receipt).unwrap();
    assert_eq!(
        (earlier.first("group"), earlier.first("status"), earlier.first("mood")),
        ("Al Fatih", "held", "4")
    );

    let typed = Typed::posted(form, &pairs(&[("group", "Al Kahfi"), ("status", "cancelled")]));
    let later = now() + chrono::TimeDelta::minutes(10);
    let language = PageLanguage::Id;
    let again = |edit| row::Response {
        forms: &forms,
        form,
        typed: &typed,
        language,
        now: later,
        edit: Some(edit),
    };
    row::send(&mut book, &id, &again(&receipt)).unwrap();
    let spreadsheet = book.spreadsheet(&id).unwrap();
    assert_eq!(
        row_of(spreadsheet, 2),
        [
            format!("Timestamp: number {}", STAMP + 600.0 / 86_400.0),
            "Kelompok: Al Kahfi".to_owned(),
            "Jadi bertemu?: Tidak jadi".to_owned()
        ]
    );
    assert_eq!(row_of(spreadsheet, 3)[1], "Kelompok: Lain");
    assert_eq!(row::send(&mut book, &id, &again("9-9")), Err(NotSent::Gone));
}

fn send_later(book: &mut Book, id: &str) {
    let forms = forms();
    let form = forms.get("meeting_report").unwrap();
    let typed = Typed::posted(form, &pairs(&[("group", "Lain")]));
    let later = now() + chrono::TimeDelta::minutes(1);
    let language = PageLanguage::Id;
    row::send(
        book,
        id,
        &row::Response { forms: &forms, form, typed: &typed, language, now: later, edit: None },
    )
    .unwrap();
}

#[test]
fn the_tab_of_a_form_is_the_one_that_names_most_of_its_questions() {
    let forms = forms();
    for form in forms.iter() {
        let (mut book, id) = book_with(&["Ringkasan"]);
        let spreadsheet = book.spreadsheet_mut(&id).unwrap();
        for (number, other) in forms.iter().enumerate() {
            let mut sheet =
                crate::sandbox::book::Sheet::new(number as i64 + 1, other.key(), 10, 40);
            for (column, title) in titles_of(&forms, other.key()).into_iter().enumerate() {
                sheet.edit(0, column, |cell| cell.entry = Entry::Text(title.into()));
            }
            spreadsheet.sheets.push(Arc::new(sheet));
        }
        let tab = tabs::of_form(spreadsheet, &forms, form).unwrap();
        assert_eq!(spreadsheet.sheet(tab.sheet_id).unwrap().title, form.key());
        // Without its own tab a form takes no one else's.
        spreadsheet.sheets.retain(|sheet| sheet.title != form.key());
        assert!(tabs::of_form(spreadsheet, &forms, form).is_none(), "{}", form.key());
    }
}

#[test]
fn what_is_missing_is_said_at_the_question_in_the_readers_language() {
    let forms = forms();
    let form = forms.get("mentee_registration").unwrap();
    let errors = |fields: &[(&str, &str)], language| {
        Typed::posted(form, &pairs(fields)).errors(form, language)
    };
    let id =
        errors(&[("phone", "12"), ("birth_date", "besok"), ("full_name", "  ")], PageLanguage::Id);
    assert_eq!(id["full_name"], "Pertanyaan ini wajib diisi.");
    assert_eq!(id["gender"], "Pilih salah satu.");
    assert_eq!(id["slots"], "Pilih paling sedikit satu.");
    assert_eq!(id["phone"], "Nomornya kurang lengkap, misalnya 0812 3456 7890.");
    assert_eq!(id["birth_date"], "Isi tanggal yang benar, misalnya 24/11/2026.");
    assert!(!id.contains_key("referral_code"));
    let many = ["football", "gaming", "outdoors", "business"].map(|code| ("dislikes", code));
    assert_eq!(errors(&many, PageLanguage::En)["dislikes"], "Choose at most 3; you chose 4.");
    let memorization = forms.get("memorization_record").unwrap();
    let defaulted = memorization
        .definition
        .questions
        .iter()
        .find(|question| question.default.is_some())
        .unwrap();
    let open = Typed::default().errors(memorization, PageLanguage::Id);
    assert!(defaulted.required && !open.contains_key(&defaulted.key));
    assert_eq!(errors(&[], PageLanguage::En)["full_name"], "This question is required.");
}

// ---- over HTTP

async fn served(sandbox: &Sandbox) -> String {
    let settings = PageSettings::with_clock(Arc::new(now));
    let pages = Pages { sandbox: sandbox.clone(), settings };
    let app: Router = sandbox.router().merge(super::router(pages, Arc::new(forms())));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    format!("http://{address}")
}

fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn posted(url: &str, body: &'static str) -> (u16, String, String) {
    let request =
        client().post(url).header("content-type", "application/x-www-form-urlencoded").body(body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.url().to_string(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_posted_form_is_a_row_that_the_api_reads() {
    let sandbox = Sandbox::in_memory();
    let (book, id) = book_with(&titles_of(&forms(), "meeting_report"));
    sandbox
        .edit_book(|all| -> Result<(), ()> {
            *all = book;
            Ok(())
        })
        .unwrap();
    let base = served(&sandbox).await;
    let form = format!("{base}/forms/{id}/meeting_report");

    let (status, url, page) = posted(
        &form,
        "group=Al+Fatih&date=2026-11-23&status=held&agenda=recitation&agenda=donation&mood=4",
    )
    .await;
    assert_eq!(status, 200, "{page}");
    assert!(url.contains("/sent?edit=1-"), "{url}");
    assert!(
        page.contains("Terima kasih")
            && page.contains("Ubah jawaban")
            && page.contains("Kirim jawaban lain")
    );
    assert_eq!(sandbox.requests(), 0, "a page is no API call");

    let values = format!(
        "{base}/v4/spreadsheets/{id}/values/Sheet1!A2:I2?valueRenderOption=UNFORMATTED_VALUE"
    );
    let values: Value = client().get(values).send().await.unwrap().json().await.unwrap();
    assert_eq!(
        values["values"][0].as_array().unwrap()[1..5],
        [json!("Al Fatih"), json!(46349), json!("Ya bertemu"), json!("")]
    );
    assert_eq!(sandbox.requests(), 1);

    let edit = url.replace("/sent", "");
    let page = client().get(&edit).send().await.unwrap().text().await.unwrap();
    assert!(
        page.contains(r#"value="Al Fatih""#) && page.contains(r#"value="held" checked"#),
        "{page}"
    );
    let (status, ..) = posted(&edit, "group=Al+Kahfi&date=2026-11-23&status=cancelled").await;
    assert_eq!(status, 200);
    sandbox.with_book(|book| {
        let spreadsheet = book.spreadsheet(&id).unwrap();
        assert_eq!(spreadsheet.sheet(0).unwrap().filled_rows(), 2);
        assert_eq!(row_of(spreadsheet, 1)[1], "Kelompok: Al Kahfi");
    });
}

#[tokio::test]
async fn a_form_with_gaps_comes_back_with_what_was_typed_and_nothing_runs() {
    let sandbox = Sandbox::in_memory();
    let (book, id) = book_with(&titles_of(&forms(), "meeting_report"));
    sandbox
        .edit_book(|all| -> Result<(), ()> {
            *all = book;
            Ok(())
        })
        .unwrap();
    let base = served(&sandbox).await;
    let form = format!("{base}/forms/{id}/meeting_report?lang=en");
    let (status, _, page) =
        posted(&form, "group=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22&note=a%3Cb").await;
    assert_eq!(status, 422);
    assert!(page.contains(r#"<html lang="en">"#) && page.contains("This question is required."));
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;") && page.contains("a&lt;b")
    );
    assert!(!page.contains("<script>"));
    assert_eq!(
        sandbox.with_book(|book| book.spreadsheet(&id).unwrap().sheet(0).unwrap().filled_rows()),
        1
    );

    let page = client().get(format!("{base}/forms/{id}/finance_record")).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("Formulir ini belum punya tab"));
    for missing in [format!("{base}/forms/{id}/nothing"), format!("{base}/forms/x/meeting_report")]
    {
        assert_eq!(client().get(missing).send().await.unwrap().status(), 404);
    }
}

#[tokio::test]
async fn a_page_asks_each_statement_of_an_instrument_and_says_what_its_ends_mean() {
    let sandbox = Sandbox::in_memory();
    let (book, id) = book_with(&titles_of(&forms(), "personality"));
    sandbox
        .edit_book(|all| -> Result<(), ()> {
            *all = book;
            Ok(())
        })
        .unwrap();
    let form = format!("{}/forms/{id}/personality?member=A6", served(&sandbox).await);
    let page = client().get(&form).send().await.unwrap().text().await.unwrap();
    let forms = forms();
    let questions = &forms.get("personality").unwrap().definition.questions;
    assert_eq!(questions.len(), 21);
    for question in &questions[1..] {
        assert!(page.contains(&question.question.id), "{}", question.question.id);
        assert!(
            page.contains(&format!("name=\"{}\" value=\"5\"", question.key)),
            "{}",
            question.key
        );
    }
    assert!(
        page.contains("Tidak ada jawaban benar atau salah.") && page.contains("value=\"A6\""),
        "{page}"
    );
    assert_eq!(page.matches("1 = Sangat tidak sesuai").count(), 20);

    let (status, _, page) = posted(&form, "member=A6&ipip_1=4&ipip_20=2").await;
    assert_eq!(status, 200, "what stays open is no mistake: {page}");
    let row = sandbox.with_book(|book| row_of(book.spreadsheet(&id).unwrap(), 1));
    assert_eq!(
        row[1..],
        [
            "Kode anggota (sudah terisi): A6",
            "Saya biasanya meramaikan suasana saat kumpul-kumpul.: number 4",
            "Daya khayal saya kurang bagus.: number 2",
        ]
    );
}

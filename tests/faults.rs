//! Every fault of the sandbox, and the program in the face of it: a clear message and the right
//! exit code, or a healed result; nothing is lost and people's typing is kept.

use std::time::Duration;

use crate::support::http::Client;
use crate::support::season::registration_row;
use crate::support::undisturbed::{heals, is_whole};
use crate::support::{self, Program, Ran, Running, halaqah, run, until};
use halaqah::edge::google::{Credentials, Google, GoogleSettings};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(40);
const QUOTA: &str = "Quota exceeded for quota";

/// A program with an account, whose tokens come from the sandbox.
fn with_account() -> Program {
    let program = Program::new();
    let program = program.with("[google]\n", "[google]\ncredentials = \"key.json\"\n");
    std::fs::write(program.dir.path().join("key.json"), key(&program)).unwrap();
    program
}

fn key(program: &Program) -> String {
    let pem = include_str!("../src/edge/google/test_key.pem");
    let key = json!({
        "type": "service_account", "client_email": "robot@project.iam.gserviceaccount.com", "private_key": pem,
        "token_uri": format!("{}/token", program.address()),
    });
    key.to_string()
}

fn client(program: &Program) -> (Client, String) {
    (Client::to(program.address()), format!("/v4/spreadsheets/{}", program.id))
}

/// Runs one `sync` for each of these faults, all of them at once: what has to be waited for is
/// waited for together.
fn synced_at_once<'f>(faults: &'f [(&str, Value)], quick: bool) -> Vec<(&'f str, Program, Ran)> {
    let begun: Vec<(&str, Program, Running)> = faults
        .iter()
        .map(|(name, faults)| {
            let program = Program::new();
            let program = if quick {
                program.with("[google]\n", "[google]\ntimeout_s = 4\n")
            } else {
                program
            };
            faults.as_array().unwrap().iter().for_each(|fault| program.fault(fault.clone()));
            let sync = program.start(&["sync"]);
            (*name, program, sync)
        })
        .collect();
    begun
        .into_iter()
        .map(|(name, program, sync)| (name, program, sync.ended_within(SOON)))
        .collect()
}

#[test]
fn trouble_that_passes_is_waited_for() {
    let faults = [
        ("a quota", json!([{"on": "read", "status": 429}, {"on": "write", "status": 429}])),
        ("a quota in old words", json!([{"on": "read", "status": 429, "old_wording": true}])),
        ("an error inside Google", json!([{"on": "read", "status": 500}])),
        ("an overload", json!([{"on": "read", "skip": 1, "status": 503}])),
        ("an answer cut off", json!([{"on": "read", "cut_body": true}])),
        ("a page of HTML", json!([{"on": "read", "skip": 1, "html": true}])),
        ("a timeout that is a page", json!([{"on": "read", "status": 408, "html": true}])),
        ("an overload before the write", json!([{"on": "write", "status": 503}])),
        ("an overload after the write", json!([{"on": "write", "status": 503, "after": true}])),
        (
            "an error inside Google after the write",
            json!([{"on": "write", "status": 500, "after": true}]),
        ),
        ("the answer to the write cut off", json!([{"on": "write", "cut_body": true}])),
        ("a page after the write", json!([{"on": "write", "html": true, "after": true}])),
    ];
    for (name, program, ran) in synced_at_once(&faults, false) {
        assert_eq!(ran.code, Some(0), "{name}: {}\n{}", ran.out, ran.err);
        is_whole(&program, name);
    }
}

#[test]
fn silence_is_given_up_and_tried_again() {
    let faults = [
        ("a silent read", json!([{"on": "read", "delay_ms": 30_000}])),
        ("silence before the write", json!([{"on": "write", "delay_ms": 30_000}])),
        ("silence after the write", json!([{"on": "write", "delay_ms": 30_000, "after": true}])),
    ];
    for (name, program, ran) in synced_at_once(&faults, true) {
        assert_eq!(ran.code, Some(0), "{name}: {}\n{}", ran.out, ran.err);
        is_whole(&program, name);
    }
}

#[test]
fn trouble_that_stays_ends_with_code_3_and_is_healed_later() {
    let faults = [
        ("a quota", json!([{"status": 429, "count": 9}]), "quota used up"),
        (
            "a quota in old words",
            json!([{"status": 429, "old_wording": true, "count": 9}]),
            "per 100 seconds",
        ),
        (
            "an overload",
            json!([{"on": "read", "status": 503, "count": 9}]),
            "The service is currently unavailable.",
        ),
        ("cut answers", json!([{"on": "read", "cut_body": true, "count": 9}]), "cut off"),
        ("pages", json!([{"on": "read", "html": true, "count": 9}]), "HTTP status 502"),
        (
            "writes",
            json!([{"on": "write", "status": 503, "count": 9}]),
            "apakah tulisan terakhir sampai",
        ),
        ("applied writes", json!([{"on": "write", "status": 503, "after": true, "count": 9}]), ""),
    ];
    let script: Vec<(&str, Value)> =
        faults.iter().map(|(name, faults, _)| (*name, faults.clone())).collect();
    for ((name, program, ran), (_, _, said)) in
        synced_at_once(&script, false).into_iter().zip(&faults)
    {
        // A write that was made is seen by reading again: then all is well although no answer ever
        // came.
        let code = if said.is_empty() { 0 } else { 3 };
        assert_eq!(ran.code, Some(code), "{name}: {}\n{}", ran.out, ran.err);
        assert!(ran.err.contains(said), "{name}: {}", ran.err);
        heals(&program, name);
    }
}

#[test]
fn what_a_person_has_to_mend_ends_with_code_1() {
    let program = Program::new();
    program.fault(json!({"status": 401}));
    program.run(&["sync"]).failed(1, &["Request had invalid authentication credentials"]);
    program.fault(json!({"sharing": "none"}));
    program.run(&["sync"]).failed(1, &["belum dibagikan", "Bagikan"]);
    program.fault(json!({"sharing": "all", "on": "write", "status": 403}));
    program.run(&["sync"]).failed(1, &["belum dibagikan"]);
    heals(&program, "what people mended");
}

#[test]
fn a_token_is_good_for_an_hour() {
    let program = Program::new();
    let (mut plain, book) = client(&program);
    let made = plain.call("POST", "/token", &Value::Null).ok();
    assert_eq!((&made["expires_in"], &made["token_type"]), (&json!(3599), &json!("Bearer")));
    let token = made["access_token"].as_str().unwrap();
    let at: i64 = token.strip_prefix("sandbox-").unwrap().parse().unwrap();
    let ask = |age_s: i64| {
        let token = format!("sandbox-{}", at - age_s * 1000);
        Client::to(program.address()).with_token(&token).call("GET", &book, &Value::Null)
    };
    assert_eq!((ask(0).status, ask(3500).status), (200, 200));
    let refused = ask(3600);
    assert_eq!(
        (refused.status, &refused.json()["error"]["status"]),
        (401, &json!("UNAUTHENTICATED"))
    );
    assert!(refused.message().starts_with(
        "Request had invalid authentication credentials. Expected OAuth 2 access token"
    ));
    assert!(refused.head.contains(
        "www-authenticate: bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\""
    ));
    // Drive says more.
    let old = format!("sandbox-{}", at - 4_000_000);
    let drive =
        Client::to(program.address()).with_token(&old).call("GET", "/drive/v3/files", &Value::Null);
    assert_eq!(drive.json()["error"]["errors"][0]["reason"], "authError");
    program.fault(json!({"token_seconds": 3000}));
    assert_eq!((ask(3500).status, ask(2500).status), (401, 200));
    assert_eq!(
        plain.call("GET", &book, &Value::Null).status,
        200,
        "a token that is not ours never runs out"
    );
}

#[test]
fn a_token_that_has_run_out_is_renewed() {
    let program = with_account();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let settings = GoogleSettings {
        credentials: Some(Credentials::new(key(&program))),
        ..GoogleSettings::local(program.address())
    };
    let google = runtime.block_on(Google::connect(settings)).unwrap();
    runtime.block_on(google.overview(&program.id)).unwrap();
    program.fault(json!({"token_seconds": 1}));
    let (mut plain, book) = client(&program);
    let token = plain.call("POST", "/token", &Value::Null).ok()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut plain = plain.with_token(&token);
    // The client's token is older than this one.
    until(SOON, "the token runs out", || plain.call("GET", &book, &Value::Null).status == 401);
    let sent = google.requests_sent();
    runtime.block_on(google.overview(&program.id)).unwrap();
    assert_eq!(google.requests_sent() - sent, 2, "refused once, then with a new token");
    // No token is good for a moment: somebody has to look after it.
    program.fault(json!({"token_seconds": 0}));
    program.run(&["sync"]).failed(1, &["robot@project.iam.gserviceaccount.com"]);
    heals(&program, "tokens that were never good");
}

#[test]
fn each_error_has_googles_body() {
    let program = Program::new();
    let (mut client, book) = client(&program);
    let mut met = |fault: Value| {
        program.fault(fault);
        let answer = client.call("GET", &book, &Value::Null);
        assert!(!answer.head.contains("retry-after"), "Google sends none");
        let error = answer.json()["error"].take();
        assert_eq!(error["code"], answer.status);
        (answer.status, error["status"].as_str().unwrap().to_owned(), error)
    };
    for (status, word) in [
        (401, "UNAUTHENTICATED"),
        (403, "PERMISSION_DENIED"),
        (404, "NOT_FOUND"),
        (409, "ABORTED"),
        (500, "INTERNAL"),
        (503, "UNAVAILABLE"),
        (504, "DEADLINE_EXCEEDED"),
    ] {
        let (code, said, _) = met(json!({"status": status}));
        assert_eq!((code, said.as_str()), (status, word));
    }
    let (_, word, new) = met(json!({"status": 429}));
    assert_eq!(word, "RESOURCE_EXHAUSTED");
    assert_eq!(
        new["message"],
        "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of service \
         'sheets.googleapis.com' for consumer 'project_number:000000000000'."
    );
    assert_eq!(new["details"][0]["reason"], "RATE_LIMIT_EXCEEDED");
    assert_eq!(new["details"][0]["metadata"]["quota_limit"], "ReadRequestsPerMinutePerUser");
    let (_, word, old) = met(json!({"status": 429, "old_wording": true}));
    assert_eq!(word, "RESOURCE_EXHAUSTED");
    assert_eq!(
        old["message"],
        "Quota exceeded for quota group 'ReadGroup' and limit 'Read requests per user per 100 seconds' of service \
         'sheets.googleapis.com' for consumer 'project_number:000000000000'."
    );
    assert_eq!(old["details"][0]["@type"], "type.googleapis.com/google.rpc.Help");
}

#[test]
fn the_kind_of_a_call_is_what_it_does() {
    let program = Program::new();
    let (mut client, book) = client(&program);
    let filters = json!({"dataFilters": [{"gridRange": {"sheetId": 101}}]});
    let data = json!([{"dataFilter": {"gridRange": {"sheetId": 101}}, "values": [["x"]]}]);
    program.fault(json!({"on": "write", "status": 429}));
    for path in ["/values:batchGetByDataFilter", ":getByDataFilter", "/developerMetadata:search"] {
        client.call("POST", &format!("{book}{path}"), &filters).ok();
    }
    let write = json!({"valueInputOption": "RAW", "data": data});
    let refused = client.call("POST", &format!("{book}/values:batchUpdateByDataFilter"), &write);
    assert_eq!(refused.status, 429);
    assert!(refused.message().contains("'Write requests per minute per user'"));
}

#[test]
fn a_broken_answer_breaks_off_after_the_work_is_done() {
    let program = Program::new();
    let (mut one, book) = client(&program);
    program.fault(json!({"cut_body": true}));
    let values = json!({"values": [["tertulis"]]});
    let cell = format!("{book}/values/%27Form%20Responses%201%27%21Z90");
    let error = one.try_call("PUT", &format!("{cell}?valueInputOption=RAW"), &values).unwrap_err();
    assert_eq!(
        error.kind(),
        std::io::ErrorKind::UnexpectedEof,
        "the head and half of the body came"
    );
    let (mut again, _) = client(&program);
    assert_eq!(again.call("GET", &cell, &Value::Null).ok()["values"], json!([["tertulis"]]));
    program.fault(json!({"status": 408, "html": true}));
    let page = again.call("GET", &cell, &Value::Null);
    assert_eq!(page.status, 408);
    assert!(page.text.contains("<title>Error 408 (Request Timeout)!!1</title>"), "{}", page.text);
    assert!(page.head.contains("content-type: text/html"));
}

#[test]
fn people_act_right_before_or_right_after_a_call() {
    let program = Program::new();
    let (mut client, book) = client(&program);
    let cell = format!("{book}/values/%27Form%20Responses%201%27%21Z90");
    let typed =
        |text: &str| json!({"type": {"tab": "Form Responses 1", "cell": "Z90", "text": text}});
    program.fault(json!({"people": [typed("=1+1")]}));
    assert_eq!(client.call("GET", &cell, &Value::Null).ok()["values"], json!([["2"]]));
    program.fault(json!({"people": [typed("50%")], "after": true}));
    assert_eq!(client.call("GET", &cell, &Value::Null).ok()["values"], json!([["2"]]));
    assert_eq!(client.call("GET", &cell, &Value::Null).ok()["values"], json!([["50%"]]));
    // Drive's calls are about no tab; and what nobody can do is left undone.
    program.fault(json!({"people": [{"delete_tab": {"tab": "Entah"}}, typed("x")]}));
    client.call("GET", "/drive/v3/files", &Value::Null).ok();
    client.call("GET", &cell, &Value::Null).ok();
    program.fault(json!({"people": [
        {"rename_tab": {"tab": 101, "title": "Pendaftaran"}}, {"delete_tab": {"tab": "Form Responses 2"}},
    ]}));
    assert_eq!(
        client.call("GET", &cell, &Value::Null).message(),
        "Unable to parse range: 'Form Responses 1'!Z90"
    );
    assert!(program.titles().contains(&"Pendaftaran".to_owned()));
    assert!(!program.titles().contains(&"Form Responses 2".to_owned()));
}

/// The column of a title in a tab of ours, and the row of a text, as `H4`.
fn cell_of(program: &Program, tab: &str, title: &str, text: &str) -> String {
    let rows = program.tab(tab).unwrap();
    halaqah::table::a1::address(row_of(&rows, text), column_of(&rows, title))
}

/// Something new, so that the next cycle writes.
fn news(program: &Program) {
    program.append("mentee_registration", registration_row(program.start, 20, 9, "Yusuf Ridwan"));
}

#[test]
fn a_decision_typed_while_the_batch_is_on_its_way_is_kept_and_taken() {
    for after in [false, true] {
        let program = Program::new();
        program.sync();
        let cell = cell_of(&program, "Usulan Kelompok", "Keputusan", "Emir Salim");
        news(&program);
        let typed = json!({"type": {"tab": "Usulan Kelompok", "cell": cell, "text": "Setuju"}});
        program.fault(json!({"on": "write", "after": after, "people": [typed]}));
        program.sync();
        program.sync();
        assert_eq!(
            program.count("placement_decided"),
            1,
            "after: {after}\n{}",
            program.shown("Usulan Kelompok")
        );
        assert!(program.shown("Kelompok").contains("Emir Salim"));
        assert_eq!(program.count("mentee_registration.submitted"), 10);
        assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
    }
}

/// The batch takes rows away above a decision that is being typed: it stays beside the name it is
/// about. Typed after the batch, it is about the name that stands there then.
#[test]
fn a_decision_typed_while_its_row_moves_up_is_about_the_name_beside_it() {
    let tab = "Usulan Kelompok";
    for (after, placed) in [(false, &["A5", "A6", "A7"][..]), (true, &["A6", "A7"])] {
        let program = Program::new();
        program.sync();
        let emir = cell_of(&program, tab, "Keputusan", "Emir Salim");
        let group = cell_of(&program, tab, "Keputusan", "Kelompok Salman");
        assert_eq!(
            (emir.as_str(), group.as_str()),
            ("C5", "C6"),
            "his group's rows go, the others move up"
        );
        let typed = |cell: &str| json!({"type": {"tab": tab, "cell": cell, "text": "Setuju"}});
        program.fault(json!({"on": "read", "people": [typed(&emir)]}));
        program.fault(json!({"on": "write", "after": after, "people": [typed(&group)]}));
        program.sync();
        program.sync();
        let events =
            program.events().into_iter().filter(|event| event["type"] == "placement_decided");
        let mut mentees: Vec<Value> =
            events.flat_map(|event| event["data"]["mentees"].as_array().unwrap().clone()).collect();
        mentees.sort_by_key(Value::to_string);
        assert_eq!(mentees, placed, "after: {after}\n{}", program.shown(tab));
        assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
    }
}

fn row_of(rows: &[Vec<String>], text: &str) -> usize {
    rows.iter().position(|row| row.iter().any(|cell| cell.contains(text))).unwrap()
}

fn column_of(rows: &[Vec<String>], title: &str) -> usize {
    rows.iter().find_map(|row| row.iter().position(|cell| cell == title)).unwrap()
}

#[test]
fn an_answer_typed_while_the_batch_is_on_its_way_is_read_next() {
    let program = Program::new();
    program.sync();
    news(&program);
    let tab = support::title_of("mentee_registration");
    let typed = json!({"type": {"tab": tab, "cell": "F2", "text": "X-9"}});
    program.fault(json!({"on": "write", "people": [typed]}));
    program.sync();
    assert_eq!(program.count("mentee_registration.amended"), 0);
    program.sync();
    assert_eq!(program.count("mentee_registration.amended"), 1);
    assert!(program.shown(&tab).contains("X-9"));
}

#[test]
fn what_is_typed_into_our_own_cells_is_put_right_by_the_next_cycle() {
    let program = Program::new();
    program.sync();
    let before = program.shown("Ringkasan");
    program.fault(json!({"after": true, "people": [{"type": {"tab": "Ringkasan", "cell": "B5", "text": "999"}}]}));
    program.sync();
    assert_ne!(program.shown("Ringkasan"), before);
    program.sync();
    assert_eq!(program.shown("Ringkasan"), before);
}

#[test]
fn a_form_tab_deleted_between_two_calls_loses_nothing_that_was_recorded() {
    let program = Program::new();
    program.sync();
    news(&program);
    let tab = support::title_of("meeting_report");
    program.fault(json!({"on": "write", "people": [{"delete_tab": {"tab": tab}}]}));
    program.sync();
    let ran = program.run(&["sync"]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    assert!(
        ran.out.contains(&tab) || ran.err.contains(&tab),
        "it is named: {}\n{}",
        ran.out,
        ran.err
    );
    assert_eq!(
        (program.count("meeting_report.submitted"), program.count("meeting_report.retracted")),
        (4, 0)
    );
    assert_eq!(program.count("mentee_registration.submitted"), 10);
}

#[test]
fn a_tab_renamed_between_two_calls_is_the_same_tab() {
    let program = Program::new();
    program.sync();
    let tab = support::title_of("meeting_report");
    news(&program);
    let people = json!([{"rename_tab": {"tab": tab, "title": "Laporan"}}, {"rename_tab": {"tab": "Kelompok", "title": "Grup"}}]);
    program.fault(json!({"on": "write", "people": people}));
    program.sync();
    program.sync();
    assert_eq!(
        (program.count("meeting_report.submitted"), program.count("meeting_report.retracted")),
        (4, 0)
    );
    assert!(program.shown("Grup").contains("Al-Fatih"));
    // Between the look round and the reading of the very first cycle.
    let first = Program::new();
    first.fault(json!({"on": "read", "skip": 1, "people": [{"rename_tab": {"tab": tab, "title": "Laporan"}}]}));
    first.sync();
    first.sync();
    assert_eq!(
        (first.count("meeting_report.submitted"), first.count("meeting_report.retracted")),
        (4, 0)
    );
}

#[test]
fn a_tab_of_ours_deleted_between_two_calls_comes_back() {
    let program = Program::new();
    program.sync();
    news(&program);
    program.fault(json!({"on": "write", "people": [{"delete_tab": {"tab": "Ringkasan"}}]}));
    let ran = program.run(&["sync"]);
    assert_eq!(ran.code, Some(0), "it is read again and made again: {}\n{}", ran.out, ran.err);
    assert!(program.shown("Ringkasan").contains("Adik terdaftar musim ini | 10 |"));
    assert_eq!(program.count("mentee_registration.submitted"), 10);
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
}

#[test]
fn a_form_tab_deleted_after_the_look_round_is_named_and_the_others_are_read() {
    let program = Program::new();
    let tab = support::title_of("meeting_report");
    program.fault(json!({"on": "read", "skip": 1, "people": [{"delete_tab": {"tab": tab}}]}));
    let said = program.sync();
    assert!(said.contains(&tab), "{said}");
    assert_eq!(program.count("mentee_registration.submitted"), 9);
}

#[test]
fn faults_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("faults.json");
    let start = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let mut command = halaqah();
        command.args(["sandbox", "--listen", "127.0.0.1:0", "--faults"]).arg(&path);
        command
    };
    for (text, said) in [
        ("{\"status\": 200}", "status 200 is no error"),
        ("[{\"stauts\": 503}]", "unknown field `stauts`"),
        ("[{\"status\": 503},\n {\"on\": \"writes\"}]", "line 2"),
        ("tidak", "tidak dimengerti"),
    ] {
        run(&mut start(text)).failed(1, &["faults.json", said, "halaqah sandbox --help"]);
    }
    run(halaqah().args(["sandbox", "--faults", "/nowhere/faults.json"]))
        .failed(1, &["/nowhere/faults.json"]);
    let sandbox = support::Sandboxed::of(start(
        "[{\"status\": 503}, {\"on\": \"read\", \"status\": 429, \"old_wording\": true}]",
    ));
    let mut client = Client::to(&sandbox.address);
    assert_eq!(client.call("GET", "/v4/spreadsheets/x", &Value::Null).status, 503);
    assert!(client.call("GET", "/v4/spreadsheets/x", &Value::Null).message().starts_with(QUOTA));
    assert_eq!(client.call("GET", "/v4/spreadsheets/x", &Value::Null).status, 404);
    // The same shape is taken over HTTP.
    let answer = client.call("POST", "/sandbox/faults", &json!([{"status": 500}, {"status": 504}]));
    assert_eq!(answer.status, 200);
    assert_eq!(client.call("GET", "/v4/spreadsheets/x", &Value::Null).status, 500);
    assert_eq!(client.call("DELETE", "/sandbox/faults", &Value::Null).status, 200);
    assert_eq!(client.call("GET", "/v4/spreadsheets/x", &Value::Null).status, 404);
    assert_eq!(client.call("POST", "/sandbox/faults", &json!({"what": 1})).status, 400);
    let help = run(halaqah().args(["sandbox", "--help"])).ok();
    assert!(
        help.contains("Faults on demand:") && help.contains("\"token_seconds\": 3600"),
        "{help}"
    );
}

//! The sandbox under load: fifty clients at once, and `kill -9` at any moment.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::support::http::Client;
use crate::support::{Sandboxed, until};
use serde_json::{Value, json};

/// Clients at once.
const CLIENTS: usize = 50;
/// What each of them writes.
const WRITES: usize = 6;
/// How often the sandbox is killed.
const KILLS: u64 = 8;
const SOON: Duration = Duration::from_secs(60);

/// Makes a spreadsheet with these tabs, each of 200 rows; gives its path. Tabs have the ids 0, 1,
/// ….
fn make(client: &mut Client, titles: &[&str]) -> String {
    let sheet = |(id, title): (usize, &&str)| json!({"properties": {"sheetId": id, "title": title, "gridProperties": {"rowCount": 200, "columnCount": 60}}});
    let book = json!({"sheets": titles.iter().enumerate().map(sheet).collect::<Vec<_>>()});
    let made = client.call("POST", "/v4/spreadsheets", &book).ok();
    format!("/v4/spreadsheets/{}", made["spreadsheetId"].as_str().unwrap())
}

fn get(client: &mut Client, book: &str, range: &str) -> Value {
    let path = format!("{book}/values/{range}?valueRenderOption=UNFORMATTED_VALUE");
    client.call("GET", &path, &Value::Null).ok()["values"].take()
}

/// One value in many cells of two tabs, in one batch of values.
fn values_batch(value: u64) -> Value {
    let rows = |count: usize| vec![vec![value; 3]; count];
    let data = json!([{"range": "Kiri!A1:C20", "values": rows(20)}, {"range": "Kanan!B5:D9", "values": rows(5)}]);
    json!({"valueInputOption": "RAW", "data": data})
}

/// The same cells in one batch of requests.
fn requests_batch(value: u64) -> Value {
    let cell = json!({"userEnteredValue": {"numberValue": value}});
    let fill = |range: Value| json!({"repeatCell": {"range": range, "cell": cell, "fields": "userEnteredValue"}});
    let left = json!({"sheetId": 0, "startRowIndex": 0, "endRowIndex": 20, "startColumnIndex": 0, "endColumnIndex": 3});
    let right = json!({"sheetId": 1, "startRowIndex": 4, "endRowIndex": 9, "startColumnIndex": 1, "endColumnIndex": 4});
    json!({"requests": [fill(left), fill(right)]})
}

/// Reads both tabs in one call; all cells hold one value.
#[track_caller]
fn one_value(client: &mut Client, book: &str) -> u64 {
    let ranges = "ranges=Kiri!A1:C20&ranges=Kanan!B5:D9&valueRenderOption=UNFORMATTED_VALUE";
    let answer = client.call("GET", &format!("{book}/values:batchGet?{ranges}"), &Value::Null).ok();
    let cells = answer["valueRanges"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|range| range["values"].as_array().unwrap());
    let cells: Vec<u64> =
        cells.flat_map(|row| row.as_array().unwrap()).map(|cell| cell.as_u64().unwrap()).collect();
    assert_eq!(cells.len(), 75);
    assert!(cells.iter().all(|cell| *cell == cells[0]), "half of a batch was seen: {cells:?}");
    cells[0]
}

/// What client `number` does: its own cell, appended rows, batches over cells that all clients
/// write; and it reads.
fn take_part(address: &str, book: &str, number: usize) {
    let mut client = Client::to(address);
    let own = halaqah::table::a1::address(number, 0);
    for turn in 0..WRITES {
        let value = (number * WRITES + turn) as u64 + 1;
        let put = json!({"values": [[value, format!("klien {number}")]]});
        let answer = client
            .call(
                "PUT",
                &format!(
                    "{book}/values/Sendiri!{own}?valueInputOption=RAW&includeValuesInResponse=true"
                ),
                &put,
            )
            .ok();
        assert_eq!(
            answer["updatedData"]["values"][0][0],
            value.to_string(),
            "the answer is about its own write"
        );
        let row = json!({"values": [[number, turn, value]]});
        let path = format!(
            "{book}/values/Tambah!A1:append?valueInputOption=RAW&insertDataOption=INSERT_ROWS"
        );
        assert_eq!(client.call("POST", &path, &row).ok()["updates"]["updatedRows"], 1);
        match turn % 3 {
            0 => client
                .call("POST", &format!("{book}/values:batchUpdate"), &values_batch(value))
                .ok(),
            1 => client.call("POST", &format!("{book}:batchUpdate"), &requests_batch(value)).ok(),
            _ => {
                // Refused as a whole: its first half is never seen.
                let mut batch = requests_batch(900_000 + value);
                batch["requests"][1]["repeatCell"]["range"]["sheetId"] = json!(77);
                let refused = client.call("POST", &format!("{book}:batchUpdate"), &batch);
                assert_eq!(
                    refused.message(),
                    "Invalid requests[1].repeatCell: No grid with id: 77"
                );
                Value::Null
            }
        };
        assert!(one_value(&mut client, book) < 900_000);
        assert_eq!(
            get(&mut client, book, &format!("Sendiri!{own}")),
            json!([[value]]),
            "it reads what it wrote"
        );
    }
}

#[test]
fn fifty_clients_lose_nothing_and_see_no_half_of_a_batch() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("book");
    let mut sandbox = Sandboxed::with_data(&file);
    let book = make(&mut Client::to(&sandbox.address), &["Kiri", "Kanan", "Sendiri", "Tambah"]);
    Client::to(&sandbox.address)
        .call("POST", &format!("{book}/values:batchUpdate"), &values_batch(0))
        .ok();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let (address, book) = (&sandbox.address, &book);
                scope.spawn(move || take_part(address, book, number))
            })
            .collect();
        for client in clients {
            client.join().unwrap();
        }
    });
    let look = |sandbox: &Sandboxed| {
        let mut client = Client::to(&sandbox.address);
        let shared = one_value(&mut client, &book);
        (
            get(&mut client, &book, "Sendiri!A1:B50"),
            get(&mut client, &book, "Tambah!A1:C400"),
            shared,
        )
    };
    let (own, appended, shared) = look(&sandbox);
    let last = |number: usize| json!([(number + 1) * WRITES, format!("klien {number}")]);
    assert_eq!(own, json!((0..CLIENTS).map(last).collect::<Vec<_>>()));
    let rows: BTreeSet<String> =
        appended.as_array().unwrap().iter().map(Value::to_string).collect();
    assert_eq!(
        (appended.as_array().unwrap().len(), rows.len()),
        (CLIENTS * WRITES, CLIENTS * WRITES)
    );
    // And all of it is in the file.
    sandbox.kill();
    assert!(look(&Sandboxed::with_data(&file)) == (own, appended, shared));
}

/// One client that goes on writing until the sandbox is gone: each write is one more than the last
/// that was acknowledged.
fn go_on(address: &str, book: &str, number: usize, acknowledged: &AtomicU64, all: &AtomicU64) {
    let Ok(mut client) = Client::try_to(address) else { return };
    loop {
        let next = acknowledged.load(Ordering::Relaxed) + 1;
        let (method, path, body) = match number {
            0 => ("POST", format!("{book}/values:batchUpdate"), values_batch(next)),
            // Long texts: the file grows beyond what the book needs, and is written anew again and
            // again.
            1 => {
                let long = |_| json!("teks panjang ".repeat(3_800));
                let row: Vec<Value> = [json!(next)].into_iter().chain((0..10).map(long)).collect();
                (
                    "PUT",
                    format!("{book}/values/Sendiri!A2?valueInputOption=RAW"),
                    json!({"values": [row]}),
                )
            }
            _ => {
                let cell = halaqah::table::a1::address(number, 0);
                let body = json!({"values": [[next]]});
                ("PUT", format!("{book}/values/Sendiri!{cell}?valueInputOption=RAW"), body)
            }
        };
        match client.try_call(method, &path, &body) {
            Ok(answer) => assert_eq!(answer.status, 200, "{}", answer.text),
            Err(_) => return,
        }
        acknowledged.store(next, Ordering::Relaxed);
        all.fetch_add(1, Ordering::Relaxed);
    }
}

fn stored(address: &str, book: &str, number: usize) -> u64 {
    let mut client = Client::to(address);
    if number == 0 {
        return one_value(&mut client, book);
    }
    get(&mut client, book, &format!("Sendiri!{}", halaqah::table::a1::address(number, 0)))[0][0]
        .as_u64()
        .unwrap_or(0)
}

#[test]
fn what_was_acknowledged_is_there_after_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("book");
    let mut sandbox = Sandboxed::with_data(&file);
    let book = make(&mut Client::to(&sandbox.address), &["Kiri", "Kanan", "Sendiri"]);
    Client::to(&sandbox.address)
        .call("POST", &format!("{book}/values:batchUpdate"), &values_batch(0))
        .ok();
    let acknowledged: Vec<AtomicU64> = (0..4).map(|_| AtomicU64::new(0)).collect();
    let (mut largest, mut anew) = (0, false);
    for round in 0..KILLS {
        let all = AtomicU64::new(0);
        // Not after a whole answer only: the other clients' requests are anywhere between sent and
        // answered then.
        let moment = 5 + RandomState::new().hash_one(round) % 60;
        thread::scope(|scope| {
            for (number, acknowledged) in acknowledged.iter().enumerate() {
                let (address, book, all) = (sandbox.address.clone(), &book, &all);
                scope.spawn(move || go_on(&address, book, number, acknowledged, all));
            }
            let mut looks = 0;
            until(SOON, "writes are acknowledged", || {
                looks += 1;
                let size = size(&file);
                anew |= size < largest;
                largest = size.max(largest);
                let enough = all.load(Ordering::Relaxed) >= moment && (anew || round + 1 < KILLS);
                // The clients end only when the sandbox does: it is killed in any case.
                enough || looks > 10_000
            });
            sandbox.kill();
        });
        sandbox = Sandboxed::with_data(&file);
        anew |= size(&file) < largest;
        for (number, acknowledged) in acknowledged.iter().enumerate() {
            let (sent, found) =
                (acknowledged.load(Ordering::Relaxed), stored(&sandbox.address, &book, number));
            // The write that was on its way may have been made or not.
            assert!(
                found == sent || found == sent + 1,
                "kill {round} after {moment}: client {number}: {found}, not {sent}"
            );
            acknowledged.store(found, Ordering::Relaxed);
        }
    }
    assert!(anew, "the file was never written anew: {largest} bytes");
}

fn size(file: &Path) -> u64 {
    file.metadata().map_or(0, |file| file.len())
}

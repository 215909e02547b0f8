//! The sandbox over HTTP, against a yardstick in the same run: the same cells in the lists of a
//! plain Python server that builds the JSON for each request (plain_server.py, beside this file).
//!
//! Measured is the time from a request to the last byte of its answer, on one connection:
//! `values:batchGet` of 20 tabs with 20,000 cells together. The ratio is of medians, the two
//! servers asked by turns. Beside it the bench prints the resident memory of a sandbox that holds a
//! book of 1,000,000 cells. Yardsticks: at least 10 times as fast; under 500 MB.
#![allow(clippy::unwrap_used, reason = "a bench that meets what it does not expect stops")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Map, Value, json};

/// Tabs, rows of each and columns of each: 20,000 cells.
const READ: (usize, usize, usize) = (20, 50, 20);
/// The same of the large book: 1,000,000 cells.
const LARGE: (usize, usize, usize) = (10, 5_000, 20);
/// Rows in one write of the large book.
const ROWS_A_WRITE: usize = 1_000;
/// How often each server is asked for the ratio.
const TURNS: usize = 60;

/// A server in a process of its own; it ends when this is dropped.
struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn sandbox() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_halaqah"));
        command.args(["sandbox", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let address = first_line(&mut child).strip_prefix("http://").unwrap().to_owned();
        Self { child, address }
    }

    /// None where there is no Python.
    fn plain(tabs: &Map<String, Value>) -> Option<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/sandbox/plain_server.py");
        let mut command = Command::new("python3");
        let mut child =
            command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
        let mut cells = child.stdin.take().unwrap();
        writeln!(cells, "{}", json!(tabs)).unwrap();
        let address = format!("127.0.0.1:{}", first_line(&mut child));
        Some(Self { child, address })
    }

    fn connect(&self) -> Client {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_nodelay(true).unwrap();
        Client { reader: BufReader::with_capacity(1 << 16, stream), body: Vec::new() }
    }

    /// Resident memory in MB: now, and at most so far. None where the system does not tell.
    fn resident_mb(&self) -> Option<(u64, u64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let megabytes = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
        };
        Some((megabytes("VmRSS:")?, megabytes("VmHWM:")?))
    }
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    line.trim().to_owned()
}

/// One connection.
struct Client {
    reader: BufReader<TcpStream>,
    body: Vec<u8>,
}

impl Client {
    /// Asks and reads the whole answer.
    fn ask(&mut self, method: &str, path: &str, body: &str) -> &[u8] {
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: bench\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.reader.get_mut().write_all(request.as_bytes()).unwrap();
        let mut length = 0;
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            assert_ne!(self.reader.read_line(&mut line).unwrap(), 0, "the server hung up");
            if let Some(text) = line.to_lowercase().strip_prefix("content-length:") {
                length = text.trim().parse().unwrap();
            }
        }
        self.body.resize(length, 0);
        self.reader.read_exact(&mut self.body).unwrap();
        &self.body
    }

    fn json(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer: Value = serde_json::from_slice(self.ask(method, path, &body)).unwrap();
        assert_eq!(answer.get("error"), None, "{answer}");
        answer
    }
}

/// A cell as forms have them: codes, names, choices, numbers, remarks; now and then a blank.
fn cell(tab: usize, row: usize, column: usize) -> Value {
    let number = tab * 7_919 + row * 104_729 + column * 1_299_709;
    match column % 8 {
        0 => json!(46_000 + row),
        1 => json!(format!("A{}", number % 5_000)),
        2 => json!(format!("Muhammad Salman {}", number % 900)),
        3 if number.is_multiple_of(4) => json!(number % 100),
        3 => json!((number % 400) as f64 / 4.0),
        4 => json!(number.is_multiple_of(3)),
        5 => json!(["Hadir", "Izin", "Sakit", ""][number % 4]),
        6 => json!(number % 100),
        _ => json!(format!("Catatan pertemuan ke-{} tentang akhlak", number % 40)),
    }
}

fn title(tab: usize) -> String {
    format!("Jawaban {tab}")
}

/// Makes a spreadsheet of this size, full of cells; gives its id.
fn fill(client: &mut Client, (tabs, rows, columns): (usize, usize, usize)) -> String {
    let sheet = |tab: usize| json!({"properties": {"title": title(tab), "gridProperties": {"rowCount": rows, "columnCount": columns}}});
    let book = json!({"sheets": (0..tabs).map(sheet).collect::<Vec<_>>()});
    let id = client.json("POST", "/v4/spreadsheets", &book)["spreadsheetId"]
        .as_str()
        .unwrap()
        .to_owned();
    for tab in 0..tabs {
        for start in (0..rows).step_by(ROWS_A_WRITE) {
            let end = rows.min(start + ROWS_A_WRITE);
            let line = |row: usize| (0..columns).map(|column| cell(tab, row, column)).collect();
            let values: Vec<Vec<Value>> = (start..end).map(line).collect();
            let data =
                json!([{"range": format!("'{}'!A{}", title(tab), start + 1), "values": values}]);
            let write = json!({"valueInputOption": "RAW", "data": data});
            client.json("POST", &format!("/v4/spreadsheets/{id}/values:batchUpdate"), &write);
        }
    }
    id
}

fn path(id: &str, option: &str) -> String {
    let (tabs, rows, columns) = READ;
    let last = halaqah::table::a1::address(rows - 1, columns - 1);
    let ranges = (0..tabs)
        .map(|tab| format!("ranges=%27{}%27%21A1%3A{last}", title(tab).replace(' ', "%20")));
    let ranges: Vec<String> = ranges.collect();
    format!("/v4/spreadsheets/{id}/values:batchGet?{}&valueRenderOption={option}", ranges.join("&"))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[allow(clippy::disallowed_methods, reason = "a bench measures time")]
fn timed(client: &mut Client, path: &str) -> Duration {
    let begun = Instant::now();
    client.ask("GET", path, "");
    begun.elapsed()
}

fn reading(criterion: &mut Criterion) {
    let (tabs, rows, columns) = READ;
    let line = |tab: usize, row: usize| {
        (0..columns).map(|column| cell(tab, row, column)).collect::<Vec<_>>()
    };
    let cells = |tab: usize| json!((0..rows).map(|row| line(tab, row)).collect::<Vec<_>>());
    let plain = Server::plain(&(0..tabs).map(|tab| (title(tab), cells(tab))).collect());
    let sandbox = Server::sandbox();
    let mut ours = sandbox.connect();
    let id = fill(&mut ours, READ);
    let mut theirs = plain.as_ref().map(Server::connect);
    let mut group = criterion.benchmark_group("batchGet of 20 tabs, 20,000 cells");
    for option in ["UNFORMATTED_VALUE", "FORMATTED_VALUE"] {
        let path = path(&id, option);
        let Some(theirs) = &mut theirs else {
            println!("{option}: there is no python3 to measure against");
            group.bench_function(format!("the sandbox, {option}"), |bencher| {
                bencher.iter(|| ours.ask("GET", &path, "").len());
            });
            continue;
        };
        let answer = ours.json("GET", &path, &Value::Null);
        assert!(answer == theirs.json("GET", &path, &Value::Null), "both give the same answer");
        group.bench_function(format!("the sandbox, {option}"), |bencher| {
            bencher.iter(|| ours.ask("GET", &path, "").len());
        });
        group.bench_function(format!("yardstick: plain Python, {option}"), |bencher| {
            bencher.iter(|| theirs.ask("GET", &path, "").len());
        });
        let turns: Vec<_> =
            (0..TURNS).map(|_| (timed(&mut ours, &path), timed(theirs, &path))).collect();
        let (ours, theirs): (Vec<_>, Vec<_>) = turns.into_iter().unzip();
        let (ours, theirs) = (median(ours), median(theirs));
        let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
        println!("{option}: {ours:?} beside {theirs:?}: {ratio:.1} times as fast as plain Python");
    }
    group.finish();
}

fn memory(_: &mut Criterion) {
    let sandbox = Server::sandbox();
    let id = fill(&mut sandbox.connect(), LARGE);
    let last = halaqah::table::a1::address(LARGE.1 - 1, LARGE.2 - 1);
    let path = format!("/v4/spreadsheets/{id}/values/%27Jawaban%209%27%21{last}");
    let answer = sandbox.connect().json("GET", &path, &Value::Null);
    assert!(answer["values"].is_array(), "the last cell is there");
    match sandbox.resident_mb() {
        Some((now, most)) => {
            println!("a book of 1,000,000 cells: {now} MB resident, {most} MB at most")
        }
        None => println!(
            "a book of 1,000,000 cells: this system does not tell how much memory it takes"
        ),
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30).measurement_time(Duration::from_secs(4));
    targets = reading, memory
}
criterion_main!(benches);

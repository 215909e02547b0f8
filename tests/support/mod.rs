//! What the behaviour tests stand on: a small program with its spreadsheet in a sandbox, its
//! configuration in a folder of its own, and the real binary run against both. Nothing here sleeps:
//! what is not ready yet is asked again until a deadline.
#![allow(dead_code, reason = "every test file uses a part of it")]

pub mod http;
pub mod season;
pub mod undisturbed;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use halaqah::edge::seal::Seals;
use halaqah::ledger::event::Event;
use halaqah::sandbox::book::Sheet;
use halaqah::sandbox::{Fault, Sandbox};
use halaqah::table::Cell;
use serde_json::{Value, json};
use tempfile::TempDir;

use season::{FORMS, Tab};

/// The moment of every command, unless a test says otherwise.
pub const NOW: &str = "2026-11-24T07:36:00+07:00";
/// The first day of the season of the tests, a Monday.
pub const START: NaiveDate = NaiveDate::from_ymd_opt(2026, 7, 13).unwrap();

/// Our tabs, as they stand.
pub const OUR_TABS: [&str; 20] = [
    "Ringkasan",
    "Perlu Tindakan",
    "Usulan Kelompok",
    "Kelompok",
    "Adik",
    "Mentor",
    "Antrean & Kapasitas",
    "Pertemuan",
    "Hafalan",
    "Keuangan",
    "Dukungan",
    "Promosi",
    "Mitra",
    "Taaruf",
    "Evaluasi",
    "Arsip & Keputusan",
    "Serah Terima",
    "Perlu Diperbaiki",
    "Kamus",
    "Status",
];

/// A program: its spreadsheet, its configuration, its data.
pub struct Program {
    /// Where the configuration and the data are.
    pub dir: TempDir,
    /// Google's stand-in.
    pub sandbox: Sandbox,
    /// The spreadsheet.
    pub id: String,
    /// The configuration's text.
    pub config: String,
    /// The first day of its season.
    pub start: NaiveDate,
    server: Server,
}

/// What a command came to.
#[derive(Debug, PartialEq)]
pub struct Ran {
    /// The exit code; none if it was killed.
    pub code: Option<i32>,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

impl Ran {
    /// The output, after making sure that all went well.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{}\n{}", self.out, self.err);
        self.out
    }

    /// Makes sure that it failed with this code and said all of these.
    #[track_caller]
    pub fn failed(self, code: i32, said: &[&str]) {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        for said in said {
            assert!(self.err.contains(said), "{said:?} is not in\n{}", self.err);
        }
    }
}

impl Program {
    /// A program in the middle of its season: nothing of it has been read yet.
    pub fn new() -> Self {
        Self::starting(START)
    }

    /// The same with a season that starts on a Monday.
    pub fn starting(start: NaiveDate) -> Self {
        let sandbox = Sandbox::in_memory();
        let id = make_spreadsheet(&sandbox, &season::tabs(start));
        let server = Server::of(sandbox.clone());
        let config = config(&server.address, &id, start);
        let program = Self {
            dir: TempDir::new().unwrap(),
            sandbox,
            id,
            config: String::new(),
            start,
            server,
        };
        program.configured(&config)
    }

    /// Writes another configuration.
    pub fn configured(mut self, config: &str) -> Self {
        config.clone_into(&mut self.config);
        std::fs::write(self.config_path(), config).unwrap();
        self
    }

    /// Writes the configuration with one text in the place of another.
    #[track_caller]
    pub fn with(self, from: &str, to: &str) -> Self {
        assert!(self.config.contains(from), "{from:?} is not in the configuration");
        let config = self.config.replace(from, to);
        self.configured(&config)
    }

    /// The configuration's file.
    pub fn config_path(&self) -> PathBuf {
        self.dir.path().join("halaqah.toml")
    }

    /// The ledger's directory.
    pub fn ledger_dir(&self) -> PathBuf {
        self.dir.path().join("data/ledger")
    }

    /// The ledger's first segment.
    pub fn segment(&self) -> PathBuf {
        self.ledger_dir().join("000001.jsonl")
    }

    /// The bytes of the ledger's first segment; empty while there is none.
    pub fn ledger(&self) -> Vec<u8> {
        std::fs::read(self.segment()).unwrap_or_default()
    }

    /// Changes one bit of a word in the middle of the ledger: the line is still whole, but is not
    /// what was recorded.
    pub fn flip_a_bit(&self) {
        let mut bytes = self.ledger();
        let word = b"mentee_registration.submitted";
        let place = bytes.windows(word.len()).position(|window| window == word).unwrap();
        bytes[place] ^= 1;
        std::fs::write(self.segment(), &bytes).unwrap();
    }

    /// The ledger's events, without its header, with what is sealed in them as it was before it was
    /// sealed.
    pub fn events(&self) -> Vec<Value> {
        let mut seals = Seals::of(&self.ledger_dir(), "sman1").unwrap();
        let mut events = self.sealed_events();
        for line in &mut events {
            let kind = line["type"].as_str().unwrap();
            let version = line["v"].as_u64().unwrap();
            let mut event =
                Event::read(kind, u16::try_from(version).unwrap(), &line["data"].to_string())
                    .unwrap();
            if event.version() > 1 {
                seals.open(None, &mut event).unwrap();
                line["data"] = serde_json::from_str(event.data().unwrap().get()).unwrap();
                line["v"] = event.version().into();
            }
        }
        events
    }

    /// The ledger's events as they stand there.
    pub fn sealed_events(&self) -> Vec<Value> {
        let text = String::from_utf8(self.ledger()).unwrap();
        text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The file of the program key.
    pub fn key_file(&self) -> PathBuf {
        self.ledger_dir().parent().unwrap().join("program-key")
    }

    /// How many events of a type there are.
    pub fn count(&self, kind: &str) -> usize {
        self.sealed_events().iter().filter(|event| event["type"] == kind).count()
    }

    /// A command, ready to be started at `now`.
    pub fn command_at(&self, now: Option<&str>, arguments: &[&str]) -> Command {
        let mut command = halaqah();
        command.arg("--config").arg(self.config_path());
        if let Some(now) = now {
            command.args(["--now", now]);
        }
        command.args(arguments);
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        run(&mut self.command_at(Some(NOW), arguments))
    }

    /// Starts a command and lets it go on.
    pub fn start(&self, arguments: &[&str]) -> Running {
        Running::of(self.command_at(Some(NOW), arguments))
    }

    /// Runs `sync` to its good end.
    #[track_caller]
    pub fn sync(&self) -> String {
        self.run(&["sync"]).ok()
    }

    /// How many requests a command makes.
    #[track_caller]
    pub fn requests_of(&self, arguments: &[&str]) -> u64 {
        let before = self.sandbox.requests();
        self.run(arguments).ok();
        self.sandbox.requests() - before
    }

    /// Has the next requests meet a fault, written as the sandbox takes it over HTTP.
    pub fn fault(&self, fault: Value) {
        self.sandbox.add_fault(serde_json::from_value::<Fault>(fault).unwrap());
    }

    /// Lets so many requests through before the next fault.
    pub fn requests_let_through(&self, count: u64) {
        // A delay of a millisecond is the least fault there is.
        self.fault(json!({"delay_ms": 1, "count": count}));
    }

    /// Where the sandbox listens, such as `http://127.0.0.1:1234`.
    pub fn address(&self) -> &str {
        &self.server.address
    }

    /// Takes back every fault that no request has met.
    pub fn clear_faults(&self) {
        let address = self.server.address.strip_prefix("http://").unwrap();
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(
            stream,
            "DELETE /sandbox/faults HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// Adds a row to a form's tab, as a response does.
    pub fn append(&self, form: &str, cells: Vec<Cell>) {
        let sheet_id = sheet_id_of(form);
        self.sandbox.edit_book(|book| book.append_row(&self.id, sheet_id, cells)).unwrap();
    }

    /// Changes a tab by hand.
    pub fn edit_tab(&self, sheet_id: i64, edit: impl FnOnce(&mut Sheet)) {
        let edited = self.sandbox.edit_book(|book| book.sheet_mut(&self.id, sheet_id).map(edit));
        edited.unwrap();
    }

    /// Deletes a tab by hand.
    pub fn delete_tab(&self, title: &str) {
        let delete = |book: &mut halaqah::sandbox::Book| {
            let spreadsheet = book.spreadsheet_mut(&self.id).ok_or(())?;
            spreadsheet.sheets.retain(|sheet| sheet.title != title);
            Ok::<_, ()>(())
        };
        self.sandbox.edit_book(delete).unwrap();
    }

    /// The titles of all tabs, in their order.
    pub fn titles(&self) -> Vec<String> {
        self.sandbox.with_book(|book| {
            let spreadsheet = book.spreadsheet(&self.id).unwrap();
            spreadsheet.sheets.iter().map(|sheet| sheet.title.clone()).collect()
        })
    }

    /// A tab as people see it; none if it is not there.
    pub fn tab(&self, title: &str) -> Option<Vec<Vec<String>>> {
        self.sandbox.with_book(|book| {
            let spreadsheet = book.spreadsheet(&self.id)?;
            let sheet = spreadsheet.sheets.iter().find(|sheet| sheet.title == title)?;
            let row = |row: usize| {
                (0..sheet.row(row).len())
                    .map(|column| spreadsheet.shown(sheet, row, column))
                    .collect()
            };
            Some((0..sheet.filled_rows()).map(row).collect())
        })
    }

    /// A tab as one text: a line a row.
    #[track_caller]
    pub fn shown(&self, title: &str) -> String {
        let rows = self
            .tab(title)
            .unwrap_or_else(|| panic!("there is no tab {title}: {:?}", self.titles()));
        rows.iter().map(|row| row.join(" | ")).collect::<Vec<_>>().join("\n")
    }

    /// Everything in every tab: values, formats, dropdowns, charts, marks. Rows at the end that
    /// hold nothing are left out.
    pub fn workbook(&self) -> BTreeMap<String, Value> {
        self.sandbox.with_book(|book| {
            let spreadsheet = book.spreadsheet(&self.id).unwrap();
            let tab = |sheet: &Sheet| {
                let record =
                    |row: usize| sheet.row(row).iter().map(|cell| cell.to_record()).collect();
                let rows: Vec<Vec<Value>> = (0..sheet.filled_rows()).map(record).collect();
                let lists: Vec<Value> =
                    sheet.objects.lists().iter().map(|(name, list)| json!([name, list])).collect();
                let grid = json!([
                    sheet.row_count(),
                    sheet.column_count(),
                    sheet.grid_properties,
                    sheet.properties
                ]);
                json!({"id": sheet.id, "rows": rows, "objects": lists, "grid": grid})
            };
            let tabs = spreadsheet.sheets.iter().map(|sheet| (sheet.title.clone(), tab(sheet)));
            tabs.chain([("marks".to_owned(), json!(spreadsheet.metadata))]).collect()
        })
    }
}

/// The sheetId of a form's tab.
pub fn sheet_id_of(form: &str) -> i64 {
    101 + FORMS.iter().position(|known| *known == form).expect("a form of the season") as i64
}

/// The title of a form's tab.
pub fn title_of(form: &str) -> String {
    format!("Form Responses {}", sheet_id_of(form) - 100)
}

fn make_spreadsheet(sandbox: &Sandbox, tabs: &[Tab]) -> String {
    let made = sandbox.edit_book(|book| {
        let id = book.create("Rohis SMAN 1 (jawaban)");
        let spreadsheet = book.spreadsheet_mut(&id).expect("it was just made");
        "in_ID".clone_into(&mut spreadsheet.locale);
        "Asia/Jakarta".clone_into(&mut spreadsheet.time_zone);
        for tab in tabs {
            let sheet = Sheet::new(sheet_id_of(tab.form), title_of(tab.form), 100, 26);
            spreadsheet.sheets.push(sheet.into());
        }
        for tab in tabs {
            for row in &tab.rows {
                book.append_row(&id, sheet_id_of(tab.form), row.clone())?;
            }
        }
        Ok::<_, halaqah::sandbox::Refusal>(id)
    });
    made.unwrap()
}

fn config(endpoint: &str, id: &str, start: NaiveDate) -> String {
    let forms: String = FORMS
        .iter()
        .map(|form| format!("[forms.{form}]\ntab = \"{}\"\n", title_of(form)))
        .collect();
    let end = start + chrono::Days::new(23 * 7 - 1);
    format!(
        r#"language = "id"
timezone = "Asia/Jakarta"
data_dir = "data"
[program]
name = "Rohis SMAN 1"
code = "sman1"
[google]
endpoint = "{endpoint}"
[workbook]
spreadsheet_id = "{id}"
[schedule]
sync = "*/5 * * * *"
{forms}
[[seasons]]
code = "musim-ini"
name = "Musim ini"
start = "{start}"
end = "{end}"
cash_opening = 500000
[matching]
group_size = {{ min = 2, target = 3, max = 4 }}
"#
    )
}

/// The sandbox on a free port of loopback, in a thread of its own; it stops when this is dropped.
struct Server {
    address: String,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Server {
    fn of(sandbox: Sandbox) -> Self {
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                tokio::select! {
                    served = sandbox.serve(listener, std::future::pending()) => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self { address: format!("http://{}", told.recv().unwrap()), _stop: stop }
    }
}

/// The sandbox as the binary serves it, in a process of its own; killed at once when this is
/// dropped.
pub struct Sandboxed {
    /// Where it listens, such as `http://127.0.0.1:1234`.
    pub address: String,
    child: Child,
}

impl Sandboxed {
    /// Starts it and waits until it listens.
    pub fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self { address: line.trim().to_owned(), child }
    }

    /// A sandbox whose spreadsheets are kept in a file.
    pub fn with_data(path: &Path) -> Self {
        let mut command = halaqah();
        command.args(["sandbox", "--listen", "127.0.0.1:0", "--data"]).arg(path);
        Self::of(command)
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    pub fn kill(&mut self) {
        // It may have come to its end by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Sandboxed {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The binary, with nothing in its environment that could change what it does.
pub fn halaqah() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_halaqah"));
    for name in ["HALAQAH_LOG", "HALAQAH_GOOGLE_CREDENTIALS", "CREDENTIALS_DIRECTORY"] {
        command.env_remove(name);
    }
    // The language before there is a configuration does not depend on who runs the tests.
    for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A command under way; it is killed if the test ends before it does.
pub struct Running {
    child: Option<Child>,
    readers: Vec<thread::JoinHandle<String>>,
}

impl Running {
    /// Starts it.
    pub fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        Self { child: Some(child), readers: vec![reader(out), reader(err)] }
    }

    fn child(&mut self) -> &mut Child {
        self.child.as_mut().expect("it is taken away only at the end")
    }

    /// Whether it is still under way.
    pub fn is_running(&mut self) -> bool {
        self.child().try_wait().unwrap().is_none()
    }

    /// Kills it at once, as `kill -9` does.
    pub fn kill(mut self) -> Ran {
        // It may have come to its end by itself a moment ago.
        let _ = self.child().kill();
        self.end()
    }

    /// Asks it to stop, as a service manager does.
    pub fn ask_to_stop(&mut self) {
        let pid = self.child().id();
        let sent = Command::new("sh").args(["-c", &format!("kill -TERM {pid}")]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end.
    #[track_caller]
    pub fn ended_within(mut self, time: Duration) -> Ran {
        until(time, "the command ends", || !self.is_running());
        self.end()
    }

    fn end(mut self) -> Ran {
        let mut child = self.child.take().expect("it is taken away only here");
        let code = child.wait().unwrap().code();
        let mut texts = self.readers.drain(..).map(|reader| reader.join().unwrap());
        let (out, err) = (texts.next().unwrap(), texts.next().unwrap());
        Ran { code, out, err }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn reader(mut from: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        from.read_to_string(&mut text).unwrap();
        text
    })
}

/// Asks until it is so. Fails the test if it is not within this time.
#[track_caller]
#[allow(
    clippy::disallowed_methods,
    reason = "a deadline for another process is measured by the real clock"
)]
pub fn until(time: Duration, what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + time;
    while !is_so() {
        assert!(Instant::now() < deadline, "not within {time:?}: {what}");
        thread::park_timeout(Duration::from_millis(1));
    }
}

/// The files below a directory and their bytes.
pub fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    found
}

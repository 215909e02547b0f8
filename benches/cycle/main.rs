//! One cycle of a program with 300 and with 5,000 mentees and 40 weeks of reports, against a
//! yardstick on the same machine in the same run: reading the same tabs' JSON into cells, which
//! every cycle has to do whatever follows.
//!
//! Measured is the CPU time of the thread that runs the cycle; the sandbox that stands in for
//! Google has another thread. Beside it the bench prints the resident memory of a daemon, a process
//! of its own, after its first cycle. Yardsticks: 5,000 mentees under 1 s and under 100 MB.
#![allow(clippy::unwrap_used, reason = "a bench that meets what it does not expect stops")]

mod season;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use cpu_time::ThreadTime;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{Criterion, criterion_group, criterion_main};
use halaqah::config::Config;
use halaqah::cycle::{Options, cycle};
use halaqah::edge::google::{Google, GoogleSettings};
use halaqah::memory::Memory;
use halaqah::sandbox::Sandbox;
use halaqah::setting::Setting;
use halaqah::table::Rows;

/// CPU time of the measuring thread.
struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = ThreadTime;
    type Value = Duration;
    fn start(&self) -> ThreadTime {
        ThreadTime::now()
    }
    fn end(&self, start: ThreadTime) -> Duration {
        start.elapsed()
    }
    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }
    fn zero(&self) -> Duration {
        Duration::ZERO
    }
    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }
    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

/// A program in a sandbox, its ledger in a folder of its own, as it stands after its first cycle.
struct Running {
    setting: Setting,
    google: Google,
    memory: Memory,
    log: halaqah::edge::log::Log,
    runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
}

fn serve() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            Sandbox::in_memory().serve(listener, std::future::pending()).await.unwrap();
        });
    });
    format!("http://{address}")
}

impl Running {
    fn with(tabs: &[(&str, &str, Rows)]) -> Self {
        let endpoint = serve();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let google = runtime.block_on(Google::connect(GoogleSettings::local(&endpoint))).unwrap();
        let sheets: Vec<(&str, Rows)> =
            tabs.iter().map(|(_, title, rows)| (*title, rows.clone())).collect();
        let made = google.create_spreadsheet("Bench", "id_ID", "Asia/Jakarta", &sheets);
        let id = runtime.block_on(made).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let text = season::configuration(&endpoint, &id, folder.path(), tabs);
        let path = folder.path().join("bench.toml");
        std::fs::write(&path, &text).unwrap();
        let config = Config::parse(&path, &text).unwrap();
        let setting = Setting::of(config).unwrap();
        let (memory, log, _) = Memory::open(&setting.config.ledger_dir(), "bench").unwrap();
        let mut running = Self { setting, google, memory, log, runtime, folder };
        running.cycle();
        running
    }

    /// One cycle.
    fn cycle(&mut self) -> usize {
        let now = season::now();
        let (memory, log) = (&mut self.memory, Some(&mut self.log));
        let cycle = cycle(&self.setting, &self.google, memory, log, now, Options::default());
        self.runtime.block_on(cycle).unwrap().events.len()
    }
}

/// Resident memory of a daemon after its first cycle, in MB: now, and at most so far. None where
/// the system does not tell.
fn resident_mb(config: &Path) -> Option<(u64, u64)> {
    let mut daemon = Command::new(env!("CARGO_BIN_EXE_halaqah"))
        .arg("--config")
        .arg(config)
        .arg("run")
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let lines = BufReader::new(daemon.stderr.take()?).lines().map_while(Result::ok);
    let turned = lines.into_iter().any(|line| line.contains("\"message\":\"cycle\""));
    let status = std::fs::read_to_string(format!("/proc/{}/status", daemon.id())).ok();
    daemon.kill().ok()?;
    daemon.wait().ok()?;
    let status = status.filter(|_| turned)?;
    let megabytes = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
    };
    Some((megabytes("VmRSS:")?, megabytes("VmHWM:")?))
}

fn cycles(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("cycle");
    group.sample_size(10);
    for mentees in [300, 5_000] {
        let tabs = season::tabs(mentees, 40);
        let json: Vec<String> =
            tabs.iter().map(|(_, _, rows)| serde_json::to_string(rows).unwrap()).collect();
        group.bench_function(
            format!("yardstick: the same tabs from JSON, {mentees} mentees"),
            |bencher| {
                bencher.iter(|| {
                    json.iter()
                        .map(|text| serde_json::from_str::<Rows>(text).unwrap().len())
                        .sum::<usize>()
                });
            },
        );
        drop(json);
        let mut running = Running::with(&tabs);
        drop(tabs);
        group.bench_function(format!("a quiet cycle, {mentees} mentees"), |bencher| {
            bencher.iter(|| assert_eq!(running.cycle(), 0));
        });
        // The daemon takes the ledger's lock.
        let Running { folder, setting, log, .. } = running;
        drop(log);
        // The first start reads all events, and the second the snapshot that it left (if the events
        // are enough for one).
        for start in ["first", "second"] {
            match resident_mb(&setting.config.path) {
                Some((now, most)) => {
                    println!(
                        "a daemon, {mentees} mentees, {start} start: {now} MB resident, {most} MB at most"
                    );
                }
                None => println!(
                    "a daemon, {mentees} mentees: this system does not tell how much memory it takes"
                ),
            }
        }
        drop(folder);
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = cycles
}
criterion_main!(benches);

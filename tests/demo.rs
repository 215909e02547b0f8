//! The two commands that need no spreadsheet anywhere: `demo` and `sandbox`, started as a newcomer
//! starts them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use crate::support::{Running, halaqah, run, until};

const SOON: Duration = Duration::from_secs(40);
const STOP: Duration = Duration::from_secs(10);

/// An address of loopback that nobody listens on.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// What a page answers; none while nobody listens.
fn get(address: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(String::from_utf8_lossy(&answer).into_owned())
}

fn start(arguments: &[&str]) -> Running {
    let mut command = halaqah();
    command.args(arguments);
    Running::of(command)
}

#[test]
fn the_demo_fills_itself_and_says_where_to_look() {
    let address = free_address();
    let mut demo = start(&["demo", "--listen", &address.to_string()]);
    // The spreadsheets are made and filled; a cycle writes to the shared one first, then to the one
    // for what is confidential.
    let viewers = || {
        let front = get(address, "/").unwrap_or_default();
        let links = front.split('"').filter(|part| part.starts_with("/view/"));
        links.map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
    };
    let shows =
        |viewer: &String, tab: &str| get(address, viewer).is_some_and(|page| page.contains(tab));
    // The demo says where to look after its cycle, when the viewer knows of it: the last tab may be
    // seen a moment earlier.
    let is_filled = || {
        viewers()
            .iter()
            .any(|viewer| shows(viewer, "Laporan Keselamatan") && shows(viewer, "Siklus terakhir:"))
    };
    until(SOON, "the demo has run a cycle", || is_filled() || !demo.is_running());
    let shared =
        viewers().into_iter().filter(|viewer| shows(viewer, "Ringkasan")).collect::<Vec<_>>();
    let [viewer] = shared.as_slice() else { panic!("one spreadsheet has the summary: {shared:?}") };
    demo.ask_to_stop();
    let ran = demo.ended_within(STOP);
    let out = ran.ok();
    let url = out.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
    assert_eq!(url, format!("http://{address}{viewer}"));
}

#[test]
fn the_sandbox_serves_until_it_is_told_to_stop() {
    let address = free_address();
    let mut sandbox = start(&["sandbox", "--listen", &address.to_string()]);
    until(SOON, "the sandbox answers", || get(address, "/sandbox/requests").is_some());
    let second = run(halaqah().args(["sandbox", "--listen", &address.to_string()]));
    second.failed(1, &[&address.to_string()]);
    sandbox.ask_to_stop();
    assert!(sandbox.ended_within(STOP).ok().starts_with(&format!("http://{address}")));
}

#[test]
fn neither_listens_to_the_world() {
    for command in ["sandbox", "demo"] {
        run(halaqah().args([command, "--listen", "0.0.0.0:0"]))
            .failed(1, &["bisa dicapai dari komputer lain", "127.0.0.1"]);
    }
}

//! The same work in SQLite.

use std::fs;
use std::path::Path;

use halaqah::ledger::event::Event;
use halaqah::ledger::line::Chain;
use halaqah::ledger::record::Source;
use halaqah::ledger::state::State;
use rusqlite::{Connection, params};

use super::ledger::segments;

/// A database that keeps what it has acknowledged.
pub fn empty(path: &Path) -> Connection {
    let book = Connection::open(path).unwrap();
    book.pragma_update(None, "journal_mode", "WAL").unwrap();
    book.pragma_update(None, "synchronous", "FULL").unwrap();
    book.execute("CREATE TABLE lines (seq INTEGER PRIMARY KEY, line BLOB NOT NULL) STRICT", [])
        .unwrap();
    book
}

/// One batch of lines of 300 bytes as one transaction.
pub fn append(book: &mut Connection, lines: &[u8]) {
    let transaction = book.transaction().unwrap();
    let mut insert = transaction.prepare_cached("INSERT INTO lines (line) VALUES (?1)").unwrap();
    for line in lines.chunks(300) {
        insert.execute([line]).unwrap();
    }
    drop(insert);
    transaction.commit().unwrap();
}

/// A database with the lines of a ledger, headers too.
pub fn with_lines_of(path: &Path, dir: &Path) -> Connection {
    let mut book = empty(path);
    let transaction = book.transaction().unwrap();
    let mut insert = transaction.prepare("INSERT INTO lines (line) VALUES (?1)").unwrap();
    for segment in segments(dir) {
        for line in fs::read(segment).unwrap().split_inclusive(|byte| *byte == b'\n') {
            insert.execute(params![line]).unwrap();
        }
    }
    drop(insert);
    transaction.commit().unwrap();
    book.pragma_update(None, "wal_checkpoint", "TRUNCATE").unwrap();
    book
}

/// Reads, verifies, parses and folds all lines.
pub fn fold(book: &Connection, events: u64) -> State {
    let (mut chain, mut state) = (Chain::default(), State::default());
    let mut select = book.prepare("SELECT line FROM lines ORDER BY seq").unwrap();
    let mut rows = select.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let raw = row.get_ref(0).unwrap().as_blob().unwrap();
        if raw.starts_with(b"{\"halaqah\"") {
            chain.header(raw).unwrap();
            continue;
        }
        let line = chain.line(raw).unwrap();
        let event = Event::read(line.kind, line.v, line.data.get()).unwrap();
        state.apply(line.seq, line.source.as_ref().map(Source::from), event).unwrap();
    }
    assert_eq!(state.seq, events);
    state
}

//! The law of rooms: who may import whom, and what a pure room may never mention. Reads the sources
//! as text, without what stands in them for tests only.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A room (a folder of `src` with its file, or a file alone) and the rooms that it may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    // Pure: functions of their inputs.
    ("table", &[]),
    ("words", &[]),
    ("schedule", &[]),
    ("solver", &[]),
    ("ledger", &["table"]),
    ("forms", &["ledger", "table", "words"]),
    ("matching", &["ledger", "solver"]),
    ("statistics", &["ledger"]),
    ("views", &["ledger", "matching", "statistics", "table", "words"]),
    // What can fail.
    ("edge", &["config", "ledger", "table"]),
    // Its pages show the forms and may be reworded like everything else that people read.
    ("sandbox", &["config", "forms", "ledger", "table", "words"]),
    // What ties them together. The configuration holds values of the pure rooms, but decides
    // nothing with them.
    ("config", &["forms", "ledger", "matching", "schedule", "words"]),
    ("setting", &["config", "forms", "ledger", "statistics", "views", "words"]),
    ("memory", &["edge", "ledger", "matching", "views"]),
    (
        "cycle",
        &[
            "config",
            "edge",
            "forms",
            "ledger",
            "matching",
            "memory",
            "setting",
            "statistics",
            "table",
            "views",
            "words",
        ],
    ),
    ("daemon", &["config", "cycle", "edge", "schedule"]),
    ("demo", &["config", "forms", "ledger", "sandbox", "table", "words"]),
    ("cli", &["cycle", "edge", "ledger", "sandbox", "words"]),
    (
        "commands",
        &[
            "cli",
            "config",
            "cycle",
            "daemon",
            "demo",
            "edge",
            "forms",
            "ledger",
            "matching",
            "memory",
            "sandbox",
            // What is wrong with a schedule.
            "schedule",
            "setting",
            "solver",
            // What is behind a figure.
            "statistics",
            // The shape of tabs alone.
            "table",
            "views",
            "words",
        ],
    ),
    ("main", &["cli", "commands"]),
    // Names the rooms, imports none.
    ("lib", &[]),
];

/// The pure rooms.
const PURE: &[&str] =
    &["table", "words", "schedule", "solver", "ledger", "forms", "matching", "statistics", "views"];

/// What a pure room never mentions: waiting, the file system, the network, the clock, other
/// processes, the environment; nor threads, but for `thread::scope`, whose threads have ended when
/// the function answers.
const NEVER_IN_A_PURE_ROOM: &[&str] = &[
    "tokio",
    "async fn",
    ".await",
    "std::fs",
    "fs::read",
    "fs::write",
    "File::",
    "std::net",
    "std::env",
    "std::process",
    "thread::spawn",
    "thread::Builder",
    "thread::sleep",
    "thread::park",
    "thread::current",
    "SystemTime",
    "Instant::now",
    "Utc::now",
    "Local::now",
    "println!",
    "google_sheets4",
    "reqwest",
    "axum",
    "clap",
];

/// Words that one room alone may mention, and that room.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("clap", &["cli", "main"]),
    ("google_sheets4", &["edge", "main"]),
    ("reqwest", &["edge"]),
    ("axum", &["sandbox"]),
    // The sandbox plays an outside service, which has a clock of its own.
    ("Utc::now", &["edge", "sandbox"]),
    ("SystemTime::now", &["edge", "sandbox"]),
    ("println!", &["commands", "main"]),
    // The edge looks for the program key there: every command that opens a ledger needs it.
    ("std::env", &["commands", "edge", "main"]),
    ("std::process::exit", &["commands"]),
    ("Local::now", &[]),
    ("static mut", &[]),
    ("unsafe ", &[]),
    ("todo!(", &[]),
    ("unimplemented!(", &[]),
    ("dbg!(", &[]),
];

/// Names that say nothing of what a thing does.
const NO_NAMES: &[&str] =
    &["aggregate", "saga", "handler", "manager", "service", "util", "helper", "common"];

/// One source file.
struct Source {
    path: PathBuf,
    room: String,
    /// How many modules deep it lies: 1 is a room's own file.
    depth: usize,
    /// Its code, without comments and without what is for tests only.
    code: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    collect(Path::new("src"), &mut paths);
    let is_test = |path: &PathBuf| path.iter().any(|part| part == "tests" || part == "tests.rs");
    paths.into_iter().filter(|path| !is_test(path)).map(source).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn source(path: PathBuf) -> Source {
    let text = fs::read_to_string(&path).unwrap();
    let mut modules: Vec<String> =
        path.iter().skip(1).map(|part| part.to_str().unwrap().to_owned()).collect();
    let file = modules.pop().unwrap();
    if file != "mod.rs" {
        modules.push(file.strip_suffix(".rs").unwrap().to_owned());
    }
    Source { room: modules[0].clone(), depth: modules.len(), code: code_of(&text), text, path }
}

/// The lines that are neither comments nor part of an item under `#[cfg(test)]`. The sources are
/// formatted: an item ends with a line as far to the right as it began.
fn code_of(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let code = line.trim_start();
        if code.starts_with("//") {
            continue;
        }
        if code != "#[cfg(test)]" {
            kept.push_str(line);
            kept.push('\n');
            continue;
        }
        let margin = &line[..line.len() - code.len()];
        let end = format!("{margin}}}");
        for line in lines.by_ref() {
            let attribute = line.trim_start().starts_with("#[");
            if line == end
                || (!attribute
                    && line.ends_with(';')
                    && line.trim_start().len() + margin.len() == line.len())
            {
                break;
            }
        }
    }
    kept
}

/// The rooms that a file names: `crate::room`, `crate::{room, …}`, `halaqah::room`, enough `super`s
/// to come to the crate, or `halaqah_room` for a room that is a crate of its own.
fn imports(source: &Source) -> BTreeSet<String> {
    let up = "super::".repeat(source.depth);
    let mut found = BTreeSet::new();
    for root in ["crate::", "halaqah::", up.as_str()] {
        found.extend(names_behind(&source.code, root));
    }
    let crates = MAY_IMPORT.iter().map(|(room, _)| *room);
    found.extend(
        crates.filter(|room| source.code.contains(&format!("halaqah_{room}::"))).map(str::to_owned),
    );
    found.retain(|room| *room != source.room && MAY_IMPORT.iter().any(|(known, _)| known == room));
    found
}

/// The names that stand directly behind a path such as `super::`.
fn names_behind(code: &str, path: &str) -> Vec<String> {
    let is_whole = |at: usize| {
        !code[..at]
            .ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == ':')
    };
    let places = code.match_indices(path).map(|(at, _)| at).filter(|at| is_whole(*at));
    places.flat_map(|at| names_after(&code[at + path.len()..])).collect()
}

fn names_after(rest: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let Some(group) = rest.strip_prefix('{') else { return vec![name(rest)] };
    let mut names = vec![name(group)];
    let mut open = 1;
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => open += 1,
            '}' => open -= 1,
            ',' if open == 1 => names.push(name(&group[at + 1..])),
            _ => {}
        }
        if open == 0 {
            break;
        }
    }
    names
}

fn mentions(source: &Source, word: &str) -> bool {
    source.code.match_indices(word).any(|(at, _)| {
        let before = source.code[..at].chars().next_back();
        let after = source.code[at + word.len()..].chars().next();
        let in_a_word = |letter: Option<char>| {
            letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
        };
        let ends_in_letter = word.ends_with(|letter: char| letter.is_alphanumeric());
        !(in_a_word(before) || ends_in_letter && in_a_word(after))
    })
}

#[track_caller]
fn none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_room_imports_only_what_it_may() {
    let mut wrong = Vec::new();
    for source in sources() {
        let path = source.path.display();
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(room, _)| *room == source.room) else {
            wrong.push(format!("{path}: the room {} is not in the table", source.room));
            continue;
        };
        let not_allowed =
            imports(&source).into_iter().filter(|room| !allowed.contains(&room.as_str()));
        wrong.extend(
            not_allowed.map(|room| format!("{path}: {} may not import {room}", source.room)),
        );
    }
    none(wrong);
}

/// No room imports, through others, itself: they can be read from the ground up.
#[test]
fn the_table_has_no_circle() {
    let mut settled: BTreeSet<&str> = BTreeSet::new();
    while settled.len() < MAY_IMPORT.len() {
        let ready = |(room, imports): &&(&str, &[&str])| {
            !settled.contains(room) && imports.iter().all(|i| settled.contains(i))
        };
        let next: Vec<&str> = MAY_IMPORT.iter().filter(ready).map(|(room, _)| *room).collect();
        let left = MAY_IMPORT.iter().map(|(room, _)| *room).filter(|room| !settled.contains(room));
        assert!(!next.is_empty(), "in a circle: {:?}", left.collect::<Vec<_>>());
        settled.extend(next);
    }
}

/// Rooms whose modules import each other in no circle, and how their modules name each other.
const NO_CIRCLE_INSIDE: &[(&str, &[&str])] =
    &[("matching", &["super::", "crate::matching::"]), ("solver", &["super::", "crate::"])];

#[test]
fn modules_inside_a_room_import_each_other_in_no_circle() {
    for (room, paths) in NO_CIRCLE_INSIDE {
        let sources = sources();
        let files = || sources.iter().filter(|source| source.room == *room && source.depth == 2);
        let name = |source: &Source| source.path.file_stem().unwrap().to_str().unwrap().to_owned();
        let modules: BTreeSet<String> = files().map(name).filter(|name| name != "lib").collect();
        let mut waiting: Vec<(String, BTreeSet<String>)> = Vec::new();
        for source in files().filter(|source| modules.contains(&name(source))) {
            let named = paths.iter().flat_map(|path| names_behind(&source.code, path));
            let own = name(source);
            let imports = named.filter(|name| modules.contains(name) && *name != own).collect();
            waiting.push((own, imports));
        }
        assert!(waiting.iter().any(|(_, imports)| !imports.is_empty()), "{room}: nothing is read");
        while !waiting.is_empty() {
            let left: BTreeSet<String> = waiting.iter().map(|(name, _)| name.clone()).collect();
            waiting.retain(|(_, imports)| !imports.is_disjoint(&left));
            assert!(waiting.len() < left.len(), "{room}: in a circle: {waiting:?}");
        }
    }
}

/// The solver has numbers of persons, seats and owners; whom they stand for, matching knows.
#[test]
fn the_solver_has_no_word_of_the_program() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.room == "solver") {
        let text = source.text.to_lowercase();
        let words = ["mentee", "mentor", "gender", "consent"].into_iter();
        let named = words.filter(|word| text.contains(word));
        wrong.extend(named.map(|word| format!("{}: says {word}", source.path.display())));
    }
    none(wrong);
}

#[test]
fn pure_rooms_know_no_world() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| PURE.contains(&source.room.as_str())) {
        let words = NEVER_IN_A_PURE_ROOM.iter().filter(|word| mentions(source, word));
        wrong.extend(words.map(|word| format!("{}: mentions {word}", source.path.display())));
    }
    none(wrong);
}

#[test]
fn what_belongs_to_one_room_stays_there() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (word, rooms) in ONLY_IN {
            if !rooms.contains(&source.room.as_str()) && mentions(&source, word) {
                wrong.push(format!("{}: mentions {word}", source.path.display()));
            }
        }
    }
    none(wrong);
}

/// The clock is read in one place, so that a cycle happens at one moment.
#[test]
fn the_clock_has_one_door() {
    let readers: Vec<String> = sources()
        .iter()
        .filter(|source| source.room != "sandbox" && mentions(source, "Utc::now"))
        .map(|source| source.path.display().to_string())
        .collect();
    assert_eq!(readers, ["src/edge/clock.rs"]);
}

#[test]
fn the_one_cycle_alone_knows_both_the_pure_rooms_and_google() {
    let knows = |source: &&Source| {
        source.code.contains("edge::google")
            && ["forms", "matching", "statistics"].iter().any(|r| imports(source).contains(*r))
    };
    let knowing: Vec<String> =
        sources().iter().filter(knows).map(|source| source.path.display().to_string()).collect();
    // `doctor` asks both what the cycle will ask them; `demo` fills a spreadsheet with the forms'
    // tabs.
    assert_eq!(knowing, ["src/commands/demo.rs", "src/commands/doctor.rs", "src/cycle.rs"]);
}

#[test]
fn every_file_says_what_it_is_for() {
    let mut paths = Vec::new();
    for folder in ["src", "tests", "benches"] {
        if Path::new(folder).is_dir() {
            collect(Path::new(folder), &mut paths);
        }
    }
    let silent = paths.iter().filter(|path| !fs::read_to_string(path).unwrap().starts_with("//! "));
    none(silent.map(|path| format!("{}: does not begin with //!", path.display())).collect());
}

#[test]
fn names_say_what_things_do() {
    let mut wrong = Vec::new();
    for source in sources() {
        let path = source.path.display().to_string();
        let file = source.path.file_stem().unwrap().to_str().unwrap().to_owned();
        let item = |line: &str| -> Option<String> {
            let line = line.trim_start().trim_start_matches("pub ");
            let rest = ["struct ", "enum ", "trait ", "mod ", "type "]
                .iter()
                .find_map(|kind| line.strip_prefix(kind))?;
            Some(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        };
        for name in source.code.lines().filter_map(item).chain([file]) {
            if NO_NAMES.iter().any(|word| name.to_lowercase().contains(word)) {
                wrong.push(format!("{path}: {name}"));
            }
        }
    }
    none(wrong);
}

/// No file knows the machine on which it was written.
#[test]
fn no_file_names_a_machine() {
    let folders = ["home", "root", "work", "Users", "mnt"];
    let mut wrong = Vec::new();
    for source in sources() {
        for (number, line) in source.text.lines().enumerate() {
            let named = folders.iter().any(|folder| {
                line.contains(&format!("\"/{folder}/")) || line.contains(&format!(" /{folder}/"))
            });
            if named {
                wrong.push(format!("{}:{}: {line}", source.path.display(), number + 1));
            }
        }
    }
    none(wrong);
}

/// Two providers of cryptography in one program make it stop at its start.
#[test]
fn there_is_one_provider_of_cryptography() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments =
        ["tree", "--offline", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"];
    let Ok(output) = Command::new(cargo).args(arguments).output() else {
        println!("skipped: there is no cargo");
        return;
    };
    if !output.status.success() {
        println!("skipped: {}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let tree = String::from_utf8(output.stdout).unwrap();
    let crates: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    let providers =
        ["aws-lc-rs", "aws-lc-sys", "boring", "openssl", "openssl-sys", "native-tls", "ring"];
    let found: Vec<&str> = providers.into_iter().filter(|name| crates.contains(name)).collect();
    assert_eq!(found, ["ring"]);
}

mod the_reading {
    use super::*;

    fn read(path: &str, text: &str) -> Source {
        let depth = Path::new(path).components().count();
        let room = path.split('/').next().unwrap().to_owned();
        Source { path: path.into(), room, depth, code: code_of(text), text: text.to_owned() }
    }

    #[test]
    fn finds_imports_however_they_are_written() {
        let text = "use crate::{edge::log, forms::{Form, views}, cycle};\nfn f() { crate::daemon::next(); super::super::memory::x() }";
        let found = imports(&read("table/cell", text));
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            ["cycle", "daemon", "edge", "forms", "memory"]
        );
    }

    #[test]
    fn leaves_out_comments_and_tests() {
        let text = "// crate::edge\n#[cfg(test)]\nmod tests;\nuse crate::words::Words;\n#[cfg(test)]\nmod laws {\n    use crate::cycle;\n}\nuse crate::config;\n";
        let found = imports(&read("table", text));
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["config", "words"]);
    }

    #[test]
    fn takes_a_word_for_a_word() {
        let source = read("table", "let felt_unsafe = 1; fn clapped() { is_unsafe () }");
        assert!(!mentions(&source, "unsafe ") && !mentions(&source, "clap"));
        assert!(mentions(&read("table", "unsafe { clap::parse() }"), "clap"));
    }
}

//! The law of rooms: who may import whom, and what a pure room may never mention. Reads the sources
//! as text, without what stands in them for tests only.
#![allow(clippy::unwrap_used, reason = "a test that meets what it does not expect fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A room (a folder of `src` with its file, a file alone, or a member crate in a folder of `src`) and
/// the rooms that it may import.
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
    ("edge", &["ledger", "table"]),
    ("sandbox", &["table"]),
    ("form_pages", &["forms", "sandbox", "table"]),
    // What ties them together. The configuration holds values of the pure rooms, but decides
    // nothing with them.
    ("config", &["forms", "ledger", "matching", "schedule", "words"]),
    ("setting", &["config", "forms", "ledger", "statistics", "views", "words"]),
    ("memory", &["edge", "ledger", "matching"]),
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
        ],
    ),
    ("daemon", &["schedule"]),
    ("demo", &["forms", "ledger", "table", "words"]),
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
            "form_pages",
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
    ("axum", &["form_pages", "sandbox"]),
    // The sandbox plays an outside service, which has a clock of its own.
    ("Utc::now", &["edge", "sandbox"]),
    ("SystemTime::now", &[]),
    ("println!", &[]),
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

/// Circles of modules beside one another inside a room, as `place: modules`. None may be added.
const KNOWN_CIRCLES: &[&str] = &[
    "statistics: budget, evidence, figure, memorization, registration, scene, subject, survival, \
     taaruf, trails",
];

/// One source file.
struct Source {
    path: PathBuf,
    room: String,
    /// Its module's path in the program, the room first.
    module: Vec<String>,
    /// Whether its room is a crate of its own.
    is_member: bool,
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
    let mut module: Vec<String> =
        path.iter().skip(1).map(|part| part.to_str().unwrap().to_owned()).collect();
    let file = module.pop().unwrap();
    let is_root = file == "mod.rs" || file == "lib.rs" && !module.is_empty();
    if !is_root {
        module.push(file.strip_suffix(".rs").unwrap().to_owned());
    }
    let room = module[0].clone();
    let is_member = Path::new("src").join(&room).join("Cargo.toml").exists();
    Source { room, module, is_member, code: code_of(&text), text, path }
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

/// Every path of the program that a file names, from the room on, whether it begins with `crate`,
/// `super`, `self`, the program's name or a member's.
fn paths(source: &Source) -> Vec<Vec<String>> {
    let crate_root = if source.is_member { 1 } else { 0 };
    let mut found = Vec::new();
    let mut add = |root: &[String], rest: &str| {
        found.extend(tree(rest).into_iter().map(|path| [root, &path].concat()));
    };
    for (at, _) in source.code.match_indices("::") {
        let before = source.code[..at].trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
        let (first, rest) = (&source.code[before.len()..at], &source.code[at + 2..]);
        if before.ends_with("::") {
            continue;
        }
        match first {
            "crate" => add(&source.module[..crate_root], rest),
            "halaqah" => add(&[], rest),
            "self" => add(&source.module, rest),
            "super" => {
                let further = rest.split("super::").take_while(|part| part.is_empty()).count();
                let kept = source.module.len().saturating_sub(1 + further);
                add(&source.module[..kept], &rest[further * "super::".len()..]);
            }
            _ => {
                if let Some(member) = first.strip_prefix("halaqah_") {
                    add(&[member.to_owned()], rest);
                }
            }
        }
    }
    found
}

/// The paths of a tree such as `a::{b, c::d}`.
fn tree(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start();
    if let Some(group) = text.strip_prefix('{') {
        return members(group).into_iter().flat_map(tree).collect();
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let name = text[..end].to_owned();
    match text[end..].strip_prefix("::") {
        Some(rest) => {
            tree(rest).into_iter().map(|path| [vec![name.clone()], path].concat()).collect()
        }
        None => vec![vec![name]],
    }
}

/// What stands between the commas of a group, up to the bracket that closes it.
fn members(group: &str) -> Vec<&str> {
    let (mut found, mut start, mut open) = (Vec::new(), 0, 0);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => open += 1,
            '}' if open == 0 => {
                found.push(&group[start..at]);
                break;
            }
            '}' => open -= 1,
            ',' if open == 0 => {
                found.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// The rooms that a file names.
fn imports(source: &Source) -> BTreeSet<String> {
    let rooms = paths(source).into_iter().filter_map(|path| path.into_iter().next());
    let is_room = |room: &String| MAY_IMPORT.iter().any(|(known, _)| known == room);
    rooms.filter(|room| *room != source.room && is_room(room)).collect()
}

/// Which modules beside one another name one another: by the path of the module around them, from
/// whom to whom. A module and those inside it are one here; what it takes from the module around
/// it does not count.
fn neighbours(sources: &[Source]) -> BTreeMap<Vec<String>, BTreeSet<(String, String)>> {
    let known: BTreeSet<&[String]> =
        sources.iter().flat_map(|s| (1..=s.module.len()).map(|end| &s.module[..end])).collect();
    let mut found: BTreeMap<Vec<String>, BTreeSet<(String, String)>> = BTreeMap::new();
    for source in sources {
        for path in paths(source) {
            let common = path.iter().zip(&source.module).take_while(|(a, b)| a == b).count();
            let (Some(from), Some(to)) = (source.module.get(common), path.get(common)) else {
                continue;
            };
            if common > 0 && known.contains(&path[..=common]) {
                let around = source.module[..common].to_vec();
                found.entry(around).or_default().insert((from.clone(), to.clone()));
            }
        }
    }
    found
}

/// The modules that name themselves through others, each circle as `place: modules`.
fn circles(sources: &[Source]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for (around, edges) in neighbours(sources) {
        for (module, _) in &edges {
            let mutual: Vec<&str> = reached(&edges, module)
                .into_iter()
                .filter(|other| reached(&edges, other).contains(module.as_str()))
                .collect();
            if !mutual.is_empty() {
                found.insert(format!("{}: {}", around.join("::"), mutual.join(", ")));
            }
        }
    }
    found.into_iter().collect()
}

/// The modules that one names, and those named by them, and so on.
fn reached<'e>(edges: &'e BTreeSet<(String, String)>, from: &str) -> BTreeSet<&'e str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(module) = open.pop() {
        for (_, to) in edges.iter().filter(|(from, _)| from == module) {
            if reached.insert(to.as_str()) {
                open.push(to);
            }
        }
    }
    reached
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

/// A permission that nobody uses is taken back.
#[test]
fn every_permission_is_used() {
    let sources = sources();
    let of_room = |room: &'static str| sources.iter().filter(move |source| source.room == room);
    let mut unused = Vec::new();
    for &(room, allowed) in MAY_IMPORT {
        let used: BTreeSet<String> = of_room(room).flat_map(imports).collect();
        let left = allowed.iter().filter(|allowed| !used.contains(**allowed));
        unused.extend(left.map(|allowed| format!("{room} imports no {allowed}")));
    }
    for (word, rooms) in ONLY_IN {
        let left = rooms.iter().filter(|room| !of_room(room).any(|source| mentions(source, word)));
        unused.extend(left.map(|room| format!("{room} mentions no {word}")));
    }
    none(unused);
}

/// No module inside a room names, through its neighbours, itself.
#[test]
fn no_circle_of_modules_is_new_and_what_was_untangled_is_no_longer_listed() {
    assert_eq!(circles(&sources()), KNOWN_CIRCLES);
}

/// Cargo finds no file of `tests` by itself: one that `tests/main.rs` forgot would never run.
#[test]
fn every_file_of_tests_is_run() {
    let main = fs::read_to_string("tests/main.rs").unwrap();
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    let files = fs::read_dir("tests").unwrap().map(|entry| entry.unwrap().path());
    let mut forgotten = Vec::new();
    let is_program = |file: &PathBuf| {
        file.extension().is_some_and(|extension| extension == "rs") || file.join("main.rs").exists()
    };
    for file in files.filter(is_program) {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let is_target = manifest.contains(&format!("[[test]]\nname = \"{name}\"\n"));
        if name != "main" && !is_target && !main.contains(&format!("\nmod {name};\n")) {
            forgotten.push(format!("{}: no target has it", file.display()));
        }
    }
    none(forgotten);
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
        let module: Vec<String> = path.split('/').map(str::to_owned).collect();
        let room = module[0].clone();
        let (code, text) = (code_of(text), text.to_owned());
        Source { path: path.into(), room, module, is_member: false, code, text }
    }

    #[test]
    fn finds_imports_however_they_are_written() {
        let text = "use crate::{edge::log, forms::{Form, views}, cycle};\nfn f() { crate::daemon::next(); super::super::memory::x(); halaqah_sandbox::y() }";
        let found = imports(&read("table/cell", text));
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            ["cycle", "daemon", "edge", "forms", "memory", "sandbox"]
        );
    }

    #[test]
    fn knows_a_member_s_own_modules_from_rooms() {
        let mut source = read("table/cell", "use crate::forms::a;\nuse halaqah_ledger::b;");
        source.is_member = true;
        assert_eq!(imports(&source).into_iter().collect::<Vec<_>>(), ["ledger"]);
        assert_eq!(paths(&source)[0], ["table", "forms", "a"]);
    }

    #[test]
    fn finds_circles_of_neighbours_alone() {
        let circle = [
            read("edge", "use self::log::Log;"),
            read("edge/log", "use super::{Parent, seal::{Seal, key::Key}};"),
            read("edge/seal", "use self::key::Key;"),
            read("edge/seal/key", "use super::Seal;\nuse crate::edge::clock::now;"),
            read("edge/clock", "use super::log;"),
        ];
        assert_eq!(circles(&circle), ["edge: clock, log, seal"]);
        assert_eq!(circles(&circle[..4]), [""; 0]);
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

//! Every key of words that the code says stands in both files of words, and no key stands there
//! unused.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use halaqah::ledger::mentor_steps::STEPS;
use halaqah::ledger::problem::Reason;
use halaqah::statistics::all_figures;
use halaqah::words::{ENGLISH, INDONESIAN};

/// The source files, without tests, the sandbox and the form pages, which have words of their own.
fn sources() -> Vec<(PathBuf, String)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_stem().unwrap().to_str().unwrap();
            if path.is_dir() {
                if !["tests", "sandbox", "form_pages"].contains(&name) {
                    folders.push(path);
                }
            } else if !["tests", "form_pages"].contains(&name)
                && path.extension().is_some_and(|extension| extension == "rs")
            {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
                sources.push((path, code));
            }
        }
    }
    sources
}

/// Every file of ours in Rust, tests too.
fn all_sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = ["src", "tests", "benches"].map(|folder| root.join(folder)).to_vec();
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                sources.push((path, text));
            }
        }
    }
    sources
}

/// The messages of a file of words: key and sentence. Terms such as `-group` are parts of
/// sentences, not messages.
fn messages(text: &str) -> BTreeMap<&str, &str> {
    let lines = text.lines().filter(|line| !line.starts_with(['#', '-', ' ']));
    lines.filter_map(|line| line.split_once(" = ")).collect()
}

/// The keys that the code makes out of other names, family by family.
fn made_keys(sources: &[(PathBuf, String)]) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for reason in Reason::ALL {
        keys.extend([format!("what-{}", reason.key()), format!("do-{}", reason.key())]);
    }
    keys.extend(STEPS.map(|step| format!("step-{step}")));
    keys.extend(halaqah::views::glossary::keys());
    for (path, code) in sources {
        let file = path.file_name().unwrap().to_str().unwrap();
        // Summary: a line of the page has a figure and its meaning.
        if path.ends_with("views/summary.rs") {
            for line in code.split("line(\"").skip(1) {
                let figure = line.split('"').next().unwrap().replace('.', "-");
                keys.extend([format!("figure-{figure}"), format!("meaning-{figure}")]);
            }
        }
        // To Fix: what is wrong with a reference and what to do.
        if file == "to_fix.rs" {
            for name in quoted(code).filter(|name| name.contains('-') && !name.starts_with("fix-"))
            {
                if ["unmatched-", "unknown-", "group-not", "not-a-"]
                    .iter()
                    .any(|family| name.starts_with(family))
                {
                    keys.extend([format!("what-{name}"), format!("do-{name}")]);
                }
            }
        }
        // Errors: what happened and what to do.
        for (at, call) in code.match_indices("Sentences::new(") {
            let argument = code[at + call.len()..].trim_start().strip_prefix('"');
            if let Some(name) = argument.and_then(|argument| argument.split('"').next()) {
                keys.extend([format!("error-{name}"), format!("mend-{name}")]);
            }
        }
        // The titles of columns.
        for (at, _) in code.match_indices(".map(|name| format!(\"") {
            let family = code[at..].split('"').nth(1).unwrap().strip_suffix("{name}").unwrap();
            let before = &code[..at];
            let begins_a_list =
                |(start, _): &(usize, &str)| before[start + 1..].trim_start().starts_with('"');
            let start = before.rmatch_indices('[').find(begins_a_list);
            let list = start.map_or("", |(start, _)| &before[start..]);
            // The list may have a name of its own, said a line above.
            keys.extend(quoted(list).map(|name| format!("{family}{name}")));
        }
    }
    keys
}

/// Everything in double quotes that could be a key.
fn quoted(code: &str) -> impl Iterator<Item = &str> {
    let is_key = |text: &&str| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
            && text.starts_with(|c: char| c.is_ascii_lowercase())
    };
    code.split('"').filter(is_key)
}

/// The keys that stand as text behind `say(` or `say_with(`.
fn said_keys(code: &str) -> impl Iterator<Item = &str> {
    let calls = code.match_indices("say(").chain(code.match_indices("say_with("));
    calls.filter_map(|(at, call)| {
        let argument = code[at + call.len()..].trim_start().strip_prefix('"')?;
        argument.split('"').next()
    })
}

#[test]
fn every_key_that_is_said_stands_in_both_languages() {
    let sources = sources();
    let mut said: BTreeSet<String> = made_keys(&sources);
    assert!(said.len() > 190, "the families were found: {}", said.len());
    for (_, code) in &sources {
        said.extend(said_keys(code).map(str::to_owned));
    }
    for (language, text) in [("id", INDONESIAN), ("en", ENGLISH)] {
        let messages = messages(text);
        let missing: Vec<&String> =
            said.iter().filter(|key| !messages.contains_key(key.as_str())).collect();
        assert_eq!(missing, [""; 0], "config/words/{language}.ftl has no such keys");
    }
}

#[test]
fn no_key_stands_unused() {
    let sources = sources();
    let mut used = made_keys(&sources);
    for (_, code) in &sources {
        used.extend(quoted(code).map(str::to_owned));
    }
    for (language, text) in [("id", INDONESIAN), ("en", ENGLISH)] {
        let messages = messages(text);
        let in_sentences = |key: &str| {
            messages.values().any(|sentence| sentence.contains(&format!("{{ {key} }}")))
        };
        let unused = messages.keys().filter(|key| !used.contains(**key) && !in_sentences(key));
        assert_eq!(
            unused.collect::<Vec<_>>(),
            [&""; 0],
            "config/words/{language}.ftl says these to nobody"
        );
    }
}

#[test]
fn no_part_of_a_sentence_is_left_open() {
    for text in [INDONESIAN, ENGLISH] {
        for (key, sentence) in messages(text) {
            let (open, closed) = (sentence.matches('{').count(), sentence.matches('}').count());
            assert_eq!(open, closed, "{key}");
            assert!(!sentence.trim().is_empty() && sentence == sentence.trim(), "{key}");
        }
    }
}

/// A program that says halaqah or liqo replaces the term, and no sentence still says kelompok or
/// group.
#[test]
fn sentences_say_the_term_for_a_group_and_not_the_word() {
    for (text, word) in [(INDONESIAN, "kelompok"), (ENGLISH, "group")] {
        for (key, sentence) in messages(text) {
            let spoken: String =
                sentence.split('{').map(|part| part.rsplit('}').next().unwrap()).collect();
            assert!(!spoken.to_lowercase().contains(word), "{key} says {word} itself: {sentence}");
        }
    }
}

/// Paths that are meant to lead nowhere.
const NOWHERE: [&str; 2] = ["meetings.no_such_thing", "registration.row"];

/// Whether a path as code has it leads to a figure, to a map of figures, or to all whose names
/// begin so; names in braces are filled in.
fn leads_somewhere(path: &str) -> bool {
    let fits = |(own, part): (&str, &str)| {
        own == "*"
            || own == part
            || part.contains('{')
            || (part.ends_with('_') && own.starts_with(part))
    };
    let parts: Vec<&str> = path.split('.').collect();
    all_figures().any(|figure| {
        let own: Vec<&str> = figure.path.split('.').collect();
        own.len() >= parts.len() && own.into_iter().zip(parts.iter().copied()).all(fits)
    })
}

#[test]
fn every_figure_that_the_code_names_is_in_the_table() {
    let families: BTreeSet<&str> = all_figures().map(|figure| figure.family()).collect();
    let is_path = |text: &&str| {
        let family = text.split('.').next().unwrap_or_default();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._{}*".contains(c);
        families.contains(family) && text.contains('.') && text.chars().all(plain)
    };
    let (mut named, mut astray) = (0, Vec::new());
    for (file, code) in all_sources() {
        let is_file = |path: &&str| path.ends_with(".rs") || path.ends_with(".jsonl");
        for path in code.split('"').filter(is_path).filter(|path| !is_file(path)) {
            named += 1;
            if !NOWHERE.contains(&path) && !leads_somewhere(path.trim_end_matches('.')) {
                astray.push(format!("{}: {path}", file.display()));
            }
        }
    }
    assert!(named > 300, "figures are named: {named}");
    assert_eq!(astray, [""; 0], "no figure has such a path");
}

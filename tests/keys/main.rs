//! Every key of a form, a question or a choice that the code names exists: the sources are read as
//! data and held against the forms.
#![allow(clippy::unwrap_used, reason = "a test that meets what it does not expect fails")]

mod reader;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use halaqah::forms::Forms;
use halaqah::forms::definition::Question;

use reader::{Constants, Helper, Read, Use, constants, read};
use tokens::{Token, tokens};

/// Rooms that see no answers: their texts are of Google's protocol.
const WITHOUT_ANSWERS: [&str; 2] = ["edge", "sandbox"];

/// The room that fills in invented answers.
const FILLS_IN: &str = "demo";

/// Keys of answers that no form asks: the ledger itself writes them.
const OF_THE_LEDGER: [&str; 1] = ["erased"];

/// Receivers of methods that are called as those of answers are, and take something else.
const OTHER_RECEIVERS: [&str; 3] = [
    // Paths of figures.
    "figures", // Words that become part of a hash.
    "hash",    // The configuration as TOML.
    "file",
];

/// Calls whose keys do not stand in the source, by the reason why none has to.
const UNSEEN: &[(&str, &[(&str, &str)])] = &[
    (
        "the key is one of the form's own definition",
        &[
            ("forms/answers.rs", "answers.get(statement)"),
            ("forms/answers.rs", "answers.date(key)"),
            ("forms/answers.rs", "answers.insert(&question.key, Answer::Integer(default))"),
            ("forms/answers.rs", "answers.insert(&question.key, answer)"),
            ("forms/answers.rs", "before.text(key)"),
            ("forms/script.rs", "form.question(key)"),
            ("form_pages/typed.rs", "form.question(key)"),
            ("forms/intake.rs", "answers.get(key)"),
            ("commands/doctor.rs", "labels.question(form.key(), question)"),
            ("views/mod.rs", "labels.question(&self.form, key)"),
            ("views/restricted.rs", "standing.in_window(form)"),
            ("views/restricted.rs", "answers.get(question)"),
        ],
    ),
    (
        "the key is one of an answer, a problem or a reference that stands in the ledger",
        &[
            ("commands/person.rs", "labels.question(&row.form, question)"),
            ("commands/why.rs", "labels.is_public(form, question)"),
            ("commands/why.rs", "labels.choice(form, question, code)"),
            ("forms/person.rs", "private.names(&record.form, question)"),
            ("forms/person.rs", "private.is_text(&record.form, question)"),
            ("forms/person.rs", "private.is_text(&about.form, question)"),
            ("forms/person.rs", "private.is_of_instrument(&about.form, question)"),
            ("forms/person.rs", ".is_free(question)"),
            ("ledger/answers.rs", "answers.get(place)"),
            ("ledger/answers.rs", "answers.insert(key.as_ref(), answer)"),
            ("ledger/sealed.rs", "privacy.is_private(form, question)"),
            ("views/restricted.rs", "labels.question(&record.form, question)"),
            ("views/restricted.rs", "labels.choice(&record.form, question, code)"),
            ("views/restricted.rs", ".shown(scene, record, question)"),
            ("views/to_fix.rs", "labels.question(form, &problem.question)"),
            (
                "views/to_fix.rs",
                ".shown_cell(scene, form, &problem.question, &as_people_see_it(scene, problem))",
            ),
            (
                "views/to_fix.rs",
                ".push(&unmatched.record.form, &unmatched.record.source, unmatched.question, \
                 unmatched.reference, key)",
            ),
            (
                "views/to_fix.rs",
                ".push(&record.form, &record.source, attendee.question, attendee.reference, \
                 \"unknown-attendee\")",
            ),
            (
                "views/to_fix.rs",
                ".push(&problem.record.form, &problem.record.source, question, problem.reference, \
                 key)",
            ),
        ],
    ),
    (
        "the key is one of the configuration, which is held against the forms when it is read",
        &[
            ("config.rs", "get_ref.get(\"weights\")"),
            ("config.rs", "get_ref.get(\"personality\")"),
            ("config/procedures.rs", "form.question(question)"),
            ("ledger/procedures.rs", "answers.text(question)"),
            ("ledger/procedures.rs", "answers.list(question)"),
            ("matching/criteria.rs", "other.get(&criterion.other)"),
            ("matching/fingerprint.rs", "answers.get(key)"),
            ("views/suggestions.rs", "labels.question(\"mentee_registration\", question)"),
            ("views/suggestions.rs", ".title_of(scene, question)"),
        ],
    ),
    (
        "the keys are numbered, and tests in the same file ask for all of them",
        &[("matching/personality.rs", "answers.integer(&format!(\"{STATEMENT}{number}\"))")],
    ),
    (
        "the keys are those of a table of figures, and a test of figures asks for all of them",
        &[
            ("statistics/figure.rs", ".choices(form, question)"),
            ("statistics/figure.rs", "before.integer(&filled(path, codes))"),
            ("statistics/figure.rs", "answers.integer(question)"),
            ("statistics/satisfaction.rs", "answers.text(question)"),
            ("views/glossary.rs", "labels.choice(form, question, code)"),
        ],
    ),
    (
        "these are no answers: a field of Google's, and tables that are compiled in",
        &[
            ("form_pages/tabs.rs", "grid_properties.get(\"frozenRowCount\")"),
            (
                "statistics/mushaf.rs",
                ".parse(include_str!(\"../../config/data/surah.csv\"), \
                 include_str!(\"../../config/data/mushaf_pages.csv\"), \
                 include_str!(\"../../config/data/juz.csv\"))",
            ),
        ],
    ),
    ("the key is the code of a person", &[("commands/matching.rs", "before.get(mentee.code)")]),
];

/// What stands in each place of the items of a constant.
#[derive(Clone, Copy)]
enum Place {
    Form,
    Question,
    /// A choice of a question.
    Choice(&'static str),
    Other,
}

/// Constants that hold keys which are compared, not looked up.
const LISTS: &[(&str, &str, &[Place])] = &[
    ("demo.rs", "WRITERS", &[Place::Form, Place::Other]),
    ("forms/privacy.rs", "INTRODUCTIONS", &[Place::Form, Place::Other]),
    ("forms/privacy.rs", "NAMES_IN_TEXT", &[Place::Question]),
    ("forms/privacy.rs", "SUBJECTS", &[Place::Question]),
    ("forms/privacy.rs", "ABOUT_A_GROUP", &[Place::Form]),
    ("forms/privacy.rs", "OWN_KEY", &[Place::Form]),
    ("forms/person.rs", "INSTITUTION", &[Place::Question]),
    ("ledger/mentor_steps.rs", "STEPS", &[Place::Choice("step")]),
    ("ledger/people.rs", "FORM", &[Place::Form]),
    ("ledger/self_reports.rs", "FORM", &[Place::Form]),
    ("matching/score.rs", "KEYS", &[Place::Question]),
    ("matching/score.rs", "READING_LEVELS", &[Place::Choice("reading_level")]),
    (
        "matching/score.rs",
        "PROMISED_BY",
        &[Place::Choice("expectations"), Place::Question, Place::Other],
    ),
    ("views/evaluation.rs", "FREE_TEXT", &[Place::Form, Place::Question]),
    ("views/mod.rs", "IN_NO_TAB", &[Place::Form]),
    ("views/restricted.rs", "ELSEWHERE", &[Place::Form]),
    // The key of a tab.
    ("views/status.rs", "VIEW", &[Place::Other]),
];

/// The keys of all forms.
struct Keys(BTreeMap<String, BTreeMap<String, BTreeSet<String>>>);

impl Keys {
    fn new(forms: &Forms) -> Self {
        let codes = |question: &Question| {
            question.choices.iter().map(|choice| choice.code.clone()).collect()
        };
        let questions = |form: &halaqah::forms::Form| {
            let questions = &form.definition.questions;
            questions.iter().map(|question| (question.key.clone(), codes(question))).collect()
        };
        Self(forms.iter().map(|form| (form.key().to_owned(), questions(form))).collect())
    }

    fn has_form(&self, form: &str) -> bool {
        self.0.contains_key(form)
    }

    /// Whether a form asks a question, if one is named, or any form does, and offers the code.
    fn has(&self, forms: &[String], question: &str, code: Option<&str>) -> bool {
        let named = self.0.iter().filter(|(form, _)| forms.is_empty() || forms.contains(form));
        let mut asked = named.filter_map(|(_, questions)| questions.get(question));
        asked.any(|codes| code.is_none_or(|code| codes.contains(code)))
    }

    /// What is wrong with the keys of a lookup.
    fn mistakes(&self, found: &Use) -> Vec<String> {
        let mut mistakes: Vec<String> = found
            .forms
            .iter()
            .filter(|form| !self.has_form(form))
            .map(|form| format!("no form \"{form}\""))
            .collect();
        for (place, question) in found.questions.iter().enumerate() {
            if OF_THE_LEDGER.contains(&question.as_str()) {
                continue;
            }
            let forms = match found.in_pairs {
                true => &found.forms[place..=place],
                false => &found.forms,
            };
            let of = if forms.is_empty() { "any form".to_owned() } else { forms.join(" or ") };
            if !self.has(forms, question, None) {
                mistakes.push(format!("no question \"{question}\" in {of}"));
            }
        }
        // A code that is compared with the answer to one of several questions is a choice of one.
        for code in &found.codes {
            let offers = |question: &String| self.has(&found.forms, question, Some(code));
            if !found.questions.is_empty() && !found.questions.iter().any(offers) {
                let questions = found.questions.join(" or ");
                mistakes.push(format!("no choice \"{code}\" of {questions}"));
            }
        }
        mistakes
    }
}

fn room(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap_or_default()
}

fn add_sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") {
            add_sources(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs")
            && !path.ends_with("tests.rs")
        {
            into.push(path);
        }
    }
}

/// The sources of the program by their path below `src`, without tests.
static SOURCES: LazyLock<BTreeMap<String, Vec<Token>>> = LazyLock::new(sources);

/// What was read of them.
static READ: LazyLock<BTreeMap<&str, Read>> = LazyLock::new(|| read_all(&SOURCES));

fn sources() -> BTreeMap<String, Vec<Token>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    add_sources(&src, &mut paths);
    let source = |path: PathBuf| {
        let name = path.strip_prefix(&src).unwrap().display().to_string();
        (name, tokens(&fs::read_to_string(path).unwrap()))
    };
    let all = paths.into_iter().map(source);
    all.filter(|(file, _)| !WITHOUT_ANSWERS.contains(&room(file))).collect()
}

/// Reads sources, and those again for which helpers were found meanwhile.
fn read_all(sources: &BTreeMap<String, Vec<Token>>) -> BTreeMap<&str, Read> {
    let shared: Constants = sources.values().flat_map(|tokens| constants(tokens)).collect();
    let mut all: BTreeMap<&str, (BTreeSet<Helper>, Read)> = BTreeMap::new();
    loop {
        let mut changed = false;
        for (file, tokens) in sources {
            let in_room = all.iter().filter(|(other, _)| room(other) == room(file));
            let known = in_room.flat_map(|(other, (_, read))| {
                read.helpers.iter().filter(move |(_, is_public)| *is_public || other == file)
            });
            let known: BTreeSet<Helper> = known.map(|(helper, _)| helper.clone()).collect();
            if all.get(file.as_str()).is_some_and(|(before, _)| *before == known) {
                continue;
            }
            let mut seen = shared.clone();
            seen.extend(constants(tokens));
            let found = read(tokens, &seen, &known, room(file) == FILLS_IN);
            all.insert(file, (known, found));
            changed = true;
        }
        if !changed {
            return all.into_iter().map(|(file, (_, read))| (file, read)).collect();
        }
    }
}

/// The mistakes in the keys of sources, with file and line.
fn mistakes(all: &BTreeMap<&str, Read>, keys: &Keys) -> Vec<String> {
    let of_file = |(file, read): (&&str, &Read)| {
        let of_use = |found: &Use| {
            let line = found.line;
            let mistakes = keys.mistakes(found).into_iter();
            mistakes.map(move |mistake| format!("src/{file}:{line}: {mistake}")).collect::<Vec<_>>()
        };
        read.uses.iter().flat_map(of_use).collect::<Vec<_>>()
    };
    all.iter().flat_map(of_file).collect()
}

#[test]
fn every_key_that_the_code_names_exists() {
    let sources = sources();
    let all = read_all(&sources);
    let keys = Keys::new(&Forms::built_in().unwrap());
    assert_eq!(mistakes(&all, &keys), [] as [String; 0]);
    let questions =
        all.values().flat_map(|read| &read.uses).filter(|found| !found.questions.is_empty());
    assert!(questions.count() > 300, "the reader finds the lookups");
}

#[test]
fn every_call_whose_key_cannot_be_seen_has_its_reason() {
    let mut unused: BTreeSet<(&str, &str)> =
        UNSEEN.iter().flat_map(|(_, calls)| calls.iter().copied()).collect();
    let declared = unused.clone();
    let mut undeclared = Vec::new();
    for (file, read) in READ.iter() {
        for (line, call) in &read.unresolved {
            let receiver = call.split('.').next().unwrap_or_default();
            unused.retain(|declared| *declared != (*file, call.as_str()));
            if !OTHER_RECEIVERS.contains(&receiver) && !declared.contains(&(*file, call.as_str())) {
                undeclared.push(format!(
                    "src/{file}:{line}: {call}: give it a literal key, or a reason in UNSEEN"
                ));
            }
        }
    }
    assert_eq!(undeclared, [] as [String; 0]);
    assert_eq!(unused, BTreeSet::new(), "no longer called: take them out of UNSEEN");
}

#[test]
fn every_constant_whose_texts_all_are_keys_is_among_the_lists() {
    let keys = Keys::new(&Forms::built_in().unwrap());
    let is_key = |text: &String| keys.has_form(text) || keys.has(&[], text, None);
    for (file, tokens) in SOURCES.iter() {
        for (name, items) in constants(tokens) {
            let texts: Vec<&String> = items.iter().flatten().flatten().collect();
            let declared = LISTS.iter().any(|(of, list, _)| (*of, *list) == (file, name.as_str()));
            assert!(
                texts.is_empty() || declared || !texts.into_iter().all(is_key),
                "src/{file}: {name} has to stand in LISTS"
            );
        }
    }
}

#[test]
fn every_list_of_keys_holds_keys() {
    let keys = Keys::new(&Forms::built_in().unwrap());
    for (file, name, places) in LISTS {
        let items = &constants(&SOURCES[*file])[*name];
        assert!(!items.is_empty(), "{file}: {name}");
        for item in items {
            for (text, place) in item.iter().zip(*places) {
                let exists = match (text, place) {
                    (_, Place::Other) => true,
                    (None, _) => false,
                    (Some(form), Place::Form) => keys.has_form(form),
                    (Some(question), Place::Question) => keys.has(&[], question, None),
                    (Some(code), Place::Choice(question)) => keys.has(&[], question, Some(code)),
                };
                assert!(exists, "src/{file}: {name}: no key {text:?}");
            }
        }
    }
}

/// What is found wrong in a source of one file, and the calls whose keys cannot be seen.
fn judged(source: &str) -> (Vec<String>, Vec<String>) {
    let sources = [("statistics/sample.rs".to_owned(), tokens(source))].into();
    let all = read_all(&sources);
    let unseen = all.values().flat_map(|read| &read.unresolved).map(|(_, call)| call.clone());
    let unseen = unseen.collect();
    (mistakes(&all, &Keys::new(&Forms::built_in().unwrap())), unseen)
}

#[test]
fn a_misspelt_key_is_found_however_it_is_looked_up() {
    for (wrong, line, what) in [
        ("record.answers\n.text(\"stagee\")", 2, "no question \"stagee\" in any form"),
        ("f(record.answers.list(\"interest\"))", 1, "no question \"interest\" in any form"),
        ("standing.in_window(\"meeting_reports\")", 1, "no form \"meeting_reports\""),
        ("records.of(\"finance\")", 1, "no form \"finance\""),
        (
            "program.codes(\"finance_record\", \"stage\")",
            1,
            "no question \"stage\" in finance_record",
        ),
        ("record.answers.text(\"stage\") == Some(\"stoped\")", 1, "no choice \"stoped\" of stage"),
        (
            "matches!(record.answers.text(\"fluency\"), Some(\"fluent\" | \"faire\"))",
            1,
            "no choice \"faire\" of fluency",
        ),
        (
            "match record.answers.text(\"record_type\") { Some(\"plans\") => 1, _ => 2 }",
            1,
            "no choice \"plans\" of record_type",
        ),
        (
            "match (record.answers.text(\"consent\"), self) { (Some(\"oui\"), _) => 1, _ => 2 }",
            1,
            "no choice \"oui\" of consent",
        ),
        (
            "record.answers.list(\"extra_consent\").iter().any(|one| one == \"all\")",
            1,
            "no choice \"all\" of extra_consent",
        ),
        (
            "let said = |question: &str| record.answers.text(question); said(\"titel\")",
            1,
            "no question \"titel\" in any form",
        ),
        (
            "let is = |record: &Record, question, code| record.answers.text(question) == \
             Some(code); is(record, \"stage\", \"gone\")",
            1,
            "no choice \"gone\" of stage",
        ),
        (
            "[\"name\", \"fone\"].iter().filter_map(|one| record.answers.text(one))",
            1,
            "no question \"fone\" in any form",
        ),
        (
            "for form in [\"mentee_feedback\", \"feedback\"] { records.of(form); }",
            1,
            "no form \"feedback\"",
        ),
        ("record.form == \"finance\"", 1, "no form \"finance\""),
    ] {
        let (found, unseen) = judged(&format!("fn sample() {{ {wrong}; }}"));
        assert_eq!(found, [format!("src/statistics/sample.rs:{line}: {what}")], "{wrong}");
        assert_eq!(unseen, [] as [&str; 0], "{wrong}");
    }
    let helper = "fn said(record: &Record, question: &str) -> &str { \
                  record.answers.text(question) }\nfn sample() { said(record, \"tittle\"); }";
    let what = "src/statistics/sample.rs:2: no question \"tittle\" in any form";
    assert_eq!(judged(helper).0, [what]);
}

#[test]
fn what_cannot_be_seen_is_no_silent_success() {
    for unseen in ["record.answers.text(&key)", "found.list(\"interests\")", "records.of(form)"] {
        let (found, calls) = judged(&format!("fn sample() {{ {unseen}; }}"));
        assert_eq!(
            (found.len(), calls.as_slice()),
            (0, [unseen.replace("record.", "")].as_slice())
        );
    }
    let in_text =
        "fn sample() { \"record.answers.text(\\\"stagee\\\")\"; /* answers.text(\"a\") */ }";
    assert_eq!(judged(in_text), (vec![], vec![]));
    let in_tests = "#[cfg(test)]\nmod tests { fn a() { answers.text(\"stagee\"); } }";
    assert_eq!(judged(in_tests), (vec![], vec![]));
}

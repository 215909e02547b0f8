//! Every error has its words in both languages, with its place in them; and every sentence has an
//! error that says it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use chrono::NaiveDate;

use super::instance::mistake_words;
use super::ledger::fault_words;
use super::setting::{mistake, unreadable};
use super::*;
use crate::commands::instance::{InstanceError, LineMistake};
use crate::commands::season::Refusal;
use crate::config::{Config, EXAMPLE, MistakeKind};
use crate::edge::log::{Damage, LineFault, LogErrorKind};
use crate::edge::seal::{BackupError, SealError};
use crate::forms::definition::FormDefinition;
use crate::forms::{FormMistake, FormsError};
use crate::ledger::procedures::{ConditionError, Subject};
use crate::ledger::state::Illegal;
use crate::matching::criteria::Measure;
use crate::sandbox::SandboxError;
use crate::schedule::BadSchedule;
use crate::words::{ENGLISH, INDONESIAN, Language};

fn google_errors() -> Vec<GoogleError> {
    let text = |text: &str| text.to_owned();
    vec![
        GoogleError::NotShared {
            spreadsheet_id: text("1AbC"),
            account: text("robot@project.example"),
        },
        GoogleError::NotFound { spreadsheet_id: text("1AbC") },
        GoogleError::Unauthorized {
            account: text("the service account"),
            message: text("invalid_grant"),
        },
        GoogleError::ApiDisabled { message: text("visit https://console.example") },
        GoogleError::NoSuchGrid { sheet_id: 77 },
        GoogleError::Refused { message: text("too large") },
        GoogleError::Quota { message: text("RATE") },
        GoogleError::Unavailable { reason: text("connection refused") },
        GoogleError::UnclearWrite { reason: text("cut off") },
        GoogleError::Timeout { after: Duration::from_secs(60) },
        GoogleError::BadCredentials { reason: text("no type") },
        GoogleError::BadEndpoint { endpoint: text("nowhere") },
        GoogleError::NoTls { reason: text("no roots") },
        GoogleError::ReadOnly,
    ]
}

fn faults() -> Vec<LineFault> {
    let inside = LineFault::Inside { fault: Box::new(LineFault::NotText), seq: 9, group: 8 };
    vec![
        LineFault::Ending,
        LineFault::Start,
        LineFault::HashText,
        LineFault::NotText,
        LineFault::Fields("missing field `seq`".to_owned()),
        LineFault::Kind("A B".to_owned()),
        LineFault::Seq { expected: 7, found: 9 },
        LineFault::Group { seq: 7, found: 9 },
        LineFault::Hash,
        LineFault::Prev,
        LineFault::HeaderInside,
        inside,
    ]
}

fn log_errors() -> Vec<LogError> {
    let (segment, dir) = ("000001.jsonl".to_owned(), PathBuf::from("/data/ledger"));
    let io = |kind| LogError::Io {
        doing: "open",
        path: dir.clone(),
        cause: io::ErrorKind::Other.into(),
        kind,
    };
    let damaged = |what| LogError::Damaged { segment: segment.clone(), line: 12, byte: 3456, what };
    let mut errors = vec![
        LogError::Locked { dir: dir.clone(), holder: None },
        LogError::Locked { dir: dir.clone(), holder: Some(4711) },
        LogError::Missing { dir: dir.clone() },
        LogError::OtherProgram {
            segment: segment.clone(),
            found: "sman1".into(),
            expected: "sman2".into(),
        },
        LogError::NewerFormat { segment: segment.clone(), found: 99 },
        LogError::Refused {
            segment: segment.clone(),
            line: 12,
            seq: 11,
            cause: "no such row".into(),
        },
        LogError::Unwritable { index: 0, what: LineFault::HashText },
        LogError::Ended { why: "no space".into(), kind: LogErrorKind::NoSpace },
        damaged(Damage::ForeignName),
        damaged(Damage::Gap { expected: 5, found: 9 }),
        damaged(Damage::NoHeader),
    ];
    let file = PathBuf::from("/data/ledger/keys");
    let cause = || io::ErrorKind::PermissionDenied.into();
    let sealed = [
        SealError::NoKey { file: file.clone() },
        SealError::WrongKey { origin: "/data/program-key".into() },
        SealError::NotAKey { origin: "HALAQAH_PROGRAM_KEY".into() },
        SealError::Readable { file: file.clone(), mode: 0o644 },
        SealError::KeysLost { file: file.clone(), missing: 3 },
        SealError::StoreDamaged { file: file.clone(), what: "line 2".into() },
        SealError::Unopened { key: "00000000000000a1".into() },
        SealError::Io { doing: "read", file, cause: cause() },
        SealError::Data(serde_json::from_str::<u8>("x").unwrap_err()),
    ];
    errors.extend(sealed.map(LogError::Seal));
    errors.extend(faults().into_iter().map(|fault| damaged(Damage::Line(fault))));
    let kinds = [
        LogErrorKind::Permission,
        LogErrorKind::ReadOnly,
        LogErrorKind::Misplaced,
        LogErrorKind::NoSpace,
        LogErrorKind::Io,
    ];
    errors.extend(kinds.map(io));
    errors
}

fn seasons() -> Vec<NoSeason> {
    vec![
        NoSeason::Unknown {
            asked: "kemarin".into(),
            known: vec!["2026-ganjil".into(), "2026-genap".into()],
        },
        NoSeason::NoneBegun { as_of: NaiveDate::from_ymd_opt(2026, 7, 12).unwrap() },
    ]
}

const START: NaiveDate = NaiveDate::from_ymd_opt(2026, 7, 13).unwrap();

fn cycle_errors() -> Vec<CycleError> {
    let illegal = Illegal {
        seq: 5,
        kind: "meeting_report.amended".into(),
        key: "k5".into(),
        why: "it names no row",
    };
    let data = serde_json::from_str::<u8>("x").unwrap_err();
    let mut errors = vec![
        CycleError::Illegal(illegal),
        CycleError::Data(data),
        CycleError::Behind { seen: 53, seen_hash: "ab12".into(), seq: 7 },
        CycleError::Newer,
    ];
    errors.extend(google_errors().into_iter().map(CycleError::from));
    errors.extend(log_errors().into_iter().map(CycleError::from));
    errors.extend(seasons().into_iter().map(CycleError::from));
    errors
}

/// Every mistake in a configuration, but for the parser's.
fn mistakes() -> Vec<MistakeKind> {
    let text = |text: &str| text.to_owned();
    let mut mistakes = vec![
        MistakeKind::TimeZone(text("Asia/Bandung")),
        MistakeKind::ProgramCode,
        MistakeKind::KeyInFile,
        MistakeKind::Link,
        MistakeKind::Address,
        MistakeKind::Timeout,
        MistakeKind::SpreadsheetId,
        MistakeKind::RestrictedIsShared,
        MistakeKind::Form(text("meting_report")),
        MistakeKind::TabTitle,
        MistakeKind::SharedTab,
        MistakeKind::DocumentKind(text("song")),
        MistakeKind::GroupSize,
        MistakeKind::Deadline,
        MistakeKind::Personality { share: 15, most: 12 },
        MistakeKind::Day(text("kemarin")),
        MistakeKind::SeasonStart,
        MistakeKind::SeasonEnd,
        MistakeKind::SeasonCode,
        MistakeKind::SeasonOverlap(text("2026-ganjil")),
        MistakeKind::NoSeason,
        MistakeKind::CalendarEnd,
        MistakeKind::CriterionField {
            form: "mentee_registration",
            field: text("colour"),
            known: vec![text("interests")],
        },
        MistakeKind::CriterionOther { form: "mentor_application", other: text("colour") },
        MistakeKind::CriterionUnusable,
        MistakeKind::ProcedureKey,
        MistakeKind::ProcedureSteps,
        MistakeKind::StepKey,
    ];
    let measures = [Measure::Equality, Measure::Overlap, Measure::GapInYears, Measure::Distance];
    mistakes.extend(measures.map(MistakeKind::CriterionMeasure));
    let schedules = [
        BadSchedule::Fields(6),
        BadSchedule::Weekday(text("8")),
        BadSchedule::Syntax(text("61")),
        BadSchedule::Never,
    ];
    mistakes.extend(schedules.map(MistakeKind::Schedule));
    let (subject, form) = (Subject::Mentor, text("mentor_training"));
    let (question, known) = (text("result"), vec![text("passed")]);
    let conditions = [
        ConditionError::Subject(text("teacher")),
        ConditionError::MentorStep(text("swimming")),
        ConditionError::State { subject, text: text("placed") },
        ConditionError::Form { subject, form: text("finance_record") },
        ConditionError::Codes,
        ConditionError::Question { form, question: question.clone(), known: known.clone() },
        ConditionError::Choice { question, code: text("excellent"), known },
    ];
    mistakes.extend(conditions.map(MistakeKind::Condition));
    mistakes
}

/// What the parsers of TOML say, a message of each kind.
const PARSER_MESSAGES: [&str; 7] = [
    "unknown field `nama`, expected `name` or `code`",
    "unknown variant `xx`, expected `id` or `en`",
    "missing field `timezone`",
    "duplicate key",
    "invalid type: string \"banyak\", expected i64",
    "invalid value: integer `-1`, expected u32",
    "invalid basic string, expected `\"`",
];

fn forms_errors() -> Vec<FormsError> {
    let text = "key = 1";
    let mistaken = [
        FormMistake::OtherKey("meeting_report"),
        FormMistake::NoList("colours".into()),
        FormMistake::NoChoices,
        FormMistake::StatementNumber,
        FormMistake::NoQuestion,
    ];
    let file = "forms/meeting_report.toml".to_owned();
    let meaning = mistaken.map(|mistake| FormsError::Meaning {
        file: file.clone(),
        word: "date".into(),
        mistake,
    });
    let source = ::toml::from_str::<FormDefinition>(text).unwrap_err();
    let toml = FormsError::Toml { file, text: text.into(), source: Box::new(source) };
    let surahs = FormsError::Surahs(io::Error::other("a line is cut").into());
    meaning.into_iter().chain([toml, surahs]).collect()
}

fn line_mistakes() -> Vec<LineMistake> {
    vec![
        LineMistake::Malformed("missing field `slots`".into()),
        LineMistake::MinAboveMax { min: 5, max: 4 },
        LineMistake::NoMentor { at: 7, count: 2 },
        LineMistake::NoMentee { at: 7, count: 2 },
        LineMistake::PinnedNowhere,
        LineMistake::Twice { mentee: 1, mentor: 2 },
        LineMistake::PairedWithItself(3),
        LineMistake::Slot(128),
        LineMistake::NotThreeNumbers { text: "0 0 -3".into(), most: 1_000_000 },
    ]
}

/// What can be said of the sandbox and of matching problems.
fn tool_errors() -> Vec<Box<dyn Explain>> {
    let (path, address) = (PathBuf::from("file"), "127.0.0.1:8460".parse().unwrap());
    let cause = || io::ErrorKind::AddrInUse.into();
    let mut errors: Vec<Box<dyn Explain>> = vec![
        Box::new(NotServed::NotLoopback(address)),
        Box::new(NotServed::Busy(address, cause())),
        Box::new(NotServed::FaultsUnreadable(path.clone(), cause())),
        Box::new(NotServed::FaultsMalformed(path.clone(), "line 2".into())),
        Box::new(SandboxError::Io { path: path.clone(), source: cause() }),
        Box::new(SandboxError::Damaged { path: path.clone(), line: 2, reason: "cut".into() }),
        Box::new(SandboxError::InUse { path: path.clone() }),
        Box::new(InstanceError::Unreadable { path: path.clone(), error: cause() }),
        Box::new(InstanceError::NoAnswer { folder: path.clone(), cause: "pinned".into() }),
    ];
    errors.extend(line_mistakes().into_iter().map(|mistake| {
        let error = InstanceError::Line { path: path.clone(), line: 2, mistake };
        Box::new(error) as Box<dyn Explain>
    }));
    errors
}

/// Every error that is said, at least one of each variant.
fn errors() -> Vec<Box<dyn Explain>> {
    let key = ConnectError::KeyUnreadable {
        path: "key.json".into(),
        cause: io::ErrorKind::NotFound.into(),
    };
    let mut errors: Vec<Box<dyn Explain>> = vec![
        Box::new(NowGiven),
        Box::new(NotInChain { hash: "ab12".into(), seq: 7 }),
        Box::new(ConnectError::NoKey),
        Box::new(NoSuchEvent { asked: 99, last: 54 }),
        Box::new(Refusal::AlreadyOpen { name: "Ganjil".into(), since: START }),
        Box::new(Refusal::OthersOpen {
            code: "2027-genap".into(),
            others: vec!["2026-ganjil".into()],
        }),
        Box::new(Refusal::AlreadyClosed { name: "Ganjil".into(), since: START }),
        Box::new(Refusal::NotBegun { name: "Ganjil".into(), start: START }),
        Box::new(key),
        Box::new(ConnectError::Google(GoogleError::ReadOnly)),
        Box::new(HeartbeatError::BadAddress),
        Box::new(HeartbeatError::Unreachable("no route".into())),
        Box::new(HeartbeatError::Refused(404)),
        Box::new(CheckpointNotSent { day: START, cause: HeartbeatError::BadAddress }),
    ];
    let file = PathBuf::from("keys.age");
    let declined = [
        Declined::OldBackup("keys.age".into(), 2),
        Declined::NoPassphrase(io::ErrorKind::NotFound.into()),
        Declined::TwoPassphrases,
        Declined::ShortPassphrase(10),
        Declined::Nobody("A9".into()),
        Declined::ErasedAlready("A9".into()),
        Declined::NotConfirmed("A9".into()),
        Declined::SheetIsAhead(3),
        Declined::RetentionOff,
    ];
    errors.extend(declined.map(|declined| Box::new(declined) as Box<dyn Explain>));
    let backups = [
        BackupError::NoKeys,
        BackupError::Exists { file: file.clone() },
        BackupError::NotThere { file: file.clone() },
        BackupError::NotOpened { file: file.clone(), what: "wrong".into() },
        BackupError::Foreign { file: file.clone(), program: "sman1".into() },
        BackupError::Seal(SealError::NoKey { file }),
    ];
    errors.extend(backups.map(|error| Box::new(error) as Box<dyn Explain>));
    errors.extend(cycle_errors().into_iter().map(|error| Box::new(error) as Box<dyn Explain>));
    errors.extend(forms_errors().into_iter().map(|error| Box::new(error) as Box<dyn Explain>));
    errors.extend(tool_errors());
    let bad_words = Words::new(Language::Id, Some("tab summary\n")).err().unwrap();
    errors.push(Box::new(bad_words));
    errors.push(Box::new(io::Error::from(io::ErrorKind::AddrInUse)));
    errors
}

/// The sentences of everything that can be wrong, at least one of each variant.
fn every_sentence(words: &Words) -> Vec<Sentences> {
    let mut sentences: Vec<Sentences> =
        errors().iter().map(|error| error.sentences(words)).collect();
    sentences.extend(mistakes().iter().map(|kind| mistake(kind, words)));
    let messages = PARSER_MESSAGES.map(|message| MistakeKind::Toml(message.to_owned()));
    sentences.extend(messages.iter().map(|kind| mistake(kind, words)));
    sentences.extend(crate::cli::usage::tests::every_sentence());
    let missing = io::ErrorKind::NotFound.into();
    sentences.push(unreadable(Path::new("halaqah.toml"), &missing, words));
    sentences
}

fn words(language: Language) -> Words {
    Words::built_in(language)
}

#[test]
fn every_error_says_what_happened_and_what_to_do_in_both_languages() {
    let (id, en) = (words(Language::Id), words(Language::En));
    for (indonesian, english) in every_sentence(&id).into_iter().zip(every_sentence(&en)) {
        let name = indonesian.name;
        let said =
            [indonesian.error(&id), indonesian.mend(&id), english.error(&en), english.mend(&en)];
        for said in &said {
            // A key that no file has shows as itself; a part that is not given shows in braces.
            let keys = ["error-", "mend-", "fault-", "cause-", "type-", "instance-"];
            assert!(!keys.iter().any(|key| said.starts_with(key)), "{name}: {said}");
            let said = said.replace("{group}", "");
            assert!(!said.contains(['{', '}']), "{name}: {said}");
        }
        let [error_id, mend_id, error_en, mend_en] = said;
        // Only what is short and holds a command may be the same in both.
        assert_ne!((error_id, mend_id), (error_en, mend_en), "{name}");
    }
}

#[test]
fn every_sentence_about_an_error_is_said_by_one() {
    let id = words(Language::Id);
    let said: BTreeSet<String> =
        every_sentence(&id).iter().map(|sentences| sentences.name.to_owned()).collect();
    for text in [INDONESIAN, ENGLISH] {
        for family in ["error-", "mend-"] {
            let keys = text.lines().filter_map(|line| line.strip_prefix(family)?.split_once(" ="));
            assert_eq!(
                keys.map(|(name, _)| name.to_owned()).collect::<BTreeSet<_>>(),
                said,
                "{family}"
            );
        }
        let count = |family: &str| text.lines().filter(|line| line.starts_with(family)).count();
        assert_eq!(count("fault-"), faults().len(), "each fault of a line has its words");
        assert_eq!(count("instance-"), line_mistakes().len(), "so has each mistake in a problem");
    }
    let parts: BTreeSet<String> = faults().iter().map(|fault| fault_words(fault, &id)).collect();
    assert_eq!(parts.len(), faults().len());
    let parts: BTreeSet<String> =
        line_mistakes().iter().map(|mistake| mistake_words(mistake, &id)).collect();
    assert_eq!(parts.len(), line_mistakes().len());
}

/// Every Rust file below `src`.
fn sources(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
}

/// What an error says of itself is for logs, where others put it into a sentence: what to do
/// stands in the words.
#[test]
fn the_text_of_an_error_is_a_fragment() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut seen = 0;
    for (path, code) in &files {
        for attribute in code.split("#[error(").skip(1) {
            let Some(text) = attribute.trim_start().strip_prefix('"') else { continue };
            let end = text.match_indices('"').find(|(at, _)| !text[..*at].ends_with('\\'));
            let text = &text[..end.unwrap().0];
            seen += 1;
            let begins_small = !text.starts_with(|c: char| c.is_uppercase());
            let one_part = [". ", "; "].iter().all(|mark| !text.contains(mark));
            let ends_open = !text.ends_with(['.', '!', '?']);
            let fragment = begins_small && one_part && ends_open && text.len() <= 110;
            assert!(fragment, "{}: {text:?}", path.display());
        }
    }
    assert!(seen > 90, "the texts were found: {seen}");
}

#[test]
fn the_place_is_said() {
    let said = |error: &dyn Explain| error.explained(&words(Language::Id));
    let mut lines: Vec<String> = google_errors().iter().take(3).map(|error| said(error)).collect();
    lines.extend(log_errors().iter().skip(1).take(1).map(|error| said(error)));
    lines.extend(
        log_errors()
            .iter()
            .filter(|error| error.to_string().contains("in the place of"))
            .map(|e| said(e)),
    );
    lines.extend(seasons().iter().map(|error| said(error)));
    insta::assert_snapshot!(lines.join("\n"), @r##"
    Spreadsheet 1AbC belum dibagikan kepada robot@project.example sebagai Editor. Buka spreadsheet itu, tekan Bagikan, lalu tambahkan alamat tersebut sebagai Editor.
    Tidak ada spreadsheet 1AbC. Salin lagi spreadsheet_id dari alamat spreadsheet: bagian di antara /d/ dan /edit.
    Google tidak menerima kunci akun layanan halaqah. Kata Google: "invalid_grant". Periksa jam komputer ini; kalau sudah benar, buat kunci baru untuk akun layanan itu.
    Buku catatan /data/ledger sedang dipakai halaqah lain (proses 4711). Tunggu sampai selesai, atau hentikan dulu halaqah yang itu.
    Buku catatan rusak: 000001.jsonl, baris 12, bita 3456: seharusnya kejadian 7, ternyata kejadian 9: ada baris yang hilang, berganda, atau tertukar. Tidak ada yang diubah. Salin dulu seluruh folder buku catatan ke tempat aman, kembalikan berkas ini dari cadangan, lalu jalankan halaqah ledger verify. Kalau tidak ada cadangan, jalankan halaqah ledger repair.
    Tidak ada musim kemarin di konfigurasi; yang ada: 2026-ganjil, 2026-genap. Sebutkan salah satunya, atau tambahkan musim itu di bawah [[seasons]].
    Belum ada musim yang dimulai sampai Ahad, 12 Juli 2026. Tambahkan musim yang dimulai (start) pada atau sebelum hari itu di bawah [[seasons]] di konfigurasi.
    "##);
}

#[test]
fn the_system_is_quoted_where_its_case_is_rare() {
    let id = words(Language::Id);
    let kinds = [
        io::ErrorKind::NotFound,
        io::ErrorKind::PermissionDenied,
        io::ErrorKind::ReadOnlyFilesystem,
        io::ErrorKind::NotADirectory,
        io::ErrorKind::IsADirectory,
        io::ErrorKind::StorageFull,
    ];
    for kind in kinds {
        let cause = io::Error::from(kind);
        let said = cause_words(&cause, &id);
        assert!(!said.starts_with("cause-") && said != cause.to_string(), "{said}");
    }
    assert_eq!(cause_words(&io::Error::other("the tape tore"), &id), "the tape tore");
}

#[test]
fn exit_codes_follow_the_error_and_not_the_language() {
    for language in [Language::Id, Language::En] {
        let words = words(language);
        let class = |error: CycleError| match in_words(&words)(error) {
            Failure::Mend(_) => 1,
            Failure::Later(_) => 3,
            Failure::Damaged(_) => 4,
        };
        assert_eq!(class(GoogleError::Quota { message: String::new() }.into()), 3);
        assert_eq!(class(GoogleError::ReadOnly.into()), 1);
        assert_eq!(class(LogError::Missing { dir: PathBuf::new() }.into()), 1);
        assert_eq!(class(CycleError::Behind { seen: 2, seen_hash: String::new(), seq: 1 }), 4);
        assert_eq!(class(CycleError::Newer), 1);
    }
}

/// What people read of a configuration.
fn shown(text: &str, language: Language) -> String {
    let error = Config::parse(Path::new("config/halaqah.toml"), text).unwrap_err();
    not_ready(&error.into(), &words(language)).message().to_owned()
}

#[test]
fn mistakes_in_the_configuration_are_shown_under_their_words_in_both_languages() {
    let meanings = EXAMPLE
        .replace("Asia/Jakarta\" ", "Asia/Jakart\" ")
        .replace("2026-07-13", "2026-07-14")
        .replace("[forms.meeting_report]", "[forms.meting_report]");
    let unknown_key = EXAMPLE.replace("name = \"Rohis SMAN 1\"", "nama = \"Rohis SMAN 1\"");
    let wrong_type = EXAMPLE.replace("cash_opening = 500000", "cash_opening = \"banyak\"");
    let no_quotes = EXAMPLE.replace("timezone = \"Asia/Jakarta\"", "timezone = Asia/Jakarta");
    let missing = EXAMPLE.replace("code = \"sman1\"", "");
    let kind = EXAMPLE.replace("kind = \"exam\"", "kind = \"ujian\"");
    for (language, name) in [(Language::Id, "configuration-id"), (Language::En, "configuration-en")]
    {
        let shown = [&meanings, &unknown_key, &wrong_type, &no_quotes, &missing, &kind]
            .map(|text| shown(text, language));
        insta::assert_snapshot!(name, shown.join("\n\n"));
    }
}

#[test]
fn every_sentence_about_the_configuration_reads_on_its_own() {
    for (language, name) in [(Language::Id, "mistakes-id"), (Language::En, "mistakes-en")] {
        let words = words(language);
        let said: Vec<String> = mistakes()
            .iter()
            .map(|kind| mistake(kind, &words))
            .map(|said| format!("{}\n  {}", said.error(&words), said.mend(&words)))
            .collect();
        insta::assert_snapshot!(name, said.join("\n"));
    }
}

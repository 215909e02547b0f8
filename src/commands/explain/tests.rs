//! Every error has its words in both languages, with its place in them; and every sentence has an
//! error that says it.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;

use super::ledger::fault_words;
use super::*;
use crate::commands::season::Refusal;
use crate::edge::log::{Damage, LineFault, LogErrorKind};
use crate::edge::seal::{BackupError, SealError};
use crate::ledger::state::Illegal;
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
    let damaged = |what| LogError::Damaged {
        segment: segment.clone(),
        line: 12,
        byte: 3456,
        what,
        next_step: "Restore it.",
    };
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
    errors
}

fn words(language: Language) -> Words {
    Words::new(language, None).unwrap()
}

#[test]
fn every_error_says_what_happened_and_what_to_do_in_both_languages() {
    let (id, en) = (words(Language::Id), words(Language::En));
    for error in errors() {
        let name = error.sentences(&id).name;
        let (indonesian, english) = (error.explained(&id), error.explained(&en));
        for said in [&indonesian, &english] {
            // A key that no file has shows as itself; a part that is not given shows in braces.
            assert!(
                !said.contains(&format!("error-{name}")) && !said.contains(&format!("mend-{name}")),
                "{said}"
            );
            assert!(
                !said.contains(['{', '}']) && !said.contains("fault-") && !said.contains("cause-"),
                "{said}"
            );
        }
        assert_ne!(indonesian, english, "{name}");
    }
}

#[test]
fn every_sentence_about_an_error_is_said_by_one() {
    let id = words(Language::Id);
    let said: BTreeSet<String> =
        errors().iter().map(|error| error.sentences(&id).name.to_owned()).collect();
    for text in [INDONESIAN, ENGLISH] {
        for family in ["error-", "mend-"] {
            let keys = text.lines().filter_map(|line| line.strip_prefix(family)?.split_once(" ="));
            assert_eq!(
                keys.map(|(name, _)| name.to_owned()).collect::<BTreeSet<_>>(),
                said,
                "{family}"
            );
        }
        let keys = text.lines().filter(|line| line.starts_with("fault-")).count();
        assert_eq!(keys, faults().len(), "each fault of a line has one part of a sentence");
    }
    let parts: BTreeSet<String> = faults().iter().map(|fault| fault_words(fault, &id)).collect();
    assert_eq!(parts.len(), faults().len());
}

#[test]
fn the_place_is_said() {
    let said = |error: &dyn Explain| error.explained(&words(Language::Id));
    let mut lines: Vec<String> = google_errors().iter().take(3).map(|error| said(error)).collect();
    lines.extend(log_errors().iter().skip(1).take(1).map(|error| said(error)));
    lines.extend(
        log_errors()
            .iter()
            .filter(|error| error.to_string().contains("expected event"))
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

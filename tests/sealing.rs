//! What is private is sealed in the ledger, and what works with the key, without it and with
//! another one.

use std::fs;

use crate::support::season::{FORMS, registration_row};
use crate::support::{self, Program};
use halaqah::cycle::{Options, cycle};
use halaqah::edge::google::{Google, GoogleSettings};
use halaqah::edge::log::{Disk, Log, OpenFile, StdDisk};
use halaqah::memory::Memory;
use halaqah::setting::Setting;

/// Every name and phone of the season, as the form tabs have them.
fn names_and_phones(program: &Program) -> Vec<String> {
    let mut found = Vec::new();
    for form in FORMS {
        let rows = program.tab(&support::title_of(form)).unwrap();
        let private = |title: &&String| {
            ["nama lengkap", "nama panggilan", "whatsapp", "hadir", "nama adik"]
                .iter()
                .any(|word| title.to_lowercase().contains(word))
        };
        let columns =
            rows[0].iter().enumerate().filter(|(_, title)| private(title)).map(|(at, _)| at);
        for column in columns.collect::<Vec<_>>() {
            let cells = rows[1..].iter().filter_map(|row| row.get(column));
            found.extend(cells.flat_map(|cell| cell.split(',')).map(|name| name.trim().to_owned()));
        }
    }
    found.sort();
    found.dedup();
    found.retain(|text| text.len() > 3);
    found
}

#[test]
fn no_name_and_no_phone_of_the_season_stands_in_the_ledger_for_everybody_to_read() {
    let program = Program::new();
    program.append("mentee_registration", registration_row(program.start, 20, 9, "Yusuf Ridwan"));
    program.sync();
    let names = names_and_phones(&program);
    assert!(names.len() > 40 && names.contains(&"Yusuf Ridwan".to_owned()), "{names:?}");
    let mut bytes = program.ledger();
    bytes.extend(fs::read(program.ledger_dir().join("keys")).unwrap());
    let text = String::from_utf8(bytes).unwrap();
    let seen: Vec<&String> = names.iter().filter(|name| text.contains(name.as_str())).collect();
    assert!(seen.is_empty(), "{seen:?}");
    // The same in E.164, as the ledger has phones.
    assert!(!text.contains("+628"), "a phone");
    program.sync();
    assert_eq!(program.run(&["sync"]).ok(), program.run(&["sync"]).ok());
    let lines = program.events();
    program.sync();
    assert_eq!(program.events(), lines, "what was opened again is what stands in the sheet");
}

#[test]
fn without_the_key_the_ledger_verifies_and_figures_that_need_no_private_answers_are_the_same() {
    let program = Program::new();
    program.sync();
    let stats = program.run(&["stats", "--json"]);
    assert_eq!(stats.err, "");
    let key = fs::read_to_string(program.key_file()).unwrap();
    fs::remove_file(program.key_file()).unwrap();

    program.run(&["ledger", "verify"]).ok();
    let shut = program.run(&["stats", "--json"]);
    assert!(shut.err.contains("tersegel"), "{}", shut.err);
    let (whole, shut): (serde_json::Value, serde_json::Value) =
        (serde_json::from_str(&stats.ok()).unwrap(), serde_json::from_str(&shut.ok()).unwrap());
    for family in ["cash", "budget", "partners", "documents"] {
        assert_eq!(whole[family], shut[family], "{family}");
    }
    for (family, figure) in
        [("registration", "rows"), ("meetings", "held"), ("data_quality", "rejected_by_form")]
    {
        assert!(!whole[family][figure].is_null(), "{family}.{figure}");
        assert_eq!(whole[family][figure], shut[family][figure], "{family}.{figure}");
    }
    assert_ne!(whole, shut);
    for command in [&["sync"][..], &["plan"], &["match"], &["handover"]] {
        program.run(command).failed(1, &["Kunci program tidak ada", "program-key"]);
    }
    assert!(!program.key_file().exists(), "a lost key is never made anew");
    let doctor = program.run(&["doctor"]);
    assert!(doctor.out.contains("Kunci program tidak ada"), "{}", doctor.out);

    // From the environment it is as good as from its file.
    let mut command = program.command_at(Some(support::NOW), &["stats", "--json"]);
    let from_environment = support::run(command.env("HALAQAH_PROGRAM_KEY", key.trim()));
    assert_eq!(serde_json::from_str::<serde_json::Value>(&from_environment.ok()).unwrap(), whole);
    let folder = program.dir.path().join("credentials");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("halaqah-program-key"), &key).unwrap();
    let mut command = program.command_at(Some(support::NOW), &["sync"]);
    support::run(command.env("CREDENTIALS_DIRECTORY", &folder)).ok();
}

#[test]
fn another_key_stops_with_4_and_a_key_that_others_may_read_with_1() {
    let program = Program::new();
    program.sync();
    let key = fs::read_to_string(program.key_file()).unwrap();
    let wrong = "0123456789abcdef".repeat(4);
    fs::write(program.key_file(), &wrong).unwrap();
    for command in [&["sync"][..], &["plan"], &["stats"], &["match"]] {
        program.run(command).failed(4, &["bukan kunci buku catatan ini", "cadangan"]);
    }
    program.run(&["ledger", "verify"]).ok();
    fs::write(program.key_file(), "half a key").unwrap();
    program.run(&["sync"]).failed(1, &["tidak terbaca sebagai kunci"]);
    fs::write(program.key_file(), &key).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(program.key_file(), fs::Permissions::from_mode(0o644)).unwrap();
        program.run(&["sync"]).failed(1, &["bisa dibaca orang lain", "chmod 600"]);
        fs::set_permissions(program.key_file(), fs::Permissions::from_mode(0o600)).unwrap();
    }
    program.sync();
}

#[test]
fn a_ledger_from_before_anything_was_sealed_goes_on_with_sealed_lines() {
    let program = Program::new();
    let dir = program.ledger_dir();
    let code = "sman1";
    let none = |_: &halaqah::edge::log::Line<'_>| Ok::<(), std::convert::Infallible>(());
    // One plain line, as an older program wrote it: a registration that has gone from the sheet
    // since.
    let plain = fs::read_to_string("tests/formats/v1/form.submitted.jsonl").unwrap();
    let event = halaqah::edge::log::NewEvent {
        at: chrono::DateTime::parse_from_rfc3339("2026-07-14T11:00:00+07:00").unwrap(),
        kind: "mentee_registration.submitted".to_owned(),
        v: 1,
        source: Some(halaqah::ledger::record::Source { tab: 1, row: 2, key: "k1".into() }),
        data: serde_json::value::RawValue::from_string(plain.lines().next().unwrap().to_owned())
            .unwrap(),
    };
    let (mut log, _) = Log::open(&dir, code, none).unwrap();
    log.append(&[event]).unwrap();
    drop(log);
    program.run(&["stats"]).ok();
    assert!(!program.key_file().exists(), "reading makes no key");
    program.sync();
    let versions: Vec<u64> =
        program.sealed_events().iter().map(|event| event["v"].as_u64().unwrap()).collect();
    assert_eq!(versions[0], 1);
    assert!(versions.contains(&2) && program.key_file().exists());
    program.run(&["ledger", "verify"]).ok();
}

#[test]
fn the_keys_are_gone_or_old_and_the_ledger_says_so() {
    let program = Program::new();
    program.sync();
    let store = program.ledger_dir().join("keys");
    let old = fs::read(&store).unwrap();
    program.append("mentee_registration", registration_row(program.start, 20, 9, "Yusuf Ridwan"));
    program.sync();
    let new = fs::read(&store).unwrap();
    fs::write(&store, old).unwrap();
    program.run(&["sync"]).failed(4, &["tidak memuat", "salinan lama"]);
    fs::remove_file(&store).unwrap();
    program.run(&["sync"]).failed(4, &["tidak memuat"]);
    program.run(&["ledger", "verify"]).ok();
    fs::write(&store, new).unwrap();
    program.sync();
}

fn with_passphrase(program: &Program, passphrase: &str, arguments: &[&str]) -> support::Ran {
    let mut command = program.command_at(Some(support::NOW), arguments);
    support::run(command.env("HALAQAH_PASSPHRASE", passphrase))
}

#[test]
fn a_backup_opens_the_ledger_and_brings_lost_keys_back() {
    let program = Program::new();
    let file = program.dir.path().join("cadangan.age");
    let shown = file.to_str().unwrap();
    let secret = "empat kata yang acak";
    with_passphrase(&program, secret, &["keys", "backup", shown]).failed(1, &["Belum ada kunci"]);
    program.sync();
    let said = program.run(&["keys", "status"]).ok();
    assert!(said.contains("program-key") && said.contains("baris tersegel"), "{said}");
    with_passphrase(&program, "pendek", &["keys", "backup", shown]).failed(1, &["terlalu pendek"]);
    with_passphrase(&program, secret, &["keys", "backup", shown]).ok();
    let text = fs::read(&file).unwrap();
    let key = fs::read_to_string(program.key_file()).unwrap();
    assert!(
        !String::from_utf8_lossy(&text).contains(key.trim()),
        "the key is not in it for everybody to read"
    );
    with_passphrase(&program, secret, &["keys", "backup", shown]).failed(1, &["sudah ada"]);
    let said = with_passphrase(&program, secret, &["keys", "check", shown]).ok();
    assert!(said.contains("membuka seluruh buku catatan"), "{said}");
    with_passphrase(&program, "kata yang lain sekali", &["keys", "check", shown])
        .failed(1, &["tidak terbuka"]);
    let said = with_passphrase(&program, secret, &["keys", "restore", shown]).ok();
    assert!(said.contains("Tidak ada yang kurang"), "{said}");
    let elsewhere = program.dir.path().join("tidak-ada/cadangan.age");
    for what in ["check", "restore", "backup"] {
        let gone = with_passphrase(&program, secret, &["keys", what, elsewhere.to_str().unwrap()]);
        gone.failed(1, &["tidak-ada", "tidak ada. Periksa nama dan foldernya"]);
    }
    // It is not there whatever the passphrase is: nobody is asked for one.
    program
        .run(&["keys", "check", elsewhere.to_str().unwrap()])
        .failed(1, &["Periksa nama dan foldernya"]);

    // Both are gone.
    let keys = program.ledger_dir().join("keys");
    let before = fs::read(&keys).unwrap();
    fs::remove_file(program.key_file()).unwrap();
    fs::remove_file(&keys).unwrap();
    with_passphrase(&program, secret, &["keys", "restore", shown]).ok();
    assert_eq!(
        (fs::read_to_string(program.key_file()).unwrap(), fs::read(&keys).unwrap()),
        (key.clone(), before)
    );
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
    // The key alone: what is there stays.
    fs::remove_file(program.key_file()).unwrap();
    with_passphrase(&program, secret, &["keys", "restore", shown]).ok();
    assert_eq!(fs::read_to_string(program.key_file()).unwrap(), key);
    // Another key stands there: it is not overwritten.
    fs::write(program.key_file(), "0123456789abcdef".repeat(4)).unwrap();
    with_passphrase(&program, secret, &["keys", "restore", shown])
        .failed(1, &["sudah ada dan dibiarkan"]);
    fs::write(program.key_file(), &key).unwrap();

    program.append("mentee_registration", registration_row(program.start, 20, 9, "Yusuf Ridwan"));
    program.sync();
    with_passphrase(&program, secret, &["keys", "check", shown])
        .failed(1, &["kurang", "keys backup"]);
}

/// A disk that notes what it is asked, in order.
#[derive(Clone, Default)]
struct Noting(std::sync::Arc<std::sync::Mutex<Vec<String>>>);

impl Noting {
    fn note(&self, what: &str, path: &std::path::Path) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        self.0.lock().unwrap().push(format!("{what} {name}"));
    }
}

impl Disk for Noting {
    fn create(&mut self, path: &std::path::Path) -> std::io::Result<OpenFile> {
        self.note("create", path);
        StdDisk.create(path)
    }

    fn write_all(&mut self, file: &mut OpenFile, bytes: &[u8]) -> std::io::Result<()> {
        self.note("write", &file.path);
        StdDisk.write_all(file, bytes)
    }

    fn write_over(&mut self, path: &std::path::Path, at: u64, bytes: &[u8]) -> std::io::Result<()> {
        self.note("write over", path);
        StdDisk.write_over(path, at, bytes)
    }

    fn sync_data(&mut self, file: &OpenFile) -> std::io::Result<()> {
        self.note("sync", &file.path);
        StdDisk.sync_data(file)
    }

    fn sync_dir(&mut self, dir: &std::path::Path) -> std::io::Result<()> {
        self.note("sync", dir);
        StdDisk.sync_dir(dir)
    }

    fn truncate(&mut self, file: &OpenFile, len: u64) -> std::io::Result<()> {
        self.note("cut", &file.path);
        StdDisk.truncate(file, len)
    }

    fn rename(&mut self, from: &std::path::Path, to: &std::path::Path) -> std::io::Result<()> {
        self.note("rename", to);
        StdDisk.rename(from, to)
    }
}

#[test]
fn the_keys_are_on_the_medium_before_the_events_and_a_quiet_cycle_writes_neither() {
    let program = Program::new();
    let setting = Setting::load(&program.config_path()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let google =
        runtime.block_on(Google::connect(GoogleSettings::local(program.address()))).unwrap();
    let disk = Noting::default();
    let (mut memory, mut log, _) =
        Memory::open_on(Box::new(disk.clone()), &program.ledger_dir(), "sman1").unwrap();
    let now = chrono::DateTime::parse_from_rfc3339(support::NOW)
        .unwrap()
        .with_timezone(&chrono_tz::Asia::Jakarta);
    let mut turn = || {
        disk.0.lock().unwrap().clear();
        runtime
            .block_on(cycle(
                &setting,
                &google,
                &mut memory,
                Some(&mut log),
                now,
                Options::default(),
            ))
            .unwrap();
        disk.0.lock().unwrap().clone()
    };
    let whole = [
        "create keys.new",
        "write keys.new",
        "sync keys.new",
        "rename keys",
        "sync ledger",
        "write 000001.jsonl",
        "sync 000001.jsonl",
    ];
    assert_eq!(turn(), whole);
    assert!(turn().is_empty());
    // Somebody new needs a key, an answer corrected does not.
    program.append("mentee_registration", registration_row(program.start, 20, 9, "Yusuf Ridwan"));
    assert_eq!(turn(), whole);
    program.edit_tab(support::sheet_id_of("mentee_registration"), |sheet| {
        sheet.edit(1, 5, |cell| cell.entry = halaqah::table::Cell::from("X-9").into());
    });
    assert_eq!(turn(), whole[5..]);
}

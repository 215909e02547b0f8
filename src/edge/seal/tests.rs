//! What goes into a sealed part comes back as it was; whatever is missing or changed is noticed.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chrono::DateTime;
use compact_str::CompactString;
use proptest::prelude::*;

use super::*;
use crate::ledger::answers::{Answer, Answers};
use crate::ledger::event::{Event, Submission};
use crate::ledger::record::Source;
use crate::ledger::sealed::{Owner, Privacy};

/// Everything is private, and the row's own.
struct Everything;

impl Privacy for Everything {
    fn is_private(&self, _: &str, _: &str) -> bool {
        true
    }

    fn subject(&mut self, _: &str, _: &str, _: &Answers) -> Option<Owner> {
        None
    }

    fn named(&mut self, _: &str, _: &str, _: &str) -> Option<Owner> {
        None
    }
}

fn row(name: &str) -> (Option<Source>, Event) {
    let row = Submission {
        timestamp: None,
        date: chrono::NaiveDate::MIN,
        identity: "00000000000000a1".into(),
        answers: [("full_name", Answer::Text(name.into()))].into_iter().collect(),
        dropped: Vec::new(),
        raw: Default::default(),
        extra: Default::default(),
        sealed: Vec::new(),
    };
    let source = Source { tab: 1, row: 2, key: name.into() };
    (Some(source), Event::Submitted("mentee_registration".into(), row))
}

fn ledger() -> (tempfile::TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("ledger");
    fs::create_dir(&dir).unwrap();
    (place, dir)
}

fn sealed(seals: &mut Seals, dir: &Path, name: &str) -> Event {
    let lines =
        seals.seal(DateTime::UNIX_EPOCH.fixed_offset(), vec![row(name)], &mut Everything).unwrap();
    if let Some(bytes) = seals.unsaved_store().unwrap() {
        fs::write(dir.join(STORE_FILE), bytes).unwrap();
        seals.mark_saved();
    }
    assert_eq!(lines[0].v, 2);
    Event::read(&lines[0].kind, lines[0].v, lines[0].data.get()).unwrap()
}

fn name_in(event: &Event) -> Option<CompactString> {
    let Event::Submitted(_, row) = event else { panic!("{event:?}") };
    row.answers.text("full_name").map(CompactString::from)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn what_is_sealed_is_opened_as_it_was(name in ".{1,60}") {
        let (_place, dir) = ledger();
        let event = sealed(&mut Seals::of(&dir, "sman1").unwrap(), &dir, &name);
        prop_assert_eq!(name_in(&event), None);
        let mut seals = Seals::of(&dir, "sman1").unwrap();
        let mut opened = event.clone();
        seals.open(row(&name).0.as_ref(), &mut opened).unwrap();
        prop_assert_eq!(&opened, &row(&name).1);
        prop_assert!(seals.require_program_key().is_ok() && seals.require_all_keys().is_ok());
    }
}

#[test]
fn a_changed_bit_another_type_and_another_program_open_nothing() {
    let (_place, dir) = ledger();
    let mut seals = Seals::of(&dir, "sman1").unwrap();
    let event = sealed(&mut seals, &dir, "Ahmad");
    let Event::Submitted(form, whole) = event else { unreachable!() };
    let bytes = BASE64.decode(&whole.sealed[0].text).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let mut row = whole.clone();
        row.sealed[0].text = BASE64.encode(changed);
        let opened = seals.open(None, &mut Event::Submitted(form.clone(), row));
        assert!(matches!(opened, Err(SealError::Unopened { .. })), "bit {bit}");
    }
    assert!(matches!(
        seals.open(None, &mut Event::Amended(form, whole)),
        Err(SealError::Unopened { .. })
    ));
    assert!(matches!(Seals::of(&dir, "sman2"), Err(SealError::WrongKey { .. })));
}

#[test]
fn the_program_key_is_made_once_for_its_owner_alone_and_never_in_the_place_of_a_lost_one() {
    let (place, dir) = ledger();
    let event = sealed(&mut Seals::of(&dir, "sman1").unwrap(), &dir, "Ahmad");
    let file = place.path().join(KEY_FILE);
    let key = fs::read_to_string(&file).unwrap();
    assert_eq!(key.trim().len(), 64);
    sealed(&mut Seals::of(&dir, "sman1").unwrap(), &dir, "Budi");
    assert_eq!(fs::read_to_string(&file).unwrap(), key);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Seals::of(&dir, "sman1"), Err(SealError::Readable { mode: 0o640, .. })));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    }
    fs::write(&file, "nonsense").unwrap();
    assert!(matches!(Seals::of(&dir, "sman1"), Err(SealError::NotAKey { .. })));
    fs::write(&file, "0".repeat(64)).unwrap();
    assert!(matches!(Seals::of(&dir, "sman1"), Err(SealError::WrongKey { .. })));
    fs::remove_file(&file).unwrap();
    let mut shut = Seals::of(&dir, "sman1").unwrap();
    let sealing =
        shut.seal(DateTime::UNIX_EPOCH.fixed_offset(), vec![row("Citra")], &mut Everything);
    assert!(matches!(sealing, Err(SealError::NoKey { .. })));
    assert!(!file.exists());
    // And where even the store is gone, the sealed line itself says that there was a key.
    fs::remove_file(dir.join(STORE_FILE)).unwrap();
    let mut shut = Seals::of(&dir, "sman1").unwrap();
    shut.open(None, &mut event.clone()).unwrap();
    assert!(matches!(shut.require_program_key(), Err(SealError::NoKey { .. })));
    let sealing =
        shut.seal(DateTime::UNIX_EPOCH.fixed_offset(), vec![row("Citra")], &mut Everything);
    assert!(sealing.is_err() && !file.exists());
}

#[test]
fn a_store_that_is_older_than_the_ledger_is_noticed() {
    let (_place, dir) = ledger();
    let mut seals = Seals::of(&dir, "sman1").unwrap();
    sealed(&mut seals, &dir, "Ahmad");
    let old = fs::read(dir.join(STORE_FILE)).unwrap();
    let mut later = sealed(&mut seals, &dir, "Budi");
    fs::write(dir.join(STORE_FILE), old).unwrap();
    let mut seals = Seals::of(&dir, "sman1").unwrap();
    seals.open(None, &mut later).unwrap();
    assert!(matches!(seals.require_all_keys(), Err(SealError::KeysLost { missing: 1, .. })));
}

#[test]
fn a_reader_takes_keys_that_were_added_after_it_came() {
    let (_place, dir) = ledger();
    let mut writer = Seals::of(&dir, "sman1").unwrap();
    sealed(&mut writer, &dir, "Ahmad");
    let mut reader = Seals::of(&dir, "sman1").unwrap();
    let mut event = sealed(&mut writer, &dir, "Budi");
    reader.open(None, &mut event).unwrap();
    assert_eq!(name_in(&event).as_deref(), Some("Budi"));
}

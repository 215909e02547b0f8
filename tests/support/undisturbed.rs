//! What an undisturbed first cycle leaves, and whether a disturbed program has come to the same in
//! the end.

use std::sync::OnceLock;

use serde_json::{Value, json};

use super::{Program, Ran};

/// What an undisturbed cycle leaves.
pub struct Undisturbed {
    /// The bytes of the ledger.
    pub ledger: Vec<u8>,
    /// The program key, and the keys beside the segments.
    pub keys: (Vec<u8>, Vec<u8>),
    /// Its events without what may differ.
    pub events: Vec<Value>,
    /// All tabs without what may differ.
    pub tabs: Value,
}

/// What an undisturbed cycle leaves.
pub fn undisturbed() -> &'static Undisturbed {
    static ONCE: OnceLock<Undisturbed> = OnceLock::new();
    ONCE.get_or_init(|| {
        let program = Program::new();
        program.sync();
        let read = |path| std::fs::read(path).unwrap();
        let keys = (read(program.key_file()), read(program.ledger_dir().join("keys")));
        Undisturbed {
            ledger: program.ledger(),
            keys,
            events: events(&program),
            tabs: tabs(&program),
        }
    })
}

impl Undisturbed {
    /// Gives a program so many bytes of the ledger, and all keys: they are on the disk before any
    /// event is.
    pub fn put(&self, program: &Program, ledger: &[u8]) {
        std::fs::create_dir_all(program.ledger_dir()).unwrap();
        std::fs::write(program.key_file(), &self.keys.0).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(program.key_file(), std::fs::Permissions::from_mode(0o600))
                .unwrap();
        }
        std::fs::write(program.ledger_dir().join("keys"), &self.keys.1).unwrap();
        std::fs::write(program.segment(), ledger).unwrap();
    }
}

/// The events without what may differ after a crash: the moment, and the batch with the
/// hashes that follow from it. What is sealed is compared open: no two programs seal alike.
pub fn events(program: &Program) -> Vec<Value> {
    let mut events = program.events();
    for event in &mut events {
        for field in ["at", "group", "hash"] {
            event.as_object_mut().unwrap().remove(field);
        }
    }
    events
}

/// The tabs without the ledger's hash, which follows from the moments and the batches.
pub fn tabs(program: &Program) -> Value {
    let mut workbook = json!(program.workbook());
    let rows = workbook["Status"]["rows"].as_array_mut().unwrap();
    for row in rows.iter_mut().filter(|row| row[0].to_string().contains("Sidik jari")) {
        row[1] = Value::Null;
    }
    workbook
}

/// Runs the cycle that heals, and compares.
#[track_caller]
pub fn heals(program: &Program, after: &str) {
    program.clear_faults();
    let ran: Ran = program.run(&["sync"]);
    assert_eq!(ran.code, Some(0), "after {after}: {}\n{}", ran.out, ran.err);
    is_whole(program, after);
}

/// The program is where an undisturbed one is, and at rest.
#[track_caller]
pub fn is_whole(program: &Program, after: &str) {
    assert!(events(program) == undisturbed().events, "another ledger after {after}");
    assert!(tabs(program) == undisturbed().tabs, "other tabs after {after}");
    program.run(&["ledger", "verify"]).ok();
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.", "not at rest after {after}");
}

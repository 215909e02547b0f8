//! Sealing: a person's private answers are encrypted under the person's own key before they are
//! hashed into the chain, and opened again when the ledger is read. Destroying the key erases the
//! answers; the chain stays whole.
//!
//! - ChaCha20-Poly1305 with a random nonce for every part; program, key and event type are
//!   associated data.
//! - A key is 32 random bytes. All keys stand in the file `keys` beside the segments, each
//!   wrapped by the program key (XChaCha20-Poly1305). The file is written anew as a whole, and is
//!   on the medium before any event that needs it.
//! - The program key stands elsewhere: see [`ProgramKey`].

mod backup;
mod cache;
mod program_key;
mod store;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use compact_str::{CompactString, format_compact};

pub use self::backup::{Backup, BackupError, Restored};
pub use self::cache::Gathered;
pub use self::program_key::{KEY_FILE, KEY_VARIABLE, KeyOrigin, ProgramKey};
use self::store::{Store, wrap};
use crate::ledger::event::Event;
use crate::ledger::line::NewEvent;
use crate::ledger::record::Source;
use crate::ledger::sealed::{
    Owner, Privacy, Private, RowOf, SealedPart, put_together, sealed_lists, take_apart,
};
use chrono::{DateTime, FixedOffset};

/// The file of the wrapped keys, beside the segments.
pub const STORE_FILE: &str = "keys";

const NONCE: usize = 12;

/// Why private answers can be neither sealed nor opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// There are sealed answers and no key.
    #[error("no program key in HALAQAH_PROGRAM_KEY, the credential halaqah-program-key or {}", file.display())]
    NoKey {
        /// The file that would hold it.
        file: PathBuf,
    },
    /// The key is another program's.
    #[error("program key ({origin}) of another ledger")]
    WrongKey {
        /// Where it was found.
        origin: String,
    },
    /// What was found is no key.
    #[error("malformed program key ({origin})")]
    NotAKey {
        /// Where it was found.
        origin: String,
    },
    /// Others than the owner may read the key's file.
    #[error("program key {} readable by others (mode {mode:o})", file.display())]
    Readable {
        /// The file.
        file: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// A line was sealed under a key that the store does not have.
    #[error("{} lacks {missing} keys of the ledger", file.display())]
    KeysLost {
        /// The store.
        file: PathBuf,
        /// How many keys are missing.
        missing: usize,
    },
    /// The store cannot be read.
    #[error("damaged file of keys {}: {what}", file.display())]
    StoreDamaged {
        /// The store.
        file: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A part that its own key does not open.
    #[error("cannot open an answer sealed under key {key}")]
    Unopened {
        /// The key.
        key: CompactString,
    },
    /// A file cannot be read or written.
    #[error("cannot {doing} {}: {cause}", file.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On which file.
        file: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The system gives no random numbers.
    #[error("no random numbers from the system: {0}")]
    NoRandom(#[from] getrandom::Error),
    /// An event's data cannot be written as JSON: a mistake in this program.
    #[error("cannot write the event's data as JSON: {0}")]
    Data(#[from] serde_json::Error),
}

/// A person's key.
type Key = [u8; 32];

/// The keys of one ledger, and what is needed to seal and open with them.
#[derive(Default)]
pub struct Seals {
    program: String,
    dir: PathBuf,
    key: Option<ProgramKey>,
    /// Never ask for a key: every sealed answer counts as missing.
    closed: bool,
    /// Whether the store is not that of the medium: it is never read again.
    fixed: bool,
    store: Option<Store>,
    keys: HashMap<u64, Key>,
    /// The key of every row's own part, and of rows that are people.
    owners: HashMap<RowOf, u64>,
    /// Whether the store on the medium lacks something, or has something that must go.
    unsaved: bool,
    missing: BTreeSet<u64>,
    erased: BTreeSet<u64>,
    held_erased: usize,
    sealed_lines: u64,
}

impl Seals {
    /// The keys of the ledger in `dir`; without the program key nothing opens.
    pub fn of(dir: &Path, program: &str) -> Result<Self, SealError> {
        let key = ProgramKey::find(dir)?;
        let mut seals =
            Self { program: program.to_owned(), dir: dir.to_owned(), key, ..Self::default() };
        seals.read_store()?;
        Ok(seals)
    }

    /// For whoever needs no private answers: asks for no key.
    pub fn closed(dir: &Path, program: &str) -> Self {
        Self { program: program.to_owned(), dir: dir.to_owned(), closed: true, ..Self::default() }
    }

    fn read_store(&mut self) -> Result<(), SealError> {
        let Some(store) = Store::read(&self.dir.join(STORE_FILE))? else { return Ok(()) };
        if let Some(key) = &self.key {
            if !store.fits(key, &self.program) {
                return Err(SealError::WrongKey { origin: key.origin.to_string() });
            }
            if self.store.as_ref() != Some(&store) {
                self.keys = store.open(key, &self.program, &self.dir.join(STORE_FILE))?;
                let erased = &self.erased;
                self.keys.retain(|id, _| !erased.contains(id));
            }
        }
        self.store = Some(store);
        Ok(())
    }

    /// The program key's place, if it was found.
    pub fn key(&self) -> Option<&ProgramKey> {
        self.key.as_ref()
    }

    /// Whether keys stand beside the segments.
    pub fn has_store(&self) -> bool {
        self.store.is_some()
    }

    /// How many keys there are.
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// How many keys of erased people there were although they had been destroyed: an old backup
    /// has them.
    pub fn held_erased(&self) -> usize {
        self.held_erased
    }

    /// How many lines have sealed answers.
    pub fn sealed_lines(&self) -> u64 {
        self.sealed_lines
    }

    /// Whether there are sealed answers that were not opened for want of the program key.
    pub fn is_shut(&self) -> bool {
        self.sealed_lines > 0 && (self.key.is_none() || self.closed)
    }

    /// Makes sure that everything that was not erased could be opened.
    pub fn must_be_open(&self) -> Result<(), SealError> {
        if self.is_shut() {
            return Err(self.no_key());
        }
        Ok(())
    }

    fn no_key(&self) -> SealError {
        SealError::NoKey { file: ProgramKey::file(&self.dir) }
    }

    /// Opens what is sealed in an event that was read.
    pub fn open(&mut self, source: Option<&Source>, event: &mut Event) -> Result<(), SealError> {
        let kind = event.kind();
        let form = event.form().map(CompactString::from);
        let erased: Vec<CompactString> = match event {
            Event::PersonErased(erased) | Event::TextsErased(erased) => erased.keys.clone(),
            _ => Vec::new(),
        };
        for key in erased {
            self.forget(number(&key));
        }
        let lists = sealed_lists(event);
        if lists.iter().all(|list| list.is_empty()) {
            return Ok(());
        }
        self.sealed_lines += 1;
        let own = lists.first().and_then(|list| list.first()).map(|part| number(&part.key));
        if let (Some(own), Some(form), Some(source)) = (own, form, source) {
            self.owners.insert((form, source.key.clone()), own);
        }
        if let Event::PersonErased(erased) | Event::TextsErased(erased) = event {
            let left = erased.rows.iter().filter_map(|row| Some((row, row.sealed.first()?)));
            self.owners.extend(
                left.map(|(row, part)| ((row.form.clone(), row.key.clone()), number(&part.key))),
            );
        }
        put_together(event, |part| self.open_part(&kind, part))
    }

    fn open_part(&mut self, kind: &str, part: &SealedPart) -> Result<Option<Private>, SealError> {
        if self.closed || self.key.is_none() {
            return Ok(None);
        }
        let id = number(&part.key);
        if !self.keys.contains_key(&id)
            && !self.missing.contains(&id)
            && !self.unsaved
            && !self.fixed
        {
            // Somebody may have appended since the store was read: keys are on the medium before
            // what they seal.
            self.read_store()?;
        }
        let Some(key) = self.keys.get(&id) else {
            self.missing.insert(id);
            return Ok(None);
        };
        let unopened = || SealError::Unopened { key: part.key.clone() };
        let bytes = BASE64.decode(&part.text).map_err(|_| unopened())?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or_else(unopened)?;
        let about = about(&self.program, &part.key, kind);
        let opened = ChaCha20Poly1305::new(key.into())
            .decrypt(nonce.into(), Payload { msg: sealed, aad: &about });
        Ok(Some(serde_json::from_slice(&opened.map_err(|_| unopened())?)?))
    }

    /// What is missing although nobody erased it: asked when the whole ledger was read.
    pub fn must_be_whole(&self) -> Result<(), SealError> {
        let missing = self.missing.difference(&self.erased).count();
        if missing > 0 {
            return Err(SealError::KeysLost { file: self.dir.join(STORE_FILE), missing });
        }
        Ok(())
    }

    /// Seals nothing more under these keys, while what is sealed under them still opens.
    pub fn retire(&mut self, keys: &[CompactString]) {
        let retired: BTreeSet<u64> = keys.iter().map(|key| number(key)).collect();
        self.owners.retain(|_, owner| !retired.contains(owner));
    }

    /// Destroys keys; the store must be saved afterwards.
    pub fn destroy(&mut self, keys: &[CompactString]) {
        keys.iter().for_each(|key| self.forget(number(key)));
    }

    /// Destroys a key; the store must be saved afterwards.
    fn forget(&mut self, id: u64) {
        self.erased.insert(id);
        if self.keys.remove(&id).is_some() {
            self.unsaved = true;
            self.held_erased += 1;
        }
        self.owners.retain(|_, owner| *owner != id);
    }

    /// Seals what is private in events that are about to be appended. New keys are only in memory
    /// until they are saved.
    pub fn seal(
        &mut self,
        at: DateTime<FixedOffset>,
        events: Vec<(Option<Source>, Event)>,
        privacy: &mut impl Privacy,
    ) -> Result<Vec<NewEvent>, SealError> {
        let mut lines = Vec::with_capacity(events.len());
        for (source, mut event) in events {
            let kind = event.kind();
            let key = source.as_ref().map_or("", |source| source.key.as_str());
            let parts = take_apart(&mut event, key, privacy);
            let mut sealed = Vec::with_capacity(parts.len());
            for list in parts {
                let of_list: Result<Vec<SealedPart>, SealError> = list
                    .into_iter()
                    .map(|(owner, private)| self.seal_part(&kind, owner, &private))
                    .collect();
                sealed.push(of_list?);
            }
            for (place, list) in sealed_lists(&mut event).into_iter().zip(sealed) {
                *place = list;
            }
            lines.push(NewEvent { at, kind, v: event.version(), source, data: event.data()? });
        }
        Ok(lines)
    }

    fn seal_part(
        &mut self,
        kind: &str,
        owner: Owner,
        private: &Private,
    ) -> Result<SealedPart, SealError> {
        let id = self.key_of(owner)?;
        let key = format_compact!("{id:016x}");
        let mut bytes = random::<NONCE>()?.to_vec();
        let about = about(&self.program, &key, kind);
        let text = serde_json::to_vec(private)?;
        let cipher = ChaCha20Poly1305::new((&self.keys[&id]).into());
        let nonce: [u8; NONCE] =
            bytes[..NONCE].try_into().expect("the nonce was just made so long");
        let sealed = cipher.encrypt((&nonce).into(), Payload { msg: &text, aad: &about });
        bytes.extend(sealed.expect("ChaCha20-Poly1305 seals everything that fits in memory"));
        Ok(SealedPart { key, text: BASE64.encode(bytes) })
    }

    /// The key of an owner; a new one if none of the owner's rows has one yet.
    fn key_of(&mut self, owner: Owner) -> Result<u64, SealError> {
        if let Some(known) = owner.iter().find_map(|row| self.owners.get(row)).copied() {
            return Ok(known);
        }
        if self.key.is_none() {
            if self.store.is_some() || self.sealed_lines > 0 {
                self.must_be_open()?;
                return Err(self.no_key());
            }
            self.key = Some(ProgramKey::make(&self.dir)?);
        }
        let id = loop {
            let id = u64::from_be_bytes(random::<8>()?);
            if !self.keys.contains_key(&id)
                && !self.erased.contains(&id)
                && !self.missing.contains(&id)
            {
                break id;
            }
        };
        self.keys.insert(id, random::<32>()?);
        self.owners.extend(owner.into_iter().map(|row| (row, id)));
        self.unsaved = true;
        Ok(id)
    }

    /// The store as it must be on the medium before the events that were sealed last are appended;
    /// none if it is already.
    pub fn unsaved(&mut self) -> Result<Option<Vec<u8>>, SealError> {
        let (true, Some(key)) = (self.unsaved, &self.key) else { return Ok(None) };
        let known = self.store.take().unwrap_or_else(|| Store::new(&self.program));
        let store =
            known.with(&self.keys, |id, secret| wrap(key, &self.program, id, secret), key)?;
        let bytes = store.to_bytes();
        self.store = Some(store);
        Ok(Some(bytes))
    }

    /// The store is on the medium.
    pub fn saved(&mut self) {
        self.unsaved = false;
    }
}

impl fmt::Debug for Seals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seals")
            .field("keys", &self.keys.len())
            .field("shut", &self.is_shut())
            .finish()
    }
}

/// What a sealed part is bound to.
fn about(program: &str, key: &str, kind: &str) -> Vec<u8> {
    [program, key, kind].join("\u{1f}").into_bytes()
}

/// A key's name as a number.
fn number(key: &str) -> u64 {
    u64::from_str_radix(key, 16).unwrap_or_default()
}

fn random<const N: usize>() -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

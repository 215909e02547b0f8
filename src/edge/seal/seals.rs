//! The keys of one ledger in memory: sealing, opening, and which keys are missing or erased.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use chrono::{DateTime, FixedOffset};
use compact_str::{CompactString, format_compact};

use super::cipher::{Key, associated_data, random};
use super::error::SealError;
use super::program_key::ProgramKey;
use super::store::{STORE_FILE, Store, wrap};
use crate::ledger::event::{Event, SealedPart};
use crate::ledger::line::NewEvent;
use crate::ledger::record::Source;
use crate::ledger::sealed::{
    Owner, Privacy, Private, RowOf, put_together, sealed_lists, take_apart,
};

/// The length of a nonce of ChaCha20-Poly1305, in bytes.
const NONCE: usize = 12;

/// The keys of one ledger. Events must be opened in the order of the ledger, since erasures among
/// them destroy keys.
#[derive(Default)]
pub struct Seals {
    pub(super) program: String,
    dir: PathBuf,
    pub(super) key: Option<ProgramKey>,
    /// Whether no answer is opened, even if the program key could be found.
    pub(super) never_opens: bool,
    /// Whether the store came from a backup: the file beside the segments is not read.
    pub(super) store_is_given: bool,
    store: Option<Store>,
    pub(super) keys: HashMap<u64, Key>,
    /// The key under which each row's own part is sealed, and the key of each row about a person.
    pub(super) owners: HashMap<RowOf, u64>,
    /// Whether `keys` differ from the store on the medium.
    pub(super) store_changed: bool,
    /// Keys that sealed lines name and the store does not have.
    pub(super) missing: BTreeSet<u64>,
    /// Keys that events destroyed.
    pub(super) erased: BTreeSet<u64>,
    pub(super) revived_keys: usize,
    pub(super) sealed_lines: u64,
}

impl Seals {
    /// Reads the keys of the ledger in `dir`. If there is no program key, no sealed answer opens.
    pub fn of(dir: &Path, program: &str) -> Result<Self, SealError> {
        let key = ProgramKey::find(dir)?;
        let mut seals =
            Self { program: program.to_owned(), dir: dir.to_owned(), key, ..Self::default() };
        seals.read_store()?;
        Ok(seals)
    }

    /// Returns keys that open nothing, without looking for the program key: for readers that need
    /// no private answers.
    pub fn without_key(dir: &Path, program: &str) -> Self {
        let (program, dir) = (program.to_owned(), dir.to_owned());
        Self { program, dir, never_opens: true, ..Self::default() }
    }

    /// Returns the keys of a store that is not the one beside the segments of the ledger in `dir`.
    pub(super) fn from_store(
        dir: &Path,
        program: &str,
        key: ProgramKey,
        store: Store,
    ) -> Result<Self, SealError> {
        let keys = store.open(&key, program, &dir.join(STORE_FILE))?;
        Ok(Self {
            program: program.to_owned(),
            dir: dir.to_owned(),
            key: Some(key),
            store_is_given: true,
            store: Some(store),
            keys,
            ..Self::default()
        })
    }

    fn read_store(&mut self) -> Result<(), SealError> {
        let Some(store) = Store::read(&self.dir.join(STORE_FILE))? else { return Ok(()) };
        if let Some(key) = &self.key {
            if !store.is_wrapped_by(key, &self.program) {
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

    /// Returns the program key, if it was found.
    pub fn key(&self) -> Option<&ProgramKey> {
        self.key.as_ref()
    }

    /// Returns whether there is a file of wrapped keys beside the segments.
    pub fn has_store(&self) -> bool {
        self.store.is_some()
    }

    /// Returns the number of keys.
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// Returns the number of keys that were in the store although an event had destroyed them: an
    /// old backup of the store brings them back.
    pub fn revived_keys(&self) -> usize {
        self.revived_keys
    }

    /// Returns the number of lines with sealed answers.
    pub fn sealed_lines(&self) -> u64 {
        self.sealed_lines
    }

    /// Returns whether there are sealed answers that could not be opened without the program key.
    pub fn has_unopened_answers(&self) -> bool {
        self.sealed_lines > 0 && (self.key.is_none() || self.never_opens)
    }

    /// Fails if the program key is missing and there are sealed answers.
    pub fn require_program_key(&self) -> Result<(), SealError> {
        if self.has_unopened_answers() {
            return Err(self.no_key());
        }
        Ok(())
    }

    pub(super) fn no_key(&self) -> SealError {
        SealError::NoKey { file: ProgramKey::file(&self.dir) }
    }

    /// Opens the sealed parts of an event that was read from the ledger, and puts their answers
    /// back into the event. Parts whose key is missing or erased stay out.
    pub fn open(&mut self, source: Option<&Source>, event: &mut Event) -> Result<(), SealError> {
        let kind = event.kind();
        let form = event.form().map(CompactString::from);
        if let Event::PersonErased(erased) | Event::TextsErased(erased) = event {
            self.destroy(&erased.keys);
        }
        let lists = sealed_lists(event);
        if lists.iter().all(|list| list.is_empty()) {
            return Ok(());
        }
        self.sealed_lines += 1;
        // The first part is the row's own. Its key is kept, so that later versions of the row are
        // sealed under the same key.
        let own = lists.first().and_then(|list| list.first()).map(|part| key_number(&part.key));
        if let (Some(own), Some(form), Some(source)) = (own, form, source) {
            self.owners.insert((form, source.key.clone()), own);
        }
        // The remains of erased rows were sealed again, under new keys.
        if let Event::PersonErased(erased) | Event::TextsErased(erased) = event {
            let left = erased.rows.iter().filter_map(|row| Some((row, row.sealed.first()?)));
            self.owners.extend(
                left.map(|(row, part)| {
                    ((row.form.clone(), row.key.clone()), key_number(&part.key))
                }),
            );
        }
        put_together(event, |part| self.open_part(&kind, part))
    }

    fn open_part(&mut self, kind: &str, part: &SealedPart) -> Result<Option<Private>, SealError> {
        if self.never_opens || self.key.is_none() {
            return Ok(None);
        }
        let id = key_number(&part.key);
        if !self.keys.contains_key(&id)
            && !self.missing.contains(&id)
            && !self.store_changed
            && !self.store_is_given
        {
            // Another process may have appended since the store was read. Keys are on the medium
            // before the lines that need them, so reading the store again finds them.
            self.read_store()?;
        }
        let Some(key) = self.keys.get(&id) else {
            self.missing.insert(id);
            return Ok(None);
        };
        let unopened = || SealError::Unopened { key: part.key.clone() };
        let bytes = BASE64.decode(&part.text).map_err(|_| unopened())?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or_else(unopened)?;
        let associated = associated_data(&self.program, &part.key, kind);
        let opened = ChaCha20Poly1305::new(key.into())
            .decrypt(nonce.into(), Payload { msg: sealed, aad: &associated });
        Ok(Some(serde_json::from_slice(&opened.map_err(|_| unopened())?)?))
    }

    /// Fails if a key is missing that no event destroyed. Call it after the whole ledger was read:
    /// the event that destroys a key stands after the lines that the key sealed.
    pub fn require_all_keys(&self) -> Result<(), SealError> {
        let missing = self.missing.difference(&self.erased).count();
        if missing > 0 {
            return Err(SealError::KeysLost { file: self.dir.join(STORE_FILE), missing });
        }
        Ok(())
    }

    /// Stops sealing under these keys; parts that they seal still open.
    pub fn retire(&mut self, keys: &[CompactString]) {
        let retired: BTreeSet<u64> = keys.iter().map(|key| key_number(key)).collect();
        self.owners.retain(|_, owner| !retired.contains(owner));
    }

    /// Destroys keys; the store must be saved afterwards.
    pub fn destroy(&mut self, keys: &[CompactString]) {
        keys.iter().for_each(|key| self.destroy_key(key_number(key)));
    }

    fn destroy_key(&mut self, id: u64) {
        self.erased.insert(id);
        if self.keys.remove(&id).is_some() {
            self.store_changed = true;
            self.revived_keys += 1;
        }
        self.owners.retain(|_, owner| *owner != id);
    }

    /// Seals the private parts of events that are about to be appended. New keys exist only in
    /// memory until the store is saved, which must happen before the events are appended.
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
        let associated = associated_data(&self.program, &key, kind);
        let text = serde_json::to_vec(private)?;
        let cipher = ChaCha20Poly1305::new((&self.keys[&id]).into());
        let nonce: [u8; NONCE] =
            bytes[..NONCE].try_into().expect("the nonce was made with this length");
        let sealed = cipher.encrypt((&nonce).into(), Payload { msg: &text, aad: &associated });
        bytes.extend(sealed.expect("ChaCha20-Poly1305 seals everything that fits in memory"));
        Ok(SealedPart { key, text: BASE64.encode(bytes) })
    }

    /// Returns the key of an owner; makes a new one if none of the owner's rows has one yet.
    fn key_of(&mut self, owner: Owner) -> Result<u64, SealError> {
        if let Some(known) = owner.iter().find_map(|row| self.owners.get(row)).copied() {
            return Ok(known);
        }
        if self.key.is_none() {
            // A program key is made only where there was never one: a second one would not open
            // what the lost one sealed.
            if self.store.is_some() || self.sealed_lines > 0 {
                self.require_program_key()?;
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
        self.store_changed = true;
        Ok(id)
    }

    /// Returns the store's new content, which must be on the medium before the events that were
    /// sealed last are appended; `None` if nothing changed.
    pub fn unsaved_store(&mut self) -> Result<Option<Vec<u8>>, SealError> {
        let (true, Some(key)) = (self.store_changed, &self.key) else { return Ok(None) };
        let known = self.store.take().unwrap_or_else(|| Store::new(&self.program));
        let store =
            known.with(&self.keys, |id, secret| wrap(key, &self.program, id, secret), key)?;
        let bytes = store.to_bytes();
        self.store = Some(store);
        Ok(Some(bytes))
    }

    /// Notes that the result of [`Seals::unsaved_store`] is on the medium.
    pub fn mark_saved(&mut self) {
        self.store_changed = false;
    }
}

impl fmt::Debug for Seals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seals")
            .field("keys", &self.keys.len())
            .field("has_unopened_answers", &self.has_unopened_answers())
            .finish()
    }
}

/// Returns a key's name as a number.
fn key_number(key: &str) -> u64 {
    u64::from_str_radix(key, 16).unwrap_or_default()
}

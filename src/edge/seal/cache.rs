//! The encryption of the ledger's snapshot by the program key (without that key, the snapshot
//! reveals no more than the ledger does), and the state of the keys that the snapshot holds.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use serde::{Deserialize, Serialize};

use super::cipher::{LONG_NONCE, associated_data, random};
use super::error::SealError;
use super::seals::Seals;
use crate::ledger::line::Head;
use crate::ledger::sealed::RowOf;

/// The state of [`Seals`] after some line, without the secret keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CachedSeals {
    owners: Vec<(RowOf, u64)>,
    missing: Vec<u64>,
    erased: Vec<u64>,
    sealed_lines: u64,
    /// The keys in the store: a reader that lacks one of them must read the whole ledger.
    keys: Vec<u64>,
}

impl Seals {
    /// Returns the state for a snapshot. `None` unless exactly the parts that were not erased were
    /// opened, with the program key and the store beside the segments.
    pub fn to_cache(&self) -> Option<CachedSeals> {
        let own_keys = self.key.is_some() && !self.never_opens && !self.store_is_given;
        let all_opened = self.missing.is_subset(&self.erased);
        if !own_keys || !all_opened || self.revived_keys > 0 || self.store_changed {
            return None;
        }
        let mut owners: Vec<(RowOf, u64)> =
            self.owners.iter().map(|(row, key)| (row.clone(), *key)).collect();
        owners.sort_unstable();
        let mut keys: Vec<u64> = self.keys.keys().copied().collect();
        keys.sort_unstable();
        Some(CachedSeals {
            owners,
            missing: self.missing.iter().copied().collect(),
            erased: self.erased.iter().copied().collect(),
            sealed_lines: self.sealed_lines,
            keys,
        })
    }

    /// Takes over the state of a snapshot and returns whether that was possible: no key is lost
    /// since, and none came back that had been destroyed.
    #[must_use]
    pub fn resume_from(&mut self, cached: CachedSeals) -> bool {
        let CachedSeals { owners, missing, erased, sealed_lines, keys } = cached;
        let same = keys.iter().all(|key| self.keys.contains_key(key))
            && !erased.iter().any(|key| self.keys.contains_key(key));
        if same {
            self.owners = owners.into_iter().collect();
            self.missing = missing.into_iter().collect();
            self.erased = erased.into_iter().collect();
            self.sealed_lines = sealed_lines;
        }
        same
    }

    /// Encrypts a cache of the state after the line `head` with the program key. The result begins
    /// with `head` in the clear.
    pub fn seal_cache(&self, head: &Head, bytes: &[u8]) -> Result<Vec<u8>, SealError> {
        let Some(key) = &self.key else { return Err(self.no_key()) };
        let nonce = random::<LONG_NONCE>()?;
        let cipher = XChaCha20Poly1305::new((&key.secret).into());
        let sealed =
            cipher.encrypt((&nonce).into(), Payload { msg: bytes, aad: &self.cache_data(head) });
        let mut out = serde_json::to_vec(head)?;
        out.push(b'\n');
        out.extend(nonce);
        out.extend(sealed.expect("XChaCha20-Poly1305 seals everything that fits in memory"));
        Ok(out)
    }

    /// Decrypts the result of [`Seals::seal_cache`] and returns it with its head; `None` if it was
    /// cut or changed, or belongs to another ledger or another key.
    pub fn open_cache(&self, bytes: &[u8]) -> Option<(Head, Vec<u8>)> {
        let key = self.key.as_ref()?;
        let line = bytes.iter().position(|byte| *byte == b'\n')?;
        let head: Head = serde_json::from_slice(&bytes[..line]).ok()?;
        let (nonce, sealed) = bytes[line + 1..].split_first_chunk::<LONG_NONCE>()?;
        let cipher = XChaCha20Poly1305::new((&key.secret).into());
        let opened =
            cipher.decrypt(nonce.into(), Payload { msg: sealed, aad: &self.cache_data(&head) });
        Some((head, opened.ok()?))
    }

    fn cache_data(&self, Head { seq, hash }: &Head) -> Vec<u8> {
        associated_data(&self.program, &format!("{seq} {hash}"), "snapshot")
    }
}

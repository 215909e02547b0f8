//! What is kept beside the ledger only to save time, sealed by the program key: who has no key
//! reads as little in it as in the ledger. And what a fold gathers about the seals, which such a
//! cache must remember too.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use serde::{Deserialize, Serialize};

use super::{SealError, Seals, about, random};
use crate::ledger::line::Head;
use crate::ledger::sealed::RowOf;

const NONCE: usize = 24;

/// What a fold of lines gathers about their seals, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gathered {
    owners: Vec<(RowOf, u64)>,
    missing: Vec<u64>,
    erased: Vec<u64>,
    sealed_lines: u64,
    /// The keys there were: whoever lacks one of them must not go on from here.
    keys: Vec<u64>,
}

impl Seals {
    /// What was gathered; none unless everything that was not erased was opened, with the program
    /// key and the keys of the medium, and nothing that was erased.
    pub fn gathered(&self) -> Option<Gathered> {
        let whole = self.missing.is_subset(&self.erased) && self.held_erased == 0 && !self.unsaved;
        if self.closed || self.fixed || self.key.is_none() || !whole {
            return None;
        }
        let mut owners: Vec<(RowOf, u64)> =
            self.owners.iter().map(|(row, key)| (row.clone(), *key)).collect();
        owners.sort_unstable();
        let mut keys: Vec<u64> = self.keys.keys().copied().collect();
        keys.sort_unstable();
        Some(Gathered {
            owners,
            missing: self.missing.iter().copied().collect(),
            erased: self.erased.iter().copied().collect(),
            sealed_lines: self.sealed_lines,
            keys,
        })
    }

    /// Goes on from what was gathered, if exactly what was there then is there still: no key is
    /// lost, and none came back that was destroyed.
    #[must_use]
    pub fn go_on_from(&mut self, gathered: Gathered) -> bool {
        let Gathered { owners, missing, erased, sealed_lines, keys } = gathered;
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

    /// A cache of what follows from the lines up to `head`, as only the program key opens it.
    pub fn seal_cache(&self, head: &Head, bytes: &[u8]) -> Result<Vec<u8>, SealError> {
        let Some(key) = &self.key else { return Err(self.no_key()) };
        let nonce = random::<NONCE>()?;
        let cipher = XChaCha20Poly1305::new((&key.secret).into());
        let sealed =
            cipher.encrypt((&nonce).into(), Payload { msg: bytes, aad: &self.about_cache(head) });
        let mut out = serde_json::to_vec(head)?;
        out.push(b'\n');
        out.extend(nonce);
        out.extend(sealed.expect("XChaCha20-Poly1305 seals everything that fits in memory"));
        Ok(out)
    }

    /// What [`Seals::seal_cache`] sealed, and up to where it goes; none if it is cut, changed,
    /// another ledger's or not for this key.
    pub fn open_cache(&self, bytes: &[u8]) -> Option<(Head, Vec<u8>)> {
        let key = self.key.as_ref()?;
        let line = bytes.iter().position(|byte| *byte == b'\n')?;
        let head: Head = serde_json::from_slice(&bytes[..line]).ok()?;
        let (nonce, sealed) = bytes[line + 1..].split_first_chunk::<NONCE>()?;
        let cipher = XChaCha20Poly1305::new((&key.secret).into());
        let opened =
            cipher.decrypt(nonce.into(), Payload { msg: sealed, aad: &self.about_cache(&head) });
        Some((head, opened.ok()?))
    }

    fn about_cache(&self, Head { seq, hash }: &Head) -> Vec<u8> {
        about(&self.program, &format!("{seq} {hash}"), "snapshot")
    }
}

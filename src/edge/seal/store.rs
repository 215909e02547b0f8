//! The file of the wrapped keys, as JSON lines. The first line names the program and shows whether
//! a program key is the right one.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use serde::{Deserialize, Serialize};

use super::cipher::{Key, LONG_NONCE, associated_data, random};
use super::error::SealError;
use super::program_key::ProgramKey;

/// The file of the wrapped keys, beside the segments.
pub const STORE_FILE: &str = "keys";

const FORMAT: u32 = 1;
/// The plain text of the field `check`: a program key that opens the field to this is the right
/// one.
const CHECK: Key = [0x68; 32];
const CHECK_NAME: &str = "check";

/// The content of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Store {
    program: String,
    check: String,
    wrapped: BTreeMap<u64, String>,
}

#[derive(Serialize, Deserialize)]
struct HeaderLine {
    halaqah: String,
    format: u32,
    program: String,
    check: String,
}

#[derive(Serialize, Deserialize)]
struct KeyLine {
    id: String,
    key: String,
}

impl Store {
    pub(super) fn new(program: &str) -> Self {
        Self { program: program.to_owned(), check: String::new(), wrapped: BTreeMap::new() }
    }

    /// Reads the file; `None` if there is none.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, SealError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => {
                return Err(SealError::Io { doing: "read", file: path.to_owned(), cause });
            }
        };
        Self::parse(&text)
            .map(Some)
            .map_err(|what| SealError::StoreDamaged { file: path.to_owned(), what })
    }

    /// Parses the file's text.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        let header: HeaderLine = serde_json::from_str(lines.next().unwrap_or_default())
            .map_err(|error| format!("line 1: {error}"))?;
        if header.halaqah != "keys" || header.format > FORMAT {
            return Err("line 1: it is no file of keys that this halaqah knows".to_owned());
        }
        let mut wrapped = BTreeMap::new();
        for (line, number) in lines.zip(2..) {
            let KeyLine { id, key } =
                serde_json::from_str(line).map_err(|error| format!("line {number}: {error}"))?;
            let id =
                u64::from_str_radix(&id, 16).map_err(|error| format!("line {number}: {error}"))?;
            wrapped.insert(id, key);
        }
        Ok(Self { program: header.program, check: header.check, wrapped })
    }

    /// Returns the number of wrapped keys.
    pub(super) fn len(&self) -> usize {
        self.wrapped.len()
    }

    /// Returns whether `key` is the program key that wrapped the keys.
    pub(super) fn is_wrapped_by(&self, key: &ProgramKey, program: &str) -> bool {
        unwrap(key, program, CHECK_NAME, &self.check) == Some(CHECK)
    }

    /// Unwraps all keys.
    pub(super) fn open(
        &self,
        key: &ProgramKey,
        program: &str,
        file: &Path,
    ) -> Result<HashMap<u64, Key>, SealError> {
        let each = |(id, text): (&u64, &String)| {
            let what = || format!("key {id:016x} cannot be unwrapped");
            let opened = unwrap(key, program, &format!("{id:016x}"), text);
            let opened = opened
                .ok_or_else(|| SealError::StoreDamaged { file: file.to_owned(), what: what() })?;
            Ok((*id, opened))
        };
        self.wrapped.iter().map(each).collect()
    }

    /// Returns a store of exactly these keys. Keys that are wrapped already are not wrapped again,
    /// so that the file changes no more than needed.
    pub(super) fn with(
        mut self,
        keys: &HashMap<u64, Key>,
        wrap_one: impl Fn(&str, &Key) -> Result<String, SealError>,
        key: &ProgramKey,
    ) -> Result<Self, SealError> {
        if self.check.is_empty() {
            self.check = wrap(key, &self.program, CHECK_NAME, &CHECK)?;
        }
        self.wrapped.retain(|id, _| keys.contains_key(id));
        for (id, secret) in keys {
            if !self.wrapped.contains_key(id) {
                self.wrapped.insert(*id, wrap_one(&format!("{id:016x}"), secret)?);
            }
        }
        Ok(self)
    }

    /// Returns the bytes of the file.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let header = serde_json::json!({
            "halaqah": "keys", "format": FORMAT, "program": self.program, "check": self.check,
        });
        let mut text = format!("{header}\n");
        for (id, key) in &self.wrapped {
            text.push_str(&format!("{{\"id\":\"{id:016x}\",\"key\":\"{key}\"}}\n"));
        }
        text.into_bytes()
    }
}

/// Encrypts a key with the program key.
pub(super) fn wrap(
    key: &ProgramKey,
    program: &str,
    id: &str,
    secret: &Key,
) -> Result<String, SealError> {
    let nonce = random::<LONG_NONCE>()?;
    let associated = associated_data(program, id, "key");
    let cipher = XChaCha20Poly1305::new((&key.secret).into());
    let sealed = cipher.encrypt((&nonce).into(), Payload { msg: secret, aad: &associated });
    let mut bytes = nonce.to_vec();
    bytes.extend(sealed.expect("XChaCha20-Poly1305 seals 32 bytes"));
    Ok(BASE64.encode(bytes))
}

fn unwrap(key: &ProgramKey, program: &str, id: &str, text: &str) -> Option<Key> {
    let bytes = BASE64.decode(text).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk::<LONG_NONCE>()?;
    let associated = associated_data(program, id, "key");
    let cipher = XChaCha20Poly1305::new((&key.secret).into());
    cipher.decrypt(nonce.into(), Payload { msg: sealed, aad: &associated }).ok()?.try_into().ok()
}

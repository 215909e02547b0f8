//! Sealing: a person's private answers are encrypted under the person's own key before they are
//! hashed into the chain, and opened again when the ledger is read. Destroying the key erases the
//! answers, and the chain still verifies.
//!
//! - Each part is encrypted with ChaCha20-Poly1305 and a random nonce; program, key and event type
//!   are associated data.
//! - A key is 32 random bytes. All keys are in the file `keys` beside the segments, each wrapped by
//!   the program key (XChaCha20-Poly1305). The file is rewritten as a whole, and is on the medium
//!   before any event that needs one of its keys.
//! - The program key is kept elsewhere: see [`ProgramKey`].

mod backup;
mod cache;
mod cipher;
mod error;
mod program_key;
mod seals;
mod store;
#[cfg(test)]
mod tests;

pub use self::backup::{Backup, BackupError, Restored};
pub use self::cache::CachedSeals;
pub use self::error::SealError;
pub use self::program_key::{KEY_FILE, KEY_VARIABLE, KeyOrigin, ProgramKey};
pub use self::seals::Seals;
pub use self::store::STORE_FILE;

//! What all ciphers here share: keys, random bytes, and the data that a sealed part is bound to.

use super::error::SealError;

/// A key of ChaCha20-Poly1305 or XChaCha20-Poly1305.
pub(super) type Key = [u8; 32];

/// The length of a nonce of XChaCha20-Poly1305, in bytes.
pub(super) const LONG_NONCE: usize = 24;

/// Returns the associated data of a part: it opens only for the same program, key and kind.
pub(super) fn associated_data(program: &str, key: &str, kind: &str) -> Vec<u8> {
    [program, key, kind].join("\u{1f}").into_bytes()
}

/// Returns random bytes of the operating system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

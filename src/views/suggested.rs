//! Keys of rows in *Usulan Kelompok*, and names of groups that do not meet yet.

use crate::words::Words;

/// Between the parts of a key.
pub(super) const DOT: char = '·';

/// The key of a group of things: what it begins with, and a fingerprint of its members in order.
pub(super) fn group_hash<'m>(begin: &str, members: impl Iterator<Item = &'m str>) -> String {
    let codes = members.flat_map(|member| member.bytes().chain([b' ']));
    let hash = codes
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{begin}{DOT}{:04x}", (hash >> 16) ^ (hash & 0xffff))
}

/// `Kelompok Hasan`: what the name of a new group begins with.
pub(super) fn new_group_base(mentor: &str, words: &Words) -> String {
    words.say_with("group-named", &[("mentor", mentor)])
}

/// `Kelompok Hasan`, or `Kelompok Hasan 2` where that is taken.
pub(super) fn new_group_name(
    mentor: &str,
    words: &Words,
    free: impl Fn(&String) -> bool,
) -> String {
    let name = new_group_base(mentor, words);
    let numbered = (2..).map(|number| format!("{name} {number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| free(name)).unwrap_or(name)
}

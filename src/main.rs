//! The program `halaqah`: argv in, exit code out.

fn main() {}

//! Any bytes as the state in a snapshot, and any changes of a good one.
#![no_main]

#[path = "../../tests/support/fuzz.rs"]
mod fuzz;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::state(bytes));

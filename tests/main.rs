//! The behaviour of the whole program, each part of it in a file of its own. One program, so that
//! it is linked once and its tests run beside one another.
#![allow(clippy::unwrap_used, reason = "a test that meets what it does not expect fails")]

mod support;

mod bad_input;
mod clients_rust;
mod commands;
mod configured;
mod crash;
mod daemon;
mod demo;
mod faults;
mod formats;
mod forms_script;
mod fuzz_corpus;
mod handover;
mod ledger_commands;
mod load;
mod look_back;
mod match_commands;
mod match_instance;
mod matching_linear_core;
mod person;
mod personality;
mod requests;
mod sandbox_wire;
mod sealing;
mod season_cells;
mod seasons;
mod syscalls;
mod words_used;

//! halaqah: forms in, a ledger in the middle, a clear sheet out.
//!
//! The pure rooms (`table`, `words`, `ledger`, `forms`, `matching`, `statistics`, `views`) are
//! plain functions of their inputs; everything that can fail lives in `edge` and `sandbox`; `cycle`
//! is the one place that knows both.

pub mod cli;
pub mod commands;
pub mod config;
pub mod cycle;
pub mod daemon;
pub mod demo;
pub mod edge;
pub mod form_pages;
pub mod forms;
pub mod ledger;
pub mod matching;
pub mod memory;
pub mod schedule;
pub mod setting;
pub mod statistics;
pub mod views;
pub mod words;

pub use halaqah_sandbox as sandbox;
pub use halaqah_table as table;

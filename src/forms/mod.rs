//! A row becomes typed answers, or the reasons why not.

pub mod definition;

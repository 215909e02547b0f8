//! What a spreadsheet is: cells, rows, tabs, A1 addresses; the difference between rows seen and
//! rows now; the plan that turns the tabs we have into the tabs we want. Knows nothing of forms,
//! ledgers or Google.

pub mod a1;
pub mod cell;
pub mod change;
pub mod diff;
pub mod mend;
pub mod plan;
pub mod serial;
pub mod tab;

pub use cell::{Cell, cell_at};

/// The rows of one tab as they were read: row 0 holds the titles; trailing blanks are left out.
pub type Rows = Vec<Vec<Cell>>;

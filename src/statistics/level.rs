//! How urgent a thing is: the alert levels of statistics.md section 6.

/// How a thing stands, by the alert levels of statistics.md section 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Look at it now.
    Alert,
    /// Look at it soon.
    Warning,
    /// In order.
    Good,
}

impl Level {
    /// The key of its word.
    pub fn key(self) -> &'static str {
        match self {
            Self::Alert => "level-alert",
            Self::Warning => "level-warning",
            Self::Good => "level-good",
        }
    }

    /// Alert if `alert`, else warning if `warning`, else good.
    pub fn of(warning: bool, alert: bool) -> Self {
        match (warning, alert) {
            (_, true) => Self::Alert,
            (true, false) => Self::Warning,
            (false, false) => Self::Good,
        }
    }
}

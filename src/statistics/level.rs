//! How urgent a thing is: the alert levels of statistics.md section 6.

use super::{Figures, Scene};

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

/// How a figure is judged.
#[derive(Debug, Clone, Copy)]
pub enum Judged {
    /// Not at all.
    Not,
    /// Below a limit, and below a lower one.
    Below {
        /// Below this it is a warning.
        warning: f64,
        /// Below this it is an alert.
        alert: f64,
    },
    /// Above a limit, and above a higher one.
    Above {
        /// Above this it is a warning.
        warning: f64,
        /// Above this it is an alert.
        alert: f64,
    },
    /// A warning from this limit on.
    From(f64),
    /// Any at all.
    Any(Level),
    /// Any at all is a warning; any of the figure at this path is an alert.
    Escalates(&'static str),
    /// By the rate of change at this path: -10 % is a warning, -25 % an alert.
    Change(&'static str),
    /// By more than its own value, given the codes at its stars.
    By(fn(&Scene<'_, '_>, &Figures, &[&str]) -> Option<Level>),
}

impl Judged {
    /// The level of the figure at a path, which has these codes at its stars; none without data.
    pub(super) fn level(
        self,
        scene: &Scene<'_, '_>,
        figures: &Figures,
        path: &str,
        codes: &[&str],
    ) -> Option<Level> {
        let value = || figures.number(path);
        let any = |path: &str| figures.integer(path).map(|number| number > 0);
        Some(match self {
            Self::Not => return None,
            Self::Below { warning, alert } => {
                let value = value()?;
                Level::of(value < warning, value < alert)
            }
            Self::Above { warning, alert } => {
                let value = value()?;
                Level::of(value > warning, value > alert)
            }
            Self::From(warning) => Level::of(value()? >= warning, false),
            Self::Any(level) => {
                if any(path)? {
                    level
                } else {
                    Level::Good
                }
            }
            Self::Escalates(further) => Level::of(any(path)?, any(further)?),
            Self::Change(rate) => {
                let rate = figures.number(rate)?;
                Level::of(rate <= -0.10, rate <= -0.25)
            }
            Self::By(judge) => return judge(scene, figures, codes),
        })
    }
}

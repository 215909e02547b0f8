//! When the next cycle runs, and when the program stops. Missed cycles are made up for by one.
//! Knows nothing of what a cycle does.

use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz;

use crate::schedule::Schedule;

/// The time that a running cycle has to finish after the stop signal.
pub const GRACE: Duration = Duration::from_secs(9);

/// The longest sleep before the clock is read again, so that the program notices a clock that was
/// set and a machine that was suspended.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// What the daemon does next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// One cycle is due, even if several were missed.
    Run,
    /// No cycle is due; decide again after this time.
    Sleep(Duration),
}

/// Decides what to do at the moment `now`, given the moment of the last cycle. `last` is `None`
/// before the first cycle, which runs at once to make up for the time when the program was not
/// running.
pub fn next(schedule: &Schedule, last: Option<DateTime<Tz>>, now: DateTime<Tz>) -> Next {
    // After the clock was set back, `last` lies in the future; without `min` nothing would be due
    // until then.
    let Some(last) = last.map(|last| last.min(now)) else { return Next::Run };
    match schedule.next_after(last) {
        Some(due) if due <= now => Next::Run,
        Some(due) => Next::Sleep(
            (due - now).max(TimeDelta::zero()).to_std().unwrap_or_default().min(LONGEST_SLEEP),
        ),
        None => Next::Sleep(LONGEST_SLEEP),
    }
}

/// Returns a future that resolves at SIGTERM or Ctrl+C. SIGTERM is caught from this call on, Ctrl+C
/// from the first poll.
pub fn stop_signal() -> impl Future<Output = ()> + Send + 'static {
    #[cfg(unix)]
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    async move {
        let interrupt = tokio::signal::ctrl_c();
        #[cfg(unix)]
        match terminate {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(error) => {
                tracing::warn!(%error, "SIGTERM cannot be heard; only Ctrl+C stops the program");
                let _ = interrupt.await;
            }
        }
        #[cfg(not(unix))]
        let _ = interrupt.await;
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn at(hour: u32, minute: u32, second: u32) -> DateTime<Tz> {
        chrono_tz::Asia::Jakarta.with_ymd_and_hms(2026, 11, 24, hour, minute, second).unwrap()
    }

    fn every_five_minutes() -> Schedule {
        "*/5 * * * *".parse().unwrap()
    }

    #[test]
    fn the_first_cycle_runs_at_once() {
        assert_eq!(next(&every_five_minutes(), None, at(7, 36, 0)), Next::Run);
    }

    #[test]
    fn it_waits_for_what_is_due() {
        let schedule = every_five_minutes();
        assert_eq!(
            next(&schedule, Some(at(7, 36, 0)), at(7, 39, 50)),
            Next::Sleep(Duration::from_secs(10))
        );
        assert_eq!(next(&schedule, Some(at(7, 36, 0)), at(7, 36, 1)), Next::Sleep(LONGEST_SLEEP));
        assert_eq!(next(&schedule, Some(at(7, 36, 0)), at(7, 40, 0)), Next::Run);
        assert_eq!(next(&schedule, Some(at(7, 40, 0)), at(7, 40, 0)), Next::Sleep(LONGEST_SLEEP));
    }

    #[test]
    fn many_missed_runs_are_caught_up_once() {
        let schedule = every_five_minutes();
        assert_eq!(next(&schedule, Some(at(7, 0, 0)), at(9, 1, 0)), Next::Run);
        assert_eq!(next(&schedule, Some(at(9, 1, 0)), at(9, 1, 1)), Next::Sleep(LONGEST_SLEEP));
    }

    #[test]
    fn a_clock_set_back_does_not_stop_the_schedule() {
        let schedule = every_five_minutes();
        assert_eq!(next(&schedule, Some(at(23, 0, 0)), at(7, 36, 0)), Next::Sleep(LONGEST_SLEEP));
        assert_eq!(next(&schedule, Some(at(7, 36, 0)), at(7, 40, 0)), Next::Run);
    }
}

//! Quotas, the delays between attempts, and what is observed of one attempt. Knows nothing of the
//! requests themselves.

use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use backon::ExponentialBuilder;
use google_sheets4::common::{self, Delegate};
use google_sheets4::hyper::header::RETRY_AFTER;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// The number of requests allowed per minute and user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// The number of requests that only read.
    pub reads_per_minute: NonZeroU32,
    /// The number of requests that write.
    pub writes_per_minute: NonZeroU32,
}

impl Quotas {
    /// The published quotas of the Sheets API: 60 reads and 60 writes.
    pub const GOOGLE: Self = Self {
        reads_per_minute: NonZeroU32::new(60).expect("60 is not zero"),
        writes_per_minute: NonZeroU32::new(60).expect("60 is not zero"),
    };
}

/// Keeps requests within the quotas by waiting.
pub(super) struct Limits {
    reads: Option<DefaultDirectRateLimiter>,
    writes: Option<DefaultDirectRateLimiter>,
}

impl Limits {
    /// Begins with the whole burst available; without quotas nothing ever waits.
    pub fn new(quotas: Option<Quotas>) -> Self {
        let limiter = |per_minute| RateLimiter::direct(quota(per_minute));
        Self {
            reads: quotas.map(|quotas| limiter(quotas.reads_per_minute)),
            writes: quotas.map(|quotas| limiter(quotas.writes_per_minute)),
        }
    }

    /// Waits until the quota allows a read.
    pub async fn read(&self) {
        if let Some(limiter) = &self.reads {
            limiter.until_ready().await;
        }
    }

    /// Waits until the quota allows a write.
    pub async fn write(&self) {
        if let Some(limiter) = &self.writes {
            limiter.until_ready().await;
        }
    }
}

/// Returns a token bucket that holds one sixth of the quota and refills with five sixths per
/// minute. A full bucket and one minute's refill together stay within the quota in any minute; a
/// bucket of the whole quota would allow nearly twice the quota in one minute.
fn quota(per_minute: NonZeroU32) -> Quota {
    let burst = (per_minute.get() / 6).max(1);
    let filling = per_minute.get().saturating_sub(burst).max(1);
    let nonzero = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    Quota::per_minute(nonzero(filling)).allow_burst(nonzero(burst))
}

/// How often and for how long one call is attempted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// The maximum number of attempts.
    pub tries: usize,
    /// The first delay; each further one is twice as long, plus jitter.
    pub first_delay: Duration,
    /// The longest delay, without jitter. The call fails if the server asks for a longer one.
    pub longest_delay: Duration,
    /// The time after which no further attempt begins.
    pub budget: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 4,
            first_delay: Duration::from_secs(1),
            longest_delay: Duration::from_secs(32),
            budget: Duration::from_secs(120),
        }
    }
}

impl Patience {
    /// Returns truncated exponential delays with jitter, as Google's guide to quotas recommends.
    pub fn delays(&self) -> ExponentialBuilder {
        ExponentialBuilder::new()
            .with_factor(2.0)
            .with_min_delay(self.first_delay)
            .with_max_delay(self.longest_delay)
            .with_max_times(self.tries.saturating_sub(1))
            .with_jitter()
    }

    /// Returns the longer of the planned delay and the one that the server asked for; `None` (no
    /// further attempt) if the server asked for more than the longest delay.
    pub fn delay(&self, planned: Option<Duration>, asked: Option<Duration>) -> Option<Duration> {
        match (planned, asked) {
            (Some(_), Some(asked)) if asked > self.longest_delay => None,
            (Some(planned), Some(asked)) => Some(planned.max(asked)),
            (planned, _) => planned,
        }
    }
}

/// Observes one attempt: the client passes status and headers only to a delegate. Clones share
/// their observations, so that they survive an attempt that was dropped at its timeout.
#[derive(Debug, Clone, Default)]
pub(super) struct AttemptObserver(Arc<Observed>);

#[derive(Debug, Default)]
struct Observed {
    sent: OnceLock<()>,
    status: OnceLock<u16>,
    retry_after: OnceLock<Duration>,
}

impl AttemptObserver {
    /// Returns whether the request was sent, or was about to be.
    pub fn sent(&self) -> bool {
        self.0.sent.get().is_some()
    }

    /// Returns the status of an answer that is not a success.
    pub fn status(&self) -> Option<u16> {
        self.0.status.get().copied()
    }

    /// Returns the time in the `Retry-After` header, if it is in seconds.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after.get().copied()
    }
}

impl Delegate for AttemptObserver {
    fn pre_request(&mut self) {
        self.0.sent.get_or_init(|| ());
    }

    fn http_failure(
        &mut self,
        response: &common::Response,
        _: Option<&serde_json::Value>,
    ) -> common::Retry {
        self.0.status.get_or_init(|| response.status().as_u16());
        let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        if let Some(seconds) = header.and_then(|text| text.trim().parse().ok()) {
            self.0.retry_after.get_or_init(|| Duration::from_secs(seconds));
        }
        common::Retry::Abort
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_minute_stays_within_the_quota() {
        for per_minute in [2, 6, 60, 300] {
            let quota = quota(NonZeroU32::new(per_minute).unwrap());
            let filled = Duration::from_secs(60).as_nanos() / quota.replenish_interval().as_nanos();
            assert!(
                u128::from(quota.burst_size().get()) + filled <= u128::from(per_minute),
                "{quota:?}"
            );
        }
    }

    #[test]
    fn a_server_that_asks_for_more_is_heard_within_reason() {
        let patience = Patience::default();
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(patience.delay(seconds(2), seconds(9)), seconds(9));
        assert_eq!(patience.delay(seconds(2), seconds(1)), seconds(2));
        assert_eq!(patience.delay(seconds(2), seconds(600)), None);
        assert_eq!(patience.delay(None, seconds(1)), None);
    }
}

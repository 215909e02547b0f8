//! Guardian consent: the last answer of a guardian, and whether a mentee may be placed
//! (statistics.md section 3).

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::answers::Answers;
use super::groups::GroupIndex;
use super::people::{MenteeIndex, Person, eighteenth_birthday};
use super::record::Record;

/// The last answer of a mentee's guardian.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Guardian {
    /// The guardian has not answered.
    #[default]
    Missing,
    /// The guardian agrees.
    Granted {
        /// The day of the first consent after the last refusal.
        since: NaiveDate,
        /// Whether the last answer also permits that answers about personality are used to form
        /// groups.
        profile: bool,
    },
    /// The guardian does not agree.
    Refused {
        /// The moment of the first refusal after a consent; `None` if there was no consent before.
        withdrawn: Option<NaiveDateTime>,
    },
}

impl Guardian {
    /// Returns the state after one more answer; answers come in order of submission.
    pub(super) fn after(self, record: &Record) -> Self {
        let profile = permits_profile(&record.answers);
        match (record.answers.text("consent"), self) {
            (Some("granted"), Self::Granted { since, .. }) => Self::Granted { since, profile },
            (Some("granted"), _) => Self::Granted { since: record.submitted_on(), profile },
            (_, Self::Granted { .. }) => Self::Refused { withdrawn: Some(record.moment) },
            (_, Self::Refused { withdrawn }) => Self::Refused { withdrawn },
            (_, Self::Missing) => Self::Refused { withdrawn: None },
        }
    }
}

/// Returns whether a row (a registration, an application or a guardian's consent) permits that
/// answers about personality are used to form groups.
pub(super) fn permits_profile(answers: &Answers) -> bool {
    answers.list("extra_consent").iter().any(|permission| permission == "profile")
}

/// The number of hours after the withdrawal of consent within which a child's data must not be used
/// any more (UU 27/2022, article 40).
pub const WITHDRAWAL_HOURS: i64 = 72;

/// A guardian's withdrawal of the consent for a mentee under 18.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdrawal {
    /// The mentee whom the consent was for.
    pub mentee: MenteeIndex,
    /// The moment of the withdrawal.
    pub since: NaiveDateTime,
    /// The group that the mentee still belongs to, and must leave by the deadline; `None` if
    /// nothing is left to do.
    pub still_in: Option<GroupIndex>,
}

impl Withdrawal {
    /// Returns the moment by which the mentee must have left the group.
    pub fn deadline(&self) -> NaiveDateTime {
        self.since + TimeDelta::hours(WITHDRAWAL_HOURS)
    }
}

/// Whether a mentee may be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConsentStatus {
    /// The mentee is 18 or older and needs no consent of a guardian.
    Adult,
    /// The guardian agrees.
    Granted,
    /// The guardian does not agree.
    Refused,
    /// The guardian has not answered.
    Missing,
}

impl ConsentStatus {
    pub(super) fn of(person: &Person<'_>, guardian: Guardian, day: NaiveDate) -> Self {
        match guardian {
            _ if person.age_on(day).is_some_and(|age| age >= 18) => Self::Adult,
            Guardian::Granted { .. } => Self::Granted,
            Guardian::Refused { .. } => Self::Refused,
            Guardian::Missing => Self::Missing,
        }
    }

    /// Whether the mentee may be placed in a group.
    pub fn complete(self) -> bool {
        matches!(self, Self::Adult | Self::Granted)
    }
}

/// Returns the first day on which a mentee who registered on `registered` could be placed, if it is
/// not after `through`.
pub(super) fn complete_on(
    person: &Person<'_>,
    guardian: Guardian,
    registered: NaiveDate,
    through: NaiveDate,
) -> Option<NaiveDate> {
    let of_age =
        person.birth_date().map(eighteenth_birthday).filter(|birthday| *birthday <= through);
    let granted = match guardian {
        Guardian::Granted { since, .. } => Some(since),
        Guardian::Missing | Guardian::Refused { .. } => None,
    };
    of_age.into_iter().chain(granted).min().map(|day| day.max(registered))
}

//! Guardian consent: what a guardian last said, and whether a mentee may be placed (statistics.md
//! section 3).

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::answers::Answers;
use super::groups::GroupIndex;
use super::people::{MenteeIndex, Person, eighteenth_birthday};
use super::record::Record;

/// What a mentee's guardian last said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Guardian {
    /// Nothing yet.
    #[default]
    Missing,
    /// Yes, without a break since this day.
    Granted {
        /// The day of the first yes after the last no.
        since: NaiveDate,
        /// Whether the last answer permits too that answers about personality are used to form
        /// groups.
        profile: bool,
    },
    /// No.
    Refused {
        /// If it had been yes before: the moment of the first no since.
        withdrawn: Option<NaiveDateTime>,
    },
}

impl Guardian {
    /// What holds after one more answer; answers come in order of submission.
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

/// Whether a row (a registration, an application or a guardian's consent) permits that answers
/// about personality are used to form groups.
pub(super) fn permits_profile(answers: &Answers) -> bool {
    answers.list("extra_consent").iter().any(|permission| permission == "profile")
}

/// Hours in which whoever holds a child's data has to stop using them once consent is withdrawn (UU
/// 27/2022, article 40).
pub const WITHDRAWAL_HOURS: i64 = 72;

/// A guardian has taken back a consent that had been given, for a mentee under 18.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdrawal {
    /// Whose consent it was.
    pub mentee: MenteeIndex,
    /// When it was taken back.
    pub since: NaiveDateTime,
    /// The group that the mentee still belongs to: somebody has to act by the deadline. None:
    /// nothing is left to do.
    pub still_in: Option<GroupIndex>,
}

impl Withdrawal {
    /// By when the mentee has to be out of the group.
    pub fn deadline(&self) -> NaiveDateTime {
        self.since + TimeDelta::hours(WITHDRAWAL_HOURS)
    }
}

/// Whether a mentee may be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConsentStatus {
    /// 18 or older: nobody else's consent is needed.
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

/// The day on which one who registered on `registered` could first be placed, if by `through`.
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

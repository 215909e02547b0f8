//! Personality: turns the answers to the Mini-IPIP into bands, and two people's bands into a
//! likeness. Nothing finer than a band leaves this file.
//!
//! The instrument is by Donnellan, Oswald, Baird and Lucas (2006), *The Mini-IPIP scales:
//! tiny-yet-effective measures of the Big Five factors of personality*, Psychological Assessment
//! 18(2), 192–203; the statements are in the public domain. Each statement is answered from 1 to 5;
//! a trait is the mean of its four answers, some of them reversed (6 − x).
//!
//! Only openness and conscientiousness are compared: for these, similar pairs have been found to
//! fare better. Scales of four statements are coarse: two people differ reliably only where they
//! lie about one and a half standard deviations apart. The band `low` ends at 2.5 and `high` begins
//! at 3.75, which are 1.25 points apart, and such scales have a standard deviation of about 0.8
//! points. So only opposite bands speak against a pair, and nobody is ever ranked.

use std::collections::BTreeMap;

use super::terms::NEUTRAL;
use crate::ledger::answers::Answers;

/// The Big Five, as the instrument measures them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trait {
    Extraversion,
    Agreeableness,
    Conscientiousness,
    Neuroticism,
    Openness,
}

/// The scoring key: the trait of each statement and whether it is reversed, by the statement's
/// number.
const KEY: [(Trait, bool); 20] = {
    use Trait::{Agreeableness, Conscientiousness, Extraversion, Neuroticism, Openness};
    [
        (Extraversion, false),
        (Agreeableness, false),
        (Conscientiousness, false),
        (Neuroticism, false),
        (Openness, false),
        (Extraversion, true),
        (Agreeableness, true),
        (Conscientiousness, true),
        (Neuroticism, true),
        (Openness, true),
        (Extraversion, false),
        (Agreeableness, false),
        (Conscientiousness, false),
        (Neuroticism, false),
        (Openness, true),
        (Extraversion, true),
        (Agreeableness, true),
        (Conscientiousness, true),
        (Neuroticism, true),
        (Openness, true),
    ]
};

/// The prefix of the statements' keys in the ledger; the number follows.
const STATEMENT: &str = "ipip_";

/// How many of a trait's four statements may stay without an answer.
const BLANKS: usize = 1;

/// A range of a trait's values, as coarse as four statements can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// A mean of 2.5 or less.
    Low,
    /// Between the two.
    Middle,
    /// A mean of 3.75 or more.
    High,
}

impl Band {
    /// The band of a mean, given as sum and count.
    fn of(sum: usize, count: usize) -> Self {
        if 2 * sum <= 5 * count {
            Self::Low
        } else if 4 * sum >= 15 * count {
            Self::High
        } else {
            Self::Middle
        }
    }

    /// The likeness in thousandths: 1000 for the same band, 500 for the next, 0 for the opposite.
    fn likeness(self, other: Self) -> u32 {
        1000 - 500 * (self as u32).abs_diff(other as u32)
    }
}

/// What matching knows of somebody's personality; a trait of which too little was answered is left
/// out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bands {
    /// Curious of ideas, or down to earth.
    pub openness: Option<Band>,
    /// Orderly, or easygoing.
    pub conscientiousness: Option<Band>,
}

impl Bands {
    /// The bands of some answers; none if no trait can be told. Somebody who gives the same answer
    /// everywhere has not read the statements: eleven of the twenty are reversed.
    pub fn of(answers: &Answers) -> Option<Self> {
        let answered: Vec<(Trait, usize, usize)> = (1..)
            .zip(KEY)
            .filter_map(|(number, (of, reversed))| {
                let raw =
                    usize::try_from(answers.integer(&format!("{STATEMENT}{number}"))?).ok()?;
                let raw = Some(raw).filter(|raw| (1..=5).contains(raw))?;
                Some((of, raw, if reversed { 6 - raw } else { raw }))
            })
            .collect();
        if answered.iter().all(|(_, raw, _)| *raw == answered[0].1) {
            return None;
        }
        let band = |wanted: Trait| {
            let own = || answered.iter().filter(|(of, ..)| *of == wanted);
            let asked = KEY.iter().filter(|(of, _)| *of == wanted).count();
            let count = own().count();
            (count + BLANKS >= asked).then(|| Band::of(own().map(|(.., score)| score).sum(), count))
        };
        let bands = Self {
            openness: band(Trait::Openness),
            conscientiousness: band(Trait::Conscientiousness),
        };
        (bands.openness.is_some() || bands.conscientiousness.is_some()).then_some(bands)
    }

    /// How alike two people are, in thousandths: the mean of the traits, where one that is missing
    /// counts neither for nor against; none if no trait is known of both.
    pub fn likeness(self, other: Self) -> Option<u32> {
        let traits =
            [(self.openness, other.openness), (self.conscientiousness, other.conscientiousness)];
        let alike = traits.map(|(own, others)| Some(own?.likeness(others?)));
        let known = alike.iter().any(Option::is_some);
        known.then(|| alike.map(|likeness| likeness.unwrap_or(NEUTRAL)).iter().sum::<u32>() / 2)
    }

    /// A number for each of the sixteen combinations of bands.
    pub(super) fn number(self) -> u64 {
        let of = |band: Option<Band>| band.map_or(0, |band| band as u64 + 1);
        4 * of(self.openness) + of(self.conscientiousness)
    }
}

/// The bands of those whose answers may be used, by code. They stand apart from the people, so that
/// a member who is to be placed anew has them too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownBands<'a> {
    /// Of mentees, whether they wait or are in a group.
    pub mentees: BTreeMap<&'a str, Bands>,
    /// Of mentors.
    pub mentors: BTreeMap<&'a str, Bands>,
}

impl KnownBands<'_> {
    /// How alike a mentee and a mentor are; none if either's bands are not known.
    pub fn likeness(&self, mentee: &str, mentor: &str) -> Option<u32> {
        self.mentees.get(mentee)?.likeness(*self.mentors.get(mentor)?)
    }
}

#[cfg(test)]
mod tests;

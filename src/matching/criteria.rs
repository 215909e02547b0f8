//! Criteria from the configuration: a question of the mentee, one of the mentor or of the members,
//! and how the two answers are measured. A further question needs no code.

use std::collections::BTreeMap;

use compact_str::{CompactString, format_compact};
use serde::{Deserialize, Serialize};

use crate::ledger::answers::{Answer, Answers};

/// How two answers are compared; each measure gives 0 to 1000 thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The same answer or not.
    Equality,
    /// What is common over the shorter list (Szymkiewicz and Simpson).
    Overlap,
    /// What is common over all that was named (Jaccard).
    Jaccard,
    /// Near on an ordered scale.
    Distance,
    /// The mentor's (or the group's mean) is at least the mentee's.
    AtLeast,
    /// Few years between two days or years; ten are as far as can be.
    GapInYears,
    /// Far apart on a scale counts as good: who can helps who cannot yet.
    Mixed,
}

/// With whom a mentee's answer is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum With {
    /// The mentor.
    #[default]
    Mentor,
    /// The members of the group, taken together.
    Members,
}

/// One criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// The mentee's question: a key of `mentee_registration`.
    pub field: CompactString,
    /// With whom the answer is compared.
    pub with: With,
    /// The other's question: of `mentor_application`, or of `mentee_registration` between members.
    pub other: CompactString,
    /// How.
    pub measure: Measure,
    /// Its weight against the others.
    pub weight: u32,
    /// The codes of the question's choices from the lowest to the highest; empty if answers are
    /// numbers, days or texts.
    pub order: Vec<CompactString>,
}

/// A name for each criterion that no other has, nor any in `taken`: its question; where that is not
/// enough, how and with whom it is compared too; and if need be a number.
pub fn names(criteria: &[Criterion], taken: &[&str]) -> Vec<CompactString> {
    let mut names: Vec<CompactString> = Vec::new();
    for criterion in criteria {
        let of_field = criteria.iter().filter(|other| other.field == criterion.field).count();
        let measure = criterion.measure.code();
        let longer = match criterion.with {
            With::Mentor => format_compact!("{}.{measure}.{}", criterion.field, criterion.other),
            With::Members => format_compact!("{}.{measure}.members", criterion.field),
        };
        let name = if of_field == 1 { criterion.field.clone() } else { longer };
        let is_free =
            |name: &CompactString| !names.contains(name) && !taken.contains(&name.as_str());
        let numbered = std::iter::once(name.clone())
            .chain((2..).map(|number| format_compact!("{name}.{number}")));
        names.extend(numbered.into_iter().find(is_free));
    }
    names
}

impl Measure {
    /// The name in the configuration.
    fn code(self) -> &'static str {
        match self {
            Self::Equality => "equality",
            Self::Overlap => "overlap",
            Self::Jaccard => "jaccard",
            Self::Distance => "distance",
            Self::AtLeast => "at_least",
            Self::GapInYears => "gap_in_years",
            Self::Mixed => "mixed",
        }
    }
}

/// The number of years from which two days or years count as farthest apart.
const FAR_YEARS: i64 = 10;

/// The largest distance between two numeric answers without a list of choices: most questions have
/// a scale from 1 to 5.
const NUMBERS: i64 = 4;

/// What comes out of a criterion, in thousandths; none if the question was not answered by both.
pub fn measured<'o>(
    criterion: &Criterion,
    mentee: &Answers,
    others: impl Iterator<Item = &'o Answers>,
) -> Option<u32> {
    let values = others.filter_map(|other| pair_value(criterion, mentee, other));
    let (mut sum, mut count) = (0, 0);
    for value in values {
        (sum, count) = (sum + value, count + 1);
    }
    (count > 0).then(|| (sum + count / 2) / count)
}

fn pair_value(criterion: &Criterion, mentee: &Answers, other: &Answers) -> Option<u32> {
    let (own, others) = (mentee.get(&criterion.field)?, other.get(&criterion.other)?);
    match criterion.measure {
        Measure::Equality => Some(if same(own, others) { 1000 } else { 0 }),
        Measure::Overlap | Measure::Jaccard => {
            let (own, others) = (codes(own), codes(others));
            let common = own.iter().filter(|code| others.contains(code)).count();
            let of = match criterion.measure {
                Measure::Overlap => own.len().min(others.len()),
                _ => own.len() + others.len() - common,
            };
            (of > 0).then(|| (1000 * common / of) as u32)
        }
        Measure::GapInYears => {
            let gap = year(own)?.abs_diff(year(others)?).min(FAR_YEARS.unsigned_abs());
            Some(1000 - (1000 * gap / FAR_YEARS.unsigned_abs()) as u32)
        }
        Measure::Distance | Measure::Mixed | Measure::AtLeast => {
            let (own, others) = (rank(own, &criterion.order)?, rank(others, &criterion.order)?);
            let apart = (1000 * own.abs_diff(others) / steps(&criterion.order)).min(1000) as u32;
            Some(match criterion.measure {
                Measure::AtLeast if others >= own => 1000,
                Measure::AtLeast | Measure::Distance => 1000 - apart,
                _ => apart,
            })
        }
    }
}

fn steps(order: &[CompactString]) -> u64 {
    if order.is_empty() { NUMBERS.unsigned_abs() } else { (order.len() as u64 - 1).max(1) }
}

fn same(own: &Answer, others: &Answer) -> bool {
    match (own, others) {
        (Answer::Text(own), Answer::Text(others)) => {
            own.trim().to_lowercase() == others.trim().to_lowercase()
        }
        _ => own == others,
    }
}

fn codes(answer: &Answer) -> Vec<&str> {
    let mut codes = match answer {
        Answer::List(list) => list.iter().map(CompactString::as_str).collect(),
        Answer::Text(text) => vec![text.as_str()],
        Answer::Integer(_) | Answer::Number(_) => Vec::new(),
    };
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The position of an answer on its scale; none for a code outside the list (`unknown`).
fn rank(answer: &Answer, order: &[CompactString]) -> Option<i64> {
    match answer {
        Answer::Integer(number) => Some(*number),
        Answer::Text(code) if !order.is_empty() => {
            order.iter().position(|known| known == code).and_then(|at| i64::try_from(at).ok())
        }
        Answer::Text(text) => text.parse().ok(),
        Answer::Number(_) | Answer::List(_) => None,
    }
}

fn year(answer: &Answer) -> Option<i64> {
    match answer {
        Answer::Integer(number) => Some(*number),
        Answer::Text(text) => text.get(..4)?.parse().ok(),
        Answer::Number(_) | Answer::List(_) => None,
    }
}

/// Why a criterion cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CriterionMismatch {
    /// The mentee's question does not exist.
    Field,
    /// The other's question does not exist.
    Other,
    /// The measure does not go with the kind of the answers.
    Measure(&'static str),
    /// The answer is confidential or free text, from which no reason may be shown.
    NotForMatching,
}

/// What kind of answer a question gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerKind {
    /// One of these codes.
    One(Vec<CompactString>),
    /// Any of these codes.
    Any,
    /// A whole number.
    Whole,
    /// A day.
    Day,
    /// A short text.
    Text,
    /// Nothing that can be compared or shown.
    Unusable,
}

/// The questions of the two forms, by key.
#[derive(Debug, Clone, Default)]
pub struct Questions {
    /// Of `mentee_registration`.
    pub mentee: BTreeMap<String, AnswerKind>,
    /// Of `mentor_application`.
    pub mentor: BTreeMap<String, AnswerKind>,
}

impl Criterion {
    /// Checks the criterion against the questions, and takes the order of the choices from them.
    pub fn fitted(mut self, questions: &Questions) -> Result<Self, CriterionMismatch> {
        let of_other = match self.with {
            With::Mentor => &questions.mentor,
            With::Members => &questions.mentee,
        };
        let own = questions.mentee.get(self.field.as_str()).ok_or(CriterionMismatch::Field)?;
        let other = of_other.get(self.other.as_str()).ok_or(CriterionMismatch::Other)?;
        if [own, other].contains(&&AnswerKind::Unusable) {
            return Err(CriterionMismatch::NotForMatching);
        }
        let both = |fits: fn(&AnswerKind) -> bool| fits(own) && fits(other);
        let (fits, needs) = match self.measure {
            Measure::Equality => {
                (both(|kind| *kind != AnswerKind::Any), "equality compares two single answers")
            }
            Measure::Overlap | Measure::Jaccard => (
                both(|kind| matches!(kind, AnswerKind::Any | AnswerKind::One(_))),
                "overlap and jaccard compare lists of ticked choices",
            ),
            Measure::GapInYears => (
                both(|kind| matches!(kind, AnswerKind::Day | AnswerKind::Whole)),
                "gap_in_years compares two days, or two years",
            ),
            Measure::Distance | Measure::AtLeast | Measure::Mixed => (
                both(|kind| matches!(kind, AnswerKind::One(_) | AnswerKind::Whole)),
                "distance, at_least and mixed compare numbers, or choices in an order",
            ),
        };
        if !fits {
            return Err(CriterionMismatch::Measure(needs));
        }
        if let AnswerKind::One(codes) = own {
            // "Not known" stands last in the lists and is no step of a scale.
            self.order = codes.iter().filter(|code| *code != "unknown").cloned().collect();
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn criterion(measure: Measure, order: &[&str]) -> Criterion {
        let order = order.iter().map(|code| CompactString::from(*code)).collect();
        Criterion {
            field: "q".into(),
            with: With::Mentor,
            other: "q".into(),
            measure,
            weight: 10,
            order,
        }
    }

    fn value(measure: Measure, order: &[&str], own: Answer, other: Answer) -> Option<u32> {
        let answers = |answer| [("q", answer)].into_iter().collect::<Answers>();
        let (own, other) = (answers(own), answers(other));
        measured(&criterion(measure, order), &own, std::iter::once(&other))
    }

    fn text(text: &str) -> Answer {
        Answer::Text(text.into())
    }

    fn list(codes: &[&str]) -> Answer {
        Answer::List(codes.iter().map(|code| CompactString::from(*code)).collect())
    }

    #[test]
    fn every_measure_gives_thousandths_that_can_be_told_by_hand() {
        let scale = ["low", "middle", "high"];
        assert_eq!(value(Measure::Equality, &[], text(" X-1"), text("x-1")), Some(1000));
        assert_eq!(value(Measure::Equality, &[], text("a"), text("b")), Some(0));
        assert_eq!(
            value(Measure::Overlap, &[], list(&["a", "b"]), list(&["b", "c", "d"])),
            Some(500)
        );
        assert_eq!(
            value(Measure::Jaccard, &[], list(&["a", "b"]), list(&["b", "c", "d"])),
            Some(250)
        );
        assert_eq!(value(Measure::Distance, &scale, text("low"), text("middle")), Some(500));
        assert_eq!(value(Measure::Mixed, &scale, text("low"), text("high")), Some(1000));
        assert_eq!(value(Measure::AtLeast, &scale, text("low"), text("high")), Some(1000));
        assert_eq!(value(Measure::AtLeast, &scale, text("high"), text("low")), Some(0));
        assert_eq!(
            value(Measure::GapInYears, &[], text("2010-01-01"), text("2005-12-31")),
            Some(500)
        );
    }

    #[test]
    fn what_was_not_answered_is_not_measured() {
        let nothing = Answers::default();
        let equality = criterion(Measure::Equality, &[]);
        assert_eq!(measured(&equality, &nothing, std::iter::once(&nothing)), None);
        assert_eq!(value(Measure::Distance, &["low", "high"], text("unknown"), text("low")), None);
    }

    #[test]
    fn no_two_criteria_share_a_name() {
        let on = |field: &str, measure, with| Criterion {
            field: field.into(),
            with,
            ..criterion(measure, &[])
        };
        let criteria = [
            on("slots", Measure::Jaccard, With::Mentor),
            on("interests", Measure::Jaccard, With::Mentor),
            on("interests", Measure::Jaccard, With::Members),
            on("interests", Measure::Jaccard, With::Members),
            on("reading", Measure::Equality, With::Mentor),
        ];
        let expected = [
            "slots",
            "interests.jaccard.q",
            "interests.jaccard.members",
            "interests.jaccard.members.2",
            "reading.2",
        ];
        assert_eq!(names(&criteria, &["schedule", "reading"]), expected);
    }

    #[test]
    fn a_criterion_has_to_fit_the_questions() {
        let mut questions = Questions::default();
        questions.mentee.insert("q".into(), AnswerKind::Any);
        questions.mentor.insert("q".into(), AnswerKind::Any);
        let unfit = criterion(Measure::Distance, &[]).fitted(&questions);
        assert!(matches!(unfit, Err(CriterionMismatch::Measure(_))));
        assert!(criterion(Measure::Jaccard, &[]).fitted(&questions).is_ok());
        questions.mentor.clear();
        assert_eq!(
            criterion(Measure::Jaccard, &[]).fitted(&questions),
            Err(CriterionMismatch::Other)
        );
    }
}

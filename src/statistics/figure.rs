//! What a figure is: its path, what it is measured in, how it is measured, and how it is judged.
//! Value and rows come from the same selection of items.

use serde_json::Value;

use super::level::Judged;
use super::numbers::{mean_of_sums, ratio, size};
use super::scene::Scene;
use super::subject::Subject;
use super::{FAMILIES, Figures};
use crate::ledger::codes::{Code, Gender};
use crate::ledger::problem::Reason;
use crate::ledger::record::Record;
use crate::ledger::season::Program;

/// One thing that is counted.
#[derive(Debug, Clone, Copy)]
pub struct Item<'s> {
    /// What it is; its rows follow from it.
    pub subject: Subject<'s>,
    /// What it adds to a sum, or its value among those of which there is a mean or a median; 1
    /// where things are counted.
    pub amount: i64,
}

/// Things that are counted.
pub type Items<'s> = Vec<Item<'s>>;

/// The things that a figure is measured by, given the codes in the place of the stars of its path.
pub type Selection = for<'s> fn(&Scene<'s, '_>, &[&str]) -> Items<'s>;

/// A figure from the values of others in order; none where there are no data.
pub type Derivation = fn(&Scene<'_, '_>, &[Option<i64>]) -> Value;

/// What a figure is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Whole things: people, rows, groups.
    Count,
    /// A part of a whole, 1 for all of it.
    Rate,
    /// Whole days.
    Days,
    /// Money.
    Rupiah,
    /// A mean, a median or a score.
    Decimal,
    /// `up`, `down` or `flat`.
    Trend,
    /// How a budget stands, as a code.
    Flag,
    /// `true` or `false`.
    YesNo,
    /// Codes of a form's question.
    Codes(&'static str, &'static str),
}

/// The codes that the star of a path stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codes {
    /// `male` and `female`.
    Genders,
    /// The reasons for which a row is rejected.
    Reasons,
    /// The forms that are on.
    Forms,
    /// The ages of groups at which survival is told.
    Ages,
    /// The choices of a form's question.
    Choices(&'static str, &'static str),
    /// The same, and `total`.
    ChoicesAndTotal(&'static str, &'static str),
}

impl Codes {
    fn of(self, program: &Program) -> Vec<&str> {
        let choices = |form, question| program.codes(form, question).iter().map(String::as_str);
        match self {
            Self::Genders => Gender::ALL.iter().map(|gender| gender.code()).collect(),
            Self::Reasons => Reason::ALL.map(Reason::key).to_vec(),
            Self::Forms => program.enabled_forms.iter().map(String::as_str).collect(),
            Self::Ages => vec!["weeks_8", "weeks_16", "weeks_26", "weeks_52"],
            Self::Choices(form, question) => choices(form, question).collect(),
            Self::ChoicesAndTotal(form, question) => {
                choices(form, question).chain(["total"]).collect()
            }
        }
    }
}

/// How a figure is measured.
#[derive(Debug, Clone, Copy)]
pub enum Measure {
    /// How many things there are.
    Count(Selection),
    /// The sum of their amounts.
    Sum(Selection),
    /// The mean of amounts that are sums over `parts` parts each.
    Mean {
        /// The things.
        of: Selection,
        /// How many parts an amount has.
        parts: i64,
    },
    /// Another number of the amounts, such as their median.
    Summary(Selection, fn(&[i64]) -> Value),
    /// The sum of amounts of a part by that of the whole to which it belongs.
    Share(Selection, Selection),
    /// One sum of amounts by another.
    Ratio(Selection, Selection),
    /// What follows from other figures, which stand before it.
    Derived {
        /// Their paths; a star is the code in the same place of the path of this figure.
        from: &'static [&'static str],
        /// Those that are set against them.
        against: &'static [&'static str],
        /// The figure, from the values of these and those.
        by: Derivation,
    },
    /// What no other measure fits.
    Computed {
        /// The figure.
        value: fn(&Scene<'_, '_>, &[&str]) -> Value,
        /// What it is computed from.
        of: Selection,
        /// What that is set against.
        against: Option<Selection>,
    },
}

/// What a figure depends on besides rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Nothing.
    Nothing,
    /// The configuration.
    Configuration,
    /// The titles of the form tabs' columns, as last observed.
    ObservedTabs,
}

/// One figure, or one for each code.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    /// Its path, which begins with its family; a star stands for any of some codes.
    pub path: &'static str,
    /// Which codes each star stands for.
    pub over: &'static [Codes],
    /// What it is measured in.
    pub unit: Unit,
    /// How it is measured.
    pub measure: Measure,
    /// What it depends on besides rows.
    pub beside: Beside,
    /// Whether there are no data for it without a season before.
    pub looks_back: bool,
    /// The figure whose rows are shown instead, where its own would tell what somebody said in
    /// confidence.
    pub shown_as: Option<&'static str>,
    /// How it is judged.
    pub judged: Judged,
}

impl Figure {
    /// A figure that has no star, depends on rows alone, is shown as it is, and is not judged.
    pub const fn new(path: &'static str, unit: Unit, measure: Measure) -> Self {
        Self {
            path,
            over: &[],
            unit,
            measure,
            beside: Beside::Nothing,
            looks_back: false,
            shown_as: None,
            judged: Judged::Not,
        }
    }

    /// A number of things.
    pub const fn count(path: &'static str, of: Selection) -> Self {
        Self::new(path, Unit::Count, Measure::Count(of))
    }

    /// A sum of amounts.
    pub const fn sum(path: &'static str, unit: Unit, of: Selection) -> Self {
        Self::new(path, unit, Measure::Sum(of))
    }

    /// What follows from some figures that are set against others.
    pub const fn derived(
        path: &'static str,
        unit: Unit,
        from: &'static [&'static str],
        against: &'static [&'static str],
        by: Derivation,
    ) -> Self {
        Self::new(path, unit, Measure::Derived { from, against, by })
    }

    /// A part of a whole.
    pub const fn rate(path: &'static str, part: Selection, whole: Selection) -> Self {
        Self::new(path, Unit::Rate, Measure::Share(part, whole))
    }

    /// With the codes that each star of its path stands for.
    #[must_use]
    pub const fn over(self, over: &'static [Codes]) -> Self {
        Self { over, ..self }
    }

    /// With what it depends on besides rows.
    #[must_use]
    pub const fn beside(self, beside: Beside) -> Self {
        Self { beside, ..self }
    }

    /// Without data where there is no season before.
    #[must_use]
    pub const fn looks_back(self) -> Self {
        Self { looks_back: true, ..self }
    }

    /// With the rows of a wider figure in the place of its own.
    #[must_use]
    pub const fn shown_as(self, wider: &'static str) -> Self {
        Self { shown_as: Some(wider), ..self }
    }

    /// With how it is judged.
    #[must_use]
    pub const fn judged(self, judged: Judged) -> Self {
        Self { judged, ..self }
    }

    /// The name of its family, with which its path begins.
    pub fn family(&self) -> &'static str {
        self.path.split('.').next().unwrap_or_default()
    }

    /// The key of its definition: `define-budget-any-plan`.
    pub fn definition(&self) -> String {
        format!("define-{}", self.path.replace('.', "-").replace('*', "any"))
    }

    /// Whether it has one value only.
    pub fn is_single(&self) -> bool {
        self.over.is_empty()
    }

    /// Its path for some codes.
    pub(super) fn path_of(&self, codes: &[&str]) -> String {
        filled(self.path, codes)
    }

    /// The codes at the stars, if the path is one of this figure's.
    pub fn codes_in<'p>(&self, path: &'p str) -> Option<Vec<&'p str>> {
        let mut codes = Vec::new();
        let (mut own, mut parts) = (self.path.split('.'), path.split('.'));
        loop {
            match (own.next(), parts.next()) {
                (None, None) => return Some(codes),
                (Some("*"), Some(code)) => codes.push(code),
                (Some(name), Some(part)) if name == part => {}
                _ => return None,
            }
        }
    }

    /// The codes at the stars, for each of its values in order.
    pub(super) fn all_codes<'p>(&self, program: &'p Program) -> Vec<Vec<&'p str>> {
        self.over.iter().fold(vec![Vec::new()], |found, star| {
            let with = |codes: Vec<&'p str>| {
                star.of(program).into_iter().map(move |code| [codes.as_slice(), &[code]].concat())
            };
            found.into_iter().flat_map(with).collect()
        })
    }

    /// Its value for some codes, given the figures before it.
    pub(super) fn value(&self, scene: &Scene<'_, '_>, codes: &[&str], before: &Figures) -> Value {
        if self.looks_back && scene.standing.previous.is_none() {
            return Value::Null;
        }
        let select = |selection: Selection| selection(scene, codes);
        match self.measure {
            Measure::Count(of) => size(select(of).len()).into(),
            Measure::Sum(of) => sum(&select(of)).into(),
            Measure::Mean { of, parts } => mean_of_sums(&amounts(&select(of)), parts).into(),
            Measure::Summary(of, summary) => summary(&amounts(&select(of))),
            Measure::Share(part, whole) | Measure::Ratio(part, whole) => {
                ratio(sum(&select(part)), sum(&select(whole))).into()
            }
            Measure::Derived { from, against, by } => {
                let paths = from.iter().chain(against);
                let values = paths.map(|path| before.integer(&filled(path, codes)));
                by(scene, &values.collect::<Vec<_>>())
            }
            Measure::Computed { value, .. } => value(scene, codes),
        }
    }
}

/// Rows, each with the amount that it gives in answer to a question.
pub(super) fn amounts_of<'s>(
    records: impl Iterator<Item = &'s Record>,
    question: &str,
) -> Items<'s> {
    let amount = |record: &&'s Record| record.answers.integer(question).unwrap_or(0);
    let giving = records.filter(|record| amount(record) != 0);
    giving.map(|record| Subject::Row(record).times(amount(&record))).collect()
}

/// Rows, each counted once.
pub(super) fn each<'s>(records: impl Iterator<Item = &'s Record>) -> Items<'s> {
    records.map(|record| Subject::Row(record).once()).collect()
}

fn sum(items: &[Item<'_>]) -> i64 {
    items.iter().map(|item| item.amount).sum()
}

fn amounts(items: &[Item<'_>]) -> Vec<i64> {
    items.iter().map(|item| item.amount).collect()
}

/// A path with codes in the place of its stars.
pub(super) fn filled(path: &str, codes: &[&str]) -> String {
    let mut codes = codes.iter();
    let part = |part| if part == "*" { codes.next().copied().unwrap_or(part) } else { part };
    path.split('.').map(part).collect::<Vec<_>>().join(".")
}

/// The figure that has a path, and the codes at its stars.
pub fn at(path: &str) -> Option<(&'static Figure, Vec<&str>)> {
    all().find_map(|figure| Some((figure, figure.codes_in(path)?)))
}

/// All figures, family by family.
pub fn all() -> impl Iterator<Item = &'static Figure> {
    FAMILIES.iter().copied().flatten()
}

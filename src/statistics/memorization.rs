//! Memorization: how many ayat were gained, and who recites at all.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::{NaiveDate, TimeDelta};

use super::Mushaf;
use super::figure::Measure::{Computed, Derived, Summary};
use super::figure::{Derivation, Figure, Items, Measure, Unit, each};
use super::numbers::{difference, median, rate_of_change, round4, size, trend};
use super::scene::Scene;
use super::subject::{OfMentee, Subject};
use crate::ledger::people::MenteeIndex;
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;

/// Days without any record after which a member is idle.
const IDLE_DAYS: i64 = 28;

pub(super) const FIGURES: &[Figure] = &[
    Figure::count("memorization.records", |scene, _| each(recited(scene).map(|(_, row)| row))),
    Figure::count("memorization.reciters", reciters),
    Figure::count("memorization.exams", |scene, _| each(of_kind(scene, "exam"))),
    Figure::sum("memorization.new_ayat", Unit::Count, gained),
    Figure::new(
        "memorization.new_pages",
        Unit::Decimal,
        Computed {
            value: |scene, _| round4(scene.gains().values().map(|gain| gain.pages).sum()).into(),
            of: gained,
            against: None,
        },
    ),
    Figure::new(
        "memorization.review_pages",
        Unit::Decimal,
        Computed {
            value: |scene, _| {
                let ayat =
                    of_kind(scene, "review").flat_map(|record| passage(scene.mushaf, record));
                round4(ayat.map(|ayah| scene.mushaf.page_share(ayah)).sum()).into()
            },
            of: |scene, _| each(of_kind(scene, "review")),
            against: None,
        },
    ),
    // A juz may have been begun in an earlier season.
    Figure::sum("memorization.juz_completed", Unit::Count, |scene, _| {
        gains(scene.gains(), &[OfMentee::LearntEver], |gain| size(gain.juz))
    }),
    Figure::new(
        "memorization.median_gain",
        Unit::Decimal,
        Summary(gains_of_members, |ayat| median(ayat).into()),
    ),
    Figure::rate("memorization.share_gaining", gaining_members, members),
    Figure::rate("memorization.share_idle_28d", idle_members, members),
    Figure::sum("memorization.previous_new_ayat", Unit::Count, |scene, _| {
        gains(scene.gains_before(), &[OfMentee::LearntBefore], |gain| gain.ayat)
    })
    .looks_back(),
    Figure::new("memorization.ayat_change", Unit::Count, compared(difference)),
    Figure::new("memorization.ayat_change_rate", Unit::Rate, compared(rate_of_change)),
    Figure::new("memorization.ayat_trend", Unit::Trend, compared(trend)),
];

const fn compared(by: Derivation) -> Measure {
    Derived { from: &["memorization.new_ayat"], against: &["memorization.previous_new_ayat"], by }
}

/// The records of the season, with whose they are.
fn recited<'s>(scene: &Scene<'s, '_>) -> impl Iterator<Item = (MenteeIndex, &'s Record)> {
    let window = scene.window();
    let all = scene.standing.recitations.iter().map(|(mentee, record)| (*mentee, *record));
    all.filter(move |(_, record)| window.contains(record.event_date))
}

fn of_kind<'s>(scene: &Scene<'s, '_>, kind: &'static str) -> impl Iterator<Item = &'s Record> {
    let all = recited(scene).map(|(_, record)| record);
    all.filter(move |record| record.answers.text("record_kind") == Some(kind))
}

fn reciters<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let mentees: BTreeSet<MenteeIndex> = recited(scene).map(|(mentee, _)| mentee).collect();
    let item = |mentee| Subject::Mentee(mentee, &[OfMentee::Recited]).once();
    mentees.into_iter().map(item).collect()
}

/// A number of what each mentee gained, if it is not 0.
fn gains<'s>(
    gains: &BTreeMap<MenteeIndex, Gain>,
    rows: &'static [OfMentee],
    number: fn(&Gain) -> i64,
) -> Items<'s> {
    let numbers = gains.iter().map(|(mentee, gain)| (*mentee, number(gain)));
    let some = numbers.filter(|(_, number)| *number != 0);
    some.map(|(mentee, number)| Subject::Mentee(mentee, rows).times(number)).collect()
}

fn gained<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    gains(scene.gains(), &[OfMentee::Learnt], |gain| gain.ayat)
}

/// Everybody who is a member of a group, and passes a test.
fn members_who<'s>(
    scene: &Scene<'s, '_>,
    rows: &'static [OfMentee],
    test: impl Fn(MenteeIndex) -> bool,
) -> Items<'s> {
    let members = scene.standing.all_members().filter(|mentee| test(*mentee));
    members.map(|mentee| Subject::Mentee(mentee, rows).once()).collect()
}

fn members<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    members_who(scene, &[OfMentee::Placements], |_| true)
}

fn ayat(scene: &Scene<'_, '_>, mentee: MenteeIndex) -> i64 {
    scene.gains().get(&mentee).map_or(0, |gain| gain.ayat)
}

fn gains_of_members<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    const ROWS: &[OfMentee] = &[OfMentee::Placements, OfMentee::Learnt];
    let item = |mentee| Subject::Mentee(mentee, ROWS).times(ayat(scene, mentee));
    scene.standing.all_members().map(item).collect()
}

fn gaining_members<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    members_who(scene, &[OfMentee::Learnt], |mentee| ayat(scene, mentee) > 0)
}

fn idle_members<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let (since, through) = (idle_since(scene.standing.through), scene.standing.through);
    let recent = scene
        .standing
        .recitations
        .iter()
        .filter(|(_, record)| since < record.event_date && record.event_date <= through);
    let busy: BTreeSet<MenteeIndex> = recent.map(|(mentee, _)| *mentee).collect();
    members_who(scene, &[OfMentee::Placements], |mentee| !busy.contains(&mentee))
}

fn idle_since(through: NaiveDate) -> NaiveDate {
    through - TimeDelta::days(IDLE_DAYS)
}

/// Whether a record tells of ayat that were recited well for the first time, or again.
pub(super) fn adds_ayat(record: &Record) -> bool {
    record.answers.text("record_kind") == Some("new")
        && matches!(record.answers.text("fluency"), Some("fluent" | "fair"))
}

fn by_mentee<'a>(standing: &Standing<'a>) -> BTreeMap<MenteeIndex, Vec<&'a Record>> {
    let mut of_mentee: BTreeMap<MenteeIndex, Vec<&'a Record>> = BTreeMap::new();
    for (mentee, record) in &standing.recitations {
        of_mentee.entry(*mentee).or_default().push(record);
    }
    of_mentee
}

fn passage(mushaf: &Mushaf, record: &Record) -> Range<usize> {
    let number = |question| record.answers.integer(question);
    mushaf.passage(
        number("surah").unwrap_or(0),
        number("ayah_from").unwrap_or(1),
        number("ayah_to"),
    )
}

/// What one mentee memorized in the season.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Progress {
    /// Ayat gained.
    pub ayat: i64,
    /// The pages that they fill.
    pub pages: f64,
    /// Juz completed.
    pub juz: usize,
    /// The day of the latest record of any kind, of any season.
    pub last: Option<NaiveDate>,
    /// Whether there has been no record of any kind for 28 days.
    pub idle: bool,
}

/// The progress of everybody who ever recited; whoever is not in it never did.
pub fn progress(standing: &Standing<'_>, mushaf: &Mushaf) -> BTreeMap<MenteeIndex, Progress> {
    let (start, through) = (standing.season.start, standing.through);
    let of_one = |(mentee, records): (MenteeIndex, Vec<&Record>)| {
        let last = records.iter().map(|record| record.event_date).max();
        let is_recent = |record: &&Record| {
            idle_since(through) < record.event_date && record.event_date <= through
        };
        let idle = !records.iter().any(is_recent);
        let Gain { ayat, pages, juz } = Gain::of(mushaf, &records, start, through);
        (mentee, Progress { ayat, pages: round4(pages), juz, last, idle })
    };
    by_mentee(standing).into_iter().map(of_one).collect()
}

/// What one mentee learnt in a season: the ayat known at its end that were not known on the day
/// before it began.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Gain {
    ayat: i64,
    pages: f64,
    juz: usize,
}

impl Gain {
    /// The gains of everybody who ever recited.
    pub(super) fn of_all(
        scene: &Scene<'_, '_>,
        start: NaiveDate,
        through: NaiveDate,
    ) -> BTreeMap<MenteeIndex, Self> {
        let all = by_mentee(scene.standing).into_iter();
        all.map(|(mentee, records)| (mentee, Self::of(scene.mushaf, &records, start, through)))
            .collect()
    }

    fn of(mushaf: &Mushaf, records: &[&Record], start: NaiveDate, through: NaiveDate) -> Self {
        let before = known(mushaf, records, start - TimeDelta::days(1));
        let after = known(mushaf, records, through);
        let completed = |juz: &&Range<usize>| after.holds(juz) && !before.holds(juz);
        Self {
            ayat: after.size() - before.size(),
            pages: after.less(&before).map(|ayah| mushaf.page_share(ayah)).sum(),
            juz: mushaf.juz().iter().filter(completed).count(),
        }
    }
}

/// The ayat that a mentee had recited well by a day.
fn known(mushaf: &Mushaf, records: &[&Record], day: NaiveDate) -> Ayat {
    let mut ayat = Ayat(vec![0; mushaf.ayat().div_ceil(64)]);
    for record in records.iter().filter(|record| adds_ayat(record) && record.event_date <= day) {
        passage(mushaf, record).for_each(|ayah| ayat.0[ayah / 64] |= 1 << (ayah % 64));
    }
    ayat
}

/// A set of ayat, one bit each: thousands of mentees have four sets each.
struct Ayat(Vec<u64>);

impl Ayat {
    fn size(&self) -> i64 {
        self.0.iter().map(|word| i64::from(word.count_ones())).sum()
    }

    fn holds(&self, juz: &Range<usize>) -> bool {
        juz.clone().all(|ayah| self.0[ayah / 64] >> (ayah % 64) & 1 == 1)
    }

    fn less<'s>(&'s self, before: &'s Self) -> impl Iterator<Item = usize> + 's {
        let words = self.0.iter().zip(&before.0).map(|(after, before)| after & !before).enumerate();
        let changed = words.filter(|(_, word)| *word != 0);
        changed.flat_map(|(at, word)| {
            (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * 64 + bit)
        })
    }
}

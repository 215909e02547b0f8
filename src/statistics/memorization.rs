//! Memorization: how many ayat were gained, and who recites at all.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};

use super::evidence::{Asked, Evidence, text};
use super::numbers::{comparison, count, median, ratio, round4, size, with};
use super::{Mushaf, Scene};
use crate::ledger::people::MenteeIndex;
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;
use crate::ledger::weeks::Window;

/// Days without any record after which a member is idle.
const IDLE_DAYS: i64 = 28;

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let (standing, mushaf) = (scene.standing, scene.mushaf);
    let window = standing.window();
    let of_mentee = by_mentee(standing);
    let here: Vec<(MenteeIndex, &Record)> = standing
        .recitations
        .iter()
        .copied()
        .filter(|(_, record)| window.contains(record.event_date))
        .collect();
    let kind = |record: &Record, kind| record.answers.text("record_kind") == Some(kind);
    let review = here
        .iter()
        .filter(|(_, record)| kind(record, "review"))
        .flat_map(|(_, r)| passage(mushaf, r));
    let gain = Gain::of(mushaf, &of_mentee, standing.season.start, standing.through);
    let new_ayat = gain.by_mentee.values().sum();
    let members: Vec<MenteeIndex> = standing.all_members().collect();
    let gains: Vec<i64> =
        members.iter().map(|mentee| gain.by_mentee.get(mentee).copied().unwrap_or(0)).collect();
    let idle = members.iter().filter(|mentee| is_idle(of_mentee.get(mentee), standing.through));
    let reciters: BTreeSet<MenteeIndex> = here.iter().map(|(mentee, _)| *mentee).collect();
    let figures = json!({
        "records": here.len(),
        "reciters": reciters.len(),
        "exams": count(here.iter().filter(|(_, record)| kind(record, "exam"))),
        "new_ayat": new_ayat,
        "new_pages": round4(gain.pages),
        "review_pages": round4(review.map(|ayah| mushaf.page_share(ayah)).sum()),
        "juz_completed": gain.juz,
        "median_gain": median(&gains),
        "share_gaining": ratio(count(gains.iter().filter(|gain| **gain > 0)), size(members.len())),
        "share_idle_28d": ratio(count(idle), size(members.len())),
    });
    let before = standing.previous.map(|previous| {
        Gain::of(mushaf, &of_mentee, previous.season.start, previous.through)
            .by_mentee
            .values()
            .sum()
    });
    with(figures, comparison("new_ayat", "ayat", new_ayat, before))
}

fn by_mentee<'a>(standing: &Standing<'a>) -> BTreeMap<MenteeIndex, Vec<&'a Record>> {
    let mut of_mentee: BTreeMap<MenteeIndex, Vec<&'a Record>> = BTreeMap::new();
    for (mentee, record) in &standing.recitations {
        of_mentee.entry(*mentee).or_default().push(record);
    }
    of_mentee
}

fn passage(mushaf: &Mushaf, record: &Record) -> std::ops::Range<usize> {
    let number = |question| record.answers.integer(question);
    mushaf.passage(
        number("surah").unwrap_or(0),
        number("ayah_from").unwrap_or(1),
        number("ayah_to"),
    )
}

fn is_idle(records: Option<&Vec<&Record>>, through: NaiveDate) -> bool {
    let since = through - TimeDelta::days(IDLE_DAYS);
    !records.is_some_and(|records| {
        records.iter().any(|r| since < r.event_date && r.event_date <= through)
    })
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
        let idle = is_idle(Some(&records), through);
        let last = records.iter().map(|record| record.event_date).max();
        let gain = Gain::of(mushaf, &BTreeMap::from([(mentee, records)]), start, through);
        let ayat = gain.by_mentee.get(&mentee).copied().unwrap_or(0);
        (mentee, Progress { ayat, pages: round4(gain.pages), juz: gain.juz, last, idle })
    };
    by_mentee(standing).into_iter().map(of_one).collect()
}

/// What was learnt in a season: the ayat known at its end that were not known on the day before it
/// began.
#[derive(Debug, Default)]
struct Gain {
    by_mentee: BTreeMap<MenteeIndex, i64>,
    pages: f64,
    juz: usize,
}

impl Gain {
    fn of(
        mushaf: &Mushaf,
        of_mentee: &BTreeMap<MenteeIndex, Vec<&Record>>,
        start: NaiveDate,
        through: NaiveDate,
    ) -> Self {
        let mut gain = Self::default();
        for (mentee, records) in of_mentee {
            let before = known(mushaf, records, start - TimeDelta::days(1));
            let after = known(mushaf, records, through);
            gain.by_mentee.insert(*mentee, after.size() - before.size());
            gain.pages += after.less(&before).map(|ayah| mushaf.page_share(ayah)).sum::<f64>();
            let completed = |juz: &&std::ops::Range<usize>| after.holds(juz) && !before.holds(juz);
            gain.juz += mushaf.juz().iter().filter(completed).count();
        }
        gain
    }
}

/// The ayat that a mentee had recited well by a day.
fn known(mushaf: &Mushaf, records: &[&Record], day: NaiveDate) -> Ayat {
    let mut ayat = Ayat(vec![0; mushaf.ayat().div_ceil(64)]);
    for record in records {
        let new = record.answers.text("record_kind") == Some("new");
        let well = matches!(record.answers.text("fluency"), Some("fluent" | "fair"));
        if new && well && record.event_date <= day {
            passage(mushaf, record).for_each(|ayah| ayat.0[ayah / 64] |= 1 << (ayah % 64));
        }
    }
    ayat
}

/// A set of ayat, one bit each: thousands of mentees have four sets each.
struct Ayat(Vec<u64>);

impl Ayat {
    fn size(&self) -> i64 {
        self.0.iter().map(|word| i64::from(word.count_ones())).sum()
    }

    fn holds(&self, juz: &std::ops::Range<usize>) -> bool {
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

/// The rows behind each figure.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let rows = |window: Window, test: &dyn Fn(MenteeIndex, &Record) -> bool| {
        let here =
            standing.recitations.iter().filter(|(_, record)| window.contains(record.event_date));
        Evidence::of(
            here.filter(|(mentee, record)| test(*mentee, record)).map(|(_, record)| *record),
        )
    };
    let window = standing.window();
    let kind = |record: &Record, kind: &str| text(record, "record_kind") == kind;
    let learnt = |record: &Record| {
        kind(record, "new") && matches!(text(record, "fluency"), "fluent" | "fair")
    };
    let before = standing.previous.map_or_else(Evidence::default, |previous| {
        rows(previous.window(), &|_, record| learnt(record))
    });
    let of_members =
        || rows(window, &|mentee, record| learnt(record) && standing.group_of(mentee).is_some());
    let members = || asked.groups(|_, group| group.is_open(standing.through));
    match path {
        ["exams"] => rows(window, &|_, record| kind(record, "exam")),
        // A juz may have been begun in an earlier season.
        ["juz_completed"] => {
            rows(Window { from: NaiveDate::MIN, to: standing.through }, &|_, record| learnt(record))
        }
        ["new_ayat" | "new_pages"] => rows(window, &|_, record| learnt(record)),
        ["review_pages"] => rows(window, &|_, record| kind(record, "review")),
        ["median_gain" | "share_gaining"] => of_members().against(members()),
        ["share_idle_28d"] => {
            let since = Window {
                from: standing.through - TimeDelta::days(IDLE_DAYS - 1),
                to: standing.through,
            };
            // Who is not idle, against all members.
            rows(since, &|mentee, _| standing.group_of(mentee).is_some()).against(members())
        }
        ["previous_new_ayat"] => before,
        ["ayat_change" | "ayat_change_rate" | "ayat_trend"] => {
            rows(window, &|_, record| learnt(record)).against(before)
        }
        _ => rows(window, &|_, _| true),
    }
}

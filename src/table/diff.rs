//! Rows seen × rows now: what happened to the rows of a tab since they were last read.
//!
//! A row has no id of its own. It is known by its timestamp to the millisecond, by the identifying
//! answers, and by how often both occur; people sort, insert, edit and delete rows at will. Laws
//! (each a property test): order does not matter; a row edited and edited back gives two changes;
//! identical rows are counted, not merged.

use std::collections::HashMap;

/// What is compared of a row, seen or now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Print {
    /// The timestamp in milliseconds; none for a row typed by hand.
    pub moment: Option<i64>,
    /// Fingerprint of the identifying answers; none if the form has none.
    pub identity: Option<u64>,
    /// Fingerprint of all answers.
    pub content: u64,
}

/// What happened to one row; rows are named by their index in `seen` and `now`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each says what its fields are")]
pub enum RowChange {
    /// It stands as it stood.
    Unchanged { seen: usize, now: usize },
    /// It is the same row with other answers.
    Changed { seen: usize, now: usize },
    /// It was not there before.
    New { now: usize },
    /// It is not there any more.
    Gone { seen: usize },
}

/// How alike two rows must be, as a share of equal answers, to be taken for one that was edited.
const ALIKE: f64 = 0.5;

/// Compares the rows seen with the rows now. `likeness(seen, now)` is the share of answers that are
/// equal; it is asked only where timestamps and identifying answers leave a doubt. Changes come in
/// the order: pairs, new, gone.
pub fn diff(
    seen: &[Print],
    now: &[Print],
    likeness: impl Fn(usize, usize) -> f64,
) -> Vec<RowChange> {
    let mut pairs = Pairs::new(seen, now);
    pairs.match_by(|row| Some(*row));
    let unchanged = pairs.found.len();
    // The same moment and person: an answer was edited.
    pairs.match_by(|row| row.moment.map(|moment| (moment, row.identity)));
    // The same moment alone: an identifying answer was edited.
    pairs.match_alike(&likeness, 0.0, |row| row.moment);
    // The same person alone: the form's own "edit your response" renews the timestamp.
    pairs.match_by(|row| row.identity);
    // A row typed by hand has nothing else than its answers.
    pairs.match_alike(&likeness, ALIKE, |row| row.moment.is_none().then_some(()));
    pairs.into_changes(unchanged)
}

struct Pairs<'a> {
    seen: &'a [Print],
    now: &'a [Print],
    seen_left: Vec<usize>,
    now_left: Vec<usize>,
    found: Vec<(usize, usize)>,
}

impl<'a> Pairs<'a> {
    fn new(seen: &'a [Print], now: &'a [Print]) -> Self {
        Self {
            seen,
            now,
            seen_left: (0..seen.len()).collect(),
            now_left: (0..now.len()).collect(),
            found: Vec::new(),
        }
    }

    /// Pairs rows of the same key, in order, as often as both have it.
    fn match_by<K: std::hash::Hash + Eq>(&mut self, key: impl Fn(&Print) -> Option<K>) {
        if self.seen_left.is_empty() || self.now_left.is_empty() {
            return;
        }
        let mut waiting: HashMap<K, Vec<usize>> = HashMap::new();
        for &index in self.seen_left.iter().rev() {
            if let Some(key) = key(&self.seen[index]) {
                waiting.entry(key).or_default().push(index);
            }
        }
        let mut paired = vec![false; self.seen.len()];
        self.now_left.retain(|&index| {
            let partner = key(&self.now[index]).and_then(|key| waiting.get_mut(&key)?.pop());
            if let Some(seen) = partner {
                paired[seen] = true;
                self.found.push((seen, index));
            }
            partner.is_none()
        });
        self.seen_left.retain(|&index| !paired[index]);
    }

    /// Pairs rows of the same key by likeness, the most alike first, as long as they are more alike
    /// than `least`.
    fn match_alike<K: std::hash::Hash + Eq>(
        &mut self,
        likeness: &impl Fn(usize, usize) -> f64,
        least: f64,
        key: impl Fn(&Print) -> Option<K>,
    ) {
        if self.seen_left.is_empty() || self.now_left.is_empty() {
            return;
        }
        let mut seen_by_key: HashMap<K, Vec<usize>> = HashMap::new();
        for &index in &self.seen_left {
            if let Some(key) = key(&self.seen[index]) {
                seen_by_key.entry(key).or_default().push(index);
            }
        }
        let mut candidates = Vec::new();
        for &now in &self.now_left {
            let partners = key(&self.now[now]).and_then(|key| seen_by_key.get(&key));
            candidates.extend(
                partners.into_iter().flatten().map(|&seen| (likeness(seen, now), seen, now)),
            );
        }
        candidates.retain(|(alike, ..)| *alike > least);
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        for (_, seen, now) in candidates {
            let (at, place) =
                (self.seen_left.binary_search(&seen), self.now_left.binary_search(&now));
            if let (Ok(at), Ok(place)) = (at, place) {
                self.seen_left.remove(at);
                self.now_left.remove(place);
                self.found.push((seen, now));
            }
        }
    }

    fn into_changes(self, unchanged: usize) -> Vec<RowChange> {
        let pairs = self.found.iter().enumerate().map(|(index, &(seen, now))| {
            if index < unchanged {
                RowChange::Unchanged { seen, now }
            } else {
                RowChange::Changed { seen, now }
            }
        });
        let new = self.now_left.iter().map(|&now| RowChange::New { now });
        let gone = self.seen_left.iter().map(|&seen| RowChange::Gone { seen });
        pairs.chain(new).chain(gone).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn print(moment: i64, identity: u64, content: u64) -> Print {
        Print { moment: Some(moment), identity: Some(identity), content }
    }

    fn never_alike(_: usize, _: usize) -> f64 {
        0.0
    }

    #[test]
    fn an_edited_name_is_the_same_row() {
        let changes = diff(&[print(1, 10, 100)], &[print(1, 11, 101)], |_, _| 0.9);
        assert_eq!(changes, [RowChange::Changed { seen: 0, now: 0 }]);
    }

    #[test]
    fn an_edited_response_with_a_new_timestamp_is_the_same_row() {
        let changes = diff(&[print(1, 10, 100)], &[print(2, 10, 101)], never_alike);
        assert_eq!(changes, [RowChange::Changed { seen: 0, now: 0 }]);
    }

    #[test]
    fn registering_again_is_a_new_row_and_leaves_the_first() {
        let changes =
            diff(&[print(1, 10, 100)], &[print(1, 10, 100), print(2, 10, 101)], never_alike);
        assert_eq!(changes, [RowChange::Unchanged { seen: 0, now: 0 }, RowChange::New { now: 1 }]);
    }

    #[test]
    fn of_two_rows_at_one_moment_the_likelier_is_the_edited_one() {
        let seen = [print(1, 10, 100), print(1, 20, 200)];
        let now = [print(1, 20, 200), print(1, 12, 102)];
        let changes = diff(&seen, &now, |seen, now| if (seen, now) == (0, 1) { 0.9 } else { 0.1 });
        assert_eq!(
            changes,
            [RowChange::Unchanged { seen: 1, now: 0 }, RowChange::Changed { seen: 0, now: 1 }]
        );
    }

    #[test]
    fn another_row_at_the_same_moment_that_shares_nothing_is_another_row() {
        let changes = diff(&[print(1, 10, 100)], &[print(1, 11, 101)], never_alike);
        assert_eq!(changes, [RowChange::New { now: 0 }, RowChange::Gone { seen: 0 }]);
    }

    #[test]
    fn a_hand_typed_row_is_known_by_its_answers() {
        let by_hand = |content| Print { moment: None, identity: Some(content), content };
        let changes = diff(&[by_hand(1), by_hand(2)], &[by_hand(3), by_hand(1)], |_, now| {
            if now == 0 { 0.8 } else { 0.0 }
        });
        assert_eq!(
            changes,
            [RowChange::Unchanged { seen: 0, now: 1 }, RowChange::Changed { seen: 1, now: 0 }]
        );
    }

    fn any_rows() -> impl Strategy<Value = Vec<Print>> {
        let row = (prop::option::of(0_i64..4), prop::option::of(0_u64..4), 0_u64..4);
        prop::collection::vec(
            row.prop_map(|(moment, identity, content)| Print { moment, identity, content }),
            0..12,
        )
    }

    proptest! {
        #[test]
        fn a_sorted_sheet_yields_nothing(rows in any_rows(), seed in any::<u64>()) {
            let mut shuffled = rows.clone();
            shuffled.sort_by_key(|row| (row.content ^ seed, row.moment, row.identity));
            let changes = diff(&rows, &shuffled, |_, _| 1.0);
            let all_unchanged = changes.iter().all(|change| matches!(change, RowChange::Unchanged { .. }));
            prop_assert!(all_unchanged);
        }

        #[test]
        fn every_row_is_accounted_for_once(seen in any_rows(), now in any_rows()) {
            let (mut seen_count, mut now_count) = (vec![0; seen.len()], vec![0; now.len()]);
            for change in diff(&seen, &now, |_, _| 0.6) {
                match change {
                    RowChange::Unchanged { seen: s, now: n } => {
                        prop_assert_eq!(seen[s], now[n]);
                        seen_count[s] += 1;
                        now_count[n] += 1;
                    }
                    RowChange::Changed { seen: s, now: n } => { seen_count[s] += 1; now_count[n] += 1; }
                    RowChange::New { now: n } => now_count[n] += 1,
                    RowChange::Gone { seen: s } => seen_count[s] += 1,
                }
            }
            prop_assert!(seen_count.iter().chain(&now_count).all(|count| *count == 1));
        }

        #[test]
        fn identical_rows_are_counted(row in (0_i64..4, 0_u64..4, 0_u64..4), before in 0_usize..5, after in 0_usize..5) {
            let row = print(row.0, row.1, row.2);
            let changes = diff(&vec![row; before], &vec![row; after], |_, _| 1.0);
            let count = |kind: fn(&RowChange) -> bool| changes.iter().filter(|change| kind(change)).count();
            prop_assert_eq!(count(|c| matches!(c, RowChange::Unchanged { .. })), before.min(after));
            prop_assert_eq!(count(|c| matches!(c, RowChange::New { .. })), after.saturating_sub(before));
            prop_assert_eq!(count(|c| matches!(c, RowChange::Gone { .. })), before.saturating_sub(after));
        }
    }
}

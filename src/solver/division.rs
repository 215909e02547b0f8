//! A bound on all groups of some candidates, for which their pairs are divided between the two
//! better than by half.
//!
//! In a group of `n`, each member answers for a part of its own gain, for its share of its pairs,
//! and for an `n - 1`th of the other part of everybody else's gain: so a pair with somebody who
//! does not fit here is worth little (Gilmore, 1962, and Lawler, 1963, for the quadratic assignment
//! problem). How pairs and gains are divided is then changed until those who count on each other
//! are the same (the Lagrangian dual of Adams and Johnson, 1994, by subgradients): any division
//! gives a bound.

use std::cmp::Reverse;

use crate::number::{int, points, real, steps};
use crate::position::{Position, Table};
use crate::positions;

positions! {
    /// The position of somebody among those who could be in a group.
    CandidateId;
    /// The position of one side of a pair in `PairRows`.
    SideId;
}

/// The worth of what is impossible.
pub const NEVER: i64 = i64::MIN / 4;

/// How often pairs are divided anew.
const ROUNDS: u32 = 150;

/// Among fewer candidates a division is not worth its work.
const FEW: usize = 16;

/// The pairs among candidates in rows: a side for each of the two.
#[derive(Debug, Default)]
pub struct PairRows {
    /// Where each candidate's row ends; it begins where the row before it ends.
    ends: Table<CandidateId, usize>,
    /// The other candidate.
    other: Table<SideId, CandidateId>,
    /// What the candidate of the row answers for, in scaled points; `NEVER` if the two must not be
    /// together.
    reward: Table<SideId, i64>,
}

impl PairRows {
    /// Adds the next candidate's row: the others and what the candidate answers for.
    pub fn push(&mut self, row: impl Iterator<Item = (CandidateId, i64)>) {
        for (other, reward) in row {
            self.other.push(other);
            self.reward.push(reward);
        }
        self.ends.push(self.other.len());
    }

    /// The sides in a candidate's row.
    fn row(&self, at: CandidateId) -> impl ExactSizeIterator<Item = SideId> + use<> {
        let start =
            at.index().checked_sub(1).map_or(0, |before| self.ends[CandidateId::at(before)]);
        (start..self.ends[at]).map(SideId::at)
    }

    /// Where each pair stands in the other's row. Rows need not be in order of candidates.
    fn mirror(&self) -> Table<SideId, SideId> {
        let mut by_pair: Vec<(CandidateId, CandidateId, SideId)> =
            Vec::with_capacity(self.other.len());
        for at in self.ends.ids() {
            by_pair.extend(self.row(at).map(|side| {
                let to = self.other[side];
                (to.min(at), to.max(at), side)
            }));
        }
        by_pair.sort_unstable();
        let mut mirror = Table::filled(SideId(0), self.other.len());
        for two in by_pair.chunks_exact(2) {
            mirror[two[0].2] = two[1].2;
            mirror[two[1].2] = two[0].2;
        }
        mirror
    }
}

/// Whom a candidate counts on in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pick {
    /// The other of a pair.
    Pair(SideId),
    /// Somebody with whom there is no pair.
    Free(CandidateId),
}

/// The size of group whose bound is the highest.
struct Tightest {
    /// The bound.
    bound: i64,
    /// The size.
    size: usize,
    /// The lowest answer among those who are counted in.
    lowest: i64,
}

/// A division of pairs and gains among candidates.
pub struct Division<'o> {
    pairs: PairRows,
    mirror: Table<SideId, SideId>,
    gains: Table<CandidateId, i64>,
    highest: i64,
    /// What a group of each size is worth beyond its members; the largest comes last.
    of_size: &'o [i64],
    /// The size of the largest group.
    most: usize,
    /// What everybody else answers for of a candidate's own gain; never above 0.
    shares: Table<CandidateId, i64>,
    by_share: Vec<CandidateId>,
    alive: Table<CandidateId, bool>,
    /// What each answers for in a group of each size, a row of `most` each.
    answers: Vec<i64>,
    /// Whom each counts on, the best first, a row of `most` each.
    picks: Vec<Option<Pick>>,
    /// The most that a group with each can be worth.
    reach: Table<CandidateId, i64>,
    /// The work done, in elementary steps.
    pub work: u64,
}

impl<'o> Division<'o> {
    /// Divides everything by half. There are candidates, and groups of two or more.
    pub fn new(pairs: PairRows, gains: Table<CandidateId, i64>, of_size: &'o [i64]) -> Self {
        let (count, most) = (gains.len(), of_size.len() - 1);
        let highest = gains.iter().copied().max().unwrap_or(0);
        // With gains of at most nothing, the share of a smaller group is no larger than that of the
        // largest.
        let shares = gains.iter().map(|gain| (gain - highest) / 2 / (int(most) - 1)).collect();
        let mut division = Self {
            mirror: pairs.mirror(),
            pairs,
            highest,
            of_size,
            most,
            shares,
            by_share: gains.ids().collect(),
            gains,
            alive: Table::filled(true, count),
            answers: vec![NEVER; count * most],
            picks: vec![None; count * most],
            reach: Table::filled(NEVER, count),
            work: 0,
        };
        division.sort_by_share();
        division
    }

    /// Tightens the bound on groups that are worth more than `best`, and returns it.
    pub fn tighten(&mut self, best: i64) -> i64 {
        let (mut step, mut stale) = (1.0, 0);
        let mut least = i64::MAX;
        for _ in 0..ROUNDS {
            self.answer();
            let tightest = self.bound();
            let before = least;
            least = least.min(tightest.bound);
            let left = self.drop_hopeless(best);
            if least <= best || left < FEW || tightest.size < 2 {
                break;
            }
            if before - least < (least - best) / 100 {
                stale += 1;
                if stale >= 4 {
                    (step, stale) = (step / 2.0, 0);
                    if step < 0.05 {
                        break;
                    }
                }
            } else {
                stale = 0;
            }
            let above = step * real(tightest.bound - best);
            if !self.divide_anew(&tightest, above) {
                break;
            }
        }
        least
    }

    /// Whether a candidate can be in a group that is worth more than the best.
    pub fn is_hopeful(&self, at: CandidateId) -> bool {
        self.alive[at]
    }

    /// Where a candidate's row of `answers` and `picks` stands.
    fn range(&self, at: CandidateId) -> std::ops::Range<usize> {
        at.index() * self.most..(at.index() + 1) * self.most
    }

    fn sort_by_share(&mut self) {
        let shares = &self.shares;
        self.by_share.sort_unstable_by_key(|&at| (Reverse(shares[at]), at));
    }

    /// What each candidate answers for in a group of each size, with the best of the others.
    fn answer(&mut self) {
        let most = self.most;
        let part = int(most) - 1;
        let mut seen: Table<CandidateId, Option<CandidateId>> =
            Table::filled(None, self.gains.len());
        let mut worths: Vec<(i64, Pick)> = Vec::new();
        for at in self.gains.ids() {
            if !self.alive[at] {
                continue;
            }
            let row = self.pairs.row(at);
            self.work += steps(row.len() + most);
            worths.clear();
            seen[at] = Some(at);
            for side in row {
                let (to, reward) = (self.pairs.other[side], self.pairs.reward[side]);
                seen[to] = Some(at);
                if self.alive[to] && reward > NEVER {
                    worths.push((reward + self.shares[to], Pick::Pair(side)));
                }
            }
            let free = self.by_share.iter().filter(|to| self.alive[**to] && seen[**to] != Some(at));
            worths.extend(free.take(most).map(|&to| (self.shares[to], Pick::Free(to))));
            if worths.len() > most {
                worths.select_nth_unstable_by_key(most - 1, |worth| Reverse(*worth));
                worths.truncate(most);
            }
            worths.sort_unstable_by_key(|worth| Reverse(*worth));
            let mut sum = self.gains[at] - self.highest - part * self.shares[at];
            let range = self.range(at);
            let (answers, picks) = (&mut self.answers[range.clone()], &mut self.picks[range]);
            answers.fill(NEVER);
            picks.fill(None);
            answers[0] = sum;
            for (place, (worth, pick)) in worths.iter().take(most - 1).enumerate() {
                sum += worth;
                answers[place + 1] = sum;
                picks[place] = Some(*pick);
            }
        }
    }

    /// The bound that the answers give, and what each can reach.
    fn bound(&mut self) -> Tightest {
        let (count, most) = (self.gains.len(), self.most);
        let mut tightest = Tightest { bound: NEVER, size: 0, lowest: NEVER };
        let mut sorted: Vec<i64> = Vec::with_capacity(count);
        self.reach.fill(NEVER);
        for size in 1..=most {
            if self.of_size[size] <= NEVER {
                continue;
            }
            sorted.clear();
            let rows = self.answers.chunks_exact(most);
            let alive = rows.clone().zip(&self.alive).filter(|(_, alive)| **alive);
            sorted.extend(alive.map(|(answers, _)| answers[size - 1]));
            if size > sorted.len() {
                break;
            }
            sorted.select_nth_unstable_by_key(size - 1, |answer| Reverse(*answer));
            self.work += steps(count) / 4;
            let lowest = sorted[size - 1];
            if lowest <= NEVER {
                continue;
            }
            let best: i64 = sorted[..size].iter().sum();
            let all = self.of_size[size] + self.highest * int(size) + best;
            if all > tightest.bound {
                tightest = Tightest { bound: all, size, lowest };
            }
            // Whoever is not among the best takes the place of the last of them.
            for (reach, answers) in self.reach.iter_mut().zip(rows) {
                let own = answers[size - 1];
                if own > NEVER {
                    *reach = (*reach).max(all - (lowest - own).max(0));
                }
            }
        }
        tightest
    }

    /// Drops those who cannot be in a group that is worth more than `best`, and returns how many
    /// are left.
    fn drop_hopeless(&mut self, best: i64) -> usize {
        let mut left = 0;
        for (alive, reach) in self.alive.iter_mut().zip(&self.reach) {
            *alive &= *reach > best;
            left += usize::from(*alive);
        }
        left
    }

    /// Divides anew by a subgradient step of so many scaled points: those who are counted on more
    /// often than they count on others answer for more. Whether there was anything to change.
    fn divide_anew(&mut self, tightest: &Tightest, above: f64) -> bool {
        let part = real(int(self.most) - 1);
        let last = tightest.size - 1;
        let mut excess: Table<CandidateId, f64> = Table::filled(0.0, self.gains.len());
        let mut between: Table<SideId, i8> = Table::filled(0, self.pairs.other.len());
        for at in self.gains.ids() {
            let range = self.range(at);
            if !self.alive[at] || self.answers[range.clone()][last] < tightest.lowest {
                continue;
            }
            excess[at] -= 1.0;
            for pick in self.picks[range][..last].iter().flatten() {
                match *pick {
                    Pick::Free(to) => excess[to] += 1.0 / part,
                    Pick::Pair(side) => {
                        excess[self.pairs.other[side]] += 1.0 / part;
                        between[side] += 1;
                        between[self.mirror[side]] -= 1;
                    }
                }
            }
        }
        let mut norm = between.iter().map(|one| f64::from(one * one)).sum::<f64>() / 2.0;
        norm += excess.iter().map(|one| one * one).sum::<f64>();
        if norm < 0.5 {
            return false;
        }
        let length = above / norm;
        for (reward, between) in self.pairs.reward.iter_mut().zip(&between) {
            if *between != 0 {
                *reward -= points(length * f64::from(*between));
            }
        }
        for (share, excess) in self.shares.iter_mut().zip(&excess) {
            if *excess != 0.0 {
                *share = (*share - points(length * excess / part)).min(0);
            }
        }
        self.sort_by_share();
        true
    }
}

//! A problem laid out for reading in long rows: who could sit where, by person and by seat, and who
//! is linked to whom.

use super::problem::{Problem, slots_of};
use crate::matching::assign::Slots;

/// Nobody, or nowhere.
pub const NONE: u32 = u32::MAX;

/// How two people bear on each other in one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The other person.
    pub other: u32,
    /// What it is worth that they are together.
    pub worth: i32,
    /// They must not be.
    pub apart: bool,
    /// They keep each other from being isolated.
    pub tied: bool,
}

/// A possible pair: the seat of a person's row or the person of a seat's row, and its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The seat, or the person.
    pub to: u32,
    /// What the pair is worth.
    pub score: i32,
}

/// Rows of different lengths in one list.
#[derive(Debug, Clone)]
pub struct Rows<T> {
    start: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy> Rows<T> {
    /// Gathers items by row; within a row they keep their order.
    fn gather(rows: usize, items: impl Iterator<Item = (u32, T)> + Clone, blank: T) -> Self {
        let mut start = vec![0u32; rows + 1];
        for (row, _) in items.clone() {
            start[row as usize + 1] += 1;
        }
        for row in 0..rows {
            start[row + 1] += start[row];
        }
        let mut next = start.clone();
        let mut gathered = vec![blank; start[rows] as usize];
        for (row, item) in items {
            gathered[next[row as usize] as usize] = item;
            next[row as usize] += 1;
        }
        Self { start, items: gathered }
    }

    fn row_mut(&mut self, row: usize) -> &mut [T] {
        &mut self.items[self.start[row] as usize..self.start[row + 1] as usize]
    }

    /// Whether all rows are empty.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// One row.
    pub fn row(&self, row: usize) -> &[T] {
        &self.items[self.start[row] as usize..self.start[row + 1] as usize]
    }
}

/// A problem in rows.
#[derive(Debug)]
pub struct Layout<'p> {
    /// What it was made from.
    pub problem: &'p Problem,
    /// The possible seats of each person, by position; of one who is pinned only that one.
    pub of_person: Rows<Edge>,
    /// The same, the highest score first.
    pub by_score: Rows<Edge>,
    /// The possible people of each seat, by position.
    pub of_seat: Rows<Edge>,
    /// For each edge of `of_seat`: the most that pairs with as many others of the row as fit in can
    /// be worth.
    pub halves: Rows<i32>,
    /// For each edge of `of_seat`: the slots in which somebody who is tied to the person could be
    /// there too. Empty rows where nobody pays for being alone.
    pub company: Rows<Slots>,
    /// Who is linked to each person, by position.
    pub links: Rows<Link>,
    /// The slots that each seat may meet in.
    pub choices: Vec<Slots>,
    /// Who has to be in each seat.
    pub pinned: Vec<Vec<u32>>,
    /// The seats of each owner, in order.
    pub seats_of_owner: Vec<Vec<u32>>,
    /// Whether anything but scores, sizes and pairs counts.
    pub has_ties: bool,
}

impl<'p> Layout<'p> {
    /// Lays out a checked problem.
    pub fn new(problem: &'p Problem) -> Self {
        let (people, seats) = (problem.people.len(), problem.seats.len());
        let mut choices: Vec<Slots> = problem.seats.iter().map(|seat| seat.choices()).collect();
        let mut pinned = vec![Vec::new(); seats];
        for (at, person) in problem.people.iter().enumerate().filter(|(_, person)| person.pinned) {
            if let Some(seat) = person.current {
                choices[seat as usize] &= person.slots;
                pinned[seat as usize].push(at as u32);
            }
        }
        let mut edges: Vec<(u32, u32, i32)> = Vec::new();
        for (at, person) in problem.people.iter().enumerate() {
            let from = edges.len();
            for fit in &person.fits {
                let can = person.slots & choices[fit.seat as usize] != 0;
                if can && (!person.pinned || person.current == Some(fit.seat)) {
                    edges.push((at as u32, fit.seat, fit.score as i32));
                }
            }
            edges[from..].sort_unstable_by_key(|edge| edge.1);
        }
        let mut seats_of_owner = vec![Vec::new(); problem.owners.len()];
        for (at, seat) in problem.seats.iter().enumerate() {
            if let Some(owner) = seat.owner {
                seats_of_owner[owner as usize].push(at as u32);
            }
        }
        let blank = Edge { to: NONE, score: 0 };
        let links = links(problem);
        let of_seat = Rows::gather(
            seats,
            edges.iter().map(|&(to, at, score)| (at, Edge { to, score })),
            blank,
        );
        let of_person = Rows::gather(
            people,
            edges.iter().map(|&(at, to, score)| (at, Edge { to, score })),
            blank,
        );
        let mut by_score = of_person.clone();
        for person in 0..people {
            by_score
                .row_mut(person)
                .sort_unstable_by_key(|edge| (std::cmp::Reverse(edge.score), edge.to));
        }
        Self {
            problem,
            halves: halves(problem, &of_seat, &links),
            company: company(problem, &of_seat, &links),
            of_person,
            by_score,
            of_seat,
            links,
            choices,
            pinned,
            seats_of_owner,
            has_ties: problem.prices.isolated > 0,
        }
    }

    /// What the pair is worth, if it is possible.
    pub fn score(&self, person: u32, seat: u32) -> Option<i32> {
        let row = self.of_person.row(person as usize);
        row.binary_search_by_key(&seat, |edge| edge.to).ok().map(|at| row[at].score)
    }

    /// The slots that a seat may meet in, in order.
    pub fn slots(&self, seat: usize) -> impl Iterator<Item = u8> + use<> {
        slots_of(self.choices[seat])
    }
}

/// See `Layout::halves`.
fn halves(problem: &Problem, of_seat: &Rows<Edge>, links: &Rows<Link>) -> Rows<i32> {
    let mut here = vec![false; problem.people.len()];
    let mut items = Vec::with_capacity(of_seat.items.len());
    let mut worths: Vec<i32> = Vec::new();
    for (at, seat) in problem.seats.iter().enumerate() {
        let row = of_seat.row(at);
        for edge in row {
            here[edge.to as usize] = true;
        }
        for edge in row {
            let linked = links
                .row(edge.to as usize)
                .iter()
                .filter(|link| link.worth > 0 && here[link.other as usize]);
            worths.clear();
            worths.extend(linked.map(|link| link.worth));
            worths.sort_unstable_by(|one, other| other.cmp(one));
            let most = worths.iter().take(seat.max.saturating_sub(1) as usize);
            items.push(most.fold(0i32, |sum, worth| sum.saturating_add(*worth)));
        }
        for edge in row {
            here[edge.to as usize] = false;
        }
    }
    Rows { start: of_seat.start.clone(), items }
}

/// See `Layout::company`.
fn company(problem: &Problem, of_seat: &Rows<Edge>, links: &Rows<Link>) -> Rows<Slots> {
    if problem.prices.isolated == 0 {
        return Rows { start: vec![0; problem.seats.len() + 1], items: Vec::new() };
    }
    let mut here: Vec<Slots> = vec![0; problem.people.len()];
    let mut items = Vec::with_capacity(of_seat.items.len());
    for at in 0..problem.seats.len() {
        let row = of_seat.row(at);
        for edge in row {
            here[edge.to as usize] = problem.people[edge.to as usize].slots;
        }
        for edge in row {
            let tied = links.row(edge.to as usize).iter().filter(|link| link.tied && !link.apart);
            items.push(tied.fold(0, |all, link| all | here[link.other as usize]));
        }
        for edge in row {
            here[edge.to as usize] = 0;
        }
    }
    Rows { start: of_seat.start.clone(), items }
}

/// Pairs, people who must be apart and ties as one row a person; what is said of the same two comes
/// together.
fn links(problem: &Problem) -> Rows<Link> {
    let blank = Link { other: NONE, worth: 0, apart: false, tied: false };
    let pairs =
        problem.pairs.iter().map(|pair| (pair.a, pair.b, Link { worth: pair.worth, ..blank }));
    let apart = problem.apart.iter().map(|&(a, b)| (a, b, Link { apart: true, ..blank }));
    let ties = problem.ties.iter().map(|&(a, b)| (a, b, Link { tied: true, ..blank }));
    let all = pairs.chain(apart).chain(ties).filter(|(a, b, _)| a != b);
    let mut both: Vec<(u32, Link)> = all
        .flat_map(|(a, b, link)| [(a, Link { other: b, ..link }), (b, Link { other: a, ..link })])
        .collect();
    both.sort_by_key(|(person, link)| (*person, link.other));
    let mut merged: Vec<(u32, Link)> = Vec::with_capacity(both.len());
    for (person, link) in both {
        match merged.last_mut() {
            Some((last, known)) if *last == person && known.other == link.other => {
                known.worth = known.worth.saturating_add(link.worth);
                known.apart |= link.apart;
                known.tied |= link.tied;
            }
            _ => merged.push((person, link)),
        }
    }
    Rows::gather(problem.people.len(), merged.iter().copied(), blank)
}

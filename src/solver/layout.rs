//! A problem laid out for reading in long rows: who could sit where, by person and by seat, and who
//! is linked to whom.

use std::cmp::Reverse;
use std::marker::PhantomData;

use crate::position::{OwnerId, PersonId, Position, SeatId, Slot, SlotSet, Table};
use crate::problem::{Problem, Seat};

/// No seat at all.
pub const NOWHERE: SeatId = SeatId(u32::MAX);

/// How two people bear on each other in one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The other person.
    pub other: PersonId,
    /// What it is worth that they are together.
    pub worth: i32,
    /// Whether they must not be together.
    pub apart: bool,
    /// Whether they keep each other from being isolated.
    pub tied: bool,
}

/// A possible pair: the seat in a person's row or the person in a seat's row, and its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge<I> {
    /// The seat, or the person.
    pub to: I,
    /// What the pair is worth.
    pub score: i32,
}

/// Rows of different lengths in one list.
#[derive(Debug, Clone)]
pub struct Rows<I, T> {
    start: Vec<u32>,
    items: Vec<T>,
    by: PhantomData<I>,
}

impl<I: Position, T: Copy> Rows<I, T> {
    /// Gathers items by row; within a row they keep their order.
    fn gather(rows: usize, items: impl Iterator<Item = (I, T)> + Clone, blank: T) -> Self {
        let mut start = vec![0u32; rows + 1];
        for (row, _) in items.clone() {
            start[row.index() + 1] += 1;
        }
        for row in 0..rows {
            start[row + 1] += start[row];
        }
        let mut next = start.clone();
        let mut gathered = vec![blank; start[rows] as usize];
        for (row, item) in items {
            gathered[next[row.index()] as usize] = item;
            next[row.index()] += 1;
        }
        Self { start, items: gathered, by: PhantomData }
    }

    /// Other items in rows of the same lengths.
    fn with<U>(&self, items: Vec<U>) -> Rows<I, U> {
        Rows { start: self.start.clone(), items, by: PhantomData }
    }

    /// Rows without items.
    fn without_items(rows: usize) -> Self {
        Self { start: vec![0; rows + 1], items: Vec::new(), by: PhantomData }
    }

    fn range(&self, row: I) -> std::ops::Range<usize> {
        self.start[row.index()] as usize..self.start[row.index() + 1] as usize
    }

    fn row_mut(&mut self, row: I) -> &mut [T] {
        let range = self.range(row);
        &mut self.items[range]
    }

    /// Whether all rows are empty.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// One row.
    pub fn row(&self, row: I) -> &[T] {
        &self.items[self.range(row)]
    }
}

/// A problem in rows.
#[derive(Debug)]
pub struct Layout<'p> {
    /// The problem that is laid out.
    pub problem: &'p Problem,
    /// The possible seats of each person, by position; of one who is pinned only that one.
    pub of_person: Rows<PersonId, Edge<SeatId>>,
    /// The same, the highest score first.
    pub by_score: Rows<PersonId, Edge<SeatId>>,
    /// The possible people of each seat, by position.
    pub of_seat: Rows<SeatId, Edge<PersonId>>,
    /// For each edge of `of_seat`: the most that pairs with as many others of the row as fit in can
    /// be worth.
    pub halves: Rows<SeatId, i32>,
    /// For each edge of `of_seat`: the slots in which somebody who is tied to the person could be
    /// there too. Empty rows where nobody pays for being alone.
    pub company: Rows<SeatId, SlotSet>,
    /// Who is linked to each person, by position.
    pub links: Rows<PersonId, Link>,
    /// The slots that each seat may meet in.
    pub choices: Table<SeatId, SlotSet>,
    /// Who has to be in each seat.
    pub pinned: Table<SeatId, Vec<PersonId>>,
    /// The seats of each owner, in order.
    pub seats_of_owner: Table<OwnerId, Vec<SeatId>>,
    /// Whether anybody pays for being alone.
    pub has_ties: bool,
}

impl<'p> Layout<'p> {
    /// Lays out a checked problem.
    pub fn new(problem: &'p Problem) -> Self {
        let (people, seats) = (problem.people.len(), problem.seats.len());
        let mut choices: Table<SeatId, SlotSet> = problem.seats.iter().map(Seat::choices).collect();
        let mut pinned: Table<SeatId, Vec<PersonId>> = Table::filled(Vec::new(), seats);
        for (at, person) in problem.people.entries().filter(|(_, person)| person.pinned) {
            if let Some(seat) = person.current {
                choices[seat] &= person.slots;
                pinned[seat].push(at);
            }
        }
        let mut seats_of_owner: Table<OwnerId, Vec<SeatId>> =
            Table::filled(Vec::new(), problem.owners.len());
        for (at, seat) in problem.seats.entries() {
            if let Some(owner) = seat.owner {
                seats_of_owner[owner].push(at);
            }
        }
        let edges = edges(problem, &choices);
        let of_seat = Rows::gather(
            seats,
            edges.iter().map(|&(person, seat, score)| (seat, Edge { to: person, score })),
            Edge { to: PersonId(0), score: 0 },
        );
        let of_person = Rows::gather(
            people,
            edges.iter().map(|&(person, seat, score)| (person, Edge { to: seat, score })),
            Edge { to: NOWHERE, score: 0 },
        );
        let mut by_score = of_person.clone();
        for person in problem.people.ids() {
            by_score.row_mut(person).sort_unstable_by_key(|edge| (Reverse(edge.score), edge.to));
        }
        let links = links(problem);
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
    pub fn score(&self, person: PersonId, seat: SeatId) -> Option<i32> {
        let row = self.of_person.row(person);
        row.binary_search_by_key(&seat, |edge| edge.to).ok().map(|at| row[at].score)
    }

    /// Whether somebody is free in a slot.
    pub fn is_free(&self, person: PersonId, slot: Slot) -> bool {
        self.problem.people[person].slots.contains(slot)
    }

    /// Whether somebody stays where he or she is.
    pub fn is_pinned(&self, person: PersonId) -> bool {
        self.problem.people[person].pinned
    }
}

/// The possible pairs with their scores, by person and seat.
fn edges(problem: &Problem, choices: &Table<SeatId, SlotSet>) -> Vec<(PersonId, SeatId, i32)> {
    let mut edges = Vec::new();
    for (at, person) in problem.people.entries() {
        let from = edges.len();
        for fit in &person.fits {
            let can = person.slots.intersects(choices[fit.seat]);
            if can && (!person.pinned || person.current == Some(fit.seat)) {
                edges.push((at, fit.seat, fit.score.cast_signed()));
            }
        }
        edges[from..].sort_unstable_by_key(|(_, seat, _)| *seat);
    }
    edges
}

/// The rows of `Layout::halves`.
fn halves(
    problem: &Problem,
    of_seat: &Rows<SeatId, Edge<PersonId>>,
    links: &Rows<PersonId, Link>,
) -> Rows<SeatId, i32> {
    let mut here: Table<PersonId, bool> = Table::filled(false, problem.people.len());
    let mut items = Vec::with_capacity(of_seat.items.len());
    let mut worths: Vec<i32> = Vec::new();
    for (at, seat) in problem.seats.entries() {
        let row = of_seat.row(at);
        for edge in row {
            here[edge.to] = true;
        }
        for edge in row {
            let linked =
                links.row(edge.to).iter().filter(|link| link.worth > 0 && here[link.other]);
            worths.clear();
            worths.extend(linked.map(|link| link.worth));
            worths.sort_unstable_by_key(|worth| Reverse(*worth));
            let most = worths.iter().take(seat.max.saturating_sub(1));
            items.push(most.fold(0i32, |sum, worth| sum.saturating_add(*worth)));
        }
        for edge in row {
            here[edge.to] = false;
        }
    }
    of_seat.with(items)
}

/// The rows of `Layout::company`.
fn company(
    problem: &Problem,
    of_seat: &Rows<SeatId, Edge<PersonId>>,
    links: &Rows<PersonId, Link>,
) -> Rows<SeatId, SlotSet> {
    if problem.prices.isolated == 0 {
        return Rows::without_items(problem.seats.len());
    }
    let mut here: Table<PersonId, SlotSet> = Table::filled(SlotSet::EMPTY, problem.people.len());
    let mut items = Vec::with_capacity(of_seat.items.len());
    for at in problem.seats.ids() {
        let row = of_seat.row(at);
        for edge in row {
            here[edge.to] = problem.people[edge.to].slots;
        }
        for edge in row {
            let tied = links.row(edge.to).iter().filter(|link| link.tied && !link.apart);
            items.push(tied.fold(SlotSet::EMPTY, |all, link| all | here[link.other]));
        }
        for edge in row {
            here[edge.to] = SlotSet::EMPTY;
        }
    }
    of_seat.with(items)
}

/// Pairs, people who must be apart and ties as one row a person; what is said of the same two comes
/// together.
fn links(problem: &Problem) -> Rows<PersonId, Link> {
    let blank = Link { other: PersonId(0), worth: 0, apart: false, tied: false };
    let pairs =
        problem.pairs.iter().map(|pair| (pair.a, pair.b, Link { worth: pair.worth, ..blank }));
    let apart = problem.apart.iter().map(|&(a, b)| (a, b, Link { apart: true, ..blank }));
    let ties = problem.ties.iter().map(|&(a, b)| (a, b, Link { tied: true, ..blank }));
    let all = pairs.chain(apart).chain(ties).filter(|(a, b, _)| a != b);
    let mut both: Vec<(PersonId, Link)> = all
        .flat_map(|(a, b, link)| [(a, Link { other: b, ..link }), (b, Link { other: a, ..link })])
        .collect();
    both.sort_by_key(|(person, link)| (*person, link.other));
    let mut merged: Vec<(PersonId, Link)> = Vec::with_capacity(both.len());
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

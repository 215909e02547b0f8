//! The transportation problem, solved exactly: people to seats with room, most people first, then
//! the largest sum of scores. Minima, targets, pairs, ties and prices of a problem do not count.
//!
//! Successive shortest augmenting paths with prices (Ahuja, Magnanti and Orlin, *Network Flows*,
//! 1993, section 9.7): people enter one at a time, each along the path of least loss, on which
//! those already seated move over. The nodes of the search are the seats, not the people, for there
//! are few seats; of all who could move from one seat to another only the one who loses least
//! matters, and that move is kept until the seat's members change.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::number::int;
use crate::position::{OwnerId, PersonId, Position, SeatId, SlotSet, Table};
use crate::problem::{Person, Problem, Seat};

/// A node of the search: the seats in order, then nowhere, then the owners in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Node(usize);

/// What a node stands for.
enum Stop {
    Seat(SeatId),
    Nowhere,
    Owner(OwnerId),
}

/// Of all who could move from one seat to another, the one who loses least.
#[derive(Debug, Clone, Copy)]
struct Move {
    /// The other seat; none to have no place any more.
    to: Option<SeatId>,
    person: PersonId,
    loss: i64,
}

/// How the search came to a node.
#[derive(Debug, Clone, Copy)]
enum Via {
    /// The person who enters goes there.
    Enters,
    /// Somebody moves there from another seat.
    Moves { from: SeatId, person: PersonId },
    /// Between a seat and its owner, where nobody moves.
    Node(Node),
}

/// The best assignment for given slots of the seats.
#[derive(Debug, Clone)]
pub struct Assignment<'n> {
    problem: &'n Problem,
    slots: Table<SeatId, SlotSet>,
    seat_of: Table<PersonId, Option<(SeatId, u32)>>,
    members: Table<SeatId, Vec<PersonId>>,
    taken_of_owner: Table<OwnerId, usize>,
    /// What one more place is worth, by node. Never negative.
    price: Vec<i64>,
    moves: Table<SeatId, Option<Vec<Move>>>,
    loss_unplaced: i64,
}

impl<'n> Assignment<'n> {
    /// Seats everybody as well as possible; `slots` says when each seat meets (an empty set: it is
    /// closed).
    pub fn solve(problem: &'n Problem, slots: &[SlotSet]) -> Self {
        let (people, seats, owners) =
            (problem.people.len(), problem.seats.len(), problem.owners.len());
        let mut assignment = Self {
            problem,
            slots: slots.to_vec().into(),
            seat_of: Table::filled(None, people),
            members: Table::filled(Vec::new(), seats),
            taken_of_owner: Table::filled(0, owners),
            price: vec![0; seats + 1 + owners],
            moves: Table::filled(None, seats),
            loss_unplaced: 1001 * (int(people) + 1),
        };
        let mut search = Search::new(assignment.price.len());
        for person in problem.people.ids() {
            assignment.enter(&mut search, person);
        }
        assignment
    }

    /// Where somebody sits: the seat and the score.
    pub fn seat_of(&self, person: PersonId) -> Option<(SeatId, u32)> {
        self.seat_of[person]
    }

    /// Who sits in a seat, in no order.
    pub fn members(&self, seat: SeatId) -> &[PersonId] {
        &self.members[seat]
    }

    /// When a seat meets; the empty set if it is closed.
    pub fn slots(&self, seat: SeatId) -> SlotSet {
        self.slots[seat]
    }

    /// What the assignment is worth: how many have a place, then the sum of their scores.
    pub fn worth(&self) -> (usize, u64) {
        let placed = self.seat_of.iter().flatten();
        (placed.clone().count(), placed.map(|&(_, score)| u64::from(score)).sum())
    }

    /// The bound that the prices prove (linear programming duality): no assignment to seats that
    /// meet in these slots is worth more. In scores, each person without a place taken off at
    /// `loss_unplaced`; equal to what `solve` reaches.
    pub fn bound(&self) -> i64 {
        let problem = self.problem;
        let price_of_owner =
            |seat: &Seat| seat.owner.map_or(0, |owner| self.price[self.node_of_owner(owner).0]);
        let price_of =
            |seat: SeatId| self.price[seat.index()].max(price_of_owner(&problem.seats[seat]));
        let best = |(id, person): (PersonId, &Person)| {
            let open = person.fits.iter().filter(|fit| self.meets(id, fit.seat));
            let values = open.map(|fit| i64::from(fit.score) - price_of(fit.seat));
            values.max().map_or(-self.loss_unplaced, |value| value.max(-self.loss_unplaced))
        };
        let of_seat =
            |(id, seat): (SeatId, &Seat)| int(seat.max) * (price_of(id) - price_of_owner(seat));
        let of_owner =
            |(id, room): (OwnerId, &usize)| int(*room) * self.price[self.node_of_owner(id).0];
        let people: i64 = problem.people.entries().map(best).sum();
        let open = problem.seats.entries().filter(|(seat, _)| !self.slots[*seat].is_empty());
        let seats: i64 = open.map(of_seat).sum();
        people + seats + problem.owners.entries().map(of_owner).sum::<i64>()
    }

    /// What a person without a place takes off: more than all scores together, so that no score
    /// outweighs a person.
    pub fn loss_unplaced(&self) -> i64 {
        self.loss_unplaced
    }

    fn nowhere(&self) -> Node {
        Node(self.problem.seats.len())
    }

    fn node_of_owner(&self, owner: OwnerId) -> Node {
        Node(self.problem.seats.len() + 1 + owner.index())
    }

    /// The node that a move leads to.
    fn node_of(&self, seat: Option<SeatId>) -> Node {
        seat.map_or(self.nowhere(), |seat| Node(seat.index()))
    }

    fn stop_at(&self, node: Node) -> Stop {
        match node.0.checked_sub(self.nowhere().0) {
            None => Stop::Seat(SeatId::at(node.0)),
            Some(0) => Stop::Nowhere,
            Some(beyond) => Stop::Owner(OwnerId::at(beyond - 1)),
        }
    }

    fn meets(&self, person: PersonId, seat: SeatId) -> bool {
        self.problem.people[person].slots.intersects(self.slots[seat])
    }

    /// Whether a node of the search takes one more without anybody having to leave.
    fn is_end(&self, node: Node) -> bool {
        match self.stop_at(node) {
            Stop::Nowhere => true,
            Stop::Seat(seat) => self.problem.seats[seat].owner.is_none() && self.has_room(seat),
            Stop::Owner(owner) => self.taken_of_owner[owner] < self.problem.owners[owner],
        }
    }

    fn has_room(&self, seat: SeatId) -> bool {
        self.members[seat].len() < self.problem.seats[seat].max
    }

    /// Brings one person in along the path of least loss (Dijkstra's search on losses that the
    /// prices make non-negative).
    fn enter(&mut self, search: &mut Search, person: PersonId) {
        search.clear();
        for fit in &self.problem.people[person].fits {
            if self.meets(person, fit.seat) {
                let node = self.node_of(Some(fit.seat));
                let length = self.price[node.0] - i64::from(fit.score);
                search.reach(node, length, Via::Enters, self.is_end(node));
            }
        }
        search.reach(self.nowhere(), self.loss_unplaced, Via::Enters, true);
        while let Some((length, node)) = search.next() {
            if self.is_end(node) {
                for (reached, shorter) in search.shorter_than(length) {
                    self.price[reached.0] += length - shorter;
                }
                self.shift(search, node, person);
                return;
            }
            match self.stop_at(node) {
                Stop::Seat(seat) => self.go_on_from_seat(search, seat, length),
                Stop::Owner(owner) => self.go_on_from_owner(search, owner, length),
                Stop::Nowhere => {}
            }
        }
    }

    /// Reaches from an owner whose length is settled to the seats whose members could make room.
    fn go_on_from_owner(&self, search: &mut Search, owner: OwnerId, length: i64) {
        let node = self.node_of_owner(owner);
        let from = length - self.price[node.0];
        for (sibling, seat) in self.problem.seats.entries() {
            if seat.owner == Some(owner) && !self.members[sibling].is_empty() {
                let to = Node(sibling.index());
                search.reach(to, from + self.price[to.0], Via::Node(node), false);
            }
        }
    }

    /// Reaches from a seat whose length is settled to its owner and to where its members could go.
    fn go_on_from_seat(&mut self, search: &mut Search, seat: SeatId, length: i64) {
        let node = Node(seat.index());
        let from = length - self.price[node.0];
        if let Some(owner) = self.problem.seats[seat].owner.filter(|_| self.has_room(seat)) {
            let to = self.node_of_owner(owner);
            search.reach(to, from + self.price[to.0], Via::Node(node), self.is_end(to));
        }
        let moves = self.moves[seat].take().unwrap_or_else(|| self.moves_from(search, seat));
        for step in &moves {
            if step.to.is_some_and(|to| self.slots[to].is_empty()) {
                continue;
            }
            let (to, via) = (self.node_of(step.to), Via::Moves { from: seat, person: step.person });
            search.reach(to, from + step.loss + self.price[to.0], via, self.is_end(to));
        }
        self.moves[seat] = Some(moves);
    }

    /// For every other seat the member of `seat` who loses least by moving there; the last move
    /// leads nowhere.
    fn moves_from(&self, search: &mut Search, seat: SeatId) -> Vec<Move> {
        let mut moves: Vec<Move> = Vec::new();
        let mut leave: Option<Move> = None;
        let is_better =
            |step: &Move, best: &Move| (step.loss, step.person) < (best.loss, best.person);
        for &person in &self.members[seat] {
            let now = self.seat_of[person].map_or(0, |(_, score)| i64::from(score));
            for fit in &self.problem.people[person].fits {
                if fit.seat == seat || !self.meets(person, fit.seat) {
                    continue;
                }
                let step = Move { to: Some(fit.seat), person, loss: now - i64::from(fit.score) };
                let place = &mut search.place_of_move[fit.seat.index()];
                match moves.get_mut(*place) {
                    Some(best) if is_better(&step, best) => *best = step,
                    Some(_) => {}
                    None => {
                        *place = moves.len();
                        moves.push(step);
                    }
                }
            }
            let step = Move { to: None, person, loss: now + self.loss_unplaced };
            if leave.is_none_or(|best| is_better(&step, &best)) {
                leave = Some(step);
            }
        }
        for to in moves.iter().filter_map(|step| step.to) {
            search.place_of_move[to.index()] = usize::MAX;
        }
        moves.extend(leave);
        moves
    }

    /// Carries out the moves on the path that ends in `end`; the person who enters takes the first
    /// place on it.
    fn shift(&mut self, search: &Search, end: Node, enters: PersonId) {
        let mut node = end;
        loop {
            match search.via[node.0] {
                Via::Enters => return self.place(enters, node),
                Via::Moves { from, person } => {
                    self.leave(person, from);
                    self.place(person, node);
                    node = Node(from.index());
                }
                Via::Node(before) => node = before,
            }
        }
    }

    fn leave(&mut self, person: PersonId, seat: SeatId) {
        self.members[seat].retain(|&member| member != person);
        self.moves[seat] = None;
        self.seat_of[person] = None;
        if let Some(owner) = self.problem.seats[seat].owner {
            self.taken_of_owner[owner] -= 1;
        }
    }

    fn place(&mut self, person: PersonId, node: Node) {
        let Stop::Seat(seat) = self.stop_at(node) else { return };
        let fits = &self.problem.people[person].fits;
        let score = fits.iter().find(|fit| fit.seat == seat).map_or(0, |fit| fit.score);
        self.seat_of[person] = Some((seat, score));
        self.members[seat].push(person);
        self.moves[seat] = None;
        if let Some(owner) = self.problem.seats[seat].owner {
            self.taken_of_owner[owner] += 1;
        }
    }
}

/// The labels of one search; kept between searches to save their making.
struct Search {
    length: Vec<i64>,
    via: Vec<Via>,
    reached: Vec<Node>,
    heap: BinaryHeap<Reverse<(i64, Node)>>,
    /// The shortest way to an end so far: nothing longer need be followed.
    bound: i64,
    /// Scratch: where the move to a seat stands in a list that is being made.
    place_of_move: Vec<usize>,
}

impl Search {
    fn new(nodes: usize) -> Self {
        Self {
            length: vec![i64::MAX; nodes],
            via: vec![Via::Enters; nodes],
            reached: Vec::new(),
            heap: BinaryHeap::new(),
            bound: i64::MAX,
            place_of_move: vec![usize::MAX; nodes],
        }
    }

    fn clear(&mut self) {
        for node in self.reached.drain(..) {
            self.length[node.0] = i64::MAX;
        }
        self.heap.clear();
        self.bound = i64::MAX;
    }

    fn reach(&mut self, node: Node, length: i64, via: Via, is_end: bool) {
        if length >= self.length[node.0] || length > self.bound {
            return;
        }
        if self.length[node.0] == i64::MAX {
            self.reached.push(node);
        }
        if is_end {
            self.bound = length;
        }
        (self.length[node.0], self.via[node.0]) = (length, via);
        self.heap.push(Reverse((length, node)));
    }

    /// The nearest node that has not been settled, and its length.
    fn next(&mut self) -> Option<(i64, Node)> {
        while let Some(Reverse((length, node))) = self.heap.pop() {
            if length == self.length[node.0] {
                return Some((length, node));
            }
        }
        None
    }

    fn shorter_than(&self, length: i64) -> impl Iterator<Item = (Node, i64)> {
        self.reached
            .iter()
            .map(|&node| (node, self.length[node.0]))
            .filter(move |&(_, own)| own < length)
    }
}

#[cfg(test)]
mod tests;

//! The transportation problem, solved exactly: people to seats with room, most people first, then
//! the largest sum of scores. It knows numbers only, not who they stand for.
//!
//! Successive shortest augmenting paths with prices (Ahuja, Magnanti and Orlin, *Network Flows*,
//! 1993, section 9.7): people enter one at a time, each along the path of least loss, on which
//! those already seated move over. The nodes of the search are the seats, not the people, for there
//! are few seats; of all who could move from one seat to another only the one who loses least
//! matters, and that move is kept until the seat's members change.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A set of weekly slots, a bit each.
pub type Slots = u128;

/// One possible pair and its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// The seat, by position.
    pub seat: u32,
    /// What the pair is worth, 0..=1000.
    pub score: u32,
}

/// Somebody who looks for a place.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// When the person is free.
    pub slots: Slots,
    /// Every seat that is possible in some slot, each at most once.
    pub fits: Vec<Fit>,
}

/// A group, open or possible.
#[derive(Debug, Clone, Copy)]
pub struct Seat {
    /// How many more it takes.
    pub capacity: u32,
    /// The owner whose own capacity its seats share, by position; `None` if this seat's capacity
    /// says it all.
    pub owner: Option<u32>,
}

/// Who could sit where. The slots of the seats are not part of it: they are what is tried out.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// The people, in the order in which ties break.
    pub people: Vec<Person>,
    /// The seats, in the order in which ties break.
    pub seats: Vec<Seat>,
    /// How many all seats of an owner take together.
    pub owners: Vec<u32>,
}

/// Of all who could move from one seat to another, the one who loses least.
#[derive(Debug, Clone, Copy)]
struct Move {
    to: usize,
    person: u32,
    loss: i64,
}

/// How the search came to a node.
#[derive(Debug, Clone, Copy)]
enum Via {
    /// The person who enters goes there.
    Enters,
    /// Somebody moves there from another seat.
    Moves { from: usize, person: u32 },
    /// Between a seat and its owner, where nobody moves.
    Node(usize),
}

/// The best assignment for given slots of the seats.
#[derive(Debug, Clone)]
pub struct Assignment<'n> {
    network: &'n Network,
    slots: Vec<Slots>,
    seat_of: Vec<Option<(u32, u32)>>,
    members: Vec<Vec<u32>>,
    taken_of_owner: Vec<u32>,
    /// What one more place is worth, by node: seats, nowhere, owners. Never negative.
    price: Vec<i64>,
    moves: Vec<Option<Vec<Move>>>,
    unplaced_loss: i64,
}

impl<'n> Assignment<'n> {
    /// Seats everybody as well as possible; `slots` says when each seat meets (no bit: it is
    /// closed).
    pub fn solve(network: &'n Network, slots: &[Slots]) -> Self {
        let (people, seats, owners) =
            (network.people.len(), network.seats.len(), network.owners.len());
        let mut assignment = Self {
            network,
            slots: slots.to_vec(),
            seat_of: vec![None; people],
            members: vec![Vec::new(); seats],
            taken_of_owner: vec![0; owners],
            price: vec![0; seats + 1 + owners],
            moves: vec![None; seats],
            unplaced_loss: 1001 * (people as i64 + 1),
        };
        assignment.enter(0..people as u32);
        assignment
    }

    /// Where somebody sits: the seat and the score.
    pub fn seat_of(&self, person: usize) -> Option<(usize, u32)> {
        self.seat_of[person].map(|(seat, score)| (seat as usize, score))
    }

    /// Who sits in a seat, in no order.
    pub fn members(&self, seat: usize) -> &[u32] {
        &self.members[seat]
    }

    /// When a seat meets; no bit if it is closed.
    pub fn slots(&self, seat: usize) -> Slots {
        self.slots[seat]
    }

    /// What the assignment is worth: how many have a place, then the sum of their scores.
    pub fn worth(&self) -> (usize, u64) {
        let placed = self.seat_of.iter().flatten();
        (placed.clone().count(), placed.map(|&(_, score)| u64::from(score)).sum())
    }

    /// No assignment to seats that meet in these slots is worth more: the prices prove it (linear
    /// programming duality). In scores, each person without a place taken off at `loss_unplaced`;
    /// equal to what `solve` reaches.
    pub fn bound(&self) -> i64 {
        let network = self.network;
        let price_of_owner =
            |seat: &Seat| seat.owner.map_or(0, |owner| self.price[self.owner_node(owner)]);
        let price = |seat: usize| self.price[seat].max(price_of_owner(&network.seats[seat]));
        let best = |(person, who): (usize, &Person)| {
            let open = who.fits.iter().filter(|fit| self.meets(person as u32, fit.seat));
            let values = open.map(|fit| i64::from(fit.score) - price(fit.seat as usize));
            values.max().map_or(-self.unplaced_loss, |value| value.max(-self.unplaced_loss))
        };
        let people: i64 = network.people.iter().enumerate().map(best).sum();
        let open = network.seats.iter().enumerate().filter(|(seat, _)| self.slots[*seat] != 0);
        let seats: i64 = open
            .map(|(at, seat)| i64::from(seat.capacity) * (price(at) - price_of_owner(seat)))
            .sum();
        let owners = network.owners.iter().enumerate();
        people
            + seats
            + owners
                .map(|(at, room)| i64::from(*room) * self.price[self.owner_node(at as u32)])
                .sum::<i64>()
    }

    /// What a person without a place takes off: more than all scores together, so that no score
    /// outweighs a person.
    pub fn loss_unplaced(&self) -> i64 {
        self.unplaced_loss
    }

    fn nowhere(&self) -> usize {
        self.network.seats.len()
    }

    fn owner_node(&self, owner: u32) -> usize {
        self.network.seats.len() + 1 + owner as usize
    }

    fn meets(&self, person: u32, seat: u32) -> bool {
        self.network.people[person as usize].slots & self.slots[seat as usize] != 0
    }

    /// Whether a node of the search takes one more without anybody having to leave.
    fn is_end(&self, node: usize) -> bool {
        let network = self.network;
        if node == self.nowhere() {
            return true;
        }
        match network.seats.get(node) {
            Some(seat) => seat.owner.is_none() && self.has_room(node),
            None => {
                self.taken_of_owner[node - self.nowhere() - 1]
                    < network.owners[node - self.nowhere() - 1]
            }
        }
    }

    fn has_room(&self, seat: usize) -> bool {
        self.members[seat].len() < self.network.seats[seat].capacity as usize
    }

    fn enter(&mut self, people: impl IntoIterator<Item = u32>) {
        let mut search = Search::new(self.price.len());
        for person in people {
            self.enter_one(&mut search, person);
        }
    }

    /// Brings one person in along the path of least loss (Dijkstra's search on losses that the
    /// prices make non-negative).
    fn enter_one(&mut self, search: &mut Search, person: u32) {
        let network = self.network;
        search.clear();
        for fit in
            network.people[person as usize].fits.iter().filter(|fit| self.meets(person, fit.seat))
        {
            let seat = fit.seat as usize;
            let length = self.price[seat] - i64::from(fit.score);
            search.reach(seat, length, Via::Enters, self.is_end(seat));
        }
        search.reach(self.nowhere(), self.unplaced_loss, Via::Enters, true);
        while let Some((length, node)) = search.next() {
            if self.is_end(node) {
                for (reached, shorter) in search.shorter_than(length) {
                    self.price[reached] += length - shorter;
                }
                self.shift(search, node, person);
                return;
            }
            self.go_on(search, node, length);
        }
    }

    /// Reaches from a node whose length is settled to its neighbours.
    fn go_on(&mut self, search: &mut Search, node: usize, length: i64) {
        let network = self.network;
        let from = length - self.price[node];
        let Some(seat) = network.seats.get(node) else {
            let owner = (node - self.nowhere() - 1) as u32;
            for (sibling, seat) in network.seats.iter().enumerate() {
                if seat.owner == Some(owner) && !self.members[sibling].is_empty() {
                    search.reach(sibling, from + self.price[sibling], Via::Node(node), false);
                }
            }
            return;
        };
        if let Some(owner) = seat.owner.filter(|_| self.has_room(node)) {
            let owner_node = self.owner_node(owner);
            search.reach(
                owner_node,
                from + self.price[owner_node],
                Via::Node(node),
                self.is_end(owner_node),
            );
        }
        let moves = self.moves[node].take().unwrap_or_else(|| self.moves_from(search, node));
        for step in
            moves.iter().filter(|step| step.to == self.nowhere() || self.slots[step.to] != 0)
        {
            let via = Via::Moves { from: node, person: step.person };
            search.reach(
                step.to,
                from + step.loss + self.price[step.to],
                via,
                self.is_end(step.to),
            );
        }
        self.moves[node] = Some(moves);
    }

    /// For every other seat the member of `seat` who loses least by moving there; the last move
    /// leads nowhere.
    fn moves_from(&mut self, search: &mut Search, seat: usize) -> Vec<Move> {
        let mut moves: Vec<Move> = Vec::new();
        let mut leave: Option<Move> = None;
        for &person in &self.members[seat] {
            let now = self.seat_of[person as usize].map_or(0, |(_, score)| i64::from(score));
            let fits = &self.network.people[person as usize].fits;
            for fit in
                fits.iter().filter(|fit| fit.seat as usize != seat && self.meets(person, fit.seat))
            {
                let step = Move { to: fit.seat as usize, person, loss: now - i64::from(fit.score) };
                match search.position[step.to] {
                    usize::MAX => {
                        search.position[step.to] = moves.len();
                        moves.push(step);
                    }
                    at if (step.loss, step.person) < (moves[at].loss, moves[at].person) => {
                        moves[at] = step
                    }
                    _ => {}
                }
            }
            let step = Move { to: self.nowhere(), person, loss: now + self.unplaced_loss };
            if leave.is_none_or(|best| (step.loss, step.person) < (best.loss, best.person)) {
                leave = Some(step);
            }
        }
        for step in &moves {
            search.position[step.to] = usize::MAX;
        }
        moves.extend(leave);
        moves
    }

    /// Carries out the moves on the path that ends in `end`; the person who enters takes the first
    /// place on it.
    fn shift(&mut self, search: &Search, end: usize, enters: u32) {
        let mut node = end;
        loop {
            match search.via[node] {
                Via::Enters => return self.place(enters, node),
                Via::Moves { from, person } => {
                    self.leave(person, from);
                    self.place(person, node);
                    node = from;
                }
                Via::Node(before) => node = before,
            }
        }
    }

    fn leave(&mut self, person: u32, seat: usize) {
        self.members[seat].retain(|&member| member != person);
        self.moves[seat] = None;
        self.seat_of[person as usize] = None;
        if let Some(owner) = self.network.seats[seat].owner {
            self.taken_of_owner[owner as usize] -= 1;
        }
    }

    fn place(&mut self, person: u32, seat: usize) {
        if seat == self.nowhere() {
            return;
        }
        let fits = &self.network.people[person as usize].fits;
        let score = fits.iter().find(|fit| fit.seat as usize == seat).map_or(0, |fit| fit.score);
        self.seat_of[person as usize] = Some((seat as u32, score));
        self.members[seat].push(person);
        self.moves[seat] = None;
        if let Some(owner) = self.network.seats[seat].owner {
            self.taken_of_owner[owner as usize] += 1;
        }
    }
}

/// The labels of one search; kept between searches to save their making.
struct Search {
    length: Vec<i64>,
    via: Vec<Via>,
    reached: Vec<usize>,
    heap: BinaryHeap<Reverse<(i64, usize)>>,
    /// The shortest way to an end so far: nothing longer need be followed.
    bound: i64,
    /// Scratch: where a seat stands in a list that is being made.
    position: Vec<usize>,
}

impl Search {
    fn new(nodes: usize) -> Self {
        Self {
            length: vec![i64::MAX; nodes],
            via: vec![Via::Enters; nodes],
            reached: Vec::new(),
            heap: BinaryHeap::new(),
            bound: i64::MAX,
            position: vec![usize::MAX; nodes],
        }
    }

    fn clear(&mut self) {
        for node in self.reached.drain(..) {
            self.length[node] = i64::MAX;
        }
        self.heap.clear();
        self.bound = i64::MAX;
    }

    fn reach(&mut self, node: usize, length: i64, via: Via, is_end: bool) {
        if length >= self.length[node] || length > self.bound {
            return;
        }
        if self.length[node] == i64::MAX {
            self.reached.push(node);
        }
        if is_end {
            self.bound = length;
        }
        (self.length[node], self.via[node]) = (length, via);
        self.heap.push(Reverse((length, node)));
    }

    /// The nearest node that has not been settled, and its length.
    fn next(&mut self) -> Option<(i64, usize)> {
        while let Some(Reverse((length, node))) = self.heap.pop() {
            if length == self.length[node] {
                return Some((length, node));
            }
        }
        None
    }

    fn shorter_than(&self, length: i64) -> impl Iterator<Item = (usize, i64)> {
        self.reached
            .iter()
            .map(|&node| (node, self.length[node]))
            .filter(move |&(_, own)| own < length)
    }
}

#[cfg(test)]
mod tests;

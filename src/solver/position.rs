//! Positions of people, seats and owners that cannot be mixed up, tables indexed by them, and sets
//! of slots.

use std::marker::PhantomData;
use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, Deref, DerefMut, Index, IndexMut};

/// A position in a [`Table`], counted from 0.
pub trait Position: Copy + Eq + Ord {
    /// The position of an index.
    fn at(index: usize) -> Self;

    /// The index of this position.
    fn index(self) -> usize;
}

/// Declares types of positions.
#[macro_export]
macro_rules! positions {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $crate::Position for $name {
            fn at(index: usize) -> Self {
                // No list that memory holds is longer.
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }

            fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(formatter)
            }
        }
    )+};
}

positions! {
    /// The position of a person.
    PersonId;
    /// The position of a seat.
    SeatId;
    /// The position of an owner of seats.
    OwnerId;
}

/// A list that is indexed by one type of position only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table<I, T> {
    items: Vec<T>,
    by: PhantomData<I>,
}

impl<I: Position, T> Table<I, T> {
    /// Returns a table of `length` equal items.
    pub fn filled(item: T, length: usize) -> Self
    where
        T: Clone,
    {
        vec![item; length].into()
    }

    /// Appends an item and returns its position.
    pub fn push(&mut self, item: T) -> I {
        self.items.push(item);
        I::at(self.items.len() - 1)
    }

    /// Appends items.
    pub fn extend(&mut self, items: impl IntoIterator<Item = T>) {
        self.items.extend(items);
    }

    /// Returns the item at a position, if the table reaches so far.
    pub fn get(&self, at: I) -> Option<&T> {
        self.items.get(at.index())
    }

    /// All positions, in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator + use<I, T> {
        (0..self.items.len()).map(I::at)
    }

    /// All items with their positions, in order.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (I, &T)> + ExactSizeIterator + Clone {
        self.items.iter().enumerate().map(|(index, item)| (I::at(index), item))
    }
}

impl<I, T> Default for Table<I, T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<I, T> From<Vec<T>> for Table<I, T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, by: PhantomData }
    }
}

impl<I, T> FromIterator<T> for Table<I, T> {
    fn from_iter<Items: IntoIterator<Item = T>>(items: Items) -> Self {
        Vec::from_iter(items).into()
    }
}

impl<I, T> Deref for Table<I, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<I, T> DerefMut for Table<I, T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.items
    }
}

impl<I: Position, T> Index<I> for Table<I, T> {
    type Output = T;

    fn index(&self, at: I) -> &T {
        &self.items[at.index()]
    }
}

impl<I: Position, T> IndexMut<I> for Table<I, T> {
    fn index_mut(&mut self, at: I) -> &mut T {
        &mut self.items[at.index()]
    }
}

impl<'t, I, T> IntoIterator for &'t Table<I, T> {
    type Item = &'t T;
    type IntoIter = std::slice::Iter<'t, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<'t, I, T> IntoIterator for &'t mut Table<I, T> {
    type Item = &'t mut T;
    type IntoIter = std::slice::IterMut<'t, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter_mut()
    }
}

/// A time at which seats can meet, numbered from 0; a set has room for the first 128.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u8);

/// A set of slots, a bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct SlotSet(pub u128);

impl SlotSet {
    /// The set without slots.
    pub const EMPTY: Self = Self(0);

    /// Returns the set that holds one slot; the empty set for a slot that no set has room for.
    pub fn of(slot: Slot) -> Self {
        Self(1u128.checked_shl(u32::from(slot.0)).unwrap_or(0))
    }

    /// Whether the set has no slot.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The number of slots.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether a slot is in the set.
    pub fn contains(self, slot: Slot) -> bool {
        self.intersects(Self::of(slot))
    }

    /// Whether the two sets have a slot in common.
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns the set without the slots of another.
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The slots, in order.
    pub fn iter(self) -> impl Iterator<Item = Slot> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let slot = u8::try_from(rest.trailing_zeros()).ok().filter(|_| rest != 0)?;
            rest &= rest - 1;
            Some(Slot(slot))
        })
    }
}

impl BitAnd for SlotSet {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for SlotSet {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAndAssign for SlotSet {
    fn bitand_assign(&mut self, other: Self) {
        self.0 &= other.0;
    }
}

impl BitOrAssign for SlotSet {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl FromIterator<Slot> for SlotSet {
    fn from_iter<Slots: IntoIterator<Item = Slot>>(slots: Slots) -> Self {
        slots.into_iter().fold(Self::EMPTY, |all, slot| all | Self::of(slot))
    }
}

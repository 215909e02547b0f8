//! Indices that cannot be mixed up: each collection has an index type of its own, and an
//! [`IndexVec`] is opened by one such type only.

use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// An index of one collection, such as the mentees. Only the ledger makes them.
pub trait Idx: position::Position + Copy + Ord + Hash + Debug {}

impl<I: position::Position + Copy + Ord + Hash + Debug> Idx for I {}

pub(super) mod position {
    /// The number behind an index.
    pub trait Position {
        /// Returns the index at a position.
        fn at(position: usize) -> Self;

        /// Returns the position of an index.
        fn position(self) -> usize;
    }
}

/// Defines an index type.
macro_rules! index_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(usize);

        impl $crate::ledger::index::position::Position for $name {
            fn at(position: usize) -> Self {
                Self(position)
            }

            fn position(self) -> usize {
                self.0
            }
        }
    };
}
pub(super) use index_type;

/// A vector with one value for each index of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexVec<I, T> {
    values: Vec<T>,
    index: PhantomData<I>,
}

impl<I, T> Default for IndexVec<I, T> {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl<I, T> IndexVec<I, T> {
    /// Wraps values in order of their indices.
    pub(super) fn new(values: Vec<T>) -> Self {
        Self { values, index: PhantomData }
    }
}

impl<I: Idx, T> IndexVec<I, T> {
    /// Returns all values, in order of their indices.
    pub fn as_slice(&self) -> &[T] {
        &self.values
    }

    /// Returns all indices, in order.
    pub fn indices(&self) -> impl ExactSizeIterator<Item = I> + Clone + use<I, T> {
        (0..self.values.len()).map(I::at)
    }

    /// Returns all values with their indices, in order.
    pub fn iter_enumerated(&self) -> impl DoubleEndedIterator<Item = (I, &T)> {
        self.values.iter().enumerate().map(|(position, value)| (I::at(position), value))
    }

    /// Calls `value` with each index, in order, and returns the results.
    pub(super) fn map<U>(&self, value: impl FnMut(I) -> U) -> IndexVec<I, U> {
        IndexVec::new(self.indices().map(value).collect())
    }

    /// Returns mutable references to all values with their indices, in order.
    pub fn iter_enumerated_mut(&mut self) -> impl Iterator<Item = (I, &mut T)> {
        self.values.iter_mut().enumerate().map(|(position, value)| (I::at(position), value))
    }

    /// Appends a value and returns its index.
    pub(super) fn push(&mut self, value: T) -> I {
        self.values.push(value);
        I::at(self.values.len() - 1)
    }
}

impl<I: Idx, T> Index<I> for IndexVec<I, T> {
    type Output = T;

    fn index(&self, index: I) -> &T {
        &self.values[index.position()]
    }
}

impl<I: Idx, T> IndexMut<I> for IndexVec<I, T> {
    fn index_mut(&mut self, index: I) -> &mut T {
        &mut self.values[index.position()]
    }
}

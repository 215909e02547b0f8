//! Who fits whom: from everybody who waits and every mentor with room to suggested groups, with
//! reasons as data.
//!
//! A pure function of its input: the same instance, in whatever order its rows come, gives the same
//! suggestions. It may not know how answers came to be, how suggestions are shown or in which
//! words; a coordinator decides about each of them.

mod asked;
mod board;
pub mod compare;
mod cost;
pub mod criteria;
mod explain;
mod fingerprint;
mod grouping;
pub mod instance;
mod issued;
pub mod personality;
pub mod rules;
pub mod score;
mod suggest;
pub mod suggestions;
pub mod terms;
pub mod what_if;
mod worth;

pub use asked::{comparisons, instance_of};
pub use cost::cost_of_alternative;
pub use fingerprint::instance_hash;
pub use suggest::{suggest, suggest_until};
pub use suggestions::{
    Alternative, Cost, Lost, SuggestedGroup, Suggestion, Suggestions, Unplaced, WorthOfMentor,
};

#[cfg(test)]
mod tests;

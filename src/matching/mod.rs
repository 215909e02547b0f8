//! Who fits whom: from everybody who waits and every mentor with room to suggested groups, with reasons as data.
//!
//! A pure function of its input: the same instance, in whatever order its rows come, gives the same suggestions. It may
//! not know how answers came to be, how suggestions are shown or in which words; a coordinator decides about each of them.

pub mod assign;
pub mod instance;
pub mod rules;

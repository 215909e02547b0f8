//! Figures of small hand-made seasons.

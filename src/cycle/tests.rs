//! Whole cycles without Google: a small program, what its tabs say and what its coordinator decides
//! in them.

mod actions;
mod decisions;
mod desk;
mod erasure;
mod levels;
mod office;
mod personality;
mod tabs;
mod why;

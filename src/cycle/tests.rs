//! Whole cycles without Google: a small program of ten people, what its tabs say and what its coordinator decides in them.

mod decisions;
mod desk;
mod tabs;

//! What the coordinator decides in the tab of suggestions, and what follows from it.

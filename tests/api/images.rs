//! Creating, showing and deleting images.

mod bodies;
mod create;
mod delayed;
mod delete;
mod purged;
mod show;

//! Creating, showing and deleting images.

mod bodies;
mod create;
mod delete;
mod show;

//! Creating, showing and deleting images.

mod create;
mod delete;
mod show;

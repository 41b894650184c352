//! What a test holds on to: the powers of a double.

mod access;
mod journal;
mod reset;
mod sandboxes;
mod seeds;

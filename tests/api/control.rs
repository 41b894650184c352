//! What a test holds on to: the powers of a double.

mod access;
mod faults;
mod journal;
mod pace;
mod reset;
mod sandboxes;

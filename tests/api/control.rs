//! What a test holds on to: the powers of a double.

mod access;
mod reset;
mod sandboxes;

//! What a test holds on to: the powers of a double.

mod access;
mod back;
mod clock;
mod cloud;
mod config;
mod console;
mod determinism;
mod documents;
mod faults;
mod journal;
mod metadefs;
mod openapi;
mod pace;
mod policy;
mod reset;
mod sandboxes;
mod seeds;
mod snapshots;
mod status;
mod unread;

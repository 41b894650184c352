//! The names that the attributes of settings use, where they are options of a command line (the feature `cli`).

pub(super) use super::parse::{
    base_url, dialect, durability, listen, log_filter, methods, moment, name, one_of, pair, port,
    secret, seed, token,
};
pub(super) use super::quantities::{
    glance_size, hours, seconds, segment_size, size, whole_seconds,
};
pub(super) use super::words::boolean;
pub(super) use clap::{ArgAction, Args, Parser, ValueEnum};

//! The errors of a Swift object store. In Glance, they are internal errors.

use std::fmt;
use std::io;

use crate::error::with_causes;

/// Returns the error of a server that gives no answer, or only a part of one.
pub(super) fn unreadable(error: reqwest::Error) -> io::Error {
    failed(&with_causes(&error.without_url()))
}

/// Returns the error of a server that does not answer as it should.
pub(super) fn failed(reason: &dyn fmt::Display) -> io::Error {
    io::Error::other(format!("Swift: {reason}"))
}

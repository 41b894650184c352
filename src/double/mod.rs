//! What a double can do that a real Glance cannot; without HTTP routes, which are `control`'s.

pub mod journal;

/// The fault that an answer was tampered with by, as an extension of the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit(pub String);

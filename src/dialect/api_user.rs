//! A user who logs in by an API key.

/// A user, and the API key.
#[derive(Clone, Copy, Debug)]
pub struct ApiUser<'a> {
    /// The name of the user.
    pub name: &'a str,
    /// The API key.
    pub key: &'a str,
}

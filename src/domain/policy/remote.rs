//! Checks that ask another server: `http:…` and `https:…`.
//!
//! Nothing here sends anything. An evaluation asks for the answer to a question; where there is none yet, the
//! rule does not hold, and whoever evaluates finds the answer out and evaluates again.

/// A question that a check has for another server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RemoteQuestion {
    /// The URL to send it to; none if the target lacks a field that the URL has.
    pub url: Option<String>,
    /// The name of the rule that is evaluated.
    pub rule: String,
    /// What the caller acts upon, as JSON.
    pub target: String,
    /// The credentials of the caller, as JSON.
    pub credentials: String,
}

/// The answers that other servers gave.
pub trait RemoteAnswers {
    /// Returns the answer to a question; `None` if it is not known yet.
    fn answer(&self, question: RemoteQuestion) -> Option<bool>;
}

/// Answers of nobody.
#[cfg(any(test, feature = "fuzzing"))]
#[derive(Clone, Copy, Debug)]
pub struct NoAnswers;

#[cfg(any(test, feature = "fuzzing"))]
impl RemoteAnswers for NoAnswers {
    fn answer(&self, _question: RemoteQuestion) -> Option<bool> {
        None
    }
}

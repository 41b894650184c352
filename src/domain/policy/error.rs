//! The errors of a policy file: the rule, the line, the reason.

use super::syntax_error::CheckSyntaxError;

/// The separator between the rules of a cycle, in the error's text.
pub(super) const ARROW: &str = " → ";

/// The reason why a policy file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The text is not YAML, or not a map.
    #[error("the policy is not a map from rules to checks: {0}")]
    Unreadable(String),
    /// A check has a syntax error.
    #[error("policy rule `{rule}` in line {line}: {error}")]
    Check {
        /// The rule's name.
        rule: String,
        /// The line of its check, from 1; 0 if unknown.
        line: u64,
        /// The syntax error.
        error: CheckSyntaxError,
    },
    /// A rule refers back to itself.
    #[error("policy rule `{rule}` in line {line} leads back to itself: {path}")]
    Cycle {
        /// The rule's name.
        rule: String,
        /// The line of its check, from 1; 0 if unknown.
        line: u64,
        /// The names along the cycle, joined by arrows.
        path: String,
    },
    /// Rules refer to rules, and those to others, deeper than the limit.
    #[error("policy rule `{rule}` in line {line} is nested too deep")]
    TooDeep {
        /// The rule's name.
        rule: String,
        /// The line of its check, from 1; 0 if unknown.
        line: u64,
    },
}

impl PolicyError {
    /// Returns the message without a line number, for rules that do not come from a file.
    #[must_use]
    pub fn without_line(&self) -> String {
        match self {
            Self::Unreadable(_) => self.to_string(),
            Self::Check { rule, error, .. } => format!("policy rule `{rule}`: {error}"),
            Self::Cycle { rule, path, .. } => {
                format!("policy rule `{rule}` leads back to itself: {path}")
            }
            Self::TooDeep { rule, .. } => format!("policy rule `{rule}` is nested too deep"),
        }
    }

    /// Returns the name of the wrong rule, if the error is about a single one.
    pub(super) fn rule(&self) -> Option<&str> {
        match self {
            Self::Unreadable(_) => None,
            Self::Check { rule, .. } | Self::Cycle { rule, .. } | Self::TooDeep { rule, .. } => {
                Some(rule)
            }
        }
    }
}

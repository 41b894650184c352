//! Why a policy file cannot be used: the rule, the line, the reason.

use super::{Flaw, file};

/// What stands between the rules of a circle.
pub(super) const ARROW: &str = " → ";

/// Why a policy file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadPolicy {
    /// It is not YAML, or not a map.
    #[error("the policy is not a map from rules to checks: {0}")]
    Unreadable(String),
    /// A check is not in the language.
    #[error("policy rule `{rule}` in line {line}: {flaw}")]
    Check {
        /// The rule's name.
        rule: String,
        /// Where its check stands, from 1; 0 if unknown.
        line: u64,
        /// What is wrong with it.
        flaw: Flaw,
    },
    /// A rule leads back to itself.
    #[error("policy rule `{rule}` in line {line} leads back to itself: {path}")]
    Circle {
        /// The rule's name.
        rule: String,
        /// Where its check stands, from 1; 0 if unknown.
        line: u64,
        /// The names along the way, joined by arrows.
        path: String,
    },
    /// A rule asks others, which ask others, and so on without reason.
    #[error("policy rule `{rule}` in line {line} is nested too deep")]
    Deep {
        /// The rule's name.
        rule: String,
        /// Where its check stands, from 1; 0 if unknown.
        line: u64,
    },
}

impl BadPolicy {
    /// What is wrong, of rules that nobody wrote in lines.
    #[must_use]
    pub fn without_line(&self) -> String {
        match self {
            Self::Unreadable(_) => self.to_string(),
            Self::Check { rule, flaw, .. } => format!("policy rule `{rule}`: {flaw}"),
            Self::Circle { rule, path, .. } => {
                format!("policy rule `{rule}` leads back to itself: {path}")
            }
            Self::Deep { rule, .. } => format!("policy rule `{rule}` is nested too deep"),
        }
    }

    /// The rule that is wrong, if it is a single one.
    pub(super) fn rule(&self) -> Option<&str> {
        match self {
            Self::Unreadable(_) => None,
            Self::Check { rule, .. } | Self::Circle { rule, .. } | Self::Deep { rule, .. } => {
                Some(rule)
            }
        }
    }

    /// The same with the line that the rule is written on; of a circle, it is the first rule that
    /// is written at all.
    pub(super) fn located(mut self, written: &file::Rules) -> Self {
        if let Self::Circle { rule, path, .. } = &mut self
            && let Some(first) = path.split(ARROW).find(|it| written.contains_key(*it))
        {
            first.clone_into(rule);
        }
        if let Self::Circle { rule, line, .. } | Self::Deep { rule, line } = &mut self
            && let Some(written) = written.get(rule.as_str())
        {
            *line = written.referenced.line();
        }
        self
    }
}

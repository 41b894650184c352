//! A compiled check of the policy language.

/// A check string, compiled.
#[derive(Debug)]
pub(super) enum Check {
    /// `@`, or an empty check.
    Always,
    /// `!`.
    Never,
    /// `not …`.
    Not(Box<Check>),
    /// `… and …`.
    All(Vec<Check>),
    /// `… or …`.
    Any(Vec<Check>),
    /// `rule:…`, by its index in the table.
    Rule(usize),
    /// `role:…`.
    Role(MatchText),
    /// `service_roles:…`.
    ServiceRole(MatchText),
    /// `project_id:…` and the like.
    Credential(CredentialKey, MatchText),
    /// `'public':…`, `True:…`: the value that the literal has in Python.
    Literal(Box<str>, MatchText),
    /// `http:…` or `https:…`: the URL.
    Remote(MatchText),
}

/// The credential of the caller that a check compares.
#[derive(Debug)]
pub(super) enum CredentialKey {
    User,
    Project,
    Domain,
    Other(Box<str>),
}

/// The right side of a check.
#[derive(Debug)]
pub(super) enum MatchText {
    /// Text without any field: `admin`.
    Plain(Box<str>),
    /// A single field: `%(project_id)s`.
    Field(Box<str>),
    /// Anything else, such as `%(os_distro)s-%(os_version)s`.
    Mixed(Vec<MatchText>),
}

impl Check {
    /// Returns true if this check, or one within it, is as described.
    pub(super) fn find(&self, is_so: &mut impl FnMut(&Self) -> bool) -> bool {
        is_so(self)
            || match self {
                Self::Not(check) => check.find(is_so),
                Self::All(checks) | Self::Any(checks) => {
                    checks.iter().any(|check| check.find(is_so))
                }
                _ => false,
            }
    }
}

impl CredentialKey {
    /// Returns the key for the name of a credential.
    pub(super) fn new(key: &str) -> Self {
        match key {
            "user_id" => Self::User,
            "project_id" => Self::Project,
            "domain_id" => Self::Domain,
            other => Self::Other(other.into()),
        }
    }
}

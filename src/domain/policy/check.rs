//! A compiled check, and whether it holds for a caller and a target.

use std::borrow::Cow;

use super::names::Table;
use super::{Credentials, Target};

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
    /// `rule:…`, by its place in the table.
    Rule(usize),
    /// `role:…`.
    Role(Text),
    /// `service_roles:…`.
    ServiceRole(Text),
    /// `project_id:…` and the like.
    Credential(Key, Text),
    /// `'public':…`, `True:…`: what the literal reads as in Python.
    Literal(Box<str>, Text),
}

/// Which fact about the caller is compared.
#[derive(Debug)]
pub(super) enum Key {
    User,
    Project,
    Domain,
    Other(Box<str>),
}

/// The right side of a check.
#[derive(Debug)]
pub(super) enum Text {
    /// Without any field: `admin`.
    Plain(Box<str>),
    /// One field and nothing else: `%(project_id)s`.
    Field(Box<str>),
    /// Anything else, such as `%(os_distro)s-%(os_version)s`.
    Mixed(Vec<Text>),
}

/// How Python writes a value that is null.
const NULL: &str = "None";

/// The facts that every caller has in Glance, though they may be null. Any other fact that is
/// absent equals nothing, not even `None`.
const ALWAYS_THERE: [&str; 7] = [
    "user_domain_id",
    "system_scope",
    "project_domain_id",
    "service_user_id",
    "service_user_domain_id",
    "service_project_id",
    "service_project_domain_id",
];

/// One question: may this caller do it to this target?
pub(super) struct Question<'a, C: ?Sized, T: ?Sized> {
    pub(super) table: &'a Table,
    pub(super) who: &'a C,
    pub(super) what: &'a T,
}

impl<C: Credentials + ?Sized, T: Target + ?Sized> Question<'_, C, T> {
    /// Whether the rule at this place of the table holds.
    pub(super) fn rule_holds(&self, rule: usize) -> bool {
        self.table.check(rule).is_some_and(|it| self.holds(it))
    }

    fn holds(&self, check: &Check) -> bool {
        match check {
            Check::Always => true,
            Check::Never => false,
            Check::Not(check) => !self.holds(check),
            Check::All(checks) => checks.iter().all(|it| self.holds(it)),
            Check::Any(checks) => checks.iter().any(|it| self.holds(it)),
            Check::Rule(rule) => self.rule_holds(*rule),
            Check::Role(Text::Plain(role)) => self.who.has_role(role),
            Check::Role(role) => self.read(role).is_some_and(|it| self.who.has_role(&it)),
            Check::ServiceRole(role) => self
                .read(role)
                .is_some_and(|it| self.who.has_service_role(&it)),
            Check::Credential(key, text) => self.credential_is(key, text),
            Check::Literal(literal, text) => self
                .read_with_nulls(text)
                .is_some_and(|it| *it == **literal),
        }
    }

    fn credential_is(&self, key: &Key, text: &Text) -> bool {
        match key.of(self.who) {
            Some(value) => self.read(text).is_some_and(|it| it == value),
            // `project_id:None` asks for a caller without a project. A field that is null must
            // not do the same: a caller without a project owns nothing.
            None => key.is_always_there() && matches!(text, Text::Plain(it) if **it == *NULL),
        }
    }

    /// The text with its fields filled in; none if one is absent or null.
    fn read<'a>(&'a self, text: &'a Text) -> Option<Cow<'a, str>> {
        text.fill(&|field| self.what.field(field))
    }

    /// The text with its fields filled in; none if one is absent.
    fn read_with_nulls<'a>(&'a self, text: &'a Text) -> Option<Cow<'a, str>> {
        text.fill(&|field| {
            let null = || self.what.is_null(field).then_some(Cow::Borrowed(NULL));
            self.what.field(field).or_else(null)
        })
    }
}

impl Text {
    fn fill<'a>(
        &'a self,
        field: &impl Fn(&'a str) -> Option<Cow<'a, str>>,
    ) -> Option<Cow<'a, str>> {
        match self {
            Self::Plain(text) => Some(Cow::Borrowed(text)),
            Self::Field(name) => field(name),
            Self::Mixed(parts) => parts
                .iter()
                .map(|part| part.fill(field))
                .collect::<Option<String>>()
                .map(Cow::Owned),
        }
    }
}

impl Key {
    pub(super) fn new(key: &str) -> Self {
        match key {
            "user_id" => Self::User,
            "project_id" => Self::Project,
            "domain_id" => Self::Domain,
            other => Self::Other(other.into()),
        }
    }

    fn of<'a, C: Credentials + ?Sized>(&self, who: &'a C) -> Option<&'a str> {
        match self {
            Self::User => who.user_id(),
            Self::Project => who.project_id(),
            Self::Domain => who.domain_id(),
            // The older name, which is absent where `system_scope` is null.
            Self::Other(key) if **key == *"system" => who.attribute("system_scope"),
            Self::Other(key) => who.attribute(key),
        }
    }

    fn is_always_there(&self) -> bool {
        match self {
            Self::User | Self::Project | Self::Domain => true,
            Self::Other(key) => ALWAYS_THERE.contains(&&**key),
        }
    }
}

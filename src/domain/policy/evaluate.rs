//! Evaluates compiled checks for a caller and a target.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use super::check::{Check, CredentialKey, MatchText};
use super::credentials::PolicyCredentials;
use super::remote::{RemoteAnswers, RemoteQuestion};
use super::table::CheckTable;
use super::target::PolicyTarget;

/// Python's notation of a null value.
const NULL: &str = "None";

/// The credentials that every caller has in Glance, though they may be null. Any other credential
/// that is absent equals nothing, not even `None`.
const ALWAYS_PRESENT: [&str; 7] = [
    "user_domain_id",
    "system_scope",
    "project_domain_id",
    "service_user_id",
    "service_user_domain_id",
    "service_project_id",
    "service_project_domain_id",
];

/// The evaluation of rules for one caller and one target.
pub(super) struct Evaluation<'a, C: ?Sized, T: ?Sized> {
    table: &'a CheckTable,
    credentials: &'a C,
    target: &'a T,
    /// The name of the rule that the evaluation is about, and the answers of other servers.
    remote: (&'a str, &'a dyn RemoteAnswers),
    /// Whether an answer was missing.
    incomplete: Cell<bool>,
    /// The number of rules that were evaluated.
    evaluated: Cell<usize>,
    /// The results of rules, once there are many.
    results: RefCell<Vec<Option<bool>>>,
}

/// The number of rules from which results are kept. Nearly every check is done before; a rule that
/// refers twice to one that refers twice to another, and so on, would never be done without.
const KEPT_FROM: usize = 100;

impl<'a, C: PolicyCredentials + ?Sized, T: PolicyTarget + ?Sized> Evaluation<'a, C, T> {
    /// Begins an evaluation.
    pub(super) fn new(
        table: &'a CheckTable,
        credentials: &'a C,
        target: &'a T,
        remote: (&'a str, &'a dyn RemoteAnswers),
    ) -> Self {
        Self {
            table,
            credentials,
            target,
            remote,
            incomplete: Cell::new(false),
            evaluated: Cell::new(0),
            results: RefCell::default(),
        }
    }

    /// Returns true if the rule at this index of the table holds. It does not as long as an answer is missing.
    pub(super) fn outcome(&self, rule: usize) -> bool {
        self.rule_holds(rule) && !self.incomplete.get()
    }

    fn rule_holds(&self, rule: usize) -> bool {
        self.evaluated.set(self.evaluated.get() + 1);
        let keep = self.evaluated.get() > KEPT_FROM;
        if keep && let Some(result) = self.results.borrow().get(rule).copied().flatten() {
            return result;
        }
        let check = self.table.check(rule);
        let result = check.is_some_and(|check| self.holds(check));
        if keep {
            let mut results = self.results.borrow_mut();
            if results.len() <= rule {
                results.resize(rule + 1, None);
            }
            if let Some(slot) = results.get_mut(rule) {
                *slot = Some(result);
            }
        }
        result
    }

    fn holds(&self, check: &Check) -> bool {
        match check {
            Check::Always => true,
            Check::Never => false,
            Check::Not(check) => !self.holds(check),
            Check::All(checks) => checks.iter().all(|check| self.holds(check)),
            Check::Any(checks) => checks.iter().any(|check| self.holds(check)),
            Check::Rule(rule) => self.rule_holds(*rule),
            Check::Role(MatchText::Plain(role)) => self.credentials.has_role(role),
            Check::Role(role) => self
                .fill(role)
                .is_some_and(|role| self.credentials.has_role(&role)),
            Check::ServiceRole(role) => self
                .fill(role)
                .is_some_and(|role| self.credentials.has_service_role(&role)),
            Check::Credential(key, text) => self.credential_is(key, text),
            Check::Literal(literal, text) => self
                .fill_with_nulls(text)
                .is_some_and(|text| *text == **literal),
            Check::Remote(url) => self.remote_says(url),
        }
    }

    fn remote_says(&self, url: &MatchText) -> bool {
        let (rule, answers) = self.remote;
        let answer = answers.answer(RemoteQuestion {
            url: self.fill_with_nulls(url).map(Cow::into_owned),
            rule: rule.to_owned(),
            target: self.target.to_json().to_string(),
            credentials: self.credentials.to_json().to_string(),
        });
        if answer.is_none() {
            self.incomplete.set(true);
        }
        answer.unwrap_or(false)
    }

    fn credential_is(&self, key: &CredentialKey, text: &MatchText) -> bool {
        match key.value_of(self.credentials) {
            Some(value) => self.fill(text).is_some_and(|text| text == value),
            // `project_id:None` asks for a caller without a project. A field that is null must
            // not do the same: a caller without a project owns nothing.
            None => {
                key.is_always_present() && matches!(text, MatchText::Plain(text) if **text == *NULL)
            }
        }
    }

    /// Returns the text with its fields filled in; `None` if a field is absent or null.
    fn fill<'b>(&'b self, text: &'b MatchText) -> Option<Cow<'b, str>> {
        text.fill(&|field| self.target.field(field))
    }

    /// Returns the text with its fields filled in; `None` if a field is absent.
    fn fill_with_nulls<'b>(&'b self, text: &'b MatchText) -> Option<Cow<'b, str>> {
        text.fill(&|field| {
            let null = || self.target.is_null(field).then_some(Cow::Borrowed(NULL));
            self.target.field(field).or_else(null)
        })
    }
}

impl MatchText {
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

impl CredentialKey {
    fn value_of<'a, C: PolicyCredentials + ?Sized>(&self, credentials: &'a C) -> Option<&'a str> {
        match self {
            Self::User => credentials.user_id(),
            Self::Project => credentials.project_id(),
            Self::Domain => credentials.domain_id(),
            // The older name, which is absent where `system_scope` is null.
            Self::Other(key) if **key == *"system" => credentials.attribute("system_scope"),
            Self::Other(key) => credentials.attribute(key),
        }
    }

    fn is_always_present(&self) -> bool {
        match self {
            Self::User | Self::Project | Self::Domain => true,
            Self::Other(key) => ALWAYS_PRESENT.contains(&&**key),
        }
    }
}

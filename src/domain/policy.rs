//! Policies in the language of oslo.policy, compiled once, with the default rules of Glance 33.

use std::collections::BTreeMap;

mod check;
mod credentials;
mod effective;
mod error;
mod evaluate;
mod file;
mod parse;
mod parse_single;
mod remote;
mod rule_index;
mod rules;
mod syntax_error;
mod table;
mod target;
#[cfg(test)]
mod tests;

use check::Check;
pub use credentials::PolicyCredentials;
use error::ARROW;
pub use error::PolicyError;
use evaluate::Evaluation;
#[cfg(any(test, feature = "fuzzing"))]
use remote::NoAnswers;
pub use remote::{RemoteAnswers, RemoteQuestion};
use rule_index::RuleIndex;
pub use rules::Rule;
pub use syntax_error::CheckSyntaxError;
use table::CheckTable;
pub use target::PolicyTarget;

/// All rules of a policy, compiled. The default denies everything.
#[derive(Debug, Default)]
pub struct Policy {
    names: RuleIndex,
    table: CheckTable,
    /// Whether any rule asks another server.
    asks_others: bool,
}

/// The sources of a policy.
#[derive(Clone, Copy, Debug, Default)]
pub struct PolicySources<'a> {
    /// The texts of files, YAML or JSON; where several have a rule, the last one counts.
    pub files: &'a [&'a str],
    /// True if only the new defaults count (`enforce_new_defaults`).
    pub new_defaults: bool,
    /// Rules by name and check that come from settings, not from files: see
    /// [`Policy::holds_named`]. A check with a syntax error lets nobody pass, as in Glance.
    pub named: &'a [(String, String)],
    /// Rules by name and check that take the place of Glance's defaults, or stand beside them.
    pub defaults: DefaultRules,
}

/// Rules by name and check that differ from Glance's defaults.
pub type DefaultRules = &'static [(&'static str, &'static str)];

impl Policy {
    /// Returns the rules of Glance 33 without a policy file.
    #[must_use]
    pub fn defaults() -> Self {
        // The checks are constants and a test compiles them; were one wrong, nobody could pass.
        Self::over_defaults(
            &file::RawRules::default(),
            PolicySources {
                new_defaults: true,
                ..PolicySources::default()
            },
        )
        .unwrap_or_default()
    }

    /// Returns the default rules with `enforce_new_defaults` off: most rules also let pass whom
    /// they let pass before there were roles, which is everybody.
    #[cfg(test)]
    #[must_use]
    pub fn with_legacy_defaults() -> Self {
        Self::over_defaults(&file::RawRules::default(), PolicySources::default())
            .unwrap_or_default()
    }

    /// Compiles the text of one policy file (YAML or JSON) over the defaults. Names beyond
    /// [`Rule`] are kept, for `rule:…`.
    ///
    /// # Errors
    ///
    /// Where oslo.policy would log and deny, this refuses: a check with a syntax error, a rule
    /// that refers back to itself.
    #[cfg(test)]
    pub fn read(text: &str, new_defaults: bool) -> Result<Self, PolicyError> {
        Self::over_defaults(
            &file::read(text)?,
            PolicySources {
                new_defaults,
                ..PolicySources::default()
            },
        )
    }

    /// Compiles a policy from several files over the defaults.
    ///
    /// # Errors
    ///
    /// Returns the index of the file that is wrong, and the error.
    pub fn compile(sources: PolicySources<'_>) -> Result<Self, (usize, PolicyError)> {
        let mut rules = file::RawRules::new();
        let mut file_of = BTreeMap::new();
        for (index, text) in sources.files.iter().enumerate() {
            let read = file::read(text).map_err(|error| (index, error))?;
            file_of.extend(read.keys().map(|rule| (rule.clone(), index)));
            rules.extend(read);
        }
        Self::over_defaults(&rules, sources).map_err(|error| {
            let index = error.rule().and_then(|rule| file_of.get(rule));
            (index.copied().unwrap_or_default(), error)
        })
    }

    fn over_defaults(
        rules: &file::RawRules,
        sources: PolicySources<'_>,
    ) -> Result<Self, PolicyError> {
        let mut policy = Self {
            names: RuleIndex::of_rules(),
            table: CheckTable::default(),
            asks_others: false,
        };
        let defaults = sources.defaults;
        let own = |name: &str| defaults.iter().any(|(rule, _)| *rule == name);
        for rule in Rule::ALL {
            if !rules.contains_key(rule.name()) && !own(rule.name()) {
                policy.put_default(*rule, sources.new_defaults)?;
            }
        }
        for (rule, check) in defaults {
            if !rules.contains_key(*rule) {
                let check = parse::parse(check, &mut policy.names);
                policy.put(rule, 0, check)?;
            }
        }
        for (rule, raw) in rules {
            let line = raw.referenced.line();
            let check = raw.value.check(&mut policy.names);
            policy.put(rule, line, check)?;
        }
        for (name, check) in sources.named {
            let check = parse::parse(check, &mut policy.names).unwrap_or(Check::Never);
            policy.put(name, 0, Ok(check))?;
        }
        policy.asks_others = policy.table.asks_others();
        match policy.table.validate(&policy.names) {
            Err(error) => Err(error.located(rules)),
            // Who is an admin is asked of every request, before it is known what it is about.
            Ok(()) if policy.table.may_ask_others(Rule::ContextIsAdmin as usize) => {
                let rule = Rule::ContextIsAdmin.name();
                let line = rules.get(rule).map_or(0, |raw| raw.referenced.line());
                Err(PolicyError::Check {
                    rule: rule.to_owned(),
                    line,
                    error: CheckSyntaxError::Remote(rule.to_owned()),
                })
            }
            Ok(()) => Ok(policy),
        }
    }

    /// Returns true if a caller may do to a target what the rule is about, though nobody can be asked.
    #[cfg(any(test, feature = "fuzzing"))]
    #[must_use]
    pub fn allows(
        &self,
        rule: Rule,
        credentials: &(impl PolicyCredentials + ?Sized),
        target: &(impl PolicyTarget + ?Sized),
    ) -> bool {
        self.allows_with(rule, credentials, target, &NoAnswers)
    }

    /// Returns true if a caller may do to a target what the rule is about. Where an answer of another server is
    /// missing, `answers` has heard the question, and the caller may not.
    #[must_use]
    pub fn allows_with(
        &self,
        rule: Rule,
        credentials: &(impl PolicyCredentials + ?Sized),
        target: &(impl PolicyTarget + ?Sized),
        answers: &dyn RemoteAnswers,
    ) -> bool {
        if rule.needs_project_scope() && !is_project_scoped(credentials) {
            return false;
        }
        let remote = (rule.name(), answers);
        self.holds(rule as usize, credentials, target, remote)
    }

    /// Returns true if a rule with this name holds for a caller, whatever its token is scoped to.
    /// The rule is evaluated without a target.
    #[must_use]
    pub fn holds_named(
        &self,
        name: &str,
        credentials: &(impl PolicyCredentials + ?Sized),
        answers: &dyn RemoteAnswers,
    ) -> bool {
        let index = self.names.find(name);
        index.is_some_and(|index| self.holds(index, credentials, &(), (name, answers)))
    }

    /// Returns whether any rule asks another server.
    #[must_use]
    pub fn asks_others(&self) -> bool {
        self.asks_others
    }

    /// Evaluates a rule by its name, as [`Self::allows`] does. A name that nobody defined is the
    /// rule `default`.
    #[cfg(test)]
    #[must_use]
    pub fn allows_named(
        &self,
        name: &str,
        credentials: &(impl PolicyCredentials + ?Sized),
        target: &(impl PolicyTarget + ?Sized),
    ) -> bool {
        let index = self.names.find(name).unwrap_or(Rule::Default as usize);
        match Rule::ALL.get(index) {
            Some(rule) if rule.name() == name => {
                self.allows_with(*rule, credentials, target, &NoAnswers)
            }
            _ => self.holds(index, credentials, target, (name, &NoAnswers)),
        }
    }

    /// Returns the names that checks refer to and nobody defined, sorted: most likely misspelt,
    /// and worth a warning, since `default` (that is, by default, everybody) takes their place.
    #[must_use]
    pub fn undefined(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.table.undefined(&self.names).collect();
        names.sort_unstable();
        names
    }

    fn holds(
        &self,
        index: usize,
        credentials: &(impl PolicyCredentials + ?Sized),
        target: &(impl PolicyTarget + ?Sized),
        remote: (&str, &dyn RemoteAnswers),
    ) -> bool {
        Evaluation::new(&self.table, credentials, target, remote).outcome(index)
    }

    fn put_default(&mut self, rule: Rule, new_defaults: bool) -> Result<(), PolicyError> {
        let now = parse::parse(rule.check(), &mut self.names);
        let check = match rule.check_before().filter(|_| !new_defaults) {
            None => now,
            Some(before) => parse::parse(before, &mut self.names)
                .and_then(|before| Ok(Check::Any(vec![now?, before]))),
        };
        self.put(rule.name(), 0, check)
    }

    fn put(
        &mut self,
        rule: &str,
        line: u64,
        check: Result<Check, CheckSyntaxError>,
    ) -> Result<(), PolicyError> {
        let check = check.map_err(|error| PolicyError::Check {
            rule: rule.to_owned(),
            line,
            error,
        })?;
        self.table.put(self.names.insert(rule), check);
        Ok(())
    }
}

impl PolicyError {
    /// Adds the line of the rule; for a cycle, of the first of its rules that a file has.
    fn located(mut self, rules: &file::RawRules) -> Self {
        if let Self::Cycle { rule, path, .. } = &mut self
            && let Some(first) = path.split(ARROW).find(|name| rules.contains_key(*name))
        {
            first.clone_into(rule);
        }
        if let Self::Cycle { rule, line, .. } | Self::TooDeep { rule, line } = &mut self
            && let Some(raw) = rules.get(rule.as_str())
        {
            *line = raw.referenced.line();
        }
        self
    }
}

/// Returns true for a token with project scope, as oslo.policy reads it: of the system, else of a
/// domain, else of a project, even if it names none.
fn is_project_scoped(credentials: &(impl PolicyCredentials + ?Sized)) -> bool {
    let scopes = [
        credentials.attribute("system_scope"),
        credentials.domain_id(),
    ];
    scopes.into_iter().flatten().all(str::is_empty)
}

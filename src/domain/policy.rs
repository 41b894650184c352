//! Who may do what: the language of oslo.policy, compiled once, and Glance 33's rules in it.

use std::borrow::Cow;
use std::collections::BTreeMap;

mod bad;
mod check;
mod file;
mod names;
mod parse;
mod rules;
mod single;
#[cfg(test)]
mod tests;
mod written;

pub use bad::BadPolicy;
use check::{Check, Question};
use names::{Names, Table};
pub use parse::Flaw;
pub use rules::Rule;

/// What a rule asks of the caller.
pub trait Credentials {
    /// Whether the token has the role, whatever the case of its letters.
    fn has_role(&self, role: &str) -> bool;

    /// Whether the service token that came along has the role. Only checks of the kind
    /// `service_roles:…` ask this.
    fn has_service_role(&self, _role: &str) -> bool {
        false
    }

    /// The user.
    fn user_id(&self) -> Option<&str>;

    /// The project that the token is for.
    fn project_id(&self) -> Option<&str>;

    /// The domain that the token is for: **not** the user's. With it, as with the attribute
    /// `system_scope`, every rule of the API fails.
    fn domain_id(&self) -> Option<&str>;

    /// Any other credential by oslo.context's name: `system_scope`, `user_domain_id`,
    /// `project_domain_id`, `is_admin_project` ("True" or "False"), `service_user_id`, …
    fn attribute(&self, key: &str) -> Option<&str>;
}

/// What is acted upon.
pub trait Target {
    /// A field by its name, as Python would write it: truth is `True`. None if it is absent or
    /// null.
    fn field(&self, name: &str) -> Option<Cow<'_, str>>;

    /// Whether the field is there and null. Only checks with a literal on the left, such as
    /// `None:%(owner)s`, ask this: a field that is absent fails them.
    fn is_null(&self, _name: &str) -> bool {
        false
    }
}

/// Every rule of a policy, compiled. The default denies everything.
#[derive(Debug, Default)]
pub struct Policy {
    names: Names,
    table: Table,
}

/// What a policy is read from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Texts<'a> {
    /// The texts of files, YAML or JSON; of a rule that several have, the last one counts.
    pub files: &'a [&'a str],
    /// Whether the new defaults alone count.
    pub new_defaults: bool,
    /// Rules by name and check that nobody writes into files: see [`Policy::holds_named`]. Of
    /// those that cannot be read, as in Glance, nothing comes but that nobody passes.
    pub named: &'a [(String, String)],
}

impl Policy {
    /// The rules of Glance 33 without a policy file.
    #[must_use]
    pub fn defaults() -> Self {
        // The checks are constants and a test compiles them; were one wrong, nobody could pass.
        Self::over_defaults(&file::Rules::default(), true, &[]).unwrap_or_default()
    }

    /// The same with `enforce_new_defaults` off: most rules also let pass whom they let pass
    /// before there were roles, which is everybody.
    #[cfg(test)]
    #[must_use]
    pub fn with_legacy_defaults() -> Self {
        Self::over_defaults(&file::Rules::default(), false, &[]).unwrap_or_default()
    }

    /// A policy file's text (YAML or JSON) laid over the defaults. Names beyond [`Rule`] are
    /// kept, for `rule:…`.
    ///
    /// # Errors
    ///
    /// Where oslo.policy would log and deny, this refuses: a check it cannot read, a rule that
    /// leads back to itself.
    #[cfg(test)]
    pub fn read(text: &str, new_defaults: bool) -> Result<Self, BadPolicy> {
        Self::over_defaults(&file::read(text)?, new_defaults, &[])
    }

    /// The same with several files. Told with an error: which of them it is in.
    pub fn of(texts: Texts<'_>) -> Result<Self, (usize, BadPolicy)> {
        let mut written = file::Rules::new();
        let mut sources = BTreeMap::new();
        for (place, text) in texts.files.iter().enumerate() {
            let rules = file::read(text).map_err(|error| (place, error))?;
            sources.extend(rules.keys().map(|rule| (rule.clone(), place)));
            written.extend(rules);
        }
        Self::over_defaults(&written, texts.new_defaults, texts.named).map_err(|error| {
            let place = error.rule().and_then(|rule| sources.get(rule));
            (place.copied().unwrap_or_default(), error)
        })
    }

    fn over_defaults(
        written: &file::Rules,
        new_defaults: bool,
        named: &[(String, String)],
    ) -> Result<Self, BadPolicy> {
        let mut policy = Self {
            names: Names::of_rules(),
            table: Table::default(),
        };
        for rule in Rule::ALL {
            if !written.contains_key(rule.name()) {
                policy.put_default(*rule, new_defaults)?;
            }
        }
        for (rule, written) in written {
            let line = written.referenced.line();
            let check = written.value.check(&mut policy.names);
            policy.put(rule, line, check)?;
        }
        for (name, check) in named {
            let check = parse::parse(check, &mut policy.names).unwrap_or(Check::Never);
            policy.put(name, 0, Ok(check))?;
        }
        match policy.table.prove(&policy.names) {
            Err(error) => Err(error.located(written)),
            Ok(()) => Ok(policy),
        }
    }

    /// Whether a caller may do what the rule is about to a target.
    #[must_use]
    pub fn allows(
        &self,
        rule: Rule,
        who: &(impl Credentials + ?Sized),
        what: &(impl Target + ?Sized),
    ) -> bool {
        if rule.wants_project() && !is_of_project(who) {
            return false;
        }
        self.holds(rule as usize, who, what)
    }

    /// Whether a rule that was read by its name lets a caller pass, whatever its token is for. It
    /// sees no target.
    #[must_use]
    pub fn holds_named(&self, name: &str, who: &(impl Credentials + ?Sized)) -> bool {
        let place = self.names.find(name);
        place.is_some_and(|place| self.holds(place, who, &()))
    }

    /// The same as [`Self::allows`] for a rule by its name. One that nobody defined is the rule
    /// `default`.
    #[cfg(test)]
    #[must_use]
    pub fn allows_named(
        &self,
        name: &str,
        who: &(impl Credentials + ?Sized),
        what: &(impl Target + ?Sized),
    ) -> bool {
        let place = self.names.find(name).unwrap_or(Rule::Default as usize);
        match Rule::ALL.get(place) {
            Some(rule) if rule.name() == name => self.allows(*rule, who, what),
            _ => self.holds(place, who, what),
        }
    }

    /// The names that checks refer to and nobody defined, in order: most likely misspelt, and
    /// worth a warning, since `default` (that is, by default, everybody) takes their place.
    #[must_use]
    pub fn undefined(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.names.without_check(&self.table).collect();
        names.sort_unstable();
        names
    }

    fn holds(
        &self,
        place: usize,
        who: &(impl Credentials + ?Sized),
        what: &(impl Target + ?Sized),
    ) -> bool {
        let table = &self.table;
        Question { table, who, what }.rule_holds(place)
    }

    fn put_default(&mut self, rule: Rule, new_defaults: bool) -> Result<(), BadPolicy> {
        let now = parse::parse(rule.check(), &mut self.names);
        let check = match rule.check_before().filter(|_| !new_defaults) {
            None => now,
            Some(before) => parse::parse(before, &mut self.names)
                .and_then(|before| Ok(Check::Any(vec![now?, before]))),
        };
        self.put(rule.name(), 0, check)
    }

    fn put(&mut self, rule: &str, line: u64, check: Result<Check, Flaw>) -> Result<(), BadPolicy> {
        let check = check.map_err(|flaw| BadPolicy::Check {
            rule: rule.to_owned(),
            line,
            flaw,
        })?;
        self.table.put(self.names.place(rule), check);
        Ok(())
    }
}

/// oslo.policy's reading of a token: of the system, else of a domain, else of a project, even if
/// it names none.
fn is_of_project(who: &(impl Credentials + ?Sized)) -> bool {
    let scopes = [who.attribute("system_scope"), who.domain_id()];
    scopes.into_iter().flatten().all(str::is_empty)
}

impl Target for () {
    fn field(&self, _name: &str) -> Option<Cow<'_, str>> {
        None
    }
}

impl Target for [(&str, Option<&str>)] {
    fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        let (_, value) = self.iter().find(|(field, _)| *field == name)?;
        value.map(Cow::Borrowed)
    }

    fn is_null(&self, name: &str) -> bool {
        self.contains(&(name, None))
    }
}

impl<const N: usize> Target for [(&str, Option<&str>); N] {
    fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        self.as_slice().field(name)
    }

    fn is_null(&self, name: &str) -> bool {
        self.as_slice().is_null(name)
    }
}

impl<T: Target + ?Sized> Target for &T {
    fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        (**self).field(name)
    }

    fn is_null(&self, name: &str) -> bool {
        (**self).is_null(name)
    }
}

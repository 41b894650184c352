//! Property protections: rules for who may create, read, update or delete custom properties.
//! Glance: `glance/common/property_utils.py`.

mod expression;
mod ini;
#[cfg(test)]
mod tests;

use fancy_regex::Regex;

use super::caller::Caller;
use super::string_enum;
use crate::{Error, Result};
use expression::compile;

string_enum! {
    /// An operation on a property.
    PropertyAction {
        /// Setting a property that does not exist.
        Create = "create",
        /// Seeing the property, and that it exists.
        Read = "read",
        /// Setting a property that exists.
        Update = "update",
        /// Removing the property.
        Delete = "delete",
    }
}

/// The format of a protection file: the way in which it names those who are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtectionFormat {
    /// Roles, separated by commas.
    Roles,
    /// The name of a policy rule.
    Policies,
}

/// The protection of custom properties in a cloud.
#[derive(Debug)]
pub enum PropertyProtection {
    /// No file: everybody may do everything.
    Off,
    /// The rules of a file.
    On(ProtectionRules),
    /// The file has an error: every request is refused.
    Broken,
}

/// The rules of a protection file, in its order.
#[derive(Debug)]
pub struct ProtectionRules(Vec<ProtectionRule>);

#[derive(Debug)]
struct ProtectionRule {
    expression: Regex,
    /// The grantees of each operation, in the order of [`PropertyAction::ALL`].
    grantees: [Grantees; PropertyAction::ALL.len()],
}

/// The callers who may perform an operation on a property.
#[derive(Debug, PartialEq)]
enum Grantees {
    Everybody,
    Nobody,
    /// Callers with one of these roles.
    Roles(Vec<String>),
    /// Callers for whom this policy rule holds.
    Policy(String),
}

/// An error in a protection file.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("line {line}{}: {reason}", .section.as_ref().map_or_else(String::new, |section| format!(", section [{section}]")))]
pub struct ProtectionFileError {
    /// The line, from 1.
    line: usize,
    /// The section, if it is known.
    section: Option<String>,
    /// The error.
    reason: String,
}

impl ProtectionFileError {
    fn at_line(line: usize, reason: impl Into<String>) -> Self {
        Self {
            line,
            section: None,
            reason: reason.into(),
        }
    }

    fn in_section(self, section: &str) -> Self {
        let section = Some(section.to_owned());
        Self { section, ..self }
    }
}

/// The prefix of the server's own properties, which everybody may access, whatever the file says.
const OWN_PREFIX: &str = "os_glance";

impl PropertyProtection {
    /// Returns the rules, or `None` without a file.
    ///
    /// # Errors
    ///
    /// Fails if the file has an error; the message is Glance's.
    pub fn usable(&self) -> Result<Option<&ProtectionRules>> {
        match self {
            Self::Off => Ok(None),
            Self::On(sections) => Ok(Some(sections)),
            Self::Broken => Err(Error::Invalid(
                "Invalid configuration in property protection file.".into(),
            )),
        }
    }

    /// Returns the policy rules that the protections refer to: see [`ProtectionRules::policies`].
    #[must_use]
    pub fn policies(&self) -> Vec<(String, String)> {
        match self {
            Self::On(sections) => sections.policies(),
            Self::Off | Self::Broken => Vec::new(),
        }
    }
}

impl ProtectionRules {
    /// Parses the text of a file.
    pub fn read(text: &str, format: ProtectionFormat) -> Result<Self, ProtectionFileError> {
        let sections = ini::read(text)?.into_iter();
        sections
            .filter(|section| !section.header.starts_with(OWN_PREFIX))
            .map(|section| {
                ProtectionRule::read(&section, format)
                    .map_err(|error| error.in_section(&section.header))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Returns true if a caller may perform an operation on the property with this name. The first
    /// rule whose expression is found in the name decides; without one the operation is denied.
    /// `policy` evaluates a policy rule for the caller, by its name in [`Self::policies`].
    #[must_use]
    pub fn allows(
        &self,
        act: PropertyAction,
        name: &str,
        caller: &Caller,
        policy: impl FnOnce(&str) -> bool,
    ) -> bool {
        if name.contains(OWN_PREFIX) {
            return true;
        }
        // One that takes too long to try is not found.
        let found = |rule: &&ProtectionRule| rule.expression.is_match(name).unwrap_or(false);
        let section = self.0.iter().find(found);
        match section.and_then(|rule| rule.grantees.get(act as usize)) {
            None | Some(Grantees::Nobody) => false,
            Some(Grantees::Everybody) => true,
            Some(Grantees::Roles(roles)) => roles.iter().any(|role| {
                let mut held = caller.roles.iter().chain(&caller.service_roles);
                held.any(|held_role| held_role.eq_ignore_ascii_case(role))
            }),
            Some(Grantees::Policy(rule)) => policy(rule),
        }
    }

    /// Returns the policy rules that the protections refer to, each under a name that no rule of
    /// the API has, with its check. They are evaluated without a target.
    #[must_use]
    pub fn policies(&self) -> Vec<(String, String)> {
        let all = self.0.iter().flat_map(|rule| &rule.grantees);
        all.filter_map(|who| match who {
            Grantees::Policy(name) => Some((name.clone(), check(name))),
            _ => None,
        })
        .collect()
    }
}

/// The prefix of the names under which the policy has the rules of protections.
const RULE_PREFIX: &str = "property protection: ";

/// Returns the check that Glance makes of the name, so that the name may be an expression.
fn check(name: &str) -> String {
    let rule = name.strip_prefix(RULE_PREFIX).unwrap_or(name);
    format!("rule:{rule}")
}

impl ProtectionRule {
    fn read(
        section: &ini::IniSection,
        format: ProtectionFormat,
    ) -> Result<Self, ProtectionFileError> {
        let expression = compile(&section.header)
            .map_err(|error| ProtectionFileError::at_line(section.line, error))?;
        let mut grantees = [
            Grantees::Nobody,
            Grantees::Nobody,
            Grantees::Nobody,
            Grantees::Nobody,
        ];
        for (who, act) in grantees.iter_mut().zip(PropertyAction::ALL) {
            let missing =
                || ProtectionFileError::at_line(section.line, format!("`{act}` is missing"));
            let (value, line) = section.option(act.as_str())?.ok_or_else(missing)?;
            let read = match format {
                ProtectionFormat::Roles => roles(&value),
                ProtectionFormat::Policies => policy(&value),
            };
            *who = read.map_err(|reason| {
                ProtectionFileError::at_line(line, format!("`{act}` {reason}"))
            })?;
        }
        Ok(Self {
            expression,
            grantees,
        })
    }
}

fn roles(value: &str) -> Result<Grantees, &'static str> {
    if value.is_empty() {
        return Ok(Grantees::Nobody);
    }
    let roles: Vec<_> = value
        .split(',')
        .map(|role| role.trim().to_owned())
        .collect();
    let has = |word| roles.iter().any(|role| role == word);
    match (has("@"), has("!")) {
        (true, true) => Err("has both @ and !"),
        (true, false) => Ok(Grantees::Everybody),
        (false, true) => Ok(Grantees::Nobody),
        (false, false) => Ok(Grantees::Roles(roles)),
    }
}

fn policy(value: &str) -> Result<Grantees, &'static str> {
    match value {
        "" | "!" => Ok(Grantees::Nobody),
        "@" => Ok(Grantees::Everybody),
        _ if value.contains(',') => Err("names several rules: join them in the policy file"),
        rule => Ok(Grantees::Policy(format!("{RULE_PREFIX}{rule}"))),
    }
}

//! Property protections: custom properties that only some may create, read, update or delete.

mod expression;
mod ini;
#[cfg(test)]
mod tests;

use fancy_regex::Regex;

use super::access::Caller;
use super::words;
use crate::{Error, Result};
use expression::compile;

words! {
    /// What is done with a property.
    Act {
        /// Setting one that is not there.
        Create = "create",
        /// Seeing it, and that it is there.
        Read = "read",
        /// Setting one that is there.
        Update = "update",
        /// Taking it away.
        Delete = "delete",
    }
}

/// What a protection file names those by who may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Roles, several with commas between.
    Roles,
    /// A rule of the policy.
    Policies,
}

/// Which custom properties are for whom.
#[derive(Debug)]
pub enum Protection {
    /// No file: all are for all.
    Off,
    /// As a file says.
    On(Sections),
    /// A file cannot be used: nobody gets anywhere.
    Broken,
}

/// The sections of a protection file.
#[derive(Debug)]
pub struct Sections(Vec<Section>);

#[derive(Debug)]
struct Section {
    expression: Regex,
    /// In the order of [`Act::ALL`].
    may: [Who; Act::ALL.len()],
}

/// Who may do something with a property.
#[derive(Debug, PartialEq)]
enum Who {
    Everybody,
    Nobody,
    /// Whoever has one of these.
    Roles(Vec<String>),
    /// Whoever passes this rule of the policy.
    Policy(String),
}

/// What is wrong with a protection file.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("line {line}{}: {what}", .section.as_ref().map_or_else(String::new, |it| format!(", section [{it}]")))]
pub struct Flaw {
    /// Where, from 1.
    line: usize,
    /// In which section, where that matters.
    section: Option<String>,
    /// What.
    what: String,
}

impl Flaw {
    fn at(line: usize, what: impl Into<String>) -> Self {
        Self {
            line,
            section: None,
            what: what.into(),
        }
    }

    fn within(self, section: &str) -> Self {
        let section = Some(section.to_owned());
        Self { section, ..self }
    }
}

/// What the server keeps of itself in properties; each is everybody's, whatever a file says.
const OURS: &str = "os_glance";

impl Protection {
    /// The sections, or nothing where all is for all. A file that cannot be used is an answer.
    pub fn usable(&self) -> Result<Option<&Sections>> {
        match self {
            Self::Off => Ok(None),
            Self::On(sections) => Ok(Some(sections)),
            Self::Broken => Err(Error::Invalid(
                "Invalid configuration in property protection file.".into(),
            )),
        }
    }

    /// The rules of the policy that are asked: see [`Sections::policies`].
    #[must_use]
    pub fn policies(&self) -> Vec<(String, String)> {
        match self {
            Self::On(sections) => sections.policies(),
            Self::Off | Self::Broken => Vec::new(),
        }
    }
}

impl Sections {
    /// Reads the text of a file.
    pub fn read(text: &str, format: Format) -> Result<Self, Flaw> {
        let sections = ini::read(text)?.into_iter();
        sections
            .filter(|it| !it.header.starts_with(OURS))
            .map(|it| Section::read(&it, format).map_err(|flaw| flaw.within(&it.header)))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether a caller may do this with the property of this name: the first section that finds
    /// itself in the name tells, and none means no. `policy` tells whether a rule lets the caller
    /// pass, by its name in [`Self::policies`].
    #[must_use]
    pub fn allow(
        &self,
        act: Act,
        name: &str,
        caller: &Caller,
        policy: impl FnOnce(&str) -> bool,
    ) -> bool {
        if name.contains(OURS) {
            return true;
        }
        // One that takes too long to try is not found.
        let found = |it: &&Section| it.expression.is_match(name).unwrap_or(false);
        let section = self.0.iter().find(found);
        match section.and_then(|it| it.may.get(act as usize)) {
            None | Some(Who::Nobody) => false,
            Some(Who::Everybody) => true,
            Some(Who::Roles(roles)) => roles.iter().any(|role| {
                let mut held = caller.roles.iter().chain(&caller.service_roles);
                held.any(|it| it.eq_ignore_ascii_case(role))
            }),
            Some(Who::Policy(rule)) => policy(rule),
        }
    }

    /// The rules of the policy that are asked, by a name that no rule of the API has, each with
    /// its check. They see the caller and no image.
    #[must_use]
    pub fn policies(&self) -> Vec<(String, String)> {
        let asked = self.0.iter().flat_map(|it| &it.may);
        asked
            .filter_map(|who| match who {
                Who::Policy(name) => Some((name.clone(), check(name))),
                _ => None,
            })
            .collect()
    }
}

/// What stands before the name of a rule where the policy keeps it for protections.
const ASKED: &str = "property protection: ";

/// What Glance makes of the name, which so may be a little more than one.
fn check(name: &str) -> String {
    let rule = name.strip_prefix(ASKED).unwrap_or(name);
    format!("rule:{rule}")
}

impl Section {
    fn read(section: &ini::Section, format: Format) -> Result<Self, Flaw> {
        let expression = compile(&section.header).map_err(|it| Flaw::at(section.line, it))?;
        let mut may = [Who::Nobody, Who::Nobody, Who::Nobody, Who::Nobody];
        for (who, act) in may.iter_mut().zip(Act::ALL) {
            let missing = || Flaw::at(section.line, format!("`{act}` is missing"));
            let (value, line) = section.option(act.word())?.ok_or_else(missing)?;
            let read = match format {
                Format::Roles => roles(&value),
                Format::Policies => policy(&value),
            };
            *who = read.map_err(|what| Flaw::at(line, format!("`{act}` {what}")))?;
        }
        Ok(Self { expression, may })
    }
}

fn roles(value: &str) -> Result<Who, &'static str> {
    if value.is_empty() {
        return Ok(Who::Nobody);
    }
    let roles: Vec<_> = value.split(',').map(|it| it.trim().to_owned()).collect();
    let has = |word| roles.iter().any(|it| it == word);
    match (has("@"), has("!")) {
        (true, true) => Err("has both @ and !"),
        (true, false) => Ok(Who::Everybody),
        (false, true) => Ok(Who::Nobody),
        (false, false) => Ok(Who::Roles(roles)),
    }
}

fn policy(value: &str) -> Result<Who, &'static str> {
    match value {
        "" | "!" => Ok(Who::Nobody),
        "@" => Ok(Who::Everybody),
        _ if value.contains(',') => Err("names several rules: join them in the policy file"),
        rule => Ok(Who::Policy(format!("{ASKED}{rule}"))),
    }
}

//! Resolves the names in a seed to ids.

use crate::db::identity::{Domain, Project, Role, User};
use crate::domain::seed::derived_id;
use crate::domain::text;
use crate::identity::DEFAULT_DOMAIN;
use crate::{Error, Result};

/// The project that belongs to whoever made a cloud.
const ADMIN: &str = "admin";

/// The existing resources, by name and id.
#[derive(Debug, Default)]
pub(in super::super) struct Names {
    pub(super) domains: Vec<Domain>,
    pub(super) projects: Vec<Project>,
    pub(super) roles: Vec<Role>,
    pub(super) users: Vec<User>,
    /// Whether another Keystone knows the names: here ids are taken as they are.
    pub(super) elsewhere: bool,
}

/// A resource with a name and an id.
pub(super) trait HasName {
    fn id(&self) -> &str;
    fn name(&self) -> &str;
    fn domain(&self) -> Option<&str>;
}

macro_rules! named {
    ($($kind:ident: $domain:expr),*) => {
        $(impl HasName for $kind {
            fn id(&self) -> &str { &self.id }
            fn name(&self) -> &str { &self.name }
            fn domain(&self) -> Option<&str> {
                let domain: fn(&Self) -> Option<&str> = $domain;
                domain(self)
            }
        })*
    };
}
named!(
    Domain: |_| None,
    Role: |_| None,
    Project: |value| Some(&value.domain_id),
    User: |value| Some(&value.domain_id)
);

pub(super) fn invalid(text: String) -> Error {
    Error::Invalid(text)
}

/// The id of something new, or nothing if it is there already.
pub(super) fn new_id<N: HasName>(
    there: &[N],
    name: &str,
    domain: Option<&str>,
    wanted: Option<&str>,
    what: &str,
) -> Result<Option<String>> {
    text::check_nul(name)?;
    let longest = if what == "project" || what == "domain" {
        64
    } else {
        255
    };
    if name.is_empty() || name.chars().count() > longest {
        return Err(invalid(format!("a name has 1 to {longest} characters")));
    }
    if let Some(found) = there
        .iter()
        .find(|there| there.name() == name && there.domain() == domain)
    {
        return match wanted {
            Some(wanted) if wanted != found.id() => Err(invalid(format!(
                "the {what} is there already, with the id {}",
                found.id()
            ))),
            _ => Ok(None),
        };
    }
    let id = wanted.map_or_else(
        || {
            let words = [what, domain.unwrap_or_default(), name];
            derived_id(&words).simple().to_string()
        },
        str::to_owned,
    );
    let fits = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    if id.is_empty() || id.len() > 64 || !id.chars().all(fits) {
        let text = "an id has 1 to 64 letters, digits, -, _ and .";
        return Err(invalid(format!("{id:?} is no id: {text}")));
    }
    match there.iter().find(|there| there.id() == id) {
        Some(other) => Err(invalid(format!("its id is that of {}", other.name()))),
        None => Ok(Some(id)),
    }
}

impl Names {
    pub(super) fn domain(&self, word: Option<&str>) -> Result<String> {
        let Some(word) = word else {
            return Ok(DEFAULT_DOMAIN.to_owned());
        };
        let found = self
            .domains
            .iter()
            .find(|domain| domain.id == word || domain.name == word);
        let found = found.map(|found| found.id.clone());
        found.ok_or_else(|| invalid(format!("domain: there is no domain {word}")))
    }

    /// The id of the project that a word names. One that looks like an id and is nobody's is taken
    /// as it is: images outlive projects.
    pub(in super::super) fn project(&self, word: &str, field: &str) -> Result<String> {
        text::check(field, word)?;
        if self.elsewhere || self.projects.iter().any(|project| project.id == word) {
            return Ok(word.to_owned());
        }
        let called = || self.projects.iter().filter(|project| project.name == word);
        let own = called().find(|called| called.domain_id == DEFAULT_DOMAIN);
        let mut called = called();
        match own.or_else(|| called.next()) {
            Some(found) => Ok(found.id.clone()),
            None if is_id(word) => Ok(word.to_owned()),
            None => Err(invalid(format!(
                "{field}: there is no project {word}; an id that is not to be looked up goes into \
                 {field}_id"
            ))),
        }
    }

    /// The project of whoever made the cloud, if it is there.
    pub(in super::super) fn of_admin(&self) -> Option<String> {
        let mut projects = self.projects.iter();
        let found =
            projects.find(|project| project.name == ADMIN && project.domain_id == DEFAULT_DOMAIN);
        found.map(|found| found.id.clone())
    }

    pub(super) fn role(&self, word: &str) -> Result<&str> {
        let found = self
            .roles
            .iter()
            .find(|role| role.name == word || role.id == word);
        let found = found.map(|found| found.id.as_str());
        found.ok_or_else(|| invalid(format!("there is no role {word}")))
    }

    pub(super) fn user(&self, word: &str, domain: Option<&str>) -> Result<&str> {
        let domain = domain.unwrap_or(DEFAULT_DOMAIN);
        let mut users = self.users.iter();
        let found =
            users.find(|user| user.id == word || (user.name == word && user.domain_id == domain));
        let found = found.map(|found| found.id.as_str());
        found.ok_or_else(|| invalid(format!("there is no user {word}")))
    }
}

/// Returns whether this is 32 hex digits, with or without dashes.
fn is_id(word: &str) -> bool {
    let digits = word.bytes().filter(|word| *word != b'-');
    digits.clone().count() == 32 && digits.into_iter().all(|digit| digit.is_ascii_hexdigit())
}

impl Names {
    /// A project that is there: a role can be held on no other.
    pub(super) fn known_project(&self, word: &str) -> Result<String> {
        let id = self.project(word, "project")?;
        let there = self.projects.iter().any(|project| project.id == id);
        let missing = || invalid(format!("there is no project {word}"));
        there.then_some(id).ok_or_else(missing)
    }
}

//! The role assignments of a seed.

use serde_saphyr::Spanned;

use super::names::{Names, invalid};
use crate::db::identity::Scope;
use crate::domain::seed::{RolesByScope, Seed, SeedAssignment, SeedUser};
use crate::{Error, Result};

pub(super) type Grant<'a> = (&'a str, &'a str, Scope);

/// Returns the role assignments.
pub(super) fn grants<'a>(seed: &Seed, names: &'a Names) -> Result<Vec<Grant<'a>>> {
    let mut grants = Vec::new();
    for entry in &seed.document.users {
        let said = &entry.value;
        let given = of_user(said, names, &mut grants);
        given.map_err(|error| seed.entry_error(entry, "users", &said.name, error))?;
    }
    for entry in &seed.document.role_assignments {
        let given = of_assignment(entry, names);
        let label = &entry.value.user;
        let given =
            given.map_err(|error| seed.entry_error(entry, "role_assignments", label, error))?;
        grants.push(given);
    }
    Ok(grants)
}

fn of_user<'a>(said: &SeedUser, names: &'a Names, grants: &mut Vec<Grant<'a>>) -> Result<()> {
    let domain = names.domain(said.domain.as_deref())?;
    let user = names.user(&said.name, Some(&domain))?;
    let mut give = |roles: &[String], at: &Scope| {
        for role in roles {
            grants.push((user, names.role(role)?, at.clone()));
        }
        Ok::<_, Error>(())
    };
    let on = |granted: &RolesByScope| granted.clone().into_iter();
    for (project, roles) in on(&said.roles) {
        give(&roles, &Scope::Project(names.known_project(&project)?))?;
    }
    for (domain, roles) in on(&said.domain_roles) {
        give(&roles, &Scope::Domain(names.domain(Some(&domain))?))?;
    }
    give(&said.system_roles, &Scope::System)
}

fn of_assignment<'a>(entry: &Spanned<SeedAssignment>, names: &'a Names) -> Result<Grant<'a>> {
    let said = &entry.value;
    let at = match (&said.project, &said.domain, said.system) {
        (Some(project), None, false) => Scope::Project(names.known_project(project)?),
        (None, Some(domain), false) => Scope::Domain(names.domain(Some(domain))?),
        (None, None, true) => Scope::System,
        _ => {
            let text = "one of project, domain and system: true is needed";
            return Err(invalid(text.into()));
        }
    };
    Ok((names.user(&said.user, None)?, names.role(&said.role)?, at))
}

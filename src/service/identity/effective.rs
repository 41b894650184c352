//! Role assignments in effect: those of groups as their members', inherited ones where they hold, and
//! implied roles.

use std::collections::{HashMap, HashSet};

use super::Identity;
use crate::db::Session;
use crate::db::identity::{Assignment, Domain, Implication, Project, User};
use crate::identity::error::Result;

/// An assignment, and how it came to be.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// Who has a role where; the role in it is the one that was granted.
    pub(crate) row: Assignment,
    /// The id and the name of the role that is held.
    pub(crate) role: (String, String),
    /// The role that implies it.
    pub(crate) prior: Option<String>,
    /// The group that it was granted to, where the row has a member.
    pub(crate) group: Option<String>,
    /// The project or domain that it was granted on, where the row has a project below.
    pub(crate) origin: Option<RoleOrigin>,
}

/// The place of a grant that is inherited.
#[derive(Clone, Debug)]
pub(crate) enum RoleOrigin {
    /// The project with this id.
    Project(String),
    /// The domain with this id.
    Domain(String),
}

impl Held {
    /// Returns an assignment as it was granted.
    pub(super) fn plain(row: Assignment) -> Self {
        Self {
            role: (row.role_id.clone(), row.role_name.clone()),
            row,
            prior: None,
            group: None,
            origin: None,
        }
    }
}

/// Returns what is in effect by these grants. The names of members are left out.
pub(super) fn effective(
    rows: Vec<Assignment>,
    projects: &[Project],
    members: &[(String, String)],
    implications: &[Implication],
) -> Vec<Held> {
    let held = rows.into_iter().map(Held::plain);
    let held = held.flat_map(|held| of_members(held, members));
    let held = held.flat_map(|held| where_it_holds(held, projects));
    let held: Vec<_> = held
        .flat_map(|held| with_implied(&held, implications))
        .collect();
    // Two grants may come to the same.
    let mut seen = HashSet::new();
    let key = |held: &Held| {
        let row = &held.row;
        let (user, role) = (row.user_id.clone(), held.role.0.clone());
        let at = (row.project_id.clone(), row.domain_id.clone());
        let origin = held.origin.as_ref().map(|origin| match origin {
            RoleOrigin::Project(id) | RoleOrigin::Domain(id) => id.clone(),
        });
        let prior = (held.prior.clone(), row.role_id.clone());
        let by = (held.group.clone(), origin, prior);
        (user, role, at, by, row.inherited)
    };
    held.into_iter()
        .filter(|held| seen.insert(key(held)))
        .collect()
}

fn of_members(held: Held, members: &[(String, String)]) -> Vec<Held> {
    let Some(group) = held.row.group_id.clone() else {
        return vec![held];
    };
    // Keystone leaves out what the members of a group have on the system.
    if held.row.project_id.is_none() && held.row.domain_id.is_none() {
        return Vec::new();
    }
    let members = members.iter().filter(|(of, _)| *of == group);
    let member = |(_, user): &(String, String)| {
        let mut held = held.clone();
        held.row.user_id = Some(user.clone());
        held.row.group_id = None;
        held.group = Some(group.clone());
        held
    };
    members.map(member).collect()
}

fn where_it_holds(held: Held, projects: &[Project]) -> Vec<Held> {
    if !held.row.inherited {
        return vec![held];
    }
    let origin = match (&held.row.project_id, &held.row.domain_id) {
        (Some(id), _) => RoleOrigin::Project(id.clone()),
        (None, Some(id)) => RoleOrigin::Domain(id.clone()),
        (None, None) => return vec![held],
    };
    let top = match &origin {
        RoleOrigin::Project(id) | RoleOrigin::Domain(id) => id.clone(),
    };
    let mut below: Vec<&Project> = Vec::new();
    let mut level = vec![top];
    while let Some(parent) = level.pop() {
        for child in projects
            .iter()
            .filter(|project| project.parent_id == parent)
        {
            level.push(child.id.clone());
            below.push(child);
        }
    }
    let on = |project: &&Project| {
        let mut held = held.clone();
        held.row.project_domain_name = held
            .row
            .project_domain_name
            .take()
            .or_else(|| held.row.domain_name.take());
        held.row.domain_id = None;
        held.row.project_id = Some(project.id.clone());
        held.row.project_name = Some(project.name.clone());
        held.row.project_domain_id = Some(project.domain_id.clone());
        held.origin = Some(origin.clone());
        held
    };
    below.iter().map(on).collect()
}

/// Returns an assignment with its role, if that is one of all domains, and with every role it implies.
fn with_implied(held: &Held, implications: &[Implication]) -> Vec<Held> {
    let mut all = vec![held.clone()];
    let mut seen = HashSet::from([held.role.0.clone()]);
    let mut place = 0;
    while let Some(next) = all.get(place).map(|held| held.role.0.clone()) {
        for rule in implications.iter().filter(|rule| rule.prior_id == next) {
            if seen.insert(rule.implied_id.clone()) {
                let mut held = held.clone();
                held.role = (rule.implied_id.clone(), rule.implied_name.clone());
                held.prior = Some(next.clone());
                all.push(held);
            }
        }
        place += 1;
    }
    if held.row.role_domain_id.is_some() {
        all.remove(0);
    }
    let of_a_domain = |id: &str| {
        let rule = implications.iter().find(|rule| rule.implied_id == id);
        rule.is_some_and(|rule| rule.implied_domain_id.is_some())
    };
    all.retain(|held| held.prior.is_none() || !of_a_domain(&held.role.0));
    all
}

impl Identity<'_> {
    /// Adds the names of users to assignments that came from groups.
    pub(super) async fn name_users(&self, session: &mut Session, rows: &mut [Held]) -> Result<()> {
        if rows.iter().all(|held| held.group.is_none()) {
            return Ok(());
        }
        let users: Vec<User> = session.entities(&[]).await?;
        let domains: Vec<Domain> = session.entities(&[]).await?;
        let users: HashMap<_, _> = users.iter().map(|user| (user.id.as_str(), user)).collect();
        for held in rows.iter_mut().filter(|held| held.group.is_some()) {
            let row = &mut held.row;
            let user = row.user_id.as_deref().and_then(|id| users.get(id));
            row.user_name = user.map(|user| user.name.clone());
            row.user_domain_id = user.map(|user| user.domain_id.clone());
            let domain = domains
                .iter()
                .find(|domain| Some(&domain.id) == row.user_domain_id.as_ref());
            row.user_domain_name = domain.map(|domain| domain.name.clone());
        }
        Ok(())
    }
}

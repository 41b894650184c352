//! The list of role assignments: who has which role where.

use std::collections::HashSet;

use super::Identity;
use super::effective::{Held, effective};
use super::hierarchy::below;
use super::listing::Query;
use crate::db::identity::{Actor, Assignment, AssignmentFilter, Project, Reach, Scope};
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::{TokenHolder, require};
use crate::identity::validation::check_id;

/// The parameters of a list of assignments.
#[derive(Default)]
pub(super) struct Question {
    pub(super) actor: Option<Actor>,
    pub(super) role: Option<String>,
    pub(super) scope: Option<Scope>,
    /// Those that reach so far only, if it asks for them.
    pub(super) reach: Option<Reach>,
    pub(super) names: bool,
    pub(super) effective: bool,
    pub(super) subtree: bool,
}

impl Question {
    fn read(query: &Query) -> Result<Self> {
        let said = |name: &str| {
            let said = query.iter().find(|(known, _)| known == name);
            said.map(|(_, value)| value.as_str())
        };
        let text = |name: &str| said(name).filter(|value| !value.is_empty());
        let flag = |name: &str| said(name).is_some_and(|value| value != "0");
        check(query, said)?;
        let user = text("user.id").map(|id| Actor::User(id.to_owned()));
        let group = text("group.id").map(|id| Actor::Group(id.to_owned()));
        let project = text("scope.project.id").map(|id| Scope::Project(id.to_owned()));
        let domain = text("scope.domain.id").map(|id| Scope::Domain(id.to_owned()));
        let system = text("scope.system").map(|_| Scope::System);
        if flag("effective") && group.is_some() {
            return Err(KeystoneError::Invalid(
                "Combining effective and group filter will always result in an empty list.".into(),
            ));
        }
        Ok(Self {
            actor: user.or(group),
            role: text("role.id").map(str::to_owned),
            scope: project.or(domain).or(system),
            reach: said("scope.OS-INHERIT:inherited_to")
                .filter(|to| *to == "projects")
                .map(|_| Reach::Below),
            names: flag("include_names"),
            effective: flag("effective"),
            subtree: flag("include_subtree"),
        })
    }
}

/// Fails if parameters do not go together.
fn check<'a>(query: &Query, said: impl Fn(&str) -> Option<&'a str>) -> Result<()> {
    let invalid = |words: &str| Err(KeystoneError::Invalid(words.to_owned()));
    if said("user.id").is_some() && said("group.id").is_some() {
        let pairs: Vec<_> = query
            .iter()
            .map(|(name, value)| format!("('{name}', '{value}')"))
            .collect();
        return invalid(&format!(
            "ImmutableMultiDict([{}]) is valid under each of {{'required': ['group.id']}}, {{'required': ['user.id']}}",
            pairs.join(", ")
        ));
    }
    if said("include_subtree").is_some() && said("scope.project.id").is_none() {
        return invalid("'scope.project.id' is a dependency of 'include_subtree'");
    }
    let full = |name: &str| said(name).is_some_and(|value| !value.is_empty());
    let project = full("scope.project.id");
    if project && full("scope.domain.id") {
        return invalid("Specify a domain or project, not both");
    }
    if project && full("scope.system") {
        return invalid("Specify system or project, not both");
    }
    if full("scope.domain.id") && full("scope.system") {
        return invalid("Specify system or domain, not both");
    }
    for name in ["user.id", "group.id", "role.id"] {
        if let Some(id) = said(name).filter(|id| !id.is_empty()) {
            check_id(name, id)?;
        }
    }
    Ok(())
}

/// The assignments that a list was asked for.
#[derive(Debug, Default)]
pub(crate) struct RoleAssignments {
    /// Whether names are shown beside ids.
    pub(crate) names: bool,
    /// The assignments.
    pub(crate) rows: Vec<Held>,
}

impl Identity<'_> {
    /// Lists the assignments that a query asks for.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn role_assignments(&self, query: &Query) -> Result<RoleAssignments> {
        let question = Question::read(query)?;
        require("list_role_assignments", self.caller.reads_some_domain())?;
        let mut session = self.app.db.read().await?;
        let mut places = HashSet::new();
        if let Some(Scope::Project(project)) = &question.scope {
            places.insert(project.clone());
            if question.subtree {
                let below = below(&mut session, project).await?;
                places.extend(below.into_iter().map(|project| project.id));
            }
        }
        let filter = AssignmentFilter {
            actor: question.actor.clone().filter(|_| !question.effective),
            role: question.role.clone().filter(|_| !question.effective),
            scope: question
                .scope
                .clone()
                .filter(|_| !question.effective && !question.subtree),
        };
        let rows = session.assignments(&filter).await?;
        let mut rows: Vec<Held> = if question.effective {
            let projects: Vec<Project> = session.entities(&[]).await?;
            let members = session.memberships().await?;
            let implications = session.implications().await?;
            effective(rows, &projects, &members, &implications)
        } else {
            rows.into_iter().map(Held::plain).collect()
        };
        if question.effective {
            self.name_users(&mut session, &mut rows).await?;
        }
        rows.retain(|held| fits(held, &question, &places) && visible(self.caller, &held.row));
        Ok(RoleAssignments {
            names: question.names,
            rows,
        })
    }
}

fn fits(held: &Held, question: &Question, places: &HashSet<String>) -> bool {
    let row = &held.row;
    let actor = match &question.actor {
        None => true,
        Some(Actor::User(id)) => row.user_id.as_ref() == Some(id),
        Some(Actor::Group(id)) => row.group_id.as_ref() == Some(id),
    };
    let role = question
        .role
        .as_ref()
        .is_none_or(|role| *role == held.role.0);
    let scope = match &question.scope {
        None => true,
        Some(Scope::Project(_)) => row
            .project_id
            .as_ref()
            .is_some_and(|id| places.contains(id)),
        Some(Scope::Domain(id)) => row.domain_id.as_ref() == Some(id),
        Some(Scope::System) => row.project_id.is_none() && row.domain_id.is_none(),
    };
    actor && role && scope && (question.reach.is_none() || row.inherited)
}

/// Whoever may read a domain only sees the assignments there.
fn visible(caller: &TokenHolder, row: &Assignment) -> bool {
    match &caller.token.domain_id {
        None => true,
        Some(own) => {
            row.domain_id.as_ref() == Some(own) || row.project_domain_id.as_ref() == Some(own)
        }
    }
}

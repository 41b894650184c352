//! The list of role assignments: who has which role where.

use std::collections::HashSet;

use super::Identity;
use super::resource::{Query, is_true as truth};
use crate::db::identity::{Assignment, AssignmentFilter, Implication, Scope};
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::require;

/// A query for role assignments.
#[derive(Default)]
struct Question {
    by: AssignmentFilter,
    names: bool,
    effective: bool,
    /// Set if the query asks for roles of groups or for inherited ones, which do not exist here.
    nobody: bool,
}

impl Question {
    fn read(query: &Query) -> Result<Self> {
        let mut question = Self::default();
        let mut group = false;
        for (name, value) in query {
            let value = value.clone();
            match name.as_str() {
                "user.id" => question.by.user = Some(value),
                "role.id" => question.by.role = Some(value),
                "scope.project.id" => question.by.scope = Some(Scope::Project(value)),
                "scope.domain.id" => question.by.scope = Some(Scope::Domain(value)),
                "scope.system" => question.by.scope = Some(Scope::System),
                "group.id" => group = true,
                "scope.OS-INHERIT:inherited_to" => question.nobody = true,
                "include_names" => question.names = truth(&value),
                "effective" => question.effective = truth(&value),
                _ => {}
            }
        }
        if group && question.by.user.is_some() {
            let words = "Specify a user or group, not both";
            return Err(KeystoneError::Invalid(words.into()));
        }
        question.nobody |= group;
        Ok(question)
    }
}

/// The id and the name of a role.
pub(crate) type RoleRef<'a> = (&'a str, &'a str);

/// The assignments that a list was asked for.
#[derive(Debug, Default)]
pub(crate) struct RoleAssignments {
    /// Whether names are shown beside ids.
    pub(crate) names: bool,
    rows: Vec<Assignment>,
    implications: Vec<Implication>,
    /// The only role that is shown.
    role: Option<String>,
}

impl RoleAssignments {
    /// Returns each assignment with its role, and with the roles that this one implies where these
    /// were asked for: the row, the role, and the role that implies it.
    pub(crate) fn effective(
        &self,
    ) -> impl Iterator<Item = (&Assignment, RoleRef<'_>, Option<&str>)> {
        let all = self.rows.iter().flat_map(|row| {
            let held = with_implied(row, &self.implications).into_iter();
            held.map(move |(prior, role)| (row, role, prior))
        });
        all.filter(|(_, role, _)| self.role.as_ref().is_none_or(|wanted| wanted == role.0))
    }
}

impl Identity<'_> {
    /// Lists the assignments that a query asks for.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn role_assignments(&self, query: &Query) -> Result<RoleAssignments> {
        require("list_role_assignments", self.caller.reads_all())?;
        let mut question = Question::read(query)?;
        if question.nobody {
            return Ok(RoleAssignments::default());
        }
        let mut session = self.app.db.read().await?;
        // An implied role is in no row: with `effective` it is looked for afterwards.
        let role = question.by.role.take_if(|_| question.effective);
        let rows = session.assignments(&question.by).await?;
        let implications = if question.effective {
            session.implications().await?
        } else {
            Vec::new()
        };
        Ok(RoleAssignments {
            names: question.names,
            rows,
            implications,
            role,
        })
    }
}

/// The role of an assignment, and every role it implies with the one that does.
fn with_implied<'a>(
    row: &'a Assignment,
    implications: &'a [Implication],
) -> Vec<(Option<&'a str>, RoleRef<'a>)> {
    let mut held = vec![(None, (row.role_id.as_str(), row.role_name.as_str()))];
    let mut seen = HashSet::from([row.role_id.as_str()]);
    let mut place = 0;
    while let Some((_, (prior, _))) = held.get(place).copied() {
        let implied = implications.iter();
        for next in implied.filter(|next| next.prior_id == prior) {
            if seen.insert(&next.implied_id) {
                held.push((Some(prior), (&next.implied_id, &next.implied_name)));
            }
        }
        place += 1;
    }
    held
}

//! Role assignments and implied roles.

use super::Role;
use crate::db::{Arg, Session, Sql};

/// The scope of a role assignment or a token.
#[derive(Clone, Debug, PartialEq)]
pub enum Scope {
    /// The project with this id.
    Project(String),
    /// The domain with this id, but not its projects.
    Domain(String),
    /// The whole system.
    System,
}

impl Scope {
    /// Returns the id of the project, if the scope is one.
    #[must_use]
    pub fn project(&self) -> Option<&str> {
        match self {
            Self::Project(id) => Some(id),
            Self::Domain(_) | Self::System => None,
        }
    }

    /// Returns the id of the domain, if the scope is one.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        match self {
            Self::Domain(id) => Some(id),
            Self::Project(_) | Self::System => None,
        }
    }

    /// Appends the condition ` AND …` for the rows of `table` with this scope.
    pub(super) fn narrow(&self, sql: Sql, table: &str) -> Sql {
        match self {
            Self::Project(id) => sql
                .push(&format!(" AND {table}.project_id = "))
                .push_bind(id),
            Self::Domain(id) => sql
                .push(&format!(" AND {table}.domain_id = "))
                .push_bind(id),
            Self::System => sql.push(&format!(
                " AND {table}.project_id IS NULL AND {table}.domain_id IS NULL"
            )),
        }
    }
}

/// A role assignment, with the names of the resources it refers to.
#[derive(Clone, Debug)]
pub struct Assignment {
    pub user_id: String,
    pub user_name: String,
    pub user_domain_id: String,
    pub user_domain_name: String,
    pub role_id: String,
    pub role_name: String,
    pub project_id: Option<String>,
    pub project_name: Option<String>,
    pub project_domain_id: Option<String>,
    pub project_domain_name: Option<String>,
    pub domain_id: Option<String>,
    pub domain_name: Option<String>,
}

crate::db::from_row!(Assignment {
    user_id,
    user_name,
    user_domain_id,
    user_domain_name,
    role_id,
    role_name,
    project_id,
    project_name,
    project_domain_id,
    project_domain_name,
    domain_id,
    domain_name,
});

/// A filter of role assignments; all conditions given must match.
#[derive(Clone, Debug, Default)]
pub struct AssignmentFilter {
    /// The user.
    pub user: Option<String>,
    /// The role itself, not one that it implies.
    pub role: Option<String>,
    /// The scope.
    pub scope: Option<Scope>,
}

/// An implied role: a user with the prior role has the implied role too.
#[derive(Clone, Debug)]
pub struct Implication {
    pub prior_id: String,
    pub prior_name: String,
    pub implied_id: String,
    pub implied_name: String,
}

crate::db::from_row!(Implication {
    prior_id,
    prior_name,
    implied_id,
    implied_name
});

impl Session {
    /// Assigns roles to users; assignments that exist stay.
    pub async fn assign(&mut self, rows: &[(&str, &str, &Scope)]) -> sqlx::Result<()> {
        let mut sql = Sql::new(
            "INSERT INTO role_assignments (user_id, role_id, project_id, domain_id) VALUES ",
        );
        for (index, (user, role, scope)) in rows.iter().enumerate() {
            let values: [Arg; 4] = [
                (*user).into(),
                (*role).into(),
                scope.project().into(),
                scope.domain().into(),
            ];
            sql = sql
                .push(if index > 0 { ", " } else { "" })
                .push_tuple(values);
        }
        self.run(sql.push(" ON CONFLICT DO NOTHING")).await
    }

    /// Removes a role assignment; returns `false` if there was none.
    pub async fn unassign(&mut self, user: &str, role: &str, at: &Scope) -> sqlx::Result<bool> {
        let sql = Sql::new("DELETE FROM role_assignments WHERE user_id = ").push_bind(user);
        let sql = sql.push(" AND role_id = ").push_bind(role);
        let sql = at.narrow(sql, "role_assignments");
        let removed: Option<(String,)> = self.one(sql.push(" RETURNING role_id")).await?;
        Ok(removed.is_some())
    }

    /// Returns the roles assigned to a user in a scope, without implied roles.
    pub async fn direct_roles(&mut self, user: &str, at: &Scope) -> sqlx::Result<Vec<Role>> {
        let sql = Sql::new(
            "SELECT r.* FROM role_assignments a JOIN roles r ON r.id = a.role_id \
             WHERE a.user_id = ",
        );
        let sql = at.narrow(sql.push_bind(user), "a");
        self.all(sql.push(" ORDER BY r.name")).await
    }

    /// Returns the roles of a user in a scope, with implied roles.
    pub async fn effective_roles(&mut self, user: &str, at: &Scope) -> sqlx::Result<Vec<Role>> {
        let assigned = Sql::new("SELECT a.role_id FROM role_assignments a WHERE a.user_id = ");
        self.all(with_implied(at.narrow(assigned.push_bind(user), "a")))
            .await
    }

    /// Returns the roles of an application credential, with implied roles.
    pub async fn roles_of_credential(&mut self, id: &str) -> sqlx::Result<Vec<Role>> {
        let assigned = Sql::new(
            "SELECT role_id FROM application_credential_roles \
             WHERE application_credential_id = ",
        );
        self.all(with_implied(assigned.push_bind(id))).await
    }

    /// Adds implied roles, as pairs of a prior and an implied id.
    pub async fn imply(&mut self, pairs: &[(&str, &str)]) -> sqlx::Result<()> {
        let mut sql = Sql::new("INSERT INTO role_implications (prior_id, implied_id) VALUES ");
        for (index, (prior, implied)) in pairs.iter().enumerate() {
            let values: [Arg; 2] = [(*prior).into(), (*implied).into()];
            sql = sql
                .push(if index > 0 { ", " } else { "" })
                .push_tuple(values);
        }
        self.run(sql.push(" ON CONFLICT DO NOTHING")).await
    }

    /// Returns all implied roles.
    pub async fn implications(&mut self) -> sqlx::Result<Vec<Implication>> {
        self.all(Sql::new(
            "SELECT p.id AS prior_id, p.name AS prior_name, \
             i.id AS implied_id, i.name AS implied_name FROM role_implications r \
             JOIN roles p ON p.id = r.prior_id JOIN roles i ON i.id = r.implied_id \
             ORDER BY p.name, i.name",
        ))
        .await
    }

    /// Returns the role assignments that match the filter.
    pub async fn assignments(
        &mut self,
        filter: &AssignmentFilter,
    ) -> sqlx::Result<Vec<Assignment>> {
        let mut sql = Sql::new(
            "SELECT u.id AS user_id, u.name AS user_name, \
             ud.id AS user_domain_id, ud.name AS user_domain_name, \
             r.id AS role_id, r.name AS role_name, p.id AS project_id, p.name AS project_name, \
             pd.id AS project_domain_id, pd.name AS project_domain_name, \
             d.id AS domain_id, d.name AS domain_name FROM role_assignments a \
             JOIN users u ON u.id = a.user_id JOIN domains ud ON ud.id = u.domain_id \
             JOIN roles r ON r.id = a.role_id \
             LEFT JOIN projects p ON p.id = a.project_id \
             LEFT JOIN domains pd ON pd.id = p.domain_id \
             LEFT JOIN domains d ON d.id = a.domain_id WHERE true",
        );
        for (column, value) in [("user_id", &filter.user), ("role_id", &filter.role)] {
            if let Some(value) = value {
                sql = sql.push(&format!(" AND a.{column} = ")).push_bind(value);
            }
        }
        if let Some(scope) = &filter.scope {
            sql = scope.narrow(sql, "a");
        }
        let order = " ORDER BY u.name, u.id, p.name NULLS FIRST, p.id NULLS FIRST, \
                     d.name NULLS FIRST, r.name";
        self.all(sql.push(order)).await
    }
}

/// Returns the query for the roles whose ids `assigned` selects, with implied roles.
fn with_implied(assigned: Sql) -> Sql {
    Sql::new("WITH RECURSIVE held (role_id) AS (")
        .append(assigned)
        .push(
            " UNION SELECT i.implied_id \
             FROM role_implications i JOIN held ON i.prior_id = held.role_id) \
             SELECT * FROM roles WHERE id IN (SELECT role_id FROM held) ORDER BY name",
        )
}

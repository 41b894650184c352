//! Which user has which role where, and which role implies which.

use sqlx::FromRow;

use super::Role;
use crate::db::{Arg, Session, Sql};

/// Where a role is held.
#[derive(Clone, Debug, PartialEq)]
pub enum Scope {
    /// On the project with this id.
    Project(String),
    /// On the domain with this id, but not on its projects.
    Domain(String),
    /// On the whole system.
    System,
}

impl Scope {
    /// The project, where it is one.
    #[must_use]
    pub fn project(&self) -> Option<&str> {
        match self {
            Self::Project(id) => Some(id),
            Self::Domain(_) | Self::System => None,
        }
    }

    /// The domain, where it is one.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        match self {
            Self::Domain(id) => Some(id),
            Self::Project(_) | Self::System => None,
        }
    }

    /// Adds ` AND …`: rows of table `of` that are for this scope.
    pub(super) fn narrow(&self, sql: Sql, of: &str) -> Sql {
        match self {
            Self::Project(id) => sql.then(&format!(" AND {of}.project_id = ")).bind(id),
            Self::Domain(id) => sql.then(&format!(" AND {of}.domain_id = ")).bind(id),
            Self::System => sql.then(&format!(
                " AND {of}.project_id IS NULL AND {of}.domain_id IS NULL"
            )),
        }
    }
}

/// An assignment with the names of all that it names.
#[derive(Clone, Debug, FromRow)]
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

/// Which assignments to list: those that match all that is given.
#[derive(Clone, Debug, Default)]
pub struct AssignmentFilter {
    /// Of this user.
    pub user: Option<String>,
    /// With this very role.
    pub role: Option<String>,
    /// There.
    pub scope: Option<Scope>,
}

/// Whoever has one role has another too.
#[derive(Clone, Debug, FromRow)]
pub struct Implication {
    pub prior_id: String,
    pub prior_name: String,
    pub implied_id: String,
    pub implied_name: String,
}

impl Session {
    /// Gives roles to users; who has one already keeps it.
    pub async fn assign(&mut self, rows: &[(&str, &str, &Scope)]) -> sqlx::Result<()> {
        let mut sql = Sql::new(
            "INSERT INTO role_assignments (user_id, role_id, project_id, domain_id) VALUES ",
        );
        for (place, (user, role, scope)) in rows.iter().enumerate() {
            let values: [Arg; 4] = [
                (*user).into(),
                (*role).into(),
                scope.project().into(),
                scope.domain().into(),
            ];
            sql = sql.then(if place > 0 { ", " } else { "" }).row(values);
        }
        self.run(sql.then(" ON CONFLICT DO NOTHING")).await
    }

    /// Takes a role from a user; tells whether he had it.
    pub async fn unassign(&mut self, user: &str, role: &str, at: &Scope) -> sqlx::Result<bool> {
        let sql = Sql::new("DELETE FROM role_assignments WHERE user_id = ").bind(user);
        let sql = sql.then(" AND role_id = ").bind(role);
        let sql = at.narrow(sql, "role_assignments");
        let gone: Option<(String,)> = self.one(sql.then(" RETURNING role_id")).await?;
        Ok(gone.is_some())
    }

    /// The roles that a user has been given there, without what they imply.
    pub async fn roles_given(&mut self, user: &str, at: &Scope) -> sqlx::Result<Vec<Role>> {
        let sql = Sql::new(
            "SELECT r.* FROM role_assignments a JOIN roles r ON r.id = a.role_id \
             WHERE a.user_id = ",
        );
        let sql = at.narrow(sql.bind(user), "a");
        self.all(sql.then(" ORDER BY r.name")).await
    }

    /// The roles that a user has there, with all that they imply.
    pub async fn roles_held(&mut self, user: &str, at: &Scope) -> sqlx::Result<Vec<Role>> {
        let given = Sql::new("SELECT a.role_id FROM role_assignments a WHERE a.user_id = ");
        self.all(expanded(at.narrow(given.bind(user), "a"))).await
    }

    /// The roles of an application credential, with all that they imply.
    pub async fn roles_of_credential(&mut self, id: &str) -> sqlx::Result<Vec<Role>> {
        let given = Sql::new(
            "SELECT role_id FROM application_credential_roles \
             WHERE application_credential_id = ",
        );
        self.all(expanded(given.bind(id))).await
    }

    /// Adds implications, as pairs of ids.
    pub async fn imply(&mut self, pairs: &[(&str, &str)]) -> sqlx::Result<()> {
        let mut sql = Sql::new("INSERT INTO role_implications (prior_id, implied_id) VALUES ");
        for (place, (prior, implied)) in pairs.iter().enumerate() {
            let values: [Arg; 2] = [(*prior).into(), (*implied).into()];
            sql = sql.then(if place > 0 { ", " } else { "" }).row(values);
        }
        self.run(sql.then(" ON CONFLICT DO NOTHING")).await
    }

    /// Every implication.
    pub async fn implications(&mut self) -> sqlx::Result<Vec<Implication>> {
        self.all(Sql::new(
            "SELECT p.id AS prior_id, p.name AS prior_name, \
             i.id AS implied_id, i.name AS implied_name FROM role_implications r \
             JOIN roles p ON p.id = r.prior_id JOIN roles i ON i.id = r.implied_id \
             ORDER BY p.name, i.name",
        ))
        .await
    }

    /// The assignments that pass the filter.
    pub async fn assignments(&mut self, by: &AssignmentFilter) -> sqlx::Result<Vec<Assignment>> {
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
        for (column, value) in [("user_id", &by.user), ("role_id", &by.role)] {
            if let Some(value) = value {
                sql = sql.then(&format!(" AND a.{column} = ")).bind(value);
            }
        }
        if let Some(scope) = &by.scope {
            sql = scope.narrow(sql, "a");
        }
        let order = " ORDER BY u.name, u.id, p.name NULLS FIRST, p.id NULLS FIRST, \
                     d.name NULLS FIRST, r.name";
        self.all(sql.then(order)).await
    }
}

/// The roles whose ids `given` answers, with all that they imply.
fn expanded(given: Sql) -> Sql {
    let Sql { text, args } = given;
    let text = format!(
        "WITH RECURSIVE held (role_id) AS ({text} UNION SELECT i.implied_id \
         FROM role_implications i JOIN held ON i.prior_id = held.role_id) \
         SELECT * FROM roles WHERE id IN (SELECT role_id FROM held) ORDER BY name"
    );
    Sql { text, args }
}

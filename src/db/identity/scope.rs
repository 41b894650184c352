//! The scope of role assignments and tokens.

use crate::db::Sql;

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

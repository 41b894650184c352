//! The list of role assignments, with the names of what they refer to.

use super::{Actor, Scope};
use crate::db::{Session, Sql};

/// A role assignment, with the names of the resources it refers to.
#[derive(Clone, Debug)]
pub struct Assignment {
    pub user_id: Option<String>,
    pub user_name: Option<String>,
    pub user_domain_id: Option<String>,
    pub user_domain_name: Option<String>,
    pub group_id: Option<String>,
    pub group_name: Option<String>,
    pub group_domain_id: Option<String>,
    pub group_domain_name: Option<String>,
    pub role_id: String,
    pub role_name: String,
    pub role_domain_id: Option<String>,
    pub role_domain_name: Option<String>,
    pub project_id: Option<String>,
    pub project_name: Option<String>,
    pub project_domain_id: Option<String>,
    pub project_domain_name: Option<String>,
    pub domain_id: Option<String>,
    pub domain_name: Option<String>,
    pub inherited: bool,
}

crate::db::from_row!(Assignment {
    user_id,
    user_name,
    user_domain_id,
    user_domain_name,
    group_id,
    group_name,
    group_domain_id,
    group_domain_name,
    role_id,
    role_name,
    role_domain_id,
    role_domain_name,
    project_id,
    project_name,
    project_domain_id,
    project_domain_name,
    domain_id,
    domain_name,
    inherited,
});

/// A filter of role assignments; all conditions given must match.
#[derive(Clone, Debug, Default)]
pub struct AssignmentFilter {
    /// The user or group itself, not a group of the user.
    pub actor: Option<Actor>,
    /// The role itself, not one that it implies.
    pub role: Option<String>,
    /// The scope.
    pub scope: Option<Scope>,
}

impl Session {
    /// Returns the role assignments that match the filter.
    pub async fn assignments(
        &mut self,
        filter: &AssignmentFilter,
    ) -> sqlx::Result<Vec<Assignment>> {
        let mut sql = Sql::new(
            "SELECT u.id AS user_id, u.name AS user_name, \
             ud.id AS user_domain_id, ud.name AS user_domain_name, \
             g.id AS group_id, g.name AS group_name, \
             gd.id AS group_domain_id, gd.name AS group_domain_name, \
             r.id AS role_id, r.name AS role_name, \
             rd.id AS role_domain_id, rd.name AS role_domain_name, \
             p.id AS project_id, p.name AS project_name, \
             pd.id AS project_domain_id, pd.name AS project_domain_name, \
             d.id AS domain_id, d.name AS domain_name, a.inherited FROM role_assignments a \
             LEFT JOIN users u ON u.id = a.user_id LEFT JOIN domains ud ON ud.id = u.domain_id \
             LEFT JOIN groups g ON g.id = a.group_id LEFT JOIN domains gd ON gd.id = g.domain_id \
             JOIN roles r ON r.id = a.role_id LEFT JOIN domains rd ON rd.id = r.domain_id \
             LEFT JOIN projects p ON p.id = a.project_id \
             LEFT JOIN domains pd ON pd.id = p.domain_id \
             LEFT JOIN domains d ON d.id = a.domain_id WHERE true",
        );
        if let Some(actor) = &filter.actor {
            sql = actor.narrow(sql, "a");
        }
        if let Some(role) = &filter.role {
            sql = sql.push(" AND a.role_id = ").push_bind(role);
        }
        if let Some(scope) = &filter.scope {
            sql = scope.narrow(sql, "a");
        }
        let order = " ORDER BY u.name NULLS LAST, u.id, g.name NULLS LAST, g.id, \
                     p.name NULLS FIRST, p.id NULLS FIRST, d.name NULLS FIRST, r.name, a.inherited";
        self.all(sql.push(order)).await
    }
}

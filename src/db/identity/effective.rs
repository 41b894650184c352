//! The roles that a user has in effect: granted to the user or a group, here or inherited, and implied.

use super::{Domain, Project, Role, Scope};
use crate::db::{Session, Sql};

impl Session {
    /// Returns the roles of a user in a scope, with implied roles, without those of a domain.
    pub async fn effective_roles(&mut self, user: &str, at: &Scope) -> sqlx::Result<Vec<Role>> {
        let held = of_user(Sql::new("SELECT a.role_id FROM role_assignments a"), user);
        let sql = match at {
            Scope::Project(id) => {
                let above = Sql::new(
                    "WITH RECURSIVE above (id) AS (SELECT parent_id FROM projects WHERE id = ",
                );
                let above = above.push_bind(id).push(
                    " UNION SELECT p.parent_id FROM projects p JOIN above ON p.id = above.id), ",
                );
                let held = held.push(" AND ((NOT a.inherited AND a.project_id = ");
                let held = held.push_bind(id).push(
                    ") OR (a.inherited AND (a.project_id IN (SELECT id FROM above) \
                     OR a.domain_id IN (SELECT id FROM above))))",
                );
                with_implied(above, held)
            }
            Scope::Domain(_) | Scope::System => {
                let held = at.narrow(held.push(" AND NOT a.inherited"), "a");
                with_implied(Sql::new("WITH RECURSIVE "), held)
            }
        };
        self.all(sql).await
    }

    /// Returns the roles of an application credential, with implied roles.
    pub async fn roles_of_credential(&mut self, id: &str) -> sqlx::Result<Vec<Role>> {
        let assigned = Sql::new(
            "SELECT role_id FROM application_credential_roles \
             WHERE application_credential_id = ",
        );
        let sql = with_implied(Sql::new("WITH RECURSIVE "), assigned.push_bind(id));
        self.all(sql).await
    }

    /// Returns the enabled projects on which a user has a role, ordered by name.
    pub async fn projects_of(&mut self, user: &str) -> sqlx::Result<Vec<Project>> {
        let mine = of_user(Sql::new("SELECT a.* FROM role_assignments a"), user);
        let sql = Sql::new("WITH RECURSIVE mine AS (").append(mine).push(
            "), below (id) AS (SELECT p.id FROM projects p WHERE p.parent_id IN \
             (SELECT coalesce(project_id, domain_id) FROM mine WHERE inherited) \
             UNION SELECT p.id FROM projects p JOIN below b ON p.parent_id = b.id) \
             SELECT * FROM projects WHERE enabled AND (id IN (SELECT id FROM below) \
             OR id IN (SELECT project_id FROM mine WHERE NOT inherited)) ORDER BY name, id",
        );
        self.all(sql).await
    }

    /// Returns the enabled domains on which a user has a role, ordered by name.
    pub async fn domains_of(&mut self, user: &str) -> sqlx::Result<Vec<Domain>> {
        let mine = of_user(Sql::new("SELECT a.domain_id FROM role_assignments a"), user);
        let sql = Sql::new("SELECT * FROM domains WHERE enabled AND id IN (").append(mine);
        self.all(sql.push(" AND NOT a.inherited) ORDER BY name"))
            .await
    }
}

/// Appends the condition for the assignments `a` of a user and of the user's groups.
fn of_user(sql: Sql, user: &str) -> Sql {
    let sql = sql.push(" WHERE (a.user_id = ").push_bind(user);
    sql.push(" OR a.group_id IN (SELECT group_id FROM group_members WHERE user_id = ")
        .push_bind(user)
        .push("))")
}

/// Returns the query for the roles whose ids `assigned` selects, with implied roles; `with` begins it.
fn with_implied(with: Sql, assigned: Sql) -> Sql {
    with.push("held (role_id) AS (").append(assigned).push(
        " UNION SELECT i.implied_id \
         FROM role_implications i JOIN held ON i.prior_id = held.role_id) \
         SELECT * FROM roles WHERE domain_id IS NULL AND id IN (SELECT role_id FROM held) \
         ORDER BY name",
    )
}

//! Grants: the role assignments as they were made, each of one user or group in one place.

use super::{Role, Scope};
use crate::db::{Arg, Session, Sql};

/// The holder of a role assignment.
#[derive(Clone, Debug, PartialEq)]
pub enum Actor {
    /// The user with this id.
    User(String),
    /// The group with this id: all its members.
    Group(String),
}

impl Actor {
    /// Returns the id of the user or group.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::User(id) | Self::Group(id) => id,
        }
    }

    /// Returns the id of the user, if it is one.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::User(id) => Some(id),
            Self::Group(_) => None,
        }
    }

    /// Returns the id of the group, if it is one.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        match self {
            Self::User(_) => None,
            Self::Group(id) => Some(id),
        }
    }

    /// Appends the condition ` AND …` for the rows of `table` of this holder.
    pub(super) fn narrow(&self, sql: Sql, table: &str) -> Sql {
        let column = match self {
            Self::User(_) => "user_id",
            Self::Group(_) => "group_id",
        };
        sql.push(&format!(" AND {table}.{column} = "))
            .push_bind(self.id())
    }
}

/// The projects that a role assignment holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The place itself.
    Here,
    /// All projects below the place, but not the place itself.
    Below,
}

impl Reach {
    fn inherited(self) -> bool {
        self == Self::Below
    }
}

/// The place of role assignments: who holds them, where, and how far they reach.
#[derive(Clone, Debug)]
pub struct GrantPlace {
    /// The user or group.
    pub actor: Actor,
    /// The scope.
    pub at: Scope,
    /// The projects that they hold for.
    pub reach: Reach,
}

impl GrantPlace {
    fn narrow(&self, sql: Sql, table: &str) -> Sql {
        let sql = self.at.narrow(self.actor.narrow(sql, table), table);
        sql.push(&format!(" AND {table}.inherited = "))
            .push_bind(self.reach.inherited())
    }
}

impl Session {
    /// Assigns roles to users; assignments that exist stay.
    pub async fn assign(&mut self, rows: &[(&str, &str, &Scope)]) -> sqlx::Result<()> {
        let mut sql = Sql::new(INSERT);
        for (index, (user, role, scope)) in rows.iter().enumerate() {
            let values: [Arg; 6] = [
                (*user).into(),
                None::<String>.into(),
                (*role).into(),
                scope.project().into(),
                scope.domain().into(),
                false.into(),
            ];
            sql = sql
                .push(if index > 0 { ", " } else { "" })
                .push_tuple(values);
        }
        self.run(sql.push(" ON CONFLICT DO NOTHING")).await
    }

    /// Grants a role; a grant that exists stays.
    pub async fn grant(&mut self, place: &GrantPlace, role: &str) -> sqlx::Result<()> {
        let values: [Arg; 6] = [
            place.actor.user().into(),
            place.actor.group().into(),
            role.into(),
            place.at.project().into(),
            place.at.domain().into(),
            place.reach.inherited().into(),
        ];
        let sql = Sql::new(INSERT).push_tuple(values);
        self.run(sql.push(" ON CONFLICT DO NOTHING")).await
    }

    /// Removes a grant; returns `false` if there was none.
    pub async fn ungrant(&mut self, place: &GrantPlace, role: &str) -> sqlx::Result<bool> {
        let sql = Sql::new("DELETE FROM role_assignments WHERE role_id = ").push_bind(role);
        let sql = place.narrow(sql, "role_assignments");
        let removed: Option<(String,)> = self.one(sql.push(" RETURNING role_id")).await?;
        Ok(removed.is_some())
    }

    /// Returns the roles granted in a place, without implied roles.
    pub async fn granted_roles(&mut self, place: &GrantPlace) -> sqlx::Result<Vec<Role>> {
        let sql = Sql::new(
            "SELECT r.* FROM role_assignments a JOIN roles r ON r.id = a.role_id WHERE true",
        );
        self.all(place.narrow(sql, "a").push(" ORDER BY r.name, r.id"))
            .await
    }
}

const INSERT: &str = "INSERT INTO role_assignments \
     (user_id, group_id, role_id, project_id, domain_id, inherited) VALUES ";

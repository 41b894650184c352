//! Groups of users as rows, and their members.

use super::{Entity, User};
use crate::db::{Arg, Session, Sql};

/// A group of users; `extra` is a JSON object.
#[derive(Clone, Debug)]
pub struct Group {
    pub id: String,
    pub domain_id: String,
    pub name: String,
    pub description: Option<String>,
    pub extra: String,
}

crate::db::from_row!(Group {
    id,
    domain_id,
    name,
    description,
    extra
});

impl Entity for Group {
    const TABLE: &'static str = "groups";
    const COLUMNS: &'static [&'static str] = &["id", "domain_id", "name", "description", "extra"];
    const ORDER: &'static str = "name, id";

    fn id(&self) -> &str {
        &self.id
    }

    fn values(&self) -> Vec<Arg> {
        vec![
            Arg::from(&self.id),
            Arg::from(&self.domain_id),
            Arg::from(&self.name),
            Arg::from(&self.description),
            Arg::from(&self.extra),
        ]
    }
}

impl Session {
    /// Adds a member to a group; one who is a member stays.
    pub async fn add_to_group(&mut self, group: &str, user: &str) -> sqlx::Result<()> {
        let values: [Arg; 2] = [group.into(), user.into()];
        let sql = Sql::new("INSERT INTO group_members (group_id, user_id) VALUES ");
        self.run(sql.push_tuple(values).push(" ON CONFLICT DO NOTHING"))
            .await
    }

    /// Removes a member from a group; returns `false` if the user was none.
    pub async fn remove_from_group(&mut self, group: &str, user: &str) -> sqlx::Result<bool> {
        let sql = Sql::new("DELETE FROM group_members WHERE group_id = ").push_bind(group);
        let sql = sql.push(" AND user_id = ").push_bind(user);
        let removed: Option<(String,)> = self.one(sql.push(" RETURNING user_id")).await?;
        Ok(removed.is_some())
    }

    /// Returns `true` if the user is a member of the group.
    pub async fn is_member(&mut self, group: &str, user: &str) -> sqlx::Result<bool> {
        let sql = Sql::new("SELECT user_id FROM group_members WHERE group_id = ").push_bind(group);
        let found: Option<(String,)> = self
            .one(sql.push(" AND user_id = ").push_bind(user))
            .await?;
        Ok(found.is_some())
    }

    /// Returns the members of a group.
    pub async fn members_of(&mut self, group: &str) -> sqlx::Result<Vec<User>> {
        let sql = Sql::new(
            "SELECT * FROM users WHERE id IN (SELECT user_id FROM group_members WHERE group_id = ",
        );
        self.all(sql.push_bind(group).push(") ORDER BY name, id"))
            .await
    }

    /// Returns the groups of a user.
    pub async fn groups_of(&mut self, user: &str) -> sqlx::Result<Vec<Group>> {
        let sql = Sql::new(
            "SELECT * FROM groups WHERE id IN (SELECT group_id FROM group_members WHERE user_id = ",
        );
        self.all(sql.push_bind(user).push(") ORDER BY name, id"))
            .await
    }

    /// Returns the members of every group, as pairs of a group's id and a user's.
    pub async fn memberships(&mut self) -> sqlx::Result<Vec<(String, String)>> {
        self.all(Sql::new(
            "SELECT group_id, user_id FROM group_members ORDER BY group_id, user_id",
        ))
        .await
    }
}

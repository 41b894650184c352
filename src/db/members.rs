//! Image members as rows.

use chrono::{DateTime, Utc};

use super::{Session, Sql};
use crate::Result;
use crate::domain::member::{Member, MemberStatus};

const MEMBERS: &str = "SELECT m.member, m.image_id, m.status, m.created_at, m.updated_at \
                       FROM image_members m WHERE NOT m.removed AND m.image_id = ";

crate::db::from_row!(Member {
    project: "member",
    image_id,
    status: String,
    created_at,
    updated_at,
});

impl Session {
    /// Returns the members of an image, the earliest first; only the record of `only` where it is given.
    pub async fn members(&mut self, image: &str, only: Option<&str>) -> Result<Vec<Member>> {
        let sql = Sql::new(MEMBERS).push_bind(image);
        let sql = match only {
            Some(project) => sql.push(" AND m.member = ").push_bind(project),
            None => sql,
        };
        Ok(self
            .all(sql.push(" ORDER BY m.created_at, m.member"))
            .await?)
    }

    /// Returns the membership of one project.
    pub async fn member(&mut self, image: &str, project: &str) -> Result<Option<Member>> {
        let sql = Sql::new(MEMBERS).push_bind(image);
        Ok(self
            .one(sql.push(" AND m.member = ").push_bind(project))
            .await?)
    }

    /// Counts the members of an image.
    pub async fn count_members(&mut self, image: &str) -> Result<i64> {
        let sql =
            Sql::new("SELECT count(*) FROM image_members m WHERE NOT m.removed AND m.image_id = ");
        let count: Option<(i64,)> = self.one(sql.push_bind(image)).await?;
        Ok(count.map_or(0, |(count,)| count))
    }

    /// Adds a member and returns it; `None` if the project is one already. A removed record is reused.
    pub async fn insert_member(
        &mut self,
        image: &str,
        project: &str,
        at: DateTime<Utc>,
    ) -> Result<Option<Member>> {
        self.changes_image(image);
        let sql = Sql::new(
            "INSERT INTO image_members (image_id, member, status, removed, created_at, updated_at) \
             VALUES ($1, $2, $3, FALSE, $4, $4) \
             ON CONFLICT (image_id, member) DO UPDATE \
             SET status = excluded.status, removed = FALSE, updated_at = excluded.updated_at \
             WHERE image_members.removed \
             RETURNING member, image_id, status, created_at, updated_at",
        );
        let sql = sql.bind(image).bind(project);
        let pending = MemberStatus::Pending.as_str();
        Ok(self.one(sql.bind(pending).bind(at)).await?)
    }

    /// Updates the status of a membership.
    pub async fn update_member(&mut self, member: &Member) -> Result<()> {
        self.changes_image(&member.image_id);
        let sql = Sql::new("UPDATE image_members SET status = ")
            .push_bind(member.status.as_str())
            .push(", updated_at = ")
            .push_bind(member.updated_at)
            .push(" WHERE image_id = ")
            .push_bind(&member.image_id)
            .push(" AND member = ")
            .push_bind(&member.project);
        Ok(self.run(sql).await?)
    }

    /// Marks a member as removed; the record stays, with the time of the removal, until it is purged.
    pub async fn remove_member(
        &mut self,
        image: &str,
        project: &str,
        at: DateTime<Utc>,
    ) -> Result<()> {
        self.changes_image(image);
        let sql = Sql::new("UPDATE image_members SET removed = TRUE, updated_at = ")
            .push_bind(at)
            .push(" WHERE image_id = ")
            .push_bind(image)
            .push(" AND member = ")
            .push_bind(project);
        Ok(self.run(sql).await?)
    }
}

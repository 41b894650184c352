//! Members, as rows.

use chrono::{DateTime, Utc};

use super::{Session, Sql};
use crate::Result;
use crate::domain::member::{Member, MemberStatus};

const MEMBERS: &str = "SELECT m.member, m.image_id, m.status, m.created_at, m.updated_at \
                       FROM image_members m WHERE NOT m.removed AND m.image_id = ";

impl Session {
    /// The members of an image, the earliest first; only this project's record where one is named.
    pub async fn members(&mut self, image: &str, only: Option<&str>) -> Result<Vec<Member>> {
        let sql = Sql::new(MEMBERS).bind(image);
        let sql = match only {
            Some(project) => sql.then(" AND m.member = ").bind(project),
            None => sql,
        };
        Ok(self
            .all(sql.then(" ORDER BY m.created_at, m.member"))
            .await?)
    }

    /// One project's record.
    pub async fn member(&mut self, image: &str, project: &str) -> Result<Option<Member>> {
        let sql = Sql::new(MEMBERS).bind(image);
        Ok(self.one(sql.then(" AND m.member = ").bind(project)).await?)
    }

    /// How many members an image has.
    pub async fn count_members(&mut self, image: &str) -> Result<i64> {
        let sql =
            Sql::new("SELECT count(*) FROM image_members m WHERE NOT m.removed AND m.image_id = ");
        let count: Option<(i64,)> = self.one(sql.bind(image)).await?;
        Ok(count.map_or(0, |(it,)| it))
    }

    /// Adds a member; nothing if it is one already. One that was removed takes up its old record.
    pub async fn insert_member(
        &mut self,
        image: &str,
        project: &str,
        at: DateTime<Utc>,
    ) -> Result<Option<Member>> {
        let sql = Sql::new(
            "INSERT INTO image_members (image_id, member, status, removed, created_at, updated_at) \
             VALUES ($1, $2, $3, FALSE, $4, $4) \
             ON CONFLICT (image_id, member) DO UPDATE \
             SET status = excluded.status, removed = FALSE, updated_at = excluded.updated_at \
             WHERE image_members.removed \
             RETURNING member, image_id, status, created_at, updated_at",
        );
        let sql = sql.with(image).with(project);
        let pending = MemberStatus::Pending.word();
        Ok(self.one(sql.with(pending).with(at)).await?)
    }

    /// Records what a project makes of an image.
    pub async fn update_member(&mut self, member: &Member) -> Result<()> {
        let sql = Sql::new("UPDATE image_members SET status = ")
            .bind(member.status.word())
            .then(", updated_at = ")
            .bind(member.updated_at)
            .then(" WHERE image_id = ")
            .bind(&member.image_id)
            .then(" AND member = ")
            .bind(&member.project);
        Ok(self.run(sql).await?)
    }

    /// Removes a member, but keeps its record.
    pub async fn remove_member(&mut self, image: &str, project: &str) -> Result<()> {
        let sql = Sql::new("UPDATE image_members SET removed = TRUE WHERE image_id = ")
            .bind(image)
            .then(" AND member = ")
            .bind(project);
        Ok(self.run(sql).await?)
    }
}

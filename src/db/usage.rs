//! The usage of a project, for its limits.

use super::{Session, Sql};
use crate::Result;
use crate::domain::limits::{LimitedResource, mebibytes};

/// The condition for images that are copied to further stores: they receive data in any status.
const COPYING: &str = "EXISTS (SELECT 1 FROM image_properties p WHERE p.image_id = i.id \
     AND p.name = 'os_glance_importing_to_stores' AND p.value <> '')";

const GONE: &str = "'killed', 'deleted', 'pending_delete'";

impl Session {
    /// Returns the usage of a project, or of images without an owner: MiB, or a number of images.
    pub async fn usage(&mut self, resource: LimitedResource, owner: Option<&str>) -> Result<i64> {
        let in_mebibytes = |bytes: i64| mebibytes(u64::try_from(bytes).unwrap_or(0));
        match resource {
            LimitedResource::Size => {
                // Once for each location.
                let from = "sum(i.size), 0) AS BIGINT) FROM images i \
                            JOIN image_locations l ON l.image_id = i.id";
                let alive = format!("i.status NOT IN ({GONE})");
                Ok(in_mebibytes(self.count(from, &alive, owner).await?))
            }
            LimitedResource::Stage => {
                let from = "sum(i.size), 0) AS BIGINT) FROM images i";
                Ok(in_mebibytes(
                    self.count(from, &receiving_data("'uploading', 'importing'"), owner)
                        .await?,
                ))
            }
            LimitedResource::Count => {
                let alive = format!("i.status NOT IN ({GONE})");
                self.count(COUNT, &alive, owner).await
            }
            LimitedResource::Uploading => {
                let receiving = receiving_data("'saving', 'uploading', 'importing'");
                self.count(COUNT, &receiving, owner).await
            }
        }
    }

    /// Returns the number of images of all projects, without deleted ones.
    pub async fn count_images(&mut self) -> Result<i64> {
        let sql = format!("SELECT count(*) FROM images WHERE status NOT IN ({GONE})");
        let row: Option<(i64,)> = self.one(Sql::new(&sql)).await?;
        Ok(row.map_or(0, |(count,)| count))
    }

    /// Returns the number of users of the embedded identity.
    pub async fn count_users(&mut self) -> Result<i64> {
        let row: Option<(i64,)> = self.one(Sql::new("SELECT count(*) FROM users")).await?;
        Ok(row.map_or(0, |(count,)| count))
    }

    async fn count(&mut self, from: &str, condition: &str, owner: Option<&str>) -> Result<i64> {
        // The cast makes PostgreSQL's sum, a numeric, the number that SQLite's is.
        let sql = Sql::new("SELECT CAST(coalesce(")
            .push(from)
            .push(" WHERE ")
            .push(condition)
            .push(" AND i.owner ");
        let sql = match owner {
            Some(owner) => sql.push("= ").push_bind(owner),
            None => sql.push("IS NULL"),
        };
        let sql = self.push_region(sql, "i.region");
        let row: Option<(i64,)> = self.one(sql).await?;
        Ok(row.map_or(0, |(count,)| count))
    }
}

const COUNT: &str = "count(*), 0) AS BIGINT) FROM images i";

/// Returns the condition for images that receive data: in these states, or copied to further stores.
fn receiving_data(states: &str) -> String {
    format!("(i.status IN ({states}) OR (i.status NOT IN ({GONE}) AND {COPYING}))")
}

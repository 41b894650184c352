//! How much of what is limited a project has already.

use super::{Session, Sql};
use crate::Result;
use crate::domain::limits::{Limited, mebibytes};

/// Images that are copied to further stores are filled too, whichever state they are in.
const COPYING: &str = "EXISTS (SELECT 1 FROM image_properties p WHERE p.image_id = i.id \
     AND p.name = 'os_glance_importing_to_stores' AND p.value <> '')";

const GONE: &str = "'killed', 'deleted', 'pending_delete'";

impl Session {
    /// What a project has of this; or what belongs to no project, if there is none.
    pub async fn usage(&mut self, what: Limited, owner: Option<&str>) -> Result<i64> {
        let bytes = |it: i64| mebibytes(u64::try_from(it).unwrap_or(0));
        match what {
            Limited::Size => {
                // Once for each place that the bytes are at.
                let from = "sum(i.size), 0) AS BIGINT) FROM images i \
                            JOIN image_locations l ON l.image_id = i.id";
                let alive = format!("i.status NOT IN ({GONE})");
                Ok(bytes(self.count(from, &alive, owner).await?))
            }
            Limited::Stage => {
                let from = "sum(i.size), 0) AS BIGINT) FROM images i";
                Ok(bytes(
                    self.count(from, &filling("'uploading', 'importing'"), owner)
                        .await?,
                ))
            }
            Limited::Count => {
                let alive = format!("i.status NOT IN ({GONE})");
                self.count(COUNT, &alive, owner).await
            }
            Limited::Uploading => {
                let filled = filling("'saving', 'uploading', 'importing'");
                self.count(COUNT, &filled, owner).await
            }
        }
    }

    async fn count(&mut self, from: &str, which: &str, owner: Option<&str>) -> Result<i64> {
        // The cast makes PostgreSQL's sum, a numeric, the number that SQLite's is.
        let sql = Sql::new("SELECT CAST(coalesce(")
            .then(from)
            .then(" WHERE ")
            .then(which)
            .then(" AND i.owner ");
        let sql = match owner {
            Some(owner) => sql.then("= ").bind(owner),
            None => sql.then("IS NULL"),
        };
        let row: Option<(i64,)> = self.one(sql).await?;
        Ok(row.map_or(0, |(it,)| it))
    }
}

const COUNT: &str = "count(*), 0) AS BIGINT) FROM images i";

/// Images in these states, and those that are copied.
fn filling(states: &str) -> String {
    format!("(i.status IN ({states}) OR (i.status NOT IN ({GONE}) AND {COPYING}))")
}

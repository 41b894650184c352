//! Numbers of rows, for metrics.

use super::{Session, Sql};
use crate::Result;

impl Session {
    /// Returns the number of images of all projects in each status; deleted ones are left out.
    pub async fn images_by_status(&mut self) -> Result<Vec<(String, i64)>> {
        let sql = "SELECT status, count(*) FROM images WHERE status <> 'deleted' \
                   GROUP BY status ORDER BY status";
        Ok(self.all(Sql::new(sql)).await?)
    }

    /// Returns the number of tasks of all projects of each kind in each status.
    pub async fn tasks_by_kind(&mut self) -> Result<Vec<(String, String, i64)>> {
        let sql = "SELECT kind, status, count(*) FROM tasks \
                   GROUP BY kind, status ORDER BY kind, status";
        Ok(self.all(Sql::new(sql)).await?)
    }
}

//! The notifications that webhooks and a message broker have still to get.

use chrono::TimeDelta;

use super::session::AnyConnection;
use super::{Arg, Session, Sql};
use crate::Result;

/// A notification that is still to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedNotification {
    /// The place in the queue.
    pub id: i64,
    /// The envelope.
    pub body: String,
}

crate::db::from_row!(QueuedNotification { id, body });

impl Session {
    /// Adds a notification at the end of the queue of a target, at the commit.
    pub fn enqueue_notification(&mut self, target: &str, body: &str) {
        let sql = Sql::new("INSERT INTO webhook_queue (target, body) VALUES ($1, $2)");
        self.queue(sql.bind(target).bind(body));
    }

    /// Returns the notification that a target is to get next.
    pub async fn next_notification(&mut self, target: &str) -> Result<Option<QueuedNotification>> {
        let sql =
            Sql::new("SELECT id, body FROM webhook_queue WHERE target = $1 ORDER BY id LIMIT 1");
        Ok(self.one(sql.bind(target)).await?)
    }

    /// Claims a notification for a server, for so long or until it is removed; `false` if another server has it. A database of
    /// one server needs no claims: SQLite's.
    pub async fn claim_notification(
        &mut self,
        id: i64,
        server: &str,
        claim: TimeDelta,
    ) -> Result<bool> {
        if matches!(self.connection, AnyConnection::Sqlite(_)) {
            return Ok(true);
        }
        let until = format!("interval '{} milliseconds'", claim.num_milliseconds());
        let sql = Sql::new("UPDATE webhook_queue SET server = ")
            .push_bind(server)
            .push(", claimed_until = clock_timestamp() + ")
            .push(&until)
            .push(" WHERE id = ")
            .push_bind(id)
            .push(" AND (claimed_until IS NULL OR claimed_until < clock_timestamp() OR server = ")
            .push_bind(server)
            .push(") RETURNING id");
        let claimed: Option<(i64,)> = self.one(sql).await?;
        Ok(claimed.is_some())
    }

    /// Removes a notification from the queue, at the commit.
    pub fn remove_notification(&mut self, id: i64) {
        let sql = Sql::new("DELETE FROM webhook_queue WHERE id = $1");
        self.queue(sql.bind(id));
    }

    /// Returns the last notification of a target that has no place in a queue of this length.
    pub async fn last_beyond(&mut self, target: &str, length: u32) -> Result<Option<i64>> {
        let sql = Sql::new("SELECT id FROM webhook_queue WHERE target = ")
            .push_bind(target)
            .push(" ORDER BY id DESC LIMIT 1 OFFSET ")
            .push(&length.to_string());
        let found: Option<(i64,)> = self.one(sql).await?;
        Ok(found.map(|(id,)| id))
    }

    /// Removes the notifications of a target up to this one, and returns how many there were.
    pub async fn drop_notifications(&mut self, target: &str, last: i64) -> Result<usize> {
        let sql = Sql::new("DELETE FROM webhook_queue WHERE target = $1 AND id <= $2 RETURNING id");
        let dropped: Vec<(i64,)> = self.all(sql.bind(target).bind(last)).await?;
        Ok(dropped.len())
    }

    /// Removes the notifications of all targets but these, at the commit.
    pub fn retain_targets(&mut self, targets: &[String]) {
        let sql = Sql::new("DELETE FROM webhook_queue WHERE target NOT IN ");
        self.queue(sql.push_tuple(targets.iter().map(Arg::from)));
    }

    /// Removes all notifications.
    pub(super) async fn clear_notifications(&mut self) -> sqlx::Result<()> {
        self.run(Sql::new("DELETE FROM webhook_queue")).await
    }
}

//! The time by which leases are measured: that of the database, which all servers share.
//!
//! The clock of a server may be wrong, and it may jump: by it, a claim could end early or never. SQLite has
//! one server, and no clock but that server's.

use chrono::{DateTime, TimeDelta, Utc};

use super::session::AnyConnection;
use super::{Session, Sql};

/// The length of leases, and this server's time for a database without a clock of its own.
#[derive(Clone, Copy, Debug)]
pub struct LeaseClock {
    /// The time of this server.
    pub now: DateTime<Utc>,
    /// The time after which a claim that was not renewed is over.
    pub lease: TimeDelta,
}

impl Session {
    /// Appends the time now.
    pub(super) fn push_now(&self, sql: Sql, now: DateTime<Utc>) -> Sql {
        match self.connection {
            AnyConnection::Sqlite(_) => sql.push_bind(now),
            AnyConnection::Postgres(_) => sql.push("clock_timestamp()"),
        }
    }

    /// Appends the condition that the lease of a row is over. One from the future is over, too: a clock was
    /// set back, and nobody may have renewed it since.
    pub(super) fn push_expired(&self, sql: Sql, clock: LeaseClock) -> Sql {
        let LeaseClock { now, lease } = clock;
        match self.connection {
            AnyConnection::Sqlite(_) => sql
                .push("(renewed_at < ")
                .push_bind(now - lease)
                .push(" OR renewed_at > ")
                .push_bind(now + lease)
                .push(")"),
            AnyConnection::Postgres(_) => {
                let lease = format!("interval '{} milliseconds'", lease.num_milliseconds());
                sql.push("(renewed_at < now() - ")
                    .push(&lease)
                    .push(" OR renewed_at > clock_timestamp() + ")
                    .push(&lease)
                    .push(")")
            }
        }
    }
}

//! Waits for a database that is only just being started, as it happens when both start together.

use std::io;
use std::time::Duration;

use sqlx::{Connection, PgConnection};
use tokio::time::{Instant, sleep, timeout_at};

use super::{Db, Durability, OpenError};

/// How long to wait between two tries, at first and at the most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

impl Db {
    /// Like [`open`](Self::open), but a PostgreSQL that does not answer yet has as long as `wait`
    /// to begin. One that answers with a refusal is not asked again.
    pub async fn open_within(
        url: &str,
        durability: Durability,
        wait: Duration,
    ) -> Result<Self, OpenError> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            first_answer(url, wait).await?;
        }
        Self::open(url, durability).await
    }
}

async fn first_answer(url: &str, wait: Duration) -> sqlx::Result<()> {
    let deadline = Instant::now() + wait;
    let mut pause = PAUSE.0;
    let mut told = false;
    loop {
        let attempt = timeout_at(
            deadline.max(Instant::now() + PAUSE.1),
            PgConnection::connect(url),
        );
        let error = match attempt.await {
            Ok(Ok(connection)) => return connection.close().await,
            Ok(Err(error)) if !is_away(&error) => return Err(error),
            Ok(Err(error)) => error,
            Err(_) => sqlx::Error::Io(io::Error::new(
                io::ErrorKind::TimedOut,
                "it does not answer",
            )),
        };
        if Instant::now() + pause >= deadline {
            return Err(error);
        }
        if !told {
            tracing::warn!(%error, seconds = wait.as_secs(), "waiting for the database");
            told = true;
        }
        sleep(pause).await;
        pause = (pause * 2).min(PAUSE.1);
    }
}

/// Whether it is not there at all, or says that it is still starting (SQLSTATE 57P03).
fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(it) => it.code().is_some_and(|it| it == "57P03"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_database_that_never_answers_is_given_up() {
        let url = "postgres://nobody@127.0.0.1:1/none";
        let outcome = Db::open_within(url, Durability::Normal, Duration::from_millis(120)).await;
        assert!(matches!(
            outcome,
            Err(OpenError::Database(sqlx::Error::Io(_)))
        ));
    }
}

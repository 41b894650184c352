//! A database of the PostgreSQL that the environment names.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::client::new_id;

/// A database that was empty at the start of its test.
pub(crate) struct Database(String);

impl Database {
    pub(crate) async fn new() -> Self {
        let server = std::env::var("LOOKALIKE_TEST_DATABASE");
        let server = server.expect("run by scripts/with-postgres");
        let name = format!("crash_{}", new_id().replace('-', ""));
        let mut connection = PgConnection::connect(&server).await.unwrap();
        let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        connection.execute(sqlx::raw_sql(create)).await.unwrap();
        connection.close().await.unwrap();
        let (server, _) = server.rsplit_once('/').unwrap();
        Self(format!("{server}/{name}"))
    }

    pub(crate) fn url(&self) -> &str {
        &self.0
    }

    /// The option that a server is started with.
    pub(crate) fn option(&self) -> String {
        format!("--database-url={}", self.0)
    }
}

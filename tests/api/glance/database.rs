//! A database for one test: in memory, or a new one of the PostgreSQL that the environment names.

use std::time::UNIX_EPOCH;

use lookalike::{Config, Server};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

/// The URL of an empty database; none means memory.
pub(crate) async fn database() -> Option<String> {
    let server = std::env::var("LOOKALIKE_TEST_DATABASE").ok()?;
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let template = template(&mut connection, &server).await;
    let name = format!("test_{}", unheard_of());
    run(
        &mut connection,
        format!("CREATE DATABASE {name} TEMPLATE {template}"),
    )
    .await;
    connection.close().await.unwrap();
    Some(beside(&server, &name))
}

/// The URL of a new database without any table, in the PostgreSQL that the environment names.
pub(crate) async fn empty_database() -> String {
    let server = std::env::var("LOOKALIKE_TEST_DATABASE").unwrap();
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let name = format!("test_{}", unheard_of());
    run(&mut connection, format!("CREATE DATABASE {name}")).await;
    connection.close().await.unwrap();
    beside(&server, &name)
}

/// The database that all others are copied from, for a copy is quicker than migrations. Its name
/// changes with every build, and whoever comes first makes it.
async fn template(connection: &mut PgConnection, server: &str) -> String {
    let program = std::env::current_exe()
        .and_then(|it| it.metadata())
        .unwrap();
    let built = program
        .modified()
        .unwrap()
        .duration_since(UNIX_EPOCH)
        .unwrap();
    let name = format!("template_{}", built.as_nanos());
    run(connection, "SELECT pg_advisory_lock(9292)".into()).await;
    let found = sqlx::query("SELECT count(*) FROM pg_database WHERE datname = $1")
        .bind(&name)
        .fetch_one(&mut *connection)
        .await
        .unwrap();
    if found.get::<i64, _>(0) == 0 {
        let draft = format!("draft_{}", unheard_of());
        run(connection, format!("CREATE DATABASE {draft}")).await;
        let database_url = Some(beside(server, &draft));
        let config = Config {
            database_url,
            ..Config::for_tests()
        };
        Server::with(config).await.unwrap().shutdown().await;
        run(
            connection,
            format!("ALTER DATABASE {draft} RENAME TO {name}"),
        )
        .await;
    }
    run(connection, "SELECT pg_advisory_unlock(9292)".into()).await;
    name
}

async fn run(connection: &mut PgConnection, sql: String) {
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(sql)))
        .await
        .unwrap();
}

fn beside(server: &str, name: &str) -> String {
    format!("{}/{name}", server.rsplit_once('/').unwrap().0)
}

#[expect(clippy::disallowed_methods, reason = "no clock or cloud is concerned")]
fn unheard_of() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

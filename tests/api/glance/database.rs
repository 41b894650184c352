//! A database for one test: in memory, or a new one of the PostgreSQL that the environment names.

use std::path::Path;
use std::time::UNIX_EPOCH;

use lookalike::{Config, Server};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

/// The number of databases that a test drops at most: more than the one that it makes.
const DROPPED_AT_ONCE: usize = 2;

/// The number of databases that may be on the disk, with 10 MB each.
const KEPT: usize = 40;

/// The URL of an empty database; none means memory.
pub(crate) async fn database() -> Option<String> {
    let server = std::env::var("LOOKALIKE_TEST_DATABASE").ok()?;
    let mut connection = PgConnection::connect(&server).await.unwrap();
    drop_those_of_ended_tests(&mut connection).await;
    let template = template(&mut connection, &server).await;
    let name = name_of_this_process();
    let strategy = strategy(&connection);
    run(
        &mut connection,
        format!("CREATE DATABASE {name} TEMPLATE {template} {strategy}"),
    )
    .await;
    connection.close().await.unwrap();
    Some(beside(&server, &name))
}

/// The URL of a new database without any table, in the PostgreSQL that the environment names.
pub(crate) async fn empty_database() -> String {
    let server = std::env::var("LOOKALIKE_TEST_DATABASE").unwrap();
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let name = name_of_this_process();
    let strategy = strategy(&connection);
    run(
        &mut connection,
        format!("CREATE DATABASE {name} {strategy}"),
    )
    .await;
    connection.close().await.unwrap();
    beside(&server, &name)
}

/// Returns how the server is to copy a database: by files, which without fsync takes half of the time of the default, and a
/// drop later a sixth. Servers before 15 know no other way, and not the word.
fn strategy(connection: &PgConnection) -> &'static str {
    let version = connection.server_version_num();
    if version.is_some_and(|version| version >= 150_000) {
        "STRATEGY file_copy"
    } else {
        ""
    }
}

/// A name with the number of the process, by which others see whether it is still needed.
fn name_of_this_process() -> String {
    format!("test_{}_{}", std::process::id(), unheard_of())
}

/// Drops databases whose tests have ended, for all of a run would be 20 GB.
async fn drop_those_of_ended_tests(connection: &mut PgConnection) {
    // Where there is no such directory, processes that run cannot be told from those that have ended.
    if !Path::new("/proc/self").exists() {
        return;
    }
    let found = sqlx::query(r"SELECT datname FROM pg_database WHERE datname LIKE 'test\_%'")
        .fetch_all(&mut *connection)
        .await
        .unwrap();
    if found.len() < KEPT {
        return;
    }
    let names = found.iter().map(|row| row.get::<String, _>(0));
    for name in names.filter(|name| has_ended(name)).take(DROPPED_AT_ONCE) {
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let dropped = connection.execute(sqlx::raw_sql(AssertSqlSafe(drop))).await;
        // Another test may drop it at this moment.
        dropped.ok();
    }
}

fn has_ended(database: &str) -> bool {
    let process = database.split('_').nth(1).unwrap();
    !Path::new("/proc").join(process).exists()
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

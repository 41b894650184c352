//! What a server says of itself when its database is gone.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::database::Database;
use crate::program::Program;

async fn health(url: &str, path: &str) -> (u16, String) {
    let answer = reqwest::get(format!("{url}{path}")).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
#[ignore = "needs PostgreSQL: scripts/with-postgres, with --run-ignored all"]
async fn a_server_whose_database_is_gone_does_not_call_itself_healthy() {
    let database = Database::new().await;
    let home = tempfile::tempdir().unwrap();
    let program = Program::start(home.path(), &[&database.option()]);
    assert_eq!(
        health(program.url(), "/healthcheck").await,
        (200, "OK".into())
    );

    let (server, name) = database.url().rsplit_once('/').unwrap();
    let mut connection = PgConnection::connect(&format!("{server}/postgres"))
        .await
        .unwrap();
    let drop = AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
    connection.execute(sqlx::raw_sql(drop)).await.unwrap();

    let (status, text) = health(program.url(), "/healthcheck").await;
    assert_eq!((status, &*text), (503, "THE DATABASE DOES NOT ANSWER"));
    let (status, _) = health(program.url(), "/_lookalike/health").await;
    assert!(status >= 500);
}

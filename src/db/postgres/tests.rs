//! PostgreSQL that hangs, restarts, or is not there. Most need one: `scripts/with-postgres` gives them its address.

use sqlx::{AssertSqlSafe, Executor};

use super::*;
use crate::db::Db;
use crate::db::{Session, Sql};
use crate::runtime::random::system_hex;

/// The lease of tests that wait for its end.
const BRIEF: Duration = Duration::from_secs(1);

/// The lease of the others.
const LEASE: Duration = Duration::from_secs(30);

/// A database for one test, and the address of its server; `None` without a PostgreSQL.
pub(in crate::db) async fn database(lease: Duration) -> Option<(Db, String)> {
    let server = std::env::var("LOOKALIKE_TEST_DATABASE").ok()?;
    let name = format!("unit_{}", system_hex::<8>().unwrap());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    connection.execute(sqlx::raw_sql(create)).await.unwrap();
    let (address, _) = server.rsplit_once('/').unwrap();
    let url = format!("{address}/{name}");
    let wait = Duration::from_secs(10);
    let db = Db::open_with_retry(&url, Durability::Normal, lease, wait).await;
    Some((db.unwrap(), url))
}

/// Adds the rows that stand for images here, and locks one.
async fn hold(db: &Db, name: &str) -> Session {
    let mut session = db.write().await.unwrap();
    let add = "INSERT INTO cloud (one, id) VALUES (TRUE, 'x') ON CONFLICT DO NOTHING";
    session.run(Sql::new(add)).await.unwrap();
    session.advisory_lock(name).await.unwrap();
    session
}

async fn end_all(url: &str) {
    let mut other = PgConnection::connect(url).await.unwrap();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    other.execute(sqlx::raw_sql(end)).await.unwrap();
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let url = "postgres://nobody@127.0.0.1:1/none";
    let wait = Duration::from_millis(120);
    let outcome = Db::open_with_retry(url, Durability::Normal, LEASE, wait).await;
    assert!(matches!(
        outcome,
        Err(DbOpenError::Database(sqlx::Error::Io(_)))
    ));
}

#[tokio::test]
async fn connections_that_died_while_they_were_idle_fail_no_session() {
    let Some((db, url)) = database(LEASE).await else {
        return;
    };
    for _ in 0..2 {
        let sessions = tokio::join!(db.read(), db.read(), db.write());
        drop(sessions);
        // The rollback of the one that wrote.
        db.ping().await.unwrap();
        end_all(&url).await;
        let mut session = db.write().await.unwrap();
        session.run(Sql::new("SELECT 1")).await.unwrap();
        session.commit().await.unwrap();
        db.ping().await.unwrap();
    }
}

#[tokio::test]
async fn a_connection_that_the_server_ended_is_not_lent_again() {
    let Some((db, url)) = database(LEASE).await else {
        return;
    };
    let mut session = db.write().await.unwrap();
    session.run(Sql::new("SELECT 1")).await.unwrap();
    end_all(&url).await;
    // Not its first statement: whether the one before was done nobody knows.
    session.run(Sql::new("SELECT 1")).await.unwrap_err();
    drop(session);
    for _ in 0..3 {
        db.ping().await.unwrap();
    }
}

#[tokio::test]
async fn the_locks_of_a_server_that_hangs_end_with_its_lease() {
    let Some((db, _)) = database(BRIEF).await else {
        return;
    };
    let hung = hold(&db, "a").await;
    let mut waits = db.write().await.unwrap();
    let refused = waits.advisory_lock("a").await.unwrap_err();
    assert!(crate::Error::from(refused).is_database_unavailable());
    drop(waits);
    tokio::time::sleep(BRIEF).await;
    let mut next = db.write().await.unwrap();
    next.advisory_lock("a").await.unwrap();
    next.commit().await.unwrap();
    hung.commit().await.unwrap_err();
    db.ping().await.unwrap();
}

#[tokio::test]
async fn sessions_that_wait_for_one_image_leave_connections_to_others() {
    let Some((db, _)) = database(LEASE).await else {
        return;
    };
    let hung = hold(&db, "a").await;
    let wait = || {
        let db = db.clone();
        tokio::spawn(async move {
            let mut session = db.write_to("a").await?;
            session.advisory_lock("a").await
        })
    };
    let waiting: Vec<_> = (0..2 * CONNECTIONS).map(|_| wait()).collect();
    let others = async {
        for _ in 0..20 {
            db.ping().await.unwrap();
            let session = db.write_to("b").await.unwrap();
            session.commit().await.unwrap();
        }
    };
    let soon = Duration::from_secs(5);
    tokio::time::timeout(soon, others).await.unwrap();
    hung.commit().await.unwrap();
    for task in waiting {
        task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn reading_goes_on_while_all_sessions_that_write_wait_for_locks() {
    let Some((db, _)) = database(LEASE).await else {
        return;
    };
    let hung = hold(&db, "a").await;
    let wait = |_| {
        let db = db.clone();
        tokio::spawn(async move {
            let mut session = db.write().await?;
            session.advisory_lock("a").await
        })
    };
    let waiting: Vec<_> = (0..2 * CONNECTIONS).map(wait).collect();
    for _ in 0..20 {
        tokio::task::yield_now().await;
        db.ping().await.unwrap();
    }
    hung.commit().await.unwrap();
    for task in waiting {
        task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_statement_that_was_given_up_does_not_keep_its_connection() {
    let Some((db, _)) = database(LEASE).await else {
        return;
    };
    let hung = hold(&db, "a").await;
    for _ in 0..2 * CONNECTIONS {
        let mut session = db.write().await.unwrap();
        let lock = session.advisory_lock("a");
        let given_up = tokio::time::timeout(Duration::from_millis(5), lock).await;
        assert!(given_up.is_err());
    }
    db.ping().await.unwrap();
    hung.commit().await.unwrap();
}

#[tokio::test]
async fn a_durable_commit_is_on_the_disk_of_the_server() {
    let Some((db, _)) = database(LEASE).await else {
        return;
    };
    hold(&db, "a").await.commit().await.unwrap();
    for _ in 0..20 {
        let mut session = db.write().await.unwrap();
        session
            .run(Sql::new("UPDATE cloud SET id = id"))
            .await
            .unwrap();
        let now = Sql::new("SELECT pg_current_wal_insert_lsn()::text");
        let written: (String,) = session.one(now).await.unwrap().unwrap();
        session.commit_durably().await.unwrap();
        let is_flushed = Sql::new("SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn");
        let mut session = db.read().await.unwrap();
        let flushed: Option<(bool,)> = session.one(is_flushed.bind(written.0)).await.unwrap();
        assert_eq!(flushed, Some((true,)));
    }
}

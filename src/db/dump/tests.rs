//! Dump and restore of every table of the schema, on both databases and from one to the other.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::{ColumnType, Dump, EXCLUDED_TABLES, TableRows};
use crate::config::Durability;
use crate::db::{Db, Sql};

/// Returns the databases to test: one in memory, and one on the PostgreSQL server that the environment names.
async fn databases() -> Vec<Db> {
    let mut all = vec![Db::in_memory().await.unwrap()];
    if let Ok(server) = std::env::var("LOOKALIKE_TEST_DATABASE") {
        let mut connection = PgConnection::connect(&server).await.unwrap();
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).unwrap();
        let name = format!("state_{:016x}", u64::from_ne_bytes(bytes));
        let sql = format!("CREATE DATABASE {name}");
        let made = connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await;
        made.unwrap();
        let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
        all.push(Db::open(&url, Durability::Normal).await.unwrap());
    }
    all
}

/// Returns two rows of each table, which refer to each other since all their texts are equal.
async fn full(db: &Db) -> Dump {
    let texts = ["x", "a \"b\" \\ \n $1 'c' é 日本 {}"];
    let value = |kind: ColumnType, text: &str| match (kind, text) {
        (ColumnType::Text, text) => serde_json::Value::from(text),
        (ColumnType::Int, _) => i64::MAX.into(),
        (ColumnType::Bool, text) => (text == "x").into(),
        (ColumnType::Time, "x") => "2026-11-21T20:16:46.120+00:00".into(),
        (ColumnType::Time, _) => "2026-11-21T20:16:46+00:00".into(),
        (ColumnType::Bytes, _) => "00ff".into(),
    };
    let table_schemas = db.table_schemas().await.unwrap();
    let parts = table_schemas.iter().map(|table| {
        let columns = table.columns.iter();
        let rows = texts.map(|text| {
            let row = columns
                .clone()
                .map(|column| value(column.column_type, text));
            row.collect::<serde_json::Value>()
        });
        TableRows {
            table: table.name.clone(),
            columns: columns.clone().map(|column| column.name.clone()).collect(),
            rows: serde_json::to_string(&rows).unwrap(),
        }
    });
    Dump {
        parts: parts.collect(),
        ..Dump::default()
    }
}

/// Returns the rows in a canonical order, with the JSON parsed.
fn canonical(rows: &Dump) -> Vec<(String, Vec<String>, Vec<serde_json::Value>)> {
    let mut tables: Vec<_> = rows
        .parts
        .iter()
        .map(|chunk| {
            let mut rows: Vec<serde_json::Value> = serde_json::from_str(&chunk.rows).unwrap();
            rows.sort_by_key(ToString::to_string);
            (chunk.table.clone(), chunk.columns.clone(), rows)
        })
        .collect();
    tables.sort_by(|one, other| one.0.cmp(&other.0));
    tables
}

#[tokio::test]
async fn rows_of_every_table_come_back_as_they_were_from_either_database_to_either() {
    let databases = databases().await;
    let rows = full(&databases[0]).await;
    rows.validate(&databases[0].table_schemas().await.unwrap())
        .unwrap();
    for from in &databases {
        from.restore(&rows).await.unwrap();
        let dumped = from.dump().await.unwrap();
        assert_eq!(canonical(&dumped), canonical(&rows));
        for to in &databases {
            to.restore(&dumped).await.unwrap();
            assert_eq!(canonical(&to.dump().await.unwrap()), canonical(&rows));
        }
    }
    for db in &databases {
        db.clear().await.unwrap();
        assert_eq!(db.dump().await.unwrap(), Dump::default());
    }
}

#[tokio::test]
async fn no_table_is_left_out_but_those_that_are_named() {
    for db in databases().await {
        let sql = match db.template().await.unwrap() {
            Some(_) => "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
            None => {
                "SELECT CAST(tablename AS TEXT) FROM pg_tables \
                 WHERE schemaname = 'public' ORDER BY tablename"
            }
        };
        let all: Vec<(String,)> = db.read().await.unwrap().all(Sql::new(sql)).await.unwrap();
        let table_schemas = db.table_schemas().await.unwrap();
        let known = |name: &str| {
            EXCLUDED_TABLES.contains(&name)
                || name.starts_with("sqlite_")
                || table_schemas.iter().any(|table| table.name == name)
        };
        assert!(all.iter().all(|(name,)| known(name)), "{all:?}");
        assert!(table_schemas.iter().any(|table| table.name == "images"));
    }
}

#[tokio::test]
async fn rows_that_cannot_be_restored_leave_those_that_are_there() {
    for db in databases().await {
        let rows = full(&db).await;
        db.restore(&rows).await.unwrap();
        let mut broken = rows.clone();
        // Tags of an image that is not there.
        broken.parts.retain(|part| part.table != "images");

        assert!(db.restore(&broken).await.is_err());

        assert_eq!(canonical(&db.dump().await.unwrap()), canonical(&rows));
    }
}

#[tokio::test]
async fn rows_of_another_kind_than_their_columns_are_refused() {
    let db = Db::in_memory().await.unwrap();
    let table_schemas = db.table_schemas().await.unwrap();
    let tags = |columns: &[&str], rows: &str| {
        let part = TableRows {
            table: "image_tags".into(),
            columns: columns.iter().map(ToString::to_string).collect(),
            rows: rows.into(),
        };
        let parts = vec![part];
        Dump {
            parts,
            ..Dump::default()
        }
        .validate(&table_schemas)
    };
    let both = ["image_id", "tag"];
    assert!(tags(&both, r#"[["a", "b"]]"#).is_ok());
    for rows in [
        r#"[["a"]]"#,
        r#"[["a", 1]]"#,
        "{}",
        "[",
        r#"[["a", ["b"]]]"#,
    ] {
        assert!(tags(&both, rows).is_err(), "{rows}");
    }
    assert!(tags(&["image_id", "colour"], "[]").is_err());
}

/// Returns the rows without a column that a later migration has added to their table.
fn without_column(mut dump: Dump, table: &str, column: &str) -> Dump {
    for part in dump.parts.iter_mut().filter(|part| part.table == table) {
        let at = part.columns.iter().position(|name| name == column);
        let at = at.unwrap();
        part.columns.remove(at);
        let mut rows: Vec<Vec<serde_json::Value>> = serde_json::from_str(&part.rows).unwrap();
        for row in &mut rows {
            row.remove(at);
        }
        part.rows = serde_json::to_string(&rows).unwrap();
    }
    dump
}

#[tokio::test]
async fn rows_of_an_older_schema_become_those_of_this_one() {
    let db = Db::in_memory().await.unwrap();
    let added = |dump| {
        ["staged_name", "namesake", "region"]
            .into_iter()
            .fold(dump, |dump, column| without_column(dump, "images", column))
    };
    let mut old = added(full(&db).await);
    old.schema = 1;
    let first = ["images", "image_tags", "image_members", "image_locations"];
    old.parts
        .retain(|chunk| first.contains(&chunk.table.as_str()));

    let new = Db::migrate_dump(old.clone()).await.unwrap();

    assert_eq!(new.schema, super::latest_schema());
    assert_eq!(canonical(&added(new.clone())), canonical(&old));
    db.restore(&new).await.unwrap();
    let namesakes = new.columns_of("images", ["namesake"]).unwrap();
    assert_eq!(namesakes, [[serde_json::json!(0)], [serde_json::json!(0)]]);
}

#[tokio::test]
async fn a_copy_of_a_database_in_memory_lives_on_its_own() {
    let db = Db::in_memory().await.unwrap();
    let rows = full(&db).await;
    db.restore(&rows).await.unwrap();
    let template = db.template().await.unwrap().unwrap();
    let copy = Db::from_template(&template).await.unwrap();

    db.clear().await.unwrap();

    assert_eq!(canonical(&copy.dump().await.unwrap()), canonical(&rows));
    let broken = Sql::new("INSERT INTO image_tags (image_id, tag) VALUES ('none', 'a')");
    let mut session = copy.write().await.unwrap();
    session.changes_image("none");
    assert!(session.run(broken).await.is_err(), "references are checked");
}

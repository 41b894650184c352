//! Tasks, as rows; and the queue that they are at once.
//!
//! A claim is taken by one statement, so that of several servers one gets it. Whoever works under a
//! claim asks in each of its transactions whether it still stands ([`Session::hold_claim`]).

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::{Arg, Session, Sql};
use crate::Result;
use crate::domain::query::Direction;
use crate::domain::task::{Task, TaskKey, TaskQuery, TaskStatus};

const COLUMNS: &str = "id, kind, status, owner, user_id, request_id, roles, image_id, input, result, \
                       message, created_at, updated_at, expires_at, made, attempts";

const TO_DO: &str = "status IN ('pending', 'processing')";

/// A server's hold on a task.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The task.
    pub task: String,
    /// The name of this hold, which no other ever has.
    pub name: String,
}

impl Session {
    /// Adds a task, at the commit. `first`: the server that should begin with it, if one should,
    /// as of this moment.
    pub fn insert_task(&mut self, task: &Task, first: Option<(&str, DateTime<Utc>)>) {
        let (server, renewed_at) = first.unzip();
        let args = [
            Arg::from(&task.id),
            task.kind.word().into(),
            task.status.word().into(),
            Arg::from(&task.owner),
            Arg::from(&task.user_id),
            Arg::from(&task.request_id),
            Arg::from(&task.roles),
            Arg::from(&task.image_id),
            Arg::from(&task.input),
            Arg::from(&task.message),
            task.created_at.into(),
            task.updated_at.into(),
            server.into(),
            renewed_at.into(),
            0.into(),
        ];
        let sql = Sql::new(
            "INSERT INTO tasks (id, kind, status, owner, user_id, request_id, roles, image_id, input, \
             message, created_at, updated_at, server, renewed_at, attempts) VALUES ",
        );
        self.queue(sql.row(args));
    }

    /// The task of this id.
    pub async fn task(&mut self, id: &str) -> Result<Option<Task>> {
        Ok(self.one(select().then(" WHERE id = ").bind(id)).await?)
    }

    /// The tasks of an image that have not expired, the earliest first; only this project's, where
    /// one is named.
    pub async fn tasks_of_image(
        &mut self,
        image: &str,
        owner: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Task>> {
        let sql = select()
            .then(" WHERE image_id = ")
            .bind(image)
            .then(" AND (expires_at IS NULL OR expires_at > ")
            .bind(now)
            .then(")");
        let sql = match owner {
            Some(owner) => sql.then(" AND owner = ").bind(owner),
            None => sql,
        };
        Ok(self.all(sql.then(" ORDER BY created_at, id")).await?)
    }

    /// A page of tasks; only this project's, where one is named.
    pub async fn tasks(&mut self, query: &TaskQuery, owner: Option<&str>) -> Result<Vec<Task>> {
        let mut sql = select().then(" WHERE TRUE");
        if let Some(owner) = owner {
            sql = sql.then(" AND owner = ").bind(owner);
        }
        for (key, value) in &query.filters {
            sql = match value_of(*key, value) {
                Some(value) => sql.then(" AND ").then(column(*key)).then(" = ").bind(value),
                None => sql.then(" AND FALSE"),
            };
        }
        let mut order = vec![order(query.sort)];
        order.extend(
            ["created_at", "id"]
                .into_iter()
                .filter(|it| *it != query.sort.word()),
        );
        let (than, way) = match query.direction {
            Direction::Ascending => (">", " ASC"),
            Direction::Descending => ("<", " DESC"),
        };
        if let Some(marker) = &query.marker {
            let row = order.join(", ");
            let beyond = format!(" AND ({row}) {than} (SELECT {row} FROM tasks WHERE id = ");
            sql = sql.then(&beyond).bind(marker).then(")");
        }
        let order: Vec<_> = order.iter().map(|it| format!("{it}{way}")).collect();
        let sql = sql.then(" ORDER BY ").then(&order.join(", "));
        Ok(self.all(sql.limit(query.limit)).await?)
    }

    /// Whether there are tasks that have expired: of a project, or of any.
    pub async fn has_expired_tasks(
        &mut self,
        owner: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let sql = expired(Sql::new("SELECT id FROM tasks WHERE "), owner, now);
        let found: Option<(String,)> = self.one(sql.limit(1)).await?;
        Ok(found.is_some())
    }

    /// Forgets the tasks that have expired, of a project or of all, at the commit.
    pub fn remove_expired_tasks(&mut self, owner: Option<&str>, now: DateTime<Utc>) {
        self.queue(expired(Sql::new("DELETE FROM tasks WHERE "), owner, now));
    }

    /// Whether there is a task that [`claim_task`](Self::claim_task) would find.
    pub async fn has_task_to_do(&mut self, server: &str, lease: DateTime<Utc>) -> Result<bool> {
        let sql = free(Sql::new("SELECT id FROM tasks WHERE "), server, lease);
        let found: Option<(String,)> = self.one(sql.limit(1)).await?;
        Ok(found.is_some())
    }

    /// Makes a task this server's to do: one that nobody has, or whose server has given no sign of
    /// life since `lease`. The oldest comes first.
    pub async fn claim_task(
        &mut self,
        server: &str,
        claim: &str,
        now: DateTime<Utc>,
        lease: DateTime<Utc>,
    ) -> Result<Option<Task>> {
        let sql = Sql::new("UPDATE tasks SET server = ")
            .bind(server)
            .then(", claim = ")
            .bind(claim)
            .then(", renewed_at = ")
            .bind(now)
            .then(", attempts = attempts + 1 WHERE id = (SELECT id FROM tasks WHERE ");
        let sql = free(sql, server, lease).then(" ORDER BY created_at, id LIMIT 1) AND ");
        // Asked again of the row itself: who waited for it here finds that another was faster.
        let sql = free(sql, server, lease);
        Ok(self.one(sql.then(" RETURNING ").then(COLUMNS)).await?)
    }

    /// Those of these tasks that this server may yet do: nobody has ended them, and no other server is
    /// at them.
    pub async fn tasks_still_ours(&mut self, server: &str, ids: &[String]) -> Result<Vec<String>> {
        let sql = Sql::new("SELECT id FROM tasks WHERE ").then(TO_DO);
        let sql = sql.then(" AND (server IS NULL OR server = ").bind(server);
        let sql = sql.then(") AND id IN ").row(ids.iter().map(Arg::from));
        let rows: Vec<(String,)> = self.all(sql).await?;
        Ok(rows.into_iter().map(|(it,)| it).collect())
    }

    /// Frees the tasks that these servers were at; of all servers, where none are named.
    pub async fn release_tasks(&mut self, servers: Option<&[String]>) -> Result<()> {
        let mut sql = Sql::new(
            "UPDATE tasks SET server = NULL, claim = NULL, renewed_at = NULL \
             WHERE server IS NOT NULL AND ",
        )
        .then(TO_DO);
        if let Some(servers) = servers {
            if servers.is_empty() {
                return Ok(());
            }
            let servers = servers.iter().map(Arg::from);
            sql = sql.then(" AND server IN ").row(servers);
        }
        Ok(self.run(sql).await?)
    }

    /// Says that the work under a claim goes on; `false` if the claim no longer stands.
    pub async fn renew_claim(&mut self, claim: &Claim, now: DateTime<Utc>) -> Result<bool> {
        let sql = Sql::new("UPDATE tasks SET renewed_at = ").bind(now);
        let sql = under(sql.then(" WHERE "), claim).then(" RETURNING id");
        let renewed: Option<(String,)> = self.one(sql).await?;
        Ok(renewed.is_some())
    }

    /// Whether a claim still stands; if so, it does until the commit.
    pub async fn hold_claim(&mut self, claim: &Claim) -> Result<bool> {
        let sql = under(Sql::new("SELECT id FROM tasks WHERE "), claim);
        let held: Option<(String,)> = self.hold(sql, "tasks").await?;
        Ok(held.is_some())
    }

    /// Says something new of a task, at the commit.
    pub fn tell_task(&mut self, id: &str, message: &str, now: DateTime<Utc>) {
        let sql = Sql::new("UPDATE tasks SET message = $1, updated_at = $2 WHERE id = $3");
        self.queue(sql.with(message).with(now).with(id));
    }

    /// Says that a task has begun, at the commit.
    pub fn begin_task(&mut self, id: &str, now: DateTime<Utc>) {
        let sql = Sql::new(
            "UPDATE tasks SET status = 'processing', updated_at = $1 \
             WHERE id = $2 AND status = 'pending'",
        );
        self.queue(sql.with(now).with(id));
    }

    /// Says which image a task has made, or that there is none any more, at the commit.
    pub fn name_made(&mut self, id: &str, image: Option<&str>) {
        let sql = Sql::new("UPDATE tasks SET made = $1 WHERE id = $2");
        self.queue(sql.with(image).with(id));
    }

    /// Ends a task, at the commit; nothing else can be done under its claim from then on.
    pub fn end_task(&mut self, id: &str, end: &End<'_>) {
        let sql = Sql::new(
            "UPDATE tasks SET status = $1, message = $2, result = $3, updated_at = $4, \
             expires_at = $5, server = NULL, claim = NULL, renewed_at = NULL \
             WHERE id = $6 AND status IN ('pending', 'processing')",
        );
        let sql = sql
            .with(end.status.word())
            .with(end.message)
            .with(end.result.clone())
            .with(end.at)
            .with(end.expires_at)
            .with(id);
        self.queue(sql);
    }

    /// The images that tasks have yet to finish with.
    pub async fn images_in_tasks(&mut self) -> Result<HashSet<String>> {
        let sql = Sql::new("SELECT coalesce(made, image_id, '') FROM tasks WHERE ").then(TO_DO);
        let rows: Vec<(String,)> = self.all(sql).await?;
        Ok(rows.into_iter().map(|(it,)| it).collect())
    }
}

/// How a task ends.
#[derive(Clone, Debug)]
pub struct End<'a> {
    /// Well or not.
    pub status: TaskStatus,
    /// What is said of it.
    pub message: &'a str,
    /// What came of it, as JSON.
    pub result: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// When it is forgotten.
    pub expires_at: DateTime<Utc>,
}

fn select() -> Sql {
    Sql::new("SELECT ").then(COLUMNS).then(" FROM tasks")
}

fn expired(sql: Sql, owner: Option<&str>, now: DateTime<Utc>) -> Sql {
    let sql = sql.then("expires_at <= ").bind(now);
    match owner {
        Some(owner) => sql.then(" AND owner = ").bind(owner),
        None => sql,
    }
}

fn under(sql: Sql, claim: &Claim) -> Sql {
    sql.then("id = ")
        .bind(&claim.task)
        .then(" AND claim = ")
        .bind(&claim.name)
}

/// Nobody is at it, except maybe a server that died; and no other server is to have it first.
fn free(sql: Sql, server: &str, lease: DateTime<Utc>) -> Sql {
    sql.then(TO_DO)
        .then(" AND ((claim IS NULL AND (server IS NULL OR server = ")
        .bind(server)
        .then(")) OR renewed_at < ")
        .bind(lease)
        .then(")")
}

fn column(key: TaskKey) -> &'static str {
    match key {
        TaskKey::Kind => "kind",
        key => key.word(),
    }
}

/// What a list is put in order by: nothing counts as less than all.
fn order(key: TaskKey) -> &'static str {
    match key {
        TaskKey::Owner => "coalesce(owner, '')",
        TaskKey::ImageId => "coalesce(image_id, '')",
        TaskKey::UserId => "coalesce(user_id, '')",
        TaskKey::RequestId => "coalesce(request_id, '')",
        // A task that has not expired was there before any that has.
        TaskKey::ExpiresAt => "coalesce(expires_at, created_at)",
        key => column(key),
    }
}

/// The value of a filter; nothing if no row can have it.
fn value_of(key: TaskKey, value: &str) -> Option<Arg> {
    match key {
        TaskKey::CreatedAt | TaskKey::UpdatedAt | TaskKey::ExpiresAt => {
            let moment = DateTime::parse_from_rfc3339(value).ok()?;
            Some(moment.to_utc().into())
        }
        _ => crate::domain::text::findable(value).map(Arg::from),
    }
}

//! Tasks as rows, which are the job queue at the same time.
//!
//! A claim is taken by one statement, so that one of several servers gets it. A worker checks in each of
//! its transactions that its claim is still valid ([`Session::lock_claim`]).

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};

use super::{Arg, LeaseClock, Session, Sql};
use crate::Result;
use crate::domain::query::Direction;
use crate::domain::task::{Task, TaskKey, TaskQuery, TaskStatus};

const COLUMNS: &str = "id, kind, status, owner, user_id, request_id, roles, image_id, input, result, \
                       message, created_at, updated_at, expires_at, made, attempts, region";

const UNFINISHED: &str = "status IN ('pending', 'processing')";

crate::db::from_row!(Task {
    id,
    kind: String,
    status: String,
    owner,
    user_id,
    request_id,
    roles,
    image_id,
    input,
    result,
    message,
    created_at,
    updated_at,
    expires_at,
    made,
    attempts,
    region,
});

/// The shares of the projects in the work of a server.
#[derive(Clone, Debug, Default)]
pub struct TaskShares {
    /// The number of tasks that it works on for each project; `""` is for those of no project.
    pub running: BTreeMap<String, i64>,
    /// Whether the next task must be of a project that none of these is.
    pub others_only: bool,
}

impl TaskShares {
    /// Appends the condition for tasks that may be next.
    fn condition(&self, sql: Sql) -> Sql {
        if !self.others_only || self.running.is_empty() {
            return sql;
        }
        let projects = self.running.keys().map(Arg::from);
        sql.push(" AND coalesce(owner, '') NOT IN ")
            .push_tuple(projects)
    }

    /// Appends the order of the tasks: those of the projects with the smallest share first, then by age.
    fn order(&self, sql: Sql) -> Sql {
        let mut sql = sql.push(" ORDER BY ");
        if !self.running.is_empty() {
            sql = sql.push("CASE coalesce(owner, '')");
            for (project, count) in &self.running {
                sql = sql
                    .push(" WHEN ")
                    .push_bind(project)
                    .push(&format!(" THEN {count}"));
            }
            sql = sql.push(" ELSE 0 END, ");
        }
        sql.push("created_at, id LIMIT 1")
    }
}

/// The claim of a server on a task.
#[derive(Clone, Debug)]
pub struct TaskClaim {
    /// The task.
    pub task: String,
    /// The unique name of the claim.
    pub name: String,
}

impl Session {
    /// Adds a task at the commit. `preferred` is the server that should claim it first, and the time now.
    pub fn insert_task(&mut self, task: &Task, preferred: Option<(&str, DateTime<Utc>)>) {
        let (server, renewed_at) = preferred.unzip();
        let args: [Arg; 15] = [
            Arg::from(&task.id),
            task.kind.as_str().into(),
            task.status.as_str().into(),
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
            0.into(),
            self.region_of_new(),
        ];
        let mut sql = Sql::new(
            "INSERT INTO tasks (id, kind, status, owner, user_id, request_id, roles, image_id, input, \
             message, created_at, updated_at, server, attempts, region, renewed_at) VALUES (",
        );
        for arg in args {
            sql = sql.push_bind(arg).push(", ");
        }
        let sql = match renewed_at {
            Some(at) => self.push_now(sql, at),
            None => sql.push("NULL"),
        };
        self.queue(sql.push(")"));
    }

    /// Returns the task with this id.
    pub async fn task(&mut self, id: &str) -> Result<Option<Task>> {
        let sql = select().push(" WHERE id = ").push_bind(id);
        Ok(self.one(self.push_region(sql, "region")).await?)
    }

    /// Returns the tasks of an image that have not expired, the oldest first; only those of project `owner`
    /// where it is given.
    pub async fn tasks_of_image(
        &mut self,
        image: &str,
        owner: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Task>> {
        let sql = select()
            .push(" WHERE image_id = ")
            .push_bind(image)
            .push(" AND (expires_at IS NULL OR expires_at > ")
            .push_bind(now)
            .push(")");
        let sql = match owner {
            Some(owner) => sql.push(" AND owner = ").push_bind(owner),
            None => sql,
        };
        Ok(self.all(sql.push(" ORDER BY created_at, id")).await?)
    }

    /// Returns a page of tasks; only those of project `owner` where it is given.
    pub async fn tasks(&mut self, query: &TaskQuery, owner: Option<&str>) -> Result<Vec<Task>> {
        let mut sql = self.push_region(select().push(" WHERE TRUE"), "region");
        if let Some(owner) = owner {
            sql = sql.push(" AND owner = ").push_bind(owner);
        }
        for (key, value) in &query.filters {
            sql = match value_of(*key, value) {
                Some(value) => sql
                    .push(" AND ")
                    .push(column(*key))
                    .push(" = ")
                    .push_bind(value),
                None => sql.push(" AND FALSE"),
            };
        }
        let mut order = vec![sort_expression(query.sort)];
        order.extend(
            ["created_at", "id"]
                .into_iter()
                .filter(|column| *column != query.sort.as_str()),
        );
        let (operator, direction) = match query.direction {
            Direction::Ascending => (">", " ASC"),
            Direction::Descending => ("<", " DESC"),
        };
        if let Some(marker) = &query.marker {
            let row = order.join(", ");
            let after = format!(" AND ({row}) {operator} (SELECT {row} FROM tasks WHERE id = ");
            sql = sql.push(&after).push_bind(marker).push(")");
        }
        let order: Vec<_> = order
            .iter()
            .map(|column| format!("{column}{direction}"))
            .collect();
        let sql = sql.push(" ORDER BY ").push(&order.join(", "));
        Ok(self.all(sql.limit(query.limit)).await?)
    }

    /// Returns `true` if there are expired tasks of this project, or of any.
    pub async fn has_expired_tasks(
        &mut self,
        owner: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let sql = expired(Sql::new("SELECT id FROM tasks WHERE "), owner, now);
        let found: Option<(String,)> = self.one(sql.limit(1)).await?;
        Ok(found.is_some())
    }

    /// Removes the expired tasks of this project, or of all, at the commit.
    pub fn remove_expired_tasks(&mut self, owner: Option<&str>, now: DateTime<Utc>) {
        self.queue(expired(Sql::new("DELETE FROM tasks WHERE "), owner, now));
    }

    /// Returns `true` if there is a task that [`claim_task`](Self::claim_task) would claim.
    pub async fn has_claimable_task(
        &mut self,
        server: &str,
        clock: LeaseClock,
        shares: &TaskShares,
    ) -> Result<bool> {
        let sql = self.push_claimable(Sql::new("SELECT id FROM tasks WHERE "), server, clock);
        let sql = shares.condition(sql);
        let found: Option<(String,)> = self.one(sql.limit(1)).await?;
        Ok(found.is_some())
    }

    /// Claims the next task that no server has claimed, or whose lease is over: of the projects that this
    /// server does least for, the oldest.
    pub async fn claim_task(
        &mut self,
        server: &str,
        claim: &str,
        clock: LeaseClock,
        shares: &TaskShares,
    ) -> Result<Option<Task>> {
        let sql = Sql::new("UPDATE tasks SET server = ")
            .push_bind(server)
            .push(", claim = ")
            .push_bind(claim)
            .push(", renewed_at = ");
        let sql = self
            .push_now(sql, clock.now)
            .push(", attempts = attempts + 1 WHERE id = (SELECT id FROM tasks WHERE ");
        let sql = shares.condition(self.push_claimable(sql, server, clock));
        let sql = shares.order(sql).push(") AND ");
        // Checked again for the row itself: a server that waited for its lock sees that another was
        // faster.
        let sql = self.push_claimable(sql, server, clock);
        Ok(self.one(sql.push(" RETURNING ").push(COLUMNS)).await?)
    }

    /// Returns those of these tasks that this server may still work on: unfinished ones that no other
    /// server has.
    pub async fn tasks_still_owned(&mut self, server: &str, ids: &[String]) -> Result<Vec<String>> {
        let sql = Sql::new("SELECT id FROM tasks WHERE ").push(UNFINISHED);
        let sql = sql
            .push(" AND (server IS NULL OR server = ")
            .push_bind(server);
        let sql = sql
            .push(") AND id IN ")
            .push_tuple(ids.iter().map(Arg::from));
        let rows: Vec<(String,)> = self.all(sql).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Releases the unfinished tasks of these servers, or of all servers.
    pub async fn release_tasks(&mut self, servers: Option<&[String]>) -> Result<()> {
        let mut sql = Sql::new(
            "UPDATE tasks SET server = NULL, claim = NULL, renewed_at = NULL \
             WHERE server IS NOT NULL AND ",
        )
        .push(UNFINISHED);
        if let Some(servers) = servers {
            if servers.is_empty() {
                return Ok(());
            }
            let servers = servers.iter().map(Arg::from);
            sql = sql.push(" AND server IN ").push_tuple(servers);
        }
        Ok(self.run(sql).await?)
    }

    /// Releases a claim at the commit, so that a worker can claim the task again. `counts` says that this
    /// was one of the attempts that a task has.
    pub fn release_claim(&mut self, claim: &TaskClaim, counts: bool) {
        let sql = Sql::new("UPDATE tasks SET server = NULL, claim = NULL, renewed_at = NULL");
        let sql = if counts {
            sql
        } else {
            sql.push(", attempts = attempts - 1")
        };
        self.queue(of_claim(sql.push(" WHERE "), claim));
    }

    /// Renews a claim; returns `false` if it is no longer valid.
    pub async fn renew_claim(&mut self, claim: &TaskClaim, now: DateTime<Utc>) -> Result<bool> {
        let sql = self.push_now(Sql::new("UPDATE tasks SET renewed_at = "), now);
        let sql = of_claim(sql.push(" WHERE "), claim).push(" RETURNING id");
        let renewed: Option<(String,)> = self.one(sql).await?;
        Ok(renewed.is_some())
    }

    /// Locks a claim until the commit; returns `false` if it is no longer valid.
    pub async fn lock_claim(&mut self, claim: &TaskClaim) -> Result<bool> {
        let sql = of_claim(Sql::new("SELECT id FROM tasks WHERE "), claim);
        let locked: Option<(String,)> = self.lock_one(sql, "tasks").await?;
        Ok(locked.is_some())
    }

    /// Appends the condition for tasks that `server` may claim: unfinished, without a lease that lasts, and
    /// not reserved for another server.
    fn push_claimable(&self, sql: Sql, server: &str, clock: LeaseClock) -> Sql {
        let sql = sql
            .push(UNFINISHED)
            .push(" AND ((claim IS NULL AND (server IS NULL OR server = ")
            .push_bind(server)
            .push(")) OR ");
        self.push_expired(sql, clock).push(")")
    }

    /// Updates the message of a task at the commit.
    pub fn update_task_message(&mut self, id: &str, message: &str, now: DateTime<Utc>) {
        let sql = Sql::new("UPDATE tasks SET message = $1, updated_at = $2 WHERE id = $3");
        self.queue(sql.bind(message).bind(now).bind(id));
    }

    /// Sets a task to `processing`, at the commit.
    pub fn start_task(&mut self, id: &str, now: DateTime<Utc>) {
        let sql = Sql::new(
            "UPDATE tasks SET status = 'processing', updated_at = $1 \
             WHERE id = $2 AND status = 'pending'",
        );
        self.queue(sql.bind(now).bind(id));
    }

    /// Sets the image that a task has created, or removes it, at the commit.
    pub fn set_created_image(&mut self, id: &str, image: Option<&str>) {
        let sql = Sql::new("UPDATE tasks SET made = $1 WHERE id = $2");
        self.queue(sql.bind(image).bind(id));
    }

    /// Finishes a task at the commit; its claim is no longer valid then.
    pub fn finish_task(&mut self, id: &str, outcome: &TaskOutcome<'_>) {
        let sql = Sql::new(
            "UPDATE tasks SET status = $1, message = $2, result = $3, updated_at = $4, \
             expires_at = $5, server = NULL, claim = NULL, renewed_at = NULL \
             WHERE id = $6 AND status IN ('pending', 'processing')",
        );
        let sql = sql
            .bind(outcome.status.as_str())
            .bind(outcome.message)
            .bind(outcome.result.clone())
            .bind(outcome.at)
            .bind(outcome.expires_at)
            .bind(id);
        self.queue(sql);
    }

    /// Returns the images of unfinished tasks.
    pub async fn images_of_unfinished_tasks(&mut self) -> Result<HashSet<String>> {
        let sql =
            Sql::new("SELECT coalesce(made, image_id, '') FROM tasks WHERE ").push(UNFINISHED);
        let rows: Vec<(String,)> = self.all(sql).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}

/// The outcome of a task.
#[derive(Clone, Debug)]
pub struct TaskOutcome<'a> {
    /// Success or failure.
    pub status: TaskStatus,
    /// The message for the user.
    pub message: &'a str,
    /// The result as JSON.
    pub result: Option<String>,
    /// The time now.
    pub at: DateTime<Utc>,
    /// The time when the task expires.
    pub expires_at: DateTime<Utc>,
}

fn select() -> Sql {
    Sql::new("SELECT ").push(COLUMNS).push(" FROM tasks")
}

fn expired(sql: Sql, owner: Option<&str>, now: DateTime<Utc>) -> Sql {
    let sql = sql.push("expires_at <= ").push_bind(now);
    match owner {
        Some(owner) => sql.push(" AND owner = ").push_bind(owner),
        None => sql,
    }
}

fn of_claim(sql: Sql, claim: &TaskClaim) -> Sql {
    sql.push("id = ")
        .push_bind(&claim.task)
        .push(" AND claim = ")
        .push_bind(&claim.name)
}

fn column(key: TaskKey) -> &'static str {
    match key {
        TaskKey::Kind => "kind",
        key => key.as_str(),
    }
}

/// Returns the expression to sort by; NULL sorts before all values.
fn sort_expression(key: TaskKey) -> &'static str {
    match key {
        TaskKey::Owner => "coalesce(owner, '')",
        TaskKey::ImageId => "coalesce(image_id, '')",
        TaskKey::UserId => "coalesce(user_id, '')",
        TaskKey::RequestId => "coalesce(request_id, '')",
        // A task without an expiry sorts by its creation, before any that expires.
        TaskKey::ExpiresAt => "coalesce(expires_at, created_at)",
        key => column(key),
    }
}

/// Returns the value of a filter as an argument; `None` if no row can have it.
fn value_of(key: TaskKey, value: &str) -> Option<Arg> {
    match key {
        TaskKey::CreatedAt | TaskKey::UpdatedAt | TaskKey::ExpiresAt => {
            let time = DateTime::parse_from_rfc3339(value).ok()?;
            Some(time.to_utc().into())
        }
        _ => crate::domain::text::without_nul(value).map(Arg::from),
    }
}

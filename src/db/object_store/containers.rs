//! Accounts and containers as rows.

use chrono::{DateTime, Utc};

use super::{packed, unpacked};
use crate::Result;
use crate::db::{Session, Sql};
use crate::domain::object_store::listing::{LowerBound, NameWindow};
use crate::domain::object_store::{ContainerUsage, Metadata, ObjectAccount, ObjectContainer};

/// A container in the listing of its account.
#[derive(Clone, Debug)]
pub struct ListedContainer {
    /// The name.
    pub name: String,
    /// The number of objects.
    pub objects: i64,
    /// The number of their bytes.
    pub bytes: i64,
    /// The time of the last PUT or POST.
    pub updated_at: DateTime<Utc>,
}

crate::db::from_row!(ListedContainer {
    name,
    objects,
    bytes,
    updated_at
});

/// A row of a container.
struct ContainerRow {
    id: String,
    name: String,
    metadata: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

crate::db::from_row!(ContainerRow {
    id,
    name,
    metadata,
    created_at,
    updated_at
});

impl ContainerRow {
    fn unpack(self) -> Result<ObjectContainer> {
        Ok(ObjectContainer {
            metadata: unpacked(&self.metadata)?,
            id: self.id,
            name: self.name,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

impl Session {
    /// Returns an account; `None` if nothing was written to it yet.
    pub async fn object_account(&mut self, name: &str) -> Result<Option<ObjectAccount>> {
        let sql = Sql::new(
            "SELECT metadata, created_at, \
             (SELECT count(*) FROM object_containers c WHERE c.region = a.region AND c.account = a.name) AS containers, \
             (SELECT count(*) FROM objects o JOIN object_containers c ON c.id = o.container_id \
              WHERE c.region = a.region AND c.account = a.name) AS objects, \
             (SELECT CAST(coalesce(sum(o.size), 0) AS BIGINT) FROM objects o \
              JOIN object_containers c ON c.id = o.container_id WHERE c.region = a.region AND c.account = a.name) AS bytes \
             FROM object_accounts a WHERE region = ",
        );
        let sql = sql.push_bind(self.region_of_new());
        let sql = sql.push(" AND name = ").push_bind(name);
        let found: Option<(String, DateTime<Utc>, i64, i64, i64)> = self.one(sql).await?;
        let Some((metadata, created_at, containers, objects, bytes)) = found else {
            return Ok(None);
        };
        Ok(Some(ObjectAccount {
            metadata: unpacked(&metadata)?,
            created_at,
            containers,
            objects,
            bytes,
        }))
    }

    /// Adds an account, if there is none of its name.
    pub async fn ensure_object_account(&mut self, name: &str, at: DateTime<Utc>) -> Result<()> {
        let sql = Sql::new(
            "INSERT INTO object_accounts (region, name, metadata, created_at) VALUES ($1, $2, '{}', $3) \
             ON CONFLICT (region, name) DO NOTHING",
        );
        let sql = sql.bind(self.region_of_new()).bind(name).bind(at);
        Ok(self.run(sql).await?)
    }

    /// Locks an account until the commit and returns its metadata.
    pub async fn lock_object_account(&mut self, name: &str) -> Result<Metadata> {
        let sql = Sql::new("SELECT metadata FROM object_accounts a WHERE region = ");
        let sql = sql.push_bind(self.region_of_new());
        let sql = sql.push(" AND name = ").push_bind(name);
        let found: Option<(String,)> = self.lock_one(sql, "a").await?;
        found.map_or_else(|| Ok(Metadata::new()), |(metadata,)| unpacked(&metadata))
    }

    /// Replaces the metadata of an account at the commit.
    pub fn set_object_account_metadata(&mut self, name: &str, metadata: &Metadata) -> Result<()> {
        let sql =
            Sql::new("UPDATE object_accounts SET metadata = $3 WHERE region = $1 AND name = $2");
        let sql = sql.bind(self.region_of_new()).bind(name);
        self.queue(sql.bind(packed(metadata)?));
        Ok(())
    }

    /// Returns a container of an account.
    pub async fn object_container(
        &mut self,
        account: &str,
        name: &str,
    ) -> Result<Option<ObjectContainer>> {
        let sql = self.container_by_name(account, name);
        let found: Option<ContainerRow> = self.one(sql).await?;
        found.map(ContainerRow::unpack).transpose()
    }

    /// Locks a container until the commit and returns it: all that writes to a container does so first.
    pub async fn lock_object_container(
        &mut self,
        account: &str,
        name: &str,
    ) -> Result<Option<ObjectContainer>> {
        let sql = self.container_by_name(account, name);
        let found: Option<ContainerRow> = self.lock_one(sql, "c").await?;
        found.map(ContainerRow::unpack).transpose()
    }

    /// Adds a container; returns `false` if the account has one of its name.
    pub async fn insert_object_container(
        &mut self,
        account: &str,
        container: &ObjectContainer,
    ) -> Result<bool> {
        let sql = Sql::new(
            "INSERT INTO object_containers (id, account, name, metadata, created_at, updated_at, region) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (region, account, name) DO NOTHING \
             RETURNING id",
        );
        let sql = sql
            .bind(&container.id)
            .bind(account)
            .bind(&container.name)
            .bind(packed(&container.metadata)?)
            .bind(container.created_at)
            .bind(container.updated_at)
            .bind(self.region_of_new());
        let added: Option<(String,)> = self.one(sql).await?;
        Ok(added.is_some())
    }

    /// Replaces the metadata of a container at the commit.
    pub fn update_object_container(&mut self, container: &ObjectContainer) -> Result<()> {
        let sql =
            Sql::new("UPDATE object_containers SET metadata = $2, updated_at = $3 WHERE id = $1");
        let metadata = packed(&container.metadata)?;
        self.queue(
            sql.bind(&container.id)
                .bind(metadata)
                .bind(container.updated_at),
        );
        Ok(())
    }

    /// Removes a container without objects at the commit.
    pub fn remove_object_container(&mut self, id: &str) {
        let sql = Sql::new("DELETE FROM object_containers WHERE id = ").push_bind(id);
        self.queue(sql);
    }

    /// Returns how many objects a container has, and their bytes.
    pub async fn object_container_usage(&mut self, id: &str) -> Result<ContainerUsage> {
        let sql = Sql::new(
            "SELECT count(*), CAST(coalesce(sum(size), 0) AS BIGINT) FROM objects WHERE container_id = ",
        );
        let found: Option<(i64, i64)> = self.one(sql.push_bind(id)).await?;
        let (objects, bytes) = found.unwrap_or_default();
        Ok(ContainerUsage { objects, bytes })
    }

    /// Returns containers of an account, in the order of their names.
    pub async fn list_object_containers(
        &mut self,
        account: &str,
        window: &NameWindow,
    ) -> Result<Vec<ListedContainer>> {
        let sql = Sql::new(
            "SELECT name, updated_at, \
             (SELECT count(*) FROM objects o WHERE o.container_id = c.id) AS objects, \
             (SELECT CAST(coalesce(sum(o.size), 0) AS BIGINT) FROM objects o \
              WHERE o.container_id = c.id) AS bytes \
             FROM object_containers c WHERE region = ",
        );
        let sql = sql.push_bind(self.region_of_new());
        let sql = sql.push(" AND account = ").push_bind(account);
        Ok(self.all(within(sql, window)).await?)
    }

    fn container_by_name(&self, account: &str, name: &str) -> Sql {
        Sql::new(
            "SELECT id, name, metadata, created_at, updated_at FROM object_containers c WHERE region = ",
        )
        .push_bind(self.region_of_new())
        .push(" AND account = ")
        .push_bind(account)
        .push(" AND name = ")
        .push_bind(name)
    }
}

/// Appends the condition for a range of names, the order and the limit.
pub(super) fn within(mut sql: Sql, window: &NameWindow) -> Sql {
    sql = match &window.lower {
        Some(LowerBound::From(name)) => sql.push(" AND name >= ").push_bind(name),
        Some(LowerBound::After(name)) => sql.push(" AND name > ").push_bind(name),
        None => sql,
    };
    if let Some(name) = &window.upper {
        sql = sql.push(" AND name < ").push_bind(name);
    }
    let order = if window.reverse {
        " ORDER BY name DESC"
    } else {
        " ORDER BY name"
    };
    sql.push(order)
        .limit(i64::try_from(window.limit).unwrap_or(i64::MAX))
}

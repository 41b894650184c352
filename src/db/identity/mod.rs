//! The rows of the embedded identity service, and the statements that all its resources share.

mod access_rules;
mod api_keys;
mod assignments;
mod credentials;
mod effective;
mod entities;
mod grants;
mod groups;
mod implications;
mod limits;
mod login;
mod revocation;
mod scope;
mod tokens;

pub use access_rules::AccessRule;
pub use assignments::{Assignment, AssignmentFilter};
pub use credentials::ApplicationCredential;
pub use entities::{Domain, Endpoint, Project, Region, Role, Service, User};
pub use grants::{Actor, GrantPlace, Reach};
pub use groups::Group;
pub use implications::Implication;
pub use limits::{Limit, RegisteredLimit};
pub use login::{Account, CatalogRow};
pub use scope::Scope;
pub use tokens::{NewToken, Token, TokenSummary};

use super::{Arg, Row, Session, Sql};

/// A resource that is one row of one table, whose key is the column `id`.
pub trait Entity: Row + Sync {
    /// The table's name.
    const TABLE: &'static str;
    /// Every column, `id` first.
    const COLUMNS: &'static [&'static str];
    /// The columns that lists are sorted by.
    const ORDER: &'static str;

    /// Returns the value of the column `id`.
    fn id(&self) -> &str;

    /// Returns the value of every column, in the order of [`COLUMNS`](Self::COLUMNS).
    fn values(&self) -> Vec<Arg>;
}

/// The name of a column and the value that it must have.
pub type ColumnFilter = (&'static str, Arg);

impl Session {
    /// Adds rows, all or none.
    pub async fn add_entities<E: Entity>(&mut self, entities: &[E]) -> sqlx::Result<()> {
        if entities.is_empty() {
            return Ok(());
        }
        let columns = E::COLUMNS.join(", ");
        let mut sql = Sql::new("INSERT INTO ")
            .push(E::TABLE)
            .push(&format!(" ({columns}) VALUES "));
        for (index, entity) in entities.iter().enumerate() {
            sql = sql
                .push(if index > 0 { ", " } else { "" })
                .push_tuple(entity.values());
        }
        self.run(sql).await
    }

    /// Returns the resource with this id.
    pub async fn entity<E: Entity>(&mut self, id: &str) -> sqlx::Result<Option<E>> {
        self.one(by_id::<E>(id)).await
    }

    /// Locks the resource with this id until the commit and returns it.
    pub async fn lock_entity<E: Entity>(&mut self, id: &str) -> sqlx::Result<Option<E>> {
        self.lock_one(by_id::<E>(id), E::TABLE).await
    }

    /// Returns the resources that match every filter.
    pub async fn entities<E: Entity>(&mut self, filters: &[ColumnFilter]) -> sqlx::Result<Vec<E>> {
        let mut sql = select::<E>().push(" WHERE true");
        for (column, value) in filters {
            sql = sql
                .push(&format!(" AND {column} = "))
                .push_bind(value.clone());
        }
        self.all(sql.push(" ORDER BY ").push(E::ORDER)).await
    }

    /// Replaces every column of the row with the same id.
    pub async fn put_entity<E: Entity>(&mut self, entity: &E) -> sqlx::Result<()> {
        let mut sql = Sql::new(&format!("UPDATE {} SET ", E::TABLE));
        for (index, (column, value)) in E::COLUMNS.iter().zip(entity.values()).enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            sql = sql.push(&format!("{comma}{column} = ")).push_bind(value);
        }
        // The id is the first column.
        self.run(sql.push(" WHERE id = ").push_bound(1)).await
    }

    /// Removes the row with this id and all rows that refer to it; returns `false` if there was none.
    pub async fn remove_entity<E: Entity>(&mut self, id: &str) -> sqlx::Result<bool> {
        let sql = Sql::new(&format!("DELETE FROM {} WHERE id = ", E::TABLE)).push_bind(id);
        let removed: Option<(String,)> = self.one(sql.push(" RETURNING id")).await?;
        Ok(removed.is_some())
    }
}

fn select<E: Entity>() -> Sql {
    Sql::new(&format!(
        "SELECT {} FROM {}",
        E::COLUMNS.join(", "),
        E::TABLE
    ))
}

fn by_id<E: Entity>(id: &str) -> Sql {
    select::<E>().push(" WHERE id = ").push_bind(id)
}

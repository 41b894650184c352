//! The rows of the embedded identity: what is alike in all its resources, which is nearly all.

mod assignments;
mod credentials;
mod entities;
mod limits;
mod login;
mod tokens;

pub use assignments::{Assignment, AssignmentFilter, Implication, Scope};
pub use credentials::Credential;
pub use entities::{Domain, Endpoint, Project, Region, Role, Service, User};
pub use limits::{Limit, RegisteredLimit};
pub use login::{Account, CatalogRow};
pub use tokens::{Held, NewToken, Token};

use super::{Arg, Row, Session, Sql};

/// A resource that is one row of one table, whose key is the column `id`.
pub trait Entity: Row + Sync {
    /// The table's name.
    const TABLE: &'static str;
    /// Every column, `id` first.
    const COLUMNS: &'static [&'static str];
    /// What lists are ordered by.
    const ORDER: &'static str;

    /// The value of every column, in the order of [`COLUMNS`](Self::COLUMNS).
    fn values(&self) -> Vec<Arg>;
}

/// A column's name and the value it must have.
pub type Filter = (&'static str, Arg);

impl Session {
    /// Adds rows, all or none.
    pub async fn add_entities<E: Entity>(&mut self, entities: &[E]) -> sqlx::Result<()> {
        if entities.is_empty() {
            return Ok(());
        }
        let columns = E::COLUMNS.join(", ");
        let mut sql = Sql::new("INSERT INTO ")
            .then(E::TABLE)
            .then(&format!(" ({columns}) VALUES "));
        for (place, entity) in entities.iter().enumerate() {
            sql = sql
                .then(if place > 0 { ", " } else { "" })
                .row(entity.values());
        }
        self.run(sql).await
    }

    /// The resource with this id.
    pub async fn entity<E: Entity>(&mut self, id: &str) -> sqlx::Result<Option<E>> {
        self.one(by_id::<E>(id)).await
    }

    /// The same, held until the commit.
    pub async fn hold_entity<E: Entity>(&mut self, id: &str) -> sqlx::Result<Option<E>> {
        self.hold(by_id::<E>(id), E::TABLE).await
    }

    /// Those that pass every filter.
    pub async fn entities<E: Entity>(&mut self, filters: &[Filter]) -> sqlx::Result<Vec<E>> {
        let mut sql = select::<E>().then(" WHERE true");
        for (column, value) in filters {
            sql = sql.then(&format!(" AND {column} = ")).bind(value.clone());
        }
        self.all(sql.then(" ORDER BY ").then(E::ORDER)).await
    }

    /// Writes every column anew, to the row with the same id.
    pub async fn put_entity<E: Entity>(&mut self, entity: &E) -> sqlx::Result<()> {
        let mut sql = Sql::new(&format!("UPDATE {} SET ", E::TABLE));
        for (place, (column, value)) in E::COLUMNS.iter().zip(entity.values()).enumerate() {
            let comma = if place > 0 { ", " } else { "" };
            sql = sql.then(&format!("{comma}{column} = ")).bind(value);
        }
        self.run(sql.then(" WHERE id = $1")).await
    }

    /// Removes the row with this id, and all that refers to it; tells whether there was one.
    pub async fn remove_entity<E: Entity>(&mut self, id: &str) -> sqlx::Result<bool> {
        let sql = Sql::new(&format!("DELETE FROM {} WHERE id = ", E::TABLE)).bind(id);
        let gone: Option<(String,)> = self.one(sql.then(" RETURNING id")).await?;
        Ok(gone.is_some())
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
    select::<E>().then(" WHERE id = ").bind(id)
}

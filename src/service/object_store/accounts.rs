//! Accounts: what they have, and their containers.

use super::{ObjectStore, Result};
use crate::db::ListedContainer;
use crate::domain::object_store::listing::{ListingEntry, ListingQuery, Rollup};
use crate::domain::object_store::metadata::{MetadataKind, merge};
use crate::domain::object_store::{Metadata, ObjectAccount};

/// The containers of an account.
#[derive(Debug)]
pub struct ContainerListing {
    /// The account.
    pub account: ObjectAccount,
    /// The containers, and the beginnings that several have in common.
    pub entries: Vec<ListingEntry<ListedContainer>>,
}

impl ObjectStore<'_> {
    /// Returns the caller's account. One that nothing was written to yet is empty.
    pub async fn show_account(&self) -> Result<ObjectAccount> {
        let mut db = self.app.db.read().await?;
        let found = db.object_account(self.account()?).await?;
        Ok(found.unwrap_or_else(|| ObjectAccount {
            created_at: self.app.clock.now(),
            ..ObjectAccount::default()
        }))
    }

    /// Lists the containers of the caller's account.
    pub async fn list_containers(&self, query: &ListingQuery) -> Result<ContainerListing> {
        let account = self.show_account().await?;
        let name = self.account()?;
        let mut db = self.app.db.read().await?;
        let (mut entries, mut rollup) = (Vec::new(), Rollup::new(query));
        while let Some(window) = rollup.window(entries.len()) {
            let rows = db.list_object_containers(name, &window).await?;
            if !rollup.add(rows, &window, |row| &row.name, &mut entries) {
                break;
            }
        }
        Ok(ContainerListing { account, entries })
    }

    /// Adds metadata to the caller's account; empty values remove.
    pub async fn update_account(&self, metadata: &Metadata) -> Result<()> {
        let account = self.writable_account()?;
        let mut db = self.app.db.write_to(account).await?;
        db.ensure_object_account(account, self.app.clock.now())
            .await?;
        let before = db.lock_object_account(account).await?;
        let merged = merge(MetadataKind::Account, before, metadata)?;
        db.set_object_account_metadata(account, &merged)?;
        Ok(db.commit().await?)
    }
}

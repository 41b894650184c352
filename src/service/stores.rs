//! Stores: which there are, and an image taken out of one of them.

use serde_json::Value;

use super::recovery::remove_unneeded;
use super::{Images, not_yours};
use crate::domain::caller::{CallerAsOwner, NewImageTarget};
use crate::domain::location::Location;
use crate::domain::policy::Rule;
use crate::domain::status::Status;
use crate::store::StoreEntry;
use crate::{Error, Result};

/// A store, as far as everybody may know it.
#[derive(Debug)]
pub struct Info {
    /// Its name.
    pub id: String,
    /// The description for people.
    pub description: Option<String>,
    /// Whether images go there when a request names none.
    pub default: bool,
    /// Whether nothing may be added to it.
    pub read_only: bool,
}

/// A store, as those see it who run the server.
#[derive(Debug)]
pub struct Detail {
    /// The fields that everybody may see.
    pub info: Info,
    /// Glance's name for such a store.
    pub kind: &'static str,
    /// Glance's properties of such a store.
    pub properties: Value,
    /// Images are read from the heaviest store that has them.
    pub weight: i64,
}

impl Images<'_> {
    /// The stores that requests may name.
    pub fn stores(&self) -> Result<Vec<Info>> {
        let stores = &self.app.stores;
        if !stores.is_multi_store() {
            return Err(Error::NotFound(
                "Multi backend is not supported at this site.".into(),
            ));
        }
        let info = |store_entry: &StoreEntry| Info {
            id: store_entry.id.clone(),
            description: store_entry.description.clone(),
            default: store_entry.id == stores.default().id,
            read_only: store_entry.read_only,
        };
        Ok(stores.all().map(info).collect())
    }

    /// Lists the stores with the details that only operators need.
    pub fn stores_in_detail(&self) -> Result<Vec<Detail>> {
        let stores = self.stores()?;
        let rule = Rule::StoresInfoDetail;
        let target = NewImageTarget {
            owner: self.project(),
            visibility: None,
        };
        if !self.app.allows(rule, &CallerAsOwner(self.caller), &target) {
            return Err(Error::DeniedByPolicy(rule.name()));
        }
        let detail = |(info, value): (Info, &StoreEntry)| Detail {
            info,
            kind: value.kind(),
            properties: value.properties(),
            weight: value.weight,
        };
        let stores = stores.into_iter().zip(self.app.stores.all());
        Ok(stores.map(detail).collect())
    }

    /// Takes an image out of one of the stores that have it, but never out of the last.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id, store = store))]
    pub async fn delete_from(&self, store: &str, id: &str) -> Result<()> {
        let delete = || self.try_to_delete_from(store, id);
        let db = &self.app.db;
        db.with_reserve(Error::is_database_full, delete).await
    }

    async fn try_to_delete_from(&self, store: &str, id: &str) -> Result<()> {
        if !self.app.stores.is_multi_store() {
            return Err(Error::ResourceNotFound);
        }
        let Some(entry) = self.app.stores.get(store) else {
            return Err(Error::conflict(format!(
                "The selected store {store} is not available on this node."
            )));
        };
        let mut db = self.app.db.write_to(id).await?;
        let image = match self.see_and_hold(&mut db, id).await {
            Err(Error::ImageNotFound(id)) => {
                return Err(Error::NotFound(format!("Failed to find image {id}")));
            }
            image => image?,
        };
        self.may(Rule::GetImageLocation, &image)?;
        self.may(Rule::DeleteImageLocation, &image)?;
        if image.status != Status::Active {
            return Err(Error::conflict(
                "It's not allowed to remove image data from store if image status is not 'active'"
                    .into(),
            ));
        }
        // Read with the image locked: before, another request may have taken it out of the other store.
        let locations = db.locations_of(std::slice::from_ref(&image.id)).await?;
        let locations: Vec<Location> = locations.into_iter().map(|found| found.1).collect();
        if locations.len() < 2 {
            return Err(Error::forbidden(
                "Cannot delete image data from the only store containing it. Consider deleting \
                 the image instead."
                    .into(),
            ));
        }
        let lies_here = |location: &&Location| {
            let store = self.app.stores.entry_of(location, &image.id);
            store.is_some_and(|store| store.id == entry.id)
        };
        let Some(location) = locations.iter().find(lies_here) else {
            return Err(Error::NotFound(format!(
                "Image {id} is not stored in store {store}."
            )));
        };
        self.may_write(&image, not_yours)?;
        db.remove_location(&image.id, location);
        let location = location.clone();
        let now = self.app.clock.now();
        db.transition_status(&image.id, image.status, image.status, now)
            .await?;
        let change = |image: &mut crate::domain::image::Image| image.updated_at = now;
        self.app.notify_change(&mut db, &image, change);
        // A client that goes away now does not keep the bytes from being removed.
        let (app, store) = (self.app.clone(), entry.id.clone());
        let work = async move {
            db.commit_durably().await?;
            if let Some(entry) = app.stores.get(&store) {
                remove_unneeded(&app, entry, &image.id, &location).await;
            }
            Ok(())
        };
        self.app.apart.run("a deletion", work).await
    }
}

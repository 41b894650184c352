//! Objects changed and deleted.

use super::upload::{finish, unused_after};
use super::{ObjectStore, Result, hold_container};
use crate::domain::object_store::error::ObjectStoreError;
use crate::domain::object_store::{ObjectPath, ObjectUpdate};

impl ObjectStore<'_> {
    /// Replaces the metadata of an object, and with it all other headers that are kept but the media type.
    pub async fn update_object(&self, path: &ObjectPath, update: ObjectUpdate) -> Result<()> {
        self.writable_account()?;
        let (mut db, container) = self.hold_container(&path.container).await?;
        let now = self.app.clock.now();
        let found = db.stored_object(&container.id, &path.object, now).await?;
        let object = found.ok_or(ObjectStoreError::ObjectNotFound)?;
        db.put_stored_object(&container.id, &update.apply(object, now))
            .await?;
        Ok(db.commit().await?)
    }

    /// Deletes an object and its bytes. The segments of a dynamic large object stay.
    pub async fn delete_object(&self, path: &ObjectPath) -> Result<()> {
        let account = self.writable_account()?.to_owned();
        let (app, path) = (self.app.clone(), path.clone());
        let work = async move {
            let delete = async || -> Result<()> {
                let (mut db, container) = hold_container(&app, &account, &path.container).await?;
                let now = app.clock.now();
                if db
                    .stored_object(&container.id, &path.object, now)
                    .await?
                    .is_none()
                {
                    return Err(ObjectStoreError::ObjectNotFound);
                }
                let data = db.remove_stored_object(&container.id, &path.object).await?;
                let unused = unused_after(&mut db, data.flatten()).await?;
                finish(&app, db, unused).await
            };
            let is_full = ObjectStoreError::is_database_full;
            Ok(app.db.with_reserve(is_full, delete).await)
        };
        self.app.apart.run("a deletion of an object", work).await?
    }
}

//! Tags, one at a time.

use super::Images;
use crate::db::Session;
use crate::domain::image::Image;
use crate::domain::notification::EventType;
use crate::domain::policy::Rule;
use crate::domain::quota;
use crate::{Error, Result};

impl Images<'_> {
    /// Adds a tag, if the image does not have it yet.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id, tag = tag))]
    pub async fn add_tag(&self, id: &str, tag: &str) -> Result<()> {
        self.not_read_only()?;
        let mut db = self.app.db.write_to(id).await?;
        let before = self.taggable(&mut db, id, "update").await?;
        let mut image = before.clone();
        if !image.tags.iter().any(|value| value == tag) {
            image.tags.push(tag.to_owned());
            let most = self.app.config().images.image_tag_quota;
            quota::check("tags", image.tags.len(), most).map_err(|error| {
                Error::TooLarge(format!("Image tag limit exceeded for image {id}: {error}:"))
            })?;
            quota::check_tag(tag)
                .map_err(|error| Error::Invalid(format!("Could not update image: {error}")))?;
        }
        self.may_write(&before, || refusal(id, "update"))?;
        image.updated_at = self.app.clock.now();
        db.update_image(&before, &image);
        self.app
            .notify_image(&mut db, EventType::ImageUpdate, &image);
        Ok(db.commit().await?)
    }

    /// Removes a tag.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id, tag = tag))]
    pub async fn remove_tag(&self, id: &str, tag: &str) -> Result<()> {
        self.not_read_only()?;
        let mut db = self.app.db.write_to(id).await?;
        let before = self.taggable(&mut db, id, "delete").await?;
        if !before.tags.iter().any(|value| value == tag) {
            return Err(Error::ResourceNotFound);
        }
        self.may_write(&before, || refusal(id, "delete"))?;
        let mut image = before.clone();
        image.tags.retain(|value| value != tag);
        image.updated_at = self.app.clock.now();
        db.update_image(&before, &image);
        self.app
            .notify_image(&mut db, EventType::ImageUpdate, &image);
        Ok(db.commit().await?)
    }

    async fn taggable(&self, db: &mut Session, id: &str, action: &str) -> Result<Image> {
        let image = match self.see_and_hold(db, id).await {
            Err(Error::ImageNotFound(id)) => {
                return Err(Error::NotFound(format!("Image {id} not found.")));
            }
            image => image?,
        };
        self.may_own(Rule::ModifyImage, &image, || not_allowed(id, action))?;
        Ok(image)
    }
}

fn not_allowed(id: &str, action: &str) -> String {
    format!("Not allowed to {action} tags for image {id}.")
}

fn refusal(id: &str, action: &str) -> Error {
    Error::forbidden(not_allowed(id, action))
}

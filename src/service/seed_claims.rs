//! Images whose rows come after their bytes, as those of a seed do: their ids are claimed before there is
//! a byte, like those of uploads.

use std::collections::HashSet;

use super::recovery::{give_up_dead, remove_all};
use super::seed_lock::hold;
use super::uploads::requeue;
use crate::app::App;
use crate::app::uploads::Attempt;
use crate::db::Session;
use crate::domain::image::Image;
use crate::{Error, Result};

/// Ids that this process has claimed; dropped, they are nobody's once the lease is over.
#[derive(Debug)]
pub struct Claims<'a> {
    app: &'a App,
    ids: Vec<String>,
    /// The claim, which all ids share.
    claim: String,
}

impl<'a> Claims<'a> {
    /// Claims those of these images whose ids are new; `ids` are those of all that are to come, and
    /// those of them that are known already are the answer too. What another server has claimed is
    /// waited for.
    pub async fn of(
        app: &'a App,
        ids: &[String],
        filled: &[&Image],
    ) -> Result<(Self, HashSet<String>)> {
        let claim = Attempt::new("")?.claim;
        if filled.is_empty() {
            let known = app.db.read().await?.existing_images(ids).await?;
            return Ok((Self::new(app, &[], claim), known));
        }
        loop {
            let mut db = hold(app).await?;
            if db.claimed_image_ids(ids).await?.is_empty() {
                let known = db.existing_images(ids).await?;
                let new = filled.iter().filter(|filled| !known.contains(&filled.id));
                let new: Vec<_> = new.copied().collect();
                let (server, now) = (&app.uploads.server, app.clock.system());
                db.claim_image_ids(&new, server, &claim, now).await?;
                db.commit().await?;
                return Ok((Self::new(app, &new, claim), known));
            }
            drop(db);
            // Either it comes to its end, or it dies.
            give_up_dead(app, |_| false).await?;
            tokio::time::sleep(app.config().replicas.renewal()).await;
        }
    }

    fn new(app: &'a App, images: &[&Image], claim: String) -> Self {
        let mut ids: Vec<_> = images.iter().map(|image| image.id.clone()).collect();
        // As they are renewed: whoever locks rows in another order may wait for one who waits for him.
        ids.sort_unstable();
        let claims = Self { app, ids, claim };
        for id in &claims.ids {
            app.uploads.begin(&claims.attempt(id));
        }
        claims
    }

    /// Returns the attempt to fill one of the images.
    #[must_use]
    pub fn attempt(&self, image: &str) -> Attempt {
        Attempt {
            image: image.to_owned(),
            claim: self.claim.clone(),
        }
    }

    /// Frees the ids for the rows that come with this session.
    pub async fn free(&self, db: &mut Session) -> Result<()> {
        if db.release_image_ids(&self.ids, &self.claim).await? == self.ids.len() {
            return Ok(());
        }
        let words = "Another server took this one for dead while it planted a seed.";
        Err(Error::conflict(words.into()))
    }

    /// Gives the ids up, and removes the bytes that came.
    pub async fn give_up(self) {
        for id in &self.ids {
            let attempt = self.attempt(id);
            let removal = remove_all(self.app, &attempt);
            if let Err(error) = Box::pin(requeue(self.app, &attempt, removal, false)).await {
                // The claim stays, nobody renews it, and so it is given up like one of the dead.
                let cause = &error as &dyn std::error::Error;
                tracing::error!(error = cause, image = %id, "cannot release the claim of a seed's image; it expires with its lease");
            }
        }
    }
}

impl Drop for Claims<'_> {
    fn drop(&mut self) {
        for id in &self.ids {
            self.app.uploads.end(&self.attempt(id));
        }
    }
}

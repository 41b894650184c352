//! A location for a queued image, where its bytes already are: asked for here, in a request; added by
//! `work::location`, in a task.

use serde_json::Map;

use super::Images;
use super::task_lock::lost;
use super::tasks::draft;
use crate::domain::image::Image;
use crate::domain::new_location::NewLocation;
use crate::domain::notification::EventType;
use crate::domain::policy::{PolicyCredentials, Rule};
use crate::domain::status::Status;
use crate::domain::task::{NewTask, TaskKind};
use crate::domain::validation;
use crate::source::fetch::Fetcher;
use crate::{Error, Result};

impl Images<'_> {
    /// Has an image be given a location, in a task: this returns once that is asked for, in the
    /// request of this name.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn locate(&self, id: &str, new: NewLocation, request: &str) -> Result<()> {
        self.not_read_only()?;
        let image = self.find(id).await?;
        waits(&image)?;
        self.may(Rule::AddImageLocation, &image)?;
        let web = self.app.stores.http().is_some();
        let service = self.caller.has_role("service") || self.caller.has_service_role("service");
        let open = web && new.url.starts_with("http");
        if !(service || open) {
            return Err(Error::forbidden(
                "http store must be enabled to use location API by normal user.".into(),
            ));
        }
        let algorithm = self.app.config().images.hashing_algorithm.as_str();
        validation::check_hash(&new.validation, algorithm)?;
        self.may_fetch(&new.url).await?;
        let mut db = self.app.db.read().await?;
        self.not_locked(&mut db, &image).await?;
        drop(db);
        self.enqueue_location(&image.id, new, request).await
    }

    async fn may_fetch(&self, url: &str) -> Result<()> {
        let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
        let web = ["http", "https"]
            .iter()
            .any(|value| scheme.eq_ignore_ascii_case(value));
        if !web {
            return Ok(());
        }
        let fetch = Fetcher::new(&self.app.config().filter);
        let checked = fetch.filter().check(url).await;
        checked.map(drop).map_err(|_| {
            Error::Invalid(format!(
                "URI for add location does not pass filtering: {url}"
            ))
        })
    }

    /// Locks the image and adds the task, unless somebody else was faster.
    async fn enqueue_location(&self, id: &str, new: NewLocation, request: &str) -> Result<()> {
        let mut db = self.app.db.write_to(id).await?;
        let image = self.see_and_hold(&mut db, id).await?;
        waits(&image)?;
        let expired = self.not_locked(&mut db, &image).await;
        let expired = expired.map_err(|error| lost(id, error))?;
        let mut input = Map::new();
        input.insert("image_id".into(), image.id.clone().into());
        input.insert("loc_url".into(), new.url.into());
        input.insert("validation_data".into(), new.validation.into());
        let kind = TaskKind::LocationImport;
        let task = draft(self.app, self.caller, &NewTask { kind, input }, request);
        if !self.caller.can_change(&image) {
            self.fail_at_once(&mut db, &task);
            return Ok(db.commit().await?);
        }
        self.lock(&mut db, &image, &task, expired.as_ref());
        db.insert_task(&task, None);
        let created = EventType::TaskCreate;
        self.app.notify_task(&mut db, created, &task, task.status);
        let name = image.name.as_deref();
        let following = self.app.follow(Some(&image.id), name, Some(&task.id));
        db.commit().await?;
        if let Some(following) = following {
            following.leave();
        }
        self.app.queue.wake();
        Ok(())
    }
}

/// Refuses an image that does not wait for its bytes.
fn waits(image: &Image) -> Result<()> {
    let status = image.status;
    if status == Status::Queued {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "It's not allowed to add locations if image status is {status}."
    )))
}

//! Imports: asked for here, in a request; done by `work::import`, in a task.

use serde_json::{Map, Value, json};

use super::limits::Allowance;
use super::task_lock::lost;
use super::tasks::draft;
use super::{Images, endpoint_reach};
use crate::app::task_queue::TaskSecret;
use crate::domain::image::Image;
use crate::domain::import::{ImportMethod, ImportRequest};
use crate::domain::limits::LimitedResource;
use crate::domain::notification::EventType;
use crate::domain::policy::Rule;
use crate::domain::task::{NewTask, TaskKind};
use crate::identity::catalog::EndpointQuery;
use crate::source::fetch::Fetcher;
use crate::{Error, Result};

/// The facts of an import's request besides its body.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Its name.
    pub request: String,
    /// The store that its header names.
    pub store: Option<String>,
}

impl Images<'_> {
    /// Has data imported, in a task: this returns once that is asked for.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn import(&self, id: &str, asked: ImportRequest, origin: Origin) -> Result<()> {
        self.not_read_only()?;
        let allowance = Allowance::of(self.app, self.caller).await?;
        allowance
            .check_bytes(self.app, LimitedResource::Size, None)
            .await?;
        let image = self.find(id).await?;
        self.fits(&asked, &image)?;
        let mut db = self.app.db.read().await?;
        self.not_locked(&mut db, &image).await?;
        drop(db);
        let stores = self.targets(&asked, &image, origin.store.as_deref())?;
        if stores.is_empty() {
            // Every store has the data already.
            return Ok(());
        }
        if asked.method == ImportMethod::WebDownload {
            self.passes_filter(&asked).await?;
        }
        let secret = self.secret(&asked).await?;
        self.enqueue(&image.id, asked, stores, &origin.request, secret)
            .await
    }

    /// Returns what an import from another Glance needs to get there.
    async fn secret(&self, asked: &ImportRequest) -> Result<Option<TaskSecret>> {
        let (ImportMethod::GlanceDownload, Some(token)) = (asked.method, &self.caller.token) else {
            return Ok(None);
        };
        let sought = EndpointQuery {
            kind: "image",
            region: asked.field("glance_region").unwrap_or_default(),
            interface: asked.field("glance_service_interface").unwrap_or_default(),
        };
        Ok(Some(TaskSecret {
            token: token.clone(),
            endpoint: self.app.endpoint(self.caller, sought).await?,
        }))
    }

    fn fits(&self, asked: &ImportRequest, image: &Image) -> Result<()> {
        asked.check_image(image)?;
        let rule = match asked.method {
            ImportMethod::CopyImage => Rule::CopyImage,
            _ => Rule::ModifyImage,
        };
        self.may(rule, image)
    }

    /// The stores to fill; none, where all of them have the data.
    fn targets(
        &self,
        asked: &ImportRequest,
        image: &Image,
        header: Option<&str>,
    ) -> Result<Vec<Option<String>>> {
        let invalid = |text: &str| Err(Error::Invalid(text.to_owned()));
        let stores = &self.app.stores;
        if !stores.is_multi_store() {
            return only_store(asked);
        }
        let named = asked.stores.as_deref();
        if asked.all_stores && (named.is_some() || header.is_some()) {
            return invalid(
                "All_stores parameter can't be used with x-image-meta-store header or stores \
                 parameter",
            );
        }
        if named.is_some() && header.is_some() {
            return invalid(
                "Stores parameter and x-image-meta-store header can't be both specified",
            );
        }
        let mut ids: Vec<String> = if asked.all_stores {
            let all = stores.all().filter(|store| !store.read_only);
            all.map(|value| value.id.clone()).collect()
        } else if let Some(named) = named {
            named.to_vec()
        } else {
            vec![header.unwrap_or(&stores.default().id).to_owned()]
        };
        if let Some(unknown) = ids.iter().find(|id| stores.get(id).is_none()) {
            let text = format!("Store for identifier {unknown} not found");
            return Err(Error::conflict(text));
        }
        if asked.method == ImportMethod::CopyImage {
            let there = |id: &String| {
                let mut there = image.locations.iter();
                there.any(|there| {
                    stores
                        .entry_of(there, &image.id)
                        .is_some_and(|entry_of| entry_of.id == *id)
                })
            };
            if asked.all_stores {
                ids.retain(|id| !there(id));
            } else if let Some(id) = ids.iter().find(|id| there(id)) {
                let text = format!("Image is already present at store '{id}'");
                return Err(Error::Invalid(text));
            }
        }
        Ok(ids.into_iter().map(Some).collect())
    }

    async fn passes_filter(&self, asked: &ImportRequest) -> Result<()> {
        let fetch = Fetcher::new(&self.app.config().filter);
        let uri = asked.field("uri").unwrap_or_default();
        if fetch.filter().check(uri).await.is_ok() {
            return Ok(());
        }
        Err(Error::Invalid(format!(
            "URI for web-download does not pass filtering: {}",
            shown(asked.value("uri"))
        )))
    }

    /// Locks the image and adds the task, unless somebody else was faster.
    async fn enqueue(
        &self,
        id: &str,
        asked: ImportRequest,
        stores: Vec<Option<String>>,
        request: &str,
        secret: Option<TaskSecret>,
    ) -> Result<()> {
        let mut db = self.app.db.write_to(id).await?;
        let image = self.see_and_hold(&mut db, id).await?;
        let slower = |error| lost(id, error);
        asked.check_image(&image).map_err(slower)?;
        // Data that is still coming, or whose server died: it may be put back at any moment.
        let being_staged = db.uploading_images(std::slice::from_ref(&image.id));
        if !being_staged.await?.is_empty() {
            return Err(Error::conflict(
                "Image needs to be staged before 'glance-direct' method can be used".into(),
            ));
        }
        let expired = self.not_locked(&mut db, &image).await.map_err(slower)?;
        let copies = asked.method == ImportMethod::CopyImage;
        let mut input = Map::new();
        input.insert("image_id".into(), image.id.clone().into());
        input.insert("import_req".into(), asked.body.into());
        input.insert("backend".into(), json!(stores));
        endpoint_reach::record_in(self.app, &mut input);
        let kind = TaskKind::ApiImageImport;
        let task = draft(self.app, self.caller, &NewTask { kind, input }, request);
        // The task of a copy-image writes as an admin.
        if !copies && !self.caller.can_change(&image) {
            self.fail_at_once(&mut db, &task);
            return Ok(db.commit().await?);
        }
        self.lock(&mut db, &image, &task, expired.as_ref());
        // Only this server knows the token.
        let first = secret.is_some();
        let first = first.then(|| (&*self.app.uploads.server, self.app.clock.system()));
        db.insert_task(&task, first);
        let created = EventType::TaskCreate;
        self.app.notify_task(&mut db, created, &task, task.status);
        if let Some(secret) = secret {
            self.app.queue.entrust(&task.id, secret);
        }
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

/// The store of a server that has one, which goes without a name.
fn only_store(asked: &ImportRequest) -> Result<Vec<Option<String>>> {
    if asked.method == ImportMethod::CopyImage {
        return Err(Error::Invalid(
            "There is one store only, and the image is already present there".into(),
        ));
    }
    if !asked.must_succeed {
        let uri = shown(asked.value("uri"));
        return Err(Error::Invalid(format!(
            "All_stores_must_succeed can only be set with enabled_backends {uri}"
        )));
    }
    Ok(vec![None])
}

/// A value as Glance puts it into a sentence.
fn shown(value: &Value) -> String {
    let text = value.as_str().map(str::to_owned);
    text.unwrap_or_else(|| crate::domain::text::python_repr(value))
}

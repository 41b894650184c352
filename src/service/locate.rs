//! Gives a queued image a location, where its bytes already are: asked for in a request, done after it.
//!
//! Each step looks at what is there, so that whoever does the work again changes nothing twice.

use clap::ValueEnum;
use futures_util::TryStreamExt;

use super::Images;
use super::data::Running;
use crate::app::App;
use crate::config::Algorithm;
use crate::db::Session;
use crate::domain::image::{Data, Image};
use crate::domain::location::Location;
use crate::domain::new_location::NewLocation;
use crate::domain::policy::{Credentials, Rule};
use crate::domain::range::Part;
use crate::domain::status::Status;
use crate::domain::{formats, validation};
use crate::source::fetch::Fetch;
use crate::store::{Content, Hasher};
use crate::{Error, Result};

/// The task that an image is locked by.
const LOCK: &str = "os_glance_import_task";

impl Images<'_> {
    /// Has an image be given a location: this returns once that is asked for.
    pub async fn locate(&self, id: &str, new: NewLocation) -> Result<()> {
        self.not_read_only()?;
        let image = self.see(&mut self.app.db.read().await?, id).await?;
        if image.status != Status::Queued {
            let status = image.status;
            return Err(Error::Conflict(format!(
                "It's not allowed to add locations if image status is {status}."
            )));
        }
        self.may(Rule::AddImageLocation, &image)?;
        let web = self.app.stores.all().any(|it| it.store.is_web());
        let service = self.caller.has_role("service") || self.caller.has_service_role("service");
        let open = web && new.url.starts_with("http");
        if !(service || open) {
            return Err(Error::Forbidden(
                "http store must be enabled to use location API by normal user.".into(),
            ));
        }
        let algorithm = self.app.config.images.hashing_algorithm.word();
        validation::check_hash(&new.validation, algorithm)?;
        self.may_fetch(&new.url).await?;
        if image.properties.contains_key(LOCK) {
            return Err(Error::Conflict("Image has active task".into()));
        }
        let app = self.app.clone();
        tokio::spawn(async move {
            let work = Work {
                app,
                id: image.id,
                new,
            };
            if let Err(error) = work.run().await {
                let cause = &error as &dyn std::error::Error;
                tracing::warn!(error = cause, image = work.id, "a location was not added");
            }
        });
        Ok(())
    }

    async fn may_fetch(&self, url: &str) -> Result<()> {
        let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
        let web = ["http", "https"]
            .iter()
            .any(|it| scheme.eq_ignore_ascii_case(it));
        if !web {
            return Ok(());
        }
        let fetch = Fetch::new(&self.app.config.filter);
        let checked = fetch.filter().check(url).await;
        checked.map(drop).map_err(|_| {
            Error::Invalid(format!(
                "URI for add location does not pass filtering: {url}"
            ))
        })
    }
}

fn elsewhere() -> Error {
    Error::Internal("the image is no longer where it was".into())
}

/// An image that is to have a location.
struct Work {
    app: App,
    id: String,
    new: NewLocation,
}

impl Work {
    async fn run(&self) -> Result<()> {
        let (location, content) = self.look().await?;
        let size = i64::try_from(content.size()).ok();
        let image = self.place(&location, size).await?;
        // Glance attaches the location all the same.
        formats::formats_set(&image)?;
        let claims = !self.new.validation.is_empty();
        if !self.app.config.location.do_secure_hash {
            let believed = |name| self.claim(name).map(str::to_owned);
            let data = Data {
                os_hash_algo: believed("os_hash_algo"),
                os_hash_value: believed("os_hash_value"),
                ..image.data
            };
            return self
                .advance(Status::Queued, Status::Active, Some(data))
                .await;
        }
        if !claims {
            self.advance(Status::Queued, Status::Active, None).await?;
            let data = self.hash(content, image.data).await?;
            return self
                .advance(Status::Active, Status::Active, Some(data))
                .await;
        }
        self.begin().await?;
        let running = Running::new(&self.app, &self.id);
        let done = match self.verify(content, image.data).await {
            Ok(data) => self.end(Status::Active, Some(data)).await,
            Err(error) => self.end(Status::Queued, None).await.and(Err(error)),
        };
        drop(running);
        done
    }

    /// Claims the image while its bytes are read, as an upload does: when this server dies, it is put
    /// back by another or by the next.
    async fn begin(&self) -> Result<()> {
        let (mut db, _) = self.write().await?;
        let now = self.app.clock.now();
        let (from, to) = (Status::Queued, Status::Importing);
        if !db.advance_image(&self.id, from, to, now).await? {
            return Err(elsewhere());
        }
        let (server, at) = (&self.app.uploads.server, self.app.clock.system());
        db.insert_upload(&self.id, server, at).await?;
        Ok(db.commit().await?)
    }

    /// Moves the image on, if it still is this server's.
    async fn end(&self, to: Status, data: Option<Data>) -> Result<()> {
        let (mut db, _) = self.write().await?;
        let (id, now) = (&self.id, self.app.clock.now());
        let ours = db.remove_upload(id, &self.app.uploads.server).await?;
        if !ours || !db.advance_image(id, Status::Importing, to, now).await? {
            return Err(elsewhere());
        }
        if let Some(data) = data {
            db.record_data(id, &data);
        }
        Ok(db.commit().await?)
    }

    fn claim(&self, name: &str) -> Option<&str> {
        self.new.validation.get(name)?.as_str()
    }

    /// The location, and what is there.
    async fn look(&self) -> Result<(Location, Content)> {
        let url = &self.new.url;
        let wrong = || Error::Invalid("Invalid location".into());
        let named = self.app.stores.having(url).ok_or_else(wrong)?;
        let content = named.store.open(url).await?;
        let content = content.filter(|it| it.size() > 0).ok_or_else(wrong)?;
        let location = self.app.stores.placed(url, serde_json::Map::new());
        Ok((location, content))
    }

    /// Adds the location, unless it is there.
    async fn place(&self, location: &Location, size: Option<i64>) -> Result<Image> {
        let (mut db, mut image) = self.write().await?;
        if image.status != Status::Queued {
            return Err(Error::Transition {
                from: image.status,
                to: Status::Active,
            });
        }
        if !image.locations.iter().any(|it| it.url == location.url) {
            db.insert_location(&image.id, location);
        }
        image.data.size = image.data.size.or(size);
        db.record_data(&image.id, &image.data);
        db.commit().await?;
        Ok(image)
    }

    /// Moves the image on, and records what is known of its bytes.
    async fn advance(&self, from: Status, to: Status, data: Option<Data>) -> Result<()> {
        let (mut db, _) = self.write().await?;
        let now = self.app.clock.now();
        if !db.advance_image(&self.id, from, to, now).await? {
            return Err(elsewhere());
        }
        if let Some(data) = data {
            db.record_data(&self.id, &data);
        }
        Ok(db.commit().await?)
    }

    async fn write(&self) -> Result<(Session, Image)> {
        let mut db = self.app.db.write().await?;
        match db.hold_image(&self.id, None).await? {
            Some(found) => Ok((db, found.image)),
            None => Err(Error::NoImage(self.id.clone())),
        }
    }

    /// Reads the bytes and holds them to what the client said of them.
    async fn verify(&self, content: Content, known: Data) -> Result<Data> {
        let data = self.hash(content, known).await?;
        let claimed = self.claim("os_hash_value");
        if claimed != data.os_hash_value.as_deref() {
            return Err(Error::Invalid(format!(
                "os_hash_value: ({}) not matched with actual os_hash_value: ({})",
                claimed.unwrap_or_default(),
                data.os_hash_value.unwrap_or_default()
            )));
        }
        Ok(data)
    }

    /// What the bytes hash to; tried again as often as the settings say.
    async fn hash(&self, content: Content, known: Data) -> Result<Data> {
        let algorithm = match self.claim("os_hash_algo") {
            Some(word) => Algorithm::value_variants()
                .iter()
                .find(|it| it.word() == word),
            None => Some(&self.app.config.images.hashing_algorithm),
        };
        let algorithm = *algorithm.ok_or_else(|| Error::Internal("no such hash".into()))?;
        let mut tries = self.app.config.location.http_retries;
        loop {
            tries = tries.saturating_sub(1);
            match read(content.clone(), algorithm).await {
                Ok((checksum, hash)) => {
                    return Ok(Data {
                        checksum: Some(checksum),
                        os_hash_algo: Some(algorithm.word().to_owned()),
                        os_hash_value: Some(hash),
                        ..known
                    });
                }
                Err(error) if tries == 0 => return Err(error.into()),
                Err(error) => tracing::info!(%error, image = self.id, "hashing is tried again"),
            }
        }
    }
}

/// Both hashes of the bytes.
async fn read(content: Content, algorithm: Algorithm) -> std::io::Result<(String, String)> {
    let mut checksum = Hasher::new(Algorithm::Md5);
    let mut hash = Hasher::new(algorithm);
    let end = content.size().saturating_sub(1);
    let mut bytes = std::pin::pin!(content.part(Part { start: 0, end }));
    while let Some(chunk) = bytes.try_next().await? {
        checksum.feed(&chunk);
        hash.feed(&chunk);
    }
    Ok((checksum.finish(), hash.finish()))
}

//! Opening a cloud: its directory, its database, its bytes; and putting right what a crash left.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use arc_swap::ArcSwap;

use super::hold::Hold;
use super::places::{claim_stores, cloud_name};
use super::protection;
use super::rules::Rules;
use super::{Apart, App, Parts};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::domain::schema::{Custom, Schemas};
use crate::identity::Keystone;
use crate::service::cache::{self, Cache};
use crate::service::data::Uploads;
use crate::service::queue::Queue;
use crate::service::recovery::recover;
use crate::store::{Stores, StoresError};
use crate::{Error, identity};

/// Why a cloud could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its directory cannot be used.
    #[error("the data directory {} cannot be used: {reason}", .path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// Another server uses its directory.
    #[error("another lookalike uses the data directory {}: stop it, or give this one another --data", .0.display())]
    InUse(PathBuf),
    /// The bytes in its directory belong to another database.
    #[error("the images in {} belong to another database: give another --data, or the --database-url that they came with", .0.display())]
    Foreign(PathBuf),
    /// The bytes in a store belong to another database, or to nobody that is known.
    #[error(
        "there are images in {0} that belong to another database: give the store a place of its own, or the --database-url that they came with"
    )]
    ForeignStore(String),
    /// A store does not answer.
    #[error("the store {place} cannot be used: {reason}")]
    Store {
        /// Where it is.
        place: String,
        /// Why not.
        reason: io::Error,
    },
    /// The file of policy rules cannot be used.
    #[error("the policy file {} cannot be used: {reason}", .path.display())]
    Policy {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A file of metadata definitions cannot be loaded.
    #[error("the metadata definitions {} cannot be loaded: {reason}", .path.display())]
    Metadefs {
        /// The file, or the directory.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The file of custom properties cannot be used.
    #[error("the schema file {} cannot be used: {reason}", .path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The Keystone elsewhere that is named cannot be used.
    #[error(transparent)]
    Keystone(#[from] crate::identity::Unusable),
    /// Its database cannot be opened.
    #[error(transparent)]
    Database(#[from] crate::db::OpenError),
    /// Its stores cannot be opened.
    #[error(transparent)]
    Stores(#[from] StoresError),
    /// The directory of its image cache cannot be used.
    #[error("the image cache {} cannot be used: {reason}", .path.display())]
    Cache {
        /// The directory.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// What is in it cannot be put right.
    #[error("{}", with_cause(.0))]
    Contents(#[from] Error),
}

fn with_cause(error: &Error) -> String {
    use std::error::Error as _;
    error
        .source()
        .map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

/// What a cloud begins with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Begin {
    /// With what is there already.
    AsLeft,
    /// With nothing, whatever is there: that is removed.
    Anew,
}

impl App {
    /// Opens the cloud that the settings describe; makes it if it is not there.
    pub async fn open(config: Config, hold: &mut Hold, begin: Begin) -> Result<Self, OpenError> {
        let app = Self::assemble(config, &hold.name).await?;
        if begin == Begin::Anew {
            app.wipe().await?;
        }
        let config = app.config();
        if app.keystone.is_none() {
            identity::bootstrap(&app, &mut hold.password).await?;
            identity::register(&app).await?;
        }
        if !config.ephemeral {
            claim_directory(&app, &mut hold.cloud).await?;
        }
        claim_stores(&app, &mut hold.cloud).await?;
        Box::pin(recover(&app, &hold.gone())).await?;
        super::metadefs::load_files(&app).await?;
        cache::tidy(&app).await?;
        hold.bury(&config.data)?;
        Ok(app)
    }

    /// The cloud with all its parts, but as they were found.
    async fn assemble(config: Config, server: &str) -> Result<Self, OpenError> {
        let url = match &config.database_url {
            Some(url) => url.clone(),
            None if config.ephemeral => "sqlite::memory:".into(),
            None => format!(
                "sqlite://{}",
                config.data.join("lookalike.sqlite").display()
            ),
        };
        let wait = Duration::from_secs(config.database_wait.into());
        let db = Db::open_within(&url, config.durability, wait).await?;
        let stores = Stores::open(&config, &db)?;
        let schemas = schemas(&config)?;
        let protection = protection::load(&config.rules);
        let policy = Rules::open(&config, protection.policies())?;
        Ok(Self::new(Parts {
            db,
            stores,
            clock: Clock::default(),
            cache: image_cache(&config)?,
            policy,
            protection,
            schemas,
            keystone: Keystone::named(&config.keystone)?,
            uploads: Uploads::new(server.to_owned()),
            queue: Queue::default(),
            apart: Apart::default(),
            settings: ArcSwap::from_pointee(config),
        }))
    }

    /// Removes all rows and all bytes.
    async fn wipe(&self) -> Result<(), OpenError> {
        self.db.empty().await.map_err(Error::from)?;
        let named = self.stores.all().filter(|it| !it.read_only);
        for store in named.map(|it| &it.store).chain([self.stores.staging()]) {
            let wrong = |reason| OpenError::Store {
                place: store.url(""),
                reason,
            };
            let kept = store.kept().await.map_err(wrong)?;
            for image in kept.begun {
                store.delete_begun(&image).await.map_err(wrong)?;
            }
            for image in kept.whole {
                store.delete(&image).await.map_err(wrong)?;
            }
        }
        Ok(())
    }

    /// Says that it is over. Everything acknowledged is safe already, and tasks that were begun are
    /// left to other servers or to the next start.
    pub async fn close(&self) {
        // What was begun here need not wait until the others miss this server.
        if let Err(error) = crate::service::queue::leave(self).await {
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(error = cause, "tasks were not left to others");
        }
        self.db.close().await;
    }
}

/// The schemas, with the custom properties that the settings name a file of.
fn schemas(config: &Config) -> Result<Schemas, OpenError> {
    let file = config.rules.schema_image_file.as_deref();
    let custom = match file.filter(|it| !it.as_os_str().is_empty()) {
        None => Custom::default(),
        Some(file) => {
            let wrong = |reason| OpenError::Schema {
                path: file.to_owned(),
                reason,
            };
            let text = fs::read_to_string(file).map_err(|it| wrong(it.to_string()))?;
            let read = Custom::read(&text, &Schemas::fields()?);
            read.map_err(|it| wrong(it.to_string()))?
        }
    };
    let images = &config.images;
    let (disks, containers) = (&images.disk_formats, &images.container_formats);
    Ok(Schemas::new(disks, containers, &custom)?)
}

pub(super) fn unusable(directory: &Path, reason: io::Error) -> OpenError {
    let path = directory.to_owned();
    OpenError::Directory { path, reason }
}

/// The image cache that the settings ask for, if they do.
fn image_cache(config: &Config) -> Result<Option<Cache>, OpenError> {
    Cache::open(config).map_err(|reason| OpenError::Cache {
        path: config.cache.image_cache_dir.clone().unwrap_or_default(),
        reason,
    })
}

/// Sees that the bytes in the directory are this database's: what no image needs is swept.
async fn claim_directory(app: &App, known: &mut Option<String>) -> Result<(), OpenError> {
    let directory = &app.config().data;
    let wrong = |it| unusable(directory, it);
    let cloud = cloud_name(app, known).await?;
    let mark = directory.join("cloud");
    match fs::read_to_string(&mark) {
        Ok(found) if found.trim() == cloud => Ok(()),
        Ok(_) => Err(OpenError::Foreign(directory.clone())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::write(&mark, cloud).map_err(wrong)
        }
        Err(error) => Err(wrong(error)),
    }
}

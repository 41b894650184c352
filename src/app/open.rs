//! Opening a cloud: its directory, its database, its bytes; and putting right what a crash left.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use super::name::{Grave, graves, live};
use super::{App, Parts};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::domain::policy::Policy;
use crate::domain::schema::Schemas;
use crate::identity::Keystone;
use crate::service::data::Uploads;
use crate::service::recovery::{Gone, recover};
use crate::store::{Stores, StoresError};
use crate::{Error, identity};

/// Glance's own rules; compiled once for all clouds of a process.
static DEFAULT_POLICY: LazyLock<Arc<Policy>> = LazyLock::new(|| Arc::new(Policy::defaults()));

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
    /// The Keystone elsewhere that is named cannot be used.
    #[error(transparent)]
    Keystone(#[from] crate::identity::Unusable),
    /// Its database cannot be opened.
    #[error(transparent)]
    Database(#[from] crate::db::OpenError),
    /// Its stores cannot be opened.
    #[error(transparent)]
    Stores(#[from] StoresError),
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

impl App {
    /// Opens the cloud that the settings describe; makes it if it is not there.
    pub async fn open(config: Config) -> Result<Self, OpenError> {
        let elsewhere = config
            .database_url
            .as_deref()
            .is_some_and(|it| it.starts_with("postgres"));
        let name = server_name()?;
        let (lock, dead) = match (config.ephemeral, elsewhere) {
            (true, _) => (None, Vec::new()),
            (false, false) => (Some(lock(&config.data)?), Vec::new()),
            // Servers that share a PostgreSQL may share a directory as well.
            (false, true) => share(&config.data, &name)?,
        };
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
        let stores = Stores::open(&config)?;
        let schemas = Schemas::new(
            &config.images.disk_formats,
            &config.images.container_formats,
        )?;
        let app = Self::new(Parts {
            db,
            stores,
            clock: Clock::default(),
            policy: policy(&config)?,
            schemas,
            keystone: Keystone::named(&config.keystone)?,
            uploads: Uploads::new(name),
            config,
            lock,
        });
        if app.keystone.is_none() {
            identity::bootstrap(&app).await?;
            identity::register(&app).await?;
        }
        if !app.config.ephemeral {
            claim_directory(&app).await?;
        }
        let gone = if elsewhere {
            Gone::These(dead.iter().map(|it| it.name.clone()).collect())
        } else {
            Gone::All
        };
        recover(&app, &gone).await?;
        super::metadefs::load_files(&app).await?;
        for grave in dead {
            grave.close().map_err(|it| unusable(&app.config.data, it))?;
        }
        Ok(app)
    }

    /// Says that it is over. Everything acknowledged is safe already.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

/// The rules that the settings ask for.
fn policy(config: &Config) -> Result<Arc<Policy>, OpenError> {
    let new_defaults = config.images.enforce_new_defaults;
    let Some(path) = &config.images.policy_file else {
        return Ok(if new_defaults {
            Arc::clone(&DEFAULT_POLICY)
        } else {
            Arc::new(Policy::with_legacy_defaults())
        });
    };
    let wrong = |reason: String| OpenError::Policy {
        path: path.clone(),
        reason,
    };
    let text = fs::read_to_string(path).map_err(|it| wrong(it.to_string()))?;
    let policy = Policy::read(&text, new_defaults).map_err(|it| wrong(it.to_string()))?;
    for name in policy.undefined() {
        tracing::warn!(
            rule = name,
            "a policy rule is named but not defined: `default` stands for it"
        );
    }
    Ok(Arc::new(policy))
}

fn unusable(directory: &Path, reason: io::Error) -> OpenError {
    let path = directory.to_owned();
    OpenError::Directory { path, reason }
}

/// A name that no other server has.
fn server_name() -> Result<String, Error> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(format!("{:016x}", u64::from_ne_bytes(bytes)))
}

/// Makes the directory this process's, as long as the file is held.
fn lock(directory: &Path) -> Result<File, OpenError> {
    let wrong = |it| unusable(directory, it);
    fs::create_dir_all(directory).map_err(wrong)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(directory.join("lock"))
        .map_err(wrong)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(directory.to_owned())),
        Err(TryLockError::Error(error)) => Err(wrong(error)),
    }
}

/// Makes this process one of those that use the directory, as long as the file is held; and tells
/// those that did and are no more.
fn share(directory: &Path, name: &str) -> Result<(Option<File>, Vec<Grave>), OpenError> {
    let wrong = |it| unusable(directory, it);
    let servers = directory.join("servers");
    fs::create_dir_all(&servers).map_err(wrong)?;
    let dead = graves(&servers).map_err(wrong)?;
    Ok((live(&servers, name).map_err(wrong)?, dead))
}

/// Sees that the bytes in the directory are this database's: what no image needs is swept.
async fn claim_directory(app: &App) -> Result<(), OpenError> {
    let directory = &app.config.data;
    let wrong = |it| unusable(directory, it);
    let mut db = app.db.write().await.map_err(Error::from)?;
    let cloud = db.cloud(&app.new_id().to_string()).await?;
    db.commit().await.map_err(Error::from)?;
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

//! What a server holds as long as it runs, whatever becomes of the cloud meanwhile: its name, and the
//! directory that no other may come upon.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use super::database_lock::lock_database;
use super::error::OpenError;
use super::error::unusable;
use super::open_mode::OpenMode;
use super::rollback::Rollback;
use super::seed::{SeedFileError, read_all};
use super::server_files::{DeadServer, dead_servers, live};
use crate::app::App;
use crate::app::settings::CompiledSettings;
use crate::config::Config;
use crate::db::{DatabaseTemplate, Db};
use crate::domain::seed::Seed;
use crate::runtime::durable::create_directory;
use crate::runtime::random::{system_bytes, system_hex};
use crate::service::recovery::DeadServers;

/// A server's own name and place.
#[derive(Debug)]
pub struct DataLease {
    /// The name that this process claims its work by.
    pub(crate) name: String,
    /// The secret from which the ids of the initial rows are derived, so that a reset keeps them.
    pub(crate) secret: [u8; 32],
    /// The name of the database, once it is known: a reset does not change it.
    pub(crate) cloud: Option<String>,
    /// The data that is the same after each reset.
    pub(crate) known: WarmStart,
    /// Whether there was data when it started.
    pub found: bool,
    /// The seed of the dialect, which is applied before the others.
    pub dialect_seed: Option<Seed>,
    /// The seeds that are applied at each start.
    pub seeds: Vec<Seed>,
    /// The cloud that gave way, as long as no other is in its place.
    pub(crate) before: Option<Rollback>,
    dead: Vec<DeadServer>,
    shared: bool,
    /// To hold them is all their use.
    _lock: Option<File>,
    _database_lock: Option<File>,
}

/// What a cloud makes when it is first opened, and need not make again: neither for its next
/// beginning, nor for a cloud beside it.
#[derive(Clone, Debug, Default)]
pub struct WarmStart {
    /// The compiled settings, where they depend on no file.
    pub(crate) made: Option<CompiledSettings>,
    /// All that it begins with, where that can be copied.
    pub(crate) start: Option<DatabaseTemplate>,
    /// The first password as it is kept, which is dear to make.
    pub(crate) password: Option<String>,
}

impl WarmStart {
    /// Returns the warm start of a cloud that begins with other seeds.
    #[must_use]
    pub fn without_start(self) -> Self {
        Self {
            start: None,
            ..self
        }
    }
}

impl DataLease {
    /// Spares the cloud what is known already of another with such settings.
    pub fn learn(&mut self, known: WarmStart, config: &Config) {
        let made = known.made.map(|made| made.with(config.clone()));
        self.known = WarmStart { made, ..known };
    }

    /// Returns the compiled data that another cloud can share.
    #[must_use]
    pub fn known(&self) -> WarmStart {
        self.known.clone()
    }

    /// Takes the place that the settings name.
    pub fn take(config: &Config) -> Result<Self, OpenError> {
        let seeds = read_all(&config.seeds.seed)?;
        let dialect_seed = dialect_seed(config)?;
        let shared = config.on_postgres();
        let name = system_hex::<8>()?;
        let mut secret = [0; 32];
        system_bytes(&mut secret)?;
        let (lock, dead) = match (config.ephemeral, shared) {
            (true, _) => (None, Vec::new()),
            (false, false) => (Some(lock(&config.data)?), Vec::new()),
            // Servers that share a PostgreSQL may share a directory as well.
            (false, true) => share(&config.data, &name)?,
        };
        let database_lock = lock_database(config)?;
        Ok(Self {
            name,
            secret,
            cloud: None,
            known: WarmStart::default(),
            found: false,
            dialect_seed,
            seeds,
            before: None,
            dead,
            shared,
            _lock: lock,
            _database_lock: database_lock,
        })
    }

    /// The servers before this one whose work is to be given up.
    pub(crate) fn gone(&self) -> DeadServers {
        if self.shared {
            DeadServers::These(self.dead.iter().map(|dead| dead.name.clone()).collect())
        } else {
            DeadServers::All
        }
    }

    /// Returns the servers that have ended, and this one: its work ended with the cloud before.
    pub(crate) fn gone_and_self(&self) -> DeadServers {
        match self.gone() {
            DeadServers::All => DeadServers::All,
            DeadServers::These(mut names) => {
                names.push(self.name.clone());
                DeadServers::These(names)
            }
        }
    }

    /// Lets a cloud give way, all of whose work has ended; it can be gone back to as long as no other
    /// is open.
    pub async fn suspend(&mut self, app: &App) {
        // If none could be opened since then, this is what there was.
        if self.before.is_none() {
            self.before = Some(Rollback::of(app).await);
        }
    }

    /// The database of the cloud that is gone back to, if it went on in memory.
    pub(crate) fn put_aside(&self, begin: &OpenMode) -> Option<Db> {
        let back = matches!(begin, OpenMode::Rollback);
        self.before.as_ref().filter(|_| back)?.db()
    }

    /// Returns whether what it begins with is to have the definitions that the settings name.
    pub(crate) fn is_to_be_added_to(&self, begin: &OpenMode) -> bool {
        match begin {
            OpenMode::Existing | OpenMode::Empty => true,
            OpenMode::Snapshot { .. } => false,
            // It has them already.
            OpenMode::Rollback => self.before.as_ref().is_none_or(Rollback::is_empty),
        }
    }

    /// Forgets the cloud that gave way: this one is in its place.
    pub async fn release(&mut self, in_place: &App) {
        if let Some(before) = self.before.take() {
            before.close(in_place).await;
        }
    }

    /// Returns whether no other server that lives uses the directory, as far as can be seen.
    pub fn is_alone(&self, data: &Path) -> bool {
        let Ok(servers) = fs::read_dir(data.join("servers")) else {
            return true;
        };
        let names = servers
            .flatten()
            .filter_map(|server| server.file_name().into_string().ok());
        let mut names = names.filter(|name| !name.contains('.'));
        !self.shared
            || names.all(|name| name == self.name || self.dead.iter().any(|dead| dead.name == name))
    }

    /// The name that this process claims its work by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether another server lives and uses the directory, as far as can be seen.
    pub fn lives(&self, data: &Path, server: &str) -> bool {
        self.shared
            && server != self.name
            && self.dead.iter().all(|dead| dead.name != server)
            && data.join("servers").join(server).exists()
    }

    /// Returns whether a server that died was the only one that used the directory, and no other does now.
    pub fn was_alone(&self, data: &Path, server: &str) -> bool {
        let mut dead = self.dead.iter().map(|dead| dead.name.as_str());
        !self.shared || self.is_alone(data) && (dead.next(), dead.next()) == (Some(server), None)
    }

    /// Forgets those servers, once all that they left is put right.
    pub(crate) fn remove_dead(&mut self, data: &Path) -> Result<(), OpenError> {
        for grave in self.dead.drain(..) {
            grave.close().map_err(|error| unusable(data, error))?;
        }
        Ok(())
    }
}

/// Returns the seed of the dialect, unless the settings leave it out.
fn dialect_seed(config: &Config) -> Result<Option<Seed>, OpenError> {
    let dialect = config.dialect.in_force();
    let seed = dialect.seed.filter(|_| config.dialect.dialect_seed);
    let read = seed.map(|seed| seed.read()).transpose();
    let seed = read.map_err(SeedFileError::from)?;
    Ok(match config.keystone.keystone_url {
        // Its users are those of the Keystone elsewhere.
        Some(_) => seed.map(Seed::without_identity),
        None => seed,
    })
}

/// Makes the directory this process's, as long as the file is held.
fn lock(directory: &Path) -> Result<File, OpenError> {
    let wrong = |reason| unusable(directory, reason);
    create_directory(directory).map_err(wrong)?;
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
fn share(directory: &Path, name: &str) -> Result<(Option<File>, Vec<DeadServer>), OpenError> {
    let wrong = |reason| unusable(directory, reason);
    let servers = directory.join("servers");
    create_directory(&servers).map_err(wrong)?;
    let dead = dead_servers(&servers).map_err(wrong)?;
    Ok((live(&servers, name).map_err(wrong)?, dead))
}

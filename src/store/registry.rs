//! The stores of one cloud, by name.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::Store;
use super::mounted::MountedDirectories;
use crate::config::data_directories::DataDirectory;
use crate::config::shown_store::ShownStore;
use crate::config::stores::{Place, S3, StoreOption};
use crate::config::swift::Swift;
use crate::config::{Config, FilterOptions};
use crate::db::Db;
use crate::domain::location::Location;
use crate::source::fetch::Fetcher;

/// The name of the only store of a server, which no request can give.
const ONLY: &str = "default";

/// The name of the HTTP store of such a server, for the log.
const HTTP: &str = "http";

/// The name of the place for staged bytes.
pub(super) const STAGING: &str = "staging";

/// The directory in the data directory with the directories of stores that have a name and no place of their own.
const NAMED: &str = "stores";

/// The key of a location's metadata that has the name of its store.
const STORE_KEY: &str = "store";

/// The stores of one cloud, by name.
#[derive(Debug)]
pub struct Stores {
    all: Vec<Arc<StoreEntry>>,
    default: Arc<StoreEntry>,
    /// The HTTP store of a server whose stores have no names: Glance's default is `stores = file,http`.
    unlisted_http: Option<Arc<StoreEntry>>,
    is_multi_store: bool,
    /// Whether other servers may write to the same places.
    is_shared: bool,
    staging: Store,
}

/// A store, with its name and its settings.
#[derive(Debug)]
pub struct StoreEntry {
    /// The name that requests give.
    pub id: String,
    /// The description for people.
    pub description: Option<String>,
    /// The weight: an image is read from the heaviest store that has it.
    pub weight: i64,
    /// Whether the store refuses new images.
    pub read_only: bool,
    /// The kind of store that it is shown as, where that is another.
    pub shown_as: Option<ShownStore>,
    /// The store.
    pub store: Store,
    /// The mounts that its files lie on, where a file describes them.
    mounted: Option<MountedDirectories>,
}

impl StoreEntry {
    /// Returns Glance's name for the kind of this store.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        let shown = self.shown_as.as_ref().map(ShownStore::kind);
        shown.unwrap_or_else(|| self.store.kind())
    }

    /// Returns the properties of the store, as Glance's `GET /v2/info/stores/detail` shows them.
    #[must_use]
    pub fn properties(&self) -> Value {
        let shown = self.shown_as.as_ref().map(ShownStore::properties);
        shown.unwrap_or_else(|| self.store.properties())
    }
}

/// An error of the settings of stores, or of a store at the start.
#[derive(Debug, thiserror::Error)]
pub enum StoresError {
    /// The settings contradict each other.
    #[error("{0}")]
    Settings(String),
    /// A store cannot be used.
    #[error("the store {place} cannot be used: {reason}")]
    Unusable {
        /// The place where the store keeps bytes.
        place: String,
        /// The cause.
        reason: io::Error,
    },
}

impl Stores {
    /// Opens the stores of the settings. Blocks; for the start.
    pub fn open(config: &Config, db: &Db) -> Result<Self, StoresError> {
        let options = &config.stores.store;
        check(options)?;
        let own = [StoreOption::at(Place::Own)];
        let options = if options.is_empty() {
            &own
        } else {
            &options[..]
        };
        let all = options
            .iter()
            .map(|option| open_entry(option, config, db))
            .collect::<Result<Vec<_>, _>>()?;
        let default = choose_default(&all, config.stores.default_store.as_deref())?;
        let staging = open_staging(&default, config)?;
        let is_multi_store = config.stores.is_multi_store();
        Ok(Self {
            all,
            default,
            unlisted_http: (!is_multi_store).then(|| unlisted_http(config)),
            is_multi_store,
            is_shared: config.on_postgres(),
            staging,
        })
    }

    /// Adds, to the stores in memory, the images that stores of the same names had before.
    pub fn take_over_memory(&self, before: &Self) {
        self.staging.take_over_memory(&before.staging);
        for from in before.all() {
            if let Some(to) = self.get(&from.id) {
                to.store.take_over_memory(&from.store);
            }
        }
    }

    /// Replaces the rules for downloads from other servers.
    pub fn set_filter(&self, options: &FilterOptions) {
        for entry in self.all.iter().chain(&self.unlisted_http) {
            entry.store.set_filter(options);
        }
    }

    /// Returns `true` if the stores have names that requests can give.
    #[must_use]
    pub fn is_multi_store(&self) -> bool {
        self.is_multi_store
    }

    /// Returns the store of images whose request names no store.
    #[must_use]
    pub fn default(&self) -> &StoreEntry {
        &self.default
    }

    /// Returns the store of this name.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&StoreEntry> {
        self.all().find(|entry| entry.id == id)
    }

    /// Returns all stores, in the order of the settings.
    pub fn all(&self) -> impl Iterator<Item = &StoreEntry> {
        self.all.iter().map(AsRef::as_ref)
    }

    /// Returns the store for bytes that wait to be imported. Requests cannot name it. It is in the same
    /// place as the default store, so that servers that share the one share the other.
    #[must_use]
    pub fn staging(&self) -> &Store {
        &self.staging
    }

    /// Returns the name for the bytes of an image that the attempt with this claim writes to a store.
    #[must_use]
    pub fn name(&self, store: &Store, image: &str, claim: &str) -> String {
        store.name(image, claim, self.is_shared)
    }

    /// Returns the location of the bytes with this name in one of the stores.
    #[must_use]
    pub fn location_in(&self, entry: &StoreEntry, name: &str) -> Location {
        let metadata = if self.is_multi_store {
            Map::from_iter([(STORE_KEY.to_owned(), Value::from(entry.id.as_str()))])
        } else {
            Map::new()
        };
        let url = entry.store.url(name);
        Location { url, metadata }
    }

    /// Returns the location of bytes that were written under this name to one of the stores.
    ///
    /// # Errors
    ///
    /// Fails if the store cannot tell where they are.
    pub async fn location_written(&self, entry: &StoreEntry, name: &str) -> io::Result<Location> {
        let url = entry.store.written_url(name).await?;
        let mounted = entry.mounted.as_ref();
        let mut metadata = mounted.map_or_else(Map::new, |mounted| mounted.metadata(&url));
        metadata.extend(self.location_in(entry, name).metadata);
        Ok(Location { url, metadata })
    }

    /// Returns the store for locations on other servers: the first HTTP store.
    #[must_use]
    pub fn http(&self) -> Option<&StoreEntry> {
        let named = self.all().find(|entry| entry.store.is_http());
        named.or(self.unlisted_http.as_deref())
    }

    /// Returns the store for a URL that a client gives: the first HTTP store, if the URL is of HTTP.
    /// The other stores make their own URLs, which clients may not give.
    #[must_use]
    pub fn store_for_url(&self, url: &str) -> Option<&StoreEntry> {
        self.http().filter(|_| is_http_url(url))
    }

    /// Returns the location of a URL that a client gives.
    #[must_use]
    pub fn location_for(&self, url: &str, mut metadata: Map<String, Value>) -> Location {
        if self.is_multi_store
            && let Some(entry) = self.store_for_url(url)
        {
            metadata.insert(STORE_KEY.to_owned(), Value::from(entry.id.as_str()));
        }
        let url = url.to_owned();
        Location { url, metadata }
    }

    /// Returns the store of an image's location, unless it is not configured here. A location without
    /// the name of a store is matched by its URL, or else belongs to the default store, if that has
    /// such URLs. A URL that its store does not have for the image has no store.
    #[must_use]
    pub fn entry_of(&self, location: &Location, image: &str) -> Option<&StoreEntry> {
        if !self.is_multi_store && is_http_url(&location.url) {
            return self.http();
        }
        if let Some(name) = store_name(location).filter(|_| self.is_multi_store) {
            let entry = self.get(name);
            return entry.filter(|entry| entry.store.fits(&location.url, image));
        }
        let fits = |entry: &&StoreEntry| entry.store.fits(&location.url, image);
        let is_exact = |entry: &&StoreEntry| has_url(entry, location) && fits(entry);
        let default: &StoreEntry = &self.default;
        self.all()
            .find(is_exact)
            .or_else(|| Some(default).filter(fits))
    }

    /// Returns the name of the store of an image's location, configured here or not.
    #[must_use]
    pub fn name_of<'a>(&'a self, location: &'a Location, image: &str) -> Option<&'a str> {
        store_name(location).or_else(|| Some(self.entry_of(location, image)?.id.as_str()))
    }

    /// Returns the locations in the order of their stores' weights, the heaviest first; those of the
    /// same weight stay in the order in which they were added.
    #[must_use]
    pub fn by_weight<'a>(&self, locations: &'a [Location]) -> Vec<&'a Location> {
        let mut ordered: Vec<_> = locations.iter().collect();
        if self.is_multi_store && ordered.len() > 1 {
            let weight = |location: &Location| {
                let entry = store_name(location).and_then(|name| self.get(name));
                entry.map_or(0, |entry| entry.weight)
            };
            ordered.sort_by_key(|location| std::cmp::Reverse(weight(location)));
        }
        ordered
    }

    /// Returns `true` if a location says that the store has its bytes, or may say so. A sweep
    /// keeps the bytes of such a location: a store that was renamed, or that this server does not know,
    /// must not cost anybody an image.
    #[must_use]
    pub fn may_contain(&self, location: &Location, entry: &StoreEntry) -> bool {
        if !self.is_multi_store && is_http_url(&location.url) {
            return entry.store.is_http();
        }
        match store_name(location) {
            Some(name) if self.is_multi_store && self.get(name).is_some() => {
                name == entry.id || has_url(entry, location)
            }
            _ => true,
        }
    }
}

fn is_http_url(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

/// Returns `true` if a location's URL is exactly the one that a store gives to its bytes.
fn has_url(entry: &StoreEntry, location: &Location) -> bool {
    entry.store.has_url(&location.url)
}

/// Returns the HTTP store that is in no list.
fn unlisted_http(config: &Config) -> Arc<StoreEntry> {
    Arc::new(StoreEntry {
        id: HTTP.to_owned(),
        description: None,
        weight: 0,
        read_only: true,
        shown_as: None,
        store: Store::http(Fetcher::new(&config.filter)),
        mounted: None,
    })
}

/// Returns the name of the store that a location's metadata has.
fn store_name(location: &Location) -> Option<&str> {
    location.metadata.get(STORE_KEY).and_then(Value::as_str)
}

/// Returns the directory in the data directory that belongs to a store; the only store of a server has no name.
fn own_directory(option: &StoreOption, config: &Config) -> PathBuf {
    match &option.name {
        Some(name) => config.data.join(NAMED).join(name),
        None => config.data.join("images"),
    }
}

/// Checks that the names and the places of the stores are different.
fn check(options: &[StoreOption]) -> Result<(), StoresError> {
    let unnamed = options.iter().any(|option| option.name.is_none());
    if unnamed && options.len() > 1 {
        return Err(StoresError::Settings(
            "--store: only a single store can have no name; of several, each needs one: NAME=URL"
                .into(),
        ));
    }
    let mut names = HashSet::new();
    for name in options.iter().filter_map(|option| option.name.as_deref()) {
        if !names.insert(name) {
            return Err(StoresError::Settings(format!(
                "--store: two stores have the name {name}"
            )));
        }
    }
    for (position, option) in options.iter().enumerate() {
        let shared = matches!(option.place, Place::Memory | Place::Web) || option.place.is_own();
        let directories = option.place.directories();
        let is_same = |other: &&StoreOption| {
            let mut others = other.place.directories().into_iter();
            let is_shared = others.any(|other| directories.contains(&other));
            (other.place == option.place || is_shared) && !shared
        };
        if let Some(other) = options.iter().skip(position + 1).find(is_same) {
            let name = |option: &StoreOption| option.name.clone().unwrap_or_default();
            return Err(StoresError::Settings(format!(
                "--store: {} and {} are the same place",
                name(option),
                name(other)
            )));
        }
    }
    Ok(())
}

fn open_entry(
    option: &StoreOption,
    config: &Config,
    db: &Db,
) -> Result<Arc<StoreEntry>, StoresError> {
    Ok(Arc::new(StoreEntry {
        id: option.name.clone().unwrap_or_else(|| ONLY.to_owned()),
        description: option.description.clone(),
        weight: option.weight,
        read_only: option.read_only,
        shown_as: option.shown_as.clone(),
        store: open(option, config, db)?,
        mounted: MountedDirectories::open(option, &own_directory(option, config))
            .map_err(StoresError::Settings)?,
    }))
}

/// Returns the default store: the one of this name, or else the first.
fn choose_default(
    all: &[Arc<StoreEntry>],
    wanted: Option<&str>,
) -> Result<Arc<StoreEntry>, StoresError> {
    let found = match wanted {
        Some(wanted) => all.iter().find(|entry| entry.id == wanted),
        None => all.first(),
    };
    let Some(found) = found else {
        let names: Vec<_> = all.iter().map(|entry| entry.id.as_str()).collect();
        return Err(StoresError::Settings(format!(
            "--default_store: no --store has the name {}; there are: {}",
            wanted.unwrap_or_default(),
            names.join(", ")
        )));
    };
    if found.read_only && !found.store.is_http() {
        return Err(StoresError::Settings(format!(
            "the default store ({}) must not be read-only: name another with --default_store",
            found.id
        )));
    }
    Ok(Arc::clone(found))
}

/// Opens the store of a setting: one line for each kind.
fn open(option: &StoreOption, config: &Config, db: &Db) -> Result<Store, StoresError> {
    let mode = option.file_permissions;
    let memory = || Store::memory(option.name.as_deref().unwrap_or_default());
    match &option.place {
        Place::File(path) => directory(path, mode),
        place if place.is_own() && config.ephemeral => Ok(memory()),
        Place::Own => directory(&own_directory(option, config), mode),
        Place::Directories(all) => directories(all, &own_directory(option, config), mode),
        Place::Memory => Ok(memory()),
        Place::Database(space) => Ok(Store::database(db.clone(), space.clone())),
        Place::S3(options) => s3(options),
        Place::Swift(options) => swift(options),
        Place::Web => Ok(Store::http(Fetcher::new(&config.filter))),
    }
}

/// Opens the store for staged bytes, which is in the same place as the default store. Below the data
/// directory it is beside the default store instead, and there, too, if the default store cannot be written.
fn open_staging(default: &StoreEntry, config: &Config) -> Result<Store, StoresError> {
    let own_place = config.stores.store.is_empty() || default.store.is_http();
    if own_place && !config.ephemeral {
        return directory(&config.data.join(STAGING), None);
    }
    let staging = default.store.0.staging();
    staging.map_err(|reason| StoresError::Unusable {
        place: format!("{}{STAGING}", default.store.url("")),
        reason,
    })
}

fn s3(options: &S3) -> Result<Store, StoresError> {
    Store::s3(options).map_err(|reason| StoresError::Unusable {
        place: format!("s3://{}/{}", options.bucket, options.prefix),
        reason,
    })
}

fn swift(options: &Swift) -> Result<Store, StoresError> {
    Store::swift(options).map_err(|reason| StoresError::Unusable {
        place: format!("swift://{}/{}", options.container, options.prefix),
        reason,
    })
}

fn directory(path: &Path, permissions: Option<u32>) -> Result<Store, StoresError> {
    let opened = Store::directory_with(path, permissions);
    opened.map_err(|reason| StoresError::Unusable {
        place: path.display().to_string(),
        reason,
    })
}

/// Opens the store of several directories; relative ones lie within this one.
fn directories(
    all: &[DataDirectory],
    own: &Path,
    permissions: Option<u32>,
) -> Result<Store, StoresError> {
    let paths: Vec<_> = all.iter().map(|one| own.join(&one.path)).collect();
    let priorities = all.iter().map(|one| one.priority);
    let directories = paths.iter().map(PathBuf::as_path).zip(priorities);
    let opened = Store::directories(directories, permissions);
    opened.map_err(|reason| {
        let paths: Vec<_> = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        StoresError::Unusable {
            place: paths.join(", "),
            reason,
        }
    })
}

//! The stores of one cloud, by name.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::Store;
use crate::config::stores::{Place, S3, StoreOption};
use crate::config::{Config, FilterOptions};
use crate::db::Db;
use crate::domain::location::Location;
use crate::source::fetch::Fetcher;

/// What the only store of a server is called among ourselves; no request names it.
const ONLY: &str = "default";

/// What the place for staged bytes is called.
const STAGING: &str = "staging";

/// Where in the metadata of a location its store is named.
const KEY: &str = "store";

/// The stores of one cloud, by name.
#[derive(Debug)]
pub struct Stores {
    all: Vec<Arc<StoreEntry>>,
    default: Arc<StoreEntry>,
    multi_store: bool,
    staging: Store,
}

/// A store, and what requests and people call it.
#[derive(Debug)]
pub struct StoreEntry {
    /// Its name.
    pub id: String,
    /// What it is for.
    pub description: Option<String>,
    /// Images are read from the heaviest store that has them.
    pub weight: i64,
    /// Whether nothing may be added to it.
    pub read_only: bool,
    /// The store.
    pub store: Store,
}

/// Why stores cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum StoresError {
    /// Their settings contradict each other.
    #[error("{0}")]
    Settings(String),
    /// One cannot be used.
    #[error("the store {place} cannot be used: {reason}")]
    Unusable {
        /// Where it keeps bytes.
        place: String,
        /// Why not.
        reason: io::Error,
    },
}

impl Stores {
    /// Opens the stores that the settings ask for. Blocks, at the start.
    pub fn open(config: &Config, db: &Db) -> Result<Self, StoresError> {
        let options = &config.stores.store;
        check(options)?;
        let multi_store = config.stores.is_multi_store();
        let own = [own_place(config)];
        let options = if options.is_empty() {
            &own
        } else {
            &options[..]
        };
        let all = options
            .iter()
            .map(|it| named(it, config, db))
            .collect::<Result<Vec<_>, _>>()?;
        let default = choose(&all, config.stores.default_store.as_deref())?;
        let place = options.iter().zip(&all);
        let place = place.filter(|(_, it)| Arc::ptr_eq(it, &default));
        let place = place.map(|(option, _)| &option.place).next();
        let staging = staging(place.unwrap_or(&Place::Memory), config, db)?;
        Ok(Self {
            all,
            default,
            multi_store,
            staging,
        })
    }

    /// Gives the stores in memory what others of their names have there.
    pub fn take_over_memory(&self, before: &Self) {
        let staging = (&before.staging, &self.staging);
        let named = before.all();
        let named = named.filter_map(|it| Some((&it.store, &self.get(&it.id)?.store)));
        for (from, to) in named.chain([staging]) {
            to.inherit(from);
        }
    }

    /// Fetches by this filter from now on what lies on other servers.
    pub fn set_filter(&self, options: &FilterOptions) {
        for named in &self.all {
            named.store.refetch(Fetcher::new(options));
        }
    }

    /// Whether the stores have names that requests may say.
    #[must_use]
    pub fn is_multi_store(&self) -> bool {
        self.multi_store
    }

    /// Where images go when a request names no store.
    #[must_use]
    pub fn default(&self) -> &StoreEntry {
        &self.default
    }

    /// The store of this name.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&StoreEntry> {
        self.all().find(|it| it.id == id)
    }

    /// All of them, as they were configured.
    pub fn all(&self) -> impl Iterator<Item = &StoreEntry> {
        self.all.iter().map(AsRef::as_ref)
    }

    /// Where bytes wait to be imported. It is no store that requests can name, but it is where the
    /// default store is: servers that share the one share the other.
    #[must_use]
    pub fn staging(&self) -> &Store {
        &self.staging
    }

    /// The location of an image's bytes in one of the stores.
    #[must_use]
    pub fn location_in(&self, store: &StoreEntry, image: &str) -> Location {
        let metadata = if self.multi_store {
            Map::from_iter([(KEY.to_owned(), Value::from(store.id.as_str()))])
        } else {
            Map::new()
        };
        let url = store.store.url(image);
        Location { url, metadata }
    }

    /// The store that has what is at a URL that a client gives: the first for the web, if there is
    /// one. All others have URLs of their own making, which clients may not give.
    #[must_use]
    pub fn store_for_url(&self, url: &str) -> Option<&StoreEntry> {
        let web = url.starts_with("http://") || url.starts_with("https://");
        self.all().find(|it| web && it.store.is_web())
    }

    /// The location of what is at a URL that a client gives.
    #[must_use]
    pub fn location_for(&self, url: &str, mut metadata: Map<String, Value>) -> Location {
        if let Some(named) = self.store_for_url(url) {
            metadata.insert(KEY.to_owned(), Value::from(named.id.as_str()));
        }
        let url = url.to_owned();
        Location { url, metadata }
    }

    /// The store that a location of an image lies in, unless it is not configured here. One from
    /// before the stores had names is known by its URL, or belongs to the default store.
    #[must_use]
    pub fn entry_of(&self, location: &Location, image: &str) -> Option<&StoreEntry> {
        if let Some(name) = store_of(location).filter(|_| self.multi_store) {
            return self.get(name);
        }
        let by_url = self.all().find(|it| it.store.url(image) == location.url);
        by_url.or(Some(&self.default))
    }

    /// The name of the store that a location of an image lies in, configured here or not.
    #[must_use]
    pub fn name_of<'a>(&'a self, location: &'a Location, image: &str) -> Option<&'a str> {
        store_of(location).or_else(|| Some(self.entry_of(location, image)?.id.as_str()))
    }

    /// Locations, those in the heaviest store first, and otherwise as they were added.
    #[must_use]
    pub fn by_weight<'a>(&self, locations: &'a [Location]) -> Vec<&'a Location> {
        let mut ordered: Vec<_> = locations.iter().collect();
        if self.multi_store && ordered.len() > 1 {
            let weight = |it: &Location| {
                let store = store_of(it).and_then(|it| self.get(it));
                store.map_or(0, |it| it.weight)
            };
            ordered.sort_by_key(|it| std::cmp::Reverse(weight(it)));
        }
        ordered
    }

    /// Whether a location says that there are bytes of an image in a store, or may say so: what is
    /// not known for sure not to be needed is not swept. A store that was given another name, or
    /// one that this server does not know, must not cost anybody an image.
    #[must_use]
    pub fn may_contain(&self, location: &Location, image: &str, store: &StoreEntry) -> bool {
        match store_of(location) {
            Some(name) if self.multi_store && self.get(name).is_some() => {
                name == store.id || location.url == store.store.url(image)
            }
            _ => true,
        }
    }
}

/// The name of the store that a location lies in, where it tells.
fn store_of(location: &Location) -> Option<&str> {
    location.metadata.get(KEY).and_then(Value::as_str)
}

/// The store of a server that is told of none.
fn own_place(config: &Config) -> StoreOption {
    StoreOption::at(if config.ephemeral {
        Place::Memory
    } else {
        Place::File(config.data.join("images"))
    })
}

fn check(options: &[StoreOption]) -> Result<(), StoresError> {
    let unnamed = options.iter().any(|it| it.name.is_none());
    if unnamed && options.len() > 1 {
        return Err(StoresError::Settings(
            "--store: one alone may go without a name; of multi_store, each needs its own: NAME=URL"
                .into(),
        ));
    }
    let mut names = HashSet::new();
    for name in options.iter().filter_map(|it| it.name.as_deref()) {
        if !names.insert(name) {
            return Err(StoresError::Settings(format!(
                "--store: two are called {name}"
            )));
        }
    }
    for (at, option) in options.iter().enumerate() {
        let same = |it: &&StoreOption| it.place == option.place && it.place != Place::Memory;
        if let Some(other) = options.iter().skip(at + 1).find(same) {
            let name = |it: &StoreOption| it.name.clone().unwrap_or_default();
            return Err(StoresError::Settings(format!(
                "--store: {} and {} are the same place",
                name(option),
                name(other)
            )));
        }
    }
    Ok(())
}

fn named(option: &StoreOption, config: &Config, db: &Db) -> Result<Arc<StoreEntry>, StoresError> {
    Ok(Arc::new(StoreEntry {
        id: option.name.clone().unwrap_or_else(|| ONLY.to_owned()),
        description: option.description.clone(),
        weight: option.weight,
        read_only: option.read_only,
        store: open(option, config, db)?,
    }))
}

/// The default store: the one that is asked for, or the first.
fn choose(all: &[Arc<StoreEntry>], wanted: Option<&str>) -> Result<Arc<StoreEntry>, StoresError> {
    let found = match wanted {
        Some(wanted) => all.iter().find(|it| it.id == wanted),
        None => all.first(),
    };
    let Some(found) = found else {
        let names: Vec<_> = all.iter().map(|it| it.id.as_str()).collect();
        return Err(StoresError::Settings(format!(
            "--default_store: no --store is called {}; there are: {}",
            wanted.unwrap_or_default(),
            names.join(", ")
        )));
    };
    if found.read_only {
        return Err(StoresError::Settings(format!(
            "the default store ({}) cannot be one that is only read: name another with \
             --default_store",
            found.id
        )));
    }
    Ok(Arc::clone(found))
}

fn open(option: &StoreOption, config: &Config, db: &Db) -> Result<Store, StoresError> {
    match &option.place {
        Place::File(path) => directory(path),
        Place::Memory => Ok(Store::memory(option.name.as_deref().unwrap_or_default())),
        Place::Database(space) => Ok(Store::rows(db.clone(), space.clone())),
        Place::S3(options) => bucket(options, None),
        Place::Web => Ok(Store::web(Fetcher::new(&config.filter))),
    }
}

/// A place for staged bytes beside those of the default store.
fn staging(place: &Place, config: &Config, db: &Db) -> Result<Store, StoresError> {
    match place {
        Place::File(_) if config.stores.store.is_empty() => directory(&config.data.join(STAGING)),
        Place::File(path) => directory(&path.join(STAGING)),
        // The web is never the default store, for nothing can be added to it.
        Place::Memory | Place::Web => Ok(Store::memory(STAGING)),
        // No space that has a name has a slash in it.
        Place::Database(space) => Ok(Store::rows(db.clone(), format!("{space}/{STAGING}"))),
        Place::S3(options) => bucket(options, Some(STAGING)),
    }
}

fn bucket(options: &S3, below: Option<&str>) -> Result<Store, StoresError> {
    Store::bucket(options, below).map_err(|reason| StoresError::Unusable {
        place: format!("s3://{}/{}", options.bucket, options.prefix),
        reason,
    })
}

fn directory(path: &Path) -> Result<Store, StoresError> {
    Store::directory(path).map_err(|reason| StoresError::Unusable {
        place: path.display().to_string(),
        reason,
    })
}

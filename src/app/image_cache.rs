//! The state of one server's image cache: the directory of its copies and what is being copied.

use std::collections::HashSet;
use std::io;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;

use crate::config::Config;
use crate::store::cache::CopyDirectory;

/// The cache of one server.
#[derive(Debug)]
pub struct Cache {
    pub(crate) copies: CopyDirectory,
    /// The name of this server in rows.
    pub(crate) node: String,
    /// The images that are being copied.
    pub(crate) making: Mutex<HashSet<String>>,
    /// Wakes the worker that fills the cache.
    pub(crate) wake: Notify,
}

impl Cache {
    /// Lets another have its directory: it is over.
    pub fn end(&self) {
        self.copies.unlock();
    }

    /// The cache that the settings ask for, if they do. Blocks, at the start.
    pub fn open(config: &Config) -> io::Result<Option<Self>> {
        let Some(path) = &config.cache_node.image_cache_dir else {
            return Ok(None);
        };
        let shared = config.database_url.as_deref();
        if shared.is_some_and(|shared| shared.starts_with("postgres"))
            && config.cache_node.worker_self_reference_url.is_none()
        {
            tracing::warn!(
                "several servers may share the database: give each that caches images a \
                 --worker_self_reference_url of its own"
            );
        }
        Ok(Some(Self {
            copies: CopyDirectory::open(path)?,
            node: config.cache_node.node(config.tls.scheme(), config.listen),
            making: Mutex::default(),
            wake: Notify::new(),
        }))
    }

    /// Locks the set of images that are being copied.
    pub(crate) fn making(&self) -> MutexGuard<'_, HashSet<String>> {
        self.making.lock()
    }

    /// Returns what to hold while several rows of this server are looked at and changed.
    pub(crate) fn word(&self) -> String {
        format!("image cache of {}", self.node)
    }
}

//! The image cache: where it is, how large it may be, and how other servers name this one.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{ArgAction, Args, ValueEnum, base_url, boolean, whole_seconds};
use super::public_url::UrlScheme;
use crate::domain::string_enum;

/// The place of this server's copies of images, and its name among servers; they count from the start of the server.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Image cache")
)]
pub struct CacheNodeOptions {
    /// Directory of the image cache; not shared with other servers [default: no image cache]
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "image_cache_dir",
            env = "LOOKALIKE_IMAGE_CACHE_DIR",
            value_name = "DIR"
        )
    )]
    pub image_cache_dir: Option<PathBuf>,

    /// URL of this server when several share a database; `/v2/cache/nodes` shows it [default: the listen address]
    #[cfg_attr(feature = "cli", arg(long = "worker_self_reference_url", env = "LOOKALIKE_WORKER_SELF_REFERENCE_URL", value_name = "URL", value_parser = base_url))]
    pub worker_self_reference_url: Option<String>,
}

/// The behavior of the image cache; it can change while the server runs.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Image cache")
)]
pub struct CacheOptions {
    /// Cache driver to emulate. Only `centralized_db` reports which nodes cache an image
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "image_cache_driver",
            env = "LOOKALIKE_IMAGE_CACHE_DRIVER",
            default_value = "centralized_db",
            value_enum,
            ignore_case = true,
            value_name = "DRIVER"
        )
    )]
    pub image_cache_driver: Driver,

    /// Maximum size of the image cache, in bytes; the least recently used images are evicted first
    #[cfg_attr(feature = "cli", arg(long = "image_cache_max_size", env = "LOOKALIKE_IMAGE_CACHE_MAX_SIZE", default_value_t = 10_737_418_240, value_parser = clap::value_parser!(u64).range(..=9_223_372_036_854_775_807), value_name = "BYTES"))]
    pub image_cache_max_size: u64,

    /// How long a copy that is being made may rest before `POST /v2/cache/clean` removes it: seconds, or such as 90m or 1h30m
    #[cfg_attr(feature = "cli", arg(long = "image_cache_stall_time", env = "LOOKALIKE_IMAGE_CACHE_STALL_TIME", default_value_t = 86400, value_parser = whole_seconds(0..=u32::MAX), value_name = "DURATION"))]
    pub image_cache_stall_time: u32,

    /// How often what was queued but not asked for at once, or could not be copied, is tried: seconds, or such as 90m or 1h30m
    #[cfg_attr(feature = "cli", arg(long = "cache_prefetcher_interval", env = "LOOKALIKE_CACHE_PREFETCHER_INTERVAL", default_value_t = 300, value_parser = whole_seconds(1..=u32::MAX), value_name = "DURATION"))]
    pub cache_prefetcher_interval: u32,

    /// Serve the older cache API, `/v2/cached_images` and `/v2/queued_images`, as Glance does with the `cachemanage` pipeline
    #[cfg_attr(feature = "cli", arg(long = "cachemanage", env = "LOOKALIKE_CACHEMANAGE", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub cachemanage: bool,
}

string_enum! {
    /// A driver of Glance's cache.
    #[cfg_attr(feature = "cli", derive(ValueEnum), value(rename_all = "snake_case"))]
    Driver {
        /// The database lists the copies of every node.
        CentralizedDb = "centralized_db",
        /// Each node keeps it in a file.
        Sqlite = "sqlite",
        /// Each node keeps it in attributes of files.
        Xattr = "xattr",
    }
}

impl CacheNodeOptions {
    /// Returns whether there is a cache.
    #[must_use]
    pub fn on(&self) -> bool {
        self.image_cache_dir.is_some()
    }

    /// Returns the name of this server among those that share a database.
    pub(crate) fn node(&self, scheme: UrlScheme, listen: SocketAddr) -> String {
        let named = self.worker_self_reference_url.clone();
        named.unwrap_or_else(|| format!("{scheme}://{listen}"))
    }
}

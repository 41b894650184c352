//! Every setting, once: as a flag, a `LOOKALIKE_…` variable and a line of the TOML file.
//!
//! The doc comments are what `--help` prints. A setting that Glance has too bears Glance's name.

mod access;
mod amqp;
pub mod api_key_env;
#[cfg(feature = "cli")]
mod arguments;
mod bodies;
pub mod cache;
pub mod client_env;
mod connections;
mod control;
mod cors;
pub mod data_directories;
mod defaults;
mod deletion;
mod determinism;
mod dialect;
mod discovery;
mod filter;
#[cfg(feature = "cli")]
pub mod glance_conf;
mod images;
mod ini;
mod journal;
pub mod keystone;
pub mod limits;
#[cfg(feature = "cli")]
mod live;
#[cfg(not(feature = "cli"))]
mod live_absent;
pub(crate) mod local_host;
mod location;
pub mod metadefs;
mod metrics;
mod notifications;
#[cfg(feature = "cli")]
mod parse;
pub mod public_url;
#[cfg(feature = "cli")]
mod quantities;
mod rates;
mod regions;
mod replicas;
mod rules;
mod said;
mod seeds;
mod shown;
pub mod shown_store;
mod signatures;
pub mod state;
pub mod stores;
pub mod swift;
pub mod swift_login;
mod tasks;
pub mod tls;
#[cfg(feature = "cli")]
mod value_trouble;
mod webhooks;
mod words;

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Serialize;

pub use crate::domain::import::{Conversion, ImportMethod, Plugin};
pub use crate::domain::secret::Secret;
use crate::runtime::audit::AuditLog;
pub use access::AccessOptions;
pub use amqp::{AmqpHost, AmqpOptions, AmqpUrl};
#[cfg(feature = "cli")]
use arguments::{ArgAction, Args, Parser, boolean, durability, listen, log_filter, whole_seconds};
pub use bodies::BodyOptions;
pub use connections::ConnectionOptions;
pub use control::ControlOptions;
pub use cors::CorsOptions;
pub use deletion::DeletionOptions;
pub use determinism::DeterminismOptions;
pub use dialect::DialectOptions;
pub use discovery::DiscoveryOptions;
pub use filter::FilterOptions;
pub use images::ImageOptions;
pub use journal::JournalOptions;
use keystone::{KeystoneOptions, ServiceTokenOptions};
use limits::LimitOptions;
pub use location::LocationOptions;
use metadefs::MetadefOptions;
pub use metrics::MetricsOptions;
pub use notifications::NotificationOptions;
pub use rates::RateOptions;
#[cfg(feature = "cli")]
use regions::regions;
pub use replicas::ReplicaOptions;
pub use rules::{RemoteContentType, RuleFormat, RuleOptions};
pub use said::{SettingError, instead_of, nearest};
pub use seeds::SeedOptions;
pub use signatures::SignatureOptions;
pub use tasks::{ConversionOptions, TaskOptions};
pub use tls::TlsOptions;
#[cfg(feature = "cli")]
pub use value_trouble::value_trouble;
pub use webhooks::{WebhookOptions, WebhookUrl};
pub use words::{Algorithm, AuthMode, Durability, LogFormat, PublicUploads, RackspaceEndpoint};

/// The settings of a server.
#[cfg_attr(feature = "cli", derive(Args))]
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// Address and port to listen on; port 0 picks a free port
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_LISTEN", default_value = "127.0.0.1:9292", value_parser = listen, value_name = "HOST:PORT"))]
    pub listen: SocketAddr,

    /// Write the port number to this file once the server answers requests
    #[cfg_attr(
        feature = "cli",
        arg(long, env = "LOOKALIKE_PORT_FILE", value_name = "FILE")
    )]
    pub port_file: Option<PathBuf>,

    /// How long running requests, and what they began, may go on when the server is told to stop, in seconds
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            env = "LOOKALIKE_SHUTDOWN_GRACE",
            default_value_t = 3,
            value_name = "SECONDS"
        )
    )]
    pub shutdown_grace: u32,

    /// Directory for the database and the image data
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            env = "LOOKALIKE_DATA",
            default_value = "./lookalike-data",
            value_name = "DIR"
        )
    )]
    pub data: PathBuf,

    /// Keep all data in memory and temporary files, and delete it at exit
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_EPHEMERAL", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub ephemeral: bool,

    /// Database to use: `sqlite:///PATH` or `postgres://USER:PASSWORD@HOST/DATABASE` [default: a SQLite file in --data]
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            env = "LOOKALIKE_DATABASE_URL",
            value_name = "URL",
            hide_env_values = true
        )
    )]
    #[serde(serialize_with = "shown::url")]
    pub database_url: Option<String>,

    /// Let several servers use one SQLite file at the same time. Each takes what the others have under way for abandoned when it starts: for tests of reads only
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_DATABASE_SHARED", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub database_shared: bool,

    /// How long to wait at the start for a PostgreSQL that does not answer yet: seconds, or such as 90m or 1h30m
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_DATABASE_WAIT", default_value_t = 30, value_parser = whole_seconds(0..=u32::MAX), value_name = "DURATION"))]
    pub database_wait: u32,

    /// What an acknowledged write survives: normal (a crash of the process) or full (also a power cut)
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_DURABILITY", default_value = "normal", value_parser = durability, value_name = "normal|full"))]
    pub durability: Durability,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub access: AccessOptions,

    /// Password of the initial users of a new database
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            env = "LOOKALIKE_BOOTSTRAP_PASSWORD",
            default_value = "secret",
            value_name = "PASSWORD",
            hide_env_values = true
        )
    )]
    #[serde(serialize_with = "shown::stars")]
    pub bootstrap_password: String,

    /// Region of the initial endpoints of a new database
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            env = "LOOKALIKE_BOOTSTRAP_REGION",
            default_value = "RegionOne",
            value_name = "REGION"
        )
    )]
    pub bootstrap_region: String,

    /// Regions of the cloud, separated by commas: each has images and tasks of its own, at `/region/NAME`, the first also at the root [default: --bootstrap-region]
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_REGIONS", value_parser = regions, default_value = "", hide_default_value = true, value_name = "LIST"))]
    pub regions: std::vec::Vec<String>,

    /// Format of log lines [default: pretty on a terminal, json elsewhere]
    #[cfg_attr(
        feature = "cli",
        arg(long, env = "LOOKALIKE_LOG_FORMAT", value_enum, value_name = "FORMAT")
    )]
    pub log_format: Option<LogFormat>,

    /// Log level: error, warn, info, debug, trace; or a tracing-subscriber filter such as `info,lookalike::service=debug`
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_LOG", default_value = "info", value_parser = log_filter, value_name = "FILTER"))]
    pub log: String,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub dialect: DialectOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub rates: RateOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub images: ImageOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub cors: CorsOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub deletion: DeletionOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub signatures: SignatureOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub stores: stores::StoreOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub replicas: ReplicaOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub cache_node: cache::CacheNodeOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub cache: cache::CacheOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub tasks: TaskOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub conversion: ConversionOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub filter: FilterOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub location: LocationOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub metadefs: MetadefOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub notifications: NotificationOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub webhooks: WebhookOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub amqp: AmqpOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub seeds: SeedOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub keystone: KeystoneOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub service_tokens: ServiceTokenOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub limits: LimitOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub rules: RuleOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub state: state::StateOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub discovery: DiscoveryOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub determinism: DeterminismOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub journal: JournalOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub bodies: BodyOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub tls: TlsOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub connections: ConnectionOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub control: ControlOptions,

    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would end up in --help")]
    pub metrics: MetricsOptions,

    /// The audit lines of the server that a cloud belongs to; nothing can be set here from outside.
    #[cfg_attr(feature = "cli", arg(skip))]
    #[serde(skip)]
    pub audit: AuditLog,

    /// The path that a sandbox is below, as in `/sandbox/ID`; nothing can be set here from outside.
    #[cfg_attr(feature = "cli", arg(skip))]
    #[serde(skip)]
    pub below: String,
}

/// A command line of nothing but settings.
#[cfg(feature = "cli")]
#[derive(Parser)]
struct SettingsCommand {
    #[cfg_attr(feature = "cli", command(flatten))]
    config: Config,
}

impl Config {
    /// The settings for a test: any free port, everything in memory, and fake tokens are taken
    /// beside the real ones.
    #[must_use]
    pub fn for_tests() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            ephemeral: true,
            access: AccessOptions {
                auth: vec![AuthMode::Keystone, AuthMode::Fake],
                ..AccessOptions::default()
            },
            ..Self::default()
        }
    }

    /// The bytes that a project's images may have together, 0 for any number: unified limits, where
    /// they hold, come in place of this quota, as in Glance.
    #[must_use]
    pub fn storage_quota(&self) -> u64 {
        if self.limits.use_keystone_limits {
            0
        } else {
            self.images.user_storage_quota
        }
    }

    /// Returns the names of the queues of all who get notifications from one.
    #[must_use]
    pub fn notification_targets(&self) -> Vec<String> {
        let webhooks = self.webhooks.urls();
        let webhooks = webhooks.iter().map(WebhookUrl::target);
        let broker = self.amqp.notification_amqp_url.as_ref();
        webhooks.chain(broker.map(AmqpUrl::target)).collect()
    }

    /// Returns whether the database is a PostgreSQL, which other servers may use as well.
    #[must_use]
    pub fn on_postgres(&self) -> bool {
        let url = self.database_url.as_deref();
        url.is_some_and(|url| url.starts_with("postgres"))
    }

    /// Returns whether there are files whose contents are read besides the settings themselves.
    #[must_use]
    pub fn names_files(&self) -> bool {
        let (images, rules) = (&self.images, &self.rules);
        images.policy_file.is_some()
            || !rules.policy_dirs.is_empty()
            || rules.property_protection_file.is_some()
            || rules.schema_image_file.is_some()
            || self.metadefs.metadefs.is_some()
    }

    /// Returns the file with the certificate of the CA that clients are to trust, where the server has a CA of its own and
    /// the directory is known.
    #[must_use]
    pub fn ca_file(&self) -> Option<PathBuf> {
        let directory = match &self.tls.tls_dir {
            Some(directory) => directory.clone(),
            None if self.ephemeral => return None,
            None => self.data.join(tls::DIRECTORY),
        };
        let file = directory.join(tls::CA_FILE);
        let file = std::path::absolute(&file).unwrap_or(file);
        self.tls.tls_self_signed.then_some(file)
    }

    /// Returns whether only this machine reaches the server: so it is where every address that it listens on is a loopback one.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let plain = self.tls.listen_http;
        self.listen.ip().is_loopback() && plain.is_none_or(|plain| plain.ip().is_loopback())
    }

    /// Returns whether this kind of token is taken.
    #[must_use]
    pub fn takes(&self, mode: AuthMode) -> bool {
        self.access.auth.contains(&mode)
    }
}

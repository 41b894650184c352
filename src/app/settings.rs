//! The settings in force with what is made of them: changed while the server runs, and swapped whole.

use std::fs;
use std::sync::Arc;

use arc_swap::ArcSwap;
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::{App, OpenError, protection};
use crate::config::{Config, Refused};
use crate::domain::protection::Protection;
use crate::domain::schema::{Custom, Schemas};
use crate::{Error, identity};

/// The settings in force.
#[derive(Debug)]
pub struct Settings {
    made: ArcSwap<Made>,
    start: Arc<Config>,
    /// Held by whoever changes them, so that of two changes none is lost.
    changing: Mutex<()>,
}

/// Settings, and what is made of them; cloning it is cheap.
#[derive(Clone, Debug)]
pub(super) struct Made {
    config: Arc<Config>,
    schemas: Arc<Schemas>,
    pub(super) protection: Arc<Protection>,
}

/// Why settings were not changed.
#[derive(Debug, thiserror::Error)]
pub enum Unchanged {
    /// One of them cannot be as was asked.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A file that they name cannot be used.
    #[error(transparent)]
    Unusable(#[from] OpenError),
    /// The server has a trouble of its own.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl Settings {
    pub(super) fn new(made: Made) -> Self {
        Self {
            start: Arc::clone(&made.config),
            made: ArcSwap::from_pointee(made),
            changing: Mutex::default(),
        }
    }

    pub(super) fn config(&self) -> Arc<Config> {
        Arc::clone(&self.made.load().config)
    }

    pub(super) fn schemas(&self) -> Arc<Schemas> {
        Arc::clone(&self.made.load().schemas)
    }

    pub(super) fn protection(&self) -> Arc<Protection> {
        Arc::clone(&self.made.load().protection)
    }
}

impl Made {
    /// Reads the files that these settings name. Blocks.
    pub(super) fn of(config: Config) -> Result<Self, OpenError> {
        let custom = custom(&config)?;
        let images = &config.images;
        let (disks, containers) = (&images.disk_formats, &images.container_formats);
        Ok(Self {
            schemas: Arc::new(Schemas::new(disks, containers, &custom)?),
            protection: Arc::new(protection::load(&config.rules)),
            config: Arc::new(config),
        })
    }
}

impl Made {
    /// The same for settings from which the same is made.
    pub(super) fn with(self, config: Config) -> Self {
        let config = Arc::new(config);
        Self { config, ..self }
    }
}

impl App {
    /// Changes settings, each by its name: all of them, or none. A request that runs has the old
    /// ones still, or the new ones already.
    pub async fn change_settings(&self, changes: &Map<String, Value>) -> Result<(), Unchanged> {
        let _alone = self.settings.changing.lock().await;
        let config = self.config().changed(changes)?;
        self.take_settings(config).await?;
        let names: Vec<_> = changes.keys().map(String::as_str).collect();
        tracing::info!(settings = names.join(", "), "settings changed");
        Ok(())
    }

    /// Goes back to the settings of the start.
    pub async fn restore_settings(&self) -> Result<(), Unchanged> {
        let _alone = self.settings.changing.lock().await;
        self.take_settings(self.settings.start.as_ref().clone())
            .await
    }

    async fn take_settings(&self, config: Config) -> Result<(), Unchanged> {
        let (app, wanted) = (self.clone(), config.clone());
        let reading = spawn_blocking(move || {
            let made = Made::of(wanted)?;
            app.policy
                .change(&made.config, made.protection.policies())?;
            // Here, so that it is all of them whether or not somebody still waits.
            app.stores.refilter(&made.config.filter);
            app.settings.made.store(Arc::new(made));
            Ok::<_, OpenError>(())
        });
        let taken = reading.await;
        taken.map_err(|it| Error::Internal(format!("settings: {it}")))??;
        if config.limits.use_keystone_limits && self.keystone.is_none() {
            identity::register(self).await?;
        }
        // There may be hands for more tasks.
        self.queue.wake();
        Ok(())
    }
}

/// The custom properties that the settings name a file of.
fn custom(config: &Config) -> Result<Custom, OpenError> {
    let file = config.rules.schema_image_file.as_deref();
    let Some(file) = file.filter(|it| !it.as_os_str().is_empty()) else {
        return Ok(Custom::default());
    };
    let wrong = |reason| OpenError::Schema {
        path: file.to_owned(),
        reason,
    };
    let text = fs::read_to_string(file).map_err(|it| wrong(it.to_string()))?;
    let read = Custom::read(&text, &Schemas::fields()?);
    read.map_err(|it| wrong(it.to_string()))
}

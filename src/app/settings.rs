//! The settings in force with what is made of them: changed while the server runs, and swapped whole.

use std::fs;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::Mutex;

use super::error::SettingsFileError;
use super::image_rules::image_rules;
use super::protection;
use crate::config::Config;
use crate::domain::protection::PropertyProtection;
use crate::domain::schema::{CustomProperties, Schemas};

/// The settings in force.
#[derive(Debug)]
pub struct Settings {
    pub(crate) made: ArcSwap<CompiledSettings>,
    pub(crate) start: Arc<Config>,
    /// Held by whoever changes them, so that of two changes none is lost.
    pub(crate) changing: Mutex<()>,
}

/// Settings, and what is made of them; cloning it is cheap.
#[derive(Clone, Debug)]
pub(crate) struct CompiledSettings {
    pub(crate) config: Arc<Config>,
    schemas: Arc<Schemas>,
    pub(crate) protection: Arc<PropertyProtection>,
}

impl Settings {
    pub(crate) fn new(made: CompiledSettings) -> Self {
        Self {
            start: Arc::clone(&made.config),
            made: ArcSwap::from_pointee(made),
            changing: Mutex::default(),
        }
    }

    pub(crate) fn config(&self) -> Arc<Config> {
        Arc::clone(&self.made.load().config)
    }

    pub(crate) fn schemas(&self) -> Arc<Schemas> {
        Arc::clone(&self.made.load().schemas)
    }

    pub(crate) fn protection(&self) -> Arc<PropertyProtection> {
        Arc::clone(&self.made.load().protection)
    }
}

impl CompiledSettings {
    /// Reads the files that these settings name. Blocks.
    pub(crate) fn of(mut config: Config) -> Result<Self, SettingsFileError> {
        config.limit_to_dialect();
        let custom = custom(&config)?;
        let images = &config.images;
        let (disks, containers) = (&images.disk_formats, &images.container_formats);
        Ok(Self {
            schemas: Arc::new(Schemas::new(
                disks,
                containers,
                &custom,
                image_rules(&config),
            )?),
            protection: Arc::new(protection::load(&config)),
            config: Arc::new(config),
        })
    }
}

impl CompiledSettings {
    /// Returns the compiled schemas and protections with other settings, which must compile to the same.
    pub(crate) fn with(self, config: Config) -> Self {
        let config = Arc::new(config);
        Self { config, ..self }
    }
}

/// The custom properties that the settings name a file of.
fn custom(config: &Config) -> Result<CustomProperties, SettingsFileError> {
    let file = config.rules.schema_image_file.as_deref();
    let Some(file) = file.filter(|file| !file.as_os_str().is_empty()) else {
        return Ok(CustomProperties::default());
    };
    let wrong = |reason| SettingsFileError::Schema {
        path: file.to_owned(),
        reason,
    };
    let text = fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let read = CustomProperties::read(&text, &Schemas::fields(image_rules(config))?);
    read.map_err(|error| wrong(error.to_string()))
}

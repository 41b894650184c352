//! Settings that change while a cloud runs.

use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::task::spawn_blocking;

use crate::app::App;
use crate::app::error::SettingsFileError;
use crate::app::settings::CompiledSettings;
use crate::config::{Config, SettingError};
use crate::{Error, identity};

/// Why settings were not changed.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// One of them cannot be as was asked.
    #[error(transparent)]
    Refused(#[from] SettingError),
    /// A file that they name cannot be used.
    #[error(transparent)]
    Unusable(#[from] SettingsFileError),
    /// The server has a trouble of its own.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl App {
    /// Changes settings, each by its name: all of them, or none. A request that runs has the old
    /// ones still, or the new ones already.
    pub async fn change_settings(&self, changes: &Map<String, Value>) -> Result<(), SettingsError> {
        let _alone = self.settings.changing.lock().await;
        let config = self.config().changed(changes)?;
        self.take_settings(config).await?;
        let names: Vec<_> = changes.keys().map(String::as_str).collect();
        tracing::info!(settings = names.join(", "), "settings changed");
        Ok(())
    }

    /// Goes back to the settings of the start.
    pub async fn restore_settings(&self) -> Result<(), SettingsError> {
        let _alone = self.settings.changing.lock().await;
        self.take_settings(self.settings.start.as_ref().clone())
            .await
    }

    async fn take_settings(&self, config: Config) -> Result<(), SettingsError> {
        let (app, wanted) = (self.clone(), config.clone());
        let reading = spawn_blocking(move || {
            let made = CompiledSettings::of(wanted)?;
            app.policy
                .change(&made.config, made.protection.policies())?;
            // Here, so that it is all of them whether or not somebody still waits.
            app.stores.set_filter(&made.config.filter);
            app.settings.made.store(Arc::new(made));
            Ok::<_, SettingsFileError>(())
        });
        let taken = reading.await;
        taken.map_err(|error| Error::Internal(format!("settings: {error}")))??;
        if config.limits.use_keystone_limits && self.keystone.is_none() {
            identity::register(self).await?;
        }
        // There may be hands for more tasks.
        self.queue.wake();
        Ok(())
    }
}

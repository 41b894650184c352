//! The settings and the policy of a cloud, which change while it runs.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::CloudHandle;

/// Why a setting or a rule stays as it is; the text names it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigureError(String);

impl CloudHandle {
    /// Changes settings, by Glance's names, until the next reset: what `PATCH /_lookalike/config`
    /// does.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # #[cfg(feature = "cli")] {
    /// use serde_json::{Map, json};
    ///
    /// let glance = lookalike::Server::start().await?;
    /// let small = Map::from_iter([("image_size_cap".to_owned(), json!(1024))]);
    /// glance.configure(&small).await?;
    /// assert_eq!(glance.settings().await["image_size_cap"], 1024);
    /// glance.restore_settings().await?;
    /// # glance.shutdown().await;
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if one of them does not exist, has a wrong value or is fixed, and in a build without the feature `cli`; none is
    /// changed then.
    pub async fn configure(&self, changes: &Map<String, Value>) -> Result<(), ConfigureError> {
        let app = self.cloud.app().await;
        let outcome = app.change_settings(changes).await;
        outcome.map_err(|error| ConfigureError(error.to_string()))
    }

    /// Returns all settings in force by their names, without secrets.
    pub async fn settings(&self) -> Map<String, Value> {
        self.cloud.app().await.config().shown()
    }

    /// Puts all settings back to those of the start.
    ///
    /// # Errors
    ///
    /// Fails if a file that they name cannot be read any more.
    pub async fn restore_settings(&self) -> Result<(), ConfigureError> {
        let outcome = self.cloud.app().await.restore_settings().await;
        outcome.map_err(|error| ConfigureError(error.to_string()))
    }

    /// Lays policy rules over those of the start, until the next reset: what
    /// `PUT /_lookalike/policy` does.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::{Map, json};
    ///
    /// let glance = lookalike::Server::start().await?;
    /// let nobody = Map::from_iter([("add_image".to_owned(), json!("!"))]);
    /// glance.policy(&nobody).await?;
    /// assert_eq!(glance.policy_rules().await?["add_image"], "!");
    /// glance.restore_policy().await?;
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if a rule does not exist or cannot be understood; none is changed then.
    pub async fn policy(&self, rules: &Map<String, Value>) -> Result<(), ConfigureError> {
        self.lay_over(Some(rules.clone())).await
    }

    /// Returns every policy rule in force, by its name.
    ///
    /// # Errors
    ///
    /// Fails if the policy files cannot be read.
    pub async fn policy_rules(&self) -> crate::Result<BTreeMap<String, String>> {
        self.cloud.app().await.policy.written().await
    }

    /// Takes back the rules that were laid over those of the start.
    ///
    /// # Errors
    ///
    /// Fails if the policy files cannot be read.
    pub async fn restore_policy(&self) -> Result<(), ConfigureError> {
        self.lay_over(None).await
    }

    async fn lay_over(&self, rules: Option<Map<String, Value>>) -> Result<(), ConfigureError> {
        let laid = self.cloud.app().await.policy.lay_over(rules).await;
        laid.map(drop).map_err(ConfigureError)
    }
}

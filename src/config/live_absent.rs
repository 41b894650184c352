//! Settings that change while the server runs, in a build without the feature `cli`: there are none, for their values are parsed
//! by the command line's parser.

use serde_json::{Map, Value};

use super::{Config, SettingError};

impl Config {
    /// Returns these settings, if no changes are asked for.
    ///
    /// # Errors
    ///
    /// Names the first setting that is to change.
    pub fn changed(&self, changes: &Map<String, Value>) -> Result<Self, SettingError> {
        match changes.keys().next() {
            Some(name) => Err(SettingError::NotInThisBuild(name.clone())),
            None => Ok(self.clone()),
        }
    }

    /// Returns true for a setting that may change while the server runs.
    #[must_use]
    pub fn is_live(_name: &str) -> bool {
        false
    }
}

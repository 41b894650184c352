//! The settings of the cloud that is emulated.

use serde::{Serialize, Serializer};

#[cfg(feature = "cli")]
use super::arguments::{ArgAction, Args, boolean, dialect as named_dialect, one_of};
use super::{Config, PublicUploads, RackspaceEndpoint, SettingError};
use crate::dialect::{self, Defaults, Dialect, GlanceRelease};

/// The cloud that the server answers like.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(Args), command(next_help_heading = "Dialect"))]
pub struct DialectOptions {
    /// The cloud to answer like: glance, rackspace (Rackspace Cloud Images) or pcd (Platform9 Private Cloud Director)
    #[cfg_attr(feature = "cli", arg(long = "dialect", env = "LOOKALIKE_DIALECT", default_value = "glance", value_parser = named_dialect, value_name = "glance|rackspace|pcd"))]
    #[serde(serialize_with = "name")]
    pub dialect: &'static Dialect,

    /// In the dialects glance and pcd: the release of Glance to answer like; what came later is not there [default: 2026.2]
    #[cfg_attr(feature = "cli", arg(long = "glance-release", env = "LOOKALIKE_GLANCE_RELEASE", value_parser = one_of(GlanceRelease::ALL), value_name = "train|ussuri|wallaby|yoga|2023.1|2024.1|2025.1|2026.2"))]
    pub glance_release: Option<GlanceRelease>,

    /// Begin with the sample data and users of the dialect, if it has any
    #[cfg_attr(feature = "cli", arg(long = "dialect-seed", env = "LOOKALIKE_DIALECT_SEED", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = true, default_missing_value = "true", value_name = "true|false"))]
    pub dialect_seed: bool,

    /// In the dialect pcd: whether data that came by the public endpoint can be read by the admin one (usable), or is 404 there, as where the two have stores of their own (unusable)
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "pcd-public-uploads",
            env = "LOOKALIKE_PCD_PUBLIC_UPLOADS",
            default_value = "usable",
            value_enum,
            value_name = "usable|unusable"
        )
    )]
    pub pcd_public_uploads: PublicUploads,

    /// In the dialect rackspace: the endpoint of the Images API that the server answers like: the internal one, where customers make and fill images, or the public one, which refuses both and all downloads
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "rackspace-endpoint",
            env = "LOOKALIKE_RACKSPACE_ENDPOINT",
            default_value = "internal",
            value_enum,
            value_name = "internal|public"
        )
    )]
    pub rackspace_endpoint: RackspaceEndpoint,
}

fn name<S: Serializer>(dialect: &Dialect, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(dialect.name)
}

impl DialectOptions {
    /// Returns the data of the dialect, with what the other settings here change in it.
    #[must_use]
    pub fn in_force(&self) -> Dialect {
        let divides = self.pcd_public_uploads == PublicUploads::Unusable;
        let images = match self.rackspace_endpoint {
            RackspaceEndpoint::Internal => None,
            RackspaceEndpoint::Public => self.dialect.public_images,
        };
        Dialect {
            images: images.unwrap_or(self.dialect.images),
            divides_uploads: self.dialect.divides_uploads || divides,
            release: self.glance_release.unwrap_or(self.dialect.release),
            ..*self.dialect
        }
    }
}

impl DialectOptions {
    /// Refuses settings that the dialect does not have.
    ///
    /// # Errors
    ///
    /// Fails for a release of Glance in a cloud that has none.
    pub(crate) fn check(&self) -> Result<(), SettingError> {
        if self.glance_release.is_none() || self.dialect.has_releases {
            return Ok(());
        }
        let having = dialect::BUILT_IN.iter().filter(|known| known.has_releases);
        let having: Vec<_> = having.map(|known| known.name).collect();
        let why = format!(
            "the dialect {} has no releases of Glance; it is allowed with {}",
            self.dialect.name,
            having.join(" or ")
        );
        Err(SettingError::Value("glance_release".into(), why))
    }
}

impl Config {
    /// Takes out what the dialect does not have, whatever the settings say.
    pub(crate) fn limit_to_dialect(&mut self) {
        let release = self.dialect.in_force().release;
        let methods = &mut self.tasks.enabled_import_methods;
        methods.retain(|method| release.has_import_method(*method));
    }

    /// Takes the defaults of the dialect for all settings that are at Glance's.
    pub fn adopt_dialect_defaults(&mut self) {
        self.replace_defaults(&Defaults::GLANCE, &self.dialect.dialect.defaults);
    }

    /// Changes the dialect, and the defaults that come with it.
    pub(crate) fn change_dialect(&mut self, dialect: &'static Dialect) {
        self.replace_defaults(&self.dialect.dialect.defaults, &Defaults::GLANCE);
        self.dialect.dialect = dialect;
        if !dialect.has_releases {
            self.dialect.glance_release = None;
        }
        self.adopt_dialect_defaults();
    }

    fn replace_defaults(&mut self, from: &Defaults, to: &Defaults) {
        let glance = Self::default();
        let (images, ours) = (&mut self.images, glance.images);
        replace(
            &mut images.limit_param_default,
            from.limit_param_default,
            to.limit_param_default,
            ours.limit_param_default,
        );
        replace(
            &mut images.api_limit_max,
            from.api_limit_max,
            to.api_limit_max,
            ours.api_limit_max,
        );
        replace(
            &mut images.disk_formats,
            from.disk_formats.map(list),
            to.disk_formats.map(list),
            ours.disk_formats,
        );
        replace(
            &mut images.container_formats,
            from.container_formats.map(list),
            to.container_formats.map(list),
            ours.container_formats,
        );
        replace(
            &mut images.require_image_format_match,
            from.require_image_format_match,
            to.require_image_format_match,
            ours.require_image_format_match,
        );
        let region = |defaults: &Defaults| defaults.bootstrap_region.map(str::to_owned);
        replace(
            &mut self.bootstrap_region,
            region(from),
            region(to),
            glance.bootstrap_region,
        );
        replace(
            &mut self.access.token_expiration,
            from.token_expiration,
            to.token_expiration,
            glance.access.token_expiration,
        );
    }
}

fn list(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Puts one default in the place of another, if the setting has that; `ours` is Glance's.
fn replace<T: PartialEq + Clone>(setting: &mut T, from: Option<T>, to: Option<T>, ours: T) {
    if *setting == from.unwrap_or_else(|| ours.clone()) {
        *setting = to.unwrap_or(ours);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{DEFAULT, PCD};

    #[test]
    fn a_dialect_brings_its_defaults_and_takes_them_along() {
        let mut config = Config::default();
        config.change_dialect(&PCD);
        assert_eq!(config.bootstrap_region, "Infra");
        config.change_dialect(&DEFAULT);
        assert_eq!(config.bootstrap_region, "RegionOne");
    }

    #[test]
    fn a_setting_that_somebody_chose_stays() {
        let mut config = Config {
            bootstrap_region: "Mine".into(),
            ..Config::default()
        };
        config.change_dialect(&PCD);
        assert_eq!(config.bootstrap_region, "Mine");
    }
}

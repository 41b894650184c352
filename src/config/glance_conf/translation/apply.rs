//! Makes a setting of an option, in the way that the table has for it.

use super::super::bus;
use super::super::error::GlanceConfError;
use super::super::files::no_such_file;
use super::super::kind::SettingValue;
use super::super::meaning::{AppliedSetting, GlanceConf, OptionOutcome};
use super::super::options::GlanceOption;
use super::super::reader::{ConfReader, OptionValue};
use super::super::treatment::Way;

/// The parts of a flavor that have a cache in their pipeline.
const CACHING: [&str; 2] = ["caching", "cachemanagement"];

/// The directory for the cache within that for data.
const CACHE: &str = "image-cache";

/// Sets the setting that follows from an option with this value.
pub(super) fn apply(
    conf: &mut GlanceConf,
    reader: &ConfReader,
    way: Way,
    value: &OptionValue,
    option: &GlanceOption,
    place: String,
) -> Result<OptionOutcome, GlanceConfError> {
    let mut target = SettingTarget { conf, value, place };
    Ok(match way {
        Way::Same(setting) => target.set_if_any(setting, value.value.clone()),
        Way::IfAny(setting) => {
            let said = value.value.clone().filter(|_| !value.text().is_empty());
            target.set_if_any(setting, said)
        }
        Way::File(setting) => return target.file(reader, setting, option.default),
        Way::Directories(setting) => target.directories(reader, setting, option.default),
        Way::Known(setting, known) => target.known(setting, &known()),
        Way::IfTrue(setting, word) => {
            let is_true = value.value == Some(SettingValue::Truth(true));
            target.set_if_any(
                setting,
                is_true.then(|| SettingValue::Text(word.to_owned())),
            )
        }
        Way::Pipeline => target.pipeline(),
        Way::Cache => return target.cache(reader),
        Way::Stores => target.stores(reader)?,
        Way::Bus => bus::outcome(reader, &target.place)?,
        Way::NotOnBus(_) | Way::BusFile(_) if super::is_default(option, value.value.as_ref()) => {
            OptionOutcome::Default
        }
        Way::BusFile(setting) => match bus::outcome(reader, &target.place)? {
            OptionOutcome::Applied(_) if bus::is_encrypted(reader)? => {
                return target.file(reader, setting, option.default);
            }
            OptionOutcome::Applied(_) => {
                OptionOutcome::NoEffect("[oslo_messaging_rabbit] ssl is not true".to_owned())
            }
            other => other,
        },
        Way::NotOnBus(why) => match bus::outcome(reader, &target.place)? {
            OptionOutcome::Applied(_) => OptionOutcome::NotSupported(why.to_owned()),
            other => other,
        },
    })
}

/// The option that settings follow from.
struct SettingTarget<'a> {
    conf: &'a mut GlanceConf,
    value: &'a OptionValue,
    place: String,
}

impl SettingTarget<'_> {
    fn set(&mut self, setting: &'static str, value: SettingValue) {
        self.conf.set(AppliedSetting {
            setting,
            value,
            origin: self.value.origin.clone(),
            option: self.place.clone(),
        });
    }

    fn set_if_any(&mut self, setting: &'static str, value: Option<SettingValue>) -> OptionOutcome {
        match value {
            Some(value) => {
                self.set(setting, value);
                OptionOutcome::Applied(vec![setting])
            }
            None => OptionOutcome::Default,
        }
    }

    /// Sets the path of a file. Without the file the server would be another than the one that is described, so that is an error
    /// unless the option says its default only.
    fn file(
        &mut self,
        reader: &ConfReader,
        setting: &'static str,
        default: &str,
    ) -> Result<OptionOutcome, GlanceConfError> {
        let name = self.value.text();
        if name.is_empty() {
            return Ok(OptionOutcome::Default);
        }
        match reader.places.find(name) {
            Ok(path) => {
                let path = path.to_string_lossy().into_owned();
                self.set(setting, SettingValue::Text(path));
                Ok(OptionOutcome::Applied(vec![setting]))
            }
            Err(_) if name == default => Ok(OptionOutcome::Default),
            Err(places) => Err(GlanceConfError::Value {
                origin: self.value.origin.clone(),
                option: self.place.clone(),
                value: format!("{:?}", self.value.shown),
                reason: no_such_file(&places),
            }),
        }
    }

    /// Sets the paths of directories; as in Glance, one that is missing counts for nothing.
    fn directories(
        &mut self,
        reader: &ConfReader,
        setting: &'static str,
        default: &str,
    ) -> OptionOutcome {
        let mut paths = Vec::new();
        for name in self.value.texts.iter().filter(|name| !name.is_empty()) {
            match reader.places.find(name) {
                Ok(path) => paths.push(path.to_string_lossy().into_owned()),
                Err(_) if name == default => {}
                Err(_) => self.conf.warnings.push(format!(
                    "{}: {}: there is no directory {name}; --glance-conf-root names a directory that stands for /",
                    self.value.origin, self.place
                )),
            }
        }
        let paths = (!paths.is_empty()).then_some(SettingValue::List(paths));
        self.set_if_any(setting, paths)
    }

    /// Sets those words that the setting knows.
    fn known(&mut self, setting: &'static str, known: &[String]) -> OptionOutcome {
        let allowed = known.join(", ");
        match &self.value.value {
            Some(SettingValue::List(words)) => {
                let (good, other): (Vec<_>, Vec<_>) =
                    words.iter().cloned().partition(|word| known.contains(word));
                self.set(setting, SettingValue::List(good));
                if other.is_empty() {
                    return OptionOutcome::Applied(vec![setting]);
                }
                let other = other.join(", ");
                OptionOutcome::NotSupported(format!("there is no {other} here, only {allowed}"))
            }
            Some(SettingValue::Text(word)) if !known.contains(word) => {
                OptionOutcome::NotSupported(format!("there is no {word} here, only {allowed}"))
            }
            value => {
                let value = value.clone();
                self.set_if_any(setting, value)
            }
        }
    }

    /// Sets who is let in. The caches of a flavor are those of `cache`.
    fn pipeline(&mut self) -> OptionOutcome {
        let flavor = self.value.text().to_owned();
        let mut applied = Vec::new();
        let mut others = Vec::new();
        let mut auth = "none";
        for part in flavor.split('+').filter(|part| !part.is_empty()) {
            match part {
                "keystone" => auth = "keystone",
                "fakeauth" => auth = "fake",
                "cachemanagement" => {
                    self.set("cachemanage", SettingValue::Truth(true));
                    applied.push("cachemanage");
                }
                "caching" => {}
                other => others.push(other),
            }
        }
        if let Some(other) = others.first() {
            return OptionOutcome::NotSupported(format!(
                "there is no pipeline {other} here, only keystone, caching and cachemanagement"
            ));
        }
        self.set("auth", SettingValue::Text(auth.to_owned()));
        applied.push("auth");
        OptionOutcome::Applied(applied)
    }

    /// Sets the directory of the cache, if the pipeline has one.
    fn cache(&mut self, reader: &ConfReader) -> Result<OptionOutcome, GlanceConfError> {
        let directory = self.value.text();
        if directory.is_empty() {
            return Ok(OptionOutcome::Default);
        }
        let flavor = reader.named("paste_deploy", "flavor")?;
        let flavor = flavor.as_ref().map_or("", OptionValue::text);
        if !flavor.split('+').any(|part| CACHING.contains(&part)) {
            let reason = "the pipeline of [paste_deploy] flavor has no cache";
            return Ok(OptionOutcome::NoEffect(reason.to_owned()));
        }
        let own = || reader.data.as_ref().map(|data| data.join(CACHE));
        let Some(path) = reader.places.data(directory).or_else(own) else {
            let reason =
                "with --ephemeral there is no cache, unless --image_cache_dir names a directory";
            return Ok(OptionOutcome::NotSupported(reason.to_owned()));
        };
        let path = path.to_string_lossy().into_owned();
        self.set("image_cache_dir", SettingValue::Text(path));
        Ok(OptionOutcome::Applied(vec!["image_cache_dir"]))
    }

    /// Tells which settings a part of the stores counts for; all of them together are set at the end.
    fn stores(&mut self, reader: &ConfReader) -> Result<OptionOutcome, GlanceConfError> {
        let is_default = self.place.ends_with("default_backend");
        let setting = if is_default { "default_store" } else { "store" };
        if self.place.starts_with("[os_glance_") {
            let reason = "staged and temporary data lies below --data";
            return Ok(OptionOutcome::NoEffect(reason.to_owned()));
        }
        let enabled = reader.named("DEFAULT", "enabled_backends")?;
        let has_backends = enabled.is_some_and(|enabled| !enabled.text().is_empty());
        let is_of_files = self.place.contains("filesystem_store_");
        let is_directory = self.place.ends_with("filesystem_store_datadir");
        if is_directory && reader.places.data("").is_none() {
            let reason = "the data of stores lies below --data, unless --glance-conf-root is given";
            return Ok(OptionOutcome::NoEffect(reason.to_owned()));
        }
        if self.place.starts_with("[glance_store]") && is_of_files == has_backends {
            let reason = if is_default {
                "there is no enabled_backends"
            } else {
                "enabled_backends says which stores there are"
            };
            return Ok(OptionOutcome::NoEffect(reason.to_owned()));
        }
        Ok(OptionOutcome::Applied(vec![setting]))
    }
}

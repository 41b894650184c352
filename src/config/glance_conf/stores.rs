//! The stores of `enabled_backends`: each becomes a store of this server by its name.

use std::collections::BTreeMap;

use super::super::shown_store::ShownStore;
use super::super::stores::StoreOption;
use super::error::GlanceConfError;
use super::file_store::{DIRECTORY, FileStore};
use super::kind::SettingValue;
use super::meaning::AppliedSetting;
use super::options;
use super::reader::{ConfReader, OptionValue};
use super::sources::ConfOrigin;
use super::values::normalized;

/// The stores that Glance keeps for itself.
const RESERVED: [&str; 2] = ["os_glance_staging_store", "os_glance_tasks_store"];

/// The kinds of stores, by Glance's names.
const KINDS: [&str; 7] = ["file", "http", "rbd", "swift", "cinder", "s3", "vmware"];

/// The section of the only store, where stores have no sections of their own.
const GLANCE_STORE: &str = "glance_store";

const ENABLED: &str = "[DEFAULT] enabled_backends";
const DEFAULT: &str = "[glance_store] default_backend";

/// Returns the kind of each store by its section.
pub(super) fn kinds(reader: &ConfReader) -> Result<BTreeMap<String, String>, GlanceConfError> {
    let own = RESERVED.map(|name| (name.to_owned(), "file".to_owned()));
    let mut kinds = BTreeMap::from(own);
    if let Some(enabled) = reader.named("DEFAULT", "enabled_backends")? {
        for (name, kind) in backends(&enabled)? {
            kinds.insert(normalized(&name), kind.to_owned());
        }
    }
    Ok(kinds)
}

/// Returns the stores that are enabled, with their kinds.
fn backends(enabled: &OptionValue) -> Result<Vec<(String, &'static str)>, GlanceConfError> {
    let Some(SettingValue::List(pairs)) = &enabled.value else {
        return Ok(Vec::new());
    };
    let pairs = pairs.iter().filter_map(|pair| pair.split_once(':'));
    pairs
        .map(|(name, driver)| {
            let driver = driver.trim();
            let kind = kind_of(driver).ok_or_else(|| {
                let reason = format!(
                    "{driver} is no kind of store; one of {} is allowed",
                    KINDS.join(", ")
                );
                wrong(&enabled.origin, ENABLED, &enabled.shown, reason)
            })?;
            Ok((name.to_owned(), kind))
        })
        .collect()
}

/// Returns the kind of store that a name of a driver means.
fn kind_of(driver: &str) -> Option<&'static str> {
    let short = driver.strip_prefix("glance.store.").unwrap_or(driver);
    let short = match short.strip_suffix(".Store").unwrap_or(short) {
        "filesystem" => "file",
        "https" => "http",
        "vmware_datastore" | "vsphere" => "vmware",
        other => other,
    };
    KINDS.into_iter().find(|kind| *kind == short)
}

/// Returns the settings that the options about stores make together.
pub(super) fn settings(reader: &ConfReader) -> Result<Vec<AppliedSetting>, GlanceConfError> {
    let enabled = reader.named("DEFAULT", "enabled_backends")?;
    let Some(enabled) = enabled.filter(|enabled| !enabled.text().trim().is_empty()) else {
        return only_store(reader);
    };
    let backends = backends(&enabled)?;
    let mut urls = Vec::new();
    for (name, kind) in &backends {
        let url = format!("{name}={}", url(reader, name, kind)?);
        let read = StoreOption::read(&url);
        read.map_err(|reason| wrong(&enabled.origin, ENABLED, &enabled.shown, reason))?;
        urls.push(url);
    }
    let names: Vec<_> = backends.iter().map(|(name, _)| name.as_str()).collect();
    let default = default(reader, &enabled, &names)?;
    Ok(vec![
        applied("store", SettingValue::List(urls), enabled.origin, ENABLED),
        default,
    ])
}

/// Returns the setting of the default store. Glance does not start without one.
fn default(
    reader: &ConfReader,
    enabled: &OptionValue,
    names: &[&str],
) -> Result<AppliedSetting, GlanceConfError> {
    let allowed = format!("one of {} is allowed", names.join(", "));
    let Some(default) = reader.named("glance_store", "default_backend")? else {
        let reason = format!("default_backend of [glance_store] is missing; {allowed}");
        return Err(wrong(&enabled.origin, ENABLED, &enabled.shown, reason));
    };
    if !names.contains(&default.text()) {
        return Err(wrong(&default.origin, DEFAULT, &default.shown, allowed));
    }
    let name = default.text().to_owned();
    Ok(applied(
        "default_store",
        SettingValue::Text(name),
        default.origin,
        DEFAULT,
    ))
}

/// Returns the setting of the store of a configuration that names none, where its place counts.
fn only_store(reader: &ConfReader) -> Result<Vec<AppliedSetting>, GlanceConfError> {
    let store = FileStore::read(reader, GLANCE_STORE, GLANCE_STORE)?;
    let is_own = store.address == "file:" && store.words.is_empty();
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(directory) = store.mounted_directory() {
        query.append_pair("type", "file");
        query.append_pair(DIRECTORY, directory);
    }
    query.extend_pairs(&store.words);
    let Some((option, value)) = store.said_by.filter(|_| !is_own) else {
        return Ok(Vec::new());
    };
    let url = with_query(store.address, &query.finish());
    let option = format!("[{GLANCE_STORE}] {option}");
    let urls = SettingValue::List(vec![url]);
    Ok(vec![applied("store", urls, value.origin, &option)])
}

/// Returns the URL of a store.
fn url(reader: &ConfReader, section: &str, kind: &'static str) -> Result<String, GlanceConfError> {
    let group = format!("store:{kind}");
    let text = |name: &str| -> Result<Option<String>, GlanceConfError> {
        let Some(option) = options::find(&group, name) else {
            return Ok(None);
        };
        let value = reader.value(section, option)?;
        let text = value.map(|value| value.text().to_owned());
        Ok(text.filter(|text| !text.is_empty()))
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(description) = text("store_description")? {
        query.append_pair("description", &description);
    }
    if let Some(weight) = text("weight")? {
        query.append_pair("weight", &weight);
    }
    if let Ok(shown) = ShownStore::named(kind) {
        query.append_pair("type", kind);
        for option in shown.shown_options() {
            if let Some(value) = text(option)? {
                query.append_pair(option, &value);
            }
        }
    }
    let address = match kind {
        "http" => "http:".to_owned(),
        "file" => {
            let store = FileStore::read(reader, section, &group)?;
            if let Some(directory) = &store.shown_directory {
                query.append_pair(DIRECTORY, directory);
            }
            if let Some(directory) = store.mounted_directory()
                && text(DIRECTORY)?.is_none()
            {
                query.append_pair(DIRECTORY, directory);
            }
            query.extend_pairs(store.words);
            store.address
        }
        _ => "file:".to_owned(),
    };
    Ok(with_query(address, &query.finish()))
}

fn with_query(address: String, query: &str) -> String {
    if query.is_empty() {
        address
    } else {
        format!("{address}?{query}")
    }
}

fn applied(
    setting: &'static str,
    value: SettingValue,
    origin: ConfOrigin,
    option: &str,
) -> AppliedSetting {
    AppliedSetting {
        setting,
        value,
        origin,
        option: option.to_owned(),
    }
}

fn wrong(origin: &ConfOrigin, option: &str, shown: &str, reason: String) -> GlanceConfError {
    GlanceConfError::Value {
        origin: origin.clone(),
        option: option.to_owned(),
        value: format!("{shown:?}"),
        reason,
    }
}

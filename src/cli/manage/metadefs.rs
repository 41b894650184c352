//! `lookalike manage export-metadefs` and `unload-metadefs`. Glance: `glance/db/sqlalchemy/metadata.py`.

use std::path::{Path, PathBuf};

use clap::Args;
use lookalike::config::metadefs::{NAMESPACE_FIELDS, NAMESPACE_PARTS};
use reqwest::Method;
use serde_json::{Map, Value};

use super::ManagedCloud;
use super::client::ImageService;
use crate::cli::address::segment;
use crate::cli::failure::CliError;
use crate::cli::print;

/// The media type of documents.
const JSON: &str = "application/json";

/// The fields of its parts that only a server sets.
const OF_SERVER: [&str; 4] = ["created_at", "updated_at", "self", "schema"];

/// Writes metadata definitions into files.
#[derive(Args, Debug)]
pub(in crate::cli) struct ExportMetadefs {
    /// The directory to write into; it is made if it is not there
    path: PathBuf,
    #[command(flatten)]
    cloud: ManagedCloud,
}

/// Removes metadata definitions.
#[derive(Args, Debug)]
pub(in crate::cli) struct UnloadMetadefs {
    #[command(flatten)]
    cloud: ManagedCloud,
}

impl ExportMetadefs {
    /// Writes a file for each namespace that the user sees.
    pub(super) async fn run(self) -> Result<(), CliError> {
        let service = self.cloud.connect().await?;
        let failed = |path: &Path, error: std::io::Error| {
            CliError::start(format!("{}: {error}", path.display()))
        };
        std::fs::create_dir_all(&self.path).map_err(|error| failed(&self.path, error))?;
        let names = namespaces(&service).await?;
        for name in &names {
            let found = service.get(&path_of(name)?).await?;
            let file = self.path.join(format!("{}.json", name.replace('/', "_")));
            let text = format!("{:#}\n", exported(&found));
            std::fs::write(&file, text).map_err(|error| failed(&file, error))?;
        }
        let (count, path) = (names.len(), self.path.display());
        print(&format!("{count} namespaces written to {path}\n"))
    }
}

impl UnloadMetadefs {
    /// Removes every namespace that the user sees, protected ones too.
    pub(super) async fn run(self) -> Result<(), CliError> {
        let service = self.cloud.connect().await?;
        let names = namespaces(&service).await?;
        for name in &names {
            let path = path_of(name)?;
            let mut found = service.get(&path).await?;
            if found.get("protected") == Some(&Value::Bool(true)) {
                unprotect(&service, &path, &mut found).await?;
            }
            service.call(Method::DELETE, &path).await?;
        }
        print(&format!("{} namespaces removed\n", names.len()))
    }
}

/// Takes the protection off a namespace.
async fn unprotect(service: &ImageService, path: &str, found: &mut Value) -> Result<(), CliError> {
    let Some(found) = found.as_object_mut() else {
        return Ok(());
    };
    let mut namespace: Map<_, _> = NAMESPACE_FIELDS
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), found.get(*name)?.clone())))
        .collect();
    namespace.insert("protected".into(), false.into());
    let body = Value::Object(namespace);
    service.send_json(Method::PUT, path, JSON, &body).await
}

fn path_of(namespace: &str) -> Result<String, CliError> {
    Ok(format!("/v2/metadefs/namespaces/{}", segment(namespace)?))
}

/// Returns the names of all namespaces.
async fn namespaces(service: &ImageService) -> Result<Vec<String>, CliError> {
    let mut names = Vec::new();
    let mut next = Some("/v2/metadefs/namespaces?limit=100".to_owned());
    while let Some(path) = next {
        let page = service.get(&path).await?;
        let known = names.len();
        let found = page.get("namespaces").and_then(Value::as_array);
        let found = found.into_iter().flatten();
        names.extend(found.filter_map(|found| found.get("namespace")?.as_str().map(str::to_owned)));
        next = page.get("next").and_then(Value::as_str).map(str::to_owned);
        if names.len() == known {
            break;
        }
    }
    Ok(names)
}

/// Returns a namespace as a file has it.
pub(in crate::cli) fn exported(found: &Value) -> Value {
    let fields = NAMESPACE_FIELDS.iter().chain(&NAMESPACE_PARTS);
    let fields = fields.filter_map(|name| {
        let mut value = found.get(*name).filter(|value| !value.is_null())?.clone();
        strip(&mut value);
        Some(((*name).to_owned(), value))
    });
    Value::Object(fields.collect())
}

/// Removes what only a server sets from the parts of a namespace.
fn strip(value: &mut Value) {
    let Value::Array(parts) = value else {
        return;
    };
    for part in parts.iter_mut().filter_map(Value::as_object_mut) {
        part.retain(|name, _| !OF_SERVER.contains(&name.as_str()));
    }
}

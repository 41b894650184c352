//! The metadata definitions of a cloud, as files.

use indexmap::IndexSet;
use serde_json::Value;

use super::files;
use super::findings::Findings;
use super::session::CloudSession;
use crate::cli::address::segment;
use crate::cli::manage::metadefs::exported;

/// What is called, for people.
pub(super) const CALLS: [&str; 2] = [
    "GET /v2/metadefs/namespaces, all pages, and each namespace, for the metadata definitions",
    "GET /v2/metadefs/resource_types, for their order",
];

/// The list of the namespaces.
const NAMESPACES: &str = "/v2/metadefs/namespaces";

/// The list of the resource types.
const RESOURCE_TYPES: &str = "/v2/metadefs/resource_types";

/// What cannot be found out.
const WHAT: &str = "metadata definitions";

/// Reads each namespace that the user sees. A server of ours begins with none, so that Glance's own count, too.
pub(super) async fn ask(cloud: &CloudSession, findings: &mut Findings) -> Result<(), String> {
    let mut next = Some(format!("{NAMESPACES}?limit=100"));
    let mut known = 0;
    while let Some(path) = next {
        let reply = cloud.document(&path).await?;
        let Some(page) = reply.body.get("namespaces").and_then(Value::as_array) else {
            findings.unknown(WHAT, format!("GET {path} answers {}", reply.status));
            break;
        };
        let names = page
            .iter()
            .filter_map(|found| found.get("namespace")?.as_str());
        for name in names {
            namespace(cloud, findings, name).await?;
        }
        if findings.namespaces.len() == known {
            break;
        }
        known = findings.namespaces.len();
        next = reply
            .body
            .get("next")
            .and_then(Value::as_str)
            .map(str::to_owned);
    }
    if !findings.namespaces.is_empty() {
        let why = format!("GET {NAMESPACES}, and each of the {known} namespaces");
        findings.file("metadefs", files::METADEFS, why);
        resource_types(cloud, findings).await?;
    }
    if !cloud.is_admin() {
        findings.unknown(WHAT, "private namespaces of other projects are not shown");
    }
    Ok(())
}

async fn namespace(
    cloud: &CloudSession,
    findings: &mut Findings,
    name: &str,
) -> Result<(), String> {
    let path = segment(name).map_err(|error| error.to_string())?;
    let path = format!("{NAMESPACES}/{path}");
    let reply = cloud.document(&path).await?;
    if !reply.status.is_success() {
        findings.unknown(WHAT, format!("GET {path} answers {}", reply.status));
        return Ok(());
    }
    let known = &mut findings.namespaces;
    // A namespace that is made meanwhile moves one that is known to the next page.
    if known.iter().all(|(other, _)| other != name) {
        known.push((name.to_owned(), exported(&reply.body)));
    }
    Ok(())
}

/// Compares the list of the resource types with the one that loading the files makes: a type is as old as the first
/// association with it, and one without an association is in no file.
async fn resource_types(cloud: &CloudSession, findings: &mut Findings) -> Result<(), String> {
    let reply = cloud.document(RESOURCE_TYPES).await?;
    let types = names(reply.body.get("resource_types"));
    let oldest_first = findings.namespaces.iter().rev();
    let loaded: IndexSet<_> = oldest_first
        .flat_map(|(_, namespace)| names(namespace.get("resource_type_associations")))
        .collect();
    if loaded.iter().eq(&types) {
        return Ok(());
    }
    let why = if reply.status.is_success() {
        let loaded: Vec<_> = loaded.into_iter().collect();
        let (types, loaded) = (types.join(", "), loaded.join(", "));
        format!("GET {RESOURCE_TYPES} lists {types}; with the files it is {loaded}")
    } else {
        format!("GET {RESOURCE_TYPES} answers {}", reply.status)
    };
    findings.unknown("the order of resource types", why);
    Ok(())
}

/// Returns the names of the entries of a list.
fn names(list: Option<&Value>) -> Vec<&str> {
    let entries = list.and_then(Value::as_array).into_iter().flatten();
    entries
        .filter_map(|entry| entry.get("name")?.as_str())
        .collect()
}

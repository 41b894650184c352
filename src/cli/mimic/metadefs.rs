//! The metadata definitions of a cloud, as files.

use serde_json::Value;

use super::files;
use super::findings::Findings;
use super::session::CloudSession;
use crate::cli::address::segment;
use crate::cli::manage::metadefs::exported;

/// What is called, for people.
pub(super) const CALLS: [&str; 1] =
    ["GET /v2/metadefs/namespaces, all pages, and each namespace, for the metadata definitions"];

/// The list of the namespaces.
const NAMESPACES: &str = "/v2/metadefs/namespaces";

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
    let file = format!("{}.json", name.replace('/', "%2F"));
    findings.namespaces.insert(file, exported(&reply.body));
    Ok(())
}

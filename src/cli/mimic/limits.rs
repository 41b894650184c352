//! The unified limits that Keystone holds for Glance, as entries of the seed.

use http::StatusCode;
use serde_json::{Value, json};

use super::findings::Findings;
use super::session::CloudSession;

/// The path that tells the limits of the own project.
pub(super) const USAGE: &str = "/v2/info/usage";

/// What is called, for people.
pub(super) const CALLS: [&str; 2] = [
    "GET /v3/registered_limits and /v3/limits, where GET /v2/info/usage shows that there are limits",
    "GET /v3/projects/ID and /v3/domains/ID of each project that has a limit of its own",
];

/// The domain that every Keystone has.
const DEFAULT_DOMAIN: &str = "default";

/// The projects that a server of ours has from the start, in that domain.
const PRESENT: [&str; 3] = ["admin", "demo", "alt"];

/// Finds the limits, if Glance holds anybody to them.
pub(super) async fn ask(cloud: &CloudSession, findings: &mut Findings) -> Result<(), String> {
    let reply = cloud.document(USAGE).await?;
    let Some(usage) = reply.body.get("usage").and_then(Value::as_object) else {
        findings.unknown(
            "use_keystone_limits",
            format!("GET {USAGE} answers {}", reply.status),
        );
        return Ok(());
    };
    if usage.is_empty() {
        return Ok(());
    }
    findings.setting(
        "use_keystone_limits",
        true,
        format!("GET {USAGE} shows limits; the seed has them"),
    );
    let Some((keystone, service)) = cloud.keystone().zip(cloud.service.as_deref()) else {
        findings.unknown("registered limits", "there is no Keystone to ask");
        return Ok(());
    };
    let mut reader = LimitReader {
        keystone,
        service,
        region: cloud.region.as_deref(),
        findings,
    };
    reader.registered().await?;
    reader.limits().await?;
    let seed = &mut reader.findings.seed;
    for entries in [&mut seed.registered_limits, &mut seed.limits] {
        // Keystone has them in the order of ids, which are drawn.
        entries.sort_by_cached_key(ToString::to_string);
    }
    if !cloud.is_admin() {
        reader.findings.unknown(
            "limits of other projects",
            "Keystone shows a user without the role admin those of the own project alone",
        );
    }
    Ok(())
}

struct LimitReader<'a> {
    keystone: CloudSession,
    service: &'a str,
    region: Option<&'a str>,
    findings: &'a mut Findings,
}

impl LimitReader<'_> {
    async fn registered(&mut self) -> Result<(), String> {
        for limit in self.list("registered_limits").await? {
            let entry = json!({
                "resource_name": limit.get("resource_name"),
                "default_limit": limit.get("default_limit"),
            });
            self.findings.seed.registered_limits.push(entry);
        }
        Ok(())
    }

    async fn limits(&mut self) -> Result<(), String> {
        for limit in self.list("limits").await? {
            let id = |name: &str| limit.get(name).and_then(Value::as_str);
            let (kind, holder) = match (id("project_id"), id("domain_id")) {
                (Some(project), _) => ("project", self.project(project).await?),
                (None, Some(domain)) => ("domain", self.domain(domain).await?),
                (None, None) => continue,
            };
            let resource = limit.get("resource_name");
            let Some(holder) = holder else {
                let what = resource.and_then(Value::as_str).unwrap_or_default();
                let why = format!("the {kind} that has it cannot be read");
                self.findings.unknown(format!("limit {what}"), why);
                continue;
            };
            let entry = json!({
                "resource_name": resource,
                "resource_limit": limit.get("resource_limit"),
                kind: holder,
            });
            self.findings.seed.limits.push(entry);
        }
        Ok(())
    }

    /// Returns the limits in a list that are for the region of the image service; those for all regions too, where it has none.
    async fn list(&mut self, list: &str) -> Result<Vec<Value>, String> {
        let path = format!("/{list}?service_id={}", self.service);
        let reply = self.keystone.document(&path).await?;
        let Some(found) = reply.body.get(list).and_then(Value::as_array) else {
            let why = format!("GET /v3/{list} answers {}", reply.status);
            self.findings.unknown(list.replace('_', " "), why);
            return Ok(Vec::new());
        };
        let region = |limit: &Value| limit.get("region_id")?.as_str().map(str::to_owned);
        let is_here = |limit: &&Value| region(limit).as_deref() == self.region;
        let here: Vec<_> = found.iter().filter(is_here).cloned().collect();
        if here.is_empty() {
            let everywhere = found.iter().filter(|limit| region(limit).is_none());
            return Ok(everywhere.cloned().collect());
        }
        Ok(here)
    }

    /// Returns the name or id that the seed calls a project by, which it has an entry for.
    async fn project(&mut self, id: &str) -> Result<Option<String>, String> {
        let Some(project) = self.entity("project", id).await? else {
            return Ok(None);
        };
        let text = |name: &str| project.get(name).and_then(Value::as_str);
        let (name, domain) = (text("name").unwrap_or(id), text("domain_id"));
        let domain = domain.unwrap_or(DEFAULT_DOMAIN);
        if domain == DEFAULT_DOMAIN && PRESENT.contains(&name) {
            return Ok(Some(name.to_owned()));
        }
        let Some(domain) = self.domain(domain).await? else {
            return Ok(None);
        };
        let entry = json!({ "name": name, "id": id, "domain": domain });
        add(&mut self.findings.seed.projects, entry);
        Ok(Some(id.to_owned()))
    }

    /// Returns the id of a domain, which the seed has an entry for.
    async fn domain(&mut self, id: &str) -> Result<Option<String>, String> {
        if id == DEFAULT_DOMAIN {
            return Ok(Some(id.to_owned()));
        }
        let Some(domain) = self.entity("domain", id).await? else {
            return Ok(None);
        };
        let entry = json!({ "name": domain.get("name"), "id": id });
        add(&mut self.findings.seed.domains, entry);
        Ok(Some(id.to_owned()))
    }

    /// Returns a project or a domain, unless the user may not see it.
    async fn entity(&self, kind: &str, id: &str) -> Result<Option<Value>, String> {
        let mut reply = self.keystone.document(&format!("/{kind}s/{id}")).await?;
        if reply.status != StatusCode::OK {
            return Ok(None);
        }
        Ok(reply.body.get_mut(kind).map(Value::take))
    }
}

/// Adds an entry once.
fn add(entries: &mut Vec<Value>, entry: Value) {
    if !entries.contains(&entry) {
        entries.push(entry);
    }
}

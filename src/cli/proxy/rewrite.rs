//! Leads the URLs of the servers back to the proxy: in headers, in version documents, in the catalogue and in links.

use http::{HeaderMap, HeaderValue, header};
use serde_json::Value;

use crate::cli::recording::{IDENTITY, is_identity};

/// The path segments that a URL of an API goes on with behind the address of its server.
const GLANCE: [&str; 2] = ["/v2", "/v1"];
const KEYSTONE: [&str; 2] = ["/v3", "/v2.0"];

/// Returns whether the body of an answer may have URLs that lead to the servers.
pub(super) fn has_urls(path: &str, headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let is_json = kind
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.contains("json"));
    let versions = ["", "/versions", "/v2", "/v1"];
    is_json && (is_identity(path) || versions.contains(&path.trim_end_matches('/')))
}

/// Rewrites the headers of an answer, for a proxy at this address.
pub(super) fn headers(headers: &mut HeaderMap, proxy: &str, path: &str) {
    for name in [header::LOCATION, header::CONTENT_LOCATION] {
        change(headers, &name, |value| {
            let base = base(proxy, is_identity(path));
            rebased(value, &base, versions(is_identity(path)))
        });
    }
    change(headers, &header::WWW_AUTHENTICATE, |value| {
        challenge(value, proxy)
    });
}

fn change(
    headers: &mut HeaderMap,
    name: &header::HeaderName,
    change: impl Fn(&str) -> Option<String>,
) {
    let changed = headers.get(name).and_then(|value| {
        let value = change(value.to_str().ok()?)?;
        HeaderValue::from_str(&value).ok()
    });
    if let Some(changed) = changed {
        headers.insert(name.clone(), changed);
    }
}

/// Returns a challenge that names the Keystone behind the proxy: `Keystone uri="…"`.
fn challenge(value: &str, proxy: &str) -> Option<String> {
    let (before, rest) = value.split_once("uri=\"")?;
    let (uri, after) = rest.split_once('"')?;
    let base = base(proxy, true);
    let uri = rebased(uri, &base, versions(true)).unwrap_or(base);
    Some(format!("{before}uri=\"{uri}\"{after}"))
}

/// Rewrites the body of an answer; one without such URLs, or that is no document, stays as it is.
pub(super) fn body(body: &[u8], proxy: &str, path: &str) -> Option<Vec<u8>> {
    let mut document: Value = serde_json::from_slice(body).ok()?;
    let mut changes = Vec::new();
    let mut note = |value: &mut Value, to: String| {
        if value.as_str() != Some(to.as_str()) {
            changes.push((value.to_string(), Value::from(to.clone()).to_string()));
            *value = to.into();
        }
    };
    for place in ["/token/catalog", "/catalog"] {
        if let Some(Value::Array(services)) = document.pointer_mut(place) {
            for service in services {
                catalogued(service, proxy, &mut note);
            }
        }
    }
    let of_identity = is_identity(path);
    links(
        &mut document,
        &base(proxy, of_identity),
        versions(of_identity),
        &mut note,
    );
    if changes.is_empty() {
        return None;
    }
    // Only the URLs are replaced in the text; where they are written in another way, the document is written anew.
    let mut text = std::str::from_utf8(body).ok()?.to_owned();
    let replaceable = changes.iter().all(|(from, _)| text.contains(from.as_str()));
    if !replaceable {
        return serde_json::to_vec(&document).ok();
    }
    changes.sort();
    changes.dedup();
    for (from, to) in &changes {
        text = text.replace(from.as_str(), to);
    }
    Some(text.into_bytes())
}

/// Rewrites the endpoints of the services behind the proxy.
fn catalogued(service: &mut Value, proxy: &str, note: &mut impl FnMut(&mut Value, String)) {
    let of_identity = match service.get("type").and_then(Value::as_str) {
        Some("identity") => true,
        Some("image") => false,
        _ => return,
    };
    let base = base(proxy, of_identity);
    let Some(Value::Array(endpoints)) = service.get_mut("endpoints") else {
        return;
    };
    for url in endpoints
        .iter_mut()
        .filter_map(|endpoint| endpoint.get_mut("url"))
    {
        let Some(text) = url.as_str() else { continue };
        let to = rebased(text, &base, versions(of_identity)).unwrap_or_else(|| base.clone());
        note(url, to);
    }
}

/// Rewrites what stands in `links`, and in the references of a list of links.
fn links(
    value: &mut Value,
    base: &str,
    versions: &[&str],
    note: &mut impl FnMut(&mut Value, String),
) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::Object(links) if name == "links" => {
                        let urls = links.iter_mut().map(|(_, url)| url);
                        urls.for_each(|url| link(url, base, versions, note));
                    }
                    Value::Array(links) if name == "links" => {
                        let urls = links.iter_mut().filter_map(|link| link.get_mut("href"));
                        urls.for_each(|url| link(url, base, versions, note));
                    }
                    field => self::links(field, base, versions, note),
                }
            }
        }
        Value::Array(parts) => parts
            .iter_mut()
            .for_each(|part| links(part, base, versions, note)),
        _ => {}
    }
}

fn link(url: &mut Value, base: &str, versions: &[&str], note: &mut impl FnMut(&mut Value, String)) {
    if let Some(to) = url.as_str().and_then(|url| rebased(url, base, versions)) {
        note(url, to);
    }
}

/// Returns a URL of an API below another address; nothing for one that is none of its version.
fn rebased(url: &str, base: &str, versions: &[&str]) -> Option<String> {
    if !url.contains("://") {
        return None;
    }
    let (path, query) = url.find('?').map_or((url, ""), |at| url.split_at(at));
    let found = versions.iter().filter_map(|version| {
        let at = path.find(version)?;
        let rest = path.get(at..)?;
        let end = rest.get(version.len()..)?;
        (end.is_empty() || end.starts_with(['/', '.'])).then_some((at, rest))
    });
    let (_, rest) = found.min()?;
    Some(format!("{base}{rest}{query}"))
}

fn base(proxy: &str, of_identity: bool) -> String {
    let below = if of_identity { IDENTITY } else { "" };
    format!("{proxy}{below}")
}

fn versions(of_identity: bool) -> &'static [&'static str] {
    if of_identity { &KEYSTONE } else { &GLANCE }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "http://proxy:1";

    #[test]
    fn the_urls_of_version_documents_lead_to_the_proxy_and_the_rest_stays_as_written() {
        let text = br#"{"versions":  [{"id": "v2.9", "links": [{"rel": "self", "href": "https://cloud/image/v2/"}]}]}"#;
        let changed = body(text, PROXY, "/").unwrap();
        let expected = r#"{"versions":  [{"id": "v2.9", "links": [{"rel": "self", "href": "http://proxy:1/v2/"}]}]}"#;
        assert_eq!(String::from_utf8(changed).unwrap(), expected);
    }

    #[test]
    fn the_catalogue_leads_to_the_proxy_for_both_services_and_no_other() {
        let text = br#"{"token": {"catalog": [
            {"type": "image", "endpoints": [{"url": "http://a:9292"}]},
            {"type": "identity", "endpoints": [{"url": "http://a:5000/v3/"}, {"url": "http://a/identity"}]},
            {"type": "compute", "endpoints": [{"url": "http://a/compute/v2.1"}]}]}}"#;
        let changed = body(text, PROXY, "/identity/v3/auth/tokens").unwrap();
        let changed: Value = serde_json::from_slice(&changed).unwrap();
        let url = |at: &str| {
            changed
                .pointer(&format!("/token/catalog/{at}/url"))
                .unwrap()
        };
        assert_eq!(url("0/endpoints/0"), "http://proxy:1");
        assert_eq!(url("1/endpoints/0"), "http://proxy:1/identity/v3/");
        assert_eq!(url("1/endpoints/1"), "http://proxy:1/identity");
        assert_eq!(url("2/endpoints/0"), "http://a/compute/v2.1");
    }

    #[test]
    fn links_of_keystone_lead_to_the_proxy_with_their_queries() {
        let text = br#"{"links": {"self": "http://a:5000/v3/users?name=x", "next": null}, "users": [{"description": "http://a:5000/v3/users"}]}"#;
        let changed = body(text, PROXY, "/identity/v3/users").unwrap();
        let changed: Value = serde_json::from_slice(&changed).unwrap();
        assert_eq!(
            changed["links"]["self"],
            "http://proxy:1/identity/v3/users?name=x"
        );
        assert_eq!(changed["users"][0]["description"], "http://a:5000/v3/users");
    }

    #[test]
    fn headers_lead_to_the_proxy() {
        let mut found = HeaderMap::new();
        let location = "http://a:9292/v2/images/1".parse().unwrap();
        found.insert(header::LOCATION, location);
        let challenge = "Keystone uri=\"http://a:5000\"".parse().unwrap();
        found.insert(header::WWW_AUTHENTICATE, challenge);
        headers(&mut found, PROXY, "/v2/images");
        assert_eq!(found["location"], "http://proxy:1/v2/images/1");
        assert_eq!(
            found["www-authenticate"],
            "Keystone uri=\"http://proxy:1/identity\""
        );
    }

    #[test]
    fn a_document_without_such_urls_is_not_touched() {
        assert!(
            body(
                b"{\"user\": {\"name\": \"a\"}}",
                PROXY,
                "/identity/v3/users/a"
            )
            .is_none()
        );
        assert!(body(b"no document", PROXY, "/").is_none());
    }
}

//! The input of each route, as the OpenAPI documents describe it.

use std::collections::BTreeSet;
use std::io;

use serde_json::Value;

use super::schema::{BodySchema, resolved};
use crate::control::documents::{DescribedApi, openapi_document};

/// The documents of the Images API and of the identity.
#[derive(Debug)]
pub(super) struct DescribedApis {
    images: Value,
    identity: Value,
}

/// The input that one operation reads.
#[derive(Debug)]
pub(super) struct ReadInput<'a> {
    pub(super) query: ReadNames,
    pub(super) headers: ReadNames,
    /// The schema of the JSON document; none if the operation takes none.
    pub(super) body: Option<BodySchema<'a>>,
}

/// The names of parameters that are read.
#[derive(Debug)]
pub(super) enum ReadNames {
    /// Every name means something.
    All,
    /// These, in lower case for headers.
    These(BTreeSet<String>),
}

impl ReadNames {
    pub(super) fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(names) => names.contains(name),
        }
    }
}

impl DescribedApis {
    /// Reads both documents.
    ///
    /// # Errors
    ///
    /// Fails if they are no JSON.
    pub(super) fn read() -> io::Result<Self> {
        Ok(Self {
            images: openapi_document(DescribedApi::Images)?,
            identity: openapi_document(DescribedApi::Identity)?,
        })
    }

    /// Returns the route of a request as it is described, and the input that it reads; none of a request to
    /// nothing that is described.
    pub(super) fn find(&self, method: &str, path: &str) -> Option<(String, ReadInput<'_>)> {
        let mut parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
        let (document, prefix) = match parts.first() {
            Some(&"identity") => {
                parts.remove(0);
                (&self.identity, "/identity")
            }
            Some(&"v3") => (&self.identity, "/identity"),
            _ => (&self.images, ""),
        };
        // Every minor version is the same here.
        if let Some(version) = parts.first_mut()
            && version.starts_with("v2.")
        {
            *version = "v2";
        }
        let paths = document["paths"].as_object()?;
        let matching = paths.iter().filter_map(|(path, item)| {
            let literals = literals(path, &parts)?;
            Some((literals, path, item))
        });
        let (_, path, item) = matching.max_by_key(|(literals, ..)| *literals)?;
        // What answers GET answers HEAD.
        let lower = method.to_ascii_lowercase();
        let operation = item.get(&lower);
        let operation = operation.or_else(|| item.get("get").filter(|_| lower == "head"))?;
        let route = format!("{prefix}{path}");
        Some((route, read_input(document, item, operation)))
    }
}

/// Returns how many parts of a path are those that are described; none if another path is described.
fn literals(described: &str, parts: &[&str]) -> Option<usize> {
    let mut described = described.split('/').filter(|part| !part.is_empty());
    let mut same = 0;
    for part in parts {
        let wanted = described.next()?;
        if wanted == *part {
            same += 1;
        } else if !wanted.starts_with('{') {
            return None;
        }
    }
    described.next().is_none().then_some(same)
}

fn read_input<'a>(document: &'a Value, item: &'a Value, operation: &'a Value) -> ReadInput<'a> {
    let (mut query, mut headers) = (BTreeSet::new(), BTreeSet::new());
    let mut any_query = false;
    let lists = [&item["parameters"], &operation["parameters"]];
    for parameter in lists.into_iter().filter_map(Value::as_array).flatten() {
        let parameter = resolved(document, parameter);
        let name = parameter["name"].as_str().unwrap_or_default();
        match parameter["in"].as_str() {
            // An object in a query is parameters with any name.
            Some("query") if resolved(document, &parameter["schema"])["type"] == "object" => {
                any_query = true;
            }
            Some("query") => {
                query.insert(name.to_owned());
            }
            Some("header") => {
                headers.insert(name.to_ascii_lowercase());
            }
            _ => {}
        }
    }
    let content = &resolved(document, &operation["requestBody"])["content"];
    let json = content.as_object().into_iter().flatten();
    let json = json.filter(|(kind, _)| kind.ends_with("json") || kind.ends_with("json-patch"));
    let schemas: Vec<_> = json.map(|(_, media)| &media["schema"]).collect();
    ReadInput {
        query: if any_query {
            ReadNames::All
        } else {
            ReadNames::These(query)
        },
        headers: ReadNames::These(headers),
        body: (!schemas.is_empty()).then_some(BodySchema { document, schemas }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_literal_route_is_found_by_any_way_of_writing_a_path() {
        let apis = DescribedApis::read().unwrap();
        for (method, path, route) in [
            ("GET", "/v2/images", Some("/v2/images")),
            ("GET", "//v2.9//images/", Some("/v2/images")),
            ("HEAD", "/v2/images/5/file", Some("/v2/images/{image}/file")),
            ("POST", "/v2/cache/clean", Some("/v2/cache/clean")),
            (
                "POST",
                "/identity/v3/auth/tokens",
                Some("/identity/v3/auth/tokens"),
            ),
            ("POST", "/v3/auth/tokens", Some("/identity/v3/auth/tokens")),
            ("GET", "/v2/nothing", None),
            ("PUT", "/v2/images", None),
        ] {
            let found = apis.find(method, path).map(|(route, _)| route);
            assert_eq!(found.as_deref(), route, "{method} {path}");
        }
    }
}

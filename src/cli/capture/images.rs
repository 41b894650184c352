//! Reads all images of a Glance, and their members.

use std::collections::HashSet;

use lookalike::with_causes;
use reqwest::{Client, StatusCode};
use serde_json::{Map, Value};

use super::login::{GlanceEndpoint, describe, json_of};

/// A Glance to read.
#[derive(Debug)]
pub(in crate::cli) struct Glance {
    pub(in crate::cli) http: Client,
    pub(in crate::cli) endpoint: GlanceEndpoint,
}

/// The lists of images that are not hidden and of those that are, the oldest first.
const LISTS: [&str; 2] = [
    "/v2/images?limit=500&sort=created_at:asc,id:asc&visibility=all&member_status=all&os_hidden=false",
    "/v2/images?limit=500&sort=created_at:asc,id:asc&visibility=all&member_status=all&os_hidden=true",
];

/// An image or a member as Glance shows it.
pub(in crate::cli) type ImageDocument = Map<String, Value>;

impl Glance {
    /// Returns every image that the user may see, the oldest first.
    pub(in crate::cli) async fn images(&self) -> Result<Vec<ImageDocument>, String> {
        let mut images: Vec<ImageDocument> = Vec::new();
        for list in LISTS {
            images.extend(self.pages(list).await?);
        }
        let age = |image: &ImageDocument| image.get("created_at").map(ToString::to_string);
        images.sort_by_key(age);
        Ok(images)
    }

    /// Returns the images on all pages of a list. A list that leads back to a page of it is an error.
    async fn pages(&self, list: &str) -> Result<Vec<ImageDocument>, String> {
        let base = &self.endpoint.url;
        let mut images = Vec::new();
        let (mut ids, mut paths) = (HashSet::new(), HashSet::new());
        let mut next = Some(list.to_owned());
        while let Some(path) = next {
            let Some(page) = self.get(&path).await? else {
                return Err(format!("{base}{path} may not be read"));
            };
            let found = items(&page, "images");
            let known = ids.len();
            ids.extend(found.iter().map(|image| image.get("id").cloned()));
            let nothing_new = ids.len() == known;
            images.extend(found);
            next = page.get("next").and_then(Value::as_str).map(str::to_owned);
            paths.insert(path.clone());
            if let Some(after) = &next
                && (nothing_new || paths.contains(after))
            {
                return Err(format!(
                    "the page after {base}{path} leads back to {after}: the list never ends"
                ));
            }
        }
        Ok(images)
    }

    /// Returns the members of an image that the user may see.
    pub(in crate::cli) async fn members(
        &self,
        image: &ImageDocument,
    ) -> Result<Vec<ImageDocument>, String> {
        let shared = image
            .get("visibility")
            .is_some_and(|visibility| visibility == "shared");
        let id = image.get("id").and_then(Value::as_str).filter(|_| shared);
        let Some(id) = id else {
            return Ok(Vec::new());
        };
        let page = self.get(&format!("/v2/images/{id}/members")).await?;
        Ok(page.map_or_else(Vec::new, |page| items(&page, "members")))
    }

    /// Returns the document at a path, or nothing if the user may not read it.
    async fn get(&self, path: &str) -> Result<Option<Value>, String> {
        let url = format!("{}{path}", self.endpoint.url);
        let request = self.http.get(&url).header("Accept", "application/json");
        let request = match &self.endpoint.token {
            Some(token) => request.header("X-Auth-Token", token),
            None => request,
        };
        let response = request.send().await;
        let response = response.map_err(|error| format!("{url}: {}", with_causes(&error)))?;
        match response.status() {
            StatusCode::OK => {
                let document = json_of(response).await;
                document.map(Some).map_err(|error| format!("{url} {error}"))
            }
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Ok(None),
            _ => Err(format!("{url} answers {}", describe(response).await)),
        }
    }
}

fn items(page: &Value, list: &str) -> Vec<ImageDocument> {
    let items = page.get(list).and_then(Value::as_array);
    let items = items.map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| item.as_object().cloned())
        .collect()
}

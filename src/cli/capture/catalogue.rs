//! All images of a Glance, and their members.

use std::collections::HashSet;

use lookalike::with_causes;
use reqwest::{Client, StatusCode};
use serde_json::{Map, Value};

use super::sign_in::{Access, told};

/// A Glance that somebody may read.
#[derive(Debug)]
pub(super) struct Glance {
    pub(super) http: Client,
    pub(super) access: Access,
}

/// All that is not hidden, and all that is; the earliest first.
const LISTS: [&str; 2] = [
    "/v2/images?limit=500&sort=created_at:asc,id:asc&visibility=all&member_status=all&os_hidden=false",
    "/v2/images?limit=500&sort=created_at:asc,id:asc&visibility=all&member_status=all&os_hidden=true",
];

/// What it says of an image or a member.
pub(super) type Shown = Map<String, Value>;

impl Glance {
    /// Every image that may be seen.
    pub(super) async fn images(&self) -> Result<Vec<Shown>, String> {
        let mut images: Vec<Shown> = Vec::new();
        for list in LISTS {
            images.extend(self.pages(list).await?);
        }
        let age = |it: &Shown| it.get("created_at").map(ToString::to_string);
        images.sort_by_key(age);
        Ok(images)
    }

    /// The images on all pages of a list. One that goes round in a circle has no last.
    async fn pages(&self, list: &str) -> Result<Vec<Shown>, String> {
        let glance = &self.access.glance;
        let mut images = Vec::new();
        let (mut ids, mut paths) = (HashSet::new(), HashSet::new());
        let mut next = Some(list.to_owned());
        while let Some(path) = next {
            let Some(page) = self.get(&path).await? else {
                return Err(format!("{glance}{path} may not be read"));
            };
            let found = items(&page, "images");
            let known = ids.len();
            ids.extend(found.iter().map(|it| it.get("id").cloned()));
            let nothing_new = ids.len() == known;
            images.extend(found);
            next = page.get("next").and_then(Value::as_str).map(str::to_owned);
            paths.insert(path.clone());
            if let Some(after) = &next
                && (nothing_new || paths.contains(after))
            {
                return Err(format!(
                    "{glance}{path} has a page after it that leads back, {after}: the list never ends"
                ));
            }
        }
        Ok(images)
    }

    /// The members of an image, as far as they may be seen.
    pub(super) async fn members(&self, image: &Shown) -> Result<Vec<Shown>, String> {
        let shared = image.get("visibility").is_some_and(|it| it == "shared");
        let id = image.get("id").and_then(Value::as_str).filter(|_| shared);
        let Some(id) = id else {
            return Ok(Vec::new());
        };
        let page = self.get(&format!("/v2/images/{id}/members")).await?;
        Ok(page.map_or_else(Vec::new, |it| items(&it, "members")))
    }

    /// What is at a path; nothing if it may not be read.
    async fn get(&self, path: &str) -> Result<Option<Value>, String> {
        let url = format!("{}{path}", self.access.glance);
        let request = self.http.get(&url).header("Accept", "application/json");
        let request = match &self.access.token {
            Some(token) => request.header("X-Auth-Token", token),
            None => request,
        };
        let answer = request.send().await;
        let answer = answer.map_err(|it| format!("{url}: {}", with_causes(&it)))?;
        match answer.status() {
            StatusCode::OK => answer
                .json()
                .await
                .map(Some)
                .map_err(|it| format!("{url}: {it}")),
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Ok(None),
            _ => Err(format!("{url} answers {}", told(answer).await)),
        }
    }
}

fn items(page: &Value, list: &str) -> Vec<Shown> {
    let items = page.get(list).and_then(Value::as_array);
    let items = items.map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .filter_map(|it| it.as_object().cloned())
        .collect()
}

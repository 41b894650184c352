//! Locations: where an image's bytes are, as clients see and change it.
//!
//! A location that a client gives is looked at before it is taken: the filter must let its URL pass,
//! and the server there must say that there are bytes. That is asked while no session is held.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::Images;
use super::legacy_policy::NOT_YOURS;
use super::quota::room_alone;
use super::recovery::remove_unneeded;
use crate::db::Session;
use crate::domain::image::{Image, into_string};
use crate::domain::location::Location;
use crate::domain::patch::{Operation, PatchTarget, Verb};
use crate::domain::policy::Rule;
use crate::domain::status::Status;
use crate::domain::text::{check_length, check_nul, python_repr};
use crate::domain::validation::{Claims, apply_claims, new_claims};
use crate::domain::{formats, quota};
use crate::{Error, Result};

/// An image while a patch is applied to it.
#[derive(Debug)]
pub(super) struct LocationDraft {
    /// As it will be answered, but for what the document says.
    pub(super) image: Image,
    /// Its fields and properties.
    pub(super) document: Map<String, Value>,
    /// Its locations in the order in which they will be kept: whatever the place that an added one is
    /// given, later it is the last.
    pub(super) stored: Vec<Location>,
}

impl LocationDraft {
    pub(super) fn of(image: &Image, absent_fields: &[&str]) -> Self {
        Self {
            document: image.document(absent_fields),
            stored: image.locations.clone(),
            image: image.clone(),
        }
    }

    /// A queued image with a location has its data.
    fn activate(&mut self, claims: Claims, size: Option<i64>) -> Result<()> {
        let data = &mut self.image.data;
        data.size = data.size.filter(|size| *size != 0).or(size);
        if self.image.status != Status::Queued {
            return Ok(());
        }
        apply_claims(&mut self.image, claims);
        // Earlier operations of the same patch may have set them.
        let field = |name| self.document.get(name).cloned().and_then(into_string);
        self.image.disk_format = field("disk_format");
        self.image.container_format = field("container_format");
        formats::check_formats_set(&self.image)?;
        self.image.status = Status::Active;
        Ok(())
    }
}

/// The facts about the URLs of a patch.
#[derive(Debug, Default)]
pub(super) struct LocationProbe {
    sizes: HashMap<String, Option<i64>>,
    wanted: Option<String>,
}

impl LocationProbe {
    /// A URL that must be asked for before the patch can be applied.
    pub(super) fn wanted(&mut self) -> Option<String> {
        self.wanted.take()
    }

    /// Returns how many bytes there are at a URL that may be a location.
    fn size(&mut self, url: &str) -> Result<i64> {
        match self.sizes.get(url) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => {}
            None => self.wanted = Some(url.to_owned()),
        }
        Err(Error::Invalid("Invalid location".into()))
    }
}

impl Images<'_> {
    /// Returns where the bytes of an image are, those in the heaviest store first.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn locations(&self, id: &str) -> Result<Vec<Location>> {
        let image = self.find(id).await?;
        self.may(Rule::FetchImageLocation, &image)?;
        if image.status == Status::Deactivated && !self.caller.admin {
            return Ok(Vec::new());
        }
        let ordered = self.app.stores.by_weight(&image.locations);
        Ok(ordered.into_iter().cloned().collect())
    }

    /// Asks what is at a URL.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(super) async fn reach(&self, url: String, reached: &mut LocationProbe) {
        let size = match self.app.stores.store_for_url(&url) {
            Some(entry) => match entry.store.open(&url).await {
                Ok(found) => found.map(|found| found.size()),
                Err(error) => {
                    tracing::info!(%error, store = entry.id, "refused a location");
                    None
                }
            },
            None => None,
        };
        let size = size.and_then(|size| i64::try_from(size).ok());
        reached.sizes.insert(url, size.filter(|size| *size > 0));
    }

    /// Returns the number of bytes that the caller's quota has left, where there is one and locations change.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(super) async fn room(
        &self,
        db: &mut Session,
        operations: &[Operation],
    ) -> Result<Option<u64>> {
        if operations
            .iter()
            .all(|operation| operation.target() != PatchTarget::Locations)
        {
            return Ok(None);
        }
        room_alone(self.app, self.project(), db).await
    }

    /// Applies an operation on locations.
    pub(super) fn change_locations(
        &self,
        operation: &Operation,
        draft: &mut LocationDraft,
        room: Option<u64>,
        reached: &mut LocationProbe,
    ) -> Result<()> {
        let values = match &operation.value {
            Value::Array(several) if operation.verb == Verb::Replace => several.as_slice(),
            one => std::slice::from_ref(one),
        };
        if values.is_empty() {
            return Err(Error::forbidden_detail(
                "Cannot set locations to empty list.".into(),
            ));
        }
        let (rule, hidden, barred) = match operation.verb {
            Verb::Add => (Rule::SetImageLocation, "add", "add"),
            Verb::Replace => (Rule::SetImageLocation, "update", "replace"),
            Verb::Remove => (Rule::DeleteImageLocation, "remove", "remove"),
        };
        if operation.verb == Verb::Remove {
            self.may_own(rule, &draft.image, || NOT_YOURS.into())?;
        } else {
            self.may(rule, &draft.image)?;
        }
        if !self.app.config().images.show_multiple_locations {
            return Err(Error::forbidden(format!(
                "It's not allowed to {hidden} locations if locations are invisible."
            )));
        }
        let status = draft.image.status;
        if status != Status::Active && (operation.verb == Verb::Remove || status != Status::Queued)
        {
            return Err(Error::conflict(format!(
                "It's not allowed to {barred} locations if image status is {status}."
            )));
        }
        let position = operation.position.as_deref().unwrap_or_default();
        match operation.verb {
            Verb::Add => self.add_location(position, &operation.value, draft, room, reached),
            Verb::Replace => self.replace_locations(values, draft, room, reached),
            Verb::Remove => remove_location(position, draft),
        }
    }

    fn add_location(
        &self,
        position: &str,
        value: &Value,
        draft: &mut LocationDraft,
        room: Option<u64>,
        reached: &mut LocationProbe,
    ) -> Result<()> {
        let options = &self.app.config().images;
        let algorithm = options.hashing_algorithm.as_str();
        let claims = new_claims(&draft.image, std::slice::from_ref(value), algorithm)?;
        let count = draft.image.locations.len();
        let at = match position {
            "-" => Some(count),
            digits => number(digits).map(|number| number.min(count)),
        };
        let at = at.ok_or_else(|| wrong_position("adding"))?;
        quota::check("locations", count + 1, options.image_location_quota)?;
        let location = self.placed(value)?;
        let size = reached.size(&location.url)?;
        fits(&draft.image, size, 1, room)?;
        check_metadata(&Value::Object(location.metadata.clone()))?;
        if draft.image.locations.contains(&location) {
            return Err(exists(&location));
        }
        draft.image.locations.insert(at, location.clone());
        draft.stored.push(location);
        draft.activate(claims, Some(size))
    }

    fn replace_locations(
        &self,
        values: &[Value],
        draft: &mut LocationDraft,
        room: Option<u64>,
        reached: &mut LocationProbe,
    ) -> Result<()> {
        let options = &self.app.config().images;
        let claims = new_claims(&draft.image, values, options.hashing_algorithm.as_str())?;
        quota::check("locations", values.len(), options.image_location_quota)?;
        let new = values.iter().map(|value| self.placed(value));
        let new = new.collect::<Result<Vec<_>>>()?;
        let mut size = None;
        // Where only the metadata changes, what is there already is not judged again.
        if urls(&new) != urls(&draft.image.locations) {
            if !draft.image.locations.is_empty() {
                return Err(not_empty(&draft.image.locations));
            }
            for location in &new {
                let here = reached.size(&location.url)?;
                size = size.or(Some(here));
            }
            fits(&draft.image, size.unwrap_or(0), new.len(), room)?;
            for (place, location) in new.iter().enumerate() {
                if new.iter().skip(place + 1).any(|new| new == location) {
                    return Err(exists(location));
                }
            }
        }
        for location in &new {
            check_metadata(&Value::Object(location.metadata.clone()))?;
        }
        draft.image.locations.clone_from(&new);
        draft.stored = new;
        draft.activate(claims, size)
    }

    /// The location that a value of a patch tells of.
    fn placed(&self, value: &Value) -> Result<Location> {
        // The schema has seen to it that they are there.
        let url = value.get("url").and_then(Value::as_str);
        let metadata = value.get("metadata").and_then(Value::as_object);
        let url = url.unwrap_or_default();
        check_nul(url)?;
        check_length("The URL of a location", url)?;
        let metadata = metadata.cloned().unwrap_or_default();
        let text = Value::Object(metadata.clone()).to_string();
        check_length("The metadata of a location", &text)?;
        Ok(self.app.stores.location_for(url, metadata))
    }

    /// Ends a change of locations, and removes the bytes that no location leads to any more. A client
    /// that goes away now does not keep them from being removed.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(super) async fn commit_and_clear(
        &self,
        db: Session,
        before: Image,
        stored: Vec<Location>,
    ) -> Result<()> {
        let app = self.app.clone();
        let work = async move {
            db.commit_durably().await?;
            for location in &before.locations {
                if !stored.iter().any(|stored| stored.url == location.url)
                    && let Some(entry) = app.stores.entry_of(location, &before.id)
                {
                    remove_unneeded(&app, entry, &before.id, location).await;
                }
            }
            Ok(())
        };
        self.app.apart.run("a change of locations", work).await
    }
}

fn remove_location(position: &str, draft: &mut LocationDraft) -> Result<()> {
    let count = draft.image.locations.len();
    if count == 1 {
        return Err(Error::forbidden_detail(
            "Cannot remove last location in the image.".into(),
        ));
    }
    let at = match position {
        "-" => count.checked_sub(1),
        digits => number(digits).filter(|number| *number < count),
    };
    let at = at.ok_or_else(|| wrong_position("removing"))?;
    let removed = draft.image.locations.remove(at);
    draft.stored.retain(|stored| *stored != removed);
    Ok(())
}

/// A number, or the largest there is for one past that.
fn number(digits: &str) -> Option<usize> {
    let all = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    all.then(|| digits.parse().unwrap_or(usize::MAX))
}

fn wrong_position(doing: &str) -> Error {
    Error::Invalid(format!("Invalid position for {doing} a location."))
}

fn exists(location: &Location) -> Error {
    Error::Invalid(format!("The location {} already exists", location.url))
}

fn not_empty(locations: &[Location]) -> Error {
    let shown = locations
        .iter()
        .map(|location| serde_json::json!({ "url": location.url, "metadata": location.metadata }));
    let shown = python_repr(&shown.collect());
    Error::Invalid(format!("Original locations is not empty: {shown}"))
}

fn urls(locations: &[Location]) -> Vec<&str> {
    let mut urls: Vec<_> = locations
        .iter()
        .map(|location| location.url.as_str())
        .collect();
    urls.sort_unstable();
    urls
}

/// Returns whether the quota has room for so many more copies of an image.
fn fits(image: &Image, size: i64, copies: usize, room: Option<u64>) -> Result<()> {
    let size = image.data.size.filter(|size| *size != 0).unwrap_or(size);
    let copies = i64::try_from(copies).unwrap_or(i64::MAX);
    let size = size.saturating_mul(copies);
    match room {
        Some(room) if u64::try_from(size).unwrap_or(0) > room => Err(Error::TooLarge(format!(
            "Denying attempt to upload image because it exceeds the quota: The size of the data \
             {size} will exceed the limit. {room} bytes remaining."
        ))),
        _ => Ok(()),
    }
}

/// Returns what stores may say of a location: texts, in lists and objects. Glance fails at anything else.
fn check_metadata(value: &Value) -> Result<()> {
    match value {
        Value::String(text) => check_nul(text),
        Value::Array(items) => items.iter().try_for_each(check_metadata),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            check_nul(name)?;
            check_metadata(value)
        }),
        other => Err(Error::Invalid(format!(
            "The metadata of a location may hold texts, lists and objects, but not {}",
            python_repr(other)
        ))),
    }
}

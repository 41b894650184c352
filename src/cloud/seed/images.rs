//! The images of a seed: judged, and written with all that hangs on them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_saphyr::Spanned;

use super::people::Names;
use crate::app::App;
use crate::db::Session;
use crate::domain::image::Image;
use crate::domain::member::{Member, MemberStatus};
use crate::domain::seed::{Seed, SeedImage, SeedMember, SeedSource, SeedTimestamp, derived_id};
use crate::domain::status::Status;
use crate::domain::{quota, text};
use crate::service::generated_data::is_known;
use crate::{Error, Result};

/// The list that all this is about, in messages.
const LIST: &str = "images";

/// An image that is to be planted.
#[derive(Debug)]
pub(super) struct ImageDraft<'a> {
    pub(super) entry: &'a Spanned<SeedImage>,
    pub(super) image: Image,
    pub(super) source: Option<SeedSource>,
}

impl ImageDraft<'_> {
    pub(super) fn label(&self) -> &str {
        self.entry.value.label()
    }

    /// Returns whether there are bytes to be kept in a store.
    pub(super) fn is_filled(&self) -> bool {
        matches!(
            self.source,
            Some(SeedSource::File(_) | SeedSource::Bytes(_))
        )
    }

    /// Returns whether its bytes are made up and nobody has said what they hash to.
    pub(super) fn is_made_up(&self) -> bool {
        matches!(self.source, Some(SeedSource::Generated(_))) && !is_known(&self.image.data)
    }
}

/// The images of a seed as far as they can be judged by themselves.
pub(super) fn draft<'a>(app: &App, seed: &'a Seed) -> Result<Vec<ImageDraft<'a>>> {
    let now = app.clock.now();
    let mut drafts = Vec::new();
    let mut ids = HashSet::new();
    let mut names = HashMap::new();
    for (place, entry) in seed.document.images.iter().enumerate() {
        let count = names.entry((owner_text(&entry.value), &entry.value.name));
        let count = count.and_modify(|count| *count += 1).or_insert(0);
        // What is further down is younger, so that lists show the seed's order.
        let now = now + TimeDelta::microseconds(i64::try_from(place).unwrap_or(0));
        let drafted = one(app, seed, entry, *count, now);
        let draft =
            drafted.map_err(|error| seed.entry_error(entry, LIST, entry.value.label(), error))?;
        if !ids.insert(draft.image.id.to_ascii_lowercase()) {
            let reason = format!("the id {} is there twice", draft.image.id);
            return Err(seed
                .entry_error(entry, LIST, entry.value.label(), reason)
                .into());
        }
        drafts.push(draft);
    }
    Ok(drafts)
}

fn owner_text(image: &SeedImage) -> Option<&str> {
    let named = image.owner.as_ref().and_then(Option::as_deref);
    image.owner_id.as_deref().or(named)
}

fn one<'a>(
    app: &App,
    seed: &Seed,
    entry: &'a Spanned<SeedImage>,
    count: usize,
    now: DateTime<Utc>,
) -> Result<ImageDraft<'a>> {
    let said = &entry.value;
    let id = said.id.clone().unwrap_or_else(|| made_id(said, count));
    let mut image = said.image(&id, &app.schemas())?;
    image.created_at = said.created_at.map_or(now, |created_at| created_at.0);
    image.updated_at = said
        .updated_at
        .map_or(image.created_at, |updated_at| updated_at.0);
    if !seed.built_in {
        check_quotas(app, said, &image)?;
    }
    check(said, &image)?;
    let source = said.source(&image)?;
    if source.is_none() && !said.stores.is_empty() {
        return Err(Error::Invalid("stores: it has no data".into()));
    }
    Ok(ImageDraft {
        entry,
        image,
        source,
    })
}

/// The id of an image that is given none: the same at every start.
fn made_id(said: &SeedImage, count: usize) -> String {
    let (owner, name) = (owner_text(said), said.name.as_deref());
    let (owner, name) = (owner.unwrap_or_default(), name.unwrap_or_default());
    derived_id(&["image", owner, name, &count.to_string()]).to_string()
}

/// Checks the quotas of an image.
fn check_quotas(app: &App, said: &SeedImage, image: &Image) -> Result<()> {
    let config = app.config();
    let options = &config.images;
    quota::check("tags", said.tags.len(), options.image_tag_quota)?;
    let properties = image.counted_properties();
    quota::check("properties", properties, options.image_property_quota)?;
    let members = said.members.len();
    quota::check(
        "members for this image",
        members,
        options.image_member_quota,
    )
}

/// Checks what the API asks of an image that is made or changed, besides the quotas.
fn check(said: &SeedImage, image: &Image) -> Result<()> {
    quota::check_not_negative("min_ram", image.min_ram)?;
    quota::check_not_negative("min_disk", image.min_disk)?;
    quota::check_storable(image)?;
    let data = &image.data;
    for word in [&data.checksum, &data.os_hash_algo, &data.os_hash_value] {
        // Rows have them between semicolons.
        let word = word.as_deref().unwrap_or("0");
        if word.is_empty() || !word.bytes().all(|word| word.is_ascii_alphanumeric()) {
            return Err(Error::Invalid(format!("{word:?} is no hash, nor its name")));
        }
    }
    if said.owner.is_some() && said.owner_id.is_some() {
        return Err(Error::Invalid("owner and owner_id say the same".into()));
    }
    Ok(())
}

/// Writes images, and with them what hangs on them.
pub(super) async fn insert(
    db: &mut Session,
    seed: &Seed,
    names: &Names,
    drafts: &mut [ImageDraft<'_>],
) -> Result<()> {
    let mut members = Vec::new();
    for draft in &mut *drafts {
        let said = &draft.entry.value;
        let wrong = |error: Error| seed.entry_error(draft.entry, LIST, said.label(), error);
        draft.image.owner = owner(said, names).map_err(wrong)?;
        for member in &said.members {
            members.push(self::member(member, &draft.image, names).map_err(wrong)?);
        }
    }
    let images: Vec<_> = drafts.iter().map(|draft| &draft.image).collect();
    db.add_images(&images).await?;
    let gone: HashSet<_> = images
        .iter()
        .filter(|image| image.status == Status::Deleted)
        .map(|image| image.id.as_str())
        .collect();
    members.retain(|member| !gone.contains(member.image_id.as_str()));
    db.add_members(&members).await
}

fn owner(said: &SeedImage, names: &Names) -> Result<Option<String>> {
    if let Some(id) = &said.owner_id {
        return Ok(Some(id.clone()).filter(|value| !value.is_empty()));
    }
    match &said.owner {
        None => Ok(names.of_admin()),
        Some(None) => Ok(None),
        Some(Some(word)) => names.project(word, "owner").map(Some),
    }
}

fn member(said: &SeedMember, image: &Image, names: &Names) -> Result<Member> {
    let project = match (&said.member, &said.member_id) {
        (Some(word), None) => names.project(word, "member")?,
        (None, Some(id)) => id.clone(),
        _ => {
            let text = "members: each needs one of member and member_id";
            return Err(Error::Invalid(text.into()));
        }
    };
    text::check("Member", &project)?;
    let at = |value: Option<SeedTimestamp>| value.map(|value| value.0);
    let created_at = at(said.created_at).unwrap_or(image.created_at);
    Ok(Member {
        project,
        image_id: image.id.clone(),
        status: said.status.unwrap_or(MemberStatus::Pending),
        created_at,
        updated_at: at(said.updated_at).unwrap_or(created_at),
    })
}

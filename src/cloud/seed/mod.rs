//! Planting seeds: all that one says comes into the cloud, or nothing.

mod bytes;
mod images;
mod people;
mod read;
mod tasks;

use std::fmt;

use serde::Serialize;

use crate::app::App;
use crate::config::metadefs::Existing;
use crate::db::Session;
use crate::domain::seed::{Seed, SeedError};
use crate::service::metadefs::load::{Described, load_within};
use crate::service::recovery::keep_alive;
use crate::service::seed_claims::Claims;
use crate::service::seed_lock::hold;
use crate::{Error, Result};

use images::ImageDraft;
pub use read::{SeedFileError, read_all};

/// The result of a seed: the numbers of resources that were created, and that existed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SeedReport {
    /// The resources that were created.
    pub made: Counts,
    /// The resources that existed and were left unchanged.
    pub kept: Counts,
}

/// The number of resources of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Domains of the embedded identity.
    pub domains: usize,
    /// Its projects.
    pub projects: usize,
    /// Its roles.
    pub roles: usize,
    /// Its users.
    pub users: usize,
    /// Its unified limits, the registered ones too.
    pub limits: usize,
    /// Images.
    pub images: usize,
    /// Namespaces of metadata definitions.
    pub metadefs: usize,
    /// Tasks.
    pub tasks: usize,
}

impl fmt::Display for Counts {
    /// In words, such as `1 user, 2 images`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = [
            (self.domains, "domain"),
            (self.projects, "project"),
            (self.roles, "role"),
            (self.users, "user"),
            (self.limits, "limit"),
            (self.images, "image"),
            (self.metadefs, "metadata namespace"),
            (self.tasks, "task"),
        ];
        let some = all.into_iter().filter(|(count, _)| *count > 0);
        let words = some.map(|(count, name)| match count {
            1 => format!("1 {name}"),
            _ => format!("{count} {name}s"),
        });
        let words: Vec<_> = words.collect();
        if words.is_empty() {
            return f.write_str("nothing");
        }
        f.write_str(&words.join(", "))
    }
}

impl From<SeedError> for Error {
    fn from(error: SeedError) -> Self {
        Self::InvalidSeed(error.0)
    }
}

/// Returns the cloud as it is in the region that a seed is for.
fn in_its_region(app: &App, seed: &Seed) -> Result<App> {
    let config = app.config();
    let named = seed.document.region.as_deref();
    let region = named.map_or_else(
        || Ok(config.first_region_key()),
        |name| config.check_region(name),
    );
    let region = region.map_err(|error| Error::InvalidSeed(format!("region: {error}")))?;
    Ok(app.in_region(region))
}

/// Adds to a cloud what a seed says and it does not have yet. What is wrong with the seed is an
/// [`Error::InvalidSeed`] that names the entry; nothing has changed then.
pub async fn plant(app: &App, seed: &Seed) -> Result<SeedReport> {
    let _turn = app.making.turn.lock().await;
    let app = &in_its_region(app, seed)?;
    let drafts = images::draft(app, seed)?;
    let described = described(seed)?;
    people::hash_passwords(app, seed).await?;
    let ids: Vec<_> = drafts.iter().map(|draft| draft.image.id.clone()).collect();
    let filled = drafts.iter().filter(|draft| draft.is_filled());
    let filled: Vec<_> = filled.map(|filled| &filled.image).collect();
    let (claims, known) = Claims::of(app, &ids, &filled).await?;
    let (kept, mut new): (Vec<_>, Vec<_>) = drafts
        .into_iter()
        .partition(|draft| known.contains(&draft.image.id));
    let work = async {
        bytes::place(app, seed, &mut new, &claims).await?;
        write(app, seed, &mut new, kept.len(), &described, &claims).await
    };
    let done = tokio::select! {
        done = work => done,
        // When a server starts, nobody else does that yet.
        never = keep_alive(app) => match never {},
    };
    let planted = match done {
        Ok(planted) => planted,
        Err(error) => {
            claims.give_up().await;
            return Err(error);
        }
    };
    drop(claims);
    let made_up = new.iter().chain(&kept).filter(|new| new.is_made_up());
    app.making
        .add(made_up.map(|made_up| made_up.image.id.clone()));
    tracing::info!(seed = seed.name, made = %planted.made, kept = %planted.kept, "applied a seed");
    Ok(planted)
}

/// Writes the rows, in one transaction.
async fn write(
    app: &App,
    seed: &Seed,
    new: &mut Vec<ImageDraft<'_>>,
    kept: usize,
    described: &[Described],
    claims: &Claims<'_>,
) -> Result<SeedReport> {
    let mut planted = SeedReport::default();
    // Servers that start together plant one after the other.
    let mut db = hold(app).await?;
    claims.free(&mut db).await?;
    let drafted = new.len();
    leave_out_known(&mut db, new).await?;
    let names = people::settle(app, &mut db, seed, &mut planted).await?;
    images::insert(&mut db, seed, &names, new).await?;
    planted.made.images = new.len();
    planted.kept.images = kept + drafted - new.len();
    tasks::insert(app, &mut db, seed, &names, &mut planted).await?;
    if !described.is_empty() {
        let loaded = load_within(app, &mut db, described, Existing::Skip).await?;
        planted.made.metadefs = loaded.made.len();
        planted.kept.metadefs = loaded.skipped.len();
    }
    match db.commit().await.map_err(Error::from) {
        Err(error) if error.is_duplicate() => Err(SeedError(format!(
            "seed {}: something in it came into the cloud by another way just now",
            seed.name
        ))
        .into()),
        done => done.map(|()| planted),
    }
}

/// Leaves out what another server has planted since it was asked what is there.
async fn leave_out_known(db: &mut Session, new: &mut Vec<ImageDraft<'_>>) -> Result<()> {
    let ids: Vec<_> = new.iter().map(|new| new.image.id.clone()).collect();
    let known = db.existing_images(&ids).await?;
    new.retain(|new| !known.contains(&new.image.id));
    Ok(())
}

/// The namespaces of metadata definitions.
fn described(seed: &Seed) -> Result<Vec<Described>> {
    let all = seed.document.metadefs.iter().map(|entry| {
        let name = entry
            .value
            .get("namespace")
            .and_then(|value| value.as_str());
        let name = name.unwrap_or_default();
        let read = Described::read(entry.value.clone());
        read.map_err(|error| seed.entry_error(entry, "metadefs", name, error).into())
    });
    all.collect()
}

#[cfg(test)]
mod tests;

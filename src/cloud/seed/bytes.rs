//! The bytes of a seed's images: put into their stores, or made up.

use std::io;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::fs::File;
use tokio_util::io::ReaderStream;

use super::images::ImageDraft;
use crate::app::App;
use crate::domain::generated_data::GeneratedData;
use crate::domain::image::{Data, Image};
use crate::domain::seed::{Seed, SeedSource};
use crate::service::seed_claims::Claims;
use crate::service::uploads::still_ours;
use crate::service::{generated_data, image_data};
use crate::store::StoreEntry;
use crate::store::ingest::SizeLimits;
use crate::{Error, Result, with_causes};

/// The paths in a seed are the server's, which whoever only sends it one must not have it read.
const NO_FILES: &str = "data: file: only a seed that a server begins with may name files: start it \
                         with --seed FILE, or give the bytes as text, base64 or size";

/// Sees to the bytes of these images, and notes what is learned of them.
pub(super) async fn place(
    app: &App,
    seed: &Seed,
    drafts: &mut [ImageDraft<'_>],
    claims: &Claims<'_>,
) -> Result<()> {
    for draft in drafts {
        let Some(source) = draft.source.clone() else {
            continue;
        };
        let placed = place_one(app, seed, draft, source, claims).await;
        placed.map_err(|error| match error {
            Error::Database(_) => error,
            other => seed
                .entry_error(draft.entry, "images", draft.label(), with_causes(&other))
                .into(),
        })?;
    }
    Ok(())
}

async fn place_one(
    app: &App,
    seed: &Seed,
    draft: &mut ImageDraft<'_>,
    source: SeedSource,
    claims: &Claims<'_>,
) -> Result<()> {
    let places = stores(app, &draft.entry.value.stores)?;
    if let SeedSource::Generated(made) = source {
        draft.image.data = known(app, made, &draft.image).await?;
        for entry in places {
            let mut location = app.stores.location_in(entry, &draft.image.id);
            location.url = made.url(&draft.image.id);
            draft.image.locations.push(location);
        }
        return Ok(());
    }
    let given = draft.image.data.clone();
    for entry in places {
        let bytes = open(seed, &source).await?;
        let bounds = SizeLimits {
            expected: None,
            cap: app.config().images.image_size_cap,
            quota: None,
        };
        let attempt = claims.attempt(&draft.image.id);
        let ours = Box::pin(still_ours(app, &attempt));
        let stored =
            image_data::keep(app, &draft.image, &attempt, entry, bounds, bytes, ours).await?;
        draft.image.data = besides(given.clone(), stored.data);
        draft.image.locations.push(stored.location);
    }
    Ok(())
}

/// The stores of these names, or the default store.
fn stores<'a>(app: &'a App, names: &[String]) -> Result<Vec<&'a StoreEntry>> {
    if names.is_empty() {
        return Ok(vec![app.stores.default()]);
    }
    let find = |name: &String| {
        let found = app.stores.get(name).filter(|_| app.stores.is_multi_store());
        found.ok_or_else(|| Error::Invalid(format!("there is no store {name}")))
    };
    names.iter().map(find).collect()
}

/// Returns what is known of made-up bytes; of many, it is learned later.
async fn known(app: &App, made: GeneratedData, image: &Image) -> Result<Data> {
    let algorithm = app.config().images.hashing_algorithm;
    let data = generated_data::at_once(made, image, algorithm);
    if generated_data::is_known(&data) || made.size > generated_data::FEW {
        return Ok(data);
    }
    generated_data::in_time(made, image, algorithm).await
}

/// Returns what the seed says, and else what was found.
fn besides(given: Data, found: Data) -> Data {
    Data {
        size: given.size.or(found.size),
        virtual_size: given.virtual_size.or(found.virtual_size),
        checksum: given.checksum.or(found.checksum),
        os_hash_algo: given.os_hash_algo.or(found.os_hash_algo),
        os_hash_value: given.os_hash_value.or(found.os_hash_value),
    }
}

async fn open(seed: &Seed, source: &SeedSource) -> Result<BoxStream<'static, io::Result<Bytes>>> {
    let path = match source {
        SeedSource::File(path) => path,
        SeedSource::Bytes(bytes) => {
            let bytes = Bytes::from(bytes.clone());
            return Ok(stream::iter([Ok(bytes)]).boxed());
        }
        SeedSource::Generated(_) => return Ok(stream::empty().boxed()),
    };
    let Some(directory) = &seed.directory else {
        return Err(Error::Invalid(NO_FILES.into()));
    };
    let path = directory.join(path);
    let wrong = |error| Error::Invalid(format!("data: the file {}: {error}", path.display()));
    let file = File::open(&path).await.map_err(wrong)?;
    Ok(ReaderStream::with_capacity(file, 256 << 10).boxed())
}

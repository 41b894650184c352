//! The checksums of generated data: computed at once if it is short, and else in the background.
//!
//! The hash of 20 GiB takes half a minute of a core. Until it is known, an image of such bytes has
//! none, like one in Glance whose bytes were given as a location and are hashed in the background.

use crate::Result;
use crate::app::App;
use crate::config::Algorithm;
use crate::domain::generated_data::{DiskHeader, GeneratedData};
use crate::domain::image::{Data, Image};
use crate::store::generated::{hash, known_hash};

/// Up to here bytes are hashed at once.
pub const FEW: u64 = 64 << 20;

/// Returns whether all is known of an image's bytes.
#[must_use]
pub fn is_known(data: &Data) -> bool {
    data.checksum.is_some() && data.os_hash_value.is_some()
}

/// Returns what can be said of made-up bytes at once, besides what is given.
#[must_use]
pub fn at_once(made: GeneratedData, image: &Image, algorithm: Algorithm) -> Data {
    let mut data = image.data.clone();
    let size = i64::try_from(made.size).ok();
    data.size = data.size.or(size);
    let disk = match made.header {
        DiskHeader::Qcow2(disk) => i64::try_from(disk).ok(),
        DiskHeader::Iso => size.map(|size| size / 2048 * 2048),
        DiskHeader::None if image.disk_format.as_deref() == Some("raw") => size,
        DiskHeader::None => None,
    };
    let bare = image.container_format.as_deref() == Some("bare");
    let disk = disk.filter(|disk| bare && *disk > 0);
    data.virtual_size = data.virtual_size.or(disk);
    data.checksum = data.checksum.or_else(|| known_hash(made, Algorithm::Md5));
    if data.os_hash_value.is_none() {
        data.os_hash_value = known_hash(made, algorithm);
    }
    with_algorithm(data, algorithm)
}

/// Returns all that is known of generated data, and computes its hashes if they are missing.
pub async fn in_time(made: GeneratedData, image: &Image, algorithm: Algorithm) -> Result<Data> {
    let mut data = at_once(made, image, algorithm);
    let checksum = async {
        match &data.checksum {
            Some(known) => Ok(known.clone()),
            None => hash(made, Algorithm::Md5).await,
        }
    };
    let value = async {
        match &data.os_hash_value {
            Some(known) => Ok(known.clone()),
            None => hash(made, algorithm).await,
        }
    };
    let (checksum, value) = tokio::try_join!(checksum, value)?;
    data.checksum = Some(checksum);
    data.os_hash_value = Some(value);
    Ok(with_algorithm(data, algorithm))
}

fn with_algorithm(mut data: Data, algorithm: Algorithm) -> Data {
    if data.os_hash_value.is_some() && data.os_hash_algo.is_none() {
        data.os_hash_algo = Some(algorithm.as_str().to_owned());
    }
    data
}

/// Hashes what waits to be hashed, and before that what was left so, until it is dropped.
pub async fn work(app: App) {
    match left(&app).await {
        Ok(images) => app.making.add(images),
        Err(error) => {
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(error = cause, "cannot list generated data without hashes");
        }
    }
    loop {
        while let Some(id) = app.making.next() {
            if let Err(error) = learn(&app, &id).await {
                let cause = &error as &dyn std::error::Error;
                tracing::warn!(error = cause, image = id, "cannot hash generated data");
            }
        }
        app.making.wake.notified().await;
    }
}

/// The images of made-up bytes that nobody has hashed: their server has ended before, or they came
/// with a snapshot.
async fn left(app: &App) -> Result<Vec<String>> {
    app.db.read().await?.images_without_hash("made://").await
}

/// Finds out what is not known of an image's bytes, and makes it known.
async fn learn(app: &App, id: &str) -> Result<()> {
    let found = app.db.read().await?.image(id, None).await?;
    let Some((made, image)) = found.and_then(|found| unknown(found.image)) else {
        return Ok(());
    };
    let algorithm = app.config().images.hashing_algorithm;
    let data = in_time(made, &image, algorithm).await?;
    let mut db = app.db.write().await?;
    let found = db.lock_image(id).await?;
    // Meanwhile it may have got other bytes.
    if found
        .and_then(|found| unknown(found.image))
        .map(|found| found.0)
        == Some(made)
    {
        db.record_data(id, &data);
    }
    Ok(db.commit().await?)
}

/// The made-up bytes of an image of which not all is known.
fn unknown(image: Image) -> Option<(GeneratedData, Image)> {
    if is_known(&image.data) {
        return None;
    }
    let made = image
        .locations
        .iter()
        .find_map(|location| GeneratedData::from_url(&location.url))?;
    Some((made, image))
}

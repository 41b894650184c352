//! `compare`: what the images of two servers differ in.

use serde_json::Value;

use super::client::ImageService;
use super::copy::{is_active, is_same, replicated, text};
use super::options::ReplicationOptions;
use crate::cli::failure::CliError;
use crate::cli::print;

/// The fields that the server sets, and that say whether it has the same data.
const OF_DATA: [&str; 5] = [
    "checksum",
    "os_hash_algo",
    "os_hash_value",
    "size",
    "status",
];

/// Prints each difference.
///
/// # Errors
///
/// Fails if there is one, after all are printed.
pub(super) async fn compare(
    source: &ImageService,
    target: &ImageService,
    options: &ReplicationOptions,
) -> Result<(), CliError> {
    let mut different = 0_usize;
    for image in source.images().await? {
        let Some(id) = text(&image, "id") else {
            continue;
        };
        let Some(there) = target.image(id).await? else {
            if is_active(&image) {
                different += 1;
                let name = text(&image, "name").unwrap_or("--unnamed");
                print(&format!(
                    "Image {id} (\"{name}\") entirely missing from the destination\n"
                ))?;
            }
            continue;
        };
        let of_data = OF_DATA
            .iter()
            .filter(|name| options.replicates(name))
            .filter_map(|name| Some((*name, image.get(*name)?)));
        let mut is_different = false;
        for (name, value) in replicated(&image, options).chain(of_data) {
            if !is_same(name, Some(value), there.get(name)) {
                is_different = true;
                let other = there
                    .get(name)
                    .map_or_else(|| "undefined".into(), Value::to_string);
                print(&format!(
                    "{id}: field {name} differs (source is {value}, destination is {other})\n"
                ))?;
            }
        }
        different += usize::from(is_different);
    }
    if different == 0 {
        return print("no differences\n");
    }
    Err(CliError::start(format!("{different} images differ")))
}

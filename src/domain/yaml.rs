//! Documents in YAML, which includes JSON.

use serde::de::DeserializeOwned;
use serde_saphyr::options;

/// Parses a document.
///
/// # Errors
/// Returns one line with the place of the error, if the text is not YAML or is not of the type.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let options = options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())
}

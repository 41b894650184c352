//! The pages of the console: files in the binary. A program that is built for debugging reads them from the
//! sources each time, so that a change shows without a build.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, LOCATION};
use http::{HeaderMap, StatusCode};
use rust_embed::{Embed, EmbeddedFile};

use super::ROOT_OF_PAGES;
use crate::cloud::Cloud;
use crate::control::extract::RequestAddress;
use crate::control::{ControlError, ROOT};
use crate::domain::text::hex;

#[derive(Embed)]
#[folder = "src/control/console/assets/"]
struct Assets;

/// The page that all others hang on.
const INDEX: &str = "index.html";

/// Leads on to the pages, whose links are relative to the slash at the end.
pub(super) async fn lead(cloud: Cloud, address: RequestAddress) -> Response {
    let base = address.base(cloud.start());
    let location = format!("{base}{ROOT}{ROOT_OF_PAGES}");
    (StatusCode::FOUND, [(LOCATION, location)]).into_response()
}

pub(super) async fn index(headers: HeaderMap) -> Result<Response, ControlError> {
    answer(INDEX, &headers)
}

pub(super) async fn file(
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ControlError> {
    answer(&file, &headers)
}

fn answer(path: &str, headers: &HeaderMap) -> Result<Response, ControlError> {
    let absent = || ControlError::absent(format!("the console has no file {path}"));
    let file = Assets::get(path).ok_or_else(absent)?;
    let tag = tag(&file);
    let head = [
        // A browser asks each time, and gets the file only if it is another one.
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (ETAG, HeaderValue::from_str(&tag).map_err(|_| absent())?),
    ];
    if is_known(headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    let kind = [(CONTENT_TYPE, media_type(path))];
    Ok((head, kind, file.data).into_response())
}

/// Returns the entity tag of a file.
fn tag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    format!("\"{}\"", hex(hash.first_chunk::<16>().unwrap_or(&[0; 16])))
}

/// Returns whether a client has the file with this entity tag (RFC 9110, section 13.1.2).
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).iter();
    let known = known.filter_map(|value| value.to_str().ok());
    let mut known = known.flat_map(|value| value.split(',')).map(str::trim);
    known.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_media_type_that_a_browser_takes_it_for() {
        for file in Assets::iter() {
            assert_ne!(media_type(&file), "application/octet-stream", "{file}");
        }
    }

    #[test]
    fn the_first_page_is_there() {
        assert!(Assets::get(INDEX).is_some());
    }

    #[test]
    fn a_client_has_what_one_of_its_tags_names() {
        for (header, known) in [
            ("\"a\"", true),
            ("\"b\", W/\"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
        ] {
            let headers = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static(header))]);
            assert_eq!(is_known(&headers, "\"a\""), known, "{header}");
        }
    }
}

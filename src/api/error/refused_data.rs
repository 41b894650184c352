//! The log line for data of an image that was refused: without it, nobody but the client learns the reason.

use http::Method;

use crate::Error;

/// Logs why the data of an image, or what exceeds a quota, was refused; other errors of the client are not logged.
pub(super) fn log(method: &Method, path: &str, error: &Error) {
    let status = error.status();
    let image = image_of(path);
    let is_limit = matches!(error, Error::QuotaExceeded { .. } | Error::TooLarge(_));
    if is_limit || (is_data(method, path) && matches!(status, 400 | 409 | 410 | 415)) {
        tracing::info!(image, status, reason = %error, "refused the data of an image, or more than a quota allows");
    }
}

/// Returns true for the requests whose body is the data of an image.
fn is_data(method: &Method, path: &str) -> bool {
    let ends = |name: &str| path.trim_end_matches('/').ends_with(name);
    *method == Method::PUT && (ends("/file") || ends("/stage"))
}

/// Returns the id of the image that a path names.
fn image_of(path: &str) -> Option<&str> {
    let mut segments = path.split('/');
    segments.find(|segment| *segment == "images")?;
    segments.next().filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_is_the_segment_behind_images() {
        assert_eq!(image_of("/v2/images/x/file"), Some("x"));
        assert_eq!(image_of("/v2/images/x"), Some("x"));
        assert_eq!(image_of("/v2/images"), None);
        assert_eq!(image_of("/v2/images/"), None);
        assert_eq!(image_of("/v2/tasks/x"), None);
    }
}

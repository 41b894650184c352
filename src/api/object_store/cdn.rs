//! Rackspace's network for content, which no container is on. Cloud Files: "CDN-enable and CDN-disable a container".

use http::{HeaderMap, Method, StatusCode};

const ENABLED: &str = "x-cdn-enabled";

/// Returns the status of a request: a container that shall not be on the network is not, and nothing else is found.
/// fog asks for that after each container that it makes.
pub(super) async fn answer(method: Method, headers: HeaderMap) -> StatusCode {
    let disables = |value: &http::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"false");
    if method == Method::PUT && headers.get(ENABLED).is_some_and(disables) {
        StatusCode::ACCEPTED
    } else {
        StatusCode::NOT_FOUND
    }
}

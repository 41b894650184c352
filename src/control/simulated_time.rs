//! What a request for control draws from, where ids repeat: a stream of its own, as others do. It
//! does not move the clock.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use super::access;
use crate::app::context::RequestSource;
use crate::cloud::Cloud;
use crate::runtime::random::StreamKey;

pub(super) async fn lend(cloud: Cloud, mut request: Request, next: Next) -> Response {
    let app = cloud.app().await;
    if !app.random.is_seeded() {
        return next.run(request).await;
    }
    let is_own = request.extensions().get() == Some(&RequestSource::Console);
    if is_own || access::is_page(request.uri().path()) {
        let stream = app.random.unrepeatable_stream();
        request.extensions_mut().insert(cloud.in_stream(stream));
        return next.run(request).await;
    }
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let place = format!("/_lookalike{uri}");
    let asked = StreamKey {
        writes: !method.is_safe(),
        method: method.as_str(),
        uri: &place,
        token: b"",
    };
    let stream = app.random.request_stream(asked);
    request.extensions_mut().insert(cloud.in_stream(stream));
    next.run(request).await
}

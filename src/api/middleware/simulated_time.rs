//! The layer that advances the clock for a request, and gives it its stream of ids and its date.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use http::header::{DATE, HeaderValue};

use crate::app::App;
use crate::runtime::clock::Clock;
use crate::runtime::random::StreamKey;

/// Moves the clock if a request may change something and the clock goes by that; lends the request
/// what it draws from; dates the answer. The console has what it draws from already. With the system's own time and chance, it does nothing.
pub(crate) async fn lend(app: App, request: Request, next: Next) -> Response {
    let mut response = if app.random.is_seeded() && !app.is_for_console() {
        drawing(&app, request, next).await
    } else {
        next.run(request).await
    };
    if !app.clock.is_real() {
        date(&app.clock, response.headers_mut());
    }
    response
}

async fn drawing(app: &App, mut request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let uri = request.uri().clone();
    let token = request.headers().get("x-auth-token").cloned();
    let asked = StreamKey {
        writes: !method.is_safe(),
        method: method.as_str(),
        uri: uri
            .path_and_query()
            .map_or("", |path_and_query| path_and_query.as_str()),
        token: token.as_ref().map_or(b"", HeaderValue::as_bytes),
    };
    if asked.writes {
        app.clock.step();
    }
    let app = app.in_stream(app.random.request_stream(asked));
    request.extensions_mut().insert(app);
    next.run(request).await
}

/// Says the time of this server's clock, where the connection would say the system's.
fn date(clock: &Clock, headers: &mut HeaderMap) {
    let now = clock.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(now) = HeaderValue::from_str(&now) {
        headers.entry(DATE).or_insert(now);
    }
}

//! The layer that advances the clock for a request, and gives it its stream of ids and its date.

use axum::extract::Request;
use axum::response::Response;
use http::HeaderMap;
use http::header::{DATE, HeaderValue};

use super::next::Next;
use crate::app::App;
use crate::runtime::clock::Clock;
use crate::runtime::random::StreamKey;

/// Moves the clock if a request may change something and the clock goes by that; lends the request
/// what it draws from; dates the answer. The console has what it draws from already. With the system's own time and chance, it does nothing.
pub(crate) async fn lend(app: App, request: Request, next: impl Next) -> Response {
    let simulated = (!app.clock.is_real()).then(|| app.clone());
    let app = if app.random.is_seeded() && !app.is_for_console() {
        drawing(&app, &request)
    } else {
        app
    };
    let mut response = next.run(app, request).await;
    if let Some(app) = simulated {
        date(&app.clock, response.headers_mut());
    }
    response
}

/// Returns the cloud as a request sees it that draws from a stream of its own.
fn drawing(app: &App, request: &Request) -> App {
    let method = request.method();
    let token = request.headers().get("x-auth-token");
    let path_and_query = request.uri().path_and_query();
    let asked = StreamKey {
        writes: !method.is_safe(),
        method: method.as_str(),
        uri: path_and_query.map_or("", |path_and_query| path_and_query.as_str()),
        token: token.map_or(b"", HeaderValue::as_bytes),
    };
    if asked.writes {
        app.clock.step();
    }
    app.in_stream(app.random.request_stream(asked))
}

/// Says the time of this server's clock, where the connection would say the system's.
fn date(clock: &Clock, headers: &mut HeaderMap) {
    let now = clock.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(now) = HeaderValue::from_str(&now) {
        headers.entry(DATE).or_insert(now);
    }
}

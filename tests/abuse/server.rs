//! Another server, from which images come.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use http::{HeaderMap, StatusCode};
use tokio::sync::Mutex;

/// Starts a server that answers every request with this text, and returns its URL.
pub(crate) async fn serve_text(text: &'static str) -> String {
    let answer = move || async move { Ok::<_, Infallible>((StatusCode::OK, text)) };
    serve(Router::new().fallback(answer)).await
}

/// Starts a server with these routes and returns its URL.
pub(crate) async fn serve(routes: Router) -> String {
    let address = serve_at("127.0.0.1:0", routes).await.unwrap();
    format!("http://{address}")
}

/// Starts a server with these routes at this address, and returns the address with its port.
pub(crate) async fn serve_at(address: &str, routes: Router) -> std::io::Result<SocketAddr> {
    let listener = tokio::net::TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(address)
}

/// Starts a server that redirects every request to this URL, and returns its own.
pub(crate) async fn serve_redirect(to: &str) -> String {
    let to = to.to_owned();
    let answer = move || {
        let to = to.clone();
        async move { Ok::<_, Infallible>((StatusCode::FOUND, [("Location", to)])) }
    };
    serve(Router::new().fallback(answer)).await
}

/// The headers of the requests that a server got.
pub(crate) type SeenHeaders = Arc<Mutex<Vec<HeaderMap>>>;

/// Starts a server that answers 404 and keeps the headers of each request.
pub(crate) async fn serve_and_record() -> (String, SeenHeaders) {
    let seen = SeenHeaders::default();
    let record = seen.clone();
    let answer = move |headers: HeaderMap| {
        let record = record.clone();
        async move {
            record.lock().await.push(headers);
            StatusCode::NOT_FOUND
        }
    };
    (serve(Router::new().fallback(answer)).await, seen)
}

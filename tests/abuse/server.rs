//! Another server, from which images come.

use std::convert::Infallible;

use axum::Router;
use http::StatusCode;

/// Starts a server that answers every request with this text, and returns its URL.
pub(crate) async fn serve_text(text: &'static str) -> String {
    let answer = move || async move { Ok::<_, Infallible>((StatusCode::OK, text)) };
    serve(Router::new().fallback(answer)).await
}

/// Starts a server with these routes and returns its URL.
pub(crate) async fn serve(routes: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}")
}

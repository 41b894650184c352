//! Requests about which policy asks other servers.
//!
//! Policy is evaluated in the middle of transactions, where nobody shall wait for another server. So a rule that
//! needs an answer denies at first, which ends the request without any change; the answer is found out, and
//! the request is answered anew, until no answer is missing.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};

use super::replay::ReplayedBody;
use crate::Error;
use crate::app::App;
use crate::app::policy::answers::PolicyAnswers;

/// The number of times that one request may find that answers are missing.
const ROUNDS: usize = 50;

/// Asks the routes, and other servers before as far as policy needs that.
pub(super) async fn ask(app: App, request: Request, routes: Router) -> Response {
    if !app.policy.asks_others() {
        return super::ask(app, request, routes).await;
    }
    match Box::pin(ask_often(app, request, routes)).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, "policy cannot be evaluated");
            Error::Internal(error).into_response()
        }
    }
}

async fn ask_often(app: App, request: Request, routes: Router) -> Result<Response, String> {
    let answers = Arc::<PolicyAnswers>::default();
    let app = app.answered_by(Arc::clone(&answers));
    let (parts, body) = request.into_parts();
    let body = ReplayedBody::new(body);
    for _ in 0..ROUNDS {
        let body = body
            .again()
            .ok_or("a rule asks another server after the data was read")?;
        let request = Request::from_parts(parts.clone(), body);
        let response = super::ask(app.clone(), request, routes.clone()).await;
        let open = answers.take_open();
        if open.is_empty() {
            return Ok(response);
        }
        drop(response);
        let asked = app.policy.ask_others(&answers, open).await;
        asked.map_err(|error| error.to_string())?;
    }
    Err(format!(
        "the rules ask other servers more than {ROUNDS} times"
    ))
}

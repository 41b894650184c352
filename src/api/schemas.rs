//! `/v2/schemas/…`

use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::extract::NoBody;
use super::json::JsonDocument;
use super::route_table::{RouteTable, with_allow};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::schema::Schemas;
use crate::{Error, Result};

/// A route for each schema: a name that no schema has is an unknown path.
pub(super) fn routes() -> RouteTable {
    Schemas::names().fold(RouteTable::default(), |routes, name| {
        let show = move |app: App, _: NoBody, _: Caller| async move { serve(&app, name) };
        routes.route(&format!("/v2/schemas/{name}"), with_allow("GET", get(show)))
    })
}

fn serve(app: &App, name: &str) -> Result<Response> {
    let schemas = app.schemas();
    let document = schemas.document(name).ok_or(Error::ResourceNotFound)?;
    Ok(JsonDocument(document).into_response())
}

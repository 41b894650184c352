//! `/v2/schemas/…`

use axum::response::{IntoResponse, Response};

use super::extract::{NoBody, PathNames};
use super::json::JsonDocument;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::{Error, Result};

pub(super) async fn show(
    app: App,
    _: NoBody,
    _: Caller,
    PathNames([name]): PathNames<1>,
) -> Result<Response> {
    serve(&app, &name)
}

pub(super) async fn show_metadef(
    app: App,
    _: NoBody,
    _: Caller,
    PathNames([name]): PathNames<1>,
) -> Result<Response> {
    serve(&app, &format!("metadefs/{name}"))
}

fn serve(app: &App, name: &str) -> Result<Response> {
    let schemas = app.schemas();
    let document = schemas.document(name).ok_or(Error::ResourceNotFound)?;
    Ok(JsonDocument(document).into_response())
}

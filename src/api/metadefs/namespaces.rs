//! `/v2/metadefs/namespaces` and `/v2/metadefs/namespaces/{namespace}`

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;

use super::view::{NamespaceView, path};
use crate::Result;
use crate::api::base::BaseUrl;
use crate::api::extract::{NoBody, Parameters, PathNames};
use crate::api::json::{Empty, JsonDocument};
use crate::api::json_body::DefinitionJson;
use crate::api::link::link;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::metadef::namespace::NewNamespace;
use crate::domain::metadef::query::{NamespaceQuery, check_shown, resource_type};
use crate::domain::query::PageLimits;

/// The characters that a header must not hold unescaped.
const BLANK: &AsciiSet = &CONTROLS.add(b' ');

pub(super) async fn create(
    app: App,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    DefinitionJson(body): DefinitionJson,
) -> Result<Response> {
    let new = NewNamespace::new(body)?;
    let made = app.metadefs(&caller).create(new).await?;
    let path = path(&made.namespace.namespace);
    let location = format!("{base}{}", utf8_percent_encode(&path, BLANK));
    let body = JsonDocument(NamespaceView::made(&made.namespace, &made.contents));
    Ok((StatusCode::CREATED, [(LOCATION, location)], body).into_response())
}

pub(super) async fn list(
    app: App,
    caller: Caller,
    Parameters(parameters): Parameters,
) -> Result<Response> {
    let limits = PageLimits {
        default: app.config().images.limit_param_default,
        max: app.config().images.api_limit_max,
    };
    let query = NamespaceQuery::read(&parameters, limits)?;
    let listed = app.metadefs(&caller).list(&query).await?;
    let namespaces = listed.namespaces.iter();
    let all = "/v2/metadefs/namespaces";
    let page = NamespaceListView {
        namespaces: namespaces
            .map(|(namespace, associations)| NamespaceView::listed(namespace, associations))
            .collect(),
        next: listed
            .next
            .map(|listed| link(all, &parameters, Some(&listed))),
        schema: "/v2/schemas/metadefs/namespaces",
        first: link(all, &parameters, None),
    };
    Ok(JsonDocument(page).into_response())
}

pub(super) async fn show(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([namespace]): PathNames<1>,
    Parameters(parameters): Parameters,
) -> Result<Response> {
    check_shown(&parameters)?;
    let resource_type = resource_type(&parameters);
    let whole = app
        .metadefs(&caller)
        .show(&namespace, resource_type)
        .await?;
    Ok(JsonDocument(NamespaceView::whole(&whole)).into_response())
}

pub(super) async fn update(
    app: App,
    caller: Caller,
    PathNames([namespace]): PathNames<1>,
    DefinitionJson(body): DefinitionJson,
) -> Result<Response> {
    let new = NewNamespace::new(body)?;
    let namespace = app.metadefs(&caller).update(&namespace, &new).await?;
    Ok(JsonDocument(NamespaceView::new(&namespace)).into_response())
}

pub(super) async fn delete(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([namespace]): PathNames<1>,
) -> Result<Empty> {
    app.metadefs(&caller).delete(&namespace).await?;
    Ok(Empty)
}

#[derive(Serialize)]
struct NamespaceListView<'a> {
    namespaces: Vec<NamespaceView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    schema: &'static str,
    first: String,
}

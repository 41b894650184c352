//! `/v2/images/{image}/tags/{tag}`

use serde_json::json;

use super::extract::{NoBody, PathNames};
use super::json::Empty;
use crate::Result;
use crate::app::App;
use crate::domain::caller::Caller;

pub(super) async fn add(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([id, tag]): PathNames<2>,
) -> Result<Empty> {
    app.schemas().check_plain_image(&json!({ "tags": [tag] }))?;
    app.images(&caller).add_tag(&id, &tag).await?;
    Ok(Empty)
}

pub(super) async fn remove(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([id, tag]): PathNames<2>,
) -> Result<Empty> {
    app.images(&caller).remove_tag(&id, &tag).await?;
    Ok(Empty)
}

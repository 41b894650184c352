//! `/v2/images/{image}/actions/…`

use super::extract::{NoBody, PathNames};
use super::json::Empty;
use crate::Result;
use crate::app::App;
use crate::domain::caller::Caller;

pub(super) async fn deactivate(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([id]): PathNames<1>,
) -> Result<Empty> {
    app.images(&caller).deactivate(&id).await?;
    Ok(Empty)
}

pub(super) async fn reactivate(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([id]): PathNames<1>,
) -> Result<Empty> {
    app.images(&caller).reactivate(&id).await?;
    Ok(Empty)
}

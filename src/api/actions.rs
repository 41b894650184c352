//! `/v2/images/{image}/actions/…`

use super::extract::{Names, NoBody};
use super::json::Empty;
use crate::Result;
use crate::app::App;
use crate::domain::caller::Caller;

pub(super) async fn deactivate(
    app: App,
    _: NoBody,
    caller: Caller,
    Names([id]): Names<1>,
) -> Result<Empty> {
    app.images(&caller).deactivate(&id).await?;
    Ok(Empty)
}

pub(super) async fn reactivate(
    app: App,
    _: NoBody,
    caller: Caller,
    Names([id]): Names<1>,
) -> Result<Empty> {
    app.images(&caller).reactivate(&id).await?;
    Ok(Empty)
}

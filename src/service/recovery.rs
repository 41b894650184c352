//! What a crash left: uploads that nobody sees to, bytes that nobody needs.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::data::blocking;
use crate::Result;
use crate::app::App;
use crate::domain::status::Status;

/// How often a server says that it still sees to its uploads.
const RENEWAL: Duration = Duration::from_secs(5);

/// How long after the last word of its server an upload is given up.
const LEASE: TimeDelta = TimeDelta::seconds(30);

/// Puts everything right at the start. `alone`: no other server shares the database, so whatever
/// upload is recorded there has died.
pub async fn recover(app: &App, alone: bool) -> Result<()> {
    let now = app.clock.system();
    let before = if alone { now + LEASE } else { now - LEASE };
    give_up_abandoned(app, before).await?;
    sweep(app).await
}

/// Renews this server's uploads and gives up those of servers that died, until it is dropped.
pub async fn watch(app: App) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        let now = app.clock.system();
        let renewed = async {
            if app.uploads.running() > 0 {
                let mut db = app.db.write().await?;
                db.renew_uploads(&app.uploads.server, now).await?;
                db.commit().await?;
            }
            give_up_abandoned(&app, now - LEASE).await
        };
        if let Err(error) = renewed.await {
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(error = cause, "uploads could not be looked after");
        }
    }
}

async fn give_up_abandoned(app: &App, before: DateTime<Utc>) -> Result<()> {
    let abandoned = app.db.read().await?.abandoned_uploads(before).await?;
    for image in abandoned {
        let mut db = app.db.write().await?;
        if !db.remove_abandoned(&image, before).await? {
            continue;
        }
        let now = app.clock.now();
        db.advance_image(&image, Status::Saving, Status::Queued, now)
            .await?;
        // Before the commit: once the image is queued, another upload may begin.
        let store = app.store.clone();
        let swept = image.clone();
        blocking(move || store.sweep(&swept)).await?;
        db.commit().await?;
        tracing::info!(image, "an upload that died was given up");
    }
    Ok(())
}

/// Removes bytes that belong to no image. What lies there is listed before the database is asked
/// who needs it: an upload that begins in between is then in neither list.
async fn sweep(app: &App) -> Result<()> {
    let store = app.store.clone();
    let kept = blocking(move || store.images()).await?;
    let needed = app.db.read().await?.images_with_bytes(&kept).await?;
    let needed: std::collections::HashSet<String> = needed.into_iter().collect();
    for image in kept {
        if !needed.contains(&image) {
            tracing::info!(image, "bytes without an image were removed");
            let store = app.store.clone();
            blocking(move || store.sweep(&image)).await?;
        }
    }
    Ok(())
}

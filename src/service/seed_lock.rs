//! The lock that whoever applies a seed holds, on whichever server.

use crate::Result;
use crate::app::App;
use crate::db::Session;

/// The name of the lock that is held while a seed is applied, on whichever server.
const WORD: &str = "seeds";

/// A session that nobody else who plants has meanwhile.
pub async fn hold(app: &App) -> Result<Session> {
    let mut db = app.db.write().await?;
    db.wait_for_advisory_lock(WORD).await?;
    Ok(db)
}

/// Has nobody claim images until this session ends.
pub(super) async fn exclude(db: &mut Session) -> Result<()> {
    Ok(db.advisory_lock(WORD).await?)
}

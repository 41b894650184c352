//! Unified limits: what a project may have at the most, asked of Keystone and held to.

use crate::Result;
use crate::app::App;
use crate::db::Session;
use crate::domain::caller::Caller;
use crate::domain::limits::{LimitedResource, ProjectLimits, mebibytes};

/// The limits of a caller's project; none, where `use_keystone_limits` is off.
#[derive(Clone, Debug)]
pub struct Allowance {
    project: Option<String>,
    limits: Option<ProjectLimits>,
}

/// The usage of a resource, and its limit.
pub type Usage = (LimitedResource, i64, i64);

impl Allowance {
    /// Returns the limits of this caller.
    ///
    /// # Errors
    ///
    /// Where Keystone or the database cannot be asked.
    pub async fn of(app: &App, caller: &Caller) -> Result<Self> {
        Self::of_project(app, caller.project.clone()).await
    }

    /// Returns the limits of this project; the defaults, if there is none.
    pub async fn of_project(app: &App, project: Option<String>) -> Result<Self> {
        let limits = if app.config().limits.use_keystone_limits {
            Some(ask(app, project.as_deref()).await?)
        } else {
            None
        };
        Ok(Self { project, limits })
    }

    /// Refuses `more` of something, if with what there is now that is too much. Others may come in
    /// between this and what it is asked for: see [`alone`](Self::alone).
    pub async fn check(&self, db: &mut Session, what: LimitedResource, more: i64) -> Result<()> {
        match &self.limits {
            // Where any number is allowed, none need be counted.
            Some(limits) if limits.max(what) >= 0 => {
                let project = self.project.as_deref();
                let usage = db.usage(what, project).await?;
                limits.check(project, what, usage, more)
            }
            _ => Ok(()),
        }
    }

    /// Refuses bytes that shall be stored or staged, if with them it is too much. Where their number
    /// is not known, only those are refused who are over the limit already, as in Glance.
    pub async fn check_bytes(
        &self,
        app: &App,
        what: LimitedResource,
        bytes: Option<u64>,
    ) -> Result<()> {
        if self.limits.is_none() {
            return Ok(());
        }
        let more = mebibytes(bytes.unwrap_or(0));
        self.check(&mut app.db.read().await?, what, more).await
    }

    /// Refuses an image more, if that is too much; [`alone`](Self::alone) decides in the end.
    pub async fn check_count(&self, app: &App) -> Result<()> {
        if self.limits.is_none() {
            return Ok(());
        }
        let mut db = app.db.read().await?;
        self.check(&mut db, LimitedResource::Count, 1).await
    }

    /// Like [`check`](Self::check) in a session that writes; and nobody else of the project does so
    /// before it commits. So of two who want the last place at once, one gets it. What is wanted may
    /// be written before: then it counts already.
    pub async fn alone(&self, db: &mut Session, what: LimitedResource, more: i64) -> Result<()> {
        if self
            .limits
            .as_ref()
            .is_some_and(|limit| limit.max(what) >= 0)
        {
            let project = self.project.as_deref().unwrap_or_default();
            db.advisory_lock(&format!("limits of {project}")).await?;
        }
        self.check(db, what, more).await
    }

    /// Returns how much of everything that is limited the project has, and may have.
    pub async fn usage(&self, db: &mut Session) -> Result<Vec<Usage>> {
        let mut usage = Vec::new();
        if let Some(limits) = &self.limits {
            for &what in LimitedResource::ALL {
                let used = db.usage(what, self.project.as_deref()).await?;
                usage.push((what, used, limits.max(what)));
            }
        }
        Ok(usage)
    }
}

/// The limits that Keystone has for a project: the embedded one, or the one elsewhere.
async fn ask(app: &App, project: Option<&str>) -> Result<ProjectLimits> {
    let config = app.config();
    let options = &config.limits;
    let region = options.endpoint_region_name.clone();
    let region = region.unwrap_or_else(|| app.region());
    if let Some(keystone) = &app.keystone {
        let now = app.clock.now();
        return keystone.limits(project, options, &region, now).await;
    }
    let endpoint = options.endpoint_id.as_deref();
    let mut db = app.db.read().await?;
    Ok(ProjectLimits::of(
        db.limits_of(project, endpoint, &region).await?,
    ))
}

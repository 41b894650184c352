//! Members: with which projects an image is shared, and what they make of it.

use crate::app::App;
use crate::db::Session;
use crate::domain::caller::Caller;
use crate::domain::image::{Image, Visibility};
use crate::domain::image_rules::ForeignStatus;
use crate::domain::member::{Member, MemberStatus};
use crate::domain::notification::{self, EventType};
use crate::domain::policy::Rule;
use crate::domain::{quota, text};
use crate::{Error, Result};

use super::legacy_policy::{Whose, guard};
use super::{Images, may};

/// The longest name of a project: what the index of PostgreSQL takes, whatever the letters.
const LONGEST_MEMBER: usize = 255;

/// The operations of one caller on the members of images.
#[derive(Debug)]
pub struct Members<'a> {
    app: &'a App,
    caller: &'a Caller,
}

impl<'a> Members<'a> {
    /// Returns the operations of this caller.
    #[must_use]
    pub fn new(app: &'a App, caller: &'a Caller) -> Self {
        Self { app, caller }
    }

    /// Shares an image with a project.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn add(&self, id: &str, project: &str) -> Result<Member> {
        let mut db = self.app.db.write_to(id).await?;
        let image = self.shared(&mut db, id, "create").await?;
        self.may(Rule::AddMember, &image)?;
        self.guard(&image, Whose::Own, "create")?;
        let members = usize::try_from(db.count_members(&image.id).await?).unwrap_or(usize::MAX);
        let most = self.app.config().images.image_member_quota;
        quota::check("members for this image", members.saturating_add(1), most).map_err(
            |error| {
                Error::TooLarge(format!(
                    "Image member limit exceeded for image {id}: {error}:"
                ))
            },
        )?;
        text::check("Member", project)?;
        if project.chars().count() > LONGEST_MEMBER {
            let text = format!("Member can't be longer than {LONGEST_MEMBER} characters.");
            return Err(Error::Invalid(text));
        }
        let now = self.app.clock.now();
        let member = db.insert_member(&image.id, project, now).await?;
        let member = member.ok_or_else(|| {
            Error::conflict(format!("Member {project} is duplicated for image {id}"))
        })?;
        self.notify(&mut db, EventType::MemberCreate, &member);
        db.commit().await?;
        Ok(member)
    }

    /// The members that the caller may know of: all for the owner, its own record for a member.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn list(&self, id: &str) -> Result<Vec<Member>> {
        let mut db = self.app.db.read().await?;
        let image = self.see(&mut db, id).await?;
        if image.visibility != Visibility::Shared {
            return Err(Error::forbidden(format!(
                "Not allowed to list members for image {id}: Only shared images have members."
            )));
        }
        self.may(Rule::GetMembers, &image)?;
        if self.may(Rule::GetMember, &image).is_err() {
            return Ok(Vec::new());
        }
        db.members(&image.id, self.only(&image)).await
    }

    /// One member.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn show(&self, id: &str, project: &str) -> Result<Member> {
        let mut db = self.app.db.read().await?;
        let image = self.see(&mut db, id).await?;
        if image.visibility != Visibility::Shared {
            return Err(Error::NotFound("Only shared images have members.".into()));
        }
        self.may(Rule::GetMember, &image)
            .map_err(|error| match error {
                error @ Error::DeniedByPolicy(_) => Error::NotFound(error.to_string()),
                error => error,
            })?;
        self.record(&mut db, &image, project).await
    }

    /// Records what a project makes of an image. That project, not the owner, may say so.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn update(&self, id: &str, project: &str, status: Option<&str>) -> Result<Member> {
        let mut db = self.app.db.write_to(id).await?;
        let image = self.shared(&mut db, id, "update").await?;
        self.may(Rule::GetMember, &image)?;
        self.may_set_status(&image, project)?;
        self.guard(&image, Whose::Foreign, "update")?;
        let mut member = self.record(&mut db, &image, project).await?;
        self.may(Rule::ModifyMember, &image)?;
        let status = status
            .and_then(|text| text.parse::<MemberStatus>().ok())
            .ok_or_else(|| {
                let words = "Status must be \"pending\", \"accepted\" or \"rejected\".";
                Error::Invalid(format!("Incorrect request: {words}"))
            })?;
        member.status = status;
        member.updated_at = self.app.clock.now();
        db.update_member(&member).await?;
        self.notify(&mut db, EventType::MemberUpdate, &member);
        db.commit().await?;
        Ok(member)
    }

    /// Stops sharing an image with a project.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn remove(&self, id: &str, project: &str) -> Result<()> {
        let mut db = self.app.db.write_to(id).await?;
        let image = self.shared(&mut db, id, "delete").await?;
        self.may(Rule::GetMember, &image)?;
        self.guard(&image, Whose::Own, "delete")?;
        let member = self.record(&mut db, &image, project).await?;
        self.may(Rule::DeleteMember, &image)?;
        let now = self.app.clock.now();
        db.remove_member(&image.id, project, now).await?;
        self.app.notify(&mut db, EventType::MemberDelete, || {
            notification::deleted(notification::member(&member), self.app.clock.now())
        });
        Ok(db.commit().await?)
    }

    fn notify(&self, db: &mut Session, event: EventType, member: &Member) {
        self.app.notify(db, event, || notification::member(member));
    }

    /// Returns whether policy lets the caller do something with the members of an image: only if it lets
    /// it see the image.
    fn may(&self, rule: Rule, image: &Image) -> Result<()> {
        may(self.app, self.caller, Rule::GetImage, image)?;
        may(self.app, self.caller, rule, image)
    }

    /// Refuses a status that is another's to set, where no policy is asked for that.
    fn may_set_status(&self, image: &Image, project: &str) -> Result<()> {
        let rule = self.app.schemas().rules().foreign_status;
        let own = self.caller.project.as_deref() == Some(project) && !self.caller.owns(image);
        if rule == ForeignStatus::ByPolicy || own || self.caller.admin {
            return Ok(());
        }
        let text = "You are not permitted to modify 'status' on this image.";
        Err(Error::forbidden(text.into()))
    }

    /// By the older rules, who may do what hangs on whose the image is.
    fn guard(&self, image: &Image, whose: Whose, action: &str) -> Result<()> {
        guard(self.app, self.caller, image, whose, || {
            not_allowed(action, &image.id)
        })
    }

    async fn see(&self, db: &mut Session, id: &str) -> Result<Image> {
        renamed(Images::new(self.app, self.caller).see(db, id).await)
    }

    /// The image, held, if it is one that can have members.
    async fn shared(&self, db: &mut Session, id: &str, action: &str) -> Result<Image> {
        let images = Images::new(self.app, self.caller);
        images.not_read_only()?;
        let image = renamed(images.see_and_hold(db, id).await)?;
        if image.visibility != Visibility::Shared {
            return Err(Error::forbidden(not_allowed(action, id)));
        }
        Ok(image)
    }

    /// The project whose record alone the caller may see, if it may not see all.
    fn only(&self, image: &Image) -> Option<&str> {
        let all = self.caller.admin || self.caller.owns(image) || image.owner.is_none();
        if all {
            None
        } else {
            Some(self.caller.project.as_deref().unwrap_or_default())
        }
    }

    async fn record(&self, db: &mut Session, image: &Image, project: &str) -> Result<Member> {
        let member = match self.only(image) {
            Some(only) if only != project => None,
            _ if text::without_nul(project).is_none() => None,
            _ => db.member(&image.id, project).await?,
        };
        member.ok_or_else(|| {
            let id = &image.id;
            Error::NotFound(format!(
                "{project} not found in the member list of the image {id}."
            ))
        })
    }
}

fn not_allowed(action: &str, id: &str) -> String {
    format!("Not allowed to {action} members for image {id}.")
}

/// Glance says it in other words here.
fn renamed(image: Result<Image>) -> Result<Image> {
    image.map_err(|error| match error {
        Error::ImageNotFound(id) => Error::NotFound(format!("Image {id} not found.")),
        error => error,
    })
}

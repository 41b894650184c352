//! Images: made, shown, changed, put aside and deleted.

use std::sync::Arc;

use super::image_data::may_be_staged;
use super::legacy_policy::NOT_YOURS;
use super::limits::Allowance;
use super::locations::{LocationDraft, LocationProbe};
use super::pending_deletions::DeletionCourse;
use super::{Images, not_yours};
use crate::app::App;
use crate::db::Session;
use crate::domain::caller::{CallerAsOwner, NewImageTarget};
use crate::domain::image::{Image, Visibility, strings};
use crate::domain::limits::LimitedResource;
use crate::domain::new_image::{NewImage, Owner};
use crate::domain::notification::EventType;
use crate::domain::patch::{Operation, PatchTarget, Verb};
use crate::domain::policy::Rule;
use crate::domain::status::Status;
use crate::domain::{formats, quota};
use crate::{Error, Result};

impl Images<'_> {
    /// Makes an image, without data yet.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn create(&self, new: NewImage) -> Result<Image> {
        self.app.protection().usable()?;
        self.not_read_only()?;
        let owner = match &new.owner {
            Owner::Caller => self.project(),
            Owner::Nobody => None,
            Owner::Project(it) => Some(it.as_str()),
        };
        self.may_add(&new, owner)?;
        let owner = owner.filter(|owner| !owner.is_empty()).map(str::to_owned);
        if let Some(visibility) = new.settings.visibility {
            let target = NewImageTarget {
                owner: owner.as_deref(),
                visibility: Some(visibility),
            };
            if let Some(rule) = rule_for(visibility)
                && !self.app.allows(rule, &CallerAsOwner(self.caller), &target)
            {
                return Err(Error::DeniedByPolicy(rule.name()));
            }
        }
        let allowance = Allowance::of(self.app, self.caller).await?;
        allowance.check_count(self.app).await?;
        self.may_give_away(owner.as_deref())?;
        self.may_create_properties(new.properties.keys())?;
        let options = &self.app.config().images;
        quota::check("tags", new.settings.tags.len(), options.image_tag_quota)?;
        if let Some(name) = new.read_only {
            return Err(Error::ReadOnly(name.to_owned()));
        }
        if new.locations {
            return Err(Error::reserved("locations".into()));
        }
        let mut image = make(self.app, new, owner);
        quota::check_not_negative("min_ram", image.min_ram)?;
        quota::check_not_negative("min_disk", image.min_disk)?;
        let properties = image.counted_properties();
        quota::check("properties", properties, options.image_property_quota)?;
        quota::check_storable(&image)?;
        let mut db = self.app.db.write().await?;
        allowance.alone(&mut db, LimitedResource::Count, 1).await?;
        self.will_see(&mut db, &image).await?;
        db.insert_image(&image);
        self.app
            .notify_image(&mut db, EventType::ImageCreate, &image);
        match db.commit().await.map_err(Error::from) {
            Err(error) if error.is_duplicate() => return Err(Error::ImageExists(image.id)),
            done => done?,
        }
        self.take_out_unreadable(&mut image, |_| ())?;
        Ok(image)
    }

    /// Refuses an image that its creator could not see, as a policy may allow it for another project.
    async fn will_see(&self, db: &mut Session, image: &Image) -> Result<()> {
        let id = &image.id;
        if self.caller.can_see(image, false) {
            return Ok(());
        }
        if db.is_id_taken(id).await? {
            return Err(Error::ImageExists(id.clone()));
        }
        let text = format!("Forbidding request, image {id} not visible");
        Err(Error::forbidden(text))
    }

    fn may_add(&self, new: &NewImage, owner: Option<&str>) -> Result<()> {
        let target = NewImageTarget {
            owner,
            visibility: new.settings.visibility,
        };
        if self
            .app
            .allows(Rule::AddImage, &CallerAsOwner(self.caller), &target)
        {
            return Ok(());
        }
        if owner != self.project() {
            return Err(Error::forbidden_detail(format!(
                "You are not permitted to create images owned by '{}'",
                owner.unwrap_or("None")
            )));
        }
        Err(Error::DeniedByPolicy(Rule::AddImage.name()))
    }

    /// By the older rules, which ask nothing of a caller, an image is made only for one's project.
    fn may_give_away(&self, owner: Option<&str>) -> Result<()> {
        let new_defaults = self.app.config().images.enforce_new_defaults;
        if new_defaults || self.caller.admin || owner == self.project() {
            return Ok(());
        }
        let owner = owner.unwrap_or("None");
        let text = format!("You are not permitted to create images owned by '{owner}'.");
        Err(Error::forbidden(text))
    }

    /// Shows an image.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn show(&self, id: &str) -> Result<Arc<Image>> {
        self.app.polled(id).await;
        let image = self.find(id).await?;
        if self.passes(Rule::GetImage, &image) {
            Ok(image)
        } else {
            Err(Error::ResourceNotFound)
        }
    }

    /// Changes an image: all of the operations, or none.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn update(&self, id: &str, operations: &[Operation]) -> Result<Image> {
        self.not_read_only()?;
        if operations.is_empty() {
            // Glance looks at nothing else then, not even at policy.
            return Ok(Arc::unwrap_or_clone(self.find(id).await?));
        }
        let mut reached = LocationProbe::default();
        loop {
            let changed = self.change(id, operations, &mut reached).await;
            // No session is held while other servers are asked for what a location has.
            match reached.wanted() {
                Some(url) => self.reach(url, &mut reached).await,
                None => return changed,
            }
        }
    }

    async fn change(
        &self,
        id: &str,
        operations: &[Operation],
        reached: &mut LocationProbe,
    ) -> Result<Image> {
        let mut db = self.app.db.write_to(id).await?;
        let (before, unseen) = self.see_part_and_hold(&mut db, id).await?;
        let room = self.room(&mut db, operations).await?;
        let rules = self.app.schemas().rules();
        let mut draft = LocationDraft::of(&before, rules.absent_fields);
        for operation in operations {
            if operation.target() == PatchTarget::Locations {
                self.change_locations(operation, &mut draft, room, reached)?;
            } else {
                self.may_apply(operation, &draft.image)?;
                operation.check_absent(&draft.document)?;
                self.check_value(operation, &draft.image)?;
                let name = &operation.field;
                let (seen, unseen) = (draft.document.contains_key(name), unseen.contains(name));
                self.may_change_property(operation, seen, unseen)?;
                operation.apply(&mut draft.document)?;
            }
        }
        let LocationDraft {
            mut image,
            document,
            stored,
        } = draft;
        image.apply_document(document, rules.absent_fields);
        let new_names = image
            .properties
            .keys()
            .any(|property| !before.properties.contains_key(property));
        if new_names {
            let most = self.app.config().images.image_property_quota;
            quota::check("properties", image.counted_properties(), most)?;
        }
        quota::check_storable(&image)?;
        self.may_write(&before, not_yours)?;
        image.updated_at = self.app.clock.now();
        db.update_image(&before, &image);
        if image.data != before.data {
            db.record_data(&image.id, &image.data);
        }
        if image.status != before.status {
            let now = image.updated_at;
            db.transition_status(&image.id, before.status, image.status, now)
                .await?;
        }
        self.app
            .notify_image(&mut db, EventType::ImageUpdate, &image);
        if stored == before.locations {
            db.commit().await?;
        } else {
            db.replace_locations(&image.id, &stored);
            self.commit_and_clear(db, before, stored).await?;
        }
        self.take_out_unreadable(&mut image, |_| ())?;
        Ok(image)
    }

    /// Refuses an operation that the caller may not apply.
    fn may_apply(&self, operation: &Operation, image: &Image) -> Result<()> {
        let rules = self.app.schemas().rules();
        let name = operation.field.as_str();
        if rules.admin_only.contains(&name) && !self.caller.admin {
            return Err(Error::reserved(name.to_owned()));
        }
        let value = &operation.value;
        match operation.field.as_str() {
            "owner"
                if !matches!(operation.verb, Verb::Remove)
                    && !operation.only_adds()
                    && !self.caller.admin =>
            {
                return Err(Error::forbidden_detail(
                    "Owner can't be updated by non admin.".into(),
                ));
            }
            "visibility" => {
                let visibility = value
                    .as_str()
                    .and_then(|text| text.parse::<Visibility>().ok());
                if let Some(rule) = visibility.and_then(rule_for)
                    && !self.passes(rule, image)
                {
                    return Err(Error::DeniedByPolicy(rule.name()));
                }
            }
            _ => {}
        }
        self.may_own(Rule::ModifyImage, image, || NOT_YOURS.into())
    }

    /// Refuses a value that the quotas or the state of the image do not allow.
    fn check_value(&self, operation: &Operation, image: &Image) -> Result<()> {
        if operation.verb == Verb::Remove {
            return Ok(());
        }
        let value = &operation.value;
        match operation.field.as_str() {
            field @ ("disk_format" | "container_format") => {
                formats::check_formats_changeable(image, field)
            }
            field @ ("min_ram" | "min_disk") => {
                let value = crate::domain::image::as_integer(value).unwrap_or(i64::MAX);
                quota::check_not_negative(field, value)
            }
            "tags" => {
                let most = self.app.config().images.image_tag_quota;
                quota::check("tags", strings(value).len(), most)
            }
            _ => Ok(()),
        }
    }

    /// Deletes an image, in whichever state it is, and its data; or, if deletion is delayed, only the image.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn delete(&self, id: &str) -> Result<()> {
        let delete = || self.try_to_delete(id);
        let db = &self.app.db;
        db.with_reserve(Error::is_database_full, delete).await
    }

    async fn try_to_delete(&self, id: &str) -> Result<()> {
        self.not_read_only()?;
        let mut db = self.app.db.write_to(id).await?;
        let mut image = match self.see_and_hold(&mut db, id).await {
            Err(Error::ImageNotFound(id)) => return Err(not_found_to_delete(&id)),
            image => image?,
        };
        self.may_own(Rule::DeleteImage, &image, || NOT_YOURS.into())?;
        if image.protected {
            return Err(Error::ImageProtected(image.id));
        }
        image.status.transition_to(Status::Deleted)?;
        self.may_write(&image, || not_found_to_delete(&image.id))?;
        if image.status != Status::Queued {
            // Read again now that the image is held: until then bytes may have come.
            let locations = db.locations_of(std::slice::from_ref(&image.id)).await?;
            image.locations = locations
                .into_iter()
                .map(|(_, location)| location)
                .collect();
        }
        let now = self.app.clock.now();
        let course = DeletionCourse::of(self.app, self.caller, &image)?;
        self.app.pace.release(&image.id);
        self.app
            .notify_deletion(&mut db, &image, course.last_status(), now);
        if course == DeletionCourse::Delayed {
            db.delay_deletion(&image.id, now);
            // All that is left to remove is the copy in the image cache.
            image.locations.clear();
            return self.commit_and_remove(db, image).await;
        }
        db.delete_image(&image.id, now);
        if image.locations.is_empty() && !may_be_staged(image.status) {
            return Ok(db.commit().await?);
        }
        self.commit_and_remove(db, image).await
    }

    /// Withholds the data of an image.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn deactivate(&self, id: &str) -> Result<()> {
        self.toggle(id, Rule::Deactivate, "deactivate", Status::Deactivated)
            .await
    }

    /// Gives the data of an image out again.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn reactivate(&self, id: &str) -> Result<()> {
        self.toggle(id, Rule::Reactivate, "reactivate", Status::Active)
            .await
    }

    async fn toggle(&self, id: &str, rule: Rule, verb: &str, to: Status) -> Result<()> {
        self.not_read_only()?;
        let mut db = self.app.db.write_to(id).await?;
        let image = self.see_and_hold(&mut db, id).await?;
        self.may_own(rule, &image, || NOT_YOURS.into())?;
        if image.status == to {
            return Ok(());
        }
        if !matches!(image.status, Status::Active | Status::Deactivated) {
            let status = image.status;
            return Err(Error::forbidden(format!(
                "Not allowed to {verb} image in status '{status}'"
            )));
        }
        self.may_write(&image, not_yours)?;
        let now = self.app.clock.now();
        db.transition_status(&image.id, image.status, to, now)
            .await?;
        self.app.notify_change(&mut db, &image, |image| {
            (image.status, image.updated_at) = (to, now);
        });
        Ok(db.commit().await?)
    }
}

fn not_found_to_delete(id: &str) -> Error {
    Error::NotFound(format!("Failed to find image {id} to delete"))
}

/// The image that was asked for, without data yet.
pub(super) fn make(app: &App, new: NewImage, owner: Option<String>) -> Image {
    let id = new.id.clone();
    let id = id.unwrap_or_else(|| app.new_id().to_string());
    Image {
        owner,
        ..new.into_image(id, app.clock.now())
    }
}

/// The rule that a visibility is given by, where it takes more than being able to change the image.
fn rule_for(visibility: Visibility) -> Option<Rule> {
    match visibility {
        Visibility::Public => Some(Rule::PublicizeImage),
        Visibility::Community => Some(Rule::CommunitizeImage),
        Visibility::Shared | Visibility::Private => None,
    }
}

//! Lists: which images a caller has in them.

use std::sync::Arc;

use super::Images;
use crate::db::{CommunityImages, ImagePage, ImageScope};
use crate::domain::caller::CallerAsOwner;
use crate::domain::image::{Image, Visibility};
use crate::domain::image_rules::Sharing;
use crate::domain::policy::Rule;
use crate::domain::query::{ImageQuery, VisibilityFilter};
use crate::domain::text::without_nul;
use crate::{Error, Result};

/// A page of a list.
#[derive(Debug)]
pub struct ImageList {
    /// The images, in the order that was asked for.
    pub images: Vec<Arc<Image>>,
    /// The image after which the next page begins, if there may be one.
    pub next: Option<String>,
}

impl Images<'_> {
    /// A page of the images that the caller has in its lists.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn list(&self, query: &ImageQuery) -> Result<ImageList> {
        self.app.protection().usable()?;
        let own = CallerAsOwner(self.caller);
        if !self.app.allows(Rule::GetImages, &own, &own) {
            return Err(Error::DeniedByPolicy(Rule::GetImages.name()));
        }
        let filters = query.filters()?;
        let after = match &query.marker {
            Some(marker) => Some(self.marker(marker).await?),
            None => None,
        };
        let page = ImagePage {
            scopes: self.scopes(query),
            os_hidden: query.os_hidden,
            protected: query.protected,
            filters,
            sort: &query.sort,
            after: after.as_deref(),
            limit: query.limit,
        };
        let found = self.app.db.page(&page).await?;
        let mut images = found.images;
        let length = i64::try_from(images.len());
        let full = found.cut || length.is_ok_and(|length| length == query.limit);
        for image in &mut images {
            self.take_out_unreadable_of(image)?;
        }
        images.retain(|image| self.passes(Rule::GetImage, image));
        let next = images.last().filter(|_| full).map(|image| image.id.clone());
        Ok(ImageList { images, next })
    }

    /// Returns the image after which a page begins; an admin's may begin after a deleted one.
    async fn marker(&self, id: &str) -> Result<Arc<Image>> {
        let missing = || Error::Invalid(format!("No image found with ID {id}"));
        let stored = without_nul(id).ok_or_else(missing)?;
        let mine = |image: &Image| self.caller.can_see(image, false);
        let mut found = self.app.db.find_image(stored, self.project(), mine).await?;
        if found.is_none() && self.caller.admin {
            let mut db = self.app.db.read().await?;
            found = db.image_including_deleted(stored, self.project()).await?;
        }
        let found = found.ok_or_else(missing)?;
        if !self.caller.can_see(&found.image, found.shared) {
            let text = format!("Forbidding request, image {id} not visible");
            return Err(Error::forbidden(text));
        }
        Ok(found.image)
    }

    /// Returns the images of an admin's list, whosever they are.
    fn all(&self, sight: Option<VisibilityFilter>, only_private: bool) -> Vec<ImageScope> {
        let community = match sight {
            Some(_) => CommunityImages::All,
            None => CommunityImages::OwnedBy(self.caller.project.clone()),
        };
        let wanted = match sight {
            Some(VisibilityFilter::Private) if only_private => {
                vec![Some(Visibility::Private), Some(Visibility::Shared)]
            }
            sight => vec![sight.and_then(VisibilityFilter::visibility)],
        };
        let scope = |visibility| ImageScope::All {
            visibility,
            community: community.clone(),
        };
        wanted.into_iter().map(scope).collect()
    }

    /// The scopes of images that the list is made of; they do not overlap.
    fn scopes(&self, query: &ImageQuery) -> Vec<ImageScope> {
        if query.sight == Some(VisibilityFilter::Nothing) {
            return Vec::new();
        }
        let sharing = self.app.schemas().rules().sharing;
        let only_private = sharing == Sharing::PrivateImages;
        if self.caller.admin && !(only_private && query.sight == Some(VisibilityFilter::Shared)) {
            return self.all(query.sight, only_private);
        }
        let project = self.caller.project.as_ref();
        let open = |visibility, not_of: Option<&String>| ImageScope::Visible {
            visibility,
            not_of: not_of.cloned(),
        };
        let own = |visibility| {
            project.map(|project| ImageScope::OwnedBy {
                project: project.clone(),
                visibility,
            })
        };
        let shared = || {
            project.map(|project| ImageScope::SharedWith {
                project: project.clone(),
                status: query.member_status,
            })
        };
        let public = || Some(open(Visibility::Public, project));
        let scopes = match query.sight {
            None => vec![own(None), public(), shared()],
            Some(VisibilityFilter::All) => vec![
                own(None),
                public(),
                Some(open(Visibility::Community, project)),
                shared(),
            ],
            Some(VisibilityFilter::Public) => vec![Some(open(Visibility::Public, None))],
            Some(VisibilityFilter::Community) => vec![Some(open(Visibility::Community, None))],
            Some(VisibilityFilter::Shared) if only_private => vec![shared()],
            Some(VisibilityFilter::Private) if only_private => vec![
                own(Some(Visibility::Private)),
                own(Some(Visibility::Shared)),
            ],
            Some(VisibilityFilter::Shared) => vec![own(Some(Visibility::Shared)), shared()],
            Some(VisibilityFilter::Private) => vec![own(Some(Visibility::Private))],
            Some(VisibilityFilter::Nothing) => vec![],
        };
        scopes.into_iter().flatten().collect()
    }
}

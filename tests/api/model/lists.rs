//! What the model answers to lists of images, and the words of the API.

use super::call::Question;
use super::world::{Answer, Image, MemberStatus, Project, Status, User, Visibility, World};

impl World {
    pub(super) fn list(&self, user: User, question: &Question) -> Result<Answer, Answer> {
        let after = match question.marker {
            Some(id) => Some(self.marker(user, id)?),
            None => None,
        };
        let images = self.images.iter();
        let mut found: Vec<_> = images
            .filter(|(_, image)| image.status != Status::Deleted)
            .filter(|(_, image)| question.reaches(user, image) && question.wants(image))
            .filter(|(_, image)| after.is_none_or(|after| image.created < after))
            .collect();
        found.sort_by_key(|(_, image)| std::cmp::Reverse(image.created));
        let limit = question.limit.unwrap_or(usize::MAX);
        found.truncate(limit);
        let full = found.len() == limit && limit > 0;
        let found = found.into_iter().map(|(id, _)| *id).collect();
        Ok(Answer::Images(found, full))
    }

    /// The place in the order of creation of the image that a page begins behind.
    fn marker(&self, user: User, id: usize) -> Result<usize, Answer> {
        let image = self.images.get(&id).ok_or(Answer::Refused(400))?;
        if image.status == Status::Deleted && !user.is_admin() {
            return Err(Answer::Refused(400));
        }
        if user.sees(image) {
            Ok(image.created)
        } else {
            Err(Answer::Refused(403))
        }
    }
}

impl Question {
    /// Whether the list is about such images at all.
    fn reaches(&self, user: User, image: &Image) -> bool {
        let own = user.owns(image);
        let public = image.visibility == Visibility::Public;
        let wanted = match self.visibility {
            None => image.visibility != Visibility::Community || own,
            Some("all") => true,
            Some(word) => image.visibility.word() == word,
        };
        let status = image.member(user.project());
        let member = image.visibility == Visibility::Shared
            && status.is_some_and(|status| match self.member_status {
                None => status == MemberStatus::Accepted,
                Some("all") => true,
                Some(word) => status.word() == word,
            });
        let community = image.visibility == Visibility::Community;
        wanted && (user.is_admin() || own || public || community || member)
    }

    fn wants(&self, image: &Image) -> bool {
        image.hidden == self.hidden.unwrap_or(false)
            && self.tag.is_none_or(|tag| image.tags.contains(tag))
            && self.status.is_none_or(|status| image.status == status)
            && self.owner.is_none_or(|owner| image.owner == owner)
    }
}

impl Project {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Two => "two",
            Self::Admins => "admins",
            Self::Elsewhere => "elsewhere",
        }
    }
}

impl Visibility {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Private => "private",
            Self::Community => "community",
            Self::Public => "public",
        }
    }
}

impl Status {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Uploading => "uploading",
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::Deleted => "deleted",
        }
    }
}

impl MemberStatus {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

//! The model: what there is, and who may see and do what.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value;

/// The bytes that the images of a project may have together.
pub(super) const STORAGE_QUOTA: usize = 24;
/// The most properties, tags and members of an image.
pub(super) const PROPERTY_QUOTA: usize = 2;
pub(super) const TAG_QUOTA: usize = 3;
pub(super) const MEMBER_QUOTA: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum User {
    /// A member of the first project.
    Alice,
    /// A reader of the first project.
    Rita,
    /// A member of the second project.
    Bob,
    /// An admin, in a project of its own.
    Root,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Project {
    One,
    Two,
    Admins,
    /// A project without users.
    Elsewhere,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Visibility {
    Shared,
    Private,
    Community,
    Public,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Queued,
    Uploading,
    Active,
    Deactivated,
    Deleted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MemberStatus {
    Pending,
    Accepted,
    Rejected,
}

/// A project that an image is or was shared with.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) project: Project,
    /// Nothing once it was removed: its record stays, and its place in lists.
    pub(super) status: Option<MemberStatus>,
}

#[derive(Clone, Debug)]
pub(super) struct Image {
    pub(super) name: Option<&'static str>,
    pub(super) status: Status,
    pub(super) visibility: Visibility,
    pub(super) owner: Project,
    pub(super) protected: bool,
    pub(super) hidden: bool,
    pub(super) min_ram: i64,
    pub(super) disk_format: Option<&'static str>,
    pub(super) container_format: Option<&'static str>,
    pub(super) tags: BTreeSet<&'static str>,
    pub(super) properties: BTreeMap<&'static str, &'static str>,
    /// The number of bytes that were uploaded or staged.
    pub(super) size: Option<usize>,
    pub(super) members: Vec<Member>,
    /// Its number in the order of creation.
    pub(super) created: usize,
}

/// All images that were ever made, by the number under which calls name them.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) images: BTreeMap<usize, Image>,
}

/// What a call should answer, by the model.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// An error, of which the status is compared.
    Refused(u16),
    /// A status without a body.
    Done(u16),
    /// The document of an image.
    Image(u16, Value),
    /// The numbers of images in order, and whether there may be more.
    Images(Vec<usize>, bool),
    Members(Vec<(Project, MemberStatus)>),
    Member(Project, MemberStatus),
    Data(Vec<u8>),
}

impl User {
    pub(super) const ALL: [Self; 4] = [Self::Alice, Self::Rita, Self::Bob, Self::Root];

    pub(super) const fn project(self) -> Project {
        match self {
            Self::Alice | Self::Rita => Project::One,
            Self::Bob => Project::Two,
            Self::Root => Project::Admins,
        }
    }

    pub(super) const fn roles(self) -> &'static str {
        match self {
            Self::Alice | Self::Bob => "member,reader",
            Self::Rita => "reader",
            Self::Root => "admin,member,reader",
        }
    }

    pub(super) fn is_admin(self) -> bool {
        self == Self::Root
    }

    /// Whether it has the role that changes anything.
    pub(super) fn is_member(self) -> bool {
        self != Self::Rita
    }

    pub(super) fn owns(self, image: &Image) -> bool {
        self.project() == image.owner
    }

    /// Whether it may change the image, which it sees.
    pub(super) fn may_change(self, image: &Image) -> bool {
        self.is_admin() || (self.is_member() && self.owns(image))
    }

    /// Whether it sees all members of an image, or the record of its own project.
    pub(super) fn sees_member(self, image: &Image, project: Project) -> bool {
        self.is_admin() || self.owns(image) || self.project() == project
    }

    pub(super) fn sees(self, image: &Image) -> bool {
        let open = matches!(image.visibility, Visibility::Community | Visibility::Public);
        let shared =
            image.visibility == Visibility::Shared && image.member(self.project()).is_some();
        self.is_admin() || self.owns(image) || open || shared
    }
}

impl Image {
    /// The status of a project that the image is shared with.
    pub(super) fn member(&self, project: Project) -> Option<MemberStatus> {
        let mut all = self.members.iter();
        all.find(|member| member.project == project)?.status
    }

    /// Whether its bytes lie in a store.
    pub(super) fn has_data(&self) -> bool {
        matches!(self.status, Status::Active | Status::Deactivated)
    }
}

impl World {
    /// The image, if it is there and the user sees it.
    pub(super) fn seen(&self, user: User, id: usize) -> Result<&Image, Answer> {
        let image = self.images.get(&id);
        image
            .filter(|image| image.status != Status::Deleted && user.sees(image))
            .ok_or(Answer::Refused(404))
    }

    /// The image, if the user may change it.
    pub(super) fn changed(&mut self, user: User, id: usize) -> Result<&mut Image, Answer> {
        if !user.may_change(self.seen(user, id)?) {
            return Err(Answer::Refused(403));
        }
        self.images.get_mut(&id).ok_or(Answer::Refused(404))
    }

    /// The bytes that a project has left.
    pub(super) fn room(&self, project: Project) -> usize {
        let own = self.images.values();
        let own = own.filter(|image| image.owner == project && image.has_data());
        let held: usize = own.filter_map(|image| image.size).sum();
        STORAGE_QUOTA.saturating_sub(held)
    }
}

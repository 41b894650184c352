//! Who makes a request, and who may know of an image.

use std::borrow::Cow;

use super::image::{Image, Visibility};
use super::policy::{PolicyCredentials, PolicyTarget};
use super::secret::Secret;
use super::status::Status;

/// Who makes a request, as the token tells.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "tokens say each of these on its own"
)]
pub struct Caller {
    /// The user.
    pub user: Option<String>,
    /// The project that the token is for: the owner of what the caller makes.
    pub project: Option<String>,
    /// The domain that the token is for, where it is for no project.
    pub domain: Option<String>,
    /// Whether the token is for the whole system.
    pub system: bool,
    /// The caller's roles, in lower case.
    pub roles: Vec<String>,
    /// The roles of the service that sends the request on somebody's behalf, in lower case. No
    /// rule of the policy looks at them unless it names them.
    pub service_roles: Vec<String>,
    /// Whether the caller passes the policy rule `context_is_admin`, in whichever project.
    pub admin: bool,
    /// Whether the caller has no token, on a server that lets such callers read.
    pub read_only: bool,
    /// Whether Keystone has a project for admins, and the token is for another.
    pub not_admin_project: bool,
    /// The token itself, for what has to be asked in the caller's name.
    pub token: Option<Secret>,
}

impl Caller {
    /// Whether this caller may know that the image exists; `shared` tells whether the image has a
    /// member record for the caller's project, in any status.
    #[must_use]
    pub fn sees(&self, image: &Image, shared: bool) -> bool {
        self.admin
            || image.owner.is_none()
            || matches!(image.visibility, Visibility::Public | Visibility::Community)
            || self.owns(image)
            || (image.visibility == Visibility::Shared && shared)
    }

    /// Whether the image belongs to the caller's project.
    #[must_use]
    pub fn owns(&self, image: &Image) -> bool {
        self.project.is_some() && self.project == image.owner
    }
}

impl PolicyCredentials for Caller {
    fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|it| it.eq_ignore_ascii_case(role))
    }

    fn has_service_role(&self, role: &str) -> bool {
        let mut roles = self.service_roles.iter();
        roles.any(|it| it.eq_ignore_ascii_case(role))
    }

    fn user_id(&self) -> Option<&str> {
        self.user.as_deref()
    }

    fn project_id(&self) -> Option<&str> {
        self.project.as_deref()
    }

    fn domain_id(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    fn attribute(&self, key: &str) -> Option<&str> {
        match key {
            "system_scope" if self.system => Some("all"),
            "is_admin_project" if self.not_admin_project => Some("False"),
            "is_admin_project" => Some("True"),
            "tenant" | "tenant_id" => self.project_id(),
            _ => None,
        }
    }
}

/// An image as policy rules see it.
#[derive(Clone, Copy, Debug)]
pub struct ImageTarget<'a> {
    image: &'a Image,
    member: Option<&'a str>,
}

impl<'a> ImageTarget<'a> {
    /// What a rule sees of this image when this caller asks: the caller's project stands as
    /// `member_id` where the image is shared and somebody else's.
    #[must_use]
    pub fn new(image: &'a Image, caller: &'a Caller) -> Self {
        let foreign = image.visibility == Visibility::Shared && !caller.owns(image);
        let member = caller.project.as_deref().filter(|_| foreign);
        Self { image, member }
    }
}

impl PolicyTarget for ImageTarget<'_> {
    fn is_null(&self, name: &str) -> bool {
        match name {
            "project_id" | "owner" => self.image.owner.is_none(),
            "member_id" => self.member.is_none(),
            _ => false,
        }
    }

    fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        let image = self.image;
        let word = |it: bool| Cow::Borrowed(if it { "True" } else { "False" });
        match name {
            "project_id" | "owner" | "tenant" => image.owner.as_deref().map(Cow::Borrowed),
            "member_id" => self.member.map(Cow::Borrowed),
            "visibility" => Some(Cow::Borrowed(image.visibility.word())),
            "status" => Some(Cow::Borrowed(Status::word(image.status))),
            "id" | "image_id" => Some(Cow::Borrowed(image.id.as_str())),
            "name" => image.name.as_deref().map(Cow::Borrowed),
            "disk_format" => image.disk_format.as_deref().map(Cow::Borrowed),
            "container_format" => image.container_format.as_deref().map(Cow::Borrowed),
            "checksum" => image.data.checksum.as_deref().map(Cow::Borrowed),
            "protected" => Some(word(image.protected)),
            "os_hidden" => Some(word(image.os_hidden)),
            "min_ram" => Some(Cow::Owned(image.min_ram.to_string())),
            "min_disk" => Some(Cow::Owned(image.min_disk.to_string())),
            "size" => image.data.size.map(|it| Cow::Owned(it.to_string())),
            _ => image
                .properties
                .get(name)
                .map(|it| Cow::Borrowed(it.as_str())),
        }
    }
}

/// A caller as the rules see it when it makes or lists images: where it has no project, then none
/// is its own, as it is for oslo.policy, which compares the word `None`.
#[derive(Clone, Copy, Debug)]
pub struct Own<'a>(pub &'a Caller);

const NOBODY: &str = "None";

impl PolicyCredentials for Own<'_> {
    fn has_role(&self, role: &str) -> bool {
        self.0.has_role(role)
    }

    fn has_service_role(&self, role: &str) -> bool {
        self.0.has_service_role(role)
    }

    fn user_id(&self) -> Option<&str> {
        self.0.user_id()
    }

    fn project_id(&self) -> Option<&str> {
        Some(self.0.project_id().unwrap_or(NOBODY))
    }

    fn domain_id(&self) -> Option<&str> {
        self.0.domain_id()
    }

    fn attribute(&self, key: &str) -> Option<&str> {
        self.0.attribute(key)
    }
}

impl PolicyTarget for Own<'_> {
    fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        matches!(name, "project_id" | "owner")
            .then(|| Cow::Borrowed(self.project_id().unwrap_or(NOBODY)))
    }
}

/// An image yet to be made, as the rule `add_image` sees it.
#[derive(Clone, Copy, Debug)]
pub struct NewTarget<'a> {
    /// The project it is to belong to.
    pub owner: Option<&'a str>,
    /// Who is to see it. Glance takes a missing one for private here, although it keeps `shared`.
    pub visibility: Option<Visibility>,
}

impl PolicyTarget for NewTarget<'_> {
    fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        match name {
            "project_id" | "owner" => Some(Cow::Borrowed(self.owner.unwrap_or(NOBODY))),
            "visibility" => {
                let visibility = self.visibility.unwrap_or(Visibility::Private);
                Some(Cow::Borrowed(visibility.word()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::policy::{Policy, Rule};

    fn image(owner: Option<&str>, visibility: Visibility) -> Image {
        let at = chrono::DateTime::UNIX_EPOCH;
        Image {
            id: "i".into(),
            name: None,
            status: Status::Active,
            visibility,
            owner: owner.map(str::to_owned),
            protected: false,
            os_hidden: false,
            min_ram: 0,
            min_disk: 0,
            disk_format: None,
            container_format: None,
            data: crate::domain::image::Data::default(),
            created_at: at,
            updated_at: at,
            tags: vec![],
            properties: indexmap::IndexMap::new(),
            locations: vec![],
        }
    }

    proptest! {
        /// Whoever is not the owner's sees an image by its visibility alone, and may never change it.
        #[test]
        fn others_see_what_visibility_says_and_change_nothing(
            visibility in prop::sample::select(Visibility::ALL),
            shared: bool,
            roles in prop::collection::vec("member|reader|manager|service", 0..4),
        ) {
            let caller = Caller { project: Some("other".into()), roles, ..Caller::default() };
            let image = image(Some("owner"), visibility);
            let open = matches!(visibility, Visibility::Public | Visibility::Community);
            let member = visibility == Visibility::Shared && shared;
            prop_assert_eq!(caller.sees(&image, shared), open || member);
            let policy = Policy::defaults();
            let target = ImageTarget::new(&image, &caller);
            for rule in [Rule::ModifyImage, Rule::DeleteImage, Rule::UploadImage, Rule::AddMember] {
                prop_assert!(!policy.allows(rule, &caller, &target), "{}", rule.name());
            }
        }

        /// An admin sees every image and may do everything; a token without roles may do nothing.
        #[test]
        fn roles_decide_what_an_owner_may(
            visibility in prop::sample::select(Visibility::ALL),
            role in prop::sample::select(vec!["admin", "member", "reader", "none"]),
        ) {
            let caller = Caller {
                project: Some("owner".into()),
                roles: vec![role.into()],
                admin: role == "admin",
                ..Caller::default()
            };
            let image = image(Some("owner"), visibility);
            prop_assert!(caller.sees(&image, false));
            let policy = Policy::defaults();
            let target = ImageTarget::new(&image, &caller);
            let may = |rule| policy.allows(rule, &caller, &target);
            prop_assert_eq!(may(Rule::ModifyImage), matches!(role, "admin" | "member"));
            prop_assert_eq!(may(Rule::GetImage), matches!(role, "admin" | "reader"));
        }
    }
}

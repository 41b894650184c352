//! The caller of a request, and what policy rules see of callers and images.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::image::{Image, Visibility};
use super::policy::{PolicyCredentials, PolicyTarget};
use super::secret::Secret;

/// The caller of a request, as its token describes it.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "tokens say each of these on its own"
)]
pub struct Caller {
    /// The ID of the user.
    pub user: Option<String>,
    /// The project that the token is scoped to: the owner of what the caller creates.
    pub project: Option<String>,
    /// The domain that the token is scoped to, if it is not scoped to a project.
    pub domain: Option<String>,
    /// True if the token has system scope.
    pub system: bool,
    /// The caller's roles, in lower case.
    pub roles: Vec<String>,
    /// The roles of the service token, in lower case. No policy rule reads them unless it names
    /// them.
    pub service_roles: Vec<String>,
    /// True if the policy rule `context_is_admin` holds for the caller, in any project.
    pub admin: bool,
    /// True if the caller has no token, on a server that lets such callers read.
    pub read_only: bool,
    /// True if Keystone has an admin project and the token is scoped to another one.
    pub not_admin_project: bool,
    /// The token itself, for requests to other services on behalf of the caller.
    pub token: Option<Secret>,
}

impl Caller {
    /// Returns true if this caller may know that the image exists. `shared` is true if the image
    /// has a member record for the caller's project, in any status. Glance: `is_image_visible` in
    /// `glance/db/sqlalchemy/api.py`.
    #[must_use]
    pub fn can_see(&self, image: &Image, shared: bool) -> bool {
        self.admin
            || image.owner.is_none()
            || matches!(image.visibility, Visibility::Public | Visibility::Community)
            || self.owns(image)
            || (image.visibility == Visibility::Shared && shared)
    }

    /// Returns true if the image belongs to the caller's project.
    #[must_use]
    pub fn owns(&self, image: &Image) -> bool {
        self.project.is_some() && self.project == image.owner
    }

    /// Returns true if the database layer of Glance lets this caller change the image, whatever the
    /// policy says. Glance: `is_image_mutable` in `glance/db/sqlalchemy/api.py`.
    #[must_use]
    pub fn can_change(&self, image: &Image) -> bool {
        self.admin || self.owns(image)
    }
}

impl PolicyCredentials for Caller {
    fn has_role(&self, role: &str) -> bool {
        self.roles
            .iter()
            .any(|held| held.eq_ignore_ascii_case(role))
    }

    fn has_service_role(&self, role: &str) -> bool {
        let mut roles = self.service_roles.iter();
        roles.any(|held| held.eq_ignore_ascii_case(role))
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

    fn to_json(&self) -> Value {
        let attribute = |key: &str| self.attribute(key);
        json!({
            "user_id": self.user,
            "user_domain_id": attribute("user_domain_id"),
            "system_scope": attribute("system_scope"),
            "domain_id": self.domain,
            "project_id": self.project,
            "project_domain_id": attribute("project_domain_id"),
            "roles": self.roles,
            "is_admin_project": !self.not_admin_project,
            "service_user_id": attribute("service_user_id"),
            "service_user_domain_id": attribute("service_user_domain_id"),
            "service_project_id": attribute("service_project_id"),
            "service_project_domain_id": attribute("service_project_domain_id"),
            "service_roles": self.service_roles,
        })
    }
}

/// An image as policy rules see it.
#[derive(Clone, Copy, Debug)]
pub struct ImageTarget<'a> {
    image: &'a Image,
    member: Option<&'a str>,
}

impl<'a> ImageTarget<'a> {
    /// Returns the target for an image and a caller. The caller's project is the field `member_id`
    /// if the image is shared and belongs to another project.
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
        let word = |flag: bool| Cow::Borrowed(if flag { "True" } else { "False" });
        match name {
            "project_id" | "owner" | "tenant" => image.owner.as_deref().map(Cow::Borrowed),
            "member_id" => self.member.map(Cow::Borrowed),
            "visibility" => Some(Cow::Borrowed(image.visibility.as_str())),
            "status" => Some(Cow::Borrowed(image.status.as_str())),
            "id" | "image_id" => Some(Cow::Borrowed(image.id.as_str())),
            "name" => image.name.as_deref().map(Cow::Borrowed),
            "disk_format" => image.disk_format.as_deref().map(Cow::Borrowed),
            "container_format" => image.container_format.as_deref().map(Cow::Borrowed),
            "checksum" => image.data.checksum.as_deref().map(Cow::Borrowed),
            "protected" => Some(word(image.protected)),
            "os_hidden" => Some(word(image.os_hidden)),
            "min_ram" => Some(Cow::Owned(image.min_ram.to_string())),
            "min_disk" => Some(Cow::Owned(image.min_disk.to_string())),
            "size" => image.data.size.map(|size| Cow::Owned(size.to_string())),
            _ => image
                .properties
                .get(name)
                .map(|value| Cow::Borrowed(value.as_str())),
        }
    }

    fn to_json(&self) -> Value {
        let image = self.image;
        let mut all = Map::new();
        for (name, value) in &image.properties {
            all.insert(name.clone(), value.as_str().into());
        }
        let own = json!({
            "image_id": image.id,
            "name": image.name,
            "owner": image.owner,
            "project_id": image.owner,
            "member_id": self.member,
            "visibility": image.visibility.as_str(),
            "status": image.status.as_str(),
            "disk_format": image.disk_format,
            "container_format": image.container_format,
            "checksum": image.data.checksum,
            "size": image.data.size,
            "protected": image.protected,
            "os_hidden": image.os_hidden,
            "min_ram": image.min_ram,
            "min_disk": image.min_disk,
        });
        if let Value::Object(own) = own {
            all.extend(own);
        }
        Value::Object(all)
    }
}

/// A caller and its project as credentials and target, for creating and listing images. A caller
/// without a project has the project `None`, which is the text that oslo.policy compares.
#[derive(Clone, Copy, Debug)]
pub struct CallerAsOwner<'a>(pub &'a Caller);

const NO_PROJECT: &str = "None";

impl PolicyCredentials for CallerAsOwner<'_> {
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
        Some(self.0.project_id().unwrap_or(NO_PROJECT))
    }

    fn domain_id(&self) -> Option<&str> {
        self.0.domain_id()
    }

    fn attribute(&self, key: &str) -> Option<&str> {
        self.0.attribute(key)
    }

    fn to_json(&self) -> Value {
        self.0.to_json()
    }
}

impl PolicyTarget for CallerAsOwner<'_> {
    fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        matches!(name, "project_id" | "owner")
            .then(|| Cow::Borrowed(self.project_id().unwrap_or(NO_PROJECT)))
    }

    fn to_json(&self) -> Value {
        json!({ "project_id": self.0.project })
    }
}

/// An image that a request creates, as the rule `add_image` sees it.
#[derive(Clone, Copy, Debug)]
pub struct NewImageTarget<'a> {
    /// The project that will own the image.
    pub owner: Option<&'a str>,
    /// The requested visibility. Glance reads a missing one as private here, although it stores
    /// `shared`.
    pub visibility: Option<Visibility>,
}

impl PolicyTarget for NewImageTarget<'_> {
    fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        match name {
            "project_id" | "owner" => Some(Cow::Borrowed(self.owner.unwrap_or(NO_PROJECT))),
            "visibility" => {
                let visibility = self.visibility.unwrap_or(Visibility::Private);
                Some(Cow::Borrowed(visibility.as_str()))
            }
            _ => None,
        }
    }

    fn to_json(&self) -> Value {
        json!({
            "owner": self.owner,
            "project_id": self.owner,
            "visibility": self.field("visibility"),
        })
    }
}

#[cfg(test)]
mod tests;

//! The policy rules of the Images API and their default checks. Glance: `glance/policies`.

use crate::domain::string_enum;

const ALWAYS: &str = "";
const IS_ADMIN: &str = "role:admin";
const IS_SERVICE: &str = "role:service or role:admin";
const DEFAULT: &str = "rule:default";
const ADMIN: &str = "rule:context_is_admin";
const SERVICE: &str = "rule:service_api";
const OWNER_READS: &str = "rule:context_is_admin or (role:reader and project_id:%(project_id)s)";
const OWNER_WRITES: &str = "rule:context_is_admin or (role:member and project_id:%(project_id)s)";
const OWNER_CREATES: &str = "rule:context_is_admin or \
     (role:member and project_id:%(project_id)s and project_id:%(owner)s)";
const SERVICE_OR_OWNER: &str = "rule:service_api or \
     (role:member and project_id:%(project_id)s and project_id:%(owner)s)";
const SEES_AS_READER: &str = "rule:context_is_admin or (role:reader and \
     (project_id:%(project_id)s or project_id:%(member_id)s or 'community':%(visibility)s \
     or 'public':%(visibility)s or 'shared':%(visibility)s))";
const SEES_AS_MEMBER: &str = "rule:context_is_admin or (role:member and \
     (project_id:%(project_id)s or project_id:%(member_id)s or 'community':%(visibility)s \
     or 'public':%(visibility)s or 'shared':%(visibility)s))";
const MEMBERSHIP_READS: &str = "rule:context_is_admin or (role:reader and \
     (project_id:%(project_id)s or project_id:%(member_id)s))";
const MEMBERSHIP_WRITES: &str =
    "rule:context_is_admin or (role:member and project_id:%(member_id)s)";
const ADMIN_OR_SERVICE: &str = "rule:context_is_admin or rule:service_api";
const NAMESPACE_READS: &str = "rule:context_is_admin or (role:reader and \
     (project_id:%(project_id)s or 'public':%(visibility)s))";
const METADEF_DEFAULT: &str = "rule:metadef_default";
const METADEF_ADMIN: &str = "rule:metadef_admin";
const CACHE: &str = "rule:manage_image_cache";

/// A table of `Variant = "name": check, the check it had before (if another)`.
macro_rules! rules {
    ($($variant:ident = $name:literal: $check:ident $(, before $before:ident)?;)*) => {
        string_enum! {
            /// A rule of the policy, by its name in a policy file.
            Rule { $(#[doc = concat!("`", $name, "`")] $variant = $name),* }
        }

        impl Rule {
            /// Returns the default check in Glance 33.
            pub(super) const fn check(self) -> &'static str {
                match self { $(Self::$variant => $check),* }
            }

            /// Returns the older, laxer check that also allows while `enforce_new_defaults` is off.
            pub(super) const fn check_before(self) -> Option<&'static str> {
                match self { $(Self::$variant => rules!(@before $($before)?)),* }
            }
        }
    };
    (@before) => { None };
    (@before $before:ident) => { Some($before) };
}

rules! {
    Default = "default": ALWAYS;
    ContextIsAdmin = "context_is_admin": IS_ADMIN;
    ServiceApi = "service_api": IS_SERVICE;

    AddImage = "add_image": OWNER_CREATES, before DEFAULT;
    DeleteImage = "delete_image": OWNER_WRITES, before DEFAULT;
    GetImage = "get_image": SEES_AS_READER, before DEFAULT;
    GetImages = "get_images": OWNER_READS, before DEFAULT;
    ModifyImage = "modify_image": OWNER_WRITES, before DEFAULT;
    PublicizeImage = "publicize_image": ADMIN;
    CommunitizeImage = "communitize_image": OWNER_WRITES, before DEFAULT;
    DownloadImage = "download_image": SEES_AS_MEMBER, before DEFAULT;
    DownloadFromStore = "download_from_store": SEES_AS_MEMBER;
    UploadImage = "upload_image": OWNER_WRITES, before DEFAULT;
    DeleteImageLocation = "delete_image_location": ADMIN, before DEFAULT;
    GetImageLocation = "get_image_location": OWNER_READS, before DEFAULT;
    SetImageLocation = "set_image_location": OWNER_WRITES, before DEFAULT;
    AddImageLocation = "add_image_location": SERVICE_OR_OWNER;
    FetchImageLocation = "fetch_image_location": SERVICE;
    AddMember = "add_member": OWNER_WRITES, before DEFAULT;
    DeleteMember = "delete_member": OWNER_WRITES, before DEFAULT;
    GetMember = "get_member": MEMBERSHIP_READS, before DEFAULT;
    GetMembers = "get_members": MEMBERSHIP_READS, before DEFAULT;
    ModifyMember = "modify_member": MEMBERSHIP_WRITES, before DEFAULT;
    ManageImageCache = "manage_image_cache": ADMIN;
    Deactivate = "deactivate": OWNER_WRITES, before DEFAULT;
    Reactivate = "reactivate": OWNER_WRITES, before DEFAULT;
    CopyImage = "copy_image": ADMIN;
    ListCachedNodes = "list_cached_nodes": ADMIN;

    GetTask = "get_task": DEFAULT;
    GetTasks = "get_tasks": DEFAULT;
    AddTask = "add_task": DEFAULT;
    ModifyTask = "modify_task": DEFAULT;
    TasksApiAccess = "tasks_api_access": ADMIN;

    StoresInfoDetail = "stores_info_detail": ADMIN_OR_SERVICE, before ADMIN;
    CacheImage = "cache_image": ADMIN, before CACHE;
    CacheList = "cache_list": ADMIN, before CACHE;
    CacheDelete = "cache_delete": ADMIN, before CACHE;
    CacheClean = "cache_clean": ADMIN;
    CachePrune = "cache_prune": ADMIN;

    MetadefDefault = "metadef_default": ALWAYS;
    MetadefAdmin = "metadef_admin": ADMIN;
    GetMetadefNamespaces = "get_metadef_namespaces": OWNER_READS, before METADEF_DEFAULT;
    GetMetadefNamespace = "get_metadef_namespace": NAMESPACE_READS, before METADEF_DEFAULT;
    AddMetadefNamespace = "add_metadef_namespace": METADEF_ADMIN;
    ModifyMetadefNamespace = "modify_metadef_namespace": METADEF_ADMIN;
    DeleteMetadefNamespace = "delete_metadef_namespace": METADEF_ADMIN;
    GetMetadefObject = "get_metadef_object": NAMESPACE_READS, before METADEF_DEFAULT;
    GetMetadefObjects = "get_metadef_objects": NAMESPACE_READS, before METADEF_DEFAULT;
    AddMetadefObject = "add_metadef_object": METADEF_ADMIN;
    ModifyMetadefObject = "modify_metadef_object": METADEF_ADMIN;
    DeleteMetadefObject = "delete_metadef_object": METADEF_ADMIN;
    GetMetadefProperty = "get_metadef_property": NAMESPACE_READS, before METADEF_DEFAULT;
    GetMetadefProperties = "get_metadef_properties": NAMESPACE_READS, before METADEF_DEFAULT;
    AddMetadefProperty = "add_metadef_property": METADEF_ADMIN;
    ModifyMetadefProperty = "modify_metadef_property": METADEF_ADMIN;
    RemoveMetadefProperty = "remove_metadef_property": METADEF_ADMIN;
    GetMetadefTag = "get_metadef_tag": NAMESPACE_READS, before METADEF_DEFAULT;
    GetMetadefTags = "get_metadef_tags": NAMESPACE_READS, before METADEF_DEFAULT;
    AddMetadefTag = "add_metadef_tag": METADEF_ADMIN;
    AddMetadefTags = "add_metadef_tags": METADEF_ADMIN;
    ModifyMetadefTag = "modify_metadef_tag": METADEF_ADMIN;
    DeleteMetadefTag = "delete_metadef_tag": METADEF_ADMIN;
    DeleteMetadefTags = "delete_metadef_tags": METADEF_ADMIN;
    ListMetadefResourceTypes = "list_metadef_resource_types":
        NAMESPACE_READS, before METADEF_DEFAULT;
    GetMetadefResourceType = "get_metadef_resource_type":
        NAMESPACE_READS, before METADEF_DEFAULT;
    AddMetadefResourceTypeAssociation = "add_metadef_resource_type_association": METADEF_ADMIN;
    RemoveMetadefResourceTypeAssociation = "remove_metadef_resource_type_association":
        METADEF_ADMIN;
}

impl Rule {
    /// Returns the name in a policy file, and in "You are not authorized to complete … action."
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.as_str()
    }

    /// Returns true if only a token with project scope can pass the rule: all but those that other
    /// rules refer to.
    pub(super) const fn needs_project_scope(self) -> bool {
        !matches!(
            self,
            Self::Default
                | Self::ContextIsAdmin
                | Self::ServiceApi
                | Self::MetadefDefault
                | Self::MetadefAdmin
        )
    }
}

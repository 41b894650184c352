//! The types of events, and how settings leave some of them out.

use crate::domain::string_enum;

string_enum! {
    /// The type of an event.
    EventType {
        /// An image was created.
        ImageCreate = "image.create",
        /// Data of an image begins to come.
        ImagePrepare = "image.prepare",
        /// The data of an image has come, or with priority ERROR: it could not be stored.
        ImageUpload = "image.upload",
        /// An image has become active because of its data.
        ImageActivate = "image.activate",
        /// An image was changed.
        ImageUpdate = "image.update",
        /// An image was deleted.
        ImageDelete = "image.delete",
        /// The data of an image was sent to a client.
        ImageSend = "image.send",
        /// An image was shared with a project.
        MemberCreate = "image.member.create",
        /// A project has answered to an image that is shared with it.
        MemberUpdate = "image.member.update",
        /// An image is no longer shared with a project.
        MemberDelete = "image.member.delete",
        /// A task was created.
        TaskCreate = "task.create",
        /// A worker has begun a task.
        TaskProcessing = "task.processing",
        /// A task has succeeded.
        TaskSuccess = "task.success",
        /// A task has failed.
        TaskFailure = "task.failure",
        /// A worker has left a task.
        TaskRun = "task.run",
        /// A namespace was created.
        NamespaceCreate = "metadef_namespace.create",
        /// A namespace was changed.
        NamespaceUpdate = "metadef_namespace.update",
        /// A namespace was deleted.
        NamespaceDelete = "metadef_namespace.delete",
        /// All objects of a namespace were deleted.
        NamespaceDeleteObjects = "metadef_namespace.delete_objects",
        /// All properties of a namespace were deleted.
        NamespaceDeleteProperties = "metadef_namespace.delete_properties",
        /// All tags of a namespace were deleted.
        NamespaceDeleteTags = "metadef_namespace.delete_tags",
        /// An object was created.
        ObjectCreate = "metadef_object.create",
        /// An object was changed.
        ObjectUpdate = "metadef_object.update",
        /// An object was deleted.
        ObjectDelete = "metadef_object.delete",
        /// A property was created.
        PropertyCreate = "metadef_property.create",
        /// A property was changed.
        PropertyUpdate = "metadef_property.update",
        /// A property was deleted.
        PropertyDelete = "metadef_property.delete",
        /// A namespace was associated with a resource type.
        ResourceTypeCreate = "metadef_resource_type.create",
        /// A namespace is no longer associated with a resource type.
        ResourceTypeDelete = "metadef_resource_type.delete",
        /// A tag of a namespace was created.
        TagCreate = "metadef_tag.create",
        /// A tag of a namespace was changed.
        TagUpdate = "metadef_tag.update",
        /// A tag of a namespace was deleted.
        TagDelete = "metadef_tag.delete",
    }
}

impl EventType {
    /// Returns whether a list of event types and groups, such as Glance's `disabled_notifications`, has this one. The
    /// group of an event is what its type has before the first dot: `image` is that of `image.member.create`, too, and
    /// `image.member` is none.
    #[must_use]
    pub fn is_in(self, names: &[String]) -> bool {
        let text = self.as_str();
        let group = text.split_once('.').map_or(text, |(group, _)| group);
        names.iter().any(|name| name == text || name == group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_what_comes_before_the_first_dot() {
        let is_in = |event: EventType, name: &str| event.is_in(&[name.to_owned()]);
        assert!(is_in(EventType::ImageCreate, "image"));
        assert!(is_in(EventType::ImageCreate, "image.create"));
        assert!(!is_in(EventType::ImageCreate, "image.update"));
        assert!(is_in(EventType::MemberCreate, "image"));
        assert!(is_in(EventType::MemberCreate, "image.member.create"));
        assert!(!is_in(EventType::MemberCreate, "image.member"));
        assert!(is_in(EventType::TagDelete, "metadef_tag"));
        assert!(!is_in(EventType::TagDelete, "metadef"));
        assert!(!EventType::TagDelete.is_in(&[]));
    }
}

//! Tests of the default rules: what callers see of images and may do with them.

use proptest::prelude::*;

use super::*;
use crate::domain::policy::{Policy, Rule};
use crate::domain::status::Status;

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
        prop_assert_eq!(caller.can_see(&image, shared), open || member);
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
        prop_assert!(caller.can_see(&image, false));
        let policy = Policy::defaults();
        let target = ImageTarget::new(&image, &caller);
        let may = |rule| policy.allows(rule, &caller, &target);
        prop_assert_eq!(may(Rule::ModifyImage), matches!(role, "admin" | "member"));
        prop_assert_eq!(may(Rule::GetImage), matches!(role, "admin" | "reader"));
    }
}

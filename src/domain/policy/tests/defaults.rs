//! The results of Glance 33's default rules.

use super::*;

#[test]
fn every_rule_compiles_and_lets_an_administrator_pass() {
    for rule in Rule::ALL {
        assert!(Policy::defaults().allows(*rule, &ADMIN, &()), "{rule}");
        assert!(
            Policy::with_legacy_defaults().allows(*rule, &ADMIN, &()),
            "{rule}"
        );
    }
}

#[test]
fn a_token_of_the_system_or_of_a_domain_passes_only_the_rules_that_others_are_built_on() {
    let system = Who {
        system: Some("all"),
        ..ADMIN
    };
    let domain = Who {
        domain: Some("d"),
        ..ADMIN
    };
    let passed: Vec<_> = Rule::ALL
        .iter()
        .filter(|rule| Policy::defaults().allows(**rule, &system, IMAGE))
        .map(|rule| rule.name())
        .collect();
    let basic = [
        "default",
        "context_is_admin",
        "service_api",
        "metadef_default",
        "metadef_admin",
    ];
    assert_eq!(passed, basic);
    assert!(!Policy::defaults().allows(Rule::GetImages, &domain, IMAGE));
    assert!(!Policy::defaults().allows_named("get_images", &domain, IMAGE));
}

#[test]
fn who_may_do_what_to_images_by_default() {
    let image = |visibility, member| {
        [
            ("project_id", Some("p1")),
            ("owner", Some("p1")),
            ("visibility", Some(visibility)),
            ("member_id", member),
        ]
    };
    let with = |roles, project| Who {
        roles,
        project: Some(project),
        ..NOBODY
    };
    let reader = with(&["reader"], "p1");
    let member = with(&["member"], "p1");
    let other = with(&["member", "reader"], "p2");
    let cases = [
        (Rule::GetImage, reader, image("private", None), true),
        (Rule::GetImage, member, image("private", None), false),
        (Rule::GetImage, other, image("private", None), false),
        (Rule::GetImage, other, image("private", Some("p2")), true),
        (Rule::GetImage, other, image("public", None), true),
        (Rule::GetImage, other, image("community", None), true),
        (Rule::GetImage, other, image("shared", None), true),
        (Rule::GetImage, NOBODY, image("public", None), false),
        (Rule::DownloadImage, member, image("private", None), true),
        (Rule::DownloadImage, reader, image("public", None), false),
        (Rule::AddImage, member, image("private", None), true),
        (Rule::AddImage, reader, image("private", None), false),
        (Rule::AddImage, other, image("private", None), false),
        (Rule::ModifyImage, other, image("public", None), false),
        (Rule::PublicizeImage, member, image("private", None), false),
        (Rule::CommunitizeImage, member, image("private", None), true),
        (Rule::ModifyMember, other, image("shared", Some("p2")), true),
        (Rule::ModifyMember, member, image("shared", None), false),
        (Rule::GetMembers, other, image("shared", Some("p2")), true),
        (
            Rule::FetchImageLocation,
            with(&["service"], "p9"),
            image("private", None),
            true,
        ),
        (Rule::GetTask, NOBODY, image("private", None), true),
        (Rule::TasksApiAccess, member, image("private", None), false),
        (
            Rule::GetMetadefNamespace,
            other,
            image("public", None),
            true,
        ),
        (Rule::AddMetadefTags, member, image("public", None), false),
    ];
    for (rule, who, image, expected) in cases {
        let allowed = Policy::defaults().allows(rule, &who, &image);
        assert_eq!(
            allowed, expected,
            "{rule} {:?} {:?} {image:?}",
            who.roles, who.project
        );
    }
}

#[test]
fn the_defaults_of_old_let_everybody_do_what_had_no_check_then() {
    let policy = Policy::with_legacy_defaults();
    for rule in [
        Rule::AddImage,
        Rule::DeleteImage,
        Rule::GetMembers,
        Rule::GetMetadefTags,
    ] {
        assert!(policy.allows(rule, &NOBODY, IMAGE), "{rule}");
    }
    for rule in [
        Rule::PublicizeImage,
        Rule::CopyImage,
        Rule::AddMetadefTag,
        Rule::CacheList,
    ] {
        assert!(!policy.allows(rule, &NOBODY, IMAGE), "{rule}");
    }
}

#[test]
fn a_policy_can_be_shared_between_threads_and_asked_through_trait_objects() {
    fn shared<T: Send + Sync>(_: &T) {}
    let policy = Policy::defaults();
    shared(&policy);
    let (who, what): (&dyn PolicyCredentials, &dyn PolicyTarget) = (&ALICE, &IMAGE);
    assert!(policy.allows(Rule::GetImage, who, what));
    assert!(!Policy::default().allows(Rule::Default, who, what));
}

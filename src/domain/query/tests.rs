use proptest::prelude::*;

use super::*;
use crate::domain::image::Visibility;

fn read(text: &str) -> Result<ImageQuery> {
    let pairs: Vec<_> = form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect();
    let limits = PageLimits {
        default: 25,
        max: 1000,
    };
    ImageQuery::read(&pairs, limits, &ListRules::GLANCE)
}

#[test]
fn wrong_parameters_are_refused_in_order() {
    for (query, message) in [
        ("visibility=x&limit=x", "Invalid visibility value: x"),
        (
            "changes-since=&limit=x",
            "The \"changes-since\" filter is no longer available on v2.",
        ),
        ("member_status=&limit=x", "Invalid status: "),
        ("limit=x&sort_key=x", "limit param must be an integer"),
        ("limit=-1", "limit param must be positive"),
        (
            "os_hidden=x",
            "Invalid value 'x' for 'os_hidden' filter. Valid values are 'true' or 'false'.",
        ),
        (
            "protected=True",
            "Invalid value 'True' for 'protected' filter. Valid values are 'true' or 'false'.",
        ),
    ] {
        assert_eq!(read(query).unwrap_err().to_string(), message, "{query}");
    }
}

#[test]
fn a_limit_is_read_as_python_reads_it_and_capped() {
    for (query, limit) in [
        ("", 25),
        ("limit=+7", 7),
        ("limit=%2B7", 7),
        ("limit= 7 ", 7),
        ("limit=0", 0),
        ("limit=5000", 1000),
        ("limit=99999999999999999999", 1000),
    ] {
        assert_eq!(read(query).unwrap().limit, limit, "{query}");
    }
}

#[test]
fn a_list_has_so_many_filters_and_no_more() {
    for (count, is_allowed) in [(200, true), (201, false), (202, false)] {
        let tags = vec!["tag=x"; count].join("&");
        assert_eq!(
            read(&tags).unwrap().filters().is_ok(),
            is_allowed,
            "{count}"
        );
    }
}

#[test]
fn the_last_filter_of_a_name_counts_and_every_tag() {
    let query = read("name=a&tag=t&name=b&tag=u&status=queued").unwrap();
    let kept = [
        ("name", "b"),
        ("tag", "t"),
        ("tag", "u"),
        ("status", "queued"),
    ];
    let kept = kept.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(query.others, kept);
}

#[test]
fn a_boolean_is_a_word_in_small_letters_or_for_hidden_images_in_any() {
    for (query, value) in [
        ("protected=true", Some(true)),
        ("protected=false", Some(false)),
        ("", None),
    ] {
        assert_eq!(read(query).unwrap().protected, value, "{query}");
    }
    for (query, value) in [
        ("os_hidden=true", true),
        ("os_hidden=TRUE", true),
        ("os_hidden=False", false),
        ("", false),
    ] {
        assert_eq!(read(query).unwrap().os_hidden, value, "{query}");
    }
}

#[test]
fn every_word_is_a_boolean_where_any_is() {
    const ANY: ListRules = ListRules {
        protected: BooleanWords::Any,
        absent_fields: &["os_hidden"],
        ignored: &["offset"],
        ..ListRules::GLANCE
    };
    let read = |word: &str| {
        let pairs = [("protected", word), ("offset", "5"), ("os_hidden", "no")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let limits = PageLimits {
            default: 25,
            max: 1000,
        };
        ImageQuery::read(&pairs, limits, &ANY).unwrap()
    };
    for (word, meaning) in [("True", true), ("False", false), ("x", false), ("", false)] {
        assert_eq!(read(word).protected, Some(meaning), "{word}");
    }
    let property = ImageFilter::property("os_hidden", "no");
    assert_eq!(read("x").filters().unwrap(), [property]);
}

proptest! {
    #[test]
    fn no_query_text_panics(text in ".*") {
        if let Ok(query) = read(&text) {
            drop(query.filters());
        }
    }

    #[test]
    fn no_value_of_a_known_parameter_panics(
        name in "(name|created_at|size_min|tag|sort|sort_dir|limit|status|id)", value in ".*"
    ) {
        let limits = PageLimits { default: 25, max: 1000 };
        if let Ok(query) = ImageQuery::read(&[(name, value)], limits, &ListRules::GLANCE) {
            drop(query.filters());
            prop_assert!((0..=1000).contains(&query.limit));
            let keys: Vec<_> = query.sort.iter().map(|(key, _)| *key).collect();
            prop_assert!(keys.contains(&SortKey::Id), "every order is total");
        }
    }
}

#[test]
fn four_values_of_visibility_are_those_of_images() {
    let visibility = VisibilityFilter::visibility;
    assert_eq!(
        visibility(VisibilityFilter::Public),
        Some(Visibility::Public)
    );
    assert_eq!(
        visibility(VisibilityFilter::Private),
        Some(Visibility::Private)
    );
    assert_eq!(
        visibility(VisibilityFilter::Shared),
        Some(Visibility::Shared)
    );
    assert_eq!(
        visibility(VisibilityFilter::Community),
        Some(Visibility::Community)
    );
    assert_eq!(visibility(VisibilityFilter::All), None);
    assert_eq!(visibility(VisibilityFilter::Nothing), None);
}

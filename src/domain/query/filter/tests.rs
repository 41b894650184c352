//! The filters that parameters parse to, and their errors.

use super::*;

fn names(value: &str) -> std::result::Result<Vec<String>, String> {
    match ImageFilter::read("name", value) {
        Ok(Some(ImageFilter::OneOf(_, names))) => Ok(names),
        Ok(other) => Err(format!("{other:?}")),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn lists_are_split_at_commas_outside_quotes() {
    for (value, items) in [
        ("a,b", vec!["a,b"]),
        ("in:a,b", vec!["a", "b"]),
        ("in:a,\"c,d\"", vec!["a", "c,d"]),
        ("in:\"a\"", vec!["a"]),
        ("in:,a", vec!["", "a"]),
        ("in:a,,b", vec!["a", "", "b"]),
        ("in:\"e\\\"f\"", vec!["e\\\"f"]),
        // What follows the second of these quotes is in none.
        (r#"in:"a\\"",b"#, vec![r"a\\", "\"", "b"]),
        ("eq:a:b", vec!["a:b"]),
        ("2014-01-01T00:00:00Z", vec!["2014-01-01T00:00:00Z"]),
        ("in:", vec![]),
    ] {
        assert_eq!(
            names(value),
            Ok(items.into_iter().map(str::to_owned).collect()),
            "{value}"
        );
    }
}

#[test]
fn bad_operators_and_quotes_are_refused() {
    for (value, message) in [
        ("a:b", "Unable to filter by unknown operator 'a'."),
        (
            "in:a\"b\"",
            "Invalid filter value a\"b\". There is no comma before opening quotation mark.",
        ),
        (
            "in:\"a\"b",
            "Invalid filter value \"a\"b. There is no comma after closing quotation mark.",
        ),
        (
            "in:\"a",
            "Invalid filter value \"a. The quote is not closed.",
        ),
    ] {
        assert_eq!(names(value), Err(message.into()), "{value}");
    }
}

#[test]
fn a_bad_date_is_found_before_a_bad_operator() {
    let says = |value| {
        ImageFilter::read("created_at", value)
            .unwrap_err()
            .to_string()
    };
    assert!(says("x:yesterday").starts_with("Bad \"created_at\" query filter format."));
    assert_eq!(
        says("x:2014-01-01"),
        "Unable to filter on a unknown operator."
    );
}

#[test]
fn texts_with_nul_match_nothing() {
    let read = |name: &str, value: &str| {
        ImageFilter::read(name, value)
            .unwrap()
            .unwrap()
            .without_nul()
    };
    assert_eq!(read("tag", "a\0"), ImageFilter::Never);
    assert_eq!(read("a\0", "b"), ImageFilter::Never);
    let names = vec!["b".to_owned()];
    assert_eq!(
        read("name", "in:a\0,b"),
        ImageFilter::OneOf(TextField::Name, names)
    );
}

#[test]
fn ranges_want_numbers_and_numeric_fields() {
    assert_eq!(
        ImageFilter::read("size_min", "5").unwrap(),
        Some(ImageFilter::AtLeast(NumberField::Size, 5))
    );
    assert!(ImageFilter::read("foo_min", "x").is_err());
    assert_eq!(
        ImageFilter::read("foo_min", "5").unwrap(),
        Some(ImageFilter::Property("foo_min".into(), "5".into()))
    );
    assert_eq!(
        ImageFilter::read("size", "gt:5").unwrap(),
        Some(ImageFilter::Never)
    );
}

#[test]
fn a_text_with_nul_matches_no_image() {
    let read = |name, value| {
        ImageFilter::read(name, value)
            .unwrap()
            .unwrap()
            .without_nul()
    };
    assert_eq!(read("tag", "a"), ImageFilter::Tag("a".into()));
    assert_eq!(read("tag", "a\0"), ImageFilter::Never);
    assert_eq!(
        read("colour", "red"),
        ImageFilter::property("colour", "red")
    );
    assert_eq!(read("colour", "red\0"), ImageFilter::Never);
    assert_eq!(read("col\0our", "red"), ImageFilter::Never);
    let names = ImageFilter::OneOf(TextField::Name, vec!["b".into()]);
    assert_eq!(read("name", "in:a\0,b"), names);
}

#[test]
fn to_the_second_a_time_is_all_of_its_second() {
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let (first, next) = (at("2026-11-27T10:00:00Z"), at("2026-11-27T10:00:01Z"));
    let created = |comparison, time| ImageFilter::At(TimeField::CreatedAt, comparison, time);
    assert_eq!(
        created(Comparison::Equal, first).by_the_second(),
        [
            created(Comparison::GreaterOrEqual, first),
            created(Comparison::Less, next)
        ]
    );
    let later = created(Comparison::Greater, first);
    assert_eq!(later.clone().by_the_second(), [later]);
    let last = created(Comparison::Equal, DateTime::<Utc>::MAX_UTC);
    assert_eq!(last.clone().by_the_second(), [last]);
}

#[test]
fn deleted_is_no_filter_and_no_property() {
    assert_eq!(ImageFilter::read("deleted", "true").unwrap(), None);
}

#[test]
fn a_list_has_two_thousand_values_at_the_most() {
    let list = |values: usize| format!("in:{}", vec!["long"; values].join(","));
    assert_eq!(names(&list(2000)).map(|names| names.len()), Ok(2000));
    assert!(names(&list(2001)).is_err());
    assert_eq!(
        names(&format!("in:{}", "long".repeat(1000))).map(|names| names.len()),
        Ok(1)
    );
}

#[test]
fn tags_are_trimmed_and_texts_and_times_are_in_no_range() {
    let read = |name, value| ImageFilter::read(name, value).unwrap().unwrap();
    assert_eq!(read("tag", " a "), ImageFilter::Tag("a".into()));
    assert_eq!(
        read("size_min", "1"),
        ImageFilter::AtLeast(NumberField::Size, 1)
    );
    assert_eq!(read("name_min", "1"), ImageFilter::Never);
    assert_eq!(read("created_at_max", "1"), ImageFilter::Never);
    let property = ImageFilter::property("colour_min", "1");
    assert_eq!(read("colour_min", "1"), property);
}

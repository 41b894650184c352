//! What the images of a list must have: one parameter, one filter.

use chrono::{DateTime, Utc};

use super::moment::moment;
use crate::domain::text::findable;
use crate::domain::words;
use crate::{Error, Result};

words! {
    /// Fields of text that can be filtered by.
    Word {
        /// The name.
        Name = "name",
        /// The id.
        Id = "id",
        /// The status.
        Status = "status",
        /// The container format.
        ContainerFormat = "container_format",
        /// The disk format.
        DiskFormat = "disk_format",
        /// The owner.
        Owner = "owner",
        /// The MD5.
        Checksum = "checksum",
        /// The name of the other hash.
        HashAlgorithm = "os_hash_algo",
        /// The other hash.
        HashValue = "os_hash_value",
    }
}

words! {
    /// Fields of whole numbers that can be filtered by.
    Whole {
        /// The bytes.
        Size = "size",
        /// The bytes of the disk inside.
        VirtualSize = "virtual_size",
        /// The memory needed.
        MinRam = "min_ram",
        /// The disk needed.
        MinDisk = "min_disk",
    }
}

words! {
    /// Moments that can be filtered by.
    Time {
        /// When it was made.
        CreatedAt = "created_at",
        /// When it last changed.
        UpdatedAt = "updated_at",
    }
}

words! {
    /// How a moment is compared.
    Compare {
        /// Later than.
        Greater = "gt",
        /// At or later than.
        GreaterOrEqual = "gte",
        /// Earlier than.
        Less = "lt",
        /// At or earlier than.
        LessOrEqual = "lte",
        /// Just then.
        Equal = "eq",
        /// Any other time.
        NotEqual = "neq",
    }
}

/// One thing that an image must have.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// A field is one of these texts.
    OneOf(Word, Vec<String>),
    /// A number is just this.
    Exactly(Whole, i64),
    /// A number is this or more.
    AtLeast(Whole, i64),
    /// A number is this or less.
    AtMost(Whole, i64),
    /// A moment compares so.
    At(Time, Compare, DateTime<Utc>),
    /// It has this tag.
    Tag(String),
    /// It has this custom property.
    Property(String, String),
    /// Nothing matches: a number is asked to be something else.
    Never,
}

impl Filter {
    /// The same, without texts that no image can have and that PostgreSQL cannot be asked for.
    pub(super) fn findable(self) -> Self {
        let can = |text: &String| findable(text).is_some();
        match self {
            Self::OneOf(field, texts) => {
                Self::OneOf(field, texts.into_iter().filter(can).collect())
            }
            Self::Tag(tag) if !can(&tag) => Self::Never,
            Self::Property(name, value) if !can(&name) || !can(&value) => Self::Never,
            other => other,
        }
    }

    /// Reads one parameter; nothing for one that has no effect.
    pub(super) fn read(name: &str, value: &str) -> Result<Option<Self>> {
        if let Some(filter) = range(name, value)? {
            return Ok(Some(filter));
        }
        if let Some(field) = Word::from_word(name) {
            return word(field, value).map(Some);
        }
        if let Some(field) = Whole::from_word(name) {
            let number = value.trim().parse();
            return Ok(Some(
                number.map_or(Self::Never, |it| Self::Exactly(field, it)),
            ));
        }
        if let Some(field) = Time::from_word(name) {
            return time(field, value).map(Some);
        }
        Ok(match name {
            // Deleted images are in no list, whatever is asked.
            "deleted" => None,
            "tag" => Some(Self::Tag(value.trim().to_owned())),
            _ => Some(Self::Property(name.to_owned(), value.to_owned())),
        })
    }
}

/// `…_min` and `…_max`, of whatever: a number is asked for before it is looked what of.
fn range(name: &str, value: &str) -> Result<Option<Filter>> {
    let (field, least) = match (name.strip_suffix("_min"), name.strip_suffix("_max")) {
        (Some(field), _) => (field, true),
        (None, Some(field)) => (field, false),
        (None, None) => return Ok(None),
    };
    let number: i64 = value.trim().parse().map_err(|_| {
        Error::Invalid("Unable to filter on a range with a non-numeric value.".into())
    })?;
    if let Some(field) = Whole::from_word(field) {
        let filter = if least {
            Filter::AtLeast
        } else {
            Filter::AtMost
        };
        return Ok(Some(filter(field, number)));
    }
    let no_number = Word::from_word(field).is_some() || Time::from_word(field).is_some();
    Ok(no_number.then_some(Filter::Never))
}

/// Five of the texts know operators; the others are taken as they are.
fn word(field: Word, value: &str) -> Result<Filter> {
    let plain = |value: &str| Filter::OneOf(field, vec![value.to_owned()]);
    match field {
        Word::Owner | Word::Checksum | Word::HashAlgorithm | Word::HashValue => {
            return Ok(plain(value));
        }
        Word::Name | Word::Id | Word::Status | Word::ContainerFormat | Word::DiskFormat => {}
    }
    match operator(value) {
        ("eq", value) => Ok(plain(value)),
        ("in", values) => Ok(Filter::OneOf(field, items(values)?)),
        (other, _) => Err(Error::Invalid(format!(
            "Unable to filter by unknown operator '{other}'."
        ))),
    }
}

fn time(field: Time, value: &str) -> Result<Filter> {
    let (compare, text) = operator(value);
    let at = moment(text).ok_or_else(|| {
        Error::Invalid(format!(
            "Bad \"{field}\" query filter format. Use ISO 8601 DateTime notation."
        ))
    })?;
    match Compare::from_word(compare) {
        Some(compare) => Ok(Filter::At(field, compare, at)),
        None => Err(Error::Invalid(
            "Unable to filter on a unknown operator.".into(),
        )),
    }
}

/// The operator and what it is to work on: all before the first colon, unless the whole is a date.
fn operator(value: &str) -> (&str, &str) {
    match value.split_once(':') {
        Some((operator, rest)) if moment(value).is_none() => (operator, rest),
        _ => ("eq", value),
    }
}

/// The items of a list: commas part them, save within double quotes.
fn items(text: &str) -> Result<Vec<String>> {
    check_quotes(text)?;
    let mut items = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (item, after) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let end = closing(quoted);
                let (item, after) = quoted.split_at_checked(end).unwrap_or((quoted, ""));
                (item, after.strip_prefix('"').unwrap_or(after))
            }
            None => rest
                .split_at_checked(rest.find(',').unwrap_or(rest.len()))
                .unwrap_or((rest, "")),
        };
        items.push(item.to_owned());
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    Ok(items)
}

/// Where the quote that was opened before this text closes.
fn closing(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '"' if !escaped => return at,
            '\\' if !escaped => escaped = true,
            _ => escaped = false,
        }
    }
    text.len()
}

/// Quotes must stand around whole items.
fn check_quotes(text: &str) -> Result<()> {
    let bad = |what: &str| Error::Invalid(format!("Invalid filter value {text}. {what}"));
    let mut open = false;
    let mut before = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '"' && before != Some('\\') {
            if open && letters.peek().is_some_and(|it| *it != ',') {
                return Err(bad("There is no comma after closing quotation mark."));
            }
            if !open && before.is_some_and(|it| it != ',') {
                return Err(bad("There is no comma before opening quotation mark."));
            }
            open = !open;
        }
        before = Some(letter);
    }
    if open {
        return Err(bad("The quote is not closed."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(value: &str) -> std::result::Result<Vec<String>, String> {
        match Filter::read("name", value) {
            Ok(Some(Filter::OneOf(_, names))) => Ok(names),
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
    fn bad_operators_and_quotes_are_named() {
        for (value, said) in [
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
            assert_eq!(names(value), Err(said.into()), "{value}");
        }
    }

    #[test]
    fn a_bad_date_is_found_before_a_bad_operator() {
        let says = |value| Filter::read("created_at", value).unwrap_err().to_string();
        assert!(says("x:yesterday").starts_with("Bad \"created_at\" query filter format."));
        assert_eq!(
            says("x:2014-01-01"),
            "Unable to filter on a unknown operator."
        );
    }

    #[test]
    fn what_no_image_can_have_matches_nothing() {
        let read = |name: &str, value: &str| Filter::read(name, value).unwrap().unwrap().findable();
        assert_eq!(read("tag", "a\0"), Filter::Never);
        assert_eq!(read("a\0", "b"), Filter::Never);
        let names = vec!["b".to_owned()];
        assert_eq!(read("name", "in:a\0,b"), Filter::OneOf(Word::Name, names));
    }

    #[test]
    fn ranges_want_numbers_and_numeric_fields() {
        assert_eq!(
            Filter::read("size_min", "5").unwrap(),
            Some(Filter::AtLeast(Whole::Size, 5))
        );
        assert!(Filter::read("foo_min", "x").is_err());
        assert_eq!(
            Filter::read("foo_min", "5").unwrap(),
            Some(Filter::Property("foo_min".into(), "5".into()))
        );
        assert_eq!(Filter::read("size", "gt:5").unwrap(), Some(Filter::Never));
    }
}

//! Filters of a list of images: one for each query parameter.

use chrono::{DateTime, TimeDelta, Utc};

use super::timestamp::parse_timestamp;
use crate::domain::string_enum;
use crate::domain::text::without_nul;
use crate::{Error, Result};

string_enum! {
    /// A text field that lists can be filtered by.
    TextField {
        /// The name.
        Name = "name",
        /// The ID.
        Id = "id",
        /// The status.
        Status = "status",
        /// The container format.
        ContainerFormat = "container_format",
        /// The disk format.
        DiskFormat = "disk_format",
        /// The owner.
        Owner = "owner",
        /// The MD5 of the data.
        Checksum = "checksum",
        /// The algorithm of the multihash.
        HashAlgorithm = "os_hash_algo",
        /// The multihash.
        HashValue = "os_hash_value",
    }
}

string_enum! {
    /// An integer field that lists can be filtered by.
    NumberField {
        /// The size of the data, in bytes.
        Size = "size",
        /// The size of the virtual disk, in bytes.
        VirtualSize = "virtual_size",
        /// The minimum memory, in MiB.
        MinRam = "min_ram",
        /// The minimum disk, in GiB.
        MinDisk = "min_disk",
    }
}

string_enum! {
    /// A timestamp that lists can be filtered by.
    TimeField {
        /// The time of creation.
        CreatedAt = "created_at",
        /// The time of the last change.
        UpdatedAt = "updated_at",
    }
}

string_enum! {
    /// The comparison of a timestamp.
    Comparison {
        /// Later than.
        Greater = "gt",
        /// At or later than.
        GreaterOrEqual = "gte",
        /// Earlier than.
        Less = "lt",
        /// At or earlier than.
        LessOrEqual = "lte",
        /// At exactly this time.
        Equal = "eq",
        /// At any other time.
        NotEqual = "neq",
    }
}

/// The most values of the operator `in`.
const MAX_ITEMS: usize = 2000;

/// A condition on an image.
#[derive(Clone, Debug, PartialEq)]
pub enum ImageFilter {
    /// The field is one of these texts.
    OneOf(TextField, Vec<String>),
    /// The field equals this number.
    Exactly(NumberField, i64),
    /// The field is this number or more.
    AtLeast(NumberField, i64),
    /// The field is this number or less.
    AtMost(NumberField, i64),
    /// The comparison of the timestamp holds.
    At(TimeField, Comparison, DateTime<Utc>),
    /// The image has this tag.
    Tag(String),
    /// The image has this custom property.
    Property(String, String),
    /// No image matches, for example if a number is compared with text.
    Never,
}

impl ImageFilter {
    /// Removes texts with NUL, which no image can have and which PostgreSQL cannot take.
    pub(super) fn without_nul(self) -> Self {
        let can = |text: &String| without_nul(text).is_some();
        match self {
            Self::OneOf(field, texts) => {
                Self::OneOf(field, texts.into_iter().filter(can).collect())
            }
            Self::Tag(tag) if !can(&tag) => Self::Never,
            Self::Property(name, value) if !can(&name) || !can(&value) => Self::Never,
            other => other,
        }
    }

    /// Returns the filter for images with this custom property.
    pub(super) fn property(name: &str, value: &str) -> Self {
        Self::Property(name.to_owned(), value.to_owned())
    }

    /// Returns the filters that stand for this one where timestamps equal each other to the second.
    pub(super) fn by_the_second(self) -> Vec<Self> {
        let Self::At(field, Comparison::Equal, at) = self else {
            return vec![self];
        };
        let Some(next) = at.checked_add_signed(TimeDelta::seconds(1)) else {
            return vec![self];
        };
        vec![
            Self::At(field, Comparison::GreaterOrEqual, at),
            Self::At(field, Comparison::Less, next),
        ]
    }

    /// Parses one parameter; `None` for one that has no effect.
    pub(super) fn read(name: &str, value: &str) -> Result<Option<Self>> {
        if let Some(filter) = range(name, value)? {
            return Ok(Some(filter));
        }
        if let Ok(field) = name.parse::<TextField>() {
            return word(field, value).map(Some);
        }
        if let Ok(field) = name.parse::<NumberField>() {
            let number = value.trim().parse();
            return Ok(Some(
                number.map_or(Self::Never, |number| Self::Exactly(field, number)),
            ));
        }
        if let Ok(field) = name.parse::<TimeField>() {
            return time(field, value).map(Some);
        }
        Ok(match name {
            // Deleted images are in no list, whatever is asked.
            "deleted" => None,
            "tag" => Some(Self::Tag(value.trim().to_owned())),
            _ => Some(Self::property(name, value)),
        })
    }
}

/// Parses `…_min` and `…_max` of any field: the value must be a number even if the field is not
/// one.
fn range(name: &str, value: &str) -> Result<Option<ImageFilter>> {
    let (field, least) = match (name.strip_suffix("_min"), name.strip_suffix("_max")) {
        (Some(field), _) => (field, true),
        (None, Some(field)) => (field, false),
        (None, None) => return Ok(None),
    };
    let number: i64 = value.trim().parse().map_err(|_| {
        Error::Invalid("Unable to filter on a range with a non-numeric value.".into())
    })?;
    if let Ok(field) = field.parse::<NumberField>() {
        let filter = if least {
            ImageFilter::AtLeast
        } else {
            ImageFilter::AtMost
        };
        return Ok(Some(filter(field, number)));
    }
    let no_number = field.parse::<TextField>().is_ok() || field.parse::<TimeField>().is_ok();
    Ok(no_number.then_some(ImageFilter::Never))
}

/// Parses the filter of a text field. Five fields know operators; the others take the value as it
/// is. Glance: `split_filter_op` in `glance/common/utils.py`.
fn word(field: TextField, value: &str) -> Result<ImageFilter> {
    let plain = |value: &str| ImageFilter::OneOf(field, vec![value.to_owned()]);
    match field {
        TextField::Owner
        | TextField::Checksum
        | TextField::HashAlgorithm
        | TextField::HashValue => {
            return Ok(plain(value));
        }
        TextField::Name
        | TextField::Id
        | TextField::Status
        | TextField::ContainerFormat
        | TextField::DiskFormat => {}
    }
    match operator(value) {
        ("eq", value) => Ok(plain(value)),
        ("in", values) => Ok(ImageFilter::OneOf(field, items(values)?)),
        (other, _) => Err(Error::Invalid(format!(
            "Unable to filter by unknown operator '{other}'."
        ))),
    }
}

fn time(field: TimeField, value: &str) -> Result<ImageFilter> {
    let (compare, text) = operator(value);
    let at = parse_timestamp(text).ok_or_else(|| {
        Error::Invalid(format!(
            "Bad \"{field}\" query filter format. Use ISO 8601 DateTime notation."
        ))
    })?;
    match compare.parse::<Comparison>() {
        Ok(compare) => Ok(ImageFilter::At(field, compare, at)),
        Err(_) => Err(Error::Invalid(
            "Unable to filter on a unknown operator.".into(),
        )),
    }
}

/// Returns the operator and the operand: the operator is the text before the first colon, unless
/// the whole is a timestamp.
fn operator(value: &str) -> (&str, &str) {
    match value.split_once(':') {
        Some((operator, rest)) if parse_timestamp(value).is_none() => (operator, rest),
        _ => ("eq", value),
    }
}

/// Returns the items of a list, separated by commas outside of double quotes. Glance:
/// `split_filter_value_for_quotes` in `glance/common/utils.py`.
fn items(text: &str) -> Result<Vec<String>> {
    check_quotes(text)?;
    if text.bytes().filter(|byte| *byte == b',').count() >= MAX_ITEMS {
        return Err(Error::Invalid(format!(
            "The operator 'in' may have {MAX_ITEMS} values at the most."
        )));
    }
    let mut items = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let quoted = rest.strip_prefix('"').and_then(quoted);
        let (item, after) = quoted.unwrap_or_else(|| {
            let end = rest.find(',').unwrap_or(rest.len());
            rest.split_at_checked(end).unwrap_or((rest, ""))
        });
        items.push(item.to_owned());
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    Ok(items)
}

/// Splits a text behind an opening quote at the quote that closes it; `None` if none does.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '"' if !escaped => return Some((text.get(..at)?, text.get(at + 1..)?)),
            '\\' if !escaped => escaped = true,
            _ => escaped = false,
        }
    }
    None
}

/// Refuses quotes that do not enclose whole items.
fn check_quotes(text: &str) -> Result<()> {
    let bad = |what: &str| Error::Invalid(format!("Invalid filter value {text}. {what}"));
    let mut open = false;
    let mut before = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '"' && before != Some('\\') {
            if open && letters.peek().is_some_and(|next| *next != ',') {
                return Err(bad("There is no comma after closing quotation mark."));
            }
            if !open && before.is_some_and(|letter| letter != ',') {
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
mod tests;

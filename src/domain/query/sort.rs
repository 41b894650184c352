//! The order of a list, in both of Glance's notations.

use crate::domain::string_enum;
use crate::{Error, Result};

string_enum! {
    /// A sort key of images.
    SortKey {
        /// The name.
        Name = "name",
        /// The status, alphabetically.
        Status = "status",
        /// The container format.
        ContainerFormat = "container_format",
        /// The disk format.
        DiskFormat = "disk_format",
        /// The size of the data.
        Size = "size",
        /// The ID.
        Id = "id",
        /// The time of creation.
        CreatedAt = "created_at",
        /// The time of the last change.
        UpdatedAt = "updated_at",
        /// The project that owns the image.
        Owner = "owner",
    }
}

string_enum! {
    /// The direction of a sort.
    Direction {
        /// The smallest value first.
        Ascending = "asc",
        /// The largest value first.
        Descending = "desc",
    }
}

/// Parses `sort`, or `sort_key` and `sort_dir`, and adds the keys that make the order total.
pub(super) fn read(
    parameters: &[(String, String)],
    allowed: &[SortKey],
) -> Result<Vec<(SortKey, Direction)>> {
    let values_of = |name: &str| -> Vec<&str> {
        let named = parameters.iter().filter(|(key, _)| key == name);
        named.map(|(_, value)| value.as_str()).collect()
    };
    let (keys, directions) = (values_of("sort_key"), values_of("sort_dir"));
    let (mut sort, given) = match values_of("sort").last() {
        Some(_) if !keys.is_empty() || !directions.is_empty() => {
            return Err(Error::Invalid(
                "Old and new sorting syntax cannot be combined".into(),
            ));
        }
        Some(text) => new_syntax(text, allowed)?,
        None => old_syntax(&keys, &directions, allowed)?,
    };
    let rest = match given.as_slice() {
        [one] => *one,
        _ => Direction::Descending,
    };
    // Where a key is repeated, only its first place has an effect.
    let mut seen = Vec::new();
    sort.retain(|(key, _)| {
        let is_new = !seen.contains(key);
        if is_new {
            seen.push(*key);
        }
        is_new
    });
    for key in [SortKey::CreatedAt, SortKey::Id] {
        if !sort.iter().any(|(sorted, _)| *sorted == key) {
            sort.push((key, rest));
        }
    }
    Ok(sort)
}

type Order = (Vec<(SortKey, Direction)>, Vec<Direction>);

/// Parses `key:dir,key`.
fn new_syntax(text: &str, allowed: &[SortKey]) -> Result<Order> {
    let mut sort = Vec::new();
    for part in text.split(',') {
        let (name, way) = part.split_once(':').unwrap_or((part, ""));
        let way = match way.trim() {
            "" => Direction::Descending,
            way => direction(way)?,
        };
        sort.push((key(name.trim(), allowed)?, way));
    }
    let given = sort.iter().map(|(_, way)| *way).collect();
    Ok((sort, given))
}

/// Parses repeated `sort_key=…&sort_dir=…`.
fn old_syntax(keys: &[&str], directions: &[&str], allowed: &[SortKey]) -> Result<Order> {
    let keys: Vec<_> = keys
        .iter()
        .map(|name| key(name.trim(), allowed))
        .collect::<Result<_>>()?;
    let keys = if keys.is_empty() {
        vec![SortKey::CreatedAt]
    } else {
        keys
    };
    let directions: Vec<_> = directions
        .iter()
        .map(|word| direction(word.trim()))
        .collect::<Result<_>>()?;
    let given = if directions.is_empty() {
        vec![Direction::Descending]
    } else {
        directions
    };
    let sort = match given.as_slice() {
        [one] => keys.into_iter().map(|key| (key, *one)).collect(),
        several if several.len() == keys.len() => {
            keys.into_iter().zip(several.iter().copied()).collect()
        }
        _ => {
            return Err(Error::Invalid(
                "Number of sort dirs does not match the number of sort keys".into(),
            ));
        }
    };
    Ok((sort, given))
}

fn key(name: &str, allowed: &[SortKey]) -> Result<SortKey> {
    let found = name.parse().ok().filter(|key| allowed.contains(key));
    found.ok_or_else(|| {
        let allowed: Vec<_> = allowed.iter().map(ToString::to_string).collect();
        unknown_key(name, &allowed)
    })
}

/// Returns the error for an unknown sort key.
pub(in crate::domain) fn unknown_key(name: &str, allowed: &[String]) -> Error {
    let allowed = allowed.join(", ");
    Error::Invalid(format!(
        "Invalid sort key: {name}. It must be one of the following: {allowed}."
    ))
}

/// Parses a sort direction.
pub(in crate::domain) fn direction(word: &str) -> Result<Direction> {
    word.parse()
        .map_err(|_| Error::Invalid(format!("Invalid sort direction: {word}")))
}

#[cfg(test)]
mod tests {
    use super::super::rules::ListRules;
    use super::*;

    fn order(query: &str) -> std::result::Result<String, String> {
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let sort = read(&pairs, ListRules::GLANCE.sort_keys).map_err(|error| error.to_string())?;
        let words: Vec<_> = sort
            .iter()
            .map(|(key, way)| format!("{key}:{way}"))
            .collect();
        Ok(words.join(","))
    }

    #[test]
    fn orders_are_total() {
        for (query, sort) in [
            ("", "created_at:desc,id:desc"),
            ("sort=name:asc", "name:asc,created_at:asc,id:asc"),
            ("sort=name", "name:desc,created_at:desc,id:desc"),
            ("sort= name : asc ", "name:asc,created_at:asc,id:asc"),
            (
                "sort=name:asc,size:desc",
                "name:asc,size:desc,created_at:desc,id:desc",
            ),
            ("sort_key=name", "name:desc,created_at:desc,id:desc"),
            (
                "sort_key=name&sort_key=size&sort_dir=asc",
                "name:asc,size:asc,created_at:asc,id:asc",
            ),
            (
                "sort_key=name&sort_key=id&sort_dir=asc&sort_dir=desc",
                "name:asc,id:desc,created_at:desc",
            ),
            ("sort_dir=asc", "created_at:asc,id:asc"),
        ] {
            assert_eq!(order(query), Ok(sort.into()), "{query}");
        }
    }

    #[test]
    fn invalid_orders_are_refused() {
        let keys = "It must be one of the following: name, status, container_format, disk_format, size, id, created_at, updated_at.";
        for (query, message) in [
            ("sort=x", format!("Invalid sort key: x. {keys}")),
            ("sort=", format!("Invalid sort key: . {keys}")),
            ("sort_key=", format!("Invalid sort key: . {keys}")),
            ("sort=name:ASC", "Invalid sort direction: ASC".into()),
            (
                "sort=name&sort_key=name",
                "Old and new sorting syntax cannot be combined".into(),
            ),
            (
                "sort_key=name&sort_dir=asc&sort_dir=asc",
                "Number of sort dirs does not match the number of sort keys".into(),
            ),
        ] {
            assert_eq!(order(query), Err(message), "{query}");
        }
    }
}

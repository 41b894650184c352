//! References to other options in values: `$name`, `${name}`, `$group.name`. Source: `oslo_config/cfg.py`, `_substitute`, and Python's
//! `string.Template`.

use super::options::{self, GlanceOption};
use super::values::ConfValues;

/// The beginning of every failure.
pub(super) const REFERS: &str = "it refers to ";

/// A value with its references replaced.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Resolved {
    /// The value.
    pub(super) text: String,
    /// Whether the value of a secret option is part of it.
    pub(super) has_secret: bool,
}

/// A part of a value.
#[derive(Debug, PartialEq)]
enum Part<'a> {
    Text(&'a str),
    Reference(&'a str),
}

/// Replaces the references in a value of an option.
///
/// # Errors
///
/// A reference to no option, or to one whose value refers to itself.
pub(super) fn resolve(values: &ConfValues, section: &str, value: &str) -> Result<Resolved, String> {
    resolve_within(values, section, value, &mut Vec::new())
}

fn resolve_within(
    values: &ConfValues,
    section: &str,
    value: &str,
    within: &mut Vec<String>,
) -> Result<Resolved, String> {
    let value = value.replace("\\$", "$$");
    let mut resolved = Resolved::default();
    for part in parts(&value) {
        let name = match part {
            Part::Text(text) => {
                resolved.text.push_str(text);
                continue;
            }
            Part::Reference(name) => name,
        };
        let (section, option) = referred(values, section, name).ok_or_else(|| {
            format!("{REFERS}${name}, and there is no such option; $$ stands for a $")
        })?;
        let place = format!("[{section}] {}", option.name);
        if within.contains(&place) {
            return Err(format!(
                "it refers to ${name}, whose value refers to itself"
            ));
        }
        within.push(place);
        let all = values.assigned(&section, option);
        let raw = all.last().map_or(option.default, |last| last.value);
        let inner = resolve_within(values, &section, raw, within)?;
        within.pop();
        resolved.text.push_str(&inner.text);
        resolved.has_secret |= inner.has_secret || option.secret;
    }
    Ok(resolved)
}

/// Returns the option that a reference within a section means, and its section.
fn referred(
    values: &ConfValues,
    section: &str,
    name: &str,
) -> Option<(String, &'static GlanceOption)> {
    let (group, key) = name.split_once('.').unwrap_or((section, name));
    let found = options::find(&values.group(group), key);
    let found = found.map(|option| (group.to_owned(), option));
    found.or_else(|| {
        let option = options::find("DEFAULT", name)?;
        Some(("DEFAULT".to_owned(), option))
    })
}

/// Splits a value at its references; `$$` becomes `$`, and a `$` that begins no name is only a `$`.
fn parts(value: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('$') {
        parts.push(Part::Text(before));
        let (part, left) = match after.strip_prefix('$') {
            Some(left) => (Part::Text("$"), left),
            None => match reference(after) {
                Some((name, left)) => (Part::Reference(name), left),
                None => (Part::Text("$"), after),
            },
        };
        parts.push(part);
        rest = left;
    }
    parts.push(Part::Text(rest));
    parts
}

/// Returns the name behind a `$`, and what stands behind that.
fn reference(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix('{') {
        Some(inner) => {
            let (name, left) = inner.split_once('}')?;
            (name_length(name) == name.len() && !name.is_empty()).then_some((name, left))
        }
        None => match name_length(text) {
            0 => None,
            length => text.split_at_checked(length),
        },
    }
}

fn name_length(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return 0;
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    text.find(|c| !is_part(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[DEFAULT]\nlog_dir = /var/log\nlog_file = $log_dir/glance.log\n\
        [keystone_authtoken]\npassword = hidden\nusername = me\nregion_name = $region_name\n\
        auth_url = http://${username}\n";

    fn resolved(section: &str, value: &str) -> Result<Resolved, String> {
        resolve(&ConfValues::of_text(TEXT), section, value)
    }

    fn text(section: &str, value: &str) -> String {
        resolved(section, value).unwrap().text
    }

    #[test]
    fn a_reference_is_replaced_by_the_value_of_the_option() {
        assert_eq!(text("DEFAULT", "a $log_file b"), "a /var/log/glance.log b");
        assert_eq!(
            text("database", "${log_dir}x"),
            "/var/logx",
            "[DEFAULT] is looked at after the section"
        );
        assert_eq!(
            text("DEFAULT", "$keystone_authtoken.auth_url/v3"),
            "http://me/v3"
        );
        assert_eq!(
            text("DEFAULT", "${image_tag_quota}"),
            "128",
            "a default counts"
        );
        assert_eq!(text("DEFAULT", "<$image_cache_dir>"), "<>");
    }

    #[test]
    fn two_dollars_and_a_dollar_behind_a_backslash_are_one() {
        assert_eq!(
            text("DEFAULT", "x$$y \\$z $1 ${ $ ${1}$"),
            "x$y $z $1 ${ $ ${1}$"
        );
    }

    #[test]
    fn a_reference_to_nothing_or_to_itself_is_an_error() {
        assert!(
            resolved("DEFAULT", "$nothing")
                .unwrap_err()
                .contains("$nothing")
        );
        assert!(
            resolved("DEFAULT", "$log_dir.example").is_err(),
            "a dot is part of a name"
        );
        let circle = resolved("keystone_authtoken", "$region_name").unwrap_err();
        assert!(circle.contains("refers to itself"));
    }

    #[test]
    fn a_value_with_a_secret_in_it_is_known_to_have_one() {
        assert!(
            resolved("DEFAULT", "$keystone_authtoken.password")
                .unwrap()
                .has_secret
        );
        assert!(
            !resolved("DEFAULT", "$keystone_authtoken.username")
                .unwrap()
                .has_secret
        );
    }
}

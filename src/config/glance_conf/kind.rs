//! The types of Glance's options, and what their values may be. Source: `oslo_config/types.py`.

use std::net::IpAddr;

use super::super::words::boolean;

/// The value of a setting, as a TOML file has it.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingValue {
    /// A truth.
    Truth(bool),
    /// A whole number.
    Number(i64),
    /// Text.
    Text(String),
    /// Several texts.
    List(Vec<String>),
}

/// The type of an option.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum OptionKind {
    /// A truth.
    Truth,
    /// A whole number with its bounds.
    Whole(Option<i128>, Option<i128>),
    /// A number with its bounds.
    Real(Option<f64>, Option<f64>),
    /// One of some words.
    Word {
        /// The words.
        all: Vec<&'static str>,
        /// Whether capital letters are the same as small ones.
        any_case: bool,
    },
    /// Any text.
    Text,
    /// An address, or the name of a host.
    Host,
    /// Values with commas between them.
    List {
        /// The type of each.
        of: Box<Self>,
        /// Whether brackets must stand around them.
        bracketed: bool,
    },
    /// Names and values.
    Pairs,
    /// A value that the option is repeated for.
    Multi(Box<Self>),
}

impl OptionKind {
    /// Reads the short form of a type, as `scripts/refresh-glance-options` writes it.
    pub(super) fn read(text: &'static str) -> Option<Self> {
        if let Some(of) = text.strip_prefix("multi:") {
            return Some(Self::Multi(Box::new(Self::read(of)?)));
        }
        if let Some((list, of)) = text
            .split_once(':')
            .filter(|(list, _)| list.starts_with("list"))
        {
            let of = Box::new(Self::read(of)?);
            let bracketed = list == "list[]";
            return Some(Self::List { of, bracketed });
        }
        let (name, inner) = match text.split_once('(') {
            Some((name, rest)) => (name, rest.strip_suffix(')')?),
            None => (text, ""),
        };
        Some(match name {
            "bool" => Self::Truth,
            "int" => {
                let (low, high) = bounds(inner)?;
                Self::Whole(low, high)
            }
            "float" => {
                let (low, high) = bounds(inner)?;
                Self::Real(low, high)
            }
            "WORD" | "word" => Self::Word {
                all: inner.split('|').collect(),
                any_case: name == "word",
            },
            "string" => Self::Text,
            "host" => Self::Host,
            "dict" => Self::Pairs,
            _ => return None,
        })
    }

    /// Returns the value that a text stands for; none for a number that is not said.
    ///
    /// # Errors
    ///
    /// The values that are allowed.
    pub(super) fn value(&self, text: &str) -> Result<Option<SettingValue>, String> {
        Ok(Some(match self {
            Self::Truth => SettingValue::Truth(boolean(text)?),
            Self::Whole(low, high) => {
                let text = text.trim();
                if text.is_empty() {
                    return Ok(None);
                }
                whole(text, *low, *high)?
            }
            Self::Real(low, high) => {
                let text = text.trim();
                if text.is_empty() {
                    return Ok(None);
                }
                let number = text.parse::<f64>().ok();
                let fits = |number: &f64| !is_outside(number, low.as_ref(), high.as_ref());
                let allowed =
                    || format!("a number{} is allowed", range(low.as_ref(), high.as_ref()));
                number.filter(fits).ok_or_else(allowed)?;
                SettingValue::Text(text.to_owned())
            }
            Self::Word { all, any_case } => SettingValue::Text(word(text, all, *any_case)?),
            Self::Text => SettingValue::Text(text.to_owned()),
            Self::Host if is_host(text) => SettingValue::Text(text.to_owned()),
            Self::Host => return Err("an IP address or the name of a host is allowed".into()),
            Self::List { of, bracketed } => SettingValue::List(list(text, of, *bracketed)?),
            Self::Pairs => SettingValue::List(pairs(text)?),
            Self::Multi(of) => return of.value(text),
        }))
    }
}

/// Reads `LOW..HIGH`, of which each may be missing.
fn bounds<T: std::str::FromStr>(text: &str) -> Option<(Option<T>, Option<T>)> {
    if text.is_empty() {
        return Some((None, None));
    }
    let (low, high) = text.split_once("..")?;
    let one = |text: &str| match text {
        "" => Some(None),
        text => text.parse().ok().map(Some),
    };
    Some((one(low)?, one(high)?))
}

fn is_outside<T: PartialOrd>(number: &T, low: Option<&T>, high: Option<&T>) -> bool {
    low.is_some_and(|low| number < low) || high.is_some_and(|high| number > high)
}

fn range<T: std::fmt::Display>(low: Option<&T>, high: Option<&T>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!(" from {low} to {high}"),
        (Some(low), None) => format!(", {low} or more,"),
        (None, Some(high)) => format!(", {high} or less,"),
        (None, None) => String::new(),
    }
}

/// Reads a number as Python does, which allows an underscore between two digits.
fn whole(text: &str, low: Option<i128>, high: Option<i128>) -> Result<SettingValue, String> {
    let allowed = || {
        format!(
            "a whole number{} is allowed",
            range(low.as_ref(), high.as_ref())
        )
    };
    let apart = text.starts_with('_') || text.ends_with('_') || text.contains("__");
    let number = text.replace('_', "").parse::<i128>().ok();
    let number = number.filter(|number| !apart && !is_outside(number, low.as_ref(), high.as_ref()));
    let number = number.ok_or_else(allowed)?;
    Ok(match i64::try_from(number) {
        Ok(number) => SettingValue::Number(number),
        Err(_) => SettingValue::Text(number.to_string()),
    })
}

fn word(text: &str, all: &[&str], any_case: bool) -> Result<String, String> {
    let is_same = |one: &&str| *one == text || (any_case && one.eq_ignore_ascii_case(text));
    if all.iter().any(is_same) {
        return Ok(text.to_owned());
    }
    let words = all.iter().filter(|word| !word.is_empty());
    let words: Vec<_> = words.copied().collect();
    Err(format!("one of {} is allowed", words.join(", ")))
}

fn list(text: &str, of: &OptionKind, bracketed: bool) -> Result<Vec<String>, String> {
    let mut text = text.trim().trim_end_matches(',');
    if bracketed {
        let inner = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'));
        text = inner.ok_or("a list in brackets is allowed, such as [a,b]")?;
    }
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for item in text.split(',').map(str::trim) {
        of.value(item)
            .map_err(|allowed| format!("of {item:?}: {allowed}"))?;
        all.push(item.to_owned());
    }
    Ok(all)
}

fn pairs(text: &str) -> Result<Vec<String>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut all: Vec<(&str, &str)> = Vec::new();
    for pair in text.split(',') {
        let (name, value) = pair
            .split_once(':')
            .map(|(name, value)| (name.trim(), value.trim()))
            .filter(|(name, _)| !name.is_empty())
            .ok_or("NAME:VALUE pairs with commas between them are allowed")?;
        if all.iter().any(|(other, _)| *other == name) {
            return Err(format!(
                "the name {name} is there twice; each is allowed once"
            ));
        }
        all.push((name, value));
    }
    Ok(all
        .iter()
        .map(|(name, value)| format!("{name}:{value}"))
        .collect())
}

fn is_host(text: &str) -> bool {
    if text.parse::<IpAddr>().is_ok() {
        return true;
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= 253
        && name.split('.').all(is_label)
        && last.bytes().any(|byte| !byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(kind: &'static str, text: &str) -> Result<Option<SettingValue>, String> {
        OptionKind::read(kind).unwrap().value(text)
    }

    fn texts(all: &[&str]) -> SettingValue {
        let all = all.iter().map(|text| (*text).to_owned());
        SettingValue::List(all.collect())
    }

    #[test]
    fn numbers_have_bounds_and_may_be_missing() {
        assert_eq!(
            value("int", " -1_000 "),
            Ok(Some(SettingValue::Number(-1000)))
        );
        assert_eq!(value("int(1..)", ""), Ok(None));
        assert_eq!(
            value("int(1..)", "0").unwrap_err(),
            "a whole number, 1 or more, is allowed"
        );
        let between = value("int(0..100)", "101").unwrap_err();
        assert_eq!(between, "a whole number from 0 to 100 is allowed");
        for bad in ["0x10", "1.5", "1__0", "_1", "zz"] {
            assert!(value("int", bad).is_err(), "{bad}");
        }
        assert!(value("float(0..1)", "0.5").is_ok());
        assert!(value("float(0..1)", "1.5").is_err());
    }

    #[test]
    fn lists_have_commas_and_some_have_brackets() {
        assert_eq!(
            value("list:string", " a, b,, c,"),
            Ok(Some(texts(&["a", "b", "", "c"])))
        );
        assert_eq!(value("list:string", ""), Ok(Some(texts(&[]))));
        assert_eq!(
            value("list[]:string", "[a, b]"),
            Ok(Some(texts(&["a", "b"])))
        );
        assert_eq!(value("list[]:string", "[]"), Ok(Some(texts(&[]))));
        assert!(value("list[]:string", "a,b").unwrap_err().contains("[a,b]"));
        let port = value("list[]:int(1..65535)", "[80,0]").unwrap_err();
        assert_eq!(port, "of \"0\": a whole number from 1 to 65535 is allowed");
    }

    #[test]
    fn pairs_have_a_name_once() {
        assert_eq!(
            value("dict", "a:b , c:d:e"),
            Ok(Some(texts(&["a:b", "c:d:e"])))
        );
        for bad in ["a", ":b", "a:1,a:2", "a:b,c"] {
            assert!(value("dict", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn words_are_among_the_allowed() {
        assert!(value("WORD(a|b)", "A").unwrap_err().contains("a, b"));
        assert!(value("word(a|b)", "A").is_ok());
        assert!(value("bool", "maybe").is_err());
        for good in ["::1", "10.0.0.1", "a-b.example", "h."] {
            assert!(value("host", good).is_ok(), "{good}");
        }
        for bad in ["", "1.2.3", "-a", "a_b", "a..b", "http://a"] {
            assert!(value("host", bad).is_err(), "{bad}");
        }
    }
}

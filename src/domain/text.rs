//! Which text can be kept, and how Python would print a value: Glance's messages quote that way.

use serde_json::Value;

use crate::{Error, Result};

/// Refuses characters outside the Basic Multilingual Plane, as Glance does.
///
/// `what` begins the sentence: `Name` makes `Name can't contain 4 byte unicode characters.`
pub fn check(what: &str, text: &str) -> Result<()> {
    if has_four_bytes(text) {
        let what = title(what);
        return Err(Error::Invalid(format!(
            "{what} can't contain 4 byte unicode characters."
        )));
    }
    check_nul(text)
}

/// Refuses NUL, which PostgreSQL cannot store: both databases shall answer alike.
pub fn check_nul(text: &str) -> Result<()> {
    if text.contains('\0') {
        return Err(Error::Invalid("Text can't contain NUL characters.".into()));
    }
    Ok(())
}

/// The text, if it may be found anywhere: PostgreSQL fails when it is asked for NUL.
#[must_use]
pub fn findable(text: &str) -> Option<&str> {
    Some(text).filter(|it| !it.contains('\0'))
}

/// Whether a character takes four bytes in UTF-8.
#[must_use]
pub fn has_four_bytes(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(|it| it.len_utf8() == 4)
}

/// Every word with a capital first letter, where a word is a run of letters (`disk_format` gives
/// `Disk_Format`).
fn title(text: &str) -> String {
    let mut within = false;
    let mut titled = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_alphabetic() && !within {
            titled.extend(letter.to_uppercase());
        } else {
            titled.extend(letter.to_lowercase());
        }
        within = letter.is_alphabetic();
    }
    titled
}

/// A JSON value as Python's `repr` writes it.
#[must_use]
pub fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Number(it) => match it.as_f64() {
            Some(number) if it.is_f64() => float(number),
            _ => it.to_string(),
        },
        Value::String(it) => quoted(it),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(python).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| format!("{}: {}", quoted(name), python(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

/// A number with a fraction as Python's `repr` writes it: `1.0`, `1e+20`.
#[must_use]
pub fn float(number: f64) -> String {
    let short = format!("{number:e}");
    let (digits, power) = short.split_once('e').unwrap_or((&short, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    if (-4..16).contains(&power) {
        format!("{number:?}")
    } else {
        let sign = if power < 0 { '-' } else { '+' };
        format!("{digits}e{sign}{:02}", power.abs())
    }
}

/// A text as Python's `repr` writes it: single quotes, unless it has one and no double quote.
#[must_use]
pub fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            it if it == quote => {
                out.push('\\');
                out.push(it);
            }
            it if is_unprintable(it) => out.push_str(&escaped(it)),
            it => out.push(it),
        }
    }
    out.push(quote);
    out
}

/// Whether Python shows a letter by its number: controls, blanks but the usual one, and marks that
/// cannot be seen.
fn is_unprintable(letter: char) -> bool {
    letter.is_control()
        || (letter.is_whitespace() && letter != ' ')
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}')
}

fn escaped(letter: char) -> String {
    match u32::from(letter) {
        number @ ..=0xff => format!("\\x{number:02x}"),
        number @ ..=0xffff => format!("\\u{number:04x}"),
        number => format!("\\U{number:08x}"),
    }
}

/// Bytes as hex, in small letters.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut hex = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_print_as_python_prints_them() {
        let value = json!([null, true, "it's", "a\"b'c", {"k": 1}]);
        assert_eq!(
            python(&value),
            r#"[None, True, "it's", 'a"b\'c', {'k': 1}]"#
        );
    }

    #[test]
    fn fractions_print_as_python_prints_them() {
        for (number, printed) in [
            (1.0, "1.0"),
            (1.5, "1.5"),
            (1e20, "1e+20"),
            (1e15, "1000000000000000.0"),
            (0.0001, "0.0001"),
            (1.5e-7, "1.5e-07"),
        ] {
            assert_eq!(float(number), printed);
        }
    }

    #[test]
    fn letters_that_cannot_be_seen_are_printed_as_numbers() {
        assert_eq!(quoted("é\u{7}\u{a0}\u{2028}"), r"'é\x07\xa0\u2028'");
    }

    #[test]
    fn the_field_in_the_message_has_capitals() {
        let said = check("disk_format", "😀").map_err(|it| it.to_string());
        let words = "Disk_Format can't contain 4 byte unicode characters.";
        assert_eq!(said, Err(words.into()));
    }
}

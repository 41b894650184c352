//! Checks of text before it is stored, and Python's notation of values, which Glance's messages
//! use.

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

/// Refuses NUL, which PostgreSQL cannot store: both databases have to answer alike.
pub fn check_nul(text: &str) -> Result<()> {
    if text.contains('\0') {
        return Err(Error::Invalid("Text can't contain NUL characters.".into()));
    }
    Ok(())
}

/// The most bytes of a text that is stored: those of a `TEXT` column in Glance's database.
pub const MAX_TEXT: usize = 65_535;

/// Refuses a text that is too long to be stored. `what` begins the sentence.
pub fn check_length(what: &str, text: &str) -> Result<()> {
    if text.len() > MAX_TEXT {
        return Err(Error::Invalid(format!(
            "{what} can't be longer than {MAX_TEXT} bytes."
        )));
    }
    Ok(())
}

/// Returns the text unless it contains NUL: PostgreSQL fails on a query with one, and no row has
/// it.
#[must_use]
pub fn without_nul(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.contains('\0'))
}

/// Returns true if a character takes four bytes in UTF-8.
#[must_use]
pub fn has_four_bytes(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(|letter| letter.len_utf8() == 4)
}

/// Returns the text in Python's title case: every run of letters begins with a capital
/// (`disk_format` gives `Disk_Format`).
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

/// Returns a JSON value in the notation of Python's `repr`.
#[must_use]
pub fn python_repr(value: &Value) -> String {
    match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Number(number) => match number.as_f64() {
            Some(value) if number.is_f64() => python_float(value),
            _ => number.to_string(),
        },
        Value::String(number) => python_str(number),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(python_repr).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| format!("{}: {}", python_str(name), python_repr(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

/// Returns a float in the notation of Python's `repr`: `1.0`, `1e+20`.
#[must_use]
pub fn python_float(number: f64) -> String {
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

/// Returns a string in the notation of Python's `repr`: in single quotes, unless it has one and no
/// double quote.
#[must_use]
pub fn python_str(text: &str) -> String {
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
            letter if letter == quote => {
                out.push('\\');
                out.push(letter);
            }
            letter if is_unprintable(letter) => out.push_str(&escaped(letter)),
            letter => out.push(letter),
        }
    }
    out.push(quote);
    out
}

/// Returns true if Python's `repr` escapes a character: control characters, white space except the
/// space, and invisible characters.
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

/// Returns bytes in lower-case hex.
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
            python_repr(&value),
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
            assert_eq!(python_float(number), printed);
        }
    }

    #[test]
    fn invisible_characters_are_escaped() {
        assert_eq!(python_str("é\u{7}\u{a0}\u{2028}"), r"'é\x07\xa0\u2028'");
    }

    #[test]
    fn the_field_in_the_message_has_capitals() {
        let message = check("disk_format", "😀").map_err(|error| error.to_string());
        let words = "Disk_Format can't contain 4 byte unicode characters.";
        assert_eq!(message, Err(words.into()));
    }
}

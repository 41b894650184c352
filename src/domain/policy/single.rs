//! One check of the policy language: `kind:value`, `@` or `!`.

use super::check::{Check, Key, Text};
use super::names::Names;
use super::parse::Flaw;

/// Compiles one check.
pub(super) fn single(word: &str, names: &mut Names) -> Result<Check, Flaw> {
    match word {
        "@" => return Ok(Check::Always),
        "!" => return Ok(Check::Never),
        _ => {}
    }
    let Some((kind, value)) = word.split_once(':') else {
        return Err(Flaw::NoKind(word.to_owned()));
    };
    match kind {
        "rule" => Ok(Check::Rule(names.place(value))),
        "role" => Ok(Check::Role(text(value, word)?)),
        "roles" => listed(value, word, Check::Role),
        "service_roles" => listed(value, word, Check::ServiceRole),
        "http" | "https" => Err(Flaw::Remote(word.to_owned())),
        _ => compared(kind, value, word),
    }
}

/// The lists of a caller's roles can be asked like any other credential. They are in lower
/// case, and other than with `role:` the case counts.
fn listed(value: &str, word: &str, check: fn(Text) -> Check) -> Result<Check, Flaw> {
    Ok(match text(value, word)? {
        Text::Plain(role) if role.chars().any(char::is_uppercase) => Check::Never,
        role => check(role),
    })
}

fn compared(kind: &str, value: &str, word: &str) -> Result<Check, Flaw> {
    let value = text(value, word)?;
    if let Some(literal) = literal(kind) {
        return Ok(Check::Literal(literal.into(), value));
    }
    if is_name(kind) {
        return Ok(Check::Credential(Key::new(kind), value));
    }
    Err(Flaw::Kind(kind.to_owned()))
}

/// What a Python literal reads as: a string without escapes, a whole number, a named constant.
fn literal(kind: &str) -> Option<&str> {
    for quote in ['\'', '"'] {
        let inner = kind
            .strip_prefix(quote)
            .and_then(|it| it.strip_suffix(quote));
        if let Some(inner) = inner {
            return (!inner.contains([quote, '\\'])).then_some(inner);
        }
    }
    let digits = kind.strip_prefix('-').unwrap_or(kind);
    let is_number = !digits.is_empty()
        && digits.bytes().all(|it| it.is_ascii_digit())
        && (!digits.starts_with('0') || kind == "0");
    (is_number || matches!(kind, "True" | "False" | "None")).then_some(kind)
}

/// A credential's name; dots lead into nested ones.
fn is_name(kind: &str) -> bool {
    let is_letter = |it: char| it.is_alphabetic() || it == '_';
    kind.starts_with(is_letter)
        && kind
            .chars()
            .all(|it| is_letter(it) || it.is_numeric() || "-.".contains(it))
}

/// Reads the right side: text with fields as Python's `%` fills them in.
fn text(value: &str, word: &str) -> Result<Text, Flaw> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('%') {
        plain.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            plain.push('%');
            rest = after;
            continue;
        }
        let (field, after) = field(after).ok_or_else(|| Flaw::Field(word.to_owned()))?;
        if !plain.is_empty() {
            parts.push(Text::Plain(std::mem::take(&mut plain).into()));
        }
        parts.push(Text::Field(field.into()));
        rest = after;
    }
    plain.push_str(rest);
    if !plain.is_empty() || parts.is_empty() {
        parts.push(Text::Plain(plain.into()));
    }
    Ok(match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => Text::Mixed(parts.into_iter().chain(last).collect()),
    })
}

/// What follows a `%`: `(field)s`, where the field may hold pairs of parentheses; and the rest.
fn field(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('(')?;
    let mut open = 1_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            let (name, rest) = text.split_at_checked(at)?;
            return Some((name, rest.strip_prefix(")s")?));
        }
    }
    None
}

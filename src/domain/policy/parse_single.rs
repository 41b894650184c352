//! One check of the policy language: `kind:value`, `@` or `!`.

use super::check::{Check, CredentialKey, MatchText};
use super::rule_index::RuleIndex;
use super::syntax_error::CheckSyntaxError;

/// Compiles one check.
pub(super) fn parse_single(word: &str, names: &mut RuleIndex) -> Result<Check, CheckSyntaxError> {
    match word {
        "@" => return Ok(Check::Always),
        "!" => return Ok(Check::Never),
        _ => {}
    }
    let Some((kind, value)) = word.split_once(':') else {
        return Err(CheckSyntaxError::NoKind(word.to_owned()));
    };
    match kind {
        "rule" => Ok(Check::Rule(names.insert(value))),
        "role" => Ok(Check::Role(parse_match(value, word)?)),
        "roles" => parse_role_list(value, word, Check::Role),
        "service_roles" => parse_role_list(value, word, Check::ServiceRole),
        "http" | "https" => Ok(Check::Remote(parse_match(word, word)?)),
        _ => parse_comparison(kind, value, word),
    }
}

/// Compiles `roles:` or `service_roles:`, which compare with the list of a caller's roles. The list
/// is in lower case, and other than with `role:` the case counts.
fn parse_role_list(
    value: &str,
    word: &str,
    check: fn(MatchText) -> Check,
) -> Result<Check, CheckSyntaxError> {
    Ok(match parse_match(value, word)? {
        MatchText::Plain(role) if role.chars().any(char::is_uppercase) => Check::Never,
        role => check(role),
    })
}

fn parse_comparison(kind: &str, value: &str, word: &str) -> Result<Check, CheckSyntaxError> {
    let value = parse_match(value, word)?;
    if let Some(literal) = parse_literal(kind) {
        return Ok(Check::Literal(literal.into(), value));
    }
    if is_name(kind) {
        return Ok(Check::Credential(CredentialKey::new(kind), value));
    }
    Err(CheckSyntaxError::UnknownKind(kind.to_owned()))
}

/// Returns the value of a Python literal: a string without escapes, an integer, a named constant.
fn parse_literal(kind: &str) -> Option<&str> {
    for quote in ['\'', '"'] {
        let inner = kind
            .strip_prefix(quote)
            .and_then(|text| text.strip_suffix(quote));
        if let Some(inner) = inner {
            return (!inner.contains([quote, '\\'])).then_some(inner);
        }
    }
    let digits = kind.strip_prefix('-').unwrap_or(kind);
    let is_number = !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (!digits.starts_with('0') || kind == "0");
    (is_number || matches!(kind, "True" | "False" | "None")).then_some(kind)
}

/// Returns true for the name of a credential; dots lead into nested ones.
fn is_name(kind: &str) -> bool {
    let is_letter = |letter: char| letter.is_alphabetic() || letter == '_';
    kind.starts_with(is_letter)
        && kind
            .chars()
            .all(|letter| is_letter(letter) || letter.is_numeric() || "-.".contains(letter))
}

/// Parses the right side: text with fields as Python's `%` fills them in.
fn parse_match(value: &str, word: &str) -> Result<MatchText, CheckSyntaxError> {
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
        let (field, after) =
            split_field(after).ok_or_else(|| CheckSyntaxError::BadField(word.to_owned()))?;
        if !plain.is_empty() {
            parts.push(MatchText::Plain(std::mem::take(&mut plain).into()));
        }
        parts.push(MatchText::Field(field.into()));
        rest = after;
    }
    plain.push_str(rest);
    if !plain.is_empty() || parts.is_empty() {
        parts.push(MatchText::Plain(plain.into()));
    }
    Ok(match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => MatchText::Mixed(parts.into_iter().chain(last).collect()),
    })
}

/// Splits `(field)s`, which follows a `%`, into the field's name and the rest. The name may hold
/// pairs of parentheses.
fn split_field(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('(')?;
    let mut depth = 1_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let (name, rest) = text.split_at_checked(at)?;
            return Some((name, rest.strip_prefix(")s")?));
        }
    }
    None
}

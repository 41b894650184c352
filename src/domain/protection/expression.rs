//! Regular expressions of Python's `re`, translated to the syntax of `fancy_regex`.
//!
//! Translated are `\Z`, and `[`, `&&`, `--`, `~~` within a class. These differences remain: flags
//! in the middle of an expression, `\p{…}`, `\h` and classes like `[[:alpha:]]` have a meaning here
//! and are errors or plain characters in Python; `$` does not match before a newline at the end;
//! `\N{…}` and lookbehinds of variable length are errors in one of the two only.

use fancy_regex::Regex;

/// Compiles an expression, which is searched for anywhere in a name.
pub(super) fn compile(expression: &str) -> Result<Regex, String> {
    let wrong = |error: fancy_regex::Error| format!("not a regular expression: {error}");
    Regex::new(&translated(expression)).map_err(wrong)
}

/// Returns the expression in the syntax of `fancy_regex`.
fn translated(python: &str) -> String {
    let mut out = String::with_capacity(python.len());
    // How many letters of a class have been seen; the first `]` is one of them.
    let mut class: Option<usize> = None;
    let mut letters = python.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '\\' {
            match letters.next() {
                Some('Z') if class.is_none() => out.push_str(r"\z"),
                Some(escaped) => out.extend(['\\', escaped]),
                None => out.push('\\'),
            }
            class = class.map(|seen| seen + 1);
            continue;
        }
        match class {
            None if letter == '[' => {
                out.push('[');
                class = Some(0);
                if letters.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
            }
            None => out.push(letter),
            Some(0) if letter == ']' => {
                out.push_str(r"\]");
                class = Some(1);
            }
            Some(_) if letter == ']' => {
                out.push(']');
                class = None;
            }
            Some(seen) => {
                let doubled = matches!(letter, '&' | '-' | '~') && letters.peek() == Some(&letter);
                if letter == '[' || doubled {
                    out.push('\\');
                }
                out.push(letter);
                class = Some(seen + 1);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_mean_what_they_mean_to_python() {
        for (expression, name, found) in [
            ("^x_", "x_1", true),
            ("x_", "a_x_1", true),
            ("^x_", "ax_1", false),
            ("A", "a", false),
            ("(?i)A", "a", true),
            (r"a\Z", "ba", true),
            (r"[\d]+$", "a1", true),
            ("(?<!x)y", "xy", false),
            (r"(a)\1", "aa", true),
            ("(?P<n>a)(?P=n)", "aa", true),
            ("[[]", "[", true),
            ("[]]", "]", true),
            ("[^]]", "]", false),
            ("[a&&b]", "&", true),
            (r"[\]&&]", "]", true),
            (r"a\-b\_c", "a-b_c", true),
            (r"\u0041\x42", "AB", true),
            ("", "anything", true),
        ] {
            let compiled = compile(expression).unwrap();
            assert_eq!(compiled.is_match(name).unwrap(), found, "{expression}");
        }
    }

    #[test]
    fn some_expressions_are_none_for_both() {
        for expression in ["a(", "*", "[a", "a)", r"\", "(?P<x"] {
            assert!(compile(expression).is_err(), "{expression}");
        }
    }
}

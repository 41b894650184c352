//! The policy language: `and`, `or`, `not` and parentheses around single checks.

use super::check::Check;
use super::parse_single::parse_single;
use super::rule_index::RuleIndex;
use super::syntax_error::{CheckSyntaxError, MAX_NESTING};

/// Compiles a check string.
pub(super) fn parse(text: &str, names: &mut RuleIndex) -> Result<Check, CheckSyntaxError> {
    if text.is_empty() {
        return Ok(Check::Always);
    }
    let tokens = tokens(text);
    if tokens.is_empty() {
        return Err(CheckSyntaxError::Blank);
    }
    let mut parser = CheckParser {
        tokens: &tokens,
        names,
    };
    let check = parser.parse_or(0)?;
    match parser.tokens {
        [] => Ok(check),
        [CheckToken::Close, ..] => Err(CheckSyntaxError::UnopenedParenthesis),
        [token, ..] => Err(CheckSyntaxError::MissingOperator(token.as_str().to_owned())),
    }
}

#[derive(Debug, Clone, Copy)]
enum CheckToken<'a> {
    Open,
    Close,
    And(&'a str),
    Or(&'a str),
    Not(&'a str),
    Single(&'a str),
}

impl<'a> CheckToken<'a> {
    fn new(word: &'a str) -> Self {
        match word {
            _ if word.eq_ignore_ascii_case("and") => Self::And(word),
            _ if word.eq_ignore_ascii_case("or") => Self::Or(word),
            _ if word.eq_ignore_ascii_case("not") => Self::Not(word),
            _ => Self::Single(word),
        }
    }

    fn as_str(self) -> &'a str {
        match self {
            Self::Open => "(",
            Self::Close => ")",
            Self::And(word) | Self::Or(word) | Self::Not(word) | Self::Single(word) => word,
        }
    }
}

/// Splits a check string into tokens. Parentheses count only at the edges of a word: inside they
/// belong to `%(field)s`.
fn tokens(text: &str) -> Vec<CheckToken<'_>> {
    let mut tokens = Vec::new();
    for word in text.split_whitespace() {
        let inner = word.trim_start_matches('(');
        tokens.extend(std::iter::repeat_n(
            CheckToken::Open,
            word.len() - inner.len(),
        ));
        let bare = inner.trim_end_matches(')');
        if !bare.is_empty() {
            tokens.push(CheckToken::new(bare));
        }
        tokens.extend(std::iter::repeat_n(
            CheckToken::Close,
            inner.len() - bare.len(),
        ));
    }
    tokens
}

/// A recursive-descent parser: `not` binds tighter than `and`, `and` tighter than `or`.
struct CheckParser<'a> {
    tokens: &'a [CheckToken<'a>],
    names: &'a mut RuleIndex,
}

impl<'a> CheckParser<'a> {
    fn next_token(&mut self) -> Option<CheckToken<'a>> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(*first)
    }

    fn parse_or(&mut self, depth: usize) -> Result<Check, CheckSyntaxError> {
        let first = self.parse_and(depth)?;
        let mut checks = vec![first];
        while let [CheckToken::Or(_), ..] = self.tokens {
            self.next_token();
            checks.push(self.parse_and(depth)?);
        }
        Ok(combine(checks, Check::Any))
    }

    fn parse_and(&mut self, depth: usize) -> Result<Check, CheckSyntaxError> {
        let first = self.parse_operand(depth)?;
        let mut checks = vec![first];
        while let [CheckToken::And(_), ..] = self.tokens {
            self.next_token();
            checks.push(self.parse_operand(depth)?);
        }
        Ok(combine(checks, Check::All))
    }

    fn parse_operand(&mut self, depth: usize) -> Result<Check, CheckSyntaxError> {
        if depth > MAX_NESTING {
            return Err(CheckSyntaxError::TooDeep);
        }
        match self.next_token() {
            None => Err(CheckSyntaxError::Unfinished),
            Some(CheckToken::Single(word)) => parse_single(word, self.names),
            Some(CheckToken::Not(_)) => Ok(Check::Not(Box::new(self.parse_operand(depth + 1)?))),
            Some(CheckToken::Open) => {
                let check = self.parse_or(depth + 1)?;
                match self.next_token() {
                    Some(CheckToken::Close) => Ok(check),
                    Some(token) => {
                        Err(CheckSyntaxError::MissingOperator(token.as_str().to_owned()))
                    }
                    None => Err(CheckSyntaxError::UnclosedParenthesis),
                }
            }
            Some(token) => Err(CheckSyntaxError::Misplaced(token.as_str().to_owned())),
        }
    }
}

/// Returns a single check as it is, and several combined by `many`.
pub(super) fn combine(mut checks: Vec<Check>, many: impl FnOnce(Vec<Check>) -> Check) -> Check {
    match checks.pop() {
        Some(only) if checks.is_empty() => only,
        Some(last) => {
            checks.push(last);
            many(checks)
        }
        None => many(checks),
    }
}

//! The policy language: `and`, `or`, `not` and parentheses around single checks.

use super::check::Check;
use super::names::Names;
use super::single::single;

/// How deep parentheses and `not` may nest in one check.
const DEEPEST: usize = 100;

/// What is wrong with a check.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Only white space.
    #[error("it is blank; \"\" or @ is what lets everybody pass, ! nobody")]
    Blank,
    /// A check should come here.
    #[error("`{0}` stands where a check should")]
    Misplaced(String),
    /// It stops after `and`, `or`, `not` or `(`.
    #[error("it ends where a check should follow")]
    Unfinished,
    /// Two checks with nothing between.
    #[error("`{0}` follows a check without `and` or `or`")]
    Unjoined(String),
    /// `(` without `)`.
    #[error("a parenthesis is not closed")]
    Unclosed,
    /// `)` without `(`.
    #[error("a parenthesis is closed that was not opened")]
    Unopened,
    /// Too many parentheses or `not`s within each other.
    #[error("it nests more than {DEEPEST} deep")]
    Deep,
    /// Neither a check nor a word of the language.
    #[error("`{0}` is not a check: those are kind:value, such as role:admin")]
    NoKind(String),
    /// The left side is neither a name nor a literal.
    #[error("`{0}` is neither the name of a credential nor a literal")]
    Kind(String),
    /// The right side has a `%` that is not `%(field)s`.
    #[error("`{0}` has a `%` that begins neither %(field)s nor %%")]
    Field(String),
    /// A check that asks another server.
    #[error("`{0}` asks another server, which is not supported")]
    Remote(String),
    /// Lists are at most two deep, and hold checks.
    #[error("it is a list that holds something else than checks or lists of checks")]
    List,
    /// A map, number or the like.
    #[error("it is neither a string nor a list")]
    NotText,
}

/// Compiles a check string.
pub(super) fn parse(text: &str, names: &mut Names) -> Result<Check, Flaw> {
    if text.is_empty() {
        return Ok(Check::Always);
    }
    let tokens = tokens(text);
    if tokens.is_empty() {
        return Err(Flaw::Blank);
    }
    let mut parser = Parser {
        tokens: &tokens,
        names,
    };
    let check = parser.any(0)?;
    match parser.tokens {
        [] => Ok(check),
        [Token::Close, ..] => Err(Flaw::Unopened),
        [token, ..] => Err(Flaw::Unjoined(token.word().to_owned())),
    }
}

#[derive(Debug, Clone, Copy)]
enum Token<'a> {
    Open,
    Close,
    And(&'a str),
    Or(&'a str),
    Not(&'a str),
    Single(&'a str),
}

impl<'a> Token<'a> {
    fn new(word: &'a str) -> Self {
        match word {
            _ if word.eq_ignore_ascii_case("and") => Self::And(word),
            _ if word.eq_ignore_ascii_case("or") => Self::Or(word),
            _ if word.eq_ignore_ascii_case("not") => Self::Not(word),
            _ => Self::Single(word),
        }
    }

    fn word(self) -> &'a str {
        match self {
            Self::Open => "(",
            Self::Close => ")",
            Self::And(word) | Self::Or(word) | Self::Not(word) | Self::Single(word) => word,
        }
    }
}

/// Parentheses count only at the edges of a word: inside they belong to `%(field)s`.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    for word in text.split_whitespace() {
        let inner = word.trim_start_matches('(');
        tokens.extend(std::iter::repeat_n(Token::Open, word.len() - inner.len()));
        let bare = inner.trim_end_matches(')');
        if !bare.is_empty() {
            tokens.push(Token::new(bare));
        }
        tokens.extend(std::iter::repeat_n(Token::Close, inner.len() - bare.len()));
    }
    tokens
}

/// `not` binds tighter than `and`, `and` tighter than `or`.
struct Parser<'a> {
    tokens: &'a [Token<'a>],
    names: &'a mut Names,
}

impl<'a> Parser<'a> {
    fn take(&mut self) -> Option<Token<'a>> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(*first)
    }

    fn any(&mut self, depth: usize) -> Result<Check, Flaw> {
        let first = self.all(depth)?;
        let mut checks = vec![first];
        while let [Token::Or(_), ..] = self.tokens {
            self.take();
            checks.push(self.all(depth)?);
        }
        Ok(one_or(checks, Check::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Check, Flaw> {
        let first = self.one(depth)?;
        let mut checks = vec![first];
        while let [Token::And(_), ..] = self.tokens {
            self.take();
            checks.push(self.one(depth)?);
        }
        Ok(one_or(checks, Check::All))
    }

    fn one(&mut self, depth: usize) -> Result<Check, Flaw> {
        if depth > DEEPEST {
            return Err(Flaw::Deep);
        }
        match self.take() {
            None => Err(Flaw::Unfinished),
            Some(Token::Single(word)) => single(word, self.names),
            Some(Token::Not(_)) => Ok(Check::Not(Box::new(self.one(depth + 1)?))),
            Some(Token::Open) => {
                let check = self.any(depth + 1)?;
                match self.take() {
                    Some(Token::Close) => Ok(check),
                    Some(token) => Err(Flaw::Unjoined(token.word().to_owned())),
                    None => Err(Flaw::Unclosed),
                }
            }
            Some(token) => Err(Flaw::Misplaced(token.word().to_owned())),
        }
    }
}

/// A single check stands for itself.
pub(super) fn one_or(mut checks: Vec<Check>, many: impl FnOnce(Vec<Check>) -> Check) -> Check {
    match checks.pop() {
        Some(only) if checks.is_empty() => only,
        Some(last) => {
            checks.push(last);
            many(checks)
        }
        None => many(checks),
    }
}

//! The syntax errors of a check string.

/// The deepest nesting of parentheses and `not` in one check.
pub(super) const MAX_NESTING: usize = 100;

/// A syntax error in a check string of the policy language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckSyntaxError {
    /// The check is only white space.
    #[error("it is blank; \"\" or @ is what lets everybody pass, ! nobody")]
    Blank,
    /// A token stands where a check is expected.
    #[error("`{0}` stands where a check should")]
    Misplaced(String),
    /// The text ends after `and`, `or`, `not` or `(`.
    #[error("it ends where a check should follow")]
    Unfinished,
    /// Two checks follow each other without an operator.
    #[error("`{0}` follows a check without `and` or `or`")]
    MissingOperator(String),
    /// A `(` has no `)`.
    #[error("a parenthesis is not closed")]
    UnclosedParenthesis,
    /// A `)` has no `(`.
    #[error("a parenthesis is closed that was not opened")]
    UnopenedParenthesis,
    /// Parentheses or `not`s are nested too deep.
    #[error("it nests more than {MAX_NESTING} deep")]
    TooDeep,
    /// A word is neither a check nor an operator.
    #[error("`{0}` is not a check: those are kind:value, such as role:admin")]
    NoKind(String),
    /// The left side is neither a name nor a literal.
    #[error("`{0}` is neither the name of a credential nor a literal")]
    UnknownKind(String),
    /// The right side has a `%` that is not `%(field)s`.
    #[error("`{0}` has a `%` that begins neither %(field)s nor %%")]
    BadField(String),
    /// The check asks another server (`http:` or `https:`), where that is not possible.
    #[error("`{0}` cannot depend on another server (http: or https:)")]
    Remote(String),
    /// A list is nested more than two deep, or holds something that is not a check.
    #[error("it is a list that holds something else than checks or lists of checks")]
    BadList,
    /// The value is a map, a number or another type that cannot be a check.
    #[error("it is neither a string nor a list")]
    NotText,
}

//! A statement and its arguments, written once for both databases.

use chrono::{DateTime, Utc};

/// A statement and its arguments.
#[derive(Clone, Debug)]
pub struct Sql {
    pub(super) text: String,
    pub(super) args: Vec<Arg>,
}

impl Sql {
    /// A statement that begins with this text, which may name arguments to come as `$1`, `$2`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            args: Vec::new(),
        }
    }

    /// Adds text.
    #[must_use]
    pub fn then(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Gives the next argument that the text names.
    #[must_use]
    pub fn with(mut self, arg: impl Into<Arg>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Gives an argument and names it here in the text.
    #[must_use]
    pub fn bind(mut self, arg: impl Into<Arg>) -> Self {
        self.args.push(arg.into());
        self.text.push('$');
        self.text.push_str(&self.args.len().to_string());
        self
    }

    /// How many rows at the most. It is no argument: SQLite looks at the value of such a one when it
    /// plans, and so plans anew each time it is given.
    #[must_use]
    pub fn limit(self, rows: i64) -> Self {
        self.then(" LIMIT ").then(&rows.to_string())
    }

    /// Adds another statement's text and arguments, which are counted on from this one's.
    #[must_use]
    pub(super) fn join(mut self, other: Self) -> Self {
        let before = self.args.len();
        let mut parts = other.text.split('$');
        self.text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = part.split_at_checked(digits).unwrap_or((part, ""));
            let number = number.parse::<usize>().unwrap_or(0) + before;
            self.text.push('$');
            self.text.push_str(&number.to_string());
            self.text.push_str(rest);
        }
        self.args.extend(other.args);
        self
    }

    /// Gives several arguments and names them here, between parentheses and commas: `($1, $2)`.
    #[must_use]
    pub fn row(mut self, args: impl IntoIterator<Item = Arg>) -> Self {
        self.text.push('(');
        for (place, arg) in args.into_iter().enumerate() {
            if place > 0 {
                self.text.push_str(", ");
            }
            self = self.bind(arg);
        }
        self.text.push(')');
        self
    }
}

/// An argument of a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// Text, or none.
    Text(Option<String>),
    /// A whole number, or none.
    Int(Option<i64>),
    /// Yes or no.
    Bool(bool),
    /// A moment, or none.
    Time(Option<DateTime<Utc>>),
    /// Bytes.
    Bytes(Vec<u8>),
}

macro_rules! arguments {
    ($($from:ty => |$it:ident| $to:expr),* $(,)?) => {
        $(impl From<$from> for Arg { fn from($it: $from) -> Self { $to } })*
    };
}
arguments! {
    &str => |it| Self::Text(Some(it.to_owned())),
    String => |it| Self::Text(Some(it)),
    &String => |it| Self::Text(Some(it.clone())),
    Option<&str> => |it| Self::Text(it.map(str::to_owned)),
    Option<String> => |it| Self::Text(it),
    &Option<String> => |it| Self::Text(it.clone()),
    i64 => |it| Self::Int(Some(it)),
    Option<i64> => |it| Self::Int(it),
    bool => |it| Self::Bool(it),
    Vec<u8> => |it| Self::Bytes(it),
    DateTime<Utc> => |it| Self::Time(Some(it)),
    Option<DateTime<Utc>> => |it| Self::Time(it),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_statements_count_their_arguments_on() {
        let one = Sql::new("UPDATE a SET b = ")
            .bind(1)
            .then(" WHERE c = ")
            .bind(2);
        let both = one
            .then("; ")
            .join(Sql::new("DELETE FROM d WHERE e = $1").with(3));
        assert_eq!(
            both.text,
            "UPDATE a SET b = $1 WHERE c = $2; DELETE FROM d WHERE e = $3"
        );
        assert_eq!(both.args, [Arg::from(1), Arg::from(2), Arg::from(3)]);
    }
}

//! A statement and its arguments, written once for both databases.
//!
//! The text and the places of its arguments are kept apart until [`Sql::text`] renders them, so that
//! statements can be appended to each other and no text is ever searched for placeholders again.

use chrono::{DateTime, Utc};

/// A statement and its arguments. Two that are equal ask the database for the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sql {
    /// The text without what is put in when it is rendered.
    text: String,
    insertions: Vec<Insertion>,
    args: Vec<Arg>,
    /// `true` if several statements with arguments may be in the text.
    is_batch: bool,
}

/// What is put into the text of a statement when it is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Insertion {
    /// The offset in the text that it stands before, in bytes.
    offset: usize,
    part: SqlPart,
}

/// A part of a statement that is not the same text for both databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum SqlPart {
    /// The placeholder of the argument with this number, counted from 1.
    Placeholder(usize),
    /// The index that SQLite is to use.
    SqliteIndex(&'static str),
}

impl Sql {
    /// Begins a statement with this text, which may name arguments that [`bind`](Self::bind) gives
    /// later: `$1`, `$2`. A `$` inside quotes, or without a number behind it, is plain text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut sql = Self {
            text: String::with_capacity(text.len()),
            insertions: Vec::new(),
            args: Vec::new(),
            is_batch: false,
        };
        let mut quote = None;
        let mut rest = text;
        while let Some(at) = rest.find(['$', '\'', '"']) {
            let (before, found) = rest.split_at(at);
            sql.text.push_str(before);
            let (sign, behind) = found.split_at(1);
            let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
            let (number, after) = behind.split_at(digits);
            if sign == "$" {
                if let (None, Ok(number)) = (quote, number.parse()) {
                    sql.push_placeholder(number);
                    rest = after;
                    continue;
                }
            } else if quote.is_none() {
                quote = Some(sign);
            } else if quote == Some(sign) {
                // A quote that is doubled within quotes ends them and begins them again.
                quote = None;
            }
            sql.text.push_str(sign);
            rest = behind;
        }
        sql.text.push_str(rest);
        sql
    }

    /// Appends text, in which `$` has no meaning.
    #[must_use]
    pub fn push(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Gives the next argument that the text names.
    #[must_use]
    pub fn bind(mut self, arg: impl Into<Arg>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Gives an argument and appends its placeholder.
    #[must_use]
    pub fn push_bind(mut self, arg: impl Into<Arg>) -> Self {
        self.args.push(arg.into());
        self.push_placeholder(self.args.len());
        self
    }

    /// Appends the placeholder of an argument that was given before, counted from 1.
    #[must_use]
    pub fn push_bound(mut self, number: usize) -> Self {
        self.push_placeholder(number);
        self
    }

    /// Appends, behind the name of a table, the index that SQLite is to read it by. PostgreSQL chooses by itself.
    #[must_use]
    pub(super) fn indexed_by(mut self, index: &'static str) -> Self {
        self.push_part(SqlPart::SqliteIndex(index));
        self
    }

    /// Appends the greatest number of rows. That is text and not an argument: SQLite looks at the
    /// value of such an argument when it plans, and so plans again each time it changes.
    #[must_use]
    pub fn limit(self, rows: i64) -> Self {
        self.push(" LIMIT ").push(&rows.to_string())
    }

    /// Appends the text and the arguments of another statement.
    #[must_use]
    pub(super) fn append(mut self, other: Self) -> Self {
        self.is_batch |= other.is_batch || !(self.args.is_empty() || other.args.is_empty());
        let (offset, number) = (self.text.len(), self.args.len());
        let insertions = other.insertions.into_iter();
        self.insertions
            .extend(insertions.map(|insertion| Insertion {
                offset: insertion.offset + offset,
                part: match insertion.part {
                    SqlPart::Placeholder(own) => SqlPart::Placeholder(own + number),
                    index @ SqlPart::SqliteIndex(_) => index,
                },
            }));
        self.text.push_str(&other.text);
        self.args.extend(other.args);
        self
    }

    /// Gives several arguments and appends their placeholders as a list: `($1, $2)`.
    #[must_use]
    pub fn push_tuple(mut self, args: impl IntoIterator<Item = Arg>) -> Self {
        self.text.push('(');
        for (index, arg) in args.into_iter().enumerate() {
            if index > 0 {
                self.text.push_str(", ");
            }
            self = self.push_bind(arg);
        }
        self.text.push(')');
        self
    }

    /// Returns `true` if the statement changes rows of images, their properties, tags, locations or members.
    pub(super) fn changes_images(&self) -> bool {
        const TABLES: [&str; 5] = [
            "images",
            "image_properties",
            "image_tags",
            "image_locations",
            "image_members",
        ];
        const WRITES: [&str; 3] = ["INSERT INTO ", "UPDATE ", "DELETE FROM "];
        self.text.split("; ").any(|statement| {
            let table = WRITES.iter().find_map(|verb| statement.strip_prefix(verb));
            let table = table.and_then(|rest| rest.split([' ', '(']).next());
            table.is_some_and(|table| TABLES.contains(&table.trim_matches('"')))
        })
    }

    /// Returns the statement as PostgreSQL reads it.
    pub(super) fn text(&self) -> String {
        self.rendered('$', false)
    }

    /// Returns the statement as SQLite reads it. To SQLite `$1` is a name, which it looks for among all
    /// that came before, while `?1` is a number. That begins anew with each statement, so a batch has
    /// names.
    pub(super) fn sqlite_text(&self) -> String {
        self.rendered(if self.is_batch { '$' } else { '?' }, true)
    }

    fn rendered(&self, sign: char, is_sqlite: bool) -> String {
        // Most numbers have one or two digits.
        let mut text = String::with_capacity(self.text.len() + 3 * self.insertions.len());
        let mut from = 0;
        for insertion in &self.insertions {
            text.push_str(self.text.get(from..insertion.offset).unwrap_or_default());
            match insertion.part {
                SqlPart::Placeholder(number) => {
                    text.push(sign);
                    text.push_str(&number.to_string());
                }
                SqlPart::SqliteIndex(name) if is_sqlite => {
                    text.push_str(" INDEXED BY ");
                    text.push_str(name);
                }
                SqlPart::SqliteIndex(_) => {}
            }
            from = insertion.offset;
        }
        text.push_str(self.text.get(from..).unwrap_or_default());
        text
    }

    /// Returns the approximate size in memory, in bytes.
    pub(super) fn memory_size(&self) -> usize {
        let text_of = |arg: &Arg| match arg {
            Arg::Text(Some(text)) => text.len(),
            Arg::Bytes(bytes) => bytes.len(),
            _ => 0,
        };
        let args: usize = self.args.iter().map(text_of).sum();
        let each = size_of::<Arg>() + size_of::<Insertion>();
        self.text.len() + args + self.insertions.len() * each
    }

    /// Returns the arguments, the first first.
    pub(super) fn args(&self) -> &[Arg] {
        &self.args
    }

    fn push_placeholder(&mut self, number: usize) {
        self.push_part(SqlPart::Placeholder(number));
    }

    fn push_part(&mut self, part: SqlPart) {
        let offset = self.text.len();
        self.insertions.push(Insertion { offset, part });
    }
}

/// An argument of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Arg {
    /// Text, or NULL.
    Text(Option<String>),
    /// An integer, or NULL.
    Int(Option<i64>),
    /// A boolean.
    Bool(bool),
    /// A timestamp, or NULL.
    Time(Option<DateTime<Utc>>),
    /// Bytes.
    Bytes(Vec<u8>),
}

macro_rules! arguments {
    ($($from:ty => |$value:ident| $to:expr),* $(,)?) => {
        $(impl From<$from> for Arg { fn from($value: $from) -> Self { $to } })*
    };
}
arguments! {
    &str => |text| Self::Text(Some(text.to_owned())),
    String => |text| Self::Text(Some(text)),
    &String => |text| Self::Text(Some(text.clone())),
    Option<&str> => |text| Self::Text(text.map(str::to_owned)),
    Option<String> => |text| Self::Text(text),
    &Option<String> => |text| Self::Text(text.clone()),
    i64 => |number| Self::Int(Some(number)),
    Option<i64> => |number| Self::Int(number),
    bool => |flag| Self::Bool(flag),
    Vec<u8> => |bytes| Self::Bytes(bytes),
    DateTime<Utc> => |time| Self::Time(Some(time)),
    Option<DateTime<Utc>> => |time| Self::Time(time),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appended_statements_count_their_arguments_on() {
        let one = Sql::new("UPDATE a SET b = ")
            .push_bind(1)
            .push(" WHERE c = ")
            .push_bind(2);
        let both = one.push("; ").append(
            Sql::new("DELETE FROM d WHERE e = $1 OR f = $1 OR g = $2")
                .bind(3)
                .bind(4),
        );
        assert_eq!(
            both.text(),
            "UPDATE a SET b = $1 WHERE c = $2; DELETE FROM d WHERE e = $3 OR f = $3 OR g = $4"
        );
        assert_eq!(both.sqlite_text(), both.text());
        assert_eq!(both.args(), [1, 2, 3, 4].map(Arg::from));
    }

    #[test]
    fn a_dollar_in_quotes_or_without_a_number_is_text() {
        let text = r#"SELECT '$1', 'it''s $2', "$3 ""$4""", a$b, $ FROM t WHERE c = $1"#;
        let second = Sql::new(text).bind("x");
        assert_eq!(second.text(), text);
        let both = Sql::new("SELECT $1; ").bind("y").append(second);
        assert_eq!(
            both.text(),
            r#"SELECT $1; SELECT '$1', 'it''s $2', "$3 ""$4""", a$b, $ FROM t WHERE c = $2"#
        );
    }

    #[test]
    fn a_dollar_in_pushed_text_is_text() {
        let pushed = Sql::new("SELECT ").push("'costs $5', $$").push_bind(1);
        let both = Sql::new("SELECT $1; ").bind(2).append(pushed);
        assert_eq!(both.text(), "SELECT $1; SELECT 'costs $5', $$$2");
    }

    #[test]
    fn an_argument_may_be_named_again() {
        let sql = Sql::new("UPDATE a SET id = ").push_bind("x");
        let sql = sql.push(" WHERE id = ").push_bound(1);
        assert_eq!(sql.sqlite_text(), "UPDATE a SET id = ?1 WHERE id = ?1");
        assert_eq!(sql.text(), "UPDATE a SET id = $1 WHERE id = $1");
    }

    #[test]
    fn only_sqlite_is_told_which_index_to_use() {
        let inner = Sql::new("SELECT a FROM t").indexed_by("t_by_b");
        let inner = inner.push(" WHERE b = ").push_bind("x");
        let sql = Sql::new("SELECT $1; ").bind(1).append(inner);
        assert_eq!(sql.text(), "SELECT $1; SELECT a FROM t WHERE b = $2");
        let sqlite = "SELECT $1; SELECT a FROM t INDEXED BY t_by_b WHERE b = $2";
        assert_eq!(sql.sqlite_text(), sqlite);
    }

    #[test]
    fn lists_are_numbered_behind_what_is_there() {
        let sql = Sql::new("SELECT 1 WHERE a = $1 AND b IN ").bind(1);
        let sql = sql.push_tuple([Arg::from("é"), Arg::from("y")]).limit(5);
        assert_eq!(
            sql.text(),
            "SELECT 1 WHERE a = $1 AND b IN ($2, $3) LIMIT 5"
        );
    }
}

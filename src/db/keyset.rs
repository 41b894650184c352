//! Keyset paging: the order of a list, and the rows after a marker.

use super::{Arg, Sql};
use crate::domain::query::Direction;

/// Appends an ORDER BY of these columns.
pub(super) fn order_by<'a>(sql: Sql, keys: impl Iterator<Item = (&'a str, Direction)>) -> Sql {
    let mut sql = sql.push(" ORDER BY ");
    for (index, (column, direction)) in keys.enumerate() {
        sql = sql.push(if index > 0 { ", " } else { "" });
        sql = sql.push(column).push(match direction {
            Direction::Ascending => " ASC",
            Direction::Descending => " DESC",
        });
    }
    sql
}

/// Appends the condition for the rows after the one with these values: a comparison of row values where
/// all columns have one direction, which an index can answer; else column by column.
pub(super) fn after(sql: Sql, keys: &[(&str, Direction, Arg)]) -> Sql {
    if let [(_, first, _), rest @ ..] = keys
        && rest.iter().all(|(_, direction, _)| direction == first)
    {
        let columns: Vec<_> = keys.iter().map(|(column, ..)| *column).collect();
        let sql = sql.push("(").push(&columns.join(", ")).push(")");
        let values = keys.iter().map(|(.., value)| value.clone());
        return sql.push(operator(*first)).push_tuple(values);
    }
    let mut sql = sql.push("(");
    for (index, (column, direction, value)) in keys.iter().enumerate() {
        sql = sql.push(if index > 0 { " OR (" } else { "(" });
        for (equal, _, value) in keys.iter().take(index) {
            sql = sql.push(equal).push(" = ").push_bind(value.clone());
            sql = sql.push(" AND ");
        }
        sql = sql
            .push(column)
            .push(operator(*direction))
            .push_bind(value.clone());
        sql = sql.push(")");
    }
    sql.push(")")
}

fn operator(direction: Direction) -> &'static str {
    match direction {
        Direction::Ascending => " > ",
        Direction::Descending => " < ",
    }
}

//! The order of lists, and what comes after one of its rows.

use super::{Arg, Sql};
use crate::domain::query::Direction;

/// Puts rows in order: by each column in turn, its own way.
pub(super) fn by<'a>(sql: Sql, keys: impl Iterator<Item = (&'a str, Direction)>) -> Sql {
    let mut sql = sql.then(" ORDER BY ");
    for (place, (column, way)) in keys.enumerate() {
        sql = sql.then(if place > 0 { ", " } else { "" });
        sql = sql.then(column).then(match way {
            Direction::Ascending => " ASC",
            Direction::Descending => " DESC",
        });
    }
    sql
}

/// What comes after the row that has these values: a comparison of rows where all columns go the
/// same way, which an index answers; else column by column.
pub(super) fn beyond(sql: Sql, keys: &[(&str, Direction, Arg)]) -> Sql {
    if let [(_, first, _), rest @ ..] = keys
        && rest.iter().all(|(_, way, _)| way == first)
    {
        let columns: Vec<_> = keys.iter().map(|(column, ..)| *column).collect();
        let sql = sql.then("(").then(&columns.join(", ")).then(")");
        let values = keys.iter().map(|(.., value)| value.clone());
        return sql.then(sign(*first)).row(values);
    }
    let mut sql = sql.then("(");
    for (place, (column, way, value)) in keys.iter().enumerate() {
        sql = sql.then(if place > 0 { " OR (" } else { "(" });
        for (equal, _, value) in keys.iter().take(place) {
            sql = sql.then(equal).then(" = ").bind(value.clone());
            sql = sql.then(" AND ");
        }
        sql = sql.then(column).then(sign(*way)).bind(value.clone());
        sql = sql.then(")");
    }
    sql.then(")")
}

fn sign(way: Direction) -> &'static str {
    match way {
        Direction::Ascending => " > ",
        Direction::Descending => " < ",
    }
}

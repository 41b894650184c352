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
/// all columns have one direction, which an index can answer; else column by column. An index can begin only
/// at a bound for the first column by itself where that is an expression, which SQLite does not see within a
/// row value, or where the directions differ.
pub(super) fn after(sql: Sql, keys: &[(&str, Direction, Arg)]) -> Sql {
    let Some((column, direction, value)) = keys.first() else {
        return sql.push("FALSE");
    };
    let is_row = keys.iter().all(|(_, other, _)| other == direction);
    if is_row && !column.contains('(') {
        return after_row(sql, keys, *direction);
    }
    let sql = sql.push("(").push(column).push(match direction {
        Direction::Ascending => " >= ",
        Direction::Descending => " <= ",
    });
    let sql = sql.push_bind(value.clone()).push(" AND ");
    let sql = if is_row {
        after_row(sql, keys, *direction)
    } else {
        after_columns(sql, keys)
    };
    sql.push(")")
}

fn after_row(sql: Sql, keys: &[(&str, Direction, Arg)], direction: Direction) -> Sql {
    let columns: Vec<_> = keys.iter().map(|(column, ..)| *column).collect();
    let sql = sql.push("(").push(&columns.join(", ")).push(")");
    let values = keys.iter().map(|(.., value)| value.clone());
    sql.push(operator(direction)).push_tuple(values)
}

fn after_columns(sql: Sql, keys: &[(&str, Direction, Arg)]) -> Sql {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::query::Direction::{Ascending, Descending};

    fn key(column: &str, direction: Direction, value: i64) -> (&str, Direction, Arg) {
        (column, direction, Arg::Int(Some(value)))
    }

    #[test]
    fn each_column_is_ordered_in_its_own_direction() {
        let keys = [("a", Ascending), ("b", Descending)].into_iter();
        let sql = order_by(Sql::new("SELECT"), keys);
        assert_eq!(sql.text(), "SELECT ORDER BY a ASC, b DESC");
    }

    #[test]
    fn columns_of_one_direction_are_compared_as_a_row() {
        for (direction, operator) in [(Ascending, ">"), (Descending, "<")] {
            let keys = [key("a", direction, 1), key("b", direction, 2)];
            let sql = after(Sql::new(""), &keys);
            assert_eq!(sql.text(), format!("(a, b) {operator} ($1, $2)"));
            assert_eq!(sql.args(), [Arg::Int(Some(1)), Arg::Int(Some(2))]);
        }
    }

    #[test]
    fn an_expression_has_a_bound_of_its_own() {
        let keys = [key("f(a)", Ascending, 1), key("b", Ascending, 2)];
        let text = "(f(a) >= $1 AND (f(a), b) > ($2, $3))";
        assert_eq!(after(Sql::new(""), &keys).text(), text);
    }

    #[test]
    fn columns_of_two_directions_are_compared_one_by_one() {
        let keys = [key("a", Ascending, 1), key("b", Descending, 2)];
        let sql = after(Sql::new(""), &keys);
        let text = "(a >= $1 AND ((a > $2) OR (a = $3 AND b < $4)))";
        assert_eq!(sql.text(), text);
        assert_eq!(sql.args(), [1, 1, 1, 2].map(Arg::from));
        let keys = [key("a", Descending, 1), key("b", Ascending, 2)];
        let sql = after(Sql::new(""), &keys);
        let text = "(a <= $1 AND ((a < $2) OR (a = $3 AND b > $4)))";
        assert_eq!(sql.text(), text);
    }

    #[test]
    fn a_third_column_counts_where_the_first_two_are_equal() {
        let keys = [
            key("a", Ascending, 1),
            key("b", Descending, 2),
            key("c", Ascending, 3),
        ];
        let sql = after(Sql::new(""), &keys);
        let text =
            "(a >= $1 AND ((a > $2) OR (a = $3 AND b < $4) OR (a = $5 AND b = $6 AND c > $7)))";
        assert_eq!(sql.text(), text);
    }
}

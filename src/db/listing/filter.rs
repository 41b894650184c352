//! The conditions for the filters of a list.

use crate::db::{Arg, Sql};
use crate::domain::query::{Comparison, ImageFilter};

/// Returns `true` if a filter is about rows of a table of their own.
pub(super) fn has_rows(filter: &ImageFilter) -> bool {
    matches!(filter, ImageFilter::Tag(_) | ImageFilter::Property(..))
}

/// Appends the FROM clause for the rows `d` that have the tag or property.
pub(super) fn rows_of(sql: Sql, filter: &ImageFilter) -> Sql {
    let sql = entries_of(sql, filter);
    match filter {
        ImageFilter::Property(_, value) => has_value(sql, value),
        _ => sql,
    }
}

/// Appends the FROM clause for the rows `d` whose entries in an index are those of the tag or property. There may be more
/// of them than rows that have it, for the index holds only the beginnings of values (see the migration); no row is read.
pub(super) fn entries_of(sql: Sql, filter: &ImageFilter) -> Sql {
    match filter {
        ImageFilter::Tag(tag) => sql.push("image_tags d WHERE d.tag = ").push_bind(tag),
        ImageFilter::Property(name, value) => {
            has_entry(sql.push("image_properties d WHERE "), name, value)
        }
        _ => sql.push("image_tags d WHERE FALSE"),
    }
}

/// Appends the condition for a row `d` to have the index entry of a property.
fn has_entry(sql: Sql, name: &str, value: &str) -> Sql {
    sql.push("d.name = ")
        .push_bind(name)
        .push(" AND substr(d.value, 1, 200) = substr(")
        .push_bind(value)
        .push(", 1, 200)")
}

/// Appends the condition for a row `d` to have this value and no other with the same beginning.
fn has_value(sql: Sql, value: &str) -> Sql {
    // Written so that SQLite does not substitute the value into the substr: then it would not recognise its index.
    sql.push(" AND d.value || '' = ").push_bind(value)
}

/// Appends the condition for images that pass a filter.
pub(super) fn condition(sql: Sql, filter: &ImageFilter) -> Sql {
    match filter {
        ImageFilter::OneOf(field, values) => match values.as_slice() {
            [] => sql.push("FALSE"),
            [one] => sql
                .push("i.")
                .push(field.as_str())
                .push(" = ")
                .push_bind(one),
            several => {
                let sql = sql.push("i.").push(field.as_str()).push(" IN ");
                sql.push_tuple(several.iter().map(Arg::from))
            }
        },
        ImageFilter::Exactly(field, number) => compare_number(sql, field.as_str(), " = ", *number),
        ImageFilter::AtLeast(field, number) => compare_number(sql, field.as_str(), " >= ", *number),
        ImageFilter::AtMost(field, number) => compare_number(sql, field.as_str(), " <= ", *number),
        ImageFilter::At(field, compare, at) => {
            let sign = match compare {
                Comparison::Greater => " > ",
                Comparison::GreaterOrEqual => " >= ",
                Comparison::Less => " < ",
                Comparison::LessOrEqual => " <= ",
                Comparison::Equal => " = ",
                Comparison::NotEqual => " <> ",
            };
            sql.push("i.")
                .push(field.as_str())
                .push(sign)
                .push_bind(*at)
        }
        // Not EXISTS, which PostgreSQL would turn into a join that starts from these rows, which are too
        // common for that. An image has at most one such row. SQLite would look each image up among all rows of
        // all images; those with one value lie together, and few of its pages hold them.
        ImageFilter::Tag(tag) => sql
            .push("(SELECT 1 FROM image_tags d")
            .indexed_by("image_tags_by_tag")
            .push(" WHERE d.image_id = i.id AND d.tag = ")
            .push_bind(tag)
            .push(") = 1"),
        ImageFilter::Property(name, value) => {
            let sql = sql.push("(SELECT 1 FROM image_properties d");
            let sql = sql.indexed_by("image_properties_by_value");
            let sql = sql.push(" WHERE d.image_id = i.id AND ");
            has_value(has_entry(sql, name, value), value).push(") = 1")
        }
        ImageFilter::Never => sql.push("FALSE"),
    }
}

fn compare_number(sql: Sql, field: &str, sign: &str, number: i64) -> Sql {
    sql.push("i.").push(field).push(sign).push_bind(number)
}

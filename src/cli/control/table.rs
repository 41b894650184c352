//! JSON for people: a list in columns, or an object with a line for each field.

use serde_json::Value;

/// The time of day within a timestamp such as `2030-01-01T12:00:00.123456Z`, to the millisecond.
const TIME_OF_DAY: std::ops::Range<usize> = 11..23;

/// A table of the objects in a list.
#[derive(Debug)]
pub(super) struct Table {
    /// The name of the list in the response.
    pub(super) list: &'static str,
    pub(super) columns: &'static [Column],
}

/// One column of a table.
#[derive(Debug)]
pub(super) struct Column {
    title: &'static str,
    field: &'static str,
    right: bool,
}

impl Column {
    /// Makes a column of text, aligned to the left.
    pub(super) const fn text(title: &'static str, field: &'static str) -> Self {
        Self {
            title,
            field,
            right: false,
        }
    }

    /// Makes a column of numbers, aligned to the right.
    pub(super) const fn number(title: &'static str, field: &'static str) -> Self {
        Self {
            title,
            field,
            right: true,
        }
    }

    fn cell(&self, item: &Value) -> String {
        match item.get(self.field) {
            Some(Value::Number(number)) if self.field.ends_with("_ms") => number
                .as_f64()
                .map_or_else(String::new, |ms| format!("{ms:.1}")),
            Some(Value::String(text)) if self.field == "at" => {
                text.get(TIME_OF_DAY).unwrap_or(text).to_owned()
            }
            value => scalar(value),
        }
    }

    fn pad(&self, text: &str, width: usize) -> String {
        if self.right {
            format!("{text:>width$}")
        } else {
            format!("{text:<width$}")
        }
    }
}

impl Table {
    /// Returns the lines of the table: the titles, then a line for each object.
    pub(super) fn render(&self, response: &Value) -> String {
        let items = response.get(self.list).and_then(Value::as_array);
        let items = items.map(Vec::as_slice).unwrap_or_default();
        let titles = self.columns.iter().map(|column| column.title.to_owned());
        let mut rows: Vec<Vec<String>> = vec![titles.collect()];
        for item in items {
            rows.push(
                self.columns
                    .iter()
                    .map(|column| column.cell(item))
                    .collect(),
            );
        }
        let width = |at: usize| {
            let cells = rows.iter().filter_map(|row| row.get(at));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..self.columns.len()).map(width).collect();
        let line = |row: &Vec<String>| {
            let cells = self.columns.iter().zip(row).zip(&widths);
            let cells = cells.map(|((column, text), width)| column.pad(text, *width));
            let cells: Vec<_> = cells.collect();
            format!("{}\n", cells.join("  ").trim_end())
        };
        rows.iter().map(line).collect()
    }
}

/// Returns a line for each field of an object, the values aligned.
pub(super) fn fields(object: &Value) -> String {
    let fields = object.as_object().into_iter().flatten();
    let fields: Vec<_> = fields
        .map(|(name, value)| (name.replace('_', " "), scalar(Some(value))))
        .collect();
    let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0) + 1;
    let lines: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{:<width$} {value}", format!("{name}:")))
        .collect();
    lines.join("\n") + "\n"
}

fn scalar(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TABLE: Table = Table {
        list: "all",
        columns: &[Column::number("N", "n"), Column::text("NAME", "name")],
    };

    #[test]
    fn columns_are_as_wide_as_their_longest_cell() {
        let all = json!({ "all": [{ "n": 7, "name": "a" }, { "n": 1234, "name": null }] });
        assert_eq!(TABLE.render(&all), "   N  NAME\n   7  a\n1234  -\n");
        assert_eq!(TABLE.render(&json!({ "all": [] })), "N  NAME\n");
    }

    #[test]
    fn an_object_is_shown_with_a_line_for_each_field() {
        let status = json!({ "url": "http://h", "images_seen": 3 });
        assert_eq!(fields(&status), "url:         http://h\nimages seen: 3\n");
    }
}

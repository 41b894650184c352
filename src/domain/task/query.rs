//! Queries for lists of tasks: filters, order and page.

use super::{TaskRules, TaskStatus};
use crate::domain::query::{Direction, PageLimits, read_limit};
use crate::domain::string_enum;
use crate::{Error, Result};

string_enum! {
    /// A sort key and filter field of tasks.
    TaskKey {
        /// The time of creation.
        CreatedAt = "created_at",
        /// The ID.
        Id = "id",
        /// The type.
        Kind = "type",
        /// The status.
        Status = "status",
        /// The project.
        Owner = "owner",
        /// The time when a task expires.
        ExpiresAt = "expires_at",
        /// The time of the last change.
        UpdatedAt = "updated_at",
        /// The image in the input.
        ImageId = "image_id",
        /// The user who created the task.
        UserId = "user_id",
        /// The request that created the task.
        RequestId = "request_id",
    }
}

/// A query for a list of tasks.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskQuery {
    /// The maximum number of tasks on the page.
    pub limit: i64,
    /// The ID of the task after which the page begins.
    pub marker: Option<String>,
    /// The sort key, before creation time and ID.
    pub sort: TaskKey,
    /// The direction.
    pub direction: Direction,
    /// The values that fields must have.
    pub filters: Vec<(TaskKey, String)>,
}

impl TaskQuery {
    /// Parses the query parameters of a request. Of a parameter given twice the first one counts, but of a filter
    /// the last one.
    pub fn read(
        parameters: &[(String, String)],
        limits: PageLimits,
        rules: &TaskRules,
    ) -> Result<Self> {
        let mut query = Self {
            limit: limits.default.min(limits.max),
            marker: None,
            sort: TaskKey::CreatedAt,
            direction: Direction::Descending,
            filters: Vec::new(),
        };
        for (place, (name, value)) in parameters.iter().enumerate() {
            let (before, after) = parameters.split_at(place);
            let is_same = |(other, _): &&(String, String)| other == name;
            let counts = match name.as_str() {
                "limit" | "marker" | "sort_key" | "sort_dir" => {
                    !before.iter().any(|pair| is_same(&pair))
                }
                _ => !after.iter().skip(1).any(|pair| is_same(&pair)),
            };
            if !counts {
                continue;
            }
            match name.as_str() {
                "limit" => query.limit = read_limit(Some(value), limits)?,
                "marker" => query.marker = Some(marker(value)?.to_owned()),
                "sort_key" => {
                    let key = value.parse().ok();
                    let wrong = || Error::Invalid("Sort key supplied was not valid.".into());
                    query.sort = key.ok_or_else(wrong)?;
                }
                "sort_dir" => {
                    let direction = value.parse().ok();
                    let wrong = || Error::Invalid(format!("Invalid sort direction: {value}"));
                    query.direction = direction.ok_or_else(wrong)?;
                }
                other => query.filter(other, value, rules)?,
            }
        }
        Ok(query)
    }

    fn filter(&mut self, name: &str, value: &str, rules: &TaskRules) -> Result<()> {
        let Ok(key) = name.parse::<TaskKey>() else {
            return Ok(());
        };
        let known = match key {
            // Nothing is like this, but nor is it refused.
            TaskKey::Status | TaskKey::Kind if value.is_empty() => true,
            TaskKey::Status => value.parse::<TaskStatus>().is_ok(),
            TaskKey::Kind => rules.filters.contains(&value),
            _ => true,
        };
        if !known {
            return Err(Error::Invalid(format!("Invalid {name} value: {value}")));
        }
        let kind = rules.kind(value).filter(|_| key == TaskKey::Kind);
        let value = kind.map_or_else(|| value.to_owned(), |kind| kind.to_string());
        self.filters.push((key, value));
        Ok(())
    }
}

fn marker(value: &str) -> Result<&str> {
    match uuid::Uuid::try_parse(value) {
        Ok(_) => Ok(value),
        // An empty marker is valid text: the error is that there is no such task.
        Err(_) if value.is_empty() => Ok(value),
        Err(_) => Err(Error::Invalid("Invalid marker format".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> std::result::Result<TaskQuery, String> {
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let limits = PageLimits {
            default: 25,
            max: 1000,
        };
        TaskQuery::read(&pairs, limits, &TaskRules::GLANCE).map_err(|error| error.to_string())
    }

    #[test]
    fn invalid_parameters_are_refused() {
        for (query, message) in [
            ("limit=x", "limit param must be an integer"),
            ("limit=-1", "limit param must be positive"),
            ("marker=x", "Invalid marker format"),
            ("sort_key=message", "Sort key supplied was not valid."),
            ("sort_dir=up", "Invalid sort direction: up"),
            ("status=done", "Invalid status value: done"),
            (
                "type=location_import",
                "Invalid type value: location_import",
            ),
        ] {
            assert_eq!(read(query), Err(message.into()), "{query}");
        }
    }

    #[test]
    fn unknown_parameters_are_ignored() {
        let query = read("foo=1&sort=id&input=x&limit=5000&owner=a&owner=b").unwrap();
        assert_eq!(query.limit, 1000);
        assert_eq!(query.filters, [(TaskKey::Owner, "b".into())]);
    }

    #[test]
    fn of_a_repeated_parameter_one_counts() {
        let id = "00000000-0000-0000-0000-000000000000";
        let query = format!(
            "limit=1&limit=x&marker={id}&marker=x&sort_key=id&sort_key=x&sort_dir=asc&sort_dir=x"
        );
        let query = read(&query).unwrap();
        assert_eq!((query.limit, query.marker.as_deref()), (1, Some(id)));
        assert_eq!(
            (query.sort, query.direction),
            (TaskKey::Id, Direction::Ascending)
        );
        let query = read("type=nope&type=import&status=nope&status=failure").unwrap();
        let last = [
            (TaskKey::Kind, "import".into()),
            (TaskKey::Status, "failure".into()),
        ];
        assert_eq!(query.filters, last);
        assert!(read("type=import&type=nope").is_err());
    }
}

//! What a request for a list of tasks asks: which, in which order, from where on.

use super::TaskStatus;
use crate::domain::query::{Direction, Limits, read_limit};
use crate::domain::words;
use crate::{Error, Result};

words! {
    /// What tasks can be put in order by, and be asked for by.
    TaskKey {
        /// When they were asked for.
        CreatedAt = "created_at",
        /// Their id.
        Id = "id",
        /// What they do.
        Kind = "type",
        /// How far they are.
        Status = "status",
        /// Whose they are.
        Owner = "owner",
        /// When they are forgotten.
        ExpiresAt = "expires_at",
        /// When they last changed.
        UpdatedAt = "updated_at",
        /// The image that they are about.
        ImageId = "image_id",
        /// Who asked for them.
        UserId = "user_id",
        /// The request that they were asked for in.
        RequestId = "request_id",
    }
}

/// A question for a list of tasks.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskQuery {
    /// Tasks on the page.
    pub limit: i64,
    /// The task after which the page begins.
    pub marker: Option<String>,
    /// What they are in the order of, before time and id.
    pub sort: TaskKey,
    /// Which way.
    pub direction: Direction,
    /// What they must have.
    pub filters: Vec<(TaskKey, String)>,
}

impl TaskQuery {
    /// Reads the parameters of a request; of one given twice the last counts, but a task has to
    /// pass all filters.
    pub fn read(parameters: &[(String, String)], limits: Limits) -> Result<Self> {
        let mut query = Self {
            limit: limits.default.min(limits.most),
            marker: None,
            sort: TaskKey::CreatedAt,
            direction: Direction::Descending,
            filters: Vec::new(),
        };
        for (name, value) in parameters {
            match name.as_str() {
                "limit" => query.limit = read_limit(Some(value), limits)?,
                "marker" => query.marker = Some(marker(value)?.to_owned()),
                "sort_key" => {
                    let key = TaskKey::from_word(value);
                    let wrong = || Error::Invalid("Sort key supplied was not valid.".into());
                    query.sort = key.ok_or_else(wrong)?;
                }
                "sort_dir" => {
                    let direction = Direction::from_word(value);
                    let wrong = || Error::Invalid(format!("Invalid sort direction: {value}"));
                    query.direction = direction.ok_or_else(wrong)?;
                }
                other => query.filter(other, value)?,
            }
        }
        Ok(query)
    }

    fn filter(&mut self, name: &str, value: &str) -> Result<()> {
        let Some(key) = TaskKey::from_word(name) else {
            return Ok(());
        };
        let known = match key {
            // Nothing is like this, but nor is it refused.
            TaskKey::Status | TaskKey::Kind if value.is_empty() => true,
            TaskKey::Status => TaskStatus::from_word(value).is_some(),
            // The other two came later, and the check was not told.
            TaskKey::Kind => value == "import",
            _ => true,
        };
        if !known {
            return Err(Error::Invalid(format!("Invalid {name} value: {value}")));
        }
        self.filters.push((key, value.to_owned()));
        Ok(())
    }
}

fn marker(value: &str) -> Result<&str> {
    match uuid::Uuid::try_parse(value) {
        Ok(_) => Ok(value),
        // There is no such task, and that is what is said.
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
        let limits = Limits {
            default: 25,
            most: 1000,
        };
        TaskQuery::read(&pairs, limits).map_err(|it| it.to_string())
    }

    #[test]
    fn what_is_no_question_is_named() {
        for (query, said) in [
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
            assert_eq!(read(query), Err(said.into()), "{query}");
        }
    }

    #[test]
    fn what_is_unknown_is_ignored() {
        let query = read("foo=1&sort=id&input=x&limit=5000&owner=a&owner=b").unwrap();
        assert_eq!(query.limit, 1000);
        assert_eq!(
            query.filters,
            [(TaskKey::Owner, "a".into()), (TaskKey::Owner, "b".into())]
        );
    }
}

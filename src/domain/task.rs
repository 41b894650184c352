//! Tasks: work that continues after the response. Glance: `glance/domain/__init__.py`,
//! `glance/api/v2/tasks.py`.

mod query;
mod rules;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::schema::Schemas;
use super::string_enum;
use super::text::{check_length, check_nul, python_repr};
use crate::{Error, Result};

pub use query::{TaskKey, TaskQuery};
pub use rules::{ExportRules, ObjectImportRules, TaskFields, TaskRules};

string_enum! {
    /// The kind of a task's work, by its name in the database; the name in the API is its cloud's: [`TaskRules`].
    TaskKind {
        /// Creates an image from the data at a URL: the older way.
        Import = "import",
        /// Imports data to an existing image.
        ApiImageImport = "api_image_import",
        /// Adds a location to an image and hashes the data there.
        LocationImport = "location_import",
        /// Creates an image from an object of the object store.
        ObjectImport = "object_import",
        /// Writes an image to the object store.
        Export = "export",
    }
}

string_enum! {
    /// The status of a task.
    TaskStatus {
        /// No worker has started the task.
        Pending = "pending",
        /// A worker runs the task.
        Processing = "processing",
        /// The task has succeeded.
        Success = "success",
        /// The task has failed.
        Failure = "failure",
    }
}

/// A task as the database stores it.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// The ID.
    pub id: String,
    /// The type.
    pub kind: TaskKind,
    /// The status.
    pub status: TaskStatus,
    /// The project that created the task.
    pub owner: Option<String>,
    /// The user who created the task.
    pub user_id: Option<String>,
    /// The ID of the request that created the task.
    pub request_id: Option<String>,
    /// The roles of the user, separated by commas; no response shows them.
    pub roles: String,
    /// The ID of the image in the input.
    pub image_id: Option<String>,
    /// The input, as JSON text.
    pub input: String,
    /// The result, as JSON text.
    pub result: Option<String>,
    /// The message about progress or failure.
    pub message: String,
    /// The time of creation.
    pub created_at: DateTime<Utc>,
    /// The time of the last change.
    pub updated_at: DateTime<Utc>,
    /// The time when the task expires, once it has ended.
    pub expires_at: Option<DateTime<Utc>>,
    /// The ID of the image that the task has created so far.
    pub made: Option<String>,
    /// The number of times that a worker has started the task.
    pub attempts: i64,
    /// The region that the task is in, as rows name it.
    pub region: String,
}

impl Task {
    /// Returns the input.
    #[must_use]
    pub fn input(&self) -> Value {
        serde_json::from_str(&self.input).unwrap_or_default()
    }

    /// Returns the result.
    #[must_use]
    pub fn result(&self) -> Value {
        let result = self.result.as_deref();
        let read = result.and_then(|text| serde_json::from_str(text).ok());
        read.unwrap_or_default()
    }
}

/// A parsed request to create a task.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTask {
    /// The type.
    pub kind: TaskKind,
    /// The input.
    pub input: Map<String, Value>,
}

impl NewTask {
    /// Parses the body of a request.
    pub fn read(body: &Value, schemas: &Schemas, rules: &TaskRules) -> Result<Self> {
        for field in ["type", "input"] {
            let given = match body {
                Value::Object(body) => body.contains_key(field),
                // Python asks a list the same question.
                body => body
                    .as_array()
                    .is_some_and(|list| list.iter().any(|item| item == field)),
            };
            if !given {
                return Err(Error::Invalid(format!("Task '{field}' is required")));
            }
        }
        schemas.check_task(body)?;
        let kind = body.get("type").and_then(Value::as_str);
        let kind = kind.and_then(|name| rules.kind(name));
        let kind = kind.ok_or_else(|| Error::Invalid("Task 'type' is required".into()))?;
        let input = body.get("input").unwrap_or(&Value::Null);
        let text = input.to_string();
        check_nul(&text.replace("\\u0000", "\0"))?;
        check_length("The input of a task", &text)?;
        if kind == TaskKind::Import {
            check_source(input)?;
        }
        match input {
            Value::Object(input) => Ok(Self {
                kind,
                input: input.clone(),
            }),
            _ => Err(Error::Invalid("Task 'input' is required".into())),
        }
    }

    /// Returns the ID of the image in the input.
    #[must_use]
    pub fn image_id(&self) -> Option<&str> {
        let field = match self.kind {
            // What it makes is known only when it is made.
            TaskKind::Import | TaskKind::ObjectImport => return None,
            TaskKind::ApiImageImport | TaskKind::LocationImport => "image_id",
            TaskKind::Export => "image_uuid",
        };
        self.input.get(field).and_then(Value::as_str)
    }

    /// Returns the name that the image is to get from the task.
    #[must_use]
    pub fn image_name(&self) -> Option<&str> {
        let properties = self.input.get("image_properties")?;
        let name = properties.get("name").and_then(Value::as_str);
        name.filter(|_| self.kind == TaskKind::ObjectImport)
    }

    /// Returns the URL of an `import`, which [`check_source`] has accepted.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        let source = self.input.get("import_from").and_then(Value::as_str);
        source.filter(|_| self.kind == TaskKind::Import)
    }
}

/// Refuses an `import` from a URL with an unsupported scheme.
fn check_source(input: &Value) -> Result<()> {
    let invalid = |text: String| Err(Error::Invalid(text));
    let source = input.get("import_from").unwrap_or(&Value::Null);
    let Some(uri) = source.as_str().filter(|uri| !uri.is_empty()) else {
        let shown = match source {
            Value::String(_) => String::new(),
            other => python_repr(other),
        };
        return invalid(format!("Invalid location: {shown}"));
    };
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    match scheme {
        "http" | "https" => Ok(()),
        "file" | "filesystem" => invalid(
            "File based imports are not allowed. Please use a non-local source of image data."
                .into(),
        ),
        _ => invalid(
            "The given uri is not valid. Please specify a valid uri from the following list of \
             supported uri ['http']"
                .into(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: &Value) -> std::result::Result<NewTask, String> {
        let schemas = Schemas::new(
            &[],
            &[],
            &crate::domain::schema::CustomProperties::default(),
            &crate::domain::image_rules::ImageRules::GLANCE,
        )
        .unwrap();
        let read = NewTask::read(body, &schemas, &TaskRules::GLANCE);
        read.map_err(|error| {
            error
                .to_string()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned()
        })
    }

    #[test]
    fn invalid_task_requests_are_refused() {
        let from = |uri: &str| json!({ "type": "import", "input": { "import_from": uri } });
        for (body, message) in [
            (json!([]), "Task 'type' is required"),
            (json!({}), "Task 'type' is required"),
            (json!(["type"]), "Task 'input' is required"),
            (json!({ "type": "import" }), "Task 'input' is required"),
            (
                json!({ "type": "export", "input": {} }),
                "Provided object does not match schema 'task': 'export' is not one of ['import', \
                 'api_image_import', 'location_import']",
            ),
            (
                json!({ "type": "import", "input": "x" }),
                "Provided object does not match schema 'task': 'x' is not of type 'null', 'object'",
            ),
            (
                json!({ "type": "import", "input": {}, "status": "bogus" }),
                "Provided object does not match schema 'task': 'bogus' is not one of ['pending', \
                 'processing', 'success', 'failure']",
            ),
            (
                json!({ "type": "import", "input": null }),
                "Invalid location: None",
            ),
            (from(""), "Invalid location: "),
            (
                from("file:///etc/passwd"),
                "File based imports are not allowed. Please use a non-local source of image data.",
            ),
            (
                from("ftp://host/x"),
                "The given uri is not valid. Please specify a valid uri from the following list of \
                 supported uri ['http']",
            ),
            (
                json!({ "type": "api_image_import", "input": null }),
                "Task 'input' is required",
            ),
        ] {
            assert_eq!(read(&body), Err(message.into()), "{body}");
        }
    }

    #[test]
    fn read_only_fields_of_a_task_are_ignored_and_others_refused() {
        let input = json!({ "image_id": "x" });
        let body = json!({ "type": "location_import", "input": input, "status": "success" });
        assert_eq!(read(&body).unwrap().image_id(), Some("x"));
        let body = json!({ "type": "location_import", "input": input, "foo": 1 });
        let message = read(&body).unwrap_err();
        assert!(message.contains("('foo' was unexpected)"), "{message}");
    }
}

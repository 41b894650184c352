//! Tasks: work that goes on after its request was answered.

mod query;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::schema::Schemas;
use super::text::{check_nul, python};
use super::words;
use crate::{Error, Result};

pub use query::{TaskKey, TaskQuery};

words! {
    /// What a task does.
    TaskKind {
        /// Makes an image from what a URL gives: the older way.
        Import = "import",
        /// Fills an image that there is already.
        ApiImageImport = "api_image_import",
        /// Adds a place to an image, and hashes what is there.
        LocationImport = "location_import",
    }
}

words! {
    /// How far a task is.
    TaskStatus {
        /// Nobody has begun.
        Pending = "pending",
        /// Somebody is at work.
        Processing = "processing",
        /// It is done.
        Success = "success",
        /// It could not be done.
        Failure = "failure",
    }
}

/// A task as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its name.
    pub id: String,
    /// What it does.
    pub kind: TaskKind,
    /// How far it is.
    pub status: TaskStatus,
    /// The project of whoever asked for it.
    pub owner: Option<String>,
    /// Whoever asked for it.
    pub user_id: Option<String>,
    /// The request that it was asked for in.
    pub request_id: Option<String>,
    /// The roles of whoever asked for it, with commas between them; nobody is shown them.
    pub roles: String,
    /// The image that its input names.
    pub image_id: Option<String>,
    /// What was asked, as JSON.
    pub input: String,
    /// What came of it, as JSON.
    pub result: Option<String>,
    /// A word to people: how far, or why not.
    pub message: String,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it is forgotten, once it has ended.
    pub expires_at: Option<DateTime<Utc>>,
    /// The image that it has made so far.
    pub made: Option<String>,
    /// How often somebody has begun.
    pub attempts: i64,
}

impl Task {
    /// What was asked.
    #[must_use]
    pub fn input(&self) -> Value {
        serde_json::from_str(&self.input).unwrap_or_default()
    }

    /// What came of it.
    #[must_use]
    pub fn result(&self) -> Value {
        let result = self.result.as_deref();
        let read = result.and_then(|it| serde_json::from_str(it).ok());
        read.unwrap_or_default()
    }
}

/// A task that somebody asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTask {
    /// What it is to do.
    pub kind: TaskKind,
    /// How, and with what.
    pub input: Map<String, Value>,
}

impl NewTask {
    /// Reads the body of a request for one.
    pub fn read(body: &Value, schemas: &Schemas) -> Result<Self> {
        for field in ["type", "input"] {
            let given = match body {
                Value::Object(body) => body.contains_key(field),
                // Python asks a list the same question.
                body => body
                    .as_array()
                    .is_some_and(|it| it.iter().any(|it| it == field)),
            };
            if !given {
                return Err(Error::Invalid(format!("Task '{field}' is required")));
            }
        }
        schemas.check_task(body)?;
        let kind = body.get("type").and_then(Value::as_str);
        let kind = kind.and_then(TaskKind::from_word);
        let kind = kind.ok_or_else(|| Error::Invalid("Task 'type' is required".into()))?;
        let input = body.get("input").unwrap_or(&Value::Null);
        check_nul(&input.to_string().replace("\\u0000", "\0"))?;
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

    /// The image that its input names.
    #[must_use]
    pub fn image_id(&self) -> Option<&str> {
        self.input.get("image_id").and_then(Value::as_str)
    }

    /// Where an `import` is to come from; an address that [`check_source`] let pass.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        let source = self.input.get("import_from").and_then(Value::as_str);
        source.filter(|_| self.kind == TaskKind::Import)
    }
}

/// Whether an `import` names a source of a kind that there is.
fn check_source(input: &Value) -> Result<()> {
    let invalid = |text: String| Err(Error::Invalid(text));
    let source = input.get("import_from").unwrap_or(&Value::Null);
    let Some(uri) = source.as_str().filter(|it| !it.is_empty()) else {
        let shown = match source {
            Value::String(_) => String::new(),
            other => python(other),
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
        let schemas = Schemas::new(&[], &[], &crate::domain::schema::Custom::default()).unwrap();
        let read = NewTask::read(body, &schemas);
        read.map_err(|it| it.to_string().lines().next().unwrap_or_default().to_owned())
    }

    #[test]
    fn what_is_no_task_is_named() {
        let from = |uri: &str| json!({ "type": "import", "input": { "import_from": uri } });
        for (body, said) in [
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
            assert_eq!(read(&body), Err(said.into()), "{body}");
        }
    }

    #[test]
    fn further_fields_that_a_task_has_are_ignored_and_others_refused() {
        let input = json!({ "image_id": "x" });
        let body = json!({ "type": "location_import", "input": input, "status": "success" });
        assert_eq!(read(&body).unwrap().image_id(), Some("x"));
        let body = json!({ "type": "location_import", "input": input, "foo": 1 });
        let said = read(&body).unwrap_err();
        assert!(said.contains("('foo' was unexpected)"), "{said}");
    }
}

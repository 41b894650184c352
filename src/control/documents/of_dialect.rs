//! The parts of the document of the Images API that the dialect of a cloud has not, or has in another form.

use serde_json::{Map, Value};

use crate::dialect::Dialect;
use crate::domain::task::TaskFields;

/// The schemas of tasks in answers.
const TASKS: [&str; 3] = ["Task", "TaskSummary", "ImageTask"];

/// The fields of a task that tell where it comes from.
const ORIGIN: [&str; 3] = ["image_id", "request_id", "user_id"];

/// Takes out the operations that the dialect lacks, and gives tasks its form.
pub(super) fn fit(dialect: &Dialect, document: &mut Value) {
    if let Some(Value::Object(paths)) = document.get_mut("paths") {
        remove_absent(dialect, paths);
    }
    if dialect.tasks.shows == TaskFields::WithoutOrigin
        && let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas")
    {
        for name in TASKS {
            hide_origin(schemas, name);
        }
    }
}

/// Returns the values of the enumerations that the dialect has others of, by their marks.
pub(super) fn enumerations(dialect: &Dialect) -> [(&'static str, Vec<Value>); 2] {
    let mut types: Vec<_> = dialect.tasks.types.iter().map(|(name, _)| *name).collect();
    types.sort_unstable();
    let filters = dialect.tasks.filters.iter().copied();
    let values = |names: Vec<&str>| names.into_iter().map(Value::from).collect();
    [
        ("task_types", values(types)),
        ("task_filters", values(filters.collect())),
    ]
}

fn remove_absent(dialect: &Dialect, paths: &mut Map<String, Value>) {
    paths.retain(|path, item| {
        let Some(item) = item.as_object_mut() else {
            return true;
        };
        item.retain(|method, _| {
            method == "parameters" || !dialect.lacks(&method.to_uppercase(), path)
        });
        item.keys().any(|key| key != "parameters")
    });
}

fn hide_origin(schemas: &mut Map<String, Value>, name: &str) {
    let Some(task) = schemas.get_mut(name) else {
        return;
    };
    if let Some(Value::Object(properties)) = task.get_mut("properties") {
        properties.retain(|field, _| !ORIGIN.contains(&field.as_str()));
    }
    if let Some(Value::Array(required)) = task.get_mut("required") {
        // There is no result before the task succeeds.
        required.retain(|field| field != "result" && !ORIGIN.iter().any(|gone| field == gone));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::documents::{DescribedApi, openapi_document};
    use crate::dialect::{GLANCE, RACKSPACE};

    #[test]
    fn the_default_dialect_changes_nothing() {
        let document = openapi_document(DescribedApi::Images).unwrap();
        let mut fitted = document.clone();
        fit(&GLANCE, &mut fitted);
        assert_eq!(fitted, document);
    }

    #[test]
    fn what_a_dialect_lacks_is_not_described() {
        let mut document = openapi_document(DescribedApi::Images).unwrap();
        fit(&RACKSPACE, &mut document);
        assert!(document["paths"].get("/v2/cache").is_none());
        assert!(document["paths"]["/v2/tasks"].get("post").is_some());
        let task = &document["components"]["schemas"]["Task"];
        assert!(task["properties"].get("request_id").is_none());
        assert!(task["properties"].get("result").is_some());
    }
}

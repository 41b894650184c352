//! Faults below the API: in a task, a store or the database.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::disk_format::VhdError;

/// A step of a task, at which it can be made to fail.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum TaskStep {
    /// Before the task starts; it is still pending.
    Begin,
    /// Before the data is fetched, or read at its location.
    #[default]
    Fetch,
    /// Before the data is converted.
    Convert,
    /// Before the data is written to the stores, or its location recorded.
    Store,
    /// Before the task ends.
    End,
}

/// The failure of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFaultEffect {
    /// The step.
    pub at: TaskStep,
    /// The message of the failed task.
    pub message: String,
}

/// The kind of access to data.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum DataAccess {
    /// Reading.
    Read,
    /// Writing.
    Write,
}

/// The way in which a store fails.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum StoreFailure {
    /// The store has no space left.
    Full,
    /// The store does not answer.
    Away,
    /// The store denies access.
    Denied,
}

/// The failure of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFaultEffect {
    /// The kind of failure.
    pub fails: StoreFailure,
    /// The kind of access that fails; `None`: both. A full store fails at writing only.
    pub on: Option<DataAccess>,
    /// The name of the store, `staging` for the staging area; `None`: any.
    pub name: Option<String>,
    /// The number of bytes before the failure.
    pub after_bytes: u64,
}

/// The way in which the database fails.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseFailure {
    /// The database cannot be reached.
    Away,
    /// The database answers with an error.
    Broken,
}

/// The failure of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatabaseFaultEffect {
    /// The kind of failure.
    pub fails: DatabaseFailure,
    /// The kind of access that fails; `None`: both.
    pub on: Option<DataAccess>,
}

/// The message of a failed task for which the rule has no message.
const DEFAULT_MESSAGE: &str = "Task failed due to Internal Error";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImportFields {
    #[serde(default)]
    at: TaskStep,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    vhd: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoreFields {
    fails: StoreFailure,
    #[serde(default)]
    on: Option<DataAccess>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    after_bytes: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DatabaseFields {
    fails: DatabaseFailure,
    #[serde(default)]
    on: Option<DataAccess>,
}

impl ImportFaultEffect {
    /// Parses a message, or `{"at", "message"}`, or `{"at", "vhd"}` with the code of a VHD that cannot be imported.
    pub(super) fn read(written: Value) -> Result<Self, String> {
        let fields = match written {
            Value::String(message) => ImportFields {
                at: TaskStep::default(),
                message: Some(message),
                vhd: None,
            },
            other => from_object(other)?,
        };
        let message = match (fields.message, fields.vhd) {
            (Some(_), Some(_)) => return Err("it has either message or vhd".into()),
            (message, None) => message.unwrap_or_else(|| DEFAULT_MESSAGE.into()),
            (None, Some(code)) => {
                let allowed = || {
                    format!(
                        "vhd is one of {}",
                        VhdError::CODES.map(|code| code.to_string()).join(", ")
                    )
                };
                VhdError::of_code(code).ok_or_else(allowed)?.to_string()
            }
        };
        Ok(Self {
            at: fields.at,
            message,
        })
    }
}

impl StoreFaultEffect {
    /// Parses the name of a failure, or `{"fails", "on", "name", "after_bytes"}`.
    pub(super) fn read(written: Value) -> Result<Self, String> {
        let mut fields: StoreFields = from_object(into_object(written))?;
        if fields.fails == StoreFailure::Full {
            if fields.on == Some(DataAccess::Read) {
                return Err("a full store can be read all the same".into());
            }
            fields.on = Some(DataAccess::Write);
        }
        Ok(Self {
            fails: fields.fails,
            on: fields.on,
            name: fields.name,
            after_bytes: fields.after_bytes,
        })
    }
}

impl DatabaseFaultEffect {
    /// Parses the name of a failure, or `{"fails", "on"}`.
    pub(super) fn read(written: Value) -> Result<Self, String> {
        let DatabaseFields { fails, on } = from_object(into_object(written))?;
        Ok(Self { fails, on })
    }
}

/// Replaces the name of a failure by an object with the field `fails`.
fn into_object(written: Value) -> Value {
    match written {
        Value::String(_) => serde_json::json!({ "fails": written }),
        other => other,
    }
}

pub(super) fn from_object<T: for<'a> Deserialize<'a>>(written: Value) -> Result<T, String> {
    if !written.is_object() {
        return Err(format!("{written} is neither a word nor an object"));
    }
    serde_json::from_value(written).map_err(|error| error.to_string())
}

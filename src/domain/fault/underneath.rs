//! What goes wrong below the API: an import, a store, the database.

use serde::Deserialize;
use serde_json::Value;

/// A step of a task.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Before anything is done; the task is still pending.
    Begin,
    /// The data is to be brought here, or looked at where it lies.
    #[default]
    Fetch,
    /// The data is to be converted.
    Convert,
    /// The data is to be put into the stores, or its location to be noted.
    Store,
    /// All is done but the end.
    End,
}

/// An import that fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFault {
    /// Where.
    pub at: Step,
    /// What the task then says.
    pub message: String,
}

/// What bytes are wanted for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// To be read.
    Read,
    /// To be written.
    Write,
}

/// What is the matter with a store.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum StoreFails {
    /// There is no space left.
    Full,
    /// It does not answer.
    Away,
    /// It does not let this server in.
    Denied,
}

/// A store that fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFault {
    /// In which way.
    pub fails: StoreFails,
    /// At what; nothing: at both. A full store fails at writing only.
    pub on: Option<Access>,
    /// The name of the store, `staging` for the place that imports come from; nothing: any.
    pub name: Option<String>,
    /// After how many bytes.
    pub after_bytes: u64,
}

/// What is the matter with the database.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseFails {
    /// It cannot be reached.
    Away,
    /// It answers nonsense.
    Broken,
}

/// A database that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatabaseFault {
    /// In which way.
    pub fails: DatabaseFails,
    /// At what; nothing: at all.
    pub on: Option<Access>,
}

/// What a task says if nobody says what it should.
const UNTOLD: &str = "Task failed due to Internal Error";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImportFields {
    #[serde(default)]
    at: Step,
    #[serde(default)]
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoreFields {
    fails: StoreFails,
    #[serde(default)]
    on: Option<Access>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    after_bytes: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DatabaseFields {
    fails: DatabaseFails,
    #[serde(default)]
    on: Option<Access>,
}

impl ImportFault {
    /// Reads a message, or `{"at", "message"}`.
    pub(super) fn read(written: Value) -> Result<Self, String> {
        let fields = match written {
            Value::String(message) => ImportFields {
                at: Step::default(),
                message: Some(message),
            },
            other => object(other)?,
        };
        Ok(Self {
            at: fields.at,
            message: fields.message.unwrap_or_else(|| UNTOLD.into()),
        })
    }
}

impl StoreFault {
    /// Reads a word, or `{"fails", "on", "name", "after_bytes"}`.
    pub(super) fn read(written: Value) -> Result<Self, String> {
        let mut fields: StoreFields = object(spelled_out(written))?;
        if fields.fails == StoreFails::Full {
            if fields.on == Some(Access::Read) {
                return Err("a full store can be read all the same".into());
            }
            fields.on = Some(Access::Write);
        }
        Ok(Self {
            fails: fields.fails,
            on: fields.on,
            name: fields.name,
            after_bytes: fields.after_bytes,
        })
    }
}

impl DatabaseFault {
    /// Reads a word, or `{"fails", "on"}`.
    pub(super) fn read(written: Value) -> Result<Self, String> {
        let DatabaseFields { fails, on } = object(spelled_out(written))?;
        Ok(Self { fails, on })
    }
}

/// A word stands for how something fails.
fn spelled_out(written: Value) -> Value {
    match written {
        Value::String(_) => serde_json::json!({ "fails": written }),
        other => other,
    }
}

pub(super) fn object<T: for<'a> Deserialize<'a>>(written: Value) -> Result<T, String> {
    if !written.is_object() {
        return Err(format!("{written} is neither a word nor an object"));
    }
    serde_json::from_value(written).map_err(|it| it.to_string())
}

//! A fault as it is written, field by field.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::super::Wrong;
use super::super::underneath::{DatabaseFault, ImportFault, StoreFault, object};
use super::{Answer, Effect, Reset, Side, Span, Stall};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::domain::fault) struct Fields {
    #[serde(default)]
    status: Option<u16>,
    #[serde(default)]
    body: Option<Value>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    retry_after: Option<u64>,
    #[serde(default)]
    carry_out: Option<bool>,
    #[serde(default)]
    delay_ms: Option<Value>,
    #[serde(default)]
    reset: Option<Value>,
    #[serde(default)]
    truncate_after: Option<u64>,
    #[serde(default)]
    corrupt_at: Option<u64>,
    #[serde(default)]
    bytes_per_s: Option<u64>,
    #[serde(default)]
    stall: Option<Value>,
    #[serde(default)]
    of: Option<Side>,
    #[serde(default)]
    import: Option<Value>,
    #[serde(default)]
    store: Option<Value>,
    #[serde(default)]
    database: Option<Value>,
}

impl Fields {
    pub(in crate::domain::fault) fn read(self) -> Result<Effect, Wrong> {
        let name = self.the_one()?;
        let in_vain = |field: &str| {
            Wrong::at(
                &format!("fault.{field}"),
                format!("it says nothing beside {name}"),
            )
        };
        if name != "status" {
            let said = [
                ("body", self.body.is_some()),
                ("message", self.message.is_some()),
                ("headers", !self.headers.is_empty()),
                ("retry_after", self.retry_after.is_some()),
            ];
            if let Some((field, _)) = said.iter().find(|(_, said)| *said) {
                return Err(in_vain(field));
            }
        }
        if self.carry_out.is_some() && !matches!(name, "status" | "reset") {
            return Err(in_vain("carry_out"));
        }
        if self.of.is_some()
            && matches!(
                name,
                "status" | "delay_ms" | "import" | "store" | "database"
            )
        {
            return Err(in_vain("of"));
        }
        self.effect()
            .map_err(|reason| Wrong::at(&format!("fault.{name}"), reason))
    }

    /// The name of the one effect that there is.
    fn the_one(&self) -> Result<&'static str, Wrong> {
        let there = [
            ("status", self.status.is_some()),
            ("delay_ms", self.delay_ms.is_some()),
            ("reset", self.reset.is_some()),
            ("truncate_after", self.truncate_after.is_some()),
            ("corrupt_at", self.corrupt_at.is_some()),
            ("bytes_per_s", self.bytes_per_s.is_some()),
            ("stall", self.stall.is_some()),
            ("import", self.import.is_some()),
            ("store", self.store.is_some()),
            ("database", self.database.is_some()),
        ];
        let mut names = there
            .iter()
            .filter(|(_, there)| *there)
            .map(|(name, _)| *name);
        match (names.next(), names.next()) {
            (Some(name), None) => Ok(name),
            (Some(one), Some(other)) => Err(Wrong::at(
                "fault",
                format!("{one} and {other} are two: give each a rule of its own"),
            )),
            (None, _) => {
                let all: Vec<_> = there.iter().map(|(name, _)| *name).collect();
                Err(Wrong::at(
                    "fault",
                    format!("one of {} is missing", all.join(", ")),
                ))
            }
        }
    }

    fn effect(self) -> Result<Effect, String> {
        let of = self.of;
        if let Some(after) = self.truncate_after {
            return Ok(Effect::Truncate { after, of });
        }
        if let Some(at) = self.corrupt_at {
            return Ok(Effect::Corrupt { at, of });
        }
        if let Some(bytes) = self.bytes_per_s {
            if bytes == 0 {
                return Err("nothing goes on is stall".into());
            }
            return Ok(Effect::Rate { bytes, of });
        }
        if let Some(span) = self.delay_ms {
            return Ok(Effect::Delay(Span::read(span)?));
        }
        if let Some(reset) = self.reset {
            return Reset::read(&reset, self.carry_out, of).map(Effect::Reset);
        }
        if let Some(stall) = self.stall {
            return Stall::read(stall, of).map(Effect::Stall);
        }
        if let Some(fault) = self.import {
            return Ok(Effect::Import(ImportFault::read(fault)?));
        }
        if let Some(fault) = self.store {
            return Ok(Effect::Store(StoreFault::read(fault)?));
        }
        if let Some(fault) = self.database {
            return Ok(Effect::Database(DatabaseFault::read(fault)?));
        }
        self.answer().map(Effect::Status)
    }

    fn answer(self) -> Result<Answer, String> {
        let status = self.status.unwrap_or_default();
        if !(200..=599).contains(&status) {
            return Err("a status is from 200 to 599".into());
        }
        let mut headers = Vec::new();
        for (name, value) in self.headers {
            headers.push((header(&name, &value)?, value));
        }
        if let Some(seconds) = self.retry_after {
            headers.push(("retry-after".into(), seconds.to_string()));
        }
        Ok(Answer {
            status,
            body: self.body,
            message: self.message,
            headers,
            carry_out: self.carry_out.unwrap_or(false),
        })
    }
}

/// The name of a header that may be given: how long a body is, is not for rules to say.
fn header(name: &str, value: &str) -> Result<String, String> {
    let token = |it: u8| it.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&it);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(format!("headers: {name:?} is no name of a header"));
    }
    let printed = |it: u8| it == b'\t' || (b' '..=b'~').contains(&it);
    if !value.bytes().all(printed) {
        return Err(format!(
            "headers: {name} has a value that no header can have"
        ));
    }
    let name = name.to_lowercase();
    match name.as_str() {
        "content-length" | "transfer-encoding" | "connection" => Err(format!(
            "headers: {name} is the server's own; truncate_after makes it a lie"
        )),
        _ => Ok(name),
    }
}

impl Span {
    fn read(written: Value) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Fields {
            min: u64,
            max: u64,
        }
        let Fields { min, max } = match written {
            Value::Number(it) => {
                let fixed = it.as_u64();
                let fixed = fixed.ok_or_else(|| format!("{it} is no number of milliseconds"))?;
                Fields {
                    min: fixed,
                    max: fixed,
                }
            }
            other => object(other)?,
        };
        if min > max {
            return Err("min is more than max".into());
        }
        let [min, max] = [min, max].map(Duration::from_millis);
        Ok(Self { min, max })
    }
}

impl Reset {
    fn read(written: &Value, carry_out: Option<bool>, of: Option<Side>) -> Result<Self, String> {
        let bytes = written.as_u64();
        let reset = match (written.as_str(), bytes) {
            (Some("before_headers"), _) => Self::BeforeHeaders {
                carry_out: carry_out.unwrap_or(false),
            },
            (Some("after_headers"), _) => Self::AfterHeaders,
            (_, Some(bytes)) => Self::AfterBytes { bytes, of },
            _ => return Err("before_headers, after_headers, or a number of bytes".into()),
        };
        if carry_out.is_some() && !matches!(reset, Self::BeforeHeaders { .. }) {
            return Err(
                "carry_out goes with before_headers: else the request is carried out".into(),
            );
        }
        if of.is_some() && bytes.is_none() {
            return Err("of goes with a number of bytes".into());
        }
        Ok(reset)
    }
}

impl Stall {
    fn read(written: Value, of: Option<Side>) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Fields {
            #[serde(default)]
            after_bytes: Option<u64>,
            #[serde(default)]
            ms: Option<u64>,
        }
        let fields = match written {
            Value::String(it) if it == "forever" => Fields {
                after_bytes: None,
                ms: None,
            },
            Value::String(_) => return Err("forever, or an object".into()),
            other => object(other)?,
        };
        if of.is_some() && fields.after_bytes.is_none() {
            return Err("of goes with after_bytes".into());
        }
        Ok(Self {
            after_bytes: fields.after_bytes,
            time: fields.ms.map(Duration::from_millis),
            of,
        })
    }
}

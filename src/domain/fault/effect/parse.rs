//! Parses the `fault` object of a fault rule.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::super::FaultRuleError;
use super::super::backend::{
    DatabaseFaultEffect, ImportFaultEffect, StoreFaultEffect, from_object,
};
use super::{BodySide, ConnectionReset, DelayRange, FaultEffect, ResponseOverride, Stall};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::domain::fault) struct EffectFields {
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
    of: Option<BodySide>,
    #[serde(default)]
    import: Option<Value>,
    #[serde(default)]
    store: Option<Value>,
    #[serde(default)]
    database: Option<Value>,
}

impl EffectFields {
    pub(in crate::domain::fault) fn read(self) -> Result<FaultEffect, FaultRuleError> {
        let name = self.effect_name()?;
        let unused_field = |field: &str| {
            FaultRuleError::at(
                &format!("fault.{field}"),
                format!("it says nothing beside {name}"),
            )
        };
        if name != "status" {
            let response_fields = [
                ("body", self.body.is_some()),
                ("message", self.message.is_some()),
                ("headers", !self.headers.is_empty()),
                ("retry_after", self.retry_after.is_some()),
            ];
            if let Some((field, _)) = response_fields.iter().find(|(_, is_set)| *is_set) {
                return Err(unused_field(field));
            }
        }
        if self.carry_out.is_some() && !matches!(name, "status" | "reset") {
            return Err(unused_field("carry_out"));
        }
        if self.of.is_some()
            && matches!(
                name,
                "status" | "delay_ms" | "import" | "store" | "database"
            )
        {
            return Err(unused_field("of"));
        }
        self.effect()
            .map_err(|reason| FaultRuleError::at(&format!("fault.{name}"), reason))
    }

    /// Returns the name of the effect; a rule has exactly one.
    fn effect_name(&self) -> Result<&'static str, FaultRuleError> {
        let effects = [
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
        let mut names = effects
            .iter()
            .filter(|(_, is_set)| *is_set)
            .map(|(name, _)| *name);
        match (names.next(), names.next()) {
            (Some(name), None) => Ok(name),
            (Some(one), Some(other)) => Err(FaultRuleError::at(
                "fault",
                format!("{one} and {other} are two: give each a rule of its own"),
            )),
            (None, _) => {
                let all: Vec<_> = effects.iter().map(|(name, _)| *name).collect();
                Err(FaultRuleError::at(
                    "fault",
                    format!("one of {} is missing", all.join(", ")),
                ))
            }
        }
    }

    fn effect(self) -> Result<FaultEffect, String> {
        let of = self.of;
        if let Some(after) = self.truncate_after {
            return Ok(FaultEffect::Truncate { after, of });
        }
        if let Some(at) = self.corrupt_at {
            return Ok(FaultEffect::Corrupt { at, of });
        }
        if let Some(bytes) = self.bytes_per_s {
            if bytes == 0 {
                return Err("nothing goes on is stall".into());
            }
            return Ok(FaultEffect::Rate { bytes, of });
        }
        if let Some(span) = self.delay_ms {
            return Ok(FaultEffect::Delay(DelayRange::read(span)?));
        }
        if let Some(reset) = self.reset {
            return ConnectionReset::read(&reset, self.carry_out, of).map(FaultEffect::Reset);
        }
        if let Some(stall) = self.stall {
            return Stall::read(stall, of).map(FaultEffect::Stall);
        }
        if let Some(fault) = self.import {
            return Ok(FaultEffect::Import(ImportFaultEffect::read(fault)?));
        }
        if let Some(fault) = self.store {
            return Ok(FaultEffect::Store(StoreFaultEffect::read(fault)?));
        }
        if let Some(fault) = self.database {
            return Ok(FaultEffect::Database(DatabaseFaultEffect::read(fault)?));
        }
        self.response_override().map(FaultEffect::Status)
    }

    fn response_override(self) -> Result<ResponseOverride, String> {
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
        Ok(ResponseOverride {
            status,
            body: self.body,
            message: self.message,
            headers,
            carry_out: self.carry_out.unwrap_or(false),
        })
    }
}

/// Returns the lower-case name of a header after checking name and value; the framing headers
/// belong to the server.
fn header(name: &str, value: &str) -> Result<String, String> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(format!("headers: {name:?} is no name of a header"));
    }
    let is_printable = |byte: u8| byte == b'\t' || (b' '..=b'~').contains(&byte);
    if !value.bytes().all(is_printable) {
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

impl DelayRange {
    fn read(written: Value) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct DelayFields {
            min: u64,
            max: u64,
        }
        let DelayFields { min, max } = match written {
            Value::Number(number) => {
                let fixed = number.as_u64();
                let fixed =
                    fixed.ok_or_else(|| format!("{number} is no number of milliseconds"))?;
                DelayFields {
                    min: fixed,
                    max: fixed,
                }
            }
            other => from_object(other)?,
        };
        if min > max {
            return Err("min is more than max".into());
        }
        let [min, max] = [min, max].map(Duration::from_millis);
        Ok(Self { min, max })
    }
}

impl ConnectionReset {
    fn read(
        written: &Value,
        carry_out: Option<bool>,
        of: Option<BodySide>,
    ) -> Result<Self, String> {
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
    fn read(written: Value, of: Option<BodySide>) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct StallFields {
            #[serde(default)]
            after_bytes: Option<u64>,
            #[serde(default)]
            ms: Option<u64>,
        }
        let fields = match written {
            Value::String(text) if text == "forever" => StallFields {
                after_bytes: None,
                ms: None,
            },
            Value::String(_) => return Err("forever, or an object".into()),
            other => from_object(other)?,
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

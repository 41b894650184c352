//! `lookalike fault`, `pace` and `clock`: what a test simulates.

use clap::Subcommand;
use serde_json::json;

use super::Action;
use super::call::Call;
use super::input::DocumentArgs;
use crate::cli::address::segment;
use crate::cli::failure::CliError;

/// An action of `fault`.
#[derive(Debug, Default, Subcommand)]
pub(in crate::cli) enum FaultAction {
    /// List the fault rules; the default
    #[default]
    List,
    /// Add a fault rule
    Add {
        #[command(flatten)]
        rule: DocumentArgs,
    },
    /// Show a fault rule, and how often it was applied
    Show {
        /// The id of the rule
        id: String,
    },
    /// Remove a fault rule
    Remove {
        /// The id of the rule
        id: String,
    },
    /// Remove all fault rules
    Clear,
}

impl Action for FaultAction {
    fn call(self) -> Result<Call, CliError> {
        let path = |id: &str| Ok(format!("/faults/{}", segment(id)?));
        Ok(match self {
            Self::List => Call::get("/faults"),
            Self::Add { rule } => Call::post("/faults").with(&rule.parse("the rule")?),
            Self::Show { id } => Call::get(path(&id)?),
            Self::Remove { id } => Call::delete(path(&id)?),
            Self::Clear => Call::delete("/faults"),
        })
    }
}

/// An action of `pace`.
#[derive(Debug, Default, Subcommand)]
pub(in crate::cli) enum PaceAction {
    /// Show the rules; the default
    #[default]
    Show,
    /// Set the rules
    Set {
        #[command(flatten)]
        rules: DocumentArgs,
    },
    /// Remove the rules
    Clear,
}

impl Action for PaceAction {
    fn call(self) -> Result<Call, CliError> {
        Ok(match self {
            Self::Show => Call::get("/pace"),
            Self::Set { rules } => Call::put("/pace").with(&rules.parse("the rules")?),
            Self::Clear => Call::delete("/pace"),
        })
    }
}

/// An action of `clock`.
#[derive(Debug, Default, Subcommand)]
pub(in crate::cli) enum ClockAction {
    /// Show the time; the default
    #[default]
    Show,
    /// Set the time
    Set {
        /// The time, as in 2030-01-01T00:00:00Z
        time: String,
    },
    /// Advance the clock
    Advance {
        /// The number of seconds; negative: go back
        #[arg(allow_negative_numbers = true, value_parser = finite)]
        seconds: f64,
    },
    /// Stop the clock
    Freeze,
    /// Let a stopped clock run again
    Run,
    /// Put the clock back to how the server started it
    Restart,
}

impl Action for ClockAction {
    fn call(self) -> Result<Call, CliError> {
        let set = |body| Call::put("/clock").with(&body);
        Ok(match self {
            Self::Show => Call::get("/clock"),
            Self::Set { time } => set(json!({ "now": time })),
            Self::Freeze => set(json!({ "frozen": true })),
            Self::Run => set(json!({ "frozen": false })),
            Self::Restart => Call::delete("/clock"),
            Self::Advance { seconds } => {
                Call::post("/clock/advance").with(&json!({ "seconds": seconds }))
            }
        })
    }
}

fn finite(text: &str) -> Result<f64, String> {
    let number = text.parse().ok();
    let number = number.filter(|number: &f64| number.is_finite());
    number.ok_or_else(|| "a number of seconds is allowed".into())
}

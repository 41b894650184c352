//! `lookalike sandbox`.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value};

use super::call::{Call, Field};
use super::{input, seconds, send};
use crate::cli::address::{Target, segment};
use crate::cli::failure::CliError;

/// The options of `sandbox`, before a subcommand.
#[derive(Args, Debug)]
pub(in crate::cli) struct SandboxCommand {
    #[command(subcommand)]
    action: Option<SandboxAction>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Box<Target>,
}

#[derive(Args, Debug)]
struct Output {
    /// What to print of a sandbox [default: json]
    #[arg(long, value_enum)]
    format: Option<SandboxFormat>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SandboxFormat {
    /// Everything.
    Json,
    /// Lines for a shell to evaluate.
    Openrc,
    /// A file for the directory in which clients look for clouds.yaml.
    #[value(name = "clouds.yaml")]
    Clouds,
    /// The id.
    Id,
    /// The URL.
    Url,
}

#[derive(Debug, Subcommand)]
enum SandboxAction {
    /// List the sandboxes; the default
    List {
        #[command(flatten)]
        output: Output,
    },
    /// Create a sandbox
    Add {
        #[command(flatten)]
        new: NewSandbox,
        #[command(flatten)]
        output: Output,
    },
    /// Show a sandbox
    Show {
        /// The id of the sandbox
        id: String,
        #[command(flatten)]
        output: Output,
    },
    /// Remove a sandbox with all that is in it
    Remove {
        /// The id of the sandbox
        id: String,
    },
}

#[derive(Args, Debug)]
struct NewSandbox {
    /// The name of the sandbox
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The cloud that the sandbox answers like [default: that of the server]
    #[arg(long, value_name = "glance|rackspace|pcd")]
    like: Option<String>,
    /// The seed to begin with: the name of a built-in one, or a file; - is standard input
    #[arg(long, value_name = "SEED")]
    begin_with: Option<String>,
    /// Remove the sandbox when it was not used for this many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    expires_after: Option<f64>,
}

impl NewSandbox {
    fn body(self) -> Result<Value, CliError> {
        let mut body = Map::new();
        if let Some(name) = self.name {
            body.insert("name".into(), name.into());
        }
        if let Some(dialect) = self.like {
            body.insert("dialect".into(), dialect.into());
        }
        if let Some(seed) = &self.begin_with {
            body.insert("seed".into(), input::seed_value(seed)?);
        }
        if let Some(seconds) = self.expires_after {
            body.insert("expires_after_s".into(), seconds.into());
        }
        Ok(body.into())
    }
}

impl SandboxFormat {
    /// Returns the field to print, where it is not everything.
    fn field(self) -> Option<Field> {
        let name = match self {
            Self::Json => return None,
            Self::Openrc => "openrc",
            Self::Clouds => "clouds_yaml",
            Self::Id => "id",
            Self::Url => "url",
        };
        Some(Field {
            list: "sandboxes",
            name,
        })
    }
}

/// Runs the command, and prints the response.
pub(super) fn run(command: SandboxCommand) -> Result<(), CliError> {
    if command.target.in_sandbox.is_some() {
        let why = "unexpected argument '--in-sandbox' found: a sandbox has no sandboxes";
        return Err(CliError::usage(why));
    }
    let one = |id: &str| Ok(format!("/sandboxes/{}", segment(id)?));
    let list = SandboxAction::List {
        output: Output { format: None },
    };
    let (call, format) = match command.action.unwrap_or(list) {
        SandboxAction::List { output } => (Call::get("/sandboxes"), output.format),
        SandboxAction::Add { new, output } => {
            (Call::post("/sandboxes").with(&new.body()?), output.format)
        }
        SandboxAction::Show { id, output } => (Call::get(one(&id)?), output.format),
        SandboxAction::Remove { .. } if command.output.format.is_some() => {
            let why = "unexpected argument '--format' found: sandbox remove prints nothing";
            return Err(CliError::usage(why));
        }
        SandboxAction::Remove { id } => (Call::delete(one(&id)?), None),
    };
    let field = format.or(command.output.format);
    let field = field.and_then(SandboxFormat::field);
    send::send(&command.target, call.printing_field(field))
}

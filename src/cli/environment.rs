//! The `LOOKALIKE_…` variables: which there are, and which count.

use std::ffi::OsStr;

use clap::Command;
use lookalike::config::instead_of;

use super::command::variables;
use super::failure::CliError;

const PREFIX: &str = "LOOKALIKE_";

/// The variable for an option such as `--listen`.
pub(super) fn variable(option: &str) -> String {
    let name = option.trim_start_matches('-').replace('-', "_");
    format!("{PREFIX}{}", name.to_uppercase())
}

/// The command line that reads no variable.
pub(super) fn without(command: Command) -> Command {
    command.mut_subcommands(|subcommand| subcommand.mut_args(|arg| arg.env(None::<&str>)))
}

/// The command line that takes empty variables for none, as compose files write them.
pub(super) fn without_empty(command: Command) -> Command {
    command.mut_subcommands(|subcommand| {
        subcommand.mut_args(|arg| {
            let value = arg.get_env().and_then(std::env::var_os);
            if value.is_some_and(|value| value.is_empty()) {
                return arg.env(None::<&str>);
            }
            arg
        })
    })
}

/// Refuses variables that look like settings but are none.
///
/// Those of `every` command are looked up only if there is a variable that the given ones do not have.
pub(super) fn check(command: &Command, every: fn() -> Command) -> Result<(), CliError> {
    if unknown_to(command).is_none() {
        return Ok(());
    }
    let every = every();
    let Some(name) = unknown_to(&every) else {
        return Ok(());
    };
    let instead = instead_of(&name, &variables(&every));
    Err(CliError::usage(format!(
        "the environment variable {name} is no setting; {instead}"
    )))
}

/// Returns the first variable that is meant for us, but that no command reads.
fn unknown_to(command: &Command) -> Option<String> {
    let known = variables(command);
    let mut ours = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.to_string_lossy().into_owned();
        is_meant_for_us(&name, &value).then_some(name)
    });
    ours.find(|name| !known.contains(&name.as_str()))
}

/// Kubernetes and Docker tell every container about a service called `lookalike` by variables that
/// begin as ours do; and tests have some of their own.
fn is_meant_for_us(name: &str, value: &OsStr) -> bool {
    let Some(rest) = name.strip_prefix(PREFIX) else {
        return false;
    };
    let value = value.to_string_lossy();
    let port = rest.strip_prefix("PORT_").unwrap_or_default();
    let of_service = rest == "SERVICE_HOST"
        || rest == "SERVICE_PORT"
        || rest.starts_with("SERVICE_PORT_")
        || port.starts_with(|c: char| c.is_ascii_digit())
        || (rest == "PORT" && value.contains("://"));
    !rest.starts_with("TEST_") && !of_service
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubernetes_says_of_a_service_is_left_alone() {
        let ours = |name: &str, value: &str| is_meant_for_us(name, OsStr::new(value));
        assert!(!ours("LOOKALIKE_SERVICE_HOST", "10.0.0.1"));
        assert!(!ours("LOOKALIKE_SERVICE_PORT_HTTP", "80"));
        assert!(!ours("LOOKALIKE_PORT", "tcp://10.0.0.1:80"));
        assert!(!ours("LOOKALIKE_PORT_80_TCP_ADDR", "10.0.0.1"));
        assert!(ours("LOOKALIKE_PORT", "80"));
        assert!(ours("LOOKALIKE_PORT_FIEL", "port"));
        assert!(!ours("LOOKALIKE_TEST_DATABASE", "x"));
        assert!(!ours("HOME", "/"));
    }
}

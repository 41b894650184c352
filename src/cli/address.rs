//! The options that name the server of a client command.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use lookalike::Config;
use lookalike::server::reachable;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use reqwest::Url;

use super::ServerSettings;
use super::failure::CliError;
use super::trust::Trust;

/// The settings of the server that lead a client to it, with the help text for a client.
pub(super) const USES: &[(&str, &str)] = &[
    ("config", "The TOML file with the settings of the server"),
    (
        "listen",
        "The address that the server listens on, for a server on this machine",
    ),
    (
        "port_file",
        "Take the port from this file, which `serve --port-file` writes",
    ),
    (
        "control_token",
        "The token that the server's --control-token asks for",
    ),
    ("data", "The data directory of the server, which has its CA"),
    (
        "tls_dir",
        "The directory with the CA of the server, if that is not in --data",
    ),
    (
        "tls_self_signed",
        "The server speaks HTTPS, with a CA of its own",
    ),
    (
        "tls_cert",
        "The server speaks HTTPS, with the certificate in this file",
    ),
];

/// The characters that are escaped in a segment of a path.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\');

#[derive(Args, Debug)]
struct TargetOptions {
    /// The URL of the server, or of one of its sandboxes [default: as --port-file and --listen say]
    #[arg(long, env = "LOOKALIKE_URL", value_name = "URL", value_parser = url, help_heading = "Server")]
    url: Option<String>,

    /// The id of a sandbox to use [default: the server's own cloud]
    #[arg(long = "in-sandbox", value_name = "ID", help_heading = "Server")]
    in_sandbox: Option<String>,

    /// File with the CAs to trust when the URL begins with https:// [default: the CA in --data, for a server on this machine; else those of the machine]
    #[arg(long, env = "OS_CACERT", value_name = "FILE", help_heading = "Server")]
    cacert: Option<PathBuf>,

    #[command(flatten)]
    settings: ServerSettings,
}

/// The file of CAs that was given.
#[derive(Debug)]
enum GivenAuthorities {
    /// For this command.
    Typed(PathBuf),
    /// For all OpenStack clients, by a variable.
    Variable(PathBuf),
}

/// The server, and the sandbox within it, that a command talks to.
#[derive(Debug)]
pub(super) struct Target {
    url: Option<String>,
    pub(super) in_sandbox: Option<String>,
    cacert: Option<GivenAuthorities>,
    pub(super) settings: ServerSettings,
}

impl Target {
    /// Returns the settings of the server, as far as the command line, the environment and the file
    /// have them.
    pub(super) fn config(&self) -> &Config {
        &self.settings.rest
    }

    /// Returns the URL that was given for the server, with the path of the sandbox.
    pub(super) fn given_url(&self) -> Result<Option<String>, CliError> {
        let url = self.url.as_deref().map(|url| self.below(url));
        url.transpose()
    }

    /// Returns the URL of the cloud: the URL that was given, or the address from the settings.
    pub(super) fn url(&self) -> Result<String, CliError> {
        if let Some(url) = self.given_url()? {
            return Ok(url);
        }
        let config = self.config();
        let address = local_address(config)?;
        self.below(&format!("{}://{address}", config.tls.scheme()))
    }

    /// Returns the certificates that are trusted at a URL: the file that was given for this command comes first, then what
    /// the settings of the server lead to, then the file that was given for all clients.
    pub(super) fn trust(&self, url: &str) -> Trust {
        if let Some(GivenAuthorities::Typed(file)) = &self.cacert {
            return Trust::Authorities(file.clone());
        }
        let found = match self.url {
            None => Some(Trust::in_server(self.config())).filter(|found| *found != Trust::Machine),
            Some(_) => Trust::in_data(self.config(), url),
        };
        found.unwrap_or_else(|| match &self.cacert {
            Some(GivenAuthorities::Variable(file)) => Trust::Authorities(file.clone()),
            _ => Trust::Machine,
        })
    }

    /// Returns the certificates that a check trusts of a server whose settings are all that is known of it: if its CA is in a
    /// directory that only the server knows, any.
    pub(super) fn trust_of_check(&self, url: &str) -> Trust {
        match self.trust(url) {
            Trust::Machine if self.url.is_none() && self.config().tls.tls_self_signed => Trust::Any,
            trust => trust,
        }
    }

    /// Adds the path of the sandbox to the URL of a server.
    pub(super) fn below(&self, server: &str) -> Result<String, CliError> {
        Ok(match &self.in_sandbox {
            Some(id) => format!("{server}/sandbox/{}", segment(id)?),
            None => server.to_owned(),
        })
    }
}

impl FromArgMatches for Target {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let TargetOptions {
            mut url,
            in_sandbox,
            cacert,
            settings,
        } = TargetOptions::from_arg_matches(matches)?;
        let from = |id: &str, source| matches.value_source(id) == Some(source);
        let typed = |id: &str| from(id, ValueSource::CommandLine);
        // What was typed for this command is stronger than a variable that is there for all.
        if from("url", ValueSource::EnvVariable) && (typed("port_file") || typed("listen")) {
            url = None;
        }
        let cacert = cacert.map(if from("cacert", ValueSource::EnvVariable) {
            GivenAuthorities::Variable
        } else {
            GivenAuthorities::Typed
        });
        Ok(Self {
            url,
            in_sandbox,
            cacert,
            settings,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Target {
    fn augment_args(command: Command) -> Command {
        TargetOptions::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        TargetOptions::augment_args_for_update(command)
    }
}

/// Escapes a name for use as one segment of a path.
///
/// # Errors
///
/// Names that a URL would resolve to another path.
pub(super) fn segment(name: &str) -> Result<String, CliError> {
    if ["", ".", ".."].contains(&name) {
        return Err(CliError::usage(format!("{name:?} is not a valid name")));
    }
    Ok(utf8_percent_encode(name, ESCAPED).to_string())
}

/// Parses the URL of a server or of one of its sandboxes. The path of its control API may follow.
fn url(text: &str) -> Result<String, String> {
    let wrong = |why: &str| Err(format!("{why}; http://HOST:PORT is allowed"));
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(_) if !text.contains("://") => return wrong("it does not begin with http://"),
        Err(error) => return wrong(&error.to_string()),
    };
    if !["http", "https"].contains(&url.scheme()) {
        return wrong("it does not begin with http://");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("it has a query or a fragment");
    }
    let text = text.trim_end_matches('/');
    Ok(text.strip_suffix("/_lookalike").unwrap_or(text).to_owned())
}

/// Returns the address at which this machine reaches a server with these settings. The port comes
/// from the port file if there is one.
fn local_address(config: &Config) -> Result<SocketAddr, CliError> {
    let mut address = reachable(config.listen);
    if let Some(file) = config.port_file.as_deref() {
        // A server on the default port is not the one that was meant.
        let text = std::fs::read_to_string(file).map_err(|error| {
            let file = file.display();
            CliError::start(format!(
                "the port file {file} cannot be read ({error}): is the server running?"
            ))
        })?;
        let port = text.trim().parse();
        address.set_port(
            port.map_err(|_| CliError::start(format!("the port file has no port but {text:?}")))?,
        );
    }
    if address.port() == 0 {
        let why = "the port of the server is not known: give --url, --port-file or --listen";
        return Err(CliError::start(why));
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_accepted_or_the_mistake_is_named() {
        let read = |text| url(text).unwrap();
        assert_eq!(read("http://127.0.0.1:9292/"), "http://127.0.0.1:9292");
        assert_eq!(
            read("http://h:1/sandbox/a/_lookalike/"),
            "http://h:1/sandbox/a"
        );
        for (wrong, why) in [
            ("foo", "does not begin with http://"),
            ("localhost:9292", "does not begin with http://"),
            ("htp://x", "does not begin with http://"),
            ("http://", "empty host"),
            ("http://h:99999", "port"),
            ("http://h?x=1", "query"),
        ] {
            let error = url(wrong).unwrap_err();
            assert!(error.contains(why), "{wrong}: {error}");
        }
    }
}

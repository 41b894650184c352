//! The banner of a server that is ready.

use std::path::PathBuf;

use lookalike::{ApiKeyEnv, ClientEnv, Config, Server};

/// The password that the documentation names.
const DEFAULT_PASSWORD: &str = "secret";

/// Returns the line that tells a program that the server is ready.
pub(super) fn ready_line(url: &str) -> String {
    format!("lookalike ready at {url}\n")
}

/// The addresses that a server answers at.
#[derive(Debug, Default)]
pub(super) struct Listening {
    url: String,
    /// The URL without TLS beside it.
    http_url: Option<String>,
    /// The file with the certificate of the server's own CA.
    ca_file: Option<PathBuf>,
}

impl Listening {
    /// Returns the addresses of a server that runs.
    pub(super) fn of(server: &Server) -> Self {
        Self {
            url: server.url(),
            http_url: server.http_url(),
            ca_file: server.ca_file(),
        }
    }
}

/// Returns the ready line, and what a person needs to use the server. The console, where it is served, has a
/// link of its own.
pub(super) fn banner(config: &Config, at: &Listening, console: Option<String>) -> String {
    let url = at.url.as_str();
    let public = config.access.public_url.as_deref().unwrap_or(url);
    let identity = ClientEnv::to(config, public).identity;
    let mut lines = vec![
        ("Dialect", dialect(config)),
        ("Images API", public.to_owned()),
        ("Keystone", identity),
    ];
    if let Some(access) = ApiKeyEnv::to(config, public) {
        lines.push(("Identity 2", access.identity));
    }
    lines.extend([("Users", users(config)), ("Data", data(config))]);
    if !config.control.no_control {
        lines.push(("Control API", format!("{url}/_lookalike")));
    }
    if let Some(plain) = &at.http_url {
        lines.push(("Without TLS", plain.clone()));
    }
    if let Some(file) = &at.ca_file {
        lines.push(("CA", file.display().to_string()));
    }
    if let Some(link) = console {
        lines.push(("Console", link));
    }
    let lines: Vec<_> = lines
        .iter()
        .map(|(name, value)| format!("  {name:<12} {value}"))
        .collect();
    let lines = lines.join("\n");
    format!(
        "{}\n{lines}\n\n  In another shell: eval \"$(lookalike env{})\"\n\n",
        ready_line(url),
        options(config, at)
    )
}

fn users(config: &Config) -> String {
    if config.keystone.keystone_url.is_some() {
        return "those of the external Keystone".into();
    }
    let password = if config.bootstrap_password == DEFAULT_PASSWORD {
        DEFAULT_PASSWORD
    } else {
        "(as --bootstrap-password says)"
    };
    // Somebody may have changed them in a data directory that is older than this start.
    let users = config.dialect.dialect.first_users;
    format!("{users}; password at first: {password}")
}

fn dialect(config: &Config) -> String {
    let dialect = config.dialect.dialect;
    format!("{} ({})", dialect.name, dialect.title)
}

fn data(config: &Config) -> String {
    let database = config.database_url.is_some().then_some("; --database-url");
    let place = if config.ephemeral {
        "in memory, gone when the server stops".into()
    } else {
        config.data.display().to_string()
    };
    place + database.unwrap_or_default()
}

/// Returns the options that `lookalike env` needs to find this server.
fn options(config: &Config, at: &Listening) -> String {
    let url = at.url.as_str();
    let options = match &config.access.public_url {
        Some(public) => format!(" --url {public}"),
        None if url == format!("http://{}", Config::default().listen) => String::new(),
        None => format!(" --url {url}"),
    };
    let cacert = at.ca_file.as_ref();
    let cacert = cacert.map(|file| format!(" --cacert {}", file.display()));
    options + &cacert.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listening(url: &str) -> Listening {
        Listening {
            url: url.into(),
            ..Listening::default()
        }
    }

    #[test]
    fn the_banner_names_the_ca_and_the_address_without_tls() {
        let at = Listening {
            url: "https://127.0.0.1:4000".into(),
            http_url: Some("http://127.0.0.1:4001".into()),
            ca_file: Some("/data/tls/ca.pem".into()),
        };
        let text = banner(&Config::default(), &at, None);
        for part in [
            "lookalike ready at https://127.0.0.1:4000\n",
            "Keystone     https://127.0.0.1:4000/identity/v3\n",
            "Without TLS  http://127.0.0.1:4001\n",
            "CA           /data/tls/ca.pem\n",
            "lookalike env --url https://127.0.0.1:4000 --cacert /data/tls/ca.pem)",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn the_banner_names_what_a_client_needs() {
        let text = banner(
            &Config::default(),
            &listening("http://127.0.0.1:9292"),
            None,
        );
        for part in [
            "lookalike ready at http://127.0.0.1:9292\n",
            "Dialect      glance (OpenStack Glance)\n",
            "Images API   http://127.0.0.1:9292\n",
            "Keystone     http://127.0.0.1:9292/identity/v3\n",
            "Users        admin, demo, alt; password at first: secret\n",
            "Data         ./lookalike-data\n",
            "eval \"$(lookalike env)\"",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn the_banner_keeps_a_password_that_somebody_chose() {
        let config = Config {
            bootstrap_password: "mine".into(),
            ephemeral: true,
            ..Config::default()
        };
        let text = banner(
            &config,
            &listening("http://127.0.0.1:4000"),
            Some("LINK".into()),
        );
        assert!(!text.contains("mine"), "{text}");
        assert!(text.contains("in memory"), "{text}");
        assert!(text.contains("  Console      LINK\n"), "{text}");
        assert!(
            text.contains("lookalike env --url http://127.0.0.1:4000)"),
            "{text}"
        );
    }
}

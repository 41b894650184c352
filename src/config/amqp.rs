//! The settings of the message broker that gets Glance's notifications.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

#[cfg(feature = "cli")]
use super::arguments::{ArgAction, Args, boolean};
use crate::domain::secret::Secret;
use crate::domain::text::hex;

/// The most bytes of a name that is sent to a broker: a routing key, which has 255 at most, is longer than its topic.
const LONGEST_NAME: usize = 200;

/// The broker, and what notifications are published to.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Notifications")
)]
pub struct AmqpOptions {
    /// URL of a message broker (AMQP 0-9-1) that gets each notification, such as `amqp://USER:PASSWORD@HOST:5672/VHOST`, as Glance's driver `messagingv2` publishes it; `amqps://` for TLS
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_NOTIFICATION_AMQP_URL", value_parser = AmqpUrl::read, hide_env_values = true, value_name = "URL"))]
    pub notification_amqp_url: Option<AmqpUrl>,

    /// Exchange that notifications are published to (Glance: `control_exchange`)
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_NOTIFICATION_AMQP_EXCHANGE", default_value = "glance", value_parser = broker_name, value_name = "NAME"))]
    pub notification_amqp_exchange: String,

    /// Topics that each notification is published to; the queue of one is named after it and the priority, such as `notifications.info`
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_NOTIFICATION_AMQP_TOPICS", default_value = "notifications", value_delimiter = ',', value_parser = broker_name, value_name = "LIST"))]
    pub notification_amqp_topics: Vec<String>,

    /// Whether the exchange and the queues are declared to survive a restart of the broker (Glance: `amqp_durable_queues`)
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_NOTIFICATION_AMQP_DURABLE", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub notification_amqp_durable: bool,

    /// Whether the queues are declared as quorum queues, which are durable, and so is the exchange then (Glance: `rabbit_quorum_queue`)
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_NOTIFICATION_AMQP_QUORUM", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub notification_amqp_quorum: bool,

    /// Whether the broker deletes a queue when its last consumer goes, and the exchange after its last queue (Glance: `amqp_auto_delete`)
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_NOTIFICATION_AMQP_AUTO_DELETE", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub notification_amqp_auto_delete: bool,

    /// File with the authorities, in PEM, of which one has to vouch for the certificate of the broker (Glance: `ssl_ca_file`) [default: those that the system trusts]
    #[cfg_attr(
        feature = "cli",
        arg(long, env = "LOOKALIKE_NOTIFICATION_AMQP_CA", value_name = "FILE")
    )]
    pub notification_amqp_ca: Option<PathBuf>,

    /// File with the certificate that the broker is shown, and after it those that lead to its CA, in PEM (Glance: `ssl_cert_file`)
    #[cfg_attr(
        feature = "cli",
        arg(long, env = "LOOKALIKE_NOTIFICATION_AMQP_CERT", value_name = "FILE")
    )]
    pub notification_amqp_cert: Option<PathBuf>,

    /// File with the key of that certificate, in PEM and without a passphrase (Glance: `ssl_key_file`) [default: the file of --notification-amqp-cert]
    #[cfg_attr(
        feature = "cli",
        arg(long, env = "LOOKALIKE_NOTIFICATION_AMQP_KEY", value_name = "FILE")
    )]
    pub notification_amqp_key: Option<PathBuf>,
}

impl Default for AmqpOptions {
    fn default() -> Self {
        Self {
            notification_amqp_url: None,
            notification_amqp_exchange: "glance".into(),
            notification_amqp_topics: vec!["notifications".into()],
            notification_amqp_durable: false,
            notification_amqp_quorum: false,
            notification_amqp_auto_delete: false,
            notification_amqp_ca: None,
            notification_amqp_cert: None,
            notification_amqp_key: None,
        }
    }
}

/// Reads the name of an exchange or a topic.
#[cfg(feature = "cli")]
fn broker_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() || name.len() > LONGEST_NAME {
        return Err(format!("a name of 1 to {LONGEST_NAME} bytes is allowed"));
    }
    Ok(name.to_owned())
}

/// The URL of a message broker. Its user and its password are not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct AmqpUrl {
    text: Secret,
    /// The hosts, of which one is connected to.
    pub hosts: Vec<AmqpHost>,
    /// The virtual host.
    pub vhost: String,
    /// Whether the connection is encrypted.
    pub tls: bool,
}

/// A host of a message broker, and who logs in there.
#[derive(Clone, PartialEq, Eq)]
pub struct AmqpHost {
    /// The name or address; one of IPv6 is in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The user.
    pub user: String,
    /// The password.
    pub password: Secret,
}

impl AmqpUrl {
    /// Reads a URL in one of the forms that clients and `transport_url` have.
    ///
    /// # Errors
    ///
    /// Says which URLs are allowed.
    pub fn read(text: &str) -> Result<Self, String> {
        let allowed = "a URL such as amqp://USER:PASSWORD@HOST:5672/VHOST is allowed, with amqp, amqps, rabbit or kombu";
        let (scheme, rest) = text.trim().split_once("://").ok_or(allowed)?;
        let is_secure = scheme == "amqps";
        if !is_secure && !["amqp", "rabbit", "kombu"].contains(&scheme) {
            return Err(allowed.into());
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let vhost = match decoded(path) {
            Some(vhost) if vhost.len() > LONGEST_NAME => return Err(allowed.into()),
            Some(vhost) if vhost.is_empty() => "/".to_owned(),
            Some(vhost) => vhost,
            None => return Err(allowed.into()),
        };
        let port = if is_secure { 5671 } else { 5672 };
        let hosts = authority.split(',').map(|host| AmqpHost::read(host, port));
        let hosts: Option<Vec<_>> = hosts.collect();
        Ok(Self {
            text: Secret::new(text.trim()),
            hosts: hosts.ok_or(allowed)?,
            vhost,
            tls: is_secure || asks_for_tls(query),
        })
    }

    /// Returns the name of the queue of this broker: a hash, for no secret shall be in the database.
    #[must_use]
    pub fn target(&self) -> String {
        hex(&Sha256::digest(self.text.reveal().as_bytes()))
    }

    /// Returns the URL without users and passwords.
    #[must_use]
    pub fn shown(&self) -> String {
        let scheme = if self.tls { "amqps" } else { "amqp" };
        let hosts = self.hosts.iter();
        let hosts: Vec<_> = hosts
            .map(|AmqpHost { host, port, .. }| format!("{host}:{port}"))
            .collect();
        let vhost = self.vhost.strip_prefix('/').unwrap_or(&self.vhost);
        format!("{scheme}://{}/{vhost}", hosts.join(","))
    }
}

impl AmqpHost {
    /// Reads a host with a user before and a port behind it, each of which may be missing.
    fn read(text: &str, port: u16) -> Option<Self> {
        let (login, place) = text.rsplit_once('@').unwrap_or(("", text));
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let (host, port) = match place.rsplit_once(':') {
            Some((host, text)) if !text.contains(']') => (host, text.parse().ok()?),
            _ => (place, port),
        };
        let is_plain = !host.contains(':') || (host.starts_with('[') && host.ends_with(']'));
        let or = |text: String, default: &str| {
            if text.is_empty() {
                default.to_owned()
            } else {
                text
            }
        };
        Some(Self {
            host: or(host.to_owned(), "localhost"),
            port,
            user: or(decoded(user)?, "guest"),
            password: Secret::new(or(decoded(password)?, "guest")),
        })
        .filter(|_| is_plain)
    }
}

fn decoded(text: &str) -> Option<String> {
    let text = percent_decode_str(text).decode_utf8().ok()?;
    Some(text.into_owned())
}

/// Returns whether the query of a URL asks for an encrypted connection, as that of a `transport_url` may.
fn asks_for_tls(query: &str) -> bool {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.any(|(name, value)| {
        name == "ssl" && ["1", "true", "yes", "on", "t", "y"].contains(&&*value.to_lowercase())
    })
}

impl std::fmt::Debug for AmqpUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Serialize for AmqpUrl {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> AmqpUrl {
        AmqpUrl::read(text).unwrap()
    }

    #[test]
    fn a_url_has_hosts_users_and_a_virtual_host() {
        let url = read("rabbit://a%40b:p%2Fw@one:1,c:d@[::1]:2,three/v%2Fh?ssl=1");
        let hosts: Vec<_> = url
            .hosts
            .iter()
            .map(|host| {
                let AmqpHost {
                    host,
                    port,
                    user,
                    password,
                } = host;
                (host.as_str(), *port, user.as_str(), password.reveal())
            })
            .collect();
        assert_eq!(
            hosts,
            [
                ("one", 1, "a@b", "p/w"),
                ("[::1]", 2, "c", "d"),
                ("three", 5672, "guest", "guest"),
            ]
        );
        assert_eq!((url.vhost.as_str(), url.tls), ("v/h", true));
    }

    #[test]
    fn what_is_missing_is_as_for_other_clients() {
        let url = read("rabbit://");
        assert_eq!(url.shown(), "amqp://localhost:5672/");
        assert_eq!(url.vhost, "/");
        assert_eq!(read("amqps://host").shown(), "amqps://host:5671/");
        assert!(!read("amqp://host/?ssl=0&heartbeat=3").tls);
    }

    #[test]
    fn a_url_is_shown_without_users_and_passwords() {
        let url = read("amqp://user:secret@host:1/vhost");
        assert_eq!(format!("{url:?}"), "amqp://host:1/vhost");
        assert_eq!(serde_json::to_value(&url).unwrap(), "amqp://host:1/vhost");
        assert!(!url.target().contains("secret"));
    }

    #[test]
    fn other_urls_are_refused_without_their_secrets() {
        let wrong = [
            "host",
            "http://user:secret@host/",
            "amqp://user:secret@host:port/",
            "amqp://user:secret@::1:5672/",
            "amqp://user:%ff@host/",
        ];
        for text in wrong {
            let error = AmqpUrl::read(text).unwrap_err();
            assert!(
                error.contains("amqp://USER") && !error.contains("secret"),
                "{text}"
            );
        }
    }
}

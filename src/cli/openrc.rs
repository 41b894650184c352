//! What a client of OpenStack needs to find the server and to sign in.

use clap::{Args, ValueEnum};
use lookalike::Config;

use super::address;
use super::failure::Failure;

/// The settings of the server that this depends on, and its own.
pub(super) const USES: &[&str] = &[
    "help",
    "format",
    "user",
    "project",
    "config",
    "public_url",
    "listen",
    "port_file",
    "bootstrap_password",
    "bootstrap_region",
    "keystone_url",
    "www_authenticate_uri",
];

/// Older lines of these, in a shell, would outweigh what is printed.
const RIVALS: &str = "unset OS_CLOUD OS_AUTH_TYPE OS_TOKEN OS_ENDPOINT OS_USER_ID OS_USER_DOMAIN_ID \
    OS_PROJECT_ID OS_PROJECT_DOMAIN_ID OS_TENANT_NAME OS_TENANT_ID OS_DOMAIN_NAME OS_DOMAIN_ID \
    OS_SYSTEM_SCOPE OS_TRUST_ID OS_IMAGE_ENDPOINT_OVERRIDE OS_APPLICATION_CREDENTIAL_ID OS_APPLICATION_CREDENTIAL_NAME \
    OS_APPLICATION_CREDENTIAL_SECRET";

/// Who signs in, and how that is to be written.
#[derive(Args, Debug)]
pub(super) struct Client {
    /// How to write it: for a shell, or as the file clouds.yaml with a cloud called lookalike
    #[arg(long, default_value = "openrc", value_enum)]
    format: Format,

    /// The user who signs in
    #[arg(long, default_value = "admin", value_name = "NAME")]
    user: String,

    /// The project to sign in to
    #[arg(long, default_value = "admin", value_name = "NAME")]
    project: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Lines for a shell to evaluate.
    Openrc,
    /// A file for the directory that clients look for clouds.yaml in.
    #[value(name = "clouds.yaml")]
    Clouds,
}

/// Where a client signs in, with what, and where it then finds images.
struct Ways<'a> {
    identity: String,
    /// Nobody here knows the passwords of a Keystone elsewhere: clients ask for them.
    password: Option<&'a str>,
    /// Where images are, if the catalog may not say so.
    images: Option<String>,
}

impl<'a> Ways<'a> {
    fn of(config: &'a Config) -> Result<Self, Failure> {
        let base = match &config.public_url {
            Some(url) => url.clone(),
            None => format!("http://{}", address::of(config)?),
        };
        let keystone = &config.keystone;
        let Some(url) = &keystone.keystone_url else {
            return Ok(Self {
                identity: format!("{base}/identity/v3"),
                password: Some(&config.bootstrap_password),
                images: None,
            });
        };
        let public = keystone.www_authenticate_uri.as_ref().unwrap_or(url);
        Ok(Self {
            identity: public.clone(),
            password: None,
            images: Some(base),
        })
    }
}

/// What to print for this client of a server with these settings.
pub(super) fn text(client: &Client, config: &Config) -> Result<String, Failure> {
    let ways = Ways::of(config)?;
    Ok(match client.format {
        Format::Openrc => openrc(&ways, client, config),
        Format::Clouds => clouds(&ways, client, config),
    })
}

fn openrc(ways: &Ways, client: &Client, config: &Config) -> String {
    let lines = [
        ("OS_AUTH_URL", Some(ways.identity.as_str())),
        ("OS_USERNAME", Some(&client.user)),
        ("OS_PASSWORD", ways.password),
        ("OS_PROJECT_NAME", Some(&client.project)),
        ("OS_USER_DOMAIN_NAME", Some("Default")),
        ("OS_PROJECT_DOMAIN_NAME", Some("Default")),
        ("OS_REGION_NAME", Some(&config.bootstrap_region)),
        ("OS_IDENTITY_API_VERSION", Some("3")),
        ("OS_IMAGE_API_VERSION", Some("2")),
        ("OS_IMAGE_ENDPOINT_OVERRIDE", ways.images.as_deref()),
    ];
    let line = |(name, value): (&str, Option<&str>)| {
        value.map(|it| format!("export {name}={}\n", quoted(it)))
    };
    let lines: String = lines.into_iter().filter_map(line).collect();
    format!("{RIVALS}\n{lines}")
}

/// In single quotes a shell takes everything as it is, except the single quote.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn clouds(ways: &Ways, client: &Client, config: &Config) -> String {
    // A string in JSON is one in YAML too.
    let text = |it: &str| serde_json::Value::from(it).to_string();
    let line = |name: &str, it: Option<&str>| {
        it.map_or_else(String::new, |it| format!("{name}: {}\n", text(it)))
    };
    format!(
        "clouds:
  lookalike:
    auth:
      auth_url: {}
      username: {}
{}      project_name: {}
      user_domain_name: Default
      project_domain_name: Default
    region_name: {}
    identity_api_version: \"3\"
    image_api_version: \"2\"
{}",
        text(&ways.identity),
        text(&client.user),
        line("      password", ways.password),
        text(&client.project),
        text(&config.bootstrap_region),
        line("    image_endpoint_override", ways.images.as_deref()),
    )
}

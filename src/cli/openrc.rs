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
];

/// Older lines of these, in a shell, would outweigh what is printed.
const RIVALS: &str = "unset OS_CLOUD OS_AUTH_TYPE OS_TOKEN OS_ENDPOINT OS_USER_ID OS_USER_DOMAIN_ID \
    OS_PROJECT_ID OS_PROJECT_DOMAIN_ID OS_TENANT_NAME OS_TENANT_ID OS_DOMAIN_NAME OS_DOMAIN_ID \
    OS_SYSTEM_SCOPE OS_TRUST_ID OS_APPLICATION_CREDENTIAL_ID OS_APPLICATION_CREDENTIAL_NAME \
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

/// What to print for this client of a server with these settings.
pub(super) fn text(client: &Client, config: &Config) -> Result<String, Failure> {
    let base = match &config.public_url {
        Some(url) => url.clone(),
        None => format!("http://{}", address::of(config)?),
    };
    let url = format!("{base}/identity/v3");
    Ok(match client.format {
        Format::Openrc => openrc(&url, client, config),
        Format::Clouds => clouds(&url, client, config),
    })
}

fn openrc(url: &str, client: &Client, config: &Config) -> String {
    let lines = [
        ("OS_AUTH_URL", url),
        ("OS_USERNAME", &client.user),
        ("OS_PASSWORD", &config.bootstrap_password),
        ("OS_PROJECT_NAME", &client.project),
        ("OS_USER_DOMAIN_NAME", "Default"),
        ("OS_PROJECT_DOMAIN_NAME", "Default"),
        ("OS_REGION_NAME", &config.bootstrap_region),
        ("OS_IDENTITY_API_VERSION", "3"),
        ("OS_IMAGE_API_VERSION", "2"),
    ];
    let lines = lines.map(|(name, value)| format!("export {name}={}\n", quoted(value)));
    format!("{RIVALS}\n{}", lines.concat())
}

/// In single quotes a shell takes everything as it is, except the single quote.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn clouds(url: &str, client: &Client, config: &Config) -> String {
    // A string in JSON is one in YAML too.
    let text = |it: &str| serde_json::Value::from(it).to_string();
    format!(
        "clouds:
  lookalike:
    auth:
      auth_url: {}
      username: {}
      password: {}
      project_name: {}
      user_domain_name: Default
      project_domain_name: Default
    region_name: {}
    identity_api_version: \"3\"
    image_api_version: \"2\"
",
        text(url),
        text(&client.user),
        text(&config.bootstrap_password),
        text(&client.project),
        text(&config.bootstrap_region),
    )
}

//! What a client of OpenStack needs to find the server and to sign in.

use clap::{Args, ValueEnum};
use lookalike::{Access, Config};

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
    let url = match &config.access.public_url {
        Some(url) => url.clone(),
        None => format!("http://{}", address::of(config)?),
    };
    let access = Access::to(config, &url);
    let (user, project) = (&client.user, &client.project);
    Ok(match client.format {
        Format::Openrc => access.openrc(user, project),
        Format::Clouds => access.clouds_yaml("lookalike", user, project),
    })
}

//! `lookalike env`: prints what an OpenStack client needs to find the server and to log in.

use clap::{Args, ValueEnum};
use lookalike::ClientEnv;

use super::address::Target;
use super::failure::CliError;
use super::trust::Trust;

/// The settings of the server that the output depends on, beside those of every client command.
pub(super) const USES: &[&str] = &[
    "public_url",
    "bootstrap_password",
    "bootstrap_region",
    "regions",
    "keystone_url",
    "www_authenticate_uri",
];

/// The options of `env`.
#[derive(Args, Debug)]
pub(super) struct EnvOptions {
    /// The output format: lines for a shell, or a clouds.yaml with a cloud called lookalike
    #[arg(long, default_value = "openrc", value_enum)]
    format: Format,

    /// The user who logs in
    #[arg(long, default_value = "admin", value_name = "NAME")]
    user: String,

    /// The project to log in to
    #[arg(long, default_value = "admin", value_name = "NAME")]
    project: String,

    /// The region that clients use; default: the first of the cloud
    #[arg(long, value_name = "NAME")]
    region: Option<String>,

    #[command(flatten)]
    target: Target,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Lines for a shell to evaluate.
    Openrc,
    /// A file for the directory in which clients look for clouds.yaml.
    #[value(name = "clouds.yaml")]
    Clouds,
}

/// Returns the text to print.
pub(super) fn text(options: &EnvOptions) -> Result<String, CliError> {
    let config = options.target.config();
    let url = match (options.target.given_url()?, &config.access.public_url) {
        (Some(url), _) => url,
        (None, Some(public)) => options.target.below(public)?,
        (None, None) => options.target.url()?,
    };
    let access = ClientEnv::to(config, &url);
    let access = match &options.region {
        Some(region) => access.in_region(region),
        None => access,
    };
    let trusted = url
        .starts_with("https://")
        .then(|| options.target.trust(&url));
    let file = trusted.as_ref().and_then(Trust::file);
    if trusted.is_some() && file.is_none() && config.tls.tls_self_signed {
        return Err(CliError::start(
            "the CA of an --ephemeral server is in a directory that goes with it: name its file, which the server logs, with \
             --cacert, or give the server a --tls-dir",
        ));
    }
    let access = access.trusting(file);
    let (user, project) = (&options.user, &options.project);
    Ok(match options.format {
        Format::Openrc => access.openrc(user, project),
        Format::Clouds => access.clouds_yaml("lookalike", user, project),
    })
}

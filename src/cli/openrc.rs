//! `lookalike env`: prints what an OpenStack client needs to find the server and to log in.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use lookalike::dialect::ApiUser;
use lookalike::{ApiKeyEnv, ClientEnv, Config};

use super::address::Target;
use super::env_format::{self, Syntax};
use super::failure::CliError;
use super::trust::Trust;

/// The settings of the server that the output depends on, beside those of every client command.
pub(super) const USES: &[&str] = &[
    "dialect",
    "public_url",
    "bootstrap_password",
    "bootstrap_region",
    "regions",
    "keystone_url",
    "www_authenticate_uri",
];

/// The user and the project that log in if none are named, by v3.
const ADMIN: &str = "admin";

/// The name of the cloud in a clouds.yaml.
const CLOUD: &str = "lookalike";

/// The options of `env`.
#[derive(Args, Debug)]
pub(super) struct EnvOptions {
    /// The output format: lines for a shell to evaluate, a file with a cloud called lookalike, or a provider block
    #[arg(long, default_value = "openrc", value_enum)]
    format: Format,

    /// The version of the identity to log in to: v3, or v2.0 by an API key, in the dialect rackspace and for clients with rackspaceauth
    #[arg(long, default_value = "v3", value_enum)]
    identity: IdentityVersion,

    /// The user who logs in [default: admin; for v2.0 rackspace]
    #[arg(long, value_name = "NAME")]
    user: Option<String>,

    /// The password of the user, for v3 [default: that of the users of a new cloud]
    #[arg(long, value_name = "PASSWORD")]
    password: Option<String>,

    /// The project to log in to, for v3 [default: admin]
    #[arg(long, value_name = "NAME")]
    project: Option<String>,

    /// The API key of the user, for v2.0 [default: that of rackspace]
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,

    /// The region that clients use; default: the first of the cloud
    #[arg(long, value_name = "NAME")]
    region: Option<String>,

    #[command(flatten)]
    target: Target,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Lines for a POSIX shell to evaluate.
    Openrc,
    /// A file for the directory in which clients look for clouds.yaml.
    #[value(name = "clouds.yaml")]
    Clouds,
    /// A file of variables, for docker compose and libraries called dotenv.
    Dotenv,
    /// Lines for fish to evaluate.
    Fish,
    /// Lines for PowerShell to evaluate.
    #[value(name = "powershell")]
    PowerShell,
    /// The block of the OpenStack provider, for Terraform and `OpenTofu`.
    Terraform,
    /// An object of the variables.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum IdentityVersion {
    /// Keystone's.
    V3,
    /// Rackspace's.
    #[value(name = "v2.0")]
    V2,
}

/// Returns the text to print.
pub(super) fn text(options: &EnvOptions) -> Result<String, CliError> {
    let mut config = options.target.config().clone();
    config.adopt_dialect_defaults();
    let url = match (options.target.given_url()?, &config.access.public_url) {
        (Some(url), _) => url,
        (None, Some(public)) => options.target.below(public)?,
        (None, None) => options.target.url()?,
    };
    match options.identity {
        IdentityVersion::V3 => by_password(options, &config, &url),
        IdentityVersion::V2 => by_key(options, &config, &url),
    }
}

fn by_password(options: &EnvOptions, config: &Config, url: &str) -> Result<String, CliError> {
    if options.api_key.is_some() {
        return Err(CliError::usage("--api-key is for --identity v2.0"));
    }
    let access = ClientEnv::to(config, url);
    let access = match &options.region {
        Some(region) => access.in_region(region),
        None => access,
    };
    let access = match &options.password {
        Some(password) => access.with_password(password),
        None => access,
    };
    let file = trusted_file(options, config, url)?;
    let access = access.trusting(file);
    let user = options.user.as_deref().unwrap_or(ADMIN);
    let project = options.project.as_deref().unwrap_or(ADMIN);
    let rivals: Vec<_> = ClientEnv::rivals().collect();
    let text = |syntax| env_format::text(syntax, &rivals, &access.variables(user, project));
    Ok(match options.format {
        Format::Openrc => access.openrc(user, project),
        Format::Clouds => access.clouds_yaml(CLOUD, user, project),
        Format::Dotenv => text(Syntax::Dotenv),
        Format::Fish => text(Syntax::Fish),
        Format::PowerShell => text(Syntax::PowerShell),
        Format::Terraform => text(Syntax::Terraform),
        Format::Json => text(Syntax::Json),
    })
}

/// Returns the file with the CA of a server that speaks HTTPS, if clients are to be given one.
fn trusted_file(
    options: &EnvOptions,
    config: &Config,
    url: &str,
) -> Result<Option<PathBuf>, CliError> {
    let trusted = url
        .starts_with("https://")
        .then(|| options.target.trust(url));
    let file = trusted.as_ref().and_then(Trust::file);
    if trusted.is_some() && file.is_none() && config.tls.tls_self_signed {
        return Err(CliError::start(
            "the CA of an --ephemeral server is in a directory that goes with it: name its file, which the server logs, with \
             --cacert, or give the server a --tls-dir",
        ));
    }
    Ok(file)
}

fn by_key(options: &EnvOptions, config: &Config, url: &str) -> Result<String, CliError> {
    let access = ApiKeyEnv::to(config, url).ok_or_else(|| {
        let dialect = config.dialect.dialect.name;
        CliError::usage(format!(
            "a cloud of the dialect {dialect} with these settings has no Identity v2.0; --dialect rackspace has"
        ))
    })?;
    if options.project.is_some() {
        let why = "--project is for --identity v3: by an API key, users log in to their account";
        return Err(CliError::usage(why));
    }
    if options.password.is_some() {
        return Err(CliError::usage("--password is for --identity v3"));
    }
    let access = match (options.user.as_deref(), options.api_key.as_deref()) {
        (None, None) => access,
        (Some(name), Some(key)) => access.of_user(ApiUser { name, key }),
        _ => return Err(CliError::usage("--user and --api-key go together for v2.0")),
    };
    let access = match &options.region {
        Some(region) => access.in_region(region),
        None => access,
    };
    let access = access.trusting(trusted_file(options, config, url)?);
    let rivals: Vec<_> = ApiKeyEnv::rivals().collect();
    let text = |syntax| env_format::text(syntax, &rivals, &access.variables());
    Ok(match options.format {
        Format::Openrc => access.openrc(),
        Format::Clouds => access.clouds_yaml(CLOUD),
        Format::Dotenv => text(Syntax::Dotenv),
        Format::Fish => text(Syntax::Fish),
        Format::PowerShell => text(Syntax::PowerShell),
        Format::Json => text(Syntax::Json),
        Format::Terraform => {
            let why = "the OpenStack provider of Terraform logs in by --identity v3 only";
            return Err(CliError::usage(why));
        }
    })
}

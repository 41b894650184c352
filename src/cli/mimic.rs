//! `lookalike mimic`: asks a real cloud what it is, and writes settings and a seed for a server that is like it.

mod files;
mod findings;
mod limits;
mod metadefs;
mod policy;
mod probes;
mod reads;
mod session;

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;

use super::capture::{self, CloudEntry, log_in};
use super::failure::CliError;
use files::Draft;
use findings::Findings;
use session::CloudSession;

/// The options of `mimic`.
#[derive(Args, Debug)]
pub(super) struct MimicOptions {
    /// The cloud in clouds.yaml to ask [default: as the variables OS_… say]
    #[arg(long, env = "OS_CLOUD", value_name = "NAME")]
    os_cloud: Option<String>,

    /// The directory to write, which must not exist
    #[arg(long, short, default_value = "mimic", value_name = "DIR")]
    output: PathBuf,

    /// Make two images, change them, fill them with a few bytes and delete them, to find out what reading does not tell
    #[arg(long)]
    write_probes: bool,
}

/// Asks the cloud, and writes the directory.
///
/// # Errors
///
/// Settings that name no cloud, a cloud that cannot be asked, and a directory that cannot be written.
pub(super) fn mimic(options: &MimicOptions) -> Result<(), CliError> {
    let cloud = match &options.os_cloud {
        Some(name) => CloudEntry::named(name),
        None => CloudEntry::from_environment(),
    };
    let cloud = cloud.map_err(CliError::usage)?;
    let draft = Draft::begin(&options.output).map_err(CliError::start)?;
    super::print(&announcement(options.write_probes))?;
    let asked = super::block_on(ask(&cloud, options.write_probes, &draft))?;
    let findings = asked.map_err(CliError::start)?;
    let path = draft.finish(&findings).map_err(CliError::start)?;
    super::print(&findings.summary(&path))
}

/// Returns what is about to be called.
fn announcement(probes: bool) -> String {
    let mut text =
        "This reads from the cloud, and changes nothing:\n  POST /v3/auth/tokens, to log in\n"
            .to_owned();
    let policies = policy::CALLS.iter().map(|call| call.path);
    let mut paths: Vec<_> = reads::PATHS.into_iter().chain(policies).collect();
    paths.sort_unstable();
    paths.dedup();
    // Writing into a string does not fail.
    for path in paths {
        let _written = writeln!(text, "  GET {path}");
    }
    for call in limits::CALLS.iter().chain(&metadefs::CALLS) {
        let _written = writeln!(text, "  {call}");
    }
    text.push_str("  GET /v2/images, all pages, and the members of shared images, for the seed\n");
    if probes {
        text.push_str(
            "And, for --write-probes, this makes two images of its own and deletes them:\n",
        );
        for call in probes::CALLS {
            let _written = writeln!(text, "  {call}");
        }
    }
    text
}

async fn ask(cloud: &CloudEntry, probes: bool, draft: &Draft) -> Result<Findings, String> {
    let http = cloud.client()?;
    let endpoint = log_in(cloud, &http).await?;
    let session = CloudSession::new(http.clone(), &endpoint);
    let mut findings = Findings::new(&endpoint.url);
    reads::ask(&session, &mut findings).await?;
    limits::ask(&session, &mut findings).await?;
    metadefs::ask(&session, &mut findings).await?;
    if probes {
        probes::ask(&session, &mut findings).await?;
    } else {
        for what in probes::FINDS {
            findings.unknown(what, "only --write-probes finds it out");
        }
    }
    draft.write(&findings)?;
    policy::ask(&session, draft, &mut findings).await?;
    findings.seed.images = capture::images_of(http, endpoint).await?;
    Ok(findings)
}

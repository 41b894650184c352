//! The options of `lookalike manage replicate`.

use clap::Args;

use super::client::ImageService;
use crate::cli::failure::CliError;

/// What both servers are asked with, and what is replicated.
#[derive(Args, Debug)]
pub(super) struct ReplicationOptions {
    /// The token for both servers
    #[arg(long, short, value_name = "TOKEN")]
    token: Option<String>,
    /// The token for the server that is read
    #[arg(long, short = 'S', alias = "sourcetoken", value_name = "TOKEN")]
    source_token: Option<String>,
    /// The token for the server that is written to
    #[arg(long, short = 'N', alias = "targettoken", value_name = "TOKEN")]
    target_token: Option<String>,
    /// Replicate what is known of images only, not their data
    #[arg(long, short)]
    pub(super) metaonly: bool,
    /// Fields that are not replicated, with spaces between them
    #[arg(
        long,
        short = 'D',
        value_name = "FIELDS",
        default_value = "created_at date deleted_at location updated_at"
    )]
    dontreplicate: String,
}

impl ReplicationOptions {
    /// Returns whether a field is replicated.
    pub(super) fn replicates(&self, field: &str) -> bool {
        let mut others = self.dontreplicate.split_whitespace();
        !others.any(|other| other == field)
    }

    /// Returns the server that is read.
    pub(super) async fn source(&self, server: &str) -> Result<ImageService, CliError> {
        self.connect(server, self.source_token.as_deref()).await
    }

    /// Returns the server that is written to.
    pub(super) async fn target(&self, server: &str) -> Result<ImageService, CliError> {
        self.connect(server, self.target_token.as_deref()).await
    }

    async fn connect(&self, server: &str, token: Option<&str>) -> Result<ImageService, CliError> {
        let token = token.or(self.token.as_deref());
        if server.contains("://") {
            Ok(ImageService::at(server, token))
        } else if server.contains(':') {
            Ok(ImageService::at(&format!("http://{server}"), token))
        } else {
            ImageService::of_cloud(Some(server)).await
        }
    }
}

//! `lookalike manage purge` and `purge-images-table`.

use clap::Args;
use serde_json::json;

use super::Action;
use super::call::Call;
use crate::cli::failure::CliError;

/// The greatest number of rows to remove.
#[derive(Args, Debug)]
struct RowLimit {
    /// Remove up to so many rows of each table, those deleted first before others; -1: all
    #[arg(
        long = "max_rows",
        alias = "max-rows",
        value_name = "N",
        default_value_t = 100
    )]
    #[arg(allow_negative_numbers = true)]
    max_rows: i64,
}

/// Removes rows of members and tasks, by the options of glance-manage.
#[derive(Args, Debug)]
pub(in crate::cli) struct PurgeRows {
    /// Keep rows of what was deleted less than so many days ago, by the clock of the cloud
    #[arg(
        long = "age_in_days",
        alias = "age-in-days",
        value_name = "N",
        default_value_t = 30
    )]
    #[arg(allow_negative_numbers = true)]
    age_in_days: i64,
    #[command(flatten)]
    limit: RowLimit,
}

/// Removes rows of images, by the options of glance-manage.
#[derive(Args, Debug)]
pub(in crate::cli) struct PurgeImagesTable {
    /// Keep rows of images that were deleted less than so many days ago, by the clock of the cloud
    #[arg(
        long = "age_in_days",
        alias = "age-in-days",
        value_name = "N",
        default_value_t = 180
    )]
    #[arg(allow_negative_numbers = true)]
    age_in_days: i64,
    #[command(flatten)]
    limit: RowLimit,
}

impl Action for PurgeRows {
    fn call(self) -> Result<Call, CliError> {
        Ok(purge("/deletions/purge", self.age_in_days, &self.limit))
    }
}

impl Action for PurgeImagesTable {
    fn call(self) -> Result<Call, CliError> {
        let path = "/deletions/purge_images_table";
        Ok(purge(path, self.age_in_days, &self.limit))
    }
}

fn purge(path: &str, age_in_days: i64, limit: &RowLimit) -> Call {
    let max_rows = limit.max_rows;
    Call::post(path).with(&json!({ "age_in_days": age_in_days, "max_rows": max_rows }))
}

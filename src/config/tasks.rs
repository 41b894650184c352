//! The settings of tasks and imports, by Glance's names and with its defaults.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{Args, hours, methods, name, one_of, pair, seconds, segment_size, size};
use super::shown;
use crate::domain::import::{Conversion, ImportMethod, Plugin};

/// The options of Glance that govern tasks and imports.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Tasks and imports")
)]
pub struct TaskOptions {
    /// How long an ended task can be looked up: hours, or such as 36h or 2days
    #[cfg_attr(feature = "cli", arg(long = "task_time_to_live", env = "LOOKALIKE_TASK_TIME_TO_LIVE", default_value_t = 48, value_parser = hours, value_name = "HOURS"))]
    pub task_time_to_live: u32,

    /// Maximum number of tasks that a server runs at the same time. Where it is more than one, the last place is for a project that has no task running
    #[cfg_attr(feature = "cli", arg(long = "max_workers", env = "LOOKALIKE_MAX_WORKERS", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..), value_name = "N"))]
    pub max_workers: u16,

    /// Import methods to offer, separated by commas; empty: no imports
    #[cfg_attr(feature = "cli", arg(
        long = "enabled_import_methods",
        env = "LOOKALIKE_ENABLED_IMPORT_METHODS",
        value_parser = methods,
        default_value = "glance-direct,web-download,copy-image",
        value_name = "LIST"
    ))]
    // Spelt out, clap takes it for one value: so there may be none.
    pub enabled_import_methods: std::vec::Vec<ImportMethod>,

    /// Plugins that process imported data before it is stored, in this order
    #[cfg_attr(feature = "cli", arg(
        long = "image_import_plugins",
        env = "LOOKALIKE_IMAGE_IMPORT_PLUGINS",
        value_delimiter = ',',
        value_parser = one_of(Plugin::ALL),
        value_name = "LIST"
    ))]
    pub image_import_plugins: Vec<Plugin>,

    /// Properties that the plugin `inject_image_metadata` sets on images, as NAME:VALUE
    #[cfg_attr(feature = "cli", arg(long = "inject", env = "LOOKALIKE_INJECT", value_delimiter = ',', value_parser = pair, value_name = "LIST"))]
    #[serde(serialize_with = "shown::pairs")]
    pub inject: Vec<(String, String)>,

    /// Roles whose imports the plugin `inject_image_metadata` does not change
    #[cfg_attr(feature = "cli", arg(long = "ignore_user_roles", env = "LOOKALIKE_IGNORE_USER_ROLES", value_delimiter = ',', value_parser = name, default_value = "admin", value_name = "LIST"))]
    pub ignore_user_roles: Vec<String>,

    /// Target disk format of the plugin `image_conversion`
    #[cfg_attr(feature = "cli", arg(
        long = "output_format",
        env = "LOOKALIKE_OUTPUT_FORMAT",
        value_parser = one_of(Conversion::ALL),
        default_value = "raw",
        value_name = "FORMAT"
    ))]
    pub output_format: Conversion,

    /// Size of the segments in which the task `export` writes a disk to the object store, such as 125MiB. Dialect rackspace
    #[cfg_attr(feature = "cli", arg(long = "export-segment-size", env = "LOOKALIKE_EXPORT_SEGMENT_SIZE", value_parser = segment_size, default_value = "125MiB", value_name = "SIZE"))]
    pub export_segment_size: u64,

    /// Prefixes of property names that `glance-download` copies
    #[cfg_attr(feature = "cli", arg(long = "extra_properties", env = "LOOKALIKE_EXTRA_PROPERTIES", value_delimiter = ',', value_parser = name, default_value = "hw_,trait:,os_distro,os_secure_boot,os_type", value_name = "LIST"))]
    pub extra_properties: Vec<String>,
}

/// The program that converts disks; it counts from the start of the server.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Tasks and imports")
)]
pub struct ConversionOptions {
    /// Program for `image_conversion`: a path, or a name to look up in PATH
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "qemu-img",
            env = "LOOKALIKE_QEMU_IMG",
            default_value = "qemu-img",
            value_name = "PROGRAM"
        )
    )]
    pub qemu_img: PathBuf,

    /// How long one run of that program may take: seconds, or such as 90m or 1h
    #[cfg_attr(feature = "cli", arg(long = "qemu-img-timeout", env = "LOOKALIKE_QEMU_IMG_TIMEOUT", value_parser = seconds, default_value = "1h", value_name = "DURATION"))]
    #[serde(serialize_with = "shown::seconds")]
    pub qemu_img_timeout: Duration,

    /// How much time of a processor one run of that program may take: whole seconds, or such as 90m or 1h. Linux
    #[cfg_attr(feature = "cli", arg(long = "qemu-img-cpu-time", env = "LOOKALIKE_QEMU_IMG_CPU_TIME", value_parser = seconds, default_value = "1h", value_name = "DURATION"))]
    #[serde(serialize_with = "shown::seconds")]
    pub qemu_img_cpu_time: Duration,

    /// How much memory (address space) that program may take, such as 2GiB. Linux
    #[cfg_attr(feature = "cli", arg(long = "qemu-img-memory", env = "LOOKALIKE_QEMU_IMG_MEMORY", value_parser = size, default_value = "2GiB", value_name = "SIZE"))]
    pub qemu_img_memory: u64,
}

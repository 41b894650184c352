//! Measurements of the process, by the names that Prometheus's clients agree on.

use std::fmt;
use std::fs;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use rustix::param::clock_ticks_per_second;
use rustix::process::{Resource, getrlimit};

/// Measurements of this process, from `/proc`; elsewhere than on Linux only those that the system gives without it.
#[derive(Debug)]
pub(super) struct ProcessCollector;

impl Collector for ProcessCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let sizes = [
            (
                "process_resident_memory",
                "VmRSS:",
                "Resident memory of the process",
            ),
            (
                "process_virtual_memory",
                "VmSize:",
                "Virtual memory of the process",
            ),
        ];
        for (name, field, help) in sizes {
            if let Some(bytes) = bytes_in(&status, field) {
                gauge(&mut encoder, name, help, Some(&Unit::Bytes), bytes)?;
            }
        }
        if let Ok(files) = fs::read_dir("/proc/self/fd") {
            let help = "Open file descriptors of the process";
            gauge(
                &mut encoder,
                "process_open_fds",
                help,
                None,
                small(files.count()),
            )?;
        }
        if let Some(most) = getrlimit(Resource::Nofile).current {
            let help = "File descriptors that the process may have open";
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            gauge(&mut encoder, "process_max_fds", help, None, most)?;
        }
        Self::encode_times(encoder)
    }
}

impl ProcessCollector {
    fn encode_times(mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        // The name of the program, in parentheses, may have spaces.
        let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks = |place: usize| fields.split_whitespace().nth(place)?.parse::<f64>().ok();
        #[expect(clippy::cast_precision_loss, reason = "it is 100 or 1000")]
        let per_second = clock_ticks_per_second() as f64;
        if let (Some(user), Some(system)) = (ticks(11), ticks(12)) {
            let help = "Processor time of the process";
            let counter = ConstCounter::new((user + system) / per_second);
            let kind = counter.metric_type();
            counter.encode(encoder.encode_descriptor(
                "process_cpu",
                help,
                Some(&Unit::Seconds),
                kind,
            )?)?;
        }
        let boot = fs::read_to_string("/proc/stat").unwrap_or_default();
        let boot = boot
            .lines()
            .find_map(|line| line.strip_prefix("btime ")?.trim().parse::<f64>().ok());
        if let (Some(boot), Some(after)) = (boot, ticks(19)) {
            let help = "Start of the process, in seconds since 1970";
            let value = ConstGauge::new(boot + after / per_second);
            let kind = value.metric_type();
            let name = "process_start_time";
            value.encode(encoder.encode_descriptor(name, help, Some(&Unit::Seconds), kind)?)?;
        }
        Ok(())
    }
}

fn gauge(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    unit: Option<&Unit>,
    value: i64,
) -> Result<(), fmt::Error> {
    let value = ConstGauge::new(value);
    let kind = value.metric_type();
    value.encode(encoder.encode_descriptor(name, help, unit, kind)?)
}

/// Returns a field of `/proc/self/status`, which has kibibytes, in bytes.
fn bytes_in(status: &str, field: &str) -> Option<i64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kibibytes: i64 = line.split_whitespace().next()?.parse().ok()?;
    kibibytes.checked_mul(1024)
}

fn small(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

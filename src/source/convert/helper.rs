//! The run of a helper program, which gets nothing of the server's environment and has limits.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use super::ConvertError;

/// The greatest size of what a run may write to each of its outputs, in bytes.
const OUTPUT_LIMIT: u64 = 1 << 20;

/// The limits of one run.
#[derive(Clone, Copy, Debug)]
pub struct HelperLimits {
    /// How long it may take.
    pub timeout: Duration,
    /// The time of a processor that it may take.
    pub cpu_time: Duration,
    /// The address space that it may take, in bytes.
    pub memory: u64,
}

/// A helper program.
#[derive(Clone, Debug)]
pub(super) struct Helper {
    /// The program and its first arguments.
    pub(super) command: Vec<OsString>,
    pub(super) limits: HelperLimits,
}

impl Helper {
    pub(super) fn new(program: &Path, limits: HelperLimits) -> Self {
        Self {
            command: vec![program.into()],
            limits,
        }
    }

    /// Returns the helper with limits that are no wider than these.
    pub(super) fn limited_to(&self, cpu_time: Duration, memory: u64) -> Self {
        let limits = HelperLimits {
            cpu_time: self.limits.cpu_time.min(cpu_time),
            memory: self.limits.memory.min(memory),
            ..self.limits
        };
        Self {
            command: self.command.clone(),
            limits,
        }
    }

    /// Runs the program and returns what it wrote.
    ///
    /// # Errors
    /// Fails if the program does, or a limit is exceeded; then it runs no longer.
    pub(super) async fn run<'a>(
        &self,
        arguments: impl Iterator<Item = &'a OsStr>,
    ) -> Result<Vec<u8>, ConvertError> {
        let mut child = self.start(arguments)?;
        let run = tokio::time::timeout(self.limits.timeout, finish(&mut child)).await;
        let run = run.unwrap_or(Err(ConvertError::Timeout(self.limits.timeout)));
        if run.is_err() {
            // It may have ended by itself meanwhile.
            child.kill().await.ok();
        }
        let (status, output, errors) = run?;
        if status.success() {
            return Ok(output);
        }
        let message = String::from_utf8_lossy(&errors);
        Err(ConvertError::Failed(match message.trim() {
            // A limit ends it by a signal.
            "" => status.to_string(),
            message => message.to_owned(),
        }))
    }

    fn start<'a>(&self, arguments: impl Iterator<Item = &'a OsStr>) -> Result<Child, ConvertError> {
        let (program, first) = self
            .command
            .split_first()
            .ok_or(ConvertError::NotInstalled)?;
        let mut command = Command::new(program);
        command
            .args(first)
            .args(arguments)
            .env_clear()
            .env("LC_ALL", "C")
            // Where it is looked for, and where it finds its libraries' tools: nothing else is its business.
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => ConvertError::NotInstalled,
            _ => ConvertError::Io(error),
        })?;
        limit(&child, self.limits).map_err(ConvertError::Io)?;
        Ok(child)
    }
}

/// Waits for the end of a run, and returns what it wrote to its two outputs.
async fn finish(child: &mut Child) -> Result<(ExitStatus, Vec<u8>, Vec<u8>), ConvertError> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (output, errors) = tokio::try_join!(read(stdout), read(stderr))?;
    let status = child.wait().await.map_err(ConvertError::Io)?;
    Ok((status, output, errors))
}

/// Reads an output to its end.
async fn read(from: Option<impl AsyncRead + Unpin>) -> Result<Vec<u8>, ConvertError> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        let mut from = from.take(OUTPUT_LIMIT + 1);
        let read = from.read_to_end(&mut bytes).await;
        read.map_err(ConvertError::Io)?;
    }
    if bytes.len() as u64 > OUTPUT_LIMIT {
        let words = format!("it writes more than {OUTPUT_LIMIT} bytes");
        return Err(ConvertError::Failed(words));
    }
    Ok(bytes)
}

/// Limits what a process may take. It runs already, but has not come far: what it took counts as well.
#[cfg(target_os = "linux")]
fn limit(child: &Child, limits: HelperLimits) -> io::Result<()> {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};

    let id = child.id().and_then(|id| i32::try_from(id).ok());
    let Some(process) = id.and_then(Pid::from_raw) else {
        return Ok(());
    };
    let seconds = limits.cpu_time.as_secs().max(1);
    for (resource, value, beyond) in [
        (Resource::As, limits.memory, 0),
        // At the first limit it gets a signal that says why, at the second it is killed.
        (Resource::Cpu, seconds, 1),
        (Resource::Core, 0, 0),
    ] {
        let limit = Rlimit {
            current: Some(value),
            maximum: Some(value.saturating_add(beyond)),
        };
        match prlimit(Some(process), resource, limit) {
            // It has ended already.
            Err(rustix::io::Errno::SRCH) => return Ok(()),
            done => done?,
        };
    }
    Ok(())
}

/// Elsewhere a process can only limit itself.
#[cfg(not(target_os = "linux"))]
fn limit(_: &Child, _: HelperLimits) -> io::Result<()> {
    Ok(())
}

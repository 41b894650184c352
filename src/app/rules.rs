//! The policy in force: read from its files, and again when those change.
//!
//! A question costs no more than it would of a policy that never changes. At most one request
//! each [`INTERVAL`] waits until the files have been looked at, on a thread for such work.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use std::{fs, io};

use arc_swap::ArcSwap;
use tokio::task::spawn_blocking;

use super::OpenError;
use crate::config::Config;
use crate::domain::policy::{Credentials, Policy, Rule, Target, Texts};

/// How long the files are not looked at again.
const INTERVAL: Duration = Duration::from_millis(20);

/// A file that was written so lately may be written again without looking any newer.
const SETTLED: Duration = Duration::from_secs(1);

/// Glance's own rules; compiled once for all clouds of a process.
static DEFAULT_POLICY: LazyLock<Arc<Policy>> = LazyLock::new(|| Arc::new(Policy::defaults()));

/// The policy in force; cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Rules(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    policy: ArcSwap<Policy>,
    sources: Sources,
    /// What was read last; held while it is read again.
    seen: Mutex<Seen>,
    opened: Instant,
    /// When the files were looked at last, in milliseconds since `opened`.
    looked: AtomicU64,
}

/// What a policy is made of.
#[derive(Debug)]
struct Sources {
    file: Option<PathBuf>,
    directories: Vec<PathBuf>,
    new_defaults: bool,
    /// See [`Texts::named`].
    named: Vec<(String, String)>,
}

/// The files as they were found.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    stamps: Vec<(PathBuf, Stamp)>,
    texts: Vec<(PathBuf, String)>,
}

/// What changes with a file; nothing if it is not there.
type Stamp = Option<(SystemTime, u64)>;

/// Which file is wrong, and how.
type Wrong = (PathBuf, String);

impl Rules {
    /// Reads the files that the settings name. Those that are not there say nothing yet.
    pub(super) fn open(config: &Config, named: Vec<(String, String)>) -> Result<Self, OpenError> {
        let given = |it: &&PathBuf| !it.as_os_str().is_empty();
        let sources = Sources {
            file: config.images.policy_file.iter().find(given).cloned(),
            directories: config
                .rules
                .policy_dirs
                .iter()
                .filter(given)
                .cloned()
                .collect(),
            new_defaults: config.images.enforce_new_defaults,
            named,
        };
        let wrong = |(path, reason)| OpenError::Policy { path, reason };
        let stamps = sources.stamps().map_err(wrong)?;
        for (path, _) in stamps.iter().filter(|(_, stamp)| stamp.is_none()) {
            let file = path.display();
            tracing::warn!(%file, "there is no such policy file: its rules count once it is there");
        }
        let texts = read(&stamps).map_err(wrong)?;
        let policy = sources.policy(&texts).map_err(wrong)?;
        Ok(Self(Arc::new(Inner {
            policy: ArcSwap::new(policy),
            sources,
            seen: Mutex::new(Seen { stamps, texts }),
            opened: Instant::now(),
            looked: AtomicU64::new(0),
        })))
    }

    /// Whether a caller may do what the rule is about to a target: see [`Policy::allows`].
    #[must_use]
    pub fn allows(
        &self,
        rule: Rule,
        who: &(impl Credentials + ?Sized),
        what: &(impl Target + ?Sized),
    ) -> bool {
        self.0.policy.load().allows(rule, who, what)
    }

    /// Whether a rule by its name lets a caller pass: see [`Policy::holds_named`].
    #[must_use]
    pub fn holds_named(&self, name: &str, who: &(impl Credentials + ?Sized)) -> bool {
        self.0.policy.load().holds_named(name, who)
    }

    /// Sees to it that changes of the files count, those of the last moments perhaps excepted.
    pub async fn refresh(&self) {
        if self.0.is_due() {
            let inner = Arc::clone(&self.0);
            // One that breaks off has changed nothing.
            drop(spawn_blocking(move || inner.reread()).await);
        }
    }
}

impl Inner {
    /// Whether it is time to look at the files, and nobody else does already.
    fn is_due(&self) -> bool {
        if self.sources.file.is_none() && self.sources.directories.is_empty() {
            return false;
        }
        let now = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        let last = self.looked.load(Ordering::Relaxed);
        let interval = INTERVAL.as_millis();
        u128::from(now.saturating_sub(last)) >= interval
            && self
                .looked
                .compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// Takes changed files over. Where one of them cannot be used, the rules stay as they are.
    fn reread(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err((file, reason)) = self.take_over(&mut seen) {
            let file = file.display();
            tracing::error!(%file, "a changed policy file cannot be used, and the rules stay as they were: {reason}");
        }
    }

    fn take_over(&self, seen: &mut Seen) -> Result<(), Wrong> {
        let stamps = self.sources.stamps()?;
        if stamps == seen.stamps && stamps.iter().all(is_settled) {
            return Ok(());
        }
        seen.stamps = stamps;
        let texts = read(&seen.stamps)?;
        if texts == seen.texts {
            return Ok(());
        }
        // What is wrong is told once, and tried again when it has changed.
        seen.texts = texts;
        self.policy.store(self.sources.policy(&seen.texts)?);
        tracing::info!("the policy was read again");
        Ok(())
    }
}

impl Sources {
    /// The files that count, in the order in which they do.
    fn stamps(&self) -> Result<Vec<(PathBuf, Stamp)>, Wrong> {
        let mut paths: Vec<PathBuf> = self.file.iter().cloned().collect();
        for directory in &self.directories {
            let listed = files_in(directory);
            paths.extend(listed.map_err(|it| (directory.clone(), it.to_string()))?);
        }
        let stamped = paths.into_iter().map(|path| match stamp(&path) {
            Ok(stamp) => Ok((path, stamp)),
            Err(error) => Err((path, error.to_string())),
        });
        stamped.collect()
    }

    fn policy(&self, texts: &[(PathBuf, String)]) -> Result<Arc<Policy>, Wrong> {
        if texts.is_empty() && self.new_defaults && self.named.is_empty() {
            return Ok(Arc::clone(&DEFAULT_POLICY));
        }
        let files: Vec<_> = texts.iter().map(|(_, text)| text.as_str()).collect();
        let policy = Policy::of(Texts {
            files: &files,
            new_defaults: self.new_defaults,
            named: &self.named,
        });
        let policy = policy.map_err(|(place, error)| {
            let path = texts.get(place).map(|(path, _)| path.clone());
            (path.unwrap_or_default(), error.to_string())
        })?;
        for name in policy.undefined() {
            tracing::warn!(
                rule = name,
                "a policy rule is named but not defined: `default` stands for it"
            );
        }
        Ok(Arc::new(policy))
    }
}

/// The texts of the files that are there.
fn read(stamps: &[(PathBuf, Stamp)]) -> Result<Vec<(PathBuf, String)>, Wrong> {
    let mut texts = Vec::with_capacity(stamps.len());
    for (path, _) in stamps.iter().filter(|(_, stamp)| stamp.is_some()) {
        match fs::read_to_string(path) {
            Ok(text) => texts.push((path.clone(), text)),
            // It went away a moment ago.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err((path.clone(), error.to_string())),
        }
    }
    Ok(texts)
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    match fs::metadata(path) {
        Ok(found) => Ok(Some((found.modified()?, found.len()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_settled((_, stamp): &(PathBuf, Stamp)) -> bool {
    stamp.is_none_or(|(changed, _)| {
        let age = SystemTime::now().duration_since(changed);
        age.map_or(true, |it| it > SETTLED)
    })
}

/// The files of a directory in the order of their names, but for hidden ones; none if it is not
/// there.
fn files_in(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().map(|it| it.to_string_lossy());
        if name.is_some_and(|it| !it.starts_with('.')) && !path.is_dir() {
            files.push(path);
        }
    }
    files.sort_unstable();
    Ok(files)
}

#[cfg(test)]
mod tests;

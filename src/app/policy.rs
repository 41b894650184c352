//! The policy in force: read from its files, and again when those change.
//!
//! A question costs no more than it would of a policy that never changes. At most one request
//! each [`INTERVAL`] waits until the files have been looked at, on a thread for such work.

pub mod answers;
mod overrides;
mod remote;
mod unknown;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime};
use std::{fs, io};

use arc_swap::ArcSwap;
use parking_lot::{Mutex, MutexGuard};
use serde_json::{Map, Value};
use tokio::task::spawn_blocking;

use super::error::SettingsFileError;
use super::image_rules::image_rules;
use crate::config::Config;
use crate::domain::policy::{
    DefaultRules, Policy, PolicyCredentials, PolicyError, PolicySources, PolicyTarget,
    RemoteAnswers, RemoteQuestion, Rule,
};
use crate::{Error, Result};
use answers::{NobodyAsks, PolicyAnswers};
use remote::RemotePolicy;
pub use remote::RemotePolicyError;

/// The interval in which files are not checked again.
const INTERVAL: Duration = Duration::from_millis(20);

/// A file that was written so lately may be written again without looking any newer.
const SETTLED: Duration = Duration::from_secs(1);

/// Glance's own rules; compiled once for all clouds of a process.
static DEFAULT_POLICY: LazyLock<Arc<Policy>> = LazyLock::new(|| Arc::new(Policy::defaults()));

/// The policy in force; cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Rules(Arc<PolicyInner>);

#[derive(Debug)]
struct PolicyInner {
    policy: ArcSwap<Policy>,
    remote: ArcSwap<RemotePolicy>,
    /// Held while it is made anew.
    held: Mutex<LoadedPolicy>,
    /// Whether there are files to look at.
    watched: AtomicBool,
    opened: Instant,
    /// The time of the last check of the files, in milliseconds since `opened`.
    looked: AtomicU64,
}

/// A policy as it was loaded.
#[derive(Debug)]
struct LoadedPolicy {
    sources: Sources,
    seen: Seen,
    /// The rules that override the files, as JSON.
    over: Option<String>,
}

/// The sources of a policy.
#[derive(Debug)]
struct Sources {
    file: Option<PathBuf>,
    directories: Vec<PathBuf>,
    new_defaults: bool,
    /// See [`PolicySources::named`].
    named: Vec<(String, String)>,
    /// See [`PolicySources::defaults`].
    defaults: DefaultRules,
}

/// The files as they were found.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    stamps: Vec<(PathBuf, FileStamp)>,
    texts: Vec<(PathBuf, String)>,
}

/// The properties that change with a file; none if it does not exist.
type FileStamp = Option<(SystemTime, u64)>;

/// Rules by their names, as they are written.
type Written = BTreeMap<String, String>;

/// A file that cannot be used, and the reason.
type Wrong = (PathBuf, String);

impl Rules {
    /// Reads the files that the settings name. Those that are not there say nothing yet.
    pub(crate) fn open(
        config: &Config,
        named: Vec<(String, String)>,
    ) -> Result<Self, SettingsFileError> {
        let (held, policy) = LoadedPolicy::read(config, named, None)?;
        Ok(Self(Arc::new(PolicyInner {
            policy: ArcSwap::new(policy),
            remote: ArcSwap::from_pointee(RemotePolicy::of(&config.rules)),
            watched: AtomicBool::new(held.sources.are_files()),
            held: Mutex::new(held),
            opened: Instant::now(),
            looked: AtomicU64::new(0),
        })))
    }

    /// Takes what other settings name; what was laid over the files stays there. Blocks. If it
    /// cannot be used, the rules stay as they are.
    pub(crate) fn change(
        &self,
        config: &Config,
        named: Vec<(String, String)>,
    ) -> Result<(), SettingsFileError> {
        let mut held = self.0.held();
        let (new, policy) = LoadedPolicy::read(config, named, held.over.clone())?;
        self.0
            .watched
            .store(new.sources.are_files(), Ordering::Relaxed);
        *held = new;
        self.0.policy.store(policy);
        self.0
            .remote
            .store(Arc::new(RemotePolicy::of(&config.rules)));
        Ok(())
    }

    /// Lays these rules over those of the start, or none, and tells all that are in force then; the
    /// words of a failure name the rule that is wrong. It is all of them or none.
    pub async fn lay_over(&self, rules: Option<Map<String, Value>>) -> Result<Written, String> {
        let inner = Arc::clone(&self.0);
        let laid = spawn_blocking(move || inner.lay_over(rules.as_ref())).await;
        laid.map_err(|error| format!("it broke off: {error}"))?
    }

    /// Every rule in force by its name, as it is written.
    pub async fn written(&self) -> Result<Written> {
        let inner = Arc::clone(&self.0);
        let written = spawn_blocking(move || inner.held().written()).await;
        written.map_err(|error| Error::Internal(format!("the rules: {error}")))
    }

    /// Returns whether a caller may do what the rule is about to a target: see [`Policy::allows`].
    #[must_use]
    pub fn allows(
        &self,
        rule: Rule,
        who: &(impl PolicyCredentials + ?Sized),
        what: &(impl PolicyTarget + ?Sized),
        answers: Option<&PolicyAnswers>,
    ) -> bool {
        let policy = self.0.policy.load();
        policy.allows_with(rule, who, what, answers_or_none(answers))
    }

    /// Returns whether a rule by its name lets a caller pass: see [`Policy::holds_named`].
    #[must_use]
    pub fn holds_named(
        &self,
        name: &str,
        who: &(impl PolicyCredentials + ?Sized),
        answers: Option<&PolicyAnswers>,
    ) -> bool {
        let policy = self.0.policy.load();
        policy.holds_named(name, who, answers_or_none(answers))
    }

    /// Returns whether any rule asks another server.
    #[must_use]
    pub fn asks_others(&self) -> bool {
        self.0.policy.load().asks_others()
    }

    /// Asks other servers what rules asked them in vain.
    ///
    /// # Errors
    ///
    /// Fails if one of them does not answer.
    pub async fn ask_others(
        &self,
        answers: &PolicyAnswers,
        questions: Vec<RemoteQuestion>,
    ) -> std::result::Result<(), RemotePolicyError> {
        let remote = self.0.remote.load_full();
        remote.answer(answers, questions).await
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

fn answers_or_none(answers: Option<&PolicyAnswers>) -> &dyn RemoteAnswers {
    match answers {
        Some(answers) => answers,
        None => &NobodyAsks,
    }
}

impl PolicyInner {
    /// Returns whether it is time to look at the files, and nobody else does already.
    fn is_due(&self) -> bool {
        if !self.watched.load(Ordering::Relaxed) {
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

    fn lay_over(&self, rules: Option<&Map<String, Value>>) -> Result<Written, String> {
        let mut held = self.held();
        if let Some(rules) = rules {
            overrides::check(rules, &held.sources.named, &held.written())?;
        }
        let over = rules.filter(|rule| !rule.is_empty());
        let over = over.map(|over| Value::Object(over.clone()).to_string());
        let texts = &held.seen.texts;
        let policy = held.sources.policy(texts, over.as_deref());
        let policy = policy.map_err(|(_, error)| error.without_line())?;
        held.over = over;
        self.policy.store(policy);
        Ok(held.written())
    }

    /// Takes changed files over. Where one of them cannot be used, the rules stay as they are.
    fn reread(&self) {
        if let Err((file, reason)) = self.take_over(&mut self.held()) {
            let file = file.display();
            tracing::error!(%file, "cannot load a changed policy file; the policy stays as it was: {reason}");
        }
    }

    fn take_over(&self, held: &mut LoadedPolicy) -> Result<(), Wrong> {
        let stamps = held.sources.stamps()?;
        if stamps == held.seen.stamps && stamps.iter().all(is_settled) {
            return Ok(());
        }
        held.seen.stamps = stamps;
        let texts = read(&held.seen.stamps)?;
        if texts == held.seen.texts {
            return Ok(());
        }
        // What is wrong is told once, and tried again when it has changed.
        held.seen.texts = texts;
        let texts = &held.seen.texts;
        let policy = held.sources.policy(texts, held.over.as_deref());
        self.policy
            .store(policy.map_err(|(place, error)| located(texts, place, &error))?);
        tracing::info!("reloaded the policy");
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, LoadedPolicy> {
        self.held.lock()
    }
}

impl LoadedPolicy {
    fn read(
        config: &Config,
        named: Vec<(String, String)>,
        over: Option<String>,
    ) -> Result<(Self, Arc<Policy>), SettingsFileError> {
        let sources = Sources::of(config, named);
        let wrong = |(path, reason)| SettingsFileError::Policy { path, reason };
        let stamps = sources.stamps().map_err(wrong)?;
        for (path, _) in stamps.iter().filter(|(_, stamp)| stamp.is_none()) {
            let file = path.display();
            tracing::warn!(%file, "the policy file does not exist yet; it is loaded when it appears");
        }
        let texts = read(&stamps).map_err(wrong)?;
        let policy = sources.policy(&texts, over.as_deref());
        let policy = policy.map_err(|(place, error)| wrong(located(&texts, place, &error)))?;
        let seen = Seen { stamps, texts };
        Ok((
            Self {
                sources,
                seen,
                over,
            },
            policy,
        ))
    }

    fn written(&self) -> Written {
        let files = files(&self.seen.texts, self.over.as_deref());
        Policy::effective_rules(&files, self.sources.new_defaults, self.sources.defaults)
    }
}

impl Sources {
    fn of(config: &Config, named: Vec<(String, String)>) -> Self {
        let given = |path_buf: &&PathBuf| !path_buf.as_os_str().is_empty();
        let directories = config.rules.policy_dirs.iter().filter(given);
        Self {
            file: config.images.policy_file.iter().find(given).cloned(),
            directories: directories.cloned().collect(),
            new_defaults: config.images.enforce_new_defaults,
            named,
            defaults: image_rules(config).policy,
        }
    }

    fn are_files(&self) -> bool {
        self.file.is_some() || !self.directories.is_empty()
    }

    /// The files that count, in the order in which they do.
    fn stamps(&self) -> Result<Vec<(PathBuf, FileStamp)>, Wrong> {
        let mut paths: Vec<PathBuf> = self.file.iter().cloned().collect();
        for directory in &self.directories {
            let listed = files_in(directory);
            paths.extend(listed.map_err(|error| (directory.clone(), error.to_string()))?);
        }
        let stamped = paths.into_iter().map(|path| match stamp(&path) {
            Ok(stamp) => Ok((path, stamp)),
            Err(error) => Err((path, error.to_string())),
        });
        stamped.collect()
    }

    /// The policy of these texts, and of what lies over them; a failure tells in which it is.
    fn policy(
        &self,
        texts: &[(PathBuf, String)],
        over: Option<&str>,
    ) -> Result<Arc<Policy>, (usize, PolicyError)> {
        let files = files(texts, over);
        let as_glance = self.named.is_empty() && self.defaults.is_empty();
        if files.is_empty() && self.new_defaults && as_glance {
            return Ok(Arc::clone(&DEFAULT_POLICY));
        }
        let policy = Policy::compile(PolicySources {
            files: &files,
            new_defaults: self.new_defaults,
            named: &self.named,
            defaults: self.defaults,
        })?;
        for unknown in unknown::unknown_rules(&files, &self.named, self.defaults) {
            // What is not of a file was checked when it was set.
            let Some((path, _)) = texts.get(unknown.file) else {
                continue;
            };
            let (file, rule) = (path.display(), unknown.name);
            match unknown.nearest {
                Some(nearest) => tracing::warn!(
                    %file,
                    rule,
                    "unknown policy rule, which no other rule uses: did you mean `{nearest}`?"
                ),
                None => {
                    tracing::warn!(%file, rule, "unknown policy rule, which no other rule uses");
                }
            }
        }
        for name in policy.undefined() {
            tracing::warn!(
                rule = name,
                "a policy rule is used but not defined; `default` applies"
            );
        }
        Ok(Arc::new(policy))
    }
}

/// The texts that count, the last the most.
fn files<'a>(texts: &'a [(PathBuf, String)], over: Option<&'a str>) -> Vec<&'a str> {
    let texts = texts.iter().map(|(_, text)| text.as_str());
    texts.chain(over).collect()
}

/// Returns which file is wrong, and how.
fn located(texts: &[(PathBuf, String)], place: usize, error: &PolicyError) -> Wrong {
    let path = texts.get(place).map(|(path, _)| path.clone());
    (path.unwrap_or_default(), error.to_string())
}

/// The texts of the files that are there.
fn read(stamps: &[(PathBuf, FileStamp)]) -> Result<Vec<(PathBuf, String)>, Wrong> {
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

fn stamp(path: &Path) -> io::Result<FileStamp> {
    match fs::metadata(path) {
        Ok(found) => Ok(Some((found.modified()?, found.len()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_settled((_, stamp): &(PathBuf, FileStamp)) -> bool {
    stamp.is_none_or(|(changed, _)| {
        let age = SystemTime::now().duration_since(changed);
        age.map_or(true, |age| age > SETTLED)
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
        let name = path
            .file_name()
            .map(|file_name| file_name.to_string_lossy());
        if name.is_some_and(|name| !name.starts_with('.')) && !path.is_dir() {
            files.push(path);
        }
    }
    files.sort_unstable();
    Ok(files)
}

#[cfg(test)]
mod tests;

//! Notifications in queues: what is queued for a webhook or a message broker is sent to it, one by one and in order, until it takes it.
//!
//! A change and its notification are in the queue by one commit. A notification leaves the queue once its recipient has taken it, so that
//! one that a server sent before it died is sent again.

mod backoff;
#[cfg(feature = "amqp")]
mod broker;
#[cfg(not(feature = "amqp"))]
mod broker_absent;
mod recipient;
mod webhook;

use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::app::App;
use crate::config::{Config, SettingError};
use crate::db::QueuedNotification;
use crate::runtime::metrics::Event;
use crate::{Error, Result};
use backoff::backoff;
#[cfg(feature = "amqp")]
use broker::Broker;
#[cfg(not(feature = "amqp"))]
use broker_absent::Broker;
use recipient::Recipient;
use webhook::Webhooks;

/// The time after which a server looks for what other servers have queued, or have left.
const POLL: Duration = Duration::from_secs(1);

/// The time between two looks at the length of a queue.
const TRIM: Duration = Duration::from_millis(100);

/// The time that a claim outlasts what it is for.
const MARGIN: Duration = Duration::from_secs(5);

/// Sees that this build can send to all who the settings name.
///
/// # Errors
///
/// Fails for a message broker in a build without the feature `amqp`, and for one whose files cannot be used.
pub fn check(config: &Config) -> std::result::Result<(), SettingError> {
    let Some(url) = &config.amqp.notification_amqp_url else {
        return Ok(());
    };
    Broker::new(url, config).map(drop)
}

/// Sends what is queued, as long as it is polled.
pub async fn work(app: App) {
    let config = app.config();
    let targets = config.notification_targets();
    if targets.is_empty() {
        return;
    }
    let cannot = "cannot send notifications";
    let webhooks = match Webhooks::new(&config) {
        Ok(webhooks) => webhooks,
        Err(error) => {
            tracing::error!(%error, "{cannot}");
            return;
        }
    };
    let recipients = match Recipient::all(&webhooks, &config).await {
        Ok(recipients) => recipients,
        Err(error) => {
            tracing::error!(%error, "{cannot}");
            return;
        }
    };
    if let Err(error) = forget_others(&app, &targets).await {
        report(&error, "cannot remove notifications of former recipients");
    }
    let workers = recipients.iter().map(|recipient| {
        let worker = Worker {
            app: &app,
            recipient,
            target: recipient.target(),
            patience: config.webhooks.notification_webhook_timeout,
        };
        async move { tokio::join!(worker.send_all(), worker.trim_again_and_again()) }
    });
    futures_util::future::join_all(workers).await;
}

/// Removes what is queued for those whom the settings name no more.
async fn forget_others(app: &App, targets: &[String]) -> Result<()> {
    let mut db = app.db.write().await?;
    db.retain_targets(targets);
    Ok(db.commit().await?)
}

fn report(error: &Error, what: &str) {
    let cause = error as &dyn std::error::Error;
    tracing::warn!(error = cause, "{what}");
}

/// What serves one recipient.
struct Worker<'a> {
    app: &'a App,
    recipient: &'a Recipient<'a>,
    target: String,
    /// The time that one attempt may take.
    patience: Duration,
}

/// What there is to send now.
enum NextNotification {
    /// This notification.
    Send(QueuedNotification),
    /// What another server sends.
    Claimed,
    /// Nothing.
    Nothing,
}

impl Worker<'_> {
    async fn send_all(&self) {
        let mut news = self.app.notifications.news();
        let mut failures = 0;
        loop {
            match self.next(failures).await {
                Ok(NextNotification::Send(queued)) => failures = self.send(&queued, failures).await,
                Ok(NextNotification::Claimed) => sleep(POLL).await,
                Ok(NextNotification::Nothing) => self.wait(&mut news).await,
                Err(error) => {
                    report(&error, "cannot read a queue of notifications");
                    sleep(POLL).await;
                }
            }
        }
    }

    /// Waits until something may have been queued.
    async fn wait(&self, news: &mut watch::Receiver<()>) {
        if self.app.db.is_remote() {
            // Other servers queue, too.
            timeout(POLL, news.changed()).await.ok();
        } else {
            news.changed().await.ok();
        }
    }

    async fn next(&self, failures: u32) -> Result<NextNotification> {
        let mut db = self.app.db.read().await?;
        let next = db.next_notification(&self.target).await?;
        drop(db);
        let Some(queued) = next else {
            return Ok(NextNotification::Nothing);
        };
        if !self.app.db.is_remote() {
            return Ok(NextNotification::Send(queued));
        }
        let claim = self.patience + backoff(failures) + MARGIN;
        let claim = TimeDelta::from_std(claim).unwrap_or(TimeDelta::MAX);
        let mut db = self.app.db.write().await?;
        let server = &self.app.uploads.server;
        let claimed = db.claim_notification(queued.id, server, claim).await?;
        db.commit().await?;
        Ok(if claimed {
            NextNotification::Send(queued)
        } else {
            NextNotification::Claimed
        })
    }

    /// Sends a notification, and waits if it was not taken. Returns how many attempts have failed since one succeeded.
    async fn send(&self, queued: &QueuedNotification, failures: u32) -> u32 {
        let (kind, to) = (self.recipient.kind(), self.recipient.shown());
        let sent = timeout(self.patience, self.recipient.send(&queued.body)).await;
        if let Err(error) = sent.unwrap_or_else(|_| Err("it takes too long".to_owned())) {
            if failures == 0 {
                tracing::warn!(
                    error,
                    to,
                    "a {kind} does not take notifications; they are sent again"
                );
            }
            sleep(backoff(failures)).await;
            return failures.saturating_add(1);
        }
        if failures > 0 {
            tracing::info!(to, "a {kind} takes notifications again");
        }
        while let Err(error) = self.remove(queued.id).await {
            report(&error, "cannot remove a notification that was sent");
            sleep(POLL).await;
        }
        self.app.metrics.count(Event::NotificationDelivered);
        0
    }

    async fn remove(&self, id: i64) -> Result<()> {
        let mut db = self.app.db.write().await?;
        db.remove_notification(id);
        Ok(db.commit().await?)
    }

    /// Keeps the queue from growing without bound.
    async fn trim_again_and_again(&self) {
        let mut news = self.app.notifications.news();
        let mut has_warned = false;
        loop {
            match self.trim().await {
                Ok(0) => {}
                Ok(dropped) => {
                    let count = u64::try_from(dropped).unwrap_or(u64::MAX);
                    self.app.metrics.count(Event::NotificationsDropped(count));
                    if !std::mem::replace(&mut has_warned, true) {
                        let (kind, to) = (self.recipient.kind(), self.recipient.shown());
                        tracing::warn!(
                            to,
                            "the queue of a {kind} is full; the oldest notifications are dropped"
                        );
                    }
                }
                Err(error) => {
                    report(&error, "cannot shorten a queue of notifications");
                }
            }
            sleep(TRIM).await;
            self.wait(&mut news).await;
        }
    }

    /// Drops the oldest notifications for which there is no room, and returns how many.
    async fn trim(&self) -> Result<usize> {
        let length = self.app.config().webhooks.notification_webhook_queue;
        let mut db = self.app.db.read().await?;
        let beyond = db.last_beyond(&self.target, length).await?;
        drop(db);
        let Some(last) = beyond else {
            return Ok(0);
        };
        let mut db = self.app.db.write().await?;
        let dropped = db.drop_notifications(&self.target, last).await?;
        db.commit().await?;
        Ok(dropped)
    }
}

//! Notifications of what callers and tasks do: sent when the session of the change commits.

use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::Error;
use crate::app::App;
use crate::db::{Session, TaskOutcome};
use crate::domain::caller::Caller;
use crate::domain::image::Image;
use crate::domain::notification::{self, EventType, Priority, SentData};
use crate::domain::status::Status;
use crate::domain::task::{Task, TaskStatus};

impl App {
    /// Notifies of an image as it is from the commit on.
    pub(super) fn notify_image(&self, db: &mut Session, event: EventType, image: &Image) {
        self.notify(db, event, || notification::image(image));
    }

    /// Notifies of an image that changes from what it was before the commit.
    pub(super) fn notify_change(
        &self,
        db: &mut Session,
        before: &Image,
        change: impl FnOnce(&mut Image),
    ) {
        let event = EventType::ImageUpdate;
        self.notify(db, event, || notification::image(&changed(before, change)));
    }

    /// Notifies that an image is deleted, and gets this status.
    pub(super) fn notify_deletion(
        &self,
        db: &mut Session,
        image: &Image,
        status: Status,
        at: DateTime<Utc>,
    ) {
        self.notify(db, EventType::ImageDelete, || {
            let last = changed(image, |image| {
                (image.status, image.updated_at) = (status, at);
            });
            notification::deleted(notification::image(&last), at)
        });
    }

    /// Notifies that data of an image has come into a store; `true`: so that it is active now.
    pub(super) fn notify_data(
        &self,
        db: &mut Session,
        before: &Image,
        activated: bool,
        change: impl FnOnce(&mut Image),
    ) {
        if !self.notifications.is_wanted() {
            return;
        }
        let image = &changed(before, change);
        let upload = EventType::ImageUpload;
        self.notify(db, upload, || notification::importing_image(image, None));
        if activated {
            self.notify_image(db, EventType::ImageActivate, image);
        }
        self.notify_image(db, EventType::ImageUpdate, image);
    }

    /// Notifies that data of an image begins to come, into this store.
    pub(super) fn notify_prepare(
        &self,
        db: &mut Session,
        before: &Image,
        store: &str,
        change: impl FnOnce(&mut Image),
    ) {
        // A server whose stores have no names tells none.
        let store = Some(store).filter(|_| self.stores.is_multi_store());
        let event = EventType::ImagePrepare;
        self.notify(db, event, || {
            notification::importing_image(&changed(before, change), store)
        });
    }

    /// Notifies that the data of an image did not get into a store, and that the image waits again.
    pub(super) fn notify_failed_upload(&self, image: &Image, error: &Error) {
        let (id, upload) = (&image.id, EventType::ImageUpload);
        let is_gone = matches!(error, Error::ImageGoneDuringUpload(_));
        let failed = self.notification(upload, Priority::Failure, || {
            let text = if is_gone {
                format!(
                    "Image {id} could not be found after upload. The image may have been deleted during the upload: {error}"
                )
            } else {
                format!("Failed to upload image data for image {id} due to internal error: {error}")
            };
            text.into()
        });
        let waits = (!is_gone).then(|| {
            self.notification(EventType::ImageUpdate, Priority::Info, || {
                let back = changed(image, |image| {
                    (image.status, image.updated_at) = (Status::Queued, self.clock.now());
                });
                notification::image(&back)
            })
        });
        self.send_now(failed.into_iter().chain(waits.flatten()).collect());
    }

    /// Notifies of a task that has this status from the commit on.
    pub(super) fn notify_task(
        &self,
        db: &mut Session,
        event: EventType,
        task: &Task,
        status: TaskStatus,
    ) {
        let kind = self.task_rules().name(task.kind);
        let now = self.clock.now();
        self.notify(db, event, || notification::task(task, kind, status, now));
    }

    /// Notifies that a task is over, and that its worker has left it. The last is about the task as it was created, as in
    /// Glance.
    pub(super) fn notify_end(&self, db: &mut Session, task: &Task, end: &TaskOutcome<'_>) {
        if !self.notifications.is_wanted() {
            return;
        }
        let event = match end.status {
            TaskStatus::Success => EventType::TaskSuccess,
            _ => EventType::TaskFailure,
        };
        let mut ended = task.clone();
        (ended.updated_at, ended.expires_at) = (end.at, Some(end.expires_at));
        self.notify_task(db, event, &ended, end.status);
        self.notify_task(db, EventType::TaskRun, task, TaskStatus::Pending);
    }
}

fn changed(before: &Image, change: impl FnOnce(&mut Image)) -> Image {
    let mut image = before.clone();
    change(&mut image);
    image
}

/// What notifies that the data of an image was sent.
#[derive(Debug)]
pub(super) struct SendingMeter {
    app: App,
    sent: SentData,
    bytes: u64,
    is_over: bool,
}

impl SendingMeter {
    /// Returns what follows the data of an image to this caller, if anybody wants to know of it.
    pub(super) fn of(app: &App, image: &Image, caller: &Caller) -> Option<Self> {
        app.is_wanted(EventType::ImageSend).then(|| Self {
            app: app.clone(),
            sent: SentData {
                image: image.id.clone(),
                owner: image.owner.clone(),
                project: caller.project.clone(),
                user: caller.user.clone(),
            },
            bytes: 0,
            is_over: false,
        })
    }

    /// Takes notice of bytes that are sent, of so many in all, or of the failure to read them.
    pub(super) fn pass(&mut self, chunk: &std::io::Result<Bytes>, expected: u64) {
        let priority = match chunk {
            Ok(bytes) => {
                self.bytes += bytes.len() as u64;
                if self.bytes < expected {
                    return;
                }
                Priority::Info
            }
            Err(_) => Priority::Failure,
        };
        if !std::mem::replace(&mut self.is_over, true) {
            let Self { sent, bytes, .. } = self;
            let event = EventType::ImageSend;
            let notification = self
                .app
                .notification(event, priority, || sent.payload(*bytes));
            self.app.send_now(notification.into_iter().collect());
        }
    }
}

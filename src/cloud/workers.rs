//! The workers of a cloud: tasks, uploads, the image cache, queued notifications, hashes of generated data.

use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::app::App;

/// The background workers of a cloud, which run until this is dropped.
#[derive(Debug)]
pub struct BackgroundWorkers {
    running: [JoinHandle<()>; 5],
    /// The tasks that one of them has begun, which end after it.
    begun: TaskTracker,
}

impl BackgroundWorkers {
    /// Ends it, and waits until it holds nothing any more.
    pub async fn end(&mut self) {
        for task in &mut self.running {
            // Its end is told only once.
            if task.is_finished() {
                continue;
            }
            task.abort();
            // How it ended is of no interest now.
            task.await.ok();
        }
        self.begun.close();
        self.begun.wait().await;
    }
}

impl Drop for BackgroundWorkers {
    fn drop(&mut self) {
        for task in &self.running {
            task.abort();
        }
    }
}

impl App {
    /// Does tasks, looks after what uploads of this and other servers leave, fills the image cache, sends queued
    /// notifications, and hashes made-up bytes, as long as the answer is held.
    #[must_use]
    pub fn watch(&self) -> BackgroundWorkers {
        let uploads = tokio::spawn(crate::service::recovery::watch(self.clone()));
        let tasks = tokio::spawn(crate::service::jobs::worker::watch(self.clone()));
        let cache = tokio::spawn(crate::service::cache::work(self.clone()));
        let outbox = tokio::spawn(crate::service::outbox::work(self.clone()));
        let made = tokio::spawn(crate::service::generated_data::work(self.clone()));
        BackgroundWorkers {
            running: [uploads, tasks, cache, outbox, made],
            begun: self.queue.begun.clone(),
        }
    }
}

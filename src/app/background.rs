//! Work that goes on when the client that began it goes away, but ends with its cloud.

use std::future::Future;

use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::{Error, Result};

/// What runs apart from the requests that began it.
#[derive(Debug, Default)]
pub struct BackgroundTasks {
    running: TaskTracker,
    over: CancellationToken,
    closing: CancellationToken,
}

impl BackgroundTasks {
    /// Does something to its end, whether or not somebody waits for it.
    ///
    /// # Errors
    ///
    /// Those of the work; that it died, by the name it is given; or that the cloud was over first.
    pub async fn run<T: Send + 'static>(
        &self,
        what: &str,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        match self.spawn(work).await {
            Ok(Some(outcome)) => outcome,
            Ok(None) => Err(Error::CloudReset),
            Err(error) => Err(Error::Internal(format!("{what} died: {error}"))),
        }
    }

    /// Begins something that nobody waits for.
    pub fn begin(&self, work: impl Future<Output = ()> + Send + 'static) {
        drop(self.spawn(work));
    }

    /// Begins something that gives nothing if the cloud is over first.
    fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<Option<T>> {
        let over = self.over.clone();
        let task = async move { over.run_until_cancelled(work).await };
        self.running.spawn(task.in_current_span())
    }

    /// Returns what tells requests whose data still comes that the server will not wait for it any more.
    #[must_use]
    pub fn closing(&self) -> CancellationToken {
        self.closing.clone()
    }

    /// Ends the requests whose data still comes.
    pub fn close_uploads(&self) {
        self.closing.cancel();
    }

    /// Waits until nothing of it is left, so that what is acknowledged already comes to its end; at the deadline, ends the rest
    /// where it stands. Returns true if nothing was ended so.
    pub async fn settle(&self, deadline: Instant) -> bool {
        self.running.close();
        let settled = timeout_at(deadline, self.running.wait()).await.is_ok();
        if !settled {
            self.end().await;
        }
        settled
    }

    /// Ends all of it where it stands, and waits until nothing of it is left.
    pub async fn end(&self) {
        self.over.cancel();
        self.running.close();
        self.running.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn work_that_does_not_settle_in_time_is_ended_at_the_deadline() {
        let tasks = Arc::new(BackgroundTasks::default());
        let owner = Arc::clone(&tasks);
        let work = tokio::spawn(async move { owner.run("a test", pending::<Result<()>>()).await });
        tokio::task::yield_now().await;
        let deadline = Instant::now() + Duration::from_millis(20);
        assert!(!tasks.settle(deadline).await);
        assert!(Instant::now() >= deadline);
        assert!(matches!(work.await.unwrap(), Err(Error::CloudReset)));
    }

    #[tokio::test]
    async fn work_that_settles_is_waited_for_and_no_longer() {
        let tasks = Arc::new(BackgroundTasks::default());
        let owner = Arc::clone(&tasks);
        let work = async {
            tokio::task::yield_now().await;
            Ok("done")
        };
        let work = tokio::spawn(async move { owner.run("a test", work).await });
        tokio::task::yield_now().await;
        let hour = Duration::from_hours(1);
        assert!(tasks.settle(Instant::now() + hour).await);
        assert_eq!(work.await.unwrap().unwrap(), "done");
    }
}

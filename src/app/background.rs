//! Work that goes on when the client that began it goes away, but ends with its cloud.

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::{Error, Result};

/// The longest time that background work may take when its server stops.
const PATIENCE: Duration = Duration::from_secs(5);

/// What runs apart from the requests that began it.
#[derive(Debug, Default)]
pub struct BackgroundTasks {
    running: TaskTracker,
    over: CancellationToken,
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
        let over = self.over.clone();
        let task = async move { over.run_until_cancelled(work).await };
        match self.running.spawn(task.in_current_span()).await {
            Ok(Some(outcome)) => outcome,
            Ok(None) => Err(Error::CloudReset),
            Err(error) => Err(Error::Internal(format!("{what} died: {error}"))),
        }
    }

    /// Waits for a while until nothing of it is left: what is acknowledged already comes to its end.
    pub async fn settle(&self) {
        self.running.close();
        tokio::time::timeout(PATIENCE, self.running.wait())
            .await
            .ok();
    }

    /// Ends all of it where it stands, and waits until nothing of it is left.
    pub async fn end(&self) {
        self.over.cancel();
        self.running.close();
        self.running.wait().await;
    }
}

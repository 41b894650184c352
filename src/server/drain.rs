//! The end of a server: running requests get some time, and the log says what is waited for.

use std::time::Duration;

use tokio::task::JoinSet;

use crate::cloud::Clouds;

/// The time after which it is worth a log line that requests still run.
const PROMPT: Duration = Duration::from_millis(200);

/// The part of the grace that is kept for tidying up after requests that are cut off; a quarter of a short one.
const RESERVE: Duration = Duration::from_millis(500);

/// The end of running requests at a shutdown.
#[derive(Debug)]
pub(super) struct Drain {
    /// The time that they have, together with what is to be done after them.
    pub(super) grace: Duration,
    /// The clouds whose work is counted for the log.
    pub(super) clouds: Option<Clouds>,
}

impl Drain {
    /// Waits until all connections have ended, or closes them when their time is over.
    pub(super) async fn finish(&self, mut connections: JoinSet<()>) {
        let time = self.grace.saturating_sub(RESERVE.min(self.grace / 4));
        let prompt = PROMPT.min(time);
        if ended(&mut connections, prompt).await {
            return;
        }
        let (uploads, tasks) = match &self.clouds {
            Some(clouds) => clouds.running().await,
            None => (0, 0),
        };
        tracing::info!(
            connections = connections.len(),
            uploads,
            tasks,
            grace_s = self.grace.as_secs(),
            "waiting for requests to end"
        );
        if !ended(&mut connections, time.saturating_sub(prompt)).await {
            let cut_off = connections.len();
            // Clients that still listen learn why.
            if let Some(clouds) = &self.clouds {
                clouds.close_uploads().await;
                ended(&mut connections, self.grace.saturating_sub(time) / 2).await;
            }
            tracing::warn!(
                connections = cut_off,
                uploads,
                "closed connections whose requests did not end in time; --shutdown-grace gives them longer"
            );
        }
        connections.shutdown().await;
    }
}

/// Waits for all connections to end, and returns whether they did.
async fn ended(connections: &mut JoinSet<()>, time: Duration) -> bool {
    let all = async { while connections.join_next().await.is_some() {} };
    tokio::time::timeout(time, all).await.is_ok()
}

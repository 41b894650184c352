//! The time that another server gets: for its next bytes, for each minute of them, and for all of them.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::FetchError;
use crate::config::FilterOptions;

/// The time over which the rate of a server is an average.
const WINDOW: Duration = Duration::from_mins(1);

/// The limits of the settings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// How long nothing may come.
    pub(super) silence: Duration,
    /// How long all of it may take.
    total: Duration,
    /// The fewest bytes in a second.
    rate: u64,
    window: Duration,
}

/// The time that was spent with waiting for a server. What its reader takes for other work, such as
/// writing into a slow store, is not the server's.
#[derive(Debug)]
pub(super) struct Wait {
    patience: Patience,
    total: Duration,
    /// The time and the bytes of this window.
    window: (Duration, u64),
}

impl Patience {
    pub(super) fn new(options: &FilterOptions) -> Self {
        Self {
            silence: options.import_read_timeout,
            total: options.import_total_timeout,
            rate: options.import_min_rate,
            window: WINDOW,
        }
    }

    /// Begins to count.
    pub(super) fn begin(self) -> Wait {
        Wait {
            patience: self,
            total: Duration::ZERO,
            window: (Duration::ZERO, 0),
        }
    }

    /// Changes the time over which the rate is an average.
    #[cfg(test)]
    pub(super) fn within(self, window: Duration) -> Self {
        Self { window, ..self }
    }
}

impl Wait {
    /// Waits for the next bytes; `size` tells how many came.
    ///
    /// # Errors
    /// Fails if the server is silent, too slow, or has had all of its time.
    pub(super) async fn next<T>(
        &mut self,
        bytes: impl Future<Output = T>,
        size: impl Fn(&T) -> u64,
    ) -> Result<T, FetchError> {
        let Patience { silence, total, .. } = self.patience;
        let begin = Instant::now();
        let left = total.saturating_sub(self.total);
        let came = timeout(silence.min(left), bytes).await;
        let waited = begin.elapsed();
        self.total += waited;
        let came = came.map_err(|_| {
            if left < silence {
                FetchError::TooLong(total)
            } else {
                FetchError::Timeout(silence)
            }
        })?;
        self.count(waited, size(&came))?;
        Ok(came)
    }

    /// Counts bytes that came, and judges a window that is over.
    fn count(&mut self, waited: Duration, bytes: u64) -> Result<(), FetchError> {
        let Patience { rate, window, .. } = self.patience;
        self.window.0 += waited;
        self.window.1 += bytes;
        if self.window.0 < window {
            return Ok(());
        }
        let (time, came) = std::mem::take(&mut self.window);
        let billionths = u128::from(came) * Duration::from_secs(1).as_nanos();
        if billionths < u128::from(rate) * time.as_nanos() {
            return Err(FetchError::TooSlow(rate));
        }
        Ok(())
    }
}

//! The clock of a cloud: read, set, frozen and advanced.

use chrono::{DateTime, TimeDelta, Utc};

use super::CloudHandle;
use crate::runtime::clock::{ClockRangeError, ClockReading};

impl CloudHandle {
    /// Returns what its clock shows, and whether it is frozen.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::start().await?;
    /// assert!(!glance.clock().await.frozen);
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn clock(&self) -> ClockReading {
        self.cloud.app().await.clock.reading()
    }

    /// Sets its clock to a time; a frozen clock stays frozen, another runs on from there.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::start().await?;
    /// glance.set_clock("2030-01-01T00:00:00Z".parse()?).await?;
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails for a time before 1970 or after 9998.
    pub async fn set_clock(&self, now: DateTime<Utc>) -> Result<(), ClockRangeError> {
        self.cloud.app().await.clock.set(Some(now), None)
    }

    /// Stops its clock where it is, until [`advance`](Self::advance), [`set_clock`](Self::set_clock) or
    /// [`unfreeze`](Self::unfreeze).
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::start().await?;
    /// glance.freeze().await?;
    /// assert_eq!(glance.clock().await.now, glance.clock().await.now);
    /// glance.unfreeze().await?;
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if the system's own time is out of the clock's range.
    pub async fn freeze(&self) -> Result<(), ClockRangeError> {
        self.cloud.app().await.clock.set(None, Some(true))
    }

    /// Stops its clock at a time.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::start().await?;
    /// let new_year = "2030-01-01T00:00:00Z".parse()?;
    /// glance.freeze_at(new_year).await?;
    /// assert_eq!(glance.clock().await.now, new_year);
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails for a time before 1970 or after 9998.
    pub async fn freeze_at(&self, now: DateTime<Utc>) -> Result<(), ClockRangeError> {
        self.cloud.app().await.clock.set(Some(now), Some(true))
    }

    /// Lets a frozen clock run on from where it is.
    ///
    /// # Errors
    ///
    /// Fails if the system's own time is out of the clock's range.
    pub async fn unfreeze(&self) -> Result<(), ClockRangeError> {
        self.cloud.app().await.clock.set(None, Some(false))
    }

    /// Advances its clock, frozen or not; a negative time sets it back.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use chrono::TimeDelta;
    ///
    /// let glance = lookalike::Server::start().await?;
    /// glance.advance(TimeDelta::days(1)).await?;
    /// // Tokens have expired by now.
    /// assert!(glance.advance(TimeDelta::days(9_999_999)).await.is_err());
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails where that would be before 1970 or after 9998; the clock stays as it is.
    pub async fn advance(&self, by: TimeDelta) -> Result<(), ClockRangeError> {
        self.cloud.app().await.clock.advance(by)
    }

    /// Puts its clock back to the settings of the start.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::start().await?;
    /// glance.freeze().await?;
    /// glance.restart_clock().await;
    /// assert!(!glance.clock().await.frozen);
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn restart_clock(&self) {
        self.cloud.app().await.clock.reset();
    }
}

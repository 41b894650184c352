//! The journal of a cloud: the requests of its clients.

use serde_json::Value;

use super::CloudHandle;
use crate::control::{self, UnreadInput};
use crate::simulation::journal::{Expectation, Filter, Recorded, Verdict, har};

impl CloudHandle {
    /// Returns the recorded requests of its clients, the oldest first.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::start().await?;
    /// for request in glance.requests().await {
    ///     println!("{} {} was answered {:?}", request.method, request.path, request.status);
    /// }
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn requests(&self) -> Vec<Recorded> {
        self.cloud.app().await.journal.requests()
    }

    /// Returns the recorded requests that a filter takes, the oldest first.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use lookalike::Filter;
    ///
    /// let glance = lookalike::Server::start().await?;
    /// let failed_uploads = Filter::default().method("PUT")?.path("/v2/images/*/file")?.status("5xx")?;
    /// assert!(glance.requests_matching(&failed_uploads).await.is_empty());
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn requests_matching(&self, filter: &Filter) -> Vec<Recorded> {
        let found = self.cloud.app().await.journal.find(filter, None);
        found.iter().map(|entry| entry.recorded()).collect()
    }

    /// Returns the requests that a filter takes as an HTTP archive (HAR), which browsers and proxies read.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::start().await?;
    /// let archive = glance.har(&lookalike::Filter::default()).await;
    /// assert_eq!(archive["log"]["version"], "1.2");
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn har(&self, filter: &Filter) -> Value {
        let found = self.cloud.app().await.journal.find(filter, None);
        har(&found, &self.cloud.start().below)
    }

    /// Forgets all recorded requests; the numbers of later ones count on.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::start().await?;
    /// glance.clear_requests().await;
    /// assert!(glance.requests().await.is_empty());
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn clear_requests(&self) {
        self.cloud.app().await.journal.clear();
    }

    /// Returns whether clients sent what is expected of them.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use lookalike::{Expectation, Filter};
    ///
    /// let glance = lookalike::Server::start().await?;
    /// let filter = Filter::default().method("DELETE")?;
    /// let none = Expectation { filter, exactly: Some(0), ..Expectation::default() };
    /// let verdict = glance.verify(&none).await?;
    /// assert!(verdict.holds, "{}", verdict.message);
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if nothing can be as expected, such as at least 2 and at most 1.
    pub async fn verify(&self, expected: &Expectation) -> Result<Verdict, String> {
        self.cloud.app().await.journal.verify(expected)
    }

    /// Returns the input of its clients' requests that nothing read, for each route: of those that the journal
    /// has and that were answered well.
    ///
    /// # Errors
    ///
    /// Fails if the description of the API cannot be read.
    pub async fn unread(&self) -> crate::Result<Vec<UnreadInput>> {
        control::unread(&self.cloud).await
    }
}

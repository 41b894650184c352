//! Faults and the pace of a cloud.

use serde_json::Value;

use super::CloudHandle;
use crate::cloud::simulation::UnknownFaultError;
use crate::domain::fault::FaultRuleError;
use crate::simulation::faults::FaultView;

impl CloudHandle {
    /// Adds a fault, and returns its id: what `POST /_lookalike/faults` does, with the same document.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    ///
    /// let glance = lookalike::Server::start().await?;
    /// let rule = json!({ "match": { "path": "/v2/images" }, "times": 1, "fault": { "status": 503 } });
    /// glance.fault(rule).await?;
    /// // The next request of a client for images is answered with 503.
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if the document is no fault; the error names the field.
    pub async fn fault(&self, document: Value) -> Result<String, FaultRuleError> {
        self.cloud.app().await.add_fault(document)
    }

    /// Returns its faults in their order, each with how often it was met.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use serde_json::json;
    /// let glance = lookalike::Server::start().await?;
    /// glance.fault(json!({ "fault": { "status": 503 } })).await?;
    /// for fault in glance.faults().await {
    ///     println!("{}: struck {} of {} requests", fault.id, fault.struck, fault.seen);
    /// }
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn faults(&self) -> Vec<FaultView> {
        self.cloud.app().await.faults.list()
    }

    /// Removes one fault: what it held up goes on.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use serde_json::json;
    /// let glance = lookalike::Server::start().await?;
    /// let id = glance.fault(json!({ "fault": { "status": 503 } })).await?;
    /// glance.remove_fault(&id).await?;
    /// assert!(glance.remove_fault(&id).await.is_err());
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if there is no fault with this id.
    pub async fn remove_fault(&self, id: &str) -> Result<(), UnknownFaultError> {
        self.cloud.app().await.remove_fault(id)
    }

    /// Removes all faults: what they held up goes on.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::start().await?;
    /// glance.clear_faults().await;
    /// assert!(glance.faults().await.is_empty());
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn clear_faults(&self) {
        self.cloud.app().await.faults.clear();
    }

    /// Sets how long its images and tasks stay in their states: what `PUT /_lookalike/pace` does,
    /// with the same document.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    ///
    /// let glance = lookalike::Server::start().await?;
    /// glance.pace(json!({ "importing": { "polls": 3 } })).await?;
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if the document is no pace; the error names the field.
    pub async fn pace(&self, document: Value) -> Result<(), FaultRuleError> {
        self.cloud.app().await.set_pace(document)
    }

    /// Removes the pace: what rests goes on.
    pub async fn clear_pace(&self) {
        self.cloud.app().await.pace.set(Vec::new());
    }

    /// Removes all faults and the pace: what they held up goes on.
    pub async fn clear_simulation(&self) {
        self.cloud.app().await.clear_simulation();
    }
}

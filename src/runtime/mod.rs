//! The time and the randomness of one cloud, both of which can be set so that a run can be
//! repeated, the threads for blocking work, files that outlast a power cut, files
//! of certificates, and what a server measures of itself.

pub mod audit;
pub mod blocking;
pub mod clock;
pub mod durable;
pub mod log;
pub mod metrics;
pub mod notifications;
#[cfg(any(feature = "tls", feature = "amqp"))]
pub(crate) mod pem;
pub mod random;

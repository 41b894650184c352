//! The label sets of metrics. Each label has few values: no path, name or id of a client is one.

use std::sync::Arc;

use prometheus_client::encoding::EncodeLabelSet;

/// The labels of a request that was answered.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(super) struct AnsweredRequest {
    pub(super) route: Arc<str>,
    pub(super) method: &'static str,
    pub(super) status: u16,
}

/// The labels of the time of a request.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(super) struct RoutedRequest {
    pub(super) route: Arc<str>,
    pub(super) method: &'static str,
}

/// The labels of a session of the database.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(super) struct DatabaseLabels {
    pub(super) access: &'static str,
}

/// The labels of an operation of a store.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(super) struct StoreLabels {
    pub(super) store: String,
    pub(super) operation: &'static str,
}

/// The labels of a fault.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(super) struct FaultLabels {
    pub(super) effect: &'static str,
}

/// The labels of a task that has ended.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(super) struct EndedTask {
    pub(super) r#type: &'static str,
    pub(super) status: &'static str,
}

/// The labels of a log-in that was refused.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(super) struct LoginLabels {
    pub(super) api: &'static str,
}

/// The labels of the images in the database.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(super) struct ImageLabels {
    pub(super) status: String,
}

/// The labels of the tasks in the database.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(super) struct TaskLabels {
    pub(super) r#type: String,
    pub(super) status: String,
}

/// The labels that say which program runs.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(super) struct BuildLabels {
    pub(super) version: &'static str,
}

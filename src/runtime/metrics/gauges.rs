//! Numbers of what there is, or goes on, at a moment.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::labels::{BuildLabels, ImageLabels, TaskLabels};
use super::measured::{Inventory, Ongoing};

/// Numbers of what there is, or goes on, at a moment.
#[derive(Debug, Default)]
pub(super) struct Gauges {
    connections: Gauge,
    pub(super) accepted: Counter,
    uploads: Gauge,
    downloads: Gauge,
    running_tasks: Gauge,
    images: Family<ImageLabels, Gauge>,
    tasks: Family<TaskLabels, Gauge>,
    sandboxes: Gauge,
}

impl Gauges {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let new = Self::default();
        let gauges = [
            ("connections", "Open connections", &new.connections),
            (
                "uploads_in_progress",
                "Data of images and objects that comes from clients now",
                &new.uploads,
            ),
            (
                "downloads_in_progress",
                "Data of images and objects that goes to clients now",
                &new.downloads,
            ),
            (
                "tasks_running",
                "Tasks that this server performs now",
                &new.running_tasks,
            ),
            ("sandboxes", "Sandboxes of this server", &new.sandboxes),
        ];
        for (name, help, gauge) in gauges {
            registry.register(name, help, gauge.clone());
        }
        registry.register(
            "connections_accepted",
            "Connections that were accepted",
            new.accepted.clone(),
        );
        registry.register(
            "images",
            "Images of the main cloud, by status",
            new.images.clone(),
        );
        registry.register(
            "tasks",
            "Tasks of the main cloud that have not expired, by type and status",
            new.tasks.clone(),
        );
        let build = Family::<BuildLabels, Gauge>::default();
        build
            .get_or_create(&BuildLabels {
                version: env!("CARGO_PKG_VERSION"),
            })
            .set(1);
        registry.register(
            "build_info",
            "Version of the program; the value is always 1",
            build,
        );
        new
    }

    /// Returns the number that this kind of work counts in.
    pub(super) fn of(&self, work: Ongoing) -> &Gauge {
        match work {
            Ongoing::Connection => &self.connections,
            Ongoing::Upload => &self.uploads,
            Ongoing::Download => &self.downloads,
            Ongoing::Task => &self.running_tasks,
        }
    }

    /// Replaces the numbers of what the database has.
    pub(super) fn set(&self, inventory: &Inventory) {
        self.sandboxes
            .set(i64::try_from(inventory.sandboxes).unwrap_or(i64::MAX));
        self.images.clear();
        for (status, count) in &inventory.images {
            let labels = ImageLabels {
                status: status.clone(),
            };
            self.images.get_or_create(&labels).set(*count);
        }
        self.tasks.clear();
        for (kind, status, count) in &inventory.tasks {
            let labels = TaskLabels {
                r#type: kind.clone(),
                status: status.clone(),
            };
            self.tasks.get_or_create(&labels).set(*count);
        }
    }
}

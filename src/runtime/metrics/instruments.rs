//! All instruments of a server, and the registry that they are read from.

use std::sync::Arc;

use prometheus_client::encoding::{prometheus_text, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::gauges::Gauges;
use super::http::{HttpInstruments, MeteredRequest};
use super::labels::{DatabaseLabels, EndedTask, FaultLabels, LoginLabels, StoreLabels};
use super::measured::{Event, Inventory, LoginApi, Ongoing, TextFormat, TimedWork};
use super::process::ProcessCollector;
use super::running::{CountedWork, RunningTime};
use crate::domain::fault::{DataAccess, FaultEffect};
use crate::domain::task::{TaskKind, TaskStatus};

/// The upper bounds of the times of the database, in seconds.
const DATABASE_BOUNDS: [f64; 12] = [
    0.000_01, 0.000_05, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 10.0,
];

/// The upper bounds of the times of stores, in seconds.
const STORE_BOUNDS: [f64; 10] = [0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 10.0, 60.0];

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// All instruments of a server.
#[derive(Debug)]
pub(super) struct Instruments {
    registry: Registry,
    http: Arc<HttpInstruments>,
    gauges: Gauges,
    traffic: BytePair,
    data: BytePair,
    database_wait: AccessTimes,
    database_session: AccessTimes,
    store: Histograms<StoreLabels>,
    faults: Family<FaultLabels, Counter>,
    tasks_ended: Family<EndedTask, Counter>,
    logins_refused: Family<LoginLabels, Counter>,
    tokens_refused: Counter,
    notifications_delivered: Counter,
    notifications_dropped: Counter,
}

/// The times of both kinds of access to the database.
#[derive(Debug)]
struct AccessTimes {
    read: Histogram,
    write: Histogram,
}

impl AccessTimes {
    fn register(registry: &mut Registry, name: &str, help: &str) -> Self {
        let all: Histograms<DatabaseLabels> =
            Family::new_with_constructor(|| Histogram::new(DATABASE_BOUNDS));
        let of = |access| all.get_or_create_owned(&DatabaseLabels { access });
        let new = Self {
            read: of("read"),
            write: of("write"),
        };
        registry.register_with_unit(name, help, Unit::Seconds, all);
        new
    }

    fn of(&self, access: DataAccess) -> &Histogram {
        match access {
            DataAccess::Read => &self.read,
            DataAccess::Write => &self.write,
        }
    }
}

/// Bytes in two directions.
#[derive(Clone, Debug, Default)]
pub(super) struct BytePair {
    received: Counter,
    sent: Counter,
}

impl BytePair {
    pub(super) fn count_received(&self, bytes: usize) {
        self.received.inc_by(bytes as u64);
    }

    pub(super) fn count_sent(&self, bytes: usize) {
        self.sent.inc_by(bytes as u64);
    }
}

impl Instruments {
    /// `true`: this build of the program has metrics.
    pub(super) const AVAILABLE: bool = true;

    /// Creates those of a server with these templates of paths.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "a program without metrics has none to return"
    )]
    pub(super) fn collect(routes: &[String]) -> Option<Arc<Self>> {
        Some(Arc::new(Self::new(routes)))
    }

    fn new(routes: &[String]) -> Self {
        let mut registry = Registry::default();
        // Their names have no prefix.
        registry.register_collector(Box::new(ProcessCollector));
        let own = registry.sub_registry_with_prefix("lookalike");
        let http = Arc::new(HttpInstruments::register(own, routes));
        let gauges = Gauges::register(own);
        let database_wait = AccessTimes::register(
            own,
            "database_session_wait",
            "Time that sessions of the database waited for a connection",
        );
        let database_session = AccessTimes::register(
            own,
            "database_session_duration",
            "Time that sessions of the database had a connection",
        );
        let mut instruments = Self {
            registry: Registry::default(),
            http,
            gauges,
            traffic: BytePair::default(),
            data: BytePair::default(),
            database_wait,
            database_session,
            store: Family::new_with_constructor(|| Histogram::new(STORE_BOUNDS)),
            faults: Family::default(),
            tasks_ended: Family::default(),
            logins_refused: Family::default(),
            tokens_refused: Counter::default(),
            notifications_delivered: Counter::default(),
            notifications_dropped: Counter::default(),
        };
        instruments.register(own);
        instruments.begin_with_zero();
        instruments.registry = registry;
        instruments
    }

    fn register(&self, registry: &mut Registry) {
        let bytes = [
            (
                "network_received",
                "Bytes that came over all connections",
                &self.traffic.received,
            ),
            (
                "network_sent",
                "Bytes that went over all connections",
                &self.traffic.sent,
            ),
            (
                "uploaded",
                "Bytes of images and objects that came from clients",
                &self.data.received,
            ),
            (
                "downloaded",
                "Bytes of images and objects that went to clients",
                &self.data.sent,
            ),
        ];
        for (name, help, counter) in bytes {
            registry.register_with_unit(name, help, Unit::Bytes, counter.clone());
        }
        registry.register_with_unit(
            "store_operation_duration",
            "Time of a store for an operation on the data of an image, without waits for data",
            Unit::Seconds,
            self.store.clone(),
        );
        registry.register(
            "faults_fired",
            "Strikes of fault rules, by effect",
            self.faults.clone(),
        );
        registry.register(
            "tasks_ended",
            "Tasks that this server ended",
            self.tasks_ended.clone(),
        );
        registry.register(
            "logins_refused",
            "Log-ins that were refused",
            self.logins_refused.clone(),
        );
        registry.register(
            "tokens_refused",
            "Requests to the Images API and the object store without a valid token",
            self.tokens_refused.clone(),
        );
        self.register_notifications(registry);
    }

    fn register_notifications(&self, registry: &mut Registry) {
        registry.register(
            "notifications_delivered",
            "Notifications that webhooks and message brokers took",
            self.notifications_delivered.clone(),
        );
        registry.register(
            "notifications_dropped",
            "Notifications that were dropped, for a queue was full",
            self.notifications_dropped.clone(),
        );
    }

    /// Makes the series whose labels are known, so that the first event of each is seen as an increase.
    fn begin_with_zero(&self) {
        for effect in FaultEffect::NAMES {
            drop(self.faults.get_or_create(&FaultLabels { effect }));
        }
        for kind in TaskKind::ALL {
            for status in [TaskStatus::Success, TaskStatus::Failure] {
                drop(self.tasks_ended.get_or_create(&ended(*kind, status)));
            }
        }
        for api in LoginApi::ALL {
            drop(self.logins_refused.get_or_create(&login(*api)));
        }
    }

    /// Counts an event.
    pub(super) fn count(&self, event: Event) {
        match event {
            Event::Fault(effect) => {
                self.faults.get_or_create(&FaultLabels { effect }).inc();
            }
            Event::TaskEnded(kind, status) => {
                self.tasks_ended.get_or_create(&ended(kind, status)).inc();
            }
            Event::LoginRefused(api) => {
                self.logins_refused.get_or_create(&login(api)).inc();
            }
            Event::TokenRefused => {
                self.tokens_refused.inc();
            }
            Event::NotificationDelivered => {
                self.notifications_delivered.inc();
            }
            Event::NotificationsDropped(count) => {
                self.notifications_dropped.inc_by(count);
            }
            Event::UploadedBytes(bytes) => {
                self.data.received.inc_by(bytes);
            }
            Event::DownloadedBytes(bytes) => {
                self.data.sent.inc_by(bytes);
            }
        }
    }

    /// Begins the time of a request.
    pub(super) fn request(&self, method: &str) -> MeteredRequest {
        MeteredRequest::start(&self.http, method)
    }

    /// Begins the time of this work.
    pub(super) fn time(&self, timed: TimedWork<'_>) -> RunningTime {
        RunningTime::start(self.histogram(timed))
    }

    /// Counts work as under way.
    pub(super) fn begin(&self, work: Ongoing) -> CountedWork {
        if let Ongoing::Connection = work {
            self.gauges.accepted.inc();
        }
        CountedWork::count(self.gauges.of(work).clone())
    }

    /// Returns what counts the bytes of connections.
    pub(super) fn traffic(&self) -> BytePair {
        self.traffic.clone()
    }

    /// Replaces the numbers of what the database has.
    pub(super) fn set_inventory(&self, inventory: &Inventory) {
        self.gauges.set(inventory);
    }

    /// Returns all measurements as text.
    pub(super) fn text(&self, format: TextFormat) -> Option<String> {
        let mut written = String::new();
        let outcome = match format {
            TextFormat::Prometheus => prometheus_text::encode(&mut written, &self.registry),
            TextFormat::OpenMetrics => text::encode(&mut written, &self.registry),
        };
        outcome.ok().map(|()| written)
    }

    fn histogram(&self, timed: TimedWork<'_>) -> Histogram {
        match timed {
            TimedWork::DatabaseWait(access) => self.database_wait.of(access).clone(),
            TimedWork::DatabaseSession(access) => self.database_session.of(access).clone(),
            TimedWork::Store(store, operation) => self.store.get_or_create_owned(&StoreLabels {
                store: store.to_owned(),
                operation: operation.as_str(),
            }),
        }
    }
}

fn ended(kind: TaskKind, status: TaskStatus) -> EndedTask {
    EndedTask {
        r#type: kind.as_str(),
        status: status.as_str(),
    }
}

fn login(api: LoginApi) -> LoginLabels {
    let api = api.as_str();
    LoginLabels { api }
}

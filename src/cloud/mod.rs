//! Clouds as their owner sees them: each can be made anew, and a server can hold many.

mod sandboxes;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::sync::{Mutex, RwLock};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::api;
use crate::app::{App, Begin, Hold, OpenError, Watch};
use crate::config::Config;

pub use sandboxes::{Clouds, Sandbox, SandboxError, Wanted};

/// How long a reset waits for the requests that are under way.
const GRACE: Duration = Duration::from_millis(50);

/// A cloud that stays the same to whoever holds it, however often it is made anew; cloning it is
/// cheap.
#[derive(Clone, Debug)]
pub struct Cloud(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// What it begins with, each time.
    start: Config,
    hold: Mutex<Hold>,
    /// What runs now. Whoever writes it has the cloud to himself: requests wait until then.
    now: RwLock<Generation>,
}

/// A cloud from one beginning to the next.
#[derive(Clone, Debug)]
struct Generation {
    app: App,
    routes: Router,
    watch: Arc<Mutex<Watch>>,
    /// The requests that are under way.
    guests: TaskTracker,
}

impl Generation {
    fn of(app: App) -> Self {
        let routes = api::router(app.clone());
        let watch = Arc::new(Mutex::new(app.watch()));
        Self {
            app,
            routes,
            watch,
            guests: TaskTracker::new(),
        }
    }

    /// Ends all that it does; after this it changes nothing any more.
    async fn end(&self) {
        self.guests.close();
        // Most requests end of themselves, and sooner than anybody notices.
        tokio::time::timeout(GRACE, self.guests.wait()).await.ok();
        self.watch.lock().await.end().await;
        self.app.apart.end().await;
        self.app.db.shut().await;
    }
}

impl Cloud {
    /// Opens the cloud that the settings describe, and begins what runs beside its requests.
    pub async fn open(config: Config) -> Result<Self, OpenError> {
        let mut hold = Hold::take(&config)?;
        let app = App::open(config.clone(), &mut hold, Begin::AsLeft).await?;
        Ok(Self(Arc::new(Inner {
            start: config,
            hold: Mutex::new(hold),
            now: RwLock::new(Generation::of(app)),
        })))
    }

    /// The cloud as it runs now. A reset puts another in its place.
    pub async fn app(&self) -> App {
        self.0.now.read().await.app.clone()
    }

    /// What answers its requests now, and what is to be held until an answer is there: a reset gives
    /// such requests a moment to end.
    pub async fn routes(&self) -> (Router, TaskTrackerToken) {
        let now = self.0.now.read().await;
        (now.routes.clone(), now.guests.token())
    }

    /// The settings that it begins with, each time.
    #[must_use]
    pub fn start(&self) -> &Config {
        &self.0.start
    }

    /// Puts the cloud back to its start. Requests that come meanwhile wait; work that runs is ended
    /// and leaves nothing.
    pub async fn reset(&self) -> Result<(), OpenError> {
        self.again(Begin::Anew).await
    }

    async fn again(&self, begin: Begin) -> Result<(), OpenError> {
        let mut hold = self.0.hold.lock().await;
        let mut now = self.0.now.write().await;
        now.end().await;
        let config = self.0.start.clone();
        // Where this fails, the old one stays, and says that its database is closed.
        let app = Box::pin(App::open(config, &mut hold, begin)).await?;
        *now = Generation::of(app);
        Ok(())
    }

    /// Ends all that it does, at once: nobody wants what is in it any more.
    pub async fn end(&self) {
        self.0.now.read().await.end().await;
    }

    /// Ends what runs beside the requests, and closes the database. Everything acknowledged is safe.
    pub async fn close(&self) {
        let now = self.0.now.read().await;
        now.watch.lock().await.end().await;
        now.app.close().await;
    }
}

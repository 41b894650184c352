//! The runtime of a server whose owner has none.

use std::io;
use std::panic::resume_unwind;
use std::thread;

use tokio::runtime::{Builder, EnterGuard, Handle, Runtime};

/// A runtime on threads of its own.
#[derive(Debug)]
pub(super) struct OwnRuntime {
    handle: Handle,
    /// Taken when this is dropped.
    runtime: Option<Runtime>,
}

impl OwnRuntime {
    /// Starts the threads.
    pub(super) fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("lookalike")
            .enable_all()
            .build()?;
        Ok(Self {
            handle: runtime.handle().clone(),
            runtime: Some(runtime),
        })
    }

    /// Runs work to its end. Within another runtime, whose threads may not wait by tokio's means, a thread is made that does.
    pub(super) fn run<T: Send>(&self, work: impl Future<Output = T> + Send) -> T {
        let work = Box::pin(work);
        if Handle::try_current().is_err() {
            return self.handle.block_on(work);
        }
        let waited = thread::scope(|scope| scope.spawn(|| self.handle.block_on(work)).join());
        waited.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Makes it the runtime of this thread, until the guard is dropped.
    pub(super) fn enter(&self) -> EnterGuard<'_> {
        self.handle.enter()
    }
}

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Within another runtime, a thread may not wait for its end.
            runtime.shutdown_background();
        }
    }
}

//! The steps that requests take, and how one leads to the next.

use axum::extract::Request;
use axum::response::Response;

use crate::app::App;

/// What follows a step on the way of a request.
///
/// The steps are asynchronous functions, each of which gets the next one: all of them together are one future. Layers of
/// their own would need a box and a copy of all that is below them for each request.
pub(crate) trait Next: Send {
    /// Goes on with a request to a cloud, as the steps before have left both.
    fn run(self, app: App, request: Request) -> impl Future<Output = Response> + Send;
}

impl<N, F> Next for N
where
    N: FnOnce(App, Request) -> F + Send,
    F: Future<Output = Response> + Send,
{
    fn run(self, app: App, request: Request) -> impl Future<Output = Response> + Send {
        self(app, request)
    }
}

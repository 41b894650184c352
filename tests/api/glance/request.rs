//! A request that is sent when it is awaited.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use serde_json::Value;

use super::Answer;

/// A request on its way.
pub(crate) struct Request {
    inner: reqwest::RequestBuilder,
    path: String,
    accepts: bool,
}

impl Request {
    pub(super) fn new(inner: reqwest::RequestBuilder, path: &str) -> Self {
        let path = path.to_owned();
        Self {
            inner,
            path,
            accepts: false,
        }
    }

    /// Errors come as JSON unless another `Accept` is given here.
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        let accepts = self.accepts || name.eq_ignore_ascii_case("accept");
        let inner = self.inner.header(name, value);
        Self {
            inner,
            accepts,
            ..self
        }
    }

    pub(crate) fn body(self, body: impl Into<reqwest::Body>) -> Self {
        let inner = self.inner.body(body);
        Self { inner, ..self }
    }

    /// A JSON body; of its own it has no `Content-Type`, for the API does not look at it.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "bodies are written where they are sent"
    )]
    pub(crate) fn json(self, body: Value) -> Self {
        self.body(body.to_string())
    }
}

impl IntoFuture for Request {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let inner = if self.accepts {
                self.inner
            } else {
                self.inner.header("Accept", "application/json")
            };
            let (http, request) = inner.build_split();
            let request = request.unwrap();
            let method = request.method().clone();
            let response = http.execute(request).await.unwrap();
            Answer::read(&method, response, self.path).await
        })
    }
}

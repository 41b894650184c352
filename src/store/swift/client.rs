//! Requests to a Swift object store: with a token that is renewed, and sent again where that helps.

use std::fmt;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{Method, StatusCode};
use percent_encoding::utf8_percent_encode;
use reqwest::{Certificate, Client, Response};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::error::{failed, unreadable};
use super::login::{SwiftSession, log_in};
use crate::config::swift::{Swift, SwiftService};
use crate::config::swift_login::SwiftLogin;
use crate::domain::object_store::PATH_CHARACTERS;

/// The longest time that one request may take: the largest segments need it.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(10);

/// The time after which a server counts as unreachable, and a request is not sent again.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// The number of times that a request is sent again at most.
const RETRIES: u32 = 4;

/// The first pause before a request is sent again; each following one is twice as long.
const PAUSE: Duration = Duration::from_millis(100);

/// The way to one container.
pub(super) struct SwiftClient {
    http: Client,
    login: SwiftLogin,
    service: SwiftService,
    container: String,
    creates_container: bool,
    session: Mutex<Option<SwiftSession>>,
}

impl fmt::Debug for SwiftClient {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "swift://{}", self.container)
    }
}

/// A request to the container, or to an object in it.
#[derive(Clone, Debug, Default)]
pub(super) struct SwiftRequest<'a> {
    pub(super) method: Method,
    /// The name of the object; none: the container.
    pub(super) object: Option<&'a str>,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
}

impl SwiftClient {
    pub(super) fn new(options: &Swift) -> io::Result<Self> {
        let login = options.login.read(&options.reference);
        let login = login.map_err(|reason| io::Error::new(io::ErrorKind::InvalidInput, reason))?;
        Ok(Self {
            http: http_client(options)?,
            login,
            service: options.service.clone(),
            container: options.container.clone(),
            creates_container: options.creates_container,
            session: Mutex::default(),
        })
    }

    pub(super) fn container(&self) -> &str {
        &self.container
    }

    /// Returns `true` if a container that is missing is to be created.
    pub(super) fn creates_container(&self) -> bool {
        self.creates_container
    }

    /// Sends a request; an answer of 404 is none.
    pub(super) async fn send(&self, request: &SwiftRequest<'_>) -> io::Result<Option<Response>> {
        let begin = Instant::now();
        let mut is_renewed = false;
        let mut retries = 0;
        loop {
            let session = self.session().await?;
            let sent = self.send_once(request, &session).await;
            let status = sent.as_ref().ok().map(Response::status);
            if status == Some(StatusCode::UNAUTHORIZED) && !is_renewed {
                is_renewed = true;
                self.forget(&session).await;
                continue;
            }
            let may_try = retries < RETRIES && begin.elapsed() < CONNECT_TIMEOUT;
            if may_try && status.is_none_or(may_pass) {
                tokio::time::sleep(PAUSE * 2_u32.pow(retries)).await;
                retries += 1;
                continue;
            }
            return outcome(sent);
        }
    }

    async fn send_once(
        &self,
        request: &SwiftRequest<'_>,
        session: &SwiftSession,
    ) -> reqwest::Result<Response> {
        let encode = |text| utf8_percent_encode(text, PATH_CHARACTERS);
        let mut url = format!("{}/{}", session.endpoint, encode(&self.container));
        if let Some(object) = request.object {
            url = format!("{url}/{}", encode(object));
        }
        if !request.query.is_empty() {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(&request.query);
            url = format!("{url}?{}", query.finish());
        }
        let mut sending = self.http.request(request.method.clone(), url);
        for (name, value) in &request.headers {
            sending = sending.header(*name, value);
        }
        if request.method == Method::PUT {
            // Swift wants a length of an empty object, too.
            let length = request.body.len();
            sending = sending
                .header(CONTENT_LENGTH, length)
                .body(request.body.clone());
        }
        let sending = sending.header("x-auth-token", session.token.clone());
        sending.send().await
    }

    /// Returns the present session; logs in if there is none. Whoever needs one meanwhile waits.
    async fn session(&self) -> io::Result<SwiftSession> {
        let mut known = self.session.lock().await;
        if let Some(session) = &*known {
            return Ok(session.clone());
        }
        let session = log_in(&self.http, &self.login, &self.service).await?;
        *known = Some(session.clone());
        Ok(session)
    }

    /// Forgets a session, unless another has taken its place.
    async fn forget(&self, session: &SwiftSession) {
        let mut known = self.session.lock().await;
        if known
            .as_ref()
            .is_some_and(|known| known.token == session.token)
        {
            *known = None;
        }
    }
}

fn http_client(options: &Swift) -> io::Result<Client> {
    let mut http = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        // A redirect could lead elsewhere with our tokens.
        .redirect(reqwest::redirect::Policy::none())
        .tls_danger_accept_invalid_certs(options.is_insecure);
    if let Some(path) = &options.cacert {
        let wrong =
            |error: &dyn fmt::Display| io::Error::other(format!("{}: {error}", path.display()));
        let pem = std::fs::read(path).map_err(|error| wrong(&error))?;
        for certificate in Certificate::from_pem_bundle(&pem).map_err(|error| wrong(&error))? {
            http = http.add_root_certificate(certificate);
        }
    }
    http.build().map_err(io::Error::other)
}

/// Returns whether what went wrong may be over the next time.
fn may_pass(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::REQUEST_TIMEOUT
        || (status.is_server_error() && status != StatusCode::INSUFFICIENT_STORAGE)
}

fn outcome(sent: reqwest::Result<Response>) -> io::Result<Option<Response>> {
    let response = sent.map_err(unreadable)?;
    match response.status() {
        status if status.is_success() => Ok(Some(response)),
        StatusCode::NOT_FOUND => Ok(None),
        StatusCode::PAYLOAD_TOO_LARGE => {
            let words = "Swift answers 413 Request Entity Too Large";
            Err(io::Error::new(io::ErrorKind::StorageFull, words))
        }
        status => Err(failed(&format_args!("it answers {status}"))),
    }
}

//! Servers of the machine and of its network that a URL of a client must not reach, however it is spelt, wherever it
//! is sent, at once or by a redirect.
//!
//! A canary listens at the addresses that the settings deny; a redirecting server at one that they allow.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::RawQuery;
use futures_util::future::join_all;
use http::StatusCode;
use lookalike::Config;
use lookalike::config::ImportMethod;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::json;

use crate::glance::{Glance, Image, Person, glance_with, store};
use crate::server::serve_at;

/// What the canary says.
const SONG: &str = "the canary sings";

/// Hosts that are the loopback address, or that some parser takes for it.
const HOSTS: [&str; 44] = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0X7F000001",
    "0x7f.1",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "0177.1",
    "017700000001",
    "00000177.0.0.1",
    "127.0.0.01",
    "4294967297",
    "0",
    "0.0.0.0",
    "0.0",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "LocalHost..",
    "%6c%6f%63%61lhost",
    "127%2e0%2e0%2e1",
    "%31%32%37.0.0.1",
    "１２７.0.0.1",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "local\u{ad}host",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:7f00:0001]",
    "[::ffff:0:0]",
    "[::127.0.0.1]",
    "[::1%25lo]",
    "[::1%lo]",
    "me@127.0.0.1",
    "127.0.0.2@127.0.0.1",
    "127.0.0.2%40127.0.0.1",
];

/// Whole URLs that some parser takes for one of the canary. `PORT` stands for its port.
const URLS: [&str; 14] = [
    "http:127.0.0.1:PORT/",
    "http:/127.0.0.1:PORT/",
    "http:///127.0.0.1:PORT/",
    "http:\\\\127.0.0.1:PORT/",
    "http://127.0.0.2:PORT\\@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT\\@127.0.0.2/",
    "http://127.0.0.2#@127.0.0.1:PORT/",
    "http://127.0.0.2?@127.0.0.1:PORT/",
    "http://127.0.0.2:80@127.0.0.1:PORT/",
    "http://127.0.0.1\t:PORT/",
    "http://127.0.\n0.1:PORT/",
    "  http://127.0.0.1:PORT/",
    "HTTP://127.0.0.1:PORT/",
    "http://127.0.0.1:0PORT/",
];

struct Canary {
    port: u16,
    heard: Arc<AtomicUsize>,
}

impl Canary {
    /// Listens at the loopback addresses of both kinds, where the machine has them.
    async fn start() -> Self {
        let heard = Arc::new(AtomicUsize::new(0));
        let count = heard.clone();
        let sing = move || {
            count.fetch_add(1, Ordering::SeqCst);
            async { SONG }
        };
        let routes = Router::new().fallback(sing);
        let four = serve_at("127.0.0.1:0", routes.clone()).await.unwrap();
        let six = format!("[::1]:{}", four.port());
        if let Err(error) = serve_at(&six, routes).await {
            assert_eq!(error.kind(), std::io::ErrorKind::AddrNotAvailable);
        }
        let port = four.port();
        Self { port, heard }
    }

    /// All URLs that must not lead to it.
    fn urls(&self) -> Vec<String> {
        let port = self.port.to_string();
        let hosts = HOSTS.iter().map(|host| format!("http://{host}:{port}/"));
        let urls = URLS.iter().map(|url| url.replace("PORT", &port));
        hosts.chain(urls).collect()
    }

    fn times_heard(&self) -> usize {
        self.heard.load(Ordering::SeqCst)
    }
}

/// Starts a server at another loopback address that redirects to what its query says, with this status.
async fn redirector(status: StatusCode) -> String {
    let answer = move |RawQuery(query): RawQuery| async move {
        let query = query.unwrap_or_default();
        let to: Vec<u8> = percent_decode_str(&query).collect();
        let location = http::HeaderValue::from_bytes(&to);
        let location = location.unwrap_or(http::HeaderValue::from_static("/"));
        (status, [("Location", location)])
    };
    let routes = Router::new().fallback(answer);
    let address = serve_at("127.0.0.2:0", routes).await.unwrap();
    format!("http://{address}/?")
}

/// A server that may fetch from any port of this machine, but not from these hosts.
async fn glance(denied: &[&str]) -> Glance {
    glance_with(|config: &mut Config| {
        config.stores.store = vec![store("here=memory:"), store("web=http:")];
        config.stores.default_store = Some("here".into());
        config.images.show_multiple_locations = true;
        config.filter.import_allow_loopback = true;
        config.filter.allowed_ports.clear();
        config.filter.disallowed_hosts = denied.iter().map(|it| (*it).to_owned()).collect();
        config.tasks.enabled_import_methods = vec![ImportMethod::WebDownload];
    })
    .await
}

const DENIED: [&str; 3] = ["127.0.0.1", "::1", "0.0.0.0"];

/// The ways to have the server fetch from a URL.
#[derive(Clone, Copy, Debug)]
enum Way {
    WebDownload,
    PostLocation,
    PatchLocation,
    Task,
}

const WAYS: [Way; 4] = [
    Way::WebDownload,
    Way::PostLocation,
    Way::PatchLocation,
    Way::Task,
];

async fn raw(person: &Person) -> Image {
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    person.create(fields).await
}

/// Waits until all tasks have ended.
async fn settle(admin: &Person) {
    for status in ["pending", "processing"] {
        let path = format!("/v2/tasks?limit=1&status={status}");
        while admin.get(&path).await.is(200)["tasks"] != json!([]) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Has the server fetch from a URL, and returns the image and what it answered.
async fn send(admin: &Person, way: Way, url: &str) -> (Image, String) {
    let image = raw(admin).await;
    let request = match way {
        Way::WebDownload => {
            let body = json!({ "method": { "name": "web-download", "uri": url } });
            admin.post(image.at("/import")).json(body)
        }
        Way::PostLocation => admin
            .post(image.at("/locations"))
            .json(json!({ "url": url })),
        Way::PatchLocation => {
            let location = json!({ "url": url, "metadata": {} });
            let add = json!([{ "op": "add", "path": "/locations/-", "value": location }]);
            admin.patch(&image, add)
        }
        Way::Task => {
            let properties = json!({ "disk_format": "raw", "container_format": "bare" });
            let input = json!({
                "import_from": url, "import_from_format": "raw", "image_properties": properties,
            });
            let task = json!({ "type": "import", "input": input });
            admin.post("/v2/tasks").json(task)
        }
    };
    let answer = request.await;
    (image, answer.text().to_owned())
}

/// Has the server fetch from each of these, and fails if it says anywhere what the canary says.
async fn send_all(admin: &Person, urls: &[(Way, String)]) {
    let sent = join_all(urls.iter().map(|(way, url)| send(admin, *way, url))).await;
    settle(admin).await;
    for ((way, url), (image, said)) in urls.iter().zip(sent) {
        // By now, a location that was taken is read.
        let read = admin.get(image.at("/file")).await;
        let all = format!("{said}{}", read.text());
        assert!(!all.contains(SONG), "{way:?} {url}: {all}");
    }
    let images = admin.get("/v2/images?limit=1000").await.is(200);
    let images = images["images"].as_array().unwrap().iter();
    assert!(!images.into_iter().any(|image| image["size"] == SONG.len()));
}

#[tokio::test]
async fn no_spelling_of_a_denied_host_reaches_it_in_any_way() {
    let (canary, glance) = (Canary::start().await, glance(&DENIED).await);
    let urls = canary.urls();
    let each = |way| urls.iter().map(move |url| (way, url.clone()));
    let all: Vec<_> = WAYS.into_iter().flat_map(each).collect();
    send_all(&glance.admin(), &all).await;
    assert_eq!(canary.times_heard(), 0);
}

#[tokio::test]
async fn nor_does_a_redirect_lead_there() {
    let (canary, glance) = (Canary::start().await, glance(&DENIED).await);
    for (turn, status) in [StatusCode::FOUND, StatusCode::PERMANENT_REDIRECT]
        .into_iter()
        .enumerate()
    {
        let redirector = redirector(status).await;
        let to = |url: &String| {
            let url = utf8_percent_encode(url, NON_ALPHANUMERIC);
            format!("{redirector}{url}")
        };
        let mut urls: Vec<_> = canary.urls().iter().map(to).collect();
        // A redirect to a redirect, and one without a scheme, in each way.
        let twice = to(&to(&format!("http://127.0.0.1:{}/", canary.port)));
        let short = to(&format!("//127.0.0.1:{}/", canary.port));
        urls.extend(
            [twice, short]
                .into_iter()
                .flat_map(|url| vec![url; WAYS.len()]),
        );
        let ways = WAYS.into_iter().cycle().skip(turn);
        let all: Vec<_> = ways.zip(urls).collect();
        send_all(&glance.admin(), &all).await;
        assert_eq!(canary.times_heard(), 0, "{status}");
    }
}

#[tokio::test]
async fn a_canary_that_is_not_denied_is_heard_in_every_way() {
    let (canary, glance) = (Canary::start().await, glance(&[]).await);
    let admin = glance.admin();
    let redirector = redirector(StatusCode::FOUND).await;
    let direct = format!("http://127.0.0.1:{}/", canary.port);
    let redirected = format!(
        "{redirector}{}",
        utf8_percent_encode(&direct, NON_ALPHANUMERIC)
    );
    for way in WAYS {
        for url in [&direct, &redirected] {
            let before = canary.times_heard();
            let (image, _) = send(&admin, way, url).await;
            settle(&admin).await;
            admin.get(image.at("/file")).await;
            assert!(canary.times_heard() > before, "{way:?} {url}");
        }
    }
}

#[tokio::test]
async fn by_default_no_spelling_of_this_machine_is_fetched_from() {
    let canary = Canary::start().await;
    let glance = glance_with(|config| {
        config.filter.allowed_ports.clear();
        config.tasks.enabled_import_methods = vec![ImportMethod::WebDownload];
    })
    .await;
    let ways = [Way::WebDownload, Way::Task].into_iter().cycle();
    let all: Vec<_> = ways.zip(canary.urls()).collect();
    send_all(&glance.admin(), &all).await;
    assert_eq!(canary.times_heard(), 0);
}

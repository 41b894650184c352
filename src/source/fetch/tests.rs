//! Downloads from servers that keep to HTTP and from servers that do not.

use futures_util::TryStreamExt;
use http::StatusCode;

use super::raw_http_server::{CannedResponse, RawHttpServer};
use super::*;
use crate::config::Config;
use crate::source::filter::FilterError;

fn options() -> FilterOptions {
    FilterOptions {
        import_allow_loopback: true,
        allowed_ports: vec![],
        ..Config::default().filter
    }
}

fn with_short_timeouts() -> Fetcher {
    Fetcher::new(&FilterOptions {
        import_connect_timeout: Duration::from_millis(20),
        import_read_timeout: Duration::from_millis(20),
        ..options()
    })
}

fn fetcher() -> Fetcher {
    Fetcher::new(&options())
}

async fn all(fetched: FetchedBody) -> Result<String, FetchError> {
    let chunks: Vec<_> = fetched.into_stream().try_collect().await?;
    Ok(String::from_utf8(chunks.concat()).unwrap())
}

async fn get(uri: &str) -> Result<String, FetchError> {
    all(fetcher().get(uri, 100).await?).await
}

async fn failure(server: &RawHttpServer) -> FetchError {
    get(&server.url("/")).await.err().unwrap()
}

fn closing(text: &str) -> CannedResponse {
    CannedResponse::Closing(text.to_owned())
}

fn redirect(to: &str) -> CannedResponse {
    CannedResponse::Closing(format!(
        "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
    ))
}

const CIRROS: &str = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ncirros";
const CIRROS_TO_THE_END: &str = "HTTP/1.1 200 OK\r\n\r\ncirros";

#[tokio::test]
async fn a_url_is_downloaded() {
    let server = RawHttpServer::with(closing(CIRROS)).await;
    let fetched = fetcher().get(&server.url("/"), 6).await.unwrap();
    assert_eq!(all(fetched).await.unwrap(), "cirros");
    let requests = server.requests().concat();
    assert!(requests.contains("accept-encoding: identity"), "{requests}");
}

#[tokio::test]
async fn a_response_without_a_length_is_downloaded() {
    let server = RawHttpServer::with(closing(CIRROS_TO_THE_END)).await;
    let fetched = fetcher().get(&server.url("/"), 6).await.unwrap();
    assert_eq!(all(fetched).await.unwrap(), "cirros");
}

#[tokio::test]
async fn chunks_are_put_together() {
    let text =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ncir\r\n3\r\nros\r\n0\r\n\r\n";
    let server = RawHttpServer::with(closing(text)).await;
    assert_eq!(get(&server.url("/")).await.unwrap(), "cirros");
}

#[tokio::test]
async fn fewer_bytes_than_announced_are_an_error() {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ncirros";
    let error = failure(&RawHttpServer::with(closing(text)).await).await;
    assert!(
        matches!(
            error,
            FetchError::Length {
                announced: 7,
                received: 6
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn chunks_that_end_early_are_an_error() {
    let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ncirros";
    let error = failure(&RawHttpServer::with(closing(text)).await).await;
    assert!(matches!(error, FetchError::Connection(_)), "{error}");
}

#[tokio::test]
async fn more_bytes_than_allowed_are_refused_before_and_during_the_download() {
    for text in [CIRROS, CIRROS_TO_THE_END] {
        let server = RawHttpServer::with(closing(text)).await;
        let error = match fetcher().get(&server.url("/"), 5).await {
            Ok(fetched) => all(fetched).await.err().unwrap(),
            Err(error) => error,
        };
        assert!(matches!(error, FetchError::TooLarge(5)), "{error}");
    }
}

#[tokio::test]
async fn a_status_other_than_success_is_an_error() {
    let server = RawHttpServer::start([]).await;
    let error = failure(&server).await;
    assert_eq!(error.to_string(), "the server answers 404 Not Found");
}

#[tokio::test]
async fn a_server_that_stalls_is_given_up() {
    for text in ["", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ncirros"] {
        let server = RawHttpServer::with(CannedResponse::Stalling(text.to_owned())).await;
        let error = match with_short_timeouts().get(&server.url("/"), 100).await {
            Ok(fetched) => all(fetched).await.err().unwrap(),
            Err(error) => error,
        };
        assert!(matches!(error, FetchError::Timeout(_)), "{error}");
    }
}

#[tokio::test]
async fn a_port_without_a_server_is_unreachable() {
    let server = RawHttpServer::start([]).await;
    let url = server.url("/");
    drop(server);
    // The listener goes with its task, which is told to end but has not yet.
    tokio::task::yield_now().await;
    let error = get(&url).await.err().unwrap();
    assert!(matches!(error, FetchError::Unreachable(_)), "{error}");
}

#[tokio::test]
async fn a_response_that_is_not_http_is_an_error() {
    let error = failure(&RawHttpServer::with(closing("SSH-2.0-OpenSSH\r\n")).await).await;
    assert!(matches!(error, FetchError::Unreachable(_)), "{error}");
}

#[tokio::test]
async fn https_is_never_downgraded_to_http() {
    let server = RawHttpServer::with(closing(CIRROS)).await;
    let url = server.url("/").replace("http:", "https:");
    let error = with_short_timeouts().get(&url, 100).await.err().unwrap();
    assert!(
        matches!(error, FetchError::Unreachable(_) | FetchError::Timeout(_)),
        "{error}"
    );
}

#[tokio::test]
async fn a_redirect_is_followed() {
    let server = RawHttpServer::start([
        ("/", redirect("/there?x=1")),
        ("/there?x=1", redirect("there")),
        ("/there", closing(CIRROS)),
    ])
    .await;
    assert_eq!(get(&server.url("/")).await.unwrap(), "cirros");
}

#[tokio::test]
async fn a_redirect_is_checked_like_the_first_url() {
    for to in [
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:169.254.169.254]/",
        "//[fe80::1]/",
        // Public addresses, in notations that are refused in a client's URL, too.
        "http://3221225985/",
        "http://0xc0.0x0.0x2.0x1/",
        "http://0300.0.2.1/",
        "//3221225985/",
        "http:192.0.2.1/",
        "/\\192.0.2.1/",
        "\\\\192.0.2.1/",
        "http://user@0xc0000201/",
        "file:///etc/passwd",
        "ftp://192.0.2.1/",
    ] {
        let error = failure(&RawHttpServer::with(redirect(to)).await).await;
        assert!(
            matches!(error, FetchError::Redirect { .. }),
            "{to}: {error}"
        );
    }
}

#[tokio::test]
async fn endless_redirects_are_given_up() {
    let server = RawHttpServer::with(redirect("/")).await;
    let error = failure(&server).await;
    assert!(matches!(error, FetchError::TooManyRedirects(10)), "{error}");
    assert_eq!(server.requests().len(), 11);
}

#[tokio::test]
async fn a_name_with_a_loopback_address_is_not_connected_to() {
    let server = RawHttpServer::with(closing(CIRROS)).await;
    let wary = Fetcher::new(&FilterOptions {
        import_allow_loopback: false,
        ..options()
    });
    let url = format!("http://localhost:{}/", server.port());
    assert!(wary.filter().check(&url).await.is_err());
    let error = wary.get(&url, 100).await.err().unwrap();
    assert!(
        matches!(error, FetchError::Refused(FilterError::Address { .. })),
        "{error}"
    );
    assert!(server.requests().is_empty());
    assert!(get(&url).await.is_ok());
}

#[tokio::test]
async fn the_connection_goes_to_the_checked_address_without_another_lookup() {
    let server = RawHttpServer::with(closing(CIRROS)).await;
    // No resolver knows this name: only what was checked leads there.
    let checked = CheckedUrl {
        url: format!("http://image.invalid:{}/", server.port())
            .parse()
            .unwrap(),
        addresses: vec![([127, 0, 0, 1], server.port()).into()],
    };
    let get = OutgoingRequest::new(&Method::GET);
    let response = fetcher().send(&get, checked).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(server.requests().concat().contains("host: image.invalid"));
}

#[tokio::test]
async fn a_range_is_requested() {
    let text = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 2-4/6\r\nContent-Length: 3\r\n\r\nrro";
    let server = RawHttpServer::with(closing(text)).await;
    let part = ByteRange { start: 2, end: 4 };
    let fetched = fetcher().get_range(&server.url("/"), part).await.unwrap();
    assert_eq!(all(fetched).await.unwrap(), "rro");
    assert!(server.requests().concat().contains("range: bytes=2-4"));
}

#[tokio::test]
async fn a_range_is_cut_out_where_the_server_ignores_it() {
    for text in [CIRROS, CIRROS_TO_THE_END] {
        let server = RawHttpServer::with(closing(text)).await;
        let part = ByteRange { start: 2, end: 4 };
        let fetched = fetcher().get_range(&server.url("/"), part).await.unwrap();
        assert_eq!(all(fetched).await.unwrap(), "rro");
        let part = ByteRange { start: 2, end: 9 };
        let fetched = fetcher().get_range(&server.url("/"), part).await.unwrap();
        let error = all(fetched).await.err().unwrap();
        assert!(matches!(error, FetchError::Length { .. }), "{error}");
    }
}

#[tokio::test]
async fn partial_content_that_was_not_asked_for_is_taken_as_it_is() {
    let text = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-2/6\r\nContent-Length: 3\r\n\r\ncir";
    let server = RawHttpServer::with(closing(text)).await;
    let fetched = fetcher().get(&server.url("/"), 100).await.unwrap();
    assert_eq!(all(fetched).await.unwrap(), "cir");
}

#[tokio::test]
async fn another_range_than_requested_is_an_error() {
    let text = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-2/6\r\nContent-Length: 3\r\n\r\ncir";
    let server = RawHttpServer::with(closing(text)).await;
    let part = ByteRange { start: 2, end: 4 };
    let error = fetcher()
        .get_range(&server.url("/"), part)
        .await
        .err()
        .unwrap();
    assert!(matches!(error, FetchError::WrongRange), "{error}");
}

#[tokio::test]
async fn the_length_is_requested_without_the_body() {
    let server = RawHttpServer::start([
        ("/", closing("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")),
        ("/unknown", closing("HTTP/1.1 200 OK\r\n\r\n")),
    ])
    .await;
    assert_eq!(
        fetcher().content_length(&server.url("/")).await.unwrap(),
        Some(6)
    );
    assert_eq!(
        fetcher()
            .content_length(&server.url("/unknown"))
            .await
            .unwrap(),
        None
    );
    assert!(server.requests().concat().starts_with("head / "));
}

#[test]
fn urls_in_logs_have_no_secrets() {
    let url = "https://user:word@images.example:8443/a/b.img?signature=x#part";
    assert_eq!(without_secrets(url), "https://images.example:8443/a/b.img");
    assert_eq!(without_secrets("user:word@"), "an invalid URL");
}

/// Returns the error of a download that never ends, of a hundred bytes a second.
async fn drip(options: FilterOptions) -> FetchError {
    let server = RawHttpServer::with(CannedResponse::Dripping(
        "HTTP/1.1 200 OK\r\n\r\ncirros".to_owned(),
    ))
    .await;
    let mut fetcher = Fetcher::new(&options);
    fetcher.patience = fetcher.patience.within(Duration::from_millis(100));
    let body = fetcher.get(&server.url("/"), u64::MAX).await.unwrap();
    let all = tokio::time::timeout(Duration::from_secs(20), all(body));
    all.await.unwrap().err().unwrap()
}

#[tokio::test]
async fn a_server_that_drips_is_given_up() {
    let error = drip(FilterOptions {
        import_min_rate: 10_000,
        ..options()
    })
    .await;
    assert!(matches!(error, FetchError::TooSlow(10_000)), "{error}");
}

#[tokio::test]
async fn a_server_that_never_ends_is_given_up() {
    let error = drip(FilterOptions {
        import_min_rate: 0,
        import_total_timeout: Duration::from_millis(300),
        ..options()
    })
    .await;
    assert!(matches!(error, FetchError::TooLong(_)), "{error}");
}

#[tokio::test]
async fn a_token_is_for_the_first_server_only() {
    let other = RawHttpServer::with(closing(CIRROS)).await;
    let server = RawHttpServer::start([
        ("/", redirect("/there")),
        ("/there", redirect(&other.url("/"))),
    ])
    .await;
    let fetched = fetcher()
        .get_with_token(&server.url("/"), "TOKEN", 100)
        .await;
    assert_eq!(all(fetched.unwrap()).await.unwrap(), "cirros");
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(
        requests
            .iter()
            .all(|request| request.contains("x-auth-token: token")),
        "{requests:?}"
    );
    let requests = other.requests().concat();
    assert!(!requests.contains("token"), "{requests}");
}

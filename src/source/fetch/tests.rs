//! Servers that tell the truth and servers that do not.

use futures_util::TryStreamExt;

use super::liar::{Liar, Says};
use super::*;
use crate::config::Config;
use crate::source::filter::Refusal;

fn options() -> FilterOptions {
    FilterOptions {
        import_allow_loopback: true,
        allowed_ports: vec![],
        ..Config::default().filter
    }
}

fn impatient() -> Fetch {
    Fetch::new(&FilterOptions {
        import_connect_timeout: Duration::from_millis(20),
        import_read_timeout: Duration::from_millis(20),
        ..options()
    })
}

fn fetch() -> Fetch {
    Fetch::new(&options())
}

async fn all(fetched: Fetched) -> Result<String, FetchError> {
    let chunks: Vec<_> = fetched.into_stream().try_collect().await?;
    Ok(String::from_utf8(chunks.concat()).unwrap())
}

async fn get(uri: &str) -> Result<String, FetchError> {
    all(fetch().get(uri, 100).await?).await
}

async fn failure(server: &Liar) -> FetchError {
    get(&server.url("/")).await.err().unwrap()
}

fn says(text: &str) -> Says {
    Says::All(text.to_owned())
}

fn redirect(to: &str) -> Says {
    Says::All(format!(
        "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
    ))
}

const CIRROS: &str = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ncirros";
const CIRROS_TO_THE_END: &str = "HTTP/1.1 200 OK\r\n\r\ncirros";

#[tokio::test]
async fn what_a_server_sends_is_fetched() {
    let server = Liar::saying(says(CIRROS)).await;
    let fetched = fetch().get(&server.url("/"), 6).await.unwrap();
    assert_eq!(all(fetched).await.unwrap(), "cirros");
    let asked = server.asked().concat();
    assert!(asked.contains("accept-encoding: identity"), "{asked}");
}

#[tokio::test]
async fn a_length_that_is_not_said_is_fine() {
    let server = Liar::saying(says(CIRROS_TO_THE_END)).await;
    let fetched = fetch().get(&server.url("/"), 6).await.unwrap();
    assert_eq!(all(fetched).await.unwrap(), "cirros");
}

#[tokio::test]
async fn chunks_are_put_together() {
    let text =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ncir\r\n3\r\nros\r\n0\r\n\r\n";
    let server = Liar::saying(says(text)).await;
    assert_eq!(get(&server.url("/")).await.unwrap(), "cirros");
}

#[tokio::test]
async fn less_than_was_promised_is_a_failure() {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ncirros";
    let why = failure(&Liar::saying(says(text)).await).await;
    assert!(
        matches!(
            why,
            FetchError::Length {
                promised: 7,
                sent: 6
            }
        ),
        "{why}"
    );
}

#[tokio::test]
async fn chunks_that_end_early_are_a_failure() {
    let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ncirros";
    let why = failure(&Liar::saying(says(text)).await).await;
    assert!(matches!(why, FetchError::Broken(_)), "{why}");
}

#[tokio::test]
async fn more_than_is_allowed_is_refused_before_and_while_it_comes() {
    for text in [CIRROS, CIRROS_TO_THE_END] {
        let server = Liar::saying(says(text)).await;
        let why = match fetch().get(&server.url("/"), 5).await {
            Ok(fetched) => all(fetched).await.err().unwrap(),
            Err(why) => why,
        };
        assert!(matches!(why, FetchError::TooLarge(5)), "{why}");
    }
}

#[tokio::test]
async fn a_status_that_is_no_success_is_told() {
    let server = Liar::with([]).await;
    let why = failure(&server).await;
    assert_eq!(why.to_string(), "the server answers 404 Not Found");
}

#[tokio::test]
async fn a_server_that_stalls_is_given_up() {
    for text in ["", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ncirros"] {
        let server = Liar::saying(Says::Stalls(text.to_owned())).await;
        let why = match impatient().get(&server.url("/"), 100).await {
            Ok(fetched) => all(fetched).await.err().unwrap(),
            Err(why) => why,
        };
        assert!(matches!(why, FetchError::Slow(_)), "{why}");
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_can_be_reached() {
    let server = Liar::with([]).await;
    let url = server.url("/");
    drop(server);
    // The listener goes with its task, which is told to end but has not yet.
    tokio::task::yield_now().await;
    let why = get(&url).await.err().unwrap();
    assert!(matches!(why, FetchError::Unreachable(_)), "{why}");
}

#[tokio::test]
async fn what_is_no_http_is_told() {
    let why = failure(&Liar::saying(says("SSH-2.0-OpenSSH\r\n")).await).await;
    assert!(matches!(why, FetchError::Unreachable(_)), "{why}");
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_not_spoken_to_without() {
    let server = Liar::saying(says(CIRROS)).await;
    let url = server.url("/").replace("http:", "https:");
    let why = impatient().get(&url, 100).await.err().unwrap();
    assert!(
        matches!(why, FetchError::Unreachable(_) | FetchError::Slow(_)),
        "{why}"
    );
}

#[tokio::test]
async fn a_redirect_is_followed() {
    let server = Liar::with([
        ("/", redirect("/there?x=1")),
        ("/there?x=1", redirect("there")),
        ("/there", says(CIRROS)),
    ])
    .await;
    assert_eq!(get(&server.url("/")).await.unwrap(), "cirros");
}

#[tokio::test]
async fn a_redirect_is_judged_like_the_first_url() {
    for to in [
        "http://169.254.169.254/latest/meta-data",
        "http://2852039166/",
        "file:///etc/passwd",
        "ftp://192.0.2.1/",
    ] {
        let why = failure(&Liar::saying(redirect(to)).await).await;
        assert!(matches!(why, FetchError::Redirect { .. }), "{to}: {why}");
    }
}

#[tokio::test]
async fn a_server_that_redirects_for_ever_is_given_up() {
    let server = Liar::saying(redirect("/")).await;
    let why = failure(&server).await;
    assert!(matches!(why, FetchError::Redirects(10)), "{why}");
    assert_eq!(server.asked().len(), 11);
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_not_connected_to() {
    let server = Liar::saying(says(CIRROS)).await;
    let wary = Fetch::new(&FilterOptions {
        import_allow_loopback: false,
        ..options()
    });
    let url = format!("http://localhost:{}/", server.port());
    assert!(wary.filter().check(&url).await.is_err());
    let why = wary.get(&url, 100).await.err().unwrap();
    assert!(
        matches!(why, FetchError::Refused(Refusal::Address { .. })),
        "{why}"
    );
    assert!(server.asked().is_empty());
    assert!(get(&url).await.is_ok());
}

#[tokio::test]
async fn the_connection_goes_to_the_checked_address_and_asks_nobody_again() {
    let server = Liar::saying(says(CIRROS)).await;
    // No resolver knows this name: only what was checked leads there.
    let checked = Checked {
        url: format!("http://image.invalid:{}/", server.port())
            .parse()
            .unwrap(),
        addresses: vec![([127, 0, 0, 1], server.port()).into()],
    };
    let response = fetch().once(&Method::GET, checked, None).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(server.asked().concat().contains("host: image.invalid"));
}

#[tokio::test]
async fn a_part_is_asked_for() {
    let text = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 2-4/6\r\nContent-Length: 3\r\n\r\nrro";
    let server = Liar::saying(says(text)).await;
    let part = Part { start: 2, end: 4 };
    let fetched = fetch().part(&server.url("/"), part).await.unwrap();
    assert_eq!(all(fetched).await.unwrap(), "rro");
    assert!(server.asked().concat().contains("range: bytes=2-4"));
}

#[tokio::test]
async fn a_part_is_cut_out_where_the_server_knows_no_ranges() {
    for text in [CIRROS, CIRROS_TO_THE_END] {
        let server = Liar::saying(says(text)).await;
        let part = Part { start: 2, end: 4 };
        let fetched = fetch().part(&server.url("/"), part).await.unwrap();
        assert_eq!(all(fetched).await.unwrap(), "rro");
        let part = Part { start: 2, end: 9 };
        let fetched = fetch().part(&server.url("/"), part).await.unwrap();
        let why = all(fetched).await.err().unwrap();
        assert!(matches!(why, FetchError::Length { .. }), "{why}");
    }
}

#[tokio::test]
async fn another_part_than_was_asked_for_is_a_failure() {
    let text = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-2/6\r\nContent-Length: 3\r\n\r\ncir";
    let server = Liar::saying(says(text)).await;
    let part = Part { start: 2, end: 4 };
    let why = fetch().part(&server.url("/"), part).await.err().unwrap();
    assert!(matches!(why, FetchError::Part), "{why}");
}

#[tokio::test]
async fn a_length_is_asked_for_without_the_bytes() {
    let server = Liar::with([
        ("/", says("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")),
        ("/unknown", says("HTTP/1.1 200 OK\r\n\r\n")),
    ])
    .await;
    assert_eq!(fetch().length(&server.url("/")).await.unwrap(), Some(6));
    assert_eq!(fetch().length(&server.url("/unknown")).await.unwrap(), None);
    assert!(server.asked().concat().starts_with("head / "));
}

//! Ranges and conditions of downloads.

use super::{Account, HELLO, cloud, page};
use crate::glance::Glance;

async fn filled(glance: &Glance) -> Account {
    let alice = Account::alice(glance);
    alice.container("c").await;
    alice.object("/c/o", "hello").await;
    alice
}

#[tokio::test]
async fn a_range_is_a_part() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    let range = |range: &str| alice.get("/c/o").header("Range", range);
    let part = range("bytes=1-2").await.is(206);
    assert_eq!(part.text(), "el");
    assert_eq!(part.header("content-range"), "bytes 1-2/5");
    assert_eq!(range("bytes=-2").await.is(206).text(), "lo");
    assert_eq!(range("bytes=3-99").await.is(206).text(), "lo");
    assert_eq!(range("bytes=3-2").await.is(200).text(), "hello");
    let beyond = range("bytes=5-").await.is(416);
    assert_eq!(beyond.header("content-range"), "bytes */5");
    let sentence = "The Range requested is not available.";
    let refused = page("Requested Range Not Satisfiable", sentence);
    assert_eq!(beyond.text(), refused);
}

#[tokio::test]
async fn several_ranges_are_several_parts() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    let parts = alice.get("/c/o").header("Range", "bytes=0-0,3-");
    let parts = parts.await.is(206);
    let kind = parts.header("content-type").to_owned();
    let boundary = kind.strip_prefix("multipart/byteranges;boundary=").unwrap();
    let part = |range: &str, text: &str| {
        format!(
            "--{boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes {range}/5\r\n\r\n{text}\r\n"
        )
    };
    let expected = format!("{}{}--{boundary}--", part("0-0", "h"), part("3-4", "lo"));
    assert_eq!(parts.text(), expected);
}

#[tokio::test]
async fn conditions_decide_on_the_answer() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    let with = |name: &str, value: &str| alice.get("/c/o").header(name, value);
    let unchanged = with("If-None-Match", &format!("\"{HELLO}\"")).await.is(304);
    assert_eq!(unchanged.header("etag"), HELLO);
    assert_eq!(unchanged.text(), "");
    with("If-None-Match", "other").await.is(200);
    with("If-Match", HELLO).await.is(200);
    with("If-Match", "*").await.is(200);
    assert_eq!(with("If-Match", "other").await.is(412).text(), "");
    let modified = alice.head("/c/o").await.header("last-modified").to_owned();
    with("If-Modified-Since", &modified).await.is(304);
    with("If-Unmodified-Since", &modified).await.is(200);
    let past = "Sun, 06 Nov 1994 08:49:37 GMT";
    with("If-Modified-Since", past).await.is(200);
    with("If-Unmodified-Since", past).await.is(412);
    let none = alice.get("/c/none").header("If-Match", "*");
    none.await.is(412);
}

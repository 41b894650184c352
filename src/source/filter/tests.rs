//! What passes the filter and what does not. No name but `localhost` is asked for.

use super::*;
use crate::config::Config;

fn options() -> FilterOptions {
    Config::default().filter
}

fn filter(change: impl FnOnce(&mut FilterOptions)) -> Filter {
    let mut options = options();
    change(&mut options);
    Filter::new(&options)
}

fn list(words: &[&str]) -> Vec<String> {
    words.iter().map(|it| (*it).to_owned()).collect()
}

async fn refusal(filter: &Filter, uri: &str) -> Refusal {
    filter.check(uri).await.err().unwrap()
}

#[tokio::test]
async fn a_public_and_a_private_address_pass_by_default() {
    let filter = filter(|_| {});
    for uri in [
        "http://192.0.2.1/image",
        "https://10.0.0.5:443/image?a=b",
        "HTTP://192.168.1.1:80",
        "http://[2001:db8::1]/",
        "http://user:word@192.0.2.1/",
    ] {
        assert!(filter.check(uri).await.is_ok(), "{uri}");
    }
}

#[tokio::test]
async fn the_checked_address_has_the_port_of_the_url_or_of_its_scheme() {
    let filter = filter(|it| it.allowed_ports = vec![]);
    for (uri, address) in [
        ("http://192.0.2.1/", "192.0.2.1:80"),
        ("https://192.0.2.1/", "192.0.2.1:443"),
        ("http://192.0.2.1:8080/", "192.0.2.1:8080"),
    ] {
        let checked = filter.check(uri).await.unwrap();
        assert_eq!(checked.addresses, [address.parse().unwrap()]);
    }
}

#[tokio::test]
async fn this_machine_and_its_neighbours_are_refused_however_they_are_spelt() {
    let filter = filter(|_| {});
    for uri in [
        "http://127.0.0.1/",
        "http://127.9.9.9/",
        "http://localhost/",
        "http://LocalHost./",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/",
        "http://0.0.0.0/",
        "http://[::]/",
    ] {
        let why = refusal(&filter, uri).await;
        assert!(matches!(why, Refusal::Address { .. }), "{uri}: {why}");
    }
}

#[tokio::test]
async fn an_address_that_is_spelt_oddly_is_refused_wherever_it_leads() {
    let filter = filter(|it| it.import_allow_loopback = true);
    for uri in [
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1./",
        "http://3221225985/",
        "http://127%2e0.0.1/",
    ] {
        let why = refusal(&filter, uri).await;
        assert!(matches!(why, Refusal::Host(_)), "{uri}: {why}");
    }
}

#[tokio::test]
async fn what_parsers_read_differently_is_refused() {
    let filter = filter(|_| {});
    for uri in [
        "",
        "None",
        "/image",
        "http:192.0.2.1/",
        "http://",
        "http:///192.0.2.1/",
        "http://192.0.2.1\\@192.0.2.2/",
        "http://192.0.2.1 /",
        "http://192.0.2.1\t/",
        "http://192.0.2.1:http/",
        "http://192.0.2.1:65536/",
        "http://[::1/",
        "http://256.0.0.1/",
    ] {
        assert_eq!(refusal(&filter, uri).await, Refusal::Malformed, "{uri}");
    }
}

#[tokio::test]
async fn a_name_that_hides_behind_another_user_is_judged_by_itself() {
    let filter = filter(|_| {});
    let why = refusal(&filter, "http://192.0.2.1@127.0.0.1/").await;
    assert!(matches!(why, Refusal::Address { .. }), "{why}");
}

#[tokio::test]
async fn a_name_without_an_address_is_refused() {
    let filter = filter(|_| {});
    // A label can have no more than 63 characters, so that nobody is asked.
    let why = refusal(&filter, &format!("http://{}/", "a".repeat(64))).await;
    assert!(
        matches!(why, Refusal::Unresolved { .. } | Refusal::Malformed),
        "{why}"
    );
}

#[tokio::test]
async fn only_a_port_that_is_named_is_checked() {
    let filter = filter(|it| it.allowed_ports = vec![8080]);
    assert!(filter.check("http://192.0.2.1/").await.is_ok());
    assert!(filter.check("http://192.0.2.1:/").await.is_ok());
    assert!(filter.check("http://192.0.2.1:8080/").await.is_ok());
    let why = refusal(&filter, "http://192.0.2.1:80/").await;
    assert_eq!(why, Refusal::Port(80));
    let why = refusal(&filter, "http://[2001:db8::1]:81/").await;
    assert_eq!(why, Refusal::Port(81));
}

#[tokio::test]
async fn what_is_allowed_by_name_counts_and_not_what_is_denied() {
    let filter = filter(|it| {
        it.allowed_schemes = list(&["http"]);
        it.disallowed_schemes = list(&["http"]);
        it.allowed_hosts = list(&["192.0.2.1", "Glance.Example."]);
        it.disallowed_hosts = list(&["192.0.2.1"]);
        it.allowed_ports = vec![80];
        it.disallowed_ports = vec![80];
    });
    assert!(filter.check("http://192.0.2.1:80/").await.is_ok());
    let why = refusal(&filter, "https://192.0.2.1/").await;
    assert_eq!(why, Refusal::Scheme("https".into()));
    let why = refusal(&filter, "http://192.0.2.2/").await;
    assert_eq!(why, Refusal::Host("192.0.2.2".into()));
}

#[tokio::test]
async fn where_nothing_is_allowed_by_name_what_is_not_denied_passes() {
    let filter = filter(|it| {
        it.allowed_schemes = list(&[""]);
        it.disallowed_schemes = list(&["https"]);
        it.disallowed_hosts = list(&["192.0.2.1", "evil.example"]);
        it.allowed_ports = vec![0];
        it.disallowed_ports = vec![25];
    });
    assert!(filter.check("http://192.0.2.2:81/").await.is_ok());
    for uri in [
        "https://192.0.2.2/",
        "http://192.0.2.1/",
        "http://[::ffff:192.0.2.1]/",
        "http://EVIL.example./",
        "http://192.0.2.2:25/",
        "ftp://192.0.2.2/",
    ] {
        assert!(filter.check(uri).await.is_err(), "{uri}");
    }
}

#[tokio::test]
async fn a_host_that_is_allowed_by_name_may_be_this_machine() {
    let filter = filter(|it| it.allowed_hosts = list(&["localhost", "127.0.0.1"]));
    assert!(filter.check("http://localhost/").await.is_ok());
    assert!(filter.check("http://127.0.0.1/").await.is_ok());
    let why = refusal(&filter, "http://127.0.0.2/").await;
    assert!(matches!(why, Refusal::Host(_)), "{why}");
}

#[tokio::test]
async fn loopback_passes_where_it_is_let_but_no_other_near_address_does() {
    let filter = filter(|it| it.import_allow_loopback = true);
    assert!(filter.check("http://localhost/").await.is_ok());
    assert!(filter.check("http://127.0.0.1/").await.is_ok());
    for uri in ["http://0.0.0.0/", "http://169.254.169.254/"] {
        assert!(filter.check(uri).await.is_err(), "{uri}");
    }
}

#[tokio::test]
async fn an_address_that_is_denied_is_denied_to_names_too() {
    let filter = filter(|it| {
        it.import_allow_loopback = true;
        it.disallowed_hosts = list(&["127.0.0.1", "::1"]);
    });
    let why = refusal(&filter, "http://localhost/").await;
    assert!(matches!(why, Refusal::Address { .. }), "{why}");
}

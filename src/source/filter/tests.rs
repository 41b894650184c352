//! URLs that pass the filter and URLs that do not. No name but `localhost` is looked up.

use super::*;
use crate::config::Config;

fn options() -> FilterOptions {
    Config::default().filter
}

fn filter(change: impl FnOnce(&mut FilterOptions)) -> UrlFilter {
    let mut options = options();
    change(&mut options);
    UrlFilter::new(&options)
}

fn list(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

async fn rejection(filter: &UrlFilter, uri: &str) -> FilterError {
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
    let filter = filter(|options| options.allowed_ports = vec![]);
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
async fn loopback_link_local_and_unspecified_addresses_are_refused_in_every_notation() {
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
        let error = rejection(&filter, uri).await;
        assert!(
            matches!(error, FilterError::Address { .. }),
            "{uri}: {error}"
        );
    }
}

#[tokio::test]
async fn an_address_in_an_unusual_notation_is_refused() {
    let filter = filter(|options| options.import_allow_loopback = true);
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
        let error = rejection(&filter, uri).await;
        assert!(matches!(error, FilterError::Host(_)), "{uri}: {error}");
    }
}

#[tokio::test]
async fn urls_that_parsers_read_differently_are_refused() {
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
        assert_eq!(
            rejection(&filter, uri).await,
            FilterError::Malformed,
            "{uri}"
        );
    }
}

#[tokio::test]
async fn the_host_behind_a_user_name_is_checked() {
    let filter = filter(|_| {});
    let error = rejection(&filter, "http://192.0.2.1@127.0.0.1/").await;
    assert!(matches!(error, FilterError::Address { .. }), "{error}");
}

#[tokio::test]
async fn a_name_without_an_address_is_refused() {
    let filter = filter(|_| {});
    // A label can have no more than 63 characters, so that nobody is asked.
    let error = rejection(&filter, &format!("http://{}/", "a".repeat(64))).await;
    assert!(
        matches!(
            error,
            FilterError::Unresolved { .. } | FilterError::Malformed
        ),
        "{error}"
    );
}

#[tokio::test]
async fn only_a_port_that_is_written_is_checked() {
    let filter = filter(|options| options.allowed_ports = vec![8080]);
    assert!(filter.check("http://192.0.2.1/").await.is_ok());
    assert!(filter.check("http://192.0.2.1:/").await.is_ok());
    assert!(filter.check("http://192.0.2.1:8080/").await.is_ok());
    let error = rejection(&filter, "http://192.0.2.1:80/").await;
    assert_eq!(error, FilterError::Port(80));
    let error = rejection(&filter, "http://[2001:db8::1]:81/").await;
    assert_eq!(error, FilterError::Port(81));
}

#[tokio::test]
async fn allowed_lists_count_and_denied_lists_do_not() {
    let filter = filter(|options| {
        options.allowed_schemes = list(&["http"]);
        options.disallowed_schemes = list(&["http"]);
        options.allowed_hosts = list(&["192.0.2.1", "Glance.Example."]);
        options.disallowed_hosts = list(&["192.0.2.1"]);
        options.allowed_ports = vec![80];
        options.disallowed_ports = vec![80];
    });
    assert!(filter.check("http://192.0.2.1:80/").await.is_ok());
    let error = rejection(&filter, "https://192.0.2.1/").await;
    assert_eq!(error, FilterError::Scheme("https".into()));
    let error = rejection(&filter, "http://192.0.2.2/").await;
    assert_eq!(error, FilterError::Host("192.0.2.2".into()));
}

#[tokio::test]
async fn without_allowed_lists_everything_not_denied_passes() {
    let filter = filter(|options| {
        options.allowed_schemes = list(&[""]);
        options.disallowed_schemes = list(&["https"]);
        options.disallowed_hosts = list(&["192.0.2.1", "evil.example"]);
        options.allowed_ports = vec![0];
        options.disallowed_ports = vec![25];
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
async fn an_allowed_host_may_be_this_machine() {
    let filter = filter(|options| options.allowed_hosts = list(&["localhost", "127.0.0.1"]));
    assert!(filter.check("http://localhost/").await.is_ok());
    assert!(filter.check("http://127.0.0.1/").await.is_ok());
    let error = rejection(&filter, "http://127.0.0.2/").await;
    assert!(matches!(error, FilterError::Host(_)), "{error}");
}

#[tokio::test]
async fn with_loopback_allowed_other_local_addresses_are_still_refused() {
    let filter = filter(|options| options.import_allow_loopback = true);
    assert!(filter.check("http://localhost/").await.is_ok());
    assert!(filter.check("http://127.0.0.1/").await.is_ok());
    for uri in ["http://0.0.0.0/", "http://169.254.169.254/"] {
        assert!(filter.check(uri).await.is_err(), "{uri}");
    }
}

#[tokio::test]
async fn a_denied_address_is_denied_to_names_too() {
    let filter = filter(|options| {
        options.import_allow_loopback = true;
        options.disallowed_hosts = list(&["127.0.0.1", "::1"]);
    });
    let error = rejection(&filter, "http://localhost/").await;
    assert!(matches!(error, FilterError::Address { .. }), "{error}");
}

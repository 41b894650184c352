//! Parts of requests: queries, ranges, URLs.

use std::net::IpAddr;
use std::sync::LazyLock;

use crate::config::FilterOptions;
use crate::domain::query::{ImageQuery, ListRules, PageLimits};
use crate::domain::range::ByteRange;
use crate::source::filter::UrlFilter;

static FILTER: LazyLock<UrlFilter> = LazyLock::new(|| {
    UrlFilter::new(&FilterOptions {
        allowed_ports: Vec::new(),
        ..FilterOptions::default()
    })
});

/// The query of a list.
pub(super) fn query(data: &[u8]) {
    let pairs: Vec<_> = form_urlencoded::parse(data).into_owned().collect();
    let limits = PageLimits {
        default: 25,
        max: 1000,
    };
    if let Ok(query) = ImageQuery::read(&pairs, limits, &ListRules::GLANCE) {
        assert!((0..=limits.max).contains(&query.limit));
        drop(query.filters());
    }
}

/// The first eight bytes are the size of the data, the rest is a header.
pub(super) fn range(data: &[u8]) {
    let Some((size, header)) = data.split_first_chunk() else {
        return;
    };
    let (size, Ok(header)) = (u64::from_le_bytes(*size), std::str::from_utf8(header)) else {
        return;
    };
    if let Ok(range) = ByteRange::from_range_header(header, size) {
        assert!(range.start <= range.end && range.end < size);
        assert!(range.length() <= size);
    }
    if let Ok(range) = ByteRange::from_content_range_header(header, size) {
        assert!(range.start <= range.end && range.length() > 0);
    }
}

/// A URL to fetch from: no address of this machine passes.
pub(super) fn filter(data: &[u8]) {
    let Ok(uri) = std::str::from_utf8(data) else {
        return;
    };
    let Some(url) = FILTER.passes_without_lookup(uri) else {
        return;
    };
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_matches(['[', ']']);
    if let Ok(address) = host.parse::<IpAddr>() {
        let address = address.to_canonical();
        assert!(!address.is_loopback() && !address.is_unspecified(), "{uri}");
    }
}

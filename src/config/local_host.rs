//! The hosts that a server which only this machine reaches is known by. A page that has its own name lead
//! to this machine (DNS rebinding) gives another.

use std::net::IpAddr;

use super::Config;

/// Returns `true` if the value of a `Host` header is an address, this machine's own name, the host of the
/// public URL or one that the settings accept.
pub(crate) fn is_known(config: &Config, host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|port| port.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    if bare.parse::<IpAddr>().is_ok() || name == "localhost" || name.ends_with(".localhost") {
        return true;
    }
    let public = config.access.public_url.as_deref();
    let public = public.and_then(|url| url.split_once("://"));
    let public = public.and_then(|(_, rest)| rest.split('/').next());
    public.is_some_and(|public| public.eq_ignore_ascii_case(host))
        || config
            .connections
            .accept_host
            .iter()
            .any(|accepted| accepted.eq_ignore_ascii_case(name))
}

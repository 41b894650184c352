//! The target of a redirect, as the other server wrote it.
//!
//! A parser of URLs would make `http://0x7f.1/` the address that it stands for, and the filter would no
//! longer see what it refuses in the URL of a client. So what names a server reaches the filter unread.

use http::header;
use reqwest::{Response, Url};

/// Returns the target of a redirect, for the filter to check; `None` if the response is none.
pub(super) fn redirect_target(from: &Url, response: &Response) -> Option<String> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let to = response.headers().get(header::LOCATION)?.to_str().ok()?;
    Some(target(from, to))
}

fn target(from: &Url, to: &str) -> String {
    // Python encodes these, too, with which Glance downloads.
    let to = to.replace(' ', "%20");
    if to.starts_with("//") {
        return format!("{}:{to}", from.scheme());
    }
    // Some take a backslash for a slash, which may begin the name of a server: the filter refuses it.
    if has_scheme(&to) || to.contains('\\') {
        return to;
    }
    from.join(&to).map_or(to, String::from)
}

/// Returns `true` if a reference names its scheme and so is not relative (RFC 3986, 4.1).
fn has_scheme(reference: &str) -> bool {
    let first = reference.split(['/', '?', '#']).next();
    first.is_some_and(|first| first.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_a_server_stays_as_it_was_written() {
        let from = Url::parse("https://h:8443/a/b?c#d").unwrap();
        for (to, target_of_it) in [
            ("/x y", "https://h:8443/x%20y"),
            ("x", "https://h:8443/a/x"),
            ("?x", "https://h:8443/a/b?x"),
            ("", "https://h:8443/a/b?c"),
            ("//0x7f.1/", "https://0x7f.1/"),
            ("//user@2130706433:1/", "https://user@2130706433:1/"),
            ("HTTP://0177.1/", "HTTP://0177.1/"),
            ("http:0177.1", "http:0177.1"),
            ("https:/127.1", "https:/127.1"),
            ("/\\127.1/", "/\\127.1/"),
            ("file:///etc/passwd", "file:///etc/passwd"),
            ("http://h:x/", "http://h:x/"),
        ] {
            assert_eq!(target(&from, to), target_of_it, "{to}");
        }
    }
}

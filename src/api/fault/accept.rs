//! Which form of an error a request asks for.

use http::HeaderValue;

/// The forms of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Html,
    Json,
    Plain,
}

impl Form {
    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=UTF-8",
            Self::Json => "application/json",
            Self::Plain => "text/plain; charset=UTF-8",
        }
    }

    /// A page or JSON, whichever is liked better, a page where both are liked alike; text where
    /// neither is accepted or nothing is said.
    pub(super) fn choose(accept: Option<&HeaderValue>) -> Self {
        let accept = accept.and_then(|it| it.to_str().ok()).unwrap_or_default();
        let html = liking(accept, "text", "html");
        let json = liking(accept, "application", "json");
        if html <= 0.0 && json <= 0.0 {
            Self::Plain
        } else if json > html {
            Self::Json
        } else {
            Self::Html
        }
    }
}

/// How much a media type is liked, from 0 to 1: the range that names it most closely says so.
fn liking(accept: &str, kind: &str, subtype: &str) -> f32 {
    let mut best = (0, 0.0);
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let Some((a, b)) = parts.next().and_then(|it| it.split_once('/')) else {
            continue;
        };
        let closeness = if a.eq_ignore_ascii_case(kind) && b.eq_ignore_ascii_case(subtype) {
            3
        } else if a.eq_ignore_ascii_case(kind) && b == "*" {
            2
        } else if a == "*" && b == "*" {
            1
        } else {
            continue;
        };
        let quality = parts
            .filter_map(|it| it.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
            .map_or(1.0, |(_, value)| value.trim().parse().unwrap_or(0.0));
        if closeness > best.0 {
            best = (closeness, quality);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_chooses_the_form() {
        for (accept, form) in [
            ("", Form::Plain),
            ("text/plain", Form::Plain),
            ("application/xml", Form::Plain),
            ("*/*", Form::Html),
            ("text/html", Form::Html),
            ("application/json, text/plain, */*", Form::Html),
            ("application/json", Form::Json),
            ("application/*", Form::Json),
            ("text/html;q=0.5, application/json", Form::Json),
            ("application/json;q=0", Form::Plain),
        ] {
            let header = HeaderValue::from_static(accept);
            assert_eq!(Form::choose(Some(&header)), form, "{accept}");
        }
        assert_eq!(Form::choose(None), Form::Plain);
    }
}

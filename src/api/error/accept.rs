//! Chooses the form of an error by the request's `Accept`.

use http::HeaderValue;

use crate::dialect::ErrorForm;

/// The forms of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
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

    /// Returns the form for an error: the dialect of the cloud may have but one, or the `Accept` of the request chooses.
    pub(crate) fn of(errors: ErrorForm, accept: Option<&HeaderValue>) -> Self {
        match errors {
            ErrorForm::Text => Self::Plain,
            ErrorForm::Negotiated => Self::choose(accept),
        }
    }

    /// A page or JSON, whichever is liked better, a page where both are liked alike; text where
    /// neither is accepted or nothing is said.
    pub(super) fn choose(accept: Option<&HeaderValue>) -> Self {
        let accept = accept
            .and_then(|accept| accept.to_str().ok())
            .unwrap_or_default();
        if !accept.split(',').all(is_range) {
            return Self::Html;
        }
        let html = quality(accept, "text", "html");
        let json = quality(accept, "application", "json");
        if html <= 0.0 && json <= 0.0 {
            Self::Plain
        } else if json > html {
            Self::Json
        } else {
            Self::Html
        }
    }
}

/// Returns which of several media types is liked most, the first of those that are liked alike; none if
/// none is accepted or nothing is said.
pub(crate) fn preferred_type(
    accept: Option<&HeaderValue>,
    types: &[(&str, &str)],
) -> Option<usize> {
    let accept = accept?.to_str().ok()?;
    if !accept.split(',').all(is_range) {
        return None;
    }
    let mut best = (0.0, None);
    for (place, (kind, subtype)) in types.iter().enumerate() {
        let liked = quality(accept, kind, subtype);
        if liked > best.0 {
            best = (liked, Some(place));
        }
    }
    best.1
}

/// Returns whether an `Accept` asks for a page before anything else, as browsers do when they go somewhere:
/// `text/html` alone or with XHTML, and nothing as much. Java's own client names `text/html` first, too, but
/// with images.
#[cfg(feature = "console")]
pub(crate) fn prefers_page(accept: Option<&HeaderValue>) -> bool {
    let accept = accept.and_then(|accept| accept.to_str().ok());
    let accept = accept.unwrap_or_default();
    let named: Vec<_> = accept.split(',').map(media_type).collect();
    let is_html = |range: &&str| range.eq_ignore_ascii_case("text/html");
    let is_browser = named.contains(&"application/xhtml+xml")
        || named.iter().all(|range| is_html(range) || *range == "*/*");
    named.first().is_some_and(is_html)
        && is_browser
        && quality(accept, "text", "html") >= quality(accept, "application", "json")
}

/// Returns a media range without its parameters.
fn media_type(range: &str) -> &str {
    range.split(';').next().unwrap_or(range).trim()
}

/// Returns whether this is a media range, or nothing; one that is neither spoils the whole header.
fn is_range(text: &str) -> bool {
    let range = media_type(text);
    match range.split_once('/') {
        Some((kind, subtype)) => !kind.is_empty() && !subtype.is_empty(),
        None => range.is_empty(),
    }
}

/// Returns how much a media type is liked, from 0 to 1: the range that names it most closely says so.
fn quality(accept: &str, kind: &str, subtype: &str) -> f32 {
    let mut best = (0, 0.0);
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let Some((a, b)) = parts.next().and_then(|part| part.split_once('/')) else {
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
        let quality = match parts
            .next()
            .map(|part| part.split_once('=').unwrap_or((part, "")))
        {
            None => 1.0,
            Some((name, value)) if name.trim().eq_ignore_ascii_case("q") => {
                value.trim().parse().unwrap_or(0.0)
            }
            // A narrower type, which ours are not.
            Some(_) => continue,
        };
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
            ("application/json;charset=utf-8", Form::Plain),
            ("nonsense", Form::Html),
            ("application/json, *", Form::Html),
        ] {
            let header = HeaderValue::from_static(accept);
            assert_eq!(Form::choose(Some(&header)), form, "{accept}");
        }
        assert_eq!(Form::choose(None), Form::Plain);
    }

    #[cfg(feature = "console")]
    #[test]
    fn browsers_prefer_a_page_and_other_clients_do_not() {
        for (accept, prefers) in [
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                true,
            ),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
                true,
            ),
            ("text/html", true),
            ("text/html, */*;q=0.1", true),
            ("", false),
            ("*/*", false),
            ("application/json", false),
            ("application/json, text/plain, */*", false),
            ("application/json, text/html", false),
            ("text/html;q=0.5, application/json", false),
            (
                "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
                false,
            ),
            ("text/html, image/gif, image/jpeg, */*; q=0.2", false),
        ] {
            let header = HeaderValue::from_static(accept);
            assert_eq!(prefers_page(Some(&header)), prefers, "{accept}");
        }
        assert!(!prefers_page(None));
    }
}

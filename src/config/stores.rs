//! The stores: `--store [NAME=]URL`, and what the URLs of each kind may say.

use std::path::PathBuf;

use clap::Args;
use percent_encoding::percent_decode_str;

/// Names that Glance keeps for stores of its own.
const RESERVED: &str = "os_glance_";

/// Where the bytes of images are kept.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Stores")]
pub struct StoreOptions {
    /// Where images are kept: file:///DIR, memory:, database: or s3://BUCKET/PREFIX, or http: for images that lie on the web and are only read; one alone, or several as NAME=URL for a server with multiple stores; behind a `?` may stand description=, weight=, read_only= [default: file, below --data]
    #[arg(long = "store", env = "LOOKALIKE_STORE", value_delimiter = ',', value_parser = StoreOption::read, value_name = "[NAME=]URL")]
    pub store: Vec<StoreOption>,

    /// The store that images go to when a request names none; Glance's `default_backend` [default: the first]
    #[arg(
        long = "default_store",
        env = "LOOKALIKE_DEFAULT_STORE",
        value_name = "NAME"
    )]
    pub default_store: Option<String>,
}

/// One store, as a setting tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoreOption {
    /// What requests call it; the only store of a server may go without.
    pub name: Option<String>,
    /// What it is for, for people.
    pub description: Option<String>,
    /// Images are read from the heaviest store that has them.
    pub weight: i64,
    /// Whether nothing may be added to it.
    pub read_only: bool,
    /// Where it keeps bytes.
    pub place: Place,
}

/// Where a store keeps bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// In files of a directory.
    File(PathBuf),
    /// In memory and temporary space, until the process ends.
    Memory,
    /// On other servers.
    Web,
}

impl StoreOption {
    /// A store without a name, and with nothing special about it.
    #[must_use]
    pub fn at(place: Place) -> Self {
        Self {
            name: None,
            description: None,
            weight: 0,
            read_only: false,
            place,
        }
    }

    /// Reads `[NAME=]URL`; the failure says what is allowed.
    pub fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (name, url) = match text.split_once('=') {
            // A `=` within the URL is none behind a name.
            Some((name, url)) if !name.contains([':', '/', '?']) => (Some(name), url),
            _ => (None, text),
        };
        let name = name.map(checked_name).transpose()?;
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let mut store = Self::at(Place::Memory);
        store.name = name;
        let mut rest = Vec::new();
        for (key, value) in form_urlencoded::parse(query.as_bytes()).into_owned() {
            match key.as_str() {
                "description" => store.description = Some(value),
                "weight" => store.weight = whole(&key, &value)?,
                "read_only" => store.read_only = yes(&key, &value)?,
                _ => rest.push((key, value)),
            }
        }
        store.place = Place::read(address, rest)?;
        store.read_only |= store.place == Place::Web;
        Ok(store)
    }
}

impl Place {
    /// Reads a URL without its query, whose words that are left are given.
    fn read(address: &str, words: Vec<(String, String)>) -> Result<Self, String> {
        let allowed = "file:///DIR, memory:, database:, s3://BUCKET/PREFIX and http: are allowed";
        let (scheme, rest) = address
            .split_once(':')
            .ok_or_else(|| format!("{address:?} is no URL; {allowed}"))?;
        let place = match scheme {
            "file" => Self::File(directory(rest)?),
            "memory" => alone("memory:", rest, Self::Memory)?,
            "http" => alone("http:", rest, Self::Web)?,
            _ => return Err(format!("{scheme}: is no kind of store; {allowed}")),
        };
        match words.first() {
            Some((word, _)) => Err(format!(
                "{word} means nothing to a {scheme} store; description, weight and read_only do"
            )),
            None => Ok(place),
        }
    }
}

fn checked_name(name: &str) -> Result<String, String> {
    let name = name.trim();
    let fits = |it: char| it.is_ascii_alphanumeric() || "_-.".contains(it);
    if name.is_empty() || !name.chars().all(fits) {
        return Err(format!(
            "{name:?} is no name for a store; letters, digits, _, - and . are allowed"
        ));
    }
    if name.starts_with(RESERVED) {
        return Err(format!("names that begin with {RESERVED} are Glance's own"));
    }
    Ok(name.to_owned())
}

fn whole(key: &str, value: &str) -> Result<i64, String> {
    let number = value.parse();
    number.map_err(|_| format!("{key}={value}: a whole number is allowed"))
}

fn yes(key: &str, value: &str) -> Result<bool, String> {
    let word = value.parse();
    word.map_err(|_| format!("{key}={value}: true or false is allowed"))
}

/// The path of `file:///DIR`, behind `file:`.
fn directory(rest: &str) -> Result<PathBuf, String> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if !path.starts_with('/') {
        return Err("a file store needs an absolute path: file:///DIR is allowed".into());
    }
    let path = percent_decode_str(path).decode_utf8();
    let path = path.map_err(|_| "the path is not UTF-8".to_owned())?;
    Ok(PathBuf::from(path.as_ref()))
}

/// A URL that is its scheme and nothing more.
fn alone(url: &str, rest: &str, place: Place) -> Result<Place, String> {
    if rest.trim_matches('/').is_empty() {
        Ok(place)
    } else {
        Err(format!("nothing may stand behind {url} but ?WORD=VALUE"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_may_have_a_name_and_a_description() {
        let store = StoreOption::read("fast=file:///a%20b/c?weight=10&description=fast+tier");
        let expected = StoreOption {
            name: Some("fast".into()),
            description: Some("fast tier".into()),
            weight: 10,
            ..StoreOption::at(Place::File("/a b/c".into()))
        };
        assert_eq!(store, Ok(expected));
        let store = StoreOption::read("memory:?read_only=true&weight=-1");
        let expected = StoreOption {
            weight: -1,
            read_only: true,
            ..StoreOption::at(Place::Memory)
        };
        assert_eq!(store, Ok(expected));
    }

    #[test]
    fn what_is_wrong_with_a_store_is_said() {
        for (text, said) in [
            ("", "is no URL"),
            ("fast", "is no URL"),
            ("fast=", "is no URL"),
            ("=memory:", "is no name"),
            ("a b=memory:", "is no name"),
            ("os_glance_x=memory:", "Glance's own"),
            ("fast=ftp://x", "ftp: is no kind of store"),
            ("fast=file://x/y", "absolute path"),
            ("fast=file:x", "absolute path"),
            ("fast=memory:x", "nothing may stand behind"),
            ("fast=memory:?weight=heavy", "a whole number is allowed"),
            ("fast=memory:?read_only=yes", "true or false is allowed"),
            ("fast=memory:?wieght=1", "wieght means nothing"),
        ] {
            let refused = StoreOption::read(text).unwrap_err();
            assert!(refused.contains(said), "{text:?}: {refused}");
        }
    }
}

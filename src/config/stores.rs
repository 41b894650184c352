//! The stores: `--store [NAME=]URL`, and what the URLs of each kind may say.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{Args, whole_seconds};
use super::data_directories::{self, DataDirectory, MountFile};
use super::shown_store::ShownStore;
use super::swift::{self, Swift};
use super::words::{boolean, take_word};

/// Names that Glance keeps for stores of its own.
const RESERVED: &str = "os_glance_";

/// The stores of image data.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(Args), command(next_help_heading = "Stores"))]
pub struct StoreOptions {
    /// Store for image data: `file:///DIR`, `file:` (a directory in --data), `memory:`, `database:`, `s3://BUCKET/PREFIX`, `swift://CONTAINER/PREFIX`, or `http:` (read-only, for locations on web servers). For several stores use NAME=URL. The URL can have `?description=…&weight=N&read_only=true&type=KIND` (the kind that Glance's API shows), for files `filesystem_store_datadirs`, `filesystem_store_file_perm` and `filesystem_store_metadata_file`, for S3 `endpoint` and `region`, and for Swift `swift_store_config_file` and other options of Glance [default: a directory in --data]
    #[cfg_attr(feature = "cli", arg(long = "store", env = "LOOKALIKE_STORE", value_delimiter = ',', value_parser = StoreOption::read, hide_env_values = true, value_name = "[NAME=]URL"))]
    pub store: Vec<StoreOption>,

    /// Store to use when a request does not name one; Glance calls it `default_backend` [default: the first store]
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "default_store",
            env = "LOOKALIKE_DEFAULT_STORE",
            value_name = "NAME"
        )
    )]
    pub default_store: Option<String>,

    /// How often the server removes bytes that no image needs, and tasks that expired long ago: seconds, or such as 90m or 1h30m; 0: only at the start
    #[cfg_attr(feature = "cli", arg(long = "sweep", env = "LOOKALIKE_SWEEP", default_value_t = 3600, value_parser = whole_seconds(0..=u32::MAX), value_name = "DURATION"))]
    pub sweep: u32,
}

impl StoreOptions {
    /// Returns whether the stores have names that requests may say.
    #[must_use]
    pub fn is_multi_store(&self) -> bool {
        self.store.iter().any(|store| store.name.is_some())
    }
}

/// One store, as a setting tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoreOption {
    /// The name in requests; the only store of a server may have none.
    pub name: Option<String>,
    /// The description for people.
    pub description: Option<String>,
    /// Images are read from the heaviest store that has them.
    pub weight: i64,
    /// Whether nothing may be added to it.
    pub read_only: bool,
    /// The kind of store that it is shown as, where that is another.
    pub shown_as: Option<ShownStore>,
    /// The permissions of its files, where they are not those that the process gives.
    pub file_permissions: Option<u32>,
    /// The file about the mounts that its files lie on, for the metadata of locations.
    pub mount_file: Option<MountFile>,
    /// The place of its bytes.
    pub place: Place,
}

/// The place of a store's bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// In files of a directory.
    File(PathBuf),
    /// In files of one of these directories, each time of the one that priority and free space choose. Relative
    /// ones lie where those of `Own` would.
    Directories(Vec<DataDirectory>),
    /// In files of a directory below --data: `stores/NAME`, or `images` for a store without a name; in memory where nothing is kept.
    Own,
    /// In memory and temporary space, until the process ends.
    Memory,
    /// On other servers.
    Web,
    /// In the database, in a space of this name.
    Database(String),
    /// In a bucket of a server that speaks S3.
    S3(S3),
    /// In a container of a Swift object store.
    Swift(Box<Swift>),
}

/// A bucket, and how it is reached. What is not said here the usual `AWS_…` variables say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct S3 {
    /// The bucket.
    pub bucket: String,
    /// The prefix of the names of all objects.
    pub prefix: String,
    /// The server's address, where it is not AWS.
    pub endpoint: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The access key.
    pub key: Option<Key>,
    /// Whether the bucket stands in the host name instead of the path.
    pub virtual_hosted: bool,
}

/// An access key.
#[derive(Clone, PartialEq)]
pub struct Key {
    /// Its name.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "Key({:?}, …)", self.id)
    }
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
            shown_as: None,
            file_permissions: None,
            mount_file: None,
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
                "type" => store.shown_as = Some(ShownStore::named(&value)?),
                _ => rest.push((key, value)),
            }
        }
        if let Some(shown) = &mut store.shown_as {
            shown.take(&mut rest)?;
        }
        let is_of_files = |(word, _): &&(String, String)| FILE_OPTIONS.contains(&word.as_str());
        if let Some((word, _)) = rest.iter().find(is_of_files)
            && !address.starts_with("file:")
        {
            return Err(format!("{word} is for file stores"));
        }
        if let Some(text) = take_word(&mut rest, data_directories::PERMISSIONS) {
            store.file_permissions = data_directories::permissions(&text)?;
        }
        store.mount_file = MountFile::take(&mut rest)?;
        store.place = Place::read(address, rest)?;
        store.read_only |= store.place == Place::Web;
        Ok(store)
    }
}

impl Place {
    /// Returns whether the bytes lie below --data, or in memory where nothing is kept.
    #[must_use]
    pub fn is_own(&self) -> bool {
        match self {
            Self::Own => true,
            Self::Directories(all) => all.iter().any(|one| one.path.is_relative()),
            _ => false,
        }
    }

    /// Returns the directories that the setting itself says.
    pub(crate) fn directories(&self) -> Vec<&Path> {
        match self {
            Self::File(path) => vec![path],
            Self::Directories(all) => all.iter().map(|one| one.path.as_path()).collect(),
            _ => Vec::new(),
        }
    }

    /// Reads a URL without its query, whose words that are left are given.
    fn read(address: &str, mut words: Vec<(String, String)>) -> Result<Self, String> {
        let allowed = "file:///DIR, file:, memory:, database:, s3://BUCKET/PREFIX, swift://CONTAINER/PREFIX and http: are allowed";
        let (scheme, rest) = address
            .split_once(':')
            .ok_or_else(|| format!("{address:?} is no URL; {allowed}"))?;
        let place = match scheme {
            "file" if rest.is_empty() => match data_directories::take(&mut words)? {
                all if all.is_empty() => Self::Own,
                all => Self::Directories(all),
            },
            "file" => Self::File(directory(rest)?),
            "http" if rest.trim_matches('/').is_empty() => Self::Web,
            "memory" if rest.trim_matches('/').is_empty() => Self::Memory,
            "memory" => return Err("nothing may stand behind memory: but ?WORD=VALUE".into()),
            "database" => Self::Database(match rest.trim_matches('/') {
                "" => String::new(),
                space => checked_name(space)?,
            }),
            "s3" => Self::S3(S3::read(rest, &mut words)?),
            "swift" => Self::Swift(Box::new(Swift::read(rest, &mut words)?)),
            _ => return Err(format!("{scheme}: is no kind of store; {allowed}")),
        };
        match words.first() {
            Some((word, _)) => Err(format!(
                "{word} means nothing to a {scheme} store; description, weight, read_only and type do{}",
                match scheme {
                    "s3" => S3_WORDS,
                    "swift" => swift::WORDS,
                    "file" => FILE_WORDS,
                    _ => "",
                }
            )),
            None => Ok(place),
        }
    }
}

/// The parameters that may follow the URL of a file store.
const FILE_WORDS: &str = ", and filesystem_store_file_perm and filesystem_store_metadata_file, \
                          and behind file: alone filesystem_store_datadirs";

/// The parameters that only file stores have, wherever their files are.
const FILE_OPTIONS: [&str; 3] = [
    data_directories::PERMISSIONS,
    data_directories::METADATA_FILE,
    data_directories::METADATA_ROOT,
];

/// The parameters that may follow the URL of a bucket.
const S3_WORDS: &str = ", and endpoint, region, access_key_id with secret_access_key, \
                        virtual_hosted_style_request";

impl S3 {
    /// Reads `//BUCKET/PREFIX`, and takes what it knows of the words.
    fn read(rest: &str, words: &mut Vec<(String, String)>) -> Result<Self, String> {
        let rest = rest.trim_start_matches('/').trim_end_matches('/');
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err("an S3 store needs a bucket: s3://BUCKET/PREFIX is allowed".into());
        }
        let mut take = |key: &str| take_word(words, key);
        let key = match (take("access_key_id"), take("secret_access_key")) {
            (Some(id), Some(secret)) => Some(Key { id, secret }),
            (None, None) => None,
            _ => return Err("access_key_id and secret_access_key go together".into()),
        };
        let hosted = take("virtual_hosted_style_request");
        let hosted = hosted.map(|word| yes("virtual_hosted_style_request", &word));
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            endpoint: take("endpoint"),
            region: take("region"),
            key,
            virtual_hosted: hosted.transpose()?.unwrap_or(false),
        })
    }
}

fn checked_name(name: &str) -> Result<String, String> {
    let name = name.trim();
    let fits = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
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
    boolean(value).map_err(|allowed| format!("{key}={value}: {allowed}"))
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
        let store = StoreOption::read("memory:?read_only=Yes&weight=-1");
        let expected = StoreOption {
            weight: -1,
            read_only: true,
            ..StoreOption::at(Place::Memory)
        };
        assert_eq!(store, Ok(expected));
    }

    #[test]
    fn a_bucket_may_be_anywhere() {
        let url = "s3://images/a/b?endpoint=http://127.0.0.1:9000&region=here&weight=2\
                   &access_key_id=me&secret_access_key=hidden";
        let store = StoreOption::read(url).unwrap();
        let Place::S3(s3) = &store.place else {
            panic!("{store:?}");
        };
        assert_eq!((s3.bucket.as_str(), s3.prefix.as_str()), ("images", "a/b"));
        assert_eq!(s3.endpoint.as_deref(), Some("http://127.0.0.1:9000"));
        assert_eq!(s3.region.as_deref(), Some("here"));
        assert_eq!(store.weight, 2);
        assert!(!format!("{store:?}").contains("hidden"));
        let store = StoreOption::read("cold=database:///cold").unwrap();
        assert_eq!(store.place, Place::Database("cold".into()));
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
            ("fast=memory:?read_only=maybe", "true, false, yes, no"),
            ("fast=memory:?wieght=1", "wieght means nothing"),
            ("fast=memory:?endpoint=x", "endpoint means nothing"),
            ("fast=s3://b?wieght=1", "region"),
            ("fast=s3:///", "needs a bucket"),
            ("fast=s3://b?access_key_id=x", "go together"),
            ("fast=database:///a/b", "is no name"),
            (
                "a=memory:?filesystem_store_file_perm=640",
                "is for file stores",
            ),
            (
                "a=memory:?filesystem_store_metadata_file=/m",
                "is for file stores",
            ),
            (
                "a=file:?filesystem_store_metadata_file=",
                "the path of a file",
            ),
            (
                "a=file:///a?filesystem_store_datadirs=/b",
                "behind file: alone",
            ),
        ] {
            let refused = StoreOption::read(text).unwrap_err();
            assert!(refused.contains(said), "{text:?}: {refused}");
        }
    }
}

//! A container of a Swift object store as a store: `swift://CONTAINER/PREFIX`, with the options of `glance_store`.

use std::path::PathBuf;

use super::swift_login::{ParameterNames, SwiftLoginSource, SwiftParameters};
use super::words::{boolean, take_word};

/// The parameters that may follow the URL of a container.
pub(super) const WORDS: &str = ", and swift_store_config_file with default_swift_reference, or swift_store_auth_address, \
     swift_store_auth_version, swift_store_user, swift_store_key, swift_store_application_credential_id and \
     swift_store_application_credential_secret; and swift_store_region, swift_store_service_type, swift_store_endpoint, \
     swift_store_endpoint_type, swift_store_cacert, swift_store_auth_insecure, swift_store_create_container_on_put, \
     swift_store_large_object_chunk_size";

/// The default size of a segment in MiB. Glance has 200, which it does not hold in memory.
const SEGMENT: u64 = 16;

/// The largest size of a segment in MiB: three of them are in memory.
const LARGEST_SEGMENT: u64 = 1024;

/// The kinds of endpoints, by Glance's names, and as Keystone's catalogue has them.
const INTERFACES: [(&str, &str); 3] = [
    ("publicURL", "public"),
    ("internalURL", "internal"),
    ("adminURL", "admin"),
];

/// A container, and how it is reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Swift {
    /// The container.
    pub container: String,
    /// The prefix of the names of all objects.
    pub prefix: String,
    /// The name in Glance for who logs in, which the URLs of locations show.
    pub reference: String,
    /// The source of what a log-in needs.
    pub login: SwiftLoginSource,
    /// The entry of the catalogue.
    pub service: SwiftService,
    /// The file with the certificates of an authority of its own.
    pub cacert: Option<PathBuf>,
    /// Whether any certificate will do.
    pub is_insecure: bool,
    /// Whether a container that is missing is created.
    pub creates_container: bool,
    /// The size of a segment in bytes; a smaller image is one object.
    pub segment: usize,
}

/// The object store in the catalogue of a token.
#[derive(Clone, Debug, PartialEq)]
pub struct SwiftService {
    /// The URL of the account, where it is not that of the catalogue.
    pub endpoint: Option<String>,
    /// The type of the service.
    pub kind: String,
    /// The interface, such as `public`.
    pub interface: &'static str,
    /// The region; without one, the first endpoint will do.
    pub region: Option<String>,
}

impl Swift {
    /// Reads `//CONTAINER/PREFIX`, and takes what it knows of the words.
    pub(super) fn read(rest: &str, words: &mut Vec<(String, String)>) -> Result<Self, String> {
        let rest = rest.trim_matches('/');
        let (container, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if container.is_empty() {
            return Err(
                "a Swift store needs a container: swift://CONTAINER/PREFIX is allowed".into(),
            );
        }
        let mut take = |key: &str| take_word(words, key);
        let chunk_size = take("swift_store_large_object_chunk_size");
        let segment = chunk_size.map_or(Ok(SEGMENT), |text| segment(&text))?;
        let reference = take("default_swift_reference").unwrap_or_else(|| "ref1".into());
        let creates_container = truth(&mut take, "swift_store_create_container_on_put")?;
        let is_insecure = truth(&mut take, "swift_store_auth_insecure")?;
        Ok(Self {
            container: container.to_owned(),
            prefix: prefix.to_owned(),
            reference,
            login: login(&mut take)?,
            service: service(&mut take)?,
            cacert: take("swift_store_cacert").map(PathBuf::from),
            is_insecure,
            creates_container,
            segment: usize::try_from(segment << 20).unwrap_or(usize::MAX),
        })
    }
}

fn login(take: &mut impl FnMut(&str) -> Option<String>) -> Result<SwiftLoginSource, String> {
    let file = take("swift_store_config_file");
    let said = SwiftParameters::read(ParameterNames::Options, take);
    match file {
        Some(_) if !said.is_empty() => {
            Err("swift_store_config_file says who logs in: no other parameter may".into())
        }
        Some(file) => Ok(SwiftLoginSource::File(file.into())),
        None if said.is_empty() => Ok(SwiftLoginSource::Environment),
        None => Ok(SwiftLoginSource::Said(said)),
    }
}

fn service(take: &mut impl FnMut(&str) -> Option<String>) -> Result<SwiftService, String> {
    let endpoint = take("swift_store_endpoint");
    let interface = take("swift_store_endpoint_type");
    let interface = interface.map_or(Ok("public"), |text| {
        let found = INTERFACES.iter().find(|(name, _)| *name == text);
        found.map(|(_, interface)| *interface).ok_or_else(|| {
            format!(
                "swift_store_endpoint_type={text}: publicURL, internalURL or adminURL is allowed"
            )
        })
    });
    Ok(SwiftService {
        endpoint: endpoint.map(|url| url.trim_end_matches('/').to_owned()),
        kind: take("swift_store_service_type").unwrap_or_else(|| "object-store".into()),
        interface: interface?,
        region: take("swift_store_region"),
    })
}

fn segment(text: &str) -> Result<u64, String> {
    let number = text.parse().ok();
    let number = number.filter(|number| (1..=LARGEST_SEGMENT).contains(number));
    number.ok_or_else(|| {
        format!(
            "swift_store_large_object_chunk_size={text}: 1 to {LARGEST_SEGMENT} (MiB) is allowed"
        )
    })
}

fn truth(take: &mut impl FnMut(&str) -> Option<String>, key: &str) -> Result<bool, String> {
    let said =
        take(key).map(|text| boolean(&text).map_err(|allowed| format!("{key}={text}: {allowed}")));
    Ok(said.transpose()?.unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::super::stores::{Place, StoreOption};
    use super::*;

    fn read(url: &str) -> Result<Swift, String> {
        match StoreOption::read(url)?.place {
            Place::Swift(swift) => Ok(*swift),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_container_has_the_options_of_glance() {
        let swift = read(
            "far=swift://images/a/b?swift_store_auth_address=http://h/v3&swift_store_user=p:u&swift_store_key=hidden\
             &swift_store_endpoint_type=internalURL&swift_store_create_container_on_put=yes\
             &swift_store_large_object_chunk_size=2&default_swift_reference=here",
        );
        let swift = swift.unwrap();
        assert_eq!((&*swift.container, &*swift.prefix), ("images", "a/b"));
        assert_eq!((&*swift.reference, swift.segment), ("here", 2 << 20));
        assert_eq!(swift.service.interface, "internal");
        assert!(swift.creates_container);
        assert!(!format!("{swift:?}").contains("hidden"));
    }

    #[test]
    fn what_is_wrong_with_a_container_is_said() {
        for (url, said) in [
            ("swift:", "needs a container"),
            (
                "swift://c?swift_store_large_object_chunk_size=0",
                "1 to 1024",
            ),
            ("swift://c?swift_store_endpoint_type=public", "publicURL"),
            (
                "swift://c?swift_store_create_container_on_put=2",
                "true, false, yes",
            ),
            (
                "swift://c?swift_store_config_file=/f&swift_store_key=k",
                "no other",
            ),
            (
                "swift://c?swift_store_multi_tenant=true",
                "swift_store_multi_tenant means nothing",
            ),
        ] {
            let refused = read(url).unwrap_err();
            assert!(refused.contains(said), "{url}: {refused}");
        }
    }
}

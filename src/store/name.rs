//! The names under which stores keep bytes.
//!
//! A name belongs to one attempt to write an image: it is made of the image's id and of the claim of the
//! attempt. So a server that was taken for dead can write, abort or delete whatever it likes, as late as it
//! likes: the bytes of the next attempt have another name. Which name counts is what the image's location
//! records; all others are garbage.
//!
//! Earlier versions used the image's id alone. Such bytes stay where they are, and so do those of stores to
//! which only one process can write.

/// The character between the id and the claim. (Earlier versions do not take such a name for one of theirs,
/// and so never sweep the bytes.)
const SEPARATOR: char = '_';

/// The number of bytes of a UUID with hyphens.
const UUID: usize = 36;

/// The greatest number of characters of a claim in a name.
const LONGEST_CLAIM: usize = 64;

/// Returns the name for the bytes that an attempt writes. `claim` is the name of the attempt, which no
/// other attempt has: letters and digits.
#[must_use]
pub fn attempt_name(image: &str, claim: &str) -> String {
    format!("{image}{SEPARATOR}{claim}")
}

/// Returns the image whose bytes have this name; `None` if it is the name of nothing of ours.
#[must_use]
pub fn image_of_name(name: &str) -> Option<&str> {
    if is_uuid(name) {
        return Some(name);
    }
    let (image, claim) = name.split_at_checked(UUID)?;
    let claim = claim.strip_prefix(SEPARATOR)?;
    let fits = (1..=LONGEST_CLAIM).contains(&claim.len())
        && claim.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (fits && is_uuid(image)).then_some(image)
}

/// Returns the name of the bytes at a URL, which is its last segment. The segments before it are ignored:
/// they change when a directory is moved or mounted elsewhere.
#[must_use]
pub fn name_of_url(url: &str) -> &str {
    url.rsplit_once('/').map_or(url, |(_, name)| name)
}

/// Returns `true` if the name is a UUID with hyphens, in either case.
#[must_use]
pub fn is_uuid(name: &str) -> bool {
    let fits = |(position, byte): (usize, u8)| match position {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    name.len() == UUID && name.bytes().enumerate().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: &str = "7f0b4ef5-3f5c-4a43-8f0e-0123456789ab";

    #[test]
    fn a_name_tells_its_image() {
        assert_eq!(image_of_name(&attempt_name(IMAGE, "0af3")), Some(IMAGE));
        assert_eq!(image_of_name(IMAGE), Some(IMAGE));
    }

    #[test]
    fn other_names_are_nobodys() {
        for name in ["", "cloud", "_", "a_b"] {
            assert_eq!(image_of_name(name), None, "{name}");
        }
        for rest in ["_", "_../x", ".x", "-x", "x", "_a.b", "_a_b", "_ü"] {
            let name = format!("{IMAGE}{rest}");
            assert_eq!(image_of_name(&name), None, "{name}");
        }
        let long = attempt_name(IMAGE, &"a".repeat(LONGEST_CLAIM + 1));
        assert_eq!(image_of_name(&long), None);
    }
}

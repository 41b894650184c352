//! Settings that are one of a few words.

#[cfg(feature = "cli")]
use clap::ValueEnum;

use crate::domain::string_enum;

string_enum! {
    /// The failures that an acknowledged write survives.
    Durability {
        /// The end of the process at any moment (`kill -9`), but not a power cut.
        Normal = "normal",
        /// A power cut too: every commit waits for the disk.
        Full = "full",
    }
}

string_enum! {
    /// Whose tokens are taken.
    #[cfg_attr(feature = "cli", derive(ValueEnum))]
    AuthMode {
        /// Those of the embedded identity, or of the Keystone elsewhere that is named.
        Keystone = "keystone",
        /// Those that say themselves who they are, as in Glance's own tests.
        Fake = "fake",
        /// None is needed, and everybody is admin.
        None = "none",
    }
}

string_enum! {
    /// The format of log lines.
    #[cfg_attr(feature = "cli", derive(ValueEnum))]
    LogFormat {
        /// For people.
        Pretty = "pretty",
        /// For programs.
        Json = "json",
    }
}

string_enum! {
    /// A hash that `os_hash_value` can hold.
    #[cfg_attr(feature = "cli", derive(ValueEnum))]
    Algorithm {
        /// MD5.
        Md5 = "md5",
        /// SHA-1.
        Sha1 = "sha1",
        /// SHA-256.
        Sha256 = "sha256",
        /// SHA-512, Glance's default.
        Sha512 = "sha512",
    }
}

string_enum! {
    /// The use of data that came by the public endpoint, for requests by another.
    #[cfg_attr(feature = "cli", derive(ValueEnum))]
    PublicUploads {
        /// It can be read.
        Usable = "usable",
        /// It is not there.
        Unusable = "unusable",
    }
}

string_enum! {
    /// The endpoint of Rackspace's Images API that a server answers like.
    #[cfg_attr(feature = "cli", derive(ValueEnum))]
    RackspaceEndpoint {
        /// The one for Compute, where images are made and filled.
        Internal = "internal",
        /// The one for customers.
        Public = "public",
    }
}

/// Reads a truth value: the words of oslo.config, in any case.
pub(super) fn boolean(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err("true, false, yes, no, on, off, 1 or 0 is allowed".into()),
    }
}

/// Takes the value of a word, if it is said, out of those behind a URL.
pub(super) fn take_word(words: &mut Vec<(String, String)>, key: &str) -> Option<String> {
    let at = words.iter().position(|(word, _)| word == key)?;
    Some(words.remove(at).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boolean_is_one_of_eight_words_in_any_case() {
        for word in ["true", "1", "yes", "on", "True", "YES", " On "] {
            assert_eq!(boolean(word), Ok(true), "{word:?}");
        }
        for word in ["false", "0", "no", "off", "False", "NO", "oFF"] {
            assert_eq!(boolean(word), Ok(false), "{word:?}");
        }
        for word in ["", "y", "2", "ture", "truefalse"] {
            assert!(boolean(word).is_err(), "{word:?}");
        }
    }

    #[cfg(feature = "cli")]
    #[test]
    fn the_command_line_has_the_same_words() {
        use crate::config::RuleFormat;
        use crate::config::cache::Driver;
        use crate::config::metadefs::Existing;

        fn words<T: ValueEnum>() -> Vec<String> {
            let values = T::value_variants().iter().filter_map(T::to_possible_value);
            values.map(|value| value.get_name().to_owned()).collect()
        }
        macro_rules! compare {
            ($($name:ty),+) => {$(
                let all: Vec<_> = <$name>::ALL.iter().map(ToString::to_string).collect();
                assert_eq!(words::<$name>(), all);
            )+};
        }
        compare!(
            Algorithm,
            AuthMode,
            Driver,
            Existing,
            LogFormat,
            PublicUploads,
            RackspaceEndpoint,
            RuleFormat
        );
    }
}

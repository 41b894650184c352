//! What an image is, and the rules of its life. Nothing here waits, reads or writes.

pub mod access;
pub mod digest;
pub mod disk_format;
pub mod fault;
pub mod formats;
pub mod glob;
pub mod image;
pub mod import;
pub mod limits;
pub mod location;
pub mod made;
pub mod member;
pub mod metadef;
pub mod new_image;
pub mod new_location;
pub mod pace;
pub mod patch;
pub mod policy;
pub mod protection;
pub mod query;
pub mod quota;
pub mod range;
pub mod schema;
pub mod secret;
pub mod seed;
pub mod status;
pub mod task;
pub mod text;
pub mod validation;

/// An enum whose variants are words: in the API, in the database, in messages.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$note])* $variant),* }

        impl $name {
            /// Every variant, in the order declared.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word for it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The variant that this word is for.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.word() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(word: String) -> Result<Self, String> {
                Self::from_word(&word).ok_or_else(|| format!("{word:?} is not a {}", stringify!($name)))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.word())
            }
        }
    };
}
pub(crate) use words;

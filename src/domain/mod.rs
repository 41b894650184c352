//! The domain: images and their related resources, and the rules of their lives. No I/O, no `await`.

pub mod caller;
pub mod digest;
pub mod disk_format;
pub mod fault;
pub mod formats;
pub mod generated_data;
pub mod glob;
pub mod image;
pub mod image_rules;
pub mod import;
pub mod limits;
pub mod location;
pub mod member;
pub mod metadef;
pub mod mount;
pub mod new_image;
pub mod new_location;
pub mod notification;
pub mod object_store;
pub mod pace;
pub mod patch;
pub mod policy;
pub mod protection;
pub mod query;
pub mod quota;
pub mod range;
pub mod rate_limit;
pub mod region;
pub mod schema;
pub(crate) mod scrub;
pub mod secret;
pub mod seed;
pub mod signature;
pub mod status;
pub mod task;
pub mod text;
pub mod validation;
pub mod yaml;

/// A text that is none of the values of a `string_enum!`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not a {kind}")]
pub struct UnknownValueError {
    /// The text.
    pub value: String,
    /// The name of the enum.
    pub kind: &'static str,
}

/// Defines an enum whose variants have a text each: in the API, in the database, in messages.
macro_rules! string_enum {
    ($(#[$about:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$note])* $variant),* }

        impl $name {
            /// Every variant, in the order declared.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the text of the variant.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::UnknownValueError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.iter().copied().find(|variant| variant.as_str() == text);
                found.ok_or_else(|| $crate::domain::UnknownValueError {
                    value: text.to_owned(),
                    kind: stringify!($name),
                })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::domain::UnknownValueError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }
    };
}
pub(crate) use string_enum;

//! The operations of Identity v2.0 that v3 has not, or has with other rights: the users of an account, and API keys.

mod access;
mod api_keys;
mod roles;
mod users;

pub(crate) use users::{NewAccountUser, UserChange};

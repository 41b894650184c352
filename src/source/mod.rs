//! Bytes from elsewhere: what may be fetched, the fetching, and what is done to it before it is stored.

pub mod convert;
pub mod decompress;
pub mod fetch;
pub mod filter;
pub mod glance;

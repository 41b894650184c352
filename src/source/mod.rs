//! Data from other servers: the filter of URLs, the download, decompression and conversion.

pub mod convert;
pub mod decompress;
pub mod fetch;
pub mod filter;
pub mod remote_glance;

//! The OpenAPI documents of the Images API and of the identity, held to what real servers answered.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on shall fail"
)]

mod captured;
mod document;
mod examples;
mod form;
mod public_paths;
mod recorded;

//! What a policy file changes, and when.

mod beyond;
mod files;
mod older;
mod overrides;
mod ownership;
mod remote;

//! What a policy file changes, and when.

mod files;
mod older;
mod overrides;

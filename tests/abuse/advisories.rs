//! The classes of faults that Glance's and Keystone's security advisories (OSSA) and notes (OSSN) name.
//! Each test bears the number of its advisory, and forbids what that found.

mod credentials;
mod data;
mod identity;
mod limits;
mod sources;

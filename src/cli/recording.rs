//! Recordings of what went through `lookalike proxy`: a line of JSON for each exchange, as the journal shows exchanges.

mod digest;
mod exchange;
mod har;
mod reader;
mod writer;

pub(super) use digest::{BodyDigest, BodyWatch};
pub(super) use exchange::{Exchange, RecordingHeader, is_identity};
pub(super) use reader::{Recording, read};
pub(super) use writer::RecordingWriter;

/// The version of the form of recordings.
const VERSION: u32 = 1;

/// The path that a proxy has the identity API at, as a server of ours has it.
pub(super) const IDENTITY: &str = "/identity";

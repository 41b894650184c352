//! Settings from a configuration of the real Glance: `glance-api.conf`, in the form of oslo.config.
//!
//! The files are read (`ini`, `values`), references in values are replaced (`template`) and types checked (`kind`), by the table of all
//! options of Glance (`options`); the table of what this server makes of each (`treatment`) then says which settings follow.

mod bus;
mod document;
mod error;
mod file_store;
mod files;
mod former;
mod kind;
mod meaning;
mod options;
mod reader;
mod report;
mod sources;
mod stores;
mod template;
mod translation;
mod treatment;
mod values;

pub use document::options_document;
pub use error::GlanceConfError;
pub use kind::SettingValue;
pub use meaning::{AppliedSetting, GlanceConf, OptionOutcome, OptionReport};
pub use sources::{ConfOrigin, ConfSources};

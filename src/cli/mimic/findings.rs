//! What was found out: settings with their reasons, and what could not be found out.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Map, Value};

use crate::cli::capture::CapturedSeed;

/// A setting that was found out.
#[derive(Debug)]
struct FoundSetting {
    name: &'static str,
    value: FoundValue,
    why: String,
}

/// The value of a setting.
#[derive(Debug)]
pub(super) enum FoundValue {
    Is(toml::Value),
    /// A file or directory of this name in the output.
    Lies(&'static str),
}

/// What was found out.
#[derive(Debug)]
pub(super) struct Findings {
    url: String,
    settings: Vec<FoundSetting>,
    unknown: Vec<(String, String)>,
    /// The custom properties of images, as Glance's schema-image.json has them.
    pub(super) properties: Map<String, Value>,
    /// The rules of the policy that differ from Glance's own.
    pub(super) policy: Map<String, Value>,
    /// The namespaces of metadata definitions, as files have them, the newest first.
    pub(super) namespaces: Vec<(String, Value)>,
    /// The seed.
    pub(super) seed: CapturedSeed,
}

impl Findings {
    /// Begins with nothing about a Glance.
    pub(super) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            settings: Vec::new(),
            unknown: Vec::new(),
            properties: Map::new(),
            policy: Map::new(),
            namespaces: Vec::new(),
            seed: CapturedSeed::default(),
        }
    }

    /// Notes a setting, and how it was found out.
    pub(super) fn setting(
        &mut self,
        name: &'static str,
        value: impl Into<toml::Value>,
        why: impl Into<String>,
    ) {
        let value = FoundValue::Is(value.into());
        self.put(name, value, &why.into());
    }

    /// Notes a setting that names a file of the output.
    pub(super) fn file(&mut self, name: &'static str, file: &'static str, why: impl Into<String>) {
        self.put(name, FoundValue::Lies(file), &why.into());
    }

    fn put(&mut self, name: &'static str, value: FoundValue, why: &str) {
        self.settings.retain(|found| found.name != name);
        let why = line(why);
        self.settings.push(FoundSetting { name, value, why });
    }

    /// Notes what could not be found out, and why.
    pub(super) fn unknown(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.unknown.push((line(&what.into()), line(&why.into())));
    }

    /// Returns the settings as TOML, for an output in this directory.
    pub(super) fn document(&self, directory: &Path) -> String {
        let mut text = format!(
            "# Settings of a server like {}, written by `lookalike mimic`.\n# To start it: lookalike --config THIS-FILE\n",
            line(&self.url)
        );
        for found in &self.settings {
            let value = match &found.value {
                FoundValue::Is(value) => value.clone(),
                FoundValue::Lies(file) => directory.join(file).display().to_string().into(),
            };
            // Writing into a string does not fail.
            let _written = write!(text, "\n# {}\n{} = {value}\n", found.why, found.name);
        }
        text.push_str("\n# unknown, and as Glance has it by default:\n");
        for (what, why) in &self.unknown {
            let _written = writeln!(text, "#   {what}: {why}");
        }
        text
    }

    /// Returns what is said at the end.
    pub(super) fn summary(&self, path: &Path) -> String {
        let mut text = "\nunknown, and as Glance has it by default:\n".to_owned();
        for (what, why) in &self.unknown {
            // Writing into a string does not fail.
            let _written = writeln!(text, "  {what}: {why}");
        }
        let (settings, images) = (self.settings.len(), self.seed.images.len());
        let _written = writeln!(
            text,
            "\n{settings} settings and {images} images written to {0}; to start: lookalike --config {0}/lookalike.toml",
            path.display()
        );
        text
    }
}

/// Returns a text on one line: what a cloud says may have several, and the settings have it in a comment.
fn line(text: &str) -> String {
    let visible = text.replace(char::is_control, " ");
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cloud_says_stays_in_its_comment() {
        let mut findings = Findings::new("http://cloud");
        findings.setting("image_tag_quota", 5, "said\nephemeral = false");
        findings.unknown("x\r\ny", "\u{85}z");
        let text = findings.document(Path::new("/tmp"));
        let table: toml::Table = toml::from_str(&text).unwrap();
        assert_eq!(
            table.keys().collect::<Vec<_>>(),
            ["image_tag_quota"],
            "{text}"
        );
    }
}

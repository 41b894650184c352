//! INI files, parsed as Python's `configparser` parses them, with errors in the same cases.

use std::collections::BTreeMap;

use super::ProtectionFileError;

/// The section whose options are the defaults of all others.
const DEFAULTS: &str = "DEFAULT";

/// The maximum depth of nested `%(name)s`.
const MAX_DEPTH: usize = 10;

/// A section with its own options and the defaults.
#[derive(Debug)]
pub(super) struct IniSection {
    /// The text between the brackets.
    pub(super) header: String,
    /// The line of its header, from 1.
    pub(super) line: usize,
    options: Options,
}

/// Values by name, each with the line on which it begins.
type Options = BTreeMap<String, (String, usize)>;

/// Parses a file and returns its sections in their order.
pub(super) fn read(text: &str) -> Result<Vec<IniSection>, ProtectionFileError> {
    let mut reader = IniParser::default();
    for (index, line) in lines(text).enumerate() {
        reader
            .line(line, index + 1)
            .map_err(|what| ProtectionFileError::at_line(index + 1, what))?;
    }
    let (defaults, mut sections): (Vec<_>, Vec<_>) = reader
        .sections
        .into_iter()
        .partition(|section| section.header == DEFAULTS);
    for section in &mut sections {
        for (name, value) in defaults.iter().flat_map(|section| &section.options) {
            let own = section.options.entry(name.clone());
            own.or_insert_with(|| value.clone());
        }
    }
    Ok(sections)
}

/// Splits a text into lines. A lone carriage return ends a line, too, as in Python.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .flat_map(|line| line.split('\r'))
}

impl IniSection {
    /// Returns the value of an option and its line; `None` if the section does not have it.
    pub(super) fn option(
        &self,
        name: &str,
    ) -> Result<Option<(String, usize)>, ProtectionFileError> {
        let Some((value, line)) = self.options.get(name) else {
            return Ok(None);
        };
        let value = self
            .interpolate(value, 0)
            .map_err(|what| ProtectionFileError::at_line(*line, what).in_section(&self.header))?;
        Ok(Some((value.trim().to_owned(), *line)))
    }

    /// Returns the value with each `%(name)s` replaced by the value of that option.
    fn interpolate(&self, value: &str, depth: usize) -> Result<String, String> {
        if depth > MAX_DEPTH {
            return Err("%(…)s leads on and on".into());
        }
        let mut filled = String::new();
        let mut rest = value;
        while let Some((before, after)) = rest.split_once('%') {
            filled.push_str(before);
            if let Some(after) = after.strip_prefix('%') {
                filled.push('%');
                rest = after;
                continue;
            }
            let named = after
                .strip_prefix('(')
                .and_then(|text| text.split_once(")s"));
            let (name, after) = named.ok_or("a `%` must begin `%%` or `%(option)s`")?;
            let other = self.options.get(&name.to_lowercase());
            let (other, _) = other.ok_or_else(|| format!("there is no option `{name}`"))?;
            filled.push_str(&self.interpolate(other, depth + 1)?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

/// A line-by-line parser.
#[derive(Default)]
struct IniParser {
    sections: Vec<IniSection>,
    /// The name of the option that an indented line continues.
    open: Option<String>,
    indent: usize,
}

impl IniParser {
    fn line(&mut self, line: &str, number: usize) -> Result<(), String> {
        let value = line.trim();
        if value.starts_with(['#', ';']) {
            return Ok(());
        }
        let indent = line
            .chars()
            .take_while(|letter| letter.is_whitespace())
            .count();
        if value.is_empty() || indent > self.indent {
            if let Some(open) = self.open() {
                open.push('\n');
                open.push_str(value);
                return Ok(());
            }
            if value.is_empty() {
                return Ok(());
            }
        }
        self.indent = indent;
        match header(value) {
            Some(header) => self.begin(header, number),
            None => self.option(value, number),
        }
    }

    /// Returns the value that an indented line continues.
    fn open(&mut self) -> Option<&mut String> {
        let section = self.sections.last_mut()?;
        let (value, _) = section.options.get_mut(self.open.as_ref()?)?;
        Some(value)
    }

    fn begin(&mut self, header: &str, line: usize) -> Result<(), String> {
        // Only the section of defaults may come in parts.
        if header != DEFAULTS
            && let Some(first) = self
                .sections
                .iter()
                .find(|section| section.header == header)
        {
            let first = first.line;
            return Err(format!("section [{header}] is in line {first} already"));
        }
        self.open = None;
        self.sections.push(IniSection {
            header: header.to_owned(),
            line,
            options: Options::new(),
        });
        Ok(())
    }

    fn option(&mut self, text: &str, line: usize) -> Result<(), String> {
        let section = self.sections.last_mut();
        let section = section.ok_or("an option stands before the first section")?;
        let wrong = || format!("neither [section] nor option = value: {text}");
        let (name, value) = text.split_once(['=', ':']).ok_or_else(wrong)?;
        let name = name.trim().to_lowercase();
        if name.is_empty() {
            return Err(wrong());
        }
        if section.options.contains_key(&name) {
            return Err(format!("[{}] has `{name}` twice", section.header));
        }
        let value = value.trim().to_owned();
        section.options.insert(name.clone(), (value, line));
        self.open = Some(name);
        Ok(())
    }
}

/// Returns the text between a bracket at the start and the last closing bracket.
fn header(text: &str) -> Option<&str> {
    let (header, _) = text.strip_prefix('[')?.rsplit_once(']')?;
    Some(header).filter(|header| !header.is_empty())
}

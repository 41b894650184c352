//! INI files, read as Python's `configparser` reads them: where it raises an error, so does this.

use std::collections::BTreeMap;

use super::Flaw;

/// The section whose options all others have, too.
const DEFAULTS: &str = "DEFAULT";

/// How deep `%(name)s` may lead.
const DEEPEST: usize = 10;

/// A section, with what it says itself and what it has by default.
#[derive(Debug)]
pub(super) struct Section {
    /// What stands between its brackets.
    pub(super) header: String,
    /// The line of its header, from 1.
    pub(super) line: usize,
    options: Options,
}

/// Values by name, each with the line it begins on.
type Options = BTreeMap<String, (String, usize)>;

/// The sections of a file, in its order.
pub(super) fn read(text: &str) -> Result<Vec<Section>, Flaw> {
    let mut reader = Reader::default();
    for (index, line) in lines(text).enumerate() {
        reader
            .line(line, index + 1)
            .map_err(|what| Flaw::at(index + 1, what))?;
    }
    let (defaults, mut sections): (Vec<_>, Vec<_>) = reader
        .sections
        .into_iter()
        .partition(|it| it.header == DEFAULTS);
    for section in &mut sections {
        for (name, value) in defaults.iter().flat_map(|it| &it.options) {
            let own = section.options.entry(name.clone());
            own.or_insert_with(|| value.clone());
        }
    }
    Ok(sections)
}

/// Python takes a lone carriage return for the end of a line, too.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n')
        .map(|it| it.strip_suffix('\r').unwrap_or(it))
        .flat_map(|it| it.split('\r'))
}

impl Section {
    /// What an option says, and where; nothing if the section does not have it.
    pub(super) fn option(&self, name: &str) -> Result<Option<(String, usize)>, Flaw> {
        let Some((value, line)) = self.options.get(name) else {
            return Ok(None);
        };
        let value = self
            .filled(value, 0)
            .map_err(|what| Flaw::at(*line, what).within(&self.header))?;
        Ok(Some((value.trim().to_owned(), *line)))
    }

    /// The value with other options in the place of their `%(names)s`.
    fn filled(&self, value: &str, depth: usize) -> Result<String, String> {
        if depth > DEEPEST {
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
            let named = after.strip_prefix('(').and_then(|it| it.split_once(")s"));
            let (name, after) = named.ok_or("a `%` must begin `%%` or `%(option)s`")?;
            let other = self.options.get(&name.to_lowercase());
            let (other, _) = other.ok_or_else(|| format!("there is no option `{name}`"))?;
            filled.push_str(&self.filled(other, depth + 1)?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

/// What has been read so far.
#[derive(Default)]
struct Reader {
    sections: Vec<Section>,
    /// The option that an indented line goes on with.
    open: Option<String>,
    indent: usize,
}

impl Reader {
    fn line(&mut self, line: &str, number: usize) -> Result<(), String> {
        let value = line.trim();
        if value.starts_with(['#', ';']) {
            return Ok(());
        }
        let indent = line.chars().take_while(|it| it.is_whitespace()).count();
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

    /// The value that is being read.
    fn open(&mut self) -> Option<&mut String> {
        let section = self.sections.last_mut()?;
        let (value, _) = section.options.get_mut(self.open.as_ref()?)?;
        Some(value)
    }

    fn begin(&mut self, header: &str, line: usize) -> Result<(), String> {
        // Only the section of defaults may come in parts.
        if header != DEFAULTS
            && let Some(first) = self.sections.iter().find(|it| it.header == header)
        {
            let first = first.line;
            return Err(format!("section [{header}] is in line {first} already"));
        }
        self.open = None;
        self.sections.push(Section {
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

/// What stands in brackets at the start, up to the last one that closes.
fn header(text: &str) -> Option<&str> {
    let (header, _) = text.strip_prefix('[')?.rsplit_once(']')?;
    Some(header).filter(|it| !it.is_empty())
}

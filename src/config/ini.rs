//! The INI files of oslo.config, line by line. Source: `oslo_config/iniparser.py`.

/// A file that was read, in the order of its lines.
#[derive(Debug, Default, PartialEq)]
pub(super) struct IniFile {
    /// The sections; one that is begun twice is there twice.
    pub(super) sections: Vec<ConfSection>,
}

/// A section of a file.
#[derive(Debug, PartialEq)]
pub(super) struct ConfSection {
    /// The name, as it is written.
    pub(super) name: String,
    /// The line that begins it.
    pub(super) line: usize,
    /// Its options.
    pub(super) entries: Vec<IniEntry>,
}

/// An option with its value.
#[derive(Debug, PartialEq)]
pub(super) struct IniEntry {
    /// The name.
    pub(super) key: String,
    /// The value; its lines are joined by a line feed.
    pub(super) value: String,
    /// The line that it begins in.
    pub(super) line: usize,
}

/// The failure to read a file: its text never has the text of the line, which may be a password.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub(super) struct IniError {
    line: usize,
    reason: &'static str,
}

/// Reads the text of a file.
///
/// # Errors
///
/// The first line that is none of a section, an assignment, a continuation or a comment.
pub(super) fn parse(text: &str) -> Result<IniFile, IniError> {
    let mut reader = IniReader::default();
    for (index, line) in text.lines().enumerate() {
        let at = index + 1;
        let read = reader.line(line.trim_end(), at);
        read.map_err(|reason| IniError { line: at, reason })?;
    }
    Ok(reader.file)
}

#[derive(Default)]
struct IniReader {
    file: IniFile,
    /// Whether the last line was part of an assignment, which an indented line continues.
    continues: bool,
}

impl IniReader {
    fn line(&mut self, line: &str, at: usize) -> Result<(), &'static str> {
        if line.starts_with([' ', '\t']) {
            return self.continuation(line.trim_start());
        }
        self.continues = false;
        if line.is_empty() || line.starts_with(['#', ';']) {
            return Ok(());
        }
        if let Some(rest) = line.strip_prefix('[') {
            let name = rest.strip_suffix(']');
            let name = name.ok_or("a section has no ] at its end; [NAME] is allowed")?;
            if name.is_empty() {
                return Err("a section has no name; [NAME] is allowed");
            }
            self.file.sections.push(ConfSection {
                name: name.to_owned(),
                line: at,
                entries: Vec::new(),
            });
            return Ok(());
        }
        self.assignment(line, at)
    }

    fn continuation(&mut self, line: &str) -> Result<(), &'static str> {
        let section = self.file.sections.last_mut();
        let last = section.and_then(|section| section.entries.last_mut());
        let Some(entry) = last.filter(|_| self.continues) else {
            return Err(
                "the line begins with a space, and continues nothing: such a line is allowed only right below an assignment",
            );
        };
        entry.value.push('\n');
        entry.value.push_str(line);
        Ok(())
    }

    fn assignment(&mut self, line: &str, at: usize) -> Result<(), &'static str> {
        let (key, value) = line.split_once(['=', ':']).ok_or(
            "the line is no assignment; NAME = VALUE, NAME: VALUE, [SECTION] or a comment is allowed",
        )?;
        let key = key.trim();
        if key.is_empty() {
            return Err("an assignment has no name; NAME = VALUE is allowed");
        }
        let section = self.file.sections.last_mut();
        let section = section.ok_or("an assignment stands before the first [SECTION]")?;
        section.entries.push(IniEntry {
            key: key.to_owned(),
            value: without_quotes(value.trim()).to_owned(),
            line: at,
        });
        self.continues = true;
        Ok(())
    }
}

/// Returns a value without the quotes around it: of the first line only, and also where a single quote is all.
fn without_quotes(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            return match rest.strip_suffix(quote) {
                Some(inner) => inner,
                None if rest.is_empty() => rest,
                None => value,
            };
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, String, String)> {
        let file = parse(text).unwrap();
        let sections = file.sections.into_iter();
        sections
            .flat_map(|section| {
                let name = section.name;
                let entries = section.entries.into_iter();
                entries.map(move |entry| (name.clone(), entry.key, entry.value))
            })
            .collect()
    }

    fn value(line: &str) -> String {
        values(&format!("[DEFAULT]\n{line}")).remove(0).2
    }

    #[test]
    fn an_assignment_has_an_equals_sign_or_a_colon() {
        assert_eq!(value("a = b:c"), "b:c");
        assert_eq!(value("a: b=c"), "b=c");
        assert_eq!(
            value("a=  b # c "),
            "b # c",
            "a comment is a line of its own"
        );
        assert_eq!(value("a ="), "");
    }

    #[test]
    fn quotes_around_a_value_are_no_part_of_it() {
        assert_eq!(value("a = ' b '"), " b ");
        assert_eq!(value("a = \"b\""), "b");
        assert_eq!(value("a = 'b\""), "'b\"");
        assert_eq!(value("a = '"), "");
        assert_eq!(value("a = b'"), "b'");
    }

    #[test]
    fn an_indented_line_continues_a_value_and_may_look_like_a_comment() {
        assert_eq!(value("a = b\n  c\n\t# d\n"), "b\nc\n# d");
        assert_eq!(value("a =\r\n  c\r\n"), "\nc");
    }

    #[test]
    fn sections_and_options_may_be_there_twice() {
        let all = values("# c\n[a]\nx=1\nx=2\n;c\n[b]\n[a]\nx=3\n");
        let all: Vec<_> = all.iter().map(|(_, _, value)| value.as_str()).collect();
        assert_eq!(all, ["1", "2", "3"]);
    }

    #[test]
    fn what_is_no_line_of_such_a_file_is_named_by_its_number_and_not_by_its_text() {
        for (text, line, said) in [
            ("[DEFAULT]\nsecret", 2, "no assignment"),
            ("secret = 1", 1, "before the first [SECTION]"),
            ("[DEFAULT]\n= secret", 2, "no name"),
            ("[secret", 1, "no ]"),
            ("[]", 1, "no name"),
            ("[a]\n  secret=1", 2, "continues nothing"),
            ("[a]\nb=1\n\n  secret", 4, "continues nothing"),
            ("[a]\nb=1\n# c\n  secret", 4, "continues nothing"),
            ("\u{feff}[a]\n", 1, "no assignment"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("line {line}: ")),
                "{text:?}: {error}"
            );
            assert!(
                error.contains(said) && !error.contains("secret"),
                "{text:?}: {error}"
            );
        }
    }
}

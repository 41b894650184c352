//! What a command is given besides its options: words, and texts that words stand for.

use std::fmt::Display;
use std::io::Read;
use std::path::Path;
use std::vec::IntoIter;

use clap::ValueEnum;
use serde_json::{Map, Value};

use crate::cli::failure::Failure;

/// The words behind an action. What the action does not use is refused.
pub(super) struct Words {
    action: String,
    left: IntoIter<String>,
}

impl Words {
    pub(super) fn of(
        command: &str,
        action: &impl ValueEnum,
        words: impl IntoIterator<Item = String>,
    ) -> Self {
        let word = action.to_possible_value();
        let word = word.map(|it| it.get_name().to_owned()).unwrap_or_default();
        let words: Vec<_> = words.into_iter().collect();
        Self {
            action: format!("{command} {word}"),
            left: words.into_iter(),
        }
    }

    /// The next word, which there must be.
    pub(super) fn needed(&mut self, what: &str) -> Result<String, Failure> {
        let missing = || Failure::usage(format!("{}: this is missing: {what}", self.action));
        self.left.next().ok_or_else(missing)
    }

    /// All words that are left.
    pub(super) fn rest(&mut self) -> Vec<String> {
        self.left.by_ref().collect()
    }

    /// Refuses an option that was given, though it is for another action.
    pub(super) fn without(&self, option: &str, given: bool) -> Result<(), Failure> {
        if given {
            return Err(self.unexpected(option));
        }
        Ok(())
    }

    /// Refuses the words that are left.
    pub(super) fn end(mut self) -> Result<(), Failure> {
        match self.left.next() {
            Some(word) => Err(self.unexpected(&word)),
            None => Ok(()),
        }
    }

    fn unexpected(&self, word: &str) -> Failure {
        let action = &self.action;
        Failure::usage(format!(
            "unexpected argument '{word}' found: {action} does not take it"
        ))
    }
}

/// The text that a word stands for: that of the file behind an `@`, that of standard input for a
/// `-`, else the word itself.
pub(super) fn text(word: String) -> Result<String, Failure> {
    match word.strip_prefix('@') {
        Some(file) => read(Path::new(file)),
        None if word == "-" => input(),
        None => Ok(word),
    }
}

/// The text of a file that a word names, with an `@` or without; `-` is standard input.
pub(super) fn file(word: &str) -> Result<String, Failure> {
    if word == "-" {
        return input();
    }
    read(Path::new(word.strip_prefix('@').unwrap_or(word)))
}

/// The JSON that a word stands for.
pub(super) fn json(what: &str, word: String) -> Result<Value, Failure> {
    serde_json::from_str(&text(word)?).map_err(|it| wrong(what, &it))
}

/// The YAML, and so JSON, in the file that a word names.
pub(super) fn yaml(word: &str) -> Result<Value, Failure> {
    parsed(word, &file(word)?)
}

/// A seed as a request says it: the name of a built-in one, or the text of a file.
pub(super) fn seed(word: &str) -> Result<String, Failure> {
    // In this order, as --seed has it.
    if lookalike::Seed::built_in(word).is_some() {
        return Ok(Value::from(word).to_string());
    }
    let named = word == "-" || word.starts_with('@');
    if !named && !Path::new(word).exists() {
        return Err(Failure::usage(format!(
            "there is no file {word}, and no seed is built in by that name: demo is"
        )));
    }
    file(word)
}

/// The same as a part of a request. The text stays as it is: the server alone knows which words in it
/// are numbers, and tells lines.
pub(super) fn seed_value(word: &str) -> Result<Value, Failure> {
    if lookalike::Seed::built_in(word).is_some() {
        return Ok(word.into());
    }
    let mut text = seed(word)?;
    if text.trim().is_empty() {
        return Err(Failure::usage(format!("the seed {word} says nothing")));
    }
    // What has no end of a line is a name.
    text.push('\n');
    Ok(text.into())
}

/// Settings: each as a word, or all of them in JSON.
pub(super) fn settings(mut words: Vec<String>) -> Result<Value, Failure> {
    if let [word] = words.as_mut_slice()
        && (word == "-" || word.starts_with(['@', '{']))
    {
        return json("the settings", std::mem::take(word));
    }
    let mut settings = Map::new();
    for (name, value) in pairs(&words)? {
        if settings.insert(name.clone(), value.into()).is_some() {
            return Err(Failure::usage(format!("{name} is there twice")));
        }
    }
    Ok(settings.into())
}

/// Words such as `status=404`.
pub(super) fn pairs(words: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let pairs = words.iter().map(|word| {
        let pair = word.split_once('=').filter(|(name, _)| !name.is_empty());
        let wrong = || Failure::usage(format!("{word:?} is wrong: NAME=VALUE is allowed"));
        let (name, value) = pair.ok_or_else(wrong)?;
        Ok((name.to_owned(), value.to_owned()))
    });
    pairs.collect()
}

fn parsed(word: &str, text: &str) -> Result<Value, Failure> {
    serde_saphyr::from_str(text).map_err(|it| wrong(word, &it))
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|it| wrong(&file.display(), &it))
}

fn input() -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().lock().read_to_string(&mut text);
    read.map_err(|it| wrong(&"standard input", &it))?;
    Ok(text)
}

fn wrong(what: &(impl Display + ?Sized), error: &dyn Display) -> Failure {
    Failure::usage(format!("{what}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(all: &[&str]) -> Vec<String> {
        all.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn settings_come_as_words_or_in_json() {
        let read = |all| settings(words(all)).unwrap().to_string();
        assert_eq!(read(&["a=1", "b=c=d"]), r#"{"a":"1","b":"c=d"}"#);
        assert_eq!(read(&[r#"{"a": ["x=y"]}"#]), r#"{"a":["x=y"]}"#);
        for bad in [&["a=1", "a=2"][..], &["a"], &["=1"], &["{}", "a=1"], &["{"]] {
            assert!(settings(words(bad)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_built_in_seed_comes_before_a_file() {
        assert_eq!(seed("demo").unwrap(), "\"demo\"");
        assert!(seed("./demo").is_err() && seed("@demo").is_err());
    }
}

//! What can be done with the journal: an action, or a filter where that is to be a list.

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::{Arg, Command, ValueEnum};
use std::ffi::OsStr;

use super::call::{Call, escaped};
use super::given::{Words, json, pairs};
use crate::cli::failure::Failure;

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(in crate::cli) enum OfRequests {
    List,
    Show,
    Har,
    Verify,
    Stream,
    Clear,
}

/// The first word.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::cli) enum First {
    Action(OfRequests),
    Filter(String),
}

impl First {
    /// What to do, and the words for that.
    pub(super) fn with(&self, words: &[String]) -> (OfRequests, Vec<String>) {
        match self {
            Self::Action(action) => (*action, words.to_vec()),
            Self::Filter(first) => (
                OfRequests::List,
                [std::slice::from_ref(first), words].concat(),
            ),
        }
    }
}

#[derive(Clone)]
struct Parser(EnumValueParser<OfRequests>);

/// Reads the first word.
pub(super) fn parser() -> impl TypedValueParser<Value = First> {
    Parser(EnumValueParser::new())
}

impl TypedValueParser for Parser {
    type Value = First;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<First, clap::Error> {
        match value.to_str() {
            Some(text) if text.contains('=') => Ok(First::Filter(text.to_owned())),
            _ => self.0.parse_ref(command, arg, value).map(First::Action),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        self.0.possible_values()
    }
}

pub(super) fn plan(action: OfRequests, words: &mut Words) -> Result<Call, Failure> {
    Ok(match action {
        OfRequests::List => Call::get("/requests").asking(pairs(&words.rest())?),
        OfRequests::Show => {
            let id = words.needed("the id")?;
            Call::get(format!("/requests/{}", escaped(&id)?))
        }
        OfRequests::Har => Call::get("/requests.har").asking(pairs(&words.rest())?),
        OfRequests::Verify => {
            let expected = words.needed("the expectation (in JSON, or @FILE, or -)")?;
            Call::post("/requests/verify").with(&json("the expectation", expected)?)
        }
        OfRequests::Stream => {
            let call = Call::get("/requests/stream").asking(pairs(&words.rest())?);
            call.following()
        }
        OfRequests::Clear => Call::delete("/requests"),
    })
}

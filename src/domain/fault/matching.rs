//! Which requests a fault is for.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Wrong;
use crate::domain::glob::Glob;

/// What a request has to be; what is not said may be anything.
#[derive(Clone, Debug)]
pub struct Match {
    method: Option<String>,
    path: Option<Glob>,
    project: Option<String>,
    user: Option<String>,
    headers: Vec<(String, Glob)>,
    /// Only the n-th of those that are all this, counted from 1.
    pub nth: Option<u64>,
    /// How likely it is that one of them is struck.
    pub probability: Option<f64>,
}

/// A request, as far as faults look at it.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Its method.
    pub method: String,
    /// Its path, as it was sent, without the query.
    pub path: String,
    /// Its headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The id and the name of whoever sends it, as far as they are known.
    pub user: Vec<String>,
    /// The id and the name of the project that it is sent for.
    pub project: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    project: Option<String>,
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    header: BTreeMap<String, String>,
    #[serde(default)]
    nth: Option<u64>,
    #[serde(default)]
    probability: Option<f64>,
}

impl Fields {
    pub(super) fn read(self) -> Result<Match, Wrong> {
        if let Some(method) = &self.method
            && (method.is_empty() || !method.bytes().all(|it| it.is_ascii_alphabetic()))
        {
            return Err(Wrong::at("match.method", "it is a word such as GET"));
        }
        if self.nth == Some(0) {
            return Err(Wrong::at("match.nth", "the first request is 1"));
        }
        if self
            .probability
            .is_some_and(|it| !(0.0..=1.0).contains(&it))
        {
            return Err(Wrong::at("match.probability", "it is from 0 to 1"));
        }
        let path = self.path.as_deref().map(Glob::of_paths).transpose();
        let headers = self.header.iter().map(|(name, value)| {
            let glob = Glob::of_names(value);
            let glob = glob.map_err(|it| Wrong::at(&format!("match.header.{name}"), it));
            Ok((name.to_lowercase(), glob?))
        });
        Ok(Match {
            path: path.map_err(|it| Wrong::at("match.path", it))?,
            headers: headers.collect::<Result<_, _>>()?,
            method: self.method,
            project: self.project,
            user: self.user,
            nth: self.nth,
            probability: self.probability,
        })
    }
}

impl Match {
    /// Whether it asks who sends a request, or for which project.
    #[must_use]
    pub fn names_somebody(&self) -> bool {
        self.user.is_some() || self.project.is_some()
    }

    pub(super) fn names_a_header(&self) -> bool {
        !self.headers.is_empty()
    }

    /// Whether it may be this request, whoever sends it.
    #[must_use]
    pub fn is_like(&self, facts: &Facts) -> bool {
        let method = self.method.as_ref();
        let path = self.path.as_ref();
        let has = |(name, value): &(String, Glob)| {
            let mut headers = facts.headers.iter();
            headers.any(|(it, said)| it == name && value.matches(said))
        };
        method.is_none_or(|it| it.eq_ignore_ascii_case(&facts.method))
            && path.is_none_or(|it| it.matches(&facts.path))
            && self.headers.iter().all(has)
    }

    /// Whether it is this request, by all but its number and chance.
    #[must_use]
    pub fn is(&self, facts: &Facts) -> bool {
        let user = self.user.as_ref();
        let project = self.project.as_ref();
        self.is_like(facts)
            && user.is_none_or(|it| facts.user.contains(it))
            && project.is_none_or(|it| facts.project.contains(it))
    }
}

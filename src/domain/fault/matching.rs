//! The conditions on the requests that a fault is injected into.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::FaultRuleError;
use crate::domain::glob::Glob;

/// A condition on requests; a field that is not set matches everything.
#[derive(Clone, Debug)]
pub struct RequestMatch {
    method: Option<String>,
    path: Option<Glob>,
    project: Option<String>,
    user: Option<String>,
    /// The region that the request is to.
    pub region: Option<String>,
    headers: Vec<(String, Glob)>,
    /// The number of the only matching request that is affected, from 1.
    pub nth: Option<u64>,
    /// The probability that a matching request is affected, from 0 to 1.
    pub probability: Option<f64>,
}

/// The properties of a request that fault rules match.
#[derive(Clone, Debug, Default)]
pub struct RequestFacts {
    /// The method.
    pub method: String,
    /// The path as the client sent it, without the query.
    pub path: String,
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The ID and the name of the user, as far as they are known.
    pub user: Vec<String>,
    /// The ID and the name of the project that the token is scoped to.
    pub project: Vec<String>,
    /// The name of the region that it is to.
    pub region: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MatchFields {
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    project: Option<String>,
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    header: BTreeMap<String, String>,
    #[serde(default)]
    nth: Option<u64>,
    #[serde(default)]
    probability: Option<f64>,
}

impl MatchFields {
    pub(super) fn read(self) -> Result<RequestMatch, FaultRuleError> {
        if let Some(method) = &self.method
            && (method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_alphabetic()))
        {
            return Err(FaultRuleError::at(
                "match.method",
                "it is a word such as GET",
            ));
        }
        if self.nth == Some(0) {
            return Err(FaultRuleError::at("match.nth", "the first request is 1"));
        }
        if self
            .probability
            .is_some_and(|value| !(0.0..=1.0).contains(&value))
        {
            return Err(FaultRuleError::at("match.probability", "it is from 0 to 1"));
        }
        let path = self.path.as_deref().map(Glob::of_paths).transpose();
        let headers = self.header.iter().map(|(name, value)| {
            let glob = Glob::of_names(value);
            let glob =
                glob.map_err(|error| FaultRuleError::at(&format!("match.header.{name}"), error));
            Ok((name.to_lowercase(), glob?))
        });
        Ok(RequestMatch {
            path: path.map_err(|error| FaultRuleError::at("match.path", error))?,
            headers: headers.collect::<Result<_, _>>()?,
            method: self.method,
            project: self.project,
            user: self.user,
            region: self.region,
            nth: self.nth,
            probability: self.probability,
        })
    }
}

impl RequestMatch {
    /// Returns true if the condition names a user or a project.
    #[must_use]
    pub fn names_caller(&self) -> bool {
        self.user.is_some() || self.project.is_some()
    }

    pub(super) fn has_header(&self) -> bool {
        !self.headers.is_empty()
    }

    /// Returns true if method, path, region and headers of a request match.
    #[must_use]
    pub fn matches_request(&self, facts: &RequestFacts) -> bool {
        let method = self.method.as_ref();
        let path = self.path.as_ref();
        let region = self.region.as_ref();
        let has = |(name, value): &(String, Glob)| {
            let mut headers = facts.headers.iter();
            headers.any(|(header, text)| header == name && value.matches(text))
        };
        method.is_none_or(|method| method.eq_ignore_ascii_case(&facts.method))
            && path.is_none_or(|path| path.matches(&facts.path))
            && region.is_none_or(|region| region.eq_ignore_ascii_case(&facts.region))
            && self.headers.iter().all(has)
    }

    /// Returns true if a request matches, apart from `nth` and `probability`.
    #[must_use]
    pub fn matches(&self, facts: &RequestFacts) -> bool {
        let user = self.user.as_ref();
        let project = self.project.as_ref();
        self.matches_request(facts)
            && user.is_none_or(|user| facts.user.contains(user))
            && project.is_none_or(|project| facts.project.contains(project))
    }
}

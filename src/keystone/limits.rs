//! The limits that a Keystone elsewhere has for a project.
//!
//! They are asked for anew each time, as Glance does: whoever changes one sees the change at once.

use chrono::{DateTime, Utc};
use form_urlencoded::Serializer;
use http::StatusCode;
use serde_json::Value;

use super::Keystone;
use super::catalog::endpoints;
use super::client::KeystoneAnswerError;
use crate::config::limits::LimitOptions;
use crate::domain::limits::ProjectLimits;
use crate::{Error, Result};

impl Keystone {
    /// The limits of a project; those of no project in particular, if there is none.
    pub async fn limits(
        &self,
        project: Option<&str>,
        options: &LimitOptions,
        region: &str,
        now: DateTime<Utc>,
    ) -> Result<ProjectLimits> {
        let catalog = self.ask.own(None, now).await?.catalog;
        let (service, region) = place(&catalog, options, region).ok_or_else(|| {
            Error::Internal("Keystone's catalog lacks the endpoint that limits are for".into())
        })?;
        let own = [("project_id", project)];
        let path = |of: &str, project: &[(&str, Option<&str>)]| {
            let mut query = Serializer::new(String::new());
            query.append_pair("service_id", service);
            let more = project
                .iter()
                .filter_map(|(name, project)| Some((*name, (*project)?)));
            query.extend_pairs(region.map(|region| ("region_id", region)));
            query.extend_pairs(more);
            format!("/{of}?{}", query.finish())
        };
        let registered = self.pairs(path("registered_limits", &[]), "default_limit", now);
        let given = async {
            match project {
                Some(_) => {
                    self.pairs(path("limits", &own), "resource_limit", now)
                        .await
                }
                None => Ok(Vec::new()),
            }
        };
        let (given, registered) = tokio::try_join!(given, registered)?;
        Ok(ProjectLimits::of(given.into_iter().chain(registered)))
    }

    /// The names and numbers of a list.
    async fn pairs(
        &self,
        path: String,
        number: &str,
        now: DateTime<Utc>,
    ) -> Result<Vec<(String, i64)>, KeystoneAnswerError> {
        let answer = self.ask.get(&path, None, now).await?;
        if answer.status != StatusCode::OK {
            return Err(KeystoneAnswerError::answer("limits", answer.status));
        }
        let lists = answer.body.as_object().into_iter().flatten();
        let items = lists.filter_map(|(_, list)| list.as_array()).flatten();
        let pair = |value: &Value| {
            Some((
                value["resource_name"].as_str()?.to_owned(),
                value[number].as_i64()?,
            ))
        };
        Ok(items.filter_map(pair).collect())
    }
}

/// The service and the region that limits are registered for.
fn place<'a>(
    catalog: &'a Value,
    options: &LimitOptions,
    region: &str,
) -> Option<(&'a str, Option<&'a str>)> {
    let fits = |(service, endpoint): &(&Value, &Value)| match &options.endpoint_id {
        Some(id) => endpoint["id"] == **id,
        None => {
            service["type"] == "image"
                && endpoint["interface"] == "public"
                && endpoint["region_id"] == region
        }
    };
    let (service, endpoint) = endpoints(catalog).find(fits)?;
    Some((service["id"].as_str()?, endpoint["region_id"].as_str()))
}

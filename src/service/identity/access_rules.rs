//! Access rules: what alone may be done with the tokens of an application credential.

use serde_json::{Map, Value};

use super::Identity;
use super::listing::{By, Lists, Query};
use crate::app::App;
use crate::db::Session;
use crate::db::identity::AccessRule;
use crate::domain::text::python_repr;
use crate::identity::document::unexpected;
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::require;
use crate::identity::validation::unfit;

const LISTS: Lists = Lists {
    forms: &[],
    filters: &[By::Text("service"), By::Text("method"), By::Text("path")],
    paged: false,
    closed: false,
};

const METHODS: [&str; 6] = ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"];

/// An access rule as a client asks for it.
pub(super) struct WantedRule {
    id: Option<String>,
    service: Option<String>,
    method: Option<String>,
    path: Option<String>,
}

impl Identity<'_> {
    /// Lists the caller's own access rules that pass the filters of a query.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn access_rules(&self, user: &str, query: &Query) -> Result<Vec<AccessRule>> {
        let allowed = self.caller.is_user(user) || self.reads_all_on_system();
        require("list_access_rules", allowed)?;
        let filters = LISTS.exact(query).unwrap_or_default();
        let own = [("user_id", user.into())];
        let filters: Vec<_> = own.into_iter().chain(filters).collect();
        Ok(self.app.db.read().await?.entities(&filters).await?)
    }

    /// Returns one of the caller's own access rules.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id, user = user))]
    pub(crate) async fn access_rule(&self, user: &str, id: &str) -> Result<AccessRule> {
        let allowed = self.caller.is_user(user) || self.reads_all_on_system();
        require("get_access_rule", allowed)?;
        of_user(self.app.db.read().await?.entity(id).await?, user, id)
    }

    /// Deletes an access rule that no application credential is bound to.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id, user = user))]
    pub(crate) async fn delete_access_rule(&self, user: &str, id: &str) -> Result<()> {
        let allowed = self.caller.is_user(user) || self.caller.is_admin();
        require("delete_access_rule", allowed)?;
        let mut session = self.app.db.write().await?;
        let rule: AccessRule = of_user(session.lock_entity(id).await?, user, id)?;
        if session.rule_is_used(&rule.id).await? {
            return Err(KeystoneError::Denied(
                "May not delete access rule in use".into(),
            ));
        }
        session.remove_entity::<AccessRule>(&rule.id).await?;
        Ok(session.commit().await?)
    }

    fn reads_all_on_system(&self) -> bool {
        self.caller.token.system_scope && self.caller.reads_all()
    }
}

fn of_user(found: Option<AccessRule>, user: &str, id: &str) -> Result<AccessRule> {
    let found = found.filter(|found| found.user_id == user);
    found.ok_or_else(|| KeystoneError::Unknown("Access Rule", id.to_owned()))
}

/// Reads the member `access_rules` of a request.
pub(super) fn wanted_rules(value: Option<Value>) -> Result<Vec<WantedRule>> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => {
            let wanted = items.iter().enumerate();
            wanted
                .map(|(place, item)| wanted_rule(place, item))
                .collect()
        }
        Some(other) => Err(unfit("access_rules", &other, "is not of type 'array'")),
    }
}

fn wanted_rule(place: usize, item: &Value) -> Result<WantedRule> {
    let Value::Object(rule) = item else {
        return Err(unfit(&place.to_string(), item, "is not of type 'object'"));
    };
    let known = ["id", "service", "method", "path"];
    let other: Vec<_> = rule
        .keys()
        .filter(|name| !known.contains(&name.as_str()))
        .collect();
    if !other.is_empty() {
        return Err(KeystoneError::Invalid(format!(
            "Invalid input for field/attribute {place}. Value: {}. {}",
            python_repr(item),
            unexpected(&other)
        )));
    }
    let method = text(rule, "method")?;
    if let Some(method) = &method
        && !METHODS.contains(&method.as_str())
    {
        let words: Vec<_> = METHODS.iter().map(|word| format!("'{word}'")).collect();
        let words = format!("is not one of [{}]", words.join(", "));
        return Err(unfit("method", &method.as_str().into(), &words));
    }
    Ok(WantedRule {
        id: text(rule, "id")?,
        service: text(rule, "service")?,
        method,
        path: text(rule, "path")?,
    })
}

fn text(rule: &Map<String, Value>, name: &str) -> Result<Option<String>> {
    match rule.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(unfit(name, other, "is not of type 'string'")),
    }
}

/// Returns the rules that are asked for: those of the user that are there already, and new ones.
pub(super) async fn stored_rules(
    app: &App,
    session: &mut Session,
    user: &str,
    wanted: Vec<WantedRule>,
) -> Result<Vec<AccessRule>> {
    let mut rules: Vec<AccessRule> = Vec::new();
    for wanted in wanted {
        let rule = match wanted {
            WantedRule { id: Some(id), .. } => of_user(session.entity(&id).await?, user, &id)?,
            WantedRule {
                service: Some(service),
                method: Some(method),
                path: Some(path),
                ..
            } => {
                let new = AccessRule {
                    id: app.new_id().simple().to_string(),
                    user_id: user.to_owned(),
                    service,
                    method,
                    path,
                };
                stored(session, new).await?
            }
            _ => {
                let words = "An access rule needs an id, or a service, a method and a path.";
                return Err(KeystoneError::Invalid(words.into()));
            }
        };
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    Ok(rules)
}

async fn stored(session: &mut Session, new: AccessRule) -> Result<AccessRule> {
    let alike = [
        ("user_id", (&new.user_id).into()),
        ("service", (&new.service).into()),
        ("method", (&new.method).into()),
        ("path", (&new.path).into()),
    ];
    let mut found: Vec<AccessRule> = session.entities(&alike).await?;
    if let Some(found) = found.pop() {
        return Ok(found);
    }
    session.add_entities(std::slice::from_ref(&new)).await?;
    Ok(new)
}

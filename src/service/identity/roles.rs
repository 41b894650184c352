//! The rules of roles, and which of them implies which.

use super::Identity;
use super::common::{IMMUTABLE, immutable, is_immutable};
use super::listing::{By, ListForm, Lists, Query};
use super::resource::{Resource, find};
use super::users::taken;
use crate::db::Session;
use crate::db::identity::{Domain, Implication, Role};
use crate::identity::document::Fields;
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::{TokenHolder, require};

impl Resource for Role {
    const ONE: &'static str = "role";
    const MANY: &'static str = "roles";
    const LISTS: Lists = Lists {
        forms: &[("name", ListForm::Name(255))],
        filters: &[By::Text("name"), By::Text("domain_id")],
        paged: false,
        closed: false,
    };

    fn make(id: String, fields: &mut Fields, _by: &TokenHolder) -> Result<Self> {
        let name = fields.name("name", 255)?;
        let name = fields.required("name", name)?;
        let mut new = Self {
            id,
            domain_id: fields.nullable("domain_id")?.flatten(),
            name,
            description: None,
            options: "{}".into(),
            extra: "{}".into(),
        };
        new.change(fields)?;
        Ok(new)
    }

    fn change(&mut self, fields: &mut Fields) -> Result<()> {
        let was_immutable = is_immutable(&self.options);
        fields.merge_options(&mut self.options, &[IMMUTABLE])?;
        // The one change an immutable role knows is to become mutable.
        if was_immutable && is_immutable(&self.options) {
            return Err(immutable("update", "role", &self.id));
        }
        let domain = fields.nullable("domain_id")?;
        if domain.is_some_and(|domain| domain != self.domain_id) {
            return Err(KeystoneError::Invalid(
                "Update of `domain_id` is not allowed.".into(),
            ));
        }
        if let Some(name) = fields.name("name", 255)? {
            self.name = name;
        }
        if let Some(description) = fields.nullable("description")? {
            self.description = description;
        }
        fields.merge_rest(&mut self.extra);
        Ok(())
    }

    fn conflict(&self, before: Option<&Self>) -> KeystoneError {
        let domain = self.domain_id.as_deref().unwrap_or_default();
        taken(
            "role",
            &self.name,
            domain,
            before.is_some() || domain.is_empty(),
        )
    }

    fn listed_for(by: &TokenHolder) -> bool {
        by.reads_all() || (by.token.domain_id.is_some() && by.has("manager"))
    }

    fn seen_by(by: &TokenHolder, _id: &str, found: Option<&Self>) -> bool {
        let low = found.is_some_and(Self::is_low);
        by.reads_all() || (by.has("manager") && low)
    }

    /// Without a domain in the query, only the roles of all domains are listed.
    fn narrow(found: &mut Vec<Self>, query: &Query, _by: &TokenHolder) {
        if !query.iter().any(|(name, _)| name == "domain_id") {
            found.retain(|role| role.domain_id.is_none());
        }
    }

    async fn refer(&self, session: &mut Session) -> Result<()> {
        if let Some(domain) = &self.domain_id {
            find::<Domain>(session, domain).await?;
        }
        Ok(())
    }

    async fn changed(&self, before: &Self, session: &mut Session) -> Result<()> {
        if before.name != self.name {
            session.revoke_role(&self.id).await?;
        }
        Ok(())
    }

    async fn going(&self, session: &mut Session) -> Result<()> {
        if is_immutable(&self.options) {
            return Err(immutable("delete", "role", &self.id));
        }
        Ok(session.revoke_role(&self.id).await?)
    }
}

impl Role {
    /// Returns `true` if a manager of a domain may give it.
    pub(super) fn is_low(&self) -> bool {
        ["manager", "member", "reader"].contains(&self.name.as_str())
    }
}

impl Identity<'_> {
    /// Lists every implication, ordered by the role that implies.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn implications(&self) -> Result<Vec<Implication>> {
        require("list_role_inference_rules", self.caller.reads_all())?;
        Ok(self.app.db.read().await?.implications().await?)
    }

    /// Lists the roles that one implies.
    #[tracing::instrument(level = "debug", skip_all, fields(prior = prior))]
    pub(crate) async fn implied_by(&self, prior: &str) -> Result<(Role, Vec<Implication>)> {
        require("list_implied_roles", self.caller.reads_all())?;
        let mut session = self.app.db.read().await?;
        let role = find::<Role>(&mut session, prior).await?;
        let mut implied = session.implications().await?;
        implied.retain(|rule| rule.prior_id == prior);
        Ok((role, implied))
    }

    /// Returns an implied role.
    ///
    /// # Errors
    ///
    /// Fails if the one does not imply the other.
    #[tracing::instrument(level = "debug", skip_all, fields(prior = prior, implied = implied))]
    pub(crate) async fn implication(&self, prior: &str, implied: &str) -> Result<Implication> {
        require("get_implied_role", self.caller.reads_all())?;
        let mut session = self.app.db.read().await?;
        both(&mut session, prior, implied).await?;
        let rules = session.implications().await?;
        let found = rules
            .into_iter()
            .find(|rule| rule.prior_id == prior && rule.implied_id == implied);
        found.ok_or_else(|| not_implied(prior, implied))
    }

    /// Makes one role imply another, and returns the implied role.
    #[tracing::instrument(level = "debug", skip_all, fields(prior = prior, implied = implied))]
    pub(crate) async fn imply(&self, prior: &str, implied: &str) -> Result<Implication> {
        require("create_implied_role", self.caller.is_admin())?;
        let mut session = self.app.db.write().await?;
        let (first, second) = both(&mut session, prior, implied).await?;
        let global_to_domain = first.domain_id.is_none() && second.domain_id.is_some();
        if second.name == "admin" || global_to_domain {
            return Err(KeystoneError::Denied(format!(
                "{implied} cannot be an implied roles."
            )));
        }
        if !session.imply_one(prior, implied).await? {
            return Err(KeystoneError::Conflict(
                "implied_role",
                "Duplicate entry".into(),
            ));
        }
        session.commit().await?;
        Ok(Implication {
            prior_id: first.id,
            prior_name: first.name,
            implied_id: second.id,
            implied_name: second.name,
            implied_domain_id: second.domain_id,
        })
    }

    /// Makes one role no longer imply another.
    #[tracing::instrument(level = "debug", skip_all, fields(prior = prior, implied = implied))]
    pub(crate) async fn unimply(&self, prior: &str, implied: &str) -> Result<()> {
        require("delete_implied_role", self.caller.is_admin())?;
        let mut session = self.app.db.write().await?;
        both(&mut session, prior, implied).await?;
        if !session.unimply(prior, implied).await? {
            return Err(not_implied(prior, implied));
        }
        session.revoke_role(implied).await?;
        Ok(session.commit().await?)
    }
}

async fn both(session: &mut Session, prior: &str, implied: &str) -> Result<(Role, Role)> {
    let first = find::<Role>(session, prior).await?;
    Ok((first, find::<Role>(session, implied).await?))
}

fn not_implied(prior: &str, implied: &str) -> KeystoneError {
    KeystoneError::NotFoundAs(format!("{prior} does not imply {implied}."))
}

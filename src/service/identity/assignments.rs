//! Grants: the roles of a user or group on a project, a domain or the system: create, check, delete.

use super::Identity;
use super::resource::find;
use super::settle::settle_user;
use crate::db::Session;
use crate::db::identity::{Actor, Domain, GrantPlace, Group, Project, Role, Scope, User};
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::{TokenHolder, require};

/// The domains that the parties of a grant are in, as far as they are there.
#[derive(Default)]
struct Parties {
    actor: Option<String>,
    place: Option<String>,
}

impl Parties {
    async fn of(session: &mut Session, place: &GrantPlace) -> Result<Self> {
        let actor = match &place.actor {
            Actor::User(id) => session.entity::<User>(id).await?.map(|user| user.domain_id),
            Actor::Group(id) => session
                .entity::<Group>(id)
                .await?
                .map(|group| group.domain_id),
        };
        let at = match &place.at {
            Scope::Project(id) => session
                .entity::<Project>(id)
                .await?
                .map(|project| project.domain_id),
            Scope::Domain(id) => Some(id.clone()),
            Scope::System => None,
        };
        Ok(Self { actor, place: at })
    }

    /// Returns whether both are in domains that pass the test.
    fn both(&self, test: impl Fn(&str) -> bool) -> bool {
        let passes = |domain: &Option<String>| domain.as_deref().is_some_and(&test);
        passes(&self.actor) && passes(&self.place)
    }
}

impl Identity<'_> {
    /// Lists the roles that were granted in a place.
    #[tracing::instrument(level = "debug", skip_all, fields(actor = place.actor.id()))]
    pub(crate) async fn roles_given(&self, place: &GrantPlace) -> Result<Vec<Role>> {
        let mut session = self.app.db.read().await?;
        let parties = Parties::of(&mut session, place).await?;
        let action = action("list", place).replace("grant", "grants");
        require(&action, reads(self.caller, &parties))?;
        exist(&mut session, place, None).await?;
        Ok(session.granted_roles(place).await?)
    }

    /// Grants a role.
    #[tracing::instrument(level = "debug", skip_all, fields(actor = place.actor.id()))]
    pub(crate) async fn assign_role(&self, place: &GrantPlace, role: &str) -> Result<()> {
        let mut session = self.app.db.write().await?;
        self.may_write("create", &mut session, place, role).await?;
        if let Some(role) = exist(&mut session, place, Some(role)).await? {
            of_same_domain(&mut session, place, &role).await?;
        }
        session.grant(place, role).await?;
        Ok(session.commit().await?)
    }

    /// Checks that a role was granted.
    ///
    /// # Errors
    ///
    /// Fails if it was not.
    #[tracing::instrument(level = "debug", skip_all, fields(actor = place.actor.id()))]
    pub(crate) async fn check_role(&self, place: &GrantPlace, role: &str) -> Result<()> {
        let mut session = self.app.db.read().await?;
        let parties = Parties::of(&mut session, place).await?;
        require(&action("check", place), reads(self.caller, &parties))?;
        exist(&mut session, place, Some(role)).await?;
        let given = session.granted_roles(place).await?;
        if given.iter().any(|given| given.id == role) {
            return Ok(());
        }
        Err(not_given(place, role))
    }

    /// Takes a grant back; the tokens that rest on it have only what is left, or end.
    #[tracing::instrument(level = "debug", skip_all, fields(actor = place.actor.id()))]
    pub(crate) async fn revoke_role(&self, place: &GrantPlace, role: &str) -> Result<()> {
        let mut session = self.app.db.write().await?;
        let affected = match &place.actor {
            Actor::User(id) => vec![id.clone()],
            Actor::Group(id) => {
                let members = session.members_of(id).await?;
                members.into_iter().map(|member| member.id).collect()
            }
        };
        for user in &affected {
            session.lock_account(user).await?;
        }
        self.may_write("revoke", &mut session, place, role).await?;
        exist(&mut session, place, Some(role)).await?;
        if !session.ungrant(place, role).await? {
            return Err(not_given(place, role));
        }
        for user in &affected {
            settle_user(&mut session, user).await?;
        }
        Ok(session.commit().await?)
    }

    async fn may_write(
        &self,
        verb: &str,
        session: &mut Session,
        place: &GrantPlace,
        role: &str,
    ) -> Result<()> {
        let parties = Parties::of(session, place).await?;
        let low = session.entity::<Role>(role).await?;
        let low = low.as_ref().is_some_and(Role::is_low);
        let manages = low && parties.both(|domain| self.caller.manages_domain(domain));
        require(&action(verb, place), self.caller.is_admin() || manages)
    }
}

fn reads(caller: &TokenHolder, parties: &Parties) -> bool {
    caller.reads_all() || parties.both(|domain| caller.reads_domain(domain))
}

fn not_given(place: &GrantPlace, role: &str) -> KeystoneError {
    let at = match &place.at {
        Scope::Project(id) | Scope::Domain(id) => id,
        Scope::System => "system",
    };
    KeystoneError::NoAssignment(role.to_owned(), place.actor.id().to_owned(), at.to_owned())
}

/// Keystone's name of an action on a role that is held there.
fn action(verb: &str, place: &GrantPlace) -> String {
    match (&place.at, &place.actor) {
        (Scope::System, Actor::User(_)) => format!("{verb}_system_grant_for_user"),
        (Scope::System, Actor::Group(_)) => format!("{verb}_system_grant_for_group"),
        (Scope::Project(_) | Scope::Domain(_), _) => format!("{verb}_grant"),
    }
}

/// Returns the role, if one is named; fails unless all that is named is there.
async fn exist(
    session: &mut Session,
    place: &GrantPlace,
    role: Option<&str>,
) -> Result<Option<Role>> {
    let role = match role {
        Some(role) => Some(find::<Role>(session, role).await?),
        None => None,
    };
    match &place.actor {
        Actor::User(id) => drop(find::<User>(session, id).await?),
        Actor::Group(id) => drop(find::<Group>(session, id).await?),
    }
    match &place.at {
        Scope::Project(id) => drop(find::<Project>(session, id).await?),
        Scope::Domain(id) => drop(find::<Domain>(session, id).await?),
        Scope::System => {}
    }
    Ok(role)
}

/// Fails if the role is of a domain that the project is not in. Keystone asks this of projects only.
async fn of_same_domain(session: &mut Session, place: &GrantPlace, role: &Role) -> Result<()> {
    let (Some(domain), Scope::Project(project)) = (&role.domain_id, &place.at) else {
        return Ok(());
    };
    let parties = Parties::of(session, place).await?;
    if parties.place.as_ref() == Some(domain) {
        return Ok(());
    }
    Err(KeystoneError::Denied(format!(
        "Project {project} must be in the same domain as the role {} being assigned.",
        role.id
    )))
}

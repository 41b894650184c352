//! Logging in by Identity v2.0: the proof, the tenant, and a token like any other of the embedded identity.

use super::API_KEY_METHOD;
use super::error::{IdentityV2Error, Result};
use super::request::{Credentials, NamedTenant, TokenRequest};
use super::tenant::TenantForm;
use crate::app::App;
use crate::db::identity::{CatalogRow, Project, User};
use crate::domain::secret::Secret;
use crate::identity::auth_request::{Method, Named, Wish};
use crate::identity::credentials::{Proof, account, by_token, prove};
use crate::identity::error::KeystoneError;
use crate::identity::login::{Issued, give};
use crate::identity::token::DEFAULT_DOMAIN;

/// A token just made, and the tenant that it was asked for.
pub(crate) struct TenantLogin {
    /// The token.
    pub(crate) issued: Issued,
    /// The tenant that the request named.
    pub(crate) named: Option<Tenant>,
}

/// A tenant: an account in one of its forms.
#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    /// The id.
    pub(crate) id: String,
    /// The name.
    pub(crate) name: String,
    /// The id of the project that it belongs to.
    project: String,
}

impl Tenant {
    /// Returns whether this is the account itself, whose catalogue is the whole one.
    pub(crate) fn is_account(&self) -> bool {
        self.id == self.project
    }
}

/// Gives out the token that is asked for.
///
/// # Errors
///
/// Fails with 401 for wrong credentials and for a tenant that the user has no role on, and with 403 for a user who is
/// disabled.
pub(crate) async fn log_in(
    app: &App,
    request: TokenRequest,
    rows: &[CatalogRow],
) -> Result<TenantLogin> {
    let by_token = matches!(request.credentials, Credentials::Token(_));
    let proof = proof(app, request.credentials).await?;
    let user = active_user(app, &proof.user).await?;
    let Some(wanted) = request.tenant else {
        let wish = home(app, &user).await?.map(Named::Id);
        let wish = wish.map_or(Wish::Unscoped, Wish::Project);
        let issued = give(app, &proof, wish).await?;
        return Ok(TenantLogin {
            issued,
            named: None,
        });
    };
    let not_theirs = || {
        let tenant = wanted.as_str();
        IdentityV2Error::Unauthorized(if by_token {
            format!("Token doesn't belong to Tenant with Id/Name: '{tenant}'")
        } else {
            let (name, id) = (&user.name, &user.id);
            format!("Tenant with Name/Id: '{tenant}' is not valid for User '{name}' (id: '{id}')")
        })
    };
    let tenant = find(app, rows, &wanted).await?.ok_or_else(not_theirs)?;
    let wish = Wish::Project(Named::Id(tenant.project.clone()));
    let issued = match give(app, &proof, wish).await {
        Err(KeystoneError::Unauthenticated) => return Err(not_theirs()),
        given => given?,
    };
    Ok(TenantLogin {
        issued,
        named: Some(tenant),
    })
}

async fn proof(app: &App, credentials: Credentials) -> Result<Proof> {
    match credentials {
        Credentials::ApiKey(user, key) => by_api_key(app, user, key).await,
        Credentials::Password(user, password) => {
            let password = password.reveal().to_owned();
            Ok(prove(app, vec![Method::Password { user, password }]).await?)
        }
        Credentials::Token(token) => match by_token(app, token.reveal()).await {
            Err(KeystoneError::NotFound(_)) => Err(IdentityV2Error::Unauthorized(
                "Token not authenticated.".into(),
            )),
            proof => Ok(proof?),
        },
    }
}

async fn by_api_key(app: &App, user: Named, key: Secret) -> Result<Proof> {
    let wrong = || IdentityV2Error::Unauthorized("Username or api key is invalid.".into());
    let account = account(app, user).await?.ok_or_else(wrong)?;
    let known = app.db.read().await?.api_key(&account.id).await?;
    known
        .filter(|known| known.is(key.reveal().as_bytes()))
        .ok_or_else(wrong)?;
    Ok(Proof {
        user: account.id,
        api_key: Some(key),
        methods: vec![API_KEY_METHOD.into()],
        ..Proof::default()
    })
}

/// Returns the user who was proved to ask.
///
/// # Errors
///
/// Fails if the user or the user's domain is disabled: who does not know the password does not learn that.
async fn active_user(app: &App, id: &str) -> Result<User> {
    let mut session = app.db.read().await?;
    let account = session.account(id).await?;
    let user: Option<User> = session.entity(id).await?;
    let (Some(account), Some(user)) = (account, user) else {
        return Err(IdentityV2Error::wrong_credentials());
    };
    if account.active {
        Ok(user)
    } else {
        Err(IdentityV2Error::UserDisabled(user.name))
    }
}

/// Returns the id of the project that a token is for where the request names no tenant: the user's default project, or
/// the first one that the user has a role on.
async fn home(app: &App, user: &User) -> Result<Option<String>> {
    let projects = app.db.read().await?.projects_of(&user.id).await?;
    let default = projects
        .iter()
        .find(|project| user.default_project_id.as_ref() == Some(&project.id));
    Ok(default.or(projects.first()).map(|home| home.id.clone()))
}

async fn find(app: &App, rows: &[CatalogRow], wanted: &NamedTenant) -> Result<Option<Tenant>> {
    let mut session = app.db.read().await?;
    for form in TenantForm::all(rows) {
        let Some(account) = form.project_of(wanted.as_str()) else {
            continue;
        };
        let id = match wanted {
            NamedTenant::Id(_) => Some(account.to_owned()),
            NamedTenant::Name(_) => {
                session
                    .project_by_name(account, ("id", DEFAULT_DOMAIN))
                    .await?
            }
        };
        let project: Option<Project> = match id {
            Some(id) => session.entity(&id).await?,
            None => None,
        };
        if let Some(project) = project {
            return Ok(Some(Tenant {
                id: form.of_project(&project.id),
                name: form.of_project(&project.name),
                project: project.id,
            }));
        }
    }
    Ok(None)
}

//! Logging in: who it is is proved first, then, in one transaction, a token is made that holds
//! what is true at that moment.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde_json::Value;

use super::ask::{Ask, Domain, Method, Named, Which, Wish};
use super::fault::{Fault, Result};
use super::secrets;
use super::subject::RoleName;
use crate::app::App;
use crate::db::Session;
use crate::db::identity::{Account, Credential, NewToken, Role, Scope, Token};

/// Who somebody has proved to be, and by what.
#[derive(Debug, Default)]
struct Proof {
    user: String,
    /// The PHC string of the password that was right.
    password: Option<String>,
    /// The token that was shown.
    parent: Option<Token>,
    /// The application credential whose secret was right.
    credential: Option<Credential>,
    methods: Vec<String>,
}

/// A token just made: itself, and its row.
#[derive(Debug)]
pub(super) struct Issued {
    pub(super) secret: String,
    pub(super) token: Token,
}

/// Gives out the token that is asked for.
pub(super) async fn log_in(app: &App, ask: Ask) -> Result<Issued> {
    let proof = prove(app, ask.methods).await?;
    let secret = secrets::random_text::<32>(app)?;
    sweep(app, &secret).await;
    let mut session = app.db.write().await?;
    let (account, proof) = still_true(&mut session, proof, app.clock.now()).await?;
    let (scope, roles) = grant(&mut session, &account, &proof, ask.wish).await?;
    let new = new_token(app, &secret, &proof, scope, &roles)?;
    let hash = new.hash.clone();
    session.add_token(new).await?;
    let token = session.token(&hash, app.clock.now()).await?;
    session.commit().await?;
    let token = token.ok_or(Fault::Unauthenticated)?;
    Ok(Issued { secret, token })
}

/// One log-in of 64 removes tokens that ended; which one, chance decides, so that servers that
/// share a database need not agree.
async fn sweep(app: &App, secret: &str) {
    if !secret.starts_with('A') {
        return;
    }
    let swept = async {
        let mut session = app.db.write().await?;
        session.sweep_tokens(app.clock.now()).await?;
        session.commit().await
    };
    if let Err(error) = swept.await {
        tracing::warn!(%error, "expired tokens were not removed");
    }
}

async fn prove(app: &App, methods: Vec<Method>) -> Result<Proof> {
    let mut proof: Option<Proof> = None;
    for method in methods {
        let next = match method {
            Method::Password { user, password } => by_password(app, user, &password).await?,
            Method::Token(token) => by_token(app, &token).await?,
            Method::Credential { which, secret } => by_credential(app, which, &secret).await?,
        };
        proof = Some(match proof {
            None => next,
            Some(before) => both(before, next)?,
        });
    }
    proof.ok_or(Fault::Unauthenticated)
}

/// Two proofs count as one if they are of the same user.
fn both(mut one: Proof, other: Proof) -> Result<Proof> {
    if one.user != other.user {
        return Err(Fault::Unauthenticated);
    }
    for method in other.methods {
        if !one.methods.contains(&method) {
            one.methods.push(method);
        }
    }
    one.password = one.password.or(other.password);
    one.parent = one.parent.or(other.parent);
    one.credential = one.credential.or(other.credential);
    Ok(one)
}

async fn by_password(app: &App, user: Named, password: &str) -> Result<Proof> {
    let account = account(app, user).await?;
    let phc = account.as_ref().and_then(|it| it.password.as_deref());
    if !secrets::fits(password, phc).await? {
        return Err(Fault::Unauthenticated);
    }
    let account = account.ok_or(Fault::Unauthenticated)?;
    Ok(Proof {
        user: account.id,
        password: account.password,
        methods: vec!["password".into()],
        ..Proof::default()
    })
}

async fn account(app: &App, user: Named) -> Result<Option<Account>> {
    let mut session = app.db.read().await?;
    Ok(match user {
        Named::Id(id) => session.account(&id).await?,
        Named::Name(name, domain) => session.account_by_name(&name, by(&domain)).await?,
    })
}

fn by(domain: &Domain) -> (&'static str, &str) {
    (domain.0, &domain.1)
}

async fn by_token(app: &App, token: &str) -> Result<Proof> {
    let hash = secrets::digest(token.as_bytes());
    let parent = app.db.read().await?.token(&hash, app.clock.now()).await?;
    let parent = parent.ok_or(Fault::Unauthenticated)?;
    let mut methods: Vec<String> = list(&parent.methods);
    if !methods.iter().any(|it| it == "token") {
        methods.push("token".into());
    }
    Ok(Proof {
        user: parent.user_id.clone(),
        methods,
        parent: Some(parent),
        ..Proof::default()
    })
}

/// A list of texts that a row holds as JSON.
pub(super) fn list(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_default()
}

async fn by_credential(app: &App, which: Which, secret: &str) -> Result<Proof> {
    let credential = match which {
        Which::Id(id) => {
            let found = app.db.read().await?.credential(&id).await?;
            found.ok_or(Fault::Unknown("Application Credential", id))?
        }
        Which::Name(name, user) => {
            let user = account(app, user).await?.ok_or(Fault::Unauthenticated)?;
            let mut session = app.db.read().await?;
            let mut found = session.credentials(&user.id, Some(&name)).await?;
            found.pop().ok_or(Fault::Unauthenticated)?
        }
    };
    if !secrets::fits(secret, Some(&credential.secret)).await? {
        return Err(Fault::Unauthenticated);
    }
    Ok(Proof {
        user: credential.user_id.clone(),
        methods: vec!["application_credential".into()],
        credential: Some(credential),
        ..Proof::default()
    })
}

/// Looks at all that was proved once more, and holds it, so that nothing is revoked from here on
/// until the token is there to be revoked too.
async fn still_true(
    session: &mut Session,
    mut proof: Proof,
    now: DateTime<Utc>,
) -> Result<(Account, Proof)> {
    let account = session.hold_account(&proof.user).await?;
    let account = account
        .filter(|it| it.active)
        .ok_or(Fault::Unauthenticated)?;
    if proof.password.is_some() && proof.password != account.password {
        return Err(Fault::Unauthenticated);
    }
    let mut credential = proof.credential.as_ref().map(|it| it.id.clone());
    if let Some(parent) = &proof.parent {
        let parent = session.hold_token(&parent.hash, now).await?;
        let parent = parent.ok_or(Fault::Unauthenticated)?;
        credential = credential.or(parent.credential_id);
    }
    if let Some(id) = credential {
        let credential = session.hold_credential(&id).await?;
        let valid = credential.filter(|it| it.expires_at.is_none_or(|at| at > now));
        proof.credential = Some(valid.ok_or(Fault::Unauthenticated)?);
    }
    Ok((account, proof))
}

/// What the token is for, and the roles that the user has there.
async fn grant(
    session: &mut Session,
    account: &Account,
    proof: &Proof,
    wish: Wish,
) -> Result<(Option<Scope>, Vec<Role>)> {
    if let Some(credential) = &proof.credential {
        return by_its_credential(session, credential, proof.parent.is_some(), wish).await;
    }
    let scope = match wish {
        Wish::Unscoped => return Ok((None, Vec::new())),
        Wish::Default => return by_default(session, account).await,
        Wish::System => Some(Scope::System),
        Wish::Domain(domain) => session
            .hold_open_domain(by(&domain))
            .await?
            .map(Scope::Domain),
        Wish::Project(project) => project_of(session, project).await?,
    };
    let scope = scope.ok_or(Fault::Unauthenticated)?;
    let roles = session.roles_held(&account.id, &scope).await?;
    if roles.is_empty() {
        return Err(Fault::Unauthenticated);
    }
    Ok((Some(scope), roles))
}

async fn project_of(session: &mut Session, project: Named) -> Result<Option<Scope>> {
    let id = match project {
        Named::Id(id) => Some(id),
        Named::Name(name, domain) => session.project_by_name(&name, by(&domain)).await?,
    };
    Ok(match id {
        Some(id) => session.hold_open_project(&id).await?.map(Scope::Project),
        None => None,
    })
}

/// The default project if the user has one, it is enabled and he has a role on it; else nothing.
async fn by_default(
    session: &mut Session,
    account: &Account,
) -> Result<(Option<Scope>, Vec<Role>)> {
    let Some(id) = &account.default_project_id else {
        return Ok((None, Vec::new()));
    };
    let Some(id) = session.hold_open_project(id).await? else {
        return Ok((None, Vec::new()));
    };
    let scope = Scope::Project(id);
    let roles = session.roles_held(&account.id, &scope).await?;
    Ok((Some(scope).filter(|_| !roles.is_empty()), roles))
}

/// An application credential says itself what its tokens are for: its project, with those of its
/// roles that the user still has. A token that came from it may be shown for another one like it.
async fn by_its_credential(
    session: &mut Session,
    credential: &Credential,
    again: bool,
    wish: Wish,
) -> Result<(Option<Scope>, Vec<Role>)> {
    match wish {
        Wish::Default => {}
        Wish::Project(project) if again => {
            let scope = project_of(session, project).await?;
            if scope != Some(Scope::Project(credential.project_id.clone())) {
                return Err(Fault::Unauthenticated);
            }
        }
        _ => {
            return Err(Fault::Refused(
                "Error authenticating with application credential: Application credentials cannot request a scope.",
                Value::Object(serde_json::Map::new()),
            ));
        }
    }
    let project = session.hold_open_project(&credential.project_id).await?;
    let scope = Scope::Project(project.ok_or(Fault::Unauthenticated)?);
    let held = session.roles_held(&credential.user_id, &scope).await?;
    let mut roles = session.roles_of_credential(&credential.id).await?;
    roles.retain(|role| held.iter().any(|it| it.id == role.id));
    if roles.is_empty() {
        return Err(Fault::Unauthenticated);
    }
    Ok((Some(scope), roles))
}

fn new_token(
    app: &App,
    secret: &str,
    proof: &Proof,
    scope: Option<Scope>,
    roles: &[Role],
) -> Result<NewToken> {
    // Tokens tell whole seconds.
    let issued_at = app.clock.now().trunc_subsecs(0);
    let life = TimeDelta::seconds(i64::from(app.config.token_expiration));
    let mut audit_ids = vec![secrets::random_text::<16>(app)?];
    let mut expires_at = issued_at + life;
    if let Some(parent) = &proof.parent {
        audit_ids.extend(list(&parent.audit_ids).pop());
        expires_at = parent.expires_at;
    }
    let names: Vec<_> = roles
        .iter()
        .map(|it| RoleName {
            id: it.id.clone(),
            name: it.name.clone(),
        })
        .collect();
    Ok(NewToken {
        hash: secrets::digest(secret.as_bytes()),
        user: proof.user.clone(),
        scope,
        roles: json(&names)?,
        methods: json(&proof.methods)?,
        audit_ids: json(&audit_ids)?,
        issued_at,
        expires_at,
        credential: proof.credential.as_ref().map(|it| it.id.clone()),
    })
}

fn json(of: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(of).map_err(|error| crate::Error::Internal(error.to_string()).into())
}
